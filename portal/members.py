"""Members of agencies: who belongs to which, in what role; invitations by mail."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import accounts, audit, catalogue, mail, outcome_clock, signins, zones
from .accounts import AccountError
from .audit import Actor
from .guessing import NOBODY, Asker
from .models import Agency, AgencyZone, Invitation, Membership, User
from .roles import ROLES

_GOOD_FOR = {"join": timedelta(days=7), "reset": timedelta(hours=2)}


class LastAdmin(AccountError):
    """An agency cannot be left without anybody who looks after its members."""


def role_of(session: Session, user: int, agency: str | None) -> str:
    """A user's role in an agency; empty for who is no member."""
    row = session.get(Membership, (user, agency)) if agency else None
    return row.role if row else ""


def agencies_of(session: Session, user: int) -> list[tuple[Agency, str]]:
    """The agencies that a user belongs to, each with the user's role."""
    query = select(Agency, Membership.role).join(Membership, Membership.agency == Agency.slug).where(Membership.user_id == user)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Agency.slug))]


def of_agency(session: Session, agency: str) -> list[tuple[User, str]]:
    """The members of an agency, by name, each with their role."""
    query = select(User, Membership.role).join(Membership, Membership.user_id == User.id).where(Membership.agency == agency)
    return [(row[0], row[1]) for row in session.execute(query.order_by(User.name, User.email)) if row[0].active]


def who_may(session: Session, agency: str, action: str) -> list[User]:
    """The members of an agency who may do something there."""
    from .roles import may

    return [user for user, role in of_agency(session, agency) if may(role, action)]


def names_of(session: Session, ids: set[int]) -> dict[int, str]:
    """What users are called, by their ids."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in rows}


def add(session: Session, actor: Actor, user: User, agency: str, role: str, now: datetime) -> None:
    """Make a user a member of an agency, or give a member another role: their sign-ins end, so that none goes on with
    what it was allowed before. Raises AccountError."""
    if role not in ROLES:
        raise AccountError(_("“%(role)s” is not a role; use one of %(known)s", role=role, known=", ".join(ROLES)))
    row = session.get(Membership, (user.id, agency))
    before = row.role if row else ""
    if before == role:
        return
    if before == "admin":
        _keep_an_admin(session, user, agency)
    if row:
        row.role = role
        signins.end(session, user.id)
    else:
        session.add(Membership(user_id=user.id, agency=agency, role=role, created_at=now))
        user.agency = user.agency or agency
    session.flush()
    audit.note(session, now, actor, "role_changed" if before else "member_added", user.email, agency=agency, role=role, before=before)


def remove(session: Session, actor: Actor, user: User, agency: str, now: datetime) -> None:
    """End a membership; what the member wrote stays with the agency. Raises LastAdmin."""
    row = session.get(Membership, (user.id, agency))
    if row is None:
        return
    if row.role == "admin":
        _keep_an_admin(session, user, agency)
    session.delete(row)
    session.flush()
    left = agencies_of(session, user.id)
    user.agency = left[0][0].slug if left else None
    signins.end(session, user.id)
    audit.note(session, now, actor, "member_removed", user.email, agency=agency, before=row.role)


def _keep_an_admin(session: Session, user: User, agency: str) -> None:
    others = (
        select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
        .where(Membership.agency == agency, Membership.role == "admin", Membership.user_id != user.id, User.active)
    )  # fmt: skip
    if not session.scalar(others):
        raise LastAdmin(_("%(name)s is the only admin of this agency; make another member its admin first", name=user.name))


def act_for(session: Session, user: User, agency: str) -> bool:
    """Have a user act for another of their agencies; False where they are no member."""
    if not role_of(session, user.id, agency):
        return False
    user.agency = agency
    return True


def set_two_persons(session: Session, actor: Actor, agency: str, on: bool, now: datetime) -> None:
    """Whether nothing of the agency goes live that only one person has seen."""
    row = session.get_one(Agency, agency)
    if row.two_persons != on:
        row.two_persons = on
        audit.note(session, now, actor, "two_persons_on" if on else "two_persons_off", agency, agency=agency)


def set_zone(session: Session, actor: Actor, agency: str, zone: str, now: datetime) -> None:
    """Set the time zone by which an agency's days are counted; nothing for that of its place. Raises AccountError."""
    if zone and not zones.is_known(zone):
        raise AccountError(_("“%(value)s” is not a time zone; write a name such as Asia/Ho_Chi_Minh, or leave it empty", value=zone[:60]))
    row = session.get(AgencyZone, agency)
    if zone == (row.zone if row else ""):
        return
    if row:
        session.delete(row)
        session.flush()
    if zone:
        session.add(AgencyZone(agency=agency, zone=zone))
    for one in catalogue.with_former(session, agency):
        outcome_clock.forget(session, one)
    audit.note(session, now, actor, "time_zone", agency, agency=agency, zone=zone)


def invite(session: Session, actor: Actor, email: str, agency: str, role: str, now: datetime, link: str) -> None:
    """Invite somebody to an agency, by a mail with a link that is good for seven days. `link` ends where its secret
    begins. Raises AccountError."""
    email = email.strip().lower()
    if not accounts.is_email(email):
        raise AccountError(_("“%(value)s” is not an e-mail address; write name@agency.example", value=email))
    if role not in ROLES:
        raise AccountError(_("Choose a role"))
    known = accounts.find_user(session, email)
    if known and role_of(session, known.id, agency):
        raise AccountError(_("%(email)s is a member already", email=email))
    for older in pending(session, agency):
        if older.email == email:
            session.delete(older)
    secret = _new(session, "join", email, now, agency=agency, role=role, by=actor.id)
    name = _name(session, agency)
    body = _(
        "%(who)s invites you to publish for %(agency)s.\n\nOpen this address within seven days to accept:\n\n%(link)s\n\n"
        "If you did not expect this, do nothing: without the link nothing happens.",
        who=actor.name, agency=name, link=f"{link}{secret}",
    )  # fmt: skip
    mail.write(session, email, _("You are invited to publish for %(agency)s", agency=name), body, now)
    audit.note(session, now, actor, "invited", email, agency=agency, role=role)


def _name(session: Session, agency: str) -> str:
    names = session.get_one(Agency, agency).names
    return str(names.get("en") or next(iter(names.values()), agency))


def _new(session: Session, purpose: str, email: str, now: datetime, *, agency: str | None = None, role: str = "", by: int | None = None) -> str:
    secret = secrets.token_urlsafe(24)
    session.add(
        Invitation(id=signins.id_of(secret), purpose=purpose, email=email, agency=agency, role=role, invited_by=by,
                   created_at=now, expires_at=now + _GOOD_FOR[purpose])
    )  # fmt: skip
    session.flush()
    return secret


def pending(session: Session, agency: str) -> Sequence[Invitation]:
    """Invitations to an agency that nobody has accepted yet, the newest first."""
    query = select(Invitation).where(Invitation.agency == agency, Invitation.purpose == "join", Invitation.used_at.is_(None))
    return session.scalars(query.order_by(Invitation.created_at.desc())).all()


def take_back(session: Session, actor: Actor, id: str, agency: str, now: datetime) -> None:
    """Make an invitation worth nothing."""
    row = session.get(Invitation, id)
    if row and row.agency == agency and row.used_at is None:
        session.delete(row)
        audit.note(session, now, actor, "invitation_taken_back", row.email, agency=agency)


def open_invitation(session: Session, secret: str, purpose: str, now: datetime) -> Invitation | None:
    """The invitation that a link's secret opens; None where it was used, taken back, or is too old."""
    row = session.get(Invitation, signins.id_of(secret))
    fits = row and row.purpose == purpose and row.used_at is None and row.expires_at > now
    return row if fits else None


def accept(session: Session, invitation: Invitation, name: str, password: str, now: datetime, asker: Asker = NOBODY) -> User:
    """Take up an invitation: a new account, or one more agency for who has one already (whose password this then must
    be). Raises AccountError."""
    assert invitation.agency is not None
    user = accounts.find_user(session, invitation.email)
    if user is None:
        user = accounts.open_account(session, email=invitation.email, name=name, password=password, now=now)
    elif not accounts.try_password(session, user, password, now, asker):
        raise AccountError(_("You have an account already, and this is not its password; type it again"))
    actor = Actor.of(user)
    if not role_of(session, user.id, invitation.agency):
        add(session, actor, user, invitation.agency, invitation.role, now)
    user.agency = invitation.agency
    invitation.used_at = now
    return user


def ask_reset(session: Session, email: str, now: datetime, link: str) -> None:
    """Send a link for a new password, where there is such an account. What the asker sees is the same in any case, and takes as
    long: what nobody is to get is written all the same, and taken back."""
    email = email.strip().lower()
    user = accounts.find_user(session, email)
    recent = select(func.count()).select_from(Invitation).where(
        Invitation.email == email, Invitation.purpose == "reset", Invitation.created_at > now - timedelta(minutes=5)
    )  # fmt: skip
    is_one_more = (session.scalar(recent) or 0) >= 2
    with session.begin_nested() as attempt:
        _write_reset(session, email, now, link)
        if user is None or not user.active or is_one_more:
            attempt.rollback()


def _write_reset(session: Session, email: str, now: datetime, link: str) -> None:
    secret = _new(session, "reset", email, now)
    audit.note(session, now, Actor(None, "somebody at the door"), "reset_asked", email)
    body = _(
        "Somebody, probably you, asked for a new password.\n\nOpen this address within two hours to choose one:\n\n%(link)s\n\n"
        "If it was not you, do nothing: your password stays as it is.",
        link=f"{link}{secret}",
    )  # fmt: skip
    mail.write(session, email, _("Choose a new password"), body, now)


def reset(session: Session, invitation: Invitation, password: str, now: datetime) -> User:
    """Choose a new password by a link: every sign-in of before ends. Raises AccountError."""
    user = accounts.find_user(session, invitation.email)
    if user is None or not user.active:
        raise AccountError(_("This account is closed; ask the operator of this portal"))
    accounts.set_password(session, user, password)
    invitation.used_at = now
    audit.note(session, now, Actor.of(user), "password_reset", user.email)
    return user
