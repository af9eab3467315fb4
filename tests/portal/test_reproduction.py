"""Every figure about progress and promises is repeated by a script that has nothing but the public export."""

import csv
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harvesters.record import Agency, File, Identifier, Money, Observation, Relation, Report, Target
from portal import store
from portal.models import RecordRow, RelationRow
from portal.parts import Portal

from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
SCRIPT = Path(__file__).parents[2] / "docs" / "reproduce.py"


def check(url: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), url, "--check"], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr


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
    code, told = check(live_server.url)
    assert code == 0, told
    compared, targets = int(told.split()[0]), int(told.split()[3])
    assert compared > 60 and targets > 40


def test_the_script_notices_a_difference(live_server: LiveServer, save: Save, portal: Portal) -> None:
    save(a_policy(targets=(Target(indicator="A", value=1, due="2025"),)))
    assert check(live_server.url)[0] == 0
    from portal.models import PromiseRow

    with portal.database.write() as session:
        session.query(PromiseRow).one().reported = True
    code, told = check(live_server.url)
    assert code == 1 and "overdue" in told and "reported" in told


def test_the_script_repeats_sums_with_what_is_set_aside(live_server: LiveServer, save: Save) -> None:
    dice = random.Random(5)
    decisions = [
        a_decision(
            identifier=f"d-{n}", type=dice.choice(["award", "contract", "notice"]), issued=dice.choice([None, "2023", "2024-05-31"]), status=dice.choice([None, None, "cancelled", "draft"]),
            amount=dice.choice([None, Money(value=f"{dice.randint(1, 10**7)}.{dice.randint(0, 99):02}", currency=dice.choice(["EUR", "VND"]))]),
            subjects=dice.choice([(), ("TRAN",), ("TRAN", "HEAL")]), other_identifiers=(Identifier(value=f"{n % 30}/QD"),),
            publisher=dice.choice([Agency(slug="one", names={"en": "One"}), Agency(slug="two", names={"en": "Two"})]),
            relations=dice.choice([(), (), (Relation(type="supersedes", identifier=f"{n % 7}/qd"),), (Relation(type="corrects", source="council-records", identifier=f"d-{n % 11}"),)]),
        )
        for n in range(60)
    ]  # fmt: skip
    save(*decisions)
    code, told = check(live_server.url)
    assert code == 0, told


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
