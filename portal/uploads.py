"""Uploads: what officers hand in. A draft keeps everything as it was typed, faults included; publishing makes it a
record of the agency's own source.

Such a record comes from the source `desk-<agency>`, and its identifier there is its document number: the same document
gets the same permanent number on every installation. Where the agency has published a record under that document
number already (many agencies count from one again each year), or where there is none, the identifier is the upload's
token. A record keeps its identifier, whatever is corrected later.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.record import Agency as AgencyName
from harvesters.record import Record, number_of, read_record

from . import catalogue, forms, store
from .db import wait_for_turn
from .filestore import Kept
from .models import HIDDEN, Agency, FileLink, KeptFile, RecordRow, StoredFile, Upload
from .store import Saved

MOST_FILES = 50
_TOKEN = re.compile(r"[0-9a-f]{24}")
# Beside what was typed, an upload that corrects a record remembers which one, and which version of it.
_SOURCE, _IDENTIFIER, _VERSION = "_source", "_identifier", "_version"
_NOTE = "_note"
# What a record says that the form has no field for: by name, what the form says instead, and what the record says.
_MORE = "_more"
_SENT = "_sent"  # it came as data and nobody has changed it by hand


class Conflict(Exception):
    """The record was changed by someone else since this draft was begun; `version` is the one it has now."""

    def __init__(self, begun: int, version: int) -> None:
        super().__init__(f"begun with version {begun}, now it is {version}")
        self.begun, self.version = begun, version


class NotLookedInto(Exception):
    """A file would go public that nobody has looked into; the message names it."""


class TakenOff(Exception):
    """The operator took the record off the pages: it cannot be corrected here."""


@dataclass(frozen=True)
class Proof:
    """What publishing an upload would do: the record, or what to mend; and `twin`, another record of the agency with
    the same document number."""

    record: Record | None
    faults: list[forms.Fault]
    twin: catalogue.Entry | None = None


# A record as the form would have it: see `unfold`.
Unfolded = tuple[dict[str, Any], dict[str, list[Any]], list[Kept]]


def source_of(agency: str) -> str:
    """The source of what an agency's officers publish by hand."""
    source = f"desk-{agency}"
    return source if len(source) <= 100 else f"{source[:89].rstrip('-')}-{hashlib.sha256(agency.encode()).hexdigest()[:10]}"


def agency_of(session: Session, slug: str) -> AgencyName:
    """An agency as records name it; a merged one as the agency it went into."""
    row = session.get_one(Agency, slug)
    if row.merged_into:
        row = session.get_one(Agency, row.merged_into)
    return AgencyName(
        slug=row.slug, names=row.names, parent=row.parent, place=row.place, homepage=row.homepage,
        identifiers=tuple(row.identifiers or ()),
    )  # fmt: skip


def new_token() -> str:
    """A name for an upload that nobody can guess."""
    return secrets.token_hex(12)


def is_token(text: str) -> bool:
    """Whether a text could be the name of an upload."""
    return bool(_TOKEN.fullmatch(text))


def find(session: Session, token: str, agency: str) -> Upload | None:
    """An upload of an agency, whoever of its members began it."""
    if not _TOKEN.fullmatch(token):
        return None
    return session.scalar(select(Upload).where(Upload.token == token, Upload.agency == agency))


def find_or_begin(session: Session, token: str, user: int, agency: str, axis: str, now: datetime) -> Upload:
    """The draft that a form belongs to: the same form sent twice, however quickly, is one draft."""
    if upload := find(session, token, agency):
        return upload
    token = token if _TOKEN.fullmatch(token) else new_token()
    try:
        with session.begin_nested():
            return _begin(session, token, user, agency, axis, now)
    except IntegrityError:
        return find(session, token, agency) or _begin(session, new_token(), user, agency, axis, now)


def _begin(session: Session, token: str, user: int, agency: str, axis: str, now: datetime) -> Upload:
    upload = Upload(token=token, user_id=user, agency=agency, axis=axis, data={}, files=[], state="draft", created_at=now, changed_at=now)
    session.add(upload)
    session.flush()
    return upload


def drafts(session: Session, agency: str) -> list[Upload]:
    """What the members of an agency are writing, those changed last first."""
    query = select(Upload).where(Upload.agency == agency, Upload.state.in_(("draft", "returned")))
    return list(session.scalars(query.order_by(Upload.changed_at.desc(), Upload.id.desc())))


def take(upload: Upload, typed: dict[str, Any], now: datetime) -> bool:
    """Keep what was typed, in the place of what was typed before; whether it is something else."""
    before = dict(upload.data)
    own = {name: value for name, value in upload.data.items() if name.startswith("_") and name != _SENT}
    upload.data = {name: value for name, value in typed.items() if not name.startswith("_")} | own
    upload.changed_at = now
    return upload.data != before


def attach(session: Session, upload: Upload, files: Iterable[Kept], now: datetime) -> int:
    """Add files to an upload; return how many found no room any more."""
    left = 0
    for file in files:
        name = f"{file.sha256}/{file.name}"
        if name in upload.files:
            continue
        if len(upload.files) >= MOST_FILES:
            left += 1
            continue
        # The same content is one file, under whatever name.
        upload.files = [one for one in upload.files if not one.startswith(file.sha256)] + [name]
        _store(session, upload, file, now)
    return left


def detach(upload: Upload, sha256: str) -> None:
    """Take a file out of an upload."""
    upload.files = [name for name in upload.files if not name.startswith(f"{sha256}/")]


def replace_file(session: Session, upload: Upload, former: str, file: Kept, now: datetime) -> None:
    """Put a file in the place of another one, under its title."""
    upload.files = [f"{file.sha256}/{file.name}" if name.startswith(f"{former}/") else name for name in upload.files]
    _store(session, upload, file, now)
    if title := upload.data.get(f"file_title_{former[:12]}"):
        upload.data = {name: value for name, value in upload.data.items() if name != f"file_title_{former[:12]}"} | {f"file_title_{file.sha256[:12]}": title}


def _store(session: Session, upload: Upload, file: Kept, now: datetime) -> None:
    if session.get(StoredFile, file.sha256) is None:
        session.add(StoredFile(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size,
                               user_id=upload.user_id, created_at=now))  # fmt: skip
        session.flush()


def files_of(session: Session, upload: Upload) -> list[Kept]:
    """The files of an upload, under the names its officer gave them, in the order in which they were added."""
    return _kept(session, dict(name.split("/", 1) for name in upload.files))


def _kept(session: Session, names: dict[str, str]) -> list[Kept]:
    if not names:
        return []
    rows = {row.sha256: row for row in session.scalars(select(StoredFile).where(StoredFile.sha256.in_(names)))}
    return [Kept(sha256, name, rows[sha256].media_type, rows[sha256].size) for sha256, name in names.items() if sha256 in rows]


def find_file(session: Session, sha256: str, agency: str | None) -> StoredFile | None:
    """A stored file that a member of `agency` (None: a reader) may see: a public one, or one that is in what the agency
    prepares. A file that was kept for harvested records goes with them: when the last of them is taken off the pages,
    it cannot be had either."""
    row = session.get(StoredFile, sha256) if re.fullmatch(r"[0-9a-f]{64}", sha256) else None
    if row is None or (row.public and (row.user_id is not None or _is_linked(session, sha256))):
        return row
    return row if agency and _is_prepared(session, sha256, agency) else None


def _is_prepared(session: Session, sha256: str, agency: str) -> bool:
    """Whether a file is in an upload that an agency has not published yet."""
    open_ones = session.scalars(select(Upload.files).where(Upload.agency == agency, Upload.state != "published"))
    return any(name.startswith(sha256) for files in open_ones for name in files)


def _is_linked(session: Session, sha256: str) -> bool:
    """Whether a kept file is one of a record that readers see, or was not kept for a record at all."""
    kept = select(KeptFile.url_hash).where(KeptFile.sha256 == sha256)
    linked = (
        select(RecordRow.id).join(FileLink, FileLink.record_id == RecordRow.id)
        .where(FileLink.url_hash.in_(kept), RecordRow.state.not_in(HIDDEN))
    )  # fmt: skip
    return session.scalar(kept.limit(1)) is None or session.scalar(linked.limit(1)) is not None


def prove(session: Session, upload: Upload) -> Proof:
    """What would be published for the upload's agency, or what to mend."""
    return _prove(session, upload, forms.read)


def sketch(session: Session, upload: Upload) -> tuple[Record, list[forms.Fault]]:
    """The record that an unfinished upload says so far, and what is to be mended before it can be published."""
    proof = _prove(session, upload, forms.sketch)
    assert proof.record
    return proof.record, proof.faults


def _prove(session: Session, upload: Upload, read: Callable[..., forms.Reading]) -> Proof:
    source = str(upload.data.get(_SOURCE) or source_of(upload.agency))
    identifier, twin = _identifier(session, upload, source)
    reading = read(
        upload.axis,
        upload.data,
        source=source,
        identifier=identifier,
        publisher=agency_of(session, upload.agency),
        files=files_of(session, upload),
    )
    return Proof(whole(reading.record, upload.data.get(_MORE) or {}), reading.faults, twin)


def whole(record: Record | None, more: dict[str, list[Any]]) -> Record | None:
    """A record that was read from the form with what the form could not say of it. `more`: by field what the form said of
    it then, and what the record says; where something was changed in the form since, the rest of the field stays."""
    if record is None or not more:
        return record
    data = record.to_data()
    kept = {name: forms.kept(data.get(name), said, all_of_it) for name, (said, all_of_it) in more.items()}
    return read_record({name: value for name, value in (data | kept).items() if value is not None})


def _identifier(session: Session, upload: Upload, source: str) -> tuple[str, catalogue.Entry | None]:
    """The identifier that a record gets, and the other record that has its document number, if there is one."""
    if kept := upload.data.get(_IDENTIFIER):
        return str(kept), None
    document = " ".join(str(upload.data.get("document_number", "")).split())
    if not document:
        return upload.token, None
    twin = next(iter(catalogue.find_by_identifier(session, document, source)), None)
    is_taken = twin or catalogue.find(session, number_of(source, document))
    return (upload.token if is_taken else document), twin


def seal(upload: Upload) -> str:
    """What tells one wording of an upload from every other one: a reviewer approves what they have seen, not what came since."""
    said = json.dumps([upload.data, upload.files], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def is_correction(upload: Upload) -> bool:
    """Whether an upload is a next version of a published record."""
    return bool(upload.data.get(_VERSION))


def number_of_corrected(upload: Upload) -> str | None:
    """The number of the record that an upload corrects."""
    return number_of(str(upload.data.get(_SOURCE) or source_of(upload.agency)), str(upload.data[_IDENTIFIER])) if is_correction(upload) else None


def correction_note(upload: Upload) -> str:
    """What readers are told about a correction; nothing for a record that is new."""
    return str(upload.data.get(_NOTE, "")) if is_correction(upload) else ""


def set_note(upload: Upload, words: str) -> None:
    """Keep what readers are to be told about a correction."""
    upload.data = upload.data | {_NOTE: words}


def correct(session: Session, entry: catalogue.Entry, user: int, agency: str, now: datetime) -> Upload:
    """A draft of a record's next version: one that a member has begun on the same version, or a new one."""
    beginning = {_SOURCE: entry.source, _IDENTIFIER: str(entry.data["identifier"]), _VERSION: entry.version}
    for draft in drafts(session, agency):
        if draft.axis == entry.axis and all(draft.data.get(name) == value for name, value in beginning.items()):
            return draft
    upload = _begin(session, new_token(), user, agency, entry.axis, now)
    fill(session, upload, entry.record, entry.version)
    return upload


def propose(session: Session, record: Record, version: int, user: int, agency: str, now: datetime, unfolded: Unfolded | None = None) -> Upload:
    """An upload that says a record which came as data: the one that came before and that nobody changed, or a new one.
    `version`: that of the published record whose next version it is; 0 for a record that is new."""
    waiting = select(Upload).where(Upload.agency == agency, Upload.axis == record.axis, Upload.state.in_(("draft", "returned", "submitted")))
    named = (record.source, record.identifier, True)
    same = (one for one in session.scalars(waiting) if (one.data.get(_SOURCE), one.data.get(_IDENTIFIER), one.data.get(_SENT)) == named)
    upload = next(same, None) or _begin(session, new_token(), user, agency, record.axis, now)
    upload.state, upload.changed_at = "draft", now
    fill(session, upload, record, version, unfolded)
    upload.data = upload.data | {_SENT: True}
    return upload


def draft_of(record: Record, unfolded: Unfolded, agency: str) -> Upload:
    """What `propose` would write down, to be looked at only: no session knows it."""
    upload = Upload(token="", agency=agency, axis=record.axis)
    _fill(upload, record, 0, unfolded)
    return upload


def fill(session: Session, upload: Upload, record: Record, version: int, unfolded: Unfolded | None = None) -> None:
    """Let an upload say a record, whole; `version` as for `propose`. `unfolded`: where that was done before."""
    _fill(upload, record, version, unfolded or unfold(session, record))


def _fill(upload: Upload, record: Record, version: int, unfolded: Unfolded) -> None:
    typed, more, files = unfolded
    upload.files = [f"{file.sha256}/{file.name}" for file in files]
    upload.data = typed | {_SOURCE: record.source, _IDENTIFIER: record.identifier, _VERSION: version} | ({_MORE: more} if more else {})


def unfold(session: Session, record: Record) -> Unfolded:
    """A record as the form would have it: what one would type, what the form cannot say of it (see `whole`), its kept files."""
    typed = forms.refill(record)
    names = dict(file.url.removeprefix("/files/").split("/", 1) for file in record.files if file.sha256)
    files = _kept(session, names)
    reading = forms.read(record.axis, typed, source=record.source, identifier=record.identifier, publisher=record.publisher, files=files)
    all_of_it, said = record.to_data(), reading.record.to_data() if reading.record else {}
    names_of_both = all_of_it.keys() | said.keys()
    return typed, {name: [said.get(name), all_of_it.get(name)] for name in names_of_both if said.get(name) != all_of_it.get(name)}, files


def take_turn(session: Session, record: Record) -> None:
    """Be the only one who publishes for the agency until the transaction ends. To be called before anything is written into the log:
    who writes there first and waits for this afterwards would wait for ever for who does it the other way round."""
    wait_for_turn(session, record.source)


def publish(session: Session, upload: Upload, record: Record, user: int | None, now: datetime) -> Saved:
    """Put a record live. Publishing the same upload twice publishes once.

    Raises Conflict when the record has another version than the one that this draft was begun with: call `accept_version`
    first to put it in its place all the same. Raises TakenOff, and NotLookedInto for files that nobody has looked into: the
    last door before the public, whatever was asked before it.
    """
    session.flush()
    take_turn(session, record)
    session.refresh(upload)
    if upload.state == "published":
        return Saved.UNCHANGED
    row = session.scalar(select(RecordRow).where(RecordRow.number == record.number).execution_options(populate_existing=True))
    begun = int(upload.data.get(_VERSION, 0))
    if row and row.state == "unpublished":
        raise TakenOff(record.number)
    if row and row.version != begun:
        raise Conflict(begun, row.version)
    hashes = [file.sha256 for file in record.files]
    stored = list(session.scalars(select(StoredFile).where(StoredFile.sha256.in_(hashes)).execution_options(populate_existing=True)))
    if unseen := [file.name for file in stored if file.report is None and not file.public]:
        raise NotLookedInto(", ".join(unseen))
    saved = store.save(session, record, now=now, user=user, note=correction_note(upload))
    for file in stored:
        file.public = True
    upload.state, upload.number, upload.changed_at = "published", record.number, now
    upload.publish_at = None  # an embargo's address stays: it leads to the record now
    return saved


def accept_version(upload: Upload, record: Record, version: int) -> None:
    """The officer has been told of that version: what they publish next takes its place."""
    upload.data = upload.data | {_SOURCE: record.source, _IDENTIFIER: record.identifier, _VERSION: version}


def sources_of(session: Session, agency: str) -> list[str]:
    """The sources of what an agency's officers published: its own, and those of agencies that were merged into it."""
    return [source_of(slug) for slug in catalogue.with_former(session, agency)]


def find_own(session: Session, number: str, agency: str, *, hidden: bool = False) -> catalogue.Entry | None:
    """A record that the agency's officers published by hand; those that are not shown any more only if `hidden`."""
    entry = catalogue.find(session, number, past=hidden)
    if entry is None or entry.source not in sources_of(session, agency):
        return None
    return entry if hidden or entry.state not in HIDDEN else None
