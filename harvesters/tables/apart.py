"""Workbooks of agencies, opened in a process of its own before anything here opens them: a workbook is laid out in memory as a
whole, and one of a few kilobytes can be made to take all there is. Run as a module, this is that process."""

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from ..faults import BadAnswer
from .recognition import recognise
from .workbook import open_workbook, sheet_rows

# As long, and as many bytes, as looking into an officer's file may take (portal.leaks).
SECONDS, MEMORY = 20, 1_500_000_000


class TooMuch(BadAnswer):
    """A workbook takes more time or memory than it may."""


def demand_modest(file: IO[bytes], name: str, seconds: int = SECONDS, memory: int = MEMORY) -> None:
    """Raises TooMuch for a workbook that could not be opened within limits on time and memory. What else is wrong with a file,
    whoever reads it says."""
    if recognise(file, name) != "workbook":
        return
    with NamedTemporaryFile(prefix="workbook-") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        file.seek(0)
        command = [sys.executable, "-m", __name__, copy.name, str(seconds), str(memory)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=seconds * 3, cwd=Path(__file__).parents[2], check=False)
            fits = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            fits = False
    if not fits:
        raise TooMuch(f"{name} is a workbook that takes more than {seconds} seconds or {memory // 1_000_000} MB to open; ask the agency for CSV")


def main(path: str, seconds: str, memory: str) -> None:
    """Open every sheet of one workbook, and say that it could be done: the other process."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        with Path(path).open("rb") as file:
            book = open_workbook(file, path)
            for sheet in book.sheet_names:
                sheet_rows(book, sheet, path)
    except MemoryError:
        json.dump(False, sys.stdout)
        return
    except BadAnswer:
        pass  # said by whoever reads it
    json.dump(True, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
