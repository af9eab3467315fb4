"""The tables. What a record says is in `records.data`; the columns beside it are what queries ask for."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, stored as ISO 8601 text: the same bytes, sorting and precision in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


# States of records that no list and no search shows.
HIDDEN = ("unpublished", "merged")
_BEHIND = text("indexed_version < version")
_REPLACES = text("type IN ('supersedes', 'corrects')")


class Base(DeclarativeBase):
    # A migration can only change a constraint that has a name, and each database would invent another one.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}


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


        # Sums read what they need of a hundred thousand decisions from this index alone.
        Index("ix_records_summed", "axis", "state", "number", "type", "publisher", "issued_on"),
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
    made_at: Mapped[datetime]


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


class User(Base):
    """An account. `agency`: the one that the user acts for now, of those in `memberships`.

    `portal_admin`: may look after every agency. `totp`: the secret of the second factor, once it is set up, and
    `totp_step`: the last code's step, so that no code works twice. `recovery`: hashes of codes for a lost device.
    `subject`: who it is to the provider of single sign-on (issuer and subject).
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str | None] = mapped_column(ForeignKey("agencies.slug"))
    portal_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_sign_in: Mapped[datetime | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    totp: Mapped[str] = mapped_column(String(64), default="", server_default="")
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    recovery: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    subject: Mapped[str | None] = mapped_column(String(500), unique=True, index=True)


class Membership(Base):
    """Who belongs to an agency, and in what role (portal.roles)."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class SignedIn(Base):
    """One browser that somebody signed in with. `id` is the hash of what its cookie holds."""

    __tablename__ = "signed_in"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60), default="")
    browser: Mapped[str] = mapped_column(String(300), default="")


class Invitation(Base):
    """A link sent by mail, good for once and for a time. `purpose`: join (an agency, in a role), reset (a password).
    `id` is the hash of what the link holds."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254), index=True)
    agency: Mapped[str | None] = mapped_column(ForeignKey("agencies.slug"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="")
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key with which a program writes for an agency. `id` is the hash of the key; `shown` its first letters.

    `user_id`: whose it is: the key may do what they may. None: a service's key, which may do what its scopes say
    whoever comes and goes; `made_by` made it.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    shown: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str] = mapped_column(String(60), default="")
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """What a request was answered that carried an idempotency key, so that the same request again does nothing again.
    `id`: a hash over the API key and the idempotency key; `request`: one over the address and the body."""

    __tablename__ = "kept_answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


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


class CitedSearch(Base):
    """A list as it stood when somebody cited it. `list`: zipped JSON, pairs of number and version in their order."""

    __tablename__ = "cited_searches"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    total: Mapped[int]
    list: Mapped[bytes] = mapped_column(LargeBinary)
    cited_at: Mapped[datetime]


class State(Base):
    """Small facts the portal remembers about itself, such as when search last caught up."""

    __tablename__ = "state"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[dict[str, Any]]


class Gone(Base):
    """A page removed from search since: what the index must still forget."""

    __tablename__ = "gone"

    document: Mapped[str] = mapped_column(String(200), primary_key=True)


class CompletenessCount(Base):
    """Of one agency's records on an axis: how many should have a part (`portal.completeness`), and how many have it."""

    __tablename__ = "completeness_counts"

    publisher: Mapped[str] = mapped_column(String(100), primary_key=True)
    axis: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    expected: Mapped[int]
    present: Mapped[int]
    counted_at: Mapped[datetime]


class Try(Base):
    """A try to sign in that has not succeeded: the hash of the network it came from, and when. Kept for ten minutes."""

    __tablename__ = "tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


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
    value to reach), report (a policy's, without) or figure (what an outcome owes next). `due` as stated, `due_on` its
    last day, `first_due_on` the day that was stated first. `named`: the folded words by which a target names the
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
    the counts of neither side are known.
    """

    __tablename__ = "decided"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    subjects: Mapped[str] = mapped_column(String(500), default="")
    majority: Mapped[str] = mapped_column(String(10), default="")


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
