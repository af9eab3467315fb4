"""Answers that are kept for a day, so that a request that is sent twice does something once."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .db import wait_for_turn
from .models import KeptAnswer

__all__ = ["KeptAnswer", "find", "keep", "look"]

_FOR = timedelta(days=1)
_HEADERS = ("Content-Type", "ETag", "Location", "Cache-Control")


def find(session: Session, api_key: str, key: str, now: datetime) -> KeptAnswer | None:
    """What a request with that idempotency key was answered. The same key waits here while it is being answered."""
    wait_for_turn(session, f"reply {_id(api_key, key)}")
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < now - _FOR))
    return session.get(KeptAnswer, _id(api_key, key))


def look(session: Session, api_key: str, key: str, now: datetime) -> KeptAnswer | None:
    """The same without waiting, and without writing anything."""
    row = session.get(KeptAnswer, _id(api_key, key))
    return row if row and row.created_at >= now - _FOR else None


def keep(session: Session, api_key: str, key: str, asked: str, answer: Response, now: datetime) -> None:
    """Keep an answer; `asked` is a hash of the request."""
    headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
    session.add(KeptAnswer(id=_id(api_key, key), request=asked, status=answer.status_code, headers=headers, body=answer.get_data(as_text=True),
                           created_at=now))  # fmt: skip


def _id(api_key: str, key: str) -> str:
    return hashlib.sha256(f"{api_key}\n{key}".encode()).hexdigest()
