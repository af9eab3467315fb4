"""Replay: read again what agencies sent before, without asking them, after a kind was improved.

Every record whose raw item is kept is parsed anew, and so is what the last harvests rejected. What says something
else now becomes a version that is marked so. Nothing was seen at the source: nobody returns, nobody is withdrawn.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Record, number_of
from harvesters.replay import Unreadable, parse_again
from harvesters.run import DOUBLED
from harvesters.source import Source

from .. import store
from ..models import Issue, RecordRow, Run
from ..parts import Portal
from ..store import Arrival, NotStored, Saved
from .batches import BATCH, ISSUES_KEPT
from .leases import LeaseLost, Owner, begin, end, renew
from .plan import last_complete
from .run import Clock, clock
from .watch import Ended, Watch

LONGEST = timedelta(hours=24)
KILLED = "it was broken off; start it again: what it had read stays"

Progress = Callable[[Run], None]
Said = Record | str | None


class _Replay:
    """A replay under way."""

    def __init__(self, portal: Portal, source: Source, now: Clock, progress: Progress | None) -> None:
        self.portal, self.source, self.now, self.progress = portal, source, now, progress
        self.lost = self.other = 0

    def begin(self) -> None:
        with self.portal.database.write() as session:
            started = self.now()
            self.run = Run(
                source=self.source.name, state="replaying", reason=KILLED, full=True, owner=str(Owner.here()),
                started_at=started, heartbeat_at=started, deadline_at=started + LONGEST,
                received=0, skipped=0, new=0, changed=0, unchanged=0, withdrawn=0, rejected=0, carried=0,
                flags=[], flag_codes=[], notes=[], profile={}, stop_asked="",
            )  # fmt: skip
            begin(session, self.run)

    def records(self) -> None:
        """Read every record's raw item again."""
        last = 0
        while rows := self._rows(last):
            last = rows[-1].id
            found = [(row, self._parse(row.raw, row.raw_type, row.raw_url, row.identifier)) for row in rows]
            with self.portal.database.write() as session:
                kept = {row.id: row for row in session.scalars(select(RecordRow).where(RecordRow.id.in_([row.id for row in rows])))}
                came = [(kept[row.id], said) for row, said in found if row.id in kept]
                self._store(session, [self._take(session, row, said) for row, said in came])

    def _rows(self, last: int) -> Sequence[RecordRow]:
        with self.portal.database.read() as session:
            wanted = select(RecordRow).where(RecordRow.via == self.source.name, RecordRow.raw.is_not(None))
            wanted = wanted.where(RecordRow.id > last, RecordRow.state != "merged")
            return session.scalars(wanted.order_by(RecordRow.id).limit(BATCH)).all()

    def _parse(self, raw: str | None, media_type: str | None, url: str | None, identifier: str) -> Said:
        """The record of a kept item, why there is none, or None where it is not for us."""
        content = self.portal.raw.get(raw) if raw else None
        if content is None:
            self.lost += 1
            return None
        return parse_again(self.source, content, media_type or "application/json", url or "", identifier)

    def _take(self, session: Session, row: RecordRow, said: Said) -> str:
        """What becomes of a record: a word to count."""
        if said is None:
            return "skipped"
        if isinstance(said, str):
            self._reject(session, row.identifier, said, row.raw, row.raw_type, row.raw_url)
            return "rejected"
        if said.identifier != row.identifier:
            self.other += 1
            return "skipped"
        return store.read_again(session, row, said, self.now())

    def rejects(self) -> None:
        """Read again what the harvests since the last complete one rejected."""
        with self.portal.database.read() as session:
            complete = last_complete(session, self.source.name)
            wanted = select(Issue).join(Run, Run.id == Issue.run_id).where(Run.source == self.source.name, Issue.raw.is_not(None))
            wanted = wanted.where(Run.state.not_in(("replaying", "replayed")), Run.id >= (complete.id if complete else 0))
            # The latest first: what an item says now counts, not what it said before.
            issues = session.scalars(wanted.order_by(Issue.run_id.desc(), Issue.id)).all()
        some = iter({one.raw: one for one in reversed(issues) if DOUBLED not in one.reason}.values())
        while batch := list(islice(some, BATCH)):
            found = [(one, self._parse(one.raw, one.raw_type, one.url, one.identifier)) for one in batch]
            with self.portal.database.write() as session:
                self._store(session, [self._accept(session, one, said) for one, said in found])

    def _accept(self, session: Session, issue: Issue, said: Said) -> str:
        """What becomes of an item that was rejected once."""
        if said is None:
            return "skipped"
        if isinstance(said, str):
            self._reject(session, issue.identifier, said, issue.raw, issue.raw_type, issue.url)
            return "rejected"
        number = number_of(said.source, said.identifier)
        row = session.scalar(select(RecordRow).where(RecordRow.number == number))
        arrival = Arrival(said, issue.raw, issue.url, raw_type=issue.raw_type)
        if row is not None and (row.seen_by_run or 0) > issue.run_id:
            return "skipped"  # the source has said something newer, and it was understood
        try:
            with session.begin_nested():
                if row is not None:
                    return store.read_again(session, row, said, self.now(), arrival)
                demonstration = self.source.demonstration
                return store.save_many(session, [arrival], now=self.now(), run=issue.run_id, demonstration=demonstration)[0]
        except NotStored as fault:
            self._reject(session, issue.identifier, str(fault), issue.raw, issue.raw_type, issue.url)
            return "rejected"

    def _reject(
        self, session: Session, identifier: str, reason: str, raw: str | None, raw_type: str | None, url: str | None
    ) -> None:
        if self.run.rejected < ISSUES_KEPT:
            session.add(
                Issue(
                    run_id=self.run.id, identifier=identifier, reason=reason.replace("\x00", "�")[:5000], url=url or "",
                    raw=raw, raw_type=raw_type,
                )
            )  # fmt: skip

    def _store(self, session: Session, became: list[str]) -> None:
        """Count what became of a batch, in its own transaction."""
        renew(session, self.source.name, self.run.id, self.now())
        run = session.get_one(Run, self.run.id)
        counts = Counter(became)
        for name in (Saved.NEW, Saved.CHANGED, Saved.UNCHANGED, "rejected", "skipped"):
            setattr(run, name, getattr(run, name) + counts[name])
        run.received += len(became)
        run.heartbeat_at = self.now()
        self.run = run
        if self.progress:
            self.progress(run)

    def finish(self, reason: str = "") -> Run:
        with self.portal.database.write() as session:
            run = session.get_one(Run, self.run.id)
            run.state, run.reason = "replayed", reason
            run.finished_at = run.heartbeat_at = self.now()
            run.flags = list(self._flags())
            run.flag_codes = ["odd"] * len(run.flags)
            end(session, run)
        return run

    def _flags(self) -> Iterator[str]:
        if self.lost:
            yield f"{self.lost:,} items are not kept any more"
        if self.other:
            yield (
                f"{self.other:,} items would get another identifier now; they stay as they are "
                "until the source is harvested again, which leads their old numbers to the new ones"
            )


def replay(portal: Portal, source: Source, *, now: Clock = clock, progress: Progress | None = None) -> Run:
    """Parse the kept raw items of `source` again; return a run of its own with the counts. `unchanged` ones say what
    they said before; `skipped` ones are not kept, or not for us any more.

    Raises Busy while the source is being harvested, Unreadable where its kind cannot read what was kept.
    """
    work = _Replay(portal, source, now, progress)
    work.begin()
    watch = Watch(portal.database, work.run, now, LONGEST.total_seconds(), KILLED)
    try:
        with watch:
            work.records()
            work.rejects()
    except Ended:
        watch.heed()
        return work.finish(watch.reason)
    except LeaseLost as lost:
        return work.finish(str(lost))
    except BaseException as fault:
        work.finish(str(fault) if isinstance(fault, Unreadable) else KILLED)
        raise
    return work.finish()
