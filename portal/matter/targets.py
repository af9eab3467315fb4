"""What measures the targets of a matter's policies: the outcomes that `portal.measuring` names, for all policies of it at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from .. import catalogue, measuring
from ..catalogue import Entry
from ..progress import candidates
from .members import Member, read
from .walk import nodes_of
from .watched import Watched


def of_policies(session: Session, members: Mapping[int, Member]) -> dict[str, list[Entry]]:
    """By the number of each policy that has targets, the outcomes that may measure them, in the order in which they are asked, without
    what is long: enough to tell whether there is a figure of a day (`members.in_short`)."""
    policies = [member.entry for member in members.values() if member.axis == "policy" and member.entry.data.get("targets")]
    if not policies:
        return {}
    stated = catalogue.stated_outcomes(session, policies)
    words = {policy.id: measuring.words_of([policy.data]) for policy in policies}
    named = catalogue.named_outcomes(session, set().union(*words.values()))
    ids = set(named).union(*stated.values())
    known = {id: members[id] for id in ids if id in members} | read(session, nodes_of(session, ids - members.keys()))
    called = [known[id].entry for id in named]
    return {
        policy.number: candidates(policy, [*(known[id].entry for id in stated[policy.id]), *measuring.called_by(words[policy.id], called)])
        for policy in policies
    }


def watched(walked: Watched, found: Mapping[str, Iterable[Entry]], members: Mapping[int, Member]) -> Watched:
    """What a matter was put together by, with what its targets name and what measures them."""
    words = measuring.words_of(member.entry.data for member in members.values() if member.axis == "policy")
    called = catalogue.called(words)
    return replace(
        walked, outcomes=tuple({entry.id for some in found.values() for entry in some} - members.keys()),
        called_numbers=tuple(called.numbers), called_words=tuple(called.whole | called.parts),
    )  # fmt: skip
