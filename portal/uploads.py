"""Uploads: what an officer typed becomes a Record, or a list of what to mend. Nothing typed is ever lost."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Agency as AgencyName
from harvesters.record import Decision, Outcome, Policy, Record, read_number
from harvesters.vocabularies import CHOICES

from . import store
from .models import HIDDEN, Agency, FileLink, KeptFile, RecordRow, StoredFile, Upload
from .typed import Unreadable, read_count, read_decimal, read_lines, read_when, read_words

CLASSES: dict[str, type[Record]] = {"decision": Decision, "policy": Policy, "outcome": Outcome}
Typed = Mapping[str, Any]
Fault = tuple[str, str]
Value = TypeVar("Value")

# Form fields whose names differ from the record's.
_FIELD_OF = {
    "other_identifiers": "document_number", "files": "files", "relations": "relation_target_1", "translations": "translation_title",
    "observations": "observations", "votes": "votes_in_favour", "targets": "target_indicator_1", "consultation": "consultation_opens",
}  # fmt: skip


class Conflict(Exception):
    """The record was changed by someone else since this draft was begun; `version` is the one it has now."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


@dataclass
class _Reading:
    """Reads fields one by one and collects what is wrong with them."""

    typed: Typed
    faults: list[Fault]

    def text(self, name: str) -> str:
        value = self.typed.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def read(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        try:
            return reader(self.text(name))
        except Unreadable as error:
            self.faults.append((name, str(error)))
            return None

    def rows(self, first: str) -> list[int]:
        """The numbers of the rows in which anything was typed."""
        prefix = first.rpartition("_")[0] + "_"
        numbers = {
            int(name.rpartition("_")[2])
            for name in self.typed
            if name.startswith(prefix) and name.rpartition("_")[2].isdigit() and self.text(name)
        }
        return sorted(number for number in numbers if self.text(f"{first}_{number}") or self._row_says(prefix, number))

    def _row_says(self, prefix: str, number: int) -> bool:
        return any(self.text(name) for name in self.typed if name.startswith(prefix) and name.endswith(f"_{number}"))


def read(upload: Upload, agency: AgencyName, files: list[StoredFile]) -> tuple[Record | None, list[Fault]]:
    """The record that an upload says, or what to mend: (form field, message) in the order of the form."""
    reading = _Reading(upload.data, [])
    data = _common(reading, upload, agency, files) | _OF_AXIS[upload.axis](reading)
    if not reading.text("title"):
        reading.faults.append(("title", _("Enter a title")))
    if not reading.text("type"):
        reading.faults.append(("type", _("Choose what kind of record it is")))
    if reading.faults:
        return None, _in_form_order(reading.faults)
    try:
        kept = {name: value for name, value in data.items() if value not in (None, "", (), [], {})}
        return CLASSES[upload.axis](**kept), []
    except ValidationError as error:
        return None, _in_form_order([_fault(one) for one in error.errors()])


def _fault(error: Any) -> Fault:
    name = str(error["loc"][0]) if error["loc"] else "title"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] in ("string_too_long", "too_long"):
        message = _(
            "This has %(length)s characters; shorten it to %(most)s",
            length=len(str(error["input"])),
            most=error["ctx"]["max_length"],
        )
    if name in ("", "__root__"):
        name = "valid_until"
    return _FIELD_OF.get(name, name), message


_ORDER = (
    "type", "title", "summary", "document_number", "issued", "status", "language", "body", "decided_by", "valid_from",
    "valid_until", "indicator", "observations",
)  # fmt: skip


def _in_form_order(faults: list[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: _ORDER.index(fault[0]) if fault[0] in _ORDER else 99)


def _common(reading: _Reading, upload: Upload, agency: AgencyName, files: list[StoredFile]) -> dict[str, Any]:
    language = reading.text("language") or "en"
    document = reading.text("document_number")
    other = "vi" if language != "vi" else "en"
    translation = {
        name: reading.text(f"translation_{name}") for name in ("title", "summary") if reading.text(f"translation_{name}")
    }
    if translation and "title" not in translation:
        reading.faults.append(("translation_title", _("Enter the translated title, or take the translated summary out")))
    subjects = upload.data.get("subjects", [])
    return {
        "source": source_of(agency.slug),
        "identifier": upload.data.get("identifier") or document or upload.token,
        "type": reading.text("type"),
        "title": reading.text("title"),
        "summary": reading.text("summary"),
        "body": reading.text("body"),
        "language": language,
        "publisher": agency,
        "subjects": tuple(subjects if isinstance(subjects, list) else [subjects]),
        "keywords": tuple(read_words(reading.text("keywords"))),
        "issued": reading.read("issued", read_when),
        "status": reading.text("status") or None,
        "other_identifiers": ({"scheme": "document_number", "value": document},) if document else (),
        "landing_page": reading.text("landing_page") or None,
        "license": reading.text("license"),
        "places": tuple(place.upper() for place in read_words(reading.text("places"))),
        "files": tuple(_file(file, upload) for file in files),
        "relations": tuple(_relations(reading)),
        "translations": {other: translation} if translation.get("title") else {},
        "axis_rule": "the officer who published it",
    }


def _file(file: StoredFile, upload: Upload) -> dict[str, Any]:
    return {
        "url": f"/files/{file.sha256}/{file.name}",
        "title": upload.data.get(f"file_title_{file.sha256[:12]}", "") or file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _relations(reading: _Reading) -> list[dict[str, Any]]:
    relations = []
    for row in reading.rows("relation_target"):
        target, kind = reading.text(f"relation_target_{row}"), reading.text(f"relation_type_{row}")
        if target and not kind:
            reading.faults.append((f"relation_type_{row}", _("Choose how this record stands to “%(target)s”", target=target)))
        elif target:
            number = read_number(target)
            relations.append({"type": kind, **({"number": number} if number else {"identifier": target})})
    return relations


def _decision(reading: _Reading) -> dict[str, Any]:
    amount, currency = reading.read("amount", read_decimal), reading.text("currency").upper()
    if amount is not None and not currency:
        reading.faults.append(("currency", _("Choose the currency of the amount")))
    counts = {name: reading.read(f"votes_{name}", read_count) for name in ("in_favour", "against", "abstained", "absent")}
    votes: dict[str, Any] = {name: count for name, count in counts.items() if count is not None}
    if result := reading.text("votes_result"):
        votes["result"] = result
    if roll_call := _roll_call(reading):
        votes["roll_call"] = roll_call
    return {
        "decided_by": reading.text("decided_by"),
        "decision_makers": tuple(read_lines(reading.text("decision_makers"))),
        "votes": votes,
        "legal_basis": tuple(read_lines(reading.text("legal_basis"))),
        "rationale": reading.text("rationale"),
        "amount": {"value": amount, "currency": currency} if amount is not None and currency else None,
        "counterparty": reading.text("counterparty"),
    }


def _roll_call(reading: _Reading) -> list[dict[str, str]]:
    words = {label.casefold(): code for code, term in CHOICES.items() for label in (code, term.en, term.vi)}
    votes = []
    for line in read_lines(reading.text("roll_call")):
        name, _sign, choice = line.rpartition(";")
        code = words.get(choice.strip().casefold())
        if not name.strip() or not code:
            reading.faults.append((
                "roll_call",
                _("“%(line)s” is not a vote; write a name, a semicolon, and for, against, abstain or absent", line=line[:80]),
            ))  # fmt: skip
            break
        votes.append({"name": name.strip(), "choice": code})
    return votes


def _policy(reading: _Reading) -> dict[str, Any]:
    consultation = {
        "opens": reading.read("consultation_opens", read_when),
        "closes": reading.read("consultation_closes", read_when),
        "url": reading.text("consultation_url") or None,
    }
    return {
        "valid_from": reading.read("valid_from", read_when),
        "valid_until": reading.read("valid_until", read_when),
        "objectives": tuple(read_lines(reading.text("objectives"))),
        "targets": tuple(_targets(reading)),
        "consultation": {name: value for name, value in consultation.items() if value} or None,
    }


def _targets(reading: _Reading) -> list[dict[str, Any]]:
    targets = []
    for row in reading.rows("target_indicator"):
        indicator = reading.text(f"target_indicator_{row}")
        if not indicator:
            reading.faults.append((f"target_indicator_{row}", _("Say what is to be reached, or empty the row")))
        target = {
            "indicator": indicator,
            "baseline": reading.read(f"target_baseline_{row}", read_decimal),
            "value": reading.read(f"target_value_{row}", read_decimal),
            "unit": reading.text(f"target_unit_{row}"),
            "due": reading.read(f"target_due_{row}", read_when),
            "responsible": reading.text(f"target_responsible_{row}"),
        }
        targets.append({name: value for name, value in target.items() if value not in (None, "")})
    return targets


def _outcome(reading: _Reading) -> dict[str, Any]:
    return {
        "indicator": reading.text("indicator"),
        "unit": reading.text("unit"),
        "frequency": reading.text("frequency") or None,
        "better": reading.text("better") or None,
        "method": reading.text("method"),
        "observations": tuple(_observations(reading)),
        "due": reading.read("due", read_when),
    }


def _observations(reading: _Reading) -> list[dict[str, Any]]:
    observations = []
    for line in read_lines(reading.text("observations")):
        parts = [part.strip() for part in line.replace("\t", ";").split(";")]
        advice = _("“%(line)s” is not a figure; write period; value, such as 2024; 71.5", line=line[:80])
        if len(parts) < 2 or len(parts) > 3 or not parts[0]:
            reading.faults.append(("observations", advice))
            break
        try:
            value = read_decimal(parts[1])
        except Unreadable as error:
            reading.faults.append(("observations", _("Line “%(line)s”: %(fault)s", line=line[:80], fault=str(error))))
            break
        observations.append({"period": parts[0], "value": value, **({"place": parts[2].upper()} if parts[2:] and parts[2] else {})})
    return observations


_OF_AXIS: dict[str, Callable[[_Reading], dict[str, Any]]] = {"decision": _decision, "policy": _policy, "outcome": _outcome}


def source_of(agency: str) -> str:
    """The source of what an agency's officers publish: desk-<slug>. With a document's number as the identifier the
    same document has the same permanent number on every installation."""
    return f"desk-{agency}"[:100].rstrip("-")


def begin(session: Session, user: int, axis: str, now: datetime, data: dict[str, Any] | None = None) -> Upload:
    """A new draft."""
    upload = Upload(
        token=secrets.token_hex(12), user_id=user, axis=axis, data=data or {}, files=[], state="draft", created_at=now, changed_at=now
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload


def find(session: Session, token: str, user: int) -> Upload | None:
    """A user's own upload."""
    return session.scalar(select(Upload).where(Upload.token == token, Upload.user_id == user))


def drafts(session: Session, user: int) -> list[Upload]:
    """A user's drafts, those changed last first."""
    query = select(Upload).where(Upload.user_id == user, Upload.state == "draft").order_by(Upload.changed_at.desc())
    return list(session.scalars(query.limit(100)))


def files_of(session: Session, upload: Upload) -> list[StoredFile]:
    """The files of an upload, in the order in which they were added."""
    found = {row.sha256: row for row in session.scalars(select(StoredFile).where(StoredFile.sha256.in_(upload.files)))}
    return [found[digest] for digest in upload.files if digest in found]


def find_file(session: Session, sha256: str, user: int | None) -> StoredFile | None:
    """A stored file that `user` (None: a reader) may see: a public one, or one of their own. A file that was kept for
    harvested records goes with them: when the last of them is taken off the pages, it cannot be had either."""
    row = session.get(StoredFile, sha256)
    if row is None or (user is not None and row.user_id == user):
        return row
    return row if row.public and (row.user_id is not None or _is_linked(session, sha256)) else None


def _is_linked(session: Session, sha256: str) -> bool:
    """Whether a kept file is one of a record that readers see, or was not kept for a record at all."""
    kept = select(KeptFile.url_hash).where(KeptFile.sha256 == sha256)
    linked = (
        select(RecordRow.id).join(FileLink, FileLink.record_id == RecordRow.id)
        .where(FileLink.url_hash.in_(kept), RecordRow.state.not_in(HIDDEN))
    )  # fmt: skip
    return session.scalar(kept.limit(1)) is None or session.scalar(linked.limit(1)) is not None


def agency_of(session: Session, slug: str) -> AgencyName:
    """An agency as records name it."""
    row = session.get_one(Agency, slug)
    return AgencyName(
        slug=row.slug, names=row.names, parent=row.parent, place=row.place, homepage=row.homepage,
        identifiers=tuple(row.identifiers or ()),
    )  # fmt: skip


def publish(session: Session, upload: Upload, record: Record, now: datetime) -> str:
    """Put a record live; return its number. Publishing the same upload twice publishes once.

    Raises Conflict when another version than the one this draft began with is there.
    """
    if upload.state == "published" and upload.number:
        return upload.number
    row = session.scalar(select(RecordRow).where(RecordRow.number == record.number))
    if row and row.version != upload.data.get("base_version"):
        raise Conflict(row.version)
    store.save(session, record, now=now, user=upload.user_id)
    for file in files_of(session, upload):
        file.public = True
    upload.state, upload.number, upload.changed_at = "published", record.number, now
    return record.number


def typed_of(record: Record, version: int) -> dict[str, Any]:
    """What an officer would have typed to get this record: for mending a published one."""
    data = record.to_data()
    typed: dict[str, Any] = {
        name: str(data[name])
        for name in ("type", "title", "summary", "body", "language", "issued", "status", "landing_page", "license", "decided_by",
                     "rationale", "counterparty", "valid_from", "valid_until", "indicator", "unit", "frequency", "better", "method", "due")
        if data.get(name)
    }  # fmt: skip
    for name in ("decision_makers", "legal_basis", "objectives"):
        typed[name] = "\n".join(data.get(name, []))
    typed["keywords"], typed["places"] = ", ".join(data.get("keywords", [])), ", ".join(data.get("places", []))
    typed["subjects"] = list(data.get("subjects", []))
    typed["document_number"] = next((one.value for one in record.other_identifiers if one.scheme == "document_number"), "")
    typed |= {f"translation_{name}": words for translation in data.get("translations", {}).values() for name, words in translation.items()}
    typed |= _typed_rows(data) | _typed_votes(data) | {"identifier": record.identifier, "base_version": version}
    if amount := data.get("amount"):
        typed |= {"amount": f"{amount['value']}".rstrip("0").rstrip(".") if "." in amount["value"] else amount["value"], "currency": amount["currency"]}
    typed |= {f"consultation_{name}": value for name, value in (data.get("consultation") or {}).items()}
    typed["observations"] = "\n".join(
        "; ".join(filter(None, [one["period"], one.get("value"), one.get("place")])) for one in data.get("observations", [])
    )
    return {name: value for name, value in typed.items() if value not in ("", [], None)}


def _typed_rows(data: dict[str, Any]) -> dict[str, str]:
    typed = {}
    for row, relation in enumerate(data.get("relations", []), 1):
        typed[f"relation_type_{row}"] = relation["type"]
        typed[f"relation_target_{row}"] = relation.get("number") or relation.get("identifier", "")
    for row, target in enumerate(data.get("targets", []), 1):
        typed |= {f"target_{name}_{row}": str(value) for name, value in target.items()}
    return typed


def _typed_votes(data: dict[str, Any]) -> dict[str, str]:
    votes = data.get("votes") or {}
    typed = {f"votes_{name}": str(value) for name, value in votes.items() if name != "roll_call"}
    typed["roll_call"] = "\n".join(f"{vote['name']}; {vote['choice']}" for vote in votes.get("roll_call", []))
    return typed
