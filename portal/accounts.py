"""Officers' accounts: who may publish for which agency, passwords, signing in."""

import re
import threading
from collections import deque
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Agency as AgencyName

from . import store
from .models import Agency, User

SHORTEST = 12
_MANY_FAILURES = 5  # of one account, before it has to wait
_LONGEST_WAIT = timedelta(minutes=15)
_ADDRESS_FAILURES, _ADDRESS_WINDOW = 30, timedelta(minutes=10)
_COMMON = ("password", "123456", "qwerty", "letmein", "welcome", "iloveyou", "matkhau", "abc123", "admin")

_hasher = PasswordHasher()
# Checked when there is no such account, so that the answer takes as long as for one there is.
_NOBODY = _hasher.hash("nobody has this password")


class AccountError(ValueError):
    """An account cannot be made or changed; the message says why and what to write."""


class TooManyTries(Exception):
    """Signing in has to wait; the message says how long."""


def check_password(password: str, email: str) -> None:
    """Raise AccountError for a password that is too short or too easy to guess."""
    if len(password) < SHORTEST:
        raise AccountError(
            _("The password has %(count)s characters; use at least %(least)s", count=len(password), least=SHORTEST)
        )
    lowered = password.lower()
    if lowered in (email.lower(), email.lower().partition("@")[0]) or len(set(lowered)) < 5:
        raise AccountError(_("The password is too easy to guess; use several words that do not belong together"))
    if any(lowered.startswith(word) and len(lowered) < len(word) + 8 for word in _COMMON):
        raise AccountError(_("The password is too easy to guess; use several words that do not belong together"))


def add_user(session: Session, *, email: str, name: str, agency: str, password: str, now: datetime) -> User:
    """Make an account. `agency` is the slug or the name of an agency; one that is not known yet is made known.

    Raises AccountError.
    """
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) or len(email) > 254:
        raise AccountError(_("“%(value)s” is not an e-mail address; write name@agency.example", value=email))
    if not name.strip():
        raise AccountError(_("The name is missing; say who the account is for"))
    if session.scalar(select(User).where(User.email == email)):
        raise AccountError(_("There is an account of %(email)s already", email=email))
    check_password(password, email)
    user = User(
        email=email,
        name=name.strip(),
        password=_hasher.hash(password),
        agency=_agency(session, agency, now),
        role="publisher",
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def _agency(session: Session, text: str, now: datetime) -> str:
    text = text.strip()
    if not text:
        raise AccountError(_("The agency is missing; give its name, or the last part of its address here"))
    if row := session.get(Agency, text):
        return row.merged_into or row.slug
    for row in session.scalars(select(Agency)):
        if text.casefold() in (name.casefold() for name in row.names.values()):
            return row.merged_into or row.slug
    agency = AgencyName.of(text)
    store.save_agency(session, agency, now)
    return agency.slug


def find_user(session: Session, email: str) -> User | None:
    """The account of an e-mail address."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def list_users(session: Session) -> list[User]:
    """Every account, by e-mail address."""
    return list(session.scalars(select(User).order_by(User.email)))


def set_password(session: Session, user: User, password: str) -> None:
    """Change a password; every session of before ends. Raises AccountError."""
    check_password(password, user.email)
    user.password = _hasher.hash(password)
    user.session_version += 1
    user.failed_sign_ins, user.locked_until = 0, None


def close(session: Session, user: User) -> None:
    """Close an account; its sessions end, what it published stays."""
    user.active = False
    user.session_version += 1


def session_id(user: User) -> str:
    """What a session remembers of its user. It is worth nothing once the password has changed."""
    return f"{user.id}:{user.session_version}"


def user_of(session: Session, remembered: str) -> User | None:
    """The user of a session, if the account is open and nothing ended the session since."""
    number, _colon, version = remembered.partition(":")
    user = session.get(User, int(number)) if number.isdigit() else None
    return user if user and user.active and str(user.session_version) == version else None


def sign_in(session: Session, email: str, password: str, now: datetime) -> User | None:
    """The user of that e-mail address and password; None if the two do not belong together.

    Raises TooManyTries after many failures, whether or not there is such an account behind it: the caller counts
    tries by address too, see Doorman.
    """
    user = find_user(session, email)
    if user and user.locked_until and user.locked_until > now:
        # The password is not looked at, but the answer takes as long.
        _matches(_NOBODY, password)
        return None
    fits = _matches(user.password if user else _NOBODY, password)
    if not user or not user.active:
        return None
    if not fits:
        user.failed_sign_ins += 1
        if user.failed_sign_ins >= _MANY_FAILURES:
            wait = timedelta(minutes=2 ** min(user.failed_sign_ins - _MANY_FAILURES, 8))
            user.locked_until = now + min(wait, _LONGEST_WAIT)
        return None
    user.failed_sign_ins, user.locked_until, user.last_sign_in = 0, None, now
    if _hasher.check_needs_rehash(user.password):
        user.password = _hasher.hash(password)
    return user


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


class Doorman:
    """Counts failures by address, in this process: who tries many accounts has to wait as well."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def check(self, address: str, now: datetime) -> None:
        """Raise TooManyTries if too many failures came from an address lately."""
        with self._lock:
            failures = self._failures.get(address, deque())
            while failures and now - failures[0] > _ADDRESS_WINDOW:
                failures.popleft()
            if len(failures) >= _ADDRESS_FAILURES:
                raise TooManyTries(_("There were too many tries from your network; try again in ten minutes"))

    def note(self, address: str, now: datetime) -> None:
        """Count one failure."""
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            self._failures.setdefault(address, deque(maxlen=_ADDRESS_FAILURES)).append(now)
