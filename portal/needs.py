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

from . import mail, members
from .models import FileCheck, FileLink, Membership, RecordRow, Upload
from .parts import Portal

_AHEAD = timedelta(days=28)
_STAGES = (("four weeks", timedelta(days=28)), ("one week", timedelta(days=7)), ("due", timedelta(0)))
_FRESH = timedelta(days=28)  # what has been overdue for longer when this is first asked gets no mail
_LATE = timedelta(days=365 * 2)  # what is overdue for longer is not brought up again
_WAITED = timedelta(days=2)
_MOST = 50


@dataclass(frozen=True)
class Due:
    """A record that is to be looked at again: `figure`, its next figure is owed; `end`, it ends to be in force."""

    kind: str
    number: str
    title: str
    day: date


@dataclass(frozen=True)
class Broken:
    """A file of a record that cannot be had any more."""

    number: str
    title: str
    url: str


def due(session: Session, agency: str, today: date) -> list[Due]:
    """What an agency has to look at within four weeks, the longest overdue first. A due date that names a month or a year is
    that of its last day."""
    found: list[Due] = []
    for kind, axis, field in (("figure", "outcome", "due"), ("end", "policy", "valid_until")):
        value = RecordRow.data[field].as_string()
        query = select(RecordRow.number, RecordRow.title, value).where(
            RecordRow.publisher == agency, RecordRow.axis == axis, RecordRow.state == "published", value.is_not(None), value != "",
            value < (today + _AHEAD + timedelta(days=1)).isoformat(), value >= str((today - _LATE).year),
        )  # fmt: skip
        found += [Due(kind, number, title, last_day(when)) for number, title, when in session.execute(query)]
    fits = [one for one in found if today - _LATE <= one.day <= today + _AHEAD and (one.kind == "figure" or one.day >= today)]
    return sorted(fits, key=lambda one: (one.day, one.number))[:_MOST]


def broken(session: Session, agency: str) -> list[Broken]:
    """Files of an agency's records whose links are broken."""
    query = (
        select(RecordRow.number, RecordRow.title, FileCheck.url)
        .join(FileLink, FileLink.record_id == RecordRow.id)
        .join(FileCheck, FileCheck.url_hash == FileLink.url_hash)
        .where(FileCheck.state == "broken", RecordRow.publisher == agency, RecordRow.state == "published")
        .order_by(FileCheck.first_failed_at, RecordRow.number)
        .limit(_MOST)
    )
    return [Broken(*row) for row in session.execute(query)]


def remind(portal: Portal, now: datetime) -> int:
    """Write the mails that are to be written now; return how many. However often this is called, each is written once."""
    with portal.database.read() as session:
        agencies = sorted(set(session.scalars(select(Membership.agency))))
    written = 0
    for agency in agencies:
        with portal.database.write() as session:
            written += sum(_write(session, agency, portal.settings.base_url, now))
    return written


def _write(session: Session, agency: str, base: str, now: datetime) -> Iterator[bool]:
    for one in due(session, agency, now.date()):
        if one.day >= now.date() - _FRESH and (stage := _stage(one.day, now.date())):
            yield from _tell_of_due(session, agency, one, stage, base, now)
    if links := broken(session, agency):
        yield from _tell_of_links(session, agency, links, base, now)
    waiting = select(Upload).where(Upload.agency == agency, Upload.state == "submitted", Upload.submitted_at < now - _WAITED)
    for upload in session.scalars(waiting):
        yield from _tell_of_waiting(session, upload, base, now)


def _stage(day: date, today: date) -> str:
    """How far ahead it is, in the steps in which one is reminded: the last step that was reached."""
    return next((name for name, ahead in reversed(_STAGES) if today >= day - ahead), "")


def _tell_of_due(session: Session, agency: str, one: Due, stage: str, base: str, now: datetime) -> Iterator[bool]:
    words = _("“%(title)s”: its next figure is due on %(day)s.", title=one.title[:200], day=one.day) if one.kind == "figure" else _(
        "“%(title)s” is in force until %(day)s. What follows it?", title=one.title[:200], day=one.day)  # fmt: skip
    for user in members.who_may(session, agency, "publish"):
        body = f"{words}\n\n{base}/records/{one.number}"
        yield mail.write(session, user.email, _("Due: %(title)s", title=one.title[:150]), body, now, f"due {one.kind} {one.number} {one.day} {stage} {user.id}")


def _tell_of_links(session: Session, agency: str, links: list[Broken], base: str, now: datetime) -> Iterator[bool]:
    lines = "\n".join(f"{show_number(one.number)} {one.title[:100]}\n  {one.url}" for one in links[:20])
    body = _("These links of your records lead nowhere any more:\n\n%(lines)s\n\nYour desk: %(link)s", lines=lines, link=f"{base}/publish/")
    year, week, _day = now.isocalendar()
    for user in members.who_may(session, agency, "publish"):
        yield mail.write(session, user.email, _("Links that lead nowhere"), body, now, f"broken {agency} {year}-{week} {user.id}")


def _tell_of_waiting(session: Session, upload: Upload, base: str, now: datetime) -> Iterator[bool]:
    title = str(upload.data.get("title", ""))[:200]
    for user in members.who_may(session, upload.agency, "review"):
        if user.id != upload.submitted_by:
            body = _("“%(title)s” waits for review since %(day)s.\n\n%(link)s", title=title, day=f"{upload.submitted_at:%Y-%m-%d}",
                     link=f"{base}/publish/drafts/{upload.token}/preview")  # fmt: skip
            yield mail.write(session, user.email, _("Still for review: %(title)s", title=title), body, now, f"waiting {upload.id} {upload.submitted_at} {user.id}")

