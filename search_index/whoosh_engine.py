"""The default engine: an index in a folder, by Whoosh. Whoosh keeps words and documents; answering is ours.

Every generation of the index is read once into memory (ids, dates, facets); what a word is found in is remembered
until the next one. Segments do not change once written, so catching up reads only what is new.
"""

import contextlib
import json
import logging
import math
import pickle
import struct
import threading
import time
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from whoosh import fields, index, query, writing
from whoosh.formats import Frequency, Positions
from whoosh.reading import TermNotFound
from whoosh.searching import Searcher

from .answering import answer, every
from .columns import UNDATED, Columns, bits_of
from .engine import Document, Query, Results, SearchDamaged, SearchEngine, SearchUnavailable, Text
from .generations import Generations
from .preparing import GAP, parts_of, with_gaps
from .spelling import Spelling
from .synonyms import Synonyms

log = logging.getLogger(__name__)

WAIT_FOR_WRITER = 120.0  # seconds
_REMEMBERED = 300_000  # postings (a document that holds a word) that are kept per generation, about 100 bytes each
_MOST_READ, _MOST_BEGUN = 5_000, 1_000  # stems with one beginning that are looked at, and that are searched
_VERSION = "3"  # of what a folder holds: raised when the schema changes, which starts an empty index


class _Stems(fields.FieldType):  # type: ignore[misc]
    """A field that takes lists of stems as they are; whoosh's own analysis is not wanted."""

    def __init__(self, positions: bool) -> None:
        super().__init__(Positions() if positions else Frequency(), None, scorable=False)


def _schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(unique=True, stored=False),
        words=_Stems(positions=True),
        title=_Stems(positions=True),
        number=_Stems(positions=False),
        spelt=_Stems(positions=False),
        facts=fields.STORED,
        document=fields.STORED,
    )


class WhooshEngine:
    """An index below `folder`. Several threads and processes may search it, one at a time may write."""

    def __init__(self, folder: Path, synonyms: Synonyms | None = None, *, name: str | None = None) -> None:
        self.folder, self.synonyms = folder, synonyms
        self.generations = Generations(folder, _VERSION)
        self._fixed = name  # a rebuild's own generation, which nobody else reads yet
        # Two locks: whoever searches does not wait for whoever writes.
        self._lock, self._write_lock = threading.RLock(), threading.RLock()
        self._shelf: _WhooshShelf | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SearchUnavailable(f"{folder}: the index cannot be kept there ({error.strerror})") from error

    def add(self, documents: Iterable[Document]) -> int:
        latest = {document.id: document for document in documents}
        with self._write_lock, self._writer() as writer:
            with self._lock:
                shelf = self._fresh_shelf()
                known = shelf.known if shelf else set()
            for document in latest.values():
                if document.id in known:
                    writer.delete_by_term("id", document.id)
                self._write(writer, document)
        return len(latest)

    @staticmethod
    def _write(writer: Any, document: Document) -> None:
        prepared = parts_of(document)
        everything = with_gaps(prepared.everything)
        writer.add_document(
            id=document.id,
            title=with_gaps(prepared.titles),
            words=[*everything, *(f"\x01{word}" for word in prepared.marked)],
            spelt=sorted(prepared.spelt),
            number=sorted(prepared.numbers),
            facts=[
                document.id,
                document.date.toordinal() if document.date else UNDATED,
                document.weight,
                len(everything),
                {name: list(values) for name, values in document.facets.items()},
                sorted({text.language for text in document.texts}),
                document.amount,
            ],
            document=_packed(document),
        )

    def remove(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        if not gone:
            return
        with self._write_lock, self._writer() as writer:
            for one in gone:
                writer.delete_by_term("id", one)

    def search(self, query: Query) -> Results:
        with self._lock, _faults():
            shelf = self._fresh_shelf()
            return answer(shelf, query) if shelf else Results((), 0, query.page, query.size)

    def scan(self, query: Query) -> Iterator[str]:
        with self._lock, _faults():
            shelf = self._fresh_shelf()
            return iter(list(every(shelf, query)) if shelf else ())

    def count(self) -> int:
        with self._lock, _faults():
            name = self._name()
            return int(self._open(name).doc_count()) if name else 0

    @contextmanager
    def rebuild(self) -> Iterator[SearchEngine]:
        before, name = self.generations.current(), self.generations.make()
        fresh = WhooshEngine(self.folder, self.synonyms, name=name)
        try:
            with _faults():
                index.create_in(str(self.generations.path(name)), _schema())
            yield fresh
        except BaseException:
            fresh.close()
            self.generations.drop(name)
            raise
        fresh.close()
        with self._lock:
            self.generations.use(name)
            self.generations.sweep(before)

    def close(self) -> None:
        with self._lock:
            if self._shelf:
                self._shelf.close()
            self._shelf = None

    def _name(self) -> str:
        return self._fixed or self.generations.current()

    def _open(self, name: str) -> Any:
        for _ in range(5):
            self.generations.check(name)
            try:
                return index.open_dir(str(self.generations.path(name)))
            except (OSError, index.IndexError):
                if not self.generations.path(name).is_dir():
                    raise _Swapped from None
                time.sleep(0.05)  # another process writes its table of contents just now
        raise SearchDamaged("the search index is damaged: it cannot be opened")

    @contextmanager
    def _writer(self) -> Iterator[Any]:
        name = self._name() or self._begin()
        with _faults():
            opened = self._open(name)
            try:
                writer = writing.SegmentWriter(opened, timeout=WAIT_FOR_WRITER, delay=0.1, limitmb=256)
            except index.LockError:
                raise SearchUnavailable(
                    f"another process has been writing the search index for {WAIT_FOR_WRITER:.0f} seconds; try again later"
                ) from None
            try:
                yield writer
            except BaseException:
                with contextlib.suppress(Exception):
                    writer.cancel()
                raise
            writer.commit()
        self.generations.seal(name, "*.seg", "*.toc")

    def _begin(self) -> str:
        return self.generations.begin(lambda path: index.create_in(str(path), _schema()))

    def _fresh_shelf(self) -> "_WhooshShelf | None":
        """What the index holds now, read again when another generation is there; None where there is none yet."""
        for _ in range(5):
            if not (name := self._name()):
                return None
            if self._shelf and self._shelf.name == name and self._shelf.up_to_date():
                return self._shelf
            before = self._shelf
            try:
                opened = self._open(name)
                self._shelf = _WhooshShelf(name, opened, before if before and before.name == name else None, self.synonyms)
            except (_Swapped, FileNotFoundError):
                time.sleep(0.05)  # another process has just merged files, or put another generation in their place
                continue
            if before:
                before.close()
            return self._shelf
        raise SearchDamaged("the search index is damaged: what it consists of is missing")


class _Swapped(Exception):
    """Another process put a new generation in the place of this one."""


@contextmanager
def _faults() -> Iterator[None]:
    """What Whoosh raises, in our words. It says nothing of its own about files that are not as it wrote them."""
    try:
        yield
    except (SearchUnavailable, _Swapped):
        raise
    except OSError as error:
        raise SearchUnavailable(f"the search index cannot be used now ({error})") from error
    except (struct.error, pickle.UnpicklingError, zlib.error, EOFError, AssertionError, index.IndexError) as error:
        raise SearchDamaged(f"the search index is damaged ({type(error).__name__}: {error})") from error


def _packed(document: Document) -> str:
    return json.dumps(
        [
            [[text.language, text.title, text.summary, text.body] for text in document.texts],
            document.identifiers,
            document.names,
            document.keywords,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


@dataclass(frozen=True)
class _Segment:
    """What was read of one segment: facts by document, in its order."""

    ids: list[str]
    days: "array[int]"
    weights: "array[float]"
    amounts: "array[float]"
    lengths: "array[int]"
    facets: list[dict[str, list[str]]]
    languages: set[str]


@dataclass
class _WhooshShelf:
    """One generation of the index, held open."""

    name: str
    opened: Any
    before: "_WhooshShelf | None"
    synonyms: Synonyms | None = None
    languages: tuple[str, ...] = ()
    _postings: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    _beginnings: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _held: int = 0

    def __post_init__(self) -> None:
        self.reader = self.opened.reader()
        known = self.before.segments if self.before else {}
        self.before = None
        self.segments: dict[str, _Segment] = {}
        parts: list[_Segment] = []
        for leaf, _ in self.reader.leaf_readers():
            segment = leaf.segment()
            name = segment.segment_id() if segment else ""
            if name:
                self.segments[name] = known.get(name) or _read_segment(leaf)
                parts.append(self.segments[name])
        ids = [one for part in parts for one in part.ids]
        days, weights, amounts, self.lengths = array("l"), array("d"), array("d"), array("l")
        for part in parts:
            days.extend(part.days)
            weights.extend(part.weights)
            amounts.extend(part.amounts)
            self.lengths.extend(part.lengths)
        live = bits_of((place for place in range(len(ids)) if not self.reader.is_deleted(place)), len(ids))
        self.columns = Columns(ids, days, weights, amounts, [facets for part in parts for facets in part.facets], live)
        self.languages = tuple(sorted({language for part in parts for language in part.languages}))
        self.average = sum(self.lengths) / len(self.lengths) if self.lengths else 1.0

    def up_to_date(self) -> bool:
        return bool(self.reader.generation() == self.opened.latest_generation())

    def close(self) -> None:
        self.reader.close()

    @cached_property
    def known(self) -> set[str]:
        return set(self.columns.ids)

    def word(self, stem: str, *, title: bool) -> dict[int, float]:
        key = ("title" if title else "words", stem)
        if (found := self._postings.get(key)) is None:
            found = self._score(*key)
            self._remember(key, found)
        return found

    def _remember(self, key: tuple[str, str], found: dict[int, float]) -> None:
        """Keep what was found of a word; the words that were kept first make room."""
        self._held += len(found) + 1
        while self._held > _REMEMBERED and self._postings:
            self._held -= len(self._postings.pop(next(iter(self._postings)))) + 1
        self._postings[key] = found

    def _score(self, name: str, stem: str) -> dict[int, float]:
        """BM25 (k1 = 1.2, b = 0.6 on everything, 0 on titles) of every document that holds a stem."""
        try:
            matcher = self.reader.postings(name, stem)
        except TermNotFound:
            return {}
        counts: list[tuple[int, float]] = []
        while matcher.is_active():
            counts.append((matcher.id(), matcher.weight()))
            matcher.next()
        size = len(self.columns.ids)
        rarity = math.log(1 + (size - len(counts) + 0.5) / (len(counts) + 0.5))
        if name == "title":
            return {place: rarity * 2.2 * count / (count + 1.2) for place, count in counts}
        lengths, average = self.lengths, self.average
        return {
            place: rarity * 2.2 * count / (count + 1.2 * (0.4 + 0.6 * lengths[place] / average))
            for place, count in counts
        }

    def beginning(self, prefix: str) -> list[str]:
        return self._begun("words", prefix)[0][:50]

    def begun(self, prefix: str, *, title: bool) -> tuple[set[int], bool]:
        name = "title" if title else "words"
        stems, whole = self._begun(name, prefix)
        if (known := self._beginnings.get((name, prefix))) is None:
            known = self._beginnings[name, prefix] = {
                int(place) for stem in stems for place in self.reader.postings(name, stem).all_ids()
            }
        return known, whole

    def _begun(self, name: str, prefix: str) -> tuple[list[str], bool]:
        """The stems of a beginning, the most frequent first, and whether these are all."""
        found = []
        for position, (stem, info) in enumerate(self.reader.iter_prefix(name, prefix)):
            if position == _MOST_READ:
                break
            found.append((-info.doc_frequency(), stem.decode()))
        found.sort()
        return [stem for _, stem in found[:_MOST_BEGUN]], len(found) <= _MOST_BEGUN

    def phrase(self, stems: tuple[str, ...], *, title: bool) -> list[int]:
        name = "title" if title else "words"
        # Where one of its words stands nowhere, whoosh need not be asked.
        if not all(self.word(stem, title=title) for stem in stems):
            return []
        matcher = query.Phrase(name, list(stems)).matcher(self._searcher)
        return [int(place) for place in matcher.all_ids()]

    def near(self, stems: tuple[str, ...], distance: int, *, title: bool) -> list[int]:
        name = "title" if title else "words"
        if not all(self.word(stem, title=title) for stem in stems):
            return []
        # Whoosh's own nearness measures between neighbours, and across the gap between two texts.
        holders = set.intersection(*(set(self.word(stem, title=title)) for stem in stems))
        postings = [(stem, self.reader.postings(name, stem)) for stem in {*stems, GAP}]
        return [place for place in sorted(holders) if _stand_near(_places(postings, place), Counter(stems), len(stems) + distance)]

    @cached_property
    def _searcher(self) -> Any:
        return Searcher(self.reader)

    def number(self, identifier: str) -> list[int]:
        try:
            return [int(place) for place in self.reader.postings("number", identifier).all_ids()]
        except TermNotFound:
            return []

    def frequency(self, stem: str) -> int:
        return int(self.reader.doc_frequency("words", stem))

    def spelt(self, word: str) -> bool:
        return bool(self.reader.doc_frequency("spelt", word))

    def document(self, place: int) -> Document:
        stored = self.reader.stored_fields(place)
        name, day, weight, _, facets, _, amount = stored["facts"]
        texts, identifiers, names, keywords = json.loads(stored["document"])
        return Document(
            id=name,
            texts=tuple(Text(*text) for text in texts),
            identifiers=tuple(identifiers),
            names=tuple(names),
            keywords=tuple(keywords),
            facets={facet: tuple(values) for facet, values in facets.items()},
            date=date.fromordinal(day) if day else None,
            amount=amount,
            weight=weight,
        )

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling({word.decode(): info.doc_frequency() for word, info in self.reader.iter_field("spelt")})

    def spellings(self, folded: str, slips: int = 2) -> Iterator[str]:
        return self._spelling.like(folded, slips)


def _read_segment(leaf: Any) -> _Segment:
    segment = _Segment([], array("l"), array("d"), array("d"), array("l"), [], set())
    for place in range(leaf.doc_count_all()):
        stored = leaf.stored_fields(place)
        name, day, weight, length, facets, languages, amount = stored["facts"]
        segment.ids.append(name)
        segment.days.append(day)
        segment.weights.append(weight)
        segment.amounts.append(math.nan if amount is None else amount)
        segment.lengths.append(length)
        segment.facets.append(facets)
        segment.languages.update(languages)
    return segment


def _places(postings: list[tuple[str, Any]], document: int) -> list[tuple[int, str]]:
    """Where stems stand in a document, in order. Documents must be asked for from the first to the last."""
    found = []
    for stem, matcher in postings:
        if matcher.is_active() and matcher.id() < document:
            matcher.skip_to(document)
        if matcher.is_active() and matcher.id() == document:
            found += [(position, stem) for position in matcher.value_as("positions")]
    return sorted(found)


def _stand_near(places: list[tuple[int, str]], wanted: Counter[str], window: int) -> bool:
    """Whether all wanted stems stand within so many words of one text."""
    for start, (first, _stem) in enumerate(places):
        there: Counter[str] = Counter()
        for position, stem in places[start:]:
            if stem == GAP or position >= first + window:
                break
            there[stem] += 1
            if wanted <= there:
                return True
    return False
