"""The officer's desk with hundreds of doubtful links: many are judged at once, and may be taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from harvesters.record import Agency, Identifier
from portal import audit, linking
from portal.models import CitationRow, RelationRow
from portal.parts import Portal

from ..factories import a_decision, a_policy
from .desk import Officer

HANOI = Agency.of("Hanoi council", place="VN-HN")


@pytest.fixture
def officer(app: Any) -> Officer:
    officer = Officer(app)
    officer.signs_in()
    return officer


@pytest.fixture
def doubtful(portal: Portal, save: Callable[..., list[str]]) -> None:
    """Three hundred plans that cite a number which two programmes carry."""
    for name in ("one", "two"):
        save(a_policy(title=name, identifier=name, language="vi", issued="2020-06-03", targets=(), objectives=(), other_identifiers=(Identifier(value="12/QĐ-TTg"),)))
    plans = [a_decision(title=f"Kế hoạch {n}", language="vi", issued="2024-05-31", body="Căn cứ Quyết định số 12/QĐ-TTg.", summary="", publisher=HANOI) for n in range(300)]
    save(*plans)
    linking.catch_up(portal)


def counts(portal: Portal) -> dict[str, int]:
    with portal.database.read() as session:
        return dict(session.execute(select(CitationRow.state, func.count()).group_by(CitationRow.state)).all())  # type: ignore[arg-type]


def test_an_officer_judges_many_at_once_and_takes_it_back(portal: Portal, doubtful: None, officer: Officer) -> None:
    page = officer.client.get("/publish/links").text
    ids = re.findall(r'name="id" value="(\d+)"', page)
    assert len(ids) == 30 and len(page.encode()) < 100_000 and "Waiting for you (300)" in page and page.count("<mark>12/QĐ-TTg</mark>") == 30
    answer = officer.client.post("/publish/links", data={"csrf_token": officer.token(), "verdict": "accept", "id": ids, "show": "doubtful"})
    assert answer.status_code == 303 and counts(portal) == {"doubtful": 270, "accepted": 30}
    assert "30 links are confirmed." in officer.client.get("/publish/links").text
    made = officer.client.get("/publish/links?show=found").text
    assert re.findall(r'name="id" value="(\d+)"', made) == ids
    officer.client.post("/publish/links", data={"csrf_token": officer.token(), "verdict": "refuse", "id": ids[:10], "show": "found"})
    with portal.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RelationRow).where(RelationRow.origin == "desk")) == 20


def test_nothing_marked_is_said_and_what_is_not_theirs_is_left_alone(portal: Portal, doubtful: None, officer: Officer, app: Any) -> None:
    answer = officer.client.post("/publish/links", data={"csrf_token": officer.token(), "verdict": "accept"}, judge=False)
    assert answer.status_code == 400 and "Mark the links you mean" in answer.text
    ids = re.findall(r'name="id" value="(\d+)"', officer.client.get("/publish/links").text)
    stranger = Officer(app, "stranger@hue.example", "Hue council", role="admin")
    stranger.signs_in()
    stranger.client.post("/publish/links", data={"csrf_token": stranger.token(), "verdict": "accept", "id": ids}, judge=False)
    assert len(ids) == 30 and counts(portal) == {"doubtful": 300}


def test_what_was_judged_together_is_taken_back_at_one_press(portal: Portal, doubtful: None, officer: Officer) -> None:
    ids = re.findall(r'name="id" value="(\d+)"', officer.client.get("/publish/links").text)
    officer.client.post("/publish/links", data={"csrf_token": officer.token(), "verdict": "accept", "id": ids[:20], "show": "doubtful"})
    # One of them is looked at again: that verdict stays.
    officer.client.post(f"/publish/links/{ids[0]}", data={"csrf_token": officer.token(), "verdict": "refuse", "show": "found"})
    page = officer.client.get("/publish/links").text
    assert "20 links confirmed" in page and "1 link refused" in page
    batch = max(re.findall(r"/publish/links/batches/(\d+)", page), key=lambda one: page.index(f"batches/{one}"))
    officer.client.post(f"/publish/links/batches/{batch}", data={"csrf_token": officer.token()})
    told = officer.client.get("/publish/links").text
    assert "19 links are what they were before." in told and "1 link stays as it is" in told
    assert counts(portal) == {"doubtful": 300}
    again = officer.client.post(f"/publish/links/batches/{batch}", data={"csrf_token": officer.token()}, follow_redirects=True)
    assert "taken back already" in again.text and counts(portal) == {"doubtful": 300}
    with portal.database.read() as session:
        assert [entry.action for entry in audit.entries(session)].count("link_taken_back") == 19


def test_a_verdict_that_was_there_before_comes_back(portal: Portal, doubtful: None, officer: Officer) -> None:
    [first, *_rest] = re.findall(r'name="id" value="(\d+)"', officer.client.get("/publish/links").text)
    for relation in ("implements", "amends"):
        officer.client.post(f"/publish/links/{first}", data={"csrf_token": officer.token(), "verdict": "accept", "relation": relation})
    newest = re.findall(r"/publish/links/batches/(\d+)", officer.client.get("/publish/links").text)[0]
    officer.client.post(f"/publish/links/batches/{newest}", data={"csrf_token": officer.token()})
    assert counts(portal) == {"doubtful": 299, "accepted": 1}
    with portal.database.read() as session:
        assert session.scalars(select(RelationRow.type).where(RelationRow.origin == "desk")).all() == ["implements"]


def test_only_who_may_judge_there_takes_back(portal: Portal, doubtful: None, officer: Officer, app: Any) -> None:
    ids = re.findall(r'name="id" value="(\d+)"', officer.client.get("/publish/links").text)
    officer.client.post("/publish/links", data={"csrf_token": officer.token(), "verdict": "accept", "id": ids[:3]})
    [batch] = re.findall(r"/publish/links/batches/(\d+)", officer.client.get("/publish/links").text)
    author = Officer(app, "author@hanoi.example", role="author")
    other = Officer(app, "other@hue.example", agency="Hue council")
    for one, status in ((author, 403), (other, 404)):
        one.signs_in()
        assert one.client.post(f"/publish/links/batches/{batch}", data={"csrf_token": one.token()}, judge=False).status_code == status
    assert "Take back" not in author.client.get("/publish/links").text
    assert counts(portal) == {"doubtful": 297, "accepted": 3}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "tongue"), [(360, "dark", ""), (360, "light", "/vi"), (1280, "light", "")])
def test_links_are_judged_and_taken_back_on_a_phone_and_shut_nobody_out(
    portal: Portal, doubtful: None, live_server: Any, new_page: Any, width: int, scheme: str, tongue: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from .desk import open_account, sign_in

    open_account(portal)
    page = new_page(width=width, color_scheme=scheme)
    sign_in(page, live_server.url, "lan@hanoi.example")

    def faults() -> list[str]:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [one["id"] for one in Axe().run(page).response["violations"]] + ([f"{over} px too wide"] if over > 0 else [])

    page.goto(f"{live_server.url}{tongue}/publish/links")
    for box in page.locator(".link-list input[type=checkbox]").all()[:5]:
        box.check()
    found = faults()
    page.locator(".link-many button[value=accept]").click()
    page.wait_for_load_state()
    assert counts(portal) == {"doubtful": 295, "accepted": 5}
    found += faults()
    page.locator(".link-lately button").first.click()
    page.wait_for_load_state()
    assert counts(portal) == {"doubtful": 300} and not found + faults()
