"""The sums of decisions: by year, agency, supplier or payee, type and subject, each currency by itself.

Published at /search/sums.json (and for any list). Every decision counts in exactly one part, or is set aside with the reason:

- withdrawn at its source; cancelled, rejected, repealed or superseded, as its status says;
- superseded by another decision; or corrected by one that states an amount itself;
- announced only: a notice, a draft, a proposal, an open call.

What has several subjects, or several on the other side, is in a part of its own. Relations count that records state or officers
confirmed; none that a machine found alone. One by a document number counts within one agency.
"""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from statistics import median

from .export import Data, Portal
from .names import address_of, as_told, same_firm, same_name
from .register import Register

BY_STATUS = {name: name for name in ("cancelled", "rejected", "repealed", "superseded")} | dict.fromkeys(("draft", "proposed", "open"), "announced")


def replaced(register: Register) -> dict[str, str]:
    """The numbers of records that another one supersedes, or corrects and states an amount itself."""
    found: dict[str, str] = {}
    for relation in register.relations:
        kind, by = relation.type, relation.by
        if by["state"] != "published" or kind not in ("supersedes", "corrects") or relation.origin == "machine":
            continue
        if relation.kind == "number":
            others = [relation.to] if relation.to else []
        else:
            others = [one for one in register.by_identifier.get(relation.value, ()) if one["publisher"]["slug"] == by["publisher"]["slug"]]
        for other in others:
            if other is not by and (kind == "supersedes" or by.get("amount")):
                found[other["number"]] = "superseded" if kind == "supersedes" else found.get(other["number"], "corrected")
    return found


def reason_of(decision: Data, gone: dict[str, str]) -> str:
    """Why a decision's amount does not count; nothing where it does."""
    if decision["state"] != "published":
        return "withdrawn"
    reason = gone.get(decision["number"]) or BY_STATUS.get(decision.get("status", ""))
    return reason or ("announced" if decision["type"] == "notice" else "")


def other_sides(decision: Data) -> list[tuple[str, str, Data | None]]:
    """Who is on the other side of a decision: (address, name as it is written, amount). An amount that is not shared out belongs to
    the only one."""
    country = (decision["publisher"].get("place") or "")[:2].lower()
    named = [(one["name"], one.get("identifier", ""), one.get("amount")) for one in decision.get("counterparties", ())]
    if not named and decision.get("counterparty"):
        named = [(decision["counterparty"], "", None)]
    return [
        (
            address_of("id", same_name(identifier)) if identifier else address_of(country, same_firm(name)),
            name,
            amount or (decision.get("amount") if len(named) == 1 else None),
        )
        for name, identifier, amount in named
        if same_name(name)
    ]


def _one(keys: Iterable[str]) -> str:
    some = set(keys)
    return "several" if len(some) > 1 else next(iter(some), "none")


WAYS: dict[str, Callable[[Data], str]] = {
    "year": lambda one: str(one.get("issued") or "")[:4] or "none",
    "publisher": lambda one: str(one["publisher"]["slug"]),
    "type": lambda one: str(one["type"]),
    "subject": lambda one: _one(one.get("subjects", ())),
    "counterparty": lambda one: _one(slug for slug, _name, _amount in other_sides(one)),
}


def part_of(some: list[Data]) -> list[object]:
    """What decisions come to: how many, how many without an amount, and what their amounts come to."""
    amounts = [one["amount"] for one in some if one.get("amount")]
    return [len(some), len(some) - len(amounts), in_currencies(amounts)]


def in_currencies(amounts: Iterable[Data]) -> dict[str, list[Fraction]]:
    """By currency: how many amounts, their sum, median, least and most. Exact: no amount is rounded."""
    values: dict[str, list[Fraction]] = {}
    for amount in amounts:
        values.setdefault(amount["currency"], []).append(Fraction(amount["value"]))
    return {name: [Fraction(len(some)), sum(some, Fraction(0)), median(some), min(some), max(some)] for name, some in values.items()}


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """What all decisions come to, by each way."""
    gone, counted = replaced(register), []
    aside: dict[str, int] = {}
    for record in register.records.values():
        if record["axis"] == "decision":
            if reason := reason_of(record, gone):
                aside[f"set aside as {reason}"] = aside.get(f"set aside as {reason}", 0) + 1
            else:
                counted.append(record)
    found: dict[str, object] = {"total": part_of(counted), **aside}
    for way, key in WAYS.items():
        groups: dict[str, list[Data]] = {}
        for record in counted:
            groups.setdefault(key(record), []).append(record)
        found |= {f"by {way}: {name}": part_of(some) for name, some in groups.items()}
    return found


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the portal publishes it."""
    found: dict[str, object] = {}
    for way in WAYS:
        mine = {name.removeprefix(f"by {way}: ") for name in own if name.startswith(f"by {way}: ")}
        for page in portal.pages(f"/search/sums.json?axis=decision&by={way}"):
            for part in page["results"]:
                plain = way != "counterparty" or part["key"] in ("several", "none")
                found[f"by {way}: {part['key'] if plain else as_told(part['key'], mine)}"] = told(part)
            found["total"] = told(page["totals"])
            found |= {f"set aside as {part['key']}": part["decisions"] for part in page["set_aside"]}
    return found


def told(part: Data) -> list[object]:
    """A part as `part_of` tells it."""
    sums = {one["currency"]: [Fraction(one[name]) for name in ("amounts", "sum", "median", "least", "most")] for one in part["sums"]}
    return [part["decisions"], part["without_amount"], sums]
