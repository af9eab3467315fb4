"""Mails to officers: each in the language in which its officer signed in last, with links to pages of that language."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from . import mail
from .models import User


@contextmanager
def in_language_of(user: User) -> Iterator[None]:
    """What is said within is said in the officer's language."""
    with force_locale(user.language):
        yield


def address(base: str, user: User, path: str) -> str:
    """A page's address as the officer reads the portal. `base`: the portal's own address."""
    return f"{base}{'' if user.language == 'en' else f'/{user.language}'}{path}"


def write(session: Session, user: User, base: str, subject: str, body: str, now: datetime, occasion: str = "") -> bool:
    """Have a mail sent to an officer, with a line on why it comes; `occasion` as for `mail.write`."""
    with in_language_of(user):
        why = _("This portal wrote to you because you have an account here. Your desk: %(link)s", link=address(base, user, "/publish/"))
    return mail.write(session, user.email, subject, f"{body}\n\n-- \n{why}", now, occasion)
