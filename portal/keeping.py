"""Keeping linked files: where a source's declaration says so (`keep_files`), under their hash, with their text.

Each file is stored before the next one is asked for: killed at any moment, it goes on where it was.
"""

import shutil
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from harvesters.barriers import is_html
from harvesters.filetext import Extracted, extract
from harvesters.http import BadAnswer, Http, SourceFault
from harvesters.source import Source

from .filestore import safe_name
from .harvesting.traffic import user_agent
from .models import HIDDEN, CitationState, FileCheck, FileLink, FilePage, KeptFile, Lease, RecordRow, StoredFile
from .parts import Portal

_AGAIN = timedelta(days=7)
_ENDINGS = {"application/pdf": "pdf", "text/html": "html", "text/plain": "txt"}


def keep(portal: Portal, limit: int = 20, now: datetime | None = None) -> int:
    """Keep up to `limit` files that were found well and are not here yet; return how many became part of it."""
    now, kept = now or datetime.now(UTC), 0
    for source in (source for source in portal.known_sources.values() if source.keep_files):
        with portal.database.read() as session:
            rows = _waiting(session, source, now, limit - kept)
        if not rows:
            continue
        way = Http(user_agent(portal.settings), portal.settings.trusted_networks, max(source.delay, 1.0),
                   max_bytes=source.keep_files_up_to, attempts=2)  # fmt: skip
        with way as http:
            for row in rows:
                _keep_one(portal, http, source, row, now)
        kept += len(rows)
    return kept


def _waiting(session: Session, source: Source, now: datetime, limit: int) -> list[FileCheck]:
    linked = (
        select(FileLink.url_hash).join(RecordRow, RecordRow.id == FileLink.record_id)
        .where(RecordRow.via == source.name, RecordRow.state.not_in(HIDDEN))
    )  # fmt: skip
    busy = select(Lease.host).where(Lease.host.is_not(None), Lease.expires_at > now)
    missed = and_(KeptFile.fault == "unavailable", KeptFile.kept_at < now - _AGAIN)
    query = (
        select(FileCheck)
        .outerjoin(KeptFile, KeptFile.url_hash == FileCheck.url_hash)
        .where(FileCheck.state == "ok", FileCheck.url_hash.in_(linked), FileCheck.host.not_in(busy))
        .where(or_(KeptFile.url_hash.is_(None), missed))
        .order_by(FileCheck.checked_at, FileCheck.url_hash)
        .limit(max(0, limit))
    )
    return list(session.scalars(query))


def _keep_one(portal: Portal, http: Http, source: Source, check: FileCheck, now: datetime) -> None:
    name = safe_name(unquote(urlsplit(check.url).path).rpartition("/")[2])
    file = KeptFile(url_hash=check.url_hash, sha256=None, name=name, pages=0, fault="", kept_at=now)
    if (check.size or 0) > source.keep_files_up_to:
        file.fault = "too_large"
        return _store(portal, file, None, Extracted(), 0, "")
    try:
        with http.get(check.url) as answer, TemporaryDirectory() as folder:
            place = Path(folder) / "file"
            answer.file.seek(0)
            with place.open("wb") as copy:
                shutil.copyfileobj(answer.file, copy)
            media_type = type_of(place, answer.media_type or check.expected)
            if file.name == "file" or "." not in file.name:
                file.name = f"{file.name}.{_ENDINGS[media_type]}" if media_type in _ENDINGS else file.name
            _store(portal, file, place, extract(place, media_type), place.stat().st_size, media_type)
    except SourceFault as fault:
        file.fault = "too_large" if isinstance(fault, BadAnswer) and fault.status is None else "unavailable"
        _store(portal, file, None, Extracted(), 0, "")


def type_of(path: Path, said: str) -> str:
    """What a file is by its content; what was said of it where that does not tell."""
    with path.open("rb") as file:
        beginning = file.read(2048)
    if b"%PDF-" in beginning[:1024]:
        return "application/pdf"
    if is_html(beginning):
        return "text/html"
    if beginning.startswith(b"PK") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
        if "word/document.xml" in names:
            return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        if b"application/vnd.oasis.opendocument.text" in beginning[:120]:
            return "application/vnd.oasis.opendocument.text"
    return said or "application/octet-stream"


def _store(portal: Portal, file: KeptFile, place: Path | None, found: Extracted, size: int, media_type: str) -> None:
    if place is not None:
        content = place.read_bytes()
        file.sha256 = sha256(content).hexdigest()
        file.fault, file.pages = found.fault, len(found.pages)
        portal.announce(file.sha256)
        portal.storage.put(f"files/{file.sha256[:2]}/{file.sha256}", content)
    with portal.database.write() as session:
        session.merge(file)
        if file.sha256:
            _store_text(session, file, found, {"media_type": media_type[:200], "size": size})


def _store_text(session: Session, file: KeptFile, found: Extracted, about: Mapping[str, Any]) -> None:
    stored = session.get(StoredFile, file.sha256)
    if stored is None:
        session.add(StoredFile(sha256=file.sha256, name=file.name, public=True, created_at=file.kept_at, **about))
    else:
        stored.public = True  # its agency shows it to everybody
    session.execute(delete(FilePage).where(FilePage.sha256 == file.sha256))
    session.add_all(FilePage(sha256=file.sha256, page=page, text=text) for page, text in enumerate(found.pages, 1))
    linking = select(FileLink.record_id).where(FileLink.url_hash == file.url_hash)
    # Search has to learn these records anew, and citations are looked for in the file's text.
    session.execute(update(RecordRow).where(RecordRow.id.in_(linking)).values(indexed_version=0))
    session.execute(delete(CitationState).where(CitationState.record_id.in_(linking)))
