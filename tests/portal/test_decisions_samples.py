"""Votes, people, suppliers and sums on recorded answers of real agencies."""

import html
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from harvesters.kinds import diavgeia, federal_register_xml, govuk_content, nyc_council, oparl
from harvesters.run import Item
from harvesters.source import make_source
from harvesters.vocabularies import CHOICES

pytestmark = pytest.mark.samples


def samples(name: str) -> Path:
    folder = os.environ.get("PORTAL_SAMPLES")
    if not folder:
        pytest.skip("PORTAL_SAMPLES names no folder")
    return Path(folder) / name


def source(kind: str, **more):
    return make_source("samples", {"title": "Samples", "kind": kind, "url": "https://agency.example/", "publisher": "Agency", **more})


def test_every_recorded_vote_of_new_york_is_on_the_pages_of_those_who_cast_it(client, save):
    cast: dict[str, dict[str, int]] = {}
    records = []
    for path in sorted(samples("nyc_council/introduction").rglob("*.json"))[:60]:
        row = json.loads(path.read_text("utf-8"))
        for step in row["History"]:
            if step.get("Votes"):
                item = {"step": step, "of": {name: row.get(name) for name in ("ID", "File", "Name", "Title")}}
                records.append(nyc_council.parse(Item(item, b"", "", f"item-{step['ID']}"), source("nyc_council", place="US-NY")))
                for vote in step["Votes"]:
                    cast.setdefault(" ".join(vote["FullName"].split()), {}).setdefault(vote["Vote"], 0)
                    cast[" ".join(vote["FullName"].split())][vote["Vote"]] += 1
    save(*{one.number: one for one in records}.values())
    people = client.get("/people.json?size=1000").json["results"]
    assert {one["name"] for one in people} >= cast.keys()
    said = {"Affirmative": "for", "Negative": "against", "Abstain": "abstain"}
    for one in people[:20]:
        if one["name"] in cast:
            expected: dict[str, int] = {}
            for word, count in cast[one["name"]].items():
                choice = said.get(word, "absent")
                expected[choice] = expected.get(choice, 0) + count
            votes = client.get(f"/people/{one['slug']}.json?size=1").json["about"]["votes"]
            assert votes == expected
            assert votes.keys() <= set(CHOICES)
    page = client.get(f"/people/{people[0]['slug']}")
    assert (page.status_code, len(page.data) < 100_000) == (200, True)


def test_sums_of_recorded_greek_acts_are_those_of_the_acts(client, save):
    answer = json.loads((samples("diavgeia/search") / "complex_search_result.json").read_text("utf-8"))
    records = [diavgeia.parse(Item({"decision": act}, b"", "", act["ada"]), source("diavgeia", place="GR", language="el")) for act in answer["decisions"]]
    records = list({one.number: one for one in records if one}.values())
    save(*records)
    found = client.get("/search/sums.json?by=counterparty&axis=decision").json
    counted = [one for one in records if one.axis == "decision" and one.status != "repealed" and one.type != "notice" and one.amount]
    assert Decimal(found["totals"]["sums"][0]["sum"]) == sum(one.amount.value for one in counted)
    assert sum(Decimal(one["sum"]) for part in found["results"] for one in part["sums"]) == sum(one.amount.value for one in counted)


def test_bodies_of_recorded_german_meetings_have_pages(client, save):
    meeting = json.loads(next(iter(sorted(samples("oparl/karlsruhe/meetings").glob("*.json")))).read_text("utf-8"))
    records = [
        oparl.parse(Item({"object": one, "meeting": meeting, "body": {}, "organizations": ["Gemeinderat"]}, b"", "", one["id"]), source("oparl", place="DE", language="de"))
        for one in meeting["agendaItem"] if one.get("result")
    ]  # fmt: skip
    save(*[one for one in records if one])
    assert client.get("/bodies.json").json["results"][0]["decisions"] == len(records) > 0


def test_those_who_signed_recorded_notices_have_pages_with_their_offices(client, save, tell):
    content = (samples("federal_register/bulk_xml") / "FR-2016-04-15.xml").read_bytes()
    options = federal_register_xml.Options(types=("NOTICE",))
    found = [federal_register_xml.parse(item, source("federal_register_xml", place="US", language="en")) for item in federal_register_xml._issue(content, "", options) if isinstance(item, Item)]
    signed = [one for one in found if one.decision_makers]
    tell(f"notices of one issue: {len(found)}, signed {len(signed)}, with an office {sum(bool(one.offices) for one in signed)}")
    assert len(signed) >= len(found) * 0.95 and sum(bool(one.offices) for one in signed) >= len(signed) * 0.95
    [number] = save(signed[0])
    [(name, office), *_] = signed[0].offices.items()
    page = client.get(f"/records/{number}").text
    assert name in page and html.escape(office, quote=False) in page


def test_who_spoke_in_recorded_statements_is_told_with_the_office_of_that_day(client, save):
    folder = samples("govuk/content_items/speech")
    read = {}
    for path in sorted(folder.glob("*.json")):
        page = json.loads(path.read_text("utf-8"))
        record = govuk_content.parse(Item({"content": page}, b"", "", page["content_id"]), source("govuk_content", place="GB", language="en"))
        read[path.stem] = (record, [one["title"] for one in page["links"].get("roles", ())])
    told = {name: (record.offices, roles) for name, (record, roles) in read.items() if record.offices}
    assert len(told) >= 3 and all(list(offices.values()) == roles for offices, roles in told.values())
    [number] = save(read["withdrawn-speech"][0])
    assert "Secretary of State for the Home Department" in client.get(f"/records/{number}").text
