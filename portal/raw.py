"""Raw items: what agencies sent, compressed, under the hash of what was sent."""

import gzip
import hashlib

from . import storage
from .storage import Storage


class Raw:
    """Raw items in a storage: raw/<first two letters>/<SHA-256>.gz. Writing the same bytes again costs nothing."""

    def __init__(self, kept: Storage) -> None:
        self._storage = kept

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256 in hexadecimal. Whole or not at all, even when killed."""
        digest = hashlib.sha256(content).hexdigest()
        name = _name(digest)
        if not self._storage.exists(name):
            self._storage.put(name, gzip.compress(content, 5, mtime=0))
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes under that hash; None if they are not kept."""
        packed = storage.read(self._storage, _name(digest))
        return gzip.decompress(packed) if packed is not None else None


def _name(digest: str) -> str:
    if len(digest) != 64 or not digest.isalnum():
        raise ValueError(f"{digest!r} is not a SHA-256 in hexadecimal")
    return f"raw/{digest[:2]}/{digest}.gz"
