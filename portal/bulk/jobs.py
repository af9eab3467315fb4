"""The steps of a table: begun, matched, checked, put live, undone; and the processes that do them."""

import csv
import pickle
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from harvesters.record import read_record
from search_index.engine import SearchUnavailable

from .. import audit, exports, linking, members, search, store, uploads
from ..audit import Actor
from ..db import wait_for_turn
from ..filestore import Kept
from ..harvesting.leases import Owner
from ..keys import Caller
from ..models import Bulk, BulkRow, RecordRow, Revision, User
from ..parts import Portal
from ..roles import may
from ..workflow import NotAllowed, check_words, needs_review
from .checking import Checker, Outcome, batches, known_versions
from .finding import Place
from .reading import MOST, Line, NoTable, open_table
from .reporting import Report

WORKING = ("checking", "publishing", "undoing")
_PATIENCE = timedelta(minutes=10)  # with a process of another machine that says nothing
_STARTING = timedelta(seconds=20)
_REMEMBERED = 100  # tables that are asked what their columns meant
_MOST_AT_ONCE = 4  # tables of one agency
_children: list[subprocess.Popen[bytes]] = []


class Taken(Exception):
    """Another process works on it."""


def begin(session: Session, user: int, agency: str, axis: str, kept: Kept, language: str, now: datetime) -> Bulk:
    """A table that was sent."""
    bulk = Bulk(
        token=secrets.token_hex(12), user_id=user, agency=agency, axis=axis, file=kept.sha256, name=kept.name, language=language, columns={},
        fixed={}, state="new", counts={}, faults=[], findings=[], created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(bulk)
    session.flush()
    audit.note(session, now, Actor.of(session.get_one(User, user)), "bulk_sent", bulk.token, agency=agency, title=kept.name)
    return bulk


def find(session: Session, token: str, agency: str) -> Bulk | None:
    """A table that an agency sent, whoever of its members did."""
    return session.scalar(select(Bulk).where(Bulk.token == token, Bulk.agency == agency))


def of_agency(session: Session, agency: str, limit: int = 30) -> list[Bulk]:
    """What an agency sent, the newest first."""
    return list(session.scalars(select(Bulk).where(Bulk.agency == agency).order_by(Bulk.id.desc()).limit(limit)))


def match(bulk: Bulk, columns: dict[str, str], fixed: dict[str, str], now: datetime, user: int | None = None) -> None:
    """Say what the columns mean and what holds for every row, and have all rows checked. It is `user`'s table from then on:
    who says what a table means does not approve it."""
    if bulk.state not in ("new", "checked", "failed"):
        raise NotAllowed(_("This table is being worked on, or is public by now; go back and look again."))
    bulk.columns, bulk.fixed, bulk.approved_by = columns, fixed, None
    bulk.user_id = user or bulk.user_id
    _step(bulk, "checking", now)


def place_of(bulk: Bulk) -> Place:
    """Where the table is in its file, as somebody said."""
    return Place(int(bulk.fixed.get("sheet") or 0), int(bulk.fixed.get("header") or 0))


def remembered(session: Session, agency: str, axis: str, columns: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the agency said of its last table with such columns: what they mean, and what holds for all of it. A table is
    corrected and sent again, and next month's has the same columns: nobody says all that twice."""
    query = select(Bulk.columns, Bulk.fixed).where(Bulk.agency == agency, Bulk.axis == axis, Bulk.state != "new").order_by(Bulk.id.desc()).limit(_REMEMBERED)
    meant, said = next(((meant, said) for meant, said in session.execute(query) if meant and meant.keys() <= set(columns)), ({}, {}))
    return meant, {name: value for name, value in said.items() if name not in ("sheet", "header")}


def seal(bulk: Bulk) -> str:
    """What tells one checking of a table from every other one: what is approved and put live is what somebody has seen."""
    return bulk.report.rpartition("/")[2] if bulk.report else ""


def demand_room(session: Session, agency: str) -> None:
    """Each table that is worked on takes a process. Raises NotAllowed where an agency has enough of them."""
    at_work = session.scalar(select(func.count()).select_from(Bulk).where(Bulk.agency == agency, Bulk.state.in_(WORKING))) or 0
    if at_work >= _MOST_AT_ONCE:
        raise NotAllowed(_("%(count)s tables of your agency are being worked on; wait until one of them is done.", count=at_work))


def _step(bulk: Bulk, state: str, now: datetime) -> None:
    bulk.state, bulk.done, bulk.fault, bulk.owner, bulk.seen_at, bulk.changed_at = state, 0, "", "", None, now


def approve(session: Session, bulk: Bulk, user: User, now: datetime) -> None:
    """Another person says that the table may go live."""
    if bulk.state != "checked" or user.id == bulk.user_id or not may(members.role_of(session, user.id, bulk.agency), "review"):
        raise NotAllowed(_("Another person than the one who sent it, who may review, approves a table that was checked."))
    bulk.approved_by = user.id
    audit.note(session, now, Actor.of(user), "bulk_approved", bulk.token, agency=bulk.agency, title=bulk.name, **bulk.counts)


def publish(session: Session, bulk: Bulk, user: User, *, only_whole: bool, note: str, answer: str, now: datetime) -> list[tuple[str, str]]:
    """Have the good rows put live; `only_whole`: only if there are no bad ones. Returns what is missing, as (field, words).
    Raises NotAllowed."""
    if bulk.state != "checked" or not may(members.role_of(session, user.id, bulk.agency), "publish"):
        raise NotAllowed(_("Who publishes for the agency puts a table live that was checked."))
    if needs_review(session, bulk.agency) and bulk.approved_by is None:
        raise NotAllowed(_("In your agency another person has to approve a table before it goes live."))
    faults: list[tuple[str, str]] = []
    if bulk.counts.get("bad") and only_whole:
        faults.append(("whole", _("There are rows with faults. Correct them and send the table again, or publish only the good rows")))
    if not bulk.counts.get("new") and not bulk.counts.get("changed"):
        faults.append(("whole", _("No row would change anything")))
    if bulk.counts.get("month_first"):
        faults.append(("whole", _("Some dates have their month first. Match the columns anew, and say so for the whole table: else the others are read with day and month exchanged")))
    for name, words, advice, wanted in (
        ("note", note, _("Say in a sentence what was corrected; readers will see it"), bulk.counts.get("changed")),
        ("answer", answer, _("Mend what was found, or say in a sentence why it may be published as it is"), bulk.findings),
    ):
        try:
            if wanted:
                check_words(words, advice)
        except ValueError as error:
            faults.append((name, str(error)))
    if not faults:
        bulk.only_whole, bulk.note = only_whole, note.strip()
        _step(bulk, "publishing", now)
        audit.note(session, now, Actor.of(user), "bulk_published", bulk.token, agency=bulk.agency, reason=answer.strip() if bulk.findings else "",
                   title=bulk.name, **bulk.counts)  # fmt: skip
    return faults


def undo(session: Session, bulk: Bulk, user: User, words: str, now: datetime) -> None:
    """Have everything that the table did undone: new records are taken off as published in error, changed ones say again
    what they said. What was changed since stays. Raises ValueError for a reason that says nothing, and NotAllowed."""
    if bulk.state != "published" or not may(members.role_of(session, user.id, bulk.agency), "publish"):
        raise NotAllowed(_("Who publishes for the agency undoes a table that is public."))
    bulk.note = check_words(words, _("Say in a sentence why it is undone; readers will see it"))
    _step(bulk, "undoing", now)
    audit.note(session, now, Actor.of(user), "bulk_undone", bulk.token, agency=bulk.agency, reason=bulk.note, title=bulk.name)


def is_abandoned(bulk: Bulk, now: datetime) -> bool:
    """Whether nobody does what is to be done."""
    if bulk.state not in WORKING:
        return False
    if not bulk.owner:
        return bulk.seen_at is None or bulk.seen_at < now - _STARTING
    owner = Owner.read(bulk.owner)
    return owner.is_dead() if owner.is_local else bulk.seen_at is None or bulk.seen_at < now - _PATIENCE


def start(portal: Portal, token: str) -> None:
    """Have a process of its own do what is to be done, now."""
    with portal.database.write() as session:
        bulk = session.scalars(select(Bulk).where(Bulk.token == token)).one()
        if not is_abandoned(bulk, datetime.now(UTC)):
            return
        bulk.owner, bulk.seen_at = "", datetime.now(UTC)
    _children[:] = [child for child in _children if child.poll() is None]
    child = subprocess.Popen(
        [sys.executable, "-m", "portal.bulk.process", token], stdin=subprocess.PIPE, start_new_session=True, cwd=Path(__file__).parents[2]
    )  # fmt: skip
    assert child.stdin
    with child.stdin as pipe:
        pickle.dump(portal.settings, pipe)
    _children.append(child)


def go_on(portal: Portal) -> None:
    """Do what nobody does: after a crash, or where a portal's own process could not."""
    now = datetime.now(UTC)
    with portal.database.read() as session:
        left = [bulk.token for bulk in session.scalars(select(Bulk).where(Bulk.state.in_(WORKING))) if is_abandoned(bulk, now)]
    for token in left:
        work(portal, token)


def work(portal: Portal, token: str) -> bool:
    """Do what is to be done with a table, in this process; False where another one does."""
    with portal.database.write() as session:
        wait_for_turn(session, f"bulk {token}")
        bulk = session.scalars(select(Bulk).where(Bulk.token == token)).one()
        if bulk.state not in WORKING or (bulk.owner and bulk.owner != str(Owner.here()) and not is_abandoned(bulk, datetime.now(UTC))):
            return False
        bulk.owner, bulk.seen_at = str(Owner.here()), datetime.now(UTC)
        state, language = bulk.state, bulk.language
    with force_locale(language):
        try:
            {"checking": _check, "publishing": _publish, "undoing": _undo}[state](portal, token)
        except NoTable as fault:
            _break_off(portal, token, str(fault))
        except Taken:
            return False
    return True


def _break_off(portal: Portal, token: str, fault: str) -> None:
    """The table cannot be read any more. What it has put live by then stays its deed, which can be undone as one."""
    with _mine(portal, token) as (session, bulk):
        became = _what_became(session, bulk)
        if not became["new"] and not became["changed"]:
            _step(bulk, "failed", datetime.now(UTC))
            bulk.fault = fault
            return
    _learn(portal)
    with _mine(portal, token) as (session, bulk):
        bulk.state, bulk.changed_at, bulk.owner, bulk.fault = "published", datetime.now(UTC), "", fault
        bulk.counts = bulk.counts | became | {"unchanged": 0, "missing": bulk.total - bulk.done}


@contextmanager
def _mine(portal: Portal, token: str) -> Iterator[tuple[Session, Bulk]]:
    """The table, to write down how far this process is. Raises Taken where it is not this process's any more."""
    with portal.database.write() as session:
        bulk = session.scalars(select(Bulk).where(Bulk.token == token)).one()
        if bulk.owner != str(Owner.here()):
            raise Taken(bulk.owner)
        bulk.seen_at = datetime.now(UTC)
        yield session, bulk


def _open(portal: Portal, token: str) -> tuple[Bulk, Checker]:
    with portal.database.read() as session:
        bulk = session.scalars(select(Bulk).where(Bulk.token == token)).one()
        actor = Actor(bulk.user_id, "")
        caller = Caller("", bulk.name, bulk.user_id, bulk.agency, frozenset({"write"}), actor)
        return bulk, Checker(session, bulk, caller)


def _check(portal: Portal, token: str) -> None:
    bulk, checker = _open(portal, token)
    with TemporaryDirectory() as folder, open_table(portal.files, bulk.file, bulk.name, bulk.axis, place_of(bulk)) as table:
        places = [Path(folder) / name for name in ("faults.csv", "bad.csv")]
        with places[0].open("w", encoding="utf-8-sig", newline="") as faults, places[1].open("w", encoding="utf-8-sig", newline="") as bad:
            report = Report(csv.writer(faults), csv.writer(bad), table.columns)
            report.faults.writerow([_("Row"), _("Column"), _("Value"), _("What to write")])
            report.bad.writerow([exports.harmless(column) for column in table.columns])
            _check_rows(portal, token, checker, table.rows, report)
        if table.foot:
            report.counts.update(foot=len(table.foot), foot_from=table.foot[0])
        name = f"bulk/{token}/{secrets.token_hex(4)}"
        for place in places:
            portal.storage.put(f"{name}-{place.name}", place)
    with _mine(portal, token) as (_session, bulk):
        bulk.report, bulk.counts, bulk.faults, bulk.findings = name, dict(+report.counts), report.first, report.findings
        bulk.total = bulk.done
        done = bulk.done
        _step(bulk, "checked", datetime.now(UTC))
        bulk.done = done


def _check_rows(portal: Portal, token: str, checker: Checker, lines: Iterator[Line], report: Report) -> None:
    done = 0
    for batch in batches(lines):
        done += len(batch)
        if done > MOST:
            raise NoTable(_("The table has more than %(most)s rows; split it", most=MOST))
        with portal.database.read() as session:
            for outcome in checker.check(session, batch):
                report.add(outcome)
        with _mine(portal, token) as (_session, bulk):
            bulk.done = done
    if not done:
        raise NoTable(_("The table has no rows below its first one"))


def report(portal: Portal, bulk: Bulk, kind: str) -> IO[bytes] | None:
    """The report of a checked table: `faults`, or the `bad` rows as they were sent; None where there is none."""
    return portal.storage.open(f"{bulk.report}-{kind}.csv") if bulk.report else None


def _publish(portal: Portal, token: str) -> None:
    bulk, checker = _open(portal, token)
    done = 0
    with open_table(portal.files, bulk.file, bulk.name, bulk.axis, place_of(bulk)) as table:
        for batch in batches(table.rows):
            done += len(batch)
            if done <= bulk.done:
                checker.pass_over(batch)
                continue
            with portal.database.read() as session:
                outcomes = checker.check(session, batch, look=False)
            _put_live(portal, token, outcomes, done)
    _learn(portal)
    with _mine(portal, token) as (session, bulk):
        bulk.state, bulk.changed_at, bulk.owner = "published", datetime.now(UTC), ""
        bulk.counts = bulk.counts | _what_became(session, bulk)


def _what_became(session: Session, bulk: Bulk) -> dict[str, int]:
    """What was done in fact: records may have been changed by hand between checking and publishing."""
    rows = select(func.count()).select_from(BulkRow).where(BulkRow.bulk_id == bulk.id)
    new, changed = (session.scalar(rows.where(one)) or 0 for one in (BulkRow.before == 0, BulkRow.before > 0))
    return {"new": new, "changed": changed, "unchanged": bulk.counts.get("good", 0) - new - changed}


def _put_live(portal: Portal, token: str, outcomes: list[Outcome], done: int) -> None:
    """The good ones of some hundred rows, all or none."""
    now = datetime.now(UTC)
    with _mine(portal, token) as (session, bulk):
        wait_for_turn(session, uploads.source_of(bulk.agency))
        good = {one.record.number: one for one in outcomes if one.record and not one.faults and one.does != "unchanged"}
        before = known_versions(session, list(good))
        store.save_many(session, [store.Arrival(one.record) for one in good.values() if one.record], now=now, user=bulk.user_id)
        after = known_versions(session, list(good))
        rows = [{"bulk_id": bulk.id, "number": number, "before": before.get(number, 0), "after": version, "undone": False}
                for number, version in after.items() if version != before.get(number, 0)]  # fmt: skip
        if rows:
            session.execute(insert(BulkRow), rows)
        changed = [row["number"] for row in rows if row["before"]]
        session.execute(update(RecordRow).where(RecordRow.number.in_(changed)).values(note=bulk.note))
        bulk.done = done


def _undo(portal: Portal, token: str) -> None:
    while _undo_some(portal, token):
        pass
    _learn(portal)
    with _mine(portal, token) as (_session, bulk):
        bulk.state, bulk.changed_at, bulk.owner = "undone", datetime.now(UTC), ""


def _undo_some(portal: Portal, token: str) -> bool:
    now = datetime.now(UTC)
    with _mine(portal, token) as (session, bulk):
        wait_for_turn(session, uploads.source_of(bulk.agency))
        rows = session.scalars(select(BulkRow).where(BulkRow.bulk_id == bulk.id, BulkRow.undone.is_(False)).limit(200)).all()
        records = {one.number: one for one in session.scalars(select(RecordRow).where(RecordRow.number.in_([row.number for row in rows])))}
        left = 0
        for row in rows:
            row.undone = True
            left += not _undo_one(session, records[row.number], row, bulk, now)
        bulk.done += len(rows)
        bulk.counts = bulk.counts | {"left": bulk.counts.get("left", 0) + left}
        return bool(rows)


def _undo_one(session: Session, record: RecordRow, row: BulkRow, bulk: Bulk, now: datetime) -> bool:
    """Undo what a row did; False where somebody changed the record since."""
    if record.version != row.after or record.state != "published":
        return False
    if row.before == 0:
        store.unpublish(session, record, "published_in_error", now, bulk.user_id, bulk.note)
        return True
    former = session.scalars(select(Revision).where(Revision.record_id == record.id, Revision.version == row.before)).one()
    store.save(session, read_record(former.data), now=now, user=bulk.user_id, note=bulk.note)
    return True


def _learn(portal: Portal) -> None:
    """Link what changed, and teach it to search; where that cannot be had now, the clock does it later."""
    linking.catch_up(portal)
    try:
        search.catch_up(portal)
    except SearchUnavailable:
        return
