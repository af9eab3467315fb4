"""What columns of a table can mean, and guessing which of them do."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import force_locale

from ..forms.fields import ROWS, label, of_axis
from ..store import fold_identifier

_MOST_ROWS = 3  # targets and links that the template has columns for; more may follow in the same manner
# Cells hold several entries between upright lines.
LISTS = frozenset({"counterparties", "decision_makers", "legal_basis", "objectives", "observations", "roll_call"})
_EXAMPLES = {
    "title": "Bridge works awarded", "document_number": "12/QĐ-HN", "issued": "2024-05-31", "language": "en", "type": "award",
    "status": "approved", "amount": "1250000", "currency": "VND", "subjects": "TRAN, SDG9", "keywords": "bridge, works",
    "places": "VN-HN", "license": "CC-BY-4.0", "decision_makers": "Lan Nguyen | An Tran", "roll_call": "Lan Nguyen; for | An Tran; against",
    "observations": "2023; 41 | 2024; 43.5", "relation_type_1": "implements", "relation_target_1": "749/QĐ-TTg", "target_due_1": "2030", "target_bound_1": "at least",
    "report_what_1": "Annual report", "report_to_1": "The assembly", "report_due_1": "2025-03-31", "report_every_1": "A",
    "better": "higher", "frequency": "A", "unit": "%", "valid_from": "2024-06-01", "landing_page": "https://…",
}  # fmt: skip
# Other words that stand above such columns.
_ALSO = {
    "document_number": ("number", "no", "ref", "reference", "identifier", "id", "so", "so ky hieu", "so hieu", "so van ban"),
    "title": ("name", "subject", "ten", "trich yeu", "tieu de"),
    "issued": ("date", "issue date", "date of issue", "ngay", "ngay ban hanh"),
    "summary": ("description", "abstract", "mo ta", "tom tat"), "type": ("kind", "loai", "loai van ban"), "amount": ("value", "sum", "so tien", "gia tri"),
    "counterparty": ("supplier", "contractor", "recipient", "nha thau", "ben nhan"), "decided_by": ("body", "co quan quyet dinh"),
    "landing_page": ("url", "link", "address", "duong dan"), "places": ("place", "area", "dia ban"), "language": ("lang", "ngon ngu"),
    "body": ("text", "full text", "toan van", "noi dung"), "license": ("licence",),
}  # fmt: skip


def fields(axis: str) -> dict[str, str]:
    """What a column can mean for records of an axis: fields of its form, each with what it is called."""
    names: dict[str, str] = {}
    for name in of_axis(axis):
        if name in ROWS:
            for number in range(1, _MOST_ROWS + 1):
                names |= {f"{name}_{column}_{number}": f"{label(f'{name}_{column}_1')} ({number})" for column in ROWS[name]}
        elif name not in ("files", "file_title"):
            names[name] = label(name)
    return names


def example(name: str) -> str:
    """What a cell of such a column may hold."""
    return _EXAMPLES.get(name, "")


def guess(axis: str, columns: Iterable[str]) -> dict[str, str]:
    """By column what it probably means; a meaning is given once. Field names, their labels in each language, and words that
    often stand above such columns are known."""
    known: dict[str, str] = {}
    for name in fields(axis):
        for words in (name, *_ALSO.get(name, ())):
            known.setdefault(_plain(words), name)
    for language in ("en", "vi"):
        with force_locale(language):
            for name, words in fields(axis).items():
                known.setdefault(_plain(words), name)
    found: dict[str, str] = {}
    for column in columns:
        name = known.get(_plain(column), "")
        if name and name not in found.values():
            found[column] = name
    return found


def _plain(words: str) -> str:
    """Words without case, marks, spaces and signs: "Số ký hiệu:" is sokyhieu."""
    return re.sub(r"[\W_]+", "", fold_identifier(words))


def typed_of(cells: Mapping[str, str], columns: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, Any]:
    """What one would have typed into the form to say a row: every field that a column means, also the empty ones."""
    typed: dict[str, Any] = {name: cells.get(column, "").strip() for column, name in columns.items() if name}
    typed |= {name: value for name, value in fixed.items() if value and not typed.get(name)}
    for name in LISTS & typed.keys():
        if "\n" not in typed[name]:
            typed[name] = "\n".join(part.strip() for part in typed[name].split("|"))
    if "subjects" in typed:
        typed["subjects"] = [code.strip() for code in typed["subjects"].replace(";", ",").split(",") if code.strip()]
    return typed
