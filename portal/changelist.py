"""What changed between two versions as a list, a row a change: a field, the heading of a section, a paragraph; and what the agency said
of the versions between. For tables and programs; portal.differences tells the same by words."""

from collections.abc import Iterable, Iterator
from typing import Any

from . import exports
from .changesets import Changeset
from .differences import Block, Part
from .wording import Run

COLUMNS = ("change", "what", "kind", "language", "field", "section", "anchor", "before", "after", "moved_from", "notes")

Row = dict[str, Any]


def rows_of(found: Changeset, said: Iterable[Row] = ()) -> list[Row]:
    """Every change in the order of the page, numbered from 1; `said`: rows of the versions between, which come first. What a row does not
    know is None. `kind`: added, removed, changed, moved (with or without changed words), renumbered; for versions announced or unannounced."""
    rows = [*said, *_fields(found), *(row for code, text in found.texts.items() for part in text.parts for row in _part(part, code))]
    return [dict.fromkeys(COLUMNS) | {"change": place} | row for place, row in enumerate(rows, 1)]


def _fields(found: Changeset) -> Iterator[Row]:
    for one in found.fields:
        kind = "added" if not one.old else "removed" if not one.new else "changed"
        yield {"what": "field", "kind": kind, "field": one.name, "before": "\n".join(one.old) or None, "after": "\n".join(one.new) or None}


def _part(part: Part, code: str) -> Iterator[Row]:
    anchor, title = part.name
    where: Row = {"language": code or None, "section": title or None, "anchor": anchor or None}
    if kind := _kind(part):
        before, after = part.old[1] if part.old else "", part.new[1] if part.new else ""
        yield where | {"what": "section", "kind": kind, "before": before or None, "after": after or None}
    for block in part.blocks:
        if row := _block(block):
            yield where | row


def _kind(part: Part) -> str:
    """What became of a section as a whole; nothing where only words in it changed."""
    if part.state in ("added", "removed"):
        return part.state
    if part.moved:
        return "moved"
    if part.renumbered:
        return "renumbered"
    return "changed" if part.old and part.new and part.old[1] != part.new[1] else ""


def _block(block: Block) -> Row | None:
    """A paragraph that changed; None for one that stayed, and for the place that a moved one left: it is told where it went."""
    if block.kind in ("same", "skipped", "moved_away"):
        return None
    kind = "moved" if block.kind == "moved_here" else block.kind
    before, after = _words(block.runs, "added"), _words(block.runs, "removed")
    return {"what": "text", "kind": kind, "before": before or None, "after": after or None, "moved_from": (block.other[1] or block.other[0] or None) if block.move else None}


def _words(runs: Iterable[Run], leave: str) -> str:
    return "".join(text for kind, text in runs if kind != leave)


def csv_lines(rows: Iterable[Row], *, bom: bool = False) -> Iterator[str]:
    """The rows as CSV (RFC 4180), none of whose cells a spreadsheet runs."""
    yield (exports.BOM if bom else "") + exports.csv_line(COLUMNS)
    for row in rows:
        yield exports.csv_line(exports.harmless(row[name]) for name in COLUMNS)
