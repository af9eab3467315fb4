"""What pydantic finds wrong with a record, in the words of the form: at which field, and what to write."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from pydantic_core import ErrorDetails

from harvesters.vocabularies import TYPES

from ..typed import shown
from .fields import Typed, label

Fault = tuple[str, str]


def explain(error: ErrorDetails, axis: str, typed: Typed, files: Sequence[str] = ()) -> Fault:
    """(field, message). `files` are the names of the fields for the files' titles, in their order."""
    field = _field_of(error["loc"], files) or _field_of_whole(axis, typed)
    return field, _words(field, error, typed)


def _field_of(location: tuple[int | str, ...], files: Sequence[str]) -> str | None:
    match location:
        case ("targets", int(row), str(column), *_):
            return f"target_{column}_{row + 1}"
        case ("targets", int(row)):
            return f"target_value_to_{row + 1}"
        case ("reports", int(row), str(column), *_):
            return f"report_{column}_{row + 1}"
        case ("reports", int(row)):
            return f"report_until_{row + 1}"
        case ("relations", int(row), *_):
            return f"relation_target_{row + 1}"
        case ("files", int(row), "title") if row < len(files):
            return files[row]
        case ("votes", "roll_call", *_):
            return "roll_call"
        case ("votes", str(name), *_):
            return f"votes_{name}"
        case ("translations", _, str(name), *_):
            return f"translation_{name}"
        case ("consultation", str(name), *_):
            return f"consultation_{name}"
        case ("amount", "currency", *_):
            return "currency"
        case ("offices", *_):
            return "decision_makers"
        case ("identifier" | "other_identifiers", *_):
            return "document_number"
        case (str(name), *_):
            return name
    return None


def _field_of_whole(axis: str, typed: Typed) -> str:
    """The field of a fault that lies between fields."""
    return "valid_until" if typed.get("type") in TYPES[axis] else "type"


def _words(field: str, error: ErrorDetails, typed: Typed) -> str:
    kind, value, limits = error["type"], error["input"], error.get("ctx", {})
    name = label(field)
    if kind == "string_too_long" or (kind == "too_long" and isinstance(value, str)):
        return _("“%(field)s” has %(length)s characters; shorten it to %(most)s", field=name, length=len(str(value)),
                 most=limits["max_length"])  # fmt: skip
    if kind == "too_long":
        return _("“%(field)s” has %(length)s entries; keep %(most)s", field=name, length=limits["actual_length"],
                 most=limits["max_length"])  # fmt: skip
    if kind.startswith("decimal_") or kind == "finite_number":
        return _("“%(value)s” is too long for an amount; write at most 18 digits, and 6 after the point", value=shown(str(value)))
    if field == "valid_until" and not error["loc"]:
        return _("The end, %(end)s, lies before the beginning, %(start)s; change one of them", end=typed.get("valid_until", ""),
                 start=typed.get("valid_from", ""))  # fmt: skip
    return _of_field(field, shown(str(typed.get(field, value) if not isinstance(value, str) else value)), error)


def _of_field(field: str, value: str, error: ErrorDetails) -> str:
    if field in ("landing_page", "consultation_url"):
        return _("“%(value)s” is not an address; write one that begins with https://", value=value)
    if field in ("type", "status", "language", "currency", "frequency", "better", "subjects") or error["type"] == "literal_error":
        return _("“%(value)s” is not on the list; choose one of those offered", value=value)
    if field.startswith("relation_"):
        return _("“%(value)s” is not a number or an identifier of a record", value=value)
    return _("“%(value)s” cannot be used in “%(field)s”: %(reason)s", value=value, field=label(field), reason=_reason(error))


def _reason(error: ErrorDetails) -> str:
    reason: Any = error["msg"]
    return str(reason).removeprefix("Value error, ")
