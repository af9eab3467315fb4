#!/usr/bin/env python3
"""Repeat the figures about progress, promises and sums that a Clerestory portal publishes, from its public export alone.

    python3 docs/reproduce.py https://portal.example                 the counts of the outcome clock, as JSON
    python3 docs/reproduce.py https://portal.example --check         compare with what the portal publishes; 1 if it differs
    python3 docs/reproduce.py https://portal.example --today 2026-03-01 --all

It reads /api/v1/changes (every record with the versions before it), and needs nothing but Python's standard library: no
key, no database, none of the portal's own code. The rules are written on the portal's page “Outcomes, targets and the
outcome clock”: progress-2 judges targets, clock-2 says when a promise counts as kept.
"""

import argparse
import hashlib
import json
import sys
import unicodedata
import urllib.request
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

HIDDEN = ("unpublished", "merged")
NO_PROMISE = {"draft", "proposed", "rejected"}
ENDED = {"repealed", "superseded", "cancelled", "expired"}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PERCENT = {"%", "percent", "per cent", "pct", "phần trăm", "percentage"}


# Reading ------------------------------------------------------------------------------------------------------------


def get(url):
    """JSON from an address."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        return json.load(answer)


def read_all(base):
    """Every record that is shown, by number; and the numbers that lead to others."""
    records, led, merged, url = {}, {}, [], f"{base}/api/v1/changes?limit=1000"
    while url:
        page = get(url)
        for record in page["results"]:
            if record["state"] not in HIDDEN:
                records[record["number"]] = record
                led.update(dict.fromkeys(record.get("formerly", ()), record["number"]))
            elif record["state"] == "merged":
                merged.append(record)
        url = page["next"]
    for record in records.values():
        record["names_before"] = {spelling for past in record["versions"] for spelling in spelt(record["source"], past["data"]["identifier"])}
    for gone in merged:
        if record := records.get(led.get(gone["number"])):
            record["names_before"].update(spelt(record["source"], gone["identifier"]))
    return records, led


# Names --------------------------------------------------------------------------------------------------------------


def number_of(source, identifier):
    """The permanent number: the first 60 bits of SHA-256, in Crockford's base32."""
    name = unicodedata.normalize("NFC", f"{source}\n{identifier}").encode()
    bits = int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 4
    return "".join(CROCKFORD[(bits >> shift) & 31] for shift in range(55, -1, -5))


def read_number(text):
    """A number in any spelling, or None."""
    number = text.strip().upper().replace("-", "").translate(str.maketrans("OIL", "011"))
    return number if len(number) == 12 and set(number) <= set(CROCKFORD) else None


def fold(text):
    """Identifiers are compared without case, marks and spaces; đ is d."""
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter) and not letter.isspace())[:500]


def identifiers(record):
    """The folded identifiers of a record."""
    return {fold(record["identifier"])} | {fold(other["value"]) for other in record.get("other_identifiers", ())}


def spelt(source, identifier):
    """How an identifier is written, folded, with and without its source before it."""
    return {fold(identifier), *(fold(f"{source}{mark}{identifier}") for mark in " /:")}


def is_called(record, word):
    """Whether a word is a record's number or one of its identifiers, now or before its source renumbered it."""
    words = identifiers(record) | spelt(record["source"], record["identifier"]) | record["names_before"]
    return read_number(word) in {record["number"], *record["formerly"]} or fold(word) in words


# Days ---------------------------------------------------------------------------------------------------------------


def first_day(when):
    """2024 is 2024-01-01."""
    return date.fromisoformat((when[:10] + "-01-01")[:10])


def last_day(when):
    """2024 is 2024-12-31, 2024-02 is 2024-02-29."""
    if len(when) == 4:
        return date(int(when), 12, 31)
    if len(when) == 7:
        year, month = int(when[:4]), int(when[5:])
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return first_day(when)


def period_end(period):
    """The last day of 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05 or 2024-05-31."""
    year, _, part = period.partition("-")
    if part[:1] == "W":
        return date.fromisocalendar(int(year), int(part[1:]), 7)
    if part[:1] in ("Q", "S"):
        return last_day(f"{year}-{int(part[1:]) * (3 if part[0] == 'Q' else 6):02}")
    return last_day(period)


# Who measures what --------------------------------------------------------------------------------------------------


class Register:
    """The records, and how they are joined: by what they state themselves."""

    def __init__(self, records, led):
        self.records, self.led = records, led
        self.by_identifier, self.by_name_before = {}, {}
        self.pointing = {}
        for record in sorted(records.values(), key=lambda one: (one["first_seen"], one["number"])):
            for value in identifiers(record):
                self.by_identifier.setdefault(value, []).append(record)
            for value in record["names_before"]:
                self.by_name_before.setdefault(value, []).append(record)
        for record in records.values():
            for relation in record.get("relations", ()):
                for value in self.target(relation):
                    self.pointing.setdefault(value, []).append(record)

    def target(self, relation):
        """What a relation points to: a number as ("n", …) or a folded identifier as ("i", …)."""
        number = relation.get("number") or (number_of(relation["source"], relation["identifier"]) if relation.get("source") else None)
        return [("n", self.led.get(number, number))] if number else [("i", fold(relation["identifier"]))]

    def joined(self, record):
        """The records that a record points to, and those that point to it."""
        for relation in record.get("relations", ()):
            for kind, value in self.target(relation):
                found = [self.records.get(value)] if kind == "n" else self.by_identifier.get(value, [])[:1]
                yield from filter(None, found)
        yield from self.pointing.get(("n", record["number"]), ())
        for value in identifiers(record):
            yield from self.pointing.get(("i", value), ())

    def outcomes(self, policy, *, past=False):
        """The outcomes that may measure a policy's targets (`past`: those of its earlier versions, too): its agency's own
        first, then by number."""
        found = {one["number"]: one for one in self.joined(policy)}
        for said in [policy, *(version["data"] for version in policy["versions"] if past)]:
            for target in said.get("targets", ()):
                if word := target.get("measured_by"):
                    found.update({one["number"]: one for one in self.named(word)})
        own = policy["publisher"]["slug"]
        some = [one for one in found.values() if one["axis"] == "outcome"]
        return sorted(some, key=lambda one: (one["publisher"]["slug"] != own, one["number"]))

    def named(self, word):
        """The records that a word names: by number, identifier, or source and identifier, now or before they were renumbered."""
        number = read_number(word)
        if (number := self.led.get(number, number)) in self.records:
            yield self.records[number]
        yield from self.by_identifier.get(fold(word), ())
        yield from self.by_name_before.get(fold(word), ())
        for mark in " /:":
            source, _, identifier = word.partition(mark)
            if source and identifier:
                yield from (one for one in self.by_identifier.get(fold(identifier), ()) if one["source"] == source)


def measures(target, outcome):
    """Whether an outcome measures a target."""
    if word := target.get("measured_by"):
        return is_called(outcome, word)
    return bool(outcome.get("indicator")) and fold(target["indicator"]) == fold(outcome["indicator"])


def place_of(outcome, policy):
    """The place whose figures count: the only one, or the policy's own; False where none stands for all."""
    places = {one.get("place") for one in outcome.get("observations", ()) if one.get("value") is not None}
    if len(places) > 1:
        places &= set(policy.get("places") or filter(None, [policy["publisher"].get("place")]))
        if len(places) != 1:
            return False
    return next(iter(places), None)


def counted(data, place):
    """The figures at a place that count, in the order in which their periods end: neither missing nor forecast."""
    by_period = {one["period"]: one for one in data.get("observations", ()) if one.get("place") == place}
    some = [one for one in by_period.values() if one.get("value") is not None and one.get("status") != "F"]
    return sorted(some, key=lambda one: (period_end(one["period"]), one["period"]))


# progress-2 ---------------------------------------------------------------------------------------------------------


def progress(target, outcomes, policy, today):
    """Where a target stands: (standing, number of the outcome, period, path at that time, share done)."""
    outcome = next((one for one in outcomes if measures(target, one)), None)
    place = place_of(outcome, policy) if outcome else False
    figures = counted(outcome, place) if outcome and place is not False else []
    due = last_day(target["due"]) if target.get("due") else None
    passed = due is not None and due < today
    decisive = next((one for one in figures if passed and period_end(one["period"]) >= due), None)
    figure = decisive or (figures[-1] if figures else None)
    number = outcome["number"] if outcome else None
    absent = "overdue" if passed else "no_figure"
    if target.get("value") is None:
        return ("no_value" if figure and (decisive or not passed) else absent, number, figure and figure["period"], None, None)
    if figure is None:
        return (absent, number, None, None, None)
    period = figure["period"]
    if not target.get("measured_by") and differ(target.get("unit", ""), outcome.get("unit", "")):
        return ("other_unit", number, period, None, None)
    value, goal = Fraction(figure["value"]), Fraction(target["value"])
    base = Fraction(target["baseline"]) if target.get("baseline") is not None else None
    lower = is_lower_better(target, outcome)
    start = start_of(target, policy)
    ranged = target.get("bound") or target.get("value_to") is not None
    if ranged:
        away = Fraction(0) if base is None else distance(target, base)
        share = 1 - distance(target, value) / away if away else None
        nearest = goal if base is None else goal_next_to(target, base)
        reached = distance(target, value) == 0
    else:
        share = None if base is None or base == goal else (value - base) / (goal - base)
        nearest, reached = goal, value <= goal if lower else value >= goal
    expected = path_at(base, nearest, start, due, period_end(period))
    if reached:
        return ("reached", number, period, expected, share)
    if passed:
        return ("not_reached" if decisive else "overdue", number, period, expected, share)
    if start and period_end(period) <= start:
        return ("no_figure", number, period, None, None)
    if expected is None:
        return ("not_yet", number, period, None, share)
    on_path = distance(target, value) <= distance(target, expected) if ranged else value <= expected if lower else value >= expected
    return ("on_the_way" if on_path else "behind", number, period, expected, share)


def ends(target):
    """Between what a bound or a range is kept; None where it is open."""
    value = Fraction(target["value"])
    if target.get("value_to") is not None:
        return value, Fraction(target["value_to"])
    return (None, value) if target["bound"] == "at_most" else (value, None)


def distance(target, value):
    """How far a figure lies outside a bound or a range."""
    low, high = ends(target)
    return max(Fraction(0), Fraction(0) if low is None else low - value, Fraction(0) if high is None else value - high)


def goal_next_to(target, base):
    """The figure that keeps a bound or a range next to the baseline."""
    low, high = ends(target)
    above = base if low is None else max(base, low)
    return above if high is None else min(above, high)


def differ(one, other):
    """Whether two units are both stated and not the same."""
    keys = ["%" if unit.strip().casefold() in PERCENT else fold(unit) for unit in (one, other)]
    return bool(one and other) and keys[0] != keys[1]


def is_lower_better(target, outcome):
    """By the target, else by its baseline and value, else by the outcome."""
    if target.get("bound"):
        return target["bound"] == "at_most"
    base, goal = target.get("baseline"), target.get("value")
    way = None if target.get("value_to") is not None or base is None or goal is None or Fraction(base) == Fraction(goal) else "lower" if Fraction(goal) < Fraction(base) else "higher"
    return (target.get("better") or way or outcome.get("better")) == "lower"


def start_of(target, policy):
    """The day from which the path runs."""
    if target.get("baseline_period"):
        return period_end(target["baseline_period"])
    said = policy.get("valid_from") or policy.get("issued")
    return first_day(said) if said else None


def path_at(base, goal, start, due, day):
    """Where the straight line from the baseline to the value stands."""
    if base is None or due is None or start is None or due <= start:
        return None
    return base + (goal - base) * Fraction((min(max(day, start), due) - start).days, (due - start).days)


# clock-2 ------------------------------------------------------------------------------------------------------------


def versions_of(record, zone="UTC"):
    """What a record said from version to version, the oldest first: (day in a time zone, data)."""
    past = [(day_in(one["changed_at"], zone), one["data"]) for one in record["versions"]]
    return [*past, (day_in(record["changed_at"], zone), record)]


def day_in(text, zone):
    """The day of a moment in a time zone."""
    return moment(text).astimezone(ZoneInfo(zone)).date()


def moment(text):
    """A moment in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def promises_of(record, register):
    """The promises of a record: (key, kind, due, day kept or None, kept, dropped)."""
    if record["state"] != "published":
        return []
    if record["axis"] == "outcome":
        return figures_owed(record)
    if record["axis"] == "policy" and record.get("status") not in NO_PROMISE:
        return [*targets_owed(record, register), *reports_owed(record, register)]
    return []


def keyed(data):
    """Targets with a due date by their keys: of several with one indicator, by the order of their days."""
    seen, found = {}, {}
    for target in sorted((one for one in data.get("targets", ()) if one.get("due")), key=lambda one: last_day(one["due"])):
        name = fold(target["indicator"])
        seen[name] = seen.get(name, 0) + 1
        found["target-" + hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()[:16]] = target
    return found


def targets_owed(policy, register):
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


def kept_by(kind, target, outcome, policy):
    """Whether an outcome keeps a promise, and since what day, where that is known."""
    due = last_day(target["due"])
    if not outcome.get("observations"):
        if kind != "report" or not substance(outcome):
            return False, None
        return True, day_kept(outcome, policy["time_zone"], due, None, lambda data: substance(data))
    place = place_of(outcome, policy)
    covering = [] if place is False else [one for one in counted(outcome, place) if period_end(one["period"]) >= due]
    if not covering:
        return False, None
    return True, day_kept(outcome, policy["time_zone"], due, period_end(covering[0]["period"]),
                          lambda data: any(period_end(one["period"]) >= due for one in counted(data, place)))  # fmt: skip


def day_kept(outcome, zone, due, end, holds):
    """The day of the first version that keeps a promise; of what was there at first sight what the outcome states."""
    history = versions_of(outcome, zone)
    at = next((at for at, (_day, data) in enumerate(history) if holds(data)), len(history) - 1)
    day = history[at][0] if at else day_in(outcome["first_seen"], zone)
    if at or day <= due:
        return day
    issued = outcome.get("issued", "")[:10]
    return last_day(issued) if len(issued) == 10 and (end is None or last_day(issued) >= end) else None


def substance(data):
    """How many texts and files a record without figures has."""
    return len(data.get("files", ())) + bool(data.get("body"))


RHYTHMS = {"M": 1, "Q": 3, "S": 6, "A": 12, "A2": 24, "A3": 36, "A5": 60}


def keyed_reports(data):
    """The reports of a policy that have a day, by their keys: of several on one thing, by their order."""
    seen, found = {}, {}
    for report in (one for one in data.get("reports", ()) if one.get("due")):
        name = fold(report["what"])
        seen[name] = seen.get(name, 0) + 1
        found["report-" + hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()[:16]] = report
    return found


def due_days(report, horizon):
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


def reports_owed(policy, register):
    """What the reports of a policy promise, those of earlier versions too."""
    made, zone = {}, policy["time_zone"]
    for _day, data in versions_of(policy):
        made.update(keyed_reports(data))
    now, horizon = keyed_reports(policy), date(datetime.now(UTC).year + 1, 12, 31)
    for key, report in made.items():
        days, kept = due_days(report, horizon), {}
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


def keeping(report, policy, register, zone):
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


def brings(report, record):
    """Whether a record is a report, or brings it."""
    if word := report.get("kept_by"):
        return is_called(record, word)
    return any(fold(record.get(name) or "").startswith(fold(report["what"])) for name in ("title", "indicator"))


def comings(record, zone):
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


def figures_owed(outcome):
    """The next figures that an outcome owed and owes."""
    found, owed = [], None
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


def state_of(due, kept, dropped, today):
    """How a promise stands on a day."""
    if kept or dropped:
        return "reported" if kept else "dropped"
    return "overdue" if last_day(due) < today else "due_soon" if last_day(due) <= today + timedelta(days=28) else "ahead"


# Sums ---------------------------------------------------------------------------------------------------------------

WAYS = {
    "year": lambda one: str(one.get("issued") or "")[:4] or "none",
    "publisher": lambda one: one["publisher"]["slug"],
    "type": lambda one: one["type"],
    "subject": lambda one: "several" if len(one.get("subjects", ())) > 1 else next(iter(one.get("subjects", ())), "none"),
}
BY_STATUS = {name: name for name in ("cancelled", "rejected", "repealed", "superseded")} | dict.fromkeys(("draft", "proposed", "open"), "announced")


def replaced(register):
    """The records that another one supersedes, or corrects and states an amount itself. By a document number alone: within one
    agency."""
    found = {}
    for record in register.records.values():
        for relation in record.get("relations", ()):
            if record["state"] != "published" or relation["type"] not in ("supersedes", "corrects"):
                continue
            for kind, value in register.target(relation):
                own = record["publisher"]["slug"]
                others = [register.records.get(value)] if kind == "n" else [one for one in register.by_identifier.get(value, ()) if one["publisher"]["slug"] == own]
                for other in others:
                    if other and other is not record and (relation["type"] == "supersedes" or record.get("amount")):
                        was = found.get(other["number"])
                        found[other["number"]] = "superseded" if relation["type"] == "supersedes" else was or "corrected"
    return found


def sums(register):
    """What all decisions come to, by each way: {way: {part: [decisions, without amount, {currency: [sum, median]}]}}."""
    gone, counted, aside = replaced(register), [], {}
    for record in register.records.values():
        if record["axis"] == "decision":
            reason = "withdrawn" if record["state"] != "published" else gone.get(record["number"]) or BY_STATUS.get(record.get("status"))
            reason = reason or ("announced" if record["type"] == "notice" else "")
            if reason:
                aside[reason] = aside.get(reason, 0) + 1
            else:
                counted.append(record)
    found = {"total": {"total": part_of(counted)}, "aside": aside}
    for way, key in WAYS.items():
        groups = {}
        for record in counted:
            groups.setdefault(key(record), []).append(record)
        found[way] = {name: part_of(some) for name, some in groups.items()}
    return found


def part_of(some):
    """What decisions come to: how many, how many without an amount, and by currency the sum and the median."""
    amounts = {}
    for record in some:
        if record.get("amount"):
            amounts.setdefault(record["amount"]["currency"], []).append(Fraction(record["amount"]["value"]))
    return [len(some), len(some) - sum(map(len, amounts.values())), {name: [float(sum(values)), float(median(values))] for name, values in amounts.items()}]


def published_sums(base):
    """The same as the portal publishes it."""
    found = {}
    for way in WAYS:
        url, found[way] = f"{base}/search/sums.json?axis=decision&by={way}", {}
        while url:
            page = get(url)
            found[way] |= {part["key"]: told(part) for part in page["results"]}
            url = page["next"]
        found["total"] = {"total": told(page["totals"])}
        found["aside"] = {part["key"]: part["decisions"] for part in page["set_aside"]}
    return found


def told(part):
    """A part as `part_of` tells it."""
    return [part["decisions"], part["without_amount"], {one["currency"]: [float(Fraction(one["sum"])), float(Fraction(one["median"]))] for one in part["sums"]}]


# What is published, and whether it is the same -----------------------------------------------------------------------


def reproduce(base, asked):
    """Everything that the portal publishes about progress and promises, computed anew: by the day that it is for each agency, or by one
    that is asked for."""
    register = Register(*read_all(base))
    promises, standings = {}, {}
    for number, record in sorted(register.records.items()):
        today = asked or datetime.now(ZoneInfo(record["time_zone"])).date()
        for key, kind, due, day, kept, dropped in promises_of(record, register):
            state = state_of(due, kept, dropped, today)
            late = max(0, (day - last_day(due)).days) if day else None
            promises[f"{number} {key}"] = {"kind": kind, "due_on": str(last_day(due)), "state": state, "reported_on": day and str(day), "days_late": late}
        if record["axis"] == "policy" and record.get("targets"):
            outcomes = register.outcomes(record)
            standings[number] = [shown(*progress(target, outcomes, record, today)) for target in record["targets"]]
    counts = {state: sum(one["state"] == state for one in promises.values()) for state in ("overdue", "due_soon", "ahead", "reported", "dropped")}
    return {"today": str(asked or "now"), "counts": counts, "promises": promises, "progress": standings, "sums": sums(register)}


def shown(standing, number, period, expected, share):
    """A progress as the portal writes it."""
    return {
        "standing": standing,
        "outcome": number,
        "period": period,
        "expected": None if expected is None else round(float(expected), 6),
        "share": None if share is None else round(float(share), 4),
    }


def published(base, numbers):
    """The same as the portal publishes it."""
    promises, url = {}, f"{base}/outcome-clock.json?state=all&size=1000"
    while url:
        page = get(url)
        if page["not_yet_counted"]:
            sys.exit(f"the portal has {page['not_yet_counted']} records that its clock has not counted yet; try again in a minute")
        for one in page["results"]:
            promises[f"{one['number']} {one['key']}"] = {name: one[name] for name in ("kind", "due_on", "state", "reported_on", "days_late")}
        url = page["next"]
    standings = {}
    for number in numbers:
        said = get(f"{base}/records/{number}.json")["progress"]
        standings[number] = [
            {"standing": one["standing"], "outcome": one["outcome"], "period": one["period"],
             "expected": None if one["expected"] is None else float(one["expected"]), "share": one["share"]} for one in said
        ]  # fmt: skip
    return {"today": page["today"], "counts": page["counts"], "promises": promises, "progress": standings, "sums": published_sums(base)}


def differences(own, theirs):
    """What is not the same, a line each."""
    for part in ("counts", "promises", "progress", "sums"):
        for name in sorted(own[part].keys() | theirs[part].keys()):
            if own[part].get(name) != theirs[part].get(name):
                yield f"{part} {name}: computed {own[part].get(name)}, published {theirs[part].get(name)}"


def main():
    """Read the arguments, compute, and say it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portal", help="the portal's address, such as https://portal.example")
    parser.add_argument("--today", type=date.fromisoformat, help="a day to judge by; else that which it is for each agency")
    parser.add_argument("--check", action="store_true", help="compare with what the portal publishes")
    parser.add_argument("--all", action="store_true", help="print every promise and every target, not the counts alone")
    asked = parser.parse_args()
    base = asked.portal.rstrip("/")
    own = reproduce(base, asked.today)
    print(json.dumps(own if asked.all else {"today": own["today"], "counts": own["counts"]}, ensure_ascii=False, indent=1))
    if asked.check:
        found = list(differences(own, published(base, own["progress"])))
        targets = sum(map(len, own["progress"].values()))
        print(f"{len(own['promises'])} promises and {targets} targets compared, {len(found)} differ", file=sys.stderr)
        print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
