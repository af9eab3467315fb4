"""GOV.UK's Content API: policy papers, consultations with their outcome, guidance, statistics, announcements.

A page is known by its `content_id`, which stays when its address changes; its translations are told in one record. A
withdrawn page stays, as repealed, with the reason; one that is gone is withdrawn. Notes of change are part of the
text, so that each makes a version.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from ..building import agency_of, build
from ..catalogues import listed, themes, web_address
from ..dates import date_field, read_date
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup
from ..record import Consultation, File, Identifier, Record, Relation, Strict
from ..run import Item, Remark, Tombstone
from ..source import Source

# Type of document → axis and type. What is not listed is placed by the declaration.
PLACES = {
    "policy_paper": ("policy", "policy_paper"), "consultation": ("policy", "consultation"),
    "open_consultation": ("policy", "consultation"), "closed_consultation": ("policy", "consultation"),
    "consultation_outcome": ("policy", "consultation"), "call_for_evidence": ("policy", "consultation"),
    "open_call_for_evidence": ("policy", "consultation"), "closed_call_for_evidence": ("policy", "consultation"),
    "call_for_evidence_outcome": ("policy", "consultation"), "guidance": ("policy", "guideline"),
    "detailed_guide": ("policy", "guideline"), "detailed_guidance": ("policy", "guideline"), "guide": ("policy", "guideline"),
    "answer": ("policy", "guideline"), "manual": ("policy", "guideline"), "hmrc_manual": ("policy", "guideline"),
    "statutory_guidance": ("policy", "guideline"), "regulation": ("policy", "regulation"),
    "statutory_instrument": ("policy", "regulation"), "international_treaty": ("policy", "treaty"), "treaty": ("policy", "treaty"),
    "standard": ("policy", "standard"), "service_standard_report": ("outcome", "evaluation"), "form": ("policy", "other"),
    "promotional": ("policy", "other"), "map": ("policy", "other"), "document_collection": ("policy", "other"),
    "html_publication": ("policy", "other"), "business_finance_support_scheme": ("policy", "programme"),
    "countryside_stewardship_grant": ("policy", "programme"), "farming_grant": ("policy", "programme"),
    "notice": ("decision", "notice"), "decision": ("decision", "decision"), "cma_case": ("decision", "ruling"),
    "employment_tribunal_decision": ("decision", "ruling"), "employment_appeal_tribunal_decision": ("decision", "ruling"),
    "tax_tribunal_decision": ("decision", "ruling"), "utaac_decision": ("decision", "ruling"), "asylum_support_decision": ("decision", "ruling"),
    "residential_property_tribunal_decision": ("decision", "ruling"), "foi_release": ("decision", "other"),
    "government_response": ("decision", "other"), "correspondence": ("decision", "notice"), "news_story": ("decision", "notice"),
    "press_release": ("decision", "notice"), "world_news_story": ("decision", "notice"), "news_article": ("decision", "notice"),
    "fatality_notice": ("decision", "notice"), "speech": ("decision", "notice"), "oral_statement": ("decision", "notice"),
    "written_statement": ("decision", "notice"), "authored_article": ("decision", "notice"), "transcript": ("decision", "notice"),
    "drug_safety_update": ("decision", "notice"), "medical_safety_alert": ("decision", "notice"), "travel_advice": ("decision", "notice"),
    "product_safety_alert_report_recall": ("decision", "notice"), "licence_transaction": ("decision", "permit"),
    "protected_food_drink_name": ("decision", "permit"), "traffic_commissioner_regulatory_decision": ("decision", "ruling"),
    "national_statistics": ("outcome", "statistics"), "official_statistics": ("outcome", "statistics"),
    "statistics": ("outcome", "statistics"), "statistical_data_set": ("outcome", "statistics"),
    "national_statistics_announcement": ("outcome", "statistics"), "official_statistics_announcement": ("outcome", "statistics"),
    "statistics_announcement": ("outcome", "statistics"), "transparency": ("outcome", "report"), "research": ("outcome", "report"),
    "independent_report": ("outcome", "evaluation"), "corporate_report": ("outcome", "report"), "impact_assessment": ("outcome", "evaluation"),
    "research_for_development_output": ("outcome", "report"), "aaib_report": ("outcome", "inspection"), "maib_report": ("outcome", "inspection"),
    "raib_report": ("outcome", "inspection"), "case_study": ("outcome", "other"), "dfid_research_output": ("outcome", "report"),
}  # fmt: skip
# Pages of the site itself, and places where nothing is.
NOT_FOR_US = frozenset({
    "organisation", "worldwide_organisation", "person", "role", "contact", "redirect", "gone", "homepage", "finder", "taxon", "topic",
    "mainstream_browse_page", "step_by_step_nav", "topical_event", "world_location", "working_group", "ministerial_role", "placeholder",
    "special_route", "vanish", "substitute", "licence", "transaction", "calculator", "calendar", "local_transaction", "place", "government",
    "policy_area", "ministers_index", "organisations_homepage", "field_of_operation", "service_manual_guide", "smart_answer", "completed_transaction",
})  # fmt: skip
_STATES = {
    "open_consultation": "open", "open_call_for_evidence": "open", "closed_consultation": "closed", "closed_call_for_evidence": "closed",
    "consultation_outcome": "completed", "call_for_evidence_outcome": "completed", "national_statistics_announcement": "proposed",
    "official_statistics_announcement": "proposed", "statistics_announcement": "proposed",
}  # fmt: skip
_PARTS = (
    ("public_feedback_detail", "Feedback"), ("final_outcome_detail", "Outcome"), ("outcome_detail", "Outcome"),
    ("cancellation_reason", "Cancelled"), ("latest_change_note", "Changed"),
)  # fmt: skip
_LINK = re.compile(r'<a\b[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
_FILE = re.compile(r"/uploads/|/media/[0-9a-f]{20,}|\.(pdf|docx?|xlsx?|csv|ods|odt|pptx?|zip|rtf|txt)$", re.IGNORECASE)


class Options(Strict):
    """`paths`: the pages to collect, such as /government/publications/x; `translations`: whether their translations
    are asked for, too (true)."""

    paths: tuple[str, ...] = ()
    translations: bool = True


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Tombstone | Remark]:
    """The pages that the declaration names."""
    options = Options(**source.options)
    for path in options.paths:
        yield from fetch_page(http, api_of(source.url), path, options.translations)


def api_of(url: str) -> str:
    """Where content is asked for, also where the declaration names the site or another of its APIs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/api/content"


def fetch_page(http: Http, api: str, path: str, translations: bool, content_id: str = "") -> Iterator[Item | Tombstone | Remark]:
    """One page with its translations; a tombstone where it is gone. `content_id`: as the search knows it."""
    address = f"{api}{quote(path if path.startswith('/') else f'/{path}', safe='/.')}"
    try:
        page = http.get_json(address)
    except BadAnswer as fault:
        if fault.status == 410 and content_id:
            yield Tombstone(content_id, address)
        elif fault.status in (404, 410):
            # Whoever named the path must look: what it led to is not known to be gone.
            yield Remark(odd=f"{path}: {fault}", incomplete=not content_id)
        else:
            raise
        return
    if not isinstance(page, dict) or "content_id" not in page:
        raise BadAnswer(f"{address} answered without “content_id”: is it GOV.UK's Content API?")
    identifier = str(page.get("content_id") or content_id)
    if page.get("schema_name") in ("gone", "vanish"):
        yield Tombstone(identifier, address) if identifier else Remark(note=f"{path} is gone")
    elif page.get("schema_name") == "redirect":
        yield Remark(note=f"{path} leads to {', '.join(str(one.get('destination')) for one in listed(page.get('redirects')))}")
    else:
        data = {"content": page, "translations": list(_translations(http, api, page)) if translations else []}
        yield Item(data, json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"), address, identifier)


def _translations(http: Http, api: str, page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for other in listed((page.get("links") or {}).get("available_translations")):
        if isinstance(other, dict) and other.get("locale") != page.get("locale") and other.get("base_path"):
            try:
                yield http.get_json(f"{api}{quote(str(other['base_path']), safe='/.')}")
            except BadAnswer as fault:
                http.note(f"a translation could not be had ({fault})")


def parse(item: Item, source: Source) -> Record | None:
    """One page."""
    data = item.data
    page = data.get("content", data) if isinstance(data, dict) else None
    if not isinstance(page, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where a page should be")
    kind = str(page.get("document_type") or page.get("schema_name") or "")
    if kind in NOT_FOR_US:
        return None
    axis, type_, rule = _place(source, page, kind)
    details, links = page.get("details") or {}, page.get("links") or {}
    withdrawn = page.get("withdrawn_notice") or {}
    bodies = _organisations(links)
    first, others = (bodies[0], bodies[1:]) if bodies else ({}, [])
    home = f"https://{urlsplit(source.url).netloc}" if urlsplit(source.url).netloc.endswith("gov.uk") else "https://www.gov.uk"
    subjects = [str(one.get("title")) for name in ("taxons", "policy_areas", "topics") for one in _linked(links, name) if one.get("title")]
    return build(
        axis,
        type=type_,
        axis_rule=rule,
        source=source.name,
        identifier=str(page["content_id"] or "") or None,
        title=read_line(str(page["title"] or "")) or None,
        summary=read_markup(str(page.get("description") or ""))[:20_000],
        body=_body(details, withdrawn, [str(one.get("title")) for one in others]),
        language=str(page.get("locale") or source.language),
        publisher=agency_of(source, {"en": str(first.get("title") or "")}, _above(first), first.get("web_url")),
        subjects=themes(*subjects),
        keywords=tuple(dict.fromkeys(name[:200] for name in subjects)),
        issued=_first(details, page),
        modified=date_field(page, "public_updated_at"),
        valid_until=_day(withdrawn.get("withdrawn_at")),
        status="repealed" if withdrawn else _STATES.get(kind),
        other_identifiers=_identifiers(page, details),
        landing_page=web_address(urljoin(home, str(page.get("base_path") or ""))),
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files(details, home),
        relations=_relations(links),
        translations=_words(data.get("translations") or (), page),
        consultation=_consultation(details, home, page) if type_ == "consultation" else None,
        decided_by=str(first.get("title") or ""),
        decision_makers=_speakers(links),
        offices=_office(links),
    )


def _speakers(links: dict[str, Any]) -> tuple[str, ...]:
    return tuple(read_line(str(one["title"]))[:300] for one in _linked(links, "speaker") if one.get("title"))


def _office(links: dict[str, Any]) -> dict[str, str]:
    """The office in which somebody spoke: the page names the roles held on that day, not whose they were, so that it is only certain
    where one spoke in one role."""
    speakers, roles = _speakers(links), [read_line(str(one["title"]))[:300] for one in _linked(links, "roles") if one.get("title")]
    return {speakers[0]: roles[0]} if len(speakers) == len(roles) == 1 else {}


def _place(source: Source, page: dict[str, Any], kind: str) -> tuple[str, str | None, str]:
    """The declaration's rules come first, then what GOV.UK calls it."""
    traits = {"type": [kind], "title": [str(page.get("title") or "")], "publisher": [str(one.get("title")) for one in _organisations(page.get("links") or {})]}
    placement = source.model_copy(update={"axis": None}).place_record(traits)
    if placement is None and kind in PLACES:
        axis, type_ = PLACES[kind]
        return axis, type_, f"the kind: “{kind.replace('_', ' ')}” is {'an' if axis == 'outcome' else 'a'} {axis}"
    placement = placement or source.place_record(traits)
    if placement is None:
        raise ValueError(f"document_type = {kind!r}: no axis is known for it; add a rule to the declaration: when = {{ type = \"{kind}\" }}")
    return placement.axis, placement.type or "other", placement.rule


def _linked(links: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in listed(links.get(name)) if isinstance(one, dict)]


def _organisations(links: dict[str, Any]) -> list[dict[str, Any]]:
    found = [*_linked(links, "primary_publishing_organisation"), *_linked(links, "organisations"), *_linked(links, "worldwide_organisations")]
    return list({str(one.get("content_id") or one.get("title")): one for one in found if one.get("title")}.values())


def _above(body: dict[str, Any]) -> str:
    above = _linked(body.get("links") or {}, "ordered_parent_organisations")
    return str(above[0].get("title") or "") if above else ""


def _first(details: dict[str, Any], page: dict[str, Any]) -> str | None:
    for data, name in ((page, "first_published_at"), (details, "first_public_at"), (details, "delivered_on"), (details, "public_timestamp")):
        if found := date_field(data, name):
            return found
    return date_field(page, "public_updated_at")


def _day(value: Any) -> str | None:
    found = read_date(value)
    return found[:10] if found else None


def _html(value: Any) -> str:
    """Text as it is given: HTML, or the same in several forms."""
    forms = [one for one in listed(value) if isinstance(one, dict)]
    if forms:
        return str(next((one.get("content") for one in forms if one.get("content_type") == "text/html"), forms[0].get("content")) or "")
    return value if isinstance(value, str) else ""


def _body(details: dict[str, Any], withdrawn: dict[str, Any], others: Iterable[str]) -> str:
    texts = [f"**Withdrawn:** {read_markup(_html(withdrawn.get('explanation')))}"] if withdrawn.get("explanation") else []
    texts.append(read_markup(_html(details.get("body"))))
    texts += [f"## {part.get('title')}\n\n{read_markup(_html(part.get('body')))}" for part in listed(details.get("parts")) if isinstance(part, dict)]
    texts += [f"## {heading}\n\n{text}" for name, heading in _PARTS if (text := read_markup(_html(details.get(name))))]
    texts += [_group(group) for group in listed(details.get("collection_groups")) if isinstance(group, dict)]
    if display := details.get("display_date"):
        texts.append(f"**Release:** {display} ({details.get('state') or 'announced'})")
    if names := ", ".join(others):
        texts.append(f"**Also published by:** {names}")
    notes = [one for one in listed(details.get("change_history")) if isinstance(one, dict) and one.get("note")]
    if len(notes) > 1:
        texts.append("## Changes\n\n" + "\n".join(f"- {str(one.get('public_timestamp') or '')[:10]}: {read_line(str(one['note']))}" for one in notes))
    return "\n\n".join(text for text in texts if text.strip())


def _group(group: dict[str, Any]) -> str:
    words = read_markup(_html(group.get("body")))
    return f"## {read_line(str(group.get('title') or ''))}\n\n{words}" if words else ""


def _identifiers(page: dict[str, Any], details: dict[str, Any]) -> tuple[Identifier, ...]:
    found = [("other", str(page.get("base_path") or ""))]
    for one in listed(details.get("attachments")):
        if isinstance(one, dict):
            found += [("document_number", str(one.get(name) or "")) for name in ("command_paper_number", "hoc_paper_number", "unique_reference")]
    return tuple(Identifier(scheme=scheme, value=value[:500]) for scheme, value in dict.fromkeys(found) if value.strip())


def _files(details: dict[str, Any], home: str) -> tuple[File, ...]:
    found: dict[str, File] = {}
    for one in listed(details.get("attachments")):
        if isinstance(one, dict) and (url := web_address(urljoin(home, str(one.get("url") or "")))):
            size = one.get("file_size")
            found[url] = File(
                url=url, title=read_line(str(one.get("title") or ""))[:500], media_type=str(one.get("content_type") or "")[:200],
                size=size if isinstance(size, int) and size >= 0 else None,
            )  # fmt: skip
    for name in ("documents", "final_outcome_documents", "public_feedback_documents", "outcome_documents"):
        for target, title in _LINK.findall("\n".join(_html(one) for one in listed(details.get(name)))):
            url = web_address(urljoin(home, target))
            if url and (_FILE.search(urlsplit(url).path) or "/publications/" in url) and read_line(title):
                found.setdefault(url, File(url=url, title=read_line(title)[:500]))
    return tuple(found.values())[:5000]


def _relations(links: dict[str, Any]) -> tuple[Relation, ...]:
    named = [("part_of", one) for name in ("parent", "document_collections") for one in _linked(links, name)]
    named += [("evaluates", one) for one in _linked(links, "related_policies")]
    return tuple(
        Relation(type=kind, identifier=str(one["content_id"]), title=read_line(str(one.get("title") or ""))[:1000])
        for kind, one in named
        if one.get("content_id")
    )


def _words(others: Iterable[Any], page: dict[str, Any]) -> dict[str, Any]:
    return {
        str(one["locale"]): {
            "title": read_line(str(one["title"]))[:2000],
            "summary": read_markup(str(one.get("description") or ""))[:20_000],
            "body": read_markup(_html((one.get("details") or {}).get("body"))),
        }
        for one in others
        if isinstance(one, dict) and one.get("locale") and one.get("title") and one.get("locale") != page.get("locale")
    }


def _consultation(details: dict[str, Any], home: str, page: dict[str, Any]) -> Consultation:
    ways = details.get("ways_to_respond")
    where = (ways.get("link_url") if isinstance(ways, dict) else None) or details.get("held_on_another_website_url") or page.get("base_path")
    return Consultation(
        opens=_day(details.get("opening_date")), closes=_day(details.get("closing_date")), url=web_address(urljoin(home, str(where or ""))) or None
    )
