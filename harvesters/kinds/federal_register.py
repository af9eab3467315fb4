"""The US Federal Register's API v1: rules, proposed rules, notices and presidential documents."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field

from ..building import agency_of, build
from ..catalogues import listed, themes, web_address, words
from ..dates import date_field
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..paging import Page, by_date_window, by_next_link
from ..record import Agency, Consultation, File, Identifier, Record, Relation, Slug, Strict
from ..run import Item, Remark
from ..source import Source
from .dockets import part_of_dockets

INCREMENTAL = RESUMABLE = True
# However many documents match a question, the API shows no more than these.
WALL = 10_000
# Documents are corrected and added for some days after they are published.
OVERLAP = timedelta(days=7)
FIELDS = (
    "abstract", "action", "agencies", "cfr_references", "citation", "comment_url", "comments_close_on",
    "correction_of", "dates", "docket_ids", "document_number", "effective_on", "executive_order_number",
    "full_text_xml_url", "html_url", "pdf_url", "president", "presidential_document_number",
    "proclamation_number", "publication_date", "raw_text_url", "regulation_id_numbers", "signing_date",
    "subtype",
    "title", "toc_doc", "toc_subject", "topics", "type",
)  # fmt: skip
# Type at the source → axis, type and the rule in words.
PLACES = {
    "rule": ("policy", "regulation", "a final rule is a policy"),
    "proposed rule": ("policy", "proposed_rule", "a proposed rule is a policy"),
    "notice": ("decision", "notice", "a notice is a decision"),
    "presidential document": ("decision", "order", "a presidential document is a decision"),
    "sunshine act document": ("decision", "meeting", "the notice of a meeting is a decision"),
    "correction": ("decision", "notice", "a correction is a decision"),
    "uncategorized document": ("decision", "notice", "a document without a category counts as a notice"),
}
CODES = {
    "rule": "rule", "prorule": "proposed rule", "notice": "notice", "presdocu": "presidential document",
    "sunshine": "sunshine act document", "correct": "correction", "unknown": "uncategorized document",
}  # fmt: skip
SUBTYPES = {"executive order": "executive_order", "proclamation": "proclamation"}


class Options(Strict):
    """What to ask for: `types` (all by default), `agencies` (slugs), `presidential_types`, `term`; and `from`
    which day of publication on. Without it everything is asked for, from 1994 on. `dockets` says in which source's
    records an agency's dockets are, by the letters that they begin with: `{ EPA = "us-regulations-epa" }`."""

    types: tuple[Literal["RULE", "PRORULE", "NOTICE", "PRESDOCU"], ...] = ()
    agencies: tuple[str, ...] = ()
    term: str = ""
    presidential_types: tuple[str, ...] = ()
    from_: date = Field(default=date(1994, 1, 1), alias="from")
    per_page: int = Field(default=1000, ge=1, le=1000)
    dockets: dict[str, Slug] = {}


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Documents by date of publication, oldest first, in windows small enough to be shown whole."""
    options = Options(**source.options)
    first = max(options.from_, since.date() - OVERLAP) if since else options.from_
    if position:
        first = date.fromisoformat(position["from"])
    # Tomorrow's issue is on the web the evening before, seen from west of Washington.
    last = http.now().date() + timedelta(days=1)
    counts: dict[tuple[date, date], int] = {}

    def size(start: date, end: date) -> int:
        answer = _ask(http, _address(source, options, start, end, per_page=1))
        counts[start, end] = int(answer.get("count") or 0)
        return counts[start, end]

    expected = position["before"] if position else 0
    for window in by_date_window(size, first, last, WALL):
        if isinstance(window, Remark):
            yield window
        elif counts[window]:
            yield from _documents(http, _address(source, options, *window, per_page=options.per_page), expected)
            expected += counts[window]
            yield Remark(position={"from": f"{window[1] + timedelta(days=1)}", "before": expected})


def _address(source: Source, options: Options, start: date, end: date, per_page: int) -> str:
    asked: list[tuple[str, str]] = [("order", "oldest"), ("per_page", str(per_page))]
    asked += [
        ("conditions[publication_date][gte]", f"{start}"),
        ("conditions[publication_date][lte]", f"{end}"),
    ]
    asked += [("conditions[type][]", name) for name in options.types]
    asked += [("conditions[agencies][]", name) for name in options.agencies]
    asked += [("conditions[presidential_document_type][]", name) for name in options.presidential_types]
    asked += [("conditions[term]", options.term)] if options.term else []
    asked += [("fields[]", name) for name in FIELDS]
    return f"{_documents_of(source.url)}?{urlencode(asked)}"


def _documents_of(url: str) -> str:
    """Where documents are listed, also where the declaration gives the site or the API as a whole."""
    path = urlsplit(url).path.rstrip("/")
    if not path or path.endswith("/api/v1"):
        return f"{url.rstrip('/')}{'' if path else '/api/v1'}/documents.json"
    return url


def _ask(http: Http, url: str) -> dict[str, Any]:
    """One answer. Where nothing matches it has a count and no results at all."""
    answer = http.get_json(url)
    if not isinstance(answer, dict) or not ("count" in answer or "results" in answer):
        address = url.split("?")[0]
        raise BadAnswer(f"{address} answered without “count” and “results”: is it …/documents.json?")
    return answer


def _documents(http: Http, url: str, before: int) -> Iterator[Item | Remark]:
    here = [url]

    def fetch(link: str) -> Page:
        here[0] = link
        answer = _ask(http, link)
        count = answer.get("count")
        total = before + count if isinstance(count, int) else None
        return Page(answer.get("results") or [], total, answer.get("next_page_url"))

    for row in by_next_link(fetch, url):
        if isinstance(row, Remark):
            yield row
        else:
            raw = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")
            yield Item(row, raw, here[0].split("?")[0], _identifier(row) if isinstance(row, dict) else "")


def _identifier(row: dict[str, Any]) -> str:
    """Number and day of publication: numbers were used again before 2016."""
    return f"{row.get('document_number')}/{row.get('publication_date')}"


def parse(item: Item, source: Source) -> Record | None:
    """One document."""
    data = item.data
    if not isinstance(data, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where a document should be")
    number, published = str(data["document_number"] or ""), date_field(data, "publication_date")
    if not (number and published):
        raise KeyError("publication_date" if number else "document_number")
    name = str(data["type"] or "").casefold()
    name = CODES.get(name, name)
    if name not in PLACES:
        raise ValueError(f"type = {data['type']!r}: is not a type of document; known: {', '.join(PLACES)}")
    axis, kind, rule = PLACES[name]
    summary, rest = split_lead(read_markup(str(data.get("abstract") or "")))
    agency, others = _agencies(data, source)
    president = data.get("president") or {}
    signer = str(president.get("name") or "") if isinstance(president, dict) else ""
    closes = date_field(data, "comments_close_on")
    topics = words(data.get("topics"))
    return build(
        axis,
        type=SUBTYPES.get(str(data.get("subtype") or "").casefold(), kind),
        axis_rule=f"the kind: {rule}",
        source=source.name,
        identifier=f"{number}/{published}",
        title=read_line(str(data["title"] or data.get("toc_subject") or data.get("toc_doc") or "")) or None,
        summary=summary,
        body="\n\n".join(part for part in (rest, _particulars(data, others)) if part),
        language=source.language,
        publisher=agency,
        subjects=themes(*topics),
        keywords=topics,
        issued=published,
        valid_from=date_field(data, "effective_on"),
        status="proposed" if kind == "proposed_rule" else None,
        other_identifiers=_identifiers(data, number),
        landing_page=web_address(data.get("html_url")),
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files(data),
        relations=(*_relations(data), *part_of_dockets(listed(data.get("docket_ids")), Options(**source.options).dockets)),
        consultation=Consultation(opens=published, closes=closes, url=web_address(data.get("comment_url")) or None)
        if closes
        else None,
        decided_by=signer or agency.name("en"),
        decision_makers=(signer,) if signer else (),
        offices={signer: "President"} if signer else {},
    )


def _agencies(data: dict[str, Any], source: Source) -> tuple[Agency, list[str]]:
    """The agency that speaks (the lowest one named first), and the names of the further ones."""
    named = [agency for agency in listed(data.get("agencies")) if isinstance(agency, dict) and _name(agency)]
    if not named:
        return source.agency(), []
    numbers = {agency.get("id"): agency for agency in named if agency.get("id") is not None}
    lowest = next((agency for agency in named if agency.get("parent_id") in numbers), named[0])
    above = numbers.get(lowest.get("parent_id"))
    agency = agency_of(source, {source.language: _name(lowest)}, _name(above) if above else "", lowest.get("url"))
    return agency, [_name(other) for other in named if other is not lowest and other is not above]


def _name(agency: dict[str, Any]) -> str:
    return str(agency.get("name") or agency.get("raw_name") or "")


def _particulars(data: dict[str, Any], others: list[str]) -> str:
    """What the Federal Register prints above a document, in its own words."""
    lines = {
        "Action": data.get("action"),
        "Dates": data.get("dates"),
        "Signed": data.get("signing_date"),
        "Also issued by": ", ".join(dict.fromkeys(others)),
    }
    return "\n\n".join(f"**{label}:** {read_markup(str(text))}" for label, text in lines.items() if text)


def _identifiers(data: dict[str, Any], number: str) -> tuple[Identifier, ...]:
    found = [("document_number", number), ("citation", data.get("citation"))]
    # Old documents have "Federal Register: January 3, 1994" for a docket.
    found += [("docket", name) for name in listed(data.get("docket_ids")) if "Federal Register:" not in str(name)]
    found += [("rin", rin) for rin in listed(data.get("regulation_id_numbers"))]
    if order := data.get("executive_order_number"):
        found.append(("other", f"Executive Order {order}"))
    if proclamation := data.get("proclamation_number"):
        found.append(("other", f"Proclamation {proclamation}"))
    said = dict.fromkeys((scheme, " ".join(str(value).split())) for scheme, value in found if value)
    return tuple(Identifier(scheme=scheme, value=value[:500]) for scheme, value in said if value)


def _files(data: dict[str, Any]) -> tuple[File, ...]:
    stated = (
        ("pdf_url", "PDF", "application/pdf"),
        ("full_text_xml_url", "XML", "application/xml"),
        ("raw_text_url", "Text", "text/plain"),
    )
    found = ((web_address(data.get(name)), title, kind) for name, title, kind in stated)
    return tuple(File(url=url, title=title, media_type=kind) for url, title, kind in found if url)


def _relations(data: dict[str, Any]) -> tuple[Relation, ...]:
    relations = []
    if corrected := str(data.get("correction_of") or "").split("?")[0].rstrip("/").rsplit("/", 1)[-1]:
        relations.append(Relation(type="corrects", identifier=corrected.removesuffix(".json")))
    for part in listed(data.get("cfr_references")):
        if isinstance(part, dict) and part.get("title") and part.get("part"):
            relations.append(Relation(type="cites", identifier=f"{part['title']} CFR {part['part']}"))
    return tuple(dict.fromkeys(relations))
