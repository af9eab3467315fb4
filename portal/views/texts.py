"""A record's text: by portions that open at once, by article, or whole; as it is now, and as it was in each version."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import abort, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from .. import errors, history, linking, portions, reading, zones
from ..catalogue import Entry
from ..outline import outline_of
from ..parts import here
from .opening import Place, as_it_was, open_entry, place_of, with_citations
from .records import blueprint
from .versions import AsOf, read_as_of, show_as_of

_CONTENTS = 400  # lines of the table of contents of a whole text
_VERSIONS_SEARCHED = 40  # versions that are looked through for an article that is gone


@blueprint.get("/<number>/text")
def text(number: str) -> str | Answer:
    """The text of a record by portions (part=2), or whole (part=all)."""
    return _text(number, None)


@blueprint.get("/<number>/versions/<int:version>/text")
def version_text(number: str, version: int) -> str | Answer:
    """The text of a record as it was in a version."""
    return _text(number, version)


@blueprint.get("/<number>/text/<anchor>")
def section(number: str, anchor: str) -> str | Answer:
    """A section of the text, such as an article; in which version it was last, where it is gone."""
    return _section(number, None, anchor)


@blueprint.get("/<number>/versions/<int:version>/text/<anchor>")
def version_section(number: str, version: int, anchor: str) -> str | Answer:
    """A section of the text as it was in a version."""
    return _section(number, version, anchor)


@blueprint.get("/<number>/as-of/<day>/text/<anchor>")
def as_of_section(number: str, day: str, anchor: str) -> str | Answer:
    """A section of the text as this portal knew it at the end of a day: an address that says the same for ever."""
    with here().database.read() as session:
        asked = read_as_of(session, number, day)
        if not isinstance(asked, AsOf):
            return asked
        if asked.version is None:
            return show_as_of(asked)
        place = place_of(as_it_was(asked.entry, asked.version), asked.version.version, asked.day)
        if not place.body:
            abort(404)
        return _show_section(session, place, asked.entry, anchor, asked)


def _place(session: Session, number: str, version: int | None) -> tuple[Place, Entry] | Answer:
    """Where the text is read, and the record as it is now."""
    now = open_entry(session, number)
    if not isinstance(now, Entry):
        return now
    entry = now
    if version is not None:
        chosen = history.version_of(session, now, version)
        if chosen is None:
            abort(404)
        entry = as_it_was(now, chosen)
    place = place_of(entry, version, today=zones.days(session, here(), datetime.now(UTC)).of(entry.data["publisher"]))
    if not place.body:
        abort(404)
    return place, now


def _marker(place: Place) -> Callable[[str], Any] | None:
    return reading.marker(request.args.get("q", ""), place.language)


def _text(number: str, version: int | None) -> str | Answer:
    with here().database.read() as session:
        found = _place(session, number, version)
        cited = linking.found_of(session, found[1]) if isinstance(found, tuple) else []
    if not isinstance(found, tuple):
        return found
    place, _now = found
    every = portions.portions_of(place.body)
    whole = request.args.get("part") == "all"
    chosen = 1 if whole else _number(request.args.get("part", "1"), len(every))
    slices = [one for portion in every for one in portion.slices] if whole else every[chosen - 1].slices
    outline = outline_of(place.body)
    return render_template(
        "records/text.html",
        place=place,
        entry=place.entry,
        whole=whole,
        part=chosen,
        parts=len(every),
        passages=with_citations(reading.passages_of(place.body, slices, 2, _marker(place)), cited),
        above=outline.above(outline.place(slices[0].section.anchor) or 0) if chosen > 1 else [],
        contents=portions.contents_of(outline, _CONTENTS) if chosen == 1 else ((), 0),
    )


def _number(typed: str, last: int) -> int:
    if not typed.isdecimal() or not 1 <= int(typed[:9]) <= last:
        raise errors.BadParameter("part", typed[:40], _("this text has the parts 1 to %(last)s; “all” is the whole text", last=last))
    return int(typed)


def _section(number: str, version: int | None, anchor: str) -> str | Answer:
    with here().database.read() as session:
        found = _place(session, number, version)
        if not isinstance(found, tuple):
            return found
        return _show_section(session, *found, anchor)


def _show_section(session: Session, place: Place, now: Entry, anchor: str, as_of: AsOf | None = None) -> str | Answer:
    outline = outline_of(place.body)
    position = outline.place(anchor) if anchor else None
    if position is None:
        return _elsewhere(session, place, now, anchor)
    cited = linking.found_of(session, now)
    slices, complete = portions.section_of(outline, position)
    last = outline.last_below(position)
    headings = outline.sections
    return render_template(
        "records/section.html",
        place=place,
        as_of=as_of,
        entry=place.entry,
        held=headings[position],
        above=outline.above(position),
        passages=with_citations(reading.passages_of(place.body, slices, 1, _marker(place)), cited),
        complete=complete,
        below=headings[position + 1 : last + 1][:_CONTENTS] if not complete else (),
        before=headings[position - 1] if position and headings[position - 1].anchor else None,
        after=headings[last + 1] if last + 1 < len(headings) else None,
        part=portions.portion_at(place.body, position),
        parts=len(portions.portions_of(place.body)),
    )


def _elsewhere(session: Session, place: Place, now: Entry, anchor: str) -> Answer:
    """The answer where this text has no such section: the one that is meant, or the last version that had it."""
    meant = outline_of(place.body).alike(anchor)
    if meant and meant != anchor:
        return redirect(place.address(meant, **request.args.to_dict(flat=False)), 302)
    marks = history.marks(session, now)
    others = [mark for mark in marks if mark.shown and mark.version != place.entry.version]
    # The versions before this one first, the nearest of them first; then those after it.
    others.sort(key=lambda mark: (mark.version > place.entry.version, abs(mark.version - place.entry.version)))
    for mark in others[:_VERSIONS_SEARCHED]:
        held = history.version_of(session, now, mark.version)
        if held is None:
            continue
        there = place_of(as_it_was(now, held), held.version)
        outline = outline_of(there.body)
        if (position := outline.place(anchor)) is not None:
            page = render_template("records/section_gone.html", place=place, there=there, mark=mark, held=outline.sections[position])
            return make_response(page, 404)
    title = _("This text has no such section")
    detail = _("“%(anchor)s” is not a section of this text, nor was it one in an earlier version. The table of contents shows what there is.", anchor=anchor[:80])
    return make_response(errors.page(404, title, detail))
