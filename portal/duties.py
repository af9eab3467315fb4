"""Reports that a policy owes in words: on which days, and what kept them. The rule is part of clock-2 (see portal.promises).

A report is owed on its `due` day, and, where it says how often, again so many months later, on the same day of the month (the
last one where a month has no such day), until `until`. A month or a year is due on its last day.

What may keep a report: a record that it names (`kept_by`); or, where it names none, a record joined to the policy by what either
states, whose title or indicator begins with what is reported, letters and marks aside. It counts if it has a text, a file or a figure:
on its day of issue, else on the day on which it was first seen here; and again with each later version that has more texts or
files, or a figure of a later period. So does a file of the policy whose title begins so: on the day that it states, else on that on
which it came. A single report is kept by the first of these. Of one that comes again each keeps the report whose day is nearest
(of two the earlier), and of several for one report the first keeps it.
"""

import hashlib
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from harvesters.record import Report
from harvesters.vocabularies import RHYTHM_MONTHS
from harvesters.when import last_day

from .catalogue import Entry, Version
from .progress import is_called, period_end
from .store import fold_identifier
from .zones import day_in

Data = Mapping[str, Any]
_MOST = 60  # reports of one kind that are told, the latest


@dataclass(frozen=True, slots=True)
class Kept:
    """What may keep a report: on which day, how that is known (seen, stated; nothing where it is not certain), and by which record."""

    day: date
    how: str
    number: str


def keyed(data: Data) -> Iterator[tuple[str, Report]]:
    """The reports of a policy that have a day, with their keys: of several on one thing, by their order."""
    seen: dict[str, int] = {}
    for one in data.get("reports", ()):
        if one.get("due"):
            what = fold_identifier(one["what"])
            seen[what] = seen.get(what, 0) + 1
            name = hashlib.sha256(f"{what}\n{seen[what]}".encode()).hexdigest()[:16]
            yield f"report-{name}", Report.model_validate(one)


def due_days(report: Report, horizon: date) -> list[date]:
    """The days on which a report is owed: up to `horizon`, and one more."""
    first = last_day(report.due or "")
    if not report.every:
        return [first]
    months, until = RHYTHM_MONTHS[report.every], last_day(report.until) if report.until else date.max
    # What is due in a month or a year is due on its last day, every time.
    day = 31 if len(report.due or "") < 10 else first.day
    found: list[date] = []
    at = first
    while at <= until and at.year < 9990:
        found.append(at)
        if at > horizon:
            break
        place = first.year * 12 + first.month - 1 + months * len(found)
        year, month = place // 12, place % 12 + 1
        at = date(year, month, min(day, monthrange(year, month)[1]))
    return found[-_MOST:]


def brings(report: Report, entry: Entry) -> bool:
    """Whether a record is the report, or brings it."""
    if report.kept_by:
        return is_called(entry, report.kept_by)
    return any(_begins(str(entry.data.get(name) or ""), report) for name in ("title", "indicator"))


def _begins(words: str, report: Report) -> bool:
    return fold_identifier(words).startswith(fold_identifier(report.what))


def what_keeps(
    report: Report, policy: Entry, versions: Sequence[Version], others: Sequence[tuple[Entry, Sequence[Version]]], zone: str
) -> list[Kept]:
    """Everything that may keep a report, in time. `versions` of the policy and `others` as `promises.shown` gives them."""
    found = list(_files(report, policy, versions, zone))
    for entry, said in others:
        if entry.number != policy.number and brings(report, entry):
            found += _record(entry, said, zone)
    return sorted(found, key=lambda one: (one.day, one.number))


def _record(entry: Entry, versions: Sequence[Version], zone: str) -> Iterator[Kept]:
    had: tuple[int, date] | None = None
    for at, version in enumerate(versions):
        now = _substance(version.data)
        if now[0] or now[1] > date.min:
            if had is None:
                yield _first(entry, version, zone) if at == 0 else Kept(day_in(zone, version.changed_at), "seen", entry.number)
            elif now[0] > had[0] or now[1] > had[1]:
                yield Kept(day_in(zone, version.changed_at), "seen", entry.number)
            had = now


def _first(entry: Entry, version: Version, zone: str) -> Kept:
    issued = str(version.data.get("issued") or "")[:10]
    if len(issued) == 10:
        return Kept(last_day(issued), "stated", entry.number)
    return Kept(day_in(zone, entry.first_seen), "", entry.number)


def _substance(data: Data) -> tuple[int, date]:
    """How many texts and files a record has, and the end of the last period with a figure."""
    ends = [period_end(one["period"]) for one in data.get("observations", ()) if one.get("value") is not None and one.get("status") != "F"]
    return len(data.get("files", ())) + bool(data.get("body")), max(ends, default=date.min)


def _files(report: Report, policy: Entry, versions: Sequence[Version], zone: str) -> Iterator[Kept]:
    known: set[str] = set()
    for version in versions:
        for file in version.data.get("files", ()):
            if file["url"] not in known and not report.kept_by and _begins(str(file.get("title") or ""), report):
                known.add(file["url"])
                said = str(file.get("modified") or "")[:10]
                stated = len(said) == 10
                yield Kept(last_day(said) if stated else day_in(zone, version.changed_at), "stated" if stated else "seen", policy.number)


def assigned(days: Sequence[date], kept: Sequence[Kept]) -> dict[date, Kept]:
    """By the day on which a report is owed, what kept it."""
    found: dict[date, Kept] = {}
    for one in kept:
        found.setdefault(min(days, key=lambda day: (abs((one.day - day).days), day)), one)
    return found
