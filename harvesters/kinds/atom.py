"""Atom and RSS feeds (Atom 1.0, RSS 2.0, 1.0 and 0.9x): whatever an agency announces in one.

Pages are followed by their links (RFC 5005). A feed shows its newest entries only, so that what is no longer in it is
not gone; one that shows everything says so in its declaration (`window = "all"`). Deleted entries (RFC 6721) are
tombstones. Titles and summaries in two languages are told as translations.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urljoin

from ..building import agency_of, build_by_declaration
from ..catalogues import language_tag, nearest, themes, web_address
from ..dates import read_date
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..paging import Page, by_next_link
from ..record import File, Record, Strict
from ..run import Item, Remark, Tombstone
from ..source import Source
from ..xml import Element, XmlFault, attribute, child, children, descendants, local, read_xml, text_of

AXIS_DECLARED = True
_TYPES = re.compile(r"pdf|xml|csv|spreadsheet|msword|officedocument|opendocument|zip|json|rtf|plain", re.IGNORECASE)

_LOOSE = re.compile(rb"(<(?:description|content:encoded|title|summary|content)(?:\s[^>]*)?>)(.*?)(</(?:description|content:encoded|title|summary|content)>)", re.DOTALL)


class Options(Strict):
    """`window`: newest (the feed shows its newest entries only) or all (it shows everything there is); `pages`: how many
    pages are followed at most; `agency_from`: author, where every entry names its agency as its author."""

    window: Literal["newest", "all"] = "newest"
    pages: int = 2000
    agency_from: Literal["declaration", "author"] = "declaration"


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Tombstone | Remark]:
    """The entries of the feed and of the pages it leads to. An answer that did not change is not read again."""
    options = Options(**source.options)
    first, noted = [True], []

    def fetch(link: str) -> Page:
        with http.get(link, headers={"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"}, conditional=first[0]) as answer:
            content = answer.content
        first[0] = False
        root, mended = _read(content, link)
        noted.extend([f"{link}: {mended}"] if mended else [])
        return Page(list(_entries(root, link)), None, _next(root, link))

    for row in by_next_link(fetch, source.url, options.pages):
        if isinstance(row, Remark):
            yield row
        elif row.get("deleted"):
            yield Tombstone(row["id"], source.url)
        else:
            yield Item(row, json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"), source.url, str(row.get("id") or "")[:500])
    for words in noted:
        yield Remark(note=words)
    if options.window == "newest":
        yield Remark(window=True)


def _read(content: bytes, link: str) -> tuple[Element, str]:
    try:
        root, mended = read_xml(content)
    except XmlFault as fault:
        try:
            root, mended = read_xml(_LOOSE.sub(_wrapped, content))[0], f"not well-formed ({fault}); HTML in it was set apart"
        except XmlFault:
            raise BadAnswer(f"{link} did not answer with a feed ({fault})", code="wrong_type") from None
    if local(root) not in ("feed", "rss", "RDF", "channel"):
        raise BadAnswer(f"{link} answered with {local(root)}, which is no feed", code="wrong_type")
    return root, mended


def _wrapped(found: re.Match[bytes]) -> bytes:
    """HTML that stands in a feed as if it were the feed's own, set apart as text."""
    if b"<![CDATA[" in found[2]:
        return found[0]
    return found[1] + b"<![CDATA[" + found[2].replace(b"]]>", b"]]&gt;") + b"]]>" + found[3]


def _next(root: Element, link: str) -> str | None:
    channel = child(root, "channel")
    for rel in ("next", "prev-archive"):
        for one in [*children(root, "link"), *children(channel, "link")]:
            if attribute(one, "rel") == rel and attribute(one, "href"):
                return urljoin(link, attribute(one, "href"))
    return None


def _entries(root: Element, link: str) -> Iterator[dict[str, Any]]:
    for one in children(root, "deleted-entry"):
        yield {"id": attribute(one, "ref"), "deleted": True}
    language = attribute(root, "lang") or text_of(child(child(root, "channel"), "language"))
    is_atom = local(root) == "feed"
    for one in children(root, "entry") if is_atom else descendants(root, "item"):
        said = _atom(one, link, language) if is_atom else _rss(one, link, language)
        yield {name: value for name, value in said.items() if value not in ("", None, [], {})}


def _atom(entry: Element, link: str, language: str) -> dict[str, Any]:
    links = [
        {name: value for name in ("rel", "href", "type", "hreflang", "title", "length") if (value := attribute(one, name))}
        for one in children(entry, "link")
    ]
    meta = {local(one): attribute(one, "Value") for one in entry if attribute(one, "Value")}
    return {
        "id": text_of(child(entry, "id")),
        "title": _words(child(entry, "title")),
        "summary": _words(child(entry, "summary")),
        "content": _words(child(entry, "content")),
        "links": [one | {"href": urljoin(link, one["href"])} for one in links if one.get("href")],
        "published": text_of(child(entry, "published", "issued")),
        "updated": text_of(child(entry, "updated", "modified")),
        "categories": [word for one in children(entry, "category") if (word := attribute(one, "label", "term"))],
        "authors": [name for one in children(entry, "author") if (name := text_of(child(one, "name")))],
        "language": attribute(entry, "lang") or language,
        "meta": meta,
    }


def _rss(item: Element, link: str, language: str) -> dict[str, Any]:
    page = text_of(child(item, "link"))
    guid = child(item, "guid")
    links = [{"rel": "alternate", "href": urljoin(link, page)}] if page else []
    if not page and guid is not None and attribute(guid, "isPermaLink") != "false" and text_of(guid).startswith("http"):
        links = [{"rel": "alternate", "href": text_of(guid)}]
    for one in children(item, "enclosure"):
        told = {"rel": "enclosure", "href": urljoin(link, attribute(one, "url")), "type": attribute(one, "type"), "length": attribute(one, "length")}
        links += [told] if attribute(one, "url") else []
    return {
        "id": text_of(guid) or attribute(item, "about") or page,
        "title": _words(child(item, "title")),
        "summary": _words(child(item, "description")),
        "content": _words(child(item, "encoded")),
        "links": links,
        "published": text_of(child(item, "pubDate", "date", "issued")),
        "updated": text_of(child(item, "updated", "modified")),
        "categories": [word for one in children(item, "category", "subject") if (word := text_of(one))],
        "authors": [word for one in children(item, "creator", "author") if (word := text_of(one))],
        "language": language,
    }


def _words(element: Element | None) -> dict[str, str]:
    """Text by language; "" is the entry's own. HTML stays HTML; XHTML in several languages is taken apart."""
    if element is None:
        return {}
    tongues: dict[str, list[str]] = {}
    for one in element.iter():
        tag = attribute(one, "lang") if one is not element else ""
        if tag and text_of(one):
            tongues.setdefault(tag, []).append(text_of(one))
    if len(tongues) > 1:
        return {tag: "\n\n".join(texts) for tag, texts in tongues.items()}
    if attribute(element, "type") == "xhtml":
        paragraphs = [text_of(one) for one in descendants(element, "p", "li", "h1", "h2", "h3")]
        return {"": "\n\n".join(text for text in paragraphs if text) or text_of(element)}
    text = "".join(element.itertext()).strip()
    return {"": text} if text else {}


def parse(item: Item, source: Source) -> Record | None:
    """One entry."""
    data = item.data
    if not isinstance(data, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where an entry should be")
    language = nearest(language_tag(data.get("language")) or source.language, source.language)
    titles, summaries, contents = (_told(data.get(name), language) for name in ("title", "summary", "content"))
    language = language if language in titles or "" in titles or not titles else next(iter(titles))
    title = read_line(titles.get(language, ""))
    text = read_markup(summaries.get(language, ""))
    long = read_markup(contents.get(language, ""))
    summary, rest = split_lead(text or long)
    body = long if text and long and long != text else rest
    issued, odd = _date(data.get("published"), source)
    modified, odder = _date(data.get("updated"), source)
    authors = [read_line(name) for name in data.get("authors") or []]
    names = {language: authors[0]} if authors and Options(**source.options).agency_from == "author" else {}
    categories = [read_line(word) for word in data.get("categories") or []]
    kinds = [str(value) for value in (data.get("meta") or {}).values()]
    page, files = _links(data, language)
    traits = {"type": kinds, "group": categories, "tag": categories, "title": [title], "publisher": authors}
    return build_by_declaration(
        source,
        traits,
        identifier=str(data.get("id") or page)[:500] or None,
        title=title[:2000] or read_line(summary)[:200] or None,
        summary=summary,
        body="\n\n".join(part for part in (body, *(f"**Dated:** {one}" for one in (odd, odder) if one)) if part),
        language=language,
        publisher=agency_of(source, names),
        subjects=themes(*categories),
        keywords=tuple(dict.fromkeys(word[:200] for word in categories if word))[:500],
        issued=issued or modified,
        modified=modified,
        landing_page=page,
        license=source.license,
        places=(source.place,) if source.place else (),
        files=files,
        translations={
            tag: {"title": read_line(words)[:2000], "summary": read_markup(summaries.get(tag, ""))[:20_000]}
            for tag, words in titles.items()
            if tag not in ("", language) and read_line(words)
        },
    )


def _told(words: Any, language: str) -> dict[str, str]:
    found = {}
    for tag, text in (words or {}).items():
        found[nearest(language_tag(tag) or tag, language) if tag else language] = str(text)
    return found


def _date(value: Any, source: Source) -> tuple[str | None, str]:
    """A date in any form that feeds use; and as words, where it is none that can be true."""
    text = str(value or "").strip()
    if not text:
        return None, ""
    try:
        moment = parsedate_to_datetime(text)
        text = moment.isoformat()
    except (TypeError, ValueError):
        pass
    try:
        found = read_date(text)
    except ValueError:
        return None, text
    return (found, "") if found and "1000" <= found[:4] <= "2199" else (None, text)


def _links(data: dict[str, Any], language: str) -> tuple[str, tuple[File, ...]]:
    """The page of an entry, and its files."""
    page, files = "", {}
    for one in data.get("links") or []:
        url, rel, kind = web_address(one.get("href")), one.get("rel") or "alternate", str(one.get("type") or "")
        if not url:
            continue
        if rel == "enclosure" or (rel == "alternate" and _TYPES.search(kind)):
            size = str(one.get("length") or "")
            tongue = language_tag(one.get("hreflang")) or None
            files[url] = File(url=url, title=read_line(str(one.get("title") or ""))[:500], media_type=kind[:200], language=tongue, size=int(size) if size.isdigit() and int(size) else None)
        elif rel == "alternate" and not page:
            page = url
    return page or next((web_address(one.get("href")) for one in data.get("links") or [] if one.get("rel") == "self"), ""), tuple(files.values())
