"""Pace: how much is done at once of what others wait for. On SQLite there is one writer; whoever waits asks again every tenth of a
second at the latest, and gets no turn from one that goes on at once.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..db import Database

# Seconds that a portion may take, and that are left to others after it.
AIM, PAUSE = 0.15, 0.12
LEAST, MOST = 5, 200


class Pace:
    """Portions of a size that fits into AIM seconds here and now."""

    def __init__(self, database: Database, size: int) -> None:
        self._pause = PAUSE if database.engine.dialect.name == "sqlite" else 0.0
        self._began = False
        self.size = size

    @contextmanager
    def portion(self) -> Iterator[int]:
        """A portion of so many; others have had their turn since the one before it."""
        if self._began:
            time.sleep(self._pause)
        self._began = True
        start, size = time.monotonic(), self.size
        yield size
        took = time.monotonic() - start
        # No more than twice as much as before: the next may be heavier.
        self.size = max(LEAST, min(MOST, size * 2, int(size * AIM / max(took, 0.001))))
