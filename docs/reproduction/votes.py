"""Votes: how many chose what, which side had more, and how each party voted.

Published with every vote (/records/NUMBER.json, `votes_counted`). A count that the record states stands; one that it leaves out is
known by the names of the roll call, and unknown where it states others and nobody is named so. The majority is told by votes for and
against alone.
"""

from datetime import date

from .export import Data, Portal
from .register import Register

STATED = {"for": "in_favour", "against": "against", "abstain": "abstained", "absent": "absent", "recused": "recused"}


def counts_of(votes: Data) -> dict[str, int | None]:
    """How many chose so; None where it is not known."""
    calls = votes.get("roll_call", ())
    states = any(votes.get(field) is not None for field in STATED.values())
    found: dict[str, int | None] = {}
    for choice, field in STATED.items():
        named = sum(one["choice"] == choice for one in calls)
        found[choice] = votes[field] if votes.get(field) is not None else named if calls and (named or not states) else None
    return found


def majority_of(votes: Data | None) -> str | None:
    """for, against or tie; None where that cannot be known."""
    calls = (votes or {}).get("roll_call", ())
    sides: list[int] = []
    for choice in ("for", "against"):
        stated = (votes or {}).get(STATED[choice])
        if stated is None and not calls:
            return None
        sides.append(sum(one["choice"] == choice for one in calls) if stated is None else stated)
    if sum(sides) == 0:
        return None
    return "for" if sides[0] > sides[1] else "against" if sides[1] > sides[0] else "tie"


def parties_of(votes: Data) -> dict[str, dict[str, int]]:
    """How the members of each party voted; nothing where no party is named."""
    calls = votes.get("roll_call", ())
    if not any(one.get("party") for one in calls):
        return {}
    found: dict[str, dict[str, int]] = {}
    for one in calls:
        party = found.setdefault(one.get("party", ""), {"members": 0} | dict.fromkeys(STATED, 0))
        party["members"] += 1
        party[one["choice"]] += 1
    return found


def differing(votes: Data) -> dict[str, dict[str, int]]:
    """Counts that are stated and are not those of the roll call."""
    calls = votes.get("roll_call", ())
    named = {choice: sum(one["choice"] == choice for one in calls) for choice in STATED}
    counts = counts_of(votes)
    return {choice: {"stated": count, "named": named[choice]} for choice, count in counts.items() if calls and count is not None and count != named[choice]}


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every vote."""
    return {
        number: [counts_of(votes), majority_of(votes), differing(votes), parties_of(votes)]
        for number, record in register.records.items()
        if (votes := record.get("votes")) and record["axis"] == "decision"
    }


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the pages of votes have it."""
    found: dict[str, object] = {}
    for number in portal.some(own):
        told = portal.get(f"/records/{number}.json")["votes_counted"]
        parties = {one["party"]: {name: count for name, count in one.items() if name != "party"} for one in told["parties"]}
        found[number] = [told["counts"], told["majority"], told["differs"], parties]
    return found
