"""Print what this machine does: harvest and store, index, pages, streams. Needs PORTAL_SAMPLES."""

import json
import multiprocessing
import os
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from flask import Flask

from harvesters.record import Agency, Decision, File
from harvesters.source import make_source
from portal import catalogue, create_app, exports, harvesting, schema, search, store
from portal.parts import Portal
from portal.settings import Settings

from .agency import serving
from .comparing import comparing
from .drill import drill
from .matters import matters
from .promised import promised, summed
from .runs import at_once, large
from .sheets import sheets
from .tables import tables

AGENCIES = ("dol", "dhs", "energy", "treasury", "gsa", "fcc", "fda", "consumerfinance")
SAMPLES = Path(os.environ.get("PORTAL_SAMPLES", ""))


def line(what: str, value: str, yardstick: str = "") -> None:
    print(f"{what:<62} {value:>18}   {yardstick}", flush=True)


def memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def portal_in(folder: str) -> Portal:
    portal = Portal(Settings(data_dir=Path(folder), search_url="whoosh:", trusted_networks=(ip_network("127.0.0.0/8"),)))
    schema.upgrade(portal.database)
    return portal


def harvest_all(portal: Portal, address: str) -> int:
    count = 0
    for agency in AGENCIES:
        declaration = {
            "title": agency, "kind": "data_json", "url": f"{address}/{agency}.json", "publisher": agency,
            "place": "US", "axis": "outcome", "type": "dataset", "delay": 0,
        }  # fmt: skip
        run = harvesting.run_source(portal, make_source(f"us-{agency}", declaration))
        assert run.state == "complete", f"{agency}: {run.state}, {run.reason}"
        count += run.new
    return count


def harvest_and_store() -> None:
    """2,768 datasets of eight data.json files, over HTTP, parsed, checked, raw items kept, stored."""
    with tempfile.TemporaryDirectory() as folder, serving(SAMPLES / "dcat/us_data_json") as address:
        portal = portal_in(folder)
        start = time.perf_counter()
        count = harvest_all(portal, address)
        took = time.perf_counter() - start
        line(f"harvest and store {count:,} data.json records", f"{count / took:,.0f} records/s", f"yardstick: {bare():,.0f}")
        line("  peak memory of that process", memory())
        portal.close()


def bare() -> float:
    """Records a second of the least one could do: read the JSON, insert each dataset into a table."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/bare.sqlite")
        connection.execute("CREATE TABLE t (id TEXT PRIMARY KEY, data TEXT)")
        start, count = time.perf_counter(), 0
        for agency in AGENCIES:
            for dataset in json.loads((SAMPLES / f"dcat/us_data_json/{agency}.json").read_bytes())["dataset"]:
                count += 1
                connection.execute("INSERT OR IGNORE INTO t VALUES (?, ?)", (f"{agency}{count}", json.dumps(dataset)))
        connection.commit()
        return count / (time.perf_counter() - start)


def pages() -> None:
    """Pages in-process, on Whoosh, at 5,000 real records: eight data.json files and payments of a city."""
    with tempfile.TemporaryDirectory() as folder, serving(SAMPLES) as address:
        portal = portal_in(folder)
        count = harvest_all(portal, f"{address}/dcat/us_data_json")
        payments = make_source("gla-spending", payments_declaration(f"{address}/spending/gla_spending_2013.csv"))
        count += harvesting.run_source(portal, payments, limit=5000 - count).new
        start = time.perf_counter()
        search.catch_up(portal)
        line(f"index {count:,} records (Whoosh)", f"{count / (time.perf_counter() - start):,.0f} records/s")
        app = create_app(portal.settings)
        with portal.database.read() as session:
            numbers = [number for number, _ in catalogue.all_numbers(session)][:: max(1, count // 40)]
        yardstick = median(hello().test_client().get, ["/"] * 40)
        note = f"yardstick: {yardstick:.1f} ms for a page that says hello"
        client = app.test_client()
        line("home, median", f"{median(client.get, ['/'] * 40):.1f} ms", note)
        line("record page, median", f"{median(client.get, [f'/records/{number}' for number in numbers]):.1f} ms")
        words = ["energy", "water quality", "data", "loan", "budget 2013", '"consumer complaint"', "health -care", "emission*"]
        asked = [f"/search?q={word}&axis={axis}" for word in words for axis in ("", "outcome")] + ["/search"] * 4
        line("search page with eight facets and snippets, median", f"{median(client.get, asked):.1f} ms")
        for path in ("/", "/search?q=data", f"/records/{numbers[0]}", "/sources/", "/agencies/"):
            answer = client.get(path, headers={"Accept-Encoding": "gzip"})
            line(f"  weight of {path.split('?')[0]} ({answer.status_code})", f"{len(answer.data) / 1000:.1f} kB", "compressed")
        portal.close()


def payments_declaration(url: str) -> dict[str, Any]:
    return {
        "title": "Payments", "kind": "table", "url": url, "publisher": "Greater London Authority", "place": "GB",
        "axis": "decision", "type": "payment", "delay": 0,
        "options": {
            "columns": {
                "identifier": ["ID"], "title": "{Vendor}: {AccountDescription}", "issued": "Date",
                "amount": "Amount", "counterparty": "Vendor",
            },
            "values": {"currency": "GBP"},
        },
    }  # fmt: skip


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>Hello</title><h1>Hello</h1>")
    return app


def median(get: Callable[[str], Any], paths: list[str]) -> float:
    """Milliseconds; the first request of all is not counted."""
    get(paths[0])
    times = []
    for path in paths:
        start = time.perf_counter()
        answer = get(path)
        answer.get_data()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return statistics.median(times)


def stream() -> None:
    """100,000 records saved in batches, then read as JSON Lines and CSV."""
    with tempfile.TemporaryDirectory() as folder:
        portal = portal_in(folder)
        agency = Agency.of("City council", place="VN")
        now = datetime.now(UTC)
        start = time.perf_counter()
        for first in range(0, 100_000, 500):
            some = [store.Arrival(a_decision(first + n, agency)) for n in range(500)]
            with portal.database.write() as session:
                store.save_many(session, some, now=now)
            if first == 10_000:
                early = memory()
        line("save 100,000 records", f"{100_000 / (time.perf_counter() - start):,.0f} records/s")
        line("  peak memory after 10,000, after 100,000", f"{early}, {memory()}")
        with portal.database.read() as session:
            numbers = [number for number, _ in catalogue.all_numbers(session)]
        before = memory()
        for name, lines in (
            ("JSON Lines", exports.json_lines(exports.entries(portal, numbers), "https://portal.example", now)),
            ("CSV", exports.csv_lines(exports.entries(portal, numbers), "https://portal.example")),
        ):
            start = time.perf_counter()
            length = sum(len(one) for one in lines)
            took = time.perf_counter() - start
            line(f"stream 100,000 records as {name} ({length / 1e6:.0f} MB)", f"{100_000 / took:,.0f} records/s")
        line("  peak memory before and after", f"{before}, {memory()}")
        portal.close()


def a_decision(n: int, agency: Agency) -> Decision:
    return Decision(
        source="bench", identifier=str(n), type="approval", title=f"Approval {n} of works on the river bridge",
        summary="The council approves the works that the engineers have asked for, within the budget. " * 4,
        language="en", publisher=agency, issued="2024-05-31", keywords=("bridge", "works"),
        files=(File(url=f"https://agency.example/{n}.pdf", title="Approval", media_type="application/pdf"),),
    )  # fmt: skip


def judged() -> None:
    """How well searches are answered, by language."""
    from tests.search_index.judged.corpus import judged_portal
    from tests.search_index.judged.measures import judge, questions, table

    for search_url in ("whoosh:", "tantivy:"):
        with judged_portal(SAMPLES, search_url) as portal:
            for language, count, ndcg, first in table(judge(portal, list(questions()))):
                print(f"judged: {search_url:<9} {language:<4} {count:>4} questions  nDCG@10 {ndcg:.3f}  success@1 {first:.3f}")


def main(names: Sequence[str] = ()) -> None:
    """Each benchmark in a process of its own, so that memory is its own; those of these names, or all."""
    benches = {bench.__name__: bench for bench in (harvest_and_store, pages, stream, large, at_once, tables, sheets, matters, promised, summed, comparing, drill, judged)}
    if unknown := set(names) - set(benches):
        sys.exit(f"{', '.join(sorted(unknown))}: no such benchmark; known: {', '.join(benches)}")
    for name, bench in benches.items():
        if names and name not in names:
            continue
        if bench in (harvest_and_store, pages, judged) and not (SAMPLES / "dcat").is_dir():
            print(f"{name}: left out; name the folder of recorded answers in PORTAL_SAMPLES")
            continue
        process = multiprocessing.get_context("spawn").Process(target=bench)
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{name} failed")
