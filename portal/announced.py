"""Whether an agency announced a change: by a note, or by a date that it moved.

A version counts as **not announced** when it came from the source (the portal did not make it by reading again what it had),
it says something else than the one before in what a reader relies on (title, summary, text, dates, status, votes,
amounts, aims, figures that had been published, files), it carries no note of its agency, and none of its dates of change,
issue or commencement moved forward. New figures that are added to a series, and changes of subjects, keywords or links
alone, need no announcement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["note", "modified", "issued", "valid_from", "same_date", "no_date"]

_RELIED_ON = (
    "title", "summary", "body", "type", "status", "issued", "valid_from", "valid_until", "decided_by", "decision_makers", "votes",
    "amount", "counterparty", "legal_basis", "rationale", "objectives", "targets", "consultation", "indicator", "unit", "method",
    "better", "due", "translations",
)  # fmt: skip
FROM_THE_SOURCE = ("changed", "returned")


@dataclass(frozen=True, slots=True)
class Announcement:
    """How a change was announced (`way`: a note, or the date that moved), or that it was not: the date of change stayed
    (`same_date`), or there is none (`no_date`). `date`: the date that moved, or stayed."""

    way: Way
    date: str = ""

    @property
    def missing(self) -> bool:
        """Whether the change was not announced."""
        return self.way in ("same_date", "no_date")

    def data(self) -> dict[str, Any]:
        """As JSON data."""
        return {"announced": not self.missing, "by": self.way, "date": self.date or None}


def by_marks(change: str, note: str, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Announcement | None:
    """How a change was announced, as far as note and dates tell it. None: they do not; what was said must be compared."""
    if change not in FROM_THE_SOURCE:
        return None
    if note:
        return Announcement("note")
    ways: tuple[Way, ...] = ("modified", "issued", "valid_from")
    for name in ways:
        new, old = after.get(name), before.get(name)
        if new and (not old or new > old):
            return Announcement(name, new)
    return None


def by_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> Announcement | None:
    """The announcement that is missing where what readers rely on was changed; None where nothing of that was."""
    if not _differs(before, after):
        return None
    stayed = after.get("modified") or ""
    return Announcement("same_date", str(stayed)) if stayed else Announcement("no_date")


def of_versions(change: str, note: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Announcement | None:
    """How the change from what a record said before to what it says after was announced; None where that is not asked."""
    if change not in FROM_THE_SOURCE:
        return None
    return by_marks(change, note, before, after) or by_words(before, after)


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if any(before.get(name) != after.get(name) for name in _RELIED_ON):
        return True
    if _files(before) != _files(after):
        return True
    said = {(one["period"], one.get("place")): one for one in after.get("observations", ())}
    return any(said.get((one["period"], one.get("place"))) != one for one in before.get("observations", ()))


def _files(data: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [(one.get("url"), one.get("title"), one.get("sha256"), one.get("size")) for one in data.get("files", ())]
