"""Citable searches: a list as it stood at a moment, for ever, and what has changed since.

Records keep all their versions, so a list is kept as numbers with versions, in its order.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from . import search
from .catalogue import Entry, entry_of
from .listing import Listing
from .models import HIDDEN, CitedSearch, RecordRow, Revision
from .parts import Portal

MOST = 100_000  # records of a list that can be cited
_BATCH = 500

Kept = tuple[str, int]  # a record's number and its version


class TooLong(Exception):
    """A list has more records than can be cited: `total`."""

    def __init__(self, total: int) -> None:
        super().__init__(f"{total} records")
        self.total = total


@dataclass(frozen=True)
class Cited:
    """A list as it stood at `moment`. `language`: of the page on which it was cited."""

    id: str
    listing: Listing
    language: str
    moment: datetime
    kept: tuple[Kept, ...]

    @property
    def total(self) -> int:
        return len(self.kept)

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self.kept]


@dataclass(frozen=True)
class Since:
    """What has changed: records that are in the list now and were not, whose text is another one, that are no longer in
    it, in the order of their list. `gone` stood there; each still has its page, if only to say why."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moment: datetime


def cite(portal: Portal, listing: Listing, language: str, now: datetime) -> str:
    """Keep a list as it is now; return its id. The same list, cited again before anything in it changed, has the same.

    Raises TooLong, SearchUnavailable.
    """
    listing = replace(listing, page=1, size=20)
    if (total := search.count(portal, listing)) > MOST:
        raise TooLong(total)
    numbers = list(islice(search.numbers(portal, listing), MOST + 1))
    with portal.database.read() as session:
        versions = _versions(session, numbers)
    kept = [(number, versions[number]) for number in numbers if number in versions]
    query = listing.query_string(paging=False)
    said = json.dumps([query, kept], separators=(",", ":"))
    id = sha256(said.encode()).hexdigest()[:16]
    row = CitedSearch(
        id=id, query=query, language=language, total=len(kept), list=zlib.compress(json.dumps(kept).encode()), cited_at=now
    )
    try:
        with portal.database.write() as session:
            if session.get(CitedSearch, id) is None:
                session.add(row)
    except IntegrityError:
        pass  # somebody cited the same list at the same moment
    return id


def find(session: Session, id: str) -> Cited | None:
    """A cited list; None where there is none of that id."""
    row = session.get(CitedSearch, id)
    if row is None:
        return None
    kept = tuple((number, version) for number, version in json.loads(zlib.decompress(row.list)))
    args = MultiDict(parse_qsl(row.query.removeprefix("?"), keep_blank_values=True))
    # Read leniently: a value that vocabularies have lost since must not make an old citation unreadable.
    return Cited(row.id, Listing.read(args)[0], row.language, row.cited_at, kept)


def as_it_stood(session: Session, kept: Sequence[Kept]) -> Iterator[Entry]:
    """The records in the versions in which they stood in the list. What may no longer be shown is left out; what was
    withdrawn or changed since has the state and text of then."""
    for start in range(0, len(kept), _BATCH):
        some = kept[start : start + _BATCH]
        rows = session.scalars(
            select(RecordRow).where(RecordRow.number.in_([number for number, _ in some]), RecordRow.state.not_in(HIDDEN))
        )
        by_number = {row.number: row for row in rows}
        wanted = {by_number[number].id: version for number, version in some if number in by_number}
        past = {
            revision.record_id: revision
            for revision in session.scalars(
                select(Revision).where(Revision.record_id.in_(wanted), Revision.version.in_(set(wanted.values())))
            )
            if wanted[revision.record_id] == revision.version
        }
        for number, version in some:
            if row := by_number.get(number):
                entry = entry_of(row) if row.version == version else _then(row, past.get(row.id))
                # When it was last seen moves on with every harvest; that it said this then is what stays.
                yield replace(entry, last_seen=entry.changed_at)


def _then(row: RecordRow, past: Revision | None) -> Entry:
    now = entry_of(row)
    if past is None:  # a version that is no longer kept: what is there now, with its own version number
        return now
    return replace(
        now, data=past.data, state=past.state, reason=past.reason, version=past.version, change=past.change,
        changed_at=past.changed_at, raw=past.raw, raw_url=past.raw_url, withdrawn_at=None,
    )  # fmt: skip


def since(portal: Portal, cited: Cited, now: datetime) -> Since:
    """What has changed in a list since it was cited. Raises SearchUnavailable."""
    numbers = list(islice(search.numbers(portal, cited.listing), MOST))
    there, before = set(numbers), dict(cited.kept)
    with portal.database.read() as session:
        versions = _versions(session, [number for number in numbers if number in before])
    return Since(
        tuple(number for number in numbers if number not in before),
        tuple(number for number in numbers if number in before and versions.get(number, before[number]) != before[number]),
        tuple(number for number in cited.numbers if number not in there),
        now,
    )


def _versions(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(numbers), _BATCH):
        some = numbers[start : start + _BATCH]
        rows = session.execute(
            select(RecordRow.number, RecordRow.version).where(RecordRow.number.in_(some), RecordRow.state.not_in(HIDDEN))
        )
        found.update((number, version) for number, version in rows)
    return found
