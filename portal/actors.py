"""People, bodies and suppliers with their decisions: the reads behind their pages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from . import catalogue
from .catalogue import Entry
from .models import HIDDEN, Actor, Decided, Party, RecordRow
from .names import like
from .standing import replaced_ids
from .sums import Figure, figures_of, reason_of

Role = Literal["person", "body", "supplier"]
_SHOWN = RecordRow.state.not_in(HIDDEN)


@dataclass(frozen=True)
class Card:
    """An actor in a list. `decisions`: in how many shown decisions."""

    id: int
    role: Role
    slug: str
    name: str
    folded: str
    agency: str
    identifier: str
    decisions: int
    newest: date | None


@dataclass(frozen=True)
class Deed:
    """A decision with what an actor did in it: the parts it had, in their order."""

    entry: Entry
    parts: tuple[Party, ...]
    majority: str

    @property
    def vote(self) -> Party | None:
        return next((one for one in self.parts if one.did == "voted"), None)

    @property
    def with_majority(self) -> bool | None:
        """Whether the vote was that of the majority; None where that makes no sense: no vote for or against, or a tie."""
        vote = self.vote
        if vote is None or vote.choice not in ("for", "against") or self.majority not in ("for", "against"):
            return None
        return vote.choice == self.majority


@dataclass(frozen=True)
class Held:
    """An office, a party or a district as decisions name it, from the first to the last day on which they do."""

    name: str
    first: date | None
    last: date | None
    count: int


@dataclass(frozen=True)
class Year:
    """How somebody voted in a year (0: undated), by choice in the order of CHOICES."""

    year: int
    counts: dict[str, int]


@dataclass(frozen=True)
class Agreement:
    """How often a vote was that of the majority: `same` of `all` votes for or against that no tie leaves open."""

    same: int
    all: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.same) / self.all if self.all else None


@dataclass(frozen=True)
class Record:
    """A person's voting record. Votes that another record superseded or corrected are left out, and how many is said."""

    counts: dict[str, int]
    years: tuple[Year, ...]
    agreement: Agreement
    left_out: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Line:
    """A line of a supplier's sums. `shared`: decisions with others whose shares are not stated."""

    key: str
    decisions: int
    shared: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Supplied:
    """What a supplier was to get: in all, by year and by agency; and what is set aside, by reason (portal.sums)."""

    total: Line
    years: tuple[Line, ...]
    agencies: tuple[Line, ...]
    aside: tuple[Line, ...]


def _shown_party(*more: Any) -> Any:
    return exists().where(Party.actor_id == Actor.id, RecordRow.id == Party.record_id, _SHOWN, *more)


def index(session: Session, role: Role, q: str, *, offset: int, limit: int, agency: str = "") -> tuple[int, list[Card]]:
    """How many actors of a role have every word of `q` in their names, or its whole as their number, and `limit` of them by
    name. `agency`: to which people and bodies belong; suppliers belong to none, and are those that it paid or is to pay: then its
    own decisions are counted alone."""
    slugs = catalogue.with_former(session, agency) if agency else []
    paid = [RecordRow.publisher.in_(slugs), Party.did == "other_side"] if agency and role == "supplier" else []
    wanted = [Actor.role == role, _shown_party(*paid)]
    if agency and not paid:
        wanted.append(Actor.agency.in_(slugs))
    if q:
        words = [Actor.folded.contains(word, autoescape=True) for word in like(q, firm=role == "supplier").split()]
        named = and_(*words) if words else Actor.identifier == q
        wanted.append((named | (Actor.identifier == q)) if role == "supplier" else named)
    total = session.scalar(select(func.count()).select_from(Actor).where(*wanted)) or 0
    rows = session.scalars(select(Actor).where(*wanted).order_by(Actor.folded, Actor.slug).offset(offset).limit(limit)).all()
    return total, _cards(session, rows, paid)


def _cards(session: Session, rows: Sequence[Actor], more: Sequence[Any] = ()) -> list[Card]:
    query = (
        select(Party.actor_id, func.count(Party.record_id.distinct()), func.max(RecordRow.issued_on))
        .join(RecordRow, RecordRow.id == Party.record_id)
        .where(Party.actor_id.in_([row.id for row in rows]), _SHOWN, *more)
        .group_by(Party.actor_id)
    )
    counted = {actor: (count, newest) for actor, count, newest in session.execute(query)} if rows else {}
    return [
        Card(row.id, row.role, row.slug, row.name, row.folded, row.agency, row.identifier, *counted.get(row.id, (0, None)))  # type: ignore[arg-type]
        for row in rows
    ]


def find(session: Session, role: Role, slug: str) -> Card | None:
    """An actor that a shown decision names; None for any other."""
    row = session.scalar(select(Actor).where(Actor.role == role, Actor.slug == slug))
    card = next(iter(_cards(session, [row])), None) if row else None
    return card if card and card.decisions else None


def alike(session: Session, card: Card, limit: int = 20) -> list[Card]:
    """Others whose names are like this one, marks and legal forms aside: perhaps the same, perhaps not."""
    wanted = [Actor.role == card.role, Actor.folded == card.folded, Actor.id != card.id, _shown_party()]
    rows = session.scalars(select(Actor).where(*wanted).order_by(Actor.slug).limit(limit)).all()
    return [one for one in _cards(session, rows) if one.decisions]


def variants(session: Session, card: Card) -> list[tuple[str, int]]:
    """The ways in which the name is written, with how often, the most frequent first."""
    rows = session.execute(
        select(Party.name, func.count(Party.record_id.distinct()).label("uses"))
        .join(RecordRow, RecordRow.id == Party.record_id)
        .where(Party.actor_id == card.id, _SHOWN)
        .group_by(Party.name)
        .order_by(func.count(Party.record_id.distinct()).desc(), Party.name)
    )
    return [(name, uses) for name, uses in rows]


def deeds(session: Session, card: Card, *, offset: int = 0, limit: int = 20) -> list[Deed]:
    """An actor's decisions, the newest first, undated ones last."""
    undated = case((RecordRow.issued_on.is_(None), 1), else_=0)
    query = (
        select(RecordRow.id, RecordRow.number, func.max(Decided.majority))
        .join(Party, Party.record_id == RecordRow.id)
        .join(Decided, Decided.record_id == RecordRow.id)
        .where(Party.actor_id == card.id, _SHOWN)
        .group_by(RecordRow.id, RecordRow.number, RecordRow.issued_on)
        .order_by(undated, RecordRow.issued_on.desc(), RecordRow.number)
    )
    rows = session.execute(query.offset(offset).limit(limit)).all()
    entries = {one.number: one for one in catalogue.find_many(session, [row.number for row in rows])}
    parts: dict[int, list[Party]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        ids = [row.id for row in rows[start : start + 500]]
        for one in session.scalars(select(Party).where(Party.actor_id == card.id, Party.record_id.in_(ids)).order_by(Party.position)):
            parts[one.record_id].append(one)
    return [Deed(entries[number], tuple(parts[row_id]), majority) for row_id, number, majority in rows if number in entries]


def held(session: Session, card: Card, field: Literal["office", "party", "district"]) -> list[Held]:
    """The offices, parties or districts that decisions name with an actor, the latest first."""
    column = getattr(Party, field)
    rows = session.execute(
        select(column, func.min(RecordRow.issued_on), func.max(RecordRow.issued_on), func.count(Party.record_id.distinct()))
        .join(RecordRow, RecordRow.id == Party.record_id)
        .where(Party.actor_id == card.id, column != "", _SHOWN)
        .group_by(column)
    )
    found = [Held(*row) for row in rows]
    return sorted(found, key=lambda one: (one.last or date.min, one.count), reverse=True)


def beside(session: Session, card: Card, role: Role, *, limit: int = 100) -> list[tuple[Card, int]]:
    """Actors of another role in the same decisions, with in how many, most first: the bodies that a person voted in, the
    members of a body."""
    other = aliased(Party)
    uses = func.count(other.record_id.distinct())
    rows = session.execute(
        select(Actor, uses)
        .join(other, other.actor_id == Actor.id)
        .join(Party, and_(Party.record_id == other.record_id, Party.actor_id == card.id))
        .join(RecordRow, RecordRow.id == Party.record_id)
        .where(Actor.role == role, _SHOWN)
        .group_by(Actor.id)
        .order_by(uses.desc(), Actor.folded)
        .limit(limit)
    ).all()
    found = (Card(one.id, role, one.slug, one.name, one.folded, one.agency, one.identifier, count, None) for one, count in rows)
    return [(one, one.decisions) for one in found]


def voting_record(session: Session, card: Card) -> Record:
    """How somebody voted, by year, and how often as the majority did."""
    rows = session.execute(
        select(Party.record_id, Party.choice, Decided.majority, RecordRow.issued_on)
        .join(RecordRow, RecordRow.id == Party.record_id)
        .join(Decided, Decided.record_id == Party.record_id)
        .where(Party.actor_id == card.id, Party.did == "voted", _SHOWN)
    ).all()
    replaced = replaced_ids(session) if rows else {}
    kept = [row for row in rows if row.record_id not in replaced]
    years: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[str, int] = defaultdict(int)
    same = both = 0
    for _record_id, choice, majority, day in kept:
        counts[choice] += 1
        years[day.year if day else 0][choice] += 1
        if choice in ("for", "against") and majority in ("for", "against"):
            both += 1
            same += choice == majority
    told = tuple(Year(year, dict(years[year])) for year in sorted(years, reverse=True))
    return Record(dict(counts), told, Agreement(same, both), len(rows) - len(kept))


def results_of_body(session: Session, card: Card) -> list[tuple[int, dict[str, int]]]:
    """What became of what a body decided on, by year, the latest first (0: undated): approved, rejected, other."""
    mine = select(Party.record_id).where(Party.actor_id == card.id)
    rows = session.execute(
        select(RecordRow.issued_on, Decided.status)
        .join(Decided, Decided.record_id == RecordRow.id)
        .where(RecordRow.id.in_(mine), _SHOWN)
    )
    years: dict[int, dict[str, int]] = defaultdict(lambda: {"approved": 0, "rejected": 0, "other": 0})
    for row in rows:
        kind = {"approved": "approved", "in_force": "approved", "completed": "approved", "rejected": "rejected"}.get(row.status, "other")
        years[row.issued_on.year if row.issued_on else 0][kind] += 1
    return sorted(years.items(), reverse=True)


def supplied(session: Session, card: Card) -> Supplied:
    """What a supplier was to get. Counts and sets aside as portal.sums does."""
    rows = session.execute(
        select(
            Party.record_id, Party.value, Party.currency, RecordRow.state, RecordRow.type, RecordRow.publisher,
            RecordRow.issued_on, Decided.status, Decided.value.label("whole"),
        )
        .join(RecordRow, RecordRow.id == Party.record_id)
        .join(Decided, Decided.record_id == Party.record_id)
        .where(Party.actor_id == card.id, Party.did == "other_side", _SHOWN)
    ).all()  # fmt: skip
    replaced = replaced_ids(session) if rows else {}
    counted: list[Any] = []
    aside: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        reason = reason_of(row.state, row.type, row.status, replaced.get(row.record_id))
        (aside[reason] if reason else counted).append(row)
    return Supplied(
        _line("total", counted),
        tuple(_lines(counted, lambda row: f"{row.issued_on.year:04}" if row.issued_on else "none", newest=True)),
        tuple(_lines(counted, lambda row: row.publisher)),
        tuple(_line(reason, some) for reason, some in sorted(aside.items())),
    )


def _lines(rows: Iterable[Any], key: Any, *, newest: bool = False) -> list[Line]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    lines = [_line(name, some) for name, some in groups.items()]
    if newest:
        return sorted(lines, key=lambda line: (line.key == "none", line.key), reverse=True)
    return sorted(lines, key=lambda line: (-line.decisions, line.key))


def _line(key: str, rows: Sequence[Any]) -> Line:
    amounts = [(Decimal(row.value), row.currency) for row in rows if row.value is not None]
    shared = {row.record_id for row in rows if row.value is None and row.whole is not None}
    return Line(key, len({row.record_id for row in rows}), len(shared), figures_of(amounts))
