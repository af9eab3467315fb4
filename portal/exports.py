"""Lists taken away: JSON by pages, CSV, JSON Lines and Atom, streamed from the database whatever their length."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from harvesters.record import show_number

from . import catalogue
from .catalogue import Entry, Found
from .parts import Portal
from .standing import Reader, Standing, with_standing

# One column a line: what it is called and where it is found. Kept in this order for good; new ones are appended.
COLUMNS = (
    "number", "axis", "type", "title", "summary", "status", "issued", "modified", "valid_from", "valid_until",
    "publisher", "publisher_name", "language", "document_number", "source", "identifier", "subjects", "keywords",
    "places", "license", "landing_page", "files", "decided_by", "decision_makers", "legal_basis", "amount", "currency",
    "counterparty", "votes_in_favour", "votes_against", "votes_abstained", "votes_absent", "objectives", "targets",
    "consultation_opens", "consultation_closes", "indicator", "unit", "frequency", "latest_period", "latest_value",
    "observations", "relations", "state", "version", "first_seen", "changed_at", "url",
    "budget_code", "counterparties", "offices", "votes_recused", "votes_method", "roll_call", "standing", "replaced_by", "reports",
    "relations_found",
)  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def life(entry: Entry, url: str) -> dict[str, Any]:
    """What the portal itself knows of a record: number, address, state, version and when it saw it."""
    return {
        "number": entry.number,
        "url": url,
        "state": entry.state,
        **({"reason": entry.reason, "withdrawn_at": _moment(entry.withdrawn_at)} if entry.state != "published" else {}),
        "version": entry.version,
        "first_seen": _moment(entry.first_seen),
        "last_seen": _moment(entry.last_seen),
        "changed_at": _moment(entry.changed_at),
        **({"demonstration": True} if entry.demonstration else {}),
    }


def record_data(entry: Entry, base: str) -> dict[str, Any]:
    """A record as data: what it says, and its life. `base` is the portal's address without a slash at its end."""
    return life(entry, f"{base}/records/{entry.number}") | entry.data


def standing_data(standing: Standing | None, base: str) -> dict[str, Any]:
    """How a record stands today, as a field of its data: null where nothing took its place and nobody took it back."""
    if standing is None:
        return {"standing": None}
    by = standing.by
    other = {"number": by.number, "url": f"{base}/records/{by.number}", "title": by.data["title"]} if by else None
    return {"standing": {"kind": standing.kind, "since": standing.since or None, "by": other}}


def found_data(found: Sequence[Found]) -> dict[str, Any]:
    """The relations that were found in a record's words, as a field of its data; nothing where there are none. What the record
    states itself stays alone in `relations`."""
    return {"relations_found": [{"type": one.type, "number": one.number, "origin": one.origin} for one in found]} if found else {}


def _moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def to_json(data: Any) -> str:
    """JSON as the portal writes it: readable letters, no spaces."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def entries(portal: Portal, numbers: Iterable[str]) -> Iterator[Entry]:
    """The records of those numbers, one by one, with a session of their own: for answers that are streamed."""
    with portal.database.read() as session:
        yield from catalogue.each(session, numbers)


FoundReader = Callable[[Sequence[Entry]], dict[int, list[Found]]]


def _told(
    entries: Iterable[Entry], standing: Reader | None, links: FoundReader | None, batch: int = 500
) -> Iterator[tuple[Entry, Standing | None, Sequence[Found]]]:
    """Records with how they stand and what was found in their words, asked some hundreds at a time."""
    told = with_standing(entries, standing, batch)
    while some := list(islice(told, batch)):
        found = links([entry for entry, _how in some]) if links else {}
        yield from ((entry, how, found.get(entry.id, ())) for entry, how in some)


def json_lines(
    found: Iterable[Entry], base: str, as_of: datetime, standing: Reader | None = None, links: FoundReader | None = None
) -> Iterator[str]:
    """A record a line, with how it stands and what was found in its words where `standing` and `links` read that; the last line
    says that the list is complete and how long it is. A list without that last line was cut off on its way.
    """
    count = 0
    for entry, how, others in _told(found, standing, links):
        count += 1
        yield to_json(record_data(entry, base) | found_data(others) | (standing_data(how, base) if standing else {})) + "\n"
    yield json.dumps({"end": {"complete": True, "returned": count, "as_of": _moment(as_of)}}) + "\n"


def csv_lines(
    found: Iterable[Entry], base: str, *, bom: bool = False, standing: Reader | None = None, links: FoundReader | None = None
) -> Iterator[str]:
    """A header and a row a record (RFC 4180). With `bom` spreadsheets read it as UTF-8 without being told.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe; numbers stay as they are.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield (BOM if bom else "") + _taken(buffer)
    for entry, how, others in _told(found, standing, links):
        row = _row(entry, base) | {"relations_found": "; ".join(f"{one.type}: {one.number} ({one.origin})" for one in others)}
        if how:
            row |= {"standing": how.kind, "replaced_by": show_number(how.by.number) if how.by else None}
        writer.writerow([harmless(row.get(column)) for column in COLUMNS])
        yield _taken(buffer)


def csv_line(cells: Iterable[Any]) -> str:
    """A line of CSV (RFC 4180)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def without_guard(text: str) -> str:
    """A cell without the apostrophe that `harmless` puts, and spreadsheets show not, before what they would run."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text


def harmless(value: Any) -> str:
    """A cell that no spreadsheet runs as a formula; numbers stay as they are."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(_DANGEROUS):
        with suppress(InvalidOperation):
            if Decimal(text).is_finite():
                return text
        return f"'{text}"
    return text


def _row(entry: Entry, base: str) -> dict[str, Any]:
    data = entry.data
    row: dict[str, Any] = {name: data[name] for name in COLUMNS if isinstance(data.get(name), str)}
    row |= {name: _list(data[name]) for name in COLUMNS if isinstance(data.get(name), list)}
    row |= life(entry, f"{base}/records/{entry.number}")
    row["number"] = show_number(entry.number)
    row["publisher"] = data["publisher"]["slug"]
    row["publisher_name"] = entry.agency_name(data["language"])
    row["document_number"] = _list(
        [other["value"] for other in data.get("other_identifiers", ()) if other.get("scheme", "document_number") == "document_number"]
    )
    return row | _decision_cells(data) | _policy_cells(data) | _outcome_cells(data) | _link_cells(data)


def _list(values: Iterable[Any]) -> str:
    return "; ".join(value for value in values if isinstance(value, str))


def _decision_cells(data: dict[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    if amount := data.get("amount"):
        cells |= {"amount": amount["value"], "currency": amount["currency"]}
    votes = data.get("votes", {})
    for name in ("in_favour", "against", "abstained", "absent", "recused", "method"):
        cells[f"votes_{name}"] = votes.get(name)
    cells["roll_call"] = "; ".join(f"{one['name']}: {one['choice']}" for one in votes.get("roll_call", ()))
    cells["counterparties"] = "; ".join(
        ", ".join(filter(None, (one["name"], one.get("identifier")))) for one in data.get("counterparties", ())
    )
    cells["offices"] = "; ".join(f"{name}: {office}" for name, office in data.get("offices", {}).items())
    return cells


def _policy_cells(data: dict[str, Any]) -> dict[str, Any]:
    consultation = data.get("consultation") or {}
    return {
        "targets": "; ".join(_target(target) for target in data.get("targets", ())),
        "reports": "; ".join(_report(one) for one in data.get("reports", ())),
        "consultation_opens": consultation.get("opens"),
        "consultation_closes": consultation.get("closes"),
    }


def _target(target: dict[str, Any]) -> str:
    value = {"at_least": "≥ ", "at_most": "≤ "}.get(target.get("bound", ""), "") + str(target.get("value"))
    value += f"–{target['value_to']}" if target.get("value_to") is not None else ""
    goal = f" → {value} {target.get('unit', '')}".rstrip() if target.get("value") is not None else ""
    return f"{target['indicator']}{goal}" + (f" ({target['due']})" if target.get("due") else "")


def _report(one: dict[str, Any]) -> str:
    when = " ".join(filter(None, (one.get("due"), f"every {one['every']}" if one.get("every") else "", f"until {one['until']}" if one.get("until") else "")))
    return ", ".join(filter(None, (one["what"], one.get("to")))) + (f" ({when})" if when else "")


def _outcome_cells(data: dict[str, Any]) -> dict[str, Any]:
    observations = data.get("observations", ())
    known = [observation for observation in observations if observation.get("value") is not None]
    latest = max(known, key=lambda observation: str(observation["period"]), default=None)
    places = {observation.get("place") for observation in known}
    cells: dict[str, Any] = {"observations": len(observations) or None}
    if latest and len(places) == 1:  # of several places none is "the latest value"
        cells |= {"latest_period": latest["period"], "latest_value": latest["value"]}
    return cells


def _link_cells(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "files": " ".join(file["url"] for file in data.get("files", ())),
        "relations": "; ".join(
            f"{relation['type']}: {relation.get('number') or relation['identifier']}" for relation in data.get("relations", ())
        ),
    }
