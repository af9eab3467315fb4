"""The thread: a record among those it is joined to, from decision to policy to outcome, in the order of time, with
what is missing said as plainly as what is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from harvesters.record import Relation
from harvesters.when import first_day, last_day

from .catalogue import Entry, Link
from .outcomes import year_of
from .progress import Progress
from .zones import Days

# More steps than this before or after the record are folded away.
_NEAR = 12
# How many records of a kind that are joined only by way of another one are shown.
_BEYOND = 4

Kind = Literal["here", "record", "missing", "target_overdue", "report_overdue", "no_outcome", "no_origin"]
_AXES = ("decision", "policy", "outcome")


@dataclass(frozen=True)
class Step:
    """One stop of a thread.

    `here` is the record itself, `record` another one; `missing` is named but not collected; `target_overdue` a
    promise whose day has passed without a figure; `report_overdue` a figure that an outcome owes; `no_outcome`:
    nothing measures this; `no_origin`: nothing says what this measures. `relations` are (type, inverse); `via` is the record that joins it, where it is not
    joined itself. `day` is as precise as it is known, `order` places it.
    """

    kind: Kind
    order: tuple[int, date, int]
    day: str = ""
    entry: Entry | None = None
    relations: tuple[tuple[str, bool], ...] = ()
    relation: Relation | None = None
    via: Entry | None = None
    progress: Progress | None = None
    until: str = ""


@dataclass(frozen=True)
class Thread:
    """The steps before the record, itself, and after it; `earlier` and `later` are further ones, folded away."""

    earlier: tuple[Step, ...]
    steps: tuple[Step, ...]
    later: tuple[Step, ...]


def joined_policies(entry: Entry, links: Iterable[Link]) -> list[Entry]:
    """The policies whose own links belong to a record's matter: those a decision or an outcome is joined to."""
    if entry.axis == "policy":
        return []
    found = {link.entry.number: link.entry for link in links if link.entry and link.entry.axis == "policy"}
    return list(found.values())[:_BEYOND]


def thread_of(
    entry: Entry,
    links: Sequence[Link],
    beyond: Sequence[tuple[Entry, Sequence[Link]]] = (),
    targets: Sequence[Progress] = (),
    *,
    days: Days,
) -> Thread:
    """The thread of a record. `links` are its own, `beyond` those of the policies it is joined to, `targets` its
    own targets. What a record points to was there before it, what points to it came later: so stand those whose
    date is not known."""
    steps = [_here(entry), *_joined(entry, links), *_missing(links)]
    steps += _by_way(entry, steps, beyond)
    steps += [gap for one in targets if (gap := _overdue(one))]
    steps += [gap for one in _outcomes(entry, steps) if (gap := _owed(one, days))]
    if entry.axis != "outcome" and not any(step.entry and step.entry.axis == "outcome" for step in steps):
        steps.append(Step("no_outcome", (1, date.max, 9)))
    if entry.axis == "outcome" and len(steps) == 1:
        steps.append(Step("no_origin", (0, date.min, 0)))
    return _folded(sorted(steps, key=lambda step: step.order))


def _here(entry: Entry) -> Step:
    return replace(_step("here", entry, 0), relations=())


def _step(kind: Kind, entry: Entry, side: int) -> Step:
    """Where a record stands: an outcome at its last figure, everything else on its day. `side` is -1 for what
    came before this record, 1 for what came after; it decides where the day does not."""
    day, until = str(entry.data.get("issued", "")), ""
    periods = [one["period"] for one in entry.data.get("observations", ()) if one.get("value") is not None]
    if entry.axis == "outcome" and periods:
        day, until = min(periods, key=year_of), max(periods, key=year_of)
    at = last_day(f"{int(year_of(until)):04}") if until else first_day(day) if day else None
    undated = date.min if side < 0 else date.max
    return Step(kind, (0, at or undated, _AXES.index(entry.axis) + 3 * (side + 1)), day, entry, until="" if until == day else until)


def _joined(entry: Entry, links: Sequence[Link]) -> list[Step]:
    """The other records, each once with everything that joins it."""
    found: dict[str, Step] = {}
    for link in links:
        if link.entry is None or link.entry.number == entry.number:
            continue
        step = found.get(link.entry.number) or _step("record", link.entry, 1 if link.inverse else -1)
        relation = (link.type, link.inverse)
        if relation not in step.relations:
            step = replace(step, relations=(*step.relations, relation))
        found[link.entry.number] = step
    return list(found.values())


def _missing(links: Sequence[Link]) -> list[Step]:
    named: dict[tuple[str, str], Step] = {}
    for link in links:
        if link.entry is None and link.relation:
            name = link.relation.identifier or link.relation.number or ""
            named[link.type, name] = Step("missing", (0, date.min, 0), relations=((link.type, False),), relation=link.relation)
    return list(named.values())


def _by_way(entry: Entry, steps: Sequence[Step], beyond: Sequence[tuple[Entry, Sequence[Link]]]) -> list[Step]:
    """What belongs to the matter by way of a policy: the outcomes of what a decision carries out, the decisions
    behind what an outcome measures. Of each kind a few: the policy's own page shows all."""
    known = {entry.number} | {step.entry.number for step in steps if step.entry}
    wanted = "outcome" if entry.axis == "decision" else "decision"
    found: list[Step] = []
    for policy, links in beyond:
        near = [link for link in links if link.entry and link.entry.axis == wanted and link.entry.number not in known]
        # Those with figures and dates first: they tell what came of it.
        near.sort(key=lambda link: (not link.entry.data.get("observations"), not link.entry.data.get("issued")) if link.entry else ())
        for link in near[:_BEYOND]:
            if link.entry and link.entry.number not in known:
                known.add(link.entry.number)
                step = _step("record", link.entry, 1 if link.inverse else -1)
                found.append(replace(step, relations=((link.type, link.inverse),), via=policy))
    return found


def _outcomes(entry: Entry, steps: Sequence[Step]) -> list[Entry]:
    return [step.entry for step in steps if step.entry and step.entry.axis == "outcome"] if entry.axis != "decision" else []


def _overdue(one: Progress) -> Step | None:
    if one.standing != "overdue":
        return None
    return Step("target_overdue", (0, last_day(one.target.due or ""), 8), one.target.due or "", progress=one)


def _owed(outcome: Entry, days: Days) -> Step | None:
    """What an outcome owes since before its agency's day."""
    due = str(outcome.data.get("due") or "")
    if not due or last_day(due) >= days.of(outcome.data["publisher"]):
        return None
    return Step("report_overdue", (0, last_day(due), 8), due, entry=outcome)


def _folded(steps: Sequence[Step]) -> Thread:
    """The steps nearest to the record, and every outcome and gap near enough; the rest folded away."""
    here = next(position for position, step in enumerate(steps) if step.kind == "here")
    before, after = steps[:here], steps[here + 1 :]
    near_before, far_before = _near(list(reversed(before)))
    near_after, far_after = _near(list(after))
    return Thread(tuple(reversed(far_before)), (*reversed(near_before), steps[here], *near_after), tuple(far_after))


def _near(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    # Folding one or two steps away would hide more than it spares.
    if len(steps) < _NEAR + 3:
        return steps, []
    ends = [step for step in steps if step.kind != "record" or (step.entry and step.entry.axis == "outcome")][:_NEAR]
    others = [step for step in steps if step not in ends][: max(4, _NEAR - len(ends))]
    return [step for step in steps if step in ends or step in others], [step for step in steps if step not in ends and step not in others]
