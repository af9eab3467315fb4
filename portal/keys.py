"""Keys with which programs write for an agency: personal ones, and those of services. A key is shown once; kept is its hash."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, members
from .accounts import AccountError
from .audit import Actor
from .models import ApiKey, User
from .roles import may
from .signins import id_of

SCOPES = ("write", "publish")
DAYS = (30, 90, 365)
_BEGINS = "clr_"
_MOST = 50  # keys that can be used, of one agency or person
_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Caller:
    """Who a request with a key speaks for. `user` is the account behind it: its owner, or who made a service's key."""

    key: str
    name: str
    user: int
    agency: str
    scopes: frozenset[str]
    actor: Actor

    def may(self, action: str) -> bool:
        """Whether the key may write, or publish."""
        return action in self.scopes


def make(session: Session, user: User, agency: str, name: str, scopes: Sequence[str], days: int, now: datetime, *, service: bool = False) -> str:
    """A new key: returned once, never shown again. A personal one may never do more than its owner. Raises AccountError."""
    name = " ".join(name.split())
    role = members.role_of(session, user.id, agency)
    if not name or len(name) > 200:
        raise AccountError(_("Say in a few words what the key is for, so that it can be told from others"))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise AccountError(_("Choose what the key may do"))
    if days not in DAYS:
        raise AccountError(_("Choose for how long the key is good"))
    if not all(may(role, scope) for scope in scopes) or (service and not may(role, "manage")):
        raise AccountError(_("Your role in this agency does not allow such a key"))
    if len(_usable(of_agency(session, agency) if service else of_user(session, user.id), now)) >= _MOST:
        raise AccountError(_("There are %(most)s keys already; revoke those that are not needed", most=_MOST))
    key = f"{_BEGINS}{secrets.token_urlsafe(32)}"
    session.add(
        ApiKey(id=id_of(key), shown=key[:10], name=name, agency=agency, user_id=None if service else user.id, made_by=user.id,
               scopes=sorted(scopes), created_at=now, expires_at=now + timedelta(days=days))
    )  # fmt: skip
    audit.note(session, now, Actor.of(user), "key_made", name, agency=agency, shown=key[:10], scopes=sorted(scopes), service=service)
    return key


def of_user(session: Session, user: int) -> list[ApiKey]:
    """A person's own keys, the newest first."""
    return list(session.scalars(select(ApiKey).where(ApiKey.user_id == user).order_by(ApiKey.created_at.desc())))


def of_agency(session: Session, agency: str) -> list[ApiKey]:
    """The keys of an agency's services, the newest first."""
    query = select(ApiKey).where(ApiKey.agency == agency, ApiKey.user_id.is_(None))
    return list(session.scalars(query.order_by(ApiKey.created_at.desc())))


def _usable(rows: Sequence[ApiKey], now: datetime) -> list[ApiKey]:
    return [row for row in rows if row.revoked_at is None and row.expires_at > now]


def revoke(session: Session, actor: Actor, id: str, now: datetime, *, user: int | None = None, agency: str | None = None) -> bool:
    """Make a key of that person, or of that agency's services, worth nothing; False where there is no such key."""
    row = session.get(ApiKey, id)
    if row is None or (row.user_id != user if user is not None else row.user_id is not None or row.agency != agency):
        return False
    if row.revoked_at is None:
        row.revoked_at = now
        audit.note(session, now, actor, "key_revoked", row.name, agency=row.agency, shown=row.shown)
    return True


def find(session: Session, key: str, now: datetime) -> Caller | None:
    """Who a key speaks for; None where it is unknown, revoked or too old, or its owner's account is closed or no member any more."""
    return _caller(session, session.get(ApiKey, id_of(key)), now) if key.startswith(_BEGINS) else None


def still(session: Session, caller: Caller, now: datetime) -> Caller | None:
    """Who the key of a caller speaks for now."""
    return _caller(session, session.get(ApiKey, caller.key), now)


def _caller(session: Session, row: ApiKey | None, now: datetime) -> Caller | None:
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    user = session.get_one(User, row.made_by)
    scopes = set(row.scopes)
    if row.user_id is not None:
        role = members.role_of(session, user.id, row.agency)
        scopes = {scope for scope in scopes if user.active and may(role, scope)}
    if not scopes:
        return None
    name = f"{user.email} ({row.name})" if row.user_id else row.name
    return Caller(row.id, row.name, user.id, row.agency, frozenset(scopes), Actor(row.user_id, f"{name} {row.shown}…"))


def is_worth_noting(session: Session, id: str, now: datetime, address: str) -> bool:
    """Whether it is time to write down that a key was used: not at every request."""
    row = session.get(ApiKey, id)
    return row is not None and (row.used_at is None or now - row.used_at > _NOTED_EVERY or row.used_from != address[:60])


def note_use(session: Session, id: str, now: datetime, address: str) -> None:
    """Write down that a key was used."""
    if row := session.get(ApiKey, id):
        row.used_at, row.used_from = now, address[:60]
