"""clock-2: what was promised to be reported, and whether it came; with the counts of the list and of badges.

Published at /outcome-clock.json, as badges at /outcome-clock.svg and /agencies/SLUG/outcome-clock.svg, and on the home page; the rule is
on the page /pages/outcomes.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .days import day_in, last_day, period_end, versions_of
from .export import Data, Portal
from .progress import counted, measures, place_of
from .register import Register
from .words import fold, is_called

NO_PROMISE = {"draft", "proposed", "rejected"}
ENDED = {"repealed", "superseded", "cancelled", "expired"}
STATES = ("overdue", "due_soon", "ahead", "reported", "dropped")
# Key, kind, due, the day on which it was kept where that is known, whether it was kept, why it is no longer owed.
Owed = tuple[str, str, str, date | None, bool, str]
# The day on which something came, whether that day is certain, and the number of the record.
Coming = tuple[date, bool, str]


def promises_of(record: Data, register: Register) -> Iterable[Owed]:
    """The promises of a record: (key, kind, due, day kept or None, kept, dropped)."""
    if record["state"] != "published":
        return []
    if record["axis"] == "outcome":
        return figures_owed(record)
    if record["axis"] == "policy" and record.get("status") not in NO_PROMISE:
        return [*targets_owed(record, register), *reports_owed(record, register)]
    return []


def keyed(data: Data) -> dict[str, Data]:
    """Targets with a due date by their keys: of several with one indicator, by the order of their days."""
    seen: dict[str, int] = {}
    found: dict[str, Data] = {}
    for target in sorted((one for one in data.get("targets", ()) if one.get("due")), key=lambda one: last_day(one["due"])):
        name = fold(target["indicator"])
        seen[name] = seen.get(name, 0) + 1
        found["target-" + hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()[:16]] = target
    return found


def targets_owed(policy: Data, register: Register) -> Iterator[Owed]:
    """What the targets of a policy promise, those of earlier versions too."""
    made = {}
    for _day, data in versions_of(policy):
        made.update(keyed(data))
    now, outcomes = keyed(policy), register.outcomes(policy, past=True)
    for key, target in made.items():
        kind = "report" if target.get("value") is None else "target"
        outcome = next((one for one in outcomes if measures(target, one)), None)
        kept, day = kept_by(kind, target, outcome, policy) if outcome else (False, None)
        until = policy.get("valid_until")
        ended = policy.get("status") in ENDED and (not until or last_day(until) < last_day(target["due"]))
        dropped = "" if kept else "removed" if key not in now else "not_in_force" if ended else ""
        yield key, kind, target["due"], day, kept, dropped


def kept_by(kind: str, target: Data, outcome: Data, policy: Data) -> tuple[bool, date | None]:
    """Whether an outcome keeps a promise, and since what day, where that is known."""
    due = last_day(target["due"])
    if not outcome.get("observations"):
        if kind != "report" or not substance(outcome):
            return False, None
        return True, day_kept(outcome, policy["time_zone"], due, None, lambda data: substance(data))
    place = place_of(outcome, policy)
    covering = [] if place is False else [one for one in counted(outcome, place) if period_end(one["period"]) >= due]
    if place is False or not covering:
        return False, None
    return True, day_kept(outcome, policy["time_zone"], due, period_end(covering[0]["period"]),
                          lambda data: any(period_end(one["period"]) >= due for one in counted(data, place)))  # fmt: skip


def day_kept(outcome: Data, zone: str, due: date, end: date | None, holds: Callable[[Data], object]) -> date | None:
    """The day of the first version that keeps a promise; of what was there at first sight what the outcome states."""
    history = versions_of(outcome, zone)
    at = next((at for at, (_day, data) in enumerate(history) if holds(data)), len(history) - 1)
    day = history[at][0] if at else day_in(outcome["first_seen"], zone)
    if at or day <= due:
        return day
    issued = outcome.get("issued", "")[:10]
    return last_day(issued) if len(issued) == 10 and (end is None or last_day(issued) >= end) else None


def substance(data: Data) -> int:
    """How many texts and files a record without figures has."""
    return len(data.get("files", ())) + bool(data.get("body"))


RHYTHMS = {"M": 1, "Q": 3, "S": 6, "A": 12, "A2": 24, "A3": 36, "A5": 60}


def keyed_reports(data: Data) -> dict[str, Data]:
    """The reports of a policy that have a day, by their keys: of several on one thing, by their order."""
    seen: dict[str, int] = {}
    found: dict[str, Data] = {}
    for report in (one for one in data.get("reports", ()) if one.get("due")):
        name = fold(report["what"])
        seen[name] = seen.get(name, 0) + 1
        found["report-" + hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()[:16]] = report
    return found


def due_days(report: Data, horizon: date) -> list[date]:
    """The days on which a report is owed, up to the horizon and one more; the last sixty."""
    first = last_day(report["due"])
    if not report.get("every"):
        return [first]
    until = last_day(report["until"]) if report.get("until") else date.max
    day = 31 if len(report["due"]) < 10 else first.day
    found, at = [], first
    while at <= until and at.year < 9990:
        found.append(at)
        if at > horizon:
            break
        place = first.year * 12 + first.month - 1 + RHYTHMS[report["every"]] * len(found)
        end = last_day(f"{place // 12:04}-{place % 12 + 1:02}")
        at = end.replace(day=min(day, end.day))
    return found[-60:]


def reports_owed(policy: Data, register: Register) -> Iterator[Owed]:
    """What the reports of a policy promise, those of earlier versions too."""
    made, zone = {}, policy["time_zone"]
    for _day, data in versions_of(policy):
        made.update(keyed_reports(data))
    now, horizon = keyed_reports(policy), date(datetime.now(UTC).year + 1, 12, 31)
    for key, report in made.items():
        days = due_days(report, horizon)
        kept: dict[date, tuple[date, bool]] = {}
        for day, certain, _number in sorted(keeping(report, policy, register, zone), key=lambda one: (one[0], one[2])):
            kept.setdefault(min(days, key=lambda due: (abs((day - due).days), due)), (day, certain))
        until = policy.get("valid_until")
        for due in days:
            name, stated = (f"{key}-{due}", str(due)) if report.get("every") else (key, report["due"])
            ended = policy.get("status") in ENDED and (not until or last_day(until) < due)
            if due in kept:
                day, certain = kept[due]
                yield name, "report", stated, day if certain or day <= due else None, True, ""
            elif key in now or not report.get("every") or due <= horizon:
                yield name, "report", stated, None, False, "removed" if key not in now else "not_in_force" if ended else ""


def keeping(report: Data, policy: Data, register: Register, zone: str) -> Iterator[Coming]:
    """What may keep a report: (day, whether it is certain, number)."""
    known = set()
    for day, data in versions_of(policy, zone):
        for file in data.get("files", ()):
            if file["url"] not in known and not report.get("kept_by") and fold(file.get("title") or "").startswith(fold(report["what"])):
                known.add(file["url"])
                said = str(file.get("modified") or "")[:10]
                yield last_day(said) if len(said) == 10 else day, True, policy["number"]
    others = {one["number"]: one for one in register.joined(policy)}
    for _day, data in versions_of(policy):
        for word in filter(None, (one.get("kept_by") for one in data.get("reports", ()))):
            others.update({one["number"]: one for one in register.named(word)})
    for number, record in sorted(others.items()):
        if number != policy["number"] and brings(report, record):
            yield from comings(record, zone)


def brings(report: Data, record: Data) -> bool:
    """Whether a record is a report, or brings it."""
    if word := report.get("kept_by"):
        return is_called(record, word)
    return any(fold(record.get(name) or "").startswith(fold(report["what"])) for name in ("title", "indicator"))


def comings(record: Data, zone: str) -> Iterator[Coming]:
    """The days on which a record had a text, a file or a figure, and each on which it had more of them."""
    had = None
    for at, (day, data) in enumerate(versions_of(record, zone)):
        periods = [period_end(one["period"]) for one in data.get("observations", ()) if one.get("value") is not None and one.get("status") != "F"]
        has = (substance(data), max(periods, default=date.min))
        if not has[0] and not periods:
            continue
        if had is None and at == 0:
            issued = str(data.get("issued") or "")[:10]
            yield (last_day(issued), True, record["number"]) if len(issued) == 10 else (day_in(record["first_seen"], zone), False, record["number"])
        elif had is None or has[0] > had[0] or has[1] > had[1]:
            yield day, True, record["number"]
        had = has


def figures_owed(outcome: Data) -> list[Owed]:
    """The next figures that an outcome owed and owes."""
    found: list[tuple[str, date | None, bool, str]] = []
    owed: Data | None = None
    for day, data in versions_of(outcome, outcome["time_zone"]):
        known = [one["period"] for one in data.get("observations", ()) if one.get("value") is not None and one.get("status") != "F"]
        last, due = max(map(period_end, known), default=None), data.get("due", "")
        if owed and (last > owed["last"] if last and owed["last"] else bool(last) or (owed["last"] is None and substance(data) > owed["substance"])):
            found.append((owed["due"], day, True, ""))
            owed = None
        elif owed and not due:
            found.append((owed["due"], None, False, "removed"))
            owed = None
        elif owed:
            owed["due"] = due
        if owed is None and due and not any(kept and last_day(before) >= last_day(due) for before, _day, kept, _dropped in found):
            owed = {"due": due, "last": last, "substance": substance(data)}
    if owed:
        found.append((owed["due"], None, False, ""))
    return [(f"figure-{n}", "figure", due, day, kept, dropped) for n, (due, day, kept, dropped) in enumerate(found, 1)]


def state_of(due: str, kept: bool, dropped: str, today: date) -> str:
    """How a promise stands on a day."""
    if kept or dropped:
        return "reported" if kept else "dropped"
    return "overdue" if last_day(due) < today else "due_soon" if last_day(due) <= today + timedelta(days=28) else "ahead"


# What is published, and the same computed ---------------------------------------------------------------------------


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every promise, and how many there are in each state, of every agency and in all."""
    found: dict[str, object] = {}
    counts: dict[str, Counter[str]] = {"": Counter()}
    for number, record in sorted(register.records.items()):
        today = asked or datetime.now(ZoneInfo(record["time_zone"])).date()
        for key, kind, due, day, kept, dropped in promises_of(record, register):
            state = state_of(due, kept, dropped, today)
            late = max(0, (day - last_day(due)).days) if day else None
            found[f"{number} {key}"] = [kind, str(last_day(due)), state, day and str(day), late]
            for whose in ("", record["publisher"]["slug"]):
                counts.setdefault(whose, Counter())[state] += 1
    for whose, states in counts.items():
        found[f"badge of {whose or 'all'}"] = {state: states[state] for state in ("overdue", "reported", "due_soon") if states[state]}
    if overdue := counts[""]["overdue"]:
        found["home page, overdue"] = overdue
    return found | {f"in all {state}": counts[""][state] for state in STATES}


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the list and its badges tell it."""
    found: dict[str, object] = {}
    for page in portal.pages("/outcome-clock.json?state=all&size=1000"):
        if page["not_yet_counted"]:
            sys.exit(f"the portal has {page['not_yet_counted']} records that its clock has not counted yet; try again in a minute")
        for one in page["results"]:
            found[f"{one['number']} {one['key']}"] = [one[name] for name in ("kind", "due_on", "state", "reported_on", "days_late")]
        found |= {f"in all {state}": count for state, count in page["counts"].items()}
    if said := re.search(r"([\d,]+) (?:is|are) overdue\.", portal.text("/")):
        found["home page, overdue"] = int(said[1].replace(",", ""))
    for name in portal.some([name for name in own if name.startswith("badge of ")]):
        whose = name.removeprefix("badge of ")
        found[name] = badge(portal.text("/outcome-clock.svg" if whose == "all" else f"/agencies/{whose}/outcome-clock.svg"))
    return found


def badge(picture: str) -> dict[str, int]:
    """What a badge says: "Outcomes: 3 overdue · 2 reported"."""
    words = re.search("<title>(.*?)</title>", picture)
    said = re.findall(r"([0-9][0-9,.]*) (overdue|reported|due soon)", words[1] if words else "")
    return {state.replace(" ", "_"): int(re.sub("[,.]", "", count)) for count, state in said if count != "0"}
