"""DCAT catalogues in RDF (Turtle, RDF/XML, JSON-LD), by Hydra's pages; and catalogue services (CSW 2.0.2), which answer in
DCAT, ISO 19139 or Dublin Core.

A dataset is known by its IRI; one without is known by its identifier. Real RDF has mistakes: what harms nothing is
mended and said, a page that cannot be read makes the harvest incomplete and does not end it where its follower is known.
Contexts of JSON-LD that lie elsewhere are not fetched.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from ..building import agency_of, build_by_declaration
from ..catalogues import language_tag, licence, media_type, nearest, place_code, rhythm, themes, web_address
from ..dates import read_date
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..paging import Page, by_cursor, by_next_link
from ..record import Agency, File, Identifier, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source
from ..xml import Element, XmlFault, attribute, descendants, local, read_xml, text_of
from .dcat_iso import read_record

AXIS_DECLARED = True
ROWS = 50
ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/xml;q=0.5, */*;q=0.1"
_SCHEMAS = {
    "dcat": ("http://www.w3.org/ns/dcat#", "gmd:MD_Metadata"),
    "gmd": ("http://www.isotc211.org/2005/gmd", "gmd:MD_Metadata"),
    "csw": ("http://www.opengis.net/cat/csw/2.0.2", "csw:Record"),
}
_EMPTY_RIGHTS = frozenset({"", "public", "none", "n/a", "true", "false", "license not specified"})


class Options(Strict):
    """`protocol`: rdf or csw, where the address does not tell; `output`: in what a CSW shall answer (dcat, gmd, csw; auto
    tries gmd, then csw); `constraint`: a CQL condition for a CSW; `include_services`: keep services, which are no data."""

    protocol: Literal["auto", "rdf", "csw"] = "auto"
    output: Literal["auto", "dcat", "gmd", "csw"] = "auto"
    constraint: str = ""
    include_services: bool = False


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every dataset of the catalogue. There is no asking for changes only: `since` is not heeded."""
    options = Options(**source.options)
    csw = options.protocol == "csw" or (options.protocol == "auto" and re.search(r"/csw\b|service=csw", source.url, re.IGNORECASE))
    for row in _by_csw(http, source.url, options) if csw else _by_rdf(http, source.url):
        if isinstance(row, Remark):
            yield row
        else:
            raw = json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
            yield Item(row, raw, source.url, _identifier(row))


def _by_rdf(http: Http, url: str) -> Iterator[Any]:
    from .dcat_graph import datasets, next_page, read_graph, total_of

    noted: list[str] = []

    def fetch(link: str) -> Page:
        with http.get(link, headers={"Accept": ACCEPT}) as answer:
            content, kind = answer.content, answer.media_type
        try:
            graph, mended = read_graph(content, kind)
        except BadAnswer as fault:
            raise BadAnswer(f"{link}: {fault}", code=fault.code) from None
        noted.extend([f"{link}: {mended}"] if mended else [])
        return Page(list(datasets(graph)), total_of(graph), next_page(graph))

    came = 0
    try:
        for row in by_next_link(fetch, url):
            came += not isinstance(row, Remark)
            yield row
    except BadAnswer as fault:
        if not came:
            raise
        yield Remark(odd=f"a page could not be read, nor what comes after it: {fault}", incomplete=True, code=fault.code)
    for words in noted:
        yield Remark(note=words)


def _by_csw(http: Http, url: str, options: Options) -> Iterator[Any]:
    """Records by their position. A server that does not know a schema is asked in the next one."""
    tried = ["gmd", "csw"] if options.output == "auto" else [options.output]
    for position, schema in enumerate(tried):
        try:
            yield from by_cursor(lambda start, schema=schema: _page(http, url, schema, options, start), "1")  # type: ignore[misc]
            return
        except _Refused as refusal:
            if position == len(tried) - 1:
                raise BadAnswer(str(refusal)) from None
    raise AssertionError("unreachable")


class _Refused(Exception):
    """The server answered with a report of what it does not do."""


def _page(http: Http, url: str, schema: str, options: Options, start: str) -> Page:
    output, types = _SCHEMAS[schema]
    parts = urlsplit(url)
    asked = {name.lower(): value for name, value in parse_qsl(parts.query)} | {
        "service": "CSW", "version": "2.0.2", "request": "GetRecords", "resulttype": "results", "elementsetname": "full",
        "outputschema": output, "typenames": types, "startposition": start, "maxrecords": str(ROWS),
    }  # fmt: skip
    if options.constraint:
        asked |= {"constraint": options.constraint, "constraintlanguage": "CQL_TEXT", "constraint_language_version": "1.1.0"}
    names = {"resulttype": "resultType", "elementsetname": "elementSetName", "outputschema": "outputSchema", "typenames": "typeNames",
             "startposition": "startPosition", "maxrecords": "maxRecords", "constraintlanguage": "constraintLanguage"}  # fmt: skip
    address = urlunsplit(parts._replace(query=urlencode({names.get(name, name): value for name, value in asked.items()})))
    with http.get(address, headers={"Accept": "application/xml, text/xml;q=0.9, */*;q=0.1"}) as answer:
        content = answer.content
    try:
        root, _mended = read_xml(content)
    except XmlFault as fault:
        raise BadAnswer(f"{url} did not answer with XML ({fault})", code="wrong_type") from None
    return _results(root, url, int(start))


def _results(root: Element, url: str, start: int) -> Page:
    if local(root) == "ExceptionReport":
        raise _Refused(f"{url} answered with an exception: {text_of(root)[:300]}")
    results = next(iter(descendants(root, "SearchResults")), None)
    if results is None:
        raise BadAnswer(f"{url} answered without “SearchResults”: is it a CSW 2.0.2?")
    rows = [row for one in results for row in _rows(one)]
    matched, following = attribute(results, "numberOfRecordsMatched"), attribute(results, "nextRecord")
    total = int(matched) if matched.isdigit() else None
    next_ = int(following) if following.isdigit() else 0
    if total is not None and not following and rows:
        # Some servers do not say where it goes on, but how many there are.
        next_ = start + len(rows)
    goes_on = next_ > start and bool(len(results)) and (total is None or next_ <= total)
    return Page(rows, total, str(next_) if goes_on else None)


def _rows(element: Element) -> Iterator[dict[str, Any]]:
    if local(element) == "RDF":
        from xml.etree.ElementTree import tostring

        from .dcat_graph import datasets, read_graph

        graph, _mended = read_graph(tostring(element), "application/rdf+xml")
        yield from datasets(graph)
    elif (found := read_record(element)) is not None:
        yield found


def _identifier(data: dict[str, Any]) -> str:
    named = [str(one) for one in data.get("identifier") or [] if one]
    return (str(data.get("iri") or "") or (named[0] if named else ""))[:500]


def parse(item: Item, source: Source) -> Record | None:
    """One dataset."""
    data = item.data
    if not isinstance(data, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where a dataset should be")
    if data.get("type") == "service" and not Options(**source.options).include_services:
        return None
    main = _main_language(data, source)
    titles, descriptions = _by_language(data.get("title"), main), _by_language(data.get("description"), main)
    keywords = [read_line(one["text"]) for one in data.get("keyword") or [] if nearest(one["language"] or main, main) == main]
    groups = [one["label"] or one["iri"] for one in data.get("theme") or []]
    agency = _agency(data, source, main)
    summary, rest = split_lead(read_markup(descriptions.get(main, "")))
    title = read_line(titles.get(main, "") or next(iter(titles.values()), ""))
    traits = {"type": ["series" if data.get("series") else "dataset"], "group": groups, "tag": keywords, "title": [title], "publisher": list(agency.names.values())}
    files, elsewhere = _files(data, main)
    return build_by_declaration(
        source,
        traits,
        identifier=_identifier(data) or None,
        title=title[:2000] or None,
        summary=summary,
        body="\n\n".join(part for part in (rest, elsewhere, _rights(data)) if part),
        language=main,
        publisher=agency,
        subjects=themes(*groups, *(one["iri"] for one in data.get("theme") or []), *keywords),
        keywords=tuple(dict.fromkeys(word[:200] for word in keywords if word))[:500],
        issued=_date(data, "issued", earliest=True),
        modified=_date(data, "modified"),
        status=_status(data),
        other_identifiers=_others(data),
        landing_page=next((url for one in data.get("landingPage") or [] if (url := web_address(one))), "") or web_address(data.get("iri")),
        license=_licence(data, source),
        places=_places(data, source),
        files=files,
        relations=_relations(data, source),
        translations=_translations(titles, descriptions, main),
        frequency=next((code for one in data.get("frequency") or [] if (code := rhythm(one))), None),
    )


def _main_language(data: dict[str, Any], source: Source) -> str:
    """The language that the title is in: the source's where it is among several, else the one there is."""
    tags = [tag for one in data.get("title") or [] if (tag := language_tag(one["language"]))]
    if any(nearest(tag, source.language) == source.language for tag in tags):
        return source.language
    said = {tag for one in data.get("language") or [] if (tag := language_tag(one))}
    return tags[0] if tags else nearest(said.pop(), source.language) if len(said) == 1 else source.language


def _by_language(words: Any, main: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in words or []:
        tag = language_tag(one["language"]) if one["language"] else main
        found.setdefault(nearest(tag or main, main), str(one["text"]))
    return found


def _translations(titles: dict[str, str], descriptions: dict[str, str], main: str) -> dict[str, Any]:
    return {
        tag: {"title": read_line(title)[:2000], "summary": read_markup(descriptions.get(tag, ""))[:20_000]}
        for tag, title in titles.items()
        if tag != main and read_line(title)
    }


def _agency(data: dict[str, Any], source: Source, main: str) -> Agency:
    for one in [*(data.get("publisher") or []), *(data.get("creator") or [])]:
        names = _by_language(one.get("name"), main)
        if not any(names.values()) and "/organizations/" in str(one.get("iri")):
            # GeoNetwork names an agency in its address only, unless that is a mere number.
            told = unquote(str(one["iri"]).partition("/organizations/")[2])
            names = {main: told} if " " in told else {}
        if any(names.values()):
            return agency_of(source, names, str(one.get("above") or ""), one.get("homepage") or one.get("iri"))
    return source.agency()


def _date(data: dict[str, Any], name: str, *, earliest: bool = False) -> str | None:
    """A date in any form; what means nothing is no date: the dataset is there all the same."""
    found = []
    for one in data.get(name) or []:
        try:
            found.append(read_date(one))
        except ValueError:
            continue
    dates = [one for one in found if one]
    return (min(dates) if earliest else max(dates)) if dates else None


def _status(data: dict[str, Any]) -> str | None:
    words = " ".join(str(one) for one in data.get("status") or []).rsplit("/", 1)[-1].casefold()
    if data.get("isReplacedBy"):
        return "superseded"
    known = {"withdrawn": "repealed", "deprecated": "superseded", "discont": "superseded", "develop": "draft"}
    return next((status for word, status in known.items() if word in words), None)


def _others(data: dict[str, Any]) -> tuple[Identifier, ...]:
    own = _identifier(data)
    found = dict.fromkeys(str(one)[:500] for one in data.get("identifier") or [] if str(one).strip() and str(one) != own)
    return tuple(Identifier(scheme="doi" if "doi.org/" in one or one.startswith("10.") else "other", value=one) for one in found)


def _licence(data: dict[str, Any], source: Source) -> str:
    stated = [*(data.get("license") or []), *(one for part in data.get("distribution") or [] for one in part.get("license") or [])]
    return (licence(*stated) if stated else "")[:1000] or source.license


def _places(data: dict[str, Any], source: Source) -> tuple[str, ...]:
    names = [word for one in data.get("spatial") or [] for word in (one["label"], one["iri"].rstrip("/").rsplit("/", 1)[-1]) if word]
    codes = [code for name in names if (code := place_code(name, source.language, source.place))]
    return tuple(dict.fromkeys(codes)) or ((source.place,) if source.place else ())


def _files(data: dict[str, Any], main: str) -> tuple[tuple[File, ...], str]:
    files: dict[str, File] = {}
    elsewhere = []
    for part in data.get("distribution") or []:
        titles = _by_language(part.get("title"), main)
        title = read_line(titles.get(main) or next(iter(titles.values()), ""))
        words = _by_language(part.get("description"), main)
        downloads, pages = part.get("downloadURL") or [], part.get("accessURL") or []
        for address in [*downloads, *pages]:
            url = web_address(address)
            if url and url not in files:
                is_other = bool(downloads) and address not in downloads
                size = str((part.get("size") or [""])[0]).split(".")[0]
                files[url] = File(
                    url=url,
                    title=title[:500],
                    description=read_markup(words.get(main) or next(iter(words.values()), ""))[:5000],
                    media_type="" if is_other else media_type(*map(_format, [*(part.get("mediaType") or []), *(part.get("format") or [])]), address=url)[:200],
                    size=int(size) if size.isdigit() and int(size) > 0 and not is_other else None,
                )
            elif not url and address:
                elsewhere.append(f"- {title or 'Distribution'}: {address}")
    return tuple(files.values())[:5000], "\n".join(elsewhere)


def _format(value: str) -> str:
    """A format that is told as an address of a register: its last part, or the media type in it."""
    if "media-types/" in value:
        return value.partition("media-types/")[2]
    return value.rstrip("/").rsplit("/", 1)[-1] if value.startswith("http") else value


def _rights(data: dict[str, Any]) -> str:
    said = [read_markup(str(one)) for one in data.get("rights") or []]
    told = [one for one in said if one.casefold() not in _EMPTY_RIGHTS and not one.startswith("http")]
    return f"**Rights:** {'; '.join(told)}" if told else ""


def _relations(data: dict[str, Any], source: Source) -> tuple[Relation, ...]:
    found = [("part_of", data.get("isPartOf")), ("supersedes", data.get("replaces")), ("part_of", data.get("isVersionOf"))]
    named = dict.fromkeys((kind, str(one)[:500]) for kind, ones in found for one in ones or [] if str(one).strip())
    own = _identifier(data)
    return tuple(Relation(type=kind, source=source.name, identifier=one) for kind, one in named if one != own)
