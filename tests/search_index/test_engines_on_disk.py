"""What only an index on disk can do: several processes, crashes, swaps."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from search_index import open_engine
from search_index.engine import Document, Query, SearchDamaged, Text

from .test_contract import a_document


@pytest.fixture(params=["whoosh:", "tantivy:", "auto:"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "tantivy:":
        pytest.importorskip("tantivy", reason="tantivy: needs clerestory[tantivy]")
    return str(request.param)


fresh_process = multiprocessing.get_context("spawn")


def fill(url: str, folder: Path, prefix: str, count: int) -> None:
    engine = open_engine(url, folder)
    for n in range(count):
        engine.add([Document(f"{prefix}{n}", (Text("en", f"Decision {prefix} {n}"),))])


def add_until_killed(url: str, folder: Path, ready: Path) -> None:
    engine = open_engine(url, folder)
    with engine.rebuild() as fresh:
        fresh.add([a_document("half", "Half a rebuild")])
        ready.touch()
        time.sleep(60)


def test_what_another_process_adds_is_found_at_the_next_search(url: str, tmp_path: Path) -> None:
    engine = open_engine(url, tmp_path)
    assert engine.count() == 0
    other = fresh_process.Process(target=fill, args=(url, tmp_path, "x", 2))
    other.start()
    other.join(120)
    assert sorted(engine.scan(Query("decision"))) == ["x0", "x1"]


def test_two_processes_that_write_wait_for_each_other(url: str, tmp_path: Path) -> None:
    open_engine(url, tmp_path).count()
    both = [fresh_process.Process(target=fill, args=(url, tmp_path, prefix, 5)) for prefix in ("a", "b")]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert open_engine(url, tmp_path).count() == 10


def test_a_rebuild_is_seen_by_engines_that_were_open_before(url: str, tmp_path: Path) -> None:
    engine, reader = open_engine(url, tmp_path), open_engine(url, tmp_path)
    engine.add([a_document("old", "Bridge")])
    assert list(reader.scan(Query("bridge"))) == ["old"]
    with engine.rebuild() as fresh:
        fresh.add([a_document("new", "Bridge")])
        assert list(reader.scan(Query("bridge"))) == ["old"]
    assert list(reader.scan(Query("bridge"))) == ["new"]
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_a_rebuild_that_is_killed_leaves_the_old_index(url: str, tmp_path: Path) -> None:
    engine = open_engine(url, tmp_path / "index")
    engine.add([a_document("old", "Bridge")])
    ready = tmp_path / "ready"
    other = fresh_process.Process(target=add_until_killed, args=(url, tmp_path / "index", ready))
    other.start()
    deadline = time.monotonic() + 120
    while not ready.exists():
        assert time.monotonic() < deadline, "the other process did not start"
        time.sleep(0.02)
    assert other.pid
    os.kill(other.pid, signal.SIGKILL)
    other.join(10)
    assert list(open_engine(url, tmp_path / "index").scan(Query())) == ["old"]
    engine.add([a_document("more", "Tunnel")])
    assert engine.count() == 2


def test_an_index_whose_files_are_gone_starts_empty(url: str, tmp_path: Path) -> None:
    engine = open_engine(url, tmp_path)
    engine.add([a_document("old", "Bridge")])
    engine.close()
    (tmp_path / "current").unlink()
    assert open_engine(url, tmp_path).count() == 0


def write_until_killed(url: str, folder: Path) -> None:
    engine = open_engine(url, folder)
    for n in range(10_000):
        engine.add([a_document(f"{n:05}", f"Bridge {n}", "Water under the bridge. " * 50)])


def test_readers_read_while_a_writer_is_killed_again_and_again(url: str, tmp_path: Path) -> None:
    engine = open_engine(url, tmp_path)
    engine.add([a_document("first", "Bridge")])
    known = 1
    for round in range(4):
        writer = fresh_process.Process(target=write_until_killed, args=(url, tmp_path))
        writer.start()
        deadline = time.monotonic() + 120
        while engine.count() <= known:  # it has begun
            assert time.monotonic() < deadline, "the other process wrote nothing"
        time.sleep(0.05 * round)
        assert writer.pid
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(10)
        known = engine.count()
        assert engine.search(Query("bridge")).total == known == len(list(engine.scan(Query())))
    engine.add([a_document("last", "Bridge")])
    assert "last" in list(engine.scan(Query("bridge")))


def test_threads_search_while_one_writes(url: str, tmp_path: Path) -> None:
    engine = open_engine(url, tmp_path)
    engine.add([a_document("first", "Bridge")])
    totals: list[int] = []
    faults: list[BaseException] = []

    def read() -> None:
        try:
            while len(totals) < 5000 and writer.is_alive():
                totals.append(engine.search(Query("bridge", count_facets=("axis",))).total)
        except BaseException as error:
            faults.append(error)

    def write() -> None:
        for n in range(20):
            engine.add([a_document(f"{n}", f"Bridge {n}", facets={"axis": ("policy",)})])

    writer = threading.Thread(target=write)
    readers = [threading.Thread(target=read) for _ in range(3)]
    writer.start()
    for thread in readers:
        thread.start()
    for thread in (writer, *readers):
        thread.join(60)
    assert not faults
    assert totals and min(totals) >= 1
    assert engine.search(Query("bridge")).total == 21


@pytest.mark.parametrize("harm", ["cut", "garbage", "one bit", "gone"])
def test_a_damaged_index_is_noticed_and_can_be_rebuilt(url: str, tmp_path: Path, harm: str) -> None:
    engine = open_engine(url, tmp_path)
    engine.add(a_document(f"{n}", f"Bridge {n}", "Water under the bridge. " * 20) for n in range(50))
    engine.close()
    files = [path for path in tmp_path.rglob("*") if path.suffix in (".seg", ".store", ".idx", ".term")]
    for path in files:
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        elif harm == "cut":
            path.write_bytes(whole[: len(whole) // 2])
        elif harm == "garbage":
            path.write_bytes(os.urandom(len(whole)))
        else:
            middle = len(whole) // 2
            path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    damaged = open_engine(url, tmp_path)
    with pytest.raises(SearchDamaged, match="the search index is damaged"):
        damaged.search(Query("bridge"))
    with damaged.rebuild() as fresh:
        fresh.add([a_document("again", "Bridge")])
    assert list(damaged.scan(Query("bridge"))) == ["again"]
    assert damaged.search(Query("bridge")).total == 1


@pytest.mark.samples
def test_real_records_are_found_by_their_own_titles(url: str, tmp_path: Path, samples: Path) -> None:
    import json

    engine = open_engine(url, tmp_path)
    datasets = json.loads((samples / "dcat/us_data_json/consumerfinance.json").read_text("utf-8"))["dataset"]
    engine.add(
        a_document(str(n), dataset["title"], dataset["description"], identifiers=(dataset["identifier"],))
        for n, dataset in enumerate(datasets)
    )
    for n, dataset in enumerate(datasets):
        assert str(n) in list(engine.scan(Query(dataset["title"])))
        assert str(n) in list(engine.scan(Query(f"identifier:{dataset['identifier']}")))
