"""Which fields the form of each axis has, in their order, and what they are called."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString, lazy_gettext

from ..spellings import code_of
from ..typed import without_control
from .grids import GRIDS, pasted_rows, text_sent

Typed = Mapping[str, Any]

MOST_ROWS = 200
# Groups of fields that come in rows: target_value_2 is the value of the second target.
ROWS = {
    "target": ("indicator", "baseline", "value", "unit", "due", "responsible", "better", "measured_by", "text", "baseline_period", "bound", "value_to"),  # also the order of pasted columns
    "relation": ("type", "target"),
    "report": ("what", "to", "due", "every", "until", "kept_by", "text"),
}
_BASICS = ("type", "title", "summary", "document_number", "issued", "status", "language")
_OF_AXIS = {
    "decision": (
        "decided_by", "decision_makers", "legal_basis", "rationale", "amount", "currency", "budget_code", "counterparty",
        "counterparties", "votes_result", "votes_method",
        "votes_in_favour", "votes_against", "votes_abstained", "votes_absent", "votes_recused", "roll_call",
    ),
    "policy": (
        "valid_from", "valid_until", "objectives", "target", "report", "consultation_opens", "consultation_closes", "consultation_url",
    ),
    "outcome": ("indicator", "unit", "frequency", "better", "observations", "method", "due"),
}  # fmt: skip
_ENDS = (
    "body", "file_title", "files", "relation", "subjects", "keywords", "places", "landing_page", "license", "translation_title",
    "translation_summary", "translation_body",
)  # fmt: skip
_ROW_NAME = re.compile(r"(target|relation|report)_([a-z_]+)_([1-9][0-9]{0,2})")
_FILE_NAME = re.compile(r"file_title_[0-9a-f]{12}")

LABELS: dict[str, LazyString] = {
    "type": lazy_gettext("What kind of record is it?"),
    "title": lazy_gettext("Title"),
    "summary": lazy_gettext("Summary"),
    "document_number": lazy_gettext("Document number"),
    "issued": lazy_gettext("Date of issue"),
    "status": lazy_gettext("Status"),
    "language": lazy_gettext("Language of the record"),
    "decided_by": lazy_gettext("Who decided?"),
    "decision_makers": lazy_gettext("Names of those who decided"),
    "legal_basis": lazy_gettext("Legal basis"),
    "rationale": lazy_gettext("Why was it decided so?"),
    "amount": lazy_gettext("Amount"),
    "currency": lazy_gettext("Currency"),
    "counterparty": lazy_gettext("Who is the supplier or payee?"),
    "counterparties": lazy_gettext("Several suppliers or payees"),
    "budget_code": lazy_gettext("Budget code"),
    "votes_method": lazy_gettext("How was voted?"),
    "votes_recused": lazy_gettext("Recused"),
    "votes_result": lazy_gettext("Result in words"),
    "votes_in_favour": lazy_gettext("For"),
    "votes_against": lazy_gettext("Against"),
    "votes_abstained": lazy_gettext("Abstained"),
    "votes_absent": lazy_gettext("Absent"),
    "roll_call": lazy_gettext("Roll call"),
    "valid_from": lazy_gettext("In force from"),
    "valid_until": lazy_gettext("In force until"),
    "objectives": lazy_gettext("Objectives"),
    "target_indicator": lazy_gettext("What is measured"),
    "target_baseline": lazy_gettext("From"),
    "target_baseline_period": lazy_gettext("Figure of"),
    "target_value": lazy_gettext("To"),
    "target_unit": lazy_gettext("Unit"),
    "target_due": lazy_gettext("By when"),
    "target_responsible": lazy_gettext("Responsible body"),
    "target_better": lazy_gettext("What is better?"),
    "target_measured_by": lazy_gettext("Record that measures it"),
    "target_text": lazy_gettext("The target in words"),
    "target_bound": lazy_gettext("At least or at most?"),
    "target_value_to": lazy_gettext("Up to, of a range"),
    "report_what": lazy_gettext("Report on what"),
    "report_to": lazy_gettext("To whom"),
    "report_due": lazy_gettext("By when (the first)"),
    "report_every": lazy_gettext("How often"),
    "report_until": lazy_gettext("Last time"),
    "report_kept_by": lazy_gettext("Record that brings it"),
    "report_text": lazy_gettext("In words"),
    "consultation_opens": lazy_gettext("Opens on"),
    "consultation_closes": lazy_gettext("Closes on"),
    "consultation_url": lazy_gettext("Where people can say something"),
    "indicator": lazy_gettext("Indicator"),
    "unit": lazy_gettext("Unit"),
    "frequency": lazy_gettext("How often is it measured?"),
    "better": lazy_gettext("What is better?"),
    "observations": lazy_gettext("Figures"),
    "observation_period": lazy_gettext("Period"),
    "observation_value": lazy_gettext("Figure"),
    "observation_place": lazy_gettext("Place"),
    "observation_status": lazy_gettext("State"),
    "observation_note": lazy_gettext("Note"),
    "vote_name": lazy_gettext("Name"),
    "vote_choice": lazy_gettext("Vote"),
    "vote_party": lazy_gettext("Party"),
    "vote_office": lazy_gettext("Office"),
    "vote_district": lazy_gettext("District"),
    "method": lazy_gettext("How was it measured?"),
    "due": lazy_gettext("When is the next figure due?"),
    "body": lazy_gettext("Full text"),
    "file_title": lazy_gettext("What is it?"),
    "files": lazy_gettext("Add files"),
    "relation_type": lazy_gettext("This record"),
    "relation_target": lazy_gettext("The other record"),
    "subjects": lazy_gettext("Subjects"),
    "keywords": lazy_gettext("Keywords"),
    "places": lazy_gettext("Places"),
    "landing_page": lazy_gettext("Page on your agency’s site"),
    "license": lazy_gettext("Licence"),
    "translation_title": lazy_gettext("Translated title"),
    "translation_summary": lazy_gettext("Translated summary"),
    "translation_body": lazy_gettext("Translated full text"),
}


def label(name: str) -> str:
    """What a field is called, in the reader's language; a row's field by its column."""
    return str(LABELS[name] if name in LABELS else LABELS[_base(name)])


def _base(name: str) -> str:
    return "file_title" if name.startswith("file_title_") else name.rpartition("_")[0]


def of_axis(axis: str) -> tuple[str, ...]:
    """The fields and groups of rows that the form of an axis has, in their order."""
    return (*_BASICS, *_OF_AXIS[axis], *_ENDS)


# The form in steps: what each asks for.
STEPS = 4
_STEP_OF = dict.fromkeys(_BASICS, 1) | {"body": 2, "file_title": 2, "files": 2} | {name: 4 for name in _ENDS if name.startswith("translation_")}


def step_of(axis: str, name: str) -> int:
    """The step that asks for a field: 1 what it is, 2 what it says, 3 how it belongs together, 4 another language."""
    if match := _ROW_NAME.fullmatch(name):
        name = match[1]
    base = "file_title" if name.startswith("file_title_") else name
    return _STEP_OF.get(base, 2 if base in _OF_AXIS[axis] else 3)


def accept(axis: str, sent: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was sent, as it was typed, field by field: unknown fields are left out, rows are moved up to fill gaps."""
    single = set(of_axis(axis)) - {"files", "subjects", *ROWS}
    typed: dict[str, Any] = {
        name: without_control(values[0]) for name, values in sent.items() if name in single or _FILE_NAME.fullmatch(name)
    }
    for grid in (GRIDS[name] for name in GRIDS if name in single):
        if (lines := text_sent(grid, sent)) is not None:
            typed[grid.name] = lines
    typed["subjects"] = [without_control(value) for value in sent.get("subjects", ())]
    for group in ROWS:
        if group in {*_OF_AXIS[axis], *_ENDS}:
            typed |= _rows(group, sent)
    if code := code_of("languages", typed.get("language", "")):
        typed["language"] = code  # what the rest of the form is asked in goes by it
    return {name: value for name, value in typed.items() if value not in ("", [])}


def _rows(group: str, sent: Mapping[str, list[str]]) -> dict[str, str]:
    rows: dict[int, dict[str, str]] = {}
    for name, values in sent.items():
        if (match := _ROW_NAME.fullmatch(name)) and match[1] == group and match[2] in ROWS[group] and values[0].strip():
            rows.setdefault(int(match[3]), {})[match[2]] = without_control(values[0])
    pasted = [dict(zip(ROWS[group], cells, strict=False)) for cells in pasted_rows(sent.get(f"{group}_paste", [""])[0])]
    filled = [*(rows[number] for number in sorted(rows)), *pasted][:MOST_ROWS]
    return {f"{group}_{column}_{n}": words for n, row in enumerate(filled, 1) for column, words in row.items() if words}


def count_rows(group: str, typed: Typed) -> int:
    """How many rows of a group something was typed into."""
    numbers = (int(match[3]) for name in typed if (match := _ROW_NAME.fullmatch(name)) and match[1] == group)
    return max(numbers, default=0)


def in_form_order(axis: str, names: Iterable[str]) -> list[str]:
    """Names of fields in the order in which the form shows them."""
    order = {name: place for place, name in enumerate(of_axis(axis))}

    def place(name: str) -> tuple[int, int, int]:
        if match := _ROW_NAME.fullmatch(name):
            group, column, row = match.groups()
            return order.get(group, len(order)), int(row), ROWS[group].index(column) if column in ROWS[group] else 0
        base = "file_title" if name.startswith("file_title_") else name
        return order.get(base, len(order)), 0, 0

    return sorted(names, key=place)
