"""What columns of a table can mean, and guessing which of them do."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from flask_babel import force_locale

from ..forms.fields import ROWS, label, of_axis
from ..store import fold_identifier

_MOST_ROWS = 3  # targets and links that the template has columns for; more may follow in the same manner
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
    known = _meanings(axis)
    found: dict[str, str] = {}
    for column in columns:
        name = next((known[words] for words in readings(column) if words in known), "")
        if name and name not in found.values():
            found[column] = name
    return found


def is_known(axis: str, words: str) -> bool:
    """Whether words are among those that stand above columns of records."""
    return not _meanings(axis).keys().isdisjoint(readings(words))


def known_names(axis: str) -> frozenset[str]:
    """All words that stand above columns of records, as they are compared."""
    return frozenset(_meanings(axis))


@cache
def _meanings(axis: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in fields(axis):
        for words in (name, *_ALSO.get(name, ())):
            known.setdefault(plain(words), name)
    for language in ("en", "vi"):
        with force_locale(language):
            for name, words in fields(axis).items():
                known.setdefault(plain(words), name)
    return known


def readings(words: str) -> Iterator[str]:
    """The ways to take what stands above a column, the likeliest first: as it is; without what is added in brackets ("Amount
    (VND)"); and the last of several rows ("Value / Amount")."""
    for part in (words, words.rpartition(" / ")[2]):
        yield plain(part)
        yield plain(re.sub(r"\([^)]*\)|\[[^]]*\]", "", part))


def plain(words: str) -> str:
    """Words without case, marks, spaces and signs: "Số ký hiệu:" is sokyhieu."""
    return re.sub(r"[\W_]+", "", fold_identifier(words))
