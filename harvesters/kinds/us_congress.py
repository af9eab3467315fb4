"""Bills of the United States Congress with their actions: congress.gov's API v3, and BILLSTATUS in XML, old and new.

A bill is known by its Congress, type and number in both. It is a policy that is proposed until it is law; its actions,
summary, committees and what it is related to stand in its text. A key of the API comes from the environment.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from pydantic import Field

from ..building import build
from ..catalogues import themes, web_address
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..paging import Page, by_offset
from ..record import File, Identifier, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source
from ..xml import Element, XmlFault, child, children, local, read_xml

INCREMENTAL = True
ROWS = 250
OVERLAP = timedelta(days=1)
NAMES = {
    "HR": ("H.R.", "house-bill"), "S": ("S.", "senate-bill"), "HJRES": ("H.J.Res.", "house-joint-resolution"), "SJRES": ("S.J.Res.", "senate-joint-resolution"),
    "HCONRES": ("H.Con.Res.", "house-concurrent-resolution"), "SCONRES": ("S.Con.Res.", "senate-concurrent-resolution"),
    "HRES": ("H.Res.", "house-resolution"), "SRES": ("S.Res.", "senate-resolution"),
}  # fmt: skip
# Bills and joint resolutions become law; the others are resolutions.
_LAWS = frozenset({"HR", "S", "HJRES", "SJRES"})
_ENACTED = re.compile(r"became (public|private) law", re.IGNORECASE)
_AGREED = re.compile(r"(resolution )?agreed to in (house|senate)|passed/agreed to|on agreeing to the resolution agreed", re.IGNORECASE)
_FAILED = re.compile(r"^failed|failed of passage|vetoed by president|pocket vetoed", re.IGNORECASE)


class Options(Strict):
    """`congress`: the number of the Congress; `types`: hr, s, hjres, sjres, hconres, sconres, hres, sres (all);
    `details`: whether actions, summaries and subjects are asked for, which takes three requests a bill (true; the XML
    always has them)."""

    congress: int = Field(default=119, ge=93, le=200)
    types: tuple[str, ...] = tuple(name.lower() for name in NAMES)
    details: bool = True


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every bill of the Congress; with `since`, those that were updated from then on."""
    options = Options(**source.options)
    for kind in options.types:
        if "bulkdata" in source.url.lower() or source.url.lower().endswith(".xml"):
            yield from _by_bulk(source, http, options, kind, since)
        else:
            yield from _by_api(source, http, options, kind, since)


def _key(http: Http) -> dict[str, str]:
    return {"X-Api-Key": http.token} if http.token else {}


def _by_api(source: Source, http: Http, options: Options, kind: str, since: datetime | None) -> Iterator[Item | Remark]:
    base = f"{source.url.rstrip('/').removesuffix('/bill')}/bill/{options.congress}/{kind}"
    more = {"fromDateTime": (since - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} if since else {}

    def fetch(offset: int) -> Page:
        answer = _ask(http, f"{base}?{urlencode({'format': 'json', 'limit': ROWS, 'offset': offset, 'sort': 'updateDate+asc', **more}, safe='+')}", "bills")
        return Page(answer["bills"], int((answer.get("pagination") or {}).get("count") or 0))

    for row in by_offset(fetch):
        if isinstance(row, Remark):
            yield row
            continue
        number = row.get("number") if isinstance(row, dict) else None
        told = _details(http, f"{base}/{number}") if options.details and number else {}
        yield _item({"bill": {**row, **told} if isinstance(row, dict) else row}, f"{base}/{number}")


def _ask(http: Http, url: str, name: str) -> dict[str, Any]:
    answer = http.get_json(url, headers=_key(http))
    if not isinstance(answer, dict) or name not in answer:
        said = answer.get("error") if isinstance(answer, dict) else ""
        raise BadAnswer(f"{url.split('?')[0]} answered without “{name}”" + (f": {json.dumps(said)[:200]}" if said else ": is it congress.gov's API v3?"))
    return answer


def _details(http: Http, address: str) -> dict[str, Any]:
    """What is told of a bill in parts. A part that cannot be had is left out, and said."""
    told: dict[str, Any] = {}
    for path, name in (("", "bill"), ("/actions", "actions"), ("/summaries", "summaries"), ("/subjects", "subjects")):
        try:
            answer = _ask(http, f"{address}{path}?format=json&limit={ROWS}", name)
        except BadAnswer as fault:
            if fault.status in (401, 403):
                raise
            http.note(f"a part of a bill could not be had ({fault})")
            continue
        if name == "bill":
            told = dict(answer["bill"]) if isinstance(answer["bill"], dict) else {}
        else:
            told[name] = answer[name]
    return told


def _by_bulk(source: Source, http: Http, options: Options, kind: str, since: datetime | None) -> Iterator[Item | Remark]:
    base = source.url.rstrip("/")
    listing = http.get_json(f"{base}/{options.congress}/{kind}", headers={"Accept": "application/json"})
    files = [one for one in (listing.get("files") or [] if isinstance(listing, dict) else []) if isinstance(one, dict)]
    wanted = [one for one in files if str(one.get("link") or one.get("name")).endswith(".xml") and _is_new(one, since)]
    yield Remark(expected=None if since else len(wanted)) if len(options.types) == 1 else Remark()
    for one in wanted:
        link = urljoin(f"{base}/", str(one.get("link") or one.get("name")))
        link = link if urlsplit(link).scheme in ("http", "https") else f"{base}/{options.congress}/{kind}/{one.get('name')}"
        content = http.get_bytes(link)
        yield Item({"bill": read_status(content)}, content, link, _identifier(read_status(content)), "application/xml")


def _is_new(file: dict[str, Any], since: datetime | None) -> bool:
    """Whether a listed file changed since; one that does not say when counts as new."""
    if since is None:
        return True
    for form in ("%d-%b-%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(str(file.get("formattedLastModifiedTime") or ""), form).replace(tzinfo=UTC) >= since - OVERLAP
        except ValueError:
            continue
    return True


def read(raw: bytes, media_type: str) -> Any:
    """What is kept, as `parse` takes it."""
    return {"bill": read_status(raw)} if media_type == "application/xml" else json.loads(raw)


def read_status(content: bytes) -> Any:
    """A BILLSTATUS file in the words of the API; None where it is none."""
    try:
        root, _mended = read_xml(content)
    except XmlFault:
        return None
    bill = root if local(root) == "bill" else child(root, "bill")
    return _plain(bill) if bill is not None else None


def _plain(element: Element) -> Any:
    """An element as data: items as a list, elements as a dictionary, the rest as text. Old names become new ones."""
    items = list(children(element, "item"))
    if items:
        return [_plain(one) for one in items]
    inner = list(element)
    if not inner:
        return "".join(element.itertext()).strip() or None
    data = {_RENAMED.get(local(one), local(one)): _plain(one) for one in inner}
    if len(data) == 1 and set(data) & _WRAPPERS:
        only = next(iter(data.values()))
        return only if isinstance(only, list) else [only] if isinstance(only, dict) else []
    return data


_RENAMED = {"billNumber": "number", "billType": "type", "lastSummaryUpdateDate": "updateDate"}
_WRAPPERS = frozenset({"billCommittees", "billSummaries"})


def _item(data: dict[str, Any], url: str) -> Item:
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Item(data, raw, url, _identifier(data["bill"]))


def _identifier(bill: Any) -> str:
    if not isinstance(bill, dict) or not (bill.get("congress") and bill.get("type") and bill.get("number")):
        return ""
    return f"{bill['congress']}-{str(bill['type']).lower()}-{bill['number']}"


def parse(item: Item, source: Source) -> Record | None:
    """One bill."""
    bill = item.data.get("bill") if isinstance(item.data, dict) else None
    if not isinstance(bill, dict):
        raise ValueError(f"{str(item.data)[:60]!r} stands where a bill should be")
    congress, kind, number = str(bill["congress"]), str(bill["type"] or "").upper(), str(bill["number"] or "")
    if kind not in NAMES:
        raise ValueError(f"type = {bill['type']!r}: is not a type of bill; known: {', '.join(NAMES)}")
    short, page = NAMES[kind]
    acts = [one for one in _list(bill.get("actions")) if one.get("text")]
    summary, rest = split_lead(_summary(bill))
    laws = [str(one.get("number")) for one in _list(bill.get("laws")) if one.get("number")]
    area = bill.get("policyArea")
    topics = [name for name in [_name(area), *(_name(one) for one in _subjects(bill.get("subjects")))] if name]
    chamber = str(bill.get("originChamber") or ("House" if kind.startswith("H") else "Senate"))
    return build(
        "policy",
        type="law" if kind in _LAWS else "resolution",
        axis_rule="the kind: a bill is a policy",
        source=source.name,
        identifier=f"{congress}-{kind.lower()}-{number}",
        title=read_line(str(bill.get("title") or ""))[:2000] or f"{short} {number}",
        summary=summary,
        body="\n\n".join(part for part in (rest, _particulars(bill, laws), _actions(acts)) if part),
        language=source.language,
        publisher=source.agency(),
        subjects=themes(*topics),
        keywords=tuple(dict.fromkeys(name[:200] for name in topics))[:500],
        issued=str(bill.get("introducedDate") or "")[:10] or _first_day(acts),
        modified=str(bill.get("updateDate") or "")[:10] or None,
        status=_status(bill, acts, kind, laws),
        other_identifiers=tuple(
            Identifier(scheme="document_number", value=value)
            for value in dict.fromkeys([f"{short} {number} ({congress}th Congress)", f"{short} {number}", *(f"Public Law {law}" for law in laws)])
        ),
        landing_page=f"https://www.congress.gov/bill/{congress}th-congress/{page}/{number}",
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files(bill),
        relations=_relations(bill, source),
        # Kept by the builder only where the axis knows it.
        decided_by=chamber,
    )


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _name(value: Any) -> str:
    return read_line(str(value.get("name") or "")) if isinstance(value, dict) else ""


def _subjects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        inner = value.get("legislativeSubjects") or value.get("billSubjects")
        return _list(inner) or (_subjects(inner) if isinstance(inner, dict) else [])
    return _list(value)


def _summary(bill: dict[str, Any]) -> str:
    """The latest summary."""
    told = bill.get("summaries")
    found = _list(told) or (_list(told.get("summary")) or [told["summary"]] if isinstance(told, dict) and isinstance(told.get("summary"), (list, dict)) else [])
    texts = [(str(one.get("actionDate") or ""), one.get("text") or (one.get("cdata") or {}).get("text")) for one in found if isinstance(one, dict)]
    return read_markup(str(max(texts)[1] or "")) if texts else ""


def _first_day(acts: list[dict[str, Any]]) -> str | None:
    return min((str(one.get("actionDate"))[:10] for one in acts if one.get("actionDate")), default=None)


def _status(bill: dict[str, Any], acts: list[dict[str, Any]], kind: str, laws: list[str]) -> str:
    latest = str((bill.get("latestAction") or {}).get("text") or "") if isinstance(bill.get("latestAction"), dict) else ""
    texts = [latest, *(str(one["text"]) for one in acts)]
    if laws or any(_ENACTED.search(text) for text in texts):
        return "in_force"
    if kind not in _LAWS and any(_AGREED.search(text) for text in texts):
        return "approved"
    return "rejected" if _FAILED.search(texts[0] or (texts[1] if len(texts) > 1 else "")) else "proposed"


def _particulars(bill: dict[str, Any], laws: list[str]) -> str:
    sponsors = [str(one.get("fullName")) for one in _list(bill.get("sponsors")) if one.get("fullName")]
    others = bill.get("cosponsors")
    count = others.get("count") if isinstance(others, dict) else len(_list(others)) or None
    committees = [_name(one) for one in _list(bill.get("committees"))]
    lines = {
        "Sponsor": "; ".join(sponsors), "Cosponsors": str(count or ""), "Committees": "; ".join(name for name in dict.fromkeys(committees) if name),
        "Became law": ", ".join(f"Public Law {law}" for law in laws),
    }  # fmt: skip
    return "\n\n".join(f"**{label}:** {words}" for label, words in lines.items() if words)


def _actions(acts: list[dict[str, Any]]) -> str:
    """Every action once, the latest first, with the roll calls that it names."""
    lines: dict[str, None] = {}
    for one in acts:
        votes = [str(vote.get("url")) for vote in _list(one.get("recordedVotes")) if web_address(vote.get("url"))]
        calls = "".join(f" ([roll call]({url}))" for url in votes)
        lines[f"- {str(one.get('actionDate') or '')[:10]}: {read_line(str(one['text']))}{calls}"] = None
    return "## Actions\n\n" + "\n".join(lines) if lines else ""


def _files(bill: dict[str, Any]) -> tuple[File, ...]:
    found: dict[str, File] = {}
    for version in _list(bill.get("textVersions")):
        for form in _list(version.get("formats")):
            if url := web_address(form.get("url")):
                label = " – ".join(part for part in (str(version.get("type") or ""), str(form.get("type") or "")) if part)
                found[url] = File(url=url, title=label[:500], media_type={"PDF": "application/pdf", "Formatted XML": "application/xml"}.get(str(form.get("type")), ""))
    return tuple(found.values())


def _relations(bill: dict[str, Any], source: Source) -> tuple[Relation, ...]:
    named = [_identifier(one) for one in _list(bill.get("relatedBills"))]
    return tuple(Relation(type="cites", source=source.name, identifier=name) for name in dict.fromkeys(named) if name)


