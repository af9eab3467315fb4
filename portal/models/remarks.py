"""What readers ask about records, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Remark(Base):
    """A reader's question or report on a record. Only what is `answered` is public.

    `secret`: the hash of what the reader's own address of it holds. `number`: the record, `version` what it was at when it
    was asked. `kind`: question, mistake, missing. `email`: only to tell the reader once; emptied when anything is decided.
    `text`: as it was sent; what an officer blanks out is gone from here, too. `state`: waiting, answered (in public),
    replied (by mail only), closed (for a `reason` of portal.remarks.REASONS). `changed_at`: when a public answer was last
    changed, if it was. `reminded_at`: when its agency was told that it waits for long.
    """

    __tablename__ = "remarks"
    __table_args__ = (
        Index("ix_remarks_agency_state", "agency", "state", "id"),
        Index("ix_remarks_number_state", "number", "state", "id"),
        Index("ix_remarks_state_decided", "state", "decided_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    agency: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254), default="")
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    answer: Mapped[str] = mapped_column(Text, default="")
    answer_language: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
