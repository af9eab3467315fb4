"""Getting all pages of an answer: by number, offset, next link, cursor or window of dates.

Each generator yields the rows of its pages and, between them, what is to be said (`Remark`): how many there
are, or why it stopped early. None of them goes on for ever: the same page served again, a next link that
leads back, and an absurd number of pages end it, and the harvest counts as incomplete.

With `marks`, what is said after each page is also where a later harvest can begin (`Remark.position`); give it
back as `position`, and the pages go on from there.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from .run import Remark

MOST_PAGES = 20_000
# So many days in a row beyond the wall are no coincidence.
_WALLED_DAYS = 3

# Where a later harvest begins: `at` the next page, in the paging's own words, and how much was `received` before.
Position = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows, the total that it states, and where the next one is (a link or a cursor)."""

    rows: Sequence[Any]
    total: int | None = None
    next: str | None = None


class _Watch:
    """Notices pages that come again, and paging that does not end."""

    def __init__(self, most: int, marks: bool = False, position: Position = None) -> None:
        self._most, self._marks = most, marks
        self._seen: set[bytes] = set()
        self._total: int | None = None
        self.received = int((position or {}).get("received", 0))

    def look(self, page: Page, where: str) -> Iterator[Remark]:
        """What is to be said of a page. A remark that is `incomplete` means: stop."""
        if page.total is not None and page.total != self._total:
            self._total = page.total
            yield Remark(expected=page.total)
        if not page.rows:
            return
        content = json.dumps(list(page.rows), sort_keys=True, default=str).encode()
        digest = hashlib.blake2b(content, digest_size=12).digest()
        if digest in self._seen:
            yield Remark(odd=f"{where} brought the same items as a page before; stopped there", incomplete=True, code="repeated_page")
            return
        if len(self._seen) >= self._most:
            yield Remark(odd=f"paging did not end after {self._most:,} pages; stopped", incomplete=True, code="endless_paging")
            return
        self._seen.add(digest)
        self.received += len(page.rows)

    def mark(self, at: Any) -> Iterator[Remark]:
        """The place where a later harvest can begin, after a page was used up."""
        if self._marks:
            yield Remark(position={"at": at, "received": self.received})

    def is_done(self, page: Page) -> bool:
        """Whether as much came as the source says it has."""
        return not page.rows or (page.total is not None and self.received >= page.total)


def by_offset(
    fetch: Callable[[int], Page], start: int = 0, most: int = MOST_PAGES, *, marks: bool = False,
    position: Position = None,
) -> Iterator[Any]:  # fmt: skip
    """Pages by offset. Goes on by what was received: servers give fewer rows than asked without saying so."""
    watch = _Watch(most, marks, position)
    while True:
        page = fetch(start + watch.received)
        for remark in watch.look(page, f"the page at offset {start + watch.received}"):
            yield remark
            if remark.incomplete:
                return
        yield from page.rows
        if watch.is_done(page):
            return
        yield from watch.mark(start + watch.received)


def by_number(
    fetch: Callable[[int], Page], first: int = 1, most: int = MOST_PAGES, *, marks: bool = False,
    position: Position = None,
) -> Iterator[Any]:  # fmt: skip
    """Pages by number, until one is empty or everything came."""
    watch, number = _Watch(most, marks, position), position["at"] if position else first
    while True:
        page = fetch(number)
        for remark in watch.look(page, f"page {number}"):
            yield remark
            if remark.incomplete:
                return
        yield from page.rows
        if watch.is_done(page):
            return
        number += 1
        yield from watch.mark(number)


def by_cursor(
    fetch: Callable[[str], Page], first: str = "", most: int = MOST_PAGES, *, marks: bool = False,
    position: Position = None,
) -> Iterator[Any]:  # fmt: skip
    """Pages by what each says of the next one: a cursor, a token, or (`by_next_link`) an address."""
    cursor = position["at"] if position else first
    watch, used = _Watch(most, marks, position), {cursor: None}
    while True:
        page = fetch(cursor)
        for remark in watch.look(page, f"page {len(used)}"):
            yield remark
            if remark.incomplete:
                return
        yield from page.rows
        if not page.next:
            return
        if page.next in used:
            yield Remark(odd=f"page {len(used)} leads back to one before; stopped there", incomplete=True, code="repeated_page")
            return
        cursor = page.next
        used[cursor] = None
        yield from watch.mark(cursor)


def by_next_link(
    fetch: Callable[[str], Page], url: str, most: int = MOST_PAGES, *, marks: bool = False, position: Position = None
) -> Iterator[Any]:
    """Pages by the link to the next one, which is always asked of the host of `url`."""
    here = [url]

    def fetch_from_here(link: str) -> Page:
        here[0] = same_host(here[0], link)
        return fetch(here[0])

    yield from by_cursor(fetch_from_here, url, most, marks=marks, position=position)


def same_host(base: str, link: str) -> str:
    """`link` (which may be relative) on the host of `base`: an answer must not send us to another one."""
    there, home = urlsplit(urljoin(base, link)), urlsplit(base)
    return urlunsplit((home.scheme, home.netloc, there.path, there.query, ""))


def by_date_window(
    size: Callable[[date, date], int], first: date, last: date, wall: int
) -> Iterator[tuple[date, date] | Remark]:
    """Windows of dates, in order, that each hold fewer than `wall` items: no more are shown of one question."""
    waiting, walled = [(first, last)] if first <= last else [], 0
    while waiting:
        start, end = waiting.pop()
        if size(start, end) < wall:
            walled = 0
            yield start, end
        elif start < end:
            middle = start + (end - start) // 2
            waiting += [(middle + timedelta(days=1), end), (start, middle)]
        else:
            walled += 1
            yield Remark(odd=f"{start} alone has {wall:,} items or more; the rest is out of reach", incomplete=True, code="out_of_reach")
            yield start, end
            if walled == _WALLED_DAYS:
                yield Remark(odd="the source does not heed the dates that it is asked for; stopped", incomplete=True, code="out_of_reach")
                return
