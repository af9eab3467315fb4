"""What is kept of the outcome clock is told anew as soon as anything of it is otherwise."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, select, update

from harvesters.record import Agency, Relation
from portal import outcome_clock, renumbering, store, tallied, zones
from portal.models import AgencyZone, RecordRow, State
from portal.parts import Portal
from portal.promises import STATES

from ..browser import JudgingClient
from ..factories import a_decision, an_outcome
from .test_outcome_clock import JUNE, NOWHERE, clock, figures, promising

Save = Callable[..., list[str]]


def counts(client: JudgingClient, now: datetime = JUNE, **asked: Any) -> dict[str, int]:
    """The states that have promises, as the page's data tells them, which must be what the table says."""
    answer = clock(client, now, **asked)
    assert answer["total"] == sum(answer["counts"].values()) and answer["not_yet_counted"] == 0
    return {state: count for state, count in answer["counts"].items() if count}


def by_number(number: str) -> Any:
    return select(RecordRow).where(RecordRow.number == number)


def test_every_state_is_counted_as_its_list_has_it(client: JudgingClient, save: Save, portal: Portal) -> None:
    gone, *_rest = save(
        promising("2026-05-31", identifier="past"), promising("2026-06-20", identifier="soon"), promising("2030", identifier="later"),
        promising("2026", identifier="removed"), an_outcome(due="2026-06-02", publisher=NOWHERE, identifier="figures", observations=figures(y2025="1")),
    )  # fmt: skip
    save(promising("2026", identifier="removed").model_copy(update={"targets": ()}))
    clock(client)
    with portal.database.read() as session:
        days = zones.Days(JUNE)
        told = tallied.counts(session, days)
        assert told == outcome_clock.counts(session, days) == {"overdue": 1, "due_soon": 2, "ahead": 1, "reported": 0, "dropped": 1}
        for which in outcome_clock.WHICH:
            assert outcome_clock.count(told, which) == len(outcome_clock.listed(session, days, outcome_clock.Asked(which))), which
        assert set(told) == set(STATES) and tallied.counts(session, days, outcome_clock.Asked(record=gone))["overdue"] == 1


def test_a_save_a_change_and_a_withdrawal_are_told_at_once(client: JudgingClient, save: Save, portal: Portal) -> None:
    [number] = save(promising("2026-05-31", identifier="one"))
    assert counts(client) == {"overdue": 1}
    save(promising("2026-06-20", identifier="two"))
    assert counts(client) == {"overdue": 1, "due_soon": 1}
    save(promising("2031", identifier="two"))
    assert counts(client) == {"overdue": 1, "ahead": 1}
    with portal.database.write() as session:
        store.unpublish(session, session.scalars(by_number(number)).one(), "published_in_error", datetime.now(UTC))
    assert counts(client) == {"ahead": 1}
    with portal.database.write() as session:
        store.republish(session, session.scalars(by_number(number)).one(), datetime.now(UTC))
    assert counts(client) == {"overdue": 1, "ahead": 1}


def test_a_figure_that_keeps_a_promise_is_told_at_once(client: JudgingClient, save: Save) -> None:
    [number] = save(promising("2026-05-31"))
    assert counts(client) == {"overdue": 1}
    save(an_outcome(indicator="Services online", observations=figures(y2026="80"), relations=(Relation(type="measures", number=number),)))
    assert counts(client) == {"reported": 1}


def test_a_day_that_passes_is_told_though_nothing_was_written(client: JudgingClient, save: Save) -> None:
    save(promising("2026-06-01"))
    assert counts(client, datetime(2026, 6, 1, 23, 59, tzinfo=UTC)) == {"due_soon": 1}
    assert counts(client, datetime(2026, 6, 2, 0, 0, tzinfo=UTC)) == {"overdue": 1}
    assert counts(client, datetime(2026, 6, 1, 23, 59, tzinfo=UTC)) == {"due_soon": 1}


def test_an_agency_that_sets_its_zone_is_counted_by_it(client: JudgingClient, save: Save, portal: Portal) -> None:
    save(promising("2026-06-01"))
    evening = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert counts(client, evening) == {"due_soon": 1}
    with portal.database.write() as session:
        session.add(AgencyZone(agency=NOWHERE.slug, zone="Pacific/Auckland"))
        outcome_clock.forget(session, NOWHERE.slug)
    assert counts(client, evening) == {"overdue": 1}


def test_what_is_to_be_looked_at_again_is_told_until_it_was(client: JudgingClient, save: Save, portal: Portal) -> None:
    save(promising("2026-05-31"))
    assert counts(client) == {"overdue": 1} and counts(client) == {"overdue": 1}
    with portal.database.write() as session:
        outcome_clock.forget(session, NOWHERE.slug)
    with portal.database.read() as session:
        assert tallied.behind(session, datetime.now(UTC)) == 1
    assert counts(client) == {"overdue": 1}
    outcome_clock.rebuild(portal)
    assert counts(client) == {"overdue": 1}


def test_records_that_are_merged_promise_once(client: JudgingClient, save: Save, portal: Portal) -> None:
    one, other = save(promising("2026-05-31", identifier="one"), promising("2026-05-30", identifier="two"))
    assert counts(client) == {"overdue": 2}
    with portal.database.write() as session:
        former, present = (session.scalars(by_number(number)).one() for number in (one, other))
        renumbering.merge(session, former, present, datetime.now(UTC))
    assert counts(client) == {"overdue": 1}


def test_a_demonstration_that_is_taken_away_takes_its_promises_along(client: JudgingClient, save: Save, portal: Portal) -> None:
    save(promising("2026-05-31", identifier="one"), promising("2026-05-30", identifier="two"))
    assert counts(client) == {"overdue": 2}
    with portal.database.write() as session:
        session.execute(update(RecordRow).where(RecordRow.identifier == "two").values(demonstration=True))
    with portal.database.write() as session:
        store.remove_demonstration(session)
    assert counts(client) == {"overdue": 1}


def test_a_new_agency_that_promises_can_be_chosen_at_once(client: JudgingClient, save: Save) -> None:
    save(promising("2026-05-31", identifier="one"))
    assert "Harbour Board" not in client.get("/outcome-clock").text
    save(promising("2026-05-31", identifier="two", publisher=Agency.of("Harbour Board")))
    assert "Harbour Board" in client.get("/outcome-clock").text


@pytest.mark.parametrize("address", ["/outcome-clock.svg", "/outcome-clock.json"])
def test_the_records_are_not_walked_where_nothing_was_written(address: str, client: JudgingClient, save: Save, portal: Portal) -> None:
    save(promising("2026-05-31"), a_decision())
    asked: list[str] = []
    event.listen(portal.database.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: asked.append(statement))
    with time_machine.travel(JUNE, tick=False):
        client.get(address)
        client.get(address)
        before = list(asked)
        asked.clear()
        client.get(address)
    assert any("EXISTS" in one for one in before) and not any("EXISTS" in one for one in asked)
    assert not any("CASE" in one for one in asked)


def test_a_new_year_is_noticed_though_nothing_was_written(client: JudgingClient, save: Save, portal: Portal) -> None:
    save(promising("2030"))
    clock(client, datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    with portal.database.read() as session:
        assert session.scalar(select(State.value).where(State.name == "clock form"))["year"] == 2026  # type: ignore[index]
    clock(client, datetime(2027, 1, 1, tzinfo=UTC))
    with portal.database.read() as session:
        assert session.scalar(select(State.value).where(State.name == "clock form"))["year"] == 2027  # type: ignore[index]
