"""How far the targets of policies are reached: the formula progress-2, stated so that anybody can repeat it.

Inputs: the target (baseline, value, due date, which way is better), the figures of the outcome that measures it at one
place, the day from which the promise runs, and today (where the policy's agency is). Forecasts (status F) and missing figures do not count.

1. A period counts on its last day: 2024 on 31 December, 2024-Q3 on 30 September, 2024-W07 on its Sunday. So do due dates.
2. Lower is better if the target says so; else if its value lies below its baseline; else if the outcome says so.
3. The figure that is judged is the latest one; after the due day, the first one whose period ends on that day or later.
4. reached: the figure is at the value or better. Else, after the due day: not_reached, or overdue while there is no
   figure whose period ends on the due day or later.
5. Before the due day: no_figure while no figure's period ends after the start. The expected path is a straight line
   from the baseline on the start day to the value on the due day; on_the_way: at the path or better; behind: worse;
   not_yet: no path can be drawn, for want of a baseline, a due date or a start.
6. The start is the last day of the baseline's period; else the first day on which the policy holds (`valid_from`); else
   the first day of its `issued`.
7. Share done = (figure - baseline) / (value - baseline). It may lie below 0 and above 1.
8. A target may be a bound (at least, at most) or a range (from one figure to another, both belonging to it). Its distance from a
   figure is how far that lies outside: 0 where it is kept. It is reached where the distance is 0. At least: higher is better, at
   most: lower is, whatever else says so; of a range neither. The path runs from the baseline to the nearest figure that
   keeps it (a baseline that keeps it already: the path stays there); at the path or better: the distance of the figure is
   not larger than that of the path. Share done = 1 - distance of the figure / distance of the baseline, none where the
   latter is 0. Everything else is as above: progress-2 judges a target with a value alone as progress-1 did.

Two further words: no_value where the target names no figure to reach; other_unit where target and figures are joined by
the name of the indicator alone and state different units, which are then not compared. (A target that names its outcome
by number or identifier says itself that the two can be compared, in whatever words each writes the unit.) Numbers are
compared as they are, without rounding.

Other ways to judge: Eurostat and Open SDG compare compound growth rates, which need figures above zero; a straight line
also fits ranks, shares and figures that pass zero, and a reader can draw it with a ruler.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from harvesters.record import Observation, Target, read_number
from harvesters.when import first_day, last_day

from .catalogue import Entry, spelt
from .exact import wide
from .store import fold_identifier

FORMULA = "progress-2"
_FORECAST = "F"
Data = Mapping[str, Any]

Standing = Literal[
    "reached", "on_the_way", "behind", "not_yet", "not_reached", "no_figure", "overdue", "no_value", "other_unit"
]
Better = Literal["higher", "lower"]


@lru_cache(maxsize=20_000)
def period_end(period: str) -> date:
    """The last day of a period: 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05 or 2024-05-31."""
    year, _dash, part = period.partition("-")
    if part[:1] == "W":
        return date.fromisocalendar(int(year), int(part[1:]), 7)
    if part[:1] in ("Q", "S"):
        month = int(part[1:]) * (3 if part[0] == "Q" else 6)
        return last_day(f"{year}-{month:02}")
    return last_day(period)


@lru_cache(maxsize=20_000)
def period_start(period: str) -> date:
    """The first day of a period."""
    year, _dash, part = period.partition("-")
    if part[:1] == "W":
        return date.fromisocalendar(int(year), int(part[1:]), 1)
    if part[:1] in ("Q", "S"):
        return date(int(year), (int(part[1:]) - 1) * (3 if part[0] == "Q" else 6) + 1, 1)
    return first_day(period)


def counted(observations: Iterable[Observation]) -> list[Observation]:
    """The figures that count, in the order of the days on which their periods end: neither missing nor forecast."""
    some = [one for one in observations if one.value is not None and one.status != _FORECAST]
    return sorted(some, key=lambda one: (period_end(one.period), one.period))


def covering(figures: Sequence[Observation], day: date) -> Observation | None:
    """The first of `figures` (as `counted` orders them) whose period ends on `day` or later: the one that tells how it
    stood on that day."""
    return next((one for one in figures if period_end(one.period) >= day), None)


@dataclass(frozen=True)
class Progress:
    """How far a target is reached, with everything it was computed from.

    `latest`: the figure that was judged. `share`: how much of the way from the baseline is done (not confined to 0
    to 1); None without a baseline. `expected`: where the path stands on the day on which the figure's period ends.
    `start`, `start_from`: the day from which the path runs, and what says so. `place`: the place of the figures.
    """

    target: Target
    outcome: Entry | None
    latest: Observation | None
    standing: Standing
    share: float | None = None
    expected: Decimal | None = None
    start: date | None = None
    start_from: str = ""
    place: str | None = None
    lower: bool = False
    today: date | None = None

    @property
    def bar(self) -> float | None:
        """The share done as a bar shows it: from 0 to 1."""
        return None if self.share is None else min(1.0, max(0.0, self.share))


def progress(target: Target, outcomes: Sequence[Entry], today: date, policy: Entry | None = None) -> Progress:
    """A target beside what was measured; `outcomes` are those that may measure it, in the order of `candidates`."""
    outcome = measured_by(target, outcomes)
    start, start_from = start_of(target, policy)
    place, figures = _figures(outcome, policy) if outcome else (None, [])
    lower = is_lower_better(target, outcome)
    base = Progress(target, outcome, None, "no_figure", start=start, start_from=start_from, place=place, lower=lower, today=today)
    return _judged(base, figures, today)


def _judged(base: Progress, figures: Sequence[Observation], today: date) -> Progress:
    target = base.target
    due = last_day(target.due) if target.due else None
    passed = due is not None and due < today
    decisive = covering(figures, due) if due and passed else None
    figure = decisive or (figures[-1] if figures else None)
    absent: Standing = "overdue" if passed else "no_figure"
    if target.value is None:
        return _with(base, figure, "no_value" if figure and (decisive or not passed) else absent)
    if figure is None or figure.value is None:
        return _with(base, None, absent)
    if not target.measured_by and differ(target.unit, str(base.outcome.data.get("unit") or "") if base.outcome else ""):
        return _with(base, figure, "other_unit")
    share = share_done(target, figure.value)
    expected = expected_at(target, base.start, period_end(figure.period))
    shown = None if expected is None else decimal_of(expected)
    if is_reached(target, figure.value, base.lower):
        return _with(base, figure, "reached", share, shown)
    if passed:
        return _with(base, figure, "not_reached" if decisive else "overdue", share, shown)
    if base.start and period_end(figure.period) <= base.start:
        return _with(base, figure, "no_figure")
    if expected is None:
        return _with(base, figure, "not_yet", share)
    value = Fraction(figure.value)
    if is_ranged(target):
        on_path = distance(target, value) <= distance(target, expected)
    else:
        on_path = value <= expected if base.lower else value >= expected
    return _with(base, figure, "on_the_way" if on_path else "behind", share, shown)


def _with(base: Progress, figure: Observation | None, standing: Standing, share: float | None = None, expected: Decimal | None = None) -> Progress:
    return Progress(base.target, base.outcome, figure, standing, share, expected, base.start, base.start_from, base.place, base.lower, base.today)


def is_ranged(target: Target) -> bool:
    """Whether a target is a bound or a range, not one figure to reach."""
    return target.bound is not None or target.value_to is not None


def distance(target: Target, value: Fraction) -> Fraction:
    """How far a figure lies outside a bound or a range; 0 where it keeps it."""
    ends = _ends(target)
    return max(Fraction(0), *(low - value for low in ends[:1] if low is not None), *(value - high for high in ends[1:] if high is not None))


def _ends(target: Target) -> tuple[Fraction | None, Fraction | None]:
    """The figures between which a bound or a range is kept; None where it is open."""
    value = None if target.value is None else Fraction(target.value)
    if target.value_to is not None:
        return value, Fraction(target.value_to)
    return (None, value) if target.bound == "at_most" else (value, None)


def is_reached(target: Target, value: Decimal, lower: bool) -> bool:
    """Whether a figure is at the target's value or better, or keeps its bound or range."""
    if target.value is None:
        return False
    if is_ranged(target):
        return distance(target, Fraction(value)) == 0
    return value <= target.value if lower else value >= target.value


def goal_of(target: Target) -> Fraction | None:
    """The figure to which the path leads: the value; of a bound or range what keeps it next to the baseline."""
    if target.value is None:
        return None
    if not is_ranged(target) or target.baseline is None:
        return Fraction(target.value)
    low, high = _ends(target)
    goal = Fraction(target.baseline)
    goal = goal if low is None else max(goal, low)
    return goal if high is None else min(goal, high)


def start_of(target: Target, policy: Entry | None) -> tuple[date | None, str]:
    """The day from which a promise runs, and which field says so."""
    if target.baseline_period:
        return period_end(target.baseline_period), "baseline_period"
    for field in ("valid_from", "issued"):
        if policy and (said := policy.data.get(field)):
            return first_day(str(said)), field
    return None, ""


def expected_at(target: Target, start: date | None, day: date) -> Fraction | None:
    """Where the straight line from the baseline to the value stands on `day`; None where it cannot be drawn."""
    goal = goal_of(target)
    if target.baseline is None or goal is None or not target.due or start is None:
        return None
    due = last_day(target.due)
    if due <= start:
        return None
    gone = min(max(day, start), due) - start
    way = Fraction(gone // timedelta(days=1), (due - start) // timedelta(days=1))
    return Fraction(target.baseline) + (goal - Fraction(target.baseline)) * way


def share_done(target: Target, value: Decimal) -> float | None:
    """How much of the way from the baseline to the value is done."""
    if is_ranged(target):
        away = distance(target, Fraction(target.baseline)) if target.baseline is not None else Fraction(0)
        return float(1 - distance(target, Fraction(value)) / away) if away else None
    if target.baseline is None or target.value is None or target.baseline == target.value:
        return None
    base = Fraction(target.baseline)
    return float((Fraction(value) - base) / (Fraction(target.value) - base))


def decimal_of(value: Fraction) -> Decimal:
    """A fraction with six decimals at most, the last one rounded to even."""
    with wide():
        exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        return Decimal(f"{exact.normalize():f}")


def is_lower_better(target: Target, outcome: Entry | None) -> bool:
    """Whether lower figures are better: by the target's bound, else by what it says, else by its baseline and value, else by the
    outcome."""
    if target.bound:
        return target.bound == "at_most"
    return (target.better or _direction(target) or (outcome.data.get("better") if outcome else None)) == "lower"


def _direction(target: Target) -> Better | None:
    if target.value_to is not None or target.baseline is None or target.value is None or target.baseline == target.value:
        return None
    return "lower" if target.value < target.baseline else "higher"


# How people write per cent.
_PERCENT = re.compile(r"^(%|percent|per cent|pct|phần trăm|percentage)$", re.IGNORECASE)


def differ(one: str, other: str) -> bool:
    """Whether two units are both named, and not the same; case and marks aside."""
    return bool(one and other) and unit_key(one) != unit_key(other)


def unit_key(unit: str) -> str:
    """A unit as it is compared."""
    return "%" if _PERCENT.match(unit.strip()) else fold_identifier(unit)


def place_of(outcome: Entry, policy: Entry | None) -> str | Literal[False] | None:
    """The place whose figures count: the only one; of several the policy's own (its one place, else that of its
    agency). False where none of several fits: then no figure stands for all."""
    places: set[str | None] = {one.get("place") for one in outcome.data.get("observations", ()) if one.get("value") is not None}
    if len(places) > 1:
        places &= _places_of(policy)
        if len(places) != 1:
            return False
    return next(iter(places), None)


def _figures(outcome: Entry, policy: Entry | None) -> tuple[str | None, list[Observation]]:
    """The place whose figures count, and these."""
    place = place_of(outcome, policy)
    if place is False:
        return None, []
    # Of two for one period the later given holds, as in charts. They were valid when they came in.
    by_period = {
        one["period"]: Observation.model_construct(
            period=one["period"], place=place, value=None if one.get("value") is None else Decimal(one["value"]),
            status=one.get("status", "A"), note=one.get("note", ""),
        )
        for one in outcome.data.get("observations", ()) if one.get("place") == place
    }  # fmt: skip
    return place, counted(by_period.values())


def _places_of(policy: Entry | None) -> set[str | None]:
    if policy is None:
        return set()
    stated = policy.data.get("places") or [policy.data["publisher"].get("place")]
    return {place for place in stated if place}


def measured_by(target: Target, outcomes: Iterable[Entry]) -> Entry | None:
    """The outcome that measures a target: the first that does, in the order of `candidates`."""
    return next((entry for entry in outcomes if measures(target, entry)), None)


def measures(target: Target, outcome: Entry) -> bool:
    """Whether an outcome measures a target: the target names it (by number, or by an identifier with or without
    its source before it), or both name the same indicator."""
    if target.measured_by:
        return is_called(outcome, target.measured_by)
    indicator = str(outcome.data.get("indicator") or "")
    return bool(indicator) and fold_identifier(target.indicator) == fold_identifier(indicator)


def is_called(entry: Entry, word: str) -> bool:
    """Whether a word is a record's number or one of its identifiers, now or before it was renumbered."""
    number = read_number(word)
    return number == entry.number or number in entry.formerly or fold_identifier(word) in identifiers_of(entry)


def identifiers_of(entry: Entry) -> frozenset[str]:
    """The folded words by which a record may be named, but for its number: also those that it had before."""
    own = str(entry.data["identifier"])
    others = [str(other["value"]) for other in entry.data.get("other_identifiers", ())]
    return frozenset(map(fold_identifier, (*others, *spelt(entry.source, own)))) | entry.formerly


def candidates(policy: Entry, outcomes: Iterable[Entry]) -> list[Entry]:
    """Outcomes in the order in which they are asked whether they measure a target: those of the policy's own agency
    first, then by number. Each once."""
    found = {entry.number: entry for entry in outcomes if entry.axis == "outcome"}
    own = policy.data["publisher"]["slug"]
    return sorted(found.values(), key=lambda entry: (entry.data["publisher"]["slug"] != own, entry.number))


def data_of(one: Progress, position: int, base: str) -> dict[str, Any]:
    """A progress as data: the standing, and every input of the formula."""
    target, figure = one.target, one.latest
    return {
        "formula": FORMULA,
        "as_of": one.today.isoformat() if one.today else None,
        "target": position,
        "indicator": target.indicator,
        "standing": one.standing,
        "better": None if target.value_to is not None else "lower" if one.lower else "higher",
        "baseline": _text(target.baseline),
        "start": one.start.isoformat() if one.start else None,
        "start_from": one.start_from or None,
        "value": _text(target.value),
        "value_to": _text(target.value_to),
        "bound": target.bound,
        "unit": target.unit or None,
        "due": target.due,
        "due_on": last_day(target.due).isoformat() if target.due else None,
        "outcome": one.outcome.number if one.outcome else None,
        "outcome_url": f"{base}/records/{one.outcome.number}" if one.outcome else None,
        "place": one.place,
        "period": figure.period if figure else None,
        "period_ends": period_end(figure.period).isoformat() if figure else None,
        "figure": _text(figure.value) if figure else None,
        "expected": _text(one.expected),
        "share": None if one.share is None else round(one.share, 4),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
