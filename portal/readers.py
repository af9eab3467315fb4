"""What readers open and search for, as counts for the agencies whose records they are. Nobody is told apart, nothing is set in
anybody's browser, and words are written down only once they were searched for often."""

import hmac
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from . import catalogue
from .db import Database, wait_for_turn
from .models import Asked, Reads, RecordRow

OFTEN = 5  # times in a month, before words are kept
_KEPT = timedelta(days=400)
_EVERY = timedelta(minutes=1)
_MOST = 5000  # counts that wait to be written


class Tally:
    """Counts in this process, written down every minute. Losing some with the process is no harm."""

    def __init__(self, database: Database, key: str) -> None:
        self._database, self._key = database, key.encode()
        self._reads: Counter[tuple[date, str]] = Counter()
        self._asked: Counter[tuple[date, str, str]] = Counter()
        self._written: datetime | None = None
        self._lock = threading.Lock()

    def read(self, number: str, now: datetime) -> None:
        """Somebody opened a record's page."""
        with self._lock:
            if len(self._reads) < _MOST:
                self._reads[now.date(), number] += 1
        self._write_down(now)

    def asked(self, words: str, agencies: Iterable[str], now: datetime) -> None:
        """Somebody searched, and records of these agencies came first."""
        words = " ".join(words.casefold().split())[:200]
        with self._lock:
            if words and len(self._asked) < _MOST:
                for agency in set(agencies):
                    self._asked[now.date().replace(day=1), agency, words] += 1
        self._write_down(now)

    def _write_down(self, now: datetime) -> None:
        with self._lock:
            self._written = self._written or now
            if now < self._written + _EVERY:
                return
            self._written = now
        self.flush(now)

    def flush(self, now: datetime) -> None:
        """Write down what was counted. Where the database cannot be written to, it is counted on."""
        with self._lock:
            reads, asked = self._reads, self._asked
            self._reads, self._asked = Counter(), Counter()
        try:
            with self._database.write() as session:
                wait_for_turn(session, "readers")
                self._keep(session, reads, asked, now)
        except SQLAlchemyError:
            with self._lock:
                self._reads.update(reads)
                self._asked.update(asked)

    def _keep(self, session: Session, reads: Counter[tuple[date, str]], asked: Counter[tuple[date, str, str]], now: datetime) -> None:
        for (day, number), count in reads.items():
            row = session.get(Reads, (day, number)) or Reads(day=day, number=number, count=0)
            row.count += count
            session.add(row)
        for (month, agency, words), count in asked.items():
            id = hmac.digest(self._key, f"{agency}\n{month}\n{words}".encode(), "sha256").hex()
            one = session.get(Asked, id) or Asked(id=id, agency=agency, month=month, words="", count=0)
            one.count += count
            one.words = words if one.count >= OFTEN else ""
            session.add(one)
        session.execute(delete(Reads).where(Reads.day < (now - _KEPT).date()))
        session.execute(delete(Asked).where(Asked.month < (now - _KEPT).date()))


def most_read(session: Session, agency: str, since: date, limit: int = 5) -> list[tuple[RecordRow, int]]:
    """An agency's records that readers opened most often since a day, each with how often."""
    total = func.sum(Reads.count)
    query = (
        select(RecordRow, total)
        .join(Reads, Reads.number == RecordRow.number)
        .where(RecordRow.publisher.in_(catalogue.with_former(session, agency)), RecordRow.state == "published", Reads.day >= since)
        .group_by(RecordRow.id)
        .order_by(total.desc(), RecordRow.number)
        .limit(limit)
    )
    return [(row, int(count)) for row, count in session.execute(query)]


def most_asked(session: Session, agency: str, since: date, limit: int = 10) -> list[tuple[str, int]]:
    """The words that were searched for most often where an agency's records came first, since the month of a day."""
    total = func.sum(Asked.count)
    query = select(Asked.words, total).where(Asked.agency.in_(catalogue.with_former(session, agency)), Asked.words != "", Asked.month >= since.replace(day=1))
    return [(words, int(count)) for words, count in session.execute(query.group_by(Asked.words).order_by(total.desc(), Asked.words).limit(limit))]
