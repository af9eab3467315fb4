"""The versions of a record: each as a page like the record's own, and the one that was known on a day."""

import csv
import io
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import Outcome

from .. import comparison, errors, exports, figures, history, inforce, zones
from ..announced import Announcement
from ..catalogue import Entry, Version
from ..deciding import said_in
from ..history import Mark
from ..i18n import language, show_when
from ..inforce import InForce
from ..look import base_url
from ..parts import here
from ..zones import Days
from .opening import as_it_was, chosen_language, languages_of, open_entry, opening_of
from .records import blueprint, send_raw

_PER_PAGE = 50
# What a version's page shows in its own way, or beside.
_SHOWN_APART = frozenset({"title", "summary", "body", "observations", "files", "votes", "type", "status"})
# What its aside shows.
_SHOWN_ASIDE = frozenset({
    "issued", "valid_from", "valid_until", "other_identifiers", "publisher", "subjects", "keywords", "places", "language", "license",
    "decided_by", "decision_makers", "amount", "counterparty", "indicator", "unit", "frequency", "due",
})  # fmt: skip


@blueprint.get("/<number>/versions")
def versions(number: str) -> str | Answer:
    """The history of a record, fifty versions a page."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        found = history.marks(session, entry)
        pages = max(1, -(-len(found) // _PER_PAGE))
        page = _page(request.args.get("page", "1"), pages)
        shown = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        told = history.announcements(session, entry, found[(page - 1) * _PER_PAGE : page * _PER_PAGE + 1])
        days = _days(session)
    return render_template(
        "records/versions.html", entry=entry, versions=shown, told=told, every=found, page=page, pages=pages, days=days,
        page_address=lambda page: url_for("records.versions", number=entry.number, page=page),
    )  # fmt: skip


def _page(typed: str, last: int) -> int:
    if not typed.isdecimal() or not 1 <= int(typed[:9]) <= last:
        raise errors.BadParameter("page", typed[:40], ngettext("there is %(num)s page", "there are %(num)s pages", last))
    return int(typed)


@blueprint.get("/<number>/versions.<any(json, csv):format>")
def versions_data(number: str, format: str) -> Answer:
    """The history of a record as data."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        found = history.marks(session, entry)
        told = history.announcements(session, entry, found)
    rows = [mark_data(entry, mark, told.get(mark.version)) for mark in found]
    if format == "json":
        return _json({"number": entry.number, "url": f"{base_url()}/records/{entry.number}", "versions": rows})
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: exports.harmless(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows)
    response = Response(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{entry.number}-versions.csv"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def mark_data(entry: Entry, mark: Mark, told: Announcement | None) -> dict[str, Any]:
    """A version without what it says, as data. `announced` is null where that is not asked: for the first version, and for
    what the agency did not change."""
    address = f"{base_url()}/records/{entry.number}/versions/{mark.version}"
    return {
        "version": mark.version,
        "change": mark.change,
        "state": mark.state,
        "changed_at": _moment(mark.changed_at),
        "until": _moment(mark.until) if mark.until else None,
        "note": mark.note,
        "announced": None if told is None else not told.missing,
        "announced_by": told.way if told else None,
        "url": address if mark.shown else None,
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(data: dict[str, Any], status: int = 200) -> Answer:
    response = Response(exports.to_json(data), mimetype="application/json", status=status)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/<number>/versions/<int:version>/raw")
def version_raw(number: str, version: int) -> Answer:
    """What the agency sent when a record had that version."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        chosen = history.version_of(session, entry, version)
    content = here().raw.get(chosen.raw) if chosen and chosen.raw else None
    if content is None:
        abort(404)
    return send_raw(content, f"{entry.number}-{version}")


def _chosen(session: Session, number: str, version: int) -> tuple[Entry, Version, list[Mark], dict[int, Announcement]] | Answer:
    entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    chosen = history.version_of(session, entry, version)
    if chosen is None:
        abort(404)
    found = history.marks(session, entry)
    place = next(place for place, mark in enumerate(found) if mark.version == version)
    return entry, chosen, found, history.announcements(session, entry, found[place : place + 2])


@blueprint.get("/<number>/versions/<int:version>")
def version(number: str, version: int) -> str | Answer:
    """What a record said in one of its versions, as a page like the record's own."""
    with here().database.read() as session:
        chosen = _chosen(session, number, version)
        days = _days(session)
    if not isinstance(chosen, tuple):
        return chosen
    entry, one, found, told = chosen
    return render_template(
        "records/version.html", entry=entry, versions=found, told=told.get(version), days=days,
        mark=next(mark for mark in found if mark.version == version), shown_aside=_SHOWN_ASIDE, **_said(as_it_was(entry, one), one),
    )  # fmt: skip


def _said(past: Entry, one: Version, day: date | None = None) -> dict[str, Any]:
    """What a page needs to show what a record said in a version."""
    record, tongue = past.record, chosen_language(past)
    title, title_language = past.text("title", tongue)
    return {
        "past": past,
        "chosen": one,
        "record": record,
        "title": title,
        "title_language": title_language,
        "summary": past.text("summary", tongue),
        "opening": opening_of(past, one.version, day),
        "figures": figures.figures_of(record, [], []) if isinstance(record, Outcome) else None,
        "deciding": said_in(record),
        "fields": [field for field in comparison.fields_of(record, language()) if field.name not in _SHOWN_APART and not field.name.startswith("translations.")],
        "tongues": languages_of(past),
        "tongue": tongue,
    }


@blueprint.get("/<number>/versions/<int:version>.json")
def version_data(number: str, version: int) -> Answer:
    """What a record said in one of its versions, as data."""
    with here().database.read() as session:
        chosen = _chosen(session, number, version)
    if not isinstance(chosen, tuple):
        return chosen
    entry, one, found, told = chosen
    mark = next(mark for mark in found if mark.version == version)
    return _json({"number": entry.number, **mark_data(entry, mark, told.get(version)), "current": version == entry.version, "record": one.data})


@blueprint.get("/<number>/as-of")
def ask_as_of(number: str) -> Answer:
    """The form's way to the page of a day (date=2024-02-29)."""
    typed = request.args.get("date", "").strip()
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        today = _days(session).of(entry.data["publisher"])
    return redirect(url_for("records.as_of", number=number, day=typed[:40] or today.isoformat()), 303)


@dataclass(frozen=True)
class AsOf:
    """A record at the end of a day where its agency is: the version that was known (nothing before the first), what it said where
    that may be shown, and what was in force."""

    entry: Entry
    day: date
    days: Days
    zone: str
    marks: Sequence[Mark]
    mark: Mark | None
    version: Version | None
    force: InForce

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come to be known on that day."""
        return self.day < self.days.in_zone(self.zone)


def read_as_of(session: Session, number: str, day: str) -> AsOf | Answer:
    """The record as of a day that an address names, or the answer to give instead."""
    entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    days = _days(session)
    zone = days.zone(entry.data["publisher"])
    asked = _read_day(day, days.in_zone(zone), zone)
    if isinstance(asked, tuple):
        return make_response(render_template("records/no_day.html", entry=entry, reason=asked, days=days), asked[0])
    found = history.marks(session, entry)
    known = history.known_at(found, zones.end_of(asked, zone))
    one = history.version_of(session, entry, known.version) if known and known.shown else None
    return AsOf(entry, asked, days, zone, found, known, one, inforce.on(session, entry, asked))


@blueprint.get("/<number>/as-of/<day>")
def as_of(number: str, day: str) -> str | Answer:
    """What this portal knew of a record at the end of a day, and what was in force on it."""
    with here().database.read() as session:
        found = read_as_of(session, number, day)
    return show_as_of(found) if isinstance(found, AsOf) else found


def show_as_of(found: AsOf) -> Answer:
    """The page of a record as of a day: 404 where nothing can be shown of it."""
    said = _said(as_it_was(found.entry, found.version), found.version, found.day) if found.version else {}
    page = render_template(
        "records/as_of.html", entry=found.entry, day=found.day, days=found.days, zone=found.zone, mark=found.mark, first=found.marks[-1], force=found.force, **said,
    )  # fmt: skip
    return make_response(page, 200 if found.version else 404)


@blueprint.get("/<number>/as-of/<day>.json")
def as_of_data(number: str, day: str) -> Answer:
    """What this portal knew of a record at the end of a day, and what was in force on it, as data."""
    now = datetime.now(UTC)
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        zone = _days(session).zone(entry.data["publisher"])
        asked = _read_day(day, zones.day_in(zone, now), zone)
        if isinstance(asked, tuple):
            return errors.problem(asked[0], asked[1], asked[2], day=day[:40])
        found = history.marks(session, entry)
        known = history.known_at(found, zones.end_of(asked, zone))
        one = history.version_of(session, entry, known.version) if known and known.shown else None
        force = inforce.on(session, entry, asked)
    end = min(zones.end_of(asked, zone), now)
    return _json(
        {
            "number": entry.number,
            "day": asked.isoformat(),
            "time_zone": zone,
            "known_at": _moment(end),
            "known": mark_data(entry, known, None) if known else None,
            "first_known": _moment(found[-1].changed_at),
            "in_force": _force_data(force),
            "record": one.data if one else None,
        },
        200 if one else 404,
    )


def _force_data(force: InForce) -> dict[str, Any]:
    base = base_url()
    return {
        "state": force.state,
        "from": force.since,
        "from_is_date_of_issue": force.by_issue,
        "until": force.until,
        "instead": f"{base}/records/{force.instead.number}" if force.instead else None,
        "amended_by": [f"{base}/records/{one.number}" for one in force.amended_by],
        "amended_since_by": [f"{base}/records/{one.number}" for one in force.amended_since],
    }


def _days(session: Session) -> Days:
    return zones.days(session, here(), datetime.now(UTC))


def _read_day(typed: str, today: date, zone: str) -> date | tuple[int, str, str]:
    """The day that was asked for; or status, title and words of the answer to a day that there is not, or not yet."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", typed, re.ASCII)
    if not match:
        return 400, _("This is not a day"), _("“%(day)s” is not a day as this address writes it. Write year, month and day, such as 2024-02-29.", day=typed[:40])
    year, month, day = (int(part) for part in match.groups())
    if year == 0 or not 1 <= month <= 12 or day == 0:
        return 400, _("There is no such day"), _("“%(day)s” is not in the calendar. Write year, month and day, such as 2024-02-29.", day=typed)
    last = monthrange(year, month)[1]
    if day > last:
        shown = show_when(f"{year:04}-{month:02}").striptags()
        return 400, _("There is no such day"), ngettext("%(month)s had %(num)s day.", "%(month)s had %(num)s days.", last, month=shown)
    found = date(year, month, day)
    if found > today:
        return 404, _("That day has not come yet"), _("Where this agency is (%(zone)s), today is %(today)s. What will be known on %(day)s cannot be told.",
                                                      zone=zone, today=show_when(today).striptags(), day=show_when(found).striptags())  # fmt: skip
    return found
