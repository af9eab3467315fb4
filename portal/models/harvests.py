"""How records came: runs, what was rejected, leases and validators of sources."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Run(Base):
    """One harvest of one source.

    `state`: running; complete; partial (incremental or limited, ended well); suspect (kept what it got, withdrew
    nothing); failed (the agency was down or sent something else); interrupted (killed, or its lease ran out);
    stopped (by the operator); replaying, replayed (kept items are read again, without asking the agency).

    `continues`: the run whose work it went on with, and `carried`: how many records that one had seen. `checkpoint`:
    from where a later run can go on. `stop_asked`: why it is to end. `retry_at`: not to be tried again before.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    full: Mapped[bool]
    since: Mapped[datetime | None]
    limit: Mapped[int | None]
    owner: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expected: Mapped[int | None]
    received: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    # How many records of its source were published when it had ended.
    records: Mapped[int | None]
    # What was odd, in words; the code of each, in the same order; and what is worth knowing without being odd.
    flags: Mapped[list[str]] = mapped_column(default=list)
    flag_codes: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    notes: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    # Which fields its records had (harvesters.profile), for the next run to compare.
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    continues: Mapped[int | None]
    carried: Mapped[int] = mapped_column(default=0, server_default="0")
    checkpoint: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    stop_asked: Mapped[str] = mapped_column(Text, default="", server_default="")
    retry_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_runs_source_started", "source", "started_at"),)


class Issue(Base):
    """One rejected item of a run, with the reason and what the agency sent."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    identifier: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    raw: Mapped[str | None] = mapped_column(String(64))
    raw_type: Mapped[str | None] = mapped_column(String(200))


class Lease(Base):
    """At most one run per source, and one per host of agencies: who holds it, and until when."""

    __tablename__ = "leases"

    source: Mapped[str] = mapped_column(String(100), primary_key=True)
    host: Mapped[str | None] = mapped_column(String(300))
    run_id: Mapped[int]
    owner: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_leases_host", "host", unique=True),)


class ValidatorRow(Base):
    """What makes the next request of an address conditional, as long as the source is `declared` as it was then."""

    __tablename__ = "validators"

    source: Mapped[str] = mapped_column(String(100), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000), primary_key=True)
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    declared: Mapped[str] = mapped_column(String(64), default="")
