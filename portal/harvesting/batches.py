"""Batches: what came is stored some hundreds at a time, with the run's counts in the same transaction."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from harvesters.record import number_of
from harvesters.run import Account, Harvested, Item, Rejected, Tombstone
from harvesters.source import Source

from .. import renumbering, store
from ..models import Issue, Run
from ..parts import Portal
from ..store import Arrival
from .leases import renew

BATCH = 200
# A source that goes wrong altogether must not fill the database with one sentence.
ISSUES_KEPT = 5_000

_UNFIT = (store.NotStored, DataError, IntegrityError)


@dataclass
class Batch:
    """Results on their way into the database. `mark` writes into the run what its source said so far."""

    portal: Portal
    source: Source
    run_id: int
    mark: Callable[[Run, Account], None]
    harvested: list[Harvested] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    gone: list[Tombstone] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.harvested) + len(self.rejected) + len(self.gone)

    def add(self, result: Harvested | Rejected | Tombstone) -> None:
        if isinstance(result, Rejected):
            self.rejected.append(result)
        elif isinstance(result, Tombstone):
            self.gone.append(result)
        else:
            self.harvested.append(result)

    def empty(self) -> None:
        """Forget what is stored by now."""
        self.harvested, self.rejected, self.gone = [], [], []

    def commit(self, account: Account, now: datetime) -> Run:
        """Store everything and count it; all or nothing. Returns the run. Raises LeaseLost."""
        keep = self.portal.raw.put
        arrivals = [
            Arrival(
                one.record, keep(one.item.raw), one.item.url, one.item.formerly, one.item.media_type[:200],
                self.source.name, one.history,
            )
            for one in self.harvested
        ]
        try:
            return self._write(arrivals, account, now, singly=False)
        except _UNFIT:
            return self._write(arrivals, account, now, singly=True)

    def _write(self, arrivals: list[Arrival], account: Account, now: datetime, *, singly: bool) -> Run:
        with self.portal.database.write() as session:
            renew(session, self.source.name, self.run_id, now)
            run = session.get_one(Run, self.run_id)
            if singly:
                saved, unfit = self._save_singly(session, arrivals, now)
            else:
                saved, unfit = self._save(session, arrivals, now), []
            self._note(session, run, [*self.rejected, *unfit], now)
            counts = Counter(saved)
            run.new += counts[store.Saved.NEW]
            run.changed += counts[store.Saved.CHANGED]
            run.unchanged += counts[store.Saved.UNCHANGED]
            run.withdrawn += store.bury(session, self.source.name, [self._number(one) for one in self.gone], run.id, now)
            self.mark(run, account)
            run.heartbeat_at = now
        return run

    def _number(self, stone: Tombstone) -> str:
        return stone.number or number_of(self.source.name, stone.identifier)

    def _save(self, session: Session, arrivals: list[Arrival], now: datetime) -> list[store.Saved]:
        if not arrivals:
            return []
        renumbered = renumbering.adopt(session, arrivals, now)
        return store.save_many(
            session, arrivals, now=now, run=self.run_id, demonstration=self.source.demonstration, renumbered=renumbered
        )

    def _save_singly(
        self, session: Session, arrivals: list[Arrival], now: datetime
    ) -> tuple[list[store.Saved], list[Rejected]]:
        """One record in this batch cannot be stored: find it, and store the others."""
        saved, unfit = [], []
        for arrival, one in zip(arrivals, self.harvested, strict=True):
            try:
                with session.begin_nested():
                    saved += self._save(session, [arrival], now)
            except store.NotStored as fault:
                unfit.append(Rejected(one.item, str(fault)))
            except (DataError, IntegrityError) as fault:
                unfit.append(Rejected(one.item, f"the database does not take it: {fault.orig}"))
        return saved, unfit

    def _note(self, session: Session, run: Run, rejected: list[Rejected], now: datetime) -> None:
        """Keep the reasons. What was rejected is still listed by its source, so it is not gone."""
        room = max(0, ISSUES_KEPT - run.rejected)
        session.add_all(self._issue(one.item, one.reason) for one in rejected[:room])
        named = [one.item.identifier for one in rejected if one.item.identifier]
        if named:
            store.see(session, self.source.name, named, run.id, now)
        run.rejected += len(rejected)

    def _issue(self, item: Item, reason: str) -> Issue:
        return Issue(
            run_id=self.run_id,
            identifier=_storable(item.identifier)[:500],
            reason=_storable(reason)[:5000],
            url=_storable(item.url),
            raw=self.portal.raw.put(item.raw),
            raw_type=item.media_type[:200],
        )


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a character."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
