"""The work: reading what was not read yet, storing what it names, matching it, and keeping the relations in step."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from harvesters.citations import BARE, fingerprint

from ..db import wait_for_turn
from ..models import (
    HIDDEN,
    CitationKey,
    CitationName,
    CitationRow,
    CitationState,
    FileLink,
    FilePage,
    IdentifierRow,
    KeptFile,
    LinkDecision,
    RecordRow,
    Redirect,
    RelationRow,
)
from ..parts import Portal
from ..store import fold_identifier
from .matching import CERTAIN, MANY, Ask, Citing, carriers, known_by, match
from .pace import Pace
from .reading import TELLING, Named, own_names, read

log = logging.getLogger(__name__)

Progress = Callable[[int], None]
BATCH = 50
_MARKED_AT_ONCE = 1000  # citations; a record that thousands name must not hold everybody up
MOST_OF_A_RECORD = 500  # different things that one record may name
_MOST_OF_FILES = 1_000_000  # letters of kept files that are read for one record
_VALUES_AT_ONCE = 400
# Found relations come after those that a record states.
_AFTER = 100_000


@dataclass(frozen=True)
class _Work:
    """A record to be linked: what it names, read outside of any transaction."""

    id: int
    version: int
    publisher: str
    hidden: bool
    names: frozenset[str]
    named: tuple[Named, ...]


def needs_work(portal: Portal) -> bool:
    """Whether a record was not read in its present version by the present patterns, or something is to be matched anew."""
    with portal.database.read() as session:
        return bool(_pending(session, 0, 1)) or session.scalar(select(CitationRow.id).where(CitationRow.stale).limit(1)) is not None


def counts(session: Session) -> dict[str, int]:
    """How many citations are in each state, and how many records were not read yet ("behind")."""
    found = dict(session.execute(select(CitationRow.state, func.count()).group_by(CitationRow.state)).all())
    waiting = select(func.count()).select_from(RecordRow).outerjoin(CitationState, CitationState.record_id == RecordRow.id).where(_not_read())
    return {**found, "behind": session.scalar(waiting) or 0}


def catch_up(portal: Portal, progress: Progress | None = None) -> int:
    """Read and link what was not read yet; return how many records that were. Repeatable at any time."""
    done = last = 0
    while True:
        with portal.database.read() as session:
            ids = _pending(session, last, BATCH)
        if not ids:
            break
        last = ids[-1]
        _link(portal, ids)
        done += len(ids)
        if progress:
            progress(done)
    pace = Pace(portal.database, BATCH)
    more = True
    while more:
        with pace.portion() as size:
            more = _match_stale(portal, size)
    return done


def link_newest(portal: Portal) -> int:
    """Read and link what is not read yet of the records that changed last; return how many. Asks of those only, so that
    it is done at once however many records there are; the rest is for `catch_up`."""
    with portal.database.read() as session:
        newest = select(RecordRow.id).order_by(RecordRow.changed_at.desc(), RecordRow.id.desc()).limit(BATCH)
        query = select(RecordRow.id).outerjoin(CitationState, CitationState.record_id == RecordRow.id).where(RecordRow.id.in_(newest), _not_read())
        ids = list(session.scalars(query.order_by(RecordRow.id)))
    if ids:
        _link(portal, ids, at_once=True)
        _match_stale(portal, BATCH)
    return len(ids)


def _not_read() -> Any:
    return or_(CitationState.record_id.is_(None), CitationState.version != RecordRow.version, CitationState.patterns != fingerprint())


def _pending(session: Session, after: int, limit: int) -> list[int]:
    query = select(RecordRow.id).outerjoin(CitationState, CitationState.record_id == RecordRow.id).where(RecordRow.id > after, _not_read())
    return list(session.scalars(query.order_by(RecordRow.id).limit(limit)))


def _link(portal: Portal, ids: Sequence[int], *, at_once: bool = False) -> None:
    """Read these records and link them. `at_once`: somebody waits; where thousands name them, these are left to `catch_up`."""
    with portal.database.read() as session:
        rows = session.execute(
            select(RecordRow.id, RecordRow.number, RecordRow.version, RecordRow.publisher, RecordRow.state, RecordRow.issued_on, RecordRow.data).where(RecordRow.id.in_(ids))
        ).all()
        pages = _pages_of(session, ids)
    # Reading takes its time where a text is long: nobody waits for it.
    work = [_read(row, pages.get(row.id, {})) for row in rows]
    with portal.database.write() as session:
        wait_for_turn(session, "citations")
        present = dict(session.execute(select(RecordRow.id, RecordRow.version).where(RecordRow.id.in_(ids))).all())
        work = [one for one in work if present.get(one.id) == one.version]
        _store(session, work)
        concerned = _concerned(session, work, _MARKED_AT_ONCE + 1)
        if few := len(concerned) <= _MARKED_AT_ONCE:
            _mark(session, concerned)
            _tick(session, work)
        _match_records(session, [one.id for one in work])
    if not few and not at_once:
        _mark_many(portal, work)


def _mark_many(portal: Portal, work: Sequence[_Work]) -> None:
    """Mark what names these records where that is much, some at a time. What is broken off is begun again: only then are they ticked
    off as read."""
    with portal.database.read() as session:
        concerned = _concerned(session, work)
    pace = Pace(portal.database, _MARKED_AT_ONCE)
    for start in range(0, len(concerned), _MARKED_AT_ONCE):
        with pace.portion(), portal.database.write() as session:
            _mark(session, concerned[start : start + _MARKED_AT_ONCE])
    with portal.database.write() as session:
        wait_for_turn(session, "citations")
        known: dict[int, int] = dict(session.execute(select(RecordRow.id, RecordRow.version).where(RecordRow.id.in_([one.id for one in work]))).all())
        read_by_others = set(session.scalars(select(CitationState.record_id).where(CitationState.record_id.in_(known))))
        _tick(session, [one for one in work if known.get(one.id) == one.version and one.id not in read_by_others])


def _read(row: Any, pages: Mapping[str, str]) -> _Work:
    if row.state in HIDDEN:
        return _Work(row.id, row.version, row.publisher, True, frozenset(), ())
    try:
        _identifiers, names = own_names(row.data, row.issued_on)
        named = read(row.data, row.issued_on, pages, MOST_OF_A_RECORD)
    except Exception:  # one record that cannot be read must not keep all others from being linked
        log.exception("citations of %s could not be read", row.number)
        return _Work(row.id, row.version, row.publisher, False, frozenset(), ())
    return _Work(row.id, row.version, row.publisher, False, frozenset(names), tuple(named))


def _pages_of(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    query = (
        select(FileLink.record_id, FilePage.sha256, FilePage.page, FilePage.text)
        .join(KeptFile, KeptFile.url_hash == FileLink.url_hash)
        .join(FilePage, FilePage.sha256 == KeptFile.sha256)
        .where(FileLink.record_id.in_(ids))
        .order_by(FileLink.record_id, KeptFile.url_hash, FilePage.page)
    )
    found: dict[int, dict[str, str]] = {}
    lengths: dict[int, int] = {}
    for record, sha256, page, text in session.execute(query):
        lengths[record] = lengths.get(record, 0) + len(text)
        if lengths[record] <= _MOST_OF_FILES:
            found.setdefault(record, {})[f"{sha256}/{page}"] = text
    return found


def _store(session: Session, work: Sequence[_Work]) -> None:
    """Replace what was found in these records before."""
    ids = [one.id for one in work]
    for table in (CitationRow, CitationName, CitationState):
        session.execute(delete(table).where(table.record_id.in_(ids)))
    if names := [{"record_id": one.id, "value": name} for one in work for name in sorted(one.names)]:
        session.execute(insert(CitationName), names)
    rows = [(one, named) for one in work for named in one.named]
    if rows:
        made = session.scalars(insert(CitationRow).returning(CitationRow.id, sort_by_parameter_order=True), [_row(one, named) for one, named in rows]).all()
        keys = [
            {"citation_id": id, "value": key, "weak": weak}
            for id, (_one, named) in zip(made, rows, strict=True)
            for key, weak in _keys(named).items()
        ]
        session.execute(insert(CitationKey), keys)


def _tick(session: Session, work: Sequence[_Work]) -> None:
    """Note that these records were read in their present version, by the present patterns."""
    if work:
        session.execute(insert(CitationState), [{"record_id": one.id, "version": one.version, "patterns": fingerprint()} for one in work])


def _keys(named: Named) -> dict[str, bool]:
    keys = {fold_identifier(key): True for key in named.citation.weak} | {fold_identifier(key): False for key in named.citation.keys}
    return {key: weak for key, weak in keys.items() if key}


def _row(one: _Work, named: Named) -> dict[str, Any]:
    citation = named.citation
    return {
        "record_id": one.id, "publisher": one.publisher, "jurisdiction": citation.jurisdiction, "scheme": citation.scheme, "within": citation.within,
        "value": citation.value[:300], "carried_as": list(citation.carried_as), "field": named.field, "start": citation.start, "end": citation.end, "count": named.count,
        "passage": citation.passage, "sentence": citation.sentence, "relation": citation.relation, "cue": citation.cue[:120], "dated": citation.dated,
        "recognised": round(citation.confidence * 100), "confidence": 0, "reasons": list(citation.reasons), "state": "waiting", "candidates": 0, "stale": False,
    }  # fmt: skip


def _concerned(session: Session, work: Sequence[_Work], most: int | None = None) -> list[int]:
    """The citations that name these records, `most` at most: they are to be matched anew. One may have come, changed its names, or
    gone."""
    ids = [one.id for one in work]
    found: dict[int, None] = {}
    for table in (IdentifierRow, CitationName):
        own = Counter(session.scalars(select(table.value).where(table.record_id.in_(ids))))
        counted = carriers(session, table, list(own), MANY + 1 + len(ids))
        # What many others carry meant none of them before, and means none now: a docket's thousandth document changes nothing.
        values = [value for value, count in counted.items() if count - own[value] <= MANY]
        for start in range(0, len(values), _VALUES_AT_ONCE):
            some = values[start : start + _VALUES_AT_ONCE]
            found |= dict.fromkeys(session.scalars(select(CitationKey.citation_id).where(CitationKey.value.in_(some)).limit(most)))
    numbers = select(RecordRow.number).where(RecordRow.id.in_(ids))
    found |= dict.fromkeys(session.scalars(select(CitationRow.id).where(CitationRow.target_number.in_(numbers)).limit(most)))
    return list(found)


def _mark(session: Session, citations: Sequence[int]) -> None:
    session.execute(update(CitationRow).where(CitationRow.id.in_(citations)).values(stale=True).execution_options(synchronize_session=False))


def _match_stale(portal: Portal, size: int) -> bool:
    """Match so many citations that are to be matched anew, with the others of their records; whether there may be more."""
    stale = select(CitationRow.record_id).where(CitationRow.stale).order_by(CitationRow.id).limit(size)
    with portal.database.write() as session:
        wait_for_turn(session, "citations")
        found = session.scalars(stale).all()
        if found:
            _match_records(session, list(dict.fromkeys(found)), only_stale=True)
    return len(found) == size


def match_record(session: Session, record_id: int) -> None:
    """Match what one record names, and bring its relations in step, within the caller's transaction."""
    wait_for_turn(session, "citations")
    _match_records(session, [record_id])


def _match_records(session: Session, ids: Sequence[int], *, only_stale: bool = False) -> None:
    """Match what these records name (or what of it is to be matched anew), and write their found relations."""
    if not ids:
        return
    rows = session.scalars(select(CitationRow).where(CitationRow.record_id.in_(ids)).order_by(CitationRow.id)).all()
    keys = _keys_of(session, ids, only_stale)
    known = known_by(session, [key for some in keys.values() for key in some])
    citing = _citing(session, ids) if rows else {}
    stated = _stated(session, list(citing), known) if rows else {}
    verdicts = _verdicts(session, citing)
    by_record: dict[int, list[CitationRow]] = {}
    for row in rows:
        if row.stale or not only_stale:
            _settle(row, keys.get(row.id, {}), citing[row.record_id], known, stated.get(row.record_id, set()), verdicts)
        by_record.setdefault(row.record_id, []).append(row)
    for some in by_record.values():
        _spare(some)
    session.flush()
    session.execute(delete(RelationRow).where(RelationRow.record_id.in_(ids), RelationRow.origin != ""))
    if found := [relation for id, some in by_record.items() for relation in _relations(id, some, citing[id].number, verdicts)]:
        session.execute(insert(RelationRow), found)


def _keys_of(session: Session, ids: Sequence[int], only_stale: bool) -> dict[int, dict[str, bool]]:
    query = select(CitationKey.citation_id, CitationKey.value, CitationKey.weak).join(CitationRow).where(CitationRow.record_id.in_(ids)).order_by(CitationKey.id)
    found: dict[int, dict[str, bool]] = {}
    for citation_id, value, weak in session.execute(query.where(CitationRow.stale) if only_stale else query):
        found.setdefault(citation_id, {})[value] = weak
    return found


def _citing(session: Session, ids: Sequence[int]) -> dict[int, Citing]:
    rows = session.execute(
        select(RecordRow.id, RecordRow.number, RecordRow.source, RecordRow.via, RecordRow.publisher, RecordRow.issued_on, RecordRow.data["places"],
               RecordRow.data["publisher"]["place"], RecordRow.data["modified"], RecordRow.data["issued"]).where(RecordRow.id.in_(ids))
    )  # fmt: skip
    found = {}
    for id, number, source, via, publisher, issued_on, places, place, modified, issued in rows:
        # What was changed long after it was issued may name what came in between.
        changed = bool(modified and str(modified)[:10] > str(issued or "")[:10])
        found[id] = Citing(number, source, via, publisher, (*(places or ()), *filter(None, [place])), issued_on, changed)
    return found


def _stated(session: Session, ids: Sequence[int], known: Mapping[str, Any]) -> dict[int, set[str]]:
    """The numbers of the records that each of these states a relation to itself."""
    rows = session.execute(
        select(RelationRow.record_id, RelationRow.target_number, RelationRow.target_identifier).where(RelationRow.record_id.in_(ids), RelationRow.origin == "")
    ).all()
    missing = {identifier for _id, number, identifier in rows if not number and identifier} - known.keys()
    there = {**known, **known_by(session, missing)} if missing else known
    found: dict[int, set[str]] = {}
    for id, number, identifier in rows:
        found.setdefault(id, set()).update([number] if number else [one.number for one in there.get(identifier or "", ())])
    led = dict(session.execute(select(Redirect.number, Redirect.target).where(Redirect.number.in_({one for some in found.values() for one in some}))).all())
    return {id: {led.get(one, one) for one in some} for id, some in found.items()}


def _verdicts(session: Session, citing: Mapping[int, Citing]) -> dict[tuple[str, str], LinkDecision]:
    numbers = [one.number for one in citing.values()]
    rows = session.scalars(select(LinkDecision).where(LinkDecision.record_number.in_(numbers)))
    return {(row.record_number, row.target_number): row for row in rows}


def _settle(
    row: CitationRow, keys: Mapping[str, bool], citing: Citing, known: Mapping[str, Any], stated: set[str], verdicts: Mapping[tuple[str, str], LinkDecision]
) -> None:
    """Say of one citation who it means, and in what state that is."""
    ask = Ask(tuple(keys), frozenset(key for key, weak in keys.items() if weak), row.jurisdiction, row.scheme, row.within, tuple(row.carried_as), row.dated, row.recognised, row.sentence)
    refused = {target for (number, target), one in verdicts.items() if number == citing.number and one.verdict == "refused"}
    # Where somebody refused one of several, the next is asked, never made without asking.
    left = match(ask, citing, known, refused)
    meant = left or match(ask, citing, known)
    was_refused = bool(refused) and match(ask, citing, known) != left
    row.stale = False
    if meant is None:
        row.state, row.target_number, row.confidence, row.candidates = "waiting", None, 0, 0
        return
    row.target_number, row.confidence, row.candidates = meant.number, meant.confidence, meant.candidates
    row.reasons = [reason for reason in row.reasons if reason in ("listed", "dated", "cue")] + list(meant.reasons)
    verdict = verdicts.get((citing.number, meant.number))
    if meant.number in stated:
        row.state = "stated"
    elif verdict:
        row.state = verdict.verdict
    else:
        row.state = "found" if meant.confidence >= CERTAIN and not was_refused else "doubtful"


def _spare(rows: Sequence[CitationRow]) -> None:
    """Nobody is asked about "the Clean Air Act" in a record that cites it with its year or number as well."""
    joined = {row.target_number for row in rows if row.state in ("found", "accepted", "stated")}
    for row in rows:
        if row.scheme == BARE and row.state == "doubtful" and row.target_number in joined:
            row.state = "stated"


def _relations(id: int, rows: Iterable[CitationRow], number: str, verdicts: Mapping[tuple[str, str], LinkDecision]) -> list[dict[str, object]]:
    """One relation to each record that is named: of several, the most telling."""
    best: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.state in ("found", "accepted") and row.target_number:
            verdict = verdicts.get((number, row.target_number))
            type_ = verdict.type if verdict else row.relation
            origin = "desk" if row.state == "accepted" else "machine"
            before = best.get(row.target_number)
            if before is None or TELLING.index(type_) < TELLING.index(before[0]):
                best[row.target_number] = (type_, origin)
    return [
        {"record_id": id, "position": _AFTER + place, "type": type_, "target_number": target, "target_identifier": None, "origin": origin}
        for place, (target, (type_, origin)) in enumerate(best.items())
    ]


