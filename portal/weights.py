"""What a record's score in search is multiplied by: acts before what is told about them, what holds before what held."""

from datetime import date

_LESS = {"notice": 0.85, "meeting": 0.85, "other": 0.9, "proposed_rule": 0.95}
_PAST = {
    "draft": 0.9, "proposed": 0.95, "rejected": 0.85, "cancelled": 0.7, "expired": 0.75, "repealed": 0.65, "superseded": 0.65,
}  # fmt: skip
_WITHDRAWN = 0.5
_YEARS, _OLDEST = 30, 0.92  # a record loses this much in so many years, and no more
_NEW = 2040  # a year not reached yet: the newest records there can be weigh most


def weight_of(type: str, state: str, status: str, issued: date | None) -> float:
    """The weight of a record. Its age counts from a fixed year, not from today: an index stays true as time goes on."""
    years = min(_YEARS, max(0, _NEW - issued.year)) if issued else _YEARS / 2
    recency = 1.0 - (1.0 - _OLDEST) * years / _YEARS
    return _LESS.get(type, 1.0) * (_WITHDRAWN if state == "withdrawn" else _PAST.get(status, 1.0)) * recency
