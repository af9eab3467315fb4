"""The coverage ledger: which sources there are, how their last harvests went, what is late and what never came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.source import Source

from . import catalogue
from .harvesting.aftermath import gaps_of
from .models import RecordRow, Run, State
from .parts import Portal

Health = Literal["never", "running", "complete", "partial", "suspect", "failed", "interrupted", "stopped", "desk", "undeclared"]

_DESK = "desk-"
_RHYTHMS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
}


@dataclass(frozen=True)
class Coverage:
    """One source in the ledger. `source` is None where records are here but no declaration says whence: what
    officers publish by hand, the demonstration, a source that was given up. `good`: the last run that ended well."""

    name: str
    source: Source | None
    last: Run | None
    good: Run | None
    published: int
    withdrawn: int
    overdue: bool

    @property
    def nothing_new(self) -> bool:
        """Whether the last run looked, ended well, and found nothing that is new, changed or gone."""
        return self.last is not None and found_nothing_new(self.last)

    @property
    def health(self) -> Health:
        """How it stands: the last run's state, or why there is none. Never having run is not the same as empty."""
        if self.last:
            return self.last.state  # type: ignore[return-value]
        if self.source:
            return "never"
        return "desk" if self.name.startswith(_DESK) else "undeclared"

    @property
    def title(self) -> str:
        return self.source.title if self.source else self.name


def ledger(session: Session, portal: Portal, now: datetime) -> list[Coverage]:
    """Every source that is declared, ran or has records here: by title."""
    lasts, completes = catalogue.last_runs(session), catalogue.last_complete_runs(session)
    counts = catalogue.counts_by_source(session)
    names = {*portal.sources, *lasts, *counts}
    lines = [_cover(name, portal.known_sources.get(name), lasts, completes, counts, now) for name in names]
    return sorted(lines, key=lambda line: (line.title.casefold(), line.name))


def _cover(
    name: str,
    source: Source | None,
    lasts: Mapping[str, Run],
    completes: Mapping[str, Run],
    counts: Mapping[str, Mapping[str, int]],
    now: datetime,
) -> Coverage:
    last = lasts.get(name)
    good = last if last and last.state in ("complete", "partial") else completes.get(name)
    count = counts.get(name, {})
    overdue = bool(source and last and is_overdue(source, good, now))
    return Coverage(name, source, last, good, count.get("published", 0), count.get("withdrawn", 0), overdue)


def found_nothing_new(run: Run) -> bool:
    """Whether a run ended well and found nothing that is new, changed or gone: an entry of its own in the ledger."""
    found = run.new or run.changed or run.withdrawn or run.rejected
    # A source that has nothing at all is not one that has nothing new.
    return not found and (run.state == "partial" or (run.state == "complete" and run.unchanged > 0))


def cover(session: Session, portal: Portal, name: str, now: datetime) -> Coverage | None:
    """One source of the ledger; None where there is no such source."""
    return next((line for line in ledger(session, portal, now) if line.name == name), None)


@dataclass(frozen=True)
class Extent:
    """From which day to which the records of a source are, how many have no day, and what is missing between:
    `days` and `numbers` as portal.gaps gives them."""

    first: date | None
    last: date | None
    undated: int
    days: list[dict[str, Any]]
    days_count: int
    numbers: list[dict[str, Any]]


def extent(session: Session, name: str) -> Extent:
    """How far a source's records reach, and the gaps among them when its last run had ended."""
    here = (RecordRow.via == name, RecordRow.state == "published")
    first, last, dated, count = session.execute(
        select(func.min(RecordRow.issued_on), func.max(RecordRow.issued_on), func.count(RecordRow.issued_on), func.count())
        .where(*here)
    ).one()
    kept = session.get(State, gaps_of(name))
    gaps = kept.value if kept else {}
    return Extent(first, last, count - dated, gaps.get("days", []), gaps.get("days_count", 0), gaps.get("numbers", []))


def extent_data(extent: Extent) -> dict[str, Any]:
    """An extent as data."""
    return {
        "first_issued": f"{extent.first}" if extent.first else None,
        "last_issued": f"{extent.last}" if extent.last else None,
        "undated": extent.undated,
        "days_without_records": {"count": extent.days_count, "ranges": extent.days},
        "numbers": extent.numbers,
    }


def is_overdue(source: Source, good: Run | None, now: datetime) -> bool:
    """Whether the last good run is older than twice the source's rhythm. A cron line says too little to judge."""
    rhythm = _RHYTHMS.get(source.schedule)
    if rhythm is None:
        return False
    return good is None or (good.finished_at or good.started_at) < now - 2 * rhythm


def faults_by_source(faults: list[str]) -> dict[str, list[str]]:
    """The faults of declarations that could not be read, by the name they begin with."""
    found: dict[str, list[str]] = {}
    for line in (line for fault in faults for line in fault.splitlines()):
        name, _, words = line.partition(": ")
        found.setdefault(name, []).append(words or line)
    return found


def run_data(run: Run) -> dict[str, Any]:
    """A run as data. What the source sent is `received` = records + rejected + skipped, where the run ended."""
    return {
        "id": run.id,
        "state": run.state,
        "reason": run.reason,
        "full": run.full,
        "since": _moment(run.since),
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
        "expected": run.expected,
        "received": run.received,
        "new": run.new,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "withdrawn": run.withdrawn,
        "rejected": run.rejected,
        "nothing_new": found_nothing_new(run),
        "records": run.records,
        "skipped": run.skipped,
        "flags": run.flags,
        "flag_codes": run.flag_codes,
        "notes": run.notes,
    }


def source_data(line: Coverage, base: str) -> dict[str, Any]:
    """A source of the ledger as data."""
    source = line.source
    declared = {
        "title": source.title,
        "description": source.description,
        "kind": source.kind,
        "url": source.url,
        "publisher": source.publisher,
        "place": source.place,
        "language": source.language,
        "license": source.license,
        "homepage": source.homepage,
        "schedule": source.schedule,
        "minimum": source.minimum,
    } if source else None  # fmt: skip
    return {
        "name": line.name,
        "url": f"{base}/sources/{line.name}",
        "health": line.health,
        "overdue": line.overdue,
        "records": line.published,
        "withdrawn": line.withdrawn,
        "declaration": declared,
        "last_run": run_data(line.last) if line.last else None,
        "last_good_run": run_data(line.good) if line.good else None,
    }


def _moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
