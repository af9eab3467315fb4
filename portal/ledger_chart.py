"""How many records a source had here after each of its runs, as a drawing: steps over time. Geometry only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .models import Run

WIDTH, HEIGHT = 600.0, 120.0


@dataclass(frozen=True)
class LedgerChart:
    """`line` and `area` as paths on a drawing of WIDTH by HEIGHT, whose top is `most` records and whose left and
    right edges are `since` and `until`."""

    line: str
    area: str
    most: int
    first: int
    last: int
    since: datetime
    until: datetime


def draw(runs: Sequence[Run]) -> LedgerChart | None:
    """The count over the runs that have one, whatever their order; None for fewer than two of them."""
    points = sorted((run.finished_at, run.records) for run in runs if run.finished_at and run.records is not None)
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    (since, first), (until, last) = points[0], points[-1]
    most = max(count for _moment, count in points) or 1
    places = [
        (WIDTH * ((moment - since) / (until - since)), HEIGHT - 4 - (HEIGHT - 12) * count / most) for moment, count in points
    ]
    line = f"M{places[0][0]:.1f} {places[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])
    return LedgerChart(line, f"{line}V{HEIGHT:g}H0Z", most, first, last, since, until)
