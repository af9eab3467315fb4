"""The yardstick of search: Datasette over SQLite's FTS5, with the same made-up records."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from search_index.engine import Query

from . import corpus

# Datasette gives up on a facet after 0.2 s and on a query after 1 s unless told otherwise; all engines answer in full.
SETTINGS = {
    "sql_time_limit_ms": 120_000,
    "facet_time_limit_ms": 120_000,
    "suggest_facets": 0, "default_page_size": 20,
    "default_facet_size": 50,
}
_COLUMNS = ("axis", "type", "publisher", "place", "language", "year", "source", "status", "format", "data", "band")
_ARRAYS = ("subject",)


def fill(path: Path, sketches: Iterable[corpus.Sketch]) -> int:
    """A table of the records with an index of their words; returns how many there are."""
    database = sqlite3.connect(path)
    columns = ", ".join(_COLUMNS)
    database.execute(
        f"CREATE TABLE records (id INTEGER PRIMARY KEY, title, summary, body, issued, amount, subject, {columns})"
    )
    rows = (_row(sketch) for sketch in sketches)
    marks = ", ".join("?" * (7 + len(_COLUMNS)))
    database.executemany(f"INSERT INTO records VALUES ({marks})", rows)
    database.execute(
        "CREATE VIRTUAL TABLE records_fts USING fts5(title, summary, body, content=records, content_rowid=id, tokenize='porter unicode61')"
    )
    database.execute("INSERT INTO records_fts(records_fts) VALUES ('rebuild')")
    for name in (*_COLUMNS, "issued"):
        database.execute(f"CREATE INDEX records_{name} ON records ({name})")
    database.commit()
    (count,) = database.execute("SELECT count(*) FROM records").fetchone()
    database.close()
    return int(count)


def _row(sketch: corpus.Sketch) -> tuple[object, ...]:
    facets = corpus.document(sketch).facets
    single = [facets["amount" if name == "band" else name] for name in _COLUMNS]
    return (
        sketch.n, sketch.title, sketch.summary, sketch.body, sketch.issued.isoformat(), sketch.amount,
        json.dumps(sketch.subjects), *(values[0] if values else None for values in single),
    )  # fmt: skip


def address(query: Query) -> str:
    """The same question, as Datasette is asked it: words, filters, 20 rows, all facets, the count."""
    parts: list[tuple[str, Any]] = [("_facet", name) for name in _COLUMNS]
    parts += [("_facet_array", name) for name in _ARRAYS]
    for name, values in query.facets.items():
        parts += [(f"{name}__in", ",".join(values))]
    parts += [("_search", query.text), ("_searchmode", "raw")] if query.text else [("_sort_desc", "issued")]
    return urlencode(parts)


def ask(path: Path, queries: list[tuple[str, Query]]) -> list[tuple[str, float]]:
    """Milliseconds for each query, answered as JSON inside this process; the first of each class warms up."""
    return asyncio.run(_ask(path, queries))


async def _ask(path: Path, queries: list[tuple[str, Query]]) -> list[tuple[str, float]]:
    from datasette.app import Datasette

    datasette = Datasette([str(path)], settings=SETTINGS)
    name, times = path.stem, []
    for kind, query in queries:
        start = time.perf_counter()
        answer = await datasette.client.get(f"/{name}/records.json?{address(query)}")
        times.append((kind, (time.perf_counter() - start) * 1000))
        data = answer.json()
        assert answer.status_code == 200 and data["filtered_table_rows_count"] is not None, data
        assert len(data["facet_results"]) >= len(_COLUMNS), data["facet_results"].keys()
    return times

