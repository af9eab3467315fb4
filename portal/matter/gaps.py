"""What is missing in a matter, said as plainly as what is there: a code, a day, and in words what a reader can do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from harvesters.record import Relation, Target
from harvesters.when import last_day

from ..catalogue import Entry
from ..completeness import PROMISING
from ..i18n import show_when
from ..progress import progress
from ..zones import Days
from .members import Member

CODES = (
    "report_overdue", "target_overdue", "consultation_unanswered", "named_missing", "no_decision", "no_outcome",
    "no_ground", "no_reason", "no_amount", "no_votes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing. `about`: the member that it is missed of; `day`: since when, as precise as it is
    known, or nothing; `name`: what is missed, where it has a name; `kind`: the relation by which it is named."""

    code: str
    about: Member
    day: str = ""
    name: str = ""
    kind: str = ""
    relation: Relation | None = None

    @property
    def at(self) -> date | None:
        """Where it stands in time: on its day, else with its record."""
        return last_day(self.day) if self.day else self.about.at


def gaps_of(
    members: Sequence[Member],
    axes: Mapping[int, frozenset[str]],
    later: Callable[[Member], Iterable[Member]],
    named: Mapping[int, Iterable[Relation]],
    measuring: Mapping[str, Sequence[Entry]],
    heart: Member,
    days: Days,
) -> list[Gap]:
    """Every gap of a matter, in the order of CODES and then of time. `axes`: where the records stand that a member is tied to;
    `later`: the members that came of one; `named`: what a member names that is not here; `measuring`: see
    `targets.of_policies`; `days`: which day it is for the agency of each."""
    whole = {member.axis for member in members}
    found: list[Gap] = []
    for member in members:
        near, today = axes.get(member.entry.id, frozenset()), days.of(member.entry.data["publisher"])
        found += _unreported(member, today)
        found += _unmeasured(member, measuring.get(member.number, ()), today)
        found += _unanswered(member, later(member), today)
        found += _unnamed(member, named.get(member.entry.id, ()))
        found += _lacking(member, near)
    if "outcome" not in whole and not any(gap.code == "no_outcome" for gap in found):
        found.append(Gap("no_outcome", heart))
    return sorted(found, key=lambda gap: (CODES.index(gap.code), gap.at or date.max, gap.about.number, gap.name))


def _unreported(member: Member, today: date) -> Iterator[Gap]:
    due = str(member.entry.data.get("due") or "")
    if member.axis == "outcome" and due and last_day(due) < today:
        yield Gap("report_overdue", member, due)


def _unmeasured(member: Member, outcomes: Sequence[Entry], today: date) -> Iterator[Gap]:
    for one in member.entry.data.get("targets", ()):
        if not one.get("due") or last_day(str(one["due"])) >= today:
            continue
        target = Target.model_validate(one)
        if progress(target, outcomes, today, member.entry).standing == "overdue":
            yield Gap("target_overdue", member, target.due or "", target.indicator)


def _unanswered(member: Member, later: Iterable[Member], today: date) -> Iterator[Gap]:
    closes = str((member.entry.data.get("consultation") or {}).get("closes") or "")
    if not closes or last_day(closes) >= today:
        return
    if not any(other.axis != "outcome" and other.at and other.at >= last_day(closes) for other in later):
        yield Gap("consultation_unanswered", member, closes[:10])


def _unnamed(member: Member, named: Iterable[Relation]) -> Iterator[Gap]:
    for relation in named:
        yield Gap("named_missing", member, name=relation.title or relation.identifier or relation.number or "", kind=relation.type, relation=relation)


def _lacking(member: Member, near: frozenset[str]) -> Iterator[Gap]:
    data, kind = member.entry.data, member.entry.type
    if member.axis == "policy":
        if kind in PROMISING and "decision" not in near:
            yield Gap("no_decision", member)
        if (kind in PROMISING or data.get("targets")) and "outcome" not in near:
            yield Gap("no_outcome", member)
    elif member.axis == "decision":
        if not member.parts.get("ground", True) and kind != "meeting":
            yield Gap("no_ground", member)
        if not member.parts.get("amount", True):
            yield Gap("no_amount", member)
        if not member.parts.get("votes", True):
            yield Gap("no_votes", member)
    elif not near & {"policy", "decision"}:
        yield Gap("no_reason", member)


def sentence(gap: Gap) -> str:
    """What is missing, in a sentence of the reader's language."""
    day = show_when(gap.day).striptags() if gap.day else ""
    return str(
        {
            "report_overdue": lambda: _("The figure or report that was due has not been published here (due: %(day)s).", day=day),
            "target_overdue": lambda: _("No figure here shows whether “%(target)s” was reached (due: %(day)s).", target=gap.name, day=day),
            "consultation_unanswered": lambda: _("The consultation closed on %(day)s; no decision that followed it is published here.", day=day),
            "named_missing": lambda: _("“%(name)s” is named here, but has not been collected.", name=gap.name),
            "no_decision": lambda: _("No decision that made, funded or carried this out is published here."),
            "no_outcome": lambda: _("No outcome has been reported here. That does not mean that none exists."),
            "no_ground": lambda: _("It is not said on what ground this was decided."),
            "no_reason": lambda: _("Nothing collected here says which decision or policy this measures."),
            "no_amount": lambda: _("The amount is not stated."),
            "no_votes": lambda: _("How the votes were cast is not stated."),
        }[gap.code]()
    )
