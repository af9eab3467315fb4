"""The second factor: a code of six digits that a device shows anew every 30 seconds (TOTP, RFC 6238), and eight codes
for the day when the device is lost, each good for once. The secret that the device shares lies sealed in the database."""

import hashlib
import hmac
import logging
import re
import secrets
from datetime import datetime, timedelta

import pyotp
import segno
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from .models import SecondFactor, User
from .sealing import Safe

_ISSUER = "Clerestory"
_STEP = 30  # seconds
_AROUND = 1  # steps that a device's clock may be off
_RECOVERY_CODES = 8
_BEGUN_FOR = timedelta(hours=1)
_log = logging.getLogger(__name__)


def new_secret() -> str:
    """A secret to share with a device."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """The secret as an address that authenticators read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def picture(secret: str, email: str) -> str:
    """The same as a QR code: the address of an image that the page carries itself."""
    return segno.make(address(secret, email), error="m").svg_data_uri(scale=5, border=3, light="white")


def begin(user: User, now: datetime, safe: Safe) -> str:
    """Begin to set it up, or go on: the secret to share with a device. It stays here, and is worth nothing until `set_up`."""
    secret = begun(user, now, safe)
    if secret is None:
        secret = new_secret()
        user.second = user.second or SecondFactor(user_id=user.id, secret="", step=0, recovery=[])
        user.second.begun, user.second.begun_at = safe.seal(secret, _begun(user)), now
    return secret


def begun(user: User, now: datetime, safe: Safe) -> str | None:
    """The secret of a set-up under way; None where there is none, or where it was begun too long ago."""
    row = user.second
    if row is None or row.begun_at is None or row.begun_at < now - _BEGUN_FOR:
        return None
    return safe.open(row.begun, _begun(user))


def set_up(user: User, secret: str, code: str, now: datetime, safe: Safe) -> list[str] | None:
    """Turn it on; returns the recovery codes, which are shown once. None where the code is not that of the secret."""
    step = _step_of(secret, code, now, 0)
    if step is None:
        return None
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(_RECOVERY_CODES)]
    user.second = row = user.second or SecondFactor(user_id=user.id)
    row.secret, row.step, row.recovery = safe.seal(secret, _place(user)), step, [_hash(code) for code in codes]
    row.begun, row.begun_at = "", None
    return codes


def turn_off(user: User) -> None:
    """Sign in with the password alone again."""
    user.second = None


def accept(user: User, code: str, now: datetime, safe: Safe) -> bool:
    """Whether a code is right. Each is right once: a second use, also by a listener within the same 30 seconds, is not."""
    session = object_session(user)
    # Read anew and held: what stands there may have been read before another sign-in used the same code.
    row = session.get(SecondFactor, user.id, with_for_update=True, populate_existing=True) if session else None
    if row is None or not row.secret:
        return False
    secret = safe.open(row.secret, _place(user))
    if secret is None:
        _log.error(
            "the second factor of account %s was sealed with a secret key that is not known here: set PORTAL_OLD_SECRET_KEYS, or use a "
            "recovery code, or clerestory users second-factor-off", user.id,
        )  # fmt: skip
    step = _step_of(secret, code, now, row.step) if secret else None
    if step is not None:
        row.step = step
        return True
    used = _hash(code)
    if used in row.recovery:
        row.recovery = [one for one in row.recovery if one != used]
        return True
    return False


def seal_anew(session: Session, safe: Safe) -> int:
    """Seal with the newest secret key what an older one sealed; afterwards the older one may go. Returns how many there were."""
    count = 0
    for row in session.scalars(select(SecondFactor).where(SecondFactor.secret != "")):
        place = f"second factor {row.user_id}"
        if not safe.is_newest(row.secret, place) and (secret := safe.open(row.secret, place)):
            row.secret, count = safe.seal(secret, place), count + 1
    return count


def _place(user: User) -> str:
    return f"second factor {user.id}"


def _begun(user: User) -> str:
    return f"second factor begun {user.id}"


def _step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    digits = re.sub(r"\s", "", code)
    if not secret or not re.fullmatch(r"[0-9]{6}", digits):
        return None
    current = int(now.timestamp()) // _STEP
    for step in range(current - _AROUND, current + _AROUND + 1):
        if step > after and hmac.compare_digest(pyotp.TOTP(secret).at(step * _STEP), digits):
            return step
    return None


def _hash(code: str) -> str:
    return hashlib.sha256(re.sub(r"[^0-9a-f]", "", code.lower()).encode()).hexdigest()
