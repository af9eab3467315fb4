"""The second factor: a code of six digits that a device shows anew every 30 seconds (TOTP, RFC 6238), and eight codes
for the day when the device is lost, each good for once."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno

from .models import User

_ISSUER = "Clerestory"
_STEP = 30  # seconds
_AROUND = 1  # steps that a device's clock may be off
_RECOVERY_CODES = 8


def new_secret() -> str:
    """A secret to share with a device."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """The secret as an address that authenticators read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def picture(secret: str, email: str) -> str:
    """The same as a QR code: the address of an image that the page carries itself."""
    return segno.make(address(secret, email), error="m").svg_data_uri(scale=5, border=3, light="white")


def set_up(user: User, secret: str, code: str, now: datetime) -> list[str] | None:
    """Turn it on; returns the recovery codes, which are shown once. None where the code is not that of the secret."""
    step = _step_of(secret, code, now, 0)
    if step is None:
        return None
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(_RECOVERY_CODES)]
    user.totp, user.totp_step, user.recovery = secret, step, [_hash(code) for code in codes]
    return codes


def turn_off(user: User) -> None:
    """Sign in with the password alone again."""
    user.totp, user.totp_step, user.recovery = "", 0, []


def accept(user: User, code: str, now: datetime) -> bool:
    """Whether a code is right. Each is right once: a second use, also by a listener within the same 30 seconds, is not."""
    step = _step_of(user.totp, code, now, user.totp_step)
    if step is not None:
        user.totp_step = step
        return True
    used = _hash(code)
    if user.totp and used in user.recovery:
        user.recovery = [one for one in user.recovery if one != used]
        return True
    return False


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
