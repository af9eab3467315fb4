"""Another Clerestory portal: its records as they are there, with their numbers and their history.

Asked is `/api/v1/changes`, which lists every record with its versions, and what was taken off the pages. A record
keeps the source and the identifier that it has there, so that its number is the same everywhere. One that this portal
collects itself stays this portal's own.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from ..history import History, Past
from ..http import BadAnswer, Http
from ..paging import Page, by_next_link
from ..record import Decision, Outcome, Policy, Record, Strict, read_number, read_record
from ..run import Item, Remark, Tombstone
from ..source import Source

INCREMENTAL = True
# What was written while the last run ended comes again.
OVERLAP = timedelta(minutes=10)
_AXES: dict[str, type[Record]] = {"decision": Decision, "policy": Policy, "outcome": Outcome}
_STATES = ("published", "withdrawn")


class Options(Strict):
    """`sources`: the names of the sources there whose records are wanted; all by default."""

    sources: tuple[str, ...] = ()


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Tombstone | Remark]:
    """Every record, the longest unchanged first; with `since`, those that changed from then on."""
    asked = [("source", name) for name in Options(**source.options).sources]
    if since:
        asked.append(("since", (since - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
    address = f"{source.url.rstrip('/')}/api/v1/changes"
    first = f"{address}?{urlencode(asked)}" if asked else address
    for row in by_next_link(lambda link: _page(http, link), first):
        yield row if isinstance(row, Remark) else _came(row, address)


def _page(http: Http, link: str) -> Page:
    answer = http.get_json(link)
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise BadAnswer(f"{link.split('?')[0]} answered without “results”: is it the address of a Clerestory portal?")
    return Page(answer["results"], answer.get("total"), answer.get("next"))


def _came(row: Any, address: str) -> Item | Tombstone:
    data = row if isinstance(row, dict) else {}
    identifier = str(data.get("identifier") or "")
    if data.get("state") in ("unpublished", "merged"):
        return Tombstone(identifier, address, read_number(str(data.get("number") or "")) or "")
    raw = json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Item(row, raw, str(data.get("url") or address), identifier)


def parse(item: Item, source: Source) -> Record | None:
    """One record, as it is there. What a newer portal says beside what this one knows is left out."""
    return _record(item.data)


def _record(data: Any) -> Record:
    if not isinstance(data, dict) or data.get("axis") not in _AXES:
        raise ValueError(f"{str(data)[:60]!r} is not a record of a Clerestory portal")
    known = _AXES[data["axis"]].model_fields
    return read_record({name: value for name, value in data.items() if name in known})


def history(item: Item) -> History:
    """The life of that record at the other portal."""
    data = item.data
    if data["state"] not in _STATES:
        raise ValueError(f"state = {data['state']!r}: is not a state of a record; known: {', '.join(_STATES)}")
    return History(
        version=int(data["version"]),
        change=str(data["change"])[:20],
        state=data["state"],
        reason=str(data.get("reason") or ""),
        changed_at=_moment(data["changed_at"]),
        first_seen=_moment(data["first_seen"]),
        withdrawn_at=_moment(data["withdrawn_at"]) if data.get("withdrawn_at") else None,
        demonstration=bool(data.get("demonstration")),
        formerly=tuple(number for number in map(read_number, data.get("formerly", ())) if number),
        past=tuple(_past(one) for one in data.get("versions", ())),
    )


def _past(data: dict[str, Any]) -> Past:
    record = _record(data["data"])
    return Past(
        int(data["version"]), str(data["change"])[:20], str(data["state"])[:20], str(data.get("reason") or ""),
        _moment(data["changed_at"]), record.to_data(),
    )  # fmt: skip


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
