"""Records that agencies send as data: checked as those of the form are, and put live, or handed in where another person
has to see them first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Decision, Outcome, Policy, Record, number_of, read_number

from . import audit, catalogue, keys, publishing, safety, uploads, workflow
from .keys import Caller
from .models import Holding, RecordRow, StoredFile, Upload
from .typed import shown

_CLASSES: dict[str, type[Record]] = {"decision": Decision, "policy": Policy, "outcome": Outcome}
_RULE = "chosen by the agency that published it"
_GIVEN = ("record", "publish", "note", "answer", "check")


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one value: where it stands, such as `record.targets.0.value`, the value, and what to write."""

    path: str
    value: str
    message: str


class Refused(Exception):
    """Nothing was done. `status` is that of HTTP."""

    def __init__(self, status: int, title: str, detail: str = "", mistakes: Sequence[Mistake] = (), **more: Any) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.mistakes, self.more = status, title, detail, list(mistakes), more


@dataclass(frozen=True)
class Sent:
    """What a program sends: the record, whether to put it live, what readers are told about a correction, and why what
    was found in it may go out. `check`: only say what would be done."""

    record: dict[str, Any]
    publish: bool = True
    note: str = ""
    answer: str = ""
    check: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of it. `state`: published, unchanged, submitted, draft, or checked where only that was asked."""

    state: str
    number: str
    version: int
    created: bool
    token: str = ""
    findings: list[dict[str, str]] = field(default_factory=list)


def read_sent(content: Any) -> Sent:
    """What a program sent. Raises Refused for what is not understood."""
    if not isinstance(content, dict) or not isinstance(content.get("record"), dict):
        raise Refused(422, _("This is not a record"), _("Send a JSON object with the field “record”, itself an object."))
    kinds = {"record": dict, "publish": bool, "note": str, "answer": str, "check": bool}
    mistakes = [Mistake(name, shown(str(content[name])), _("is not known here; use %(known)s", known=", ".join(_GIVEN))) for name in content if name not in kinds]
    mistakes += [
        Mistake(name, shown(str(content[name])), _("is not of the right kind; write %(kind)s", kind={bool: "true, false", str: "a text"}.get(kind, "an object")))
        for name, kind in kinds.items() if name in content and not isinstance(content[name], kind)
    ]  # fmt: skip
    if mistakes:
        raise Refused(422, _("This is not a record"), mistakes=mistakes)
    return Sent(**content)


def version_of(session: Session, number: str) -> int:
    """The version that a record has now; 0 where there is none."""
    return session.scalar(select(RecordRow.version).where(RecordRow.number == number)) or 0


def find_own(session: Session, caller: Caller, identifier: str) -> catalogue.Entry | None:
    """The agency's record of that identifier or number, also one that was taken back."""
    numbers = (number_of(source, " ".join(identifier.split())) for source in uploads.sources_of(session, caller.agency))
    found = (uploads.find_own(session, number, caller.agency, hidden=True) for number in (*numbers, read_number(identifier)) if number)
    return next((entry for entry in found if entry), None)


def read(session: Session, caller: Caller, data: dict[str, Any], identifier: str = "") -> Record:
    """The record that was sent, as its agency's own. Without `identifier` its own one counts, or its document number.
    Raises Refused with every mistake at once."""
    axis = data.get("axis")
    if not isinstance(axis, str) or axis not in _CLASSES:
        mistake = Mistake("record.axis", shown(str(axis)), _("is not an axis; write one of %(known)s", known=", ".join(_CLASSES)))
        raise Refused(422, _("The record has mistakes"), mistakes=[mistake])
    source, publisher = uploads.source_of(caller.agency), uploads.agency_of(session, caller.agency)
    if identifier and (entry := find_own(session, caller, identifier)):
        source, identifier = entry.source, str(entry.data["identifier"])
    mistakes = [
        Mistake(f"record.{name}", shown(str(data[name])), _("is told by your key; leave it out"))
        for name, own in (("source", source), ("publisher", publisher.model_dump(mode="json", exclude_defaults=True)))
        if name in data and data[name] != own
    ]  # fmt: skip
    identifier = " ".join(identifier.split()) or identifier_of(data)
    if not identifier:
        mistakes.append(Mistake("record.identifier", "", _("is missing; give the number under which your agency knows the record")))
    files, wrong = _files(session, caller, data.get("files"))
    own = {"source": source, "publisher": publisher, "identifier": identifier, "axis": axis, "axis_rule": _RULE}
    try:
        record = _CLASSES[axis](**(data | own | ({"files": files} if files is not None else {})))
    except ValidationError as error:
        mistakes += [_mistake(one) for one in error.errors(include_url=False) if identifier or one["loc"] != ("identifier",)]  # said above
    except TypeError:
        mistakes.append(Mistake("record", "", _("has a field whose name is not a word")))
    if mistakes := [*mistakes, *wrong]:
        raise Refused(422, _("The record has mistakes"), mistakes=mistakes)
    return record


def identifier_of(data: dict[str, Any]) -> str:
    """The identifier that a record says of itself: its own, else its document number."""
    own = data.get("identifier")
    return " ".join((own if isinstance(own, str) and own.strip() else _document_number(data)).split())


def _mistake(error: Any) -> Mistake:
    path = ".".join(("record", *(str(part) for part in error["loc"])))
    value = "" if error["type"] == "missing" else shown(str(error["input"]))
    message = _("is not a field of such a record") if error["type"] == "extra_forbidden" else str(error["msg"]).removeprefix("Value error, ")
    return Mistake(path, value, message)


def _document_number(data: dict[str, Any]) -> str:
    others = data.get("other_identifiers")
    numbers = (one.get("value") for one in (others if isinstance(others, list) else ()) if isinstance(one, dict) and one.get("scheme", "document_number") == "document_number")
    return next((number for number in numbers if isinstance(number, str)), "")


def _files(session: Session, caller: Caller, given: Any) -> tuple[list[Any] | None, list[Mistake]]:
    """The files of a record; one that was sent before is named by its `sha256` alone."""
    if not isinstance(given, list):
        return None, []
    files, mistakes = [], []
    for place, one in enumerate(given):
        if not isinstance(one, dict) or not isinstance(one.get("sha256"), str):
            files.append(one)
            continue
        # Locked, so that it is not cleared away before this has been written down.
        row = session.get(StoredFile, one["sha256"], with_for_update={"read": True})
        if row is None or not _may_name(session, caller, row):
            mistakes.append(Mistake(f"record.files.{place}.sha256", shown(one["sha256"]), _("is no file that was sent with this key; send it to /api/v1/files first")))
            continue
        name = name_of_file(session, caller, row)
        told = {"url": f"/files/{row.sha256}/{name}", "title": name, "media_type": row.media_type, "size": row.size}
        files.append(told | {name: value for name, value in one.items() if name not in told or name == "title"})
    return files, mistakes


def name_of_file(session: Session, caller: Caller, row: StoredFile) -> str:
    """What the caller's agency calls a file: what another one that sent the same content calls it is told to nobody."""
    held = session.get(Holding, (caller.agency, row.sha256))
    return (held.name if held else "") or row.name


def _may_name(session: Session, caller: Caller, row: StoredFile) -> bool:
    """Whether a file is the caller's to publish: everybody's, or sent by the agency, whoever else sent the same content before."""
    if row.public or row.user_id == caller.user or session.get(Holding, (caller.agency, row.sha256)) is not None:
        return True
    return uploads.find_file(session, row.sha256, caller.agency) is not None


@dataclass(frozen=True)
class Prepared:
    """A record that was sent, read and checked: everything that takes long, done before anything is written, so that others
    who write do not wait for it. `proof`: what would go live; `told`: what was found in its words. What was found in its files is asked
    for when it is written: looks into them may end meanwhile."""

    record: Record
    unfolded: uploads.Unfolded
    proof: uploads.Proof
    told: list[safety.Told]


def prepare(session: Session, caller: Caller, sent: Sent, identifier: str = "") -> Prepared:
    """Read and check what was sent; writes nothing. Raises Refused with every mistake at once."""
    record = read(session, caller, sent.record, identifier)
    unfolded = uploads.unfold(session, record)
    draft = uploads.draft_of(record, unfolded, caller.agency)
    proof = uploads.prove(session, draft)
    return Prepared(record, unfolded, proof, safety.in_words(proof.record) if proof.record else [])


def receive(
    session: Session, caller: Caller, prepared: Prepared, sent: Sent, fits: Callable[[int], None], now: datetime, base: str
) -> Receipt:
    """Do what was asked with a record. `fits` is told the version that the record has now (0: none) and raises Refused
    where the caller meant another one; `base`: the portal's own address, for links in mails. What may have changed since it
    was prepared is looked at again: the key, its agency, the files, the version. Raises Refused."""
    record, proof = prepared.record, prepared.proof
    uploads.take_turn(session, record)
    _check_still(session, caller, record, now)
    row = session.scalar(select(RecordRow).where(RecordRow.number == record.number))
    version = row.version if row else 0
    fits(version)
    if row and row.state != "published":
        raise Refused(409, _("This record was taken back"), _("Show it again at the desk first, then send it."), number=record.number)
    created = version == 0
    if row and row.fingerprint == record.fingerprint():
        return Receipt("unchanged", record.number, version, False)
    with session.begin_nested() as attempt:
        upload = uploads.propose(session, record, version, caller.user, caller.agency, now, prepared.unfolded)
        if proof.record is None:
            raise Refused(422, _("The record has mistakes"), mistakes=[Mistake(f"record ({name})", "", words) for name, words in proof.faults])
        found = _take_words(session, upload, prepared.told, sent, caller, now)
        if sent.check:
            attempt.rollback()
            return Receipt("checked", record.number, version, created, findings=found)
    return _go_on(session, caller, upload, proof.record, sent, created, found, now, base)


def _check_still(session: Session, caller: Caller, record: Record, now: datetime) -> None:
    """Whether what the record was checked with holds now that it is written."""
    if keys.still(session, caller, now) != caller:
        raise Refused(401, _("This key is not good any more"), _("It was revoked, or its rights changed, while the record was read."))
    _given, wrong = _files(session, caller, [{"sha256": one.sha256} for one in record.files if one.sha256])
    if wrong or record.publisher != uploads.agency_of(session, caller.agency):
        raise Refused(409, _("Something that the record names changed while it was read"), _("Send it again."), mistakes=wrong)


def _go_on(
    session: Session, caller: Caller, upload: Upload, record: Record, sent: Sent, created: bool, found: list[dict[str, str]], now: datetime,
    base: str,
) -> Receipt:  # fmt: skip
    workflow.touch(upload, caller.user)
    version = version_of(session, record.number)
    if not sent.publish:
        workflow.note_writing(session, upload, caller.actor, (0, None, now), now)
        return Receipt("draft", record.number, version, created, upload.token, found)
    if not caller.may("publish") or workflow.needs_review(session, caller.agency):
        workflow.hand_in(session, upload, caller.actor, caller.user, caller.name, now, base)
        return Receipt("submitted", record.number, version, created, upload.token, found)
    try:
        publishing.publish(session, upload, record, caller.actor, now, base)
    except uploads.Conflict as conflict:
        raise Refused(412, _("Somebody changed this record meanwhile"), number=record.number, version=conflict.version) from None
    except (safety.NotReady, uploads.NotLookedInto) as error:
        raise Refused(409, _("Files are still being looked into"), str(error)) from None
    except uploads.TakenOff:
        raise Refused(409, _("This record was taken off by the operator of this portal"), number=record.number) from None
    return Receipt("published", record.number, version_of(session, record.number), created, findings=found)


def _take_words(
    session: Session, upload: Upload, written: Sequence[safety.Told], sent: Sent, caller: Caller, now: datetime
) -> list[dict[str, str]]:
    """What was found before publishing. Raises Refused where words are missing that have to be said."""
    if sent.publish and not sent.check:
        try:
            safety.demand_looked(session, upload)
        except safety.NotReady as error:
            raise Refused(409, _("Files are still being looked into"), str(error)) from None
    told = safety.by_weight([*written, *safety.in_files(session, upload)])
    found = [
        {"file": one.file, "code": one.finding.code, "where": one.finding.where, "what": one.finding.what, "title": one.title, "why": one.why,
         "how": one.how, "holds_up": "yes" if one.holds_up else "no"}
        for one in told
    ]  # fmt: skip
    mistakes: list[Mistake] = []
    if sent.publish:
        if missing := safety.take_answer(session, upload, told, sent.answer, caller.actor, now):
            mistakes.append(Mistake("answer", shown(sent.answer), missing))
        if uploads.is_correction(upload):
            try:
                uploads.set_note(upload, workflow.check_words(sent.note, _("Say in a sentence what was corrected; readers will see it")))
            except ValueError as error:
                mistakes.append(Mistake("note", shown(sent.note), str(error)))
    if mistakes and not sent.check:
        raise Refused(422, _("Something has to be said before this goes live"), mistakes=mistakes, findings=found)
    return found


def demand_file(session: Session, caller: Caller, sha256: str) -> None:
    """Raises Refused where the agency sent no such file: what was found in one is only for those who sent it."""
    if session.get(Holding, (caller.agency, sha256)) is None or session.get(StoredFile, sha256) is None:
        raise Refused(404, _("Your agency has no such file"))


def note_file(session: Session, caller: Caller, sha256: str, now: datetime, **about: Any) -> None:
    """Write down that a program sent a file."""
    if session.get(StoredFile, sha256) is None:
        session.add(StoredFile(sha256=sha256, user_id=caller.user, created_at=now, **about))
        session.flush()
        audit.note(session, now, caller.actor, "file_sent", str(about["name"]), agency=caller.agency, sha256=sha256)
