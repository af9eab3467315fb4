"""Records that look like the one somebody is about to publish: so that nothing stands here twice."""

from difflib import SequenceMatcher

from sqlalchemy.orm import Session

from harvesters.record import Record
from search_index.engine import SearchUnavailable

from . import catalogue, search
from .listing import Listing
from .parts import Portal
from .store import fold_identifier

_ALIKE = 0.9  # of two titles
_MOST = 3


def find(portal: Portal, session: Session, record: Record) -> list[catalogue.Entry]:
    """Up to three records, of any source: with the same document number from the same agency or title, or of the same axis with
    nearly the same title."""
    numbers = [one.value for one in record.other_identifiers if one.scheme == "document_number"]
    same = [entry for number in numbers for entry in catalogue.find_by_identifier(session, number) if _fits(entry, record, 0.6)]
    alike = [entry for entry in _of_title(portal, record) if entry.axis == record.axis and _fits(entry, record, _ALIKE)]
    found = {entry.number: entry for entry in (*same, *alike) if entry.number != record.number and entry.state == "published"}
    return list(found.values())[:_MOST]


def _of_title(portal: Portal, record: Record) -> list[catalogue.Entry]:
    try:
        return [hit.entry for hit in search.find(portal, Listing(text=" ".join(fold_words(record.title)[:12]), size=10), record.language[:2]).hits]
    except SearchUnavailable:
        return []


def fold_words(title: str) -> list[str]:
    """The words of a title that search reads as words, whatever signs stand between them."""
    return ["".join(letter for letter in word if letter.isalnum()) for word in title.split() if any(letter.isalnum() for letter in word)]


def _fits(entry: catalogue.Entry, record: Record, least: float) -> bool:
    own, other = fold_identifier(record.title), fold_identifier(str(entry.data["title"]))
    if min(len(own), len(other)) < 8 or abs(len(own) - len(other)) > (1 - least) * max(len(own), len(other)) * 2:
        return own == other
    return SequenceMatcher(None, own, other, autojunk=False).ratio() >= least
