"""Charts of some years, and charts as files: what is drawn, told, listed and taken away is of the years that were asked for."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from harvesters.record import Money, Observation, Relation, Target
from portal.views.drawings import STYLE

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
SVG = "{http://www.w3.org/2000/svg}"


def _series(first: int, last: int, place: str | None = None, start: int = 0) -> tuple[Observation, ...]:
    return tuple(Observation(period=str(year), value=start + year - first + 1, place=place) for year in range(first, last + 1))


@pytest.fixture
def rides(save: Save) -> str:
    outcome = an_outcome(title="Rides <at> night & day", indicator="Rides <at> night & day", unit="rides", observations=_series(2010, 2024))
    target = Target(indicator="Rides <at> night & day", unit="rides", baseline=1, baseline_period="2010", value=20, due="2027")
    save(outcome, a_policy(targets=(target,), relations=(Relation(type="cites", number=outcome.number),)))
    return f"/records/{outcome.number}"


def test_chart_words_table_and_csv_are_of_the_years_that_were_asked_for(client: JudgingClient, rides: str) -> None:
    page = client.get(f"{rides}?from=2012&to=2014").text
    assert "From 3 in 2012 to 5 in 2014" in page and "3 figures as a table" in page
    assert f'href="{rides}/observations.csv?from=2012&amp;to=2014"' in page and f'href="{rides}/observations.csv"' in page
    assert 'headline__value">15<' in page  # what was last measured stays
    rows = client.get(f"{rides}/observations.csv?from=2012&to=2014").text.splitlines()
    assert [row[:4] for row in rows[1:]] == ["2012", "2013", "2014"]
    years = re.findall(r'text-anchor="middle">(\d{4})<', page)
    assert set(years) <= {"2012", "2013", "2014"} and years


def test_a_target_ahead_does_not_stretch_the_years_that_were_asked_for(client: JudgingClient, rides: str) -> None:
    def drawn(query: str) -> set[str]:
        return {word.text or "" for word in ElementTree.fromstring(client.get(f"{rides}/chart.svg{query}").text).iter(f"{SVG}text")}

    assert {"2010", "2026"} <= drawn("") and "target: 20 by 2027" in drawn("?from=2020")
    assert not {"2025", "2026", "2027"} & drawn("?from=2020")


def test_one_end_may_be_open_and_the_form_keeps_what_was_typed(client: JudgingClient, rides: str) -> None:
    page = client.get(f"{rides}?from=2020&to=").text
    assert "From 11 in 2020 to 15 in 2024" in page and re.search(r'id="years-from"[^>]* value="2020"', page)
    assert f'href="{rides}">All years</a>' in page


def test_years_without_figures_say_so_and_lead_back(client: JudgingClient, rides: str) -> None:
    page = client.get(f"{rides}?from=1900&to=1950").text
    assert "all figures are of 2010 to 2024" in page and "All years" in page and "<figure" not in page
    assert client.get(f"{rides}/chart.svg?from=1900&to=1950", judge=False).status_code == 404


@pytest.mark.parametrize("query", ["from=soon", "to=20200", "from=-201", "from=2020&to=2010", "from=0000", "from=٢٠٢٠"])
def test_what_is_no_range_of_years_is_answered_with_what_to_write(client: JudgingClient, rides: str, query: str) -> None:
    for path in (rides, f"{rides}/chart.svg", f"{rides}/observations.csv", "/compare"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400, path
        assert "empty" in answer.text


def test_a_chart_travels_as_a_file_that_needs_nothing_else(client: JudgingClient, rides: str) -> None:
    answer = client.get(f"{rides}/chart.svg?from=2012")
    assert answer.mimetype == "image/svg+xml" and "sandbox" in answer.headers["Content-Security-Policy"]
    root = ElementTree.fromstring(answer.text)
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert words[0] == "Rides <at> night & day, rides"
    assert any(word.startswith("Source:") for word in words) and any(word.endswith(rides) for word in words)
    assert root.findtext(f"{SVG}title") == "Rides <at> night & day, rides"
    assert "From 3 in 2012 to 15 in 2024" in (root.findtext(f"{SVG}desc") or "")
    assert root.findtext(f"{SVG}style") == STYLE and "var(" not in answer.text and "url(" not in answer.text
    assert "biểu đồ" not in answer.text and "Nguồn:" in client.get(f"/vi{rides}/chart.svg").text


def test_the_colours_of_the_file_are_those_of_the_pages() -> None:
    from pathlib import Path

    import portal

    light = (Path(portal.__file__).parent / "static/css/tokens.css").read_text().partition("prefers-color-scheme: dark")[0]
    known = set(re.findall(r"#[0-9a-f]{6}", light))
    assert set(re.findall(r"#[0-9a-f]{6}", STYLE)) <= known


def test_what_has_no_chart_has_no_file_either(client: JudgingClient, save: Save) -> None:
    policy, single = a_policy(), an_outcome(observations=_series(2020, 2020))
    save(policy, single)
    for record in (policy, single):
        assert client.get(f"/records/{record.number}/chart.svg", judge=False).status_code == 404
        assert "chart.svg" not in client.get(f"/records/{record.number}").text


def test_a_comparison_is_of_some_years_too_and_its_drawings_are_files(client: JudgingClient, save: Save) -> None:
    one = an_outcome(title="Jobs", indicator="Jobs", unit="%", observations=_series(2010, 2020, "VN") + _series(2010, 2020, "TH", 3))
    two = an_outcome(title="Money", indicator="Money", unit="US$", observations=_series(2015, 2024))
    save(one, two)
    series = f"series={one.number}:VN,{one.number}:TH,{two.number}"
    page = client.get(f"/compare?{series}&from=2016&to=2018").text
    assert ">2014<" not in page and ">2020<" not in page and page.count("The chart as SVG") == 2
    csv = client.get(f"/compare.csv?{series}&from=2016&to=2018").text
    assert {row.split(",")[4] for row in csv.splitlines()[1:]} == {"2016", "2017", "2018"}
    assert "from=2016" in re.findall(r'href="([^"]*compare\.csv[^"]*)"', page)[0]
    second = client.get(f"/compare/chart.svg?{series}&from=2016&panel=2")
    assert "Money" in (ElementTree.fromstring(second.text).findtext(f"{SVG}title") or "")
    assert client.get(f"/compare/chart.svg?{series}&panel=3").status_code == 400
    gone = client.get(f"/compare?{series}&from=2022")
    assert gone.status_code == 422 and "has no figure of these years" in gone.text


@pytest.mark.browser
def test_years_are_chosen_and_the_chart_taken_away_without_scripts(live_server: LiveServer, new_page: Callable[..., Any], rides: str) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(live_server.url + rides)
    page.get_by_label("From year").fill("2015")
    page.get_by_label("to year").fill("2018")
    page.get_by_role("button", name="Show these years").click()
    assert page.get_by_text("From 6 in 2015 to 9 in 2018").count()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="The chart as SVG").click()
    assert waiting.value.suggested_filename.endswith("-chart.svg")


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/vi/", "/search", "/vi/search"])
def test_the_navigation_takes_two_rows_on_a_phone(live_server: LiveServer, new_page: Callable[..., Any], path: str) -> None:
    page = new_page(width=360)
    page.goto(live_server.url + path)
    rows = page.evaluate("[...new Set([...document.querySelectorAll('.nav a')].map(one => Math.round(one.getBoundingClientRect().top)))].length")
    assert rows == 2


@pytest.mark.browser
def test_on_a_phone_a_decision_says_at_once_who_decided_and_who_got_how_much(live_server: LiveServer, new_page: Callable[..., Any], save: Save) -> None:
    award = a_decision(type="award", decided_by="Town Council", amount=Money(value="1240000", currency="EUR"), counterparty="Redline Coaches Ltd")
    save(award)
    for width, shown in ((360, True), (1280, False)):
        page = new_page(width=width)
        page.goto(f"{live_server.url}/records/{award.number}")
        gist = page.locator("dl.gist")
        assert gist.is_visible() == shown  # beside it, on a wide screen, stand all facts
        if shown:
            assert all(words in gist.inner_text() for words in ("Town Council", "1,240,000", "Redline Coaches Ltd"))
            assert gist.bounding_box()["y"] < 900
