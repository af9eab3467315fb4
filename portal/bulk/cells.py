"""What cells of a column mean, by what was said of the whole table: how its numbers and dates are written, and what holds for
every row that says nothing itself."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from harvesters.vocabularies import FREQUENCIES, STATUSES, SUBJECTS, TYPES, Vocabulary

from ..forms.reading import code_in

# What may be said of the whole table.
FOR_EVERY_ROW = ("type", "language", "license", "currency")
SPELLINGS = {"numbers": ("comma", "point"), "dates": ("day_first", "month_first")}
SAID = (*FOR_EVERY_ROW, *SPELLINGS, "sheet", "header")
# Cells hold several entries between upright lines.
LISTS = frozenset({"counterparties", "decision_makers", "legal_basis", "objectives", "observations", "roll_call"})
_NUMBERS = re.compile(r"amount|target_(baseline|value|value_to)_\d+")
_DATES = re.compile(r"issued|due|valid_(from|until)|consultation_(opens|closes)|target_due_\d+|report_(due|until)_\d+")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])([/.-])(0?[1-9]|[12]\d|3[01])\2(\d{4})\b(.*)")


def typed_of(axis: str, cells: Mapping[str, str], columns: Mapping[str, str], said: Mapping[str, str]) -> dict[str, Any]:
    """What one would have typed into the form to say a row: every field that a column means, also the empty ones."""
    typed: dict[str, Any] = {name: _plain(axis, name, cells.get(column, "").strip(), said) for column, name in columns.items() if name}
    for name in FOR_EVERY_ROW:
        # A currency goes with an amount; a row without one says nothing of money.
        if said.get(name) and not typed.get(name) and (name != "currency" or typed.get("amount")):
            typed[name] = said[name]
    for name in LISTS & typed.keys():
        if "\n" not in typed[name]:
            typed[name] = "\n".join(part.strip() for part in typed[name].split("|"))
    if "subjects" in typed:
        typed["subjects"] = [code_in(SUBJECTS, word.strip()) or word.strip() for word in re.split(r"[;|\n]", _commas(typed["subjects"])) if word.strip()]
    return typed


def is_month_first(columns: Mapping[str, str], cells: Mapping[str, str], said: Mapping[str, str]) -> bool:
    """Whether a row has a date that can only be meant with its month first, where nobody said how dates are written."""
    found = (_MONTH_FIRST.fullmatch(cells.get(column, "").strip()) for column, name in columns.items() if _DATES.fullmatch(name))
    return not said.get("dates") and any(match and int(match[3]) > 12 for match in found)


def _plain(axis: str, name: str, cell: str, said: Mapping[str, str]) -> str:
    """A cell as the form reads it without asking back."""
    if _NUMBERS.fullmatch(name):
        return _number(cell, said.get("numbers", ""))
    if name == "observations" and '"' not in cell:
        return "\n".join("; ".join(_observation(line, said)) for line in re.split(r"[|\n]", cell))
    if _DATES.fullmatch(name):
        return _date(cell, said.get("dates", ""))
    if vocabulary := vocabularies(axis).get(name):
        return code_in(vocabulary, cell) or cell
    return cell


@cache
def vocabularies(axis: str) -> Mapping[str, Vocabulary]:
    """The words to choose from, by the field that holds one of them."""
    return {"type": TYPES[axis], "status": STATUSES, "frequency": FREQUENCIES}


def _number(cell: str, spelling: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f']", "", cell)
    if spelling == "comma" and _COMMA.fullmatch(plain):
        return _sure(plain.replace(".", "").replace(",", "."))
    if spelling == "point" and _POINT.fullmatch(plain):
        return _sure(plain.replace(",", ""))
    return cell


def _sure(number: str) -> str:
    """A number with a point that cannot be taken for one between thousands."""
    return f"{number}0" if re.fullmatch(r".*\.\d{3}", number) else number


def _date(cell: str, spelling: str) -> str:
    match = _MONTH_FIRST.fullmatch(cell) if spelling == "month_first" else None
    return f"{match[4]}-{match[1].zfill(2)}-{match[3].zfill(2)}{match[5]}" if match else cell


def _observation(line: str, said: Mapping[str, str]) -> list[str]:
    cells = [cell.strip() for cell in line.split(";")]
    return [_date(cells[0], said.get("dates", "")), *(_number(cell, said.get("numbers", "")) for cell in cells[1:2]), *cells[2:]]


def _commas(words: str) -> str:
    """Subjects between commas; one whose name has a comma is left whole."""
    return words if code_in(SUBJECTS, words) else words.replace(",", ";")
