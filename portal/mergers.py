"""Agencies that are made, renamed or merged. Records stay where they are and keep their addresses; the agency's own
address leads to the one it went into, whose officers look after everything from then on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from harvesters.record import Agency as AgencyName

from . import audit, catalogue, outcome_clock, store
from .accounts import AccountError
from .audit import Actor
from .models import (
    Agency,
    AgencyZone,
    ApiKey,
    Bulk,
    Holding,
    Invitation,
    Membership,
    RecordRow,
    Remark,
    Upload,
    User,
)


@dataclass(frozen=True)
class Moves:
    """What a merger would do: `records` keep their addresses and are then looked after by the other agency's officers; `members`
    (by name, with those whose membership there stays as it is in `both`) and the counted rest go along. `before`: agencies that were
    merged into the former one."""

    former: Agency
    present: Agency
    records: int
    members: list[str]
    both: list[str]
    uploads: int
    tables: int
    keys: int
    invitations: int
    remarks: int
    files: int
    before: int


def make(session: Session, actor: Actor, names: dict[str, str], place: str, now: datetime) -> str:
    """Make an agency known that has published nothing yet; returns its slug. `place`: a code, or nothing. Raises AccountError."""
    names = _read_names(names)
    known = {name.casefold() for row in everyone(session) for name in row.names.values()}
    if taken := next((name for name in names.values() if name.casefold() in known), ""):
        raise AccountError(_("“%(name)s” is here already: choose it where you invite its admin", name=taken))
    language, name = next(iter(names.items()))
    agency = AgencyName.of(name, language=language, place=place or None).model_copy(update={"names": names})
    if session.get(Agency, agency.slug):
        raise AccountError(_("“%(name)s” would have the address of another agency, %(slug)s; write its name in full", name=name, slug=agency.slug))
    store.save_agency(session, agency, now)
    audit.note(session, now, actor, "agency_made", agency.slug, agency=agency.slug, names=names)
    return agency.slug


def rename(session: Session, actor: Actor, slug: str, names: dict[str, str], now: datetime) -> None:
    """Call an agency something else from now on, by language; its address stays. What records said of it stands, too: their
    versions name it as it was called then. Raises AccountError."""
    row = _known(session, slug)
    names = _read_names(names)
    before, row.names = row.names, {**row.names, **names}
    audit.note(session, now, actor, "agency_renamed", slug, agency=slug, before=before, names=names)


def _read_names(names: dict[str, str]) -> dict[str, str]:
    """Names by language, put straight, without those left empty. Raises AccountError."""
    names = {language: " ".join(name.split()) for language, name in names.items() if name.strip()}
    if not names:
        raise AccountError(_("Enter a name"))
    if any(len(name) > 300 for name in names.values()):
        raise AccountError(_("The name is too long; use at most 300 characters"))
    return names


def merge(session: Session, actor: Actor, slug: str, into: str, now: datetime) -> None:
    """Let an agency go into another one. Its members become the other's, in their roles; drafts, tables, keys, remarks and
    invitations go along; its days are counted as the other's are; what was merged into it before follows. Raises AccountError."""
    former, present = _two(session, slug, into)
    former.merged_into = present.slug
    session.execute(update(Agency).where(Agency.merged_into == slug).values(merged_into=into))
    _move_members(session, slug, into)
    for table in (Upload, Invitation, Bulk, ApiKey, Remark):
        session.execute(update(table).where(table.agency == slug).values(agency=into))
    for held in session.scalars(select(Holding).where(Holding.agency == slug)).all():
        session.merge(Holding(agency=into, sha256=held.sha256, size=held.size, at=held.at, name=held.name))
        session.delete(held)
    session.execute(delete(AgencyZone).where(AgencyZone.agency == slug))
    for one in catalogue.with_former(session, into):
        outcome_clock.forget(session, one)
    session.execute(update(User).where(User.agency == slug).values(agency=into))
    audit.note(session, now, actor, "agency_merged", slug, agency=slug, into=into)
    audit.note(session, now, actor, "agency_took_over", slug, agency=into)


def moves(session: Session, slug: str, into: str) -> Moves:
    """What `merge` would do, to be looked at before. Raises AccountError where it would."""
    former, present = _two(session, slug, into)

    def count(table: Any, *more: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(table.agency == slug, *more)) or 0

    there = set(session.scalars(select(Membership.user_id).where(Membership.agency == into)))
    people = session.execute(select(User.id, User.name).join(Membership, Membership.user_id == User.id).where(Membership.agency == slug).order_by(User.name, User.id)).all()
    published = (RecordRow.publisher.in_(catalogue.with_former(session, slug)), RecordRow.state == "published")
    return Moves(
        former, present,
        records=session.scalar(select(func.count()).select_from(RecordRow).where(*published)) or 0,
        members=[name for id, name in people if id not in there], both=[name for id, name in people if id in there],
        uploads=count(Upload, Upload.state != "published"), tables=count(Bulk), keys=count(ApiKey, ApiKey.revoked_at.is_(None)),
        invitations=count(Invitation, Invitation.used_at.is_(None)), remarks=count(Remark), files=count(Holding),
        before=session.scalar(select(func.count()).select_from(Agency).where(Agency.merged_into == slug)) or 0,
    )  # fmt: skip


def _two(session: Session, slug: str, into: str) -> tuple[Agency, Agency]:
    """The agency that goes, and the one that it goes into. Raises AccountError where that cannot be."""
    former, present = _known(session, slug), _known(session, into)
    if former.slug == present.slug or present.merged_into:
        raise AccountError(_("An agency cannot go into itself, nor into one that is merged already"))
    if former.merged_into:
        raise AccountError(_("This agency is merged already"))
    return former, present


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
