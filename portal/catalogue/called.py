"""What records are called, now and before their sources renumbered them: whoever names one by a former name means it still."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from harvesters.record import number_of, read_number

from ..models import HIDDEN, IdentifierRow, RecordRow, Redirect
from ..store import fold_identifier
from .entries import FIELDS, Entry

# Of what one source calls by one word, so many are looked at: the oldest.
_MOST = 20
_AT_ONCE = 500


def spelt(source: str, identifier: str) -> tuple[str, ...]:
    """How an identifier is written, with and without its source before it."""
    return (identifier, *(f"{source}{mark}{identifier}" for mark in (" ", "/", ":")))


def with_former_names(session: Session, entries: Sequence[Entry]) -> list[Entry]:
    """Records with the numbers and identifiers that they had before, folded; one statement for every five hundred."""
    found: dict[str, set[str]] = {}
    sources = {entry.number: entry.source for entry in entries}
    numbers = sorted(sources)
    for start in range(0, len(numbers), _AT_ONCE):
        asked = select(Redirect.target, Redirect.number, Redirect.identifier).where(Redirect.target.in_(numbers[start : start + _AT_ONCE]))
        for target, number, identifier in session.execute(asked):
            names = map(fold_identifier, spelt(sources[target], identifier)) if identifier else ()
            found.setdefault(target, set()).update((number, *names))
    return [replace(one, formerly=frozenset(found[one.number])) if one.number in found else one for one in entries]


@dataclass(frozen=True, slots=True)
class Called:
    """By what records may carry it that words name: numbers; folded identifiers; folded identifiers within one of some sources."""

    numbers: frozenset[str]
    whole: frozenset[str]
    parts: frozenset[str]
    sources: frozenset[str]


def called(words: Iterable[str]) -> Called:
    """What words may name: each a number, an identifier, or a source and an identifier."""
    said = [word for word in set(words) if word]
    pairs = {(source, identifier) for word in said for mark in " /:" for source, _mark, identifier in [word.partition(mark)] if source and identifier}
    return Called(
        frozenset({number for word in said if (number := read_number(word))} | {number_of(*pair) for pair in pairs}),
        frozenset({fold_identifier(word) for word in said} - {""}),
        frozenset({fold_identifier(identifier) for _source, identifier in pairs} - {""}),
        frozenset(source for source, _identifier in pairs),
    )


def named(session: Session, words: Iterable[str]) -> list[Entry]:
    """The shown records that words may mean, by number: each word a number, an identifier, or a source and an identifier, of now or
    of before. Three statements, however many words; which word means which record is for the caller to say (`progress.is_called`)."""
    known = _known(session, called(words))
    return [] if known is None else [Entry(*row) for row in session.execute(select(*FIELDS).where(known, RecordRow.state.not_in(HIDDEN)).order_by(RecordRow.number))]


def named_outcomes(session: Session, words: Iterable[str]) -> list[int]:
    """The ids of the outcomes among them, without reading what they say."""
    known = _known(session, called(words))
    return [] if known is None else list(session.scalars(select(RecordRow.id).where(known, RecordRow.axis == "outcome", RecordRow.state.not_in(HIDDEN))))


def _known(session: Session, some: Called) -> ColumnElement[bool] | None:
    if not some.whole:
        return None
    led = set(session.scalars(select(Redirect.target).where(or_(Redirect.number.in_(some.numbers), Redirect.folded.in_(some.whole)))))
    ids = _carrying(session, some.whole, some.parts, some.sources)
    return or_(RecordRow.number.in_(some.numbers | led), RecordRow.id.in_(ids))


def _carrying(session: Session, whole: Collection[str], parts: Collection[str], sources: Collection[str]) -> list[int]:
    """The ids of the records that carry one of these identifiers, or, in one of these sources, one of those parts."""
    place = func.row_number().over(partition_by=(IdentifierRow.value, RecordRow.source), order_by=RecordRow.id).label("place")
    fits = or_(IdentifierRow.value.in_(whole), RecordRow.source.in_(sources)) if parts else IdentifierRow.value.in_(whole)
    ranked = (
        select(RecordRow.id, place)
        .join(IdentifierRow, IdentifierRow.record_id == RecordRow.id)
        .where(IdentifierRow.value.in_({*whole, *parts}), fits, RecordRow.state.not_in(HIDDEN))
        .subquery()
    )
    return list(session.scalars(select(ranked.c.id).where(ranked.c.place <= _MOST)))
