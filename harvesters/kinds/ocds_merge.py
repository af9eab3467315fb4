"""Releases of the Open Contracting Data Standard: found in whatever wraps them, merged by process, parted by award.

The rules of merging are the standard's: by date; objects field by field; lists whose members have an id member by
member, other lists as a whole; null takes away what was there.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..catalogues import listed, object_of

# Lists that are replaced as a whole although their members have ids.
_WHOLE = frozenset({"additionalClassifications", "additionalIdentifiers", "changes"})
_SECTIONS = ("tender", "planning", "awards", "contracts", "buyer", "parties")
_WRAPPERS = ("releases", "records", "data", "results", "items", "docs", "value", "result", "hits")
_PACKAGE = ("publisher", "license", "publishedDate", "uri", "version")
# What an award's record shows of the tender it came of.
_OF_TENDER = (
    "id", "title", "description", "procuringEntity", "procurementMethod", "procurementMethodDetails",
    "procurementMethodRationale", "mainProcurementCategory", "legalBasis",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One release of a process, or (`whole`) what its publisher has merged."""

    ocid: str
    release: dict[str, Any]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Where a listing says that a process or a release is."""

    url: str


def entries_in(data: Any, package: dict[str, Any] | None = None, depth: int = 0) -> Iterator[Entry | Link]:
    """Every release and record in an answer: a package, a list of packages, a bare release, a page of an API."""
    if isinstance(data, list):
        for one in data:
            yield from entries_in(one, package, depth + 1)
    if not isinstance(data, dict) or depth > 8:
        return
    if _is_record(data):
        yield from _of_record(data, package or {})
    elif "ocid" in data:
        yield from _of_release(data, package or {})
    else:
        known = {**(package or {}), **{name: data[name] for name in _PACKAGE if data.get(name)}}
        for name in _WRAPPERS:
            if isinstance(data.get(name), (list, dict)):
                yield from entries_in(data[name], known, depth + 1)


def has_entries(data: Any) -> bool:
    """Whether an answer is built like one that may bring releases, be there any or none."""
    if isinstance(data, list):
        return not data or any(isinstance(one, (dict, list)) for one in data)
    return isinstance(data, dict) and ("ocid" in data or any(isinstance(data.get(name), (list, dict)) for name in _WRAPPERS))


def _is_record(data: dict[str, Any]) -> bool:
    return bool(data.get("compiledRelease")) or (
        isinstance(data.get("releases"), list) and "ocid" in data and not any(name in data for name in _SECTIONS)
    )


def _of_record(record: dict[str, Any], package: dict[str, Any]) -> Iterator[Entry | Link]:
    compiled = record.get("compiledRelease")
    ocid = str(record.get("ocid") or (compiled or {}).get("ocid") or "")
    if isinstance(compiled, dict) and compiled:
        yield Entry(ocid, _with_package(compiled, package), whole=True)
        return
    for release in listed(record.get("releases")):
        if isinstance(release, dict) and any(name in release for name in _SECTIONS):
            yield Entry(str(release.get("ocid") or ocid), _with_package(release, package))
        elif isinstance(release, dict) and release.get("url"):
            yield Link(str(release["url"]))


def _of_release(release: dict[str, Any], package: dict[str, Any]) -> Iterator[Entry | Link]:
    links = [
        value for name, value in release.items()
        if name.lower().startswith(("url", "uri")) and isinstance(value, str) and value.startswith(("http:", "https:"))
    ]  # fmt: skip
    if links and not any(name in release for name in _SECTIONS):
        yield from map(Link, links)
        return
    tags = [str(tag).casefold() for tag in listed(release.get("tag"))]
    yield Entry(str(release.get("ocid") or ""), _with_package(release, package), whole="compiled" in tags)


def _with_package(release: dict[str, Any], package: dict[str, Any]) -> dict[str, Any]:
    return {**release, "packageInfo": {**package, **object_of(release.get("packageInfo"))}}


def merge(earlier: Any, later: Any, name: str = "") -> Any:
    """What holds after `later`."""
    if isinstance(later, dict):
        merged = dict(earlier) if isinstance(earlier, dict) else {}
        for field, value in later.items():
            if value is None:
                merged.pop(field, None)
            else:
                merged[field] = merge(merged.get(field), value, field)
        return merged
    if isinstance(later, list) and name not in _WHOLE and later and all(_has_id(member) for member in later):
        members = earlier if isinstance(earlier, list) and all(_has_id(member) for member in earlier) else []
        by_id: dict[str, Any] = {str(member["id"]): member for member in members}
        for member in later:
            by_id[str(member["id"])] = merge(by_id.get(str(member["id"])), member)
        return list(by_id.values())
    return later


def _has_id(member: Any) -> bool:
    return isinstance(member, dict) and member.get("id") not in (None, "")


def moment(release: dict[str, Any]) -> str:
    """When a release was made, so that it sorts; "" where it does not say."""
    text = str(release.get("date") or "")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def compile_releases(entries: Iterable[Entry]) -> dict[str, Any]:
    """The state of one process: what its publisher merged, with the releases that are newer; else all of them."""
    ordered = sorted(entries, key=lambda entry: moment(entry.release))
    start = max((place for place, entry in enumerate(ordered) if entry.whole), default=0)
    compiled: dict[str, Any] = {}
    for entry in ordered[start:]:
        compiled = merge(compiled, entry.release)
    return {**compiled, "ocid": ordered[0].ocid, "firstDate": next((e.release["date"] for e in ordered if e.release.get("date")), None)}


class Shelf:
    """The releases of a harvest by process, on disk: they come in any order, and there may be millions."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("CREATE TABLE entry (ocid TEXT, whole INTEGER, body TEXT)")
        self._rows.execute("CREATE INDEX by_process ON entry (ocid)")

    def put(self, entry: Entry) -> None:
        """Keep a release."""
        body = json.dumps(entry.release, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        self._rows.execute("INSERT INTO entry VALUES (?, ?, ?)", (entry.ocid, entry.whole, body))

    def processes(self) -> Iterator[dict[str, Any]]:
        """Each process as it stands, in the order in which they came."""
        for (ocid,) in self._rows.execute("SELECT ocid FROM entry GROUP BY ocid ORDER BY min(rowid)").fetchall():
            rows = self._rows.execute("SELECT body, whole FROM entry WHERE ocid = ? ORDER BY rowid", (ocid,))
            entries = [Entry(ocid, json.loads(body), bool(whole)) for body, whole in rows.fetchall()]
            if ocid:
                yield compile_releases(entries)
            else:  # Nothing tells them apart; each is rejected by itself.
                yield from (entry.release for entry in entries)

    def close(self) -> None:
        """Let go of everything."""
        self._rows.close()


def parts_of(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What of a process makes a record of its own: each award with its contracts, each contract without an award,
    and the process itself where it says more than that."""
    ocid = str(release.get("ocid") or "")
    awards = _by_key(release.get("awards"), "id")
    contracts = _by_key(release.get("contracts"), "awardID")
    singles = _by_key(contracts.pop("", []), "id")
    keys = [("award", key) for key in dict.fromkeys([*awards, *contracts])] + [("contract", key) for key in singles]
    shown = _says_something(release) or not keys
    if shown:
        process = {name: value for name, value in release.items() if name not in ("awards", "contracts", "bids", "parties")}
        yield {"part": "process", "identifier": ocid, "release": {**process, "about": _about(release), "parties": _parties(release, [])}}
    for part, key in keys:
        given = awards.get(key, []) if part == "award" else []
        signed = contracts.get(key, []) if part == "award" else singles[key]
        yield {
            "part": part,
            "identifier": f"{ocid}/{part}/{key}" if key or len(keys) > 1 else f"{ocid}/{part}",
            "process": ocid if shown else "",
            "release": _of_award(release, given, signed, alone=len(keys) == 1),
        }


def _by_key(members: Any, name: str) -> dict[str, list[dict[str, Any]]]:
    """Members by an identifier. Several that have no `id` are told apart by their place."""
    held: dict[str, list[dict[str, Any]]] = {}
    for place, member in enumerate(listed(members), 1):
        if isinstance(member, dict):
            key = str(member.get(name) if member.get(name) is not None else "").strip()
            if not key and name == "id" and key in held:
                key = f"n{place}"
            held.setdefault(key, []).append(member)
    return held


def _says_something(release: dict[str, Any]) -> bool:
    """Whether a tender or a plan was published, not only named."""
    told = ("title", "description", "items", "lots", "documents", "value", "tenderPeriod", "datePublished", "rationale", "budget", "project")
    for section in (release.get("tender"), release.get("planning")):
        for name, value in section.items() if isinstance(section, dict) else ():
            if name.partition("_")[0] in told and value not in (None, "", [], {}):
                return True
    return False


def _about(release: dict[str, Any]) -> list[Any]:
    """What a process is about, as its awards and contracts tell it."""
    names = ("title", "description", "items")
    return [
        {name: one[name] for name in one if name.partition("_")[0] in names}
        for section in ("awards", "contracts") for one in listed(release.get(section))[:1] if isinstance(one, dict)
    ]  # fmt: skip


def _of_award(
    release: dict[str, Any], awards: list[dict[str, Any]], contracts: list[dict[str, Any]], alone: bool
) -> dict[str, Any]:
    tender = release.get("tender")
    told = {
        name: value for name, value in (tender.items() if isinstance(tender, dict) else ())
        if name in _OF_TENDER or name.startswith(("title_", "description_"))
    }  # fmt: skip
    left = ("awards", "contracts", "tender", "planning", "bids", "parties")
    chosen = {str(lot) for award in awards for lot in listed(award.get("relatedLots") or award.get("relatedLot"))}
    lots = listed(tender.get("lots")) if isinstance(tender, dict) and len(chosen) == 1 else []
    told["lots"] = [lot for lot in lots if isinstance(lot, dict) and str(lot.get("id")) in chosen]
    top = {name: value for name, value in release.items() if name not in left}
    suppliers = [supplier for one in (*awards, *contracts) for supplier in listed(one.get("suppliers"))]
    parties = _parties(release, suppliers, alone)
    return {**top, "tender": told, "awards": awards, "contracts": contracts, "parties": parties}


def _parties(release: dict[str, Any], suppliers: list[Any], alone: bool = False) -> list[Any]:
    """The buyers, and those named; where there is but one award, whoever has the role of a supplier."""
    wanted = {str(one.get("id")) for one in suppliers if isinstance(one, dict)}
    roles = {"buyer", "procuringEntity", *(("supplier",) if alone else ())}
    return [
        party for party in listed(release.get("parties"))
        if isinstance(party, dict)
        and (str(party.get("id")) in wanted or roles & {str(role) for role in listed(party.get("roles"))})
    ]  # fmt: skip
