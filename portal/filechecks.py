"""Files that records link to, looked at in the background: which links are broken, since when, and why.

`gather` learns from records which addresses there are; `check` looks at those whose time has come, round by round,
and stores each round: killed at any moment, it goes on where it was. No single failure makes a link broken.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from harvesters.http import Http
from harvesters.linked import Look, expected_type, look

from .harvesting.traffic import user_agent
from .models import HIDDEN, FileCheck, FileLink, Lease, RecordRow, State
from .parts import Portal

# How many addresses are looked at before what was found is stored.
ROUND = 30
_READ = 500
_CURSOR = "file links"
# A record that was being stored when the last ones were read may have an earlier moment.
_OVERLAP = timedelta(minutes=10)

_SOON = timedelta(hours=6)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Checked:
    """What a check came to. `network_down`: most hosts were out of reach at once, and nothing was marked."""

    looks: Counter[str] = field(default_factory=Counter)
    network_down: bool = False

    @property
    def total(self) -> int:
        return sum(self.looks.values())


@dataclass(frozen=True)
class Broken:
    """A broken link of a record."""

    number: str
    title: str
    url: str
    code: str
    status: int | None
    since: datetime
    checked_at: datetime


def hash_of(url: str) -> str:
    """Under what an address is kept."""
    return hashlib.sha256(url.encode()).hexdigest()


def gather(portal: Portal, now: datetime | None = None) -> int:
    """Learn which files records link to, from those that changed since it was last done. Returns how many were read."""
    now, read = now or datetime.now(UTC), 0
    with portal.database.read() as session:
        at, id = _cursor(session)
    at, id = max(_EARLIEST, at - _OVERLAP), 0
    while True:
        with portal.database.write() as session:
            rows = session.execute(
                select(RecordRow.id, RecordRow.changed_at, RecordRow.state, RecordRow.demonstration, RecordRow.data["files"])
                .where(or_(RecordRow.changed_at > at, and_(RecordRow.changed_at == at, RecordRow.id > id)))
                .order_by(RecordRow.changed_at, RecordRow.id)
                .limit(_READ)
            ).all()
            if not rows:
                return read
            _link(session, {row.id: _files(row) for row in rows}, now)
            at, id = rows[-1].changed_at, rows[-1].id
            session.merge(State(name=_CURSOR, value={"at": at.isoformat(), "id": id}))
        read += len(rows)


def _cursor(session: Session) -> tuple[datetime, int]:
    kept = session.get(State, _CURSOR)
    return (datetime.fromisoformat(kept.value["at"]), kept.value["id"]) if kept else (_EARLIEST + _OVERLAP, 0)


def _files(row: Any) -> dict[str, Mapping[str, Any]]:
    """The files of a record that lie elsewhere, by the hash of their address."""
    if row.state in HIDDEN or row.demonstration:
        return {}
    files = row[4] if isinstance(row[4], list) else []
    return {hash_of(file["url"]): file for file in files if file["url"].startswith(("http://", "https://"))}


def _link(session: Session, wanted: Mapping[int, Mapping[str, Mapping[str, Any]]], now: datetime) -> None:
    there = session.execute(
        select(FileLink.record_id, FileLink.url_hash).where(FileLink.record_id.in_(wanted))
    )
    kept = {(record, url) for record, url in there}
    asked = {(record, url) for record, files in wanted.items() for url in files}
    files = {url: file for one in wanted.values() for url, file in one.items()}
    known = _known(session, list(files))
    session.add_all(_new_check(url, file, now) for url, file in files.items() if url not in known)
    session.flush()
    session.add_all(FileLink(record_id=record, url_hash=url) for record, url in sorted(asked - kept))
    gone = sorted(kept - asked)
    for record, url in gone:
        session.execute(delete(FileLink).where(FileLink.record_id == record, FileLink.url_hash == url))
    _forget(session, {url for _record, url in gone})


def _known(session: Session, urls: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(urls), 500):
        found.update(session.scalars(select(FileCheck.url_hash).where(FileCheck.url_hash.in_(urls[start : start + 500]))))
    return found


def _forget(session: Session, urls: Iterable[str]) -> None:
    """Forget the addresses that no record links to any more."""
    linked = exists().where(FileLink.url_hash == FileCheck.url_hash)
    for url in urls:
        session.execute(delete(FileCheck).where(FileCheck.url_hash == url, ~linked))


def _new_check(url_hash: str, file: Mapping[str, Any], now: datetime) -> FileCheck:
    url = str(file["url"])
    expected = expected_type(url, str(file.get("media_type") or ""))
    return FileCheck(url_hash=url_hash, url=url, host=_host(url), expected=expected, next_check_at=now)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].casefold()[:300]
    except ValueError:
        return ""


def check(portal: Portal, *, source: str = "", limit: int = 200, http: Http | None = None, now: datetime | None = None) -> Checked:
    """Look at up to `limit` addresses whose time has come, those of one source if it is named."""
    started = now or datetime.now(UTC)
    gather(portal, started)
    checked = Checked()
    way = http or Http(user_agent(portal.settings), portal.settings.trusted_networks, 2.0, (10.0, 30.0),
                       attempts=2, longest=60.0, longest_wait=10.0)  # fmt: skip
    try:
        while checked.total < limit and not checked.network_down:
            with portal.database.read() as session:
                rows = _due(session, started, source, min(ROUND, limit - checked.total))
            if not rows:
                break
            _check_round(portal, way, rows, checked, now or datetime.now(UTC))
    finally:
        if http is None:
            way.close()
    return checked


def _due(session: Session, now: datetime, source: str, count: int) -> list[FileCheck]:
    """What is due, many hosts before many files of one; not of hosts that are being harvested."""
    busy = select(Lease.host).where(Lease.host.is_not(None), Lease.expires_at > now)
    linked = select(FileLink.url_hash).join(RecordRow, RecordRow.id == FileLink.record_id)
    turn = func.row_number().over(partition_by=FileCheck.host, order_by=FileCheck.next_check_at).label("turn")
    due = select(FileCheck.url_hash, turn).where(FileCheck.next_check_at <= now, FileCheck.host.not_in(busy))
    if source:
        due = due.where(FileCheck.url_hash.in_(linked.where(RecordRow.via == source)))
    first = due.subquery()
    query = select(FileCheck).join(first, first.c.url_hash == FileCheck.url_hash)
    return list(session.scalars(query.order_by(first.c.turn, FileCheck.next_check_at, FileCheck.url_hash).limit(count)))


def _check_round(portal: Portal, http: Http, rows: list[FileCheck], checked: Checked, now: datetime) -> None:
    looks: dict[str, Look] = {}
    waiting: dict[str, float] = {}
    silent: Counter[str] = Counter()
    for row in rows:
        if row.host in waiting or silent[row.host] > 1:
            continue
        found = looks[row.url_hash] = look(http, row.url, row.expected)
        silent[row.host] += not found.answered
        if found.code == "later":
            waiting[row.host] = max(found.retry_after or 0, _SOON.total_seconds() / 6)
    if _seems_cut_off(rows, looks) and not _someone_answers(portal, http, rows):
        checked.network_down = True
        looks = {url: found for url, found in looks.items() if found.answered}
    with portal.database.write() as session:
        _store(session, rows, looks, checked, now)
        for host, wait in waiting.items():
            _postpone(session, host, now + timedelta(seconds=wait))
        if not checked.network_down:
            for host in (host for host, times in silent.items() if times > 1):
                _postpone(session, host, now + _SOON)
        session.merge(State(name="files checked", value={"at": now.isoformat(), "network_down": checked.network_down}))


def _store(session: Session, rows: list[FileCheck], looks: Mapping[str, Look], checked: Checked, now: datetime) -> None:
    for url in (row.url_hash for row in rows):
        row = session.get(FileCheck, url)
        if row is not None and url in looks:
            settle(row, looks[url], now)
            checked.looks[row.state if row.state != "waiting" else "failed once"] += 1


def _postpone(session: Session, host: str, until: datetime) -> None:
    session.execute(
        update(FileCheck).where(FileCheck.host == host, FileCheck.next_check_at < until).values(next_check_at=until)
    )


def _seems_cut_off(rows: list[FileCheck], looks: Mapping[str, Look]) -> bool:
    """Whether most hosts said nothing at all: then it may be our own network that is down."""
    said: dict[str, bool] = {}
    for row in (row for row in rows if row.url_hash in looks):
        said[row.host] = said.get(row.host, False) or looks[row.url_hash].answered
    return 2 * sum(not one for one in said.values()) > len(said)


def _someone_answers(portal: Portal, http: Http, rows: list[FileCheck]) -> bool:
    """Whether a host that was well not long ago answers now. Without one to ask, a lone host is believed to be down,
    several at once are not."""
    hosts = {row.host for row in rows}
    with portal.database.read() as session:
        well = session.scalars(
            select(FileCheck).where(FileCheck.state == "ok", FileCheck.host.not_in(hosts))
            .order_by(FileCheck.checked_at.desc()).limit(200)
        )  # fmt: skip
        asked = list({row.host: row for row in well}.values())[:3]
    return any(look(http, row.url).answered for row in asked) if asked else len(hosts) == 1


def settle(row: FileCheck, found: Look, now: datetime) -> None:
    """Take over what a look found. Broken: failed on two different days, or twice "there is no such file"."""
    again = found.code == row.code == "gone"
    row.checked_at, row.status, row.code = now, found.status, found.code
    if found.verdict == "ok":
        row.state, row.failures, row.first_failed_at = "ok", 0, None
        row.media_type, row.size = found.media_type[:200], found.size
        row.next_check_at = now + _MONTH
    elif found.verdict == "unknown":
        # That a machine was turned away says nothing: what was known of the link before stays.
        row.state = "broken" if row.state == "broken" else "unknown"
        row.next_check_at = now + max(timedelta(seconds=found.retry_after or 0), _DAY if found.code == "later" else _WEEK)
    else:
        _settle_failure(row, found, now, again)


def _settle_failure(row: FileCheck, found: Look, now: datetime, again: bool) -> None:
    row.failures += 1
    row.first_failed_at = row.first_failed_at or now
    on_another_day = row.first_failed_at.date() != now.date()
    if row.state == "broken" or again or on_another_day:
        row.state, row.next_check_at = "broken", now + _WEEK
    else:
        row.next_check_at = now + (_SOON if found.code == "gone" else _DAY)


def broken_of(session: Session, record_number: str) -> dict[str, FileCheck]:
    """The broken links of a record, by their address."""
    rows = session.scalars(
        select(FileCheck)
        .join(FileLink, FileLink.url_hash == FileCheck.url_hash)
        .join(RecordRow, RecordRow.id == FileLink.record_id)
        .where(RecordRow.number == record_number, FileCheck.state == "broken")
    )
    return {row.url: row for row in rows}


def counts(session: Session, source: str = "") -> dict[str, int]:
    """How many addresses there are in each state, of one source if it is named."""
    query = select(FileCheck.state, func.count()).group_by(FileCheck.state)
    if source:
        query = query.where(FileCheck.url_hash.in_(_of_source(source)))
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in ("ok", "broken", "unknown", "waiting")}


def _of_source(source: str) -> Any:
    return (
        select(FileLink.url_hash)
        .join(RecordRow, RecordRow.id == FileLink.record_id)
        .where(RecordRow.via == source, RecordRow.state.not_in(HIDDEN))
    )


def broken(session: Session, source: str = "", limit: int = 100) -> list[Broken]:
    """Broken links, the newest first, with the records they are in."""
    query = (
        select(RecordRow.number, RecordRow.title, FileCheck)
        .join(FileLink, FileLink.record_id == RecordRow.id)
        .join(FileCheck, FileCheck.url_hash == FileLink.url_hash)
        .where(FileCheck.state == "broken", RecordRow.state.not_in(HIDDEN))
        .order_by(FileCheck.first_failed_at.desc(), RecordRow.number, FileCheck.url_hash)
        .limit(limit)
    )
    if source:
        query = query.where(RecordRow.via == source)
    return [
        Broken(number, title, row.url, row.code, row.status, row.first_failed_at or row.next_check_at, row.checked_at or row.next_check_at)
        for number, title, row in session.execute(query)
    ]


def report_data(session: Session, source: str, base: str, limit: int = 1000) -> dict[str, Any]:
    """The linked files of a source as data: how they stand, and which are broken."""
    number = counts(session, source)
    lines = broken(session, source, limit)
    return {
        "total": sum(number.values()),
        **number,
        "broken_links": [
            {
                "record": f"{base}/records/{line.number}",
                "url": line.url,
                "code": line.code,
                "status": line.status,
                "since": line.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "checked_at": line.checked_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            for line in lines
        ],
    }
