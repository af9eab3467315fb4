"""A matter as a line of time: its records and its gaps by year, some of them at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from . import AXES, Bond, Matter, in_time
from .gaps import Gap
from .members import Member

# Steps on a page.
SIZE = 50
# The axis on which something is missing, by code; of the others it is that of the record.
_AXIS_OF_GAP = {"report_overdue": "outcome", "target_overdue": "outcome", "no_outcome": "outcome", "no_decision": "decision", "consultation_unanswered": "decision", "no_reason": "policy"}
GAPS = "gaps"


@dataclass(frozen=True, slots=True)
class Step:
    """One stop: a record, or a gap."""

    member: Member
    gap: Gap | None = None

    @property
    def at(self) -> date | None:
        return self.gap.at if self.gap else self.member.at

    @property
    def axis(self) -> str:
        return _AXIS_OF_GAP.get(self.gap.code, self.member.axis) if self.gap else self.member.axis


@dataclass(frozen=True, slots=True)
class Stop:
    """What is said at one place of the line: a record, or what one record lacks since one day, or all the reports that
    were due on one day. Two of the same kind that follow each other are said once."""

    member: Member
    gaps: tuple[Gap, ...] = ()

    @property
    def axes(self) -> tuple[str, ...]:
        """On which axes something is missing, each once."""
        return tuple(dict.fromkeys(Step(self.member, gap).axis for gap in self.gaps))

    def several(self, code: str) -> tuple[Gap, ...]:
        """The gaps of a code, where there are several: one sentence names them all."""
        found = tuple(gap for gap in self.gaps if gap.code == code)
        return found if len(found) > 1 else ()


@dataclass(frozen=True, slots=True)
class Year:
    """The stops of one year; `year` is None for those without a date."""

    year: int | None
    stops: tuple[Stop, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each axis there are, and how many gaps."""
        records = Counter(stop.member.axis for stop in self.stops if not stop.gaps)
        return {axis: records[axis] for axis in AXES} | {GAPS: sum(len(stop.gaps) for stop in self.stops)}

    def has(self, number: str) -> bool:
        """Whether that record stands in it."""
        return any(stop.member.number == number and not stop.gaps for stop in self.stops)


def steps_of(matter: Matter, only: str = "") -> list[Step]:
    """The steps in the order of time: all, those of one axis, or the gaps. A gap without a day of its own stands
    right after its record."""
    records = [Step(member) for member in matter.members]
    missing = [Step(gap.about, gap) for gap in matter.gaps]
    return [step for step in sorted([*records, *missing], key=_order) if not only or (step.gap is not None if only == GAPS else step.axis == only)]


def _order(step: Step) -> tuple[date, bool, tuple[date, int, str], bool]:
    # What fell due on a day comes after all that happened on it.
    dated = bool(step.gap and step.gap.day)
    return (step.at or date.max, dated, in_time(step.member), step.gap is not None)


def by_year(steps: Iterable[Step]) -> list[Year]:
    """Steps by year, in their order; gaps of one record and one day that follow each other are one stop."""
    return [Year(year, tuple(_stops(some))) for year, some in groupby(steps, key=_year)]


def _year(step: Step) -> int | None:
    return step.at.year if step.at else None


def _stops(steps: Iterable[Step]) -> Iterator[Stop]:
    for _, some in groupby(steps, key=_said_together):
        first, *more = some
        yield Stop(first.member, tuple(step.gap for step in (first, *more) if step.gap))


def _said_together(step: Step) -> tuple[str, ...]:
    if not step.gap:
        return (step.member.number,)
    about = "" if step.gap.code == "report_overdue" else step.member.number
    return (about, step.gap.day, step.gap.kind)


def pages_of_years(steps: Iterable[Step]) -> dict[int | None, int]:
    """The years of a line of time, each with the page on which it begins."""
    found: dict[int | None, int] = {}
    for place, step in enumerate(steps):
        found.setdefault(_year(step), place // SIZE + 1)
    return found


def page_with(steps: Sequence[Step], number: str) -> int:
    """The page on which the record of that number stands; the first where it stands on none."""
    place = next((place for place, step in enumerate(steps) if not step.gap and step.member.number == number), 0)
    return place // SIZE + 1


@dataclass(frozen=True, slots=True)
class Group:
    """Bonds of one kind and direction; `left`: how many more there are than are named."""

    type: str
    inverse: bool
    bonds: tuple[Bond, ...]
    left: int


def grouped(bonds: Iterable[Bond], most: int = 3) -> list[Group]:
    """What ties a record to others, by kind: what it names first, then what names it. Of each kind a few are named."""
    kinds: dict[tuple[bool, str], list[Bond]] = {}
    for bond in bonds:
        kinds.setdefault((bond.inverse, bond.type), []).append(bond)
    return [Group(kind, inverse, tuple(some[:most]), max(0, len(some) - most)) for (inverse, kind), some in sorted(kinds.items())]


__all__ = ["AXES", "GAPS", "SIZE", "Group", "Step", "Stop", "Year", "by_year", "grouped", "page_with", "pages_of_years", "steps_of"]
