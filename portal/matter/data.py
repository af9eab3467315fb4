"""A matter as data: JSON, CSV and a feed."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator
from flask_babel import gettext as _

from .. import exports, feeds
from ..standing import Standing
from ..zones import end_of
from . import Bond, Matter
from .gaps import Gap, sentence
from .members import Member
from .steps import Step

COLUMNS = (
    "kind", "day", "until", "axis", "type", "number", "title", "publisher", "publisher_name", "document_number", "state",
    "relations", "gap", "sentence", "url", "standing", "replaced_by",
)  # fmt: skip
# Records and gaps in the feed: those that changed last, and those that fell due last.
_FEED = 100


def to_data(matter: Matter, steps: Sequence[Step], base: str, language: str, now: datetime, stand: Mapping[str, Standing]) -> dict[str, Any]:
    """The steps of a matter with what it is, in the envelope of lists. `stand`: how records stand, by number."""
    records = [step.member for step in steps if not step.gap]
    return {
        "number": matter.here.number,
        "heart": _named(matter.heart, base),
        "total": len(records),
        "returned": len(records),
        "complete": matter.complete,
        "as_of": _moment(now),
        "next": None,
        "first": matter.first or None,
        "last": matter.last or None,
        "completeness": matter.completeness.to_data(),
        "results": [_record(member, matter.bonds.get(member.number, ()), base, language) | exports.standing_data(stand.get(member.number), base) for member in records],
        "gaps": [_gap(step.gap, base) for step in steps if step.gap],
        "beside": [
            _named(one.record, base) | {"type": one.type, "inverse": one.inverse, "of": one.member.number} for one in matter.beside
        ],
        "beside_total": matter.beside_total,
        "beside_complete": matter.beside_complete,
        "facets": {"axis": [{"value": axis, "count": count} for axis, count in matter.by_axis.items()]},
    }


def _named(member: Member, base: str) -> dict[str, Any]:
    return {"number": member.number, "url": f"{base}/records/{member.number}", "axis": member.axis, "title": member.entry.data["title"]}


def _record(member: Member, bonds: Sequence[Bond], base: str, language: str) -> dict[str, Any]:
    data = member.entry.data
    return _named(member, base) | {
        "record_type": member.entry.type,
        "language": data["language"],
        "issued": data.get("issued"),
        "day": member.day or None,
        "until": member.until or None,
        "state": member.entry.state,
        "publisher": data["publisher"]["slug"],
        "publisher_name": member.entry.agency_name(language),
        "relations": [
            {"type": bond.type, "inverse": bond.inverse, "number": bond.other.number, "origin": bond.origin or "stated"} for bond in bonds
        ],
    }


def _gap(gap: Gap, base: str) -> dict[str, Any]:
    return {
        "code": gap.code,
        "number": gap.about.number,
        "day": gap.day or None,
        "name": gap.name or None,
        "relation": gap.kind or None,
        "identifier": (gap.relation.number or gap.relation.identifier) if gap.relation else None,
        "sentence": sentence(gap),
        "url": f"{base}/records/{gap.about.number}",
        "clock": f"{base}/outcome-clock?record={gap.about.number}&state=overdue" if gap.code in ("report_overdue", "target_overdue") else None,
    }


def csv_lines(matter: Matter, steps: Sequence[Step], base: str, language: str, stand: Mapping[str, Standing], *, bom: bool = False) -> Iterator[str]:
    """A row a step, records and gaps, in the order of time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield (exports.BOM if bom else "") + _taken(buffer)
    for step in steps:
        row = _row(step, matter, base, language)
        if not step.gap and (how := stand.get(step.member.number)):
            row |= {"standing": how.kind, "replaced_by": how.by.shown_number if how.by else None}
        writer.writerow([exports.harmless(row.get(column)) for column in COLUMNS])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _row(step: Step, matter: Matter, base: str, language: str) -> dict[str, Any]:
    member, gap = step.member, step.gap
    data = member.entry.data
    row = {
        "kind": "gap" if gap else "record",
        "axis": step.axis,
        "type": member.entry.type,
        "number": member.entry.shown_number,
        "title": data["title"],
        "publisher": data["publisher"]["slug"],
        "publisher_name": member.entry.agency_name(language),
        "document_number": next((other["value"] for other in data.get("other_identifiers", ()) if other.get("scheme", "document_number") == "document_number"), ""),
        "state": member.entry.state,
        "url": f"{base}/records/{member.number}",
    }
    if gap:
        return row | {"day": gap.day, "gap": gap.code, "sentence": sentence(gap)}
    stated = [bond for bond in matter.bonds.get(member.number, ()) if not bond.inverse]
    return row | {"day": member.day, "until": member.until, "relations": "; ".join(f"{bond.type}: {bond.other.entry.shown_number}" for bond in stated)}


def atom(matter: Matter, base: str, page: str, address: str, language: str, now: datetime) -> bytes:
    """An Atom feed: what is new in a matter, and what fell due in it without coming."""
    feed = FeedGenerator()
    feed.id(address)
    feed.title(_("The whole matter: %(title)s", title=matter.heart.entry.title(language)))
    feed.language(language)
    feed.link(href=address, rel="self", type="application/atom+xml")
    feed.link(href=page, rel="alternate", type="text/html")
    changed = sorted(matter.members, key=lambda member: member.entry.changed_at, reverse=True)[:_FEED]
    zone_of = matter.days.zone
    due = [(gap, end_of(gap.at, zone_of(gap.about.entry.data["publisher"]))) for gap in matter.gaps if gap.day and gap.at]
    due = [(gap, moment) for gap, moment in due if moment <= now]
    due.sort(key=lambda one: one[1], reverse=True)
    moments = [(member.entry.changed_at, member) for member in changed] + [(moment, gap) for gap, moment in due[:_FEED]]
    moments.sort(key=lambda one: one[0], reverse=True)
    feed.updated(moments[0][0] if moments else now)
    for moment, one in moments[:_FEED]:
        if isinstance(one, Member):
            feeds.add_entry(feed, one.entry, language, base)
        else:
            _add_gap(feed, one, moment, base, language)
    return bytes(feed.atom_str(pretty=True))


def _add_gap(feed: FeedGenerator, gap: Gap, moment: datetime, base: str, language: str) -> None:
    address = f"{base}/records/{gap.about.number}/thread"
    item = feed.add_entry(order="append")
    item.id(f"{address}#{gap.code}-{gap.day}-{gap.name}".replace(" ", "-"))
    item.title(_("Missing: %(title)s", title=gap.about.entry.title(language)))
    item.link(href=address, rel="alternate", type="text/html")
    item.updated(moment)
    item.author(name="Clerestory")
    item.category(term="gap", label=_("What is missing"))
    item.summary(sentence(gap))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
