"""Seen: which identifiers came already in a harvest, and what was said of each, in little memory.

A harvest may bring millions of items. A dictionary of their identifiers would take some 250 bytes each; here an
item takes 24 to 48, because 64 bits of a hash stand for the identifier and 64 for what was said of it.
"""

import hashlib
from array import array

_SMALLEST = 1024


class Seen:
    """Remembers what each identifier said first."""

    def __init__(self) -> None:
        self._count = 0
        self._names, self._words = _empty(_SMALLEST)

    def __len__(self) -> int:
        return self._count

    def is_first(self, identifier: str, raw: bytes) -> bool | None:
        """Whether `identifier` comes for the first time; if not: None where it says the same as before, False
        where it says something else."""
        name, words = _hash(identifier.encode("utf-8", "surrogatepass")), _hash(raw)
        place = self._place(name)
        if self._names[place]:
            return None if self._words[place] == words else False
        self._names[place], self._words[place] = name, words
        self._count += 1
        if 2 * self._count > len(self._names):
            self._grow()
        return True

    def _place(self, name: int) -> int:
        """Where `name` stands, or would stand."""
        last = len(self._names) - 1
        place = name & last
        while self._names[place] and self._names[place] != name:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        names, words = self._names, self._words
        self._names, self._words = _empty(2 * len(names))
        for name, said in zip(names, words, strict=True):
            if name:
                place = self._place(name)
                self._names[place], self._words[place] = name, said


def _empty(size: int) -> tuple["array[int]", "array[int]"]:
    return array("Q", [0]) * size, array("Q", [0]) * size


def _hash(content: bytes) -> int:
    """64 bits, never 0: that is an empty place."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big") or 1
