"""What a reader may mean while typing: a document's number, a title, an agency."""

from dataclasses import dataclass
from typing import Literal

from flask import url_for
from sqlalchemy.orm import Session

from search_index.engine import Query
from search_index.text import fold, words

from . import catalogue
from .look import document_number, kept
from .parts import Portal

_EACH = 4
_LONGEST = 120  # characters that are read


@dataclass(frozen=True)
class Suggestion:
    """`words` lead to `address` straight away."""

    kind: Literal["number", "agency", "record"]
    words: str
    about: str
    language: str
    address: str


def suggest(portal: Portal, typed: str, language: str) -> list[Suggestion]:
    """The best of each kind, numbers first. Nothing for fewer than two characters. Raises SearchUnavailable."""
    typed = " ".join(typed.split())[:_LONGEST]
    if len(typed) < 2:
        return []
    with portal.database.read() as session:
        found = _numbers(session, typed, language) + _agencies(session, typed, language)
        known = {one.address for one in found}
        return found + [one for one in _titles(portal, session, typed, language) if one.address not in known]


def _numbers(session: Session, typed: str, language: str) -> list[Suggestion]:
    if len(typed) < 3 or not any(letter.isdigit() for letter in typed):
        return []
    entries = catalogue.beginning_with(session, typed, _EACH)
    return [_record("number", entry, typed, language) for entry in entries]


def _agencies(session: Session, typed: str, language: str) -> list[Suggestion]:
    asked = [fold(word) for word, _, _ in words(typed)]
    names = kept().get(("agency names", language), lambda: _folded_names(session, language))
    found = [
        (-count, name, slug)
        for slug, name, folded, count in names
        if asked and all(any(one.startswith(word) for one in folded) for word in asked)
    ]
    return [
        Suggestion("agency", name, "", language, url_for("agencies.agency", slug=slug))
        for _count, name, slug in sorted(found)[:_EACH]
    ]


def _folded_names(session: Session, language: str) -> list[tuple[str, str, tuple[str, ...], int]]:
    return [
        (card.slug, card.name(language), tuple(fold(word) for word, _, _ in words(card.name(language))), card.total)
        for card in catalogue.agencies(session)
    ]


def _titles(portal: Portal, session: Session, typed: str, language: str) -> list[Suggestion]:
    asked = [word for word, _, _ in words(typed)]
    if not asked:
        return []
    whole, last = asked[:-1], asked[-1]
    text = " ".join([*(f"title:{word}" for word in whole), f"title:{last}*" if len(last) > 1 else f"title:{last}"])
    hits = portal.engine.search(Query(text, facets={"kind": ("record",)}, size=_EACH, language=language)).hits
    return [_record("record", entry, typed, language) for entry in catalogue.find_many(session, [hit.id for hit in hits])]


def _title(entry: catalogue.Entry, typed: str, language: str) -> tuple[str, str]:
    """The reader's title, or the original one if that is what was typed."""
    readers, original = entry.text("title", language), entry.text("title", entry.data["language"])
    asked = {fold(word) for word, _, _ in words(typed)}
    return max((readers, original), key=lambda one: len(asked & {fold(word) for word, _, _ in words(one[0])}))


def _record(kind: Literal["number", "record"], entry: catalogue.Entry, typed: str, language: str) -> Suggestion:
    title, title_language = _title(entry, typed, language)
    address = url_for("records.record", number=entry.number)
    number = document_number(entry.data) or entry.shown_number
    about = f"{number} · {entry.agency_name(language)}" if kind == "number" else entry.agency_name(language)
    return Suggestion(kind, title, about, title_language, address)
