"""The demonstration: our own files, harvested like any agency's, from a server on loopback.

Its declarations name the host demo.invalid, which exists nowhere; during the harvest it is answered from
content/demo. `remove` takes everything away again.
"""

import hashlib
import ipaddress
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from harvesters.http import Answer, Http, Params
from harvesters.source import Source, SourceError

from . import clearing, linking, outcome_clock, search, store
from .harvesting import run_source
from .harvesting.run import clock
from .harvesting.traffic import software_version, user_agent
from .models import Holding, Issue, Lease, RecordRow, Run, State, StoredFile, ValidatorRow
from .parts import DEMONSTRATION, Portal, demonstration_sources

HOST = "https://demo.invalid"
_STATE = "demonstration"
_LOOPBACK = ipaddress.ip_network("127.0.0.1/32")

Progress = Callable[[str, int], None]


class DemonstrationFailed(Exception):
    """The demonstration could not be harvested. The message says which source, and why."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The demonstration as it is here now; `fresh`: it was harvested just now."""

    records: int
    fresh: bool


def sources(folder: Path = DEMONSTRATION) -> dict[str, Source]:
    """The demonstration's declarations. Raises SourceError."""
    declared, faults = demonstration_sources(folder)
    if faults:
        raise SourceError("\n".join(faults))
    return declared


def is_installed(session: Session) -> bool:
    """Whether the portal shows the demonstration, and should say so."""
    return session.get(State, _STATE) is not None


def install(
    portal: Portal, progress: Progress | None = None, now: Callable[[], datetime] = clock, folder: Path = DEMONSTRATION
) -> Installed:
    """Harvest the demonstration and teach it to search. Does nothing when it is here already, unchanged.

    `progress` is told what is being done and how far it is. Raises DemonstrationFailed.
    """
    said = _fingerprint(folder)
    with portal.database.read() as session:
        state = session.get(State, _STATE)
        here = _count(session)
    if state and state.value["files"] == said:
        search.catch_up(portal)
        return Installed(here, fresh=False)
    _take_away(portal)
    declared = sources(folder)
    _note(portal, "", declared)
    _keep_files(portal, folder / "files", now())
    with _served(folder) as address:
        for source in declared.values():
            _harvest(portal, source, address, progress, now)
    _note(portal, said, declared)
    linking.catch_up(portal)
    outcome_clock.catch_up(portal)
    search.catch_up(portal, partial(progress, "indexed") if progress else None)
    with portal.database.read() as session:
        return Installed(_count(session), fresh=True)


def remove(portal: Portal) -> int:
    """Take the demonstration away: its records, runs and agencies. Returns how many records it had."""
    removed = _take_away(portal)
    linking.catch_up(portal)
    outcome_clock.catch_up(portal)
    search.catch_up(portal)
    return removed


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).where(RecordRow.demonstration)) or 0


def _note(portal: Portal, said: str, declared: Iterable[str]) -> None:
    """Remember of which files the demonstration is made (of none, while it is being harvested)."""
    with portal.database.write() as session:
        state = session.get(State, _STATE)
        kept = state.value.get("kept", []) if state else []
        session.merge(State(name=_STATE, value={"files": said, "sources": sorted(declared), "kept": kept}))


def _keep_files(portal: Portal, folder: Path, now: datetime) -> None:
    """Keep the files that records of the demonstration carry, as if they had been uploaded; remember those that were not here."""
    fresh: list[str] = []
    for path in sorted(folder.glob("*")):
        with path.open("rb") as stream:
            kept = portal.files.put(stream, path.name)
        with portal.database.write() as session:
            if session.get(StoredFile, kept.sha256) is None:
                session.add(StoredFile(sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size=kept.size, public=True, created_at=now))
                fresh.append(kept.sha256)
            state = session.get_one(State, _STATE)
            state.value = state.value | {"kept": fresh}


def _take_away(portal: Portal) -> int:
    with portal.database.write() as session:
        state = session.get(State, _STATE)
        names = state.value["sources"] if state else []
        runs = select(Run.id).where(Run.source.in_(names))
        session.execute(delete(Issue).where(Issue.run_id.in_(runs)))
        for table in (Run, Lease, ValidatorRow):
            session.execute(delete(table).where(table.source.in_(names)))
        removed = store.remove_demonstration(session)
        kept = set(state.value.get("kept", [])) if state else set()
        _leave_to_officers(session, kept)
        session.execute(delete(StoredFile).where(StoredFile.sha256.in_(kept)))
        session.execute(delete(State).where(State.name == _STATE))
    for sha256 in kept:
        portal.storage.delete(f"files/{sha256[:2]}/{sha256}")
    return removed


def _leave_to_officers(session: Session, kept: set[str]) -> None:
    """Take out of the demonstration's files those that an officer sent too: they stay, in public only where a record names them."""
    theirs = clearing.named(session, kept) | set(session.scalars(select(Holding.sha256).where(Holding.sha256.in_(kept))))
    hidden = theirs - clearing.in_records(session, sorted(theirs))
    session.execute(update(StoredFile).where(StoredFile.sha256.in_(hidden)).values(public=False))
    kept -= theirs


def _harvest(
    portal: Portal, source: Source, address: str, progress: Progress | None, now: Callable[[], datetime]
) -> None:
    http = _Loopback(address, user_agent(portal.settings))
    try:
        run = run_source(
            portal,
            source,
            full=True,
            accept=True,
            now=now,
            http=http,
            progress=(lambda run: progress(source.name, run.received)) if progress else None,
        )
    finally:
        http.close()
    if run.state != "complete" or run.rejected:
        with portal.database.read() as session:
            issue = session.scalar(select(Issue).where(Issue.run_id == run.id).order_by(Issue.id).limit(1))
        first = f"; the first rejected: {issue.identifier}: {issue.reason}" if issue else ""
        raise DemonstrationFailed(f"{source.name}: {run.state}, {run.rejected} rejected {run.reason}{first}")


class _Loopback(Http):
    """Asks loopback for what is at demo.invalid. Nothing else inside may be reached."""

    def __init__(self, address: str, agent: str) -> None:
        super().__init__(agent, (_LOOPBACK,), 0.0)
        self._address = address

    def get(self, url: str, params: Params | None = None, **options: Any) -> Answer:
        return super().get(url.replace(HOST, self._address, 1), params, **options)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: nobody reads a log of our own requests."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The demonstration's files on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _fingerprint(folder: Path) -> str:
    """What the demonstration is made of: its files, and the software that reads them."""
    digest = hashlib.sha256(software_version().encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"\n{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
