"""What records are called, now and before their sources renumbered them: whoever names one by a former name means it still."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import func, or_, select
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


def named(session: Session, words: Iterable[str]) -> list[Entry]:
    """The shown records that words may mean, by number: each word a number, an identifier, or a source and an identifier, of now or
    of before. Three statements, however many words; which word means which record is for the caller to say (`progress.is_called`)."""
    said = [word for word in set(words) if word]
    if not said:
        return []
    pairs = {(source, identifier) for word in said for mark in " /:" for source, _mark, identifier in [word.partition(mark)] if source and identifier}
    numbers = {number for word in said if (number := read_number(word))} | {number_of(*pair) for pair in pairs}
    whole = {fold_identifier(word) for word in said} - {""}
    parts = {fold_identifier(identifier) for _source, identifier in pairs} - {""}
    led = set(session.scalars(select(Redirect.target).where(or_(Redirect.number.in_(numbers), Redirect.folded.in_(whole)))))
    ids = _carrying(session, whole, parts, {source for source, _identifier in pairs})
    known = or_(RecordRow.number.in_(numbers | led), RecordRow.id.in_(ids))
    rows = session.execute(select(*FIELDS).where(known, RecordRow.state.not_in(HIDDEN)).order_by(RecordRow.number))
    return [Entry(*row) for row in rows]


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
