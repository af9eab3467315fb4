"""What is missing in a matter: every gap with its code, its day and the record that it is missed of.

Published with every matter (/records/NUMBER/thread.json, `gaps`). Days are those of the agency whose record it is. A target counts as
missing its figure where `progress` calls it overdue; whether anything answers a consultation is told by the day on which what is tied to it stands.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .completeness import GENERAL, PAYING, PROMISING, Ties, matters_of, ties_of
from .days import first_day, last_day, period_start
from .export import Data, Portal
from .progress import progress
from .register import Register, Relation
from .words import read_number

AXES = ("policy", "decision", "outcome")
# [code, number of the record, day, name, relation, what the relation names]
Gap = list[Any]


def standing_on(record: Data) -> date | None:
    """Where a record stands in time: an outcome at the end of the year of its last figure (of a single one: where that begins),
    everything else on its day."""
    known = [one["period"] for one in record.get("observations", ()) if one.get("value") is not None]
    if record["axis"] == "outcome" and known:
        first, last = min(known, key=period_start), max(known, key=period_start)
        return period_start(first) if first == last else date(int(last[:4]), 12, 31)
    return first_day(record["issued"]) if record.get("issued") else None


def heart_of(matter: list[Data], ties: Iterable[Relation], based: dict[str, int]) -> Data:
    """The policy to which most of a matter points; of several one that points to no policy itself, then the oldest. Where there is no
    policy a decision, else an outcome."""
    numbers = {one["number"] for one in matter}
    pointing: dict[str, set[str]] = {}
    above = set()
    for one in ties:
        general = one.to is not None and one.type == "based_on" and based.get(one.to["number"], 0) > GENERAL
        if one.to is None or general or (one.type == "part_of" and one.to["type"] == "meeting"):
            continue
        if one.by["number"] in numbers and one.to["number"] in numbers:
            pointing.setdefault(one.to["number"], set()).add(one.by["number"])
            if one.to["axis"] == "policy":
                above.add(one.by["number"])
    return min(matter, key=lambda one: (AXES.index(one["axis"]), -len(pointing.get(one["number"], ())), one["number"] in above, standing_on(one) or date.max, one["number"]))


def gaps_of(record: Data, register: Register, near: set[str], tied: list[Data], today: date) -> Iterator[Gap]:
    """What is missing of one record. `near`: on which axes it is tied to something; `tied`: the records of its matter that it is tied to."""
    number, axis, kind = record["number"], record["axis"], record["type"]
    if axis == "outcome" and record.get("due") and last_day(record["due"][:10]) < today:
        yield ["report_overdue", number, record["due"], None, None, None]
    targets = [one for one in record.get("targets", ()) if one.get("due") and last_day(one["due"]) < today]
    outcomes = register.outcomes(record) if targets else []
    for target in targets:
        if progress(target, outcomes, record, today)[0] == "overdue":
            yield ["target_overdue", number, target["due"], target["indicator"], None, None]
    closes = (record.get("consultation") or {}).get("closes", "")[:10]
    if closes and last_day(closes) < today:
        after = [one for one in tied if one["axis"] != "outcome" and (day := standing_on(one)) and day >= last_day(closes)]
        if not after:
            yield ["consultation_unanswered", number, closes, None, None, None]
    if axis == "policy":
        if kind in PROMISING and "decision" not in near:
            yield ["no_decision", number, None, None, None, None]
        if (kind in PROMISING or record.get("targets")) and "outcome" not in near:
            yield ["no_outcome", number, None, None, None, None]
    elif axis == "decision":
        grounded = "legal_basis" in record or any(one["type"] in ("based_on", "implements") for one in record.get("relations", ()))
        if not grounded and kind != "meeting":
            yield ["no_ground", number, None, None, None, None]
        if kind in PAYING and "amount" not in record:
            yield ["no_amount", number, None, None, None, None]
        if kind == "vote" and "votes" not in record:
            yield ["no_votes", number, None, None, None, None]
    elif not near & {"policy", "decision"}:
        yield ["no_reason", number, None, None, None, None]


def named_missing(record: Data, relations: Iterable[Relation]) -> list[Gap]:
    """What a record states to be joined to, and is not here; once, however often it says so."""
    found: list[Gap] = []
    for said, one in zip(record.get("relations", ()), relations, strict=False):
        if one.to is None and one.type != "cites":
            word = read_number(said["number"]) if said.get("number") else said["identifier"]
            gap = ["named_missing", record["number"], None, said.get("title") or said.get("identifier") or word, one.type, word]
            if gap not in found:
                found.append(gap)
    return found


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """The gaps of every matter, told by its first number."""
    ties, tied = ties_of(register), Ties(register).tied
    based: dict[str, int] = {}
    beside: dict[str, list[Data]] = {}
    by: dict[str, list[Relation]] = {}
    for one in register.relations:
        if one.origin == "stated":
            by.setdefault(one.by["number"], []).append(one)
        if one.type == "based_on" and one.to:
            based[one.to["number"]] = based.get(one.to["number"], 0) + 1
    for one in ties:
        if one.to:
            beside.setdefault(one.by["number"], []).append(one.to)
            beside.setdefault(one.to["number"], []).append(one.by)
    of_matter: dict[str, list[Relation]] = {}
    place, matters = {}, matters_of(register)
    for matter in matters:
        place |= {one["number"]: matter[0]["number"] for one in matter}
    for one in ties:
        of_matter.setdefault(place.get(one.by["number"], ""), []).append(one)
    found: dict[str, object] = {}
    for matter in matters:
        numbers = {one["number"] for one in matter}
        gaps: list[Gap] = []
        for record in matter:
            number = record["number"]
            today = asked or datetime.now(ZoneInfo(record["time_zone"])).date()
            others = [one for one in beside.get(number, ()) if one["number"] in numbers]
            gaps += gaps_of(record, register, tied.get(number, set()), others, today)
            gaps += named_missing(record, by.get(number, ()))
        if not any(one["axis"] == "outcome" for one in matter) and not any(gap[0] == "no_outcome" for gap in gaps):
            gaps.append(["no_outcome", heart_of(matter, of_matter.get(matter[0]["number"], ()), based)["number"], None, None, None, None])
        found[f"gaps of the matter of {matter[0]['number']}"] = sorted(gaps, key=str)
    return found


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the matters tell it."""
    found: dict[str, object] = {}
    for name in portal.some(own):
        matter = portal.get(f"/records/{name.rpartition(' ')[2]}/thread.json")
        gaps = [[gap[field] for field in ("code", "number", "day", "name", "relation", "identifier")] for gap in matter["gaps"]]
        found[name] = sorted(gaps, key=str)
    return found
