"""CKAN's words for our records: datasets and organisations as the Action API speaks of them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slugify import slugify

from harvesters.vocabularies import AXES, TYPES

from .catalogue import AgencyCard, Entry


class FilterError(Exception):
    """An `fq` that is not understood: an empty or a wider answer would be a lie."""


@dataclass
class Filter:
    """What `fq` may say here: a range of metadata_modified, organisations with OR, and records' own facets."""

    changed_since: datetime | None = None
    changed_until: datetime | None = None
    facets: dict[str, list[str]] = field(default_factory=dict)
    not_publishers: list[str] = field(default_factory=list)


_RANGE = re.compile(r"^\[\s*(\S+)\s+TO\s+(\S+)\s*\]$")
_TERM = re.compile(r"""\s*(?P<sign>[-+]?)(?P<field>[a-z_]+):(?P<value>\[[^\]]*\]|"[^"]*"|\([^)]*\)|[^\s()]+)""")
_FACETS = {
    "organization": "publisher", "owner_org": "publisher", "axis": "axis", "type": "type", "groups": "axis",
    "subject": "subject", "language": "language", "source": "source", "place": "place", "year": "year",
}  # fmt: skip


def read_filter(text: str) -> Filter:
    """Read an `fq`. Raises FilterError naming the part that is not understood."""
    wanted = Filter()
    position = 0
    joined = ""
    before = ""
    while rest := text[position:].strip():
        if match := re.match(r"\s*(AND|OR)\b", text[position:]):
            joined = match[1]
            position += match.end()
            continue
        match = _TERM.match(text, position)
        if not match:
            raise FilterError(f"fq: {rest!r} is not understood; write field:value, such as organization:name")
        _add_term(wanted, match["sign"], match["field"], match["value"], joined, before)
        before, joined = match["field"], ""
        position = match.end()
    return wanted


def _add_term(wanted: Filter, sign: str, name: str, value: str, joined: str, before: str) -> None:
    if joined == "OR" and before != name:
        raise FilterError(f"fq: OR between {before} and {name} is not understood; use it within one field")
    if name == "metadata_modified":
        wanted.changed_since, wanted.changed_until = _range(value)
        return
    if name == "dataset_type" and value.strip('"') == "dataset":
        return
    if name in ("state", "capacity") and value.strip('"') in ("active", "public"):
        return
    facet = _FACETS.get(name)
    if not facet:
        raise FilterError(f"fq: field {name!r} is not known; known: metadata_modified, {', '.join(_FACETS)}")
    values = re.findall(r'"[^"]*"|[^\s()]+', value)
    values = [part.strip('"') for part in values if part != "OR"]
    if sign == "-" and facet != "publisher":
        raise FilterError(f"fq: -{name} is not understood; only organization can be excluded")
    if sign == "-":
        wanted.not_publishers += values
    elif facet in wanted.facets and joined != "OR":
        wanted.facets[facet] = [one for one in wanted.facets[facet] if one in values] or ["-"]
    else:
        wanted.facets.setdefault(facet, []).extend(values)


def _range(value: str) -> tuple[datetime | None, datetime | None]:
    match = _RANGE.match(value)
    if not match:
        raise FilterError(f"fq: metadata_modified:{value} is not a range; write [2026-01-31T00:00:00Z TO *]")
    return _moment(match[1]), _moment(match[2])


def _moment(text: str) -> datetime | None:
    if text == "*":
        return None
    try:
        moment = datetime.fromisoformat(text.strip('"'))
    except ValueError:
        raise FilterError(f"fq: {text!r} is not a moment; write 2026-01-31T00:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _naive(moment: datetime) -> str:
    # CKAN writes UTC without saying so.
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def package(entry: Entry, base: str) -> dict[str, Any]:
    """A record as a CKAN dataset. `id` is the permanent number, `name` its lower case; nothing of it ever moves."""
    data = entry.data
    record_url = f"{base}/records/{entry.number}"
    return {
        "id": entry.number,
        "name": entry.number.lower(),
        "title": data["title"],
        "notes": data.get("summary") or data.get("body", "")[:5000],
        "type": "dataset",
        "state": "active" if entry.state == "published" else "deleted",
        "private": False,
        "isopen": bool(data.get("license")),
        "url": data.get("landing_page") or record_url,
        "license_id": data.get("license") or "notspecified",
        "license_title": data.get("license") or "License not specified",
        "author": data.get("decided_by") or entry.agency_name("en"),
        "metadata_created": _naive(entry.first_seen),
        "metadata_modified": _naive(entry.changed_at),
        "version": str(entry.version),
        "owner_org": data["publisher"]["slug"],
        "organization": _organization_stub(entry),
        "groups": [{"id": entry.axis, "name": entry.axis, "title": AXES.label(entry.axis), "display_name": AXES.label(entry.axis)}],
        "tags": [_tag(word) for word in data.get("keywords", ())],
        "num_tags": len(data.get("keywords", ())),
        "resources": _resources(entry, record_url),
        "num_resources": len(data.get("files", ())) + 1,
        "extras": _extras(entry),
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _organization_stub(entry: Entry) -> dict[str, Any]:
    slug = entry.data["publisher"]["slug"]
    name = entry.agency_name("en")
    return {"id": slug, "name": slug, "title": name, "type": "organization", "is_organization": True, "state": "active"}


def _tag(word: str) -> dict[str, str]:
    return {"name": word, "display_name": word, "id": slugify(word) or word, "state": "active"}


def _resources(entry: Entry, record_url: str) -> list[dict[str, Any]]:
    own = {
        "id": f"{entry.number}-json", "name": "The whole record as JSON", "url": f"{record_url}.json",
        "format": "JSON", "mimetype": "application/json", "position": 0, "package_id": entry.number, "state": "active",
    }  # fmt: skip
    files = [
        {
            "id": f"{entry.number}-{position}",
            "name": file.get("title", ""),
            "description": file.get("description", ""),
            "url": file["url"] if file["url"].startswith("http") else record_url.split("/records/")[0] + file["url"],
            "format": _format(file.get("media_type", "")),
            "mimetype": file.get("media_type", ""),
            "size": file.get("size"),
            "position": position,
            "package_id": entry.number,
            "state": "active",
        }
        for position, file in enumerate(entry.data.get("files", ()), 1)
    ]
    return [own, *files]


def _format(media_type: str) -> str:
    return media_type.split(";")[0].rsplit("/", 1)[-1].split("+")[-1].upper()


def _extras(entry: Entry) -> list[dict[str, str]]:
    data = entry.data
    extras = {
        "axis": entry.axis, "record_type": entry.type, "record_type_label": TYPES[entry.axis].label(entry.type),
        "language": data["language"], "issued": data.get("issued"), "status": data.get("status"),
        "source": data["source"], "identifier": data["identifier"],
        "subjects": ", ".join(data.get("subjects", ())), "places": ", ".join(data.get("places", ())),
    }  # fmt: skip
    return [{"key": key, "value": str(value)} for key, value in extras.items() if value]


def organization(card: AgencyCard) -> dict[str, Any]:
    """An agency as a CKAN organisation."""
    return {
        "id": card.slug,
        "name": card.slug,
        "title": card.name("en"),
        "display_name": card.name("en"),
        "description": "",
        "image_url": "",
        "type": "organization",
        "is_organization": True,
        "state": "active",
        "package_count": card.total,
        "extras": [{"key": key, "value": value} for key, value in (("homepage", card.homepage), ("merged_into", card.merged_into)) if value],
        "groups": [{"name": card.parent}] if card.parent else [],
    }
