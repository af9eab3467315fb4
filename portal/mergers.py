"""Agencies that are renamed or merged: their records stay where they are and keep their addresses; the agency's own
address leads to the one it went into, whose officers look after everything from then on."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from . import audit
from .accounts import AccountError
from .audit import Actor
from .models import Agency, ApiKey, Bulk, Holding, Invitation, Membership, Remark, Upload, User


def rename(session: Session, actor: Actor, slug: str, names: dict[str, str], now: datetime) -> None:
    """Call an agency something else from now on, by language; its address stays. What records said of it stands, too: their
    versions name it as it was called then. Raises AccountError."""
    row = _known(session, slug)
    names = {language: " ".join(name.split()) for language, name in names.items() if name.strip()}
    if not names:
        raise AccountError(_("Enter a name"))
    if any(len(name) > 300 for name in names.values()):
        raise AccountError(_("The name is too long; use at most 300 characters"))
    before, row.names = row.names, {**row.names, **names}
    audit.note(session, now, actor, "agency_renamed", slug, agency=slug, before=before, names=names)


def merge(session: Session, actor: Actor, slug: str, into: str, now: datetime) -> None:
    """Let an agency go into another one. Its members become the other's, in their roles; drafts, tables, keys, remarks and
    invitations go along; what was merged into it before follows. Raises AccountError."""
    former, present = _known(session, slug), _known(session, into)
    if former.slug == present.slug or present.merged_into:
        raise AccountError(_("An agency cannot go into itself, nor into one that is merged already"))
    if former.merged_into:
        raise AccountError(_("This agency is merged already"))
    former.merged_into = present.slug
    session.execute(update(Agency).where(Agency.merged_into == slug).values(merged_into=into))
    _move_members(session, slug, into)
    for table in (Upload, Invitation, Bulk, ApiKey, Remark):
        session.execute(update(table).where(table.agency == slug).values(agency=into))
    for one in session.scalars(select(Holding).where(Holding.agency == slug)).all():
        session.merge(Holding(agency=into, sha256=one.sha256, size=one.size, at=one.at))
        session.delete(one)
    session.execute(update(User).where(User.agency == slug).values(agency=into))
    audit.note(session, now, actor, "agency_merged", slug, agency=slug, into=into)
    audit.note(session, now, actor, "agency_took_over", slug, agency=into)


def _move_members(session: Session, slug: str, into: str) -> None:
    there = set(session.scalars(select(Membership.user_id).where(Membership.agency == into)))
    for row in session.scalars(select(Membership).where(Membership.agency == slug)).all():
        if row.user_id in there:
            session.delete(row)
        else:
            row.agency = into
    session.flush()


def _known(session: Session, slug: str) -> Agency:
    row = session.get(Agency, slug)
    if row is None:
        raise AccountError(_("There is no agency “%(slug)s” here; take the last part of its address", slug=slug[:100]))
    return row


def everyone(session: Session) -> list[Agency]:
    """Every agency, merged ones too, by slug."""
    return list(session.scalars(select(Agency).order_by(Agency.slug)))
