"""Which file of a record an address names, and whether there is a copy of it here that readers may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from harvesters.record import File

from .. import catalogue, filechecks, filetexts, uploads
from ..catalogue import Entry
from ..filestore import safe_name
from ..filetypes import ending_of
from ..models import KeptFile
from .shelf import Wanted, custom_of

_ENDINGS = frozenset({"csv", "tsv", "tab", "xlsx", "xlsm", "xlsb", "xls", "ods"})
_MEDIA_TYPES = ("text/csv", "text/tab-separated-values", "spreadsheet", "ms-excel")
_LETTERS = 16  # of a hash, which tell apart the files of one record


@dataclass(frozen=True)
class Subject:
    """A file of a record. `sha256`: of the copy that is kept here; empty where there is none, and `fault` says why."""

    entry: Entry
    token: str
    file: File | None
    title: str
    name: str
    address: str
    sha256: str = ""
    size: int = 0
    fault: str = ""
    former: bool = False

    @property
    def language(self) -> str:
        """The language that the file is probably in."""
        return (self.file.language if self.file else None) or str(self.entry.data["language"])


def wanted_of(subject: Subject, sheet: int = 0) -> Wanted:
    """The table of a file that is kept: of the sheet of that number, 0 for the first that holds one."""
    place = str(subject.entry.data["publisher"].get("place") or "")
    return Wanted(subject.sha256, subject.name, subject.size, sheet, custom_of(subject.language, place))


def token_of(file: File, kept: KeptFile | None) -> tuple[str, bool] | None:
    """What a file is called in the address of its table, and whether the portal has a copy of it; None for what is no table by its name."""
    name = _path_of(file)
    if not (ending_of(name) in _ENDINGS or any(kind in file.media_type for kind in _MEDIA_TYPES)):
        return None
    sha256 = (kept.sha256 or "") if kept else _sha256_of(file)
    return (sha256 or filechecks.hash_of(file.url))[:_LETTERS], bool(sha256)


def tables_of(entry: Entry, kept: Mapping[str, KeptFile], base: str) -> list[dict[str, Any]]:
    """The files of a record that are tables by their name, as data: where each opens, its rows as CSV and JSON and the dictionary of
    its columns; null addresses where the portal has no copy. `kept`: the copies by the hash of the address; `base`: the portal's address."""
    found = []
    for file in entry.record.files:
        named = token_of(file, kept.get(filechecks.hash_of(file.url)))
        if named is None:
            continue
        place = f"{base}/records/{entry.number}/files/{named[0]}/table" if named[1] else None
        ways = {"url": "", "csv": ".csv", "json": ".json", "columns": "/columns.json", "columns_csv": "/columns.csv"}
        address = base + file.url if file.url.startswith("/") else file.url
        found.append({"file": address, "title": file.title or None, **{name: place and place + ending for name, ending in ways.items()}})
    return found


def find(session: Session, entry: Entry, token: str) -> Subject | None:
    """The file that a token names: of what the record says now, else of what it said before. None where there is none, or it may
    not be seen."""
    if len(token) != _LETTERS or not set(token) <= set("0123456789abcdef"):
        return None
    kept = filetexts.kept_of(session, entry.number)
    found = _among(session, entry, entry.record.files, kept, token)
    if found is None:
        past = (version for version in catalogue.versions(session, entry) if version.state != "unpublished")
        found = next((one for version in past if (one := _among(session, entry, version.record.files, kept, token, former=True))), None)
    return found


def _path_of(file: File) -> str:
    """The path of a file's address; nothing where the agency's address is none (https://[)."""
    try:
        return unquote(urlsplit(file.url).path)
    except ValueError:
        return ""


def _sha256_of(file: File) -> str:
    """The hash of a file that was uploaded here."""
    return file.url.removeprefix("/files/")[:64] if file.url.startswith("/files/") else ""


def _among(
    session: Session, entry: Entry, files: Sequence[File], kept: Mapping[str, KeptFile], token: str, *, former: bool = False
) -> Subject | None:
    for file in files:
        name = safe_name(_path_of(file).rstrip("/").rpartition("/")[2])
        own, linked = _sha256_of(file), filechecks.hash_of(file.url)
        copy = kept.get(linked)
        sha256 = own or (copy.sha256 or "" if copy else "")
        if not (sha256.startswith(token) or (not own and linked.startswith(token))):
            continue
        about = Subject(entry, token, file, file.title or name, name, file.url, former=former)
        row = uploads.find_file(session, sha256, None) if sha256 else None
        if row is not None:
            return Subject(entry, sha256[:_LETTERS], file, about.title, copy.name if copy else name, file.url, sha256, row.size, former=former)
        if own or sha256:  # it was never shown, or is shown no more
            return None
        return Subject(entry, token, file, about.title, name, file.url, fault="not_taken" if copy else "not_kept", former=former)
    return None
