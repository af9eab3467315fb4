"""Names that many records carry: they lead to none of them, and cost no more than others. On both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from harvesters.record import Agency, Identifier
from portal import linking
from portal.linking.matching import MANY, carriers
from portal.models import CitationRow, IdentifierRow
from portal.parts import Portal

from ..factories import a_decision, a_policy

WASHINGTON = Agency.of("Example agency", place="US")
Save = Callable[..., list[str]]


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


def a_document(title: str) -> object:
    return a_policy(title=title, publisher=WASHINGTON, targets=(), objectives=(), other_identifiers=(Identifier(value="EXM-HQ-2020-0001", scheme="docket"),))


def _state(portal: Portal) -> tuple[str, bool]:
    with portal.database.read() as session:
        [(state, stale)] = session.execute(select(CitationRow.state, CitationRow.stale)).all()
    return state, stale


def test_a_docket_is_matched_anew_only_while_few_records_carry_it(portal: Portal, save: Save) -> None:
    save(a_decision(title="Comment", publisher=WASHINGTON, body="See docket EXM-HQ-2020-0001.", summary="", rationale=""))
    linking.catch_up(portal)
    assert _state(portal) == ("waiting", False)
    save(*(a_document(f"Document {n}") for n in range(MANY)))
    linking.catch_up(portal)
    assert _state(portal) == ("doubtful", False)
    save(a_document("One more"))
    linking.catch_up(portal)
    assert _state(portal) == ("waiting", False), "more than that carry it, so that it says nothing of one of them"
    with portal.database.read() as session:
        assert carriers(session, IdentifierRow, ["exm-hq-2020-0001", "nobody"], 5) == {"exm-hq-2020-0001": 5, "nobody": 0}


def test_what_nobody_else_can_be_meant_by_is_not_asked_again(portal: Portal, save: Save) -> None:
    save(a_decision(title="Comment", publisher=WASHINGTON, body="See docket EXM-HQ-2020-0001.", summary="", rationale=""), *(a_document(f"Document {n}") for n in range(MANY + 1)))
    linking.catch_up(portal)
    save(a_document("One more"))
    assert linking.link_newest(portal) > 0 and not linking.needs_work(portal)
