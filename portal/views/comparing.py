"""Two versions of a record, or two records that are versions of one text, compared: inline, side by side, and as data."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import read_number

from .. import catalogue, changelist, changesets, errors, exports, history
from ..announced import Announcement
from ..catalogue import Entry
from ..changesets import Changeset
from ..history import Mark
from ..i18n import language
from ..look import base_url
from ..parts import here
from .opening import as_it_was, open_entry
from .records import blueprint
from .versions import mark_data

_STEPS = 50  # versions between the two that are told one by one


@dataclass(frozen=True)
class Step:
    """A version that lies behind the older and not behind the newer of the two, and how it was announced."""

    mark: Mark
    told: Announcement | None


@blueprint.get("/<number>/compare")
def ask_compare(number: str) -> Answer:
    """The form's way to a comparison (old=1, new=2)."""
    versions: dict[str, Any] = {}
    for name in ("old", "new"):
        typed = request.args.get(name, "")
        if not typed.isdecimal() or len(typed) > 9:
            raise errors.BadParameter(name, typed[:40], _("write the number of a version"))
        versions[name] = int(typed)
    return redirect(url_for("records.compare", number=number, **versions), 303)


@blueprint.get("/<number>/compare/<int:old>..<int:new>")
def compare(number: str, old: int, new: int) -> str | Answer:
    """What changed between two versions."""
    with here().database.read() as session:
        found = _pair(session, number, old, new)
        if not isinstance(found, tuple):
            return found
        entry, before, after = found
        steps, left = _steps(session, entry, old, new)
        marks = history.marks(session, entry)
    changes = _changes(before, after)
    return _page(changes, entry=entry, before=before, after=after, steps=steps, left=left, marks=marks, records=False)


@blueprint.get("/<number>/compare/<int:old>..<int:new>.json")
def compare_data(number: str, old: int, new: int) -> Answer:
    """What changed between two versions, as data."""
    with here().database.read() as session:
        found = _pair(session, number, old, new)
        if not isinstance(found, tuple):
            return found
        entry, before, after = found
        steps, _left = _steps(session, entry, old, new)
    address = f"{base_url()}/records/{entry.number}"
    changes = _changes(before, after)
    return _json(
        {
            "number": entry.number,
            "from": {"version": old, "changed_at": _moment(before), "url": f"{address}/versions/{old}"},
            "to": {"version": new, "changed_at": _moment(after), "url": f"{address}/versions/{new}"},
            "versions": [mark_data(entry, step.mark, step.told) for step in steps],
            "changes": changelist.rows_of(changes),
            **changesets.data_of(changes),
        }
    )


@blueprint.get("/<number>/compare/<int:old>..<int:new>.csv")
def compare_table(number: str, old: int, new: int) -> Answer:
    """What changed between two versions, a row a change; what was said of the versions between comes first."""
    with here().database.read() as session:
        found = _pair(session, number, old, new)
        if not isinstance(found, tuple):
            return found
        entry, before, after = found
        steps, _left = _steps(session, entry, old, new)
    said = [
        {
            "what": "version",
            "kind": None if step.told is None else "unannounced" if step.told.missing else "announced",
            "after": f"{step.mark.version}, {step.mark.changed_at.astimezone(UTC):%Y-%m-%d}",
            "notes": step.mark.note or None,
        }
        for step in steps
    ]
    return _csv(changelist.rows_of(_changes(before, after), said), f"{entry.number}-{old}-{new}")


@blueprint.get("/<number>/compare/with/<other>")
def compare_with(number: str, other: str) -> str | Answer:
    """What differs between two records, such as two dated versions of one law."""
    with here().database.read() as session:
        found = _two(session, number, other)
    if not isinstance(found, tuple):
        return found
    before, after = found
    return _page(_changes(before, after), entry=after, before=before, after=after, steps=[], left=0, marks=[], records=True)


@blueprint.get("/<number>/compare/with/<other>.json")
def compare_with_data(number: str, other: str) -> Answer:
    """What differs between two records, as data."""
    with here().database.read() as session:
        found = _two(session, number, other)
    if not isinstance(found, tuple):
        return found
    before, after = found
    sides = {name: {"number": one.number, "url": f"{base_url()}/records/{one.number}"} for name, one in (("from", before), ("to", after))}
    changes = _changes(before, after)
    return _json({**sides, "changes": changelist.rows_of(changes), **changesets.data_of(changes)})


@blueprint.get("/<number>/compare/with/<other>.csv")
def compare_with_table(number: str, other: str) -> Answer:
    """What differs between two records, a row a change."""
    with here().database.read() as session:
        found = _two(session, number, other)
    if not isinstance(found, tuple):
        return found
    before, after = found
    return _csv(changelist.rows_of(_changes(before, after)), f"{before.number}-{after.number}")


def _pair(session: Session, number: str, old: int, new: int) -> tuple[Entry, Entry, Entry] | Answer:
    entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    before, after = history.version_of(session, entry, old), history.version_of(session, entry, new)
    if before is None or after is None:
        abort(404)
    return entry, as_it_was(entry, before), as_it_was(entry, after)


def _two(session: Session, number: str, other: str) -> tuple[Entry, Entry] | Answer:
    entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    typed = read_number(other)
    second = catalogue.find(session, typed) if typed else None
    if second is None or second.state == "unpublished":
        abort(404)
    return entry, second


def _steps(session: Session, entry: Entry, old: int, new: int) -> tuple[list[Step], int]:
    """The versions that lead from one to the other, the newest first, and how many are left out."""
    first, last = min(old, new), max(old, new)
    marks = [mark for mark in history.marks(session, entry) if first <= mark.version <= last]
    shown = marks[: _STEPS + 1]
    told = history.announcements(session, entry, shown)
    steps = [Step(mark, told.get(mark.version)) for mark in shown if mark.version > first]
    return steps, len(marks) - 1 - len(steps)


def _changes(before: Entry, after: Entry) -> Changeset:
    return changesets.changeset_of(before.record, after.record, language(), here().settings.comparisons_dir)


def _page(changes: Changeset, **shown: Any) -> str:
    view = request.args.get("view", "inline")
    if view not in ("inline", "side"):
        raise errors.BadParameter("view", view[:40], _("write inline or side"))
    typed = request.args.get("part", "1")
    if not typed.isdecimal() or not 1 <= int(typed[:9]) <= changes.pages:
        raise errors.BadParameter("part", typed[:40], ngettext("there is %(num)s part", "there are %(num)s parts", changes.pages))
    page = int(typed)

    def address(part: int = 1, view: str = view) -> str:
        more = {name: value for name, value in (("part", part), ("view", view)) if value not in (1, "inline")}
        return url_for(str(request.endpoint), **{**(request.view_args or {}), **more})

    fields = [changesets.cut(one) for one in changes.fields] if page == 1 else []
    return render_template(
        "records/compare.html", changes=changes, fields=fields, rows=changes.rows(page), pieces=changes.on(page), page=page, view=view,
        address=address, twins=_twins(shown["before"], shown["after"], shown["records"]), **shown,
    )  # fmt: skip


def _twins(before: Entry, after: Entry, records: bool) -> list[tuple[str, str, str, str]]:
    """The comparison as data."""
    ends: dict[str, Any] = {"number": before.number, "other": after.number} if records else {"number": after.number, "old": before.version, "new": after.version}
    name = "compare_with" if records else "compare"
    return [
        ("CSV", url_for(f"records.{name}_table", **ends), "text/csv", _("a row a change, with the words before and after")),
        ("JSON", url_for(f"records.{name}_data", **ends), "application/json", _("the same, and word by word")),
    ]


def _moment(entry: Entry) -> str:
    return entry.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(rows: list[changelist.Row], name: str) -> Answer:
    bom = request.args.get("bom", "0")
    if bom not in ("0", "1"):
        raise errors.BadParameter("bom", bom[:40], _("use 1 for a byte order mark, 0 for none"))
    response = Response("".join(changelist.csv_lines(rows, bom=bom == "1")), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _json(data: dict[str, Any]) -> Answer:
    response = Response(exports.to_json(data), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)
