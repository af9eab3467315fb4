"""Completeness: the figure of pages, and the same counted by a stranger with SQLite from the public export alone."""

import csv
import io
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from content import FOLDER
from harvesters.record import Agency, File, Identifier, Observation, Record, Relation, Target, Votes
from portal import completeness, store, tasks
from portal.db import Database
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
OTHER = Agency(slug="vn-ministry", names={"en": "Ministry of Examples"}, place="VN")
TODAY = datetime.now(UTC).year


def _tied(kind: str, *others: Record) -> tuple[Relation, ...]:
    return tuple(Relation(type=kind, number=other.number) for other in others)


def a_store() -> list[Record]:
    """Records that have and lack every part, in several matters: one with a law that very many are based on."""
    law = a_policy(title="The general law", type="law", targets=(), objectives=(), issued="1999", other_identifiers=(Identifier(value="1/1999/QH"),))
    programme = a_policy(title="The programme", type="programme", body="Text", publisher=OTHER, relations=_tied("based_on", law))
    plan = a_policy(title="The plan", type="plan", targets=(), objectives=(), relations=_tied("implements", programme))
    lost = a_policy(title="Old rules", type="regulation", relations=(Relation(type="amends", identifier="9/NĐ-CP"), Relation(type="cites", number=plan.number)))
    meeting = a_decision(title="A meeting", type="meeting", amount=None)
    votes = [a_decision(title=f"Vote {n}", type="vote", amount=None, votes=Votes(in_favour=n) if n else None, relations=(*_tied("part_of", meeting), *_tied("based_on", [programme, lost][n]))) for n in (0, 1)]
    award = a_decision(title="An award", type="award", counterparty="Builders", legal_basis=("The law",), publisher=OTHER, relations=_tied("implements", plan))
    payment = a_decision(title="A payment", type="payment", amount=None, decided_by="", issued=None)
    orders = [a_decision(title=f"Order {n}", type="order", relations=(Relation(type="based_on", identifier="1/1999/qh"),)) for n in range(52)]
    docket = [a_policy(title=f"Proposal {n}", type="proposed_rule", targets=(), relations=(Relation(type="part_of", identifier="DOCKET-1"),)) for n in (1, 2)]
    figures = an_outcome(title="The figures", due=f"{TODAY + 1}", publisher=OTHER, method="Counted", relations=_tied("measures", programme))
    owed = an_outcome(title="A report", type="report", observations=(), indicator="", frequency=None, unit="", issued=None, due="2021-02", relations=_tied("evaluates", plan))
    alone = an_outcome(title="Alone", files=(File(url="https://council.example/a.pdf"),), observations=(Observation(period="2020", value=None),), landing_page="https://council.example/")
    myself = a_policy(title="Itself", type="guideline", identifier="self", relations=(Relation(type="part_of", source="council-records", identifier="self"),))
    return [law, programme, plan, lost, meeting, *votes, award, payment, *orders, *docket, figures, owed, alone, myself]


@pytest.fixture
def numbers(save: Save) -> list[str]:
    return save(*a_store())


def exported(client: JudgingClient) -> sqlite3.Connection:
    """The public export in a bare database, loaded as the manual says."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE records (data TEXT)")
    database.executemany("INSERT INTO records VALUES (?)", [(line,) for line in client.get("/search.jsonl").text.splitlines()])
    header, *rows = csv.reader(io.StringIO(client.get("/relations.csv").text))
    database.execute(f"CREATE TABLE relations ({', '.join(header)})")
    database.executemany(f"INSERT INTO relations VALUES ({', '.join('?' * len(header))})", rows)
    return database


def printed(language: str) -> tuple[str, str, str, str]:
    """The queries of the manual's page: the views, every agency, the views of matters, a matter."""
    views, agencies, matter = re.findall(r"```sql\n(.*?)```", (FOLDER / language / "completeness.md").read_text("utf-8"), re.S)
    more, query = matter.split("WITH RECURSIVE")
    return views, agencies, more, f"WITH RECURSIVE{query}"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_printed_queries_give_the_figures_of_the_pages(client: JudgingClient, numbers: list[str], language: str) -> None:
    views, agencies, more, matter = printed(language)
    database = exported(client)
    database.executescript(views + more)
    mine = {(publisher, axis, part): (expected, present) for publisher, axis, part, expected, present in database.execute(agencies)}
    rows = list(csv.DictReader(io.StringIO(client.get("/completeness.csv").text)))
    assert mine == {(row["publisher"], row["axis"], row["part"]): (int(row["expected"]), int(row["present"])) for row in rows}
    assert {part for _agency, axis, part in mine} == {part for parts in completeness.PARTS.values() for part in parts}
    for number in numbers:
        told = client.get(f"/records/{number}/thread.json").json["completeness"]
        mine_of_it = {(axis, part): (expected, present) for axis, part, expected, present in database.execute(matter, {"number": number})}
        assert mine_of_it == {(part["axis"], part["part"]): (part["expected"], part["present"]) for part in told["parts"]}, number
        assert told["expected"] == sum(expected for expected, _present in mine_of_it.values())
        assert told["share"] == round(told["present"] / told["expected"], 4)


def test_json_and_page_say_the_same(client: JudgingClient, numbers: list[str]) -> None:
    data = client.get("/completeness.json").json
    assert data["formula"] == "completeness-1"
    assert data["expected"] == sum(one["expected"] for one in data["results"]) == sum(axis["expected"] for axis in data["axes"].values())
    page = client.get("/completeness").text
    assert f"{data['present']:,} of {data['expected']:,} parts" in page
    assert "Ministry of Examples" in page and "Example City Council" in client.get("/completeness?q=council").text
    assert "No such agency" in client.get("/completeness?q=nobody").text
    [ministry] = [one for one in data["results"] if one["publisher"] == "vn-ministry"]
    assert f"{ministry['present']} of {ministry['expected']} parts" in client.get("/agencies/vn-ministry").text
    assert client.get("/completeness.json?axis=policy").status_code == 400


def test_the_count_is_kept_by_the_clock_and_read_where_there_are_many(client: JudgingClient, portal: Portal, numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completeness, "FEW", 0)
    assert "has not been counted yet" in client.get("/completeness").text and client.get("/completeness.json").status_code == 503
    assert client.get("/agencies/vn-ministry").status_code == 200
    tasks.TASKS["count-completeness"].perform(portal)
    with portal.database.read() as session:
        fresh = completeness.count(session, datetime.now(UTC))
        kept = completeness.census(session, datetime.now(UTC))
    assert kept and kept.by_agency == fresh.by_agency
    tasks.TASKS["count-completeness"].perform(portal)
    assert "Counted on" in client.get("/agencies/vn-ministry").text


def test_counting_is_the_same_on_every_database(database: Database) -> None:
    records, now = a_store(), datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        store.save_many(session, [store.Arrival(record) for record in records], now=now)
    completeness.keep_count(database, now)
    with database.read() as session:
        whole = completeness.count(session, now)
        assert completeness.count_of(session, "vn-ministry", now) == (whole.of("vn-ministry"), now)
    assert whole.of("vn-ministry").of_axis("outcome") == completeness.Completeness(
        tuple(completeness.Part("outcome", code, 1, int(code not in ("words", "original"))) for code in completeness.PARTS["outcome"])
    )
    named = next(part for part in whole.of("vn-council").parts if (part.axis, part.code) == ("policy", "named"))
    assert (named.expected, named.present) == (4, 1)


def test_relations_can_be_taken_page_by_page(client: JudgingClient, save: Save) -> None:
    policy = a_policy(targets=(Target(indicator="Any"),))
    save(policy, a_decision(relations=(*_tied("implements", policy), Relation(type="based_on", identifier="Đ-1"))))
    first = client.get("/relations.json?size=1").json
    assert (first["total"], first["returned"], first["complete"]) == (2, 1, False)
    assert first["results"][0]["to_number"] == policy.number and first["results"][0]["to_axis"] == "policy"
    second: Any = client.get(first["next"].partition("localhost")[2]).json
    assert second["results"][0] | {"id": 0} == {
        "id": 0, "from_number": first["results"][0]["from_number"], "from_axis": "decision", "from_type": "approval", "type": "based_on",
        "to_number": None, "to_axis": None, "to_type": None, "target": "d-1", "origin": "stated",
    }  # fmt: skip
    *lines, end = client.get("/relations.jsonl").text.splitlines()
    assert len(lines) == 2 and '"complete": true' in end
    assert client.get("/relations.json?size=0").status_code == 400
