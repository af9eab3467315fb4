"""Two texts compared: section by section, paragraph by paragraph, word by word, with what was moved."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from .aligning import growing
from .matching import Match, Own, match_texts
from .units import Unit
from .wording import Run, runs, words_of

BlockKind = Literal["same", "changed", "removed", "added", "moved_away", "moved_here", "skipped"]
State = Literal["same", "changed", "added", "removed"]
Name = tuple[str, str]  # anchor and title of a section
_CONTEXT = 1  # unchanged paragraphs shown before and after a change


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or `count` unchanged ones that are left out. `move`: which move it is an end of, from 1 on; `other`: the
    section at the other end. `goes_on`: the next block continues its paragraph."""

    kind: BlockKind
    runs: tuple[Run, ...]
    count: int = 0
    move: int = 0
    other: Name = ("", "")
    goes_on: bool = False

    @property
    def letters(self) -> int:
        return sum(len(text) for _, text in self.runs)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the newer text, or one that is only in the older. `old` and `new`: what it is called there, None where it is
    not there; `kind`: art, sec, chp … or nothing. `moved`: it stands at another place; `renumbered`: only its number changed
    in its title. `title`: its title, compared."""

    old: Name | None
    new: Name | None
    kind: str
    level: int
    state: State
    moved: bool
    renumbered: bool
    title: tuple[Run, ...]
    blocks: tuple[Block, ...]

    @property
    def name(self) -> Name:
        """What it is called in the newer text, else in the older."""
        return self.new or self.old or ("", "")

    @property
    def differs(self) -> bool:
        return self.state != "same" or self.moved or self.renumbered

    @property
    def letters(self) -> int:
        """How many letters of it are shown."""
        return sum(block.letters for block in self.blocks) + 200


@dataclass(frozen=True, slots=True)
class TextChange:
    """What changed from one text to another: its parts that differ. `came`, `went`: how many words; `moves`: how many passages
    moved; `spaces`: nothing but spaces and line ends changed; `same`: how many sections stayed as they were."""

    parts: tuple[Part, ...]
    came: int
    went: int
    moves: int
    spaces: bool
    same: int

    def data(self) -> dict[str, Any]:
        """As JSON data, short; `of_data` reads it."""
        return {
            "parts": [
                [one.old, one.new, one.kind, one.level, one.state, one.moved, one.renumbered, one.title,
                 [[block.kind, block.runs, block.count, block.move, block.other, block.goes_on] for block in one.blocks]]
                for one in self.parts
            ],
            "counts": [self.came, self.went, self.moves, self.spaces, self.same],
        }  # fmt: skip

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "TextChange":
        """What `data` told. KeyError, TypeError or ValueError for something else."""
        parts = []
        for old, new, kind, level, state, moved, renumbered, title, blocks in data["parts"]:
            held = tuple(
                Block(block, tuple((run, text) for run, text in told), count, move, (other[0], other[1]), goes_on)
                for block, told, count, move, other, goes_on in blocks
            )
            named = tuple((run, text) for run, text in title)
            parts.append(Part(tuple(old) if old else None, tuple(new) if new else None, kind, level, state, moved, renumbered, named, held))
        came, went, moves, spaces, same = data["counts"]
        return cls(tuple(parts), came, went, moves, spaces, same)


def compare_texts(old: str, new: str) -> TextChange:
    """What changed from the text `old` to the text `new`."""
    return _Telling(match_texts(old, new)).told(old != new)


class _Telling:
    """Tells a match in the order of the newer text; what is only in the older stands behind what it stood behind there."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self.back = {new: old for old, new in match.moved.items()}
        self.counts: Counter[str] = Counter()
        self.parts: list[Part] = []
        joined = [(place, own.matched) for place, own in enumerate(match.before) if own.matched >= 0]
        kept = growing([target for _, target in joined])
        self.shifted = {place for index, (place, _) in enumerate(joined) if index not in kept}

    def told(self, differs: bool) -> TextChange:
        waiting = 0
        for place, own in enumerate(self.match.after):
            if own.matched >= 0 and own.matched not in self.shifted:
                self._gone(waiting, own.matched)
                waiting = own.matched
            self._tell(own.matched, place)
        self._gone(waiting, len(self.match.before))
        changed = tuple(part for part in self.parts if part.differs)
        moves = len(set(self.match.here.values()))
        return TextChange(changed, self.counts["added"], self.counts["removed"], moves, differs and not changed, len(self.parts) - len(changed))

    def _gone(self, start: int, stop: int) -> None:
        for place in range(start, stop):
            if self.match.before[place].matched < 0:
                self._tell(place, -1)

    def _tell(self, source: int, target: int) -> None:
        old = self.match.before[source] if source >= 0 else None
        new = self.match.after[target] if target >= 0 else None
        own = new or old
        assert own is not None
        blocks = self._blocks(source, target)
        title: tuple[Run, ...] = (("same", own.section.title),)
        renumbered = False
        if old and new and old.section.title != new.section.title:
            title = tuple(runs(old.section.title, new.section.title))
            renumbered = old.bare == new.bare
        retitled = bool(old and new and old.section.title != new.section.title and not renumbered)
        touched = retitled or any(block.kind != "same" for block in blocks)
        state: State = "added" if not old else "removed" if not new else "changed" if touched else "same"
        if not old or not new:
            title = (("added" if new else "removed", own.section.title),)
            self._count("added" if new else "removed", own.section.title)
        self.parts.append(
            Part(
                _name(old), _name(new), own.section.kind, own.section.level, state, source in self.shifted, renumbered, title,
                tuple(_folded(blocks) if touched or state != "same" else []),
            )
        )  # fmt: skip

    def _blocks(self, source: int, target: int) -> list[Block]:
        """The paragraphs of a section, both texts' in one order."""
        old = self.match.before[source].units if source >= 0 else []
        new = self.match.after[target].units if target >= 0 else []
        found: list[Block] = []
        i = j = 0
        ends = {i: spot[1] for i in range(len(old)) if (spot := self.match.same.get((source, i)) or self.match.edited.get((source, i))) and spot[0] == target}
        for p, q in [*sorted(ends.items()), (len(old), len(new))]:
            found += [self._went(source, unit, old[unit]) for unit in range(i, p)]
            found += [self._came(target, unit, new[unit]) for unit in range(j, q)]
            if p < len(old):
                found.append(self._stayed(source, p, old[p], new[q]))
            i, j = p + 1, q + 1
        return found

    def _stayed(self, source: int, unit: int, old: Unit, new: Unit) -> Block:
        if (source, unit) in self.match.same:
            return Block("same", (("same", new.text),), goes_on=new.goes_on)
        return Block("changed", self._runs(old.text, new.text), goes_on=new.goes_on)

    def _runs(self, old: str, new: str) -> tuple[Run, ...]:
        found = tuple(runs(old, new))
        for kind, text in found:
            if kind != "same":
                self._count(kind, text)
        return found

    def _count(self, kind: str, text: str) -> None:
        self.counts[kind] += len(words_of(text))

    def _went(self, source: int, place: int, unit: Unit) -> Block:
        spot = (source, place)
        if spot in self.match.moved:
            there = self.match.after[self.match.moved[spot][0]]
            return Block("moved_away", (("same", unit.text),), move=self.match.away[spot], other=_name(there) or ("", ""), goes_on=unit.goes_on)
        self._count("removed", unit.text)
        return Block("removed", (("removed", unit.text),), goes_on=unit.goes_on)

    def _came(self, target: int, place: int, unit: Unit) -> Block:
        spot = (target, place)
        if spot in self.back:
            origin = self.back[spot]
            was = self.match.before[origin[0]]
            told = self._runs(was.units[origin[1]].text, unit.text)
            return Block("moved_here", told, move=self.match.here[spot], other=_name(was) or ("", ""), goes_on=unit.goes_on)
        self._count("added", unit.text)
        return Block("added", (("added", unit.text),), goes_on=unit.goes_on)


def _name(own: Own | None) -> Name | None:
    return (own.section.anchor, own.section.title) if own else None


def _folded(blocks: list[Block]) -> list[Block]:
    """Long runs of unchanged paragraphs, but for those next to a change, as their number."""
    found: list[Block] = []
    start = 0
    while start < len(blocks):
        stop = start
        while stop < len(blocks) and blocks[stop].kind == "same":
            stop += 1
        if stop > start:
            head, tail = (_CONTEXT if start else 0), (_CONTEXT if stop < len(blocks) else 0)
            if stop - start <= head + tail + 1:
                found += blocks[start:stop]
            else:
                found += blocks[start : start + head]
                found.append(Block("skipped", (), count=stop - start - head - tail))
                found += blocks[stop - tail : stop]
            start = stop
        else:
            found.append(blocks[start])
            start += 1
    return found
