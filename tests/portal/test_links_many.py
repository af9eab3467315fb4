"""The officer's desk with hundreds of doubtful links: many are judged at once, and may be taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from harvesters.record import Agency, Identifier
from portal import linking
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
