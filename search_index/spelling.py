"""Which word of the index a visitor may have meant."""

from collections.abc import Iterator, Mapping

from .text import fold

_SHORTEST = 4  # letters of a word that is put right
_LONGEST = 40


class Spelling:
    """Words of titles with how many documents have each. Fast at hundreds of thousands: a word is compared only with
    those of about its length that begin alike, and of these only with what has about the same letters."""

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
        self._shelves: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for folded in self._best:
            self._shelves.setdefault((folded[0], len(folded)), []).append((folded, _letters(folded)))

    def count(self, folded: str) -> int:
        """How many documents have a word in their title, whatever its marks."""
        return self._best.get(folded, (0, ""))[0]

    def like(self, folded: str) -> Iterator[str]:
        """Words one or two slips away from this one (a letter missing, too many, wrong, two changed about), the
        likeliest first: fewest slips, then most documents."""
        size = len(folded)
        if not _SHORTEST <= size <= _LONGEST:
            return
        most = 1 if size < 6 else 2
        found = [(slips, word) for slips, word in self._candidates(folded, most) if word != folded]
        found.sort(key=lambda one: (one[0], -self._best[one[1]][0], one[1]))
        yield from (self._best[word][1] for _, word in found[:3])

    def _candidates(self, folded: str, most: int) -> Iterator[tuple[int, str]]:
        letters, size = _letters(folded), len(folded)
        firsts = {folded[0], folded[1]}  # the first letter may be missing, too many, or changed about with the second
        for length in range(size - most, size + most + 1):
            for first in firsts:
                for other, others in self._shelves.get((first, length), ()):
                    if (letters ^ others).bit_count() <= 2 * most and (slips := _slips(folded, other, most)) <= most:
                        yield slips, other
        for length in (size, size + 1):  # the first letter is wrong or missing: only what else is the same
            wanted = folded if length > size else folded[1:]
            for (first, shelf_length), words in self._shelves.items():
                if shelf_length == length and first not in firsts:
                    yield from ((1, other) for other, _ in words if other[1:] == wanted)


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
