"""What is worked out from records: completeness, citations, promises, decisions and their people."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class CompletenessCount(Base):
    """Of one agency's records on an axis: how many should have a part (`portal.completeness`), and how many have it."""

    __tablename__ = "completeness_counts"

    publisher: Mapped[str] = mapped_column(String(100), primary_key=True)
    axis: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    expected: Mapped[int]
    present: Mapped[int]
    counted_at: Mapped[datetime]


class CitationRow(Base):
    """A citation that was found in a record's words (harvesters.citations), each thing that is named once a record.

    `state`: waiting (nothing here is known by that name yet), found (certain: a relation by the portal itself), doubtful
    (waits at the agency's desk), accepted, refused (an officer said so), stated (the record says it itself). `field`:
    where in the record it stands ("body", "legal_basis/2", "file:<sha256>/3"), from letter `start` to `end`; `count`:
    how often. `target_number`: the record it leads to, or would; `candidates`: how many may be meant. `recognised`: that it
    is a citation, `confidence`: that it leads there, in a hundred, for `reasons`. `publisher`: of the citing record.
    `stale`: to be matched anew, because something came or went that is known by that name.
    """

    __tablename__ = "citations"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), index=True)
    publisher: Mapped[str] = mapped_column(String(100))
    jurisdiction: Mapped[str] = mapped_column(String(60))
    scheme: Mapped[str] = mapped_column(String(60))
    within: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(300))
    carried_as: Mapped[list[str]] = mapped_column(JSON)
    field: Mapped[str] = mapped_column(String(100))
    start: Mapped[int]
    end: Mapped[int]
    count: Mapped[int] = mapped_column(default=1)
    passage: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(String(20))
    cue: Mapped[str] = mapped_column(String(120))
    dated: Mapped[str] = mapped_column(String(10))
    recognised: Mapped[int]
    confidence: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    target_number: Mapped[str | None] = mapped_column(String(12), index=True)
    candidates: Mapped[int] = mapped_column(default=0)
    stale: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    __table_args__ = (
        Index("ix_citations_state_publisher", "state", "publisher", "id"),
        Index("ix_citations_stale", "id", sqlite_where=text("stale = 1"), postgresql_where=text("stale")),
    )


class CitationKey(Base):
    """An identifier, folded, under which a record may be known that a citation names. `weak`: it says too little alone."""

    __tablename__ = "citation_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    citation_id: Mapped[int] = mapped_column(ForeignKey("citations.id", ondelete="CASCADE"), index=True)
    value: Mapped[str] = mapped_column(String(500), index=True)
    weak: Mapped[bool] = mapped_column(default=False)


class CitationName(Base):
    """What a record may be cited as by its title, folded, beside its identifiers."""

    __tablename__ = "citation_names"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str] = mapped_column(String(500), primary_key=True, index=True)


class CitationState(Base):
    """Which version of a record was read for citations, and by which patterns: linking follows the database."""

    __tablename__ = "citation_states"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    patterns: Mapped[str] = mapped_column(String(16))


class LinkDecision(Base):
    """What an officer said of a proposed link between two records, by their numbers: accepted or refused. It stays,
    whatever is found later."""

    __tablename__ = "link_decisions"

    record_number: Mapped[str] = mapped_column(String(12), primary_key=True)
    target_number: Mapped[str] = mapped_column(String(12), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class PromiseRow(Base):
    """A promise on the outcome clock: a figure or a report that is owed on a day (`portal.promises`).

    `key`: what it is among the record's promises, the same from version to version. `kind`: target (a policy's, with a
    value to reach), report (a policy's, to its `addressee`) or figure (what an outcome owes next). `due` as stated, `due_on` its
    last day, `first_due_on` the day that was stated first; days are those of `zone`, the agency's, or of the portal's own where it is
    nothing (portal.zones). `named`: the folded words by which a target names the
    outcome that measures it; `outcome`: the number of the one that does. `reported_on` is None where the day is not known; `how` it
    is known: seen (by this portal) or stated (by the outcome). `dropped`: why nothing is owed any more.
    """

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    agency: Mapped[str] = mapped_column(String(100))
    what: Mapped[str] = mapped_column(Text)
    due: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    named: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[str | None] = mapped_column(String(12), index=True)
    reported: Mapped[bool]
    reported_on: Mapped[date | None]
    how: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(10))
    dropped: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    addressee: Mapped[str] = mapped_column(String(300), default="", server_default="")

    __table_args__ = (
        UniqueConstraint("record_id", "key"),
        Index("ix_promises_due", "due_on", "id"),
        Index("ix_promises_agency_due", "agency", "due_on"),
        Index("ix_promises_named", "named"),
        Index("ix_promises_number", "number"),
    )


class PromiseMark(Base):
    """Up to which version of a record the promises are known."""

    __tablename__ = "promise_marks"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]


class Decided(Base):
    """What sums and voting records ask of a decision, one row each: written with the record (portal.parties).

    `value`: the exact amount as text, since no database type holds it alike in both; None where none is stated.
    `subjects`: codes between spaces. `majority`: which side of the vote was the larger: for, against, tie; nothing where
    the counts of neither side are known. `number`, `type`, `publisher` and `year` (nothing where undated) as in the record's
    own row, so that a hundred thousand decisions are added up from this narrow table alone. `other_side`: the actor on the
    other side, 0 where there are several, None where none is stated.
    """

    __tablename__ = "decided"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    subjects: Mapped[str] = mapped_column(String(500), default="")
    majority: Mapped[str] = mapped_column(String(10), default="")
    number: Mapped[str] = mapped_column(String(12), index=True, server_default="")
    type: Mapped[str] = mapped_column(String(40), server_default="")
    publisher: Mapped[str] = mapped_column(String(100), server_default="")
    year: Mapped[str] = mapped_column(String(4), server_default="")
    other_side: Mapped[int | None]


class Actor(Base):
    """Somebody with a page: a person or a body of one agency, or a supplier. `role`: person, body, supplier.

    `slug` follows from what makes it this one and no other (portal.parties): agency and name, or a register's number, or
    country and name. `name` is how it was written first. `folded`: the name without marks and legal form, by which the like
    are found; it makes nobody the same. An actor stays when its last record goes; nobody sees it then.
    """

    __tablename__ = "actors"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(500))
    folded: Mapped[str] = mapped_column(String(500))
    agency: Mapped[str] = mapped_column(String(100), default="")
    identifier: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (UniqueConstraint("role", "slug"), Index("ix_actors_role_folded", "role", "folded", "slug"))


class Party(Base):
    """An actor in a decision. `did`: voted, named (among those who decided), decided (a body), other_side.

    `name`: as it is written there. `choice`, `said`, `party`, `office`, `district`: of a vote, on that day. `value`,
    `currency`: the share of a supplier: its own, or the whole amount where it is alone; None where it is not known.
    """

    __tablename__ = "parties"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    position: Mapped[int]
    did: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(500))
    choice: Mapped[str] = mapped_column(String(10), default="")
    said: Mapped[str] = mapped_column(String(100), default="")
    party: Mapped[str] = mapped_column(String(300), default="")
    office: Mapped[str] = mapped_column(String(300), default="")
    district: Mapped[str] = mapped_column(String(300), default="")
    value: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3), default="")

    __table_args__ = (Index("ix_parties_actor_record", "actor_id", "record_id"),)


class LinkBatch(Base):
    """Links that were judged together. `agency`: at whose desk, nothing at that of the whole portal; `verdict`: accepted or refused;
    `steps`: [record's number, target's number, the verdict before (nothing where there was none), its relation] each."""

    __tablename__ = "link_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    who: Mapped[str] = mapped_column(String(300))
    agency: Mapped[str] = mapped_column(String(100))
    verdict: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    steps: Mapped[list[list[str]]] = mapped_column(JSON)

    __table_args__ = (Index("ix_link_batches_agency_decided", "agency", "decided_at"),)
