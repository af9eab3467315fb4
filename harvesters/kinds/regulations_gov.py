"""Regulations.gov's API v4: documents of rule-making and their dockets.

No more than 20 pages of 250 are shown of one question: beyond them it is asked again from the last change on. The filter
is in the time of Washington, the answers in Greenwich's. The key comes from the environment; without one, the API's
public DEMO_KEY is used, which allows few requests.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field

from ..building import agency_of, build
from ..catalogues import listed, themes, web_address
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..record import Consultation, File, Identifier, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source
from .dockets import is_bin

INCREMENTAL = True
RESUMABLE = True
WASHINGTON = ZoneInfo("America/New_York")
ROWS, PAGES = 250, 20
OVERLAP = timedelta(hours=2)
PLACES = {
    "rule": ("policy", "regulation", "a final rule is a policy"),
    "proposed rule": ("policy", "proposed_rule", "a proposed rule is a policy"),
    "notice": ("decision", "notice", "a notice is a decision"),
}
_ANY = ("decision", "other", "a document of a docket is a decision")


class Options(Strict):
    """`objects`: documents, dockets (both); `types` of documents: Rule, Proposed Rule, Notice (these unless said), Other,
    Supporting & Related Material; `agencies`: their short names, such as EPA; `from`: changes from that day on;
    `details`: ask for each document's files and abstract, which takes a request each (false)."""

    objects: tuple[Literal["documents", "dockets"], ...] = ("documents", "dockets")
    types: tuple[str, ...] = ("Rule", "Proposed Rule", "Notice")
    agencies: tuple[str, ...] = ()
    from_: date = Field(default=date(2025, 1, 1), alias="from")
    details: bool = False


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Documents, then dockets, each by its last change."""
    options = Options(**source.options)
    start = since - OVERLAP if since else datetime.combine(options.from_, datetime.min.time(), WASHINGTON)
    views = list(options.objects)
    if position and position["view"] in views:
        views = views[views.index(position["view"]) :]
    expected = 0
    if not http.token:
        yield Remark(note="no key was given (token_env): the public DEMO_KEY was used, which allows few requests")
    for view in views:
        at = datetime.fromisoformat(position["from"]) if position and position["view"] == view else start
        for one in _view(source, http, options, view, at):
            if isinstance(one, Remark) and one.expected is not None:
                expected += one.expected
                yield Remark(expected=None if position else expected)
            else:
                yield one


def _view(source: Source, http: Http, options: Options, view: str, at: datetime) -> Iterator[Item | Remark]:
    """Every object of a kind, from a moment on: page by page, and from the last change on where pages end."""
    base, first, seen = source.url.rstrip("/").removesuffix(f"/{view}"), True, set[str]()
    while True:
        last, came = at, False
        for page in range(1, PAGES + 1):
            answer = _ask(http, f"{base}/{view}?{_question(options, view, at, page)}")
            rows, meta = answer["data"], answer.get("meta") or {}
            if first:
                yield Remark(expected=int(meta.get("totalElements") or len(rows)))
                first = False
            for row in rows:
                key = str(row.get("id")) if isinstance(row, dict) else ""
                last = max(last, _changed(row) or last)
                if key not in seen:
                    came = True
                    seen.add(key)
                    yield _item(http, base, view, row, options)
            if not rows or not meta.get("hasNextPage"):
                yield Remark(position={"view": view, "from": last.isoformat()})
                return
        yield Remark(position={"view": view, "from": last.isoformat()})
        if last <= at or not came:
            yield Remark(odd=f"more than {ROWS * PAGES:,} {view} changed at {at:%Y-%m-%d %H:%M:%S}; the rest is out of reach", incomplete=True, code="out_of_reach")
            last = at + timedelta(seconds=1)
        # Only what changed in the last second comes again.
        at, seen = last, {key for key in seen if key} if last <= at + timedelta(seconds=1) else seen


def _question(options: Options, view: str, at: datetime, page: int) -> str:
    asked = [
        ("filter[lastModifiedDate][ge]", f"{at.astimezone(WASHINGTON):%Y-%m-%d %H:%M:%S}"),
        ("sort", "lastModifiedDate"), ("page[size]", str(ROWS)), ("page[number]", str(page)),
    ]  # fmt: skip
    asked += [("filter[documentType]", ",".join(options.types))] if view == "documents" and options.types else []
    asked += [("filter[agencyId]", ",".join(options.agencies))] if options.agencies else []
    return urlencode(asked)


def _ask(http: Http, url: str) -> dict[str, Any]:
    answer = http.get_json(url, headers={"X-Api-Key": http.token or "DEMO_KEY"})
    if isinstance(answer, dict) and answer.get("errors"):
        raise BadAnswer(f"{url.split('?')[0]} answered with an error: {json.dumps(answer['errors'])[:300]}")
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), (list, dict)):
        raise BadAnswer(f"{url.split('?')[0]} answered without “data”: is it https://api.regulations.gov/v4?")
    return answer


def _changed(row: Any) -> datetime | None:
    said = row.get("attributes") if isinstance(row, dict) else None
    try:
        return datetime.fromisoformat(str((said or {}).get("lastModifiedDate") or (said or {}).get("modifyDate"))).astimezone(UTC)
    except ValueError:
        return None


def _item(http: Http, base: str, view: str, row: Any, options: Options) -> Item:
    number = str(row.get("id") or "") if isinstance(row, dict) else ""
    url = f"{base}/{view}/{number}"
    if options.details and number:
        try:
            told = _ask(http, f"{url}?include=attachments" if view == "documents" else url)
            row = {**row, **told["data"], "attributes": {**(row.get("attributes") or {}), **(told["data"].get("attributes") or {})}, "included": told.get("included") or []}
        except BadAnswer as fault:
            http.note(f"details could not be had ({fault})")
    return Item(row, json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"), url, number)


def parse(item: Item, source: Source) -> Record | None:
    """One document or docket."""
    row = item.data
    if isinstance(row, dict) and isinstance(row.get("data"), dict):
        row = row["data"]
    if not isinstance(row, dict) or not isinstance(row.get("attributes"), dict):
        raise ValueError(f"{str(row)[:60]!r} stands where a document or docket should be")
    return _docket(row, source) if row.get("type") == "dockets" else _document(row, source)


def _day(value: Any) -> str | None:
    """A day of Washington behind a moment of Greenwich."""
    text = str(value or "")
    if len(text) <= 10:
        return text or None
    try:
        return f"{datetime.fromisoformat(text).astimezone(WASHINGTON):%Y-%m-%d}"
    except ValueError:
        raise ValueError(f"{text!r} is not a moment") from None


def _common(row: dict[str, Any], said: dict[str, Any], source: Source) -> dict[str, Any]:
    summary, rest = split_lead(read_markup(str(said.get("docAbstract") or said.get("dkAbstract") or "")))
    return {
        "source": source.name,
        "identifier": str(row["id"] or "") or None,
        "title": read_line(str(said["title"] or ""))[:2000] or None,
        "summary": summary,
        "language": source.language,
        "publisher": agency_of(source, {source.language: str(said.get("agencyId") or "")}),
        "modified": str(said.get("lastModifiedDate") or said.get("modifyDate") or "") or None,
        "license": source.license,
        "places": (source.place,) if source.place else (),
        "body": rest,
    }


def _document(row: dict[str, Any], source: Source) -> Record:
    said = row["attributes"]
    docket = str(said.get("docketId") or "")
    axis, type_, rule = PLACES.get(str(said.get("documentType") or "").casefold(), _ANY)
    opens, closes = _day(said.get("commentStartDate")), _day(said.get("commentEndDate"))
    topics = [str(topic) for topic in listed(said.get("topics"))]
    common = _common(row, said, source)
    told = [("Kind", said.get("subtype")), ("Withdrawn", said.get("reasonWithdrawn") if said.get("withdrawn") else None), ("Comments were open", f"{opens} to {closes}" if axis == "decision" and closes else None)]
    common["body"] = "\n\n".join([*([common["body"]] if common["body"] else []), *(f"**{label}:** {read_line(str(words))}" for label, words in told if words)])
    found = [("document_number", said.get("frDocNum")), ("docket", said.get("docketId")), ("rin", said.get("rin")), *(("rin", rin) for rin in listed(said.get("additionalRins")))]
    return build(
        axis,
        **common,
        type=type_,
        axis_rule=f"the kind: {rule}",
        keywords=tuple(topic[:200] for topic in topics),
        subjects=themes(*topics),
        issued=_day(said.get("postedDate")),
        valid_from=_day(said.get("effectiveDate")),
        status="cancelled" if said.get("withdrawn") else "proposed" if type_ == "proposed_rule" else None,
        other_identifiers=tuple(Identifier(scheme=scheme, value=str(value)[:500]) for scheme, value in dict.fromkeys(found) if value),
        landing_page=f"https://www.regulations.gov/document/{row['id']}",
        files=_files(row),
        relations=(Relation(type="part_of", source=source.name, identifier=docket),) if docket and not is_bin(docket) else (),
        consultation=Consultation(opens=opens, closes=closes, url=f"https://www.regulations.gov/document/{row['id']}") if closes else None,
        decided_by=str(said.get("agencyId") or ""),
    )


def _files(row: dict[str, Any]) -> tuple[File, ...]:
    groups = [("", row["attributes"].get("fileFormats"))]
    groups += [(str((one.get("attributes") or {}).get("title") or ""), (one.get("attributes") or {}).get("fileFormats")) for one in listed(row.get("included")) if isinstance(one, dict)]
    kinds = {"pdf": "application/pdf", "htm": "text/html", "html": "text/html"}
    return tuple(
        File(url=url, title=(title or str(one.get("format") or "").upper())[:500], media_type=kinds.get(str(one.get("format")), ""), size=one.get("size") if isinstance(one.get("size"), int) else None)
        for title, formats in groups
        for one in listed(formats)
        if isinstance(one, dict) and (url := web_address(one.get("fileUrl")))
    )


def _docket(row: dict[str, Any], source: Source) -> Record:
    said = row["attributes"]
    is_rule = str(said.get("docketType") or "").casefold() == "rulemaking"
    words = [str(word) for word in listed(said.get("keywords"))]
    return build(
        "policy" if is_rule else "decision",
        **_common(row, said, source),
        type="other",
        axis_rule="the kind: a docket of rule-making is a policy" if is_rule else "the kind: a docket that makes no rule is a decision",
        keywords=tuple(word[:200] for word in words),
        subjects=themes(*words),
        other_identifiers=tuple(Identifier(scheme=scheme, value=str(value)[:500]) for scheme, value in (("docket", row["id"]), ("rin", said.get("rin"))) if value and value != "Not Assigned"),
        landing_page=f"https://www.regulations.gov/docket/{row['id']}",
        decided_by=str(said.get("agencyId") or ""),
    )
