"""What was found in a record's words, for its page and its data: both ways, with the passage that says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext
from markupsafe import Markup, escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.citations import BARE

from .. import catalogue
from ..catalogue import Entry
from ..models import HIDDEN, CitationRow, RecordRow

_MOST = 100
_SHOWN = 220  # letters of a sentence before and after a passage

# Why a link is as sure as it is, as readers are told.
REASONS: Mapping[str, LazyString] = {
    "exact": lazy_gettext("The other record carries exactly this number or title."),
    "day_fits": lazy_gettext("The day that is given with it is that record’s day."),
    "day_differs": lazy_gettext("The day that is given with it is not that record’s day."),
    "came_later": lazy_gettext("That record was issued after this one."),
    "long_ago": lazy_gettext("That record is many years older, and such numbers begin anew every year."),
    "year_unsaid": lazy_gettext("Such numbers begin anew every year; neither a year nor what that record is about is said with it."),
    "elsewhere": lazy_gettext("That record comes from another country than this notation."),
    "place_unknown": lazy_gettext("That record does not say what place it is of."),
    "other_scheme": lazy_gettext("That record carries the number as another kind of identifier."),
    "says_little": lazy_gettext("The notation leaves out what tells it from others."),
    "without_year": lazy_gettext("It is named without a year; no other record here is called so."),
    "belongs_to_it": lazy_gettext("That record is one of those that belong to this file, not the file itself."),
    "several": lazy_gettext("Several records are known by it."),
    "same_source": lazy_gettext("Several records are known by it; this is the one of the same source."),
    "itself": lazy_gettext("Several records carry it; this is the one that is named so at its source."),
    "listed": lazy_gettext("It stands in a list, where only the first is written out."),
    "cue": lazy_gettext("The words beside it say how this record stands to the other."),
    "dated": lazy_gettext("It is given with a day."),
}
FIELDS: Mapping[str, LazyString] = {
    "title": lazy_gettext("in the title"),
    "summary": lazy_gettext("in the summary"),
    "body": lazy_gettext("in the text"),
    "legal_basis": lazy_gettext("in the legal basis"),
    "rationale": lazy_gettext("in the reasons"),
    "objectives": lazy_gettext("in the objectives"),
    "targets": lazy_gettext("in the targets"),
    "method": lazy_gettext("in the method"),
    "translations": lazy_gettext("in a translation"),
    "files": lazy_gettext("in what a file is called"),
    "file": lazy_gettext("in a file"),
}


@dataclass(frozen=True)
class FoundLink:
    """A link that was found. `inverse`: the other record's words name this one. `before`, `passage`, `after`: its
    sentence in three parts. `origin`: machine, or desk where an officer confirmed it."""

    id: int
    type: str
    inverse: bool
    entry: Entry
    origin: str
    field: str
    value: str
    before: str
    passage: str
    after: str
    start: int
    confidence: int
    reasons: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Waiting:
    """What a record names that is not here: as it is written properly, and the sentence in three parts."""

    value: str
    field: str
    count: int
    before: str
    passage: str
    after: str


def field_of(field: str) -> LazyString:
    """Where in a record something stands, in words."""
    return FIELDS.get(re.split(r"[/:]", field, maxsplit=1)[0], FIELDS["body"])


def page_of_file(field: str) -> int | None:
    """The page of a kept file on which something stands."""
    return int(field.rsplit("/", 1)[1]) if field.startswith("file:") else None


def found_of(session: Session, entry: Entry) -> list[FoundLink]:
    """The links that were found in a record's words, and those in others' words that lead to it, a hundred each way."""
    rows = session.execute(
        select(CitationRow, RecordRow.number).join(RecordRow, RecordRow.id == CitationRow.record_id)
        .where(CitationRow.record_id == entry.id, CitationRow.state.in_(("found", "accepted"))).order_by(CitationRow.id).limit(_MOST)
    ).all()  # fmt: skip
    back = session.execute(
        select(CitationRow, RecordRow.number).join(RecordRow, RecordRow.id == CitationRow.record_id)
        .where(CitationRow.target_number == entry.number, CitationRow.state.in_(("found", "accepted")), RecordRow.state.not_in(HIDDEN))
        .order_by(CitationRow.id).limit(_MOST)
    ).all()  # fmt: skip
    numbers = {row.target_number for row, _number in rows if row.target_number} | {number for _row, number in back}
    entries = {one.number: one for one in catalogue.find_many(session, sorted(numbers))}
    out = [_found(row, False, entries[row.target_number]) for row, _number in rows if row.target_number in entries]
    return out + [_found(row, True, entries[number]) for row, number in back if number in entries]


def _found(row: CitationRow, inverse: bool, other: Entry) -> FoundLink:
    before, after = around(row)
    origin = "desk" if row.state == "accepted" else "machine"
    return FoundLink(row.id, row.relation, inverse, other, origin, row.field, row.value, before, row.passage, after, row.start, row.confidence, tuple(row.reasons), row.count)


def around(row: CitationRow) -> tuple[str, str]:
    """What stands before and after a citation in its sentence, some words of it."""
    before, _passage, after = row.sentence.partition(row.passage)
    if len(before) > _SHOWN:
        before = "…" + before[-_SHOWN:].partition(" ")[2]
    if len(after) > _SHOWN:
        after = after[:_SHOWN].rpartition(" ")[0] + " …"
    return before, after


def waiting_in(session: Session, entry: Entry, limit: int = 40) -> tuple[int, list[Waiting]]:
    """How many things a record names that are not here, and the first of them."""
    # A title may be what only looks like one: it is told where somebody here has it.
    condition = (CitationRow.record_id == entry.id, CitationRow.state == "waiting", CitationRow.scheme.not_in(("name", BARE)))
    total = session.scalar(select(func.count()).select_from(CitationRow).where(*condition)) or 0
    rows = session.scalars(select(CitationRow).where(*condition).order_by(CitationRow.id).limit(limit)) if total else ()
    return total, [Waiting(row.value, row.field, row.count, *_split(row)) for row in rows]


def _split(row: CitationRow) -> tuple[str, str, str]:
    before, after = around(row)
    return before, row.passage, after


def data_of(found: Sequence[FoundLink], base: str) -> list[dict[str, Any]]:
    """Found links as JSON data."""
    return [
        {
            "type": one.type, "inverse": one.inverse, "number": one.entry.number, "url": f"{base}/records/{one.entry.number}", "title": one.entry.data["title"],
            "origin": one.origin, "citation": one.value, "passage": one.passage, "sentence": f"{one.before}{one.passage}{one.after}", "field": one.field,
            "start": one.start, "times": one.count, "confidence": one.confidence / 100, "reasons": list(one.reasons),
        }
        for one in found
    ]  # fmt: skip


# A tag with its attributes, whose values may hold any letter; what stands between tags is text.
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_NO_LINKS_IN = {"a", "code", "pre", "h3", "h4"}


def mark(html: Markup, found: Sequence[FoundLink], address_of: Any) -> Markup:
    """A record's text as HTML, in which passages that were found are links to what they name. Only text between tags is
    touched, and never within a link, code or a heading. `address_of(number)`: the page of a record."""
    passages = {str(escape(one.passage)): one.entry for one in found if not one.inverse and len(one.passage) > 3}
    if not passages:
        return html
    pattern = re.compile("(?<![\\w/])(?:" + "|".join(re.escape(one) for one in sorted(passages, key=lambda one: (-len(one), one))) + ")(?![\\w/])")

    def link(match: re.Match[str]) -> str:
        entry = passages[match[0]]
        return str(Markup('<a class="cited" href="{}">').format(address_of(entry.number))) + match[0] + "</a>"

    parts: list[str] = []
    inside, last = 0, 0
    text = str(html)
    for tag in _TAG.finditer(text):
        between = text[last : tag.start()]
        parts += [between if inside else pattern.sub(link, between), tag[0]]
        name = re.sub(r"[^a-z0-9].*", "", tag[0].lstrip("</").casefold(), flags=re.DOTALL)
        if name in _NO_LINKS_IN:
            inside = max(0, inside - 1) if tag[0].startswith("</") else inside + 1
        last = tag.end()
    parts.append(text[last:] if inside else pattern.sub(link, text[last:]))
    return Markup("".join(parts))
