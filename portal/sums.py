"""Sums over a list of decisions: per year, agency, counterparty, type or subject, each currency by itself.

The rule. Every decision of the list is in exactly one place: in a part, where it counts, or set aside with the reason why its
amount is not money decided, or not any more. The parts come to the total, in every currency and in number. Set aside are

- `withdrawn`: withdrawn at its source; `cancelled`, `rejected`, `repealed`: its status says so;
- `superseded`: its status says so, or another decision supersedes it;
- `corrected`: another decision corrects it and states an amount itself;
- `announced`: a notice, a draft, a proposal or an open call: an estimate, not a decision.

Amounts are exact decimals. A refund is a negative amount and counts. Currencies are never added. The median of an even number
of amounts is the mean of the two in the middle. What has several counterparties or several subjects is in one part of its
own, `several`: nothing is divided and nothing counts twice.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from .matter import recent
from .models import Actor, Decided, Party, RecordRow, State
from .standing import replaced_ids

By = Literal["year", "publisher", "counterparty", "type", "subject"]
WAYS: tuple[By, ...] = ("year", "publisher", "counterparty", "type", "subject")
SEVERAL = "several"
NONE = "none"
REASONS = ("withdrawn", "cancelled", "rejected", "repealed", "superseded", "corrected", "announced")
# Stages that the same money may pass through, one after the other.
STAGES = frozenset({"approval", "award", "contract", "grant", "payment"})
_BY_STATUS = {
    "cancelled": "cancelled", "rejected": "rejected", "repealed": "repealed", "superseded": "superseded", "draft": "announced",
    "proposed": "announced", "open": "announced",
}  # fmt: skip
_KEPT_FROM, _SECONDS = 500, 600.0  # lists from this length on are kept so long
_AT_ONCE = 2000  # longer lists are found in one walk over all decisions


class Row(NamedTuple):
    """A decision as sums see it: a tuple, since there may be a hundred thousand of them."""

    id: int
    state: str
    type: str
    publisher: str
    year: str | None
    status: str
    subjects: str
    value: Decimal | None
    currency: str


@dataclass(frozen=True)
class Figure:
    """What amounts of one currency come to."""

    currency: str
    count: int
    sum: Decimal
    median: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Part:
    """Decisions that have something in common. `key`: a year, a slug, a code, `several` or `none`; `name`: what it is called
    where the key does not tell."""

    key: str
    decisions: int
    without_amount: int
    figures: tuple[Figure, ...]
    name: str = ""

    def sum_in(self, currency: str) -> Decimal | None:
        return next((one.sum for one in self.figures if one.currency == currency), None)


@dataclass(frozen=True)
class Sums:
    """`parts` come to `total`; `aside` is what the list holds beside, by reason. `others`: records of the list that are no
    decisions. `stages`: types of decision in it that the same money may pass through, where there are several."""

    by: By
    parts: tuple[Part, ...]
    total: Part
    aside: tuple[Part, ...]
    others: int
    stages: tuple[str, ...]

    @property
    def currencies(self) -> list[str]:
        """The currencies, that of most decisions first."""
        return [one.currency for one in self.total.figures]


def sums_of(session: Session, numbers: Collection[str], by: By) -> Sums:
    """What a list of records comes to. `numbers`: each once. What was worked out a moment ago is kept as long as no record and no
    relation changes."""
    replaced = replaced_ids(session)
    if len(numbers) <= _KEPT_FROM:
        return _sums(session, numbers, by, replaced)
    reading = session.scalar(select(State.value).where(State.name == "parties"))
    key, signed = ("sums", by, hash(frozenset(numbers)), len(numbers)), (recent.signature(session), hash(frozenset(replaced.items())), str(reading))
    kept: Sums | None = recent.get(session, key, signed)
    if kept is None:
        kept = _sums(session, numbers, by, replaced)
        recent.keep(session, key, signed, kept, seconds=_SECONDS)
    return kept


def _sums(session: Session, numbers: Collection[str], by: By, replaced: Mapping[int, str]) -> Sums:
    rows = list(_rows(session, numbers))
    counted: list[Row] = []
    aside: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        reason = reason_of(row.state, row.type, row.status, replaced.get(row.id))
        (aside[reason] if reason else counted).append(row)
    key, names = _key(session, by, counted, whole=len(numbers) > _AT_ONCE)
    stages = sorted({row.type for row in counted if row.value is not None} & STAGES)
    total = _part("total", counted)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in counted:
        groups[key(row)].append(row)
    parts = [_part(name, some, names.get(name, "")) for name, some in groups.items()]
    return Sums(
        by,
        tuple(_in_order(parts, by, total)),
        total,
        tuple(_part(reason, aside[reason]) for reason in REASONS if reason in aside),
        len(numbers) - len(rows),
        tuple(stages) if len(stages) > 1 else (),
    )


def reason_of(state: str, type: str, status: str, replaced: str | None) -> str:
    """Why an amount does not count; nothing where it does."""
    if state != "published":
        return "withdrawn"
    if replaced:
        return replaced
    return _BY_STATUS.get(status) or ("announced" if type == "notice" else "")


def figures_of(amounts: Iterable[tuple[Decimal, str]]) -> tuple[Figure, ...]:
    """What amounts come to, per currency: the one with most amounts first."""
    by_currency: dict[str, list[Decimal]] = defaultdict(list)
    for value, currency in amounts:
        by_currency[currency].append(value)
    found = [_figure(currency, sorted(values)) for currency, values in by_currency.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.currency)))


def _figure(currency: str, values: Sequence[Decimal]) -> Figure:
    middle = len(values) // 2
    median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
    return Figure(currency, len(values), sum(values, Decimal(0)), median, values[0], values[-1])


def _part(key: str, rows: Sequence[Row], name: str = "") -> Part:
    amounts = [(row.value, row.currency) for row in rows if row.value is not None]
    return Part(key, len(rows), len(rows) - len(amounts), figures_of(amounts), name)


def _in_order(parts: list[Part], by: By, total: Part) -> list[Part]:
    """Years as they follow each other, the undated last; other parts by what they come to in the commonest currency."""
    if by == "year":
        return sorted(parts, key=lambda part: (part.key == NONE, part.key))
    first = total.figures[0].currency if total.figures else ""

    def size(part: Part) -> tuple[bool, bool, Decimal, int, str]:
        found = part.sum_in(first)
        return part.key in (SEVERAL, NONE), found is None, -(found or Decimal(0)), -part.decisions, part.key

    return sorted(parts, key=size)


def _rows(session: Session, numbers: Collection[str]) -> Iterator[Row]:
    query = (
        select(
            RecordRow.number, RecordRow.id, RecordRow.state, RecordRow.type, RecordRow.publisher,
            func.substr(cast(RecordRow.issued_on, String), 1, 4),
            Decided.status, Decided.subjects, Decided.value, Decided.currency,
        )
        .join(Decided, Decided.record_id == RecordRow.id)
        .where(RecordRow.axis == "decision", RecordRow.state.in_(("published", "withdrawn")))
    )  # fmt: skip
    if len(numbers) > _AT_ONCE:
        wanted = set(numbers)
        # Past the loading of objects: rows are all that is wanted.
        for some in session.connection().execute(query).partitions(5000):
            yield from (Row._make((*row[1:-2], None if row[-2] is None else Decimal(row[-2]), row[-1])) for row in some if row[0] in wanted)
        return
    asked = list(numbers)
    for start in range(0, len(asked), 500):
        for _number, *row, value, currency in session.connection().execute(query.where(RecordRow.number.in_(asked[start : start + 500]))):
            yield Row._make((*row, None if value is None else Decimal(value), currency))


def _key(session: Session, by: By, rows: Sequence[Row], *, whole: bool) -> tuple[Callable[[Row], str], dict[str, str]]:
    """By what a row is sorted into parts, and the names of parts whose keys do not tell."""
    if by == "year":
        return (lambda row: row.year or NONE), {}
    if by == "publisher":
        return (lambda row: row.publisher), {}
    if by == "type":
        return (lambda row: row.type), {}
    if by == "subject":
        return (lambda row: SEVERAL if " " in row.subjects else row.subjects or NONE), {}
    names: dict[str, str] = {}
    who: dict[int, str] = {}
    for record_id, slug, name in _other_sides(session, rows, whole=whole):
        names.setdefault(slug, name)
        who[record_id] = slug if who.get(record_id, slug) == slug else SEVERAL
    return (lambda row: who.get(row.id, NONE)), names


def _other_sides(session: Session, rows: Sequence[Row], *, whole: bool) -> Iterator[tuple[int, str, str]]:
    query = select(Party.record_id, Actor.slug, Actor.name).join(Actor, Actor.id == Party.actor_id).where(Party.did == "other_side")
    if whole:
        wanted = {row.id for row in rows}
        yield from ((a, b, c) for a, b, c in session.connection().execute(query) if a in wanted)
        return
    ids = [row.id for row in rows]
    for start in range(0, len(ids), 500):
        yield from ((a, b, c) for a, b, c in session.execute(query.where(Party.record_id.in_(ids[start : start + 500]))))
