"""A table of 100,000 rows sent at once, worked on by its own process, while the portal is asked for pages."""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from portal import accounts, bulk, create_app, schema
from portal.bulk import jobs
from portal.models import Bulk, User
from portal.parts import Portal
from portal.settings import Settings

ROWS = 100_000
_HEAD = "document_number,title,type,language,issued,summary,amount,currency,counterparty,keywords\n"


def table(folder: Path, rows: int = ROWS) -> Path:
    """A table of made-up awards."""
    path = folder / "table.csv"
    with path.open("w") as file:
        file.write(_HEAD)
        for n in range(rows):
            file.write(f"{n}/QD,Works number {n} awarded,award,en,2024-0{n % 9 + 1}-15,The council awards lot {n} of the works after an open call.,{n * 17}.50,VND,Builders {n % 900},works\n")
    return path


def tables(rows: int = ROWS) -> None:
    """Check and publish a table; the time of each step, the memory of its process, and how the portal answers meanwhile."""
    from .measures import line

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), search_url="tantivy:", secret_key="only to measure, and long enough")
        app = create_app(settings)
        portal: Portal = app.extensions["clerestory"]
        schema.upgrade(portal.database)
        token = _send(portal, table(Path(folder), rows))
        with portal.database.write() as session:
            row = session.scalars(select(Bulk)).one()
            columns = _HEAD.strip().split(",")
            bulk.match(row, dict(zip(columns, columns, strict=True)), {}, datetime.now(UTC))
        for state, what in (("checked", "check"), ("published", "publish, and teach search")):
            took, peaks, pages = _wait(app, portal, token, state)
            line(f"{what} a table of {rows:,} rows", f"{rows / took:,.0f} rows/s", f"{took:.0f} s")
            line("  memory of its process at 20, 60, 100 %", ", ".join(f"{peak:.0f}" for peak in peaks) + " MB")
            line("  home page meanwhile, median and slowest", f"{statistics.median(pages) * 1000:.0f}, {max(pages) * 1000:.0f} ms")
            if state == "checked":
                _publish(portal)
        portal.close()


def _send(portal: Portal, path: Path) -> str:
    with path.open("rb") as file:
        kept = portal.files.put(file, path.name)
    with portal.database.write() as session:
        user = accounts.add_user(session, email="lan@hanoi.example", name="Lan", agency="Hanoi council", password="four quiet rivers bend", now=datetime.now(UTC))
        assert user.agency
        return bulk.begin(session, user.id, user.agency, "decision", kept, "en", datetime.now(UTC)).token


def _publish(portal: Portal) -> None:
    with portal.database.write() as session:
        faults = bulk.publish(
            session, session.scalars(select(Bulk)).one(), session.scalars(select(User)).one(), only_whole=True, note="", answer="", now=datetime.now(UTC)
        )  # fmt: skip
        assert not faults, faults


def _wait(app: object, portal: Portal, token: str, state: str) -> tuple[float, list[float], list[float]]:
    client, pages, memory = app.test_client(), [], []  # type: ignore[attr-defined]
    start = time.perf_counter()
    bulk.start(portal, token)
    child = jobs._children[-1]
    while child.poll() is None:
        began = time.perf_counter()
        assert client.get("/").status_code == 200
        pages.append(time.perf_counter() - began)
        memory.append(_resident(child.pid))
        time.sleep(0.5)
    took = time.perf_counter() - start
    with portal.database.read() as session:
        row = session.scalars(select(Bulk)).one()
        assert row.state == state, (row.state, row.fault)
    memory = [one for one in memory if one]
    return took, [memory[int((len(memory) - 1) * part)] for part in (0.2, 0.6, 1.0)], pages


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(one.split()[1]) / 1024 for one in lines if one.startswith("VmRSS:")), 0.0)
