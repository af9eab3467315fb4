"""Relations that records do not state themselves are in every export, with who says so, and beside what the record says."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from harvesters.kinds import clerestory
from harvesters.record import Agency, Identifier, Record, Relation
from harvesters.run import Item
from portal import linking
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, a_source
from .desk import Officer

Save = Callable[..., list[str]]
HANOI = Agency.of("Hanoi council", place="VN-HN")


def a_rule(number: str, **more: Any) -> Record:
    given = {"language": "vi", "issued": "2020-06-03", "other_identifiers": (Identifier(value=number),), "objectives": (), "targets": ()}
    return a_policy(**given | more)


@pytest.fixture
def found(portal: Portal, save: Save, app: Any) -> dict[str, str]:
    """A plan that states one relation itself, cites a second record for certain, and a third one as an officer said: numbers."""
    stated, certain, one, other = a_rule("5/QĐ-TTg"), a_rule("749/QĐ-TTg"), a_rule("12/QĐ-TTg", identifier="a"), a_rule("12/QĐ-TTg", identifier="b")
    plan = a_decision(
        title="Kế hoạch", language="vi", publisher=HANOI, body="Căn cứ Quyết định số 749/QĐ-TTg ngày 3 tháng 6 năm 2020; Quyết định số 12/QĐ-TTg.",
        relations=(Relation(type="implements", number=stated.number),),
    )  # fmt: skip
    save(stated, certain, one, other, plan)
    linking.catch_up(portal)
    officer = Officer(app)
    officer.signs_in()
    form = officer.client.get("/publish/links").text.split('class="inline-form"')[0].rsplit('action="', 1)[1].split('"')[0]
    assert officer.client.post(form, data={"csrf_token": officer.token(), "verdict": "accept", "relation": "cites"}).status_code == 303
    return {"plan": plan.number, "stated": stated.number, "certain": certain.number, "one": one.number, "other": other.number}


def told(data: dict[str, Any], found: dict[str, str]) -> dict[str, str]:
    """Who says so, by the name of the other record; the record's own words stay its own."""
    assert [one.get("number") for one in data["relations"]] == [found["stated"]]
    names = {number: name for name, number in found.items()}
    assert all(one["type"] for one in data["relations_found"])
    return {names[one["number"]]: one["origin"] for one in data["relations_found"]}


def test_every_export_tells_what_was_found_and_who_says_so(client: JudgingClient, found: dict[str, str]) -> None:
    changes = {one["number"]: one for one in client.get("/api/v1/changes").json["results"]}
    mine = told(changes[found["plan"]], found)
    assert mine.pop("certain") == "machine" and sorted(mine.values()) == ["desk"] and mine.keys() < {"one", "other"}
    lines = {one["number"]: one for line in client.get("/search.jsonl").text.splitlines() if "number" in (one := json.loads(line))}
    pages = {one["number"]: one for one in client.get("/search.json").json["results"]}
    alone = client.get(f"/records/{found['plan']}.json").json
    everywhere = changes[found["plan"]]["relations_found"]
    assert lines[found["plan"]]["relations_found"] == pages[found["plan"]]["relations_found"] == alone["relations_found"] == everywhere
    assert all("relations_found" not in one[found["certain"]] for one in (changes, lines, pages))
    rows = {row["number"].replace("-", ""): row for row in csv.DictReader(io.StringIO(client.get("/search.csv").text))}
    assert set(rows[found["plan"]]["relations_found"].split("; ")) == {f"{one['type']}: {one['number']} ({one['origin']})" for one in everywhere}
    assert rows[found["certain"]]["relations_found"] == "" and found["certain"] not in rows[found["plan"]]["relations"]


def test_the_list_of_relations_tells_the_same(client: JudgingClient, found: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/relations.csv").text)))
    mine = {(row["type"], row["to_number"], row["origin"]) for row in rows if row["from_number"] == found["plan"]}
    [changed] = [one for one in client.get("/api/v1/changes").json["results"] if one["number"] == found["plan"]]
    assert mine == {("implements", found["stated"], "stated")} | {(one["type"], one["number"], one["origin"]) for one in changed["relations_found"]}


def test_changes_tell_which_of_several_with_one_identifier_came_first(client: JudgingClient, found: dict[str, str]) -> None:
    changes = {one["number"]: one for one in client.get("/api/v1/changes").json["results"]}
    assert changes[found["one"]]["place"] < changes[found["other"]]["place"] and changes[found["plan"]]["via"] == "council-records"


def test_a_portal_that_mirrors_this_one_takes_the_record_as_its_agency_said_it(client: JudgingClient, found: dict[str, str]) -> None:
    [changed] = [one for one in client.get("/api/v1/changes").json["results"] if one["number"] == found["plan"]]
    source = a_source("mirror", kind="clerestory", url="https://portal.example", axis=None, options={})
    record = clerestory.parse(Item(changed, b"", "https://portal.example", changed["identifier"]), source)
    assert record and record.number == found["plan"] and [one.number for one in record.relations] == [found["stated"]]


def test_a_vote_is_told_as_its_page_counts_it(client: JudgingClient, save: Save) -> None:
    from harvesters.record import Vote, Votes

    calls = [Vote(name=f"Member {n}", choice=choice, party=party) for n, (choice, party) in enumerate([("for", "Green"), ("for", "Green"), ("against", ""), ("absent", "Blue")])]
    vote = a_decision(type="vote", amount=None, votes=Votes(in_favour=3, against=1, roll_call=tuple(calls)))
    save(vote)
    counted = client.get(f"/records/{vote.number}.json").json["votes_counted"]
    assert counted["counts"] == {"for": 3, "against": 1, "abstain": None, "absent": 1, "recused": None}
    assert counted["majority"] == "for" and counted["differs"] == {"for": {"stated": 3, "named": 2}}
    assert [(one["party"], one["members"], one["for"]) for one in counted["parties"]] == [("Green", 2, 2), ("Blue", 1, 0), ("", 1, 0)]
