"""Looks: files that officers send are looked into in the background, and every look is written down: who asked for it, whether it
is under way, what came of it.

    waiting ── a process takes it ──> looking ── it is through ──> done
       ^                                 │
       └─── broken off, or it died ──────┘  three times: failed, and the file's report says so

Whoever is there does it: threads of the portal that took the file, or `clerestory work`. A look is taken by writing one's own
claim into its row, so that two never do the same; one whose process died, or says nothing for too long, is taken again. A file
without a report cannot be published (portal.uploads), whatever becomes of its look.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from . import leaks
from .db import wait_for_turn
from .filestore import Files, Kept
from .harvesting.leases import Owner
from .leaks import Report
from .models import Look, StoredFile
from .parts import Portal

AT_ONCE = 2  # threads of one process
MOST_TRIES = 3
# A look takes less than half a minute; one that says nothing for so long is dead, whatever its process does.
_PATIENCE = timedelta(minutes=2)
_AGAIN = timedelta(seconds=5)  # after a look that broke off
# Faults of looks that say nothing of the file: the process was killed from outside, or had no turn. Such a look is done again.
_BROKEN_OFF = "stopped"
FAILED = "failed"


@dataclass(frozen=True)
class Claim:
    """A look that this process has taken."""

    sha256: str
    name: str
    tries: int
    mark: str


def ask(session: Session, files: Iterable[Kept], user: int | None, now: datetime) -> bool:
    """Have files looked into that nobody has looked into, or that could not be looked into for want of a package. The files'
    rows are there already. Returns whether there is something to do."""
    asked = False
    for file in files:
        row = session.get(StoredFile, file.sha256)
        if row is None or (row.report and row.report["fault"] != "missing"):
            continue
        look = session.get(Look, file.sha256)
        if look is None:
            session.add(_new(file.sha256, file.name, user, now))
            session.flush()
        elif look.state not in ("waiting", "looking"):
            _begin_again(look, user, now)
        asked = True
    return asked


def _new(sha256: str, name: str, user: int | None, now: datetime) -> Look:
    return Look(sha256=sha256, name=name[:300], state="waiting", not_before=now, asked_by=user, asked_at=now)


def again(session: Session, sha256: str, user: int, now: datetime) -> bool:
    """Have a file looked into once more whose look failed; False where there is nothing to look at again."""
    look, row = session.get(Look, sha256), session.get(StoredFile, sha256)
    if look is None or row is None or look.state != FAILED or row.public:
        return False
    _begin_again(look, user, now)
    row.report = None
    return True


def _begin_again(look: Look, user: int | None, now: datetime) -> None:
    look.state, look.tries, look.not_before, look.done_at = "waiting", 0, now, None
    look.asked_by, look.asked_at = user, now


def keep(session: Session, file: Kept, report: Report, user: int | None, now: datetime) -> None:
    """Write down what was found in a file that was looked into elsewhere, such as a clean copy. Its row is there already."""
    row, look = session.get(StoredFile, file.sha256), session.get(Look, file.sha256)
    if row is None or (row.report and row.report["fault"] != "missing"):
        return
    if look is None:
        look = _new(file.sha256, file.name, user, now)
        session.add(look)
    row.report, look.state, look.done_at, look.claim = report.to_data(), "done", now, ""


def under_way(session: Session, hashes: Sequence[str]) -> dict[str, Look]:
    """The looks into files that have no report yet, by hash. For a file that nobody asked about, one that has not begun."""
    bare = session.execute(select(StoredFile.sha256, StoredFile.name, StoredFile.user_id, StoredFile.created_at)
                           .where(StoredFile.sha256.in_(hashes), StoredFile.report.is_(None), StoredFile.public.is_(False)))  # fmt: skip
    rows = {row.sha256: row for row in bare}
    looks = {look.sha256: look for look in session.scalars(select(Look).where(Look.sha256.in_(rows)))}
    return {sha256: looks.get(sha256) or _new(sha256, row.name, row.user_id, row.created_at) for sha256, row in rows.items()}


def of(session: Session, hashes: Sequence[str]) -> dict[str, Look]:
    """The looks into files, whatever became of them, by hash."""
    return {look.sha256: look for look in session.scalars(select(Look).where(Look.sha256.in_(hashes)))}


def needs_work(session: Session, now: datetime) -> bool:
    """Whether a look can be taken now."""
    return _next(session, now) is not None or session.scalar(_forgotten().limit(1)) is not None


def _forgotten() -> Select[StoredFile]:
    """Files of officers that nobody asked to be looked into: they came before looks were written down."""
    return (
        select(StoredFile)
        .where(StoredFile.report.is_(None), StoredFile.public.is_(False), StoredFile.user_id.is_not(None))
        .where(StoredFile.sha256.not_in(select(Look.sha256)))
    )


def _next(session: Session, now: datetime, sha256: str = "") -> Look | None:
    """What can be taken now: it waits, or its process is dead."""
    order = (Look.asked_at, Look.sha256)
    whose = (Look.sha256 == sha256,) if sha256 else ()
    # Thousands may wait, and only the first counts; few are under way.
    waiting = session.scalars(select(Look).where(Look.state == "waiting", Look.not_before <= now, *whose).order_by(*order).limit(1))
    under_way = session.scalars(select(Look).where(Look.state == "looking", *whose))
    found = [*waiting, *(look for look in under_way if _is_abandoned(look, now))]
    return min(found, key=lambda look: (look.asked_at, look.sha256), default=None)


def _is_abandoned(look: Look, now: datetime) -> bool:
    if look.seen_at is None or look.seen_at < now - _PATIENCE:
        return True
    return Owner.read(look.owner).is_dead()


def take(session: Session, now: datetime, sha256: str = "") -> Claim | None:
    """Take a look that waits, or whose process died: that of `sha256`, or the one that has waited longest. None where there is
    none. One that died for the third time is not taken any more: its file gets a report that says so."""
    while look := _next(session, now, sha256):
        if look.tries >= MOST_TRIES:
            _end(session, look.sha256, look.claim, Report(fault=FAILED), now)
            session.expire(look)
            continue
        mark = secrets.token_hex(8)
        mine = update(Look).where(Look.sha256 == look.sha256, Look.claim == look.claim, Look.state == look.state, Look.tries == look.tries)
        said: dict[str, Any] = {"state": "looking", "claim": mark, "owner": str(Owner.here()), "seen_at": now, "tries": look.tries + 1}
        if session.connection().execute(mine.values(**said)).rowcount:
            session.expire(look)
            return Claim(look.sha256, look.name, look.tries, mark)
        session.expire(look)
    return None


def settle(session: Session, claim: Claim, report: Report, now: datetime) -> bool:
    """Write down what was found; False where the look was taken by somebody else meanwhile, whose word then counts."""
    if report.fault == _BROKEN_OFF:
        if claim.tries < MOST_TRIES:
            back = update(Look).where(Look.sha256 == claim.sha256, Look.claim == claim.mark, Look.state == "looking")
            return bool(session.connection().execute(back.values(state="waiting", not_before=now + _AGAIN)).rowcount)
        report = Report(fault=FAILED)
    return _end(session, claim.sha256, claim.mark, report, now)


def _end(session: Session, sha256: str, mark: str, report: Report, now: datetime) -> bool:
    mine = update(Look).where(Look.sha256 == sha256, Look.claim == mark, Look.state == "looking")
    values = {"state": FAILED if report.fault == FAILED else "done", "done_at": now}
    if not session.connection().execute(mine.values(**values)).rowcount:
        return False
    if row := session.get(StoredFile, sha256, with_for_update=True):
        row.report = report.to_data()
    return True


def start(portal: Portal) -> None:
    """Have what waits looked into by threads of this process, now."""
    for number in range(AT_ONCE):
        portal.background.start(f"looks-{number}", lambda ending: work(portal, ending))


def work(portal: Portal, ending: Callable[[], bool] = lambda: False) -> int:
    """Look into everything that waits, one after the other; return how many looks came to an end."""
    done = 0
    with portal.database.read() as session:
        if not needs_work(session, datetime.now(UTC)):
            return 0  # nobody who writes has to wait for that
        forgotten = session.scalar(_forgotten().limit(1)) is not None
    if forgotten:
        with portal.database.write() as session:
            wait_for_turn(session, "looks that nobody asked for")
            for row in session.scalars(_forgotten().limit(500)).all():
                session.add(_new(row.sha256, row.name, row.user_id, datetime.now(UTC)))
    while not ending():
        with portal.database.write() as session:
            claim = take(session, datetime.now(UTC))
        if claim is None:
            break
        done += _do(portal, claim)
    return done


def look_now(portal: Portal, sha256: str) -> None:
    """Look into one file in this process, where nobody does already: for callers who wait for what was found."""
    with portal.database.write() as session:
        claim = take(session, datetime.now(UTC), sha256)
    if claim:
        _do(portal, claim)


def _do(portal: Portal, claim: Claim) -> bool:
    try:
        report = look_into(portal.files, portal.settings.files_dir, claim.sha256, claim.name)
    except OSError:  # the storage does not answer, or there is no room for a copy
        report = Report(fault=_BROKEN_OFF)
    with portal.database.write() as session:
        return settle(session, claim, report, datetime.now(UTC))


def look_into(files: Files, folder: Path, sha256: str, name: str) -> Report:
    """What is in a kept file. Takes about a second, in a process of its own."""
    stream = files.get(sha256)
    if stream is None:
        return Report(fault="broken")
    folder.mkdir(parents=True, exist_ok=True)
    with stream, NamedTemporaryFile(dir=folder, prefix="looked-at-") as copy:
        while chunk := stream.read(1 << 20):
            copy.write(chunk)
        copy.flush()
        return leaks.inspect_file(Path(copy.name), name)
