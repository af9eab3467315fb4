"""The shelf: tables that were made of kept files, each below the hash of its file, in the data folder. It can be thrown away at
any time: what is missing is made again when somebody wants to see it."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from babel import Locale, UnknownLocaleError

from harvesters.dates import day_order
from harvesters.tables.columns import Custom

from .making import BUSY, SECONDS, Impossible, is_locked, places_of

log = logging.getLogger("clerestory")

VERSION = 1  # of what a table holds: another one makes them all anew
MOST = 2_000_000_000  # bytes of all tables together
LARGEST = 200_000_000  # bytes of a file
_SHORT = 86_400  # seconds after which a file that took too much is tried again: the machine may have been busy
_TOUCHED = 3_600
# Somebody ended it, perhaps with the portal: that says nothing of the file. Who is killed without a word is tried once more.
_ENDED = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGKILL)
_CODE = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"


@dataclass(frozen=True)
class Wanted:
    """A table: of the file of that hash and name, of the sheet of that number (0: the first with a table), read by the custom of
    its language and place."""

    sha256: str
    name: str
    size: int
    sheet: int
    custom: Custom

    def place(self, folder: Path) -> Path:
        """Where the table lies, or will lie."""
        custom = f"{'c' if self.custom.decimal == ',' else 'p'}{self.custom.order or 'any'}{self.custom.language}"
        return folder / self.sha256[:2] / f"{self.sha256}-{self.sheet}-{custom}-v{VERSION}.sqlite"


class Preparing(Exception):
    """The table is being made, or waits for its turn."""


def custom_of(language: str, place: str | None) -> Custom:
    """What is usual in a language at a place, for what a table does not tell itself."""
    code = language.split("-")[0].lower()
    if not re.fullmatch(r"[a-z]{2,3}", code):
        return Custom()
    try:
        symbols = Locale.parse(code).number_symbols
        decimal = str(symbols.get("latn", symbols).get("decimal", "."))
    except (UnknownLocaleError, ValueError, AttributeError):
        decimal = "."
    return Custom(decimal if decimal in (".", ",") else ".", day_order(code, place), code if _is_known(code) else "en")


def _is_known(code: str) -> bool:
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def folder_of(data_dir: Path) -> Path:
    """Where tables lie."""
    return data_dir / "tables"


def find(folder: Path, wanted: Wanted) -> Path | None:
    """The place of a table that is there; None where it has to be made. Raises Impossible."""
    place = wanted.place(folder)
    if wanted.size > LARGEST:
        raise Impossible("too_large")
    if place.exists():
        with suppress(OSError):  # another process may tidy up meanwhile
            if time.time() - place.stat().st_mtime > _TOUCHED:
                os.utime(place)
        return place
    why = place.with_suffix(".json")
    try:
        told, age = json.loads(why.read_text()), time.time() - why.stat().st_mtime
    except (OSError, ValueError):
        return None
    if told["code"] in ("too_much", "failed") and age > _SHORT:
        why.unlink(missing_ok=True)
        return None
    raise Impossible(told["code"], told["detail"])


def prepare(folder: Path, wanted: Wanted, stream: IO[bytes], patience: float = 2.0) -> Path:
    """The place of a table, made now if it can be done in `patience` seconds. Raises Preparing, Impossible. The stream is closed."""
    with stream:
        # Who looks again need not start a process that finds out that another one is at it.
        if is_locked(wanted.place(folder).with_suffix(".lock")) or all(map(is_locked, places_of(folder))):
            raise Preparing
        process = begin(folder, wanted, stream)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        code = process.poll()
        if place := find(folder, wanted):
            return place
        if code is not None:
            break
        time.sleep(0.03)
    if place := find(folder, wanted):
        return place
    raise Preparing


def begin(folder: Path, wanted: Wanted, stream: IO[bytes]) -> "subprocess.Popen[bytes]":
    """The process that makes a table, begun. It ends by itself, and what became of it is noted."""
    place = wanted.place(folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    stream.seek(0)
    making = Path(__file__).with_name("making.py")
    command = [
        sys.executable, "-c", _CODE, str(making), str(place.resolve()), wanted.name, str(wanted.sheet),
        wanted.custom.decimal, wanted.custom.order, wanted.custom.language,
    ]  # fmt: skip
    # The file itself is handed over, so that what reads it needs neither its place nor the key of a storage.
    process = subprocess.Popen(
        command, stdin=stream.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=making.parents[2]
    )
    threading.Thread(target=_watch, args=(process, folder, place), daemon=True).start()
    return process


def _watch(process: "subprocess.Popen[bytes]", folder: Path, place: Path) -> None:
    """Wait for the process, end it when its time is over, and say so if it left nothing."""
    late = False
    try:
        _out, said = process.communicate(timeout=2 * SECONDS + 10)
    except subprocess.TimeoutExpired:
        late = True
        process.kill()
        _out, said = process.communicate()
    code = process.returncode
    if code == 0:
        tidy(folder, MOST)
    elif code != BUSY and (late or code not in _ENDED) and not place.exists() and place.parent.exists():
        # A signal of its own limits says that it took too much; ended by itself, it met something that it does not know.
        log.error("%s could not be made (%s): %s", place.name, code, said.decode(errors="replace")[-2000:])
        place.with_suffix(".fresh").unlink(missing_ok=True)
        place.with_suffix(".json").write_text(json.dumps({"code": "too_much" if code < 0 else "failed", "detail": ""}))


def tables(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Every table with its size in bytes and when it was last wanted (seconds since 1970)."""
    for place in folder.glob("??/*.sqlite"):
        with suppress(OSError):
            state = place.stat()
            yield place, state.st_size, state.st_mtime


def tidy(folder: Path, most: int) -> int:
    """Throw away the tables that were wanted longest ago until all have room; and what was left lying. Returns how many went."""
    there = sorted(tables(folder), key=lambda one: -one[2])
    gone = total = 0
    for place, size, _wanted in there:
        total += size
        if total > most:
            place.unlink(missing_ok=True)
            gone += 1
    for left in folder.glob("??/*.*"):
        with suppress(OSError):
            if left.suffix in (".lock", ".fresh", ".begun", ".half") and time.time() - left.stat().st_mtime > _SHORT:
                left.unlink(missing_ok=True)
    return gone


def clear(folder: Path) -> int:
    """Throw all tables away, and what is known of files that cannot be one. Returns how many tables went."""
    count = sum(1 for _table in tables(folder))
    for place in [*folder.glob("??/*.sqlite"), *folder.glob("??/*.json")]:
        place.unlink(missing_ok=True)
    return count


def faults(folder: Path) -> dict[str, int]:
    """Why files could not be opened as tables, and how many of each."""
    found: dict[str, int] = {}
    for why in folder.glob("??/*.json"):
        with suppress(OSError, ValueError):
            code = str(json.loads(why.read_text())["code"])
            found[code] = found.get(code, 0) + 1
    return found
