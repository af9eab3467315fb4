"""OParl 1.0 and 1.1: papers, meetings and what was decided on their agenda, from German council information systems.

Of a list only `links.next` binds; its counts are not believed. An agenda item that came to a result is a decision of its
own, part of its meeting; a paper belongs to the agenda items under which it was treated. Results are free text: they are
kept as they are, and are read as approved, rejected or as counts of votes only where they leave no doubt. What is deleted
is told when changes are asked for, as tombstones. Who took part in a meeting is told with the office held in it on that day,
where the system tells who took part.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from ..building import agency_of, build
from ..catalogues import listed, web_address
from ..dates import date_field, read_date
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup
from ..paging import Page, by_next_link
from ..record import Agency, File, Identifier, Record, Relation, Strict, Votes
from ..run import Item, Remark, Tombstone
from ..source import Source
from .oparl_people import People, offices

INCREMENTAL = True
OVERLAP = timedelta(hours=6)
# Words in the type of a paper → axis and type. The declaration's rules come first; the rest are decisions.
PAPERS = (
    (r"haushalt|wirtschaftsplan|nachtrag", "policy", "budget"),
    (r"satzung|verordnung|richtlinie|geschäftsordnung", "policy", "regulation"),
    (r"bebauungsplan|flächennutzungsplan|bauleitplan|offenlage", "policy", "plan"),
    (r"konzept|strategie|leitbild|programm", "policy", "strategy"),
    (r"beschluss|vorlage zur entscheidung|entscheidung", "decision", "resolution"),
    (r"bericht|evaluation|evaluierung", "outcome", "report"),
    (r"mitteilung|information|kenntnis|stellungnahme|antwort", "decision", "notice"),
)  # fmt: skip
_REJECTED = re.compile(r"\babgelehnt|\bablehnung\b|\bnicht (beschlossen|zugestimmt|angenommen)", re.IGNORECASE)
_APPROVED = re.compile(r"\b(beschlossen|zugestimmt|angenommen|zustimmung|gewählt|genehmigt|laut vorlage|ungeändert)", re.IGNORECASE)
_DOUBT = re.compile(r"teilweise|zum teil|vertagt|verwiesen|zurück|geändert(em|er)?\s+(form|fassung)? ?abge|kenntnis|vorberat", re.IGNORECASE)
_CHOICES = {
    "in_favour": r"(?:ja|dafür|zustimmung(?:en)?)(?:[ -]?stimmen?)?",
    "against": r"(?:nein|dagegen|gegenstimmen?|ablehnung(?:en)?)(?:[ -]?stimmen?)?",
    "abstained": r"(?:stimm)?enthaltung(?:en)?",
}
# "21 Ja, 3 Nein" or "Ja: 21, Nein: 3": whichever begins first is how the whole is meant.
_AFTER = {name: re.compile(rf"\b(\d+)\s*(?:x\s*)?{words}\b", re.IGNORECASE) for name, words in _CHOICES.items()}
_BEFORE = {name: re.compile(rf"\b{words}\s*[:=]?\s*(\d+)\b", re.IGNORECASE) for name, words in _CHOICES.items()}


class Options(Strict):
    """`bodies`: names or addresses of the bodies wanted, where a system has several; `objects`: what is wanted of
    paper, meeting and agendaItem (all)."""

    bodies: tuple[str, ...] = ()
    objects: tuple[str, ...] = ("paper", "meeting", "agendaItem")


def identity(value: Any) -> str:
    """The identifier behind an address: servers moved from http to https without meaning another thing."""
    text = str(value or "").strip().rstrip("/")
    return f"https://{text[7:]}" if text.startswith("http://") else text


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Tombstone | Remark]:
    """Papers and meetings of every wanted body; with `since`, those that changed or were deleted from then on."""
    options = Options(**source.options)
    for body in _bodies(http, source.url, options):
        names = {}
        if body.get("organization"):
            for one in _list(http, str(body["organization"]), None):
                if isinstance(one, dict):
                    names[identity(one.get("id"))] = str(one.get("name") or one.get("shortName") or "")
        people = People(partial(_list, http, str(body["person"]), None) if body.get("person") else lambda: iter(()), identity)
        about = {name: body.get(name) for name in ("id", "name", "website", "license") if body.get(name)}
        for name in ("paper", "meeting"):
            if body.get(name) and (name in options.objects or (name == "meeting" and "agendaItem" in options.objects)):
                for one in _list(http, str(body[name]), since):
                    yield from _came(http, one, name, about, names, people, options)


def _bodies(http: Http, url: str, options: Options) -> Iterator[dict[str, Any]]:
    start = _object(http, url)
    if "System" in str(start.get("type")) or ("body" in start and "paper" not in start):
        found = [one for one in _list(http, str(start["body"]), None) if isinstance(one, dict)]
    elif isinstance(start.get("data"), list):
        found = [one for one in _list(http, url, None) if isinstance(one, dict)]
    else:
        found = [start]
    wanted = {identity(name) for name in options.bodies}
    for body in found:
        if not wanted or wanted & {identity(body.get("id")), str(body.get("name")), str(body.get("shortName"))}:
            yield body


def _object(http: Http, url: str) -> dict[str, Any]:
    answer = http.get_json(url)
    if not isinstance(answer, dict):
        raise BadAnswer(f"{url} answered without an object: is it an OParl system, body or list?")
    return answer


def _list(http: Http, url: str, since: datetime | None) -> Iterator[Any]:
    """The objects of a list, page by page. Remarks stay inside: its own count is not to be believed."""
    if since:
        moment = (since - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        url = f"{url}{'&' if '?' in url else '?'}{urlencode({'modified_since': moment})}"

    def fetch(link: str) -> Page:
        answer = _object(http, link)
        if not isinstance(answer.get("data"), list):
            raise BadAnswer(f"{link} answered without “data”: is it a list of OParl?")
        links = answer.get("links")
        following = links.get("next") if isinstance(links, dict) else None
        return Page([one for one in answer["data"] if one], None, str(following) if following else None)

    yield from by_next_link(fetch, url)


def _came(
    http: Http, one: Any, name: str, about: dict[str, Any], names: dict[str, str], people: People, options: Options
) -> Iterator[Item | Tombstone | Remark]:
    if isinstance(one, Remark):
        yield one
    elif not isinstance(one, dict):
        yield _item({"object": one, "body": about}, str(about.get("id")), "")
    elif one.get("deleted"):
        yield Tombstone(identity(one.get("id")), str(one.get("id")))
    else:
        if name == "meeting":
            one = {**one, "agendaItem": [_whole(http, item) for item in listed(one.get("agendaItem"))]}
        present = {"people": found} if name == "meeting" and (found := people.of(one)) else {}
        if name in options.objects:
            yield _item({"object": one, "body": about, "organizations": _named(one, names)} | present, one.get("id"), one.get("id"))
        if name == "meeting" and "agendaItem" in options.objects:
            yield from _agenda(one, about, names, present)


def _whole(http: Http, item: Any) -> Any:
    """An agenda item, asked for where a meeting only names it."""
    if not isinstance(item, str):
        return item
    try:
        return http.get_json(item)
    except BadAnswer as fault:
        http.note(f"an agenda item could not be had ({fault})")
        return {"id": item}


def _agenda(meeting: dict[str, Any], about: dict[str, Any], names: dict[str, str], present: dict[str, Any]) -> Iterator[Item | Tombstone]:
    short = {name: meeting.get(name) for name in ("id", "name", "start", "organization") if meeting.get(name)}
    for item in meeting["agendaItem"]:
        if not isinstance(item, dict) or item.get("public") is False:
            continue
        if item.get("deleted"):
            yield Tombstone(identity(item.get("id")), str(item.get("id")))
        elif item.get("result") or item.get("resolutionText") or item.get("resolutionFile"):
            data = {"object": item, "meeting": short, "body": about, "organizations": _named(meeting, names)} | present
            yield _item(data, item.get("id"), item.get("id"))


def _named(one: dict[str, Any], names: dict[str, str]) -> list[str]:
    """The names of the organizations that an object belongs to, known by their addresses or told in place."""
    found = []
    for field in ("organization", "underDirectionOf", "originatorOrganization"):
        for other in listed(one.get(field)):
            found.append(str(other.get("name") or "") if isinstance(other, dict) else names.get(identity(other), ""))
    return [name for name in dict.fromkeys(found) if name]


def _item(data: dict[str, Any], url: Any, identifier: Any) -> Item:
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Item(data, raw, str(url or ""), identity(identifier))


def parse(item: Item, source: Source) -> Record | None:
    """One paper, meeting or agenda item."""
    one = item.data.get("object") if isinstance(item.data, dict) else None
    if not isinstance(one, dict):
        raise ValueError(f"{str(item.data)[:60]!r} stands where an object of OParl should be")
    if one.get("deleted"):
        return None
    kind = str(one.get("type") or "").rsplit("/", 1)[-1]
    if "meeting" in item.data or kind == "AgendaItem":
        return _decision(one, item.data, source)
    if kind == "Meeting":
        return _meeting(one, item.data, source)
    if kind == "Paper":
        return _paper(one, item.data, source)
    raise ValueError(f"type = {one.get('type')!r}: is neither a paper nor a meeting nor an agenda item")


def _common(one: dict[str, Any], data: dict[str, Any], source: Source) -> dict[str, Any]:
    return {
        "source": source.name,
        "identifier": identity(one["id"]),
        "language": source.language,
        "publisher": _agency(data, source),
        "modified": _moment(one.get("modified")),
        "keywords": tuple(read_line(str(word))[:200] for word in listed(one.get("keyword")) if read_line(str(word))),
        "landing_page": web_address(one.get("web")),
        "license": str(one.get("license") or data.get("body", {}).get("license") or "") or source.license,
        "places": (source.place,) if source.place else (),
        "decided_by": "; ".join(data.get("organizations") or ())[:500],
    }


def _agency(data: dict[str, Any], source: Source) -> Agency:
    body = data.get("body") or {}
    return agency_of(source, {source.language: str(body.get("name") or "")}, "", body.get("website"))


def _moment(value: Any) -> str | None:
    try:
        return read_date(value)
    except ValueError:
        return None


def _paper(one: dict[str, Any], data: dict[str, Any], source: Source) -> Record:
    kind = read_line(str(one.get("paperType") or ""))
    axis, type_, rule = _place(source, kind, str(one.get("name") or ""))
    number = read_line(str(one.get("reference") or ""))
    return build(
        axis,
        **_common(one, data, source),
        type=type_,
        axis_rule=rule,
        title=read_line(str(one["name"] or "")) or number or None,
        summary=kind,
        issued=date_field(one, "date") or _moment(one.get("created")),
        other_identifiers=(Identifier(scheme="document_number", value=number[:500]),) if number else (),
        files=_files(one, "mainFile", "auxiliaryFile"),
        relations=_relations(one),
    )


def _place(source: Source, kind: str, title: str) -> tuple[str, str, str]:
    placement = source.model_copy(update={"axis": None}).place_record({"type": [kind], "title": [title]})
    if placement:
        return placement.axis, placement.type or "other", placement.rule
    for pattern, axis, type_ in PAPERS:
        if re.search(pattern, kind, re.IGNORECASE):
            return axis, type_, f"the kind: a paper of the type “{kind}” is {'an' if axis == 'outcome' else 'a'} {axis}"[:300]
    return "decision", "other", "the kind: a paper of a council is a decision"


def _relations(one: dict[str, Any]) -> tuple[Relation, ...]:
    found: list[tuple[str, Any]] = [("part_of", other) for other in listed(one.get("superordinatedPaper"))]
    for other in listed(one.get("consultation")):
        if isinstance(other, dict) and other.get("agendaItem"):
            found.append(("part_of", other["agendaItem"]))
    named = [(kind, identity(other.get("id") if isinstance(other, dict) else other)) for kind, other in found]
    return tuple(Relation(type=kind, identifier=name[:500]) for kind, name in dict.fromkeys(named) if name)


def _meeting(one: dict[str, Any], data: dict[str, Any], source: Source) -> Record:
    start = _moment(one.get("start"))
    name = read_line(str(one.get("name") or "")) or ", ".join(data.get("organizations") or ())
    return build(
        "decision",
        **_common(one, data, source),
        type="meeting",
        axis_rule="the kind: a meeting of a council is a decision",
        title=name or None,
        body=_agenda_text(one),
        issued=start,
        **_who(data, start),
        status="rejected" if one.get("cancelled") is True else None,
        files=_files(one, "invitation", "resultsProtocol", "verbatimProtocol", "auxiliaryFile"),
    )


def _who(data: dict[str, Any], day: str | None) -> dict[str, Any]:
    """Those who took part, with the offices that they held on that day; nothing where the system does not tell."""
    names, held = offices(data.get("people") or (), day)
    return {"decision_makers": names[:5000], "offices": held} if names else {}


def _agenda_text(one: dict[str, Any]) -> str:
    place = one.get("location")
    lines = [f"**Ort:** {read_line(str(place['description']))}"] if isinstance(place, dict) and place.get("description") else []
    lines += ["**Abgesagt**"] if one.get("cancelled") is True else []
    items = [item for item in listed(one.get("agendaItem")) if isinstance(item, dict) and not item.get("deleted")]
    said = []
    for item in sorted(items, key=_order):
        number, result = read_line(str(item.get("number") or "")), read_line(str(item.get("result") or ""))
        name = read_line(str(item.get("name") or "")) if item.get("public") is not False else "(nicht öffentlich)"
        said.append(f"- {f'{number} ' if number else ''}{name}{f' – *{result}*' if result else ''}")
    return "\n\n".join([*lines, *(["## Tagesordnung\n\n" + "\n".join(said)] if said else [])])


def _order(item: dict[str, Any]) -> int:
    order = item.get("order")
    return order if isinstance(order, int) else 0


def _decision(one: dict[str, Any], data: dict[str, Any], source: Source) -> Record:
    meeting = data.get("meeting") or {}
    result = read_line(str(one.get("result") or ""))
    text = read_markup(str(one.get("resolutionText") or ""))
    return build(
        "decision",
        **_common(one, data, source),
        type="resolution",
        axis_rule="the kind: an agenda item with a result is a decision",
        title=read_line(str(one.get("name") or "")) or None,
        summary=result,
        body=text,
        issued=_moment(one.get("start")) or _moment(meeting.get("start")),
        **_who(data, _moment(meeting.get("start")) or _moment(one.get("start"))),
        status=_status(result),
        files=_files(one, "resolutionFile", "auxiliaryFile"),
        relations=tuple(Relation(type="part_of", identifier=identity(name)[:500]) for name in [meeting.get("id") or one.get("meeting")] if name),
        votes=_votes(result) or (_votes(text, result) if re.search("abstimmung", text, re.IGNORECASE) else None) or (Votes(result=result[:300]) if result else None),
    )


def _status(result: str) -> str | None:
    """Approved or rejected, where the words leave no doubt."""
    if _REJECTED.search(result):
        return None if _DOUBT.search(result) else "rejected"
    return "approved" if _APPROVED.search(result) and not _DOUBT.search(result) else None


def _votes(text: str, result: str = "") -> Votes | None:
    """Counts of votes, each only where it is stated once."""
    styles = [style for style in (_AFTER, _BEFORE) if any(pattern.search(text) for pattern in style.values())]
    if not styles:
        return None
    style = min(styles, key=lambda style: min(found.start() for one in style.values() if (found := one.search(text))))
    every = {name: pattern.findall(text) for name, pattern in style.items()}
    counts = {name: int(found[0]) for name, found in every.items() if len(found) == 1}
    return Votes(result=(result or text)[:300], **counts) if counts else None


def _files(one: dict[str, Any], *names: str) -> tuple[File, ...]:
    found: dict[str, File] = {}
    for file in (file for name in names for file in listed(one.get(name)) if isinstance(file, dict) and not file.get("deleted")):
        url = web_address(file.get("downloadUrl") or file.get("accessUrl"))
        if url:
            size = file.get("size")
            found[url] = File(
                url=url,
                title=read_line(str(file.get("name") or file.get("fileName") or ""))[:500],
                media_type=str(file.get("mimeType") or "")[:200],
                size=size if isinstance(size, int) and size >= 0 else None,
            )
    return tuple(found.values())[:5000]
