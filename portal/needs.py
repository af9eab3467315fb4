"""What needs an agency: figures that are due, policies that end, links that are broken, things that wait; and mails about
it, each once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import show_number
from harvesters.when import last_day

from . import catalogue, letters, members, outcome_clock, remark_mails, zones
from .models import Bulk, FileCheck, FileLink, Membership, PromiseRow, RecordRow, Upload
from .parts import Portal
from .workflow import needs_review

_AHEAD = timedelta(days=28)
_STAGES = (("four weeks", timedelta(days=28)), ("one week", timedelta(days=7)), ("due", timedelta(0)))
_FRESH = timedelta(days=28)  # what has been overdue for longer when this is first asked gets no mail
_LATE = timedelta(days=365 * 2)  # what is overdue for longer is not brought up again
_WAITED = timedelta(days=2)
_MOST = 50


@dataclass(frozen=True)
class Due:
    """A record that is to be looked at again: `figure`, its next figure is owed; `target`, a figure on `what` it
    promised is; `report`, a report on `what` it promised is; `end`, it ends to be in force. `key` tells the promises of
    one record apart."""

    kind: str
    number: str
    title: str
    day: date
    what: str = ""
    key: str = ""


@dataclass(frozen=True)
class Broken:
    """A file of a record that cannot be had any more."""

    number: str
    title: str
    url: str


def due(session: Session, agency: str, today: date, most: int = _MOST) -> list[Due]:
    """What an agency has to look at within four weeks, the longest overdue first: what the outcome clock has, which
    `outcome_clock.catch_up` brings up to date, and policies that end. `today` is the agency's own day (portal.zones); a due
    date that names a month or a year is that of its last day."""
    found = [*_promised(session, agency, today, most), *_ending(session, agency, today)]
    return sorted(found, key=lambda one: (one.day, one.number, one.key))[:most]


def _promised(session: Session, agency: str, today: date, most: int) -> Iterator[Due]:
    query = (
        select(PromiseRow.kind, PromiseRow.number, RecordRow.title, PromiseRow.due_on, PromiseRow.what, PromiseRow.key)
        .join(RecordRow, RecordRow.id == PromiseRow.record_id)
        .where(PromiseRow.agency.in_(catalogue.with_former(session, agency)), PromiseRow.reported.is_(False), PromiseRow.dropped == "")
        .where(PromiseRow.due_on >= today - _LATE, PromiseRow.due_on <= today + _AHEAD)
        .order_by(PromiseRow.due_on, PromiseRow.id)
        .limit(most)
    )
    return (Due(*row) for row in session.execute(query))


def _ending(session: Session, agency: str, today: date) -> Iterator[Due]:
    value = RecordRow.data["valid_until"].as_string()
    query = select(RecordRow.number, RecordRow.title, value).where(
        RecordRow.publisher.in_(catalogue.with_former(session, agency)), RecordRow.axis == "policy", RecordRow.state == "published", value.is_not(None), value != "",
        value < (today + _AHEAD + timedelta(days=1)).isoformat(), value >= str(today.year),
    )  # fmt: skip
    for number, title, when in session.execute(query):
        if today <= last_day(when) <= today + _AHEAD:
            yield Due("end", number, title, last_day(when))


def broken(session: Session, agency: str, most: int = _MOST) -> list[Broken]:
    """Files of an agency's records whose links are broken."""
    query = (
        select(RecordRow.number, RecordRow.title, FileCheck.url)
        .join(FileLink, FileLink.record_id == RecordRow.id)
        .join(FileCheck, FileCheck.url_hash == FileLink.url_hash)
        .where(FileCheck.state == "broken", RecordRow.publisher.in_(catalogue.with_former(session, agency)), RecordRow.state == "published")
        .order_by(FileCheck.first_failed_at, RecordRow.number)
        .limit(most)
    )
    return [Broken(*row) for row in session.execute(query)]


def remind(portal: Portal, now: datetime) -> int:
    """Write the mails that are to be written now; return how many. However often this is called, by however many at
    once and however it ends, each is written once: an agency's mails stand in one transaction, and each has an occasion
    that no other has."""
    outcome_clock.catch_up(portal)
    with portal.database.read() as session:
        agencies = sorted(set(session.scalars(select(Membership.agency))))
    written = 0
    for agency in agencies:
        with portal.database.write() as session:
            written += sum(_write(session, agency, portal.settings.base_url, now, _zone(session, portal, agency, now)))
    for desk in (*agencies, None):
        with portal.database.write() as session:
            written += remark_mails.tell(session, desk, portal.settings.base_url, now, _zone(session, portal, desk, now))
    return written


def _zone(session: Session, portal: Portal, agency: str | None, now: datetime) -> str:
    """The time zone by which an agency counts its days; the portal's for None."""
    return zones.days(session, portal, now).zone(zones.publisher_of(session, agency)) if agency else portal.settings.timezone


def _write(session: Session, agency: str, base: str, now: datetime, zone: str) -> Iterator[bool]:
    today = zones.day_in(zone, now)
    for one in due(session, agency, today):
        if one.day >= today - _FRESH and (stage := _stage(one.day, today)):
            yield from _tell_of_due(session, agency, one, stage, base, now)
    if links := broken(session, agency):
        yield from _tell_of_links(session, agency, links, base, now)
    waiting = select(Upload).where(Upload.agency == agency, Upload.state == "submitted", Upload.submitted_at < now - _WAITED)
    for upload in session.scalars(waiting):
        yield from _tell_of_waiting(session, upload, base, now, zone)
    for table in session.scalars(select(Bulk).where(Bulk.agency == agency, Bulk.state == "checked", Bulk.changed_at < now - _WAITED)):
        yield from _tell_of_table(session, table, base, now, zone)


def _stage(day: date, today: date) -> str:
    """How far ahead it is, in the steps in which one is reminded: the last step that was reached."""
    return next((name for name, ahead in reversed(_STAGES) if today >= day - ahead), "")


def _tell_of_due(session: Session, agency: str, one: Due, stage: str, base: str, now: datetime) -> Iterator[bool]:
    occasion = " ".join(filter(None, ("due", one.kind, one.number, one.key if one.kind in ("target", "report") else "", str(one.day), stage)))
    for user in members.who_may(session, agency, "publish"):
        with letters.in_language_of(user):
            subject, body = _("Due: %(title)s", title=one.title[:150]), f"{_words(one)}\n\n{letters.address(base, user, f'/records/{one.number}')}"
        yield letters.write(session, user, base, subject, body, now, f"{occasion} {user.id}")


def _words(one: Due) -> str:
    title, what = one.title[:200], one.what[:200]
    if one.kind == "figure":
        return _("“%(title)s”: its next figure is due on %(day)s.", title=title, day=one.day)
    if one.kind == "target":
        return _("“%(title)s” promised to reach “%(what)s” by %(day)s: a figure of that time is owed.", title=title, what=what, day=one.day)
    if one.kind == "report":
        return _("“%(title)s” promised to report on “%(what)s” by %(day)s.", title=title, what=what, day=one.day)
    return _("“%(title)s” is in force until %(day)s. What follows it?", title=title, day=one.day)


def _tell_of_links(session: Session, agency: str, links: list[Broken], base: str, now: datetime) -> Iterator[bool]:
    lines = "\n".join(f"{show_number(one.number)} {one.title[:100]}\n  {one.url}" for one in links[:20])
    year, week, _day = now.isocalendar()
    for user in members.who_may(session, agency, "publish"):
        with letters.in_language_of(user):
            subject = _("Links that lead nowhere")
            body = _("These links of your records lead nowhere any more:\n\n%(lines)s", lines=lines)
        yield letters.write(session, user, base, subject, body, now, f"broken {agency} {year}-{week} {user.id}")


def _tell_of_waiting(session: Session, upload: Upload, base: str, now: datetime, zone: str) -> Iterator[bool]:
    title = str(upload.data.get("title", ""))[:200]
    for user in members.who_may(session, upload.agency, "review"):
        if user.id != upload.submitted_by:
            with letters.in_language_of(user):
                subject = _("Still for review: %(title)s", title=title)
                body = _("“%(title)s” waits for review since %(day)s.\n\n%(link)s", title=title, day=zones.day_in(zone, upload.submitted_at or upload.changed_at),
                         link=letters.address(base, user, f"/publish/drafts/{upload.token}/preview"))  # fmt: skip
            yield letters.write(session, user, base, subject, body, now, f"waiting {upload.id} {upload.submitted_at} {user.id}")


def _tell_of_table(session: Session, table: Bulk, base: str, now: datetime, zone: str) -> Iterator[bool]:
    """A table of records that was checked, in an agency where another person approves it before it goes live."""
    if table.approved_by is not None or not needs_review(session, table.agency):
        return
    for user in members.who_may(session, table.agency, "review"):
        if user.id != table.user_id:
            with letters.in_language_of(user):
                subject = _("Still for review: %(title)s", title=table.name[:150])
                body = _("The table “%(name)s” waits for review since %(day)s.\n\n%(link)s", name=table.name[:200], day=zones.day_in(zone, table.changed_at),
                         link=letters.address(base, user, f"/publish/bulk/{table.token}"))  # fmt: skip
            yield letters.write(session, user, base, subject, body, now, f"table {table.id} {table.changed_at} {user.id}")
