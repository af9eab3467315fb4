"""Who took part in a meeting of OParl, and in what office on that day: by the memberships of people in its organizations."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from ..catalogues import listed
from ..markup import read_line
from ..when import first_day, last_day


class People:
    """The people of a body, asked for when the first meeting names one, and then once. `ask`: gives the objects of the body's
    list of people."""

    def __init__(self, ask: Callable[[], Iterator[Any]], identity: Callable[[Any], str]) -> None:
        self._ask, self._identity = ask, identity
        self._known: dict[str, dict[str, Any]] | None = None

    def of(self, meeting: dict[str, Any]) -> list[dict[str, Any]]:
        """Those who took part in a meeting, each with the memberships in its organizations."""
        found = []
        for one in listed(meeting.get("participant")):
            person = one if isinstance(one, dict) else self._find(self._identity(one))
            if person and not person.get("deleted") and (person.get("name") or person.get("familyName")):
                found.append(self._told(person, meeting))
        return found

    def _find(self, name: str) -> dict[str, Any] | None:
        if self._known is None:
            self._known = {self._identity(one.get("id")): one for one in self._ask() if isinstance(one, dict)}
        return self._known.get(name)

    def _told(self, person: dict[str, Any], meeting: dict[str, Any]) -> dict[str, Any]:
        """What parsing needs of a person, and no more: the rest is nobody's business here."""
        organizations = {self._identity(_id(one)) for one in listed(meeting.get("organization"))}
        kept = ("role", "votingRight", "startDate", "endDate")
        memberships = [
            {name: one[name] for name in kept if one.get(name) is not None}
            for one in listed(person.get("membership"))
            if isinstance(one, dict) and not one.get("deleted") and self._identity(_id(one.get("organization"))) in organizations
        ]
        names = [person.get("name")] if person.get("name") else [person.get("title"), person.get("givenName"), person.get("familyName")]
        return {"name": " ".join(" ".join(map(str, listed(name))) for name in names if name), "membership": memberships}


def _id(one: Any) -> Any:
    return one.get("id") if isinstance(one, dict) else one


def offices(people: Sequence[dict[str, Any]], day: str | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names of those who could decide on a day, and the offices that they held then. Who says to have no right to vote
    is left out; whose membership does not cover the day holds no office."""
    names: dict[str, None] = {}
    held: dict[str, str] = {}
    for one in people:
        name, then = read_line(one["name"])[:300], [member for member in one["membership"] if _covers(member, day)]
        if name and not (then and all(member.get("votingRight") is False for member in then)):
            names[name] = None
            # A chair before a mere member, whatever the order in which a system lists them.
            roles = [read_line(str(member["role"]))[:300] for member in then if read_line(str(member.get("role") or ""))]
            if roles:
                held[name] = min(roles, key=lambda role: (role.casefold() in ("mitglied", "member"), roles.index(role)))
    return tuple(names), held


def _covers(member: dict[str, Any], day: str | None) -> bool:
    """Whether a membership lasts on a day. Without a day, none is known to."""
    if not day:
        return False
    on = first_day(day[:10])
    begins, ends = _day(member.get("startDate")), _day(member.get("endDate"), last=True)
    return (begins is None or begins <= on) and (ends is None or on <= ends)


def _day(value: Any, *, last: bool = False) -> date | None:
    try:
        return (last_day if last else first_day)(str(value)[:10]) if value else None
    except ValueError:
        return None
