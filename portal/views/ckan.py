"""The CKAN Action API, so that existing clients just work. Read only."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from harvesters.record import read_number
from search_index.engine import SearchUnavailable

from .. import catalogue, ckan, exports, search
from ..errors import BadParameter
from ..listing import Listing
from ..parts import here
from ..security import csrf
from .search import base_url

blueprint = Blueprint("ckan", __name__)
csrf.exempt(blueprint)

_MOST = 1000  # as CKAN: more rows than this are never given at once


class ActionError(Exception):
    """An action was refused; `kind` is CKAN's name of the fault."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def _answer(result: Any) -> Response:
    return _json({"help": request.base_url, "success": True, "result": result})


def _json(data: Any, status: int = 200) -> Response:
    response = Response(exports.to_json(data), status, mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _fault(error: ActionError) -> Response:
    body = {"success": False, "error": {"__type": error.kind, "message": str(error)}, "help": request.base_url}
    return _json(body, error.status)


@blueprint.route("/api/action/<name>", methods=["GET", "POST"])
@blueprint.route("/api/3/action/<name>", methods=["GET", "POST"])
def action(name: str) -> Response:
    """Carry out an action: parameters from the query string, or from a JSON body or form that is posted."""
    try:
        if name not in _ACTIONS:
            known = ", ".join(sorted(_ACTIONS))
            raise ActionError(400, "Bad Request", f"Action name not known: {name}; known: {known}")
        return _answer(_ACTIONS[name](_parameters()))
    except ActionError as error:
        return _fault(error)
    except (ckan.FilterError, BadParameter) as error:
        return _fault(ActionError(400, "Search Query Error", str(error)))
    except SearchUnavailable:
        return _fault(ActionError(503, "Search Error", "search is not available at the moment; try again later"))


def _parameters() -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.args)
    if request.method == "POST" and request.content_length:
        if request.is_json:
            try:
                body = request.get_json(silent=True)
            except RecursionError:
                body = None
            if not isinstance(body, dict) or not _can_be_kept(body):
                raise ActionError(400, "Bad Request", "the body is not a JSON object; send {} or parameters in it")
            parameters |= body
        else:
            parameters |= request.form.to_dict()
    return parameters


def _can_be_kept(body: dict[str, Any]) -> bool:
    """Whether it holds only what texts can hold: half characters and NUL are in no database."""
    try:
        return b"\\u0000" not in exports.to_json(body).encode()
    except (UnicodeEncodeError, RecursionError):
        return False


def _whole(parameters: dict[str, Any], name: str, usual: int) -> int:
    value = parameters.get(name, usual)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if isinstance(value, bool) or not 0 <= number < 10**9:
        raise ActionError(409, "Validation Error", f"{name}: {value!r} is not a whole number; write 0, 10, 100 …")
    return number


def package_search(parameters: dict[str, Any]) -> dict[str, Any]:
    """Search records: q, fq, start, rows, sort (id or metadata_modified, asc or desc; relevance otherwise)."""
    wanted = ckan.read_filter(" ".join(_texts(parameters.get("fq")) + _texts(parameters.get("fq_list"))))
    q = str(parameters.get("q") or "").strip()
    text = "" if q in ("*:*", "*", ":") else q
    rows, start = min(_whole(parameters, "rows", 10), _MOST), _whole(parameters, "start", 0)
    listing = Listing.from_args(MultiDict([("q", text)] + [(n, v) for n, vs in wanted.facets.items() for v in vs]))
    sort = str(parameters.get("sort") or "").strip().lower()
    with here().database.read() as session:
        numbers = list(search.numbers(here(), listing)) if text or listing.facets else None
        total, entries = catalogue.window(
            session, numbers, changed_since=wanted.changed_since, changed_until=wanted.changed_until,
            not_publishers=wanted.not_publishers, order=_order(sort, bool(text)), offset=start, limit=rows,
        )  # fmt: skip
    return {
        "count": total,
        "sort": sort or "score desc, metadata_modified desc",
        "facets": {},
        "search_facets": {},
        "results": [ckan.package(entry, base_url()) for entry in entries],
    }


def _texts(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)] if value else []


def _order(sort: str, has_text: bool) -> catalogue.Order:
    first = sort.split(",")[0].strip()
    if first in ("", "score desc", "relevance asc", "rank desc"):
        return "as_given" if has_text else "changed_desc"
    orders: dict[str, catalogue.Order] = {
        "id asc": "number", "name asc": "number", "id": "number", "name": "number", "id desc": "number_desc",
        "name desc": "number_desc", "metadata_modified desc": "changed_desc", "metadata_modified asc": "changed",
        "metadata_modified": "changed", "metadata_created asc": "seen", "metadata_created desc": "seen_desc",
        "title_string asc": "title", "title asc": "title", "title_string desc": "title_desc",
    }  # fmt: skip
    if first not in orders:
        raise ActionError(400, "Search Query Error", f"sort: {sort!r} is not known; known: {', '.join(orders)}")
    return orders[first]


def package_show(parameters: dict[str, Any]) -> dict[str, Any]:
    """A record by its number (`id` or `name_or_id`)."""
    asked = str(parameters.get("id") or parameters.get("name_or_id") or "")
    if not asked:
        raise ActionError(409, "Validation Error", "id: is missing; give the number of a record")
    number = read_number(asked)
    with here().database.read() as session:
        entry = catalogue.find(session, number) if number else None
    if entry is None or entry.state == "unpublished":
        raise ActionError(404, "Not Found Error", f"Not found: there is no record {asked!r}")
    return ckan.package(entry, base_url())


def package_list(parameters: dict[str, Any]) -> list[str]:
    """The names of all records, or of `limit` from `offset` on."""
    offset, limit = _whole(parameters, "offset", 0), parameters.get("limit")
    most = _whole(parameters, "limit", 0) if limit is not None else None
    with here().database.read() as session:
        return [number.lower() for number in catalogue.published_numbers(session, offset, most)]


def organization_list(parameters: dict[str, Any]) -> list[Any]:
    """The agencies that datasets name: their names, or with all_fields everything. Who reads one organisation after the other
    reads every dataset, also those of an agency that went into another one."""
    with here().database.read() as session:
        cards = catalogue.names_on_records(session)
    offset = _whole(parameters, "offset", 0)
    limit = _whole(parameters, "limit", len(cards))
    some = cards[offset : offset + limit]
    everything = str(parameters.get("all_fields", "")).lower() in ("true", "1", "yes")
    return [ckan.organization(card) for card in some] if everything else [card.slug for card in some]


def organization_show(parameters: dict[str, Any]) -> dict[str, Any]:
    """An agency by its slug; with include_datasets its newest records too (10 at the most, as CKAN)."""
    slug = str(parameters.get("id") or "")
    if not slug:
        raise ActionError(409, "Validation Error", "id: is missing; give the name of an organisation")
    with here().database.read() as session:
        card = catalogue.name_on_records(session, slug)
        if card is None:
            raise ActionError(404, "Not Found Error", f"Not found: there is no organisation {slug!r}")
        result = ckan.organization(card)
        if str(parameters.get("include_datasets", "")).lower() in ("true", "1", "yes"):
            newest = catalogue.newest(session, publisher=card.slug, limit=10)
            result["packages"] = [ckan.package(entry, base_url()) for entry in newest]
    return result


def status_show(parameters: dict[str, Any]) -> dict[str, Any]:
    """What portal this is."""
    return {
        "site_title": "Clerestory",
        "site_description": "Public decisions, policies and outcomes",
        "site_url": base_url(),
        "ckan_version": "2.11.0",
        "clerestory_version": version("clerestory"),
        "locale_default": "en",
        "extensions": [],
        "error_emails_to": None,
    }


def group_list(parameters: dict[str, Any]) -> list[str]:
    """The three axes."""
    return ["decision", "outcome", "policy"]


def site_read(parameters: dict[str, Any]) -> bool:
    """Everyone may read."""
    return True


_ACTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "package_search": package_search,
    "package_show": package_show,
    "package_list": package_list,
    "organization_list": organization_list,
    "organization_show": organization_show,
    "group_list": group_list,
    "site_read": site_read,
    "status_show": status_show,
}
