"""The Action API of CKAN portals, through ckanapi: datasets with their resources.

DKAN speaks nearly the same, with lists where CKAN has objects and dates in the site's own words.
"""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, SearchError, SearchQueryError
from pydantic import Field

from ..building import Unread
from ..http import BadAnswer, Http
from ..paging import Page, by_offset
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from .ckan_dataset import IGNORED, READ, parse_dataset, site_of

INCREMENTAL = RESUMABLE = AXIS_DECLARED = True
# Where the Action API answers; the second is the older spelling, and ckanapi's.
API_PATHS = ("api/3/action/", "api/action/")
# What was indexed while the last run ended comes again.
OVERLAP = timedelta(hours=1)


class Options(Strict):
    """`organization`, `group`: their names; `filter`: a further condition (Solr, `fq`); `rows`: datasets per
    page; `landing_page`: where people find a dataset, with {name} or {id}; `api_path` and `action`: for
    portals that differ.
    """

    organization: str = ""
    group: str = ""
    filter: str = ""
    rows: int = Field(default=100, ge=1, le=1000)
    landing_page: str = ""
    api_path: str = ""
    action: Literal["package_search", "current_package_list_with_resources"] = "package_search"


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Every dataset, in an order that stays; with `since`, those whose metadata changed from then on."""
    options = Options(**source.options)
    ckan = RemoteCKAN(
        site_of(source.url), apikey=http.token, user_agent=http.user_agent, get_only=True, session=http.session
    )
    unread = Unread((*READ, *IGNORED))
    found = False

    def fetch(start: int) -> Page:
        nonlocal found
        page, found = _page(ckan, options, since, start, found), True
        return page

    for row in by_offset(fetch, marks=True, position=position):
        if isinstance(row, Remark):
            yield row
            continue
        unread.look(row)
        identifier = str(row.get("id") or "") if isinstance(row, dict) else ""
        raw = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")
        yield Item(row, raw, f"{ckan.address}/{ckan.base_url}{options.action}", identifier)
    yield Remark(note=unread.words())


def _page(ckan: RemoteCKAN, options: Options, since: datetime | None, start: int, found: bool) -> Page:
    if options.action != "package_search":
        asked: dict[str, Any] = {"limit": options.rows, "offset": start}
    else:
        asked = {"start": start, "rows": options.rows, "sort": "id asc"}
        if conditions := _conditions(options, since):
            asked["fq"] = conditions
    result = _call(ckan, options.action, asked) if found else _find(ckan, options, asked)
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        total = result.get("count")
        return Page(_flat(result["results"]), total if isinstance(total, int) else None)
    if isinstance(result, dict) and result.get("resources") is not None:
        return Page([result] if start == 0 else [], 1)
    if isinstance(result, list):
        return Page(_flat(result))
    address = f"{ckan.address}/{ckan.base_url}{options.action}"
    raise BadAnswer(f"{address} answered without a list of datasets; is it the address of its API?")


def _find(ckan: RemoteCKAN, options: Options, asked: dict[str, Any]) -> Any:
    """The first answer, from whichever of the usual paths the API is at."""
    faults: list[BadAnswer] = []
    for path in [options.api_path] if options.api_path else API_PATHS:
        ckan.base_url = f"{path.strip('/')}/"
        try:
            return _call(ckan, options.action, asked)
        except BadAnswer as fault:
            if fault.status != 404:
                raise
            faults.append(fault)
    raise faults[0]


def _conditions(options: Options, since: datetime | None) -> str:
    conditions = [f'organization:"{options.organization}"'] if options.organization else []
    conditions += [f'groups:"{options.group}"'] if options.group else []
    # Brackets only where they are needed: Solr finds nothing for (-organization:x).
    if options.filter:
        conditions.append(f"({options.filter})" if " OR " in options.filter else options.filter)
    if since:
        moment = (since.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        conditions.append(f"metadata_modified:[{moment} TO *]")
    return " AND ".join(conditions)


def _flat(rows: list[Any]) -> list[Any]:
    """The datasets of a page; DKAN wraps the list into another one."""
    return [inner for row in rows for inner in (row if isinstance(row, list) else [row])]


def _call(ckan: RemoteCKAN, action: str, asked: dict[str, Any]) -> Any:
    """The result of an action. What ckanapi says of a fault is put into our words."""
    address = f"{ckan.address}/{ckan.base_url}{action}"
    try:
        return ckan.call_action(action, asked)
    except NotAuthorized:
        raise BadAnswer(f"{address} wants a token; name the variable that holds it in token_env", 403) from None
    except NotFound as fault:
        raise BadAnswer(f"{address}: not found ({fault}); is the address right?") from None
    except (SearchError, SearchQueryError) as fault:
        raise BadAnswer(f"{address} does not understand the question ({fault}); check options.filter", 400) from None
    except CKANAPIError as fault:
        raise _explain(fault, address) from None


def _explain(fault: CKANAPIError, address: str) -> BadAnswer:
    """ckanapi packs an answer that it cannot read into its message: [address, status, text]."""
    try:
        _, status, text = ast.literal_eval(str(fault))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return BadAnswer(f"{address} reports a fault: {' '.join(str(fault).split())[:200]}")
    begins = " ".join(str(text).split())[:80]
    is_json = text.lstrip()[:1] in ("{", "[")
    said = "did not answer as CKAN does" if is_json else "did not answer with JSON"
    code = "bad_answer" if is_json or status != 200 else "wrong_type"
    return BadAnswer(f"{address} {said} (status {status}); it starts with “{begins}”", status, code)


def parse(item: Item, source: Source) -> Record | None:
    """One dataset; None for drafts, deleted ones, and what is no dataset (a portal's own harvest jobs)."""
    return parse_dataset(item.data, source, Options(**source.options).landing_page)
