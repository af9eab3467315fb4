"""What was in force on a day, by what records themselves say: their dates of validity, and what supersedes or amends them.

This is not what the portal knew on that day: it is read from the records as they stand now. Days are the agency's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from harvesters.when import first_day, last_day

from . import catalogue
from .catalogue import Entry

State = Literal["in_force", "not_yet", "ended", "unclear", "draft", "unstated"]
_DRAFTS = frozenset({"draft", "proposed", "open", "rejected", "cancelled"})
_MOST = 200


@dataclass(frozen=True)
class InForce:
    """How a record stood on a day. `since` and `until` as it states them; `by_issue`: `since` is only its date of issue.

    `instead`: the record of another version of the same text that was in force then. `amended_by`: records that amend this
    one and are dated until that day; `amended_since`: those dated later.
    """

    day: date
    state: State
    since: str | None
    until: str | None
    by_issue: bool
    instead: Entry | None
    amended_by: tuple[Entry, ...]
    amended_since: tuple[Entry, ...]

    @property
    def known(self) -> bool:
        """Whether the records say anything about that day."""
        return self.state not in ("unstated", "unclear") or self.instead is not None


def on(session: Session, entry: Entry, day: date) -> InForce:
    """How a record stood on a day."""
    links = catalogue.links(session, entry)
    newer = [link.entry for link in links if link.entry and link.inverse and link.type == "supersedes"]
    others = [link.entry for link in links if link.entry and not link.inverse and link.type == "supersedes"] + newer
    for head in newer[:3]:
        others += [link.entry for link in catalogue.links(session, head) if link.entry and not link.inverse and link.type == "supersedes"]
    family = {one.number: one for one in others[:_MOST] if one.number != entry.number}
    state = _state(entry, day, in_family=bool(family))
    best = _best([entry, *family.values()], day)
    amending = [link.entry for link in links if link.entry and link.inverse and link.type == "amends"]
    dated = sorted(((_day_of(one), one) for one in amending), key=lambda pair: (pair[0] or date.max, pair[1].number))
    begins = _begins(entry, in_family=bool(family))
    replaced = best is not None and best.number != entry.number
    return InForce(
        day, "ended" if replaced and state == "in_force" else state, begins, entry.data.get("valid_until"),
        bool(begins) and not entry.data.get("valid_from"), best if replaced else None,
        tuple(one for held, one in dated if held and held <= day), tuple(one for held, one in dated if not held or held > day),
    )  # fmt: skip


def _begins(entry: Entry, *, in_family: bool) -> str | None:
    """From when a record says that it holds. Of several versions of one text, the first may give its date of issue only."""
    stated = entry.data.get("valid_from") or (entry.data.get("issued") if in_family else None)
    return str(stated) if stated else None


def _state(entry: Entry, day: date, *, in_family: bool) -> State:
    if entry.data.get("status") in _DRAFTS:
        return "draft"
    begins, ends = _begins(entry, in_family=in_family), entry.data.get("valid_until")
    if not begins and not ends:
        return "unstated"
    if ends and day > last_day(ends):
        return "ended"
    if begins and day < first_day(begins):
        return "not_yet"
    if (begins and day < last_day(begins)) or (ends and first_day(ends) != last_day(ends) and day >= first_day(ends)):
        return "unclear"
    return "in_force" if begins else "unclear"


def _best(family: Iterable[Entry], day: date) -> Entry | None:
    """Of the versions of a text that hold on a day, the one that began last."""
    holding = [one for one in family if _state(one, day, in_family=True) == "in_force"]
    return max(holding, key=lambda one: (first_day(_begins(one, in_family=True) or "0001"), one.number), default=None)


def _day_of(entry: Entry) -> date | None:
    when = entry.data.get("valid_from") or entry.data.get("issued")
    return first_day(when) if when else None
