"""The declarations that ship: right, polite, and each with a place for what it brings."""

from pathlib import Path

import pytest

from harvesters.kinds import KINDS
from harvesters.source import SHIPPED, Source, SourceError, make_source, read_sources

SOURCES, FAULTS = read_sources(SHIPPED)
# Publishers that are of no country.
INTERNATIONAL = {
    "European Central Bank", "Eurostat",
    "Our World in Data", "Transparency International", "United Nations Department of Economic and Social Affairs",
    "World Bank",
}  # fmt: skip
OF_AGENCIES = [source for source in SOURCES.values() if not source.demonstration]

# Dialects in which an item does not tell its axis; in the others the kind does.
PLACED_BY_DECLARATION = frozenset({"ckan", "dkan", "data_json", "dcat", "table", "atom", "rss", "socrata", "oai_pmh"})


def test_every_declaration_that_ships_is_right() -> None:
    assert FAULTS == []
    assert len(OF_AGENCIES) >= 10


@pytest.mark.parametrize("source", OF_AGENCIES, ids=lambda source: source.name)
def test_a_declaration_says_what_a_visitor_wants_to_know(source: Source) -> None:
    assert source.url.startswith("https://")
    assert source.description and source.homepage and source.publisher_homepage
    assert (source.place or source.publisher in INTERNATIONAL) and source.minimum > 1
    assert source.delay >= 1, "agencies' servers are not ours"
    assert source.license or source.kind == "ckan", "only a catalogue says it dataset by dataset"


@pytest.mark.parametrize("source", OF_AGENCIES, ids=lambda source: source.name)
def test_whatever_a_source_brings_finds_an_axis(source: Source) -> None:
    traits = {"type": ["dataset"], "group": [], "tag": [], "title": ["Anything else"], "publisher": []}
    assert source.kind not in PLACED_BY_DECLARATION or source.place_record(dict(traits))


def test_all_faults_of_a_declaration_are_told_at_once() -> None:
    with pytest.raises(SourceError) as caught:
        make_source("my-source", {"kind": "tabel", "title": "x", "axis": "outcomes", "schedule": "often"})
    message = str(caught.value)
    assert f"my-source: kind 'tabel' is unknown; known kinds: {', '.join(sorted(KINDS))}" in message
    assert "url is missing" in message and "publisher is missing" in message


def test_a_folder_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "us-fcc.toml").write_text(
        'title = "Mine"\nkind = "data_json"\nurl = "https://a.example/data.json"\npublisher = "Me"\n'
    )
    (tmp_path / "broken.toml").write_text("title = ")
    sources, faults = read_sources(SHIPPED, tmp_path)
    assert sources["us-fcc"].title == "Mine"
    assert len(sources) == len(SOURCES)
    assert faults and faults[0].startswith("broken: broken.toml is not TOML")
