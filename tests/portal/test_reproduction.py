"""Every figure that is published is repeated by a script that has nothing but the public export."""

import csv
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from content import FOLDER
from harvesters.kinds import diavgeia, nyc_council
from harvesters.record import Agency, File, Identifier, Money, Observation, Relation, Report, Target, Vote, Votes
from harvesters.run import Item
from harvesters.source import make_source
from portal import demo, renumbering, search, store
from portal.harvesting import run_source
from portal.models import RecordRow, RelationRow
from portal.parts import Portal

from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome
from ..harvesters.agency import Agency as Playing
from ..harvesters.agency import Reply
from .sheets import SPENDING, Sheets, sheets

__all__ = ["sheets"]

Save = Callable[..., list[str]]
SCRIPT = Path(__file__).parents[2] / "docs" / "reproduce.py"


def check(url: str, *more: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", "-B", str(SCRIPT), url, "--check", *more], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr


def compared(told: str) -> dict[str, int]:
    """How many figures of each part were compared."""
    return {name: int(count) for name, count in re.findall(r"^(\w+): (\d+) figures compared", told, re.M)}


PARTS = {"relations", "counts", "completeness", "gaps", "progress", "clock", "money", "votes", "actors", "revisions", "versions", "tables"}


def one_of(dice: random.Random, n: int, outcomes: list[Any]) -> Any:
    """A policy with targets of every sort."""
    measured = dice.choice(outcomes)
    named = dice.choice(["", "", measured.number, measured.identifier, f"{measured.source}/{measured.identifier}", "no such thing"])
    targets = tuple(
        Target(
            indicator=dice.choice([measured.indicator or "Nothing", "Services online", "Something else"]), baseline=dice.choice([None, 10, 40, 90]), value=dice.choice([None, "12.5", 50, 80]),
            baseline_period=dice.choice([None, "2019", "2020-Q2", "2020-12"]), due=dice.choice([None, "2023", "2025", "2024-11", "2026-02", "2028-02-29", "2031"]),
            unit=dice.choice(["", "%", "percent", "US$"]), better=dice.choice([None, None, "lower", "higher"]), measured_by=named,
        ).model_copy(update=dice.choice([{}, {}, {"value": Decimal(20), "value_to": Decimal(45)}, {"value": Decimal(30), "bound": "at_most"}, {"value": Decimal(60), "bound": "at_least"}]))
        for _ in range(dice.randint(0, 4))
    )  # fmt: skip
    relation = dice.choice([(), (Relation(type="cites", number=measured.number),), (Relation(type="cites", identifier=measured.identifier.upper()),),
                            (Relation(type="cites", source=measured.source, identifier=measured.identifier),)])  # fmt: skip
    reports = tuple(
        Report(what=what, due=dice.choice([None, "2024-02-29", "2024", "2025-06-30"]), every=dice.choice([None, "A", "Q", "A2"]), until=dice.choice([None, None, "2026"]),
               kept_by=dice.choice(["", "", measured.identifier, f"{measured.source}/{measured.identifier}"]))
        for what in dice.sample(["Example", "Outcome", "Map", "Services online"], dice.randint(0, 2))
    )  # fmt: skip
    files = dice.choice([(), (File(url=f"https://x.example/{n}.pdf", title="Map of works", modified=dice.choice([None, "2025-05-01"])),)])
    return a_policy(
        reports=reports, files=files, publisher=dice.choice([Agency(slug="vn-council", names={"en": "Example City Council"}, place="VN"), Agency(slug="nz-board", names={"en": "Board"}, place="NZ")]),
        identifier=f"policy-{n}", targets=targets, relations=relation, issued=dice.choice([None, "2019", "2020-06-30"]), valid_from=dice.choice([None, "2021-01-01"]),
        status=dice.choice([None, None, "in_force", "draft", "repealed"]), valid_until=dice.choice([None, "2025-06"]), places=dice.choice([(), ("VN",), ("VN", "TH")]),
        other_identifiers=(Identifier(value=f"{n}/QĐ-TTg"),),
    )  # fmt: skip


def measured(dice: random.Random, n: int, policies: int, release: int) -> Any:
    """An outcome; later releases have more figures, revised ones, and another day on which the next is due."""
    order = random.Random(n)
    places: list[str | None] = order.choice([[None], [None], ["VN"], ["VN", "TH"]])
    last = order.choice([2021, 2023, 2024]) + release
    observations = tuple(
        Observation(period=f"{year}", place=place, value=None if order.random() < 0.1 else f"{order.uniform(0, 100) + release:.2f}", status=dice.choice(["A", "P", "F"]))
        for place in places for year in range(2018, last)
    ) if order.random() < 0.85 else ()  # fmt: skip
    relations = dice.choice([(), (Relation(type="measures", identifier=f"{order.randrange(policies)}/qd-ttg"),)])
    agency = order.choice([Agency(slug="vn-council", names={"en": "Example City Council"}, place="VN"), Agency(slug="xx-other", names={"en": "Other"})])
    return an_outcome(
        identifier=f"Outcome {n}", indicator=order.choice(["Services online", "Đo lường", ""]), unit=order.choice(["", "%", "US$"]), observations=observations, relations=relations,
        publisher=agency, due=dice.choice([None, f"{2024 + release}-06-30", f"{2025 + release}"]), better=order.choice([None, "lower"]), issued=order.choice([None, "2026-02-03", "2015"]),
        body=dice.choice(["", "It went well."]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_the_script_finds_what_the_portal_publishes(live_server: LiveServer, save: Save, portal: Portal, seed: int) -> None:
    dice, now = random.Random(seed), datetime.now(UTC)
    for release, day in enumerate((now - timedelta(days=700), now - timedelta(days=330), now - timedelta(days=10))):
        outcomes = [measured(dice, n, 40, release) for n in range(30)]
        save(*outcomes, *(one_of(dice, n, outcomes) for n in range(40)), now=day)
    with portal.database.write() as session:
        rows = session.query(RecordRow).order_by(RecordRow.id).all()
        store.withdraw(session, rows[3], "not_listed", now)
        store.unpublish(session, rows[4], "court_order", now)
        # A citation that a machine found joins nothing here: nobody who has the export alone could know it.
        session.add(RelationRow(record_id=rows[-1].id, position=99, type="cites", target_number=rows[0].number, origin="machine"))
    search.catch_up(portal)
    code, told = check(live_server.url, "--most", "40", "--only", "clock", "progress", *(("relations", "counts", "completeness", "gaps", "revisions") if seed == 1 else ()))
    assert code == 0, told
    assert compared(told)["clock"] > 60 and compared(told)["progress"] > 40


def test_the_script_notices_a_difference(live_server: LiveServer, save: Save, portal: Portal) -> None:
    save(a_policy(targets=(Target(indicator="A", value=1, due="2025"),)))
    assert check(live_server.url)[0] == 0
    from portal.models import PromiseRow

    with portal.database.write() as session:
        session.query(PromiseRow).one().reported = True
    code, told = check(live_server.url)
    assert code == 1 and "overdue" in told and "reported" in told


def test_the_script_notices_a_gap_that_is_none(live_server: LiveServer, save: Save, portal: Portal) -> None:
    plan = a_policy(targets=(Target(indicator="Trees", value=1, due="2024"),))
    save(plan, an_outcome(indicator="Trees", relations=(Relation(type="measures", number=plan.number),), observations=(Observation(period="2024", value=2),)))
    assert check(live_server.url, "--only", "gaps")[0] == 0
    with portal.database.write() as session:
        session.delete(session.query(RelationRow).one())
    code, told = check(live_server.url, "--only", "gaps")
    assert code == 1 and "1 figures compared, 1 differ" in told


def test_the_script_repeats_sums_with_what_is_set_aside(live_server: LiveServer, save: Save) -> None:
    dice = random.Random(5)
    sides = ["", "Alpha Ltd", "Alpha Limited", "Công ty Cổ phần An Bình", "CTY CP AN BÌNH", "Ergon A.E.", "& Co", "???", "Š" * 170]
    shares = [None, Money(value="10.10", currency="EUR"), Money(value="-3", currency="VND")]
    decisions = [
        a_decision(
            identifier=f"d-{n}", type=dice.choice(["award", "contract", "notice"]), issued=dice.choice([None, "2023", "2024-05-31"]), status=dice.choice([None, None, "cancelled", "draft"]),
            amount=dice.choice([None, Money(value=f"{dice.randint(-10**3, 10**7)}.{dice.randint(0, 99):02}", currency=dice.choice(["EUR", "VND"]))]),
            subjects=dice.choice([(), ("TRAN",), ("TRAN", "HEAL")]), other_identifiers=(Identifier(value=f"{n % 30}/QD"),),
            publisher=dice.choice([Agency(slug="one", names={"en": "One"}), Agency(slug="two", names={"en": "Two"}, place="VN-HN")]),
            relations=dice.choice([(), (), (Relation(type="supersedes", identifier=f"{n % 7}/qd"),), (Relation(type="corrects", source="council-records", identifier=f"d-{n % 11}"),)]),
            **dice.choice([{}, {"counterparty": dice.choice(sides)},
                           {"counterparties": [{"name": dice.choice(sides[1:]), "identifier": dice.choice(["", "", "VN-1"]), "amount": dice.choice(shares)} for _ in range(dice.randint(1, 3))]}]),
        )
        for n in range(80)
    ]  # fmt: skip
    save(*decisions)
    code, told = check(live_server.url, "--only", "money", "actors", "counts")
    assert code == 0, told
    assert compared(told)["money"] > 20 and compared(told)["actors"] > 15


def a_vote(dice: random.Random, n: int) -> Any:
    """A vote as councils tell it: with names or counts or both, which do not always agree."""
    people = ["Ann Oak", "ANN OAK", "Nguyễn Văn Hùng", "Nguyễn Văn Hưng", "O'Brien, Pat", "李明", "…"]
    calls = tuple(
        Vote(name=name, choice=dice.choice(["for", "for", "against", "abstain", "absent", "recused"]), party=dice.choice(["Green", "Blue", ""]) if n % 3 else "", office=dice.choice(["", "Mayor"]))
        for name in dice.sample(people, dice.randint(0, 6))
    )  # fmt: skip
    counts = dice.choice([{}, {"in_favour": 3, "against": 3}, {"in_favour": 5}, {"against": 2, "absent": 1, "recused": 0}])
    return a_decision(
        identifier=f"v-{n}", type="vote", amount=None, issued=dice.choice([None, "2023", "2023-11", f"2024-0{1 + n % 9}-15"]), votes=Votes(roll_call=calls, **counts),
        decided_by=dice.choice(["", "Council", "Council; Finance Committee"]), decision_makers=dice.choice([(), ("Ann Oak",), ("Ann Oak", "Bo Elm")]),
        publisher=dice.choice([Agency(slug="one", names={"en": "One"}, place="GB"), Agency(slug="two", names={"en": "Two"}, parent="one")]),
        status=dice.choice([None, "approved", "rejected", "in_force"]), relations=dice.choice([(), (), (Relation(type="supersedes", source="council-records", identifier=f"v-{n // 2}"),)]),
    )  # fmt: skip


def test_the_script_repeats_votes_people_and_bodies(live_server: LiveServer, save: Save, portal: Portal) -> None:
    dice = random.Random(7)
    save(*(a_vote(dice, n) for n in range(60)))
    with portal.database.write() as session:
        rows = session.query(RecordRow).order_by(RecordRow.id).all()
        store.withdraw(session, rows[3], "not_listed", datetime.now(UTC))
        store.unpublish(session, rows[4], "court_order", datetime.now(UTC))
    search.catch_up(portal)
    code, told = check(live_server.url, "--only", "votes", "actors", "counts")
    assert code == 0, told
    assert compared(told)["votes"] > 50 and compared(told)["actors"] > 15


def test_the_script_repeats_completeness_by_whatever_ties_records(live_server: LiveServer, save: Save, portal: Portal) -> None:
    """Relations stated, confirmed and found; old numbers, shared identifiers, general grounds, meetings, what is not here, itself."""
    dice, kinds = random.Random(3), ["implements", "based_on", "amends", "supersedes", "corrects", "cites", "evaluates", "measures", "part_of"]
    law = a_policy(identifier="law", type="law", targets=(), objectives=(), other_identifiers=(Identifier(value="1/1999/QH"),))
    meeting = a_decision(identifier="meeting", type="meeting")
    crowd = [a_decision(identifier=f"order-{n}", type="order", relations=(Relation(type="based_on", identifier="1/1999/qh"), Relation(type="part_of", number=meeting.number))) for n in range(52)]
    some = []
    for n in range(60):
        make, types = [(a_policy, ["strategy", "law", "guideline", "budget"]), (a_decision, ["award", "vote", "meeting", "order"]), (an_outcome, ["indicator", "report", "dataset"])][n % 3]
        targets = [{"identifier": f"x-{dice.randrange(60)}", "source": "council-records"}, {"identifier": f"{dice.randrange(20)}/QĐ"}, {"identifier": "DOCKET-1"}, {"identifier": "old", "source": "council-records"}, {"number": law.number}]
        relations = tuple({one: Relation(type=dice.choice(kinds), **target) for one, target in enumerate(dice.sample(targets, dice.randint(0, 3)))}.values())
        some.append(make(identifier=f"x-{n}", type=dice.choice(types), issued=dice.choice([None, "2020"]), relations=relations, other_identifiers=(Identifier(value=f"{n % 20}/QĐ"),), summary=dice.choice(["", "Said"])))
    former = a_decision(identifier="old", type="award", amount=Money(value=5, currency="EUR"))
    now = datetime.now(UTC)
    save(law, meeting, *crowd, *some, former, now=now - timedelta(days=9))
    save(a_decision(identifier="later", type="contract", relations=(Relation(type="supersedes", source="council-records", identifier="old"),)), an_outcome(identifier="owed", observations=(), due="2021-02"))
    arrival = store.Arrival(former.model_copy(update={"identifier": "new"}), formerly=("old",))
    with portal.database.write() as session:
        store.save_many(session, [arrival], now=now, renumbered=renumbering.adopt(session, [arrival], now))
        rows = session.query(RecordRow).order_by(RecordRow.id).all()
        for place in range(40):
            origin, type_ = dice.choice(["machine", "desk"]), dice.choice(kinds)
            session.add(RelationRow(record_id=dice.choice(rows).id, position=1000 + place, type=type_, target_number=dice.choice(rows).number, origin=origin))
        store.withdraw(session, rows[60], "not_listed", now)
        store.unpublish(session, rows[70], "court_order", now)
        renumbering.merge(session, rows[75], rows[76], now)
        for place, type_ in enumerate(kinds):  # a number that leads elsewhere names what it leads to
            session.add(RelationRow(record_id=rows[80].id, position=2000 + place, type=type_, target_number=rows[75].number, origin="desk"))
    search.catch_up(portal)
    code, told = check(live_server.url, "--only", "relations", "completeness", "gaps", "money", "progress", "clock", "counts")
    assert code == 0, told
    assert compared(told)["relations"] > 150 and compared(told)["completeness"] > 10


def test_the_script_repeats_revisions_comparisons_and_tables(live_server: LiveServer, save: Save, portal: Portal, sheets: Sheets) -> None:
    def release(n: int, **more: Any) -> Any:
        values = [[("2020", "VN", "1.50"), ("2020", "TH", "2"), ("2021-Q1", "VN", None)], [("2020", "VN", "1.5"), ("2021-Q1", "VN", "-7")], [("2020", "VN", "1.6"), ("2020", "TH", "2"), ("2022", None, "1e3")]][n]
        return an_outcome(identifier="series", observations=tuple(Observation(period=period, place=place, value=value, status="P" if n == 1 else "A") for period, place, value in values), **more)

    wide = "Who,Amount,Count,Day\n" + "".join(f"{who},{amount},{count},2024-0{1 + n % 9}-01\n" for n, (who, amount, count) in enumerate(
        [("Ánh Dương", "99999999999999999999.25", "1"), ("Ánh Dương", "-0.75", "n/a"), ("=1+1", "3", ""), ("", "12.5", "7"), ("Zenith", "", "8"), ("Zenith", "1e2", "9"), ("Zenith", "0.01", "2")] * 3))  # fmt: skip
    files = (sheets.keep(wide), sheets.keep(SPENDING, "spending.csv"))
    for n, more in enumerate(({"files": files}, {"files": files[:1], "due": "2025"}, {"files": files})):
        save(release(n, **more), now=datetime.now(UTC) - timedelta(days=30 - n))
    code, told = check(live_server.url, "--only", "revisions", "versions", "tables")
    assert code == 0, told
    assert (compared(told)["revisions"], compared(told)["versions"]) == (4, 2) and compared(told)["tables"] > 8


def test_every_figure_of_the_demonstration_is_repeated(live_server: LiveServer, portal: Portal) -> None:
    demo.install(portal)
    code, told = check(live_server.url, "--most", "12")
    assert code == 0, told
    assert compared(told).keys() == PARTS and min(compared(told).values()) > 3 and "pages not looked at" in told


def test_parts_can_be_checked_by_themselves(live_server: LiveServer, save: Save) -> None:
    save(a_decision())
    code, told = check(live_server.url, "--only", "money", "counts")
    assert code == 0 and compared(told).keys() == {"money", "counts"}
    assert check(live_server.url, "--only", "moneys")[0] == 2


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_part_stands_in_the_manual(language: str) -> None:
    page = (FOLDER / language / "figures.md").read_text("utf-8")
    assert {part for part in PARTS if f"| `{part}` |" not in page} == set()


def test_the_script_uses_nothing_of_the_portal(live_server: LiveServer, tmp_path: Path) -> None:
    """It runs from a folder of its own, without any installed package."""
    shutil.copytree(SCRIPT.parent, tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-I", "-S", "-B", str(tmp_path / "docs" / "reproduce.py"), live_server.url, "--check"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert compared(done.stderr).keys() == PARTS


@pytest.mark.samples
def test_figures_of_real_agencies_are_judged_compared_and_repeated(live_server: LiveServer, client: Any, save: Save, samples: Path) -> None:
    """Inflation by the World Bank and the corruption index: real series, targets of our own."""
    with (samples / "indicators" / "consumer_price_inflation_worldbank.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["Country Code"] in ("VNM", "THA", "DEU")]
    codes = {"VNM": "VN", "THA": "TH", "DEU": "DE"}
    figures = tuple(Observation(period=row["Year"], place=codes[row["Country Code"]], value=row["CPI"]) for row in rows)
    assert len(figures) > 100
    inflation = an_outcome(identifier="FP.CPI.TOTL.ZG", title="Inflation", indicator="Inflation, consumer prices", unit="%", better="lower", observations=figures)
    plan = a_policy(
        title="Stable prices", issued="2016-02-01", places=("VN",),
        targets=(Target(indicator="Inflation", value=4, unit="%", due="2020", measured_by="FP.CPI.TOTL.ZG"),
                 Target(indicator="Inflation", baseline="18.68", baseline_period="2011", value=3, unit="%", due="2030", measured_by="FP.CPI.TOTL.ZG")),
    )  # fmt: skip
    save(inflation, plan)
    first, second = client.get(f"/records/{plan.number}.json").json["progress"]
    assert (first["standing"], first["place"], first["period"], first["figure"][:4]) == ("reached", "VN", "2020", "3.22")
    assert (second["standing"], second["period"]) == ("on_the_way", "2024")
    page = client.get(f"/compare?series={inflation.number}:VN,{inflation.number}:TH,{inflation.number}:DE").text
    assert page.count('role="img"') == 2 and "Germany" in page and len(page.encode()) < 100_000
    assert client.get(f"/records/{inflation.number}").status_code == 200
    assert check(live_server.url)[0] == 0


@pytest.mark.samples
def test_decisions_of_real_agencies_are_repeated(live_server: LiveServer, portal: Portal, agency: Playing, save: Save, samples: Path) -> None:
    """Votes of New York with their members, Greek acts with their firms, contracts of several countries."""

    def source(kind: str, place: str, **more: Any) -> dict[str, Any]:
        return {"title": kind, "kind": kind, "url": "https://agency.example/", "publisher": f"Agency of {place}", "place": place, **more}

    records: list[Any] = []
    council = make_source("nyc", source("nyc_council", "US-NY"))
    for path in sorted((samples / "nyc_council" / "introduction").rglob("*.json"))[:12]:
        row = json.loads(path.read_text("utf-8"))
        about = {name: row.get(name) for name in ("ID", "File", "Name", "Title")}
        records += [nyc_council.parse(Item({"step": step, "of": about}, b"", "", f"item-{step['ID']}"), council) for step in row["History"] if step.get("Votes")]
    acts = json.loads((samples / "diavgeia" / "search" / "complex_search_result.json").read_text("utf-8"))["decisions"]
    records += [diavgeia.parse(Item({"decision": act}, b"", "", act["ada"]), make_source("acts", source("diavgeia", "GR", language="el"))) for act in acts]
    found = {one.number: one for one in records if one}
    save(*found.values())
    for country, place in (("mexico", "MX"), ("colombia", "CO"), ("canada", "CA")):
        names = [f"{country}-{place}.json" for place, path in enumerate(sorted((samples / "ocds" / country).rglob("*.json"))) if agency.plays(f"/{country}-{place}.json", Reply(path.read_bytes()))]
        declared = source("ocds", place, delay=0, options={"files": names})
        assert run_source(portal, make_source(f"ocds-{country}", declared | {"url": f"{agency.url}/"})).new > 10
    search.catch_up(portal)
    code, told = check(live_server.url, "--most", "15", "--only", "money", "actors", "votes", "counts", "completeness")
    assert code == 0, told
    assert compared(told)["money"] > 50 and compared(told)["actors"] > 150 and compared(told)["votes"] > 3
