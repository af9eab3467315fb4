"""The coverage ledger: which sources there are, how their last harvests went, what is late and what never came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from harvesters.source import Source

from . import catalogue
from .models import Run
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
