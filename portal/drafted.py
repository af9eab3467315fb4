"""What is not public yet as the record that it would be, for showing its page to those who write on it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from harvesters.record import Record
from harvesters.when import first_day

from . import catalogue, forms, uploads
from .catalogue import Entry
from .history import Mark
from .models import Upload


def of_form(session: Session, token: str, agency: str, axis: str, typed: dict[str, Any]) -> Upload:
    """An upload that nothing keeps: the draft that a form belongs to, with what is typed into the form now. A token of
    another agency's draft is as good as one of none."""
    kept = uploads.find(session, token, agency)
    if kept is None:
        return Upload(token=token if uploads.is_token(token) else uploads.new_token(), agency=agency, axis=axis, data=typed, files=[], state="draft")
    own = {name: value for name, value in kept.data.items() if name.startswith("_")}
    return Upload(token=kept.token, agency=kept.agency, axis=kept.axis, data=typed | own, files=list(kept.files), state=kept.state)


def page_of(session: Session, upload: Upload, now: datetime) -> tuple[Entry, Mark, list[forms.Fault]]:
    """The record that an upload would be if it were published now, the version that this would make, and what is
    to be mended before it can be."""
    record, faults = uploads.sketch(session, upload)
    entry, mark = _entry(session, record, now, uploads.correction_note(upload))
    return entry, mark, faults


def _entry(session: Session, record: Record, now: datetime, note: str) -> tuple[Entry, Mark]:
    before = catalogue.find(session, record.number)
    data = record.to_data()
    issued = first_day(record.issued) if record.issued else None
    if before is None:
        entry = Entry(0, record.number, data, "published", "", 1, "created", now, now, now, None, issued, False, None, None, "", None)
        return entry, _mark(entry)
    entry = replace(before, data=data, issued_on=issued)
    entry = replace(entry, state="published", reason="", version=before.version + 1, change="changed", changed_at=now, note=note, raw=None, raw_url=None, withdrawn_at=None)
    return entry, _mark(entry)


def _mark(entry: Entry) -> Mark:
    dates = {name: entry.data.get(name) for name in ("modified", "issued", "valid_from")}
    return Mark(entry.version, entry.state, "", entry.change, entry.changed_at, None, entry.note, None, str(entry.data["title"]), dates)
