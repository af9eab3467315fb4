"""Texts drafted in the manner of each jurisdiction, with what they cite marked in place.

A text begins with `== language place day`. `[[passage||value]]` cites (`;` between several values), `[[!…]]` cites in a notation
that is not declared, `[[~…]]` by name alone; what stands within `[[?…]]`, or without a value, may be found or not: a human would dispute it.
All else cites nothing. `<nbsp>` and `<shy>` are the letters of that name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harvesters.citations import Citation, Context, find

FOLDER = Path(__file__).with_name("drafted")
_HEAD = re.compile(r"^== (\S*) ?(\S*) (\d{4}-\d\d-\d\d)\n", re.M)
_MARK = re.compile(r"\[\[([!~?]?)(.*?)\|\|(.*?)\]\]", re.S)


@dataclass(frozen=True)
class Mark:
    """A marked passage: its place in the text, its kind (`!`, `~`, `?` or none), what it cites."""

    start: int
    end: int
    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A text as a reader sees it, and its marks."""

    name: str
    context: Context
    text: str
    marks: tuple[Mark, ...]


def drafts(look: str) -> Iterator[Draft]:
    parts = _HEAD.split((FOLDER / f"{look}.txt").read_text("utf-8"))
    for number, (language, place, day, body) in enumerate(zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True), 1):
        yield Draft(f"{look}.{number}", Context(language, (place,) if place else (), date.fromisoformat(day)), *_read(body))


def _read(body: str) -> tuple[str, tuple[Mark, ...]]:
    body = body.strip().replace("<nbsp>", "\u00a0").replace("<shy>", "\u00ad")
    text, marks, at = "", [], 0
    for mark in _MARK.finditer(body):
        text += body[at : mark.start()]
        marks.append(Mark(len(text), len(text) + len(mark[2]), mark[1], tuple(mark[3].split(";")) if mark[3] else ()))
        text, at = text + mark[2], mark.end()
    return text + body[at:], tuple(marks)


def plain(value: str) -> str:
    """A value without what only its spelling differs by: dots, spaces, case, "n°", noughts before a number."""
    bare = re.sub(r"[\s.,()’'°º]", "", re.sub(r"\bn[.]?[°º]|\bNr[.]", "", value.casefold(), flags=re.IGNORECASE))
    return re.sub(r"(?<!\d)0+(?=\d)", "", bare)


@dataclass(frozen=True)
class Read:
    """What was found of a draft: right values, wrong citations, values not found (and those of undeclared notations)."""

    right: tuple[str, ...]
    wrong: tuple[Citation, ...]
    missed: tuple[str, ...]
    unknown: tuple[str, ...]


def read(draft: Draft) -> Read:
    found = [one for one in find(draft.text, draft.context) if one.scheme not in ("name", "title")]
    wanted = {plain(value): (value, mark.kind) for mark in draft.marks if mark.kind in ("", "!") for value in mark.values}
    open_ = [mark for mark in draft.marks if mark.kind in ("~", "?") or not mark.values]
    got = {plain(one.value) for one in found}
    wrong = [one for one in found if plain(one.value) not in wanted and not any(one.start < mark.end and mark.start < one.end for mark in open_)]
    missed = [(value, kind) for key, (value, kind) in wanted.items() if key not in got]
    return Read(
        tuple(value for key, (value, _) in wanted.items() if key in got), tuple(wrong),
        tuple(value for value, kind in missed if not kind), tuple(value for value, kind in missed if kind),
    )  # fmt: skip
