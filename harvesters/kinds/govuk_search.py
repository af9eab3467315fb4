"""GOV.UK's Search API, which finds pages; each is then asked for at the Content API (see govuk_content).

Pages are found by the day on which they last changed, in windows small enough to be shown whole. A page that is found
but cannot be had (it is gone, or leads elsewhere) is told.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import Field

from ..http import BadAnswer, Http
from ..paging import Page, by_date_window, by_offset
from ..record import Record, Strict
from ..run import Item, Remark, Tombstone
from ..source import Source
from . import govuk_content

INCREMENTAL = True
RESUMABLE = True
# However many pages match, the search shows no more than these of one question, and so many at once.
WALL = 10_000
ROWS = 500
OVERLAP = timedelta(days=2)
_FIELDS = "content_id,link,title,public_timestamp,content_store_document_type"


class Options(Strict):
    """`filters`: conditions of the search such as { content_store_document_type = "policy_paper", organisations =
    "hm-treasury" } (a list means: any of these); `text`: words to search for; `from`: from which day of change on;
    `translations`: whether translations are asked for, too."""

    filters: dict[str, str | tuple[str, ...]] = {}
    text: str = ""
    from_: date = Field(default=date(2000, 1, 1), alias="from")
    translations: bool = True


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Tombstone | Remark]:
    """Pages by their last change, the oldest first."""
    options = Options(**source.options)
    first = max(options.from_, since.date() - OVERLAP) if since else options.from_
    first = date.fromisoformat(position["from"]) if position else first
    counts: dict[tuple[date, date], int] = {}

    def size(start: date, end: date) -> int:
        counts[start, end] = int(_search(http, source, options, start, end, 0, 0).get("total") or 0)
        return counts[start, end]

    expected = position["before"] if position else 0
    for window in by_date_window(size, first, http.now().date() + timedelta(days=1), WALL):
        if isinstance(window, Remark):
            yield window
        elif counts[window]:
            yield from _pages(http, source, options, window, expected)
            expected += counts[window]
            yield Remark(position={"from": f"{window[1] + timedelta(days=1)}", "before": expected})


def _search(http: Http, source: Source, options: Options, start: date, end: date, offset: int, count: int) -> dict[str, Any]:
    asked: list[tuple[str, Any]] = [("order", "public_timestamp"), ("start", offset), ("count", count), ("fields", _FIELDS)]
    asked += [("filter_public_timestamp", f"from:{start} 00:00:00,to:{end} 23:59:59")]
    asked += [("q", options.text)] if options.text else []
    for name, values in options.filters.items():
        asked += [(f"filter_{name}", value) for value in ([values] if isinstance(values, str) else values)]
    parts = urlsplit(source.url)
    address = f"{parts.scheme}://{parts.netloc}/api/search.json"
    answer = http.get_json(f"{address}?{urlencode(asked)}")
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise BadAnswer(f"{address} answered without “results”: is it GOV.UK's Search API?")
    return answer


def _pages(http: Http, source: Source, options: Options, window: tuple[date, date], before: int) -> Iterator[Item | Tombstone | Remark]:
    def fetch(offset: int) -> Page:
        answer = _search(http, source, options, *window, offset, ROWS)
        return Page(answer["results"], int(answer.get("total") or 0))

    api = govuk_content.api_of(source.url)
    for row in by_offset(fetch):
        if isinstance(row, Remark):
            yield row if row.expected is None else Remark(expected=before + row.expected)
        else:
            yield from _page(http, api, row, options.translations)


def _page(http: Http, api: str, row: Any, translations: bool) -> Iterator[Item | Tombstone | Remark]:
    link = str(row.get("link") or "") if isinstance(row, dict) else ""
    if not link.startswith("/"):
        # Pages elsewhere are found, too, and are somebody else's.
        yield Item({"content": {"document_type": "placeholder"}, "found": row}, json.dumps(row).encode(), link)
        return
    came = False
    for one in govuk_content.fetch_page(http, api, link, translations, str(row.get("content_id") or "")):
        came = came or not isinstance(one, Remark)
        yield one
    if not came:
        yield Item({"content": {"document_type": "placeholder"}, "found": row}, json.dumps(row).encode(), link)


def parse(item: Item, source: Source) -> Record | None:
    """One page, as the Content API tells it."""
    return govuk_content.parse(item, source)
