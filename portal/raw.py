"""Raw items: what agencies sent, compressed, under the hash of what was sent."""

import gzip
import hashlib
import os
import secrets
from pathlib import Path


class Folder:
    """Raw items in a folder: <first two letters>/<SHA-256>.gz. Writing the same bytes again costs nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256 in hexadecimal. Whole or not at all, even when killed."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_suffix(f".{os.getpid()}-{secrets.token_hex(3)}")
            fresh.write_bytes(gzip.compress(content, 5, mtime=0))
            fresh.replace(place)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes under that hash; None if they are not kept."""
        place = self._place(digest)
        return gzip.decompress(place.read_bytes()) if place.exists() else None

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise ValueError(f"{digest!r} is not a SHA-256 in hexadecimal")
        return self.path / digest[:2] / f"{digest}.gz"
