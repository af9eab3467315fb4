"""The text of kept files: what search learns of it, and on which page a found passage stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import FileLink, FilePage, KeptFile, RecordRow

# What search learns of the files of one record, in letters.
MOST = 1_000_000
_AROUND = 24


@dataclass(frozen=True)
class Place:
    """Where a passage stands: `page` of the kept file of that name. `pages`: how many it has."""

    name: str
    page: int
    pages: int
    address: str


def of_records(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The text of the kept files of each record that has any."""
    query = (
        select(FileLink.record_id, FilePage.text)
        .join(KeptFile, KeptFile.url_hash == FileLink.url_hash)
        .join(FilePage, FilePage.sha256 == KeptFile.sha256)
        .where(FileLink.record_id.in_(ids))
        .order_by(FileLink.record_id, KeptFile.url_hash, FilePage.page)
    )
    found: dict[int, list[str]] = {}
    lengths: dict[int, int] = {}
    for record, text in session.execute(query):
        if lengths.get(record, 0) < MOST:
            found.setdefault(record, []).append(text)
            lengths[record] = lengths.get(record, 0) + len(text)
    return {record: "\n\n".join(texts)[:MOST] for record, texts in found.items()}


def kept_of(session: Session, number: str) -> dict[str, KeptFile]:
    """The kept files of a record, by the hash of their address."""
    query = (
        select(KeptFile)
        .join(FileLink, FileLink.url_hash == KeptFile.url_hash)
        .join(RecordRow, RecordRow.id == FileLink.record_id)
        .where(RecordRow.number == number)
    )
    return {row.url_hash: row for row in session.scalars(query)}


def places(session: Session, number: str, passages: Iterable[Sequence[tuple[str, bool]]]) -> tuple[Place, ...]:
    """Where passages of a record (pieces of text, and whether each matched) stand in its kept files."""
    wanted = [passage for passage in passages if any(hit for _text, hit in passage)]
    if not wanted:
        return ()
    query = (
        select(KeptFile, FilePage)
        .join(FilePage, FilePage.sha256 == KeptFile.sha256)
        .join(FileLink, FileLink.url_hash == KeptFile.url_hash)
        .join(RecordRow, RecordRow.id == FileLink.record_id)
        .where(RecordRow.number == number)
        .order_by(KeptFile.url_hash, FilePage.page)
    )
    cores = {core for passage in wanted for core in _cores(passage)}
    found: dict[tuple[str, int], Place] = {}
    for file, page in session.execute(query):
        text = _plain(page.text)
        if any(core in text for core in cores):
            address = address_of(file, page.page)
            found.setdefault((file.url_hash, page.page), Place(file.name, page.page, file.pages, address))
        if len(found) == 3:
            break
    return tuple(found.values())


def address_of(file: KeptFile, page: int = 0) -> str:
    """The address of a kept file here, opened at a page."""
    at = f"#page={page}" if page and file.pages > 1 else ""
    return f"/files/{file.sha256}/{quote(file.name)}{at}"


def _cores(passage: Sequence[tuple[str, bool]]) -> set[str]:
    """What surely stands together of a passage: each match with some letters around it, cut at no ellipsis."""
    text, found = "", []
    for piece, hit in passage:
        if hit:
            found.append((len(text), len(text) + len(piece)))
        text += piece
    cores = set()
    for start, end in found:
        before = re.split("…|\n\n", text[max(0, start - _AROUND) : start])[-1]
        after = re.split("…|\n\n", text[end : end + _AROUND])[0]
        cores.add(_plain(before + text[start:end] + after))
    return cores


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
