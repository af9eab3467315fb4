"""A decision with everything that its page tells beside its words: how it stands, who decided, the vote, the ground, the money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Decision, Money

from . import catalogue
from .catalogue import AnyRecord, Entry, Link
from .models import HIDDEN, IdentifierRow, RecordRow
from .names import same_name
from .parties import bodies_of, body, country_of, person, supplier
from .standing import Standing, standings
from .store import fold_identifier
from .votes import Stage, VoteView, stages_of, view_of


@dataclass(frozen=True)
class Named:
    """Somebody with a page of their own: `slug` is its address, nothing where the name is only signs."""

    name: str
    slug: str
    office: str = ""
    identifier: str = ""
    amount: Money | None = None


@dataclass(frozen=True)
class Ground:
    """A line of the legal basis, and the record here that carries exactly that number."""

    text: str
    entry: Entry | None


@dataclass(frozen=True)
class Deciding:
    """See this module. Of policies and outcomes only `standing` and `stages` can hold something."""

    standing: Standing | None
    stages: tuple[Stage, ...]
    vote: VoteView | None = None
    bodies: tuple[Named, ...] = ()
    makers: tuple[Named, ...] = ()
    others: tuple[Named, ...] = ()
    grounds: tuple[Ground, ...] = ()


def deciding_of(session: Session, entry: Entry, links: Sequence[Link]) -> Deciding:
    """What is beside the words of a record."""
    standing = standings(session, [entry]).get(entry.number)
    stages = tuple(stages_of(session, entry, links))
    record = entry.record
    grounds = grounds_of(session, entry, record.legal_basis) if isinstance(record, Decision) else []
    return replace(said_in(record), standing=standing, stages=stages, grounds=tuple(grounds))


def said_in(record: AnyRecord) -> Deciding:
    """What a record says itself, also in a version of before: the vote, and who took part."""
    if not isinstance(record, Decision):
        return Deciding(None, ())
    agency = record.publisher.slug
    return Deciding(
        None,
        (),
        view_of(record.votes, agency) if record.votes else None,
        tuple(Named(name, body(agency, name).slug if same_name(name) else "") for name in bodies_of(record.decided_by)),
        tuple(
            Named(name, person(agency, name).slug if same_name(name) else "", record.offices.get(name, ""))
            for name in record.decision_makers
        ),
        tuple(_others(record)),
    )


def _others(record: Decision) -> Iterable[Named]:
    country = country_of(record)
    for one in record.counterparties:
        slug = supplier(country, one.name, one.identifier).slug if same_name(one.name) else ""
        yield Named(one.name, slug, identifier=one.identifier, amount=one.amount)
    if record.counterparty and not record.counterparties:
        yield Named(record.counterparty, supplier(country, record.counterparty).slug if same_name(record.counterparty) else "")


def grounds_of(session: Session, entry: Entry, lines: Sequence[str]) -> list[Ground]:
    """Lines, each with the record that carries it as an identifier, case and marks aside. Where several do, the one of the
    same agency; where that is none or several, no link is better than a wrong one."""
    folded = {line: fold_identifier(line) for line in lines}
    carriers: dict[str, list[tuple[str, str]]] = {}
    if folded:
        query = (
            select(IdentifierRow.value, RecordRow.number, RecordRow.publisher)
            .join(RecordRow, RecordRow.id == IdentifierRow.record_id)
            .where(IdentifierRow.value.in_(set(folded.values())), RecordRow.state.not_in(HIDDEN), RecordRow.id != entry.id)
        )
        for value, number, publisher in session.execute(query):
            carriers.setdefault(value, []).append((number, publisher))
    own = entry.data["publisher"]["slug"]
    chosen = {line: _one_of(carriers.get(value, []), own) for line, value in folded.items()}
    entries = {one.number: one for one in catalogue.find_many(session, sorted(filter(None, chosen.values())))}
    return [Ground(line, entries.get(chosen[line] or "")) for line in lines]


def _one_of(carriers: Sequence[tuple[str, str]], agency: str) -> str | None:
    near = [number for number, publisher in carriers if publisher == agency]
    if len(near) == 1:
        return near[0]
    return carriers[0][0] if len(carriers) == 1 else None
