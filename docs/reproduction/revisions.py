"""Revised figures: what each figure of an outcome was when it was first published here, and every value since.

Published at /records/NUMBER/revisions.json. A figure is revised when a later version gives another number for its period and place, or
none; another way to write the same number, and another status, are no revision.
"""

from datetime import date
from fractions import Fraction

from .export import Data, Portal
from .register import Register

Key = tuple[str, str]


def courses_of(outcome: Data) -> dict[Key, list[list[object]]]:
    """By period and place everything that was said of a figure: value, status, moment, version. `removed`: it was no longer given."""
    found: dict[Key, list[list[object]]] = {}
    for version in [*outcome["versions"], outcome | {"data": outcome}]:
        now = {(one["period"], one.get("place") or ""): one for one in version["data"].get("observations", ())}
        when = [version["changed_at"][:19] + "Z", version["version"]]
        for key in found.keys() - now.keys():
            if found[key][-1][1] != "removed":
                found[key].append([None, "removed", *when])
        for key, one in now.items():
            value = None if one.get("value") is None else Fraction(one["value"])
            course = found.setdefault(key, [])
            if not course or course[-1][1] == "removed" or course[-1][0] != value:
                course.append([value, one.get("status", "A"), *when])
    return found


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every figure of every outcome, with all that was said of it; and how many were revised."""
    found: dict[str, object] = {}
    for number, record in register.records.items():
        if record["axis"] == "outcome" and (courses := courses_of(record)):
            found |= {f"{number} {period} {place}": said for (period, place), said in courses.items()}
    return found


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the portal publishes it."""
    found: dict[str, list[list[object]]] = {}
    for number in portal.some({name.split()[0] for name in own}):
        for row in portal.get(f"/records/{number}/revisions.json")["results"]:
            value = None if row["value"] is None else Fraction(row["value"])
            course = found.setdefault(f"{number} {row['period']} {row['place'] or ''}", [])
            course.append([value, row["status"], row["published_at"], row["version"]])
    return dict(found)
