#!/usr/bin/env python3
"""Repeat every figure that a Clerestory portal publishes, from its public export alone.

    python3 docs/reproduce.py https://portal.example                 the figures that are counts, as JSON
    python3 docs/reproduce.py https://portal.example --all           every figure
    python3 docs/reproduce.py https://portal.example --check         compare with what the portal publishes; 1 if it differs
    python3 docs/reproduce.py https://portal.example --check --only money votes
    python3 docs/reproduce.py https://portal.example --today 2026-03-01

It reads /api/v1/changes (every record with the versions before it, and with the relations that were found in its words), and needs
nothing but Python's standard library: no key, no database, none of the portal's own code. A module of docs/reproduction is a formula;
the portal's page “Where every figure comes from” says in words what they do.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parent))

from reproduction import (
    actors,
    clock,
    completeness,
    counts,
    gaps,
    money,
    progress,
    relations,
    revisions,
    tables,
    versions,
    votes,
)
from reproduction.export import Portal, read_all
from reproduction.register import Register

PARTS: tuple[ModuleType, ...] = (relations, counts, completeness, gaps, progress, clock, money, votes, actors, revisions, versions, tables)
Figures = dict[str, object]


def name_of(part: ModuleType) -> str:
    """A part's name as one types it."""
    return part.__name__.rpartition(".")[2]


def compare(part: ModuleType, portal: Portal, own: Figures) -> tuple[int, list[str]]:
    """How many figures were compared, and a line for each that is not the same. What was left out of a long list is not compared."""
    before = portal.left_out
    if part is tables:
        own, theirs = tables.compared(portal, own)
    else:
        theirs = part.published(portal, own)
    names = own.keys() | theirs.keys() if portal.left_out == before else theirs.keys()
    return len(names), list(differences(own, theirs, sorted(names)))


def differences(own: Figures, theirs: Figures, names: list[str]) -> Iterator[str]:
    """What is not the same, a line each."""
    for name in names:
        if own.get(name) != theirs.get(name):
            yield f"{name}: computed {written(own.get(name))}, published {written(theirs.get(name))}"


def written(figure: object) -> str:
    """A figure as JSON."""
    return json.dumps(figure, ensure_ascii=False, default=lambda one: float(one) if isinstance(one, Fraction) else str(one))


def main() -> int:
    """Read the arguments, compute, and say it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("portal", help="the portal's address, such as https://portal.example")
    parser.add_argument("--today", type=date.fromisoformat, help="a day to judge progress and promises by; else that which it is for each agency")
    parser.add_argument("--check", action="store_true", help="compare with what the portal publishes")
    parser.add_argument("--all", action="store_true", help="print every figure, not how many there are alone")
    parser.add_argument("--only", nargs="+", choices=[name_of(part) for part in PARTS], help="some parts alone")
    parser.add_argument("--most", type=int, default=1000, help="of each kind, so many single pages are looked at when comparing (1000)")
    asked = parser.parse_args()
    portal = Portal(asked.portal, max(1, asked.most))
    register = Register(*read_all(portal))
    parts = [part for part in PARTS if not asked.only or name_of(part) in asked.only]
    own: dict[str, Figures] = {name_of(part): part.computed(register, asked.today) for part in parts}
    print(written(own if asked.all else {name: len(figures) for name, figures in own.items()}))
    if not asked.check:
        return 0
    wrong = 0
    for part in parts:
        before = portal.left_out
        count, found = compare(part, portal, own[name_of(part)])
        wrong += len(found)
        left = f", {portal.left_out - before} pages not looked at" if portal.left_out > before else ""
        print(f"{name_of(part)}: {count} figures compared, {len(found)} differ{left}", *found, sep="\n  ", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
