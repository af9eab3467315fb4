"""Where a text holds what was asked for, and its best passage with that marked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from .engine import Piece
from .query import Alike, And, Node, Number, Or, Parsed, Prefix
from .text import fold, holds_abbreviations, is_simple, stem, stems, stems_of, words

_READ = 50_000  # letters of a text that are looked at
_SOUGHT = 1_000_000  # … until something is found
# Stemmers of these languages take off what stands before a stem, too.
_PREFIXED = frozenset({"ar", "eu", "ga", "hy", "id", "nl", "ta"})
_LETTERS = (*range(0x41, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))

Hit = tuple[int, int, str]  # where a word begins and ends, and its stem


@dataclass(frozen=True)
class Wanted:
    """What a query marks: stems, beginnings of words, and folded document numbers."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]
    numbers: frozenset[str]

    @classmethod
    def of(cls, parsed: Parsed, languages: tuple[str, ...]) -> "Wanted":
        """`languages` are those that the index holds."""
        looked_up = frozenset(one for word in parsed.words for one in stems(word, languages))
        beginnings = tuple(fold(node.text) for node in nodes_of(parsed.tree) if isinstance(node, Prefix))
        numbers = frozenset(node.identifier for node in nodes_of(parsed.tree) if isinstance(node, Number))
        return cls(looked_up, beginnings, numbers)

    def __bool__(self) -> bool:
        return bool(self.stems or self.beginnings or self.numbers)

    def __call__(self, stemmed: str) -> bool:
        return stemmed in self.stems or (bool(self.beginnings) and stemmed.startswith(self.beginnings))

    def hits(self, text: str, language: str) -> list[Hit]:
        """Every word of a text that is wanted. Most words are passed over by their first letters."""
        text = text[:_READ]
        if language.split("-")[0] in _PREFIXED or not is_simple(text):
            return [(start, end, found) for word, start, end in words(text) if self(found := stem(word, language))]
        known = stems_of(language)
        pattern = self._dotted if holds_abbreviations(text) else self._plain
        return [
            (match.start(), match.end(), found) for match in pattern.finditer(text) if self(found := known[match[0]])
        ]

    def first_hits(self, text: str, language: str) -> list[Hit]:
        """As `hits`, but where the beginning of a long text holds none, those of the first stretch that does."""
        found = self.hits(text, language)
        for start in range(_READ, min(len(text), _SOUGHT), _READ):
            if found:
                break
            begin = text.rfind(" ", start - 200, start) + 1 or start  # not within a word
            found = [(begin + first, begin + last, stemmed) for first, last, stemmed in self.hits(text[begin : start + _READ], language)]
        return found

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return _pattern(frozenset(_beginning(one) for one in (*self.stems, *self.beginnings)), False)

    @cached_property
    def _dotted(self) -> re.Pattern[str]:
        return _pattern(frozenset(_beginning(one) for one in (*self.stems, *self.beginnings)), True)


def nodes_of(node: Node) -> Iterator[Node]:
    """A node and what it asks for; not what must not be there."""
    yield node
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from nodes_of(inner)
        case Alike(weighted):
            for inner, _ in weighted:
                yield from nodes_of(inner)
        case Number(_, inner):
            yield from nodes_of(inner)


def _beginning(stemmed: str) -> str:
    """What every word with this stem begins with, folded: short stems may be irregular (dying, die)."""
    return stemmed[:3] if len(stemmed) > 5 else stemmed[:2] if len(stemmed) > 3 else stemmed[:1]


@cache
def _spellings() -> dict[str, tuple[str, str]]:
    """Letters by their folded first letter: those that fold to one letter, and those that fold to several."""
    found: dict[str, tuple[str, str]] = {}
    for code in _LETTERS:
        letter = chr(code)
        if letter.isalpha() and (folded := fold(letter)):
            one, several = found.get(folded[0], ("", ""))
            found[folded[0]] = (one + letter, several) if len(folded) == 1 else (one, several + letter)
    return found


@lru_cache(maxsize=500)
def _pattern(beginnings: frozenset[str], dotted: bool) -> re.Pattern[str]:
    """Words that begin like one of these, whatever their marks."""
    choices = "|".join(sorted({choice for beginning in beginnings for choice in _choices(beginning)})) or r"(?!)"
    plain = rf"(?:{choices})[^\W_]*(?:['’](?:[sStTdDmM]|re|ve|ll)(?![^\W_]))?"
    if dotted:
        firsts = "|".join(sorted({choice for beginning in beginnings for choice in _choices(beginning[:1])})) or r"(?!)"
        letter = r"[^\W\d_]"
        plain = rf"(?=(?:{firsts}))(?:(?:{letter}\.){{2,}}|{letter}(?:\.{letter})+)(?![^\W_])|{plain}"
    return re.compile(rf"(?<![^\W_])(?:{plain})")


def _choices(beginning: str) -> Iterator[str]:
    before = ""
    for letter in beginning:
        one, several = _spellings().get(letter, (re.escape(letter), ""))
        if several:  # œ is two letters at once: what follows is not looked at
            yield f"{before}[{several}]"
        if not one:
            return
        before += f"[{one}]"
    yield before


def mark(text: str, hits: Iterable[Hit]) -> tuple[Piece, ...]:
    """A text in pieces, its hits marked."""
    pieces: list[Piece] = []
    last = 0
    for start, end, _ in hits:
        if start < last:
            continue
        if start > last:
            pieces.append(Piece(text[last:start]))
        pieces.append(Piece(text[start:end], True))
        last = end
    if last < len(text):
        pieces.append(Piece(text[last:]))
    return tuple(_joined(pieces))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbouring hits with only a space between them become one."""
    waiting: list[Piece] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) == 3 and waiting[0].hit and waiting[2].hit and waiting[1].text == " ":
            waiting = [Piece(f"{waiting[0].text} {waiting[2].text}", True)]
        while len(waiting) > 2 or (len(waiting) == 2 and not waiting[0].hit):
            yield waiting.pop(0)
    yield from waiting


def passage(text: str, hits: list[Hit], length: int = 280) -> tuple[Piece, ...]:
    """The passage with most different hits, about `length` letters long. … stands where text was left out."""
    start = _best_start(hits, length)
    begin = 0 if start < 60 else text.find(" ", start - 60, start) + 1 or start
    end = len(text) if len(text) - begin <= length * 5 // 4 else text.rfind(" ", begin + length // 2, begin + length)
    end = end if end > 0 else begin + length
    marked = mark(text[begin:end], [(a - begin, min(b, end) - begin, s) for a, b, s in hits if begin <= a < end])
    pieces = tuple(_tidied(marked))
    before = (Piece("… "),) if begin else ()
    after = (Piece(" …"),) if end < len(text) else ()
    return before + pieces + after


def _tidied(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """Line ends and tabs become spaces; none stand at the ends."""
    for position, piece in enumerate(pieces):
        text = re.sub(r"\s+", " ", piece.text)
        text = text.lstrip() if position == 0 else text
        text = text.rstrip() if position == len(pieces) - 1 else text
        if text:
            yield Piece(text, piece.hit)


def _best_start(hits: list[Hit], length: int) -> int:
    best, best_count, first = hits[0][0], 0, 0
    inside: dict[str, int] = {}
    for start, end, stemmed in hits:
        inside[stemmed] = inside.get(stemmed, 0) + 1
        while end - hits[first][0] > length - 60 and hits[first][0] < start:
            leaving = hits[first][2]
            inside[leaving] -= 1
            if not inside[leaving]:
                del inside[leaving]
            first += 1
        if len(inside) > best_count:
            best, best_count = hits[first][0], len(inside)
    return best
