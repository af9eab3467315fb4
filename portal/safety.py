"""Safe to publish: what was found in the files and words of an upload, and why somebody lets it go out all the same."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Record

from . import audit, leaks, looks, members, uploads
from .audit import Actor
from .filestore import Files, Kept
from .filetypes import ending_of
from .leaks import Finding, Report
from .models import StoredFile, Upload
from .workflow import check_words

_ANSWER = "_answer"
# What no copy can be rid of.
_STAYS = frozenset({"covered_text", "scan", "encrypted", "bomb", "path", "entities", "unreadable", "not_checked", "email", "phone", "iban",
                    "national_id", "table_shape", "formula", "legacy", "hidden_layer", "cropped", "failed"})  # fmt: skip
# So many seconds of work the making of a clean copy may take, and looking into it as many: with five more for each on a busy machine,
# less than the half minute after which servers end a request.
CLEANING = 8
# Fields of records in which people write sentences.
WRITTEN = ("title", "summary", "body", "rationale", "counterparty", "decided_by", "method")


@dataclass(frozen=True)
class Told:
    """A finding as the desk shows it: the file (or nothing, for what was typed), what it is, why it matters, how to mend it."""

    file: str
    finding: Finding
    title: str
    why: str
    how: str

    @property
    def holds_up(self) -> bool:
        return self.finding.severity == "block"

    @property
    def key(self) -> str:
        words = "\n".join((self.file, self.finding.code, self.finding.where, self.finding.what))
        return hashlib.sha256(words.encode()).hexdigest()[:16]


def clean_copy(files: Files, folder: Path, file: Kept, known: Report, seconds: int = 0) -> tuple[Kept, Report] | None:
    """A copy of a file without what was found in it, as far as that can be taken out, and what is left; None where no copy
    would be better. An officer waits for it: making it and looking into it take `seconds` of work each at the most, CLEANING where
    nothing is said. Raises leaks.TookTooLong."""
    seconds = seconds or CLEANING
    stream = files.get(file.sha256)
    if stream is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with stream, TemporaryDirectory(dir=folder, prefix="cleaned-") as room:
        source, target = Path(room) / "source", Path(room) / "target"
        with source.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        if not leaks.clean_file(source, file.name, target, seconds=seconds):
            return None
        report = leaks.inspect_file(target, file.name, seconds=seconds)
        if report.fault in ("stopped", "too_much"):
            raise leaks.TookTooLong
        if report.fault or len(report.findings) >= len(known.findings):
            return None
        with target.open("rb") as made:
            return files.put(made, file.name), report


def can_be_cleaned(told: Sequence[Told]) -> set[str]:
    """The names of files with findings of which a clean copy may be made."""
    return {one.file for one in told if one.file and ending_of(one.file) in leaks.CLEANABLE and one.finding.code not in _STAYS}


def keep(session: Session, reports: dict[str, Report]) -> None:
    """Remember what was found: the same content is looked at once."""
    for sha256, report in reports.items():
        if row := session.get(StoredFile, sha256):
            row.report = report.to_data()


def reports(session: Session, hashes: Sequence[str]) -> dict[str, Report]:
    """What was found in files, by hash; nothing for those that are still looked into."""
    rows = session.scalars(select(StoredFile).where(StoredFile.sha256.in_(hashes)))
    return {row.sha256: Report.from_data(row.report) for row in rows if row.report}


@dataclass(frozen=True)
class Looking:
    """A file that is being looked into: who added it and when; `tries` counts the looks that were begun."""

    sha256: str
    name: str
    who: str
    since: datetime
    tries: int


def looking(session: Session, upload: Upload) -> list[Looking]:
    """The files of an upload that nothing can be said of yet. It goes nowhere before that."""
    files = uploads.files_of(session, upload)
    waiting = looks.under_way(session, [file.sha256 for file in files])
    names = members.names_of(session, {look.asked_by for look in waiting.values() if look.asked_by})
    # Another agency may have sent the same content: who did is not told here.
    names = {id: name for id, name in names.items() if members.role_of(session, id, upload.agency)}
    return [Looking(file.sha256, file.name, names.get(look.asked_by or 0, ""), look.asked_at, look.tries)
            for file in files if (look := waiting.get(file.sha256))]  # fmt: skip


def states(session: Session, upload: Upload) -> dict[str, int | None]:
    """How many things were found in each file of an upload, by hash; None while it is looked into."""
    hashes = [name.partition("/")[0] for name in upload.files]
    found, waiting = reports(session, hashes), looks.under_way(session, hashes)
    return {one: None if one in waiting else len(found[one].findings) + bool(found[one].fault) for one in hashes if one in waiting or one in found}


def failed(session: Session, upload: Upload) -> bool:
    """Whether the look into one of its files broke off each time, and nobody has seen that file in public."""
    return any(look.state == looks.FAILED for look in looks.of(session, [name.partition("/")[0] for name in upload.files]).values())


class NotReady(Exception):
    """Something has to happen before it may go on; the message says what and what to do."""


def demand_looked(session: Session, upload: Upload) -> None:
    """Raises NotReady while files are still looked into."""
    if waiting := looking(session, upload):
        raise NotReady(_("Files are still being looked into: %(names)s. Nothing is lost; wait until that is done, then go on.",
                         names=", ".join(one.name for one in waiting)))  # fmt: skip


def demand(session: Session, upload: Upload, record: Record) -> None:
    """Raises NotReady where an upload may not go public: its files are still looked into, or something was found that
    nobody answered for."""
    demand_looked(session, upload)
    if not is_answered(upload, findings(session, upload, record)):
        raise NotReady(_("Something was found that nobody has answered for yet. Look at it, mend it, or say why it may be published as it is."))


def findings(session: Session, upload: Upload, record: Record) -> list[Told]:
    """Everything that was found, what holds up first; of files that are still looked into, nothing (see `looking`)."""
    return by_weight([*in_words(record), *in_files(session, upload)])


def in_words(record: Record) -> list[Told]:
    """What was found in the words that officers write."""
    return [_told("", one) for name in WRITTEN for one in leaks.inspect_text(str(getattr(record, name, "") or ""))]


def in_files(session: Session, upload: Upload) -> list[Told]:
    """What was found in files, as far as they were looked into."""
    told: list[Told] = []
    files = uploads.files_of(session, upload)
    found = reports(session, [file.sha256 for file in files])
    for file in files:
        report = found.get(file.sha256, Report())
        told += [_told(file.name, one) for one in report.findings]
        if report.fault:
            told.append(_told(file.name, Finding.of({"missing": "not_checked", looks.FAILED: "failed"}.get(report.fault, "unreadable"))))
    return told


def by_weight(told: Sequence[Told]) -> list[Told]:
    """Each finding once, what holds up first."""
    return sorted(dict.fromkeys(told), key=lambda one: not one.holds_up)


def _told(file: str, finding: Finding) -> Told:
    return Told(file, finding, *leaks.describe(finding.code))


def take_answer(session: Session, upload: Upload, told: Sequence[Told], words: str, actor: Actor, now: datetime) -> str:
    """Keep why what was found may go out. Returns what to write where that is asked and was not said; the empty text
    where nothing holds up, or all of it was answered before."""
    holding = [one for one in told if one.holds_up]
    answered = set((upload.data.get(_ANSWER) or {}).get("keys", ()))
    if all(one.key in answered for one in holding):
        return ""
    try:
        words = check_words(words, _("Mend what was found, or say in a sentence why it may be published as it is"))
    except ValueError as error:
        return str(error)
    upload.data = upload.data | {_ANSWER: {"words": words, "keys": [one.key for one in holding]}}
    audit.note(session, now, actor, "findings_overridden", upload.token, agency=upload.agency, reason=words,
               title=str(upload.data.get("title", ""))[:200], codes=sorted({one.finding.code for one in holding}))  # fmt: skip
    return ""


def answer(upload: Upload) -> str:
    """Why somebody said that it may go out."""
    return str((upload.data.get(_ANSWER) or {}).get("words", ""))


def is_answered(upload: Upload, told: Sequence[Told]) -> bool:
    """Whether everything that holds up was answered."""
    answered = set((upload.data.get(_ANSWER) or {}).get("keys", ()))
    return all(one.key in answered for one in told if one.holds_up)
