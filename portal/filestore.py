"""Files that officers publish, kept under the hash of their content: files/<first two digits>/<SHA-256>."""

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from .filetypes import Refused, ending_of, recognise
from .storage import Storage

LARGEST = 50_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A file that was taken: its hash, its name made safe, its type, and its size in bytes."""

    sha256: str
    name: str
    media_type: str
    size: int


class Files:
    """Files by the hash of their content. The same content is kept once, whoever sends it."""

    def __init__(self, kept: Storage, folder: Path, announce: Callable[[str], None] = lambda _sha256: None) -> None:
        """`folder` is where files are looked at before they are taken. `announce` is told the hash of what is about to be kept."""
        self._storage, self._folder, self._announce = kept, folder, announce

    def put(self, stream: IO[bytes], name: str) -> Kept:
        """Take a file. Raises Refused when it is too large, empty, of a kind that is not taken, or not what its name
        says; nothing of it is kept then."""
        name = safe_name(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"incoming-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            digest, size = _copy(stream, fresh, name)
            media_type = recognise(fresh, name)
            self._announce(digest)
            self._storage.put(_name(digest), fresh)
        finally:
            fresh.unlink(missing_ok=True)
        return Kept(digest, name, media_type, size)

    def get(self, sha256: str) -> IO[bytes] | None:
        """The content of that hash, opened to read from any point; None if it is not here. The caller closes it."""
        return self._storage.open(_name(sha256)) if _SHA256.fullmatch(sha256) else None

    def forget(self, sha256: str) -> None:
        """Keep a file no longer."""
        self._storage.delete(_name(sha256))


def _name(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def _copy(stream: IO[bytes], target: Path, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > LARGEST:
                raise Refused(_("“%(name)s” is larger than 50 MB; split it, or publish a link to it instead", name=name))
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise Refused(_("“%(name)s” is empty; choose the file again", name=name))
    return digest.hexdigest(), size


def safe_name(name: str) -> str:
    """A file's name without folders, spaces and whatever could deceive (control characters, letters that turn the
    direction of writing), at most 120 letters long."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = re.sub(r"[^\w.()-]+", "-", name).strip("-.")
    ending = ending_of(name)[:10]
    stem = name[: -len(ending) - 1] if ending and name.lower().endswith(f".{ending}") else name
    return f"{stem[:105].rstrip('-.') or 'file'}.{ending}" if stem != name else stem[:105] or "file"
