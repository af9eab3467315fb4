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

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from itertools import compress
from typing import Any, Literal, NamedTuple

from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session

from .matter import recent
from .models import Actor, Decided, RecordRow, State
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
# Amounts have 24 digits at most: what a million of them come to is exact.
_EXACT, _NOTHING = Context(prec=60), Decimal(0)
_KEPT_FROM, _SECONDS = 500, 600.0  # lists from this length on are kept so long
_AT_ONCE = 2000  # longer lists are found in one walk over all decisions


class Columns(NamedTuple):
    """The decisions of a list, a column each of what sums ask: there may be a hundred thousand of them. Everything is text, and
    nothing where nothing is stated. `parts`: what a decision is sorted by."""

    ids: list[str]
    numbers: list[str]
    parts: list[str]
    types: list[str]
    statuses: list[str]
    values: list[str]
    currencies: list[str]

    def chosen(self, flags: Sequence[object]) -> "Columns":
        """The decisions whose flags are true."""
        return Columns(*(list(compress(column, flags)) for column in self))


class Figure(NamedTuple):
    """What amounts of one currency come to."""

    currency: str
    count: int  # type: ignore[assignment]  # hides what tuples can count
    sum: Decimal
    median: Decimal
    least: Decimal
    most: Decimal


class Part(NamedTuple):
    """Decisions that have something in common. `key`: a year, a slug, a code, `several` or `none`; `name`: what it is called
    where the key does not tell."""

    key: str
    decisions: int
    without_amount: int
    figures: tuple[Figure, ...]
    name: str = ""

    def sum_in(self, currency: str) -> Decimal | None:
        for one in self.figures:
            if one.currency == currency:
                return one.sum
        return None


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
    states = _states(session, numbers)
    told = _columns(session, numbers, by)
    hidden = {id for id, state in states.items() if state != "withdrawn"}
    if hidden:
        told = told.chosen([id not in hidden for id in told.ids])
    reasons = _reasons(told, states, replaced)
    given = set(reasons)
    counted = told if given <= {""} else told.chosen([not reason for reason in reasons])
    by_part = Counter(counted.parts)
    stages = sorted({type for type, value in zip(counted.types, counted.values, strict=True) if value} & STAGES)
    called = _called(session, by, by_part)
    with localcontext(_EXACT):
        figures, all_figures = _figures(counted)
        total = _part("total", len(counted.ids), all_figures)
        parts = [_part(called[part][0], count, figures.get(part, ()), called[part][1]) for part, count in by_part.items()]
        aside = [(code, told.chosen([reason == code for reason in reasons])) for code in REASONS if code in given]
        aside_parts = tuple(_part(code, len(some.ids), _figures(some)[1]) for code, some in aside)
    return Sums(
        by, tuple(_in_order(parts, by, total)), total, aside_parts, len(numbers) - len(told.ids), tuple(stages) if len(stages) > 1 else ()
    )  # fmt: skip


def _reasons(told: Columns, states: Mapping[str, str], replaced: Mapping[int, str]) -> list[str]:
    """Why each decision does not count, nothing where it does."""
    pairs = list(zip(told.types, told.statuses, strict=True))
    said = {pair: reason_of("published", *pair, None) for pair in set(pairs)}
    reasons = [said[pair] for pair in pairs]
    marked = {str(id): reason for id, reason in replaced.items()} | dict.fromkeys(states, "")
    if marked:
        for place, id in enumerate(told.ids):
            if id in marked:
                reasons[place] = reason_of(states.get(id, "published"), *pairs[place], marked[id])
    return reasons


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
    with localcontext(_EXACT):
        return _most_first([_figure(currency, values) for currency, values in by_currency.items()])


def _most_first(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda one: (-one.count, one.currency)) if len(figures) > 1 else figures)


def _figure(currency: str, values: list[Decimal]) -> Figure:
    """What some amounts come to; they are in order afterwards."""
    count = len(values)
    if count == 1:
        one = values[0]
        return Figure(currency, 1, one, one, one, one)
    values.sort()
    middle = count // 2
    median = values[middle] if count % 2 else (values[middle - 1] + values[middle]) / 2
    return Figure(currency, count, sum(values, _NOTHING), median, values[0], values[-1])


def _figures(told: Columns) -> tuple[dict[str, tuple[Figure, ...]], tuple[Figure, ...]]:
    """What decisions come to: by part, and in all."""
    by_currency: dict[str, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for currency, part, value in zip(told.currencies, told.parts, told.values, strict=True):
        if value:
            by_currency[currency][part].append(Decimal(value))
    found: dict[str, tuple[Figure, ...]] = {}
    total: list[Figure] = []
    for currency, parts in by_currency.items():
        figures = [_figure(currency, values) for values in parts.values()]
        for part, one in zip(parts, figures, strict=True):
            found[part] = (*found[part], one) if part in found else (one,)
        texts = [value for value, code in zip(told.values, told.currencies, strict=True) if value and code == currency]
        total.append(_whole(currency, figures, texts))
    return {part: _most_first(figures) for part, figures in found.items()}, _most_first(total)


def _whole(currency: str, parts: Sequence[Figure], texts: Sequence[str]) -> Figure:
    """What parts of one currency come to together; `texts`: all their amounts."""
    sum_ = sum([one.sum for one in parts], _NOTHING)
    return Figure(currency, len(texts), sum_, _median(texts), min([one.least for one in parts]), max([one.most for one in parts]))


def _median(texts: Sequence[str]) -> Decimal:
    """The median of many amounts, exactly: in order as floating numbers, which is quicker; and among those that are the same as such,
    as what they are."""
    sizes = [float(text) for text in texts]
    ordered = sorted(sizes)

    def at(place: int) -> Decimal:
        size = ordered[place]
        alike = sorted([Decimal(text) for text, other in zip(texts, sizes, strict=True) if other == size])
        return alike[place - bisect_left(ordered, size)]

    middle = len(texts) // 2
    return at(middle) if len(texts) % 2 else (at(middle - 1) + at(middle)) / 2


def _part(key: str, decisions: int, figures: tuple[Figure, ...], name: str = "") -> Part:
    return Part(key, decisions, decisions - sum([one.count for one in figures]), figures, name)


def _in_order(parts: list[Part], by: By, total: Part) -> list[Part]:
    """Years as they follow each other, the undated last; other parts by what they come to in the commonest currency."""
    if by == "year":
        return sorted(parts, key=lambda part: (part.key == NONE, part.key))
    first = total.figures[0].currency if total.figures else ""

    def size(part: Part) -> tuple[bool, bool, Decimal, int, str]:
        found = part.sum_in(first)
        return part.key in (SEVERAL, NONE), found is None, -(found or Decimal(0)), -part.decisions, part.key

    return sorted(parts, key=size)


_PARTS: dict[By, Any] = {
    "year": Decided.year,
    "publisher": Decided.publisher,
    "counterparty": func.coalesce(cast(Decided.other_side, String), ""),
    "type": Decided.type,
    "subject": case((Decided.subjects.contains(" "), SEVERAL), else_=Decided.subjects),
}


def _columns(session: Session, numbers: Collection[str], by: By) -> Columns:
    """The decisions of a list that are not hidden. Each column travels as one text, a line a decision: that is read in half of the
    time that a hundred thousand rows take. Neither codes nor numbers hold line ends."""
    asked = (
        cast(Decided.record_id, String), Decided.number, _PARTS[by], Decided.type, Decided.status, func.coalesce(Decided.value, ""),
        Decided.currency,
    )  # fmt: skip
    query = select(*(func.aggregate_strings(column, "\n") for column in asked))
    if len(numbers) > _AT_ONCE:
        told = _split(session.execute(query).one())
        wanted = set(numbers)
        flags = [number in wanted for number in told.numbers]
        return told if all(flags) else told.chosen(flags)
    found = [_split(session.execute(query.where(Decided.number.in_(some))).one()) for some in _some(numbers)]
    return Columns(*([value for told in found for value in told[place]] for place in range(len(asked))))


def _split(texts: Iterable[str | None]) -> Columns:
    return Columns(*([] if text is None else text.split("\n") for text in texts))


def _some(numbers: Collection[Any]) -> Iterator[list[Any]]:
    asked = list(numbers)
    return (asked[start : start + 500] for start in range(0, len(asked), 500))


def _states(session: Session, numbers: Collection[str]) -> dict[str, str]:
    """The decisions of a list, and perhaps others, that are not published: their states, by id."""
    # Begun at by state: what is not published is little.
    query = select(cast(RecordRow.id, String), RecordRow.state).where(RecordRow.axis.concat("") == "decision")
    others = (query.where(RecordRow.state < "published"), query.where(RecordRow.state > "published"))
    if len(numbers) > _AT_ONCE:
        return {id: state for one in others for id, state in session.execute(one)}
    return {id: state for one in others for some in _some(numbers) for id, state in session.execute(one.where(RecordRow.number.in_(some)))}


def _called(session: Session, by: By, parts: Collection[str]) -> dict[str, tuple[str, str]]:
    """The key of each part and, where that does not tell, its name."""
    if by != "counterparty":
        return {part: (part or NONE, "") for part in parts}
    query = select(cast(Actor.id, String), Actor.slug, Actor.name)
    ids = sorted(int(part) for part in parts if part not in ("", "0"))
    if len(ids) > _AT_ONCE:
        asked = [query.where(Actor.id.between(ids[0], ids[-1]))]
    else:
        asked = [query.where(Actor.id.in_(some)) for some in _some(ids)]
    named = {id: (slug, name) for one in asked for id, slug, name in session.execute(one)}
    return named | {"": (NONE, ""), "0": (SEVERAL, "")}
