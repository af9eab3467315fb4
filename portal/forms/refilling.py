"""From a record back to what an officer would have typed: for correcting a published one."""

from collections.abc import Iterator
from typing import Any

from harvesters.record import Record

from ..typed import write_cells
from .fields import ROWS

_SAME = (
    "type", "title", "summary", "body", "language", "issued", "status", "landing_page", "license", "decided_by", "rationale",
    "counterparty", "budget_code", "valid_from", "valid_until", "indicator", "unit", "frequency", "better", "method", "due",
)  # fmt: skip
_LINES = ("legal_basis", "objectives")
_WORDS = ("keywords", "places")


def refill(record: Record) -> dict[str, Any]:
    """What to put into the form so that it says this record again."""
    data = record.to_data()
    typed: dict[str, Any] = {name: data.get(name, "") for name in _SAME}
    typed |= {name: "\n".join(data.get(name, ())) for name in _LINES}
    typed |= {name: ", ".join(data.get(name, ())) for name in _WORDS}
    typed |= {"subjects": list(data.get("subjects", ())), "document_number": _document_number(data)}
    typed |= dict(_nested(data)) | dict(_rows(data)) | dict(_files(data))
    return {name: value for name, value in typed.items() if value not in ("", [], None)}


def _document_number(data: dict[str, Any]) -> str:
    schemes = ((one.get("scheme", "document_number"), one["value"]) for one in data.get("other_identifiers", ()))
    return next((str(value) for scheme, value in schemes if scheme == "document_number"), "")


def _nested(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if amount := data.get("amount"):
        yield from (("amount", _number(amount["value"])), ("currency", amount["currency"]))
    offices = data.get("offices", {})
    yield "decision_makers", "\n".join(write_cells([name, offices.get(name, "")]) for name in data.get("decision_makers", ()))
    yield "counterparties", "\n".join(write_cells([one["name"], one.get("identifier", ""), _share(one)]) for one in data.get("counterparties", ()))
    votes = data.get("votes") or {}
    yield from ((f"votes_{name}", str(value)) for name, value in votes.items() if name != "roll_call" and value is not None)
    calls = ([vote["name"], vote["choice"], *(vote.get(name, "") for name in ("party", "office", "district"))] for vote in votes.get("roll_call", ()))
    yield "roll_call", "\n".join(map(write_cells, calls))
    yield from ((f"consultation_{name}", value) for name, value in (data.get("consultation") or {}).items() if value)
    for words in data.get("translations", {}).values():
        yield from ((f"translation_{name}", value) for name, value in words.items())
    figures = (
        # A figure that is known to be missing says so: a line with a period alone is one that somebody has not finished.
        [one["period"], _number(one["value"]), one.get("place", ""), one.get("status", "M" if one["value"] is None else ""), one.get("note", "")]
        for one in data.get("observations", ())
    )
    yield "observations", "\n".join(map(write_cells, figures))


def _share(one: dict[str, Any]) -> str:
    amount = one.get("amount")
    return f"{_number(amount['value'])} {amount['currency']}" if amount else ""


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for row, relation in enumerate(data.get("relations", ()), 1):
        yield f"relation_type_{row}", relation["type"]
        yield f"relation_target_{row}", relation.get("number") or relation.get("identifier", "")
    for row, target in enumerate(data.get("targets", ()), 1):
        for column in ROWS["target"]:
            if (value := target.get(column)) is not None:
                yield f"target_{column}_{row}", _number(value) if column in ("baseline", "value", "value_to") else value


    for row, report in enumerate(data.get("reports", ()), 1):
        yield from ((f"report_{column}_{row}", report[column]) for column in ROWS["report"] if report.get(column))


def _files(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for file in data.get("files", ()):
        name = file["url"].rpartition("/")[2]
        if file.get("sha256") and file.get("title") != name:
            yield f"file_title_{file['sha256'][:12]}", file.get("title", "")


def _number(value: str | None) -> str:
    """A number as read_decimal reads it without asking: 1.250 could be one thousand, 1.2500 could not."""
    if value is None:
        return ""
    whole, point, part = str(value).partition(".")
    return f"{whole}.{part}0" if point and len(part) == 3 else str(value)
