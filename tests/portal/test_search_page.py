"""The page of results: what was found and why, the filters, the ways on where nothing was found."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from harvesters.record import Agency, Identifier
from portal import search, store
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def _words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def _heading(html: str) -> str:
    return _words(re.findall(r"<h1.*?</h1>", html, re.S)[0])


def _titles(html: str) -> list[str]:
    return [_words(title) for title in re.findall(r'<h2 class="hit__title">.*?</h2>', html, re.S)]


def _link(html: str, words: str) -> str:
    """The address of the link in <main> that reads `words`."""
    main = html.split("<main")[1].split("</main>")[0]
    found = [link for link in re.findall(r"<a [^>]*>.*?</a>", main, re.S) if _words(link).startswith(words)]
    assert found, f"there is no link “{words}”"
    return unescape(re.findall(r'href="([^"]*)"', found[0])[0])


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/search", "All records"),
        ("/search?axis=policy", "Policies"),
        ("/search?axis=decision&axis=policy", "Chosen records"),
        ("/search?q=bridge", "“bridge”: 2 records"),
        ("/search?q=bridge&axis=policy", "“bridge”: 1 record"),
    ],
)
def test_the_heading_says_what_the_list_is(client: JudgingClient, save: Save, address: str, heading: str) -> None:
    save(a_decision(title="A bridge"), a_policy(title="Bridges for all"), an_outcome())
    assert _heading(client.get(address).text) == heading


def test_a_long_question_is_shown_by_its_beginning(client: JudgingClient, save: Save) -> None:
    save(a_policy())
    html = client.get("/search", query_string={"q": "bridge " * 250}).text
    assert len(_heading(html)) < 150
    assert "…”: 0 records" in _heading(html)


def test_a_hit_shows_where_it_matched_and_leads_to_the_record(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision(title="Bridge over the river", body="The old bridge is closed. " * 3))
    html = client.get("/search?q=bridge").text
    assert "<mark>Bridge</mark> over the river" in html
    assert "The old <mark>bridge</mark> is closed" in html
    assert f"/records/{number}" in html or "records.record" not in html


def test_a_document_number_is_found_and_told(client: JudgingClient, save: Save) -> None:
    save(a_policy(other_identifiers=(Identifier(value="749/QĐ-TTg"),)), a_policy())
    words = _words(client.get("/search?q=749/qd-ttg").text)
    assert "1 record" in words
    assert "749/QĐ-TTg" in words and "In its number: 749/QĐ-TTg" in words


def test_words_of_a_record_are_never_markup(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="<b>Bridge</b> & <script>", summary="<i>bridge</i>"))
    html = client.get("/search?q=bridge").text
    assert "<script>" not in html.split("<main")[1]
    assert "&lt;i&gt;<mark>bridge</mark>" in html


def test_a_filter_is_chosen_widened_and_taken_away_by_links(client: JudgingClient, save: Save) -> None:
    save(a_decision(title="D"), a_policy(title="P"), an_outcome(title="O"))
    html = client.get("/search").text
    one = client.get("/search" + _link(html, "Policy")).text
    assert _titles(one) == ["P"]
    two = client.get("/search" + _link(one, "Decision")).text
    assert sorted(_titles(two)) == ["D", "P"]
    back = client.get("/search" + _link(two, "Remove filter: Policy")).text
    assert _titles(back) == ["D"]
    assert len(_titles(client.get("/search" + _link(two, "Clear all")).text)) == 3


def test_a_chosen_value_keeps_its_line_where_nothing_is_found(client: JudgingClient, save: Save) -> None:
    save(a_decision(subjects=("HEAL",)), a_policy(subjects=("TRAN",)))
    html = client.get("/search?axis=policy&subject=HEAL").text
    assert "No record was found" in html
    assert "(chosen; take away)" in html
    assert "Search without filters" in html


def test_agencies_are_filtered_by_name_in_the_readers_language(client: JudgingClient, save: Save) -> None:
    office = Agency(slug="xx-office", names={"vi": "Văn phòng Ví dụ", "en": "Example Office"})
    save(a_decision(publisher=office, title="X"), a_decision())
    assert _titles(client.get("/search" + _link(client.get("/search").text, "Example Office")).text) == ["X"]
    assert "Văn phòng Ví dụ" in client.get("/vi/search").text


def test_forty_agencies_are_all_within_reach_and_rarer_ones_are_told(client: JudgingClient, save: Save) -> None:
    save(*(a_decision(publisher=Agency.of(f"Office {n}")) for n in range(40)))
    html = client.get("/search").text
    assert "30 more" in html
    assert all(f"Office {n}<" in html for n in range(40))
    save(*(a_decision(publisher=Agency.of(f"Bureau {n}")) for n in range(15)))
    assert "5 rarer values are not listed" in client.get("/search").text


def test_dates_narrow_and_keep_the_rest(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Old", issued="2019"), a_policy(title="Mid", issued="2020-05"), a_policy(title="New", issued="2022"))
    page = client.submit("/search?axis=policy", {"from": "2020", "to": "2021"}, form="dates")
    assert _titles(page.text) == ["Mid"]
    assert "from 2020" in page.text and "until 2021" in page.text
    assert _heading(page.text) == "Policies"


@pytest.mark.parametrize("name", ["from", "to"])
def test_an_impossible_date_is_told_at_its_field(client: JudgingClient, save: Save, name: str) -> None:
    save(a_policy(title="Still here"))
    response = client.get(f"/search?{name}=31/02/2020")
    assert response.status_code == 422
    assert "<title>Error: All records" in response.text
    assert f'<a href="#{name}">' in response.text
    assert f'id="{name}-error"' in response.text
    assert 'value="31/02/2020"' in response.text
    assert _titles(response.text) == ["Still here"]


def test_an_unknown_value_is_told_and_left_out(client: JudgingClient, save: Save) -> None:
    save(a_policy())
    response = client.get("/search?axis=polizy&sort=best")
    assert response.status_code == 422
    words = _words(response.text)
    assert "There are 2 problems" in words
    assert "axis: “polizy” is not an axis; use decision, policy or outcome" in words


def test_the_order_is_chosen_by_links(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="A plan", issued="2019"), a_policy(title="B plan", issued="2021"))
    html = client.get("/search?q=plan").text
    assert _titles(client.get("/search" + _link(html, "Oldest first")).text) == ["A plan", "B plan"]
    assert _titles(client.get("/search" + _link(html, "Newest first")).text) == ["B plan", "A plan"]


def test_pages_of_a_list_lead_on_and_back(client: JudgingClient, save: Save) -> None:
    save(*(a_decision() for _ in range(45)))
    first = client.get("/search").text
    assert "Records 1 to 20 of 45." in _words(first)
    third = client.get("/search" + _link(first, "Page 3")).text
    assert "Records 41 to 45 of 45." in _words(third)
    assert 'rel="prev"' in third and 'rel="next"' not in third
    beyond = client.get("/search?page=9").text
    assert "fewer pages than 9" in _words(beyond)
    assert len(_titles(client.get("/search" + _link(beyond, "Go to its last page")).text)) == 5


def test_nothing_found_offers_what_to_try_instead(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Transport strategy"))
    html = client.get("/search?q=tranzport&axis=policy").text
    assert "Nothing was found for “tranzport”. These are the results for “transport”." in _words(html)
    assert _titles(html) == ["Transport strategy"]
    assert "/search.csv?q=transport&amp;axis=policy" in html
    assert client.get("/search.json?q=tranzport").get_json()["total"] == 0  # data are what was asked for
    html = client.get("/search?q=transport+zeppelin").text
    assert _titles(client.get("/search" + _link(html, "transport")).text) == ["Transport strategy"]
    assert "/pages/search-help" in html


def test_the_page_says_what_search_has_not_learned_yet(client: JudgingClient, save: Save, portal: Portal) -> None:
    save(a_policy())
    assert "Complete as of" in client.get("/search").text
    with portal.database.write() as session:
        store.save_many(session, [store.Arrival(a_policy()), store.Arrival(a_decision())], now=NOW)
    assert "2 records were saved but are not searchable yet." in client.get("/search").text


def test_the_list_can_be_taken_away_as_it_stands(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Plan"), a_decision(title="Plan"))
    html = client.get("/search?q=plan&axis=policy").text
    for name in ("CSV", "JSON Lines", "JSON", "Feed"):
        answer = client.get(_link(html, name), buffered=True)
        assert answer.status_code == 200
        assert answer.headers.get("Clerestory-Total", "1") == "1"
    assert 'rel="alternate" type="application/atom+xml"' in html


def test_pages_about_the_portal_are_found_too(client: JudgingClient, save: Save) -> None:
    save(a_policy())
    assert "/pages/privacy" in client.get("/search?q=cookies").text.split("<main")[1].split("</main>")[0]


def test_a_text_in_another_language_is_marked_and_named(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Chiến lược cầu đường", language="vi"))
    html = client.get("/search?q=cau+duong").text
    assert re.search(r'<h2 class="hit__title"><a [^>]*lang="vi"', html)
    assert "in Vietnamese" in html
    assert 'lang="vi" dir' not in client.get("/vi/search?q=cau+duong").text


def test_a_withdrawn_record_says_so(client: JudgingClient, save: Save, portal: Portal) -> None:
    [number] = save(a_policy(title="Gone plan"))
    with portal.database.write() as session:
        row = session.scalar(select(RecordRow).where(RecordRow.number == number))
        assert row
        store.withdraw(session, row, "no longer listed", NOW)
    search.catch_up(portal)
    assert "withdrawn at its source" in client.get("/search?q=gone").text


@pytest.mark.parametrize("text", ["(" * 500, '"', "-", "*", "a OR", "\x00", "title:", "🏛" * 300, "%"])
def test_whatever_is_typed_gets_a_page(client: JudgingClient, save: Save, text: str) -> None:
    save(a_policy())
    assert client.get("/search", query_string={"q": text}).status_code == 200
