"""A record's text and its versions: each to be read, and two of them compared."""

from flask import abort, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from .. import catalogue, comparison, prose
from ..catalogue import Entry, Version
from ..i18n import language
from ..parts import here
from .opening import chosen_language, open_entry
from .records import blueprint, send_raw


@blueprint.get("/<number>/text")
def text(number: str) -> str | Answer:
    """The whole text of a record, where it is too long for its page."""
    with here().database.read() as session:
        entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    words, words_language = entry.text("body", chosen_language(entry))
    if not words:
        abort(404)
    return render_template("records/text.html", entry=entry, body=prose.show_text(words), body_language=words_language)


@blueprint.get("/<number>/versions/<int:version>/raw")
def version_raw(number: str, version: int) -> Answer:
    """What the agency sent when a record had that version."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        chosen = _version(session, entry, version)
    content = here().raw.get(chosen.raw) if chosen and chosen.raw else None
    if content is None:
        abort(404)
    return send_raw(content, f"{entry.number}-{version}")


@blueprint.get("/<number>/versions")
def versions(number: str) -> str | Answer:
    """The history of a record."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        found = catalogue.versions(session, entry)
    return render_template("records/versions.html", entry=entry, versions=found)


def _version(session: Session, entry: Entry, number: int) -> Version | None:
    """One version; None where there is none, or where it was not shown to anyone."""
    found = next((one for one in catalogue.versions(session, entry) if one.version == number), None)
    return found if found and found.state != "unpublished" else None


@blueprint.get("/<number>/versions/<int:version>")
def version(number: str, version: int) -> str | Answer:
    """What a record said in one of its versions."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        versions = catalogue.versions(session, entry)
        chosen = _version(session, entry, version)
    if chosen is None:
        abort(404)
    fields = comparison.fields_of(chosen.record, language())
    return render_template("records/version.html", entry=entry, chosen=chosen, versions=versions, fields=fields)


@blueprint.get("/<number>/compare/<int:old>..<int:new>")
def compare(number: str, old: int, new: int) -> str | Answer:
    """What changed between two versions."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        before, after = _version(session, entry, old), _version(session, entry, new)
    if before is None or after is None:
        abort(404)
    differences = comparison.compare(before.record, after.record, language())
    return render_template("records/compare.html", entry=entry, before=before, after=after, differences=differences)
