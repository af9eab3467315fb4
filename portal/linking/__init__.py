"""Links that find themselves: citations in records' words are matched to records here, now or when they arrive.

What is certain becomes a relation by itself (origin "machine"); what is doubtful waits at the agency's desk and becomes one
when an officer accepts it (origin "desk"). Linking follows the database as search does: `catch_up` reads what was not read
yet, in its present version and by the present patterns, and may be killed, repeated and run twice at any time.
"""

from . import batches
from .matching import CERTAIN, MANY, known_of
from .showing import FoundLink, Waiting, found_of, waiting_in
from .verdicts import Proposal, accept, proposals, refuse, relation_of, waiting_count
from .working import MOST_OF_A_RECORD, catch_up, counts, link_newest, needs_work

__all__ = [
    "CERTAIN", "MANY", "MOST_OF_A_RECORD", "FoundLink", "Proposal", "Waiting", "accept", "batches", "catch_up", "counts", "found_of", "known_of", "link_newest", "needs_work", "proposals",
    "refuse", "relation_of", "waiting_count", "waiting_in",
]  # fmt: skip
