"""A matter as a line of time: its records and its gaps by year, some of them at a time."""

from collections.abc import Iterable, Sequence
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
class Year:
    """The steps of one year; `year` is None for those without a date."""

    year: int | None
    steps: tuple[Step, ...]


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
    """Steps by year, in their order."""
    return [Year(year, tuple(some)) for year, some in groupby(steps, key=lambda step: step.at.year if step.at else None)]


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


__all__ = ["AXES", "GAPS", "SIZE", "Group", "Step", "Year", "by_year", "grouped", "page_with", "steps_of"]
