"""A record in words, field by field, and what differs between two of its versions, word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from flask_babel import gettext as _

from harvesters.record import Record
from harvesters.vocabularies import (
    CHOICES,
    FREQUENCIES,
    IDENTIFIER_SCHEMES,
    OBSERVATION_STATUSES,
    RELATIONS,
    REPORT_RHYTHMS,
    STATUSES,
    SUBJECTS,
    VOTE_METHODS,
)

from .aligning import pairs
from .i18n import show_money, show_number, show_when
from .labels import type_label
from .outcomes import goal_words
from .places import place_name
from .tongues import language_name
from .wording import runs

_CONTEXT = 1  # unchanged lines shown before and after a change

Kind = Literal["same", "removed", "added", "skipped"]


@dataclass(frozen=True)
class Field:
    """A field of a record as people read it: what it is called, and its lines. `prose`: in the record's language."""

    name: str
    label: str
    lines: tuple[str, ...]
    prose: bool = True


@dataclass(frozen=True)
class Piece:
    """A run of words. Of skipped ones `text` is empty and `count` tells how many lines they are."""

    kind: Kind
    text: str
    count: int = 0


@dataclass(frozen=True)
class Difference:
    """A field that differs, as runs of words in their order; `old` and `new` are its lines."""

    name: str
    label: str
    prose: bool
    pieces: tuple[Piece, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def letters(self) -> int:
        """How many letters are shown."""
        return sum(len(piece.text) for piece in self.pieces)


def fields_of(record: Record, language: str) -> list[Field]:
    """Everything a record says, in a fixed order; what is empty is left out."""
    data = record.model_dump(mode="json")
    found = [
        Field(name, label, tuple(line for line in lines if line), prose)
        for name, label, lines, prose in [*_common(data, language), *_own(data, language), *_ends(data, language)]
    ]
    return [field for field in found if field.lines]


_Row = tuple[str, str, list[str], bool]


def _common(data: dict[str, Any], language: str) -> Iterator[_Row]:
    yield "title", _("Title"), [data["title"]], True
    yield "summary", _("Summary"), data["summary"].split("\n"), True
    yield "type", _("Type"), [type_label(data["type"], language, data["axis"])], False
    yield "status", _("Status"), [STATUSES.label(data["status"], language) if data["status"] else ""], False
    for field, label in (("issued", _("Issued")), ("valid_from", _("In force from")), ("valid_until", _("In force until"))):
        yield field, label, [show_when(data[field]).striptags()], False
    numbers = [f"{IDENTIFIER_SCHEMES.label(one['scheme'], language)}: {one['value']}" for one in data["other_identifiers"]]
    yield "other_identifiers", _("Numbers"), numbers, False
    names = data["publisher"]["names"]
    yield "publisher", _("Published by"), [names.get(language) or next(iter(names.values()))], False


def _own(data: dict[str, Any], language: str) -> Iterator[_Row]:
    if data["axis"] == "decision":
        yield from _decision(data, language)
    elif data["axis"] == "policy":
        yield from _policy(data, language)
    else:
        yield from _outcome(data, language)


def _decision(data: dict[str, Any], language: str) -> Iterator[_Row]:
    yield "decided_by", _("Decided by"), [data["decided_by"]], True
    offices = data["offices"]
    yield "decision_makers", _("Names of those who decided"), [", ".join(filter(None, (name, offices.get(name)))) for name in data["decision_makers"]], True
    amount = data["amount"]
    yield "amount", _("Amount"), [show_money(Decimal(amount["value"]), amount["currency"]) if amount else ""], False
    yield "budget_code", _("Budget code"), [data["budget_code"]], False
    yield "counterparty", _("Supplier or payee"), [data["counterparty"]], True
    yield "counterparties", _("Suppliers and payees, one by one"), [_counterparty(one) for one in data["counterparties"]], True
    yield "legal_basis", _("Legal basis"), data["legal_basis"], True
    yield "rationale", _("Reasons"), data["rationale"].split("\n"), True
    votes = data["votes"] or {}
    names = {"in_favour": _("For"), "against": _("Against"), "abstained": _("Abstained"), "absent": _("Absent"), "recused": _("Recused")}
    lines = [votes.get("result", ""), VOTE_METHODS.label(votes["method"], language) if votes.get("method") else ""] + [f"{names[name]}: {votes[name]}" for name in names if votes.get(name) is not None]
    calls = [_call(one, language) for one in votes.get("roll_call", ())]
    yield "votes", _("Votes"), lines + calls, False


def _counterparty(one: dict[str, Any]) -> str:
    amount = one["amount"]
    return ", ".join(filter(None, (one["name"], one["identifier"], show_money(Decimal(amount["value"]), amount["currency"]) if amount else "")))


def _call(one: dict[str, Any], language: str) -> str:
    about = ", ".join(filter(None, (one["party"], one["office"], one["district"], one["said"])))
    return f"{one['name']}: {CHOICES.label(one['choice'], language)}" + (f" ({about})" if about else "")


def _policy(data: dict[str, Any], language: str) -> Iterator[_Row]:
    yield "objectives", _("Objectives"), data["objectives"], True
    yield "targets", _("Targets"), [_target(one) for one in data["targets"]], True
    yield "reports", _("Reports it owes"), [_report(one, language) for one in data["reports"]], True
    consultation = data["consultation"] or {}
    days = [
        _("opens %(day)s", day=show_when(consultation["opens"]).striptags()) if consultation.get("opens") else "",
        _("closes %(day)s", day=show_when(consultation["closes"]).striptags()) if consultation.get("closes") else "",
        consultation.get("url") or "",
    ]
    yield "consultation", _("Consultation"), days, False


def _target(one: dict[str, Any]) -> str:
    values = " → ".join(filter(None, (show_number(Decimal(one["baseline"])) if one["baseline"] is not None else "", goal_words(one))))
    parts = [one["indicator"], f"{values} {one['unit']}".strip(), one["due"] or "", one["responsible"], one["text"]]
    return ", ".join(part for part in parts if part)


def _report(one: dict[str, Any], language: str) -> str:
    rhythm = REPORT_RHYTHMS.label(one["every"], language) if one["every"] else ""
    days = [one["due"] or "", _("until %(day)s", day=one["until"]) if one["until"] else ""]
    return ", ".join(filter(None, (one["what"], one["to"], *days, rhythm, one["kept_by"], one["text"])))


def _outcome(data: dict[str, Any], language: str) -> Iterator[_Row]:
    yield "indicator", _("Indicator"), [data["indicator"]], True
    yield "unit", _("Unit"), [data["unit"]], True
    frequency = data["frequency"]
    yield "frequency", _("Frequency"), [FREQUENCIES.label(frequency, language) if frequency else ""], False
    yield "due", _("Next figure due"), [show_when(data["due"]).striptags()], False
    yield "method", _("Method"), data["method"].split("\n"), True
    yield "observations", _("Figures"), [_figure(one, language) for one in data["observations"]], False


def _figure(one: dict[str, Any], language: str) -> str:
    value = show_number(Decimal(one["value"])) if one["value"] is not None else _("missing")
    place = f" {place_name(one['place'], language)}" if one["place"] else ""
    status = f" ({OBSERVATION_STATUSES.label(one['status'], language)})" if one["status"] != "A" else ""
    return f"{one['period']}{place}: {value}{status} {one['note']}".rstrip()


def _ends(data: dict[str, Any], language: str) -> Iterator[_Row]:
    yield "body", _("Text"), data["body"].split("\n"), True
    yield "subjects", _("Subjects"), [SUBJECTS.label(code, language) for code in data["subjects"]], False
    yield "keywords", _("Keywords"), [", ".join(data["keywords"])], True
    yield "places", _("Places"), [", ".join(place_name(code, language) for code in data["places"])], False
    yield "language", _("Language"), [language_name(data["language"], language)], False
    files = [" ".join(filter(None, (one["title"], one["url"], one["sha256"]))) for one in data["files"]]
    yield "files", _("Files"), files, False
    yield "relations", _("Relations"), [_relation(one, language) for one in data["relations"]], False
    yield "landing_page", _("Page on the agency’s site"), [data["landing_page"] or ""], False
    yield "license", _("Licence"), [data["license"]], False
    for code, words in data["translations"].items():
        name = language_name(code, language)
        yield f"translations.{code}", _("In %(language)s", language=name), [words["title"], *words["summary"].split("\n")], False
        yield f"translations.{code}.body", _("Text in %(language)s", language=name), words["body"].split("\n"), False


def _relation(one: dict[str, Any], language: str) -> str:
    return f"{RELATIONS.label(one['type'], language)}: {one['title'] or one['identifier'] or one['number']}"


def compare(old: Record, new: Record, language: str) -> list[Difference]:
    """The fields that differ between two versions, in their order; texts are left to portal.differences."""
    before = {field.name: field for field in fields_of(old, language)}
    after = {field.name: field for field in fields_of(new, language)}
    differences = []
    for name in dict.fromkeys([*after, *before]):
        field = after.get(name) or before[name]
        a = before[name].lines if name in before else ()
        b = after[name].lines if name in after else ()
        if a != b and name.rpartition(".")[2] != "body":
            differences.append(Difference(name, field.label, field.prose, tuple(_pieces(a, b)), a, b))
    return differences


def _pieces(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    i = j = 0
    stayed: list[str] = []
    for p, q in [*pairs(a, b), (len(a), len(b))]:
        if i < p or j < q:
            yield from _unchanged(stayed, starts=len(stayed) == i, ends=False)
            stayed = []
            for kind, text in runs("\n".join(a[i:p]), "\n".join(b[j:q])):
                yield Piece(kind, text)
            yield Piece("same", "\n")
        if p < len(a):
            stayed.append(b[q])
        i, j = p + 1, q + 1
    yield from _unchanged(stayed, starts=len(stayed) == len(a), ends=True)


def _unchanged(lines: Sequence[str], *, starts: bool, ends: bool) -> Iterator[Piece]:
    if not lines:
        return
    head, tail = (0 if starts else _CONTEXT), (0 if ends else _CONTEXT)
    if len(lines) <= head + tail + 2:
        yield Piece("same", "\n".join(lines) + "\n")
        return
    if head:
        yield Piece("same", "\n".join(lines[:head]) + "\n")
    yield Piece("skipped", "", len(lines) - head - tail)
    if tail:
        yield Piece("same", "\n".join(lines[-tail:]) + "\n")
