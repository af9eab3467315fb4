"""The process that opens a workbook to show its first rows: see portal.bulk.reading."""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harvesters.faults import BadAnswer

from .columns import readings
from .finding import Place, find
from .reading import PATIENCE, glance

_MEMORY = 3_000_000_000


def main(path: str, name: str, rows: str, sheet: str, header: str) -> None:
    """Say the columns and first rows of one workbook: the other process. The names that columns have come by standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    names = frozenset(json.load(sys.stdin))
    try:
        with Path(path).open("rb") as stream:
            found = find(stream, name, Place(int(sheet), int(header)), lambda words: not names.isdisjoint(readings(words)))
            said: dict[str, Any] = asdict(glance(found, name, int(rows)))
    except (BadAnswer, ValueError, OSError) as error:
        said = {"fault": str(error), "kind": type(error).__name__}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
