"""Three real matters, out of recorded answers of agencies, harvested by their kinds and then followed by a reader
without scripts, there and back: a law of New York City with its votes; a rule of the United States with its docket and
what it asked the public; the digital transformation of Viet Nam with what was measured of it.

What ties the records is stated by the sources, with two exceptions that the declarations below spell out: in which
source's records a docket is, and which programme the United Nations' and PAPI's figures measure. The programme itself is
our own record, the demonstration's. Comments of the public are not among the recorded answers.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harvesters.record import number_of
from harvesters.source import make_source
from portal import demo, search
from portal.harvesting import run_source
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..harvesters.agency import Agency, Reply

pytestmark = [pytest.mark.samples, pytest.mark.browser]

NewPage = Callable[..., Any]


def harvest(portal: Portal, name: str, kind: str, url: str, **declared: Any) -> int:
    """Harvest a declared source to its end; how many records came."""
    declaration = {"title": name, "kind": kind, "url": url, "publisher": name, "place": "US", "delay": 0} | declared
    run = run_source(portal, make_source(name, declaration))
    assert run.state == "complete", f"{name}: {run.state}, {run.reason}"
    search.catch_up(portal)
    return run.new


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


class Reader:
    """Follows a matter by links alone."""

    def __init__(self, server: LiveServer, page: Any) -> None:
        self._server, self.page = server, page

    def opens(self, number: str) -> "Reader":
        self.page.goto(f"{self._server.url}/records/{number}")
        return self

    def sees_the_whole_matter(self) -> "Reader":
        self.page.get_by_role("link", name=re.compile("^See the whole matter")).click()
        assert self.page.locator("h1").inner_text().startswith("The whole matter: ")
        return self

    def goes_from_here_to(self, number: str) -> "Reader":
        """By the name of a record on the line of time, to its own page."""
        self.page.locator(f"#r-{number}").locator(".matter__title a").click()
        assert self.page.url.partition("?")[0].endswith(f"/records/{number}")
        return self

    def follows(self, relation: str, number: str) -> "Reader":
        """From the record that one came from, by what ties it to another one, to that one on the line of time."""
        self.page.locator(".thread__here").locator("li", has_text=f"{relation}:").locator(f'a[href$="#r-{number}"]').click()
        assert self.page.url.endswith(f"#r-{number}")
        assert self.page.locator(f"#r-{number}").is_visible()
        return self

    @property
    def words(self) -> str:
        return str(self.page.locator("main").inner_text())


@pytest.fixture
def reader(live_server: LiveServer, new_page: NewPage) -> Reader:
    return Reader(live_server, new_page(width=360, java_script_enabled=False))


def test_a_law_of_new_york_and_its_votes(portal: Portal, agency: Agency, samples: Path, reader: Reader, client: JudgingClient) -> None:
    folder = samples / "nyc_council"
    files = {"introduction": [folder / "introduction/2025/1160.json"], "events": sorted((folder / "events/2025").glob("2025-02-13_*.json"))}
    for name, some in files.items():
        agency.plays(f"/contents/{name}/2025", [{"name": one.name, "download_url": agency.plays(f"/raw/{name}/{one.name}", Reply(one.read_bytes()))} for one in some])
    harvest(portal, "us-nyc", "nyc_council", f"{agency.url}/contents", options={"years": [2025]})
    told = read(files["introduction"][0])
    law = number_of("us-nyc", f"matter-{told['ID']}")
    votes = [number_of("us-nyc", f"item-{step['ID']}") for step in told["History"] if step.get("Votes")]
    assert len(votes) == 2
    reader.opens(law).sees_the_whole_matter()
    assert "3 records" in reader.words and "Beside this matter" in reader.words, "meetings stand beside, whatever else they decided"
    for vote in votes:
        reader.opens(law).sees_the_whole_matter().goes_from_here_to(vote)
        assert "The vote" in reader.words
        reader.sees_the_whole_matter().follows("Based on", law).goes_from_here_to(law)
    data = client.get(f"/records/{votes[0]}/thread.json").json
    assert data["heart"]["number"] == law and {one["number"] for one in data["results"]} == {law, *votes}
    assert "no_outcome" in {gap["code"] for gap in data["gaps"]}
    assert {one["type"] for one in data["beside"]} == {"part_of"}


def test_a_rule_of_the_united_states_its_docket_and_what_it_asked(portal: Portal, agency: Agency, samples: Path, reader: Reader, client: JudgingClient) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for file in sorted((samples / "regulations_gov").glob("*.json")):
        answer = read(file)
        data = answer.get("data") if isinstance(answer, dict) else None
        rows |= {row["id"]: row for row in data or () if isinstance(row, dict) and row.get("type") in ("documents", "dockets")} if isinstance(data, list) else {}
        if isinstance(data, dict) and data.get("type") in ("documents", "dockets"):
            rows[data["id"]] = data
    for view in ("documents", "dockets"):
        some = [row for row in rows.values() if row["type"] == view]
        agency.plays(f"/v4/{view}", {"data": some, "meta": {"totalElements": len(some), "hasNextPage": False}})
    where = {"DHS": "us-regulations", "FDA": "us-regulations", "EPA": "us-regulations"}
    harvest(portal, "us-regulations", "regulations_gov", f"{agency.url}/v4", options={"types": []})
    issue = agency.plays("/FR-2016-04-15.xml", Reply((samples / "federal_register/bulk_xml/FR-2016-04-15.xml").read_bytes(), media_type="application/xml"))
    harvest(portal, "us-register-issues", "federal_register_xml", issue, options={"dockets": where})
    final = [one for one in read(samples / "federal_register/api_v1/batch-missing-duplicate.json")["results"] if one["type"] == "Rule"]
    agency.plays("/api/v1/documents.json", {"count": len(final), "results": final})
    harvest(portal, "us-register", "federal_register", f"{agency.url}/api/v1/documents.json", options={"dockets": where, "from": "2024-12-30"})

    # A proposed rule, the docket it is part of, and the time in which people could comment.
    proposal, docket = (number_of("us-regulations", name) for name in ("DHS-2023-0006-0002", "DHS-2023-0006"))
    reader.opens(proposal).sees_the_whole_matter()
    assert "The consultation closed on 14 March 2023; no decision that followed it is published here." in reader.words
    reader.follows("Part of", docket).goes_from_here_to(docket).sees_the_whole_matter().follows("Has part", proposal).goes_from_here_to(proposal)

    # A document of the Federal Register and one of Regulations.gov, both part of a docket that was not collected.
    there = client.get(f"/records/{number_of('us-regulations', 'FDA-2007-D-0369-0693')}/thread.json").json
    register = [one["number"] for one in there["results"] if one["publisher"].startswith("us-food")]
    assert len(there["results"]) >= 2 and register
    assert {gap["identifier"] for gap in there["gaps"] if gap["code"] == "named_missing"} == {"FDA-2007-D-0369"}
    document = number_of("us-regulations", "FDA-2007-D-0369-0693")
    reader.opens(register[0]).sees_the_whole_matter().goes_from_here_to(document).sees_the_whole_matter().goes_from_here_to(register[0])

    # A final rule says which docket has its comments, and where to look for what is missing.
    rule = number_of("us-register", f"{final[0]['document_number']}/{final[0]['publication_date']}")
    reader.opens(rule).sees_the_whole_matter()
    assert "“EPA-R09-OAR-2023-0649” is named here, but has not been collected." in reader.words
    reader.page.get_by_role("link", name="Search for it").first.click()
    assert "EPA-R09-OAR-2023-0649" in reader.page.locator("input[name=q]").first.input_value()


def test_digital_transformation_of_viet_nam_and_what_was_measured(portal: Portal, agency: Agency, samples: Path, reader: Reader, client: JudgingClient) -> None:
    demo.install(portal)
    folder = samples / "indicators"
    table = {"shape": "series", "values": {"relations.measures": "749/QĐ-TTg"}}
    egdi = agency.plays("/egdi.csv", Reply((folder / "un_egdi_2022.csv").read_bytes(), media_type="text/csv"))
    rank = {"id": "rank", "column": "E-Government Rank", "title": "UN rank: {Country Name}", "indicator": "UN E-Government Development Index: rank", "unit": "rank of 193", "better": "lower"}
    only = {"only": {"Country Name": "Viet Nam"}, "columns": {"place": "Country Name", "period": "Survey Year"}}
    assert harvest(portal, "un-egdi", "table", egdi, axis="outcome", type="indicator", options=table | only | {"indicators": [rank]}) == 1
    for year in (2022, 2023):
        agency.plays(f"/papi/{year}.csv", Reply((folder / f"viet_nam_papi/{year}.csv").read_bytes(), media_type="text/csv"))
    portals = {"id": "SC81", "column": "SC81", "title": "PAPI, access to e-government portals: {Province}", "indicator": "PAPI: e-government portals", "unit": "points", "better": "higher"}
    papi = table | {"files": ["2022.csv", "2023.csv"], "columns": {"period": "{file}"}, "per": ["Province"], "indicators": [portals]}
    harvest(portal, "vn-papi", "table", f"{agency.url}/papi/", axis="outcome", type="indicator", place="VN", options=papi)

    programme = client.get("/search.json?q=749/QĐ-TTg&axis=policy&size=1").json["results"][0]["number"]
    whole = client.get(f"/records/{programme}/thread.json").json
    measured = {name: [one["number"] for one in whole["results"] if one["title"].startswith(name)] for name in ("UN rank", "PAPI, access")}
    assert len(measured["UN rank"]) == 1 and len(measured["PAPI, access"]) == 63 and whole["complete"]
    assert {"decision", "policy", "outcome"} == {one["axis"] for one in whole["results"]}
    assert whole["heart"]["number"] == programme
    overdue = [gap for gap in whole["gaps"] if gap["code"] == "report_overdue" and gap["day"] == "2025-12-31"]
    assert overdue, "the programme's first term is over, and no report has come"
    rank_number = measured["UN rank"][0]
    reader.opens(rank_number).sees_the_whole_matter().follows("Measures", programme).goes_from_here_to(programme)
    reader.sees_the_whole_matter()
    reader.page.get_by_role("navigation", name="What to show").get_by_role("link", name="Outcomes").click()
    reader.goes_from_here_to(rank_number)
    papi_number = measured["PAPI, access"][0]
    reader.opens(papi_number).sees_the_whole_matter().follows("Measures", programme).goes_from_here_to(programme)
