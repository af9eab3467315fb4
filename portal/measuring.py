"""Which outcomes may measure the targets of policies: asked here by pages of policies and of outcomes, and by the clock; by matters in
portal.matter.targets. What was found by machine does not count: progress must be the same to who has only what records say."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import catalogue
from .catalogue import FIELDS, Entry, Link, Version
from .models import HIDDEN, RecordRow
from .progress import Data, candidates, is_called

_AT_ONCE = 400


def words_of(said: Iterable[Data]) -> set[str]:
    """By which words policies, as data, name what measures their targets."""
    return {str(one["measured_by"]) for data in said for one in data.get("targets", ()) if one.get("measured_by")}


def measuring(session: Session, policy: Entry, links: Sequence[Link] = (), versions: Sequence[Version] = ()) -> list[Entry]:
    """The outcomes that may measure a policy's targets, in the order in which they are asked: those that the policy or
    they themselves state to be joined, and those that its targets name, or named in one of `versions`. `links`: of a draft, which is not
    in the database yet."""
    if policy.id:
        joined = _read(session, catalogue.stated_outcomes(session, [policy])[policy.id])
    else:
        joined = [link.entry for link in links if link.entry and link.origin == ""]
    words = words_of([policy.data, *(one.data for one in versions)])
    found = [entry for entry in [*joined, *catalogue.named(session, words)] if entry.state not in HIDDEN]
    return catalogue.with_former_names(session, candidates(policy, found))


def beside(session: Session, outcome: Entry, policies: Sequence[Entry]) -> list[tuple[Entry, list[Entry]]]:
    """Policies, each with the outcomes that may measure its targets (see `measuring`), for an outcome that may be one of them."""
    stated = catalogue.stated_outcomes(session, policies)
    words = {policy.id: words_of([policy.data]) for policy in policies}
    named = set(catalogue.named_outcomes(session, set().union(*words.values())))
    known = {entry.id: entry for entry in catalogue.with_former_names(session, _read(session, named.union(*stated.values()) - {outcome.id}))} | {outcome.id: outcome}
    called = [known[id] for id in named]
    return [(policy, candidates(policy, [*(known[id] for id in stated[policy.id]), *called_by(words[policy.id], called)])) for policy in policies]


def called_by(words: Iterable[str], entries: Iterable[Entry]) -> list[Entry]:
    """Those of some records that are called by one of these words."""
    return [entry for entry in entries if any(is_called(entry, word) for word in words)]


def _read(session: Session, ids: Iterable[int]) -> list[Entry]:
    wanted, found = sorted(ids), list[Entry]()
    for start in range(0, len(wanted), _AT_ONCE):
        found += [Entry(*row) for row in session.execute(select(*FIELDS).where(RecordRow.id.in_(wanted[start : start + _AT_ONCE])))]
    return found
