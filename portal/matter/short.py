"""A matter in four answers: who decided, what it says, whether it worked, what is missing. For readers who know none of the terms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from harvesters.record import Target

from .. import catalogue
from ..catalogue import Entry
from ..progress import Progress, measured_by, progress
from . import Matter
from .gaps import Gap
from .members import Member

DECISIONS, TARGETS, OUTCOMES, GAPS = 3, 3, 2, 3
# What tells most about whether it worked comes first.
_TELLING = ("not_reached", "reached", "behind", "on_the_way", "not_yet", "overdue", "no_value", "other_unit", "no_figure")


@dataclass(frozen=True, slots=True)
class Measured:
    """An outcome with its last figure; no `value` where it is of several places, none of which is the last."""

    member: Member
    value: Decimal | None
    period: str


@dataclass(frozen=True)
class Short:
    """The answers. `policy`: the heart where it is a policy; `decisions`: the last ones, those with votes before others; `targets`: those of the policy, beside what was
    measured, the most telling first; `outcomes`: the last that hold figures; `gaps`: what is missing, with a day first. Each `…_total`
    says how many there are in all."""

    policy: Member | None
    decisions: tuple[Member, ...]
    decisions_total: int
    targets: tuple[Progress, ...]
    targets_total: int
    outcomes: tuple[Measured, ...]
    outcomes_total: int
    gaps: tuple[Gap, ...]
    gaps_total: int


def in_short(session: Session, matter: Matter) -> Short:
    """A matter in four answers; one statement, for the figures of what measures its targets. They are kept with the matter."""
    if "short" not in matter.answers:
        matter.answers["short"] = _in_short(session, matter)
    found: Short = matter.answers["short"]
    return found


def _in_short(session: Session, matter: Matter) -> Short:
    policy = matter.heart if matter.heart.axis == "policy" else None
    decisions = [member for member in matter.members if member.axis == "decision"]
    outcomes = [member for member in matter.members if member.axis == "outcome"]
    measured = [member for member in outcomes if member.entry.data.get("observations")]
    targets = _targets(session, policy, matter.measuring.get(policy.number, ()), matter.days.of(policy.entry.data["publisher"])) if policy else []
    gaps = sorted(matter.gaps, key=lambda gap: not gap.day)
    return Short(
        policy, tuple(_telling(decisions)), len(decisions), tuple(targets[:TARGETS]), len(targets),
        tuple(_last(member) for member in reversed(_dated(measured)[-OUTCOMES:])), len(outcomes), tuple(gaps[:GAPS]), len(gaps),
    )  # fmt: skip


def _telling(decisions: Sequence[Member]) -> list[Member]:
    """The decisions that tell most about who decided, the latest first: those with votes before others."""
    latest = list(reversed(_dated(decisions)))
    chosen = sorted(latest, key=lambda member: not member.entry.data.get("votes"))[:DECISIONS]
    return [member for member in latest if member in chosen]


def _dated(members: Sequence[Member]) -> list[Member]:
    """Those without a day first: the last are those that came last."""
    return [member for member in members if not member.at] + [member for member in members if member.at]


def _last(member: Member) -> Measured:
    observations = member.entry.data["observations"]
    one = len({other.get("place") for other in observations}) == 1
    return Measured(member, Decimal(str(observations[-1]["value"])) if one else None, str(observations[-1]["period"]))


def _targets(session: Session, policy: Member, outcomes: Sequence[Entry], today: date) -> list[Progress]:
    """The policy's targets beside what was measured: of those outcomes all figures are read, for members hold some alone."""
    targets = [Target.model_validate(one) for one in policy.entry.data.get("targets", ())]
    by = [measured_by(target, outcomes) for target in targets]
    numbers = sorted({outcome.number for outcome in by if outcome})
    whole: dict[str, Entry] = {entry.number: entry for entry in catalogue.find_many(session, numbers)} if numbers else {}
    measuring = [replace(whole[outcome.number], formerly=outcome.formerly) if outcome and outcome.number in whole else None for outcome in by]
    found = [progress(target, [outcome] if outcome else [], today, policy.entry) for target, outcome in zip(targets, measuring, strict=True)]
    return sorted(found, key=lambda one: _TELLING.index(one.standing))
