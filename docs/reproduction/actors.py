"""People, bodies and suppliers: in how many decisions, how they voted, what became of what they decided, what they were to get.

Published at /people.json, /bodies.json, /suppliers.json and for each of them (/people/SLUG.json …). Withdrawn decisions count among
somebody's decisions. A person's votes leave out those that another record superseded, or corrected; agreement is how many of the votes for or
against were those of the majority, ties left out. A supplier's sums set aside what `money` sets aside.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from .days import first_day
from .export import Data, Portal
from .money import in_currencies, other_sides, reason_of, replaced
from .names import address_of, as_told, same_name
from .register import Register
from .votes import majority_of

KINDS = ("people", "bodies", "suppliers")
RESULTS = {"approved": "approved", "in_force": "approved", "completed": "approved", "rejected": "rejected"}


class Part(NamedTuple):
    """What somebody did in a decision. `choice`: of a vote; `amount`: of a supplier."""

    decision: Data
    kind: str
    slug: str
    name: str
    choice: str = ""
    amount: Data | None = None


def parts_of(decision: Data) -> Iterator[Part]:
    """Everybody who takes part in a decision. A field may name several bodies, with semicolons between them."""
    agency = decision["publisher"]["slug"]

    def someone(kind: str, name: str, choice: str = "") -> Iterator[Part]:
        if same := same_name(name):
            yield Part(decision, kind, address_of(agency, same), name, choice)

    for name in decision.get("decided_by", "").split("; "):
        yield from someone("bodies", name.strip())
    for name in decision.get("decision_makers", ()):
        yield from someone("people", name)
    for one in decision.get("votes", {}).get("roll_call", ()):
        yield from someone("people", one["name"], one["choice"])
    for slug, name, amount in other_sides(decision):
        yield Part(decision, "suppliers", slug, name, "", amount)


def of_person(parts: list[Part], gone: dict[str, str]) -> Data:
    """How somebody voted: by choice, by year, with the majority, and how many votes are left out."""
    votes = [one for one in parts if one.choice]
    kept = [one for one in votes if one.decision["number"] not in gone]
    years: dict[str, Counter[str]] = {}
    same = both = 0
    for one in kept:
        years.setdefault(year_of(one.decision) or "undated", Counter())[one.choice] += 1
        majority = majority_of(one.decision["votes"])
        if one.choice in ("for", "against") and majority in ("for", "against"):
            both += 1
            same += one.choice == majority
    return {
        "votes": dict(Counter(one.choice for one in kept)),
        "votes_by_year": {year: dict(counts) for year, counts in years.items()},
        "left_out": len(votes) - len(kept),
        "agreement": [same, both, f"{same / both:.4f}" if both else None],
    }


def of_body(parts: list[Part]) -> Data:
    """What became of what a body decided on, by year."""
    years: dict[str, dict[str, int]] = {}
    for decision in {one.decision["number"]: one.decision for one in parts}.values():
        counts = years.setdefault(year_of(decision) or "undated", {"approved": 0, "rejected": 0, "other": 0})
        counts[RESULTS.get(decision.get("status", ""), "other")] += 1
    return {"results_by_year": years}


def of_supplier(parts: list[Part], gone: dict[str, str]) -> Data:
    """What a supplier was to get, in all, by year and agency, and what is set aside."""
    counted, aside = list[Part](), dict[str, list[Part]]()
    for one in parts:
        reason = reason_of(one.decision, gone)
        (aside.setdefault(reason, []) if reason else counted).append(one)
    years, agencies = dict[str, list[Part]](), dict[str, list[Part]]()
    for one in counted:
        years.setdefault(year_of(one.decision) or "none", []).append(one)
        agencies.setdefault(one.decision["publisher"]["slug"], []).append(one)
    return {
        "sums": {"total": line_of(counted)},
        "by_year": {name: line_of(some) for name, some in years.items()},
        "by_agency": {name: line_of(some) for name, some in agencies.items()},
        "set_aside": {name: line_of(some) for name, some in aside.items()},
    }


def line_of(parts: list[Part]) -> list[object]:
    """How many decisions, how many whose amount is shared with others in parts that are not stated, and by currency how many
    amounts, their sum and median."""
    shared = {one.decision["number"] for one in parts if one.amount is None and one.decision.get("amount")}
    sums = {name: some[:3] for name, some in in_currencies(one.amount for one in parts if one.amount).items()}
    return [len({one.decision["number"] for one in parts}), len(shared), sums]


def year_of(decision: Data) -> str:
    """The year of issue; nothing where that is not stated."""
    return str(decision.get("issued") or "")[:4]


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Everybody's decisions, the newest of them, the ways in which the name is written, and what their page sums up."""
    everybody: dict[tuple[str, str], list[Part]] = {}
    for record in register.records.values():
        for part in parts_of(record) if record["axis"] == "decision" else ():
            everybody.setdefault((part.kind, part.slug), []).append(part)
    gone = replaced(register)
    found: dict[str, object] = {f"{kind} in all": len({slug for one, slug in everybody if one == kind}) for kind in KINDS}
    for (kind, slug), parts in everybody.items():
        decisions = {one.decision["number"]: one.decision for one in parts}
        days = [first_day(one["issued"]) for one in decisions.values() if one.get("issued")]
        names = {name: len({one.decision["number"] for one in parts if one.name == name}) for name in {one.name for one in parts}}
        more = of_person(parts, gone) if kind == "people" else of_body(parts) if kind == "bodies" else of_supplier(parts, gone)
        found[f"{kind} {slug}"] = [len(decisions), str(max(days)) if days else None]
        found[f"{kind} {slug}, page"] = {"names": names} | more
    return found


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the lists and the pages of everybody have it."""
    found: dict[str, object] = {}
    for kind in KINDS:
        mine = {name.removeprefix(f"{kind} ").removesuffix(", page") for name in own if name.startswith(f"{kind} ")}
        slugs = []
        for page in portal.pages(f"/{kind}.json?size=1000"):
            found[f"{kind} in all"] = page["total"]
            for one in page["results"]:
                slugs.append(one["slug"])
                found[f"{kind} {as_told(one['slug'], mine)}"] = [one["decisions"], one["newest"]]
        for slug in portal.some(slugs):
            found[f"{kind} {as_told(slug, mine)}, page"] = _told(portal.get(f"/{kind}/{slug}.json?size=1")["about"])
    return found


def _told(about: Data) -> Data:
    found: dict[str, Any] = {"names": {one["name"]: one["decisions"] for one in about["names"]}}
    found |= {name: about[name] for name in ("votes", "votes_by_year", "left_out", "results_by_year") if name in about}
    if "agreement" in about:
        found["agreement"] = [about["agreement"][name] for name in ("same", "all", "share")]
    for name in ("sums", "by_year", "by_agency", "set_aside"):
        if name in about:
            lines = [about[name]] if name == "sums" else about[name]
            found[name] = {one["key"]: _line(one) for one in lines}
    return found


def _line(line: Data) -> list[object]:
    sums = {one["currency"]: [Fraction(one[name]) for name in ("amounts", "sum", "median")] for one in line["sums"]}
    return [line["decisions"], line["shared"], sums]
