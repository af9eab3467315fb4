"""Files of records: where they lie, whether they are still there, their words and the uploads under way."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class FileLink(Base):
    """A record links to a file: its address is in `file_checks`, under its hash."""

    __tablename__ = "file_links"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    url_hash: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class FileCheck(Base):
    """How an address that records link to stands. `state`: waiting, ok, broken, unknown.

    `code` says why it is not well (harvesters.linked). A failure is remembered (`failures`, `first_failed_at`) before
    the link is called broken. `expected`: the media type it should have; `media_type`, `size`: what it said last.
    """

    __tablename__ = "file_checks"

    url_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(300))
    expected: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(20), default="waiting", index=True)
    status: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(30), default="")
    failures: Mapped[int] = mapped_column(default=0)
    first_failed_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime]
    media_type: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_file_checks_next_host", "next_check_at", "host"),)


class KeptFile(Base):
    """A linked file that was taken, where its source's declaration says `keep_files`: under its hash, with its text.

    `fault`: why there is no text, or no file (harvesters.filetext; too_large, unavailable).
    """

    __tablename__ = "kept_files"

    url_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(300))
    pages: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(30), default="")
    kept_at: Mapped[datetime]


class FilePage(Base):
    """The text of one page of a kept file, counted from 1."""

    __tablename__ = "file_pages"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Upload(Base):
    """A record that an agency's officers prepare.

    `state`: draft; submitted (a reviewer looks at it); returned (with `note`); approved (`publish_at`: when it goes
    live by itself, else when somebody publishes it); published. `data` is what was typed, as typed, so that a draft
    with faults is kept too. `user_id`: who began it; `editors`: everybody who changed it since it was last published
    or approved. `submitted_by`, `decided_by`: who handed it in, who approved or returned it. `embargo`: the secret
    part of the address where invited readers may see it before `publish_at`. `edition` counts how often it was
    changed, last by `changed_by`; `open_by`: who had its form open, and when they were last seen there.
    """

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"))
    axis: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    files: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    number: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    editors: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    submitted_by: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    embargo: Mapped[str | None] = mapped_column(String(32), unique=True)
    edition: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_by: Mapped[int | None]
    open_by: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

    __table_args__ = (Index("ix_uploads_agency_state", "agency", "state"),)


class StoredFile(Base):
    """A file the portal keeps under its hash."""

    __tablename__ = "files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    # Set when a published record links to it: before, only who uploaded it may see it.
    public: Mapped[bool] = mapped_column(default=False)
    # What was found in it (portal.leaks); None where nobody looked.
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class Look(Base):
    """The look into a file: asked for, under way, done.

    `state`: waiting, looking, done, failed (broken off three times: the file's report says so). `name`: what the file is
    called. `owner`: the process that looks, and `seen_at` when it began; `claim` tells its look from every other one.
    `tries`: how often it was begun; `not_before`: when it may be begun again. What was found is in `files.report`.
    """

    __tablename__ = "looks"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(String(300), default="")
    claim: Mapped[str] = mapped_column(String(32), default="")
    seen_at: Mapped[datetime | None]
    not_before: Mapped[datetime]
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Holding(Base):
    """An agency sent a file, which takes so many bytes of its room, and called it so; empty where nobody wrote that down."""

    __tablename__ = "holdings"

    agency: Mapped[str] = mapped_column(String(100), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(300), default="", server_default="")


class Arrival(Base):
    """When a file of that content was sent last. Written before it is kept: nothing that has just come is cleared away.
    `unneeded_at`: since when nothing refers to it."""

    __tablename__ = "arrivals"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    unneeded_at: Mapped[datetime | None]
