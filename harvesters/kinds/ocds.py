"""Open Contracting (OCDS 1.0 and 1.1): awards and contracts with their amounts and suppliers, and the calls for tenders.

**Where it is.** `url` answers with release packages, record packages, lists of them, bare releases, JSON Lines or any
of these packed (gzip, zip). `links.next`, `next_page` and what else names a next page are followed; where there is
only a number, `page = "page"` names its parameter. `files = ["2023.json.gz", "2024.json.gz"]`: several addresses,
relative to `url`.

**What changed.** `since = "updatedFrom"` names the parameter that asks for it (`until` for its end), `time` its
format; `from = 2024-01-01` is where the first run begins. Where the dates are part of the path, `url` holds
`{since}` and `{until}`. `record = "https://…/{ocid}"`: where a process is found as
a whole, asked for each one that changed; needed where releases say only what is new.

**Records.** Releases are merged by ocid: what the publisher compiled, with the releases that are newer, else all of
them by the standard's rules. A citizen asks who got what for how much, so each award is a record (`<ocid>/award/<id>`)
that holds its contracts: one amount, counted once. A contract that names no award is one, too (`<ocid>/contract/<id>`).
The process itself (`<ocid>`) is a record where a tender or a plan was published; its awards are `part_of` it.

**Manners.** Some publishers say "too many questions" with 403: `wait` seconds later it is asked once more (300).
`currency` counts where amounts name none; `landing_page = "https://…/{ocid}"` leads to a page for people.
"""

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import Field

from ..http import Answer, BadAnswer, Http, SourceFault
from ..paging import Page, by_next_link
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from .ocds_merge import Entry, Link, Shelf, entries_in, has_entries, parts_of
from .ocds_record import build_record

INCREMENTAL = True
OVERLAP = timedelta(days=2)
MOST_BYTES = 4 * 1024**3
# After so many links that lead nowhere, the rest of them is not tried.
MOST_FAILED = 5


class Options(Strict):
    """See the module."""

    files: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    time: str = "%Y-%m-%dT%H:%M:%S"
    from_: date | None = Field(default=None, alias="from")
    page: str = ""
    first_page: int = 1
    record: str = Field(default="", pattern=r"^$|^https?://.*\{ocid\}")
    wait: int = Field(default=300, ge=0, le=3600)
    currency: str = Field(default="", pattern=r"^$|^[A-Z]{3}$")
    landing_page: str = Field(default="", pattern=r"^$|^https?://.*\{ocid\}")


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """All releases first, for they come in any order; then process by process what became of it."""
    options = Options(**source.options)
    with closing(Shelf()) as shelf:
        asked: set[str] = set()
        for start in _addresses(source, options, since, http.now()):
            yield from _fill(shelf, http, options, start, asked)
        expected, whole = 0, _Whole(http, options)
        for process in shelf.processes():
            for part in parts_of(whole.of(process)):
                raw = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
                expected += 1
                yield Item(part, raw, source.url, part["identifier"])
        yield Remark(expected=expected)


def parse(item: Item, source: Source) -> Record | None:
    """The record of a process, an award or a contract."""
    options, data = Options(**source.options), item.data
    if "release" not in data:  # a release as it was published
        data = next(parts_of(data))
    release = data["release"]
    if release.get("unreadable"):
        raise ValueError(release["unreadable"])
    if not release.get("ocid"):
        raise KeyError("ocid")
    return build_record(data, source, options.currency, options.landing_page)


def _addresses(source: Source, options: Options, since: datetime | None, now: datetime) -> list[str]:
    first = since - OVERLAP if since else None
    if options.from_:
        begins = datetime.combine(options.from_, time(0), UTC)
        first = max(first, begins) if first else begins
    asked = [(options.since, first)] + ([(options.until, now)] if first else [])
    params = {name: moment.astimezone(UTC).strftime(options.time) for name, moment in asked if name and moment}
    if options.page:
        params[options.page] = str(options.first_page)
    url = source.url
    if "{since}" in url:  # some have the dates in the path
        earliest = (first or datetime(2000, 1, 1, tzinfo=UTC)).strftime(options.time)
        url = url.replace("{since}", earliest).replace("{until}", now.strftime(options.time))
    return [_with(urljoin(url, file), params) for file in options.files or ("",)]


def _with(url: str, params: dict[str, str]) -> str:
    """An address with these parameters instead of its own of the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in params]
    return urlunsplit(parts._replace(query=urlencode([*kept, *params.items()]))) if params else url


def _fill(shelf: Shelf, http: Http, options: Options, start: str, asked: set[str]) -> Iterator[Remark]:
    """Put every release behind an address on the shelf; say what was odd."""
    pages = _Pages(http, options, shelf)
    came = failed = 0
    for row in by_next_link(pages.fetch, start):
        if isinstance(row, Remark):
            yield row
            continue
        came += 1
        for link in _shelve(shelf, row):
            if link.url not in asked and failed < MOST_FAILED:
                asked.add(link.url)
                for remark in _follow(shelf, http, options, link):
                    failed += 1
                    yield remark
    if pages.total is not None and came < pages.total:
        yield Remark(
            odd=f"{start} says that it has {pages.total:,} entries and {came:,} came", incomplete=True, code="short"
        )


def _shelve(shelf: Shelf, data: Any) -> list[Link]:
    """Put the releases in an answer on the shelf; what it only links to is returned."""
    links = []
    for entry in entries_in(data):
        if isinstance(entry, Link):
            links.append(entry)
        else:
            shelf.put(entry)
    return links


def _follow(shelf: Shelf, http: Http, options: Options, link: Link) -> Iterator[Remark]:
    """What a listing only links to."""
    url, _, wanted = link.url.partition("#")
    try:
        found = [entry for entry in entries_in(_ask_json(http, options, url)) if isinstance(entry, Entry)]
    except SourceFault as fault:
        yield Remark(odd=f"{fault}; a listing names it", incomplete=True, code="out_of_reach")
        return
    chosen = [entry for entry in found if str(entry.release.get("id")) == wanted] if wanted else []
    for entry in chosen or found:
        shelf.put(entry)


@dataclass
class _Whole:
    """Asks for each process as a whole, where the source offers that."""

    http: Http
    options: Options
    failed: int = 0

    def of(self, process: dict[str, Any]) -> dict[str, Any]:
        """The process with everything that was ever said of it; as it came, where that cannot be had."""
        if not self.options.record or not process.get("ocid"):
            return process
        try:
            answer = _ask_json(self.http, self.options, self.options.record.replace("{ocid}", quote(process["ocid"], safe="")))
        except BadAnswer as fault:
            self.failed += 1
            if self.failed > MOST_FAILED:
                raise
            self.http.note(f"{fault}; {process['ocid']} is read without what was said of it before", "out_of_reach")
            return process
        with closing(Shelf()) as shelf:
            for entry in entries_in(answer):
                if isinstance(entry, Entry) and entry.ocid == process["ocid"]:
                    shelf.put(entry)
            return next(shelf.processes(), process)


@dataclass
class _Pages:
    """Fetches pages, whatever names the next one; ends where nothing comes any more."""

    http: Http
    options: Options
    shelf: Shelf
    total: int | None = None
    empty: int = 0

    def fetch(self, url: str) -> Page:
        with _ask(self.http, self.options, url) as answer:
            documents = _read(self.http, answer)
            first = self._checked(next(documents, {"releases": []}), url, answer)
            rows, following = _rows(first), _next(first)
            # One document a line, or packed together: there may be millions.
            rows += [{"ocid": link.url, "url": link.url} for data in documents
                     for link in _shelve(self.shelf, self._checked(data, url, answer))]  # fmt: skip
        self.empty = 0 if rows else self.empty + 1
        self.total = _total(first) if self.total is None else self.total
        if self.options.page and not following and rows:
            number = int(dict(parse_qsl(urlsplit(url).query)).get(self.options.page, self.options.first_page))
            following = _with(url, {self.options.page: str(number + 1)})
        # A feed that always names a next page, with nothing on it.
        return Page(rows, None, following if following and self.empty < 2 else None)

    def _checked(self, data: Any, url: str, answer: Answer) -> Any:
        if not has_entries(data):
            begins = json.dumps(data, ensure_ascii=False)[:80]
            raise BadAnswer(f"{url} answered without releases or records; it says “{begins}”", answer.status)
        return data


def _rows(data: Any) -> list[Any]:
    """One row for each release or record, with its package."""
    if isinstance(data, dict) and "ocid" not in data:
        for name in ("releases", "records", "data", "results"):
            if isinstance(data.get(name), list):
                return [{**data, name: [one]} for one in data[name]]
    return list(data) if isinstance(data, list) else [data]


def _next(data: Any) -> str:
    """The next page by what an answer says of it."""
    if not isinstance(data, dict):
        return ""
    for name in ("links", "next_page", "nextPage", "next", "pagination", "paging", "meta"):
        held = data.get(name)
        for candidate in held if isinstance(held, list) else [held]:
            if isinstance(candidate, dict):
                if candidate.get("rel") not in (None, "next"):
                    continue
                candidate = next((candidate[key] for key in ("next", "uri", "href", "url", "next_page") if candidate.get(key)), None)
                candidate = candidate.get("href") or candidate.get("uri") if isinstance(candidate, dict) else candidate
            if isinstance(candidate, str) and candidate.strip():
                link = candidate.strip()
                return link if link.startswith(("http:", "https:", "/", "?")) else ""
    return ""


def _total(data: Any) -> int | None:
    holders = [data, data.get("pagination"), data.get("meta"), data.get("paging")] if isinstance(data, dict) else []
    for holder in holders:
        for name in ("total", "total_items", "totalItems", "totalCount", "total_count", "numFound"):
            if isinstance(holder, dict) and isinstance(holder.get(name), int) and not isinstance(holder[name], bool):
                return int(holder[name])
    return None


def _ask_json(http: Http, options: Options, url: str) -> Any:
    with _ask(http, options, url) as answer:
        return list(_read(http, answer))


def _ask(http: Http, options: Options, url: str) -> Answer:
    """An answer; where it is 403, which some say for "too many questions", after a pause."""
    headers = {"Accept": "application/json"}
    try:
        return http.get(url, headers=headers)
    except BadAnswer as fault:
        if fault.status != 403 or not options.wait:
            raise
    http.note(f"{url.split('?')[0]} answered 403, as if asked too often; waited {options.wait} s", "waited")
    http.session.clock.sleep(options.wait)
    return http.get(url, headers=headers)


def _read(http: Http, answer: Answer) -> Iterator[Any]:
    """The JSON in an answer: one document, one a line, or what is packed in it."""
    answer.file.seek(0)
    start = answer.file.read(4)
    answer.file.seek(0)
    if start[:2] == b"\x1f\x8b":
        answer.file = _unpacked(gzip.GzipFile(fileobj=answer.file), answer)
    elif start == b"PK\x03\x04":
        yield from _read_zip(http, answer)
        return
    yield from _read_plain(http, answer)


def _read_zip(http: Http, answer: Answer) -> Iterator[Any]:
    packed = answer.file
    with zipfile.ZipFile(packed) as archive:
        for name in archive.namelist():
            if name.lower().endswith((".json", ".jsonl", ".ndjson")):
                with archive.open(name) as member:
                    answer.file = _unpacked(member, answer)
                with answer.file:
                    yield from _read_plain(http, answer)
    answer.file = packed


def _unpacked(packed: IO[bytes] | gzip.GzipFile, answer: Answer) -> IO[bytes]:
    """What was packed, in a temporary file; not more than is sane."""
    file, size = TemporaryFile(), 0  # noqa: SIM115 - the answer closes it
    try:
        while chunk := packed.read(1024 * 1024):
            size += len(chunk)
            if size > MOST_BYTES:
                raise BadAnswer(f"{answer.asked} unpacks to more than {MOST_BYTES:,} bytes; given up")
            file.write(chunk)
    except (OSError, EOFError, zlib.error) as fault:
        raise BadAnswer(f"{answer.asked} is packed in a way that does not open ({fault}); is it whole?") from None
    file.seek(0)
    return file


def _read_plain(http: Http, answer: Answer) -> Iterator[Any]:
    answer.file.seek(0)
    first = answer.file.readline()
    if first.strip() and answer.file.readline().strip() and _line(first) is not None:
        answer.file.seek(0)
        yield from _read_lines(answer.file)
    else:
        yield http.read_json(answer)


def _read_lines(file: IO[bytes]) -> Iterator[Any]:
    for number, line in enumerate(file, 1):
        if line.strip():
            data = _line(line)
            yield data if data is not None else {"ocid": "", "unreadable": f"line {number} is not JSON: {line[:60]!r}"}


def _line(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"), strict=False)
    except ValueError:
        return None
