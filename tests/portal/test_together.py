"""Two people at one draft, forms that save by themselves, links found by searching, and records that look alike."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.models import Upload

from ..conftest import LiveServer
from .desk import Officer, sign_in, typed_into


@pytest.fixture
def lan(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


@pytest.fixture
def an(app):
    officer = Officer(app, "an@hanoi.example")
    officer.signs_in()
    return officer


def draft_of(officer: Officer, **fields: Any) -> str:
    """The address of a draft's form."""
    return officer.previews("policy", **fields)[0].removesuffix("/preview")


def send(officer: Officer, path: str, page: str, action: str = "draft", **fields: Any) -> TestResponse:
    return officer.client.post(path, data={**typed_into(page), **fields, "action": action}, content_type="multipart/form-data")


def test_nobody_overwrites_what_another_person_saved_meanwhile(lan, an):
    path = draft_of(lan, title="Cleaner river", summary="First words")
    page_of_lan, page_of_an = lan.client.get(path).text, an.client.get(path).text
    assert send(an, path, page_of_an, summary="Words of An", keywords="river").status_code == 303
    answer = send(lan, path, page_of_lan, title="Cleaner rivers", summary="Words of Lan")
    assert answer.status_code == 409
    assert "An changed this draft meanwhile" in answer.text
    shown = typed_into(answer.text)
    assert (shown["title"], shown["summary"], shown["keywords"]) == ("Cleaner rivers", "Words of Lan", "")
    assert "Words of An" in answer.text.split("<form")[2] or "Words of An" in answer.text
    assert typed_into(lan.client.get(path).text)["summary"] == "Words of An"
    # Having seen it, Lan decides.
    assert send(lan, path, answer.text, summary="Words of both", keywords="river").status_code == 303
    assert typed_into(an.client.get(path).text)["summary"] == "Words of both"


def test_one_and_the_same_words_are_no_conflict(lan, an):
    path = draft_of(lan, title="Cleaner river")
    page_of_lan, page_of_an = lan.client.get(path).text, an.client.get(path).text
    send(an, path, page_of_an, summary="The same")
    assert send(lan, path, page_of_lan, summary="The same").status_code == 303


def test_a_file_that_came_with_overtaken_words_is_kept(lan, an):
    from io import BytesIO

    path = draft_of(lan, title="Cleaner river")
    page_of_lan, page_of_an = lan.client.get(path).text, an.client.get(path).text
    send(an, path, page_of_an, summary="Words of An")
    answer = send(lan, path, page_of_lan, summary="Words of Lan", files=(BytesIO(b"a,b\n1,2\n"), "figures.csv"))
    assert answer.status_code == 409 and "figures.csv" in answer.text


def test_each_is_told_of_the_other(lan, an, portal):
    path = draft_of(lan, title="Cleaner river")
    lan.client.get(path)
    assert "Lan Nguyen: has this draft open as well" in an.client.get(path).text
    answer = lan.client.post(f"{path}/open", data={"csrf_token": lan.token()})
    assert answer.json["others"] == ["An"]
    with portal.database.write() as db:
        upload = db.scalars(select(Upload)).one()
        upload.open_by = {who: (datetime.now(UTC) - timedelta(minutes=3)).isoformat() for who in upload.open_by}
    assert lan.client.post(f"{path}/open", data={"csrf_token": lan.token()}).json["others"] == []


def test_a_form_that_saves_by_itself_is_told_how_it_went(lan, an):
    page = lan.client.get("/publish/policy").text
    path = re.findall(r'action="(/publish/drafts/[^"]+)"', page)[0]
    first = send(lan, path, page, "autosave", title="Half a tit")
    assert (first.status_code, first.json) == (200, {"edition": 1, "others": []})
    again = send(lan, path, page, "autosave", title="Half a tit", edition="1")
    assert again.json["edition"] == 1
    page_of_an = an.client.get(path).text
    assert typed_into(page_of_an)["title"] == "Half a tit"
    assert send(an, path, page_of_an, "autosave", title="Of An").json["others"] == ["Lan Nguyen"]
    late = send(lan, path, page, "autosave", title="Half a title", edition="1")
    assert (late.status_code, late.json["by"]) == (409, "An")
    lan.signs_out()
    out = lan.client.post(path, data={**typed_into(page), "action": "autosave", "axis": "policy"})
    assert out.status_code == 400 and "nothing was saved" in out.json["fault"]


def test_a_link_is_found_by_searching_without_scripts(lan):
    number = lan.publishes("policy", title="Programme for cleaner rivers", document_number="7/QĐ")
    path = draft_of(lan, title="Dredging begins", relation_type_1="implements", relation_target_1="cleaner rivers")
    answer = send(lan, path, lan.client.get(path).text, "find:1")
    assert answer.status_code == 303
    page = lan.client.get(answer.headers["Location"]).text
    assert "Programme for cleaner rivers" in page and f'value="use:1:{number}"' in page
    taken = send(lan, path, page, f"use:1:{number}")
    assert taken.status_code == 303
    shown = typed_into(lan.client.get(path).text)
    assert shown["relation_target_1"].replace("-", "") == number
    assert lan.record(lan.presses_publish(f"{path}/preview")).relations[0].number == number


def test_a_search_that_finds_nothing_says_what_to_do(lan):
    path = draft_of(lan, title="Dredging begins", relation_type_1="implements", relation_target_1="zzqq")
    answer = send(lan, path, lan.client.get(path).text, "find:1")
    assert "Nothing was found" in lan.client.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("fields", "alike"),
    [
        ({"title": "Programme for cleaner rivers"}, True), ({"title": "Programme for cleaner river"}, True),
        ({"title": "PROGRAMME for Cleaner Rivers."}, True), ({"title": "Programme for cleaner streets of the city"}, False),
        ({"title": "Programm for cleaner rivers 2024", "document_number": "7/qđ"}, True), ({"title": "Budget", "document_number": "7/QĐ"}, False),
    ],
)  # fmt: skip
def test_a_record_that_looks_like_one_that_is_here_is_told(lan, app, fields, alike):
    hue = Officer(app, "hue@hue.example", "Hue council")
    hue.signs_in()
    number = hue.publishes("policy", title="Programme for cleaner rivers", document_number="7/QĐ")
    _address, preview = lan.previews("policy", **fields)
    assert ("This looks like" in preview.text) == alike
    assert (f"/records/{number}" in preview.text) == alike


def test_the_form_goes_in_four_steps_and_each_is_saved(lan):
    desk = lan.client.get("/publish/").text
    assert "/publish/policy?step=1" in desk
    page = lan.client.get("/publish/policy?step=1").text
    path = re.findall(r'action="(/publish/drafts/[^"]+)"', page)[0]
    assert "Step 1 of 4" in page and "target_value_1" not in page
    answer = send(lan, path, page, "next", title="Cleaner river", type="strategy")
    for step, fields in ((2, {"objectives": "Less waste", "target_indicator_1": "Waste", "body": "Text"}), (3, {"keywords": "river"})):
        assert answer.status_code == 303 and answer.headers["Location"] == f"{path}?step={step}"
        page = lan.client.get(answer.headers["Location"]).text
        assert f"Step {step} of 4" in page and 'id="title"' not in page
        answer = send(lan, path, page, "next", **fields)
    page = lan.client.get(answer.headers["Location"]).text
    assert "Back: How it belongs together" in page
    answer = send(lan, path, page, "preview", translation_title="Sông sạch hơn")
    assert answer.headers["Location"] == f"{path}/preview"
    record = lan.record(lan.presses_publish(f"{path}/preview"))
    assert (record.title, record.objectives, record.keywords, record.body, record.license) == ("Cleaner river", ("Less waste",), ("river",), "Text", "CC-BY-4.0")
    assert record.targets[0].indicator == "Waste" and record.translations["vi"].title == "Sông sạch hơn"


def test_going_back_a_step_keeps_what_was_typed_in_this_one(lan):
    page = lan.client.get("/publish/policy?step=1").text
    path = re.findall(r'action="(/publish/drafts/[^"]+)"', page)[0]
    send(lan, path, page, "next", title="Cleaner river", type="strategy")
    page = lan.client.get(f"{path}?step=2").text
    assert re.search(r'<button[^>]*value="back"', page)
    answer = send(lan, path, page, "back", objectives="Less waste")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?step=1")
    assert "Less waste" in lan.client.get(f"{path}?step=2").text
    answer = send(lan, path, lan.client.get(f"{path}?step=2").text, "back", valid_from="soon")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?step=1"), "what is wrong there is told before it goes on"
    assert 'value="soon"' in lan.client.get(f"{path}?step=2").text


def test_a_step_says_what_to_mend_in_it_and_the_whole_form_what_is_elsewhere(lan):
    page = lan.client.get("/publish/policy?step=1").text
    path = re.findall(r'action="(/publish/drafts/[^"]+)"', page)[0]
    send(lan, path, page, "next", title="", type="strategy")
    page = lan.client.get(f"{path}?step=2").text
    answer = send(lan, path, page, "preview", valid_from="soon")
    assert answer.status_code == 422 and "Enter a title" in answer.text and "soon" in answer.text
    assert 'id="title"' in answer.text and 'name="step"' not in answer.text
    page = lan.client.get(f"{path}?step=1").text
    answer = send(lan, path, page, "preview", title="Cleaner river", issued="never")
    assert answer.status_code == 422
    page = lan.client.get(f"{path}?step=2").text
    send(lan, path, page, "draft", valid_from="2024")
    page = lan.client.get(f"{path}?step=1").text
    answer = send(lan, path, page, "preview", issued="never")
    assert answer.status_code == 422 and 'name="step" value="1"' in answer.text


def test_a_step_that_had_expired_comes_back_as_that_step(lan):
    path = draft_of(lan, title="Cleaner river", summary="Words", keywords="river")
    page = lan.client.get(f"{path}?step=3").text
    expired = lan.client.post(path, data={**typed_into(page), "keywords": "fish", "csrf_token": "old", "action": "next"}, content_type="multipart/form-data")
    assert expired.status_code == 400 and 'name="step" value="3"' in expired.text
    assert send(lan, path, expired.text, "draft").status_code == 303
    shown = typed_into(lan.client.get(path).text)
    assert (shown["keywords"], shown["summary"]) == ("fish", "Words")


def test_what_a_step_emptied_is_empty_and_what_it_did_not_show_stays(lan):
    path = draft_of(lan, title="Cleaner river", summary="Words", keywords="river, fish", relation_type_1="cites", relation_target_1="7/QĐ")
    page = lan.client.get(f"{path}?step=3").text
    send(lan, path, page, "draft", keywords="")
    shown = typed_into(lan.client.get(path).text)
    assert (shown["keywords"], shown["summary"], shown["relation_target_1"]) == ("", "Words", "7/QĐ")


@pytest.mark.browser
def test_two_browsers_write_one_draft_and_nothing_is_lost(live_server: LiveServer, new_page: Callable[..., Any], lan, an, portal) -> None:
    path = draft_of(lan, title="Cleaner river")
    pages = []
    for officer in (lan, an):
        page = new_page()
        sign_in(page, live_server.url, officer.email)
        page.goto(live_server.url + path)
        pages.append(page)
    first, second = pages
    second.get_by_text("Lan Nguyen: has this draft open as well").wait_for()
    first.fill("#summary", "Words of Lan")
    first.get_by_text("Saved as a draft at").wait_for()
    second.fill("#summary", "Words of An")
    second.get_by_text("Lan Nguyen changed this draft meanwhile").wait_for()
    second.get_by_role("button", name="Save as a draft").click()
    second.get_by_role("alert").get_by_text("Words of Lan").wait_for()
    assert second.input_value("#summary") == "Words of An"
    second.fill("#summary", "Words of both")
    second.get_by_role("button", name="Save as a draft").click()
    second.wait_for_url("**/publish/")
    with portal.database.read() as db:
        assert db.scalars(select(Upload)).one().data["summary"] == "Words of both"


@pytest.mark.browser
def test_what_was_typed_survives_a_closed_window_and_an_ended_session(live_server: LiveServer, new_page: Callable[..., Any], lan, portal) -> None:
    page = new_page()
    sign_in(page, live_server.url, lan.email)
    page.goto(f"{live_server.url}/publish/decision")
    page.fill("#title", "Lights for the bri")
    page.get_by_text("Saved as a draft at").wait_for()
    with portal.database.read() as db:
        assert db.scalars(select(Upload)).one().data["title"] == "Lights for the bri"
    page.context.clear_cookies()
    page.fill("#title", "Lights for the bridge")
    page.get_by_text("nothing was saved").or_(page.get_by_text("Could not be saved")).first.wait_for()
    assert page.input_value("#title") == "Lights for the bridge"
