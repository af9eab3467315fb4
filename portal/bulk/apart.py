"""The process that opens a workbook to show its first rows: see portal.bulk.reading."""

import json
import resource
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from harvesters.faults import BadAnswer

from .reading import PATIENCE, table_of

_MEMORY = 3_000_000_000


def main(path: str, name: str, rows: str) -> None:
    """Say the columns and first rows of one workbook: the other process."""
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        with Path(path).open("rb") as stream:
            columns, lines = table_of(stream, name)
            said: dict[str, Any] = {"columns": columns, "rows": [{"at": one.at, "cells": one.cells, "fault": one.fault} for one in islice(lines, int(rows))]}
    except (BadAnswer, ValueError, OSError) as error:
        said = {"fault": str(error)}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
