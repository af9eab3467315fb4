"""The text of kept files: what search learns of it, and on which page a found passage stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def places_of(
    session: Session, passages: Mapping[str, Iterable[Sequence[tuple[str, bool]]]]
) -> dict[str, tuple[Place, ...]]:
    """Where passages (pieces of text, and whether each matched) of records stand in their kept files, three places at
    most; by the number of each record that has any."""
    cores = {number: {core for one in some for core in _cores(one)} for number, some in passages.items()}
    wanted = [number for number, some in cores.items() if some]
    kept = _kept_pages(session, wanted) if wanted and _any_kept(session) else ()
    found: dict[str, dict[tuple[str, int], Place]] = {}
    for number, file, page in kept:
        here = found.setdefault(number, {})
        if len(here) < 3 and any(core in _plain(page.text) for core in cores[number]):
            place = Place(file.name, page.page, file.pages, address_of(file, page.page))
            here.setdefault((file.url_hash, page.page), place)
    return {number: tuple(places.values()) for number, places in found.items()}


def _any_kept(session: Session) -> bool:
    return session.scalar(select(KeptFile.url_hash).limit(1)) is not None


def _kept_pages(session: Session, numbers: Sequence[str]) -> Iterator[tuple[str, KeptFile, FilePage]]:
    query = (
        select(RecordRow.number, KeptFile, FilePage)
        .join(FileLink, FileLink.record_id == RecordRow.id)
        .join(KeptFile, KeptFile.url_hash == FileLink.url_hash)
        .join(FilePage, FilePage.sha256 == KeptFile.sha256)
        .where(RecordRow.number.in_(numbers))
        .order_by(RecordRow.number, KeptFile.url_hash, FilePage.page)
    )
    yield from ((row[0], row[1], row[2]) for row in session.execute(query))


def address_of(file: KeptFile, page: int = 0) -> str:
    """The address of a kept file here, opened at a page."""
    at = f"#page={page}" if page and file.pages > 1 else ""
    return f"/files/{file.sha256}/{quote(file.name)}{at}"


def _cores(passage: Sequence[tuple[str, bool]]) -> set[str]:
    """What surely stands together of a passage: each match with some letters around it, cut at no ellipsis."""
    text = ""
    found: list[tuple[int, int]] = []
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
