"""A record that thousands cite: while what cites it is matched anew, others who write get their turn. On both databases."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select

from harvesters.record import Identifier
from portal import linking
from portal.linking import working
from portal.models import CitationRow, CitationState, State
from portal.parts import Portal

from .test_links_names import HANOI, a_law, a_plan

Save = Callable[..., list[str]]
CITING = 60


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if sixty were thousands."""
    monkeypatch.setattr(working, "_MARKED_AT_ONCE", 7)


def law(title: str) -> object:
    return a_law(title, "2016-04-06", identifier="law", publisher=HANOI, other_identifiers=(Identifier(value="104/2016/QH13"),))


def citing() -> list[object]:
    return [a_plan(identifier=f"plan-{n}", body=f"Căn cứ Luật số 104/2016/QH13, kế hoạch {n}.") for n in range(CITING)]


def found(portal: Portal) -> tuple[int, int, int]:
    """Citations that lead somewhere, those to be matched anew, and records that were not read."""
    with portal.database.read() as session:
        led = session.scalar(select(func.count()).select_from(CitationRow).where(CitationRow.state == "found")) or 0
        stale = session.scalar(select(func.count()).select_from(CitationRow).where(CitationRow.stale)) or 0
        return led, stale, linking.counts(session)["behind"]


def test_all_that_cite_a_record_are_matched_when_it_comes_changes_and_goes(portal: Portal, save: Save, few_at_once: None) -> None:
    save(*citing())
    linking.catch_up(portal)
    assert found(portal) == (0, 0, 0)
    save(law("Luật Tiếp cận thông tin"))
    linking.catch_up(portal)
    assert found(portal) == (CITING, 0, 0)
    save(law("Luật Tiếp cận thông tin, sửa đổi"))
    linking.catch_up(portal)
    assert found(portal) == (CITING, 0, 0)
    save(a_law("Luật khác", "2016-04-06", identifier="law", publisher=HANOI))
    linking.catch_up(portal)
    assert found(portal) == (0, 0, 0)


def test_what_breaks_off_while_they_are_marked_is_begun_again(portal: Portal, save: Save, few_at_once: None) -> None:
    save(*citing())
    linking.catch_up(portal)
    save(law("Luật Tiếp cận thông tin"))
    marked: list[str] = []

    def break_off(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("UPDATE citations SET stale"):
            marked.append(statement)
            if len(marked) == 3:
                raise KeyboardInterrupt

    event.listen(portal.database.engine, "before_cursor_execute", break_off)
    with pytest.raises(KeyboardInterrupt):
        linking.catch_up(portal)
    event.remove(portal.database.engine, "before_cursor_execute", break_off)
    with portal.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CitationState)) == CITING, "the law counts as not read"
    linking.catch_up(portal)
    assert found(portal) == (CITING, 0, 0)


def test_another_writer_comes_in_between(portal: Portal, save: Save, few_at_once: None) -> None:
    save(*citing())
    linking.catch_up(portal)
    save(law("Luật Tiếp cận thông tin"))
    begun, ended, stale = threading.Event(), threading.Event(), []

    def write() -> None:
        begun.wait(10)
        while not ended.is_set():
            with portal.database.write() as session:
                session.merge(State(name="other", value={"n": len(stale)}))
                stale.append(session.scalar(select(func.count()).select_from(CitationRow).where(CitationRow.stale)))

    other = threading.Thread(target=write)
    other.start()
    event.listen(portal.database.engine, "before_cursor_execute", lambda *given: begun.set() if "SET stale" in given[2] else None)
    linking.catch_up(portal)
    ended.set()
    other.join()
    assert any(0 < count < CITING for count in stale if count is not None), "it wrote while some were marked and others not"
    assert found(portal) == (CITING, 0, 0)
