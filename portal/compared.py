"""Comparisons of texts that were made before, kept in the data folder under the hash of both texts: nothing there grows old."""

import hashlib
import json
import logging
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .differences import TextChange, compare_texts

log = logging.getLogger(__name__)

# How a comparison is made and written down: raised when that changes, so that no older one is read.
FORM = 1
_MOST = 1000  # comparisons that are kept
_MOST_BYTES = 200_000_000
_QUICK = 20_000  # letters of two texts that are compared faster than kept


def compared(folder: Path, old: str, new: str) -> TextChange:
    """What changed from one text to the other, by heart where `folder` has it. Several processes may share the folder; where it
    cannot be written, the comparison is made each time."""
    if len(old) + len(new) < _QUICK:
        return compare_texts(old, new)
    path = folder / f"{_key(old, new)}.z"
    if (known := _read(path)) is not None:
        return known
    found = compare_texts(old, new)
    try:
        _write(path, found)
        _keep_within_bounds(folder)
    except OSError as error:
        log.warning("a comparison could not be kept in %s: %s", folder, error)
    return found


def _key(old: str, new: str) -> str:
    digest = hashlib.sha256(f"{FORM}\n{len(old)}\n".encode())
    digest.update(old.encode("utf-8", "surrogatepass"))
    digest.update(new.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _read(path: Path) -> TextChange | None:
    try:
        found = TextChange.of_data(json.loads(zlib.decompress(path.read_bytes())))
    except FileNotFoundError:
        return None
    except (OSError, zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        log.warning("a kept comparison cannot be read (%s) and is made again: %s", error, path.name)
        return None
    with suppress(OSError):
        os.utime(path)  # what is read stays longest
    return found


def _write(path: Path, found: TextChange) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        fresh.write_bytes(zlib.compress(json.dumps(found.data(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), 1))
        fresh.replace(path)  # whole or not at all, whoever else writes the same
    finally:
        fresh.unlink(missing_ok=True)


def _keep_within_bounds(folder: Path) -> None:
    """Let go of what was read longest ago, where there is too much."""
    held = sorted(_held(folder), reverse=True)
    total = 0
    for place, (_, size, path) in enumerate(held):
        total += size
        if place >= _MOST or total > _MOST_BYTES:
            path.unlink(missing_ok=True)


def _held(folder: Path) -> Iterator[tuple[float, int, Path]]:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another process let go of it
            said = path.stat()
            yield said.st_mtime, said.st_size, path
