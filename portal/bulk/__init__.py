"""Tables of records that an agency sends at once: CSV, workbooks, JSON Lines.

A table is read, its columns are matched to fields, every row is checked; then the good ones are put live, and all of it can
be undone as one. Each step is done by a process of its own, in pieces that are written down one by one: killed at any
moment, the next process goes on where it was.
"""

from . import blanks
from .cells import FOR_EVERY_ROW, SAID, SPELLINGS
from .columns import example, fields, guess
from .finding import Place
from .jobs import (
    WORKING,
    approve,
    begin,
    demand_room,
    find,
    go_on,
    is_abandoned,
    match,
    of_agency,
    place_of,
    publish,
    remembered,
    report,
    seal,
    start,
    undo,
    work,
)
from .reading import MOST, TABLES, NoTable, Preview, preview

__all__ = [
    "FOR_EVERY_ROW", "MOST", "SAID", "SPELLINGS", "TABLES", "WORKING", "NoTable", "Place", "Preview", "approve", "begin", "blanks", "demand_room", "example", "fields", "find",
    "go_on", "guess", "is_abandoned", "match", "of_agency", "place_of", "preview", "publish", "remembered", "report", "seal", "start", "undo", "work",
]  # fmt: skip
