"""progress-2: how far a policy's targets are reached, by the figures of the outcome that measures them.

Published with every policy (/records/NUMBER.json, `progress`); the rule is on the page /pages/outcomes. What was found in words
alone joins nothing here: progress is the same to who has only what records state.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from .days import first_day, last_day, period_end
from .export import Data, Portal
from .register import Register
from .words import fold, is_called

PERCENT = {"%", "percent", "per cent", "pct", "phần trăm", "percentage"}
# How it stands, the number of the outcome, the period of its figure, where the path is then, the share that is done.
Standing = tuple[str, str | None, str | None, Fraction | None, Fraction | None]


def measures(target: Data, outcome: Data) -> bool:
    """Whether an outcome measures a target."""
    if word := target.get("measured_by"):
        return is_called(outcome, word)
    return bool(outcome.get("indicator")) and fold(target["indicator"]) == fold(outcome["indicator"])


def place_of(outcome: Data, policy: Data) -> str | Literal[False] | None:
    """The place whose figures count: the only one, or the policy's own; False where none stands for all."""
    places = {one.get("place") for one in outcome.get("observations", ()) if one.get("value") is not None}
    if len(places) > 1:
        places &= set(policy.get("places") or filter(None, [policy["publisher"].get("place")]))
        if len(places) != 1:
            return False
    return next(iter(places), None)


def counted(data: Data, place: str | None) -> list[Data]:
    """The figures at a place that count, in the order in which their periods end: neither missing nor forecast."""
    by_period = {one["period"]: one for one in data.get("observations", ()) if one.get("place") == place}
    some = [one for one in by_period.values() if one.get("value") is not None and one.get("status") != "F"]
    return sorted(some, key=lambda one: (period_end(one["period"]), one["period"]))


def progress(target: Data, outcomes: list[Data], policy: Data, today: date) -> Standing:
    """Where a target stands: (standing, number of the outcome, period, path at that time, share done)."""
    outcome = next((one for one in outcomes if measures(target, one)), None)
    place = place_of(outcome, policy) if outcome else False
    figures = counted(outcome, place) if outcome and place is not False else []
    due = last_day(target["due"]) if target.get("due") else None
    passed = due is not None and due < today
    decisive = next((one for one in figures if due and passed and period_end(one["period"]) >= due), None)
    figure = decisive or (figures[-1] if figures else None)
    number = outcome["number"] if outcome else None
    absent = "overdue" if passed else "no_figure"
    if target.get("value") is None:
        return ("no_value" if figure and (decisive or not passed) else absent, number, figure["period"] if figure else None, None, None)
    if figure is None or outcome is None:
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


def ends(target: Data) -> tuple[Fraction | None, Fraction | None]:
    """Between what a bound or a range is kept; None where it is open."""
    value = Fraction(target["value"])
    if target.get("value_to") is not None:
        return value, Fraction(target["value_to"])
    return (None, value) if target["bound"] == "at_most" else (value, None)


def distance(target: Data, value: Fraction) -> Fraction:
    """How far a figure lies outside a bound or a range."""
    low, high = ends(target)
    return max(Fraction(0), Fraction(0) if low is None else low - value, Fraction(0) if high is None else value - high)


def goal_next_to(target: Data, base: Fraction) -> Fraction:
    """The figure that keeps a bound or a range next to the baseline."""
    low, high = ends(target)
    above = base if low is None else max(base, low)
    return above if high is None else min(above, high)


def differ(one: str, other: str) -> bool:
    """Whether two units are both stated and not the same."""
    keys = ["%" if unit.strip().casefold() in PERCENT else fold(unit) for unit in (one, other)]
    return bool(one and other) and keys[0] != keys[1]


def is_lower_better(target: Data, outcome: Data) -> bool:
    """By the target, else by its baseline and value, else by the outcome."""
    if target.get("bound"):
        return str(target["bound"]) == "at_most"
    base, goal = target.get("baseline"), target.get("value")
    way = None if target.get("value_to") is not None or base is None or goal is None or Fraction(base) == Fraction(goal) else "lower" if Fraction(goal) < Fraction(base) else "higher"
    return bool((target.get("better") or way or outcome.get("better")) == "lower")


def start_of(target: Data, policy: Data) -> date | None:
    """The day from which the path runs."""
    if target.get("baseline_period"):
        return period_end(target["baseline_period"])
    said = policy.get("valid_from") or policy.get("issued")
    return first_day(said) if said else None


def path_at(base: Fraction | None, goal: Fraction, start: date | None, due: date | None, day: date) -> Fraction | None:
    """Where the straight line from the baseline to the value stands."""
    if base is None or due is None or start is None or due <= start:
        return None
    return base + (goal - base) * Fraction((min(max(day, start), due) - start).days, (due - start).days)


# What is published, and the same computed ---------------------------------------------------------------------------


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every target of every policy: by the day that it is for its agency, or by one that is asked for."""
    found: dict[str, object] = {}
    for number, policy in sorted(register.records.items()):
        if policy["axis"] == "policy" and policy.get("targets"):
            today, outcomes = asked or datetime.now(ZoneInfo(policy["time_zone"])).date(), register.outcomes(policy)
            for position, target in enumerate(policy["targets"]):
                found[f"{number} target {position + 1}"] = _written(progress(target, outcomes, policy, today))
    return found


def _written(one: Standing) -> list[object]:
    standing, outcome, period, expected, share = one
    return [standing, outcome, period, None if expected is None else round(float(expected), 6), None if share is None else round(float(share), 4)]


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the pages of policies have it."""
    found: dict[str, object] = {}
    for number in portal.some({name.split()[0] for name in own}):
        for position, one in enumerate(portal.get(f"/records/{number}.json")["progress"]):
            expected = None if one["expected"] is None else float(one["expected"])
            found[f"{number} target {position + 1}"] = [one["standing"], one["outcome"], one["period"], expected, one["share"]]
    return found
