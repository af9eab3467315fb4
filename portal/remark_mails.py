"""Mails to officers about what readers ask: on the day it comes, several in one mail, and once more where it waits for long.

A mail names kind, record and day, never a reader's words: mails travel further than the desk does."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import show_number

from . import catalogue, letters, members, remarks, zones
from .db import wait_for_turn
from .models import Remark, State, User

_PAUSE = timedelta(hours=4)  # between two mails about what came: what comes meanwhile is told together
_UNANSWERED = timedelta(days=7)
_MOST = 20  # that a mail names


def tell(session: Session, agency: str | None, base: str, now: datetime, zone: str) -> int:
    """Write the mails that are to be written now; returns how many. For agencies where nobody may answer (None) the portal's
    admins are told. To be called often, by however many at once: of each remark is told once, and reminded once."""
    wait_for_turn(session, f"remind {agency}")
    who = members.who_may(session, agency, "answer") if agency else list(session.scalars(select(User).where(User.portal_admin, User.active)))
    if not who:
        return 0
    return _tell_of_new(session, agency, who, base, now, zone) + _remind(session, agency, who, base, now, zone)


def _tell_of_new(session: Session, agency: str | None, who: Sequence[User], base: str, now: datetime, zone: str) -> int:
    name = f"remarks told {hashlib.sha256((agency or '').encode()).hexdigest()[:32]}"  # names of agencies may be longer than a name here
    told = session.get(State, name)
    if told and datetime.fromisoformat(told.value["at"]) > now - _PAUSE:
        return 0
    found = remarks.waiting_since(session, agency, told.value["id"] if told else 0)
    if not found:
        return 0
    last, found = found[-1].id, [one for one in found if one.received_at >= now - _UNANSWERED]  # of the others it is reminded
    session.merge(State(name=name, value={"id": last, "at": now.isoformat()}))
    written = 0
    for user in who if found else ():
        with letters.in_language_of(user):
            subject = ngettext("A reader asks about a record of yours", "%(num)s readers ask about records of yours", len(found))
            body = _("Only you and your colleagues can read it, until it is answered:\n\n%(lines)s\n\n%(link)s", lines=_lines(session, found, user, zone), link=_desk(agency, base, user))
        written += letters.write(session, user, base, subject, body, now, f"remarks new {found[0].id} {found[-1].id} {user.id}")
    return written


def _remind(session: Session, agency: str | None, who: Sequence[User], base: str, now: datetime, zone: str) -> int:
    found = remarks.waiting_long(session, agency, now - _UNANSWERED)
    written = 0
    for user in who if found else ():
        with letters.in_language_of(user):
            body = _("Readers wait for an answer for more than a week (%(count)s in all):\n\n%(lines)s\n\n%(link)s", count=len(found),
                     lines=_lines(session, found, user, zone), link=_desk(agency, base, user))  # fmt: skip
            subject = _("Readers wait for an answer")
        written += letters.write(session, user, base, subject, body, now, f"remarks {found[0].id} {found[-1].id} {user.id}")
    for remark in found:
        remark.reminded_at = now
    return written


def _desk(agency: str | None, base: str, user: User) -> str:
    return letters.address(base, user, f"/{'publish' if agency else 'admin'}/remarks")


def _lines(session: Session, found: Sequence[Remark], user: User, zone: str) -> str:
    shown = found[:_MOST]
    titles = {entry.number: entry.title(user.language)[:120] for entry in catalogue.find_many(session, [one.number for one in shown])}
    lines = [f"{zones.day_in(zone, one.received_at)} {remarks.KINDS[one.kind]}: {titles.get(one.number, '')} ({show_number(one.number)})" for one in shown]
    if more := len(found) - len(shown):
        lines.append(ngettext("and %(num)s more", "and %(num)s more", more))
    return "\n".join(lines)
