"""completeness-1: how much of what one would expect is here, of every agency, axis and matter.

Published at /completeness.json and with every matter (/records/NUMBER/thread.json); the formula is on the page /pages/completeness,
also as SQL. Every part that is expected of a published record counts once: completeness is the parts that are here, divided by those
that are expected. Tied means by any relation but a citation, whoever says so and in either direction.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from .days import last_day, moment
from .export import Data, Portal
from .register import Register, Relation

PAYING = {"award", "contract", "grant", "payment"}
PROMISING = {"strategy", "programme", "plan", "budget"}
DECIDED = PROMISING | {"law", "regulation", "resolution"}
MEASURED = {"indicator", "statistics", "survey", "evaluation"}
GENERAL = 50  # a record on which more are based is a general ground: these are not of one matter for that
MOST = 2000  # a matter with more records is not told whole

# (axis, part) → [expected, here]
Counts = dict[tuple[str, str], list[int]]


def parts_of(record: Data, tied: set[str], today: date) -> Iterator[tuple[str, bool]]:
    """The parts that are expected of a record, and whether they are here. `tied`: on which axes the records stand that it is tied to."""
    axis, kind = record["axis"], record["type"]
    figures = any(one.get("value") is not None for one in record.get("observations", ()))

    def has(*names: str) -> bool:
        return any(name in record for name in names)

    yield "date", has("issued") or (axis == "outcome" and figures)
    yield "words", has("summary", "body")
    yield "original", has("landing_page", "files")
    if axis == "decision":
        yield "who", has("decided_by", "decision_makers")
        yield "ground", has("legal_basis") or any(one["type"] in ("based_on", "implements") for one in record.get("relations", ()))
        if kind in PAYING:
            yield "amount", has("amount")
            yield "counterparty", has("counterparty")
        if kind == "vote":
            yield "votes", has("votes")
        if kind != "meeting":
            yield "policy", "policy" in tied
    elif axis == "policy":
        yield "text", has("body", "files")
        if kind in PROMISING:
            yield "aims", has("objectives", "targets")
        if kind in DECIDED:
            yield "decision", "decision" in tied
            yield "outcome", "outcome" in tied
    else:
        yield "figures", figures or has("files", "body")
        if kind in MEASURED:
            yield "method", has("method")
        yield "reason", bool(tied & {"policy", "decision"})
        if has("due"):
            yield "reported", last_day(record["due"][:10]) >= today


def ties_of(register: Register) -> list[Relation]:
    """The relations that tie: all but citations, and but what a record says of itself."""
    return [one for one in register.relations if one.type != "cites" and one.to is not one.by]


class Ties:
    """What each record is tied to: `tied`, on which axes, by number; `named`, how many others it names and how many of these are here."""

    def __init__(self, register: Register) -> None:
        self.tied: dict[str, set[str]] = {}
        self.named: dict[str, list[int]] = {}
        for one in ties_of(register):
            line = self.named.setdefault(one.by["number"], [0, 0])
            line[0] += 1
            if one.to:
                line[1] += 1
                self.tied.setdefault(one.by["number"], set()).add(one.to["axis"])
                self.tied.setdefault(one.to["number"], set()).add(one.by["axis"])


def counts_of(records: Iterable[Data], ties: Ties, today: date) -> Counts:
    """The parts of published records, added up."""
    counts: Counts = {}
    for record in records:
        if record["state"] == "published":
            number, axis = record["number"], record["axis"]
            for part, here in parts_of(record, ties.tied.get(number, set()), today):
                _add(counts, axis, part, 1, here)
            if number in ties.named:
                _add(counts, axis, "named", *ties.named[number])
    return counts


def _add(counts: Counts, axis: str, part: str, expected: int, here: int) -> None:
    line = counts.setdefault((axis, part), [0, 0])
    line[0] += expected
    line[1] += here


def matters_of(register: Register) -> list[list[Data]]:
    """The matters: records that can be reached from each other by relations that carry a matter. Citations do not, nor being part of
    a meeting, nor being based on a general ground. What is part of the same thing belongs together, also where that is not here."""
    based: dict[str, int] = {}
    for one in register.relations:
        if one.type == "based_on" and one.to:
            based[one.to["number"]] = based.get(one.to["number"], 0) + 1
    group = {number: number for number in register.records}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            group[name] = name = group[group[name]]
        return name

    for one in ties_of(register):
        if one.to is None:
            if one.type == "part_of":
                group[root(f"not here: {one.value}")] = root(one.by["number"])
        elif not (one.type == "part_of" and one.to["type"] == "meeting") and not (one.type == "based_on" and based[one.to["number"]] > GENERAL):
            group[root(one.to["number"])] = root(one.by["number"])
    matters: dict[str, list[Data]] = {}
    for number, record in sorted(register.records.items()):
        matters.setdefault(root(number), []).append(record)
    return [some for some in matters.values() if len(some) <= MOST]


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every agency's parts, every axis, all; and of every matter its records by axis and its parts, told by its first number."""
    today, ties = datetime.now(UTC).date(), Ties(register)
    by_agency: dict[str, list[Data]] = {}
    for record in register.records.values():
        if record["state"] == "published":
            by_agency.setdefault(record["publisher"]["slug"], []).append(record)
    every = {f"agency {slug}": counts_of(some, ties, today) for slug, some in by_agency.items()}
    whole = counts_of(register.records.values(), ties, today)
    every["all"] = whole
    every |= {f"axis {axis}": {key: line for key, line in whole.items() if key[0] == axis} for axis in ("decision", "policy", "outcome")}
    found = {name: told(counts) for name, counts in every.items()}
    for matter in matters_of(register):
        axes = {axis: sum(one["axis"] == axis for one in matter) for axis in ("decision", "policy", "outcome")}
        found[f"matter of {matter[0]['number']}"] = [len(matter), axes, *told(counts_of(matter, ties, today))]
    return dict(found)


def told(counts: Counts) -> list[object]:
    """The share that is here, to four places, and every part as expected and here."""
    expected, here = (sum(line[place] for line in counts.values()) for place in (0, 1))
    return [round(here / expected, 4) if expected else None, {f"{axis} {part}": tuple(line) for (axis, part), line in counts.items()}]


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the portal publishes it."""
    data = portal.get("/completeness.json")
    if datetime.now(UTC) - moment(data["as_of"]) > timedelta(minutes=5):
        print(f"large portals count completeness once an hour, this one at {data['as_of']}: what came since then makes a difference", file=sys.stderr)
    found: dict[str, object] = {"all": _said(data)}
    found |= {f"axis {axis}": _said(one) for axis, one in data["axes"].items()}
    found |= {f"agency {one['publisher']}": _said(one) for one in data["results"]}
    for name in portal.some([name for name in own if name.startswith("matter of ")]):
        matter = portal.get(f"/records/{name.removeprefix('matter of ')}/thread.json")
        axes = {one["value"]: one["count"] for one in matter["facets"]["axis"]}
        found[name] = [matter["total"], axes, *_said(matter["completeness"])]
    return found


def _said(data: Data) -> list[object]:
    return [data["share"], {f"{one['axis']} {one['part']}": (one["expected"], one["present"]) for one in data["parts"]}]
