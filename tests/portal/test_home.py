"""The home page: what is new on each axis, who publishes, one matter to follow, and what a bare portal says."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from harvesters.record import Agency, Relation, Target
from portal import store
from portal.look import Kept
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Save = Callable[..., list[str]]


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_portal_without_records_says_how_to_get_some(client: JudgingClient) -> None:
    words = _words(client.get("/").text)
    assert "holds no records yet" in words
    assert "clerestory harvest run NAME" in words
    assert "clerestory demo" in words


def test_each_axis_has_its_count_and_its_newest(client: JudgingClient, save: Save) -> None:
    save(*(a_decision(title=f"Bridge {year}", issued=str(year)) for year in range(2015, 2020)))
    save(a_policy(title="Strategy for bridges"))
    html = client.get("/").text
    decisions = re.search(r'<section class="pane pane--decision".*?</section>', html, re.S)
    assert decisions
    words = _words(decisions[0])
    assert "5 records" in words
    assert re.findall(r"Bridge \d+", words) == ["Bridge 2019", "Bridge 2018", "Bridge 2017"]
    assert "1 record " in _words(html)
    assert "No outcome has been collected yet." in _words(html)


def test_the_whole_is_counted_by_locale(client: JudgingClient, save: Save) -> None:
    save(*(a_decision() for _ in range(1001)), a_policy(source="other"))
    assert "1,002 records from 2 sources." in _words(client.get("/").text)


def test_agencies_are_listed_by_what_they_published(client: JudgingClient, save: Save) -> None:
    ministry = Agency(slug="xx-ministry", names={"en": "Ministry of Examples", "vi": "Bộ Ví dụ"})
    save(a_decision(), a_decision(publisher=ministry), a_decision(publisher=ministry))
    html = client.get("/").text
    assert html.index("Ministry of Examples") < html.index("Example City Council")
    assert "/agencies/xx-ministry" in html
    assert "Bộ Ví dụ" in client.get("/vi/").text


def test_subjects_lead_to_their_records(client: JudgingClient, save: Save) -> None:
    save(a_decision(subjects=("HEAL",)), a_policy(subjects=("HEAL", "SDG3")))
    html = client.get("/").text
    assert "/search?subject=HEAL" in html
    assert "Health 2" in _words(html)


def _matter(html: str) -> str:
    return html.split('class="home-matter"')[1].split('id="ways"')[0]


def test_one_matter_answers_who_decided_what_it_says_and_what_is_missing(client: JudgingClient, save: Save) -> None:
    strategy = a_policy(title="Digital strategy", issued="2020-06-03", targets=())
    carried_out = Relation(type="implements", number=strategy.number)
    save(
        a_decision(title="Second step", issued="2022", relations=(carried_out,)),
        a_decision(title="First step", issued="2021", relations=(carried_out,)),
        strategy,
    )
    html = _matter(client.get("/").text)
    words = _words(html)
    assert words.index("What does it say?") < words.index("Digital strategy") < words.index("Who decided?") < words.index("Second step") < words.index("First step")
    assert "City Council" in words and "$1,250.50" in words
    assert "No result of this matter has been published here." in words
    assert "What is missing?" in words and "No outcome has been reported here." in words
    assert f"/records/{strategy.number}/thread" in html


def test_a_matter_that_was_measured_says_whether_it_worked(client: JudgingClient, save: Save) -> None:
    target = Target(indicator="Services online", value="40", unit="%", due="2022")
    strategy = a_policy(other_identifiers=({"value": "749/QĐ-TTg"},), targets=(target,))
    tied = Relation(type="implements", identifier="749/QD-TTg")
    save(strategy, a_decision(relations=(tied,)), an_outcome(relations=(Relation(type="measures", number=strategy.number),)))
    words = _words(_matter(client.get("/").text))
    # The figure of the year in which it was due is judged, not the last one.
    assert "Services online : 40 % , due 2022 Reached 42 in 2022" in words
    assert "No result of this matter" not in words


def test_ways_in_tell_what_stands_behind_them(client: JudgingClient, save: Save) -> None:
    save(a_policy(targets=(Target(indicator="Homes with fibre", value="80", unit="%", due="2020"),)))
    client.get("/outcome-clock")  # the clock reads what is new
    html = client.get("/").text
    assert "1 is overdue." in _words(html)
    for address in ("/outcome-clock", "/people/", "/bodies/", "/suppliers/", "/search/sums?axis=decision", "/compare", "/completeness"):
        assert f'href="{address}"' in html.split('class="ways-in')[1], address


def test_records_that_stand_alone_make_no_matter(client: JudgingClient, save: Save) -> None:
    save(a_policy(), a_decision())
    assert "Follow one matter" not in client.get("/").text


def test_a_title_in_another_language_is_marked(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="خطة التحول الرقمي", language="ar"))
    assert re.search(r'<a [^>]*lang="ar" dir="auto">خطة', client.get("/").text)


class TestWithoutSearch:
    """The index cannot be opened: its folder is a file."""

    @pytest.fixture
    def search_url(self) -> str:
        return "whoosh:"

    def test_the_home_page_stands(self, client: JudgingClient, tmp_path: Path) -> None:
        (tmp_path / "data" / "search").write_text("in the way")
        assert client.get("/").status_code == 200
        answer = client.get("/search?q=bridge")
        assert answer.status_code == 503
        assert "Agencies" in answer.text


class KeptForLong(Kept):
    """Keeps whatever is read, as a large portal keeps what takes long."""

    def get(self, key, read, quick=0.0):  # type: ignore[no-untyped-def]
        return super().get(key, read, quick=-1.0)


def test_what_is_taken_off_the_pages_goes_from_the_home_page_at_once(app: Flask, portal: Portal, client: JudgingClient, save: Save) -> None:
    app.extensions["clerestory.kept"] = KeptForLong(1e9)
    save(a_policy(identifier="1", title="Plan"), *(a_decision(identifier=str(n), title=f"Award to person {n}", relations=(Relation(type="implements", identifier="1"),)) for n in (2, 3)))
    assert "Award to person 3" in client.get("/").text
    with portal.database.write() as session:
        store.unpublish(session, session.query(RecordRow).filter_by(identifier="3").one(), "personal_data", NOW)
    page = client.get("/").text
    assert "Award to person 3" not in page and "Award to person 2" in page
