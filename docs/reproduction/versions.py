"""What changed between versions, counted: figures that were added, changed or are gone, files that were added or taken away, targets.

Published at the top of every comparison (/records/NUMBER/compare/1..2.json, `summary`). How many words and articles changed depends
on how two texts are laid beside each other; that is not computed here.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from .export import Data, Portal
from .register import Register

# What is counted, as the summary says it in English.
SAID = {
    "figures added": r"^([\d,]+) figures? (?:was|were) added",
    "figures changed": r"^([\d,]+) figures? that (?:was|were) known before (?:was|were) changed",
    "figures gone": r"^([\d,]+) figures? (?:is|are) gone",
    "files added": r"^([\d,]+) files? (?:was|were) added",
    "files gone": r"^([\d,]+) files? (?:was|were) taken away",
}


def figures_of(data: Data) -> dict[tuple[str, str | None], tuple[object, ...]]:
    """The figures of a version by period and place, with everything that is said of them."""
    return {(one["period"], one.get("place")): (one.get("value"), one.get("status", "A"), one.get("note", "")) for one in data.get("observations", ())}


def changed(old: Data, new: Data) -> dict[str, int]:
    """How much of what changed; what did not change is left out."""
    a, b = figures_of(old), figures_of(new)
    before, after = ({one["url"] for one in data.get("files", ())} for data in (old, new))
    counts = {
        "figures added": len(b.keys() - a.keys()),
        "figures changed": sum(a[key] != b[key] for key in a.keys() & b.keys()),
        "figures gone": len(a.keys() - b.keys()),
        "files added": len(after - before),
        "files gone": len(before - after),
    }
    return {name: count for name, count in counts.items() if count}


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Each version beside the one before it."""
    found: dict[str, object] = {}
    for number, record in register.records.items():
        every = [*record["versions"], record | {"data": record}]
        for old, new in pairwise(every):
            found[f"{number} {old['version']}..{new['version']}"] = changed(old["data"], new["data"])
    return found


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the comparisons say it."""
    found: dict[str, object] = {}
    for name in portal.some(own):
        number, versions = name.split()
        found[name] = said(portal.get(f"/records/{number}/compare/{versions}.json")["summary"])
    return found


def said(sentences: Iterable[str]) -> dict[str, int]:
    """The counts in a summary."""
    found = {}
    for sentence in sentences:
        for name, pattern in SAID.items():
            if hit := re.match(pattern, sentence):
                found[name] = int(hit[1].replace(",", ""))
    return found
