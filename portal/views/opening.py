"""The record that an address asks for: what to answer where it is spelled otherwise, unknown or gone; its languages; and
how its text begins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import read_number

from .. import catalogue, errors, linking, portions, reading
from ..catalogue import Entry, Version
from ..i18n import language, show_when
from ..linking import showing as marking
from ..outline import outline_of

# What a record said before it was merged into another one stays readable at its own number.
_PAST = frozenset(
    f"records.{name}"
    for name in ("versions", "versions_data", "version", "version_data", "version_raw", "version_text", "version_section", "compare", "compare_data", "compare_table", "as_of", "as_of_data", "as_of_section")
)


def open_entry(session: Session, typed: str) -> Entry | Answer:
    """The record of a number in any spelling, or the answer to give instead: the one address, none such, gone."""
    number = read_number(typed)
    entry = catalogue.find(session, number, past=request.endpoint in _PAST) if number else None
    if entry is None:
        return _unknown(typed)
    if typed != entry.number:
        # The query goes along as it came: names such as _scheme or endpoint mean something to url_for.
        address = url_for(str(request.endpoint), **{**(request.view_args or {}), "number": entry.number})
        query = urlencode(list(request.args.items(multi=True)))
        return redirect(f"{address}?{query}" if query else address, 308)
    return _gone(entry) if entry.state == "unpublished" else entry


def _unknown(typed: str) -> Answer:
    title = _("There is no such record")
    detail = _("“%(number)s” is not the number of a record here. A number has 12 letters and digits, such as 7K3Q-X9F2-AB4M.",
               number=typed[:60])  # fmt: skip
    if errors.wants_data():
        return errors.problem(404, title, detail, number=typed[:60])
    return make_response(errors.page(404, title, detail))


def _gone(entry: Entry) -> Answer:
    grounds = {
        "court_order": _("A court ordered it."),
        "personal_data": _("It showed personal data that it should not show."),
        "copyright": _("Its text may not be shown for reasons of copyright."),
        "security": _("It is withheld for reasons of security."),
        "published_in_error": _("It was published in error."),
    }
    title = _("This record is no longer shown")
    detail = _("The record %(number)s was taken off the pages on %(day)s.", number=entry.shown_number, day=show_when(f"{entry.changed_at:%Y-%m-%d}").striptags())
    words = " ".join(filter(None, (detail, grounds.get(entry.reason), entry.note)))
    if errors.wants_data():
        since = entry.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return errors.problem(410, title, words, number=entry.number, reason=entry.reason, since=since, instead=entry.successor)
    return make_response(errors.page(410, title, words, instead=entry.successor))


def as_it_was(entry: Entry, version: Version) -> Entry:
    """The record as it was in one of its versions."""
    return replace(
        entry, data=version.data, state=version.state, reason=version.reason, version=version.version, change=version.change,
        changed_at=version.changed_at, raw=version.raw, raw_url=version.raw_url, note=version.note,
    )  # fmt: skip


def languages_of(entry: Entry) -> list[str]:
    """The languages a record can be read in, its own first."""
    return [str(entry.data["language"]), *entry.data.get("translations", {})]


def chosen_language(entry: Entry) -> str:
    """The language to read in: the one that was asked for, else the page's, else the record's own."""
    there = languages_of(entry)
    asked = request.args.get("in", "")
    return asked if asked in there else language() if language() in there else there[0]


@dataclass(frozen=True)
class Opening:
    """What of a text stands on its record's page. `letters`: how many it has in all, where there are more; `address`: of a
    section, nothing where every section stands on the page; `contents`: lines of its table, and how many are left out."""

    place: "Place"
    passages: list[reading.Passage]
    letters: int | None
    contents: tuple[tuple[portions.Line, ...], int]


@dataclass(frozen=True)
class Place:
    """Where a text is read: the record as it was then, its version where that is a past one, and the language. `day`: the day as
    of which it is read, where that was asked for; `today`: the day that it is where the agency is, where the text is read as it is now."""

    entry: Entry
    version: int | None
    language: str
    body: str
    day: date | None = None
    today: date | None = None

    def address(self, anchor: str = "", **more: Any) -> str:
        """The address of the text, or of a section of it, in this version and language."""
        values = {"number": self.entry.number, **({"version": self.version} if self.version is not None else {}), **more}
        if "in" in request.args and "in" not in values:
            values["in"] = request.args["in"][:20]
        if anchor and self.day:
            return url_for("records.as_of_section", anchor=anchor, day=self.day, **{name: value for name, value in values.items() if name != "version"})
        if anchor:
            return url_for("records.section" if self.version is None else "records.version_section", anchor=anchor, **values)
        return url_for("records.text" if self.version is None else "records.version_text", **values)

    def dated(self, anchor: str) -> str:
        """The address of a section as it is on this day; nothing where a version is read that no day was asked for."""
        return replace(self, version=None, day=day).address(anchor) if (day := self.day or self.today) else ""

    def part(self, number: int) -> str:
        """The address of a portion of the text."""
        return self.address(part=number)


def place_of(entry: Entry, version: int | None, day: date | None = None, today: date | None = None) -> Place:
    """The text of a record in the language that is asked for."""
    body, language = entry.text("body", chosen_language(entry))
    return Place(entry, version, language, body, day, today if version is None else None)


def with_citations(passages: list[reading.Passage], found: Sequence[linking.FoundLink]) -> list[reading.Passage]:
    """The passages, in which what was found in them leads to the records that are meant."""
    return [replace(one, html=marking.mark(one.html, found, lambda number: url_for("records.record", number=number))) for one in passages]


def opening_of(entry: Entry, version: int | None, day: date | None = None, today: date | None = None) -> Opening | None:
    """The beginning of a record's text with its table of contents; nothing where it has no text."""
    place = place_of(entry, version, day, today)
    if not place.body:
        return None
    long = portions.is_long(place.body)
    passages = reading.passages_of(place.body, portions.opening_of(place.body), 3)
    contents = portions.contents_of(outline_of(place.body))
    listed = len(outline_of(place.body).headings) > 2
    return Opening(place, passages, len(place.body) if long else None, contents if listed else ((), 0))
