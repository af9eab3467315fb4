"""Legistar's Web API v1: matters of councils with their history, meetings with their agenda, and roll calls.

Lists move while they are read: they are asked for by ascending number, never by offset. The server gives 1,000 rows at
most, says nothing of it, and answers some rows with 500 for ever: these are gone around and told. Times have no zone:
the declaration names the place's. An agenda item on which was voted is a decision of its own.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from ..building import build
from ..catalogues import web_address
from ..http import BadAnswer, Http, SourceUnavailable
from ..markup import read_line, read_markup
from ..record import File, Identifier, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source
from .council import local_moment, offices_on, parties_on, place_matter, status_of, votes_of

INCREMENTAL = True
RESUMABLE = True
ROWS = 1000
OVERLAP = timedelta(hours=6)
# So many rows in a row that the server cannot tell are no accident.
_GIVEN_UP = 25
_VIEWS = ("matters", "events")
_VOICE = re.compile(r"\b(by (a )?)?voice[ -]vote\b|\bviva voce\b", re.IGNORECASE)


class Options(Strict):
    """`timezone`: the place's, such as America/Chicago; `from`: matters introduced and meetings held from that day on;
    `objects`: what is wanted of matters and events (both); `details`: whether history, sponsors, attachments and votes
    are asked for, which takes a request each (true); `parties`: bodies in which only members of a party sit, and the party:
    { "Democratic Conference" = "Democratic" }."""

    timezone: str = "America/New_York"
    from_: date = Field(default=date(2020, 1, 1), alias="from")
    objects: tuple[str, ...] = _VIEWS
    details: bool = True
    parties: dict[str, str] = {}

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone; write one such as America/Chicago") from None
        return value

    @field_validator("objects")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(value) - set(_VIEWS):
            raise ValueError(f"{', '.join(sorted(unknown))}: not known; write matters, events or both")
        return value


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Matters, then meetings with their agenda, each by ascending number."""
    options = Options(**source.options)
    asking = _Asking(source, http, options, since)
    done = position["view"] if position else _VIEWS[0]
    for view in _VIEWS[_VIEWS.index(done) :]:
        if view in options.objects:
            start = position["after"] if position and position["view"] == view else 0
            yield from asking.matters(start) if view == "matters" else asking.events(start)


class _Asking:
    """Talks to one council's API."""

    def __init__(self, source: Source, http: Http, options: Options, since: datetime | None) -> None:
        self._http, self._options, self._url = http, options, source.url.rstrip("/")
        self._office_records: list[Any] | None = None
        self._since = (since - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if since else ""

    def matters(self, after: int) -> Iterator[Item | Remark]:
        about = f"(MatterIntroDate ge datetime'{self._options.from_}' or MatterIntroDate eq null)"
        for row in self._rows("matters", "MatterId", about, "MatterLastModifiedUtc", after):
            if isinstance(row, Remark):
                yield row
                continue
            number = row.get("MatterId")
            path = f"matters/{number}"
            data = {"matter": row} | (self._details(path, "histories", "sponsors", "attachments") if number else {})
            yield _item(data, f"{self._url}/{path}", f"matter-{number}" if number else "")
            yield Remark(position={"view": "matters", "after": number})

    def events(self, after: int) -> Iterator[Item | Remark]:
        about = f"EventDate ge datetime'{self._options.from_}'"
        for row in self._rows("events", "EventId", about, "EventLastModifiedUtc", after):
            if isinstance(row, Remark):
                yield row
                continue
            number = row.get("EventId")
            items = self._list(f"events/{number}/eventitems?AgendaNote=1&MinutesNote=1") if number and self._options.details else []
            told = row | {"EventItems": items or row.get("EventItems") or []}
            yield _item({"event": told}, f"{self._url}/events/{number}", f"event-{number}" if number else "")
            yield from self._voted(row, told["EventItems"])
            yield Remark(position={"view": "events", "after": number})

    def _voted(self, event: dict[str, Any], items: list[Any]) -> Iterator[Item]:
        """Agenda items that passed or failed, with the votes."""
        short = {name: event.get(name) for name in ("EventId", "EventDate", "EventTime", "EventBodyName", "EventInSiteURL")}
        for one in items:
            if isinstance(one, dict) and one.get("EventItemId") and (one.get("EventItemPassedFlagName") or one.get("EventItemPassedFlag") is not None):
                path = f"eventitems/{one['EventItemId']}"
                votes = self._list(f"{path}/votes") if self._options.details else []
                held = self._offices(str(event.get("EventDate") or "")[:10], str(event.get("EventBodyName") or "").strip()) if votes else {}
                yield _item({"item": one, "event": short, "votes": votes} | held, f"{self._url}/{path}", f"item-{one['EventItemId']}")

    def _offices(self, day: str, body: str) -> dict[str, Any]:
        """Who held which office on a day, and who was of which party, where the council tells."""
        if self._office_records is None:
            self._office_records = self._all_office_records()
        held = {
            "offices": offices_on(self._office_records, day, body),
            "parties": parties_on(self._office_records, day, self._options.parties),
        }
        return {name: found for name, found in held.items() if found}

    def _all_office_records(self) -> list[Any]:
        found: list[Any] = []
        after = 0
        while True:
            asked = {"$filter": f"OfficeRecordId gt {after}", "$orderby": "OfficeRecordId", "$top": ROWS}
            rows = self._list(f"officerecords?{urlencode(asked)}")
            numbers = [one["OfficeRecordId"] for one in rows if isinstance(one, dict) and isinstance(one.get("OfficeRecordId"), int)]
            if not numbers or max(numbers) <= after:
                return found
            found += rows
            after = max(numbers)

    def _rows(self, view: str, key: str, about: str, changed: str, after: int) -> Iterator[Any]:
        """Every row of a view by ascending number; rows that the server cannot tell are gone around."""
        size, lost = ROWS, 0
        while True:
            wanted = [about, f"{key} gt {after}", *([f"{changed} ge datetime'{self._since}'"] if self._since else [])]
            asked = {"$filter": " and ".join(wanted), "$orderby": key, "$top": size}
            try:
                rows = self._get(f"{view}?{urlencode(asked)}")
            except SourceUnavailable as fault:
                if "answered 500" not in str(fault):
                    raise
                if size > 1:
                    size = max(1, size // 10)
                    continue
                lost += 1
                yield Remark(odd=f"{view} after {after}: {fault}; gone around", incomplete=True, code="out_of_reach")
                if lost == _GIVEN_UP:
                    yield Remark(odd=f"{view}: {lost} rows in a row could not be told; given up", incomplete=True, code="out_of_reach")
                    return
                after += 1
                continue
            yield from rows
            numbers = [row[key] for row in rows if isinstance(row, dict) and isinstance(row.get(key), int)]
            if not rows or not numbers or max(numbers) <= after:
                return
            after, lost, size = max(numbers), 0, min(ROWS, size * 10)

    def _get(self, path: str) -> list[Any]:
        address = f"{self._url}/{path}"
        if self._http.token:
            address += f"{'&' if '?' in path else '?'}{urlencode({'token': self._http.token})}"
        answer = self._http.get_json(address)
        if not isinstance(answer, list):
            raise BadAnswer(f"{self._url}/{path.split('?')[0]} answered without a list: is it https://webapi.legistar.com/v1/<client>?")
        return answer

    def _list(self, path: str) -> list[Any]:
        """Details: what cannot be told is left out, and said."""
        try:
            return self._get(path)
        except (BadAnswer, SourceUnavailable) as fault:
            if isinstance(fault, SourceUnavailable) and "answered 500" not in str(fault):
                raise
            self._http.note(f"details could not be had ({fault})")
            return []

    def _details(self, path: str, *names: str) -> dict[str, list[Any]]:
        return {name: self._list(f"{path}/{name}") for name in names} if self._options.details else {}


def _item(data: dict[str, Any], url: str, identifier: str) -> Item:
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Item(data, raw, url, identifier)


def parse(item: Item, source: Source) -> Record | None:
    """One matter, meeting or vote."""
    data = item.data if isinstance(item.data, dict) else {}
    for name, read in _READERS:
        if isinstance(data.get(name), dict):
            return read(data, source)
    raise ValueError(f"{str(item.data)[:60]!r} is neither a matter nor an event")


def _text(row: dict[str, Any], *names: str) -> str:
    """The first of these fields that says something, as one line."""
    return next((line for name in names if (line := read_line(str(row.get(name) or "")))), "")


def _day(row: dict[str, Any], *names: str) -> str | None:
    """The first of these days. Year 1 is how the server says none."""
    found = (str(row.get(name) or "")[:10] for name in names)
    return next((day for day in found if day and not day.startswith("0001")), None)


def _matter(data: dict[str, Any], source: Source) -> Record | None:
    row = data["matter"]
    if row.get("MatterRestrictViewViaWeb") is True:
        return None
    kind, state, body = _text(row, "MatterTypeName"), _text(row, "MatterStatusName"), _text(row, "MatterBodyName")
    title = _text(row, "MatterName", "MatterTitle", "MatterFile")
    axis, type_, rule = place_matter(source, kind, title, body)
    full = read_markup(str(row.get("MatterTitle") or ""))
    sponsors = [_text(one, "MatterSponsorName") for one in _rows_of(data, "sponsors")]
    status = status_of(axis, state)
    return build(
        axis,
        source=source.name,
        identifier=f"matter-{row['MatterId']}",
        type=type_,
        axis_rule=rule,
        title=title[:2000] or None,
        summary=read_markup(str(data.get("summary") or "")) or (full[:20_000] if full != title else ""),
        body=_matter_text(kind, state, sponsors, _rows_of(data, "histories"), row, str(data.get("text") or "")),
        language=source.language,
        publisher=source.agency(),
        issued=_day(row, "MatterIntroDate", "MatterAgendaDate", "MatterPassedDate"),
        modified=_modified(row.get("MatterLastModifiedUtc")),
        valid_from=_day(row, "MatterEnactmentDate") if status == "in_force" else None,
        status=status,
        other_identifiers=_numbers(_text(row, "MatterFile"), _text(row, "MatterEnactmentNumber")),
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files((one.get("MatterAttachmentHyperlink"), one.get("MatterAttachmentName")) for one in _rows_of(data, "attachments")),
        decided_by=body,
        decision_makers=tuple(dict.fromkeys(name[:300] for name in sponsors if name)),
    )  # fmt: skip


def _rows_of(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in data.get(name) or [] if isinstance(one, dict)]


def _modified(value: Any) -> str | None:
    """A moment of Greenwich without a sign that it is one."""
    text = str(value or "")[:19]
    return f"{text}Z" if len(text) == 19 else None


def _numbers(*values: str) -> tuple[Identifier, ...]:
    return tuple(Identifier(scheme="document_number", value=value[:500]) for value in dict.fromkeys(values) if value)


def _files(found: Any) -> tuple[File, ...]:
    files: dict[str, File] = {}
    for address, title in found:
        if url := web_address(address):
            files.setdefault(url, File(url=url, title=read_line(str(title or ""))[:500]))
    return tuple(files.values())[:5000]


def _matter_text(kind: str, state: str, sponsors: list[str], histories: list[dict[str, Any]], row: dict[str, Any], text: str) -> str:
    lines = [("Type", kind), ("Status", state), ("Sponsors", ", ".join(name for name in dict.fromkeys(sponsors) if name)), ("Requested by", _text(row, "MatterRequester"))]
    said = [f"**{label}:** {words}" for label, words in lines if words]
    acts: dict[tuple[str, ...], None] = {}
    for one in histories:
        # The server tells some acts twice.
        act = (str(one.get("MatterHistoryActionDate") or "")[:10], _text(one, "MatterHistoryActionBodyName"), _text(one, "MatterHistoryActionName"), _text(one, "MatterHistoryPassedFlagName"))
        if act[2]:
            acts[act] = None
    history = [f"- {day}: {action}{f', {passed}' if passed else ''}{f' ({body})' if body else ''}" for day, body, action, passed in acts]
    parts = [*said, *(["## History\n\n" + "\n".join(history)] if history else [])]
    return "\n\n".join([*parts, *([f"## Text\n\n{read_markup(text)}"] if text.strip() else [])])


def _event(data: dict[str, Any], source: Source) -> Record:
    row = data["event"]
    zone = ZoneInfo(Options(**source.options).timezone)
    body = _text(row, "EventBodyName")
    lines = [("Place", read_markup(str(row.get("EventLocation") or "")).replace("\n", " ")), ("Remark", _text(row, "EventComment"))]
    said = [f"**{label}:** {words}" for label, words in lines if words]
    agenda = [line for one in sorted(_rows_of(row, "EventItems"), key=_sequence) if (line := _agenda_line(one))]
    return build(
        "decision",
        source=source.name,
        identifier=f"event-{row['EventId']}",
        type="meeting",
        axis_rule="the kind: a meeting of a council is a decision",
        title=f"{body}, {str(row['EventDate'] or '')[:10]}".strip(", ") or None,
        body="\n\n".join([*said, *(["## Agenda\n\n" + "\n".join(agenda)] if agenda else [])]),
        language=source.language,
        publisher=source.agency(),
        issued=local_moment(row.get("EventDate"), row.get("EventTime"), zone),
        modified=_modified(row.get("EventLastModifiedUtc")),
        landing_page=web_address(row.get("EventInSiteURL")),
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files([(row.get("EventAgendaFile"), "Agenda"), (row.get("EventMinutesFile"), "Minutes"), (row.get("EventVideoPath"), "Video")]),
        decided_by=body,
    )  # fmt: skip


def _sequence(one: dict[str, Any]) -> tuple[int, int]:
    place = one.get("EventItemMinutesSequence") or one.get("EventItemAgendaSequence")
    return (place if isinstance(place, int) else 10**6, one.get("EventItemId") or 0)


def _agenda_line(one: dict[str, Any]) -> str:
    title = _text(one, "EventItemTitle", "EventItemMatterName", "EventItemAgendaNote")
    result = ", ".join(word for word in (_text(one, "EventItemActionName"), _text(one, "EventItemPassedFlagName")) if word)
    number = _text(one, "EventItemMatterFile", "EventItemAgendaNumber")
    return f"- {f'{number} ' if number else ''}{title}{f' – *{result}*' if result else ''}" if title else ""


def _vote(data: dict[str, Any], source: Source) -> Record:
    row, event = data["item"], data.get("event") or {}
    zone = ZoneInfo(Options(**source.options).timezone)
    passed = _text(row, "EventItemPassedFlagName") or ("Pass" if row.get("EventItemPassedFlag") == 1 else "Fail")
    action = _text(row, "EventItemActionName")
    parties, offices = ({str(k): str(v) for k, v in (data.get(name) or {}).items()} for name in ("parties", "offices"))
    votes, lost = votes_of(
        ((name, _text(one, "VoteValueName"), parties.get(name, "")) for one in _rows_of(data, "votes") if (name := _text(one, "VotePersonName"))),
        f"{action}: {passed}" if action else passed,
        "voice" if _VOICE.search(" ".join((action, str(row.get("EventItemActionText") or "")))) else None,
        offices,
    )  # fmt: skip
    movers = tuple(name for name in dict.fromkeys([_text(row, "EventItemMover"), _text(row, "EventItemSeconder")]) if name)
    moved = [("Moved by", _text(row, "EventItemMover")), ("Seconded by", _text(row, "EventItemSeconder")), ("Tally", _text(row, "EventItemTally")), ("Not voting", "; ".join(lost))]
    matter = row.get("EventItemMatterId")
    relations = [Relation(type="part_of", source=source.name, identifier=f"event-{event['EventId']}")] if event.get("EventId") else []
    relations += [Relation(type="based_on", source=source.name, identifier=f"matter-{matter}")] if matter else []
    text = read_markup(str(row.get("EventItemActionText") or row.get("EventItemMinutesNote") or ""))
    return build(
        "decision",
        source=source.name,
        identifier=f"item-{row['EventItemId']}",
        type="vote",
        axis_rule="the kind: a vote is a decision",
        title=_text(row, "EventItemMatterName", "EventItemTitle", "EventItemMatterFile", "EventItemActionName")[:2000] or None,
        summary=f"{action}: {passed}" if action else passed,
        body="\n\n".join([*(f"**{label}:** {words}" for label, words in moved if words), *([text] if text else [])]),
        language=source.language,
        publisher=source.agency(),
        issued=local_moment(event.get("EventDate"), event.get("EventTime"), zone),
        modified=_modified(row.get("EventItemLastModifiedUtc")),
        status="approved" if passed.casefold().startswith("pass") else "rejected" if passed.casefold().startswith("fail") else None,
        landing_page=web_address(event.get("EventInSiteURL")),
        license=source.license,
        places=(source.place,) if source.place else (),
        relations=tuple(relations),
        decided_by=_text(event, "EventBodyName"),
        decision_makers=movers,
        offices={name: offices[name][:300] for name in movers if name in offices},
        votes=votes,
    )  # fmt: skip


_READERS: tuple[tuple[str, Callable[[dict[str, Any], Source], Record | None]], ...] = (
    ("matter", _matter), ("item", _vote), ("event", _event),
)  # fmt: skip
