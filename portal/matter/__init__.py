"""The matter of a record: who decided, what was promised, what came of it, in time, with what is missing.

Its heart is the policy that most of its members point to; of several the one that itself points to no other policy,
then the oldest. A matter without a policy has its heart in a decision, else in an outcome, found in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from sqlalchemy.orm import Session

from harvesters.record import Relation

from .. import completeness
from ..catalogue import Entry, Link
from ..completeness import Completeness
from ..zones import Days
from . import recent, targets
from .gaps import Gap, gaps_of
from .members import Member, read
from .walk import CARRYING, Tie, Walk, citations, reach
from .watched import Watched

AXES = ("decision", "policy", "outcome")
# Of what stands beside a matter, no more than these are shown.
BESIDE = 40


@dataclass(frozen=True, slots=True)
class Bond:
    """One relation between a member and another record. `inverse`: the other one points to it. `origin` as in `Link`."""

    type: str
    inverse: bool
    other: Member
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A record beside the matter: it is tied to `member`, but belongs to other matters."""

    record: Member
    member: Member
    type: str
    inverse: bool


@dataclass(frozen=True)
class Matter:
    """A matter as seen from one of its members, `here`. The members stand in the order of time, those without a date last.

    `bonds`: what ties each member to others, by number. `beside`: meetings, general grounds and citations, each once;
    `beside_total` how many there are, `beside_complete` whether that is all. `crowds`: how many records are based on a
    member that is a general ground, or part of one that is a meeting. `complete`: the matter has no further members.
    `measuring`: see `targets.of_policies`. `answers`: what was worked out from all this for its pages, by name; it stays as long as this.
    """

    here: Member
    heart: Member
    members: tuple[Member, ...]
    bonds: dict[str, tuple[Bond, ...]]
    gaps: tuple[Gap, ...]
    beside: tuple[Aside, ...]
    beside_total: int
    beside_complete: bool
    crowds: dict[str, int]
    completeness: Completeness
    complete: bool
    days: Days
    measuring: dict[str, list[Entry]]
    answers: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def by_axis(self) -> dict[str, int]:
        """How many members stand on each axis."""
        return {axis: sum(member.axis == axis for member in self.members) for axis in AXES}

    @property
    def first(self) -> str:
        """The day of the first member that has one."""
        return next((member.day for member in self.members if member.day), "")

    @property
    def last(self) -> str:
        """The day, or last period, of the last member that has one."""
        return next((member.until or member.day for member in reversed(self.members) if member.day), "")


def matter_of(session: Session, entry: Entry, days: Days) -> Matter:
    """The matter of a shown record. What is overdue is told by the day of the agency that owes it."""
    found: Matter = recent.fetch(session, (entry.number, days.key), lambda: _put_together(session, entry, days))
    return found


def size(session: Session, entry: Entry, most: int = 500) -> tuple[int, bool]:
    """How many records the matter of a record has, and whether these are all; no more than `most` are counted."""

    def count() -> tuple[tuple[int, bool], Watched]:
        walked = reach(session, entry.id, most)
        return (len(walked.members), walked.complete), walked.watched

    found: tuple[int, bool] = recent.fetch(session, ("size", entry.number), count)
    return found


def size_with(session: Session, links: Sequence[Link], most: int = 500) -> tuple[int, bool]:
    """How many records the matter of a record would have that is not kept yet and has these links."""
    members, complete = set[int](), True
    for id in sorted({link.entry.id for link in links if link.entry and link.type in CARRYING}):
        if id not in members:
            walked = reach(session, id, most)
            members |= set(walked.members)
            complete = complete and walked.complete
    return len(members) + 1, complete


def _put_together(session: Session, entry: Entry, days: Days) -> tuple[Matter, Watched]:
    walked = reach(session, entry.id)
    members = read(session, list(walked.members.values()))
    cited, beyond, all_cited = citations(session, walked)
    aside = [tie for tie in walked.ties if not tie.carries and tie.target is not None] + cited
    outside = _chosen(aside, walked, members)
    nodes = walked.beside | beyond
    others = read(session, [nodes[id] for id in outside[:BESIDE]])
    ordered = sorted(members.values(), key=in_time)
    axes = walked.axes
    named = _named(walked, members)
    measuring = targets.of_policies(session, members)
    heart = heart_of(walked, members)
    bonds = _bonds(walked, members)

    def later(member: Member) -> list[Member]:
        return [bond.other for bond in bonds.get(member.number, ())]

    matter = Matter(
        members[entry.id],
        heart,
        tuple(ordered),
        bonds,
        tuple(gaps_of(ordered, axes, later, named, measuring, heart, days)),
        tuple(_asides(aside, members, others)),
        len(outside),
        all_cited,
        {members[id].number: count for id, count in walked.crowds.items()},
        _completeness(walked, ordered, days.now.astimezone(UTC).date()),
        walked.complete,
        days,
        measuring,
    )
    return matter, targets.watched(walked.watched, measuring, members)


def in_time(member: Member) -> tuple[date, int, str]:
    """The order of members: by day; on one day decisions before policies before outcomes."""
    return (member.at or date.max, AXES.index(member.axis), member.number)


def heart_of(walked: Walk, members: dict[int, Member]) -> Member:
    """The heart of a matter; see the top of this module."""
    pointing: dict[int, set[int]] = {}
    above: set[int] = set()
    for tie in walked.ties:
        if tie.carries and tie.target in members and tie.source in members:
            pointing.setdefault(tie.target, set()).add(tie.source)
            if members[tie.target].axis == "policy":
                above.add(tie.source)

    def rank(id: int) -> tuple[int, int, bool, date, str]:
        member = members[id]
        return (("policy", "decision", "outcome").index(member.axis), -len(pointing.get(id, ())), id in above, member.at or date.max, member.number)

    return members[min(members, key=rank)]


def _chosen(aside: Sequence[Tie], walked: Walk, members: dict[int, Member]) -> list[int]:
    """The ids of the records beside a matter, those tied to most members first."""
    ties: dict[int, int] = {}
    for tie in aside:
        for id in (tie.source, tie.target):
            if id is not None and id not in members:
                ties[id] = ties.get(id, 0) + 1
    return sorted(ties, key=lambda id: (-ties[id], id))


def _asides(aside: Sequence[Tie], members: dict[int, Member], others: dict[int, Member]) -> list[Aside]:
    found: dict[int, Aside] = {}
    for tie in aside:
        if tie.target in others and tie.source in members:
            found.setdefault(tie.target, Aside(others[tie.target], members[tie.source], tie.type, False))
        elif tie.source in others and tie.target in members:
            found.setdefault(tie.source, Aside(others[tie.source], members[tie.target], tie.type, True))
    return sorted(found.values(), key=lambda one: (one.type == "cites", in_time(one.record)))


def _named(walked: Walk, members: dict[int, Member]) -> dict[int, list[Relation]]:
    """What each member names that is not here."""
    found: dict[int, list[Relation]] = {}
    for tie in walked.ties:
        stated = members[tie.source].entry.data.get("relations", ()) if tie.target is None and tie.source in members else ()
        if not tie.origin and tie.position < len(stated):
            relation = Relation.model_validate(stated[tie.position])
            if relation not in found.setdefault(tie.source, []):
                found[tie.source].append(relation)
    return found


def _bonds(walked: Walk, members: dict[int, Member]) -> dict[str, tuple[Bond, ...]]:
    found: dict[str, list[Bond]] = {}
    for tie in walked.ties:
        if tie.target in members and tie.source in members:
            one, other = members[tie.source], members[tie.target]
            found.setdefault(one.number, []).append(Bond(tie.type, False, other, tie.origin))
            found.setdefault(other.number, []).append(Bond(tie.type, True, one, tie.origin))
    return {number: tuple(sorted(bonds, key=lambda bond: (bond.inverse, in_time(bond.other), bond.type))) for number, bonds in found.items()}


def _completeness(walked: Walk, members: Sequence[Member], today: date) -> Completeness:
    def parts(member: Member) -> dict[str, bool]:
        data, id = member.entry.data, member.entry.id
        return (
            member.parts
            | completeness.tied_parts(member.axis, member.entry.type, walked.axes.get(id, frozenset()))
            | completeness.reported(str(data.get("due") or ""), today)
        )

    return completeness.summed(
        (member.axis, parts(member), *walked.named.get(member.entry.id, (0, 0))) for member in members if member.entry.state == "published"
    )
