"""The joint with search: a record or a page becomes a Document; the index follows the database by version."""

import logging
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from harvesters.record import show_number
from harvesters.vocabularies import TYPES
from search_index import tantivy_is_here
from search_index.auto_engine import AutoEngine
from search_index.engine import (
    Document,
    Hit,
    Piece,
    Query,
    Reason,
    Results,
    SearchDamaged,
    SearchEngine,
    SearchUnavailable,
    Snippet,
    Text,
)  # fmt: skip

from . import catalogue, filetexts, hitsections, pages, traits
from .hierarchy import rolled_up, with_below
from .listing import FACETS, Listing
from .models import HIDDEN, Gone, RecordRow, State
from .parts import Portal
from .weights import weight_of

log = logging.getLogger(__name__)

BATCH = 500
# What `document_of` makes of a record: raised when it changes, which has every record indexed again.
FORM = 3
_KIND = "kind"  # the facet that keeps records and editorial pages apart: record, page

Progress = Callable[[int], None]


@dataclass(frozen=True)
class FoundHit:
    """A record that was found: its title in pieces (marked where it matched) and why it was found."""

    entry: catalogue.Entry
    title: tuple[Piece, ...]
    title_language: str
    snippets: tuple[Snippet, ...]
    why: tuple[Reason, ...]
    # The pages of kept files that its passages stand on.
    places: tuple[filetexts.Place, ...] = ()
    # The sections of the record's own text that they stand in.
    sections: tuple[hitsections.SectionPlace, ...] = ()


@dataclass(frozen=True)
class Found:
    """An answer to a Listing. `behind`: how many records search has not learned yet. `pages`: editorial pages that
    match the same words, the best three. `facets`: counts by facet, (value, count) in their order."""

    listing: Listing
    total: int
    hits: tuple[FoundHit, ...]
    facets: dict[str, list[tuple[str, int]]]
    pages: tuple["pages.Page", ...]
    results: Results
    as_of: datetime
    behind: int

    @property
    def last_page(self) -> int:
        return max(1, -(-self.total // self.listing.size))

    @property
    def complete(self) -> bool:
        """Whether this one answer holds every record that was found."""
        return self.total == len(self.hits)


def find(
    portal: Portal, listing: Listing, language: str, now: datetime | None = None, *, correct: bool = False
) -> Found:
    """One page of a list, with the counts of every facet. `correct`: where nothing is found, the list of the likelier
    spelling, which `Found.listing` then asks for. Raises SearchUnavailable."""
    parents = _parents(portal)
    results = portal.engine.search(_query(listing, language, parents, count_facets=FACETS, correct=correct))
    if not results.total and _is_lost(portal):
        raise SearchUnavailable("the search index is gone; it is made again by: clerestory search catch-up")
    if results.corrected:
        listing = listing.asking(results.corrected)
    with portal.database.read() as session:
        entries = {entry.number: entry for entry in catalogue.find_many(session, [hit.id for hit in results.hits])}
        lag = behind(session)
        places = filetexts.places_of(session, {hit.id: list(_passages(hit)) for hit in results.hits if hit.id in entries})
    hits = tuple(
        FoundHit(entries[hit.id], hit.title, hit.title_language, hit.snippets, hit.why, places.get(hit.id, ()), hitsections.sections_of(entries[hit.id].data, hit.snippets))
        for hit in results.hits
        if hit.id in entries
    )
    facets = {name: [(line.value, line.count) for line in results.facets.get(name, ())] for name in FACETS}
    facets["publisher"] = rolled_up(facets["publisher"], parents)
    found_pages = _pages(portal.engine, listing, language) if listing.text and listing.page == 1 else ()
    return Found(listing, results.total, hits, facets, found_pages, results, now or datetime.now(UTC), lag)


def _passages(hit: Hit) -> Iterator[list[tuple[str, bool]]]:
    for snippet in hit.snippets:
        yield [(piece.text, piece.hit) for piece in snippet.pieces]


def numbers(portal: Portal, listing: Listing) -> Iterator[str]:
    """The number of every record of a list, in its order, without paging. Raises SearchUnavailable."""
    return portal.engine.scan(_query(listing, None, _parents(portal)))


def count(portal: Portal, listing: Listing) -> int:
    """How many records a list has. Raises SearchUnavailable."""
    return portal.engine.search(replace(_query(listing, None, _parents(portal)), page=1, size=1)).total


def _parents(portal: Portal) -> dict[str, str]:
    with portal.database.read() as session:
        return catalogue.agency_parents(session)


def _query(
    listing: Listing,
    language: str | None,
    parents: Mapping[str, str],
    count_facets: tuple[str, ...] = (),
    *,
    correct: bool = False,
) -> Query:
    facets = dict(listing.facets)
    if publishers := facets.get("publisher"):
        facets["publisher"] = with_below(publishers, parents)
    return Query(
        text=listing.text,
        facets={**facets, _KIND: ("record",)},
        since=listing.since_day,
        until=listing.until_day,
        sort=listing.sort,
        page=listing.page,
        size=listing.size,
        count_facets=count_facets,
        language=language,
        correct=correct,
    )


def _pages(engine: SearchEngine, listing: Listing, language: str) -> tuple["pages.Page", ...]:
    query = Query(text=listing.text, facets={_KIND: ("page",), "language": (language,)}, size=3)
    found = (pages.find(hit.id.split(":", 2)[2], language) for hit in engine.search(query).hits)
    return tuple(page for page in found if page)


def behind(session: Session) -> int:
    """How many records search has not learned yet."""
    return session.scalar(select(func.count()).where(RecordRow.indexed_version < RecordRow.version)) or 0


def document_of(row: RecordRow, files_text: str = "") -> Document:
    """A record as search sees it; `files_text` is the text of its kept files."""
    data = row.data
    publisher = data["publisher"]
    body = "\n\n".join(filter(None, [data.get("body", ""), files_text]))
    texts = [Text(data["language"], data["title"], data.get("summary", ""), body)]
    texts += [
        Text(language, words["title"], words.get("summary", ""), words.get("body", ""))
        for language, words in data.get("translations", {}).items()
    ]
    names = [*publisher["names"].values(), data.get("decided_by", ""), data.get("counterparty", "")]
    names += data.get("decision_makers", [])
    files = [file["title"] for file in data.get("files", ())[:50] if file.get("title")]
    return Document(
        id=row.number,
        texts=tuple(texts),
        identifiers=(
            show_number(row.number),
            data["identifier"],
            *(identifier["value"] for identifier in data.get("other_identifiers", ())),
        ),
        names=tuple(name for name in names if name),
        keywords=(*data.get("keywords", ()), *filter(None, [data.get("indicator")]), *files, *_type_labels(row)),
        facets={
            _KIND: ("record",),
            "axis": (row.axis,),
            "type": (row.type,),
            "publisher": (row.publisher,),
            "subject": tuple(data.get("subjects", ())),
            "place": tuple(data.get("places", ())) or tuple(filter(None, [publisher.get("place")])),
            "year": (f"{row.issued_on.year:04}",) if row.issued_on else (),
            "language": tuple(text.language for text in texts),
            "source": tuple(dict.fromkeys((row.source, row.via))),
            "status": traits.status_of(data, row.state),
            "format": traits.formats_of(data),
            "has": traits.holdings_of(data),
            "amount": traits.band_of(data),
        },
        date=row.issued_on,
        amount=_amount_of(data),
        weight=weight_of(row.type, row.state, data.get("status", ""), row.issued_on),
    )


def _type_labels(row: RecordRow) -> set[str]:
    """What it is in words, as people say it beside its title: a decree on data protection."""
    term = TYPES[row.axis].get(row.type)
    return {term.label(language) for language in ("en", "vi")} if term and row.type != "other" else set()


def _amount_of(data: dict[str, Any]) -> float | None:
    amount = data.get("amount")
    return float(amount["value"]) if amount else None


def page_document(page: "pages.Page") -> Document:
    """An editorial page as search sees it."""
    return Document(
        id=f"page:{page.language}:{page.name}",
        texts=(Text(page.language, page.title, page.description, page.text),),
        identifiers=(),
        names=(),
        keywords=(),
        facets={_KIND: ("page",), "language": (page.language,)},
        date=None,
    )


def catch_up(portal: Portal, progress: Progress | None = None) -> int:
    """Teach search what it has not learned yet; return how many records that were.

    May be repeated, interrupted and run twice at once: a record is ticked off only after the engine has it, and
    only in the version the engine has. An index that was lost is rebuilt. Raises SearchUnavailable.
    """
    try:
        return _catch_up(portal, progress)
    except SearchDamaged as error:
        log.warning("%s; it is made again from the database", error)
        return rebuild(portal, progress)


def _catch_up(portal: Portal, progress: Progress | None) -> int:
    engine = portal.engine
    if _is_lost(portal) or _form(portal) != FORM:
        return rebuild(portal, progress)
    _remember_form(portal)
    _forget(portal, engine)
    _learn_pages(portal, engine)
    done = 0
    while count := _learn_batch(portal, engine):
        done += count
        if progress:
            progress(done)
        if isinstance(engine, AutoEngine) and engine.outgrown:
            break
    if isinstance(engine, AutoEngine) and engine.outgrown:
        log.info("the portal has outgrown Whoosh; search moves to Tantivy")
        return move(portal, "tantivy", progress)
    return done


def _is_lost(portal: Portal) -> bool:
    """Whether the index holds nothing although it has learned something."""
    return portal.engine.count() == 0 and _was_indexed(portal)


def needs_work(portal: Portal) -> bool:
    """Whether catching up has something to do: records to learn, an index that was lost, damaged or outgrown."""
    with portal.database.read() as session:
        if behind(session):
            return True
    try:
        engine = portal.engine
        return _is_lost(portal) or _form(portal) != FORM or (isinstance(engine, AutoEngine) and engine.outgrown)
    except SearchDamaged:
        return True
    except SearchUnavailable as error:
        log.warning("search cannot be looked after: %s", error)
        return False


def move(portal: Portal, name: str, progress: Progress | None = None) -> int:
    """Go on with another engine (`whoosh` or `tantivy`), where the portal's is `auto:`; return how many records it
    holds. The old one answers until then. Raises SearchUnavailable."""
    engine = portal.engine
    if not isinstance(engine, AutoEngine):
        raise SearchUnavailable("only auto: can move; set PORTAL_SEARCH_URL to the engine that is wanted, then rebuild")
    if name == "tantivy" and not tantivy_is_here():
        raise SearchUnavailable("tantivy is not installed; pip install 'clerestory[tantivy]'")
    return rebuild(portal, progress, lambda: engine.rebuild(name))


def _form(portal: Portal) -> int:
    with portal.database.read() as session:
        state = session.get(State, "documents")
    return int(state.value["form"]) if state else 0


def _remember_form(portal: Portal) -> None:
    if _form(portal) != FORM:
        with portal.database.write() as session:
            session.merge(State(name="documents", value={"form": FORM}))


def _was_indexed(portal: Portal) -> bool:
    with portal.database.read() as session:
        return session.scalar(select(RecordRow.id).where(RecordRow.indexed_version > 0).limit(1)) is not None


def _learn_batch(portal: Portal, engine: SearchEngine) -> int:
    with portal.database.read() as session:
        waiting = select(RecordRow).where(RecordRow.indexed_version < RecordRow.version).order_by(RecordRow.id)
        rows = session.scalars(waiting.limit(BATCH)).all()
        said = filetexts.of_records(session, [row.id for row in rows])
    if not rows:
        return 0
    engine.add(document_of(row, said.get(row.id, "")) for row in rows if row.state not in HIDDEN)
    engine.remove([row.number for row in rows if row.state in HIDDEN])
    _tick_off(portal, [(row.id, row.version) for row in rows])
    return len(rows)


def _tick_off(portal: Portal, learned: Sequence[tuple[int, int]]) -> None:
    with portal.database.write() as session:
        for start in range(0, len(learned), BATCH):
            session.execute(
                update(RecordRow),
                [{"id": row_id, "indexed_version": version} for row_id, version in learned[start : start + BATCH]],
            )


def _untick_after(portal: Portal, last: int) -> None:
    """Records that came after `last` may have been taught to the index that was replaced: they are to be learned again."""
    with portal.database.write() as session:
        session.execute(update(RecordRow).where(RecordRow.id > last, RecordRow.indexed_version > 0).values(indexed_version=0))


def _forget(portal: Portal, engine: SearchEngine) -> None:
    with portal.database.read() as session:
        gone = list(session.scalars(select(Gone.document)))
    if gone:
        engine.remove(gone)
        with portal.database.write() as session:
            session.execute(delete(Gone).where(Gone.document.in_(gone)))


def _learn_pages(portal: Portal, engine: SearchEngine) -> None:
    """Index the editorial pages when their text has changed."""
    documents = [page_document(page) for page in pages.every()]
    said = sha256(repr(documents).encode()).hexdigest()
    with portal.database.read() as session:
        state = session.get(State, "pages")
    known = state.value if state else {}
    if known.get("said") == said:
        return
    engine.remove(sorted(set(known.get("ids", [])) - {document.id for document in documents}))
    engine.add(documents)
    _remember_pages(portal, said, documents)


def _remember_pages(portal: Portal, said: str, documents: Sequence[Document]) -> None:
    with portal.database.write() as session:
        session.merge(State(name="pages", value={"said": said, "ids": [document.id for document in documents]}))


def rebuild(
    portal: Portal,
    progress: Progress | None = None,
    begin: Callable[[], AbstractContextManager[SearchEngine]] | None = None,
) -> int:
    """Fill a fresh index from the database and swap it in; return how many records it holds. `begin` opens it, the
    engine's own way unless given.

    Readers keep the old one until then. What changes meanwhile is caught up with afterwards.
    """
    ids, versions = array("q"), array("q")
    documents = [page_document(page) for page in pages.every()]
    with (begin or portal.engine.rebuild)() as fresh:
        fresh.add(documents)
        for rows in _all_rows(portal):
            with portal.database.read() as session:
                said = filetexts.of_records(session, [row.id for row in rows])
            fresh.add(document_of(row, said.get(row.id, "")) for row in rows if row.state not in HIDDEN)
            ids.extend(row.id for row in rows)
            versions.extend(row.version for row in rows)
            if progress:
                progress(len(ids))
    _remember_pages(portal, sha256(repr(documents).encode()).hexdigest(), documents)
    _tick_off(portal, list(zip(ids, versions, strict=True)))
    _untick_after(portal, max(ids, default=0))
    _remember_form(portal)
    return len(ids)


def _all_rows(portal: Portal) -> Iterator[Sequence[RecordRow]]:
    last = 0
    while True:
        with portal.database.read() as session:
            rows = session.scalars(select(RecordRow).where(RecordRow.id > last).order_by(RecordRow.id).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id
