"""Vintages: what each figure of an outcome was when it was first published here, and how it was revised since.

Everything is derived from the versions that are kept of a record. A figure counts as revised when a later version gives
another number for its period and place, or gives none; another way to write the same number (12.3, 12.30) and another
status are no revision. The day is that of the version: when this portal first showed the number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from harvesters.record import Observation

from .catalogue import Version
from .outcomes import Series, year_of
from .promises import shown

MOST = 400_000  # figures in all versions together that a page looks through

Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Said:
    """What a version said of a figure: its value (None: missing), its status; `removed`: it was no longer there."""

    value: Decimal | None
    status: str
    at: datetime
    version: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """Everything that was said of one figure, the first said first; of equal values in a row the first."""

    period: str
    place: str | None
    said: tuple[Said, ...]

    @property
    def first(self) -> Said:
        return self.said[0]

    @property
    def latest(self) -> Said:
        return self.said[-1]

    @property
    def revisions(self) -> int:
        return len(self.said) - 1

    @property
    def change(self) -> Decimal | None:
        """From the first value to the latest one."""
        first, latest = self.first.value, self.latest.value
        return None if first is None or latest is None else latest - first


def courses(versions: Sequence[Version]) -> list[Course]:
    """The courses of all figures, by place and then by time. `versions` as the catalogue gives them, the newest first."""
    found: dict[Key, list[Said]] = {}
    order: dict[str | None, int] = {}
    for version in shown(versions):
        now = _figures(version.data)
        for key in found.keys() - now.keys():
            if not found[key][-1].removed:
                found[key].append(Said(None, "", version.changed_at, version.version, removed=True))
        for key, (value, status) in now.items():
            order.setdefault(key[1], len(order))
            course = found.setdefault(key, [])
            if not course or course[-1].removed or course[-1].value != value:
                course.append(Said(value, status, version.changed_at, version.version))
    ordered = sorted(found, key=lambda key: (order[key[1]], year_of(key[0]), key[0]))
    return [Course(period, place, tuple(found[period, place])) for period, place in ordered]


def _figures(data: Mapping[str, Any]) -> dict[Key, tuple[Decimal | None, str]]:
    return {
        (one["period"], one.get("place")): (None if one.get("value") is None else Decimal(one["value"]), one.get("status", "A"))
        for one in data.get("observations", ())
    }


def revised_of(versions: Sequence[Version]) -> dict[Key, Said]:
    """What was first published of every figure that stands in the newest version with another value. Empty where
    there are too many figures to look through for a page."""
    past = shown(versions)
    if len(past) < 2 or sum(len(one.data.get("observations", ())) for one in past) > MOST:
        return {}
    # Only versions that touch the figures at all.
    said = [one.data.get("observations") for one in past]
    if all(one == said[0] for one in said):
        return {}
    return {
        (one.period, one.place): one.first
        for one in courses(versions)
        if one.revisions and not one.latest.removed and one.first.value != one.latest.value
    }


def first_and_latest(found: Sequence[Course]) -> list[Series]:
    """Of the figures of one place two series: as first published, and as they are now."""
    return [
        Series(None, tuple(Observation.model_construct(period=one.period, place=None, value=said.value, status=said.status, note="") for one, said in some))
        for some in ([(one, one.first) for one in found], [(one, one.latest) for one in found if not one.latest.removed])
    ]


COLUMNS = ("period", "place", "value", "unit", "status", "published_at", "version", "revision")


def rows(found: Sequence[Course], unit: str) -> Iterator[dict[str, Any]]:
    """A row for everything that was said: `revision` 0 is what was first published; status `removed`: no longer given."""
    for one in found:
        for position, said in enumerate(one.said):
            yield {
                "period": one.period,
                "place": one.place,
                "value": None if said.value is None else f"{said.value:f}",
                "unit": unit,
                "status": "removed" if said.removed else said.status,
                "published_at": said.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "version": said.version,
                "revision": position,
            }
