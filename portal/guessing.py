"""Who may try a password or a code now, so that guessing takes for ever and nobody is locked out by strangers.

Tries are counted by account and by who tries: a browser that somebody has signed in to this account with is known by a cookie of
its own (OWASP, "Slow Down Online Guessing Attacks with Device Cookies") and counts by itself; everybody else counts by their network.
After five tries the next one waits a minute, then two, four …; known devices at most fifteen minutes, networks at most an hour.
All strangers together have a hundred tries a day at one account. Who waits, and at what, is told to nobody; addresses without
an account are counted in the same way.
"""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from .db import wait_for_turn
from .models import Device, Guess
from .signins import id_of

COOKIE, REMEMBERED = "clerestory-device", timedelta(days=400)
_FREE = 5
_LONGEST = {True: timedelta(minutes=15), False: timedelta(hours=1)}  # of a known device, of a network
_OF_STRANGERS = 100
_OF_A_NETWORK = 25  # of those hundred, however patient it is
_FORGOTTEN = timedelta(days=1)
_MOST_IN_COOKIE, _MOST_DEVICES = 4, 20


@dataclass(frozen=True)
class Asker:
    """Who asks: their address on the network, and what the cookie of their browser holds."""

    address: str = ""
    devices: tuple[str, ...] = ()

    @classmethod
    def of(cls, address: str, cookie: str) -> "Asker":
        """As a request tells it."""
        return cls(address, tuple(part for part in cookie[:400].split(".")[:_MOST_IN_COOKIE] if part))


NOBODY = Asker()


def may_try(session: Session, email: str, user: int | None, asker: Asker, now: datetime) -> bool:
    """Count a try at an account as failed until `forgive`; False where it has to wait, which then costs nothing."""
    account = _account(email)
    wait_for_turn(session, f"guess {account}")
    session.execute(delete(Guess).where(Guess.at < now - _FORGOTTEN).execution_options(synchronize_session=False))
    device = known_device(session, user, asker)
    row = session.get(Guess, (account, _who(device, asker)), populate_existing=True)
    if row and row.waits_until and row.waits_until > now:
        return False
    if device is None and _of_strangers(session, account) >= _OF_STRANGERS:
        return False
    if row is None:
        row = Guess(account=account, asker=_who(device, asker), known=device is not None, tries=0, waits_until=None)
        session.add(row)
    row.tries, row.at = row.tries + 1, now
    if (over := row.tries - _FREE) >= 0:
        row.waits_until = now + min(timedelta(minutes=2 ** min(over, 8)), _LONGEST[row.known])
    return True


def forgive(session: Session, email: str, user: int, asker: Asker) -> None:
    """A try succeeded: those of before from there do not count. What strangers tried still does."""
    who = _who(known_device(session, user, asker), asker)
    session.execute(delete(Guess).where(Guess.account == _account(email), Guess.asker == who))


def forget(session: Session, email: str) -> None:
    """Somebody has shown in another way whose account it is: nothing of before counts."""
    session.execute(delete(Guess).where(Guess.account == _account(email)))


def known_device(session: Session, user: int | None, asker: Asker) -> str | None:
    """The id of the asker's browser, where somebody has signed in to this account with it before."""
    ids = [id_of(secret) for secret in asker.devices]
    # Also asked where there is no such account, so that it takes as long.
    return session.scalar(select(Device.id).where(Device.id.in_(ids), Device.user_id == (user or 0)).limit(1)) if ids else None


def know(session: Session, user: int, asker: Asker, now: datetime) -> str | None:
    """Know this browser from now on: what its cookie is to hold, or None where it holds it already."""
    device = known_device(session, user, asker)
    if device is not None:
        session.get_one(Device, device).seen_at = now
        return None
    secret = secrets.token_urlsafe(24)
    session.add(Device(id=id_of(secret), user_id=user, created_at=now, seen_at=now))
    session.flush()
    last = select(Device.id).where(Device.user_id == user).order_by(Device.seen_at.desc()).offset(_MOST_DEVICES)
    session.execute(delete(Device).where(Device.user_id == user, Device.id.in_(list(session.scalars(last)))))
    return ".".join((secret, *asker.devices[: _MOST_IN_COOKIE - 1]))


def forget_devices(session: Session, user: int, but: Sequence[str] = ()) -> None:
    """Know none of a user's browsers any more, `but` those whose cookies hold that."""
    session.execute(delete(Device).where(Device.user_id == user, Device.id.not_in([id_of(secret) for secret in but])))


def network_of(address: str) -> str:
    """Who has one IPv6 address has 2 to the 64 of them: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _of_strangers(session: Session, account: str) -> int:
    counted = func.sum(case((Guess.tries > _OF_A_NETWORK, _OF_A_NETWORK), else_=Guess.tries))
    return session.scalar(select(counted).where(Guess.account == account, Guess.known.is_(False))) or 0


def _who(device: str | None, asker: Asker) -> str:
    return id_of(f"device {device}" if device else f"network {network_of(asker.address)}")


def _account(email: str) -> str:
    return id_of(email.strip().lower())
