"""Socrata: the datasets of a portal by its catalogue API; or the rows of one dataset, by a column map.

`url` is the portal (`https://data.example.gov`), or a catalogue's address with a query of one's own. `only` says which types
come (`dataset`, `calendar`; also `map`, `chart`, `file`, `href`, `story`, `filter`, `measure`, `form`). Rules of the declaration know `type`,
`group` (categories), `tag`, `title` and `publisher`.

With `dataset = "abcd-1234"` its rows are the records instead, as the kind `table` reads them: `[options.table]` holds
`columns` and what else that kind knows of records (not `group_by`, `shape` and files). Columns are SODA's field names; `:id` and
`:updated_at` are there, too. `where` chooses rows, in SoQL.

`token_env` may hold an application token, which is sent as X-App-Token: the portal then asks less often to wait.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, field_validator

from ..catalogues import object_of
from ..http import BadAnswer, Http
from ..paging import Page, by_offset
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from ..tables.header import fold
from ..tables.mapping import Mapper
from ..tables.options import Options as Table
from ..tables.options import wanted_columns
from ..tables.records import build_record, read_rows
from ..tables.values import cell_text
from .socrata_dataset import build_dataset

INCREMENTAL = True
OVERLAP = timedelta(days=2)
# However many match, a catalogue shows no more by offset; beyond it scrolls from id to id.
WALL = 10_000
# Counters that change by the hour and mean nothing.
_FLEETING = frozenset({"page_views", "download_count"})


class Options(Strict):
    """See the module."""

    only: tuple[str, ...] = ("dataset", "calendar")
    limit: int = Field(default=1000, ge=1, le=10_000)
    dataset: str = Field(default="", pattern=r"^$|^[a-z0-9]{4}-[a-z0-9]{4}$")
    where: str = ""
    table: dict[str, Any] = {}

    @field_validator("table")
    @classmethod
    def _table(cls, value: dict[str, Any]) -> dict[str, Any]:
        table = Table(**value) if value else None
        if table and (table.group_by or table.shape != "records" or table.files):
            raise ValueError("group_by, shape and files are not for rows of Socrata; download the table instead (kind = \"table\")")
        return value


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """The datasets of the catalogue, or the rows of the dataset."""
    options = Options(**source.options)
    if options.dataset:
        yield from _rows(source, options, http, since)
    else:
        yield from _datasets(source, options, http, since)


def parse(item: Item, source: Source) -> Record | None:
    """The record of a dataset, or of a row."""
    if "row" not in item.data:
        return build_dataset(item.data, source)
    table, mapper = _plan(source)
    values, each = read_rows(mapper, [item.data["row"]], [0])
    return build_record(source, table, values, each)


_last: tuple[Source, tuple[Table, Mapper]] | None = None


def _plan(source: Source) -> tuple[Table, Mapper]:
    """The column map, ready for use; made once for the rows of a source, which come one after another."""
    global _last
    if _last is None or _last[0] is not source:
        table = Table(**Options(**source.options).table)
        _last = (source, (table, Mapper(table)))
    return _last[1]


def _ask(http: Http, url: str, params: list[tuple[str, Any]]) -> Any:
    return http.get_json(url, params, headers={"X-App-Token": http.token} if http.token else None)


def _datasets(source: Source, options: Options, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    catalogue = _Catalogue(http, source.url, options, "updatedAt DESC" if since else "dataset_id")
    after = (since - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S") if since else ""
    seen: set[str] = set()
    for row in by_offset(catalogue.fetch):
        if isinstance(row, Remark):
            yield row
            continue
        resource = row.get("resource") if isinstance(row, dict) else None
        if after and isinstance(resource, dict) and str(resource.get("updatedAt") or "9") < after:
            return
        identifier = str((resource or {}).get("id") or "")
        if identifier and identifier in seen:  # the catalogue moved while it was read
            continue
        seen.add(identifier)
        if isinstance(resource, dict):
            row = {**row, "resource": {name: value for name, value in resource.items() if name not in _FLEETING}}
        yield Item(row, json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"), source.url, identifier)


class _Catalogue:
    """Pages of the catalogue: by offset as far as it shows them, from id to id where there are more."""

    def __init__(self, http: Http, url: str, options: Options, order: str) -> None:
        parts = urlsplit(url)
        self._http, self._last = http, ""
        self._size = options.limit
        given = parse_qsl(parts.query)
        self._url = url.split("?")[0] if "/api/catalog/" in parts.path else f"{parts.scheme}://{parts.netloc}/api/catalog/v1"
        if "/api/catalog/" not in parts.path:
            given += [("domains", parts.hostname or ""), ("search_context", parts.hostname or "")]
        self._asked = [*given, *(("only", kind) for kind in options.only)]
        self._order = order

    def fetch(self, offset: int) -> Page:
        place = [("order", self._order), ("offset", offset)]
        if offset + self._size > WALL and self._last:
            place = [("scroll_id", self._last)]
        answer = _ask(self._http, self._url, [*self._asked, ("limit", self._size), *place])
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            said = str(answer.get("error") or answer.get("message") or "")[:200] if isinstance(answer, dict) else ""
            raise BadAnswer(f"{self._url} answered without “results”: is it a portal of Socrata? {said}".strip())
        total = answer.get("resultSetSize")
        self._last = str(object_of(object_of(rows[-1:]).get("resource")).get("id") or "")
        return Page(rows, total if isinstance(total, int) else None)


def _rows(source: Source, options: Options, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    parts = urlsplit(source.url)
    url = f"{parts.scheme}://{parts.netloc}/resource/{options.dataset}.json"
    after = f":updated_at >= '{(since - OVERLAP).strftime('%Y-%m-%dT%H:%M:%S')}'" if since else ""
    conditions = [f"({text})" for text in (options.where, after) if text]
    asked = [("$where", " AND ".join(conditions))] if conditions else []
    table = Table(**options.table)
    mapper, wanted, met = Mapper(table), wanted_columns(table), set[str]()
    total = _count(http, url, asked)

    def fetch(offset: int) -> Page:
        # Without a limit there come 1,000 rows, in silence; without an order, pages overlap.
        rows = _ask(http, url, [("$select", ":*,*"), *asked, ("$order", ":id"), ("$limit", options.limit), ("$offset", offset)])
        if not isinstance(rows, list):
            raise BadAnswer(f"{url} answered without rows: {str(rows)[:200]}")
        return Page(rows, total)

    for row in by_offset(fetch):
        if isinstance(row, Remark):
            yield row
            continue
        cells = dict(_flat(row))
        met |= {fold(name) for name in cells}
        # Fields without a value are not sent at all.
        cells |= {name: "" for name in wanted if fold(name) not in {fold(known) for known in cells}}
        if not _fits(table, cells):
            continue
        identifier = str(mapper.read(cells, frozenset({"identifier"}))[0].get("identifier", ""))
        data = {"row": cells}
        yield Item(data, json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"), url, identifier)
    if total and (unmet := [name for name in wanted if fold(name) not in met]):
        yield Remark(odd=f"no row of {options.dataset} has the columns {', '.join(unmet)}", code="format_drift")


def _count(http: Http, url: str, asked: list[tuple[str, str]]) -> int | None:
    answer = _ask(http, url, [("$select", "count(*)"), *asked])
    try:
        return int(next(iter(answer[0].values())))
    except (LookupError, TypeError, ValueError, StopIteration, AttributeError):
        return None


def _flat(row: Any) -> Iterator[tuple[str, Any]]:
    """A row's fields; those of an address or a place as `field.url`, and the field itself as its link or words."""
    for name, value in (row.items() if isinstance(row, dict) else ()):
        if isinstance(value, dict):
            yield name, str(value.get("url") or value.get("description") or value.get("human_address") or "")
            yield from ((f"{name}.{inner}", str(held)) for inner, held in value.items() if not isinstance(held, (dict, list)))
        elif isinstance(value, list):
            yield name, "; ".join(str(one) for one in value if not isinstance(one, (dict, list)))
        else:
            yield name, value if isinstance(value, (int, float)) and not isinstance(value, bool) else "" if value is None else str(value)


def _fits(table: Table, cells: dict[str, Any]) -> bool:
    spelled = {fold(name): cell for name, cell in cells.items()}
    tests = [(name, words, True) for name, words in table.only.items()] + [(name, words, False) for name, words in table.skip.items()]
    return all((fold(cell_text(spelled.get(fold(name), ""))) in {fold(word) for word in words}) is wanted for name, words, wanted in tests)
