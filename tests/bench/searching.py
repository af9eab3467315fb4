"""Search, engine by engine and size by size, beside Datasette in the same run: `make bench-search`.

200 questions of eight classes, each answered in full: 20 hits, snippets, the exact total, all twelve facets. A question
that was asked is not asked again, so that no answer is a remembered one.
"""

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from search_index import open_engine

from . import corpus, yardstick

BATCH = 500
Times = list[tuple[str, float]]


def main(names: Sequence[str]) -> None:
    """`ENGINE SIZE` pairs such as `whoosh:10000 tantivy:100000 datasette:100000 pages:100000`."""
    print(f"{'engine':<12}{'records':>10}{'class':>12}{'p50 ms':>9}{'p95 ms':>9}", flush=True)
    for name in names or ("whoosh:10000", "tantivy:100000", "datasette:100000", "pages:100000"):
        engine, _, size = name.partition(":")
        bench = {"datasette": _datasette, "pages": _pages}.get(engine, _engine)
        process = multiprocessing.get_context("spawn").Process(target=bench, args=(engine, int(size)))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{name} failed")


def _questions() -> list[tuple[str, corpus.Query]]:
    return corpus.queries(list(corpus.sketches(2000)))


def _engine(name: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"{name}:", Path(folder))
        documents = map(corpus.document, corpus.sketches(size))
        start, made = time.perf_counter(), 0.0
        with engine.rebuild() as fresh:
            while True:
                before = time.perf_counter()
                batch = list(islice(documents, BATCH))
                made += time.perf_counter() - before  # making them up is not what is measured
                if not batch:
                    break
                fresh.add(batch)
        took = time.perf_counter() - start - made
        _line(name, size, "build", f"{size / took:,.0f} documents/s, {_size(Path(folder)) / 1e6:,.0f} MB on disk")
        engine.close()
        _apart(_answer, name, size, folder)
        _found_soon(name, size, Path(folder))


def _apart(work: Callable[..., None], *arguments: object) -> None:
    """In a fresh process, whose memory is that of answering alone."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def _answer(name: str, size: int, folder: str) -> None:
    engine, questions = open_engine(f"{name}:", Path(folder)), _questions()
    start = time.perf_counter()
    engine.search(questions[0][1])
    _line(name, size, "first", f"{time.perf_counter() - start:.2f} s until the first answer of a process")
    times: Times = []
    for kind, query in questions:
        start = time.perf_counter()
        results = engine.search(query)
        times.append((kind, (time.perf_counter() - start) * 1000))
        assert results.total or kind == "mistyped", f"{query.text!r} finds nothing"
    _tell(name, size, times)
    _line(name, size, "memory", f"{_most_memory():,.0f} MB at most while answering")


def _found_soon(name: str, size: int, folder: Path) -> None:
    """One more document among all the others: how long until it is found."""
    engine = open_engine(f"{name}:", folder)
    engine.search(corpus.Query("of"))
    (late,) = islice(corpus.sketches(size + 1, seed=2), size, None) if size < 20_000 else corpus.sketches(1, seed=99)
    start = time.perf_counter()
    document = corpus.document(late)
    engine.add([corpus.Document("late", (corpus.Text("en", "Zeppelinwharf"),), facets=document.facets, date=document.date)])
    assert engine.search(corpus.Query("zeppelinwharf")).total == 1
    _line(name, size, "found after", f"{(time.perf_counter() - start) * 1000:,.0f} ms")
    engine.close()


def _datasette(name: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        start = time.perf_counter()
        yardstick.fill(path, corpus.sketches(size))
        _line(name, size, "build", f"{size / (time.perf_counter() - start):,.0f} records/s, {_size(Path(folder)) / 1e6:,.0f} MB on disk")
        _tell(name, size, yardstick.ask(path, _questions()))


def _tell(name: str, size: int, times: Times) -> None:
    for kind in (*corpus.CLASSES, "all"):
        some = [took for one, took in times if kind in (one, "all")]
        p95 = statistics.quantiles(some, n=20, method="inclusive")[18]
        print(f"{name:<12}{size:>10,}{kind:>12}{statistics.median(some):>9.1f}{p95:>9.1f}", flush=True)


def _most_memory() -> float:
    """MB. Not getrusage's: that begins with what the parent held when it forked."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def _line(name: str, size: int, what: str, value: str) -> None:
    print(f"{name:<12}{size:>10,}{what:>12}  {value}", flush=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# Pages: what a reader's browser gets, from a real server.

_BROAD = ("the", "of", "council", "report", "decision", "school", "water", "health", "service", "public", "tax", "road")
_CONNECTIONS, _SECONDS = 8, 20.0


def _pages(name: str, size: int) -> None:
    """Requests a second at 8 connections for broad queries: the portal by `clerestory serve`, then Datasette."""
    ours, theirs = _portal_rate(size), _datasette_rate(size)
    _line(name, size, "portal", f"{ours:,.1f} pages/s")
    _line(name, size, "datasette", f"{theirs:,.1f} pages/s: ours is {ours / theirs:,.1f} times that")


def _portal_rate(size: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
            "PORTAL_DATA_DIR": folder, "PORTAL_SEARCH_URL": os.environ.get("BENCH_ENGINE", "tantivy:"),
        }  # fmt: skip
        _apart(_fill_portal, folder, size, environment["PORTAL_SEARCH_URL"])
        command = [sys.executable, "-c", "from portal.cli import main; main()", "serve", "--workers", "2", "--port"]
        paths = [f"/search?q={quote(word)}" for word in _BROAD]
        return _rate(command, environment, paths)


def _fill_portal(folder: str, size: int, search_url: str) -> None:
    from datetime import UTC, datetime

    from portal import schema, search, store
    from portal.parts import Portal
    from portal.settings import Settings

    portal = Portal(Settings(data_dir=Path(folder), search_url=search_url))
    schema.upgrade(portal.database)
    records = map(corpus.record, corpus.sketches(size))
    while batch := [store.Arrival(record) for record in islice(records, BATCH)]:
        with portal.database.write() as session:
            store.save_many(session, batch, now=datetime.now(UTC))
    search.rebuild(portal)
    portal.close()


def _datasette_rate(size: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        yardstick.fill(path, corpus.sketches(size))
        command = [sys.executable, "-m", "datasette", "serve", str(path)]
        for setting, value in yardstick.SETTINGS.items():
            command += ["--setting", setting, str(value)]
        paths = [f"/bench/records?{yardstick.address(corpus.Query(word))}" for word in _BROAD]
        return _rate([*command, "--port"], dict(os.environ), paths)


@contextmanager
def _serving(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*command, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                _get(HTTPConnection("127.0.0.1", port, timeout=5), "/")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _rate(command: list[str], environment: dict[str, str], paths: Sequence[str]) -> float:
    with _serving(command, environment) as port:
        for path in paths:  # each once, so that both have read what they answer from
            _get(HTTPConnection("127.0.0.1", port, timeout=120), path)
        done = [0] * _CONNECTIONS
        until = time.perf_counter() + _SECONDS

        def reader(mine: int) -> None:
            connection = HTTPConnection("127.0.0.1", port, timeout=120)
            while time.perf_counter() < until:
                _get(connection, paths[(done[mine] + mine) % len(paths)])
                done[mine] += 1

        readers = [threading.Thread(target=reader, args=(mine,)) for mine in range(_CONNECTIONS)]
        start = time.perf_counter()
        for one in readers:
            one.start()
        for one in readers:
            one.join()
        return sum(done) / (time.perf_counter() - start)


def _get(connection: HTTPConnection, path: str) -> None:
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")


if __name__ == "__main__":
    main(sys.argv[1:])
