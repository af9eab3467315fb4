"""The table of kinds: one module per dialect, one line each here.

A kind is two functions and a model:

    class Options(Strict): ...                                  # what [options] of a declaration may say
    def collect(source, http, since) -> Iterator[Item]: ...     # talks to the agency, page by page
    def parse(item, source) -> Record | None: ...               # pure; None means: not for us

`collect` may yield a `Tombstone` for what the source says is gone, and a `Remark` between items: how many the source says it has, what is odd, what won't come.
A kind may offer `history(item) -> History`, where its source tells what a record said before.
A kind whose `collect` heeds `since` says so with `INCREMENTAL = True`; the others always bring everything.

A kind that can begin in the middle says `RESUMABLE = True`. Its `collect` takes a fourth argument, `position`, and
yields `Remark(position=…)` (plain JSON data) where everything before was yielded: after a window, a page. A run
that was killed, stopped or broken off is then gone on with from its last position; it is None otherwise. What
the others had brought is stored, and comes again as unchanged.

A kind that takes the axis of its records from the declaration alone says `AXIS_DECLARED = True`.

A kind whose `raw` is not the JSON of its `data` offers `read(raw, media_type) -> data`, so that kept items can be
parsed again after the kind was improved (`clerestory harvest replay`).
"""

from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

if TYPE_CHECKING:
    from ..http import Http
    from ..record import Record, Strict
    from ..run import Item, Remark, Tombstone
    from ..source import Source

KINDS = {
    "akoma_ntoso": "Akoma Ntoso: acts, bills, judgments with their structure and versions",
    "atom": "Atom feeds",
    "ckan": "CKAN Action API: datasets and organisations",
    "clerestory": "another Clerestory portal: its records with their numbers and history",
    "data_json": "DCAT-US 1.1 data.json: datasets",
    "dcat": "DCAT in RDF (Turtle, RDF/XML, JSON-LD) by Hydra's pages, and catalogue services (CSW)",
    "diavgeia": "Diavgeia, the Greek transparency programme: acts of public bodies",
    "dkan": "DKAN portals, version 1 and 2: datasets",
    "federal_register": "US Federal Register API v1: rules, notices, presidential documents",
    "oai_pmh": "OAI-PMH 2.0: the records of a repository",
    "ocds": "Open Contracting: awards and contracts, calls for tenders",
    "federal_register_xml": "US Federal Register in bulk: whole issues as XML",
    "govuk_content": "GOV.UK Content API: pages by their paths",
    "govuk_search": "GOV.UK Search API, with the Content API: whatever a search finds",
    "jsonstat": "JSON-stat 1 and 2: series of statistical offices",
    "legistar": "Legistar Web API: matters, meetings and roll calls of councils",
    "nyc_council": "the mirror of the New York City Council's Legistar: introductions, meetings, votes",
    "oparl": "OParl: papers, meetings and resolutions of German councils",
    "socrata": "Socrata: datasets of a portal, or rows of one",
    "regulations_gov": "Regulations.gov API v4: documents and dockets of US rule-making",
    "rss": "RSS feeds",
    "sdmx": "SDMX web services: series with units and places",
    "table": "CSV, TSV, XLSX or ODS by a column map",
    "us_congress": "US Congress: bills and their actions (API v3, BILLSTATUS XML)",
    "worldbank": "World Bank Indicators API v2",
}


class Kind(Protocol):
    """What a kind's module offers."""

    Options: type["Strict"]

    def collect(self, source: "Source", http: "Http", since: datetime | None) -> Iterator["Item | Tombstone | Remark"]: ...
    def parse(self, item: "Item", source: "Source") -> "Record | None": ...


def kind_of(name: str) -> Kind:
    """The module of a kind. KeyError for an unknown one."""
    if name not in KINDS:
        raise KeyError(name)
    module: Any = import_module(f".{name}", __name__)
    kind: Kind = module
    return kind


def is_incremental(name: str) -> bool:
    """Whether sources of that kind can be asked for what changed since a moment."""
    return bool(getattr(kind_of(name), "INCREMENTAL", False))


def is_resumable(name: str) -> bool:
    """Whether a harvest of that kind can begin where an earlier one ended."""
    return bool(getattr(kind_of(name), "RESUMABLE", False))


def is_axis_declared(name: str) -> bool:
    """Whether only the declaration can say on which axis such a source's records stand."""
    return bool(getattr(kind_of(name), "AXIS_DECLARED", False))


def check_options(source: "Source") -> list[str]:
    """What is wrong with a source's [options], each fault with its value and what to write."""
    options = kind_of(source.kind).Options
    try:
        options(**source.options)
    except ValidationError as error:
        return [_explain(dict(fault), _unknown(source.kind, fault["loc"], options)) for fault in error.errors()]
    return []


def _unknown(kind: str, place: tuple[Any, ...], options: "type[Strict]") -> str:
    known = [field.alias or name for name, field in options.model_fields.items()]
    like = get_close_matches(str(place[-1]), known, 1) if len(place) == 1 else []
    return f"not known; known options of {kind}: {', '.join(known) or 'none'}{f'; did you mean {like[0]}?' if like else ''}"


def _explain(fault: dict[str, Any], unknown: str) -> str:
    """One fault of [options]. What concerns several options together names them in its own words."""
    said = unknown if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
    name, value = ".".join(map(str, fault["loc"])), repr(fault["input"])
    shown = value if len(value) <= 100 else f"{value[:100]}…"
    return f"options.{name} = {shown}: {said}" if name else f"options: {said}"
