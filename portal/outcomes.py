"""What was measured: observations as series, and periods in words. How far targets are reached: `progress`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import babel
from babel.numbers import format_compact_decimal, get_decimal_symbol, get_group_symbol
from flask_babel import gettext as _

from harvesters.record import Observation, Outcome, Target
from harvesters.when import first_day

from .catalogue import Entry
from .exact import wide
from .i18n import language, most_decimals, show_number, show_when
from .progress import Progress, measured_by, period_end, period_start, progress
from .zones import Days

# The usual distance between two figures, in years, by frequency: more than that is a gap.
_STEPS = {"A": 1.0, "A2": 2.0, "S": 1 / 2, "Q": 1 / 4, "M": 1 / 12, "W": 1 / 53, "D": 1 / 365}
_RANKS = re.compile(r"\brank|hạng|thứ bậc", re.IGNORECASE)


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
        with wide():
            text = format_compact_decimal(value, format_type=form, fraction_digits=digits, locale=locale)
        return text.replace("\u00a0", " ")

    return write


def decimals_of(values: Iterable[Decimal]) -> int:
    """The decimals that show every value as it was given, six at most; more where all are smaller than these."""
    some = list(values)
    exponents = (value.as_tuple().exponent for value in some)
    return min(most_decimals(max(map(abs, some), default=Decimal(0))), max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=0))


def decimals_to_read(values: Sequence[Decimal]) -> int:
    """The decimals that people read at a glance: all where they are few, else two, or four of shares of one."""
    decimals = decimals_of(values)
    if any(abs(value) >= 10_000 for value in values):
        return 0
    return decimals if decimals <= 3 or decimals > 6 else 4 if all(abs(value) < 1 for value in values) else 2


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
class Aim:
    """A target that an outcome measures, the policy that set it, and how far it is reached. `position`: which of the
    policy's targets it is, from 0."""

    target: Target
    policy: Entry
    progress: Progress
    position: int


def aims_of(outcome: Entry, policies: Iterable[tuple[Entry, Sequence[Entry]]], days: Days) -> list[Aim]:
    """The targets of policies that an outcome measures, each policy once, with the outcomes that may measure its targets
    (`portal.measuring`): where several could, the policy's page goes by one of them, and so do theirs."""
    by_number = {policy.number: (policy, some) for policy, some in policies if policy.axis == "policy"}
    return [
        Aim(target, policy, progress(target, [outcome], days.of(policy.data["publisher"]), policy), position)
        for policy, some in by_number.values()
        for position, target in enumerate(Target.model_validate(one) for one in policy.data.get("targets", ()))
        if (measured := measured_by(target, some)) and measured.number == outcome.number
    ]


def goal_words(target: Target | Mapping[str, Any], show: Callable[[Decimal], str] = show_number) -> str:
    """What a target is to reach, in words: a figure, at least or at most one, or between two; nothing where it names none."""
    said = target if isinstance(target, Mapping) else {name: getattr(target, name) for name in ("value", "value_to", "bound")}
    if said.get("value") is None:
        return ""
    value = show(Decimal(said["value"]))
    if said.get("value_to") is not None:
        return _("between %(low)s and %(high)s", low=value, high=show(Decimal(said["value_to"])))
    if said.get("bound") == "at_least":
        return _("at least %(value)s", value=value)
    return _("at most %(value)s", value=value) if said.get("bound") == "at_most" else value


def standing_words(one: Progress) -> str:
    """Where a target stands, in words."""
    if one.standing == "overdue":
        return _("Due, and no figure of that time here") if one.latest else _("Due, and no figure here")
    if one.standing == "no_figure":
        return _("No figure since it was set") if one.latest else _("No figure here yet")
    return {
        "reached": _("Reached"),
        "on_the_way": _("On the way"),
        "behind": _("Behind the path"),
        "not_yet": _("Not yet reached"),
        "not_reached": _("Not reached when due"),
        "no_value": _("Names no figure to reach"),
        "other_unit": _("Measured in another unit: not compared"),
    }[one.standing]


@dataclass(frozen=True)
class Move:
    """What was measured before and after a day on which something was decided: the last figure of a period that had
    ended by then, the first of a period that began then or later, and the latest one if it is another."""

    entry: Entry
    day: date
    before: Observation | None
    after: Observation | None
    latest: Observation | None


def moves_of(series: Series, decided: Iterable[Entry]) -> list[Move]:
    """The figures of one place before and after each decision, in the order of their days."""
    known = series.known
    found = {}
    for entry in decided:
        if not (issued := entry.data.get("issued")):
            continue
        day = first_day(issued)
        before = next((one for one in reversed(known) if period_end(one.period) < day), None)
        after = next((one for one in known if period_start(one.period) >= day), None)
        latest = known[-1] if after and known[-1] != after else None
        if before or after:
            found[entry.number] = Move(entry, day, before, after, latest)
    return sorted(found.values(), key=lambda move: (move.day, move.entry.number))
