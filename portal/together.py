"""Two people at one draft: each is told of the other, and nobody's words are overwritten unseen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from . import forms, members
from .forms.fields import in_form_order
from .models import Upload

_HERE = timedelta(seconds=90)  # since somebody's browser last said that the form is open
_NOTED_EVERY = timedelta(seconds=20)

Difference = tuple[str, str, str, str]  # field, what it is called, what stands there now, what was typed


def come(upload: Upload, user: int, now: datetime) -> None:
    """Somebody has the form open."""
    seen = upload.open_by.get(str(user))
    if seen is None or datetime.fromisoformat(seen) < now - _NOTED_EVERY:
        here = {who: at for who, at in upload.open_by.items() if datetime.fromisoformat(at) > now - _HERE}
        upload.open_by = here | {str(user): now.isoformat()}


def others(session: Session, upload: Upload, user: int, now: datetime) -> list[str]:
    """The names of those who have it open as well."""
    ids = {int(who) for who, at in upload.open_by.items() if int(who) != user and datetime.fromisoformat(at) > now - _HERE}
    return sorted(members.names_of(session, ids).values()) if ids else []


def is_overtaken(upload: Upload, edition: str, user: int) -> bool:
    """Whether somebody else changed the draft since the form with that edition was shown."""
    return edition.isascii() and edition.isdigit() and len(edition) < 9 and int(edition) != upload.edition and upload.changed_by not in (None, user)


def note_change(upload: Upload, user: int) -> None:
    """Somebody changed what it says."""
    upload.edition += 1
    upload.changed_by = user


def differences(upload: Upload, typed: Mapping[str, Any]) -> list[Difference]:
    """Where what somebody typed differs from what stands in the draft now."""
    there = {name: value for name, value in upload.data.items() if not name.startswith("_")}
    names = [name for name in there.keys() | typed.keys() if there.get(name, "") != typed.get(name, "")]
    return [(name, forms.label(name), _shown(there.get(name, "")), _shown(typed.get(name, ""))) for name in in_form_order(upload.axis, names)]


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
