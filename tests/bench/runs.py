"""How runs bear a large source, a kill in the middle, and several slow sources at once. Everything is real: an agency
over HTTP, `clerestory work` as a process, SIGKILL."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select

from portal.harvesting.leases import Owner
from portal.models import RecordRow, Run
from portal.parts import Portal
from portal.settings import Settings

ITEMS, ROWS, LATENCY = 200_000, 100, 0.020
SLOW = (10.0, 9.0, 8.0, 8.0, 7.0, 7.0, 6.0, 6.0)


class _Desk(BaseHTTPRequestHandler):
    """A CKAN portal of `total` datasets that takes `latency` seconds for a page."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    total, latency, asked = 0, 0.0, None

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        content, status = self._page(query) if "package_search" in self.path else (b"", 404)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _page(self, query: dict[str, list[str]]) -> tuple[bytes, int]:
        time.sleep(self.latency)
        if self.asked is not None:
            self.asked.value += 1
        start, rows = int(query.get("start", ["0"])[0]), int(query["rows"][0])
        found = [_dataset(n) for n in range(start, min(self.total, start + rows))]
        return json.dumps({"success": True, "result": {"count": self.total, "results": found}}).encode(), 200

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _dataset(n: int) -> dict[str, Any]:
    return {
        "id": f"{n:08}-1f2e", "name": f"dataset-{n}", "title": f"Air quality at station {n}",
        "notes": "Hourly figures of fine dust and nitrogen dioxide, as the station sends them. " * 3,
        "organization": {"title": f"Office of district {n % 40}"}, "metadata_created": "2024-03-01T08:00:00",
        "metadata_modified": "2024-05-01T08:00:00", "tags": [{"name": "air"}, {"name": "environment"}],
        "resources": [{"id": f"{n}-a", "url": f"https://data.agency.example/{n}.csv", "name": "Figures", "format": "CSV"}],
    }  # fmt: skip


def _serve(total: int, latency: float, port: Any, asked: Any) -> None:
    desk = type("Desk", (_Desk,), {"total": total, "latency": latency, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), desk)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that was killed is no news
    port.send(server.server_port)
    server.serve_forever()


@contextmanager
def agency(total: int, latency: float) -> Iterator[tuple[str, Any]]:
    """The address of an agency in a process of its own, and how many pages it was asked for."""
    context = multiprocessing.get_context("spawn")
    asked, (here, there) = context.Value("i", 0), context.Pipe()
    process = context.Process(target=_serve, args=(total, latency, there, asked), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/", asked
    finally:
        process.terminate()
        process.join()


class Office:
    """A data folder with declarations, and the command `clerestory` on it."""

    def __init__(self, folder: str, database_url: str = "") -> None:
        self.folder = Path(folder)
        (self.folder / "sources").mkdir()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
            "PORTAL_DATA_DIR": str(self.folder / "data"), "PORTAL_SOURCES_DIR": str(self.folder / "sources"),
            "PORTAL_TRUSTED_NETWORKS": "127.0.0.0/8", "PORTAL_SCHEDULE": "bench-*",
            "PORTAL_SEARCH_URL": "memory:", "PORTAL_DATABASE_URL": database_url,
        }  # fmt: skip
        self.run("init")
        self.portal = Portal(Settings.from_environment(self.environment))

    def declare(self, name: str, url: str, rows: int = ROWS) -> None:
        text = (
            f'title = "{name}"\nkind = "ckan"\nurl = "{url}"\npublisher = "Agency"\naxis = "outcome"\ndelay = 0\n'
            f"[options]\nrows = {rows}\n"
        )
        (self.folder / "sources" / f"{name}.toml").write_text(text)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", "from portal.cli import main; main()", *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, *arguments: str) -> None:
        if code := self.start(*arguments).wait():
            raise SystemExit(f"clerestory {' '.join(arguments)} ended with {code}")

    def runs(self) -> list[Run]:
        with self.portal.database.read() as session:
            return list(session.scalars(select(Run).order_by(Run.id)))


def large() -> None:
    """A source of 200,000 items, its run killed in the middle, gone on with by the worker."""
    from .measures import line

    with tempfile.TemporaryDirectory() as folder, agency(ITEMS, LATENCY) as (url, asked):
        office = Office(folder)
        office.declare("bench-large", url)
        began = time.monotonic()
        worker = office.start("work")
        memory, killed = _watch(office)
        took = time.monotonic() - began
        worker.terminate()
        worker.wait()
        _tell_large(office, took, memory, killed, asked.value)
        line("  worker ended on SIGTERM with code", str(worker.returncode))


def _watch(office: Office) -> tuple[list[tuple[int, int]], float]:
    """Kill the first run when half has come; returns memory (kB) by items, and how long the take-over took."""
    memory: list[tuple[int, int]] = []
    killed = taken = 0.0
    while True:
        time.sleep(0.5)
        runs = office.runs()
        if not runs:
            continue
        run = runs[-1]
        if run.state != "running" and len(runs) > 1:
            return memory, taken
        pid = Owner.read(run.owner).pid
        memory.append((run.carried + run.received, _resident(pid)))
        if not killed and run.received >= ITEMS // 2:
            os.kill(pid, signal.SIGKILL)
            killed = time.monotonic()
        if killed and not taken and len(runs) > 1:
            taken = time.monotonic() - killed


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0])
    except (OSError, IndexError):
        return 0


def _tell_large(office: Office, took: float, memory: list[tuple[int, int]], taken: float, pages: int) -> None:
    from .measures import line

    first, second = office.runs()
    with office.portal.database.read() as session:
        records, identifiers, version = session.execute(
            select(func.count(), func.count(RecordRow.identifier.distinct()), func.max(RecordRow.version))
        ).one()
    assert (records, identifiers, version) == (ITEMS, ITEMS, 1), (records, identifiers, version)
    assert (first.state, second.state, second.continues) == ("interrupted", "complete", first.id), (first.state, second.state)
    line(f"harvest {ITEMS:,} items, {LATENCY * 1000:.0f} ms a page of {ROWS}, killed once", f"{ITEMS / took:,.0f} items/s", f"{took:.0f} s in all")
    line("  records, identifiers, versions beyond the first", f"{records:,}, {identifiers:,}, 0")
    line("  pages asked, needed", f"{pages:,}, {ITEMS // ROWS:,}")
    line("  from the kill to the next run", f"{taken:.1f} s")
    marks = [max((kb for items, kb in memory if low <= items < low + ITEMS // 10), default=0) // 1024 for low in (ITEMS // 10, 4 * ITEMS // 10, 9 * ITEMS // 10)]
    line("  memory at 10, 40, 90 %", ", ".join(f"{mark} MB" for mark in marks))
    office.portal.close()


def at_once() -> None:
    """Eight slow sources at once, beside the slowest of them alone."""
    from contextlib import ExitStack

    from .measures import line

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        office = Office(folder)
        for position, seconds in enumerate(SLOW):
            url, _ = stack.enter_context(agency(1000, seconds / 10))
            office.declare(f"bench-{position}", url)
        began = time.monotonic()
        worker = office.start("work", "--at-once", "8")
        while sum(run.state == "complete" for run in office.runs()) < len(SLOW):
            time.sleep(0.1)
        took = time.monotonic() - began
        worker.terminate()
        worker.wait()
        runs = office.runs()
        longest = max((run.finished_at - run.started_at).total_seconds() for run in runs if run.finished_at)
        line(
            f"{len(SLOW)} slow sources of 1,000 items at once", f"{took:.1f} s",
            f"agencies take {sum(SLOW):.0f} s, the slowest {max(SLOW):.0f} s; its run {longest:.1f} s",
        )  # fmt: skip
        assert {run.state for run in runs} == {"complete"}
        office.portal.close()
