"""What the desk keeps: bulk uploads, readers in sum, mails and the log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Bulk(Base):
    """A table of records that an agency sends at once.

    `state`: new (its columns wait to be matched), checking, checked, submitted (another person has to approve it),
    publishing, published, undoing, undone, failed. `file`: the hash it is kept under. `columns`: what each column of the
    file means, by its name. `fixed`: what holds for every row. `done`: rows that the present step is through with.
    `counts`: rows by what became of them, or would (good, bad, new, changed, unchanged; left: not undone, because
    changed since). `faults`: the first of them, as [row, column, value, message]. `findings`: what was found in the words.
    `owner`: the process that works on it, and `seen_at` when it last said so.
    """

    __tablename__ = "bulks"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(24), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"), index=True)
    axis: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(10))
    columns: Mapped[dict[str, Any]]
    fixed: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    only_whole: Mapped[bool] = mapped_column(default=True)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]
    faults: Mapped[list[Any]] = mapped_column(JSON, default=list)
    findings: Mapped[list[Any]] = mapped_column(JSON, default=list)
    report: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    fault: Mapped[str] = mapped_column(Text, default="")
    approved_by: Mapped[int | None]
    owner: Mapped[str] = mapped_column(String(300), default="")
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class BulkRow(Base):
    """What a row of a table did: to which record, and the versions it had before (0: none) and after."""

    __tablename__ = "bulk_rows"

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulks.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(String(12), primary_key=True)
    before: Mapped[int]
    after: Mapped[int]
    undone: Mapped[bool] = mapped_column(default=False)


class Reads(Base):
    """How often readers opened a record's page on one day. Nobody is told apart."""

    __tablename__ = "reads"

    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Asked(Base):
    """How often words were searched for in a month where an agency's records came first. `id` is a keyed hash of agency,
    month and words; the words themselves are kept only once they were asked often."""

    __tablename__ = "asked"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agency: Mapped[str] = mapped_column(String(100), index=True)
    month: Mapped[date]
    words: Mapped[str] = mapped_column(String(200), default="")
    count: Mapped[int] = mapped_column(default=0)


class Mail(Base):
    """A mail to be sent, or sent. `occasion` makes it one that is sent once: a second of the same is not written."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    fault: Mapped[str] = mapped_column(Text, default="")


class LogEntry(Base):
    """What somebody did: who, when, what and why. Written once: the database refuses to change or delete one.

    `seal` is a hash over the entry and the seal of the one before it, so that a gap or a change can be seen.
    """

    __tablename__ = "log_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(254))
    agency: Mapped[str] = mapped_column(String(100), index=True)
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]
    seal: Mapped[str] = mapped_column(String(64))


class CitedSearch(Base):
    """A list as it stood when somebody cited it. `list`: zipped JSON, pairs of number and version in their order."""

    __tablename__ = "cited_searches"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    total: Mapped[int]
    list: Mapped[bytes] = mapped_column(LargeBinary)
    cited_at: Mapped[datetime]
