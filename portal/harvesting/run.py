"""Run: one harvest of one source into the store, whatever happens on the way."""

import errno
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters.flags import code_of
from harvesters.http import Http, SourceFault
from harvesters.profile import Profile
from harvesters.run import Account, Checkpoint, harvest
from harvesters.source import Source

from .. import renumbering, store
from ..models import Run
from ..parts import Portal
from ..storage import StorageUnavailable
from . import aftermath
from .batches import BATCH, ISSUES_KEPT, Batch
from .leases import LeaseLost, Owner, begin, end, host_of, renew
from .plan import Plan, last_complete, left_off, oddities, plan, suspicion
from .traffic import declared, keep_validators, opened, validators
from .watch import Ended, Watch

log = logging.getLogger("clerestory.harvesting")

# Also what a slow source sends is stored at least so often (seconds).
PATIENCE = 5.0

Progress = Callable[[Run], None]
Clock = Callable[[], datetime]


class WorkerEnds(KeyboardInterrupt):
    """The worker that began a run ends; the next one goes on with it."""


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


def run_source(
    portal: Portal,
    source: Source,
    *,
    full: bool = False,
    since: datetime | None = None,
    limit: int | None = None,
    accept: bool = False,
    now: Clock = clock,
    progress: Progress | None = None,
    http: Http | None = None,
    resume: bool = False,
) -> Run:
    """Harvest `source` into the store; return the run with its state, its reason and its counts.

    A kind that can be asked for changes is asked for those since its last run, unless `full`. `accept` takes a
    suspicious answer for everything that the source has. `progress` is called after every batch. `http` takes
    the place of the ordinary way to the agency. What was stored stays, however the run ends; a run that was broken
    off is gone on with where its kind can do that, unless `full`, which begins afresh. `resume` goes on also then.

    Raises Busy when another run of this source is under way, HostBusy when one of the same host is.
    KeyboardInterrupt passes through, after the run was marked as interrupted. Everything else that goes wrong is
    told by the returned run.
    """
    work = _Work(portal, source, accept, now, progress)
    work.begin(full, since, limit, resume or not full)
    watch = work.watch
    try:
        with watch, opened(http, portal.settings, source) as way:
            work.fetch(way)
            with watch.held():
                work.finish()
            work.look_back()
    except SourceFault as fault:
        work.fail("failed", str(fault), getattr(fault, "retry_after", None))
    except Ended:
        work.fail(watch.state, watch.reason)
    except LeaseLost as fault:
        work.fail("interrupted", str(fault))
    except KeyboardInterrupt as fault:
        work.fail("interrupted", "it was stopped; what it had stored stays", by_hand=not isinstance(fault, WorkerEnds))
        raise
    except Exception as fault:
        reason = _reason(fault, source)
        work.account.flag(reason, "own_fault")
        work.fail("failed", reason)
    return work.run


def _reason(fault: Exception, source: Source) -> str:
    """What to tell of a fault that is not the agency's."""
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    if getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in str(cause):
        return "the disk is full; free some space, then run the harvest again"
    if isinstance(fault, DBAPIError):
        return f"the database did not take it ({cause}); run the harvest again when it does"
    if isinstance(fault, StorageUnavailable):
        return f"{fault}; run the harvest again when it answers"
    if isinstance(fault, OSError):
        return f"the data folder cannot be used ({fault}); check its permissions"
    reference = secrets.token_hex(4)
    log.exception("fault %s in the harvest of %s", reference, source.name)
    return f"a fault of the portal's own ({type(fault).__name__}), in the log under the reference {reference}"


class _Work:
    """A run under way: its row, its plan, what the source said, and the checkpoint that it goes on from."""

    run: Run
    plan: Plan
    watch: Watch
    http: Http
    resume: Checkpoint | None = None

    def __init__(
        self, portal: Portal, source: Source, accept: bool, now: Clock, progress: Progress | None
    ) -> None:
        self.portal, self.source, self.accept = portal, source, accept
        self.now, self.progress = now, progress
        self.account = Account()

    def begin(self, full: bool, since: datetime | None, limit: int | None, resume: bool) -> None:
        """Take the source's lease. Raises Busy."""
        with self.portal.database.write() as session:
            self.plan = plan(session, self.source, full=full, since=since, limit=limit)
            started = self.now()
            self.run = Run(
                source=self.source.name,
                state="running",
                reason="",
                full=self.plan.full,
                since=self.plan.since,
                limit=limit,
                owner=str(Owner.here()),
                started_at=started,
                heartbeat_at=started,
                deadline_at=started + timedelta(seconds=self.source.deadline),
                received=0, skipped=0, new=0, changed=0, unchanged=0, withdrawn=0, rejected=0,
                flags=[], flag_codes=[], notes=[], profile={},
                carried=0, stop_asked="",
            )  # fmt: skip
            begin(session, self.run, host_of(self.source))
            if resume:
                self._go_on(session)
            # Who asks for everything wants to see it, also when nothing changed.
            self.known = {} if full or not self.plan.whole else validators(session, self.source)
        self.watch = Watch(
            self.portal.database, self.run, self.now, self.source.deadline,
            f"it did not end within {self.source.deadline:,} seconds; what came was stored; "
            "raise the deadline in its declaration if the source is that large",
        )  # fmt: skip

    def _go_on(self, session: Session) -> None:
        """Begin where the run before was broken off. What it saw counts as seen."""
        before = left_off(session, self.run, declared(self.source))
        if before is None or before.checkpoint is None:
            return
        self.resume = Checkpoint.of(before.checkpoint)
        self.run.continues = before.id
        self.run.carried = store.see_again(session, self.source.name, before.id, self.run.id)
        self.run.checkpoint = before.checkpoint | {"tries": before.checkpoint["tries"] + 1}

    def fetch(self, http: Http) -> None:
        """Store what comes, batch by batch."""
        self.http = http
        http.validators.update(self.known)
        batch, began = self._batch(), time.monotonic()
        with closing(
            harvest(self.source, http, self.plan.since, self.account, self.plan.limit, self.resume)
        ) as results:
            try:
                for result in results:
                    batch.add(result)
                    self._keep_deadline()
                    if len(batch) >= BATCH or time.monotonic() - began > PATIENCE:
                        self._store(batch)
                        batch, began = self._batch(), time.monotonic()
            except (SourceFault, Ended, KeyboardInterrupt):
                self.watch.heed()
                self._store(batch)
                raise
        self._store(batch)

    def _batch(self) -> Batch:
        return Batch(self.portal, self.source, self.run.id, self._mark)

    def _store(self, batch: Batch) -> None:
        with self.watch.held():
            self.run = batch.commit(self.account, self.now())
            batch.empty()
        if self.progress:
            self.progress(self.run)

    def _keep_deadline(self) -> None:
        if self.now() > self.run.deadline_at:
            self.watch.end_too_late()
            raise Ended

    def _tally(self, run: Run, account: Account) -> None:
        """Write into the run what its source said so far; what the run before had counted stays with that one."""
        before = self.resume or Checkpoint(None)
        run.received, run.skipped = account.received - before.received, account.skipped - before.skipped
        run.expected = account.expected

    def _mark(self, run: Run, account: Account) -> None:
        """Write how far the source was read, into the transaction that holds everything that came before."""
        self._tally(run, account)
        if account.checkpoint and self.plan.limit is None:
            run.checkpoint = account.checkpoint.to_data() | {"declared": declared(self.source), "tries": 0}

    def finish(self) -> None:
        """Decide what the run was, and withdraw what is gone: in one transaction, so that a run which is
        killed here has decided nothing."""
        with self.portal.database.write() as session:
            # A run that another one took over decides nothing any more.
            renew(session, self.source.name, self.run.id, self.now())
            run = session.get_one(Run, self.run.id)
            if self.account.not_modified:
                run.unchanged += store.see_all(session, self.source.name, run.id, self.now())
            state, reason = self._verdict(session, run)
            if state == "complete":
                self._reconcile(session, run)
            self._close(run, state, reason)
            run.checkpoint = None
            if run.state == "complete":
                self._withdraw(session, run)
                if not self.account.not_modified:
                    keep_validators(session, self.source, self.http.validators)
            end(session, run)
        self.run = run

    def look_back(self) -> None:
        """Note for the coverage ledger what the run has left. The run has ended already: nothing here undoes it."""
        try:
            aftermath.note(self.portal.database, self.run)
        except SQLAlchemyError:
            log.exception("what run %s of %s left behind could not be noted", self.run.id, self.source.name)

    def _verdict(self, session: Session, run: Run) -> tuple[str, str]:
        """The state of a run that ended, and the reason where one is needed."""
        before = last_complete(session, self.source.name)
        if self.account.not_modified:
            self.account.profile = Profile.of(before.profile if before else {})
            return "complete", "nothing changed since the last complete run"
        for flag in oddities(run, self.plan, self.account.profile, before):
            self.account.flag(flag)
        if self.plan.whole and not self.account.complete and not self.account.window:
            return "suspect", "; ".join(self.account.flags) or "not everything that the source has came"
        doubt = suspicion(self.source, run, self.plan, before)
        if doubt and not self.accept:
            self.account.flag(doubt)
            return "suspect", doubt
        return ("complete" if self.plan.whole and not self.account.window else "partial"), ""

    def _reconcile(self, session: Session, run: Run) -> None:
        """What is listed under another identifier than before is neither gone nor new."""
        count = renumbering.reconcile(session, self.source.name, run.id, self.now())
        if count:
            words = f"{count:,} records have other identifiers at the source now; their old numbers lead to the new ones"
            self.account.flag(words, "renumbered")

    def _withdraw(self, session: Session, run: Run) -> None:
        store.count_misses(session, self.source.name, run.id)
        while True:
            gone = store.withdraw_unseen(session, self.source.name, run.id, self.source.grace, self.now())
            run.withdrawn += gone
            if not gone:
                return
            session.flush()

    def _close(self, run: Run, state: str, reason: str) -> None:
        run.state, run.reason = state, reason
        run.finished_at = run.heartbeat_at = self.now()
        self._tally(run, self.account)
        flags = [self.plan.note, *self.account.flags]
        if run.rejected > ISSUES_KEPT:
            flags.append(f"the first {ISSUES_KEPT:,} of {run.rejected:,} rejected items are listed")
        run.flags = [flag for flag in flags if flag]
        run.flag_codes = [code_of(flag) for flag in run.flags]
        run.notes, run.profile = self.account.notes, self.account.profile.to_data()

    def fail(self, state: str, reason: str, retry_after: float | None = None, by_hand: bool = False) -> None:
        """Say how the run ended. Where even that cannot be stored, the lease's end says it later."""
        self.watch.heed()
        try:
            with self.portal.database.write() as session:
                run = session.get_one(Run, self.run.id)
                if run.state == "running":  # else another one took over, and has said it
                    self._close(run, state, reason)
                    run.retry_at = self.now() + timedelta(seconds=retry_after) if retry_after else None
                    run.stop_asked = run.stop_asked or (reason if by_hand else "")
                end(session, run)
            self.run = run
        except SQLAlchemyError:
            log.exception("the end of run %s of %s could not be stored", self.run.id, self.source.name)
            self._close(self.run, state, reason)
