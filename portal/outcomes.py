"""What was measured: observations as series, periods in words, and how far the targets of policies are reached."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import babel
from babel.numbers import format_compact_decimal, get_decimal_symbol, get_group_symbol
from flask_babel import gettext as _

from harvesters.record import Observation, Outcome, Target, read_number
from harvesters.when import last_day

from .catalogue import Entry
from .i18n import language, show_when
from .store import fold_identifier

# The usual distance between two figures, in years, by frequency: more than that is a gap.
_STEPS = {"A": 1.0, "A2": 2.0, "S": 1 / 2, "Q": 1 / 4, "M": 1 / 12, "W": 1 / 53, "D": 1 / 365}
_RANKS = re.compile(r"\brank|hạng|thứ bậc", re.IGNORECASE)

Standing = Literal["reached", "not_reached", "on_the_way", "no_figure", "overdue"]


@dataclass(frozen=True)
class Series:
    """The figures of one place, in the order of time; of two for one period the later given."""

    place: str | None
    observations: tuple[Observation, ...]

    @property
    def known(self) -> list[Observation]:
        """The figures that are not missing."""
        return [one for one in self.observations if one.value is not None]

    @property
    def latest(self) -> Observation | None:
        """The last figure that is known."""
        return next((one for one in reversed(self.observations) if one.value is not None), None)

    @property
    def before(self) -> Observation | None:
        """The known figure before the last one."""
        known = self.known
        return known[-2] if len(known) > 1 else None


def series_of(observations: Iterable[Observation]) -> list[Series]:
    """Observations as series, one a place, in the order in which places first stand there. Forecasts stand with
    the rest; a source that mixes years and quarters gets one line through both."""
    by_place: dict[str | None, dict[str, Observation]] = {}
    for one in observations:
        by_place.setdefault(one.place, {})[one.period] = one
    return [
        Series(place, tuple(sorted(some.values(), key=lambda one: year_of(one.period)))) for place, some in by_place.items()
    ]


@lru_cache(maxsize=20_000)
def year_of(period: str) -> float:
    """A period as a point on the line of years: 2024 is 2024.0, 2024-Q3 is 2024.5, 2024-05-31 is 2024.41."""
    year, _dash, part = period.partition("-")
    if not part:
        return float(year)
    if part[0] in "QSW":
        return int(year) + (int(part[1:]) - 1) / {"Q": 4, "S": 2, "W": 53}[part[0]]
    month, _dash, day = part.partition("-")
    return int(year) + (int(month) - 1) / 12 + ((int(day) - 1) / 372 if day else 0)


def usual_step(series: Series, frequency: str | None) -> float | None:
    """How far apart the figures of a series usually are, in years: by its frequency, else as most of them are.
    None where that cannot be told: then nothing counts as left out."""
    if frequency == "I":
        return None
    if frequency in _STEPS:
        return _STEPS[frequency]
    years = [year_of(one.period) for one in series.observations]
    gaps = sorted(after - before for before, after in pairwise(years))
    return gaps[len(gaps) // 2] if len(gaps) > 2 else None


def stretches(series: Series, frequency: str | None) -> list[list[Observation]]:
    """The known figures in unbroken stretches: a missing figure and a period left out part them."""
    step = usual_step(series, frequency)
    parts: list[list[Observation]] = []
    last: float | None = None
    for one in series.observations:
        if one.value is None:
            last = None
            continue
        at = year_of(one.period)
        if last is None or (step is not None and at - last > step * 1.6):
            parts.append([])
        parts[-1].append(one)
        last = at
    return parts


def is_rank(outcome: Outcome) -> bool:
    """Whether the figures are places in a ranking, of which the first is the best: drawn with the best on top."""
    return outcome.better == "lower" and bool(_RANKS.search(f"{outcome.unit} {outcome.indicator}"))


def number_writer(locale: babel.Locale, decimals: int) -> Callable[[Decimal], str]:
    """Writes numbers by locale with so many decimals: many times faster than a pattern, for tables of thousands."""
    marks = str.maketrans({".": get_decimal_symbol(locale), ",": get_group_symbol(locale)})
    pattern = f",.{decimals}f"
    return lambda value: format(value, pattern).translate(marks)


def compact_writer(locale: babel.Locale, *, words: bool) -> Callable[[Decimal], str]:
    """Writes large numbers as people say them, to three figures or so: 429.7 billion, or 430B where room is short."""
    form: Literal["long", "short"] = "long" if words else "short"

    def write(value: Decimal) -> str:
        digits = 0 if value == 0 else max(0, 2 - (value.copy_abs().adjusted() % 3))
        text = format_compact_decimal(value, format_type=form, fraction_digits=digits, locale=locale)
        return text.replace("\u00a0", " ")

    return write


def decimals_of(values: Iterable[Decimal]) -> int:
    """The decimals that show every value as it was given, six at most."""
    exponents = (value.as_tuple().exponent for value in values)
    return min(6, max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=0))


def decimals_to_read(values: Sequence[Decimal]) -> int:
    """The decimals that people read at a glance: all where they are few, else two, or four of shares of one."""
    decimals = decimals_of(values)
    if any(abs(value) >= 10_000 for value in values):
        return 0
    return decimals if decimals <= 3 else 4 if all(abs(value) < 1 for value in values) else 2


def period_words(period: str) -> str:
    """A period as people say it: 2024, Q3 2024, May 2024, 31 May 2024."""
    return period_in(language(), period)


# The same few hundred periods stand in every table; asking the locale's patterns for each takes most of a page.
@lru_cache(maxsize=20_000)
def period_in(_language: str, period: str) -> str:
    """`period_words` for many periods: the language, which must be the page's, is asked for once."""
    year, _dash, part = period.partition("-")
    if part[:1] == "Q":
        return _("Q%(quarter)s %(year)s", quarter=part[1:], year=year)
    if part[:1] == "S":
        return _("half %(half)s of %(year)s", half=part[1:], year=year)
    if part[:1] == "W":
        return _("week %(week)s of %(year)s", week=int(part[1:]), year=year)
    return show_when(period).striptags()


@dataclass(frozen=True)
class Progress:
    """How far a target is reached by the last figure of the outcome that measures it. `standing`: reached,
    not_reached (when due), on_the_way, no_figure, overdue (due, and no figure here). `share`: how much of the way
    from the baseline is done, from 0 to 1; None where there is no baseline."""

    target: Target
    outcome: Entry | None
    latest: Observation | None
    standing: Standing
    share: float | None = None


def progress(target: Target, outcomes: Sequence[Entry], today: date) -> Progress:
    """A target beside what was measured; `outcomes` are those that the policy is joined to."""
    outcome = next((entry for entry in outcomes if measures(target, entry)), None)
    latest = _latest(outcome) if outcome else None
    due_passed = bool(target.due) and last_day(target.due or "") < today
    if latest is None or latest.value is None or target.value is None:
        return Progress(target, outcome, latest, "overdue" if due_passed else "no_figure")
    lower = (target.better or _direction(target) or (outcome.data.get("better") if outcome else None)) == "lower"
    reached = latest.value <= target.value if lower else latest.value >= target.value
    # A figure from before the day does not tell how it stood on the day.
    measured_late = year_of(latest.period) >= int(target.due[:4]) if target.due else True
    missed: Standing = "on_the_way" if not due_passed else "not_reached" if measured_late else "overdue"
    standing: Standing = "reached" if reached else missed
    return Progress(target, outcome, latest, standing, 1.0 if reached else _share(target, latest.value))


def _latest(outcome: Entry) -> Observation | None:
    """The last figure of an outcome that has one place; of several places none stands for all."""
    data: list[dict[str, Any]] = [one for one in outcome.data.get("observations", ()) if one.get("value") is not None]
    if not data or len({one.get("place") for one in data}) > 1:
        return None
    return Observation.model_validate(max(data, key=lambda one: year_of(one["period"])))


def _direction(target: Target) -> Literal["higher", "lower"] | None:
    if target.baseline is None or target.value is None or target.baseline == target.value:
        return None
    return "lower" if target.value < target.baseline else "higher"


def _share(target: Target, value: Decimal) -> float | None:
    if target.baseline is None or target.value is None or target.baseline == target.value:
        return None
    done = float((value - target.baseline) / (target.value - target.baseline))
    return min(1.0, max(0.0, done))


def measures(target: Target, outcome: Entry) -> bool:
    """Whether an outcome measures a target: the target names it (by number, or by an identifier with or without
    its source before it), or both name the same indicator."""
    if target.measured_by:
        if read_number(target.measured_by) == outcome.number:
            return True
        names = [outcome.data["identifier"], *(other["value"] for other in outcome.data.get("other_identifiers", ()))]
        whole = [f"{outcome.source}{mark}{outcome.data['identifier']}" for mark in (" ", "/", ":")]
        return fold_identifier(target.measured_by) in {fold_identifier(name) for name in [*names, *whole]}
    indicator = str(outcome.data.get("indicator") or "")
    return bool(indicator) and fold_identifier(target.indicator) == fold_identifier(indicator)


@dataclass(frozen=True)
class Aim:
    """A target that an outcome measures, and the policy that set it."""

    target: Target
    policy: Entry


def aims_of(outcome: Entry, policies: Iterable[Entry]) -> list[Aim]:
    """The targets of policies that an outcome measures; each policy once."""
    by_number = {policy.number: policy for policy in policies if policy.axis == "policy"}
    return [
        Aim(target, policy)
        for policy in by_number.values()
        for target in (Target.model_validate(one) for one in policy.data.get("targets", ()))
        if measures(target, outcome)
    ]
