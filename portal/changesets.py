"""Two versions compared as a whole: fields, texts by language, what changed in words; and cut into pages that open at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harvesters.record import Record

from . import comparison, gist
from .compared import compared
from .comparison import Difference, Piece
from .differences import Block, Part, TextChange

_PAGE = 40_000  # letters of changes on a page
_FIELD = 12_000  # letters of one field
_ROWS = 300  # lines of the table of changed sections


@dataclass(frozen=True)
class Piecewise:
    """Blocks of a changed section that stand together on a page. `place`: which change it is, from 1; `text`: the language of the text,
    nothing for the record's own; `first`: with its heading."""

    place: int
    text: str
    part: Part
    blocks: tuple[Block, ...]
    first: bool
    page: int


@dataclass(frozen=True)
class Changeset:
    """What changed from one version to another. `texts`: by language, the record's own under nothing."""

    gist: tuple[str, ...]
    fields: tuple[Difference, ...]
    texts: dict[str, TextChange]
    pieces: tuple[Piecewise, ...]
    # The pages that the two ends of a move stand on: (text, move) to (from, to).
    moves: dict[tuple[str, int], tuple[int, int]]

    @property
    def pages(self) -> int:
        return max((piece.page for piece in self.pieces), default=1)

    @property
    def empty(self) -> bool:
        """Whether nothing that is told changed."""
        return not self.fields and not self.pieces and not any(text.spaces for text in self.texts.values())

    def rows(self, page: int) -> list[Piecewise]:
        """The lines of the table of changed sections: of all where they have room on the first page, else of this page."""
        heads = [piece for piece in self.pieces if piece.first]
        return heads if page == 1 and len(heads) <= _ROWS else [piece for piece in heads if piece.page == page][:_ROWS]

    def on(self, page: int) -> list[Piecewise]:
        return [piece for piece in self.pieces if piece.page == page]


def changeset_of(old: Record, new: Record, language: str, folder: Path) -> Changeset:
    """What changed, told in the page's language; `folder` keeps comparisons of long texts."""
    texts = {}
    for code in ["", *dict.fromkeys([*new.translations, *old.translations])]:
        a, b = _text(old, code), _text(new, code)
        if a != b:
            texts[code] = compared(folder, a, b)
    pieces = tuple(_pieces(texts))
    fields = tuple(comparison.compare(old, new, language))
    return Changeset(tuple(gist.gist_of(old, new, texts, language)), fields, texts, pieces, _moves(pieces))


def _text(record: Record, code: str) -> str:
    if not code:
        return record.body
    return record.translations[code].body if code in record.translations else ""


def _pieces(texts: dict[str, TextChange]) -> Iterator[Piecewise]:
    page, letters, place = 1, 0, 0
    for code, change in texts.items():
        for part in change.parts:
            place += 1
            waiting: list[Block] = []
            first = True
            if letters + min(part.letters, _PAGE // 4) > _PAGE:
                page, letters = page + 1, 0
            for block in part.blocks:
                if waiting and letters + block.letters > _PAGE:
                    yield Piecewise(place, code, part, tuple(waiting), first, page)
                    waiting, first, letters, page = [], False, 0, page + 1
                waiting.append(block)
                letters += block.letters + 100
            yield Piecewise(place, code, part, tuple(waiting), first, page)
            letters += 200


def _moves(pieces: tuple[Piecewise, ...]) -> dict[tuple[str, int], tuple[int, int]]:
    ends: dict[tuple[str, int], list[int]] = {}
    for piece in pieces:
        for block in piece.blocks:
            if block.move:
                there = ends.setdefault((piece.text, block.move), [0, 0])
                end = int(block.kind == "moved_here")
                there[end] = there[end] or piece.page
    return {key: (found[0], found[1]) for key, found in ends.items()}


def cut(difference: Difference) -> tuple[Difference, int]:
    """A field with as much of its change as has room on a page, and how many letters are left out."""
    room = _FIELD
    kept: list[Piece] = []
    for piece in difference.pieces:
        if room <= 0:
            break
        kept.append(piece if len(piece.text) <= room else replace(piece, text=piece.text[:room]))
        room -= len(piece.text)
    shown = sum(len(piece.text) for piece in kept)
    return replace(difference, pieces=tuple(kept)), difference.letters - shown


def data_of(found: Changeset) -> dict[str, Any]:
    """A changeset as JSON data."""
    return {
        "summary": list(found.gist),
        "fields": [{"field": one.name, "label": one.label, "old": list(one.old), "new": list(one.new)} for one in found.fields],
        "texts": [
            {
                "language": code or None,
                "words_added": text.came,
                "words_removed": text.went,
                "passages_moved": text.moves,
                "only_spaces": text.spaces,
                "sections_unchanged": text.same,
                "sections": [_part_data(part) for part in text.parts],
            }
            for code, text in found.texts.items()
        ],
    }


def _part_data(part: Part) -> dict[str, Any]:
    return {
        "old": {"anchor": part.old[0], "title": part.old[1]} if part.old else None,
        "new": {"anchor": part.new[0], "title": part.new[1]} if part.new else None,
        "state": part.state,
        "moved": part.moved,
        "renumbered": part.renumbered,
        "blocks": [
            {
                "kind": block.kind,
                **({"count": block.count} if block.kind == "skipped" else {"runs": [list(run) for run in block.runs]}),
                **({"move": block.move, "other": {"anchor": block.other[0], "title": block.other[1]}} if block.move else {}),
            }
            for block in part.blocks
        ],
    }
