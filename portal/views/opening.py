"""The record that an address asks for: what to answer where it is spelled otherwise, unknown or gone; and its languages."""

from typing import Any

from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import read_number

from .. import catalogue, errors
from ..catalogue import Entry
from ..i18n import language

# What a record said before it was merged into another one stays readable at its own number.
_PAST = frozenset({"records.versions", "records.version", "records.compare", "records.version_raw"})


def open_entry(session: Session, typed: str) -> Entry | Answer:
    """The record of a number in any spelling, or the answer to give instead: the one address, none such, gone."""
    number = read_number(typed)
    entry = catalogue.find(session, number, past=request.endpoint in _PAST) if number else None
    if entry is None:
        return _unknown(typed)
    if typed != entry.number:
        arguments: dict[str, Any] = {**(request.view_args or {}), "number": entry.number, **request.args.to_dict(flat=False)}
        return redirect(url_for(str(request.endpoint), **arguments), 308)
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
    detail = _("The record %(number)s was taken off the pages on %(day)s.", number=entry.shown_number, day=f"{entry.changed_at:%Y-%m-%d}")
    words = " ".join(filter(None, (detail, grounds.get(entry.reason), entry.note)))
    if errors.wants_data():
        since = entry.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return errors.problem(410, title, words, number=entry.number, reason=entry.reason, since=since, instead=entry.successor)
    return make_response(errors.page(410, title, words, instead=entry.successor))


def languages_of(entry: Entry) -> list[str]:
    """The languages a record can be read in, its own first."""
    return [str(entry.data["language"]), *entry.data.get("translations", {})]


def chosen_language(entry: Entry) -> str:
    """The language to read in: the one that was asked for, else the page's, else the record's own."""
    there = languages_of(entry)
    asked = request.args.get("in", "")
    return asked if asked in there else language() if language() in there else there[0]
