"""Passwords: which ones are taken, and how they are kept. Argon2id, with parameters that may grow."""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 500
_ESTIMATED, _LEAST_SCORE = 72, 3
# RFC 9106's second choice: three rounds over 64 MB in four lanes.
_hasher = PasswordHasher()

# What the passwords that are tried first are made of: these words, digits, signs, and walks over the keyboard.
_COMMON = ["password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "matkhau", "letmein", "welcome", "iloveyou", "qwerty", "azerty", "admin", "administrator", "root", "login", "user", "guest", "test", "secret", "changeme", "default", "master", "superman", "batman", "dragon", "monkey", "sunshine", "princess", "football", "baseball", "shadow", "trustno1", "starwars", "whatever", "hello", "anhyeuem", "yeuem", "vietnam", "hanoi", "saigon", "abc", "asd", "zxc", "qaz", "wsx", "clerestory", "portal", "company", "office", "agency", "government", "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december", "spring", "summer", "autumn", "winter", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WALKS = (
    "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm",
)  # fmt: skip


class WeakPassword(ValueError):
    """A password is not taken; the message says why and what to write."""


def check(password: str, *personal: str) -> None:
    """Raise WeakPassword for what is too short, too long, among the common ones, or made of `personal` words
    (the e-mail address, the name)."""
    length = len(password)
    if length < SHORTEST:
        raise WeakPassword(_("The password has %(count)s characters; use at least %(least)s", count=length, least=SHORTEST))
    if length > LONGEST:
        raise WeakPassword(_("The password has %(count)s characters; use at most %(most)s", count=length, most=LONGEST))
    if _is_easy(_normal(password).casefold(), personal) or _is_known(password, personal):
        raise WeakPassword(_("This password is easy to guess; use several words that do not belong together"))


def _is_known(password: str, personal: tuple[str, ...]) -> bool:
    """Whether it is among, or hardly more than, the passwords of published breaches: zxcvbn brings the 30,000 most
    frequent ones along and estimates how many guesses are needed. Below 10^8 is what a stranger tries at leisure."""
    return int(zxcvbn(_normal(password)[:_ESTIMATED], [*personal])["score"]) < _LEAST_SCORE


def _is_easy(password: str, personal: tuple[str, ...]) -> bool:
    """Whether next to nothing is left when common words, the person's own, walks and repetitions are taken away."""
    rest = password
    own = (part for text in personal for part in (text.casefold(), *re.split(r"[\W_]+", text.casefold())))
    for word in sorted({*_COMMON, *(part for part in own if len(part) > 2)}, key=len, reverse=True):
        rest = rest.replace(word, " ")
    for piece in _pieces():
        rest = rest.replace(piece, " ")
    rest = re.sub(r"[\W\d_]+", "", rest)
    return len(set(rest)) < 4 or len(set(password)) < 5


@cache
def _pieces() -> tuple[str, ...]:
    """Walks over the keyboard and the alphabet of four keys, both ways."""
    walks = [way for walk in _WALKS for way in (walk, walk[::-1])]
    return tuple(walk[start : start + 4] for walk in walks for start in range(len(walk) - 3))


def spend(memory: int) -> None:
    """How many MB a hash takes from now on, in this process. Those kept with another cost still fit, and are made
    anew when their person signs in (`is_outdated`)."""
    global _hasher
    if _hasher.memory_cost != memory * 1024:
        _hasher = PasswordHasher(memory_cost=memory * 1024)
        _nobody.cache_clear()


def keep(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(_normal(password))


def fits(kept: str, password: str) -> bool:
    """Whether it is the password of that hash. Takes a noticeable time, by intent."""
    try:
        return _hasher.verify(kept, _normal(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def fits_nobody(password: str) -> bool:
    """Takes as long as `fits`, for an account that does not exist or may not sign in now. Always False."""
    fits(_nobody(), password)
    return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _normal(password: str) -> str:
    # One keyboard sends ế as one letter, another as three: the same password all the same.
    return unicodedata.normalize("NFKC", password)
