"""The coverage ledger to take away: sources and runs as CSV, runs as an Atom feed."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from feedgen.feed import FeedGenerator

from .coverage import Coverage, run_data, source_data
from .exports import BOM, harmless
from .models import Run

SOURCE_COLUMNS = (
    "name", "title", "publisher", "place", "language", "kind", "schedule", "health", "overdue", "records", "withdrawn",
    "last_run_state", "last_run_at", "last_run_reason", "last_good_run_at", "last_rejected", "last_flag_codes", "license",
    "address", "url",
)  # fmt: skip
RUN_COLUMNS = (
    "id", "state", "reason", "full", "since", "started_at", "finished_at", "expected", "received", "new", "changed",
    "unchanged", "withdrawn", "rejected", "skipped", "nothing_new", "records", "flag_codes", "flags",
)  # fmt: skip


def sources_csv(lines: Iterable[Coverage], base: str, *, bom: bool = False) -> str:
    """A row a source."""
    return _csv(SOURCE_COLUMNS, (_source_row(line, base) for line in lines), bom)


def _source_row(line: Coverage, base: str) -> dict[str, Any]:
    data = source_data(line, base)
    declared, last, good = data["declaration"] or {}, data["last_run"] or {}, data["last_good_run"] or {}
    return data | {name: declared.get(name) for name in ("publisher", "place", "language", "kind", "schedule", "license")} | {
        "title": line.title,
        "address": declared.get("url"),
        "last_run_state": last.get("state"),
        "last_run_at": last.get("finished_at") or last.get("started_at"),
        "last_run_reason": last.get("reason"),
        "last_good_run_at": good.get("finished_at") or good.get("started_at"),
        "last_rejected": last.get("rejected"),
        "last_flag_codes": last.get("flag_codes"),
    }  # fmt: skip


def runs_csv(runs: Iterable[Run], *, bom: bool = False) -> str:
    """A row a run."""
    return _csv(RUN_COLUMNS, (run_data(run) for run in runs), bom)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]], bom: bool) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return (BOM if bom else "") + buffer.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless("; ".join(map(str, value)) if isinstance(value, list) else value)


def atom(
    runs: Sequence[Run],
    tell: Callable[[Run], tuple[str, str]],
    *,
    title: str,
    address: str,
    page: str,
    language: str,
    base: str,
    now: datetime,
) -> bytes:
    """An Atom feed (RFC 4287) of runs that have ended, the newest first. `tell` gives a run's title and its words."""
    feed = FeedGenerator()
    feed.id(address)
    feed.title(f"{title} – Clerestory")
    feed.author(name="Clerestory")
    feed.language(language)
    feed.link(href=address, rel="self", type="application/atom+xml")
    feed.link(href=page, rel="alternate", type="text/html")
    ended = [run for run in runs if run.finished_at]
    feed.updated(max((run.finished_at for run in ended if run.finished_at), default=now))
    for run in ended:
        link = f"{base}/sources/{run.source}/runs/{run.id}"
        item = feed.add_entry(order="append")
        item.id(link)
        item.link(href=link, rel="alternate", type="text/html")
        item.updated(run.finished_at)
        item.published(run.started_at)
        name, words = tell(run)
        item.title(name)
        item.summary(words or name)
        for code in dict.fromkeys([run.state, *run.flag_codes]):
            item.category(term=code)
    return bytes(feed.atom_str(pretty=True))
