"""Files that officers publish: kept under the hash of their content, checked for what they claim to be."""

import hashlib
import io
import os
import re
import secrets
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

LARGEST = 50_000_000
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "zip": "application/zip",
}
_PLAIN = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "md": "text/markdown",
    "json": "application/json", "xml": "application/xml",
}  # fmt: skip
_MAGIC = {
    "pdf": (b"%PDF-", "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "doc": (b"\xd0\xcf\x11\xe0", "application/msword"),
    "xls": (b"\xd0\xcf\x11\xe0", "application/vnd.ms-excel"),
}
ENDINGS = (*_MAGIC, *_OFFICE, *_PLAIN)


class Refused(ValueError):
    """A file is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Kept:
    """A file that was taken: its hash, its name made safe, its type, and its size in bytes."""

    sha256: str
    name: str
    media_type: str
    size: int


class Files:
    """Files in a folder: <first two letters>/<SHA-256>."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: IO[bytes], name: str) -> Kept:
        """Take a file. Raises Refused when it is too large, empty, or not what its name says."""
        name = safe_name(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"incoming-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            digest, size = self._copy(stream, fresh, name)
            media_type = _type_of(fresh, name)
            place = self.path(digest)
            place.parent.mkdir(exist_ok=True)
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        return Kept(digest, name, media_type, size)

    @staticmethod
    def _copy(stream: IO[bytes], target: Path, name: str) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with target.open("wb") as file:
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                if size > LARGEST:
                    raise Refused(_("“%(name)s” is larger than 50 MB; split it, or link to it instead", name=name))
                digest.update(chunk)
                file.write(chunk)
        if not size:
            raise Refused(_("“%(name)s” is empty; choose the file again", name=name))
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256 in hexadecimal")
        return self.folder / sha256[:2] / sha256


def safe_name(name: str) -> str:
    """A file's name without folders, control characters and spaces, at most 120 letters long."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = re.sub(r"[^\w.()-]+", "-", name).strip("-.")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 110 - len(ending)]}{dot}{ending}"[:120] or "file"


def _type_of(path: Path, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if ending in _MAGIC:
        magic, media_type = _MAGIC[ending]
        if magic in head[:1024] if ending == "pdf" else head.startswith(magic):
            return media_type
    elif ending in _OFFICE:
        if _is_archive_of(path, ending):
            return _OFFICE[ending]
    elif ending in _PLAIN:
        if b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return _PLAIN[ending]
    else:
        raise Refused(
            _("“%(name)s” is of a kind that is not taken; use one of %(known)s", name=name, known=", ".join(ENDINGS))
        )
    raise Refused(
        _("“%(name)s” is not what its name says; save it again as %(ending)s, or rename it", name=name, ending=ending)
    )


def _is_archive_of(path: Path, ending: str) -> bool:
    """Whether it is a ZIP archive that holds what documents of that kind hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            names = set(archive.namelist())
            if ending in ("docx", "xlsx", "pptx"):
                folder = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}[ending]
                return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
            if ending in ("odt", "ods", "odp"):
                return archive.read("mimetype").decode("ascii", "replace").strip() == _OFFICE[ending]
            return True
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
