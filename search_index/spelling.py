"""Which word of the index a visitor may have meant."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from .text import fold

_SHORTEST = 4  # letters of a word that is put right
_LONGEST = 40
_TWO_SLIPS = 6  # letters of a word that may have two slips


class Spelling:
    """Words of titles with how many documents have each. Fast at hundreds of thousands: what is one slip away is
    spelt out and looked up, what is two slips away is compared only where length, beginning and letters are alike."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._best: dict[str, tuple[int, str]] = {}
        for word, count in counts.items():
            folded = fold(word)
            if len(folded) < _SHORTEST or len(folded) > _LONGEST:
                continue
            before = self._best.get(folded)
            total = count + (before[0] if before else 0)
            # Of several forms with different marks the most frequent one is shown.
            form = before[1] if before and counts.get(before[1], 0) >= count else word
            self._best[folded] = (total, form)

    @cached_property
    def _alphabet(self) -> str:
        return "".join(sorted({letter for folded in self._best for letter in folded if letter.isalpha()}))

    @cached_property
    def _shelves(self) -> dict[tuple[str, int], list[tuple[str, int]]]:
        """Words by first letter and length, each with the set of its letters."""
        shelves: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for folded in self._best:
            shelves.setdefault((folded[0], len(folded)), []).append((folded, _letters(folded)))
        return shelves

    def like(self, folded: str, slips: int = 2) -> Iterator[str]:
        """Words that are so many slips away from this one at most (a letter missing, too many, wrong, two changed
        about), the likeliest first: fewest slips, then most documents. Two slips only in words of six letters and
        more, and only where no word is one slip away."""
        if not _SHORTEST <= len(folded) <= _LONGEST:
            return
        found = {word for word in self._one_slip(folded) if word in self._best} - {folded}
        if not found and slips > 1 and len(folded) >= _TWO_SLIPS:
            found = set(self._two_slips(folded)) - {folded}
        likely = sorted(found, key=lambda word: (-self._best[word][0], word))
        yield from (self._best[word][1] for word in likely[:3])

    def _one_slip(self, folded: str) -> Iterator[str]:
        """Every spelling one slip away."""
        alphabet = _script_of(folded, self._alphabet)
        for at in range(len(folded) + 1):
            before, after = folded[:at], folded[at:]
            yield before + after[1:]
            if len(after) > 1:
                yield before + after[1] + after[0] + after[2:]
            for letter in alphabet:
                yield before + letter + after
                yield before + letter + after[1:]

    def _two_slips(self, folded: str) -> Iterator[str]:
        """Words two slips away that begin with the same letter, or with the two first ones changed about."""
        letters, size = _letters(folded), len(folded)
        for length in range(size - 2, size + 3):
            for first in {folded[0], folded[1]}:
                for other, others in self._shelves.get((first, length), ()):
                    if (letters ^ others).bit_count() <= 4 and _slips(folded, other, 2) <= 2:
                        yield other


def _script_of(word: str, alphabet: str) -> str:
    """The letters of an alphabet that belong to a word's script: none is mistyped for one of another."""
    if word.isascii():
        return "".join(letter for letter in alphabet if letter.isascii())
    blocks = {ord(letter) >> 8 for letter in word}
    return "".join(letter for letter in alphabet if ord(letter) >> 8 in blocks)


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _slips(one: str, other: str, most: int) -> int:
    """How many letters to change, add, leave out or swap with their neighbour make one word of the other (optimal
    string alignment); `most` + 1 where it takes more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
