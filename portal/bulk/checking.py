"""From rows to records: what each row would do, or what is wrong with it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Record, read_record

from .. import forms, leaks, receiving, safety, store, uploads
from ..catalogue import find_by_identifiers
from ..keys import Caller
from ..leaks import Finding
from ..models import Bulk, RecordRow
from ..typed import shown
from .cells import is_month_first, typed_of
from .reading import Line

_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d{1,3}")
Fault = tuple[int, str, str, str]  # row, column, value, what to write


@dataclass
class Outcome:
    """What a row says: the record and what it would do (new, changed, unchanged), or its faults."""

    line: Line
    record: Record | None = None
    does: str = ""
    before: int = 0
    faults: list[Fault] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    month_first: bool = False


class Checker:
    """Checks rows, some hundreds at a time. Remembers the identifiers it has seen, so that none stands there twice."""

    def __init__(self, session: Session, bulk: Bulk, caller: Caller) -> None:
        self._agency = uploads.agency_of(session, bulk.agency)
        self._source = uploads.source_of(bulk.agency)
        self._axis, self._columns, self._fixed, self._caller = bulk.axis, bulk.columns, bulk.fixed, caller
        self._column_of = {name: column for column, name in bulk.columns.items() if name}
        self._seen: dict[str, int] = {}

    def check(self, session: Session, lines: Sequence[Line], *, look: bool = True) -> list[Outcome]:
        """What each of these rows says. `look`: also look for personal data in its words."""
        known = self._known(session, lines)
        return [self._check(session, line, known, look) for line in lines]

    def pass_over(self, lines: Sequence[Line]) -> None:
        """Rows that were done before: only remember that they are there."""
        for line in lines:
            self._seen.setdefault(store.fold_identifier(self._identifier(line)), line.at)

    def _known(self, session: Session, lines: Iterable[Line]) -> dict[str, list[RecordRow]]:
        return find_by_identifiers(session, [self._identifier(line) for line in lines], self._source)

    def _identifier(self, line: Line) -> str:
        if line.data is not None:
            return receiving.identifier_of(line.data)
        return " ".join(line.cells.get(self._column_of.get("document_number", ""), "").split())

    def _check(self, session: Session, line: Line, known: Mapping[str, list[RecordRow]], look: bool) -> Outcome:
        outcome = Outcome(line, month_first=is_month_first(self._columns, line.cells, self._fixed))
        if line.fault:
            outcome.faults.append((line.at, "", "", line.fault))
            return outcome
        identifier = self._identifier(line)
        same = known.get(store.fold_identifier(identifier), []) if identifier else []
        row = next((one for one in same if one.identifier == identifier), same[0] if len(same) == 1 else None)
        self._check_place(outcome, identifier, same, row)
        if not outcome.faults:
            record = self._record(session, outcome, identifier, row)
            if record and not outcome.faults:
                self._settle(outcome, record, row, look)
        return outcome

    def _check_place(self, outcome: Outcome, identifier: str, same: Sequence[RecordRow], row: RecordRow | None) -> None:
        """Whether it is clear which record a row means."""
        at, column = outcome.line.at, self._column_of.get("document_number", "identifier")
        if not identifier:
            words = _("Enter the document number: by it the row is known again when the table is sent again")
        elif outcome.line.data is None and _SHORTENED.fullmatch(identifier):
            words = _("A spreadsheet shortened this number, so it is not known any more; format the column as text, and enter it again")
        elif (folded := store.fold_identifier(identifier)) in self._seen:
            words = _("stands in row %(row)s already; keep one of them", row=self._seen[folded])
        elif row is None and same:
            words = _("Your agency has several records of this number; change them one by one")
        elif row and row.axis != self._axis:
            words = _("Your agency has a record of this number on another axis; change that one by hand")
        elif row and row.state != "published":
            words = _("The record of this number was taken back; show it again at the desk first")
        else:
            self._seen[folded] = at
            return
        outcome.faults.append((at, column, shown(identifier), words))

    def _record(self, session: Session, outcome: Outcome, identifier: str, row: RecordRow | None) -> Record | None:
        line = outcome.line
        if line.data is not None:
            return self._of_data(session, outcome, identifier, row)
        typed = typed_of(self._axis, line.cells, self._columns, self._fixed)
        base, more, files = uploads.unfold(session, read_record(row.data)) if row else ({}, {}, [])
        typed = _laid_over(base, typed)
        reading = forms.read(self._axis, typed, source=self._source, identifier=row.identifier if row else identifier, publisher=self._agency, files=files)
        for name, words in reading.faults:
            column = self._column_of.get(name, "")
            outcome.faults.append((line.at, column or forms.label(name), shown(str(typed.get(name, ""))), words))
        return uploads.whole(reading.record, more)

    def _of_data(self, session: Session, outcome: Outcome, identifier: str, row: RecordRow | None) -> Record | None:
        """JSON Lines: each is a record as the API takes it."""
        data = dict(outcome.line.data or {})
        data.setdefault("axis", self._axis)
        if data["axis"] != self._axis:
            outcome.faults.append((outcome.line.at, "axis", shown(str(data["axis"])), _("stands on another axis than the table; send it in a table of its own")))
            return None
        if any(isinstance(one, dict) and one.get("sha256") for one in data.get("files") or () if isinstance(data.get("files"), list)):
            outcome.faults.append((outcome.line.at, "files", "", _("Files are looked through before they go out: send this record by itself, or link to the files")))
            return None
        try:
            return receiving.read(session, self._caller, data, row.identifier if row else identifier)
        except receiving.Refused as error:
            faults = error.mistakes or [receiving.Mistake("", "", error.title)]
            outcome.faults += [(outcome.line.at, one.path, one.value, one.message) for one in faults]
            return None

    def _settle(self, outcome: Outcome, record: Record, row: RecordRow | None, look: bool) -> None:
        outcome.record = record
        outcome.before = row.version if row else 0
        outcome.does = "new" if row is None else "unchanged" if row.fingerprint == record.fingerprint() else "changed"
        if look and outcome.does != "unchanged":
            words = "\n".join(str(getattr(record, name, "") or "") for name in safety.WRITTEN)
            outcome.findings = tuple(one for one in leaks.inspect_text(words) if one.severity == "block")


def _laid_over(base: dict[str, object], typed: dict[str, object]) -> dict[str, object]:
    """What a record says, with what the row's columns say in its place; a group of rows is replaced as a whole."""
    groups = {group for group in ("target", "relation", "report") if any(name.startswith(f"{group}_") for name in typed)}
    kept = {name: value for name, value in base.items() if name not in typed and not any(name.startswith(f"{group}_") for group in groups)}
    return {name: value for name, value in (kept | typed).items() if value not in ("", [])}


def batches(lines: Iterator[Line], size: int = 500) -> Iterator[list[Line]]:
    """The rows, some hundreds at a time."""
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def known_versions(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """The versions that records have now."""
    rows = session.execute(select(RecordRow.number, RecordRow.version).where(RecordRow.number.in_(numbers)))
    return {row.number: row.version for row in rows}
