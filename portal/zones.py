"""Which day it is for an agency. A day begins and ends at midnight where the agency is: in the time zone that it set for itself,
else in that of its place (portal.zone_table), else in the portal's own (PORTAL_TIMEZONE).

Moments are kept in UTC everywhere; only days are an agency's own. On a day on which clocks change, the day has 23 or 25 hours; a
midnight that clocks jump over is the first moment of the day that there is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Agency, AgencyMove, AgencyZone
from .parts import Portal
from .zone_table import BY_PLACE
from .zone_table import of_place as of_place

Publisher = Mapping[str, Any]


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The names of all time zones that can be chosen."""
    return tuple(sorted(one for one in available_timezones() if one == "UTC" or ("/" in one and not one.startswith(("Etc/", "SystemV/")))))


def is_known(name: str) -> bool:
    """Whether a time zone has that name."""
    return name in available_timezones()


@lru_cache(maxsize=1000)
def day_in(zone: str, moment: datetime) -> date:
    """The day that it is in a time zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a day begins in a time zone."""
    begins = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    # Where clocks jump over midnight, what is called so lies before: the day begins when they have jumped.
    while begins.astimezone(ZoneInfo(zone)).date() < day:
        begins += timedelta(minutes=15)
    return begins


def end_of(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a day ends in a time zone; it belongs to the next day."""
    return start_of(day + timedelta(days=1), zone) if day < date.max - timedelta(days=1) else datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Days:
    """Which day it is for whom, at the moment `now`. `portal`: the portal's own zone; `own`: what agencies set, by slug; `moved`: the places
    of those that are elsewhere now than their records may say."""

    now: datetime
    portal: str = "UTC"
    own: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in the portal's own zone."""
        return day_in(self.portal, self.now)

    @property
    def key(self) -> tuple[datetime, str, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
        """What is the same as long as it is the same day for everybody: days begin at quarters of an hour everywhere."""
        quarter = self.now.replace(minute=self.now.minute // 15 * 15, second=0, microsecond=0)
        return quarter, self.portal, frozenset(self.own.items()), frozenset(self.moved.items())

    def stated_zone(self, publisher: Publisher) -> str:
        """The zone of an agency as records name it (`slug`, `place`); nothing where it has the portal's."""
        slug = publisher["slug"]
        return self.own.get(slug) or of_place(self.moved.get(slug) or publisher.get("place"))

    def zone(self, publisher: Publisher) -> str:
        """The zone by which the days of an agency are counted."""
        return self.stated_zone(publisher) or self.portal

    def of(self, publisher: Publisher) -> date:
        """The day that it is for an agency."""
        return day_in(self.zone(publisher), self.now)

    def day_of(self, publisher: Publisher, moment: datetime) -> date:
        """The day that it was for an agency at another moment."""
        return day_in(self.zone(publisher), moment)

    def in_zone(self, zone: str) -> date:
        """The day that it is in a zone; in the portal's own for nothing."""
        return day_in(zone or self.portal, self.now)

    def elsewhere(self) -> Iterator[tuple[date, list[str]]]:
        """The days that are not the portal's today, with the zones that have them now: two at most."""
        found: dict[date, list[str]] = defaultdict(list)
        for zone in sorted({*BY_PLACE.values(), *self.own.values()}):
            found[day_in(zone, self.now)].append(zone)
        return ((day, zones) for day, zones in sorted(found.items()) if day != self.today)


def on(day: date) -> Days:
    """That day in UTC, at its noon: for what is asked about a day as such."""
    return Days(datetime.combine(day, time(12), UTC))


def days(session: Session, portal: Portal, now: datetime) -> Days:
    """Which day it is for whom."""
    # To the minute, so that what was worked out a moment ago is still known.
    own: dict[str, str] = dict(session.execute(select(AgencyZone.agency, AgencyZone.zone)).all())
    # Records of an agency that went into another one name it still; their days are counted as the other's are.
    former = select(Agency.slug, AgencyZone.zone).join(AgencyZone, AgencyZone.agency == Agency.merged_into) if own else None
    own |= dict(session.execute(former).all()) if former is not None else {}
    moved: dict[str, str] = dict(session.execute(select(AgencyMove.agency, AgencyMove.place)).all())
    return Days(now.replace(second=0, microsecond=0), portal.settings.timezone, own, moved)


def publisher_of(session: Session, slug: str) -> Publisher:
    """An agency, as `Days` asks for it."""
    return {"slug": slug, "place": session.scalar(select(Agency.place).where(Agency.slug == slug))}
