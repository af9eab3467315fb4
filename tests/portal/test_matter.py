"""The whole matter of a record: the same from each of its records, in time, with its gaps, as a page and as data."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import feedparser
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS
from sqlalchemy import insert

from harvesters.record import Consultation, Identifier, Observation, Record, Relation, Target
from portal import catalogue, matter, store, zones
from portal.db import Database
from portal.matter import recent, walk
from portal.models import Redirect, RelationRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
NewPage = Callable[..., Any]
ELI = Namespace("http://data.europa.eu/eli/ontology#")


def to(kind: str, *others: Record) -> tuple[Relation, ...]:
    return tuple(Relation(type=kind, number=other.number) for other in others)


def _data(client: JudgingClient, number: str, query: str = "") -> dict[str, Any]:
    return client.get(f"/records/{number}/thread.json{query}").json  # type: ignore[no-any-return]


def _members(client: JudgingClient, number: str) -> list[str]:
    return [one["title"] for one in _data(client, number)["results"]]


def _gaps(client: JudgingClient, number: str) -> list[tuple[str, str | None]]:
    return [(gap["code"], gap["day"]) for gap in _data(client, number)["gaps"]]


@pytest.fixture
def chain(save: Save) -> dict[str, str]:
    """Law ← programme ← decision ← contract, and a figure and a report beside: four steps from end to end."""
    law = a_policy(title="The law", type="law", issued="2018", targets=(), other_identifiers=(Identifier(value="52-NQ/TW"),))
    programme = a_policy(title="The programme", type="programme", issued="2020-06-03", targets=(), relations=(Relation(type="based_on", identifier="52-nq/tw"),))
    decision = a_decision(title="The decision", issued="2021-02-01", relations=to("implements", programme))
    contract = a_decision(title="The contract", type="contract", issued="2022", relations=to("based_on", decision))
    figures = an_outcome(title="The figures", issued="2019", relations=to("measures", programme))
    report = an_outcome(title="The report", type="evaluation", observations=(), issued="2025-01", relations=to("evaluates", contract))
    records = (contract, report, law, figures, decision, programme)
    return dict(zip(("contract", "report", "law", "figures", "decision", "programme"), save(*records), strict=True))


def test_a_matter_is_the_same_from_each_of_its_records(client: JudgingClient, chain: dict[str, str]) -> None:
    told = {name: _data(client, number) for name, number in chain.items()}
    order = ["The law", "The programme", "The decision", "The contract", "The figures", "The report"]
    assert {tuple(one["title"] for one in data["results"]) for data in told.values()} == {tuple(order)}
    assert {data["heart"]["title"] for data in told.values()} == {"The programme"}
    assert {str(data["completeness"]) for data in told.values()} == {str(told["law"]["completeness"])}
    assert told["law"]["first"] == "2018" and told["law"]["last"] == "2025-01" and told["law"]["complete"]


def test_a_page_leads_up_and_down_by_the_words_of_relations(client: JudgingClient, chain: dict[str, str]) -> None:
    page = client.get(f"/records/{chain['decision']}/thread").text
    step = page.partition(f'id="r-{chain["decision"]}"')[2].partition("</ul>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", step).split())
    assert "Implements: The programme" in words and "Basis of: The contract" in words and "you came from here" in words
    assert f'href="#r-{chain["programme"]}"' in step
    assert re.findall(r'<h2 id="year-(\w+)"', page) == ["2018", "2020", "2021", "2022", "2023", "2025"]
    assert f'href="/records/{chain["law"]}/thread"' in client.get(f"/records/{chain['law']}").text
    assert "See the whole matter (6 records)" in client.get(f"/records/{chain['law']}").text


def test_a_matter_is_narrowed_to_an_axis_and_to_what_is_missing(client: JudgingClient, chain: dict[str, str]) -> None:
    assert [one["axis"] for one in _data(client, chain["law"], "?axis=decision")["results"]] == ["decision", "decision"]
    page = client.get(f"/records/{chain['law']}/thread?axis=policy").text
    assert "The programme</a>" in page and "The contract</a></p>" not in page
    missing = client.get(f"/records/{chain['law']}/thread?only=gaps").text
    assert "The amount is not stated" not in missing and "r-" + chain["law"] not in re.findall(r'id="([^"]+)"', missing)
    for address in ("thread?axis=money", "thread?only=holes", "thread?page=7", "thread?pages=1", "dossier?page=0", "dossier?axis=policy"):
        assert client.get(f"/records/{chain['law']}/{address}").status_code == 400, address
    for address in ("thread.json?axis=money", "thread.atom?axis=policy", "thread.csv?bom=2"):
        answer = client.get(f"/records/{chain['law']}/{address}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), address


def test_meetings_and_general_grounds_and_citations_join_no_matters(client: JudgingClient, save: Save) -> None:
    ground = a_policy(title="The general law", targets=())
    meeting = a_decision(title="The meeting", type="meeting")
    mine = a_policy(title="My law", targets=())
    yours = a_policy(title="Your law", targets=(), relations=to("cites", mine))
    votes = [a_decision(title=f"Vote on {one.title}", type="vote", relations=(*to("part_of", meeting), *to("based_on", one, ground))) for one in (mine, yours)]
    crowd = [a_decision(title=f"Order {n}", relations=to("based_on", ground)) for n in range(walk.GENERAL)]
    save(ground, meeting, mine, yours, *votes, *crowd)
    data = _data(client, mine.number)
    assert [one["title"] for one in data["results"]] == ["Vote on My law", "My law"]
    assert sorted((one["title"], one["type"], one["inverse"]) for one in data["beside"]) == [
        ("The general law", "based_on", False), ("The meeting", "part_of", False), ("Your law", "cites", True),
    ]  # fmt: skip
    assert _members(client, ground.number) == ["The general law"]
    page = client.get(f"/records/{ground.number}/thread").text
    assert f"{walk.GENERAL + 2} records name it as their ground" in page
    # As long as few are based on it, a law holds its matter together.
    few = a_policy(title="A law of few", targets=())
    save(few, *(a_decision(title=f"Few {n}", relations=to("based_on", few)) for n in range(walk.GENERAL)))
    assert len(_members(client, few.number)) == walk.GENERAL + 1


def test_what_is_part_of_the_same_docket_belongs_together_although_nobody_has_it(client: JudgingClient, save: Save) -> None:
    docket = (Relation(type="part_of", source="us-regulations", identifier="EPA-2023-0649", title="The docket"),)
    proposal = a_policy(title="Proposal", targets=(), relations=docket)
    rule = a_policy(title="Rule", targets=(), relations=docket)
    cited = (Relation(type="based_on", identifier="Never collected"),)
    apart = [a_decision(title=f"Apart {n}", relations=cited) for n in range(2)]
    save(proposal, rule, *apart)
    assert sorted(_members(client, rule.number)) == ["Proposal", "Rule"]
    assert _members(client, apart[0].number) == ["Apart 0"]
    gaps = [gap for gap in _data(client, rule.number)["gaps"] if gap["code"] == "named_missing"]
    assert [(gap["name"], gap["identifier"], gap["relation"]) for gap in gaps] == [("The docket", "EPA-2023-0649", "part_of")] * 2
    assert "“The docket” is named here, but has not been collected." in client.get(f"/records/{rule.number}/thread").text


def test_old_numbers_and_later_arrivals_and_found_citations_carry_a_matter(client: JudgingClient, portal: Portal, save: Save) -> None:
    policy = a_policy(title="The policy", targets=(), other_identifiers=(Identifier(value="12/NĐ-CP"),))
    early = a_decision(title="Early", relations=(Relation(type="implements", identifier="12/nd-cp"),))
    moved = a_decision(title="By an old number", relations=(Relation(type="implements", number="0123456789AB"),))
    found = a_decision(title="Found in its words")
    save(early)
    assert _members(client, early.number) == ["Early"] and ("named_missing", None) in _gaps(client, early.number)
    save(policy, moved, found)
    with portal.database.write() as session:
        session.add(Redirect(number="0123456789AB", target=policy.number, identifier="old", made_at=datetime.now(UTC)))
        id = catalogue.find(session, found.number).id  # type: ignore[union-attr]
        session.execute(insert(RelationRow), [{"record_id": id, "position": 0, "type": "based_on", "target_number": policy.number, "origin": "machine"}])
    assert sorted(_members(client, moved.number)) == ["By an old number", "Early", "Found in its words", "The policy"]
    assert "(found in its words)" in client.get(f"/records/{policy.number}/thread").text
    assert {one["origin"] for result in _data(client, found.number)["results"] for one in result["relations"]} == {"stated", "machine"}


def test_a_matter_that_is_too_large_says_so(client: JudgingClient, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = a_policy(targets=())
    save(policy, *(a_decision(issued=f"2020-01-{n + 1:02}", relations=to("implements", policy)) for n in range(12)))
    monkeypatch.setattr(walk.reach, "__defaults__", (10,))
    data = _data(client, policy.number)
    assert (data["returned"], data["complete"]) == (10, False)
    answer = client.get(f"/records/{policy.number}/thread")
    assert "This is not the whole matter" in answer.text and "It has more than 10 records." in answer.text
    assert client.get(f"/records/{policy.number}/thread.csv").headers["Clerestory-Complete"] == "no"
    assert "This is not the whole matter" in client.get(f"/records/{policy.number}/dossier").text


def test_a_long_matter_has_pages_and_opens_where_one_comes_from(client: JudgingClient, save: Save) -> None:
    policy = a_policy(title="The policy", issued="2001", targets=())
    numbers = save(policy, an_outcome(relations=to("measures", policy)), *(a_decision(title=f"Order {n}", issued=f"2010-{n // 28 + 1:02}-{n % 28 + 1:02}", relations=to("implements", policy)) for n in range(150)))
    first, last = (client.get(f"/records/{number}/thread").text for number in (numbers[0], numbers[-1]))
    assert f'id="r-{numbers[0]}"' in first and f'id="r-{numbers[-1]}"' not in first
    assert f'id="r-{numbers[-1]}"' in last and "Order 0</a>" not in last
    assert f'href="/records/{numbers[0]}/thread#r-{numbers[0]}"' in last, "what stands on another page is led to"
    assert 'aria-current="page"' in last and len(first.encode()) < 100_000
    assert "Part 1 of 4." in client.get(f"/records/{policy.number}/dossier").text


def test_a_large_matter_shows_what_came_a_moment_ago(client: JudgingClient, save: Save) -> None:
    policy = a_policy(targets=())
    save(policy, *(a_decision(relations=to("implements", policy)) for _ in range(recent.LARGE)))
    assert "no_outcome" in {code for code, _day in _gaps(client, policy.number)}
    assert f"See the whole matter ({recent.LARGE + 1} records)" in client.get(f"/records/{policy.number}").text
    save(an_outcome(relations=to("measures", policy)))
    assert _gaps(client, policy.number) == []
    assert f"See the whole matter ({recent.LARGE + 2} records)" in client.get(f"/records/{policy.number}").text


@pytest.mark.parametrize(
    ("records", "gap", "words"),
    [
        (lambda: [an_outcome(due="2021-05")], ("report_overdue", "2021-05"), "has not been published here (due: May 2021)"),
        (lambda: [a_policy(targets=(Target(indicator="Trees", value="9", due="2020"),))], ("target_overdue", "2020"), "“Trees” was reached (due: 2020)"),
        (lambda: [a_policy(type="proposed_rule", targets=(), consultation=Consultation(closes="2021-03-15"))], ("consultation_unanswered", "2021-03-15"), "closed on 15 March 2021"),
        (lambda: [a_policy(type="budget", targets=())], ("no_decision", None), "No decision that made, funded or carried this out"),
        (lambda: [a_decision()], ("no_outcome", None), "No outcome has been reported here"),
        (lambda: [a_decision()], ("no_ground", None), "on what ground"),
        (lambda: [a_decision(type="award", amount=None)], ("no_amount", None), "The amount is not stated"),
        (lambda: [a_decision(type="vote")], ("no_votes", None), "How the votes were cast"),
        (lambda: [an_outcome()], ("no_reason", None), "which decision or policy this measures"),
    ],
)
def test_every_gap_has_a_code_a_day_and_a_sentence_everywhere(client: JudgingClient, save: Save, records: Any, gap: tuple[str, str | None], words: str) -> None:
    [number, *_] = save(*records())
    assert gap in _gaps(client, number)
    for address in ("thread", "thread?only=gaps", "dossier", "thread.csv", "thread.json"):
        assert words in client.get(f"/records/{number}/{address}").text, address
    assert words not in client.get(f"/vi/records/{number}/thread").text
    entries = feedparser.parse(client.get(f"/records/{number}/thread.atom").data).entries
    assert any(words in entry.summary for entry in entries) == (gap[1] is not None), "the feed tells what fell due"


def test_what_comes_closes_the_gap(client: JudgingClient, save: Save) -> None:
    target = Target(indicator="Services online", value="60", due="2022")
    plan = a_policy(type="plan", targets=(target,), consultation=Consultation(closes="2020-03"), issued="2020-01")
    [number] = save(plan)
    assert {code for code, _day in _gaps(client, number)} == {"target_overdue", "consultation_unanswered", "no_decision", "no_outcome"}
    figures = an_outcome(observations=tuple(Observation(period=str(year), value=50) for year in (2021, 2022)), relations=to("measures", plan))
    save(a_decision(issued="2020-06", relations=to("implements", plan)), figures)
    assert _gaps(client, number) == []
    page = client.get(f"/records/{number}/thread").text
    assert "Nothing that one would expect is missing." not in page and " % complete:" in page


def test_today_decides_what_is_due(database: Database) -> None:
    outcome = an_outcome(due="2024-02", relations=to("measures", a_policy()))
    with database.write() as session:
        store.save_many(session, [store.Arrival(outcome)], now=datetime(2023, 1, 1, tzinfo=UTC))
    with database.read() as session:
        entry = catalogue.find(session, outcome.number)
        assert entry

        def overdue(day: date) -> bool:
            return any(gap.code == "report_overdue" for gap in matter.matter_of(session, entry, zones.on(day)).gaps)

        assert not overdue(date(2024, 2, 29)) and overdue(date(2024, 3, 1)), "2024 is a leap year"


def test_a_matter_as_a_table(client: JudgingClient, chain: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/records/{chain['law']}/thread.csv").text)))
    assert [row["title"] for row in rows if row["kind"] == "record"][:2] == ["The law", "The programme"]
    programme = next(row for row in rows if row["title"] == "The programme")
    assert programme["relations"].startswith("based_on: ") and programme["day"] == "2020-06-03"
    assert {row["gap"] for row in rows if row["kind"] == "gap"} == {code for code, _day in _gaps(client, chain["law"])}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.*")
def test_a_matter_as_linked_data(client: JudgingClient, chain: dict[str, str]) -> None:
    answer = client.get(f"/records/{chain['contract']}/thread.jsonld")
    assert answer.mimetype == "application/ld+json"
    graph = Graph().parse(data=answer.text, format="json-ld")
    base = "http://localhost/records/"
    uri = {name: URIRef(base + number) for name, number in chain.items()}
    assert (uri["decision"], ELI.implements, uri["programme"]) in graph
    assert (uri["programme"], ELI.based_on, uri["law"]) in graph
    assert (uri["figures"], URIRef("https://schema.org/about"), uri["programme"]) in graph
    whole = URIRef(f"{base}{chain['programme']}/thread#matter")
    assert set(graph.objects(whole, DCTERMS.hasPart)) == set(uri.values())
    assert {str(title) for title in graph.objects(uri["law"], DCTERMS.title)} == {"The law"}
    assert [str(day.datatype).rpartition("#")[2] for day in graph.objects(uri["programme"], DCTERMS.issued)] == ["date"]


def test_a_dossier_says_the_facts_of_every_record(client: JudgingClient, chain: dict[str, str]) -> None:
    page = client.get(f"/records/{chain['figures']}/dossier").text
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for part in ("1. The law", "6. The report", "Decided by City Council", "$1,250.50", "43 in 2023", "dossier of 6 records", "6 records, from 2018 to 2025"):
        assert part in words, part
    assert client.get(f"/records/{chain['figures'].lower()}/dossier").status_code == 308
    assert client.get("/records/0000-0000-0000/thread.json").status_code == 404


def test_the_walk_is_the_same_on_every_database(database: Database) -> None:
    law = a_policy(title="Law", other_identifiers=(Identifier(value="1/QH"),))
    orders = [a_decision(title=f"Order {n}", relations=(Relation(type="based_on", identifier="1/qh"),)) for n in range(walk.GENERAL + 1)]
    mine = a_decision(title="Mine", relations=to("amends", orders[0]))
    with database.write() as session:
        store.save_many(session, [store.Arrival(one) for one in (law, *orders, mine)], now=datetime(2024, 1, 1, tzinfo=UTC))
    with database.read() as session:
        entry = catalogue.find(session, mine.number)
        assert entry
        whole = matter.matter_of(session, entry, zones.on(date(2024, 1, 1)))
        assert sorted(member.entry.data["title"] for member in whole.members) == ["Mine", "Order 0"]
        assert [aside.record.entry.data["title"] for aside in whole.beside] == ["Law"]
        named = next(part for part in whole.completeness.parts if part.code == "named")
        assert (named.expected, named.present) == (2, 2)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_of_a_matter_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, save: Save, chain: dict[str, str], width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    long = "Nghị quyết về một số chủ trương, chính sách chủ động tham gia cuộc Cách mạng công nghiệp lần thứ tư " * 4
    save(a_policy(title=long, language="vi", type="programme", relations=(Relation(type="implements", number=chain["law"]), Relation(type="amends", identifier="x" * 200))))
    paths = [f"/records/{chain['law']}/{path}" for path in ("thread", "thread?only=gaps", "dossier")]
    page = new_page(width=width, color_scheme=scheme)
    faults = {}
    for path in [*paths, f"/vi{paths[0]}", "/completeness", "/vi/completeness", "/agencies/vn-council", "/pages/completeness"]:
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page).response["violations"]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults[path] = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found] + ([f"{over} px too wide"] if over > 0 else [])
    assert not {path: found for path, found in faults.items() if found}


@pytest.mark.browser
def test_a_matter_is_walked_by_keyboard_without_scripts(live_server: LiveServer, new_page: NewPage, chain: dict[str, str]) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{live_server.url}/records/{chain['contract']}")
    page.get_by_role("link", name="See the whole matter (6 records)").focus()
    page.keyboard.press("Enter")
    page.locator(".thread__here").get_by_role("link", name="The decision").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#r-{chain['decision']}")
    page.locator(f"#r-{chain['decision']} .matter__title a").press("Enter")
    assert page.locator("h1").inner_text() == "The decision"


def test_a_target_that_was_missed_is_named_in_its_own_language(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(language="vi", targets=(Target(indicator="Số cây", value="9", due="2020"),)))
    for address in ("thread", "thread?only=gaps", "dossier"):
        page = client.get(f"/records/{number}/{address}").text
        assert '“<span lang="vi" dir="auto">Số cây</span>” was reached (due: 2020)' in page, address
    assert "“Số cây”" in client.get(f"/vi/records/{number}/thread").text
