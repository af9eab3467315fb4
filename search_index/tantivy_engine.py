"""The engine for a nation's portal on one machine: an index in a folder, by Tantivy.

Tantivy gets words that are already stemmed, and the tree of a query in its own terms; it matches, scores and counts.
"""

import contextlib
import json
import logging
import math
import re
import threading
import time
import zlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order

from .engine import Document, FacetCount, Query, Results, SearchDamaged, SearchEngine, SearchUnavailable, Text
from .generations import Generations
from .marking import nodes_of
from .nearness import stand_near
from .preparing import parts_of
from .query import Near, Parsed, parse
from .showing import Wanted, show
from .spelling import Spelling
from .suggesting import corrected, suggest
from .synonyms import Synonyms
from .tantivy_query import Translation, is_scored
from .text import bare, stems
from .widening import widen

log = logging.getLogger(__name__)

WAIT_FOR_WRITER = 120.0  # seconds
_VERSION = "t1"  # of what a generation holds: raised when the schema changes, which starts an empty index
_APART = 100  # places between two texts of a document, so that no nearness reaches from one into the next
_LAST_DAY = date.max.toordinal()
_MOST_VALUES = 60_000  # of all facets together that are counted
_REMEMBERED = 200  # answers whose totals and counts are kept until the index changes
_SIDE_BY_SIDE = 20_000  # documents from which an answer is worked out on two cores
_ID_BYTES = 16  # of an id that are kept beside the words, for lists of everything
_MOST_READ = 2_000  # documents that are read to see whether words stand near each other
_WINDOW = 20_000  # ids that are read at a time for lists of everything


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    for name in ("words", "title"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("id", "number", "language", "facet"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("marked", "spelt"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_json_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", fast=True, indexed=True)
    builder.add_float_field("amount", fast=True, indexed=True)
    builder.add_float_field("weight", fast=True)
    # Days with a tie-breaker of the id behind them: the same order for ever, whatever was merged.
    for name in ("newest", "oldest", "id_one", "id_two"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_bytes_field("document", stored=True)
    return builder.build()


class TantivyEngine:
    """An index below `folder`. Several threads and processes may search it, one at a time may write."""

    def __init__(self, folder: Path, synonyms: Synonyms | None = None) -> None:
        self.folder, self.synonyms = folder, synonyms
        self.generations = Generations(folder, _VERSION)
        # Two locks: whoever searches does not wait for whoever writes.
        self._lock, self._write_lock = threading.RLock(), threading.RLock()
        self._shelf: _Shelf | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SearchUnavailable(f"{folder}: the index cannot be kept there ({error.strerror})") from error

    def add(self, documents: Iterable[Document]) -> int:
        latest = {document.id: document for document in documents}
        with self._write_lock, self._writing() as writer:
            for document in latest.values():
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_entry(document))
        return len(latest)

    def remove(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        if not gone:
            return
        with self._write_lock, self._writing() as writer:
            for one in gone:
                writer.delete_documents_by_term("id", one)

    def search(self, query: Query) -> Results:
        shelf = self._fresh_shelf()
        with _faults():
            return shelf.answer(query) if shelf else Results((), 0, query.page, query.size)

    def scan(self, query: Query) -> Iterator[str]:
        shelf = self._fresh_shelf()
        with _faults():
            return iter(list(shelf.every(query)) if shelf else ())

    def count(self) -> int:
        shelf = self._fresh_shelf()
        return int(shelf.searcher.num_docs) if shelf else 0

    @contextmanager
    def rebuild(self) -> Iterator[SearchEngine]:
        before = self.generations.current()
        name = self.generations.make()
        try:
            with _Filling(self.generations.path(name)) as fresh:
                yield fresh
            self.generations.seal(name, *_SEALED)
        except BaseException:
            self.generations.drop(name)
            raise
        with self._lock:
            self.generations.use(name)
            self.generations.sweep(before)

    def close(self) -> None:
        with self._lock:
            self._shelf = None

    def _fresh_shelf(self) -> "_Shelf | None":
        """What the index holds now; None where there is none yet."""
        for _ in range(5):
            name = self.generations.current()
            if not name:
                return None
            path = self.generations.path(name)
            try:
                stamp = _stamp(path)
                with self._lock:
                    if self._shelf is None or self._shelf.stamp != stamp:
                        self._shelf = self._open(name, path, stamp)
                    return self._shelf
            except FileNotFoundError:
                time.sleep(0.05)  # another process swapped it meanwhile
        raise SearchDamaged("the search index is damaged: what it consists of is missing")

    def _open(self, name: str, path: Path, stamp: tuple[str, int, int, int]) -> "_Shelf":
        self.generations.check(name)
        with _faults():
            index = tantivy.Index.open(str(path))
            before = self._shelf
            spelling = before.spelling_before() if before else None
            return _Shelf(index.searcher(), index.schema, stamp, spelling, self.synonyms)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A writer whose work is seen at the end of the block, and not at all where the block raises."""
        name = self.generations.current() or self._begin()
        self.generations.check(name)
        with _faults():
            writer = _wait_for_writer(lambda: tantivy.Index.open(str(self.generations.path(name))).writer(30_000_000, 1))
            try:
                yield writer
                writer.commit()
            except BaseException:
                with contextlib.suppress(Exception):
                    writer.rollback()
                raise
            finally:
                with contextlib.suppress(Exception):
                    writer.wait_merging_threads()
        self.generations.seal(name, *_SEALED)

    def _begin(self) -> str:
        return self.generations.begin(lambda path: tantivy.Index(_schema(), str(path)))


_SEALED = ("*.store", "*.term", "*.idx", "*.pos", "*.fast", "*.fieldnorm")


class _Filling:
    """A generation that is being filled, which nobody else reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ids: set[int] = set()

    def __enter__(self) -> "_Filling":
        with _faults():
            self._index = tantivy.Index(_schema(), str(self.path))
            self._writer = self._index.writer(256_000_000, 2)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with _faults() if kind is None else contextlib.suppress(Exception):
            if kind is None:
                self._writer.commit()
            self._writer.wait_merging_threads()

    def add(self, documents: Iterable[Document]) -> int:
        latest = {document.id: document for document in documents}
        with _faults():
            for document in latest.values():
                if hash(document.id) in self._ids:
                    self._writer.delete_documents_by_term("id", document.id)
                self._ids.add(hash(document.id))
                self._writer.add_document(_entry(document))
        return len(latest)

    def remove(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._writer.delete_documents_by_term("id", one)

    def search(self, query: Query) -> Results:
        raise SearchUnavailable("this index is still being filled")

    def scan(self, query: Query) -> Iterator[str]:
        raise SearchUnavailable("this index is still being filled")

    def count(self) -> int:
        return len(self._ids)

    def rebuild(self) -> contextlib.AbstractContextManager[SearchEngine]:
        raise SearchUnavailable("this index is still being filled")

    def close(self) -> None:
        """Closed at the end of the block."""


@contextmanager
def _faults() -> Iterator[None]:
    """What Tantivy raises, in our words."""
    try:
        yield
    except (ValueError, OSError) as error:
        # Tantivy says everything in ValueErrors; what stands in the index cannot be known better than by its words.
        if re.search(r"(?i)corrupt|damage|checksum|missing|does not exist|incompatible|deseriali", str(error)):
            raise SearchDamaged(f"the search index is damaged ({error})") from error
        raise SearchUnavailable(f"the search index cannot be used now ({error})") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise SearchDamaged(f"the search index is damaged ({error})") from error
        raise


def _wait_for_writer(open_writer: Any) -> Any:
    """The one writer there may be."""
    end = time.monotonic() + WAIT_FOR_WRITER
    while True:
        try:
            return open_writer()
        except ValueError as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() > end:
                raise SearchUnavailable(
                    f"another process has been writing the search index for {WAIT_FOR_WRITER:.0f} seconds; try again later"
                ) from None
            time.sleep(0.05)


def _stamp(path: Path) -> tuple[str, int, int, int]:
    found = (path / "meta.json").stat()
    return path.name, found.st_ino, found.st_mtime_ns, found.st_size


def _entry(document: Document) -> Any:
    """A document as Tantivy takes it."""
    prepared = parts_of(document)
    entry = tantivy.Document()
    entry.add_text("id", document.id)
    entry.add_pre_tokenized_text("title", _placed(prepared.titles))
    entry.add_pre_tokenized_text("words", _placed(prepared.everything))
    entry.add_text("marked", " ".join(prepared.marked))
    entry.add_text("spelt", " ".join(prepared.spelt))
    for number in prepared.numbers:
        entry.add_text("number", number)
    for language in {text.language for text in document.texts}:
        entry.add_text("language", language)
    entry.add_json("facets", {name: list(values) for name, values in document.facets.items() if values})
    for name in document.facets:
        entry.add_text("facet", name)
    day = document.date.toordinal() if document.date else 0
    tie = zlib.crc32(document.id.encode())
    entry.add_integer("day", day)
    entry.add_unsigned("newest", day << 32 | 0xFFFFFFFF - tie)
    entry.add_unsigned("oldest", (day or _LAST_DAY + 1) << 32 | tie)
    if document.amount is not None and math.isfinite(document.amount):
        entry.add_float("amount", document.amount)
    entry.add_float("weight", _weight(document.weight))
    if len(short := document.id.encode()) <= _ID_BYTES:
        padded = short.ljust(_ID_BYTES, b"\0")
        entry.add_unsigned("id_one", int.from_bytes(padded[:8], "big"))
        entry.add_unsigned("id_two", int.from_bytes(padded[8:], "big"))
    entry.add_bytes("document", _packed(document))
    return entry


def _placed(parts: list[list[str]]) -> Any:
    place, tokens = 0, []
    token = tantivy.Token
    for part in parts:
        tokens += [token(word, at, 0, 1) for at, word in enumerate(part, place)]
        place += len(part) + _APART
    return tantivy.PreTokenizedString("", tokens)


_SCALE = 4.0


def _weight(weight: float) -> float:
    """Tantivy multiplies scores by log2(2 + what is kept), at least 1: so weights are kept four times as large."""
    return float(2.0 ** (_SCALE * min(8.0, max(1 / _SCALE, weight))) - 2.0)


def _packed(document: Document) -> bytes:
    return json.dumps(
        [
            document.id,
            [[text.language, text.title, text.summary, text.body] for text in document.texts],
            document.identifiers, document.names, document.keywords,
        ],
        ensure_ascii=False, separators=(",", ":"),
    ).encode()  # fmt: skip


def _unpacked(packed: bytes) -> Document:
    """What is shown of a document: no facets, no date."""
    name, texts, identifiers, names, keywords = json.loads(bytes(packed))
    return Document(
        name, tuple(Text(*text) for text in texts), tuple(identifiers), tuple(names), tuple(keywords)
    )  # fmt: skip


def _holds_near(document: Document, wanted: list[Counter[str]], window: int, title: bool) -> bool:
    prepared = parts_of(document)
    return any(stand_near(prepared.titles if title else prepared.everything, one, window) for one in wanted)


@dataclass
class _Shelf:
    """One generation of the index, held open."""

    searcher: Any
    schema: Any
    stamp: tuple[str, int, int, int]
    before: "tuple[int, Spelling] | None"
    synonyms: Synonyms | None
    _known: "OrderedDict[object, Any]" = field(default_factory=OrderedDict)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, _ in self.searcher.terms_with_prefix("language", "")))

    @cached_property
    def facets(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.searcher.terms_with_prefix("facet", ""))

    @cached_property
    def translation(self) -> Translation:
        return Translation(self.schema, self.languages, self.beginning, self.near)

    def beginning(self, prefix: str) -> list[str]:
        """Stems that begin like this, the most frequent first, some dozens at the most."""
        return [stem for stem, _ in self.searcher.terms_with_prefix("words", prefix, limit=50)]

    def near(self, parts: tuple[str, ...], distance: int, title: bool) -> list[str]:
        """Ids of the documents in which words stand near each other, read from the documents: Tantivy's own nearness of
        more than two words is one thing where it scores and another where it does not."""
        key = ("near", parts, distance, title)
        if (known := self._known.get(key)) is None:
            found = self.searcher.search(self.translation.pairs(parts, title, distance), _MOST_READ)
            wanted = [Counter(stemmed) for stemmed in self.translation.stemmed(parts)]
            documents = (self._document(address) for _, address in found.hits)
            ids = [one.id for one in documents if _holds_near(one, wanted, len(parts) + distance, title)]
            known = self._remember(key, (ids, found.count > _MOST_READ))
        return list(known[0])

    def _remember(self, key: object, value: Any) -> Any:
        self._known[key] = value
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return value

    def _notes(self, parsed: Parsed) -> tuple[str, ...]:
        near = [node for node in nodes_of(parsed.tree) if isinstance(node, Near)]
        known = (self._known.get(("near", node.words, node.distance, node.title)) for node in near)
        return (*parsed.notes, "lower_bound") if any(one and one[1] for one in known) else parsed.notes

    # What a vocabulary is asked

    def frequency(self, word: str, least: int = 0) -> int:
        found = (int(self.searcher.doc_freq("words", one)) for one in stems(word, self.languages) if len(one) >= least)
        return max(found, default=0)

    def known(self, word: str) -> bool:
        return bool(self.searcher.doc_freq("words", bare(word)) or self.searcher.doc_freq("spelt", word.lower()))

    def numbered(self, identifier: str) -> bool:
        return bool(self.searcher.doc_freq("number", identifier))

    @cached_property
    def _spelling(self) -> Spelling:
        """Made anew when a hundredth of the index has changed."""
        size = int(self.searcher.num_docs)
        if self.before and abs(size - self.before[0]) < size / 100:
            return self.before[1]
        return Spelling(dict(self.searcher.terms_with_prefix("spelt", "")))

    def spellings(self, folded: str, slips: int = 2) -> Iterable[str]:
        return self._spelling.like(folded, slips)

    def spelling_before(self) -> "tuple[int, Spelling] | None":
        if "_spelling" not in self.__dict__:
            return self.before
        return int(self.searcher.num_docs), self._spelling

    # Answers

    def read(self, query: Query) -> Parsed:
        return widen(parse(query.text, self.facets | {"kind"}), query.text, self, self.synonyms)

    def answer(self, query: Query) -> Results:
        parsed = self.read(query)
        wanted = Wanted.of(parsed, self.languages)
        counting = self._counting(query, parsed)
        total, hits = self._hits(query, parsed, wanted)
        counts = counting()
        suggestions = suggest(query.text, parsed, total, self, self._total)
        results = Results(
            hits, total, query.page, query.size, counts, suggestions, self._notes(parsed), parsed.odd, widened=parsed.widened
        )
        return corrected(query, results, self.answer)

    def _total(self, text: str) -> int:
        query = Query(text)
        return int(self.searcher.search(self._asked(query, self.read(query)), 1).count)

    def _asked(self, query: Query, parsed: Parsed, without: str = "") -> Any:
        """What must be found: the words, the days, and the facets but one."""
        translate = self.translation
        parts = [(Occur.Must, translate.node(parsed.tree))]
        if query.since or query.until:
            parts.append((Occur.Must, translate.days(query.since, query.until)))
        for name, values in query.facets.items():
            if values and name != without:
                parts.append((Occur.Must, translate.values(name, values)))
        return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]

    def _hits(self, query: Query, parsed: Parsed, wanted: Wanted) -> tuple[int, tuple[Any, ...]]:
        first = (query.page - 1) * query.size
        found = self._ordered(query, parsed, self._asked(query, parsed), query.size, first)
        scored = query.sort == "relevance" and is_scored(parsed.tree)
        hits = tuple(
            show(self._document(address), wanted, query.language, key / _SCALE if scored else 0.0)
            for key, address in found.hits
        )
        return found.count, hits

    def _ordered(self, query: Query, parsed: Parsed, asked: Any, size: int, first: int = 0) -> Any:
        size = max(1, size)
        if query.sort == "oldest":
            return self.searcher.search(asked, size, offset=first, order_by_field="oldest", order=Order.Asc)
        if query.sort == "newest" or not is_scored(parsed.tree):
            return self.searcher.search(asked, size, offset=first, order_by_field="newest")
        return self.searcher.search(asked, size, offset=first, weight_by_field="weight")

    def _document(self, address: Any) -> Document:
        return _unpacked(self.searcher.doc(address).get_first("document"))

    def _counting(self, query: Query, parsed: Parsed) -> Callable[[], dict[str, tuple[FacetCount, ...]]]:
        """Begins to count, beside what else is done where there is much to count; what it gives waits for the counts."""
        key = (query.text, query.since, query.until, query.count_facets, tuple(sorted(query.facets.items())))
        if (known := self._known.get(key)) is not None:
            return lambda: known
        groups = self._groups(query)
        if self.searcher.num_docs > _SIDE_BY_SIDE:
            asked = [_pool().submit(self._aggregate, self._asked(query, parsed, without), names) for names, without in groups]
            return lambda: self._remember(key, self._sorted(query, [one.result() for one in asked]))
        counted = [self._aggregate(self._asked(query, parsed, without), names) for names, without in groups]
        return lambda: self._remember(key, self._sorted(query, counted))

    def _groups(self, query: Query) -> list[tuple[list[str], str]]:
        """Facets that are counted together, and the one whose choice is left out for them."""
        chosen = [name for name in query.count_facets if query.facets.get(name)]
        free = [name for name in query.count_facets if name not in chosen]
        groups = [(names, "") for names in (free[::2], free[1::2]) if names]
        return [*groups, *(([name], name) for name in chosen)]

    def _sorted(self, query: Query, counted: list[dict[str, list[FacetCount]]]) -> dict[str, tuple[FacetCount, ...]]:
        found = {name: lines for some in counted for name, lines in some.items()}
        for name in query.count_facets:
            there = {line.value for line in found[name]}
            found[name] += [
                FacetCount(value, 0)
                for value in query.facets.get(name, ())
                if value not in there and self.searcher.doc_freq(f"facets.{name}", value)
            ]
        return {
            name: tuple(sorted(found[name], key=lambda line: (-line.count, line.value))) for name in query.count_facets
        }

    def _aggregate(self, asked: Any, names: list[str]) -> dict[str, list[FacetCount]]:
        terms = {
            name: {"terms": {"field": f"facets.{name}", "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}
            for name in names
            if name in self.facets
        }
        buckets: Mapping[str, Any] = self.searcher.aggregate(asked, terms) if terms else {}
        return {
            name: [
                FacetCount(str(bucket["key"]), int(bucket["doc_count"]))
                for bucket in buckets.get(name, {}).get("buckets", ())
                if bucket["doc_count"]
            ]
            for name in names
        }

    # Everything that is found

    def every(self, query: Query) -> Iterator[str]:
        """The ids of all that is found, in the query's order."""
        parsed = self.read(query)
        asked = self._asked(query, parsed)
        total = self.searcher.search(asked, 1).count
        found = self._ordered(query, parsed, asked, total).hits if total else []
        for start in range(0, len(found), _WINDOW):
            yield from self._ids([address for _, address in found[start : start + _WINDOW]])

    def _ids(self, addresses: list[Any]) -> Iterator[str]:
        ones = self.searcher.fast_field_values("id_one", addresses)
        twos = self.searcher.fast_field_values("id_two", addresses)
        for address, one, two in zip(addresses, ones, twos, strict=True):
            if one is None or two is None:
                yield self._document(address).id
            else:
                yield (one.to_bytes(8, "big") + two.to_bytes(8, "big")).rstrip(b"\0").decode()


_pools: list[ThreadPoolExecutor] = []


def _pool() -> ThreadPoolExecutor:
    if not _pools:
        _pools.append(ThreadPoolExecutor(2, thread_name_prefix="counting"))
    return _pools[0]
