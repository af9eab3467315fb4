"""The record that an unfinished form says so far, for showing it while somebody types: what can be read, with words in the
place of what must be there and is not yet."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from harvesters.vocabularies import TYPES

from .fields import Typed
from .reading import Reading, read

# Fields of lines: a line that cannot be read yet takes nothing from the others.
_LINES = frozenset({"observations", "roll_call", "counterparties"})
# Fields that only say something together.
_TOGETHER = ({"amount", "currency"}, {"valid_from", "valid_until"}, {"translation_title", "translation_summary", "translation_body"})
_ROW = re.compile(r"((?:target|relation|report)_)[a-z_]+(_[0-9]+)")
_MOST_ROUNDS = 6
_MOST_READ = 120  # tries to find the lines that can be read


def sketch(axis: str, typed: Typed, **about: Any) -> Reading:
    """What a form says so far, always as a record, and what is to be mended before it can be published. `about`: as for
    `read`."""
    whole = read(axis, typed, **about)
    if whole.record:
        return whole
    rest = _filled(axis, typed)
    for _round in range(_MOST_ROUNDS):
        reading = read(axis, rest, **about)
        if reading.record:
            return Reading(reading.record, whole.faults)
        rest = _filled(axis, _without(axis, rest, {name for name, _words in reading.faults}, about))
    return replace(read(axis, _filled(axis, {}), **about | {"files": ()}), faults=whole.faults)


def _filled(axis: str, typed: Typed) -> dict[str, Any]:
    """What was typed, with something in the place of what every record has."""
    title = str(typed.get("title", "")).strip() or _("(no title yet)")
    kind = typed.get("type") if typed.get("type") in TYPES[axis] else "other"
    return {**typed, "title": title[:1000], "type": kind, "language": typed.get("language") or "en"}


def _without(axis: str, typed: dict[str, Any], fields: set[str], about: dict[str, Any]) -> dict[str, Any]:
    """What was typed, but for fields that cannot be read, and what says nothing without them."""
    left_out = set(_left_out(typed, fields - _LINES))
    kept = {name: value for name, value in typed.items() if name not in left_out}
    for name in fields & _LINES & kept.keys():
        kept[name] = _readable(axis, name, str(kept[name]), about)
    return kept if kept != typed else {name: value for name, value in typed.items() if name not in fields}


def _left_out(typed: dict[str, Any], fields: set[str]) -> Iterator[str]:
    for name in fields:
        yield from next((together for together in _TOGETHER if name in together), {name})
        if (row := _ROW.fullmatch(name)) and (name not in typed or name.startswith("relation")):
            yield from (one for one in typed if one.startswith(row[1]) and one.endswith(row[2]))


def _readable(axis: str, name: str, text: str, about: dict[str, Any]) -> str:
    """The lines of a field that can be read, found by halves: few wrong ones among many take few tries."""
    tries = 0

    def good(lines: list[str]) -> list[str]:
        nonlocal tries
        tries += 1
        if not lines or tries > _MOST_READ:
            return []
        faults = read(axis, _filled(axis, {name: "\n".join(lines)}), **about | {"files": ()}).faults
        if not faults:
            return lines
        half = len(lines) // 2
        return good(lines[:half]) + good(lines[half:]) if half else []

    return "\n".join(good(text.splitlines()))
