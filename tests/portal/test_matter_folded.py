"""A long matter on a small screen: years that fold, gaps said once, and everything there without scripts and on paper."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from harvesters.record import Relation, Target

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
NewPage = Callable[..., Any]


@pytest.fixture
def matter(save: Save) -> dict[str, str]:
    """A programme of 2020 with targets of one year, a decision in each of many years, and reports that never came."""
    heart = a_policy(title="The programme", type="programme", issued="2020-06-03", targets=tuple(Target(indicator=f"Target {n}", value=80, unit="%", due="2023") for n in range(4)))
    joined = (Relation(type="implements", number=heart.number),)
    many = [a_decision(title=f"Decision of {1990 + n}", issued=f"{1990 + n}-05-01", relations=joined) for n in range(60)]
    reports = [an_outcome(title=f"Report {n}", observations=(), issued=None, due="2023-12-31", relations=(Relation(type="evaluates", number=heart.number),)) for n in range(3)]
    save(heart, *many, *reports)
    return {"heart": heart.number, "early": many[0].number, "late": many[-1].number}


def test_what_is_missing_since_one_day_is_said_once(client: JudgingClient, matter: dict[str, str]) -> None:
    page = client.get(f"/records/{matter['heart']}/thread?only=gaps").text
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "No figure here shows whether these 4 targets were reached (due: 2023): Target 0 Target 1 Target 2 Target 3" in words
    _, said, reports = words.partition("These 3 figures or reports were due and have not been published here (due: 31 December 2023):")
    assert said and all(f"Report {n} ·" in reports for n in range(3))
    assert page.count("No figure here shows whether") == 1 and "“Target 0”" not in page
    whole = client.get(f"/records/{matter['heart']}/thread.json?only=gaps").json
    assert [gap["code"] for gap in whole["gaps"]].count("target_overdue") == 4, "data tells each by itself"


def test_who_comes_from_a_record_amid_a_long_matter_gets_its_answers_first(client: JudgingClient, matter: dict[str, str]) -> None:
    page = client.get(f"/records/{matter['late']}/thread")
    assert "What does it say?" in page.text and f'id="r-{matter["late"]}"' in page.text, "it stands on the second page"
    assert "What does it say?" not in client.get(f"/records/{matter['late']}/thread?page=2").text


@pytest.mark.browser
def test_years_fold_on_a_small_screen_without_scripts_and_a_year_that_is_chosen_opens(live_server: LiveServer, new_page: NewPage, matter: dict[str, str]) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{live_server.url}/records/{matter['heart']}/thread")
    assert page.locator(f"#r-{matter['heart']}").is_visible()
    assert not page.locator(f"#r-{matter['early']}").is_visible()
    years = page.get_by_role("navigation", name="Years")
    years.get_by_role("link", name="1990").click()
    page.locator(f"#r-{matter['early']}").wait_for(state="visible")
    years.get_by_role("link", name="2049").click()
    page.locator(f"#r-{matter['late']}").wait_for(state="visible")
    assert page.url.endswith("?page=2#y-2049")


@pytest.mark.browser
def test_paper_has_every_year_that_the_screen_has_folded(live_server: LiveServer, new_page: NewPage, matter: dict[str, str]) -> None:
    page = new_page()
    page.goto(f"{live_server.url}/records/{matter['heart']}/thread")
    sheets = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4")))
    words = "".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
    assert all(f"Decision of {year}" in words for year in range(1990, 2030))


def test_a_link_to_a_matter_that_is_passed_on_says_what_is_in_it_and_what_is_missing(client: JudgingClient, matter: dict[str, str]) -> None:
    head = client.get(f"/records/{matter['heart']}/thread").text.partition("</head>")[0]
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', head))
    assert told["title"] == "The whole matter: The programme"
    assert told["description"].startswith("64 records, from 1990 to 2049. ") and "things are missing." in told["description"]
    assert told["url"].endswith(f"/records/{matter['heart']}/thread")
    with client.get(told["image"].removeprefix("http://localhost")) as picture:
        assert picture.mimetype == "image/png" and len(picture.data) < 20_000
