"""Real laws with their versions, harvested as they were recorded: read by article, as of a day, and compared."""

import gzip
import re
from pathlib import Path

import pytest

from portal import catalogue, search
from portal.catalogue import Entry
from portal.harvesting import run_source
from portal.outline import outline_of
from portal.parts import Portal
from portal.portions import portions_of
from tests.factories import a_source
from tests.harvesters.agency import Agency, Reply

from ..browser import JudgingClient

pytestmark = pytest.mark.samples

_WASTE = "/za-cpt/act/by-law/2009/integrated-waste-management"


@pytest.fixture
def laws(portal: Portal, agency: Agency, samples: Path) -> dict[str, Entry]:
    """Every recorded by-law of Cape Town, by the identifier of its record."""
    names = []
    for place, path in enumerate(sorted((samples / "akoma_ntoso" / "za_by_laws").rglob("main.xml"))):
        names.append(f"{place}.xml")
        agency.plays(f"/{place}.xml", Reply(path.read_bytes(), media_type="application/xml"))
    run = run_source(portal, a_source("by-laws", kind="akoma_ntoso", url=f"{agency.url}/", axis="policy", language="en", options={"files": names}))
    assert run.state == "complete", run.reason
    search.catch_up(portal)
    with portal.database.read() as session:
        entries = [entry for number, _ in catalogue.all_numbers(session) if (entry := catalogue.find(session, number))]
    return {entry.data["identifier"]: entry for entry in entries}


def _versions(laws: dict[str, Entry], name: str) -> tuple[Entry, Entry]:
    """The earlier and the present version of a by-law."""
    found = sorted((entry for identifier, entry in laws.items() if name in identifier), key=lambda entry: entry.data.get("status") != "superseded")
    assert len(found) == 2
    return found[0], found[1]


def test_what_was_in_force_is_found_among_the_versions_of_a_law(client: JudgingClient, laws: dict[str, Entry]) -> None:
    earlier, present = _versions(laws, _WASTE)
    [begun] = [present.data["valid_from"]]
    assert begun == "2016-06-30"
    for entry, day, state, instead in (
        (present, "2016-06-30", "in_force", None), (present, "2016-06-29", "not_yet", earlier.number), (earlier, "2016-06-29", "in_force", None),
        (earlier, "2016-06-30", "ended", present.number), (earlier, "2024-02-29", "ended", present.number),
    ):  # fmt: skip
        told = client.get(f"/records/{entry.number}/as-of/{day}.json").json["in_force"]
        assert told["state"] == state, (entry.title("en"), day)
        assert (told["instead"] or "").rpartition("/")[2] == (instead or "")


def test_two_versions_of_a_law_are_compared_by_its_own_sections(client: JudgingClient, laws: dict[str, Entry]) -> None:
    earlier, present = _versions(laws, _WASTE)
    data = client.get(f"/records/{earlier.number}/compare/with/{present.number}.json").json
    sections = {(one["new"] or one["old"])["anchor"]: one["state"] for one in data["texts"][0]["sections"]}
    assert {name for name, state in sections.items() if state == "added"} == {"section-4A", "section-23A", "section-26A"}
    assert "removed" not in sections.values()
    assert sections["section-1"] == "changed"
    page = client.get(f"/records/{earlier.number}/compare/with/{present.number}?view=side")
    assert page.status_code == 200
    assert page.text.count('class="side"') > 5


def test_every_article_of_every_law_has_its_page_and_no_page_is_heavy(client: JudgingClient, laws: dict[str, Entry]) -> None:
    shown = 0
    for entry in laws.values():
        body = entry.data.get("body", "")
        if not body:
            continue
        outline = outline_of(body)
        assert len({one.anchor for one in outline.sections}) == len(outline.sections)
        assert "".join(body[one.start : one.end] for one in outline.sections) == body
        for section in outline.headings[:: max(1, len(outline.headings) // 3)]:
            answer = client.get(f"/records/{entry.number}/text/{section.anchor}", judge=False)
            assert answer.status_code == 200, (entry.title("en"), section.anchor)
            assert len(gzip.compress(answer.data)) < 100_000
            shown += 1
        for portion in portions_of(body):
            answer = client.get(f"/records/{entry.number}/text?part={portion.number}", judge=False)
            assert len(gzip.compress(answer.data)) < 100_000
    assert shown > 100


def test_articles_keep_their_anchors_through_amendments(laws: dict[str, Entry]) -> None:
    for name in (_WASTE, "2009/events", "2009/informal-trading"):
        earlier, present = _versions(laws, name)
        old, new = ({one.anchor: one.title for one in outline_of(entry.data["body"]).headings} for entry in (earlier, present))
        both = old.keys() & new.keys()
        assert len(both) >= 0.9 * len(old)
        assert sum(old[anchor].casefold() == new[anchor].casefold() for anchor in both) >= 0.9 * len(both)


def test_a_search_leads_into_a_law(client: JudgingClient, laws: dict[str, Entry]) -> None:
    _earlier, present = _versions(laws, _WASTE)
    page = client.get("/search?q=%22accredited+service+provider%22").text
    links = re.findall(rf'href="/records/{present.number}/text/([\w.-]+)\?', page)
    assert links
    assert "<mark>accredited" in client.get(f"/records/{present.number}/text/{links[0]}?q=%22accredited+service+provider%22").text
