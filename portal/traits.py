"""What lists filter by beside the words of a record: its status, formats, what it holds, how much money it is about."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_compact_currency

from harvesters.vocabularies import STATUSES

# Media types by the name that people know; what is not here has no line among the formats.
FORMATS = {
    "application/pdf": "PDF",
    "text/html": "HTML",
    "application/xhtml+xml": "HTML",
    "text/plain": "TXT",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/msword": "DOC",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/ld+json": "JSON",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/rdf+xml": "RDF",
    "text/turtle": "RDF",
    "application/zip": "ZIP",
    "application/vnd.google-earth.kml+xml": "KML",
    "application/x-shapefile": "SHP",
    "application/geopackage+sqlite3": "GPKG",
    "application/vnd.apache.parquet": "Parquet",
}
_MACHINE_READABLE = {"CSV", "TSV", "XLS", "XLSX", "ODS", "JSON", "GeoJSON", "XML", "RDF", "KML", "SHP", "GPKG", "Parquet"}
# What a record may hold, in the order of display.
HOLDINGS = ("data", "files", "votes", "targets")
WITHDRAWN = "withdrawn"  # a status that the portal knows, beside those that agencies give
_BAND = re.compile(r"([A-Z]{3}):(-|0|1(?:000|0{4,15}))")


def formats_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The formats of a record's files, each once."""
    types = (file.get("media_type", "").partition(";")[0].strip().lower() for file in data.get("files", ()))
    return tuple(dict.fromkeys(FORMATS[one] for one in types if one in FORMATS))


def holdings_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of HOLDINGS a record has. "data": figures, or a file that a program can read."""
    machine_readable = not _MACHINE_READABLE.isdisjoint(formats_of(data))
    held = {
        "data": bool(data.get("observations")) or machine_readable,
        "files": bool(data.get("files")),
        "votes": bool(data.get("votes") or data.get("roll_call")),
        "targets": bool(data.get("targets")),
    }
    return tuple(name for name in HOLDINGS if held[name])


def status_of(data: Mapping[str, Any], state: str) -> tuple[str, ...]:
    """What its agency says of it, or that it was withdrawn."""
    return (WITHDRAWN,) if state == WITHDRAWN else tuple(filter(None, [data.get("status")]))


def is_status(value: str) -> bool:
    return value in STATUSES or value == WITHDRAWN


def band_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The band of a record's amount: its currency and the power of ten that it reaches. 25,000 euros are EUR:10000, less
    than 1,000 is EUR:0, refunds are EUR:-. Currencies are not converted, so each has bands of its own."""
    amount = data.get("amount")
    if not amount:
        return ()
    value = Decimal(str(amount["value"]))
    return (f"{amount['currency']}:{_floor(value)}",)


def _floor(value: Decimal) -> str:
    if value < 0:
        return "-"
    return "0" if value < 1000 else str(10 ** min(15, value.adjusted()))


def is_band(value: str) -> bool:
    return bool(_BAND.fullmatch(value))


def band_key(value: str) -> tuple[str, float]:
    """Bands in the order of their amounts, one currency after the other."""
    currency, _, floor = value.partition(":")
    return currency, -math.inf if floor == "-" else float(floor)


def band_ends(value: str, locale: str) -> tuple[str, str]:
    """The two ends of a band in words: ("€10K", "€100K"); the upper end is not in it. Open ends are empty."""
    currency, _, floor = value.partition(":")
    if floor == "-":
        return "", format_compact_currency(0, currency, locale=locale)
    least = int(floor)
    lower, upper = (format_compact_currency(end, currency, locale=locale) for end in (least, least * 10 or 1000))
    return lower, upper if least < 10**15 else ""
