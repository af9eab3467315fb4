"""Lists: the page of results, and its twins as data."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from .. import absence, catalogue, exports, feeds, search, suggestions
from ..catalogue import Entry, Found
from ..errors import BadParameter
from ..facets import chips_of, facets_of, labels_of_chips
from ..i18n import language, show_number
from ..listing import Fault, Listing
from ..parts import here
from ..standing import Standing, standings
from .sources import HEALTH
from .visitors import is_reader, tally

blueprint = Blueprint("search", __name__)

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


def base_url() -> str:
    """The portal's address without a slash at its end, as data carries it: always that of the English pages."""
    return here().settings.base_url or request.host_url.rstrip("/")


@blueprint.get("/search", endpoint="search")
def results() -> tuple[str, int]:
    """What was found, with the filters that narrow it. What makes no sense in the address is left out and told."""
    listing, faults = Listing.read(request.args)
    found = search.find(here(), listing, language(), correct=True)
    asked, listing = listing, found.listing
    if is_reader() and listing.text and listing.page == 1:
        tally().asked(asked.text, [hit.entry.data["publisher"]["slug"] for hit in found.hits[:3]], found.as_of)
    with here().database.read() as session:
        lost = absence.explain(here(), session, listing, found.as_of) if not found.total else None
        page = render_template(
            "search/search.html",
            found=found,
            asked=asked,
            listing=listing,
            standings=standings(session, [hit.entry for hit in found.hits]),
            summed=bool(found.facets.get("amount")),
            title=list_title(listing, found.total),
            section=listing.axis or "",
            facets=facets_of(session, here(), listing, found.facets),
            chips=chips_of(session, here(), listing),
            lost=lost,
            labels=labels_of_chips(session, here(), listing) if lost else {},
            health=HEALTH,
            faults={fault.name: fault for fault in faults},
            errors=[(_field(fault), _sentence(fault)) for fault in faults],
            twins=_twins(listing),
        )
    return page, 422 if faults else 200


@blueprint.get("/suggest")
def suggest() -> Response:
    """What may be meant by what was typed so far (q), as browsers read it: [typed, [words], [about], [addresses],
    [kinds], [languages]]; the last two are for our own pages."""
    typed = request.args.get("q", "")
    found = suggestions.suggest(here(), typed, language())
    data = [
        typed,
        [one.words for one in found],
        [one.about for one in found],
        [base_url() + one.address for one in found],
        [one.kind for one in found],
        [one.language for one in found],
    ]
    response = Response(exports.to_json(data), mimetype="application/x-suggestions+json")
    response.headers["Cache-Control"] = "public, max-age=60"
    return allow_all(response)


def list_title(listing: Listing, total: int) -> str:
    """What a list is called."""
    if text := listing.text if len(listing.text) <= 120 else f"{listing.text[:120].rstrip()}…":
        return str(
            ngettext(
                "“%(text)s”: %(count)s record", "“%(text)s”: %(count)s records", total,
                text=text, count=show_number(total),
            )
        )  # fmt: skip
    axes = {"decision": _("Decisions"), "policy": _("Policies"), "outcome": _("Outcomes")}
    if listing.axis:
        return str(axes[listing.axis])
    return str(_("Chosen records") if any(listing.active()) else _("All records"))


def _field(fault: Fault) -> str | None:
    """The id of the field that a fault is about, where the page has one."""
    return fault.name if fault.name in ("from", "to") else None


def _sentence(fault: Fault) -> str:
    return f"{fault.name}: “{fault.value}” {fault.advice}"


def _twins(listing: Listing) -> list[tuple[str, str, str, str]]:
    about = {
        "csv": ("CSV", _("the whole list as a table")),
        "jsonl": ("JSON Lines", _("the whole list, a record a line")),
        "json": ("JSON", _("page by page, with counts")),
        "atom": (_("Feed"), _("to follow what is new")),
    }
    return [
        (words, url_for(".twin", format=format) + listing.query_string(paging=format == "json"), _TYPES[format], hint)
        for format, (words, hint) in about.items()
    ]


@blueprint.get("/search.<any(json, csv, jsonl, atom):format>")
def twin(format: str) -> Response:
    """The list of the same address as data: JSON by pages, the others whole."""
    also = ("bom",) if format == "csv" else ()
    listing = Listing.from_args(request.args, also=also, size=100 if format == "atom" else 20)
    now = datetime.now(UTC)
    if format == "json":
        return _json(listing, now)
    if format == "atom":
        return _atom(listing, now)
    numbers = list(search.numbers(here(), listing))
    found = exports.entries(here(), numbers)
    if format == "jsonl":
        return _stream(format, exports.json_lines(found, base_url(), now, read_standing, read_found), len(numbers), now)
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    lines = exports.csv_lines(found, base_url(), bom=request.args.get("bom") == "1", standing=read_standing, links=read_found)
    return _stream(format, lines, len(numbers), now)


def read_standing(entries: Sequence[Entry]) -> dict[str, Standing]:
    """How records stand, read in a session of its own: for answers that are streamed."""
    with here().database.read() as session:
        return standings(session, entries)


def read_found(entries: Sequence[Entry]) -> dict[int, list[Found]]:
    """What was found in the words of records, read in a session of its own, as `read_standing`."""
    with here().database.read() as session:
        return catalogue.found_relations(session, [entry.id for entry in entries])


def _json(listing: Listing, now: datetime) -> Response:
    found = search.find(here(), listing, language(), now)
    following = listing.page < found.last_page
    entries = [hit.entry for hit in found.hits]
    stand, links = read_standing(entries), read_found(entries)
    data = {
        "total": found.total,
        "returned": len(found.hits),
        "complete": found.complete,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_yet_searchable": found.behind,
        "next": _address("json", listing.at(listing.page + 1)) if following else None,
        "total_is": "lower_bound" if "lower_bound" in found.results.notes else "exact",
        "results": [
            exports.record_data(one, base_url()) | exports.found_data(links.get(one.id, ())) | exports.standing_data(stand.get(one.number), base_url())
            for one in entries
        ],
        "facets": {
            name: [{"value": value, "count": count} for value, count in lines] for name, lines in found.facets.items()
        },
    }
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))


def _atom(listing: Listing, now: datetime) -> Response:
    found = search.find(here(), listing.sorted_by("newest").at(listing.page), language(), now)
    following = _address("atom", listing.at(listing.page + 1)) if listing.page < found.last_page else None
    feed = feeds.atom(
        [hit.entry for hit in found.hits],
        title=listing.text or _("All records"),
        address=_address("atom", listing),
        page=base_url() + url_for(".search") + listing.query_string(paging=False),
        following=following,
        language=language(),
        base=base_url(),
        now=now,
    )
    return allow_all(Response(feed, content_type=_TYPES["atom"]))


def _address(format: str, listing: Listing) -> str:
    return base_url() + url_for(".twin", format=format) + listing.query_string()


def _stream(format: str, lines: Iterable[str], total: int, now: datetime) -> Response:
    chunks = stream_with_context(in_chunks(lines))
    response = Response(chunks, content_type=_TYPES[format])
    # The whole list, or a connection that breaks off: a reader can count.
    response.headers["Clerestory-Total"] = str(total)
    response.headers["Clerestory-Complete"] = "yes"
    response.headers["Clerestory-As-Of"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"clerestory-{now:%Y-%m-%d}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return allow_all(response)


def in_chunks(lines: Iterable[str], size: int = 65_536) -> Iterator[bytes]:
    """Lines in pieces of about that many characters, which are quicker to send."""
    some: list[str] = []
    length = 0
    for line in lines:
        some.append(line)
        length += len(line)
        if length > size:
            yield "".join(some).encode()
            some, length = [], 0
    yield "".join(some).encode()


def allow_all(response: Response) -> Response:
    """For every page of every site, as open data are."""
    # Open data may be read by any page in any browser; no cookie is looked at here.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Clerestory-Total, Clerestory-Complete, Clerestory-As-Of"
    return response
