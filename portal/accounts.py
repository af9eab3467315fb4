"""Officers' accounts: opening and closing them, signing in, and who has to wait. To which agency an account belongs, and
in what role, is told by portal.members."""

import re
import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from harvesters.record import Agency as AgencyName

from . import audit, guessing, passwords, secondfactor, signins, store
from .db import Database, wait_for_turn
from .guessing import NOBODY, Asker, network_of
from .models import Agency, Invitation, Membership, Try, User
from .roles import ROLES
from .sealing import Safe

# Signs that mean something in the head of a mail stand in no address here.
_SIGN = r"[^@\s\x00-\x1f\x7f()<>\[\]:;,\"\\]"
_EMAIL = re.compile(rf"(?!.*=\?){_SIGN}+@{_SIGN}+\.{_SIGN}+")
_MANY_TRIES, _TRIES_WINDOW = 30, timedelta(minutes=10)  # from one address


class AccountError(ValueError):
    """An account cannot be made or changed; the message says why and what to write."""


class TooManyTries(Exception):
    """Too many tries to sign in came from one address; the message says when to try again."""


def add_user(
    session: Session, *, email: str, name: str, agency: str, password: str, now: datetime, role: str = "publisher", portal_admin: bool = False
) -> User:
    """Make an account of a member of an agency. `agency` is the slug or the name of an agency; one that is not known
    yet is made known. This is what `clerestory users add` calls. A portal admin may belong to none.

    Raises AccountError, passwords.WeakPassword among them.
    """
    if role not in ROLES:
        raise AccountError(_("“%(role)s” is not a role; use one of %(known)s", role=role, known=", ".join(ROLES)))
    user = open_account(session, email=email, name=name, password=password, now=now)
    user.portal_admin = portal_admin
    if agency.strip() or not portal_admin:
        user.agency = _agency(session, agency, now)
        session.add(Membership(user_id=user.id, agency=user.agency, role=role, created_at=now))
    audit.note(session, now, audit.OPERATOR, "account_opened", user.email, agency=user.agency or "", role=role, portal_admin=portal_admin)
    return user


def open_account(session: Session, *, email: str, name: str, password: str, now: datetime) -> User:
    """Make an account that belongs to no agency yet. Raises AccountError."""
    email = email.strip().lower()
    if not is_email(email):
        raise AccountError(_("“%(value)s” is not an e-mail address; write name@agency.example", value=email))
    if not name.strip():
        raise AccountError(_("The name is missing; say who the account is for"))
    if len(name.strip()) > 200:
        raise AccountError(_("The name has %(count)s characters; use at most 200", count=len(name.strip())))
    if find_user(session, email):
        raise AccountError(_("There is an account of %(email)s already", email=email))
    _check_password(password, email, name)
    user = User(email=email, name=" ".join(name.split()), password=passwords.keep(password), created_at=now, second=None)
    session.add(user)
    session.flush()
    return user


def is_email(text: str) -> bool:
    """Whether a text can be an e-mail address."""
    return len(text) <= 254 and bool(_EMAIL.fullmatch(text))


def _check_password(password: str, *personal: str) -> None:
    try:
        passwords.check(password, *personal)
    except passwords.WeakPassword as error:
        raise AccountError(str(error)) from None


def _agency(session: Session, text: str, now: datetime) -> str:
    """The slug of the agency that someone named by its slug or by one of its names."""
    text = text.strip()
    if not text:
        raise AccountError(_("The agency is missing; give its name, or the last part of its address here"))
    if row := session.get(Agency, text):
        return row.merged_into or row.slug
    for row in session.scalars(select(Agency).order_by(Agency.slug)):
        if text.casefold() in (name.casefold() for name in row.names.values()):
            return row.merged_into or row.slug
    agency = AgencyName.of(text)
    store.save_agency(session, agency, now)
    return agency.slug


def by_subject(session: Session, issuer: str, subject: str, email: str, is_verified: bool, now: datetime) -> User | None:
    """Who somebody is whom the provider of single sign-on vouches for: the account that was bound to that subject before, or,
    the first time, the one of an e-mail address that the provider has verified. None for anybody else, and for closed ones."""
    name = f"{issuer} {subject}"
    user = session.scalar(select(User).where(User.subject == name))
    if user is None and is_verified and len(name) <= 500:
        user = find_user(session, email)
        if user is None or user.subject is not None or not user.active:
            return None
        user.subject = name
        audit.note(session, now, audit.Actor.of(user), "single_sign_on_bound", user.email, subject=name)
    if user is None or not user.active:
        return None
    user.last_sign_in = now
    return user


def find_user(session: Session, email: str) -> User | None:
    """The account of an e-mail address."""
    email = email.strip().lower()
    return session.scalar(select(User).where(User.email == email)) if _EMAIL.fullmatch(email) else None


def list_users(session: Session) -> list[User]:
    """Every account, by e-mail address."""
    return list(session.scalars(select(User).order_by(User.email)))


def set_password(session: Session, user: User, password: str, but: str | None = None) -> None:
    """Change a password; every sign-in of before ends (`but` the one of that id). Raises AccountError."""
    _check_password(password, user.email, user.name)
    user.password = passwords.keep(password)
    guessing.forget(session, user.email)
    guessing.forget_devices(session, user.id)
    signins.end(session, user.id, but=but)
    # Links to choose a password that were asked for before are worth nothing, whoever has read those mails.
    asked = (Invitation.email == user.email, Invitation.purpose == "reset", Invitation.used_at.is_(None))
    session.execute(update(Invitation).where(*asked).values(used_at=Invitation.created_at).execution_options(synchronize_session=False))


def close(session: Session, user: User) -> None:
    """Close an account; its sign-ins end, what it published stays."""
    user.active = False
    guessing.forget_devices(session, user.id)
    signins.end(session, user.id)


def sign_in(database: Database, email: str, password: str, now: datetime, asker: Asker = NOBODY) -> User | None:
    """The user of that e-mail address and password; None if the two do not belong together, if the account is closed,
    or if who asks has to wait after many failures. Nothing in the answer, nor its time, tells which.

    The try is counted before the password is looked at, so that a hundred tries at once count as a hundred; and no
    transaction is open while it is looked at, which takes long.
    """
    with database.write() as session:
        user = find_user(session, email)
        may_try = guessing.may_try(session, email, user.id if user else None, asker, now)
    if user is None or not may_try or not user.active:
        passwords.fits_nobody(password)
        return None
    if not passwords.fits(user.password, password):
        return None
    with database.write() as session:
        user = session.get_one(User, user.id)
        if not user.has_second_factor:  # else the try ends well only with the second factor
            _forgive(session, user, asker, now)
        if passwords.is_outdated(user.password):
            user.password = passwords.keep(password)
    return user


def try_password(session: Session, user: User, password: str, now: datetime, asker: Asker = NOBODY) -> bool:
    """Whether it is this account's password; tries are counted as at the door."""
    if not user.active or not guessing.may_try(session, user.email, user.id, asker, now) or not passwords.fits(user.password, password):
        return False
    if not user.has_second_factor:
        _forgive(session, user, asker, now)
    return True


def second_step(database: Database, user_id: int, code: str, now: datetime, safe: Safe, asker: Asker = NOBODY) -> User | None:
    """The user, where the code of the second factor is right too; tries are counted as those of the password are."""
    with database.write() as session:
        user = session.get_one(User, user_id)
        if not user.active or not guessing.may_try(session, user.email, user.id, asker, now) or not secondfactor.accept(user, code, now, safe):
            return None
        _forgive(session, user, asker, now)
    return user


def is_known(database: Database, email: str, asker: Asker) -> bool:
    """Whether the asker's browser is one that somebody has signed in to this account with."""
    with database.read() as session:
        user = find_user(session, email)
        return guessing.known_device(session, user.id if user else None, asker) is not None


def _forgive(session: Session, user: User, asker: Asker, now: datetime) -> None:
    guessing.forgive(session, user.email, user.id, asker)
    user.last_sign_in = now


class Doorman:
    """Counts tries by address, in this process: who tries many accounts has to wait as well."""

    def __init__(self, most_addresses: int = 10_000) -> None:
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._most = most_addresses
        self._lock = threading.Lock()

    def let_in(self, address: str, now: datetime) -> None:
        """Count a try. Raises TooManyTries if too many came from that address lately."""
        with self._lock:
            tries = self._tries.setdefault(network_of(address), deque(maxlen=_MANY_TRIES))
            while tries and now - tries[0] > _TRIES_WINDOW:
                tries.popleft()
            if len(tries) >= _MANY_TRIES:
                raise TooManyTries(_("There were too many tries from your network; try again in ten minutes"))
            tries.append(now)
            self._tries.move_to_end(network_of(address))
            while len(self._tries) > self._most:
                self._tries.popitem(last=False)

    def forgive(self, address: str) -> None:
        """The last try succeeded: it does not count."""
        with self._lock:
            if tries := self._tries.get(network_of(address)):
                tries.pop()


class SharedDoorman:
    """The same, counted in the database: by all of the portal's processes together, and also after a restart."""

    def __init__(self, database: Database, door: str = "", most: int = _MANY_TRIES) -> None:
        """`door`: what is tried, where it is not to sign in; each door counts for itself, up to `most`."""
        self._database, self._door, self._most = database, door, most

    def let_in(self, address: str, now: datetime) -> None:
        """Count a try. Raises TooManyTries if too many came from that address lately."""
        network = self._kept_as(address)
        with self._database.write() as session:
            wait_for_turn(session, f"door {network}")
            session.execute(delete(Try).where(Try.at < now - _TRIES_WINDOW))
            if (session.scalar(select(func.count()).select_from(Try).where(Try.network == network)) or 0) >= self._most:
                raise TooManyTries(_("There were too many tries from your network; try again in ten minutes"))
            session.add(Try(network=network, at=now))

    def forgive(self, address: str) -> None:
        """The last try succeeded: it does not count."""
        last = select(func.max(Try.id)).where(Try.network == self._kept_as(address)).scalar_subquery()
        with self._database.write() as session:
            session.execute(delete(Try).where(Try.id == last).execution_options(synchronize_session=False))

    def _kept_as(self, address: str) -> str:
        return signins.id_of(f"{self._door} {network_of(address)}".strip())
