"""Agencies with what they published here, and how they stand to each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..models import Agency, RecordRow


@dataclass(frozen=True)
class AgencyCard:
    """An agency with what it published here."""

    slug: str
    names: dict[str, str]
    parent: str | None
    place: str | None
    homepage: str | None
    total: int
    by_axis: dict[str, int]
    newest: date | None
    merged_into: str | None = None

    def name(self, language: str) -> str:
        return self.names[self.name_language(language)]

    def name_language(self, language: str) -> str:
        """The language of the name that readers of `language` get."""
        return next((code for code in (language, "en") if self.names.get(code)), next(iter(self.names)))


def agency(session: Session, slug: str) -> AgencyCard | None:
    """An agency by its slug; a merged one's slug leads to the one it went into."""
    row = session.get(Agency, slug)
    if row and row.merged_into:
        row = session.get(Agency, row.merged_into)
    return next(iter(_cards(session, [row])), None) if row else None


def name_on_records(session: Session, slug: str) -> AgencyCard | None:
    """An agency as records name it, also where it went into another one since."""
    row = session.get(Agency, slug)
    return next(iter(_cards(session, [row])), None) if row else None


def names_on_records(session: Session) -> list[AgencyCard]:
    """Every agency that records name, by its slug: also those that went into another one since, whose records keep their name."""
    cards = _cards(session, session.scalars(select(Agency).order_by(Agency.slug)).all())
    return [card for card in cards if card.total]


def agencies(session: Session) -> list[AgencyCard]:
    """Every agency that published something here, those with most records first."""
    rows = session.scalars(select(Agency).where(Agency.merged_into.is_(None))).all()
    return sorted(_cards(session, rows), key=lambda card: (-card.total, card.slug))


def child_agencies(session: Session, slug: str) -> list[AgencyCard]:
    """The agencies below an agency, those with most records first."""
    rows = session.scalars(select(Agency).where(Agency.parent == slug, Agency.merged_into.is_(None))).all()
    return sorted(_cards(session, rows), key=lambda card: (-card.total, card.slug)) if rows else []


def agency_parents(session: Session) -> dict[str, str]:
    """The agency above each agency that has one; for a merged one, the agency that it went into."""
    query = select(Agency.slug, func.coalesce(Agency.merged_into, Agency.parent)).where(
        or_(Agency.parent.is_not(None), Agency.merged_into.is_not(None))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def sources_of(session: Session, publisher: str) -> dict[str, int]:
    """The sources that an agency's records came from, with how many, most first."""
    rows = session.execute(
        select(RecordRow.via, func.count())
        .where(RecordRow.publisher == publisher, RecordRow.state == "published")
        .group_by(RecordRow.via)
        .order_by(func.count().desc(), RecordRow.via)
    )
    return dict(rows.all())


def _cards(session: Session, rows: Sequence[Agency]) -> list[AgencyCard]:
    query = (
        select(RecordRow.publisher, RecordRow.axis, func.count(), func.max(RecordRow.issued_on))
        .where(RecordRow.state == "published")
        .group_by(RecordRow.publisher, RecordRow.axis)
    )
    if len(rows) == 1:
        query = query.where(RecordRow.publisher == rows[0].slug)
    axes: dict[str, dict[str, int]] = {}
    latest: dict[str, date] = {}
    for slug, axis, count, newest_on in session.execute(query):
        axes.setdefault(slug, {})[axis] = count
        if newest_on and newest_on > latest.get(slug, date.min):
            latest[slug] = newest_on
    return [
        AgencyCard(
            row.slug,
            row.names,
            row.parent,
            row.place,
            row.homepage,
            sum(axes.get(row.slug, {}).values()),
            axes.get(row.slug, {}),
            latest.get(row.slug),
            row.merged_into,
        )
        for row in rows
    ]


def agency_names(session: Session, slugs: Iterable[str], language: str) -> dict[str, str]:
    """The names of agencies in `language`, by slug."""
    rows = session.scalars(select(Agency).where(Agency.slug.in_(list(slugs))))
    return {row.slug: row.names.get(language) or row.names.get("en") or next(iter(row.names.values())) for row in rows}


def with_former(session: Session, slug: str) -> list[str]:
    """An agency and those that were merged into it: their records keep the names they were published under, and are its own now."""
    return [slug, *session.scalars(select(Agency.slug).where(Agency.merged_into == slug).order_by(Agency.slug))]
