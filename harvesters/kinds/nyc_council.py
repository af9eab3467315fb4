"""The mirror of the New York City Council's Legistar: a file for every introduction and meeting, in folders by year.

The mirror's shorter names become Legistar's own, and its items are read as those are (see legistar). A step in the
history of an introduction on which was voted is a decision of its own. Times are told as if they were Greenwich's, and
are New York's.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from ..http import BadAnswer, Http
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from . import legistar
from .council import offices_on, parties_on

_FOLDERS = {"introduction": "matter", "events": "event", "resolution": "matter", "land_use": "matter"}


class Options(Strict):
    """`years`: which folders are read (this year's and last year's unless said); `objects`: introduction, events,
    resolution, land_use, people (the first two); with people, votes tell the office held on that day; `parties`: as in
    legistar."""

    years: tuple[int, ...] = ()
    objects: tuple[str, ...] = Field(default=("introduction", "events"))
    timezone: str = "America/New_York"
    parties: dict[str, str] = {}


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every file of the wanted folders. `url` is where the repository's contents are listed."""
    options = Options(**source.options)
    this = http.now().year
    expected = 0
    offices = _office_records(http, source.url) if "people" in options.objects else []
    for name in options.objects:
        if name == "people":
            continue
        for year in options.years or (this - 1, this):
            files = _files(http, f"{source.url.rstrip('/')}/{name}/{year}", bool(options.years))
            expected += len(files)
            yield Remark(expected=expected)
            for file in files:
                yield from _read(http, file, _FOLDERS.get(name, "matter"), offices, options.parties)


def _office_records(http: Http, url: str) -> list[dict[str, Any]]:
    """Every office that members held, as Legistar tells them."""
    found = []
    for file in _files(http, f"{url.rstrip('/')}/people", True):
        person = http.get_json(file)
        for one in person.get("OfficeRecords") or [] if isinstance(person, dict) else []:
            names = {"BodyName": "BodyName", "Title": "Title", "FullName": "FullName", "Start": "StartDate", "End": "EndDate"}
            found.append(_renamed(one, "OfficeRecord", names) | {"OfficeRecordFullName": one.get("FullName") or person.get("FullName")})
    return found


def _files(http: Http, address: str, must_exist: bool) -> list[str]:
    try:
        listing = http.get_json(address)
    except BadAnswer as fault:
        # A year that has only begun has no folder yet.
        if fault.status == 404 and not must_exist:
            return []
        raise
    if not isinstance(listing, list):
        raise BadAnswer(f"{address} answered without a list of files")
    found = [str(one.get("download_url")) for one in listing if isinstance(one, dict) and str(one.get("name")).endswith(".json")]
    if len(listing) >= 1000:
        http.note(f"{address} lists 1,000 files, which is the most it shows; some may be missing", "out_of_reach")
    return [url for url in found if urlsplit(url).scheme in ("http", "https")]


def _read(
    http: Http, address: str, kind: str, offices: list[dict[str, Any]], parties: dict[str, str]
) -> Iterator[Item | Remark]:
    row = http.get_json(address)
    number = row.get("ID") if isinstance(row, dict) else None
    yield _item({kind: row}, address, f"{kind}-{number}" if number else "")
    if kind == "matter" and isinstance(row, dict):
        short = {name: row.get(name) for name in ("ID", "File", "Name", "Title")}
        for step in row.get("History") or []:
            if isinstance(step, dict) and step.get("Votes") and step.get("ID"):
                held = {
                    "offices": offices_on(offices, str(step.get("Date") or "")[:10], str(step.get("BodyName") or "").strip()),
                    "parties": parties_on(offices, str(step.get("Date") or "")[:10], parties),
                }
                yield _item({"step": step, "of": short} | {name: found for name, found in held.items() if found}, address, f"item-{step['ID']}")


def _item(data: dict[str, Any], address: str, identifier: str) -> Item:
    return Item(data, json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"), address, identifier)


def parse(item: Item, source: Source) -> Record | None:
    """One introduction, meeting or vote."""
    data = item.data if isinstance(item.data, dict) else {}
    source = source.model_copy(update={"options": {"timezone": Options(**source.options).timezone}})
    if isinstance(data.get("matter"), dict):
        return legistar.parse(_told(item, _matter(data["matter"])), source)
    if isinstance(data.get("event"), dict):
        return legistar.parse(_told(item, {"event": _event(data["event"])}), source)
    if isinstance(data.get("step"), dict):
        told = {name: data[name] for name in ("offices", "parties") if isinstance(data.get(name), dict)}
        return legistar.parse(_told(item, _step(data["step"], data.get("of") or {}) | told), source)
    raise ValueError(f"{str(item.data)[:60]!r} is neither an introduction nor a meeting")


def _told(item: Item, data: dict[str, Any]) -> Item:
    return Item(data, item.raw, item.url, item.identifier)


def _renamed(row: dict[str, Any], prefix: str, names: dict[str, str]) -> dict[str, Any]:
    return {f"{prefix}{theirs}": row.get(ours) for ours, theirs in names.items() if row.get(ours) is not None}


_MATTER = {name: name for name in (
    "File", "Name", "Title", "TypeName", "StatusName", "BodyName", "IntroDate", "AgendaDate", "PassedDate", "EnactmentDate", "EnactmentNumber",
)} | {"ID": "Id", "LastModified": "LastModifiedUtc"}  # fmt: skip
_EVENT = {name: name for name in ("BodyName", "Location", "Comment", "AgendaFile", "MinutesFile", "VideoPath", "InSiteURL")} | {
    "ID": "Id", "LastModified": "LastModifiedUtc",
}  # fmt: skip
_ITEM = {name: name for name in (
    "Title", "AgendaSequence", "MinutesSequence", "AgendaNumber", "AgendaNote", "MinutesNote", "ActionName", "ActionText", "PassedFlag",
    "PassedFlagName", "MatterFile", "MatterName", "Mover", "Seconder",
)} | {"ID": "Id", "MatterID": "MatterId", "LastModified": "LastModifiedUtc"}  # fmt: skip


def _matter(row: dict[str, Any]) -> dict[str, Any]:
    steps = [one for one in row.get("History") or [] if isinstance(one, dict)]
    names = {"Date": "ActionDate", "Action": "ActionName", "BodyName": "ActionBodyName", "PassedFlagName": "PassedFlagName"}
    return {
        "matter": _renamed(row, "Matter", _MATTER),
        "sponsors": [{"MatterSponsorName": one.get("FullName")} for one in row.get("Sponsors") or [] if isinstance(one, dict)],
        "attachments": [
            {"MatterAttachmentHyperlink": one.get("Link"), "MatterAttachmentName": one.get("Name")}
            for one in row.get("Attachments") or []
            if isinstance(one, dict)
        ],
        "histories": [_renamed(one, "MatterHistory", names) for one in steps],
        "summary": row.get("Summary"),
        "text": row.get("Text"),
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    items = [_renamed(one, "EventItem", _ITEM) for one in row.get("Items") or [] if isinstance(one, dict)]
    return _renamed(row, "Event", _EVENT) | _clock(row.get("Date")) | {"EventItems": items}


def _clock(value: Any) -> dict[str, str]:
    text = str(value or "")
    return {"EventDate": text[:10], "EventTime": text[11:16]}


def _step(step: dict[str, Any], matter: dict[str, Any]) -> dict[str, Any]:
    row = _renamed(step, "EventItem", _ITEM | {"Action": "ActionName", "Description": "ActionText"})
    row |= {"EventItemMatterId": matter.get("ID"), "EventItemMatterName": matter.get("Name") or matter.get("Title"), "EventItemMatterFile": matter.get("File")}
    votes = [{"VotePersonName": one.get("FullName"), "VoteValueName": one.get("Vote")} for one in step["Votes"] if isinstance(one, dict)]
    event = {"EventId": step.get("EventID"), "EventBodyName": step.get("BodyName")} | _clock(step.get("Date"))
    return {"item": row, "event": event, "votes": votes}
