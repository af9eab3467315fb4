"""Promises: what policies and outcomes said they would report, and whether it came. The rule is clock-2.

A promise is one of three things: `target`, a policy's target with a value and a due date; `report`, a report that a policy
owes (portal.duties), or its target with a due date and no value (something is to be reported, whatever it says); `figure`, the next figure that an outcome
owes (its `due`). A date that names a month or a year is due on its last day. Days are those of the agency that made the
promise, in its own time zone (portal.zones). A promise is

- kept (`reported`): a target, when the outcome that measures it (see `portal.progress`) has a figure whose
  period ends on the due day or later; a report also when that outcome holds no figures, but a text or a file; a figure,
  when a later version of its record has a figure of a later period than before, or, where it holds no figures, another
  file or a text that it had not.
- `dropped`: a later version of the record no longer makes it (`removed`), or its policy ended before the day
  (`not_in_force`). It stays on the clock, as dropped.
- moved: a later version states another day. It counts from the new one; the first one is told beside it.

The day on which it was kept is known where this portal saw it come (`seen`: the day of the first version with the
figure, or the first day of the record, if that is not after the due day), or where the outcome states a day of issue
after the period (`stated`). Forecasts are not figures. What is a draft, proposed or rejected promises nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from harvesters.record import Report, Target, read_number
from harvesters.when import last_day

from . import duties
from .catalogue import Entry, Version
from .models import HIDDEN
from .progress import identifiers_of, measures, period_end, place_of
from .store import fold_identifier
from .zones import day_in

RULE = "clock-2"
SOON = timedelta(days=28)

State = Literal["overdue", "due_soon", "ahead", "reported", "dropped"]
STATES: tuple[State, ...] = ("overdue", "due_soon", "ahead", "reported", "dropped")
_NO_PROMISE = frozenset({"draft", "proposed", "rejected"})
_ENDED = frozenset({"repealed", "superseded", "cancelled", "expired"})

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Promise:
    """Something that is owed on a day; see `models.PromiseRow` for its fields."""

    key: str
    kind: str
    what: str
    due: str
    first_due_on: date
    named: str = ""
    outcome: str | None = None
    reported: bool = False
    reported_on: date | None = None
    how: str = ""
    period: str = ""
    dropped: str = ""
    addressee: str = ""

    @property
    def due_on(self) -> date:
        return last_day(self.due)


def state_of(due_on: date, reported: bool, dropped: str, today: date) -> State:
    """How a promise stands on a day of the agency that made it (portal.zones). It is overdue from the day after."""
    if reported:
        return "reported"
    if dropped:
        return "dropped"
    if due_on < today:
        return "overdue"
    return "due_soon" if due_on <= today + SOON else "ahead"


def shown(versions: Sequence[Version]) -> list[Version]:
    """The versions that anybody may see, the oldest first; `versions` as the catalogue gives them, the newest first."""
    return [one for one in reversed(versions) if one.state not in HIDDEN]


def makes_promises(data: Data) -> bool:
    """Whether a record as data says something that is owed."""
    return any(one.get("due") for name in ("targets", "reports") for one in data.get(name, ())) or bool(data.get("due"))


def of_policy(
    policy: Entry, versions: Sequence[Version], outcomes: Sequence[tuple[Entry, Sequence[Version]]], zone: str = "UTC"
) -> list[Promise]:
    """The promises of a policy. `versions` as `shown`; `outcomes` as `progress.candidates` orders them, each with its
    versions as `shown`; `zone`: by which its agency counts days."""
    if policy.data.get("status") in _NO_PROMISE:
        return []
    made: dict[str, tuple[Target, date, bool]] = {}
    for version in versions:
        now = dict(_targets(version.data))
        for key, (target, first_due_on, _here) in made.items():
            made[key] = (target, first_due_on, False) if key not in now else (now[key], first_due_on, True)
        made |= {key: (target, last_day(target.due or ""), True) for key, target in now.items() if key not in made}
    return [_of_target(policy, key, target, first, here, outcomes, zone) for key, (target, first, here) in made.items()]


def of_reports(
    policy: Entry, versions: Sequence[Version], others: Sequence[tuple[Entry, Sequence[Version]]], horizon: date, zone: str = "UTC"
) -> list[Promise]:
    """The reports that a policy owes, each day of those that come again by itself, up to `horizon` and one more. `others`: records
    that may keep them, as `of_policy` takes outcomes."""
    if policy.data.get("status") in _NO_PROMISE:
        return []
    made: dict[str, tuple[Report, date, bool]] = {}
    for version in versions:
        now = dict(duties.keyed(version.data))
        for key, (report, first, _here) in made.items():
            made[key] = (now[key], first, True) if key in now else (report, first, False)
        made |= {key: (report, last_day(report.due or ""), True) for key, report in now.items() if key not in made}
    return [one for key, (report, first, here) in made.items() for one in _of_report(policy, key, report, first, here, versions, others, horizon, zone)]


def _of_report(
    policy: Entry, key: str, report: Report, first: date, here: bool, versions: Sequence[Version],
    others: Sequence[tuple[Entry, Sequence[Version]]], horizon: date, zone: str,
) -> Iterator[Promise]:  # fmt: skip
    days = duties.due_days(report, horizon)
    kept = duties.assigned(days, duties.what_keeps(report, policy, versions, others, zone))
    named = read_number(report.kept_by) or fold_identifier(report.kept_by)
    for day in days:
        due = report.due or "" if not report.every else day.isoformat()
        name = f"{key}-{day}" if report.every else key
        promise = Promise(name, "report", report.what, due, day if report.every else first, named, addressee=report.to)
        if one := kept.get(day):
            certain = one.how or one.day <= day
            number = one.number if one.number != policy.number else None
            yield replace(promise, outcome=number, reported=True, reported_on=one.day if certain else None, how=(one.how or "seen") if certain else "")
        elif not here and report.every and day > horizon:
            continue
        else:
            yield replace(promise, dropped="removed" if not here else "not_in_force" if _ended(policy, day) else "")


def _targets(data: Data) -> Iterator[tuple[str, Target]]:
    """Targets with a due date and their keys: of several with one indicator, by the order of their days."""
    dated = [one for one in data.get("targets", ()) if one.get("due")]
    seen: dict[str, int] = {}
    for one in sorted(dated, key=lambda one: last_day(one["due"])):
        indicator = fold_identifier(one["indicator"])
        seen[indicator] = seen.get(indicator, 0) + 1
        name = hashlib.sha256(f"{indicator}\n{seen[indicator]}".encode()).hexdigest()[:16]
        yield f"target-{name}", Target.model_validate(one)


def _of_target(
    policy: Entry, key: str, target: Target, first: date, here: bool, outcomes: Sequence[tuple[Entry, Sequence[Version]]], zone: str
) -> Promise:
    kind = "report" if target.value is None else "target"
    named = read_number(target.measured_by) or fold_identifier(target.measured_by)
    promise = Promise(key, kind, target.indicator, target.due or "", first, named)
    found = next((one for one in outcomes if measures(target, one[0])), None)
    if found:
        promise = _kept(replace(promise, outcome=found[0].number), policy, found[0], found[1], zone)
    if promise.reported:
        return promise
    return replace(promise, dropped="" if here and not _ended(policy, promise.due_on) else "not_in_force" if here else "removed")


def _ended(policy: Entry, due_on: date) -> bool:
    until = policy.data.get("valid_until")
    return policy.data.get("status") in _ENDED and (not until or last_day(until) < due_on)


def _kept(promise: Promise, policy: Entry, outcome: Entry, versions: Sequence[Version], zone: str) -> Promise:
    due_on, observations = promise.due_on, outcome.data.get("observations", ())
    if not observations:
        if promise.kind != "report" or not _substance(outcome.data):
            return promise
        arrived = next((at for at, one in enumerate(versions) if _substance(one.data)), 0)
        return _reported(promise, versions, arrived, outcome, "", zone)
    place = place_of(outcome, policy)
    period = _covering(outcome.data, place, due_on)
    if place is False or not period:
        return promise
    arrived = next((at for at, one in enumerate(versions) if _covering(one.data, place, due_on)), len(versions) - 1)
    return _reported(promise, versions, arrived, outcome, period, zone)


def _covering(data: Data, place: str | bool | None, due_on: date) -> str:
    """The first period with a figure at `place` that ends on the due day or later."""
    periods = [
        one["period"] for one in data.get("observations", ())
        if one.get("value") is not None and one.get("status") != "F" and one.get("place") == place and period_end(one["period"]) >= due_on
    ]  # fmt: skip
    return str(min(periods, key=lambda period: (period_end(period), period))) if periods else ""


def _reported(promise: Promise, versions: Sequence[Version], arrived: int, outcome: Entry, period: str, zone: str) -> Promise:
    """The promise as kept by the version at `arrived`; with the day, where it is known."""
    kept = replace(promise, reported=True, period=period)
    day = day_in(zone, versions[arrived].changed_at if arrived else outcome.first_seen)
    if arrived or day <= promise.due_on:
        return replace(kept, reported_on=day, how="seen")
    issued = str(outcome.data.get("issued") or "")[:10]
    if len(issued) == 10 and last_day(issued) >= (period_end(period) if period else date.min):
        return replace(kept, reported_on=last_day(issued), how="stated")
    return kept


def _substance(data: Data) -> int:
    """How many texts and files a record without figures has."""
    return len(data.get("files", ())) + bool(data.get("body"))


@dataclass
class _Owed:
    """The next figure as it is owed, and what the record had when that was first said."""

    due: str
    first_due_on: date
    last: date | None
    substance: int


def of_outcome(outcome: Entry, versions: Sequence[Version], zone: str = "UTC") -> list[Promise]:
    """The figures that an outcome owed and owes, by its versions as `shown`; `zone`: by which its agency counts days."""
    found: list[Promise] = []
    owed: _Owed | None = None
    what = str(outcome.data.get("indicator") or outcome.data["title"])

    def close(one: _Owed, **more: Any) -> None:
        found.append(Promise(f"figure-{len(found) + 1}", "figure", what, one.due, one.first_due_on, outcome=outcome.number, **more))

    for version in versions:
        data = version.data
        last, substance, due = _last(data), _substance(data), str(data.get("due") or "")
        if owed and _came(owed, last, substance):
            period = _last_period(data)
            close(owed, reported=True, reported_on=day_in(zone, version.changed_at), how="seen", period=period)
            owed = None
        elif owed and not due:
            close(owed, dropped="removed")
            owed = None
        elif owed:
            owed.due = due
        # The day for which a figure has just come is no longer owed, although the record still names it.
        if owed is None and due and not any(one.reported and one.due_on >= last_day(due) for one in found):
            owed = _Owed(due, last_day(due), last, substance)
    if owed:
        close(owed)
    return found


def _came(owed: _Owed, last: date | None, substance: int) -> bool:
    if last is None:
        return owed.last is None and substance > owed.substance
    return owed.last is None or last > owed.last


def _last_period(data: Data) -> str:
    known = [one["period"] for one in data.get("observations", ()) if one.get("value") is not None and one.get("status") != "F"]
    return str(max(known, key=lambda period: (period_end(period), period))) if known else ""


def _last(data: Data) -> date | None:
    period = _last_period(data)
    return period_end(period) if period else None


def words_for(outcome: Entry) -> set[str]:
    """The words by which a target may name an outcome, as `Promise.named` has them."""
    return {outcome.number} | identifiers_of(outcome)
