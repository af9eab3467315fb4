"""Listing: what a reader asked a list for, read from the address and written back into addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Self, cast
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from harvesters.vocabularies import AXES, STATUSES, SUBJECTS, TYPES
from harvesters.when import check_when, first_day, last_day

from . import traits
from .errors import BadParameter

# In the order of display. Each is a parameter of the address that may be given several times.
FACETS = (
    "axis", "type", "publisher", "subject", "place", "year", "status", "has", "format", "amount", "language", "source",
)  # fmt: skip
SORTS = ("relevance", "newest", "oldest")
MOST = 1000  # records on one page
LONGEST = 2000  # characters of q that are read

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")  # no page may hold these

Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A parameter that makes no sense: its name, its value as typed, and what to write instead."""

    name: str
    value: str
    advice: str


@dataclass(frozen=True)
class Listing:
    """A list of records: words, facets (OR within one, AND across), dates of issue, order and page."""

    text: str = ""
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: str = ""
    until: str = ""
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20

    @classmethod
    def from_args(cls, args: "MultiDict[str, str]", *, size: int = 20, also: tuple[str, ...] = ()) -> Self:
        """Read strictly, as data addresses do: raises BadParameter for the first fault, unknown names included.
        `also` names the parameters that the caller reads itself."""
        listing, faults = cls.read(args, size=size)
        known = {"q", "from", "to", "sort", "page", "size", *FACETS, *also}
        faults += [
            Fault(name, args[name], _("is not a parameter of this address; known: %(known)s", known=", ".join(sorted(known))))
            for name in args
            if name not in known
        ]
        for fault in faults:
            raise BadParameter(fault.name, fault.value, fault.advice)
        return listing

    @classmethod
    def read(cls, args: "MultiDict[str, str]", *, size: int = 20) -> tuple[Self, list[Fault]]:
        """Read leniently, as pages do: what makes no sense is left out and returned as faults to be shown."""
        faults: list[Fault] = []
        facets = tuple((name, values) for name in FACETS if (values := _facet(name, args, faults)))
        sort = args.get("sort") or "relevance"
        if sort not in SORTS:
            faults.append(Fault("sort", sort, _("use relevance, newest or oldest")))
            sort = "relevance"
        since, until = _day("from", args, faults), _day("to", args, faults)
        if since and until and last_day(until) < first_day(since):
            faults.append(Fault("to", until, _("lies before the start, %(since)s; swap the two", since=since)))
            until = ""
        listing = cls(
            text=_UNSEEN.sub(" ", args.get("q", "")).strip()[:LONGEST],
            facets=facets,
            since=since,
            until=until,
            sort=cast(Sort, sort),
            page=_whole("page", args, faults, 1, 1_000_000),
            size=_whole("size", args, faults, size, MOST),
        )
        return listing, faults

    def values(self, facet: str) -> tuple[str, ...]:
        """The chosen values of a facet."""
        return dict(self.facets).get(facet, ())

    @property
    def since_day(self) -> date | None:
        return first_day(self.since) if self.since else None

    @property
    def until_day(self) -> date | None:
        return last_day(self.until) if self.until else None

    @property
    def axis(self) -> str | None:
        """The axis, where exactly one is chosen."""
        chosen = self.values("axis")
        return chosen[0] if len(chosen) == 1 else None

    def active(self) -> Iterator[tuple[str, str]]:
        """What narrows this list, one by one: (facet, value), ("from", day), ("to", day)."""
        for name, values in self.facets:
            for value in values:
                yield name, value
        if self.since:
            yield "from", self.since
        if self.until:
            yield "to", self.until

    def with_value(self, facet: str, value: str) -> "Listing":
        """The first page of this list, narrowed by one more value."""
        values = (*self.values(facet), value) if value not in self.values(facet) else self.values(facet)
        return self._with_facet(facet, values)

    def without_value(self, facet: str, value: str) -> "Listing":
        """The first page of this list without one of its filters (from and to included)."""
        if facet == "from":
            return replace(self, since="", page=1)
        if facet == "to":
            return replace(self, until="", page=1)
        return self._with_facet(facet, tuple(other for other in self.values(facet) if other != value))

    def _with_facet(self, facet: str, values: tuple[str, ...]) -> "Listing":
        facets = dict(self.facets) | {facet: values}
        return replace(self, facets=tuple((name, facets[name]) for name in FACETS if facets.get(name)), page=1)

    def cleared(self) -> "Listing":
        """The first page without any filter."""
        return replace(self, facets=(), since="", until="", page=1)

    def asking(self, text: str) -> "Listing":
        """The first page of the same list for other words."""
        return replace(self, text=text, page=1)

    def page_address(self, page: int) -> str:
        """The query string of one page of this list."""
        return self.at(page).query_string() or "?"

    def at(self, page: int) -> "Listing":
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> "Listing":
        return replace(self, sort=cast(Sort, sort), page=1)

    def pairs(self, *, paging: bool = True) -> list[tuple[str, str]]:
        """The parameters of the address, those at their usual value left out."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name, values in self.facets for value in values]
        pairs += [(name, value) for name, value in (("from", self.since), ("to", self.until)) if value]
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if paging and self.size != 20:
            pairs.append(("size", str(self.size)))
        if paging and self.page != 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def query_string(self, *, paging: bool = True, **more: Any) -> str:
        """`?q=…&axis=…`, or nothing where nothing is asked. `more` are further parameters."""
        pairs = self.pairs(paging=paging) + [(name, str(value)) for name, value in more.items()]
        return f"?{urlencode(pairs)}" if pairs else ""


def _facet(name: str, args: "MultiDict[str, str]", faults: list[Fault]) -> tuple[str, ...]:
    values: list[str] = []
    for value in args.getlist(name):
        value = value.strip()
        if not value or value in values:
            continue
        if advice := _advice(name, value):
            faults.append(Fault(name, value, advice))
        else:
            values.append(value)
    return tuple(values[:50])


def _advice(name: str, value: str) -> str:
    if name == "axis" and value not in AXES:
        return _("is not an axis; use decision, policy or outcome")
    if name == "type" and not any(value in types for types in TYPES.values()):
        known = sorted({code for types in TYPES.values() for code in types})
        return _("is not a type; known: %(known)s", known=", ".join(known))
    if name == "subject" and value not in SUBJECTS:
        return _("is not a subject; known: %(known)s", known=", ".join(SUBJECTS))
    if name == "year" and not (value.isascii() and value.isdigit() and len(value) == 4):
        return _("is not a year; write four digits, such as 2024")
    if name == "status" and not traits.is_status(value):
        return _("is not a status; known: %(known)s", known=", ".join([*STATUSES, traits.WITHDRAWN]))
    if name == "has" and value not in traits.HOLDINGS:
        return _("is nothing that records are asked to have; known: %(known)s", known=", ".join(traits.HOLDINGS))
    if name == "format" and value not in traits.FORMATS.values():
        return _("is not a format; known: %(known)s", known=", ".join(sorted(set(traits.FORMATS.values()))))
    if name == "amount" and not traits.is_band(value):
        return _("is not a band of amounts; write a currency and a power of ten, such as EUR:10000")
    if len(value) > 200 or not value.isprintable():
        return _("is too long or holds characters that cannot be shown")
    return ""


def _day(name: str, args: "MultiDict[str, str]", faults: list[Fault]) -> str:
    value = args.get(name, "").strip()
    if not value:
        return ""
    try:
        return check_when(value)[:10]
    except ValueError:
        faults.append(Fault(name, value, _("is not a date; write 2024-05-31, 2024-05 or 2024")))
        return ""


def _whole(name: str, args: "MultiDict[str, str]", faults: list[Fault], usual: int, most: int) -> int:
    value = args.get(name, "").strip()
    if not value:
        return usual
    if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most:
        return int(value)
    faults.append(Fault(name, value, _("is not a whole number from 1 to %(most)s", most=most)))
    return usual
