"""Tables of large files are made before anybody opens them: when a record with such a file is saved, and when a linked file is kept.

It follows records by their last change, and kept files by the day on which they were kept. How far it is stands in the database and moves on
only when a table is there (or cannot be): who is killed in the middle begins again with the same file. Readers who come
meanwhile wait for the same process (see portal.tables.shelf), and are told so.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from .. import catalogue, filechecks, filetexts
from ..models import FileLink, KeptFile, RecordRow, State
from ..parts import Portal
from . import shelf
from .files import find, token_of, wanted_of
from .making import SECONDS, Impossible
from .shelf import Wanted

LARGE = 500_000  # bytes from which on a file is not made into a table while a reader waits
_FULL = 0.8  # of the shelf's room: what nobody asked for yet does not take the place of what readers open
_STATE, _BATCH = "tables ahead", 500
_FIRST = "0001-01-01T00:00:00+00:00"


def catch_up(portal: Portal, most: int = 10, looked_at: int = 5000) -> int:
    """Make up to `most` tables of large files that came since the last time, looking at so many records at most; return how many
    were made. May be repeated and killed at any moment."""
    folder, made = shelf.folder_of(portal.settings.data_dir), 0
    if sum(size for _place, size, _wanted in shelf.tables(folder)) > _FULL * shelf.MOST:
        return 0
    for _round in range(looked_at // _BATCH):
        with portal.database.read() as session:
            here = _position(session)
            rows = _next(session, here)
            wanted = [(place, list(_large(session, record))) for place, record in rows]
        if not rows:
            break
        for place, files in wanted:
            for one in files:
                if made >= most:
                    return made
                try:
                    made += _make(portal, one)
                except shelf.Preparing:  # others are at it, or there is no room: it comes again in a minute
                    return made
            if files:
                _keep(portal, place)
        _keep(portal, rows[-1][0])
    return made


def needs_work(session: Session) -> bool:
    """Whether a record or a kept file came that was not looked at yet."""
    return bool(_next(session, _position(session), 1))


def _make(portal: Portal, wanted: Wanted) -> bool:
    """Make a table if it is not there; whether it was made now. Raises Preparing."""
    folder = shelf.folder_of(portal.settings.data_dir)
    with suppress(Impossible):
        if shelf.find(folder, wanted) is None and (stream := portal.files.get(wanted.sha256)) is not None:
            shelf.prepare(folder, wanted, stream, patience=2 * SECONDS)
            return True
    return False


# Of records and of kept files, the last that was looked at: its moment and what it is called.
Place = dict[str, list[str]]


def _position(session: Session) -> Place:
    state = session.get(State, _STATE)
    return dict(state.value) if state else {"records": [_FIRST, "0"], "kept": [_FIRST, ""]}


def _next(session: Session, here: Place, most: int = _BATCH) -> list[tuple[Place, int]]:
    """The records to look at next, each with the place that is reached with it."""
    changed, last = datetime.fromisoformat(here["records"][0]), int(here["records"][1])
    later = or_(RecordRow.changed_at > changed, and_(RecordRow.changed_at == changed, RecordRow.id > last))
    query = select(RecordRow.id, RecordRow.changed_at).where(later).order_by(RecordRow.changed_at, RecordRow.id).limit(most)
    found = [(here | {"records": [moment.astimezone(UTC).isoformat(), str(id)]}, id) for id, moment in session.execute(query)]
    if found:
        return found
    kept_at, name = datetime.fromisoformat(here["kept"][0]), here["kept"][1]
    newer = or_(KeptFile.kept_at > kept_at, and_(KeptFile.kept_at == kept_at, KeptFile.url_hash > name))
    files = (
        select(KeptFile.url_hash, KeptFile.kept_at, FileLink.record_id)
        .join(FileLink, FileLink.url_hash == KeptFile.url_hash)
        .where(newer, KeptFile.sha256.is_not(None))
        .order_by(KeptFile.kept_at, KeptFile.url_hash, FileLink.record_id)
        .limit(most)
    )
    return [(here | {"kept": [moment.astimezone(UTC).isoformat(), url_hash]}, id) for url_hash, moment, id in session.execute(files)]


def _large(session: Session, record: int) -> Iterator[Wanted]:
    """The tables to be made of a record's files."""
    row = session.get(RecordRow, record)
    if row is None or row.state != "published" or not row.data.get("files"):
        return
    entry = catalogue.entry_of(row)
    kept = filetexts.kept_of(session, entry.number)
    for file in entry.record.files:
        token = token_of(file, kept.get(filechecks.hash_of(file.url)))
        subject = find(session, entry, token[0]) if token and token[1] else None
        if subject and not subject.fault and LARGE <= subject.size <= shelf.LARGEST:
            yield wanted_of(subject)


def _keep(portal: Portal, place: Place) -> None:
    with portal.database.write() as session:
        session.merge(State(name=_STATE, value=place))
