"""A vote as readers see it: counts, parties, people; and the votes on one matter, told apart by body and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from harvesters.record import Decision, Vote, Votes
from harvesters.vocabularies import CHOICES

from . import catalogue
from .catalogue import Entry, Link
from .names import same_name
from .parties import majority_of, person

_FIELDS = {"for": "in_favour", "against": "against", "abstain": "abstained", "absent": "absent", "recused": "recused"}


@dataclass(frozen=True)
class Count:
    """How many chose so. `number` is as stated, else out of the roll call; None where it is not known."""

    choice: str
    number: int | None
    named: int


@dataclass(frozen=True)
class Camp:
    """A party with how its members voted, by choice."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def pairs(self) -> list[tuple[str, int]]:
        return list(zip(CHOICES, self.counts, strict=True))


@dataclass(frozen=True)
class Voter:
    """One who voted, and the address of their page within /people/."""

    vote: Vote
    slug: str


@dataclass(frozen=True)
class Stage:
    """One vote on a matter. `current`: the one that is being read."""

    entry: Entry
    body: str
    votes: Votes
    current: bool

    @property
    def counts(self) -> tuple[int | None, ...]:
        return tuple(one.number for one in counts_of(self.votes))


@dataclass(frozen=True)
class VoteView:
    """`differs`: counts that are stated and do not agree with the roll call, by choice. `majority`: for, against, tie, or
    nothing. `parties` is empty where no party is known."""

    votes: Votes
    counts: tuple[Count, ...]
    parties: tuple[Camp, ...]
    voters: tuple[Voter, ...]
    majority: str
    differs: tuple[Count, ...]

    @property
    def pairs(self) -> list[tuple[str, int]]:
        return [(one.choice, one.number or 0) for one in self.counts]

    @property
    def method(self) -> str:
        return self.votes.method or ("roll_call" if self.votes.roll_call else "")

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices that somebody made or that a count is stated for, in their order."""
        return tuple(one.choice for one in self.counts if one.number or one.named or one.choice in ("for", "against"))


def counts_of(votes: Votes) -> tuple[Count, ...]:
    """What is known of each choice. Where the record states counts, one that it leaves out is known only by names."""
    found = []
    states = any(getattr(votes, field) is not None for field in _FIELDS.values())
    for choice in CHOICES:
        named = sum(one.choice == choice for one in votes.roll_call)
        stated = getattr(votes, _FIELDS[choice])
        found.append(Count(choice, stated if stated is not None else (named if votes.roll_call and (named or not states) else None), named))
    return tuple(found)


def view_of(votes: Votes, agency: str) -> VoteView:
    """A vote of an agency's body."""
    counts = counts_of(votes)
    order = list(CHOICES)
    voters = [
        Voter(vote, person(agency, vote.name).slug if same_name(vote.name) else "")
        for vote in sorted(votes.roll_call, key=lambda vote: (order.index(vote.choice), vote.party, same_name(vote.name)))
    ]
    return VoteView(votes, counts, _parties(votes.roll_call), tuple(voters), majority_of(votes), _differing(votes, counts))


def _differing(votes: Votes, counts: Sequence[Count]) -> tuple[Count, ...]:
    return tuple(one for one in counts if votes.roll_call and one.number is not None and one.number != one.named)


def _parties(calls: Sequence[Vote]) -> tuple[Camp, ...]:
    """Parties, the largest first; those without one last."""
    if not any(one.party for one in calls):
        return ()
    by_party: dict[str, list[str]] = {}
    for one in calls:
        by_party.setdefault(one.party, []).append(one.choice)
    camps = [Camp(name, tuple(choices.count(code) for code in CHOICES)) for name, choices in by_party.items()]
    return tuple(sorted(camps, key=lambda camp: (not camp.name, -camp.total, camp.name)))


def counted_data(votes: Votes) -> dict[str, Any]:
    """A vote as its page tells it, as data: the count of each choice (null where it is not known), which side had more, the
    choices whose stated count is not that of the roll call, and every party with its members' choices."""
    counts, calls = counts_of(votes), votes.roll_call
    return {
        "counts": {one.choice: one.number for one in counts},
        "majority": majority_of(votes) or None,
        "differs": {one.choice: {"stated": one.number, "named": one.named} for one in _differing(votes, counts)},
        "parties": [{"party": camp.name, "members": camp.total, **dict(camp.pairs)} for camp in _parties(calls)],
    }


def stages_of(session: Session, entry: Entry, links: Sequence[Link]) -> list[Stage]:
    """The votes on the matter that a record is, or that it is a vote on, by day; empty where there is only one vote and it
    is the record itself."""
    on = [link.entry for link in links if link.entry and not link.inverse and link.type == "based_on"][:3]
    around = list(links)
    for matter in on if entry.data.get("votes") else ():
        around += catalogue.links(session, matter)
    found = {one.number: one for link in around if (one := link.entry) and link.inverse and link.type == "based_on"}
    if entry.data.get("votes"):
        found[entry.number] = entry
    stages = [
        Stage(one, one.record.decided_by, one.record.votes, one.number == entry.number)
        for one in found.values()
        if one.data.get("votes") and isinstance(one.record, Decision) and one.record.votes
    ]
    stages.sort(key=lambda stage: (str(stage.entry.data.get("issued") or ""), stage.body, stage.entry.number))
    return stages if any(not stage.current for stage in stages) else []
