"""Citable searches: a list as it stood, its twins as data, and what has changed since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from .. import accounts, catalogue, cited, errors, exports, feeds, search
from ..errors import BadParameter
from ..facets import chips_of
from ..i18n import language
from ..listing import Listing
from ..parts import here
from .accounts import address_of_asker
from .search import allow_all, base_url, in_chunks, list_title

blueprint = Blueprint("cited", __name__)

_SIZE, _FEED = 20, 100


@blueprint.get("/search/cite")
def ask() -> str | Answer:
    """What citing means for the list of these parameters, with the button that does it."""
    listing, faults = Listing.read(request.args)
    if faults:  # the list itself says what is wrong with them
        return redirect(_list_of(request.args))
    total = search.count(here(), listing)
    return render_template("search/cite.html", listing=listing, total=total, title=list_title(listing, total))


@blueprint.post("/search/cite")
def cite() -> Answer | tuple[str, int]:
    """Keep the list of these parameters as it is now, and go to its page."""
    listing, faults = Listing.read(request.form)
    now = datetime.now(UTC)
    if faults:
        return redirect(_list_of(request.form), 303)
    try:
        _doorman().let_in(address_of_asker(), now)
        id = cited.cite(here(), listing, language(), now)
    except accounts.TooManyTries as error:
        return errors.page(429, _("This list cannot be cited now"), str(error))
    except cited.TooLong as error:
        detail = _(
            "It has %(total)s records; up to %(most)s can be cited. Narrow it with a filter or a date.",
            total=f"{error.total:,}", most=f"{cited.MOST:,}",
        )  # fmt: skip
        return errors.page(400, _("This list is too long to be cited"), detail)
    return redirect(url_for(".page", id=id), 303)


def _list_of(args: "MultiDict[str, str]") -> str:
    return f"{url_for('search.search')}?{urlencode(list(args.items(multi=True)))}"


def _doorman() -> accounts.Doorman:
    """Whoever cites without end has to wait."""
    doorman: accounts.Doorman = current_app.extensions.setdefault("clerestory-citing", accounts.Doorman())
    return doorman


def _found(id: str) -> cited.Cited:
    with here().database.read() as session:
        found = cited.find(session, id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/cited/<id>")
def page(id: str) -> str:
    """The list as it stood, for people."""
    found = _found(id)
    number = _whole("page", 1, max(1, -(-found.total // _SIZE)))
    with here().database.read() as session:
        entries = list(cited.as_it_stood(session, found.kept[(number - 1) * _SIZE : number * _SIZE]))
        current = {entry.number: entry for entry in catalogue.find_many(session, [entry.number for entry in entries])}
        chips = chips_of(session, here(), found.listing)
    return render_template(
        "search/cited.html",
        cited=found,
        title=list_title(found.listing, found.total),
        chips=[words for words, _address in chips],
        entries=entries,
        current=current,
        page=number,
        last_page=max(1, -(-found.total // _SIZE)),
        twins=_twins(found),
        cited_page=lambda number: url_for(".page", id=id, page=number) if number > 1 else url_for(".page", id=id),
    )


def _twins(found: cited.Cited) -> list[tuple[str, str, str, str]]:
    about = {
        "csv": ("CSV", "text/csv", _("the whole list as a table")),
        "jsonl": ("JSON Lines", "application/jsonl", _("the whole list, a record a line")),
        "json": ("JSON", "application/json", _("page by page")),
        "atom": (_("Feed"), "application/atom+xml", _("the first hundred")),
    }
    return [
        (words, url_for(".twin", id=found.id, format=format), type, hint) for format, (words, type, hint) in about.items()
    ]


@blueprint.get("/cited/<id>.<any(json, csv, jsonl, atom):format>")
def twin(id: str, format: str) -> Response:
    """The list as it stood, as data. It never changes, but for what may no longer be shown."""
    found = _found(id)
    base = base_url()
    if format == "json":
        return _json(found, base)
    if format == "atom":
        with here().database.read() as session:
            entries = list(cited.as_it_stood(session, found.kept[:_FEED]))
        feed = feeds.atom(
            entries, title=list_title(found.listing, found.total), address=f"{base}{request.path}",
            page=base + url_for(".page", id=id), following=None, language=language(), base=base, now=found.moment,
        )  # fmt: skip
        return allow_all(Response(feed, content_type="application/atom+xml; charset=utf-8"))
    entries_then = _stream(found)
    lines = (
        exports.json_lines(entries_then, base, found.moment) if format == "jsonl" else exports.csv_lines(entries_then, base)
    )
    kind = "application/jsonl" if format == "jsonl" else "text/csv"
    response = Response(stream_with_context(in_chunks(lines)), content_type=f"{kind}; charset=utf-8")
    response.headers["Clerestory-Total"] = str(found.total)
    response.headers["Clerestory-As-Of"] = _moment(found.moment)
    response.headers["Content-Disposition"] = f'attachment; filename="clerestory-{id}.{format}"'
    return allow_all(response)


def _stream(found: cited.Cited) -> Iterator[catalogue.Entry]:
    with here().database.read() as session:
        yield from cited.as_it_stood(session, found.kept)


def _json(found: cited.Cited, base: str) -> Response:
    size = _whole("size", 100, 1000, usual=100)
    last = max(1, -(-found.total // size))
    number = _whole("page", 1, last)
    with here().database.read() as session:
        entries = list(cited.as_it_stood(session, found.kept[(number - 1) * size : number * size]))
    following = url_for(".twin", id=found.id, format="json", page=number + 1, size=size) if number < last else None
    data = {
        "id": found.id,
        "query": found.listing.query_string(paging=False),
        "as_of": _moment(found.moment),
        "total": found.total,
        "returned": len(entries),
        "complete": len(entries) == found.total,
        "next": base + following if following else None,
        "changes": base + url_for(".changes_data", id=found.id),
        "results": [exports.record_data(entry, base) for entry in entries],
    }
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))


@blueprint.get("/cited/<id>/changes")
def changes(id: str) -> str:
    """What has changed in the list since it was cited, for people."""
    found = _found(id)
    since = cited.since(here(), found, datetime.now(UTC))
    parts = ((name, getattr(since, name)) for name in ("new", "changed", "gone"))
    with here().database.read() as session:
        shown = {name: (len(numbers), catalogue.find_many(session, list(numbers[:_FEED]))) for name, numbers in parts}
    return render_template(
        "search/since.html", cited=found, since=since, shown=shown, title=list_title(found.listing, found.total),
        twin=url_for(".changes_data", id=id),
    )  # fmt: skip


@blueprint.get("/cited/<id>/changes.json")
def changes_data(id: str) -> Response:
    """What has changed since, as data: numbers of records."""
    found = _found(id)
    since = cited.since(here(), found, datetime.now(UTC))
    data = {"id": id, "as_of": _moment(found.moment), "compared_at": _moment(since.moment)}
    return allow_all(jsonify(data | {"new": since.new, "changed": since.changed, "gone": since.gone}))


def _whole(name: str, least: int, most: int, usual: int = 1) -> int:
    value = request.args.get(name, "").strip() or str(usual)
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
        raise BadParameter(name, value, _("is not a whole number from 1 to %(most)s", most=most))
    return int(value)


def _moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")

