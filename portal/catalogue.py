"""The reads: records with their relations and history, agencies, sources, counts. SQL about records ends here.

Everything returned is a plain frozen value; templates and feeds may keep it as long as they like.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import and_, false, func, or_, select, text
from sqlalchemy.orm import Session

from harvesters.record import Decision, Outcome, Policy, Relation, read_record, show_number

from .models import HIDDEN, Agency, IdentifierRow, Issue, RecordRow, Redirect, RelationRow, Revision, Run
from .store import fold_identifier

AnyRecord = Decision | Policy | Outcome
Order = Literal[
    "as_given", "number", "number_desc", "changed", "changed_desc", "seen", "seen_desc", "title", "title_desc"
]
_ORDERS: dict[Order, tuple[Any, ...]] = {
    "as_given": (RecordRow.id,),
    "number": (RecordRow.number,),
    "number_desc": (RecordRow.number.desc(),),
    "changed": (RecordRow.changed_at, RecordRow.number),
    "changed_desc": (RecordRow.changed_at.desc(), RecordRow.number),
    "seen": (RecordRow.first_seen, RecordRow.number),
    "seen_desc": (RecordRow.first_seen.desc(), RecordRow.number),
    "title": (RecordRow.title, RecordRow.number),
    "title_desc": (RecordRow.title.desc(), RecordRow.number),
}


@dataclass(frozen=True)
class Entry:
    """A record as it is now, with its life. `record` is the validated Record; `data` the same as JSON data."""

    id: int
    number: str
    data: dict[str, Any]
    state: str
    reason: str
    version: int
    change: str
    changed_at: datetime
    first_seen: datetime
    last_seen: datetime
    withdrawn_at: datetime | None
    issued_on: date | None
    demonstration: bool
    raw: str | None
    raw_url: str | None
    note: str
    successor: str | None

    @cached_property
    def record(self) -> AnyRecord:
        return read_record(self.data)

    @property
    def relations(self) -> list[Relation]:
        """What `record.relations` says, without validating the rest of the record."""
        return [Relation.model_validate(relation) for relation in self.data.get("relations", ())]

    @property
    def shown_number(self) -> str:
        """The number in groups of four."""
        return show_number(self.number)

    @property
    def axis(self) -> str:
        return str(self.data["axis"])

    @property
    def type(self) -> str:
        return str(self.data["type"])

    @property
    def source(self) -> str:
        return str(self.data["source"])

    def text(self, field: str, language: str) -> tuple[str, str]:
        """`title`, `summary` or `body` in `language` where the record has it, else in its own; with the
        language it is in: ("Nghị quyết …", "vi")."""
        translation = self.data.get("translations", {}).get(language)
        if language != self.data["language"] and translation and translation.get(field):
            return str(translation[field]), language
        return str(self.data.get(field, "")), str(self.data["language"])

    def title(self, language: str) -> str:
        return self.text("title", language)[0]

    def agency_name(self, language: str) -> str:
        names = self.data["publisher"]["names"]
        return str(names.get(language) or names.get("en") or next(iter(names.values())))


@dataclass(frozen=True)
class Link:
    """One relation as seen from a record. `inverse`: the other record points here. `entry` is the other record,
    None while it has not arrived; then `relation` says what is known of it. `origin`: nothing where the record says
    so itself, "machine" or "desk" where it was found in its words."""

    type: str
    inverse: bool
    relation: Relation | None
    entry: Entry | None
    origin: str = ""


@dataclass(frozen=True)
class Version:
    """What a record said from `changed_at` on. `change`: created, changed, withdrawn, returned, unpublished …"""

    version: int
    data: dict[str, Any]
    state: str
    reason: str
    change: str
    changed_at: datetime
    raw: str | None
    raw_url: str | None
    note: str = ""

    @cached_property
    def record(self) -> AnyRecord:
        return read_record(self.data)


@dataclass(frozen=True)
class Overview:
    """What is shown in all: how many records on each axis, from how many sources, and of each agency."""

    by_axis: dict[str, int]
    by_agency: dict[str, int]
    sources: int

    @property
    def total(self) -> int:
        return sum(self.by_axis.values())


@dataclass(frozen=True)
class AgencyCard:
    """An agency with what it published here."""

    slug: str
    names: dict[str, str]
    parent: str | None
    place: str | None
    homepage: str | None
    total: int
    by_axis: dict[str, int]
    newest: date | None

    def name(self, language: str) -> str:
        return self.names[self.name_language(language)]

    def name_language(self, language: str) -> str:
        """The language of the name that readers of `language` get."""
        return next((code for code in (language, "en") if self.names.get(code)), next(iter(self.names)))


def entry_of(row: RecordRow) -> Entry:
    """A row as a reader sees it."""
    return Entry(
        row.id, row.number, row.data, row.state, row.reason, row.version, row.change, row.changed_at, row.first_seen,
        row.last_seen, row.withdrawn_at, row.issued_on, row.demonstration, row.raw, row.raw_url, row.note, row.successor,
    )  # fmt: skip


_FIELDS = tuple(getattr(RecordRow, field.name) for field in fields(Entry))


def find(session: Session, number: str, *, past: bool = False) -> Entry | None:
    """The record of that number, whatever its state, or the one that an old number leads to; None if there is
    none. `past`: one that was merged into another is asked for itself."""
    row = session.scalar(select(RecordRow).where(RecordRow.number == number))
    if (row is None or (row.state == "merged" and not past)) and (redirect := session.get(Redirect, number)):
        row = session.scalar(select(RecordRow).where(RecordRow.number == redirect.target))
    return entry_of(row) if row else None


def former_numbers(session: Session, number: str) -> list[Redirect]:
    """The numbers that lead to this record because its source renumbered or merged it, oldest first."""
    return list(session.scalars(select(Redirect).where(Redirect.target == number).order_by(Redirect.made_at)))


def find_many(session: Session, numbers: Sequence[str]) -> list[Entry]:
    """The records of those numbers in that order; unknown and unpublished ones are left out."""
    # Columns instead of whole rows: long lists are streamed from here, and the session has nothing to remember.
    rows = session.execute(select(*_FIELDS).where(RecordRow.number.in_(numbers), RecordRow.state.not_in(HIDDEN)))
    by_number = {row.number: Entry(*row) for row in rows}
    return [by_number[number] for number in numbers if number in by_number]


def beginning_with(session: Session, typed: str, limit: int) -> list[Entry]:
    """Records whose number, here or at their source, begins like this; the shortest first."""
    ids = session.scalars(select(RecordRow.id).where(_begins(RecordRow.number, typed.upper().replace("-", ""))).limit(limit))
    known = select(IdentifierRow.record_id).where(_begins(IdentifierRow.value, fold_identifier(typed)))
    shortest = known.order_by(func.length(IdentifierRow.value), IdentifierRow.record_id).limit(limit * 3)
    found = list(dict.fromkeys([*ids, *session.scalars(shortest)]))[:limit]
    rows = session.execute(select(*_FIELDS).where(RecordRow.id.in_(found), RecordRow.state.not_in(HIDDEN)))
    entries = {row.id: Entry(*row) for row in rows}
    return [entries[one] for one in found if one in entries]


def _begins(column: Any, text: str) -> Any:
    # A range instead of LIKE, which no index serves on SQLite.
    return and_(column >= text, column < text[:-1] + chr(ord(text[-1]) + 1)) if text else false()


def each(session: Session, numbers: Iterable[str], batch: int = 500) -> Iterator[Entry]:
    """The records of those numbers, in their order, read some hundreds at a time: memory stays flat."""
    some: list[str] = []
    for number in numbers:
        some.append(number)
        if len(some) == batch:
            yield from find_many(session, some)
            some = []
    if some:
        yield from find_many(session, some)


def find_by_identifier(session: Session, identifier: str, source: str | None = None) -> list[Entry]:
    """The shown records that carry an identifier (their own or another), case and marks aside; oldest first."""
    query = (
        select(RecordRow)
        .join(IdentifierRow, IdentifierRow.record_id == RecordRow.id)
        .where(IdentifierRow.value == fold_identifier(identifier), RecordRow.state.not_in(HIDDEN))
        .order_by(RecordRow.id)
        .limit(20)
    )
    if source:
        query = query.where(RecordRow.source == source)
    return [entry_of(row) for row in session.scalars(query).unique()]


def find_by_identifiers(session: Session, identifiers: Iterable[str], source: str) -> dict[str, list[RecordRow]]:
    """A source's records that carry one of these identifiers, whatever their state, by the folded identifier."""
    folded = {fold_identifier(one) for one in identifiers} - {""}
    query = (
        select(IdentifierRow.value, RecordRow)
        .join(RecordRow, IdentifierRow.record_id == RecordRow.id)
        .where(IdentifierRow.value.in_(folded), RecordRow.source == source)
        .order_by(RecordRow.id)
    )
    found: dict[str, list[RecordRow]] = {}
    for value, row in session.execute(query):
        if row not in found.setdefault(value, []):
            found[value].append(row)
    return found


def newest(session: Session, axis: str | None = None, *, publisher: str | None = None,
           source: str | None = None, limit: int = 5) -> list[Entry]:  # fmt: skip
    """The newest published records by date of issue; undated ones last."""
    query = select(RecordRow).where(RecordRow.state == "published")
    for column, value in ((RecordRow.axis, axis), (RecordRow.publisher, publisher), (RecordRow.source, source)):
        if value:
            query = query.where(column == value)
    dated = query.where(RecordRow.issued_on.is_not(None)).order_by(RecordRow.issued_on.desc(), RecordRow.number)
    rows = list(session.scalars(dated.limit(limit)))
    if len(rows) < limit:
        undated = query.where(RecordRow.issued_on.is_(None)).order_by(RecordRow.number)
        rows += session.scalars(undated.limit(limit - len(rows)))
    return [entry_of(row) for row in rows]


def arrivals(session: Session, limit: int = 10) -> list[Entry]:
    """The records that came to the portal last."""
    query = select(RecordRow).where(RecordRow.state == "published")
    rows = session.scalars(query.order_by(RecordRow.first_seen.desc(), RecordRow.id.desc()).limit(limit))
    return [entry_of(row) for row in rows]


def has_demonstration(session: Session) -> bool:
    """Whether there are records of the demonstration."""
    return session.scalar(select(RecordRow.id).where(RecordRow.demonstration.is_(True)).limit(1)) is not None


def counts_by_axis(session: Session) -> dict[str, int]:
    """How many records are shown on each axis (every axis is named, with 0 where there are none)."""
    rows = session.execute(
        select(RecordRow.axis, func.count()).where(RecordRow.state == "published").group_by(RecordRow.axis)
    )
    return {"decision": 0, "policy": 0, "outcome": 0} | dict(rows.all())


def overview(session: Session) -> Overview:
    """The figures of the home page in one read; agencies with most records first."""
    rows = session.execute(
        select(RecordRow.axis, RecordRow.publisher, RecordRow.via, func.count())
        .where(RecordRow.state == "published")
        .group_by(RecordRow.axis, RecordRow.publisher, RecordRow.via)
    )
    by_axis, by_agency, sources = {"decision": 0, "policy": 0, "outcome": 0}, dict[str, int](), set[str]()
    for axis, publisher, source, count in rows:
        by_axis[axis] += count
        by_agency[publisher] = by_agency.get(publisher, 0) + count
        sources.add(source)
    ranked = sorted(by_agency.items(), key=lambda agency: (-agency[1], agency[0]))
    return Overview(by_axis, dict(ranked), len(sources))


def last_collected(session: Session) -> datetime | None:
    """When a run last ended that brought something: the freshness of the whole portal."""
    return session.scalar(select(func.max(Run.finished_at)).where(Run.state.in_(("complete", "partial", "suspect"))))


def most_linked(session: Session) -> Entry | None:
    """The published record that most others point to (two at least): the heart of a matter. A policy before any
    other: decisions carry it out and outcomes measure it."""
    by_number = (
        select(RecordRow.id, func.count().label("uses"))
        .join(RelationRow, RelationRow.target_number == RecordRow.number)
        .group_by(RecordRow.id)
    )
    by_identifier = (
        select(IdentifierRow.record_id, func.count().label("uses"))
        .join(RelationRow, RelationRow.target_identifier == IdentifierRow.value)
        .where(RelationRow.target_number.is_(None))
        .group_by(IdentifierRow.record_id)
    )
    uses: dict[int, int] = {}
    for query in (by_number, by_identifier):
        for record_id, count in session.execute(query.order_by(text("uses DESC")).limit(50)):
            uses[record_id] = uses.get(record_id, 0) + count
    used = [record_id for record_id, count in sorted(uses.items(), key=lambda use: (-use[1], use[0])) if count > 1]
    rows = session.scalars(select(RecordRow).where(RecordRow.id.in_(used), RecordRow.state == "published"))
    hearts = sorted(rows, key=lambda row: (row.axis != "policy", used.index(row.id)))
    return entry_of(hearts[0]) if hearts else None


def links(session: Session, entry: Entry) -> list[Link]:
    """A record's relations both ways: its own in their order, then those of records that point to it."""
    stated = _outgoing(session, entry)
    return stated + _found(session, entry, stated) + _incoming(session, entry)


def _outgoing(session: Session, entry: Entry) -> list[Link]:
    """The record's own relations, all resolved in two statements however many there are."""
    relations = entry.relations
    numbers = {relation.target_number for relation in relations if relation.target_number}
    words = {fold_identifier(relation.identifier) for relation in relations if not relation.target_number}
    by_number = _present(session, numbers) if numbers else {}
    by_word = _first_by_identifier(session, words) if words else {}

    def target(relation: Relation) -> Entry | None:
        if number := relation.target_number:
            return by_number.get(number)
        return by_word.get(fold_identifier(relation.identifier))

    return [Link(relation.type, False, relation, target(relation)) for relation in relations]


def _found(session: Session, entry: Entry, stated: Sequence[Link]) -> list[Link]:
    """Relations that were found in the record's words, but for those that it states itself."""
    rows = session.scalars(select(RelationRow).where(RelationRow.record_id == entry.id, RelationRow.origin != "").order_by(RelationRow.position)).all()
    present = _present(session, {row.target_number for row in rows if row.target_number}) if rows else {}
    known = {link.entry.number for link in stated if link.entry} | {entry.number}
    return [
        Link(row.type, False, Relation(type=row.type, number=row.target_number), target, row.origin)
        for row in rows
        if (target := present.get(row.target_number or "")) and target.number not in known
    ]


def _present(session: Session, numbers: set[str]) -> dict[str, Entry]:
    """The records of numbers, where an old one leads to the present one."""
    found = {entry.number: entry for entry in find_many(session, sorted(numbers))}
    if missing := numbers - found.keys():
        rows = session.scalars(select(Redirect).where(Redirect.number.in_(missing)))
        led = {row.number: row.target for row in rows}
        present = {entry.number: entry for entry in find_many(session, sorted(set(led.values())))} if led else {}
        found |= {old: present[target] for old, target in led.items() if target in present}
    return found


def _first_by_identifier(session: Session, words: Iterable[str]) -> dict[str, Entry]:
    """The oldest shown record by each folded identifier."""
    rows = session.execute(
        select(IdentifierRow.value, func.min(RecordRow.id))
        .join(RecordRow, RecordRow.id == IdentifierRow.record_id)
        .where(IdentifierRow.value.in_(words), RecordRow.state.not_in(HIDDEN))
        .group_by(IdentifierRow.value)
    )
    first = dict(rows.all())
    found = session.execute(select(*_FIELDS).where(RecordRow.id.in_(set(first.values()))))
    by_id = {row.id: Entry(*row) for row in found}
    return {value: by_id[record_id] for value, record_id in first.items()}


def _incoming(session: Session, entry: Entry) -> list[Link]:
    values = select(IdentifierRow.value).where(IdentifierRow.record_id == entry.id)
    rows = session.execute(
        select(RelationRow.type, RelationRow.origin, *_FIELDS)
        .join(RecordRow, RecordRow.id == RelationRow.record_id)
        .where(RecordRow.state.not_in(HIDDEN), RecordRow.id != entry.id)
        .where(
            or_(
                RelationRow.target_number == entry.number,
                # Not "IS NULL": SQLite would read every relation that names no number, however many there are.
                and_(func.coalesce(RelationRow.target_number, "") == "", RelationRow.target_identifier.in_(values)),
            )
        )
        .order_by(RecordRow.issued_on, RecordRow.number)
        .limit(200)
    )
    return [Link(kind, True, None, Entry(*fields), origin) for kind, origin, *fields in rows]


def versions(session: Session, entry: Entry) -> list[Version]:
    """Every version of a record, the newest first. The current one is among them."""
    past = session.scalars(
        select(Revision).where(Revision.record_id == entry.id).order_by(Revision.version.desc())
    )
    current = Version(
        entry.version, entry.data, entry.state, entry.reason, entry.change, entry.changed_at, entry.raw, entry.raw_url,
        entry.note,
    )
    return [current] + [
        Version(r.version, r.data, r.state, r.reason, r.change, r.changed_at, r.raw, r.raw_url, r.note) for r in past
    ]


def agency(session: Session, slug: str) -> AgencyCard | None:
    """An agency by its slug; a merged one's slug leads to the one it went into."""
    row = session.get(Agency, slug)
    if row and row.merged_into:
        row = session.get(Agency, row.merged_into)
    return next(iter(_cards(session, [row])), None) if row else None


def agencies(session: Session) -> list[AgencyCard]:
    """Every agency that published something here, those with most records first."""
    rows = session.scalars(select(Agency).where(Agency.merged_into.is_(None))).all()
    return sorted(_cards(session, rows), key=lambda card: (-card.total, card.slug))


def child_agencies(session: Session, slug: str) -> list[AgencyCard]:
    """The agencies below an agency, those with most records first."""
    rows = session.scalars(select(Agency).where(Agency.parent == slug, Agency.merged_into.is_(None))).all()
    return sorted(_cards(session, rows), key=lambda card: (-card.total, card.slug)) if rows else []


def agency_parents(session: Session) -> dict[str, str]:
    """The agency above each agency that has one; for a merged one, the agency that it went into."""
    query = select(Agency.slug, func.coalesce(Agency.merged_into, Agency.parent)).where(
        or_(Agency.parent.is_not(None), Agency.merged_into.is_not(None))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def sources_of(session: Session, publisher: str) -> dict[str, int]:
    """The sources that an agency's records came from, with how many, most first."""
    rows = session.execute(
        select(RecordRow.via, func.count())
        .where(RecordRow.publisher == publisher, RecordRow.state == "published")
        .group_by(RecordRow.via)
        .order_by(func.count().desc(), RecordRow.via)
    )
    return dict(rows.all())


def _cards(session: Session, rows: Sequence[Agency]) -> list[AgencyCard]:
    query = (
        select(RecordRow.publisher, RecordRow.axis, func.count(), func.max(RecordRow.issued_on))
        .where(RecordRow.state == "published")
        .group_by(RecordRow.publisher, RecordRow.axis)
    )
    if len(rows) == 1:
        query = query.where(RecordRow.publisher == rows[0].slug)
    axes: dict[str, dict[str, int]] = {}
    latest: dict[str, date] = {}
    for slug, axis, count, newest_on in session.execute(query):
        axes.setdefault(slug, {})[axis] = count
        if newest_on and newest_on > latest.get(slug, date.min):
            latest[slug] = newest_on
    return [
        AgencyCard(
            row.slug,
            row.names,
            row.parent,
            row.place,
            row.homepage,
            sum(axes.get(row.slug, {}).values()),
            axes.get(row.slug, {}),
            latest.get(row.slug),
        )
        for row in rows
    ]


def agency_names(session: Session, slugs: Iterable[str], language: str) -> dict[str, str]:
    """The names of agencies in `language`, by slug."""
    rows = session.scalars(select(Agency).where(Agency.slug.in_(list(slugs))))
    return {row.slug: row.names.get(language) or row.names.get("en") or next(iter(row.names.values())) for row in rows}


def counts_by_source(session: Session) -> dict[str, dict[str, int]]:
    """How many records each source has here, by state: {"papi": {"published": 63, "withdrawn": 1}}."""
    rows = session.execute(
        select(RecordRow.via, RecordRow.state, func.count()).group_by(RecordRow.state, RecordRow.via)
    )
    counts: dict[str, dict[str, int]] = {}
    for source, state, count in rows:
        counts.setdefault(source, {})[state] = count
    return counts


def runs(session: Session, source: str, limit: int = 20) -> list[Run]:
    """The runs of a source, the newest first."""
    query = select(Run).where(Run.source == source).order_by(Run.id.desc()).limit(limit)
    return list(session.scalars(query))


def ended_runs(session: Session, limit: int = 100) -> list[Run]:
    """The last runs of all sources that have ended, the newest first."""
    query = select(Run).where(Run.finished_at.is_not(None)).order_by(Run.id.desc()).limit(limit)
    return list(session.scalars(query))


def last_runs(session: Session) -> dict[str, Run]:
    """The last run of every source that ever ran."""
    latest = select(func.max(Run.id)).where(Run.state.not_in(("replaying", "replayed"))).group_by(Run.source)
    return {run.source: run for run in session.scalars(select(Run).where(Run.id.in_(latest)))}


def last_complete_runs(session: Session) -> dict[str, Run]:
    """The last run of every source that ended with everything the source has."""
    latest = select(func.max(Run.id)).where(Run.state == "complete").group_by(Run.source)
    return {run.source: run for run in session.scalars(select(Run).where(Run.id.in_(latest)))}


def run(session: Session, source: str, run_id: int) -> Run | None:
    """One run of a source; None if the source has no such run."""
    found = session.get(Run, run_id)
    return found if found and found.source == source else None


def issue(session: Session, run_id: int, issue_id: int) -> Issue | None:
    """One rejected item of a run."""
    found = session.get(Issue, issue_id)
    return found if found and found.run_id == run_id else None


def issues(session: Session, run: int, limit: int = 200, offset: int = 0) -> list[Issue]:
    """The rejected items of a run, in their order."""
    query = select(Issue).where(Issue.run_id == run).order_by(Issue.id).offset(offset).limit(limit)
    return list(session.scalars(query))


def window(
    session: Session,
    numbers: Sequence[str] | None,
    *,
    changed_since: datetime | None = None,
    changed_until: datetime | None = None,
    not_publishers: Sequence[str] = (),
    order: Order = "as_given",
    offset: int = 0,
    limit: int = 100,
) -> tuple[int, list[Entry]]:
    """Published records, how many there are in all and `limit` of them from `offset` on.

    `numbers` narrows to these records (and is the order of "as_given"); None means every record.
    """
    conditions = [RecordRow.state == "published"]
    if changed_since:
        conditions.append(RecordRow.changed_at >= changed_since)
    if changed_until:
        conditions.append(RecordRow.changed_at <= changed_until)
    if not_publishers:
        conditions.append(RecordRow.publisher.not_in(not_publishers))
    if numbers is not None:
        return _window_of(session, numbers, conditions, order, offset, limit)
    total = session.scalar(select(func.count()).select_from(RecordRow).where(*conditions)) or 0
    query = select(RecordRow).where(*conditions).order_by(*_ORDERS[order]).offset(offset).limit(limit)
    return total, [entry_of(row) for row in session.scalars(query)]


def _window_of(
    session: Session, numbers: Sequence[str], conditions: list[Any], order: Order, offset: int, limit: int
) -> tuple[int, list[Entry]]:
    # The numbers may be too many for one statement: they are asked about some hundreds at a time.
    kept: list[tuple[Any, str]] = []
    key = _ORDERS[order][0].element if hasattr(_ORDERS[order][0], "element") else _ORDERS[order][0]
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        rows = session.execute(select(RecordRow.number, key).where(RecordRow.number.in_(some), *conditions))
        values: dict[str, Any] = dict(rows.all())
        kept += [(values[number], number) for number in some if number in values]
    if order != "as_given":
        kept.sort(reverse=order.endswith("_desc"))
    return len(kept), find_many(session, [number for _, number in kept[offset : offset + limit]])


def of_sources(session: Session, sources: Sequence[str], *, offset: int = 0, limit: int = 50) -> tuple[int, list[Entry]]:
    """How many shown records sources have, withdrawn ones among them, and `limit` of them: changed last first."""
    conditions = (RecordRow.source.in_(sources), RecordRow.state.not_in(HIDDEN))
    total = session.scalar(select(func.count()).select_from(RecordRow).where(*conditions)) or 0
    query = select(RecordRow).where(*conditions).order_by(RecordRow.changed_at.desc(), RecordRow.id.desc())
    return total, [entry_of(row) for row in session.scalars(query.offset(offset).limit(limit))]


def axes_of_source(session: Session, source: str) -> dict[str, int]:
    """How many published records a source has on each axis; axes without any are left out."""
    rows = session.execute(
        select(RecordRow.axis, func.count())
        .where(RecordRow.via == source, RecordRow.state == "published")
        .group_by(RecordRow.axis)
    )
    return dict(rows.all())


def parts_of(session: Session, size: int) -> list[tuple[int, datetime]]:
    """Every record's place in parts of at most `size` records: the parts that hold a shown one, each with its last
    change. See `part`."""
    place = ((RecordRow.id - 1) // size).label("place")
    rows = session.execute(
        select(place, func.max(RecordRow.changed_at))
        .where(RecordRow.state == "published")
        .group_by(place)
        .order_by(place)
    )
    return [(int(number) + 1, changed) for number, changed in rows]


def part(session: Session, number: int, size: int) -> Iterator[tuple[str, datetime]]:
    """Number and last change of the published records in a part, counted from 1. Records never change their part."""
    rows = session.execute(
        select(RecordRow.number, RecordRow.changed_at)
        .where(RecordRow.id > (number - 1) * size, RecordRow.id <= number * size, RecordRow.state == "published")
        .order_by(RecordRow.id)
        .execution_options(yield_per=2000)
    )
    yield from ((row.number, row.changed_at) for row in rows)


def all_numbers(session: Session, batch: int = 5000, *, published: bool = False) -> Iterator[tuple[str, datetime]]:
    """Number and last change of every shown record, in a stable order, some thousands at a time.

    With `published` those that were withdrawn at their source are left out.
    """
    last = 0
    states = ("published",) if published else ("published", "withdrawn")
    while True:
        rows = session.execute(
            select(RecordRow.id, RecordRow.number, RecordRow.changed_at)
            .where(RecordRow.id > last, RecordRow.state.in_(states))
            .order_by(RecordRow.id)
            .limit(batch)
        ).all()
        yield from ((row.number, row.changed_at) for row in rows)
        if len(rows) < batch:
            return
        last = rows[-1].id
