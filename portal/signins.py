"""Who is signed in where: one row for each browser, so that each can be seen and ended."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .models import SignedIn, User

IDLE, LONGEST = timedelta(hours=12), timedelta(days=14)
_NOTED_EVERY = timedelta(minutes=5)


def begin(session: Session, user: User, now: datetime, address: str = "", browser: str = "") -> str:
    """A user signs in: what the browser's cookie is to remember. Nothing of it can be guessed or read from the database."""
    secret = secrets.token_urlsafe(32)
    session.add(SignedIn(id=id_of(secret), user_id=user.id, created_at=now, seen_at=now, address=address[:60], browser=browser[:300]))
    session.execute(delete(SignedIn).where(SignedIn.user_id == user.id, (SignedIn.seen_at < now - IDLE) | (SignedIn.created_at < now - LONGEST)))
    return secret


def find(session: Session, secret: str, now: datetime) -> tuple[SignedIn, User] | None:
    """Who a cookie belongs to; None where the account is closed, or where the sign-in has ended or is too old."""
    row = session.get(SignedIn, id_of(secret))
    if row is None or row.seen_at < now - IDLE or row.created_at < now - LONGEST:
        return None
    user = session.get_one(User, row.user_id)
    return (row, user) if user.active else None


def is_worth_noting(row: SignedIn, now: datetime) -> bool:
    """Whether it is time to write down that a browser was here: not at every page."""
    return now - row.seen_at > _NOTED_EVERY


def of_user(session: Session, user: int, now: datetime) -> list[SignedIn]:
    """Where a user is signed in, the last seen first."""
    query = select(SignedIn).where(SignedIn.user_id == user, SignedIn.seen_at >= now - IDLE, SignedIn.created_at >= now - LONGEST)
    return list(session.scalars(query.order_by(SignedIn.seen_at.desc())))


def end(session: Session, user: int, *, only: str | None = None, but: str | None = None) -> int:
    """Sign a user out: everywhere, `only` where that id is, or everywhere `but` there. Returns how many ended."""
    ended = delete(SignedIn).where(SignedIn.user_id == user)
    if only is not None:
        ended = ended.where(SignedIn.id == only)
    if but is not None:
        ended = ended.where(SignedIn.id != but)
    return int(session.execute(ended).rowcount)  # type: ignore[attr-defined]


def id_of(secret: str) -> str:
    """Under which id something is kept that only a secret opens: a cookie, or the link of a mail."""
    return hashlib.sha256(secret.encode()).hexdigest()
