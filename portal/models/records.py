"""Agencies and what they published: records, versions, identifiers and relations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base

# States of records that no list and no search shows.
HIDDEN = ("unpublished", "merged")


_BEHIND = text("indexed_version < version")


_REPLACES = text("type IN ('supersedes', 'corrects')")


class Agency(Base):
    """Who publishes or decides. A merged or renamed one keeps its address and points on by `merged_into`."""

    __tablename__ = "agencies"

    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    names: Mapped[dict[str, Any]]
    parent: Mapped[str | None] = mapped_column(String(100))
    place: Mapped[str | None] = mapped_column(String(8))
    homepage: Mapped[str | None] = mapped_column(Text)
    identifiers: Mapped[list[str]] = mapped_column(default=list)
    merged_into: Mapped[str | None] = mapped_column(String(100))
    # Its officers publish nothing that another of them has not approved.
    two_persons: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    first_seen: Mapped[datetime]


class AgencyZone(Base):
    """The time zone that an agency set for itself (portal.zones): by its name in the IANA database."""

    __tablename__ = "agency_zones"

    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug", ondelete="CASCADE"), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))


class AgencyMove(Base):
    """Where an agency is since its sources said another place than before (ISO 3166). Its records may still name the former one:
    the place of an agency is nothing by which they count as changed."""

    __tablename__ = "agency_moves"

    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(20))


class RecordRow(Base):
    """A record as it is now: what it says (`data`), and its life."""

    __tablename__ = "records"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    source: Mapped[str] = mapped_column(String(100))
    identifier: Mapped[str] = mapped_column(String(500))
    # The declaration by which it came: its source's own, or that of another portal which has it.
    via: Mapped[str] = mapped_column(String(100), server_default="")
    axis: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    publisher: Mapped[str] = mapped_column(ForeignKey("agencies.slug"))
    issued_on: Mapped[date | None]
    demonstration: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    # Its life. `state`: published, withdrawn, unpublished, merged; `reason` says why it is not published, or
    # the number of the record that it was merged into.
    state: Mapped[str] = mapped_column(String(20), default="published")
    reason: Mapped[str] = mapped_column(Text, default="")
    # What its agency says to readers about this version, and the record that takes its place.
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    successor: Mapped[str | None] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    change: Mapped[str] = mapped_column(String(20), default="created")
    changed_at: Mapped[datetime]
    indexed_version: Mapped[int] = mapped_column(default=0)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    # How many complete runs in a row did not see it, and the last run that did.
    missed: Mapped[int] = mapped_column(default=0)
    seen_by_run: Mapped[int | None]
    raw: Mapped[str | None] = mapped_column(String(64))
    raw_url: Mapped[str | None] = mapped_column(Text)
    raw_type: Mapped[str | None] = mapped_column(String(200))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        UniqueConstraint("source", "identifier"),
        Index("ix_records_axis_issued", "axis", "issued_on"),
        Index("ix_records_publisher_issued", "publisher", "issued_on"),
        Index("ix_records_via_run", "via", "seen_by_run"),
        Index("ix_records_changed", "changed_at", "id"),
        Index("ix_records_first_seen", "first_seen"),
        Index("ix_records_issued", "issued_on"),
        # The home page counts every record: from this index alone, without touching what the records say.
        Index("ix_records_counted", "state", "axis", "publisher", "via"),
        Index("ix_records_demonstration", "demonstration"),
        # What follows the records by version asks this index alone.
        Index("ix_records_followed", "axis", "version", "id"),
        # How far search is behind is one COUNT over the few rows in this index.
        Index("ix_records_behind", "id", sqlite_where=_BEHIND, postgresql_where=_BEHIND),
        # Which records were not read for citations yet is asked of this index alone.
        Index("ix_records_id_version", "id", "version"),
    )


class Revision(Base):
    """What a record said before: a copy of the columns that the next version replaced."""

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    version: Mapped[int]
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    change: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime]
    raw: Mapped[str | None] = mapped_column(String(64))
    raw_url: Mapped[str | None] = mapped_column(Text)
    changed_by: Mapped[int | None]

    __table_args__ = (UniqueConstraint("record_id", "version"),)


class RelationRow(Base):
    """One relation of a record. `target_number` where it is known; else `target_identifier`, folded, finds it.

    `origin`: who says so. Nothing: the record itself; "machine": a citation in its words was recognised with certainty;
    "desk": an officer confirmed one that was doubtful. Only the first kind goes when the record says something else.
    """

    __tablename__ = "relations"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(20))
    target_number: Mapped[str | None] = mapped_column(String(12), index=True)
    target_identifier: Mapped[str | None] = mapped_column(String(500), index=True)
    origin: Mapped[str] = mapped_column(String(10), default="", server_default="")

    # Which records took the place of others is read at once, whatever the number of other relations.
    __table_args__ = (Index("ix_relations_replacing", "type", "record_id", sqlite_where=_REPLACES, postgresql_where=_REPLACES),)


class IdentifierRow(Base):
    """Every identifier a record is known by, folded: case, marks and hyphens do not count."""

    __tablename__ = "identifiers"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), index=True)
    value: Mapped[str] = mapped_column(String(500), index=True)


class Redirect(Base):
    """A number that leads to another record: its source gave it another identifier, or merged it into another one."""

    __tablename__ = "redirects"

    number: Mapped[str] = mapped_column(String(12), primary_key=True)
    target: Mapped[str] = mapped_column(String(12), index=True)
    identifier: Mapped[str] = mapped_column(String(500))
    # The former identifier as IdentifierRow has it: who names the thing by it is led here too.
    folded: Mapped[str] = mapped_column(String(500), default="", server_default="", index=True)
    made_at: Mapped[datetime]


class State(Base):
    """Small facts the portal remembers about itself, such as when search last caught up."""

    __tablename__ = "state"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[dict[str, Any]]


class Gone(Base):
    """A page removed from search since: what the index must still forget."""

    __tablename__ = "gone"

    document: Mapped[str] = mapped_column(String(200), primary_key=True)
