"""The outcome clock: the table of promises (`portal.promises`), which follows the records by their versions.

Records whose version is not marked are looked at again, with the policies whose targets they may measure. A crash
anywhere heals by catching up again, and the table can be thrown away at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, and_, case, delete, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from . import catalogue, promises, zones
from .catalogue import Entry, Link, Version
from .db import wait_for_turn
from .measuring import measuring
from .models import HIDDEN, IdentifierRow, PromiseMark, PromiseRow, RecordRow, Redirect, RelationRow, State
from .parts import Portal
from .promises import SOON, STATES, Promise
from .zones import Days

# What the table is made by: raised when `portal.promises` changes, which has every record looked at again.
FORM = 4
_BATCH = 200
# The name under which it is counted how often the table was written: what was told by it is told anew then.
TURN = "clock turn"
_FORM, _AXES = "clock form", ("policy", "outcome", "decision")

Which = Literal["open", "all", "overdue", "due_soon", "ahead", "reported", "dropped"]
WHICH: tuple[Which, ...] = ("open", *STATES, "all")


def _unmarked() -> Any:
    marked = PromiseMark.version == RecordRow.version
    known = select(PromiseMark.record_id).where(PromiseMark.record_id == RecordRow.id, marked)
    return and_(RecordRow.axis.in_(_AXES), ~known.exists())


def behind(session: Session) -> int:
    """How many records the clock has not looked at yet."""
    if _form(session) != FORM:
        return session.scalar(select(func.count()).select_from(RecordRow).where(RecordRow.axis.in_(_AXES))) or 0
    return session.scalar(select(func.count()).select_from(RecordRow).where(_unmarked())) or 0


def is_behind(session: Session, now: datetime) -> bool:
    """Whether there is something that the clock has not looked at yet: a record, or the days of a new year."""
    return _form(session) != FORM or _year(session) != now.year or session.scalar(select(RecordRow.id).where(_unmarked()).limit(1)) is not None


def catch_up(portal: Portal, most: int | None = None) -> int:
    """Look at records that are new or changed, `most` of them at most; return how many that were. May be repeated,
    killed and run twice at once."""
    done = 0
    with portal.database.read() as session:
        if not is_behind(session, datetime.now(UTC)):
            return 0
    while most is None or done < most:
        with portal.database.write() as session:
            wait_for_turn(session, "clock")
            now = datetime.now(UTC)
            _renew(session)
            _look_ahead(session, now.year)
            count = _follow(session, _BATCH, zones.days(session, portal, now))
        done += count
        if count < _BATCH:
            break
    return done


def rebuild(portal: Portal) -> int:
    """Throw the table away and make it again; return how many records were looked at."""
    with portal.database.write() as session:
        wait_for_turn(session, "clock")
        session.execute(delete(PromiseMark))
        session.execute(delete(PromiseRow))
        _turn(session)
    return catch_up(portal)


def forget(session: Session, agency: str) -> None:
    """Have the records of an agency looked at again, because it counts its days otherwise."""
    session.execute(delete(PromiseMark).where(PromiseMark.record_id.in_(select(RecordRow.id).where(RecordRow.publisher == agency))))


def _form(session: Session) -> int:
    state = session.get(State, _FORM)
    return int(state.value["form"]) if state else 0


def _year(session: Session) -> int:
    """The year in which it was last looked which reports come again."""
    state = session.get(State, _FORM)
    return int(state.value.get("year", 0)) if state else 0


def _look_ahead(session: Session, year: int) -> None:
    """In a new year, have the policies looked at again whose reports come again: their next days are to be told."""
    if _year(session) != year:
        again = select(PromiseRow.record_id).where(PromiseRow.kind == "report")
        session.execute(delete(PromiseMark).where(PromiseMark.record_id.in_(again)))
        session.merge(State(name=_FORM, value={"form": FORM, "year": year}))
        session.flush()


def _renew(session: Session) -> None:
    """Forget what was made by another form."""
    if _form(session) != FORM:
        session.execute(delete(PromiseMark))
        session.execute(delete(PromiseRow))
        session.merge(State(name=_FORM, value={"form": FORM}))
        _turn(session)


def _turn(session: Session) -> None:
    """Note that the table was written."""
    before = session.get(State, TURN)
    session.merge(State(name=TURN, value={"turn": before.value["turn"] + 1 if before else 1}))
    session.flush()


def _follow(session: Session, limit: int, days: Days) -> int:
    versions: dict[int, int] = dict(session.execute(select(RecordRow.id, RecordRow.version).where(_unmarked()).limit(limit)).all())
    if not versions:
        return 0
    rows = session.scalars(select(RecordRow).where(RecordRow.id.in_(versions))).all()
    entries = {one.id: one for one in catalogue.with_former_names(session, [catalogue.entry_of(row) for row in rows])}
    policies = _concerned(session, [entry for entry in entries.values() if entry.axis != "policy"]) - entries.keys()
    for row in session.scalars(select(RecordRow).where(RecordRow.id.in_(policies), RecordRow.axis == "policy")):
        entries[row.id] = catalogue.entry_of(row)
    _replace(session, entries.values(), days)
    session.execute(delete(PromiseMark).where(PromiseMark.record_id.in_(versions)))
    session.execute(insert(PromiseMark), [{"record_id": id, "version": version} for id, version in versions.items()])
    _turn(session)
    return len(versions)


def _replace(session: Session, entries: Iterable[Entry], days: Days) -> None:
    found = list(entries)
    session.execute(delete(PromiseRow).where(PromiseRow.record_id.in_([entry.id for entry in found])))
    rows = [_row(entry, promise, days) for entry in found for promise in _promises(session, entry, days)]
    if rows:
        session.execute(insert(PromiseRow), rows)


def _row(entry: Entry, promise: Promise, days: Days) -> dict[str, Any]:
    publisher = entry.data["publisher"]
    return vars(promise) | {
        "record_id": entry.id, "number": entry.number, "agency": publisher["slug"], "due_on": promise.due_on,
        "zone": days.stated_zone(publisher),
    }  # fmt: skip


def _promises(session: Session, entry: Entry, days: Days) -> list[Promise]:
    """What a record promises; nothing unless it is published."""
    if entry.state != "published" or (entry.version == 1 and not promises.makes_promises(entry.data)):
        return []
    versions = _versions(session, entry)
    if not any(promises.makes_promises(one.data) for one in versions):
        return []
    zone = days.zone(entry.data["publisher"])
    if entry.axis == "outcome":
        return promises.of_outcome(entry, versions, zone)
    links = catalogue.stated_links(session, entry)
    outcomes = [(outcome, _versions(session, outcome)) for outcome in measuring(session, entry, versions=versions)]
    found = promises.of_policy(entry, versions, outcomes, zone)
    if any(one.data.get("reports") for one in versions):
        others = [(other, _versions(session, other)) for other in _bringing(session, links, versions)]
        found += promises.of_reports(entry, versions, others, date(days.now.astimezone(UTC).year + 1, 12, 31), zone)
    return found


def _versions(session: Session, entry: Entry) -> list[Version]:
    if entry.version > 1:
        return promises.shown(catalogue.versions(session, entry))
    return [Version(1, entry.data, entry.state, entry.reason, entry.change, entry.changed_at, entry.raw, entry.raw_url)]


def _bringing(session: Session, links: Sequence[Link], versions: Sequence[Version]) -> list[Entry]:
    """The records that may keep the reports of a policy: those that it or they themselves state to be joined, and those that its
    reports name."""
    joined = [link.entry for link in links if link.entry and link.origin == ""]
    words = {str(one["kept_by"]) for version in versions for one in version.data.get("reports", ()) if one.get("kept_by")}
    found = {entry.number: entry for entry in [*joined, *catalogue.named(session, words)] if entry.state not in HIDDEN}
    return catalogue.with_former_names(session, [found[number] for number in sorted(found)])


def _concerned(session: Session, outcomes: Sequence[Entry]) -> set[int]:
    """The ids of the policies whose targets these outcomes measure, measured or may measure now."""
    if not outcomes:
        return set()
    ids = [entry.id for entry in outcomes]
    numbers = {entry.number for entry in outcomes}
    numbers |= set(session.scalars(select(Redirect.number).where(Redirect.target.in_(numbers))))
    words = set().union(*(promises.words_for(entry) for entry in outcomes)) | numbers
    values = select(IdentifierRow.value).where(IdentifierRow.record_id.in_(ids))
    stated = RelationRow.origin == ""
    incoming = select(RelationRow.record_id).where(
        stated, or_(RelationRow.target_number.in_(numbers), and_(RelationRow.target_number.is_(None), RelationRow.target_identifier.in_(values)))
    )
    targets = select(RelationRow.target_number).where(stated, RelationRow.record_id.in_(ids), RelationRow.target_number.is_not(None))
    led = select(Redirect.target).where(Redirect.number.in_(targets))
    outgoing = select(RecordRow.id).where(or_(RecordRow.number.in_(targets), RecordRow.number.in_(led)))
    spelt = (
        select(IdentifierRow.record_id)
        .join(RelationRow, RelationRow.target_identifier == IdentifierRow.value)
        .where(stated, RelationRow.record_id.in_(ids), RelationRow.target_number.is_(None))
    )
    named = select(PromiseRow.record_id).where(or_(PromiseRow.named.in_(words), PromiseRow.outcome.in_(numbers)))
    return {id for query in (incoming, outgoing, spelt, named) for id in session.scalars(query)}


@dataclass(frozen=True)
class Asked:
    """Which promises are asked for. `which`: a state, `open` (neither reported nor dropped), or `all`."""

    which: Which = "open"
    agency: str = ""
    record: str = ""

    def conditions(self, days: Days, which: Which | None = None) -> list[ColumnElement[bool]]:
        found = _state_is(which or self.which, days)
        if self.agency:
            found.append(PromiseRow.agency == self.agency)
        if self.record:
            found.append(PromiseRow.number == self.record)
        return found


def _due_before(days: Days, ahead: timedelta = timedelta(0)) -> ColumnElement[bool]:
    """Whether a promise is due before its agency's today, or a day so much later."""
    others = list(days.elsewhere())
    latest = max([days.today, *(day for day, _zones in others)]) + ahead
    exact = case(*((PromiseRow.zone.in_(zones), literal(day + ahead, Date)) for day, zones in others), else_=literal(days.today + ahead, Date)) if others else None
    # The latest of the days bounds what the index has to give; the agency's own decides.
    bound = PromiseRow.due_on < latest
    return bound if exact is None else and_(bound, PromiseRow.due_on < exact)


def _state_is(which: Which, days: Days) -> list[ColumnElement[bool]]:
    kept: ColumnElement[bool] = PromiseRow.reported.is_(True)
    is_open = [~kept, PromiseRow.dropped == ""]
    past, soon = _due_before(days), _due_before(days, SOON + timedelta(days=1))
    conditions: dict[Which, list[ColumnElement[bool]]] = {
        "all": [],
        "open": is_open,
        "overdue": [*is_open, past],
        "due_soon": [*is_open, ~past, soon],
        "ahead": [*is_open, ~soon],
        "reported": [kept],
        "dropped": [~kept, PromiseRow.dropped != ""],
    }
    return list(conditions[which])


def counts(session: Session, days: Days, asked: Asked | None = None) -> dict[str, int]:
    """How many promises stand in each state; whatever state is asked for."""
    asked = asked or Asked()
    columns = [func.count(case((and_(*_state_is(state, days)), 1))) for state in STATES]
    found = session.execute(select(*columns).where(*asked.conditions(days, "all"))).one()
    return dict(zip(STATES, found, strict=True))


def count(counted: Mapping[str, int], which: Which) -> int:
    """How many promises there are of those that are asked for, by what `counts` told: each stands in one state."""
    states = {"all": STATES, "open": ("overdue", "due_soon", "ahead")}.get(which, (which,))
    return sum(counted[state] for state in states)


def listed(session: Session, days: Days, asked: Asked, *, offset: int = 0, limit: int | None = None) -> list[PromiseRow]:
    """Promises by the day on which they are due, the earliest first; those that were kept, the latest first."""
    late_first = asked.which in ("reported", "dropped", "all")
    order = (PromiseRow.due_on.desc(), PromiseRow.id.desc()) if late_first else (PromiseRow.due_on, PromiseRow.id)
    query = select(PromiseRow).where(*asked.conditions(days)).order_by(*order).offset(offset)
    return list(session.scalars(query.limit(limit) if limit is not None else query))


def of_record(session: Session, number: str) -> list[PromiseRow]:
    """The promises of a record, by the day on which they are due."""
    return list(session.scalars(select(PromiseRow).where(PromiseRow.number == number).order_by(PromiseRow.due_on, PromiseRow.id)))


def policies_of(session: Session, outcome: str) -> list[Entry]:
    """The policies whose promises an outcome keeps or is to keep, also those that it has no relation to."""
    numbers = select(PromiseRow.number).where(PromiseRow.outcome == outcome, PromiseRow.number != outcome).distinct()
    return catalogue.find_many(session, sorted(session.scalars(numbers)))


def titles(session: Session, numbers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Titles of records with their languages, by number, without reading what the records say."""
    wanted, found = sorted(set(numbers)), dict[str, tuple[str, str]]()
    for start in range(0, len(wanted), 500):
        query = select(RecordRow.number, RecordRow.title, RecordRow.language).where(RecordRow.number.in_(wanted[start : start + 500]))
        found |= {number: (title, language) for number, title, language in session.execute(query)}
    return found


def agencies(session: Session) -> dict[str, int]:
    """The agencies that promised something, with how many promises they made."""
    query = select(PromiseRow.agency, func.count()).group_by(PromiseRow.agency)
    return dict(session.execute(query).all())


def events(session: Session, days: Days, asked: Asked, limit: int = 100) -> list[PromiseRow]:
    """What happened last: promises that became overdue, and those that were kept, the latest first."""
    at = func.coalesce(PromiseRow.reported_on, PromiseRow.due_on)
    conditions = [*asked.conditions(days, "all"), PromiseRow.dropped == ""]
    conditions.append(or_(PromiseRow.reported, _due_before(days)))
    return list(session.scalars(select(PromiseRow).where(*conditions).order_by(at.desc(), PromiseRow.id.desc()).limit(limit)))


def data_of(row: PromiseRow, title: str, days: Days, base: str) -> dict[str, Any]:
    """A promise as data."""
    today = days.in_zone(row.zone)
    state = promises.state_of(row.due_on, row.reported, row.dropped, today)
    late = (row.reported_on - row.due_on).days if row.reported_on else None
    return {
        "rule": promises.RULE,
        "number": row.number,
        "url": f"{base}/records/{row.number}",
        "title": title,
        "key": row.key,
        "kind": row.kind,
        "what": row.what,
        "addressee": row.addressee or None,
        "agency": row.agency,
        "due": row.due,
        "due_on": row.due_on.isoformat(),
        "first_due_on": row.first_due_on.isoformat(),
        "state": state,
        "days_overdue": (today - row.due_on).days if state == "overdue" else None,
        "reported_on": row.reported_on.isoformat() if row.reported_on else None,
        "reported_on_is": row.how or None,
        "days_late": None if late is None else max(0, late),
        "period": row.period or None,
        "outcome": row.outcome,
        "outcome_url": f"{base}/records/{row.outcome}" if row.outcome else None,
        "dropped": row.dropped or None,
        "time_zone": row.zone or days.portal,
    }
