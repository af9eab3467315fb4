"""Akoma Ntoso 2 and 3: acts, bills, judgments, debates and whatever else is marked up as a legal text.

**Where they are.** `url` is one of: a document; a feed (Atom, RSS) or a list in JSON whose entries lead to documents;
a sitemap; a page that lists a folder (folders below it are entered). Or `files = ["2024/1.akn"]`: addresses of
documents, relative to `url`. Where entries lead to something else, `document = "{link}/data.akn"` says how the
document's address is made of the link. Next pages are followed.

**Records.** One for each work (its FRBRWork address), from its latest expression, with its structure as Markdown.
Expressions in other languages are its translations. Earlier expressions are records of their own (their
FRBRExpression address), superseded, and part of the work; `versions = true` where the source lists them, so that every
run asks for all of a work's. Modifications become `amends`, references `cites`.
The document's element decides the axis (an act is a policy, a judgment a decision); rules of the declaration win.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import tostring

from pydantic import Field

from ..catalogues import listed
from ..dates import read_date
from ..http import BadAnswer, Http
from ..paging import Page, by_next_link, same_host
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from ..xml import Element, XmlFault, attribute, children, descendants, local, read_xml, text_of
from .akn_record import build_record, card_of

INCREMENTAL = True
OVERLAP = timedelta(days=2)
MOST_FOLDERS = 5000
_TYPES = ("application/akn+xml", "application/akomantoso+xml")
_LINK = re.compile(r"<a\s[^>]*?href\s*=\s*[\"']([^\"'#?]+)[\"']", re.IGNORECASE)


class Options(Strict):
    """See the module."""

    files: tuple[str, ...] = ()
    versions: bool = False
    document: str = Field(default="", pattern=r"^$|\{link\}")


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """All documents first, for the versions of a work are told apart only together; then one work after the other."""
    options = Options(**source.options)
    after = (since - OVERLAP).date().isoformat() if since and not options.versions else ""
    with closing(_Shelf(source)) as shelf:
        walk = _Walk(http, source, options, after, shelf)
        yield from walk.documents()
        yield from shelf.faults
        count = len(shelf.faults)
        for data in shelf.works():
            count += 1
            yield Item(data, json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"), data["url"], data["identifier"])
        yield Remark(expected=count)


def parse(item: Item, source: Source) -> Record | None:
    """The record of a version of a work."""
    if item.data.get("fault"):
        raise ValueError(item.data["fault"])
    return build_record(item.data, source)


class _Shelf:
    """Documents on disk, by work."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("CREATE TABLE document (work TEXT, day TEXT, language TEXT, expression TEXT, url TEXT, xml TEXT)")
        self._rows.execute("CREATE INDEX by_work ON document (work, day)")
        self.faults: list[Item] = []

    def put(self, root: Element, content: bytes, url: str) -> None:
        """Keep a document; one that does not say what it is becomes a fault."""
        try:
            card = card_of(root, self._source)
        except (ValueError, KeyError) as fault:
            said = f"{fault.args[0]} is missing" if isinstance(fault, KeyError) else str(fault)
            self.fault(url, said)
            return
        text = content.decode("utf-8", "replace")
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
        self._rows.execute(
            "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)", (card.work, card.day, card.language, card.expression, url, text)
        )

    def fault(self, url: str, said: str) -> None:
        """Remember what could not be read."""
        data = {"fault": f"{url}: {said}"}
        self.faults.append(Item(data, json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"), url))

    def works(self) -> Iterator[dict[str, Any]]:
        """The versions of each work: the latest as the work, earlier ones by themselves; languages together."""
        for (work,) in self._rows.execute("SELECT work FROM document GROUP BY work ORDER BY min(rowid)").fetchall():
            found = self._rows.execute(
                "SELECT day, language, expression, url, xml FROM document WHERE work = ? ORDER BY day DESC, rowid", (work,)
            ).fetchall()
            days = list(dict.fromkeys(row[0] for row in found))
            own = [self._own([row for row in found if row[0] == day]) for day in days]
            names = [row[2] or f"{work}@{row[0]}" for row in own]
            for place, (day, row) in enumerate(zip(days, own, strict=True)):
                others = {other[1]: other[4] for other in reversed(found) if other[0] == day and other[1] != row[1]}
                yield {
                    "identifier": work if place == 0 else names[place],
                    "role": "current" if place == 0 else "earlier",
                    "until": days[place - 1] if place else "",
                    "earlier": names[1:] if place == 0 else [],
                    "url": row[3],
                    "xml": row[4],
                    "translations": [{"language": tag, "xml": others[tag]} for tag in sorted(others)],
                }

    def _own(self, rows: list[Any]) -> Any:
        """The one in the source's language, else the first."""
        return next((row for row in rows if row[1] == self._source.language), rows[0])

    def close(self) -> None:
        """Let go of everything."""
        self._rows.close()


class _Walk:
    """Finds documents, whatever lists them."""

    def __init__(self, http: Http, source: Source, options: Options, after: str, shelf: _Shelf) -> None:
        self._http, self._source, self._options, self._after, self._shelf = http, source, options, after, shelf
        self._seen: set[str] = set()
        self._folders = 0

    def documents(self) -> Iterator[Remark]:
        """Put every document on the shelf; say what was odd."""
        if self._options.files:
            for file in self._options.files:
                yield from self._fetch(urljoin(self._source.url, file), must=len(self._options.files) == 1)
            return
        for row in by_next_link(self._page, self._source.url):
            if isinstance(row, Remark):
                yield row
            elif not row.startswith("shelved:"):
                yield from self._fetch(row)

    def _page(self, url: str) -> Page:
        """A page of a list: the documents that it leads to, and the next page."""
        content = self._http.get_bytes(url)
        start = content.lstrip()[:1]
        if start in (b"{", b"["):
            links, following = self._from_json(json.loads(content), url)
            return Page(links, None, following)
        if re.match(rb"\s*(<!doctype html|<html)", content[:500], re.IGNORECASE):
            return Page(list(self._from_folder(content, url)))
        try:
            root, mended = read_xml(content)
        except XmlFault as fault:
            raise BadAnswer(f"{url} is neither a document nor a list of them ({fault})", None, "wrong_type") from None
        if local(root) == "akomaNtoso":
            self._shelve(root, content, url, mended)
            return Page([f"shelved:{url}"])
        links, following = self._from_feed(root, url)
        return Page(links, None, following)

    def _from_feed(self, root: Element, url: str) -> tuple[list[str], str | None]:
        """Documents and the next page of an Atom or RSS feed, or of a sitemap."""
        name = local(root)
        if name not in ("feed", "rss", "RDF", "urlset", "sitemapindex"):
            raise BadAnswer(f"{url} answered with <{name}>, which is neither Akoma Ntoso nor a list of documents", None, "wrong_type")
        following = next((attribute(one, "href") for one in children(root, "link") if attribute(one, "rel") == "next"), None)
        entries = [one for one in descendants(root, "entry", "item", "url") if self._is_new(one)]
        links = [urljoin(url, link) for entry in entries if (link := self._document_of(entry))]
        if name == "sitemapindex":
            for one in descendants(root, "loc"):
                links += list(self._page(same_host(url, text_of(one))).rows)
        return links, urljoin(url, following) if following else None

    def _is_new(self, entry: Element) -> bool:
        stated = next((text_of(one) for one in entry if local(one) in ("updated", "lastmod", "pubDate", "date")), "")
        try:
            day = read_date(stated) if stated else None
        except ValueError:
            day = None
        return not self._after or day is None or day[:10] >= self._after

    def _document_of(self, entry: Element) -> str:
        links = [(attribute(one, "type"), attribute(one, "rel"), attribute(one, "href") or text_of(one)) for one in children(entry, "link")]
        links += [("", "", text_of(one)) for one in children(entry, "loc", "guid")]
        if self._options.document:
            plain = [href for kind, rel, href in links if href and kind in ("", "text/html") and rel in ("", "alternate", "self")]
            return self._options.document.replace("{link}", plain[0].rstrip("/")) if plain else ""
        typed = [href for kind, _, href in links if kind in _TYPES] + [href for _, _, href in links if _is_document(href)]
        typed += [href for kind, _, href in links if kind in ("application/xml", "text/xml")]
        typed += [href for _, rel, href in links if rel in ("", "alternate")]
        return typed[0] if typed else ""

    def _from_json(self, data: Any, url: str) -> tuple[list[str], str | None]:
        """Documents and the next page of an API such as Indigo's."""
        rows = data if isinstance(data, list) else next((data[name] for name in ("results", "items", "data") if isinstance(data.get(name), list)), None)
        if rows is None:
            raise BadAnswer(f"{url} answered with JSON that lists nothing (results, items, data)", None, "wrong_type")
        found = []
        for row in rows:
            changed = str(row.get("updated_at") or row.get("modified") or "")[:10] if isinstance(row, dict) else ""
            if link := self._from_row(row):
                found += [urljoin(url, link)] if not (self._after and changed and changed < self._after) else []
        following = data.get("next") if isinstance(data, dict) else None
        return found, following if isinstance(following, str) and following else None

    def _from_row(self, row: Any) -> str:
        if isinstance(row, str):
            return row
        if not isinstance(row, dict):
            return ""
        links = [one for one in listed(row.get("links")) if isinstance(one, dict) and one.get("href")]
        for one in links:
            if one.get("mediaType") in (*_TYPES, "application/xml", "text/xml") or "akoma" in str(one.get("title")).casefold():
                return str(one["href"])
        link = str(row.get("akn_url") or row.get("xml_url") or row.get("url") or row.get("href") or "")
        return self._options.document.replace("{link}", link.rstrip("/")) if self._options.document and link else link

    def _from_folder(self, content: bytes, url: str) -> Iterator[str]:
        """Documents in a folder's page, and in the folders below it."""
        self._folders += 1
        if self._folders > MOST_FOLDERS:
            raise BadAnswer(f"{self._source.url} has more than {MOST_FOLDERS:,} folders; name a smaller one")
        here = url if url.endswith("/") else url.rpartition("/")[0] + "/"
        for href in dict.fromkeys(unescape(link) for link in _LINK.findall(content.decode("utf-8", "replace"))):
            there = urljoin(url, href)
            if not urlsplit(there).path.startswith(urlsplit(here).path) or urlsplit(there).netloc != urlsplit(url).netloc or there in self._seen:
                continue
            self._seen.add(there)
            if there.endswith("/") and there != here:
                yield from self._from_folder(self._http.get_bytes(there), there)
            elif _is_document(there):
                yield there

    def _fetch(self, url: str, must: bool = False) -> Iterator[Remark]:
        if urlsplit(url).hostname == urlsplit(self._source.url).hostname:
            url = same_host(self._source.url, url)  # http in a feed of https
        try:
            content = self._http.get_bytes(url)
        except BadAnswer as fault:
            if must:
                raise
            yield Remark(odd=str(fault), incomplete=True, code="out_of_reach")
            return
        try:
            root, mended = read_xml(content)
        except XmlFault as fault:
            self._shelf.fault(url, f"it is not XML that can be read ({fault})")
            return
        self._shelve(root, content, url, mended)

    def _shelve(self, root: Element, content: bytes, url: str, mended: str) -> None:
        if mended:
            content = bytes(tostring(root, "utf-8"))
            self._http.note(f"{url} is {mended}", "encoding")
        self._shelf.put(root, _as_utf8(root, content), url)


def _is_document(link: str) -> bool:
    return bool(re.search(r"\.(akn|xml)$|/akn$", urlsplit(link).path, re.IGNORECASE)) and "sitemap" not in link


def _as_utf8(root: Element, content: bytes) -> bytes:
    """The document in UTF-8, as it came where it came so."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(tostring(root, "utf-8"))
    return content if not re.match(rb"\s*<\?xml[^>]*encoding=[\"'](?!utf-?8)", content[:200], re.IGNORECASE) else bytes(tostring(root, "utf-8"))
