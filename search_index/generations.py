"""Where an index lies: a folder of generations, of which `current` names the one in use, and sums of its files."""

import fcntl
import json
import re
import secrets
import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from .engine import SearchDamaged

_SUMS = "sums.json"
_YOUNG = 3600  # seconds in which an unused generation may be a rebuild that still runs elsewhere


class Generations:
    """The generations below `folder`. Names begin with `version`: what a generation holds; raised when that changes."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder, self.version = folder, version
        self._checked: set[tuple[str, int, int]] = set()

    def path(self, name: str) -> Path:
        return self.folder / name

    def current(self) -> str:
        """The generation in use; "" where there is none, or one of another version."""
        try:
            name = (self.folder / "current").read_text().strip()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            return ""
        fits = name.startswith(f"{self.version}-") if self.version else "-" in name
        return name if fits and "/" not in name else ""

    def make(self) -> str:
        """A fresh generation, not yet in use."""
        name = f"{self.version}-{secrets.token_hex(6)}"
        self.path(name).mkdir(parents=True)
        return name

    def begin(self, fill: Callable[[Path], object]) -> str:
        """The generation in use; a fresh one, filled by `fill`, where there is none. Two processes that begin at once
        get the same."""
        with (self.folder / "begin.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (name := self.current()):
                name = self.make()
                fill(self.path(name))
                self.use(name)
        return name

    def use(self, name: str) -> None:
        """From now on this generation is in use, for every process, at once."""
        fresh = self.folder / f"current.{secrets.token_hex(4)}"
        fresh.write_text(name)
        fresh.replace(self.folder / "current")

    def drop(self, name: str) -> None:
        shutil.rmtree(self.path(name), ignore_errors=True)

    def sweep(self, *also: str) -> None:
        """Remove generations that are not in use: old ones, and those named."""
        keep = self.current()
        for path in self.folder.iterdir():
            if re.fullmatch(r"\w+-[0-9a-f]{12}", path.name) and path.name != keep:
                if path.name in also or time.time() - path.stat().st_mtime > _YOUNG:
                    shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith("current.") and time.time() - path.stat().st_mtime > _YOUNG:
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove everything: from now on there is no index."""
        before = self.current()
        (self.folder / "current").unlink(missing_ok=True)
        self.sweep(before)

    def seal(self, name: str, *patterns: str) -> None:
        """Write down the sums of files that never change once written, those that match `patterns`."""
        path = self.path(name)
        known = _sums_of(path)
        sums = {}
        for file in sorted({file for pattern in patterns for file in path.glob(pattern)}):
            size = file.stat().st_size
            before = known.get(file.name)
            sums[file.name] = before if before and before[0] == size else [size, _sum(file)]
        fresh = path / f"{_SUMS}.{secrets.token_hex(4)}"
        fresh.write_text(json.dumps(sums))
        fresh.replace(path / _SUMS)

    def check(self, name: str) -> None:
        """Raise SearchDamaged where a file is not as it was written. Each is read once in a process' life."""
        path = self.path(name)
        for file_name, (size, said) in _sums_of(path).items():
            file = path / file_name
            try:
                found = file.stat()
            except FileNotFoundError:
                continue  # merged into others since
            key = (f"{name}/{file_name}", found.st_size, found.st_mtime_ns)
            if key in self._checked:
                continue
            same = found.st_size == size and _sum(file) == said
            if not same and file.exists():
                raise SearchDamaged(f"the search index is damaged: {file_name} is not as it was written")
            self._checked.add(key)


def _sums_of(path: Path) -> dict[str, list[int]]:
    try:
        sums: dict[str, list[int]] = json.loads((path / _SUMS).read_text())
        return sums
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise SearchDamaged(f"the search index is damaged: {_SUMS} cannot be read") from error


def _sum(file: Path) -> int:
    value = 0
    try:
        with file.open("rb") as opened:
            while piece := opened.read(1 << 20):
                value = zlib.crc32(piece, value)
    except FileNotFoundError:
        return -1
    return value
