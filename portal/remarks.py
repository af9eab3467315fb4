"""Remarks: readers ask about a record, or report a mistake in it; its agency answers in public. Nothing is public before it
was answered, and never who asked.

    waiting ── answer ──> answered   question and answer stand on the record's page
       │  ├── reply ───> replied    by mail only; the reader was told so, and nothing of it is public later
       │  └── close ───> closed     for one of a fixed set of reasons
       └── the reader takes it back: gone

Whose turn it is: who may answer for the record's agency; where nobody may, the portal's admins. The log says who did what,
and holds neither the reader's words nor the address.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import LazyString, force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from harvesters.record import show_number

from . import accounts, audit, blanking, catalogue, mail, signins
from .audit import Actor
from .db import wait_for_turn
from .models import HIDDEN, Agency, Membership, RecordRow, Remark, User
from .roles import MAY
from .workflow import NotAllowed

KINDS: Mapping[str, LazyString] = {
    "question": lazy_gettext("A question"),
    "mistake": lazy_gettext("A mistake in the record"),
    "missing": lazy_gettext("Something that is missing"),
}
REASONS: Mapping[str, LazyString] = {
    "not_about": lazy_gettext("It is not about this record"),
    "elsewhere": lazy_gettext("It is answered elsewhere on this portal"),
    "spam": lazy_gettext("Spam"),
    "abuse": lazy_gettext("Abuse"),
}
SHELVES: Mapping[str, tuple[str, ...]] = {"waiting": ("waiting",), "answered": ("answered",), "private": ("replied",), "closed": ("closed",)}
LONGEST, LONGEST_ANSWER = 2000, 4000  # letters
PER_NETWORK = 10  # within ten minutes
_PER_RECORD, _DAY = 50, timedelta(days=1)
_KEPT = timedelta(days=365)
_READER = Actor(None, "reader")
Fault = tuple[str, str]


class TooMany(Exception):
    """More remarks on one record within a day than anybody can read; the message says when to come again."""


@dataclass(frozen=True)
class Answered:
    """A public answer, with the record that it stands on: number, title and the title's language."""

    remark: Remark
    number: str
    title: str
    title_language: str


def new_secret() -> str:
    """What a reader's own address of a remark holds."""
    return secrets.token_urlsafe(24)


def check(kind: str, text: str, email: str) -> list[Fault]:
    """What is missing or wrong in what a reader sends, as (field, what to write)."""
    faults: list[Fault] = []
    if kind not in KINDS:
        faults.append(("kind", _("Choose what it is")))
    if len(text.strip()) < 5:
        faults.append(("text", _("Write what you want to ask or report")))
    elif len(text) > LONGEST:
        faults.append(("text", _("These are %(length)s characters; shorten them to %(most)s", length=len(text), most=LONGEST)))
    if email and not accounts.is_email(email):
        faults.append(("email", _("“%(value)s” is not an e-mail address; write name@mail.example, or leave it empty", value=email[:100])))
    return faults


def receive(
    session: Session, entry: catalogue.Entry, secret: str, *, kind: str, text: str, email: str, language: str, now: datetime
) -> Remark:
    """Keep what a reader sent; the same form sent twice is one remark. `check` says before what is wrong. Raises TooMany."""
    wait_for_turn(session, f"remarks {entry.number}")
    if known := of_reader(session, secret):
        return known
    today = select(func.count()).select_from(Remark).where(Remark.number == entry.number, Remark.received_at > now - _DAY)
    if (session.scalar(today) or 0) >= _PER_RECORD:
        raise TooMany(_("Many remarks on this record came today, more than its agency can read. Please come again tomorrow."))
    remark = Remark(
        secret=signins.id_of(secret), number=entry.number, version=entry.version, agency=_agency(session, str(entry.data["publisher"]["slug"])), kind=kind,
        text=blanking.without_marks(text.strip()), email=email, language=language, received_at=now,
    )  # fmt: skip
    session.add(remark)
    session.flush()
    audit.note(session, now, _READER, "remark_received", entry.number, agency=remark.agency, remark=remark.id, kind=kind)
    return remark


def _agency(session: Session, slug: str) -> str:
    row = session.get(Agency, slug)
    return row.merged_into if row and row.merged_into else slug


def of_reader(session: Session, secret: str) -> Remark | None:
    """The remark that a reader's own address leads to."""
    return session.scalar(select(Remark).where(Remark.secret == signins.id_of(secret))) if len(secret) > 20 else None


def take_back(session: Session, remark: Remark, now: datetime) -> bool:
    """The reader wants it gone: possible while it waits, and nobody decides it at that very moment."""
    wait_for_turn(session, f"remark {remark.id}")
    if session.scalar(select(Remark).where(Remark.id == remark.id).execution_options(populate_existing=True)) is None:
        return True
    if remark.state != "waiting":
        return False
    audit.note(session, now, _READER, "remark_taken_back", remark.number, agency=remark.agency, remark=remark.id)
    session.delete(remark)
    return True


# The desk. `agency`: the one that somebody acts for; None: the portal's admins, for agencies where nobody may answer.


def _theirs(agency: str | None) -> ColumnElement[bool]:
    if agency is not None:
        return Remark.agency == agency
    able = select(Membership.agency).join(User, User.id == Membership.user_id).where(Membership.role.in_(sorted(MAY["answer"])), User.active)
    return Remark.agency.not_in(able)


def find(session: Session, id: int, agency: str | None) -> Remark | None:
    """A remark that is somebody's to answer."""
    return session.scalar(select(Remark).where(Remark.id == id, _theirs(agency)))


def find_to_decide(session: Session, id: int, agency: str | None) -> Remark | None:
    """The same, for one officer at a time: who decides second sees what the first one did."""
    wait_for_turn(session, f"remark {id}")
    return find(session, id, agency)


def waiting_count(session: Session, agency: str | None) -> int:
    """How many wait for an answer."""
    return session.scalar(select(func.count()).select_from(Remark).where(Remark.state == "waiting", _theirs(agency))) or 0


def on_shelf(session: Session, agency: str | None, shelf: str, *, offset: int = 0, limit: int = 20) -> tuple[int, list[Remark]]:
    """How many there are, and some of them: those that wait longest first, of the others the newest decisions. Raises
    KeyError for an unknown shelf."""
    chosen = and_(Remark.state.in_(SHELVES[shelf]), _theirs(agency))
    total = session.scalar(select(func.count()).select_from(Remark).where(chosen)) or 0
    order = (Remark.id,) if shelf == "waiting" else (Remark.decided_at.desc(), Remark.id.desc())
    return total, list(session.scalars(select(Remark).where(chosen).order_by(*order).offset(offset).limit(limit)))


def check_answer(remark: Remark, act: str, answer: str, reason: str, unwanted: Sequence[str]) -> list[Fault]:
    """What is missing or wrong in what an officer decides, as (field, what to write)."""
    if act not in ("answer", "reply", "close"):
        return [("act", _("Choose what is to become of it"))]
    if act == "close":
        return [] if reason in REASONS else [("reason", _("Choose why it is closed"))]
    if act == "reply" and not remark.email:
        return [("act", _("The reader left no mail address; answer in public, or close it"))]
    faults: list[Fault] = []
    if len(answer) > LONGEST_ANSWER:
        faults.append(("answer", _("These are %(length)s characters; shorten them to %(most)s", length=len(answer), most=LONGEST_ANSWER)))
    elif len(answer.strip()) < 5:
        faults.append(("answer", _("Write the answer")))
    try:
        blanking.blank(remark.text, unwanted)
    except blanking.NotThere as error:
        faults.append(("blanks", str(error)))
    return faults


def demand_open(remark: Remark) -> None:
    """Raises NotAllowed for what was answered by mail only: the reader was told that nothing of it is public."""
    if remark.state == "replied":
        raise NotAllowed(_("It was answered by mail, and the reader was told that nothing of it is public: so it stays."))


def answer(session: Session, remark: Remark, user: User, words: str, unwanted: Iterable[str], language: str, link: str, now: datetime) -> None:
    """Answer in public, or change the answer that stands there. What is blanked out is gone for good. `link`: where readers
    find it. Raises blanking.NotThere."""
    demand_open(remark)
    again = remark.state == "answered"
    remark.text = blanking.blank(remark.text, unwanted)
    remark.answer, remark.answer_language, remark.reason = blanking.without_marks(words.strip()), language, ""
    if again:
        remark.changed_at = now
        remark.decided_by = user.id
    else:
        _decide(remark, "answered", user, now)
    audit.note(session, now, Actor.of(user), "remark_answer_changed" if again else "remark_answered", remark.number, agency=remark.agency,
               remark=remark.id, blanked=blanking.is_blanked(remark.text))  # fmt: skip
    with force_locale(remark.language):
        _tell(session, remark, _("The answer stands on the record’s page:\n\n%(link)s\n\n%(words)s", link=link, words=remark.answer), now)


def reply(session: Session, remark: Remark, user: User, words: str, link: str, now: datetime) -> None:
    """Answer by mail only. `link`: the record's page. Raises NotAllowed where there is no address any more."""
    if not remark.email or remark.state != "waiting":
        raise NotAllowed(_("There is no mail address to answer to: it was deleted when this was decided, or none was left."))
    remark.answer, remark.answer_language = words.strip(), remark.language
    _decide(remark, "replied", user, now)
    audit.note(session, now, Actor.of(user), "remark_replied", remark.number, agency=remark.agency, remark=remark.id)
    with force_locale(remark.language):
        _tell(session, remark, _("%(words)s\n\nThis answer went to you only. The record: %(link)s", words=remark.answer, link=link), now)


def close(session: Session, remark: Remark, user: User, reason: str, link: str, now: datetime) -> None:
    """Close it without an answer, or take a public answer off again. Who sent spam or abuse gets no mail."""
    demand_open(remark)
    remark.reason, remark.answer, remark.changed_at = reason, "", None
    _decide(remark, "closed", user, now)
    audit.note(session, now, Actor.of(user), "remark_closed", remark.number, agency=remark.agency, remark=remark.id, reason=str(REASONS[reason]), code=reason)
    with force_locale(remark.language):
        told = reason not in ("spam", "abuse")
        words = _("It was closed without an answer: %(reason)s.\n\nThe record: %(link)s", reason=REASONS[reason], link=link)
        _tell(session, remark, words if told else "", now)


def _decide(remark: Remark, state: str, user: User, now: datetime) -> None:
    remark.state, remark.decided_by, remark.decided_at = state, user.id, now


def _tell(session: Session, remark: Remark, words: str, now: datetime) -> None:
    """Write to the reader, once, and forget the address."""
    if remark.email and words:
        subject = _("Your remark on record %(number)s", number=show_number(remark.number))
        mail.write(session, remark.email, subject, words, now, f"{mail.FORGOTTEN}remark {remark.id}")
    remark.email = ""


# What everybody may see.


def _public(number: str, agency: str) -> ColumnElement[bool]:
    chosen = [Remark.state == "answered", RecordRow.number == Remark.number, RecordRow.state.not_in(HIDDEN)]
    if number:
        chosen.append(Remark.number == number)
    if agency:
        chosen.append(Remark.agency == agency)
    return and_(*chosen)


def public_count(session: Session, number: str = "", agency: str = "") -> int:
    """How many answers everybody may read: of all records, of one, of one agency."""
    return session.scalar(select(func.count()).select_from(Remark).join(RecordRow, _public(number, agency))) or 0


def public(session: Session, number: str = "", agency: str = "", *, offset: int = 0, limit: int | None = None) -> list[Answered]:
    """Answers that everybody may read, the newest first."""
    columns = (Remark, RecordRow.number, RecordRow.title, RecordRow.language)
    query = select(*columns).join(RecordRow, _public(number, agency)).order_by(Remark.decided_at.desc(), Remark.id.desc())
    return [Answered(*row) for row in session.execute(query.offset(offset).limit(limit))]


def decided_at(session: Session, number: str) -> list[datetime]:
    """When remarks on a record were last answered in public, changed or closed: a public answer may have been taken off then."""
    columns = (func.max(one) for one in (Remark.decided_at, Remark.changed_at))
    found = session.execute(select(*columns).where(Remark.number == number, Remark.state.in_(("answered", "closed")))).one()
    return [one for one in found if one]


# By the clock.


def waiting_since(session: Session, agency: str | None, id: int) -> list[Remark]:
    """What came after a remark, and waits; the oldest first."""
    chosen = (Remark.state == "waiting", Remark.id > id, _theirs(agency))
    return list(session.scalars(select(Remark).where(*chosen).order_by(Remark.id)))


def waiting_long(session: Session, agency: str | None, before: datetime) -> list[Remark]:
    """What came before a moment, still waits, and of which nobody was reminded, the oldest first."""
    chosen = (Remark.state == "waiting", Remark.received_at < before, Remark.reminded_at.is_(None), _theirs(agency))
    return list(session.scalars(select(Remark).where(*chosen).order_by(Remark.id)))


def forget(session: Session, now: datetime) -> int:
    """Delete what was decided a year ago and never was public; returns how many."""
    old = select(Remark).where(Remark.state.in_(("replied", "closed")), Remark.decided_at < now - _KEPT)
    rows = list(session.scalars(old))
    for row in rows:
        session.delete(row)
    return len(rows)
