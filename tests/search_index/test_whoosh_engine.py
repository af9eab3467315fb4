"""What only an index on disk can do: several processes, crashes, swaps."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from search_index import open_engine
from search_index.engine import Document, Query, Text

from .test_contract import a_document

fresh_process = multiprocessing.get_context("spawn")


def fill(folder: Path, prefix: str, count: int) -> None:
    engine = open_engine("whoosh:", folder)
    for n in range(count):
        engine.add([Document(f"{prefix}{n}", (Text("en", f"Decision {prefix} {n}"),))])


def add_until_killed(folder: Path, ready: Path) -> None:
    engine = open_engine("whoosh:", folder)
    with engine.rebuild() as fresh:
        fresh.add([a_document("half", "Half a rebuild")])
        ready.touch()
        time.sleep(60)


def test_what_another_process_adds_is_found_at_the_next_search(tmp_path: Path) -> None:
    engine = open_engine("whoosh:", tmp_path)
    assert engine.count() == 0
    other = fresh_process.Process(target=fill, args=(tmp_path, "x", 2))
    other.start()
    other.join(30)
    assert sorted(engine.scan(Query("decision"))) == ["x0", "x1"]


def test_two_processes_that_write_wait_for_each_other(tmp_path: Path) -> None:
    open_engine("whoosh:", tmp_path).count()
    both = [fresh_process.Process(target=fill, args=(tmp_path, prefix, 5)) for prefix in ("a", "b")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert open_engine("whoosh:", tmp_path).count() == 10


def test_a_rebuild_is_seen_by_engines_that_were_open_before(tmp_path: Path) -> None:
    engine, reader = open_engine("whoosh:", tmp_path), open_engine("whoosh:", tmp_path)
    engine.add([a_document("old", "Bridge")])
    assert list(reader.scan(Query("bridge"))) == ["old"]
    with engine.rebuild() as fresh:
        fresh.add([a_document("new", "Bridge")])
        assert list(reader.scan(Query("bridge"))) == ["old"]
    assert list(reader.scan(Query("bridge"))) == ["new"]
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_a_rebuild_that_is_killed_leaves_the_old_index(tmp_path: Path) -> None:
    engine = open_engine("whoosh:", tmp_path / "index")
    engine.add([a_document("old", "Bridge")])
    ready = tmp_path / "ready"
    other = fresh_process.Process(target=add_until_killed, args=(tmp_path / "index", ready))
    other.start()
    deadline = time.monotonic() + 30
    while not ready.exists():
        assert time.monotonic() < deadline, "the other process did not start"
        time.sleep(0.02)
    assert other.pid
    os.kill(other.pid, signal.SIGKILL)
    other.join(10)
    assert list(open_engine("whoosh:", tmp_path / "index").scan(Query())) == ["old"]
    engine.add([a_document("more", "Tunnel")])
    assert engine.count() == 2


def test_an_index_whose_files_are_gone_starts_empty(tmp_path: Path) -> None:
    engine = open_engine("whoosh:", tmp_path)
    engine.add([a_document("old", "Bridge")])
    engine.close()
    (tmp_path / "current").unlink()
    assert open_engine("whoosh:", tmp_path).count() == 0


@pytest.mark.samples
def test_real_records_are_found_by_their_own_titles(tmp_path: Path, samples: Path) -> None:
    import json

    engine = open_engine("whoosh:", tmp_path)
    datasets = json.loads((samples / "dcat/us_data_json/consumerfinance.json").read_text("utf-8"))["dataset"]
    engine.add(
        a_document(str(n), dataset["title"], dataset["description"], identifiers=(dataset["identifier"],))
        for n, dataset in enumerate(datasets)
    )
    for n, dataset in enumerate(datasets):
        assert str(n) in list(engine.scan(Query(dataset["title"])))
        assert str(n) in list(engine.scan(Query(f"identifier:{dataset['identifier']}")))
