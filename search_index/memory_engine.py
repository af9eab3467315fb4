"""The shortest statement of the contract: everything in dictionaries. For tests and small trials."""

import math
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from .answering import answer, every
from .columns import UNDATED, Columns, bits_of
from .engine import Document, Query, Results, SearchEngine
from .nearness import stand_near
from .preparing import Prepared, parts_of, with_gaps
from .spelling import Spelling
from .synonyms import Synonyms


class MemoryEngine:
    """A search engine that forgets everything when its process ends."""

    def __init__(self, synonyms: Synonyms | None = None) -> None:
        self._synonyms = synonyms
        self._documents: dict[str, Document] = {}
        self._shelf = _MemoryShelf([], synonyms)
        self._lock = threading.RLock()

    def add(self, documents: Iterable[Document]) -> int:
        added = {document.id: document for document in documents}
        with self._lock:
            self._documents |= added
            self._shelf = _MemoryShelf(list(self._documents.values()), self._synonyms)
        return len(added)

    def remove(self, ids: Iterable[str]) -> None:
        with self._lock:
            for gone in ids:
                self._documents.pop(gone, None)
            self._shelf = _MemoryShelf(list(self._documents.values()), self._synonyms)

    def search(self, query: Query) -> Results:
        return answer(self._shelf, query)

    def scan(self, query: Query) -> Iterator[str]:
        return every(self._shelf, query)

    def count(self) -> int:
        return len(self._documents)

    @contextmanager
    def rebuild(self) -> Iterator[SearchEngine]:
        fresh = MemoryEngine(self._synonyms)
        yield fresh
        with self._lock:
            self._documents, self._shelf = fresh._documents, fresh._shelf

    def close(self) -> None:
        """Nothing to close."""


class _MemoryShelf:
    def __init__(self, documents: list[Document], synonyms: Synonyms | None) -> None:
        self._documents, self.synonyms = documents, synonyms
        self.columns = Columns(
            [document.id for document in documents],
            array("l", (document.date.toordinal() if document.date else UNDATED for document in documents)),
            array("d", (document.weight for document in documents)),
            array("d", (math.nan if document.amount is None else document.amount for document in documents)),
            [document.facets for document in documents],
            bits_of(range(len(documents)), len(documents)),
        )
        self.languages = tuple(sorted({text.language for document in documents for text in document.texts}))

    @cached_property
    def _prepared(self) -> list[Prepared]:
        return [parts_of(document) for document in self._documents]

    @cached_property
    def _index(self) -> dict[bool, dict[str, dict[int, int]]]:
        index: dict[bool, dict[str, dict[int, int]]] = {True: {}, False: {}}
        for place, one in enumerate(self._prepared):
            marks = [f"\x01{word}" for word in one.marked]
            for title, stems in ((True, with_gaps(one.titles)), (False, with_gaps(one.everything)), (False, marks)):
                for stem in stems:
                    held = index[title].setdefault(stem, {})
                    held[place] = held.get(place, 0) + 1
        return index

    def word(self, stem: str, *, title: bool) -> dict[int, float]:
        held = self._index[title].get(stem, {})
        rarity = math.log(1 + len(self._documents) / (1 + len(held)))
        return {place: rarity * count / (count + 1.2) for place, count in held.items()}

    def beginning(self, prefix: str) -> list[str]:
        return [stem for stem in self._index[False] if stem.startswith(prefix)][:50]

    def begun(self, prefix: str, *, title: bool) -> tuple[set[int], bool]:
        held = self._index[title]
        return {place for stem, places in held.items() if stem.startswith(prefix) for place in places}, True

    def phrase(self, stems: tuple[str, ...], *, title: bool) -> Iterator[int]:
        for place, one in enumerate(self._prepared):
            there = with_gaps(one.titles if title else one.everything)
            if any(tuple(there[i : i + len(stems)]) == stems for i in range(len(there))):
                yield place

    def near(self, stems: tuple[str, ...], distance: int, *, title: bool) -> Iterator[int]:
        wanted, window = Counter(stems), len(stems) + distance
        for place, one in enumerate(self._prepared):
            if stand_near(one.titles if title else one.everything, wanted, window):
                yield place

    def number(self, identifier: str) -> Iterator[int]:
        return (place for place, prepared in enumerate(self._prepared) if identifier in prepared.numbers)

    def frequency(self, stem: str) -> int:
        return len(self._index[False].get(stem, ()))

    def spelt(self, word: str) -> bool:
        return any(word in one.spelt for one in self._prepared)

    def document(self, place: int) -> Document:
        return self._documents[place]

    def spellings(self, folded: str, slips: int = 2) -> Iterator[str]:
        return Spelling(Counter(word for one in self._prepared for word in one.spelt)).like(folded, slips)
