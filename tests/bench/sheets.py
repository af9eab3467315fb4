"""A table of 300,000 rows in the file of a record: made for the first time, then asked for pages, sums and its CSV."""

import io
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl

from harvesters.record import Agency, File, Outcome
from portal import create_app, schema, store
from portal.models import StoredFile
from portal.settings import Settings
from portal.tables import making, shelf

ROWS = 300_000
_HEAD = ("payment_id", "paid_on", "department", "supplier", "description", "amount", "vat", "currency", "budget_code", "year", "invoice", "approved")


def payments(rows: int) -> Any:
    """Made-up payments, a row at a time."""
    chance = random.Random(1)
    for n in range(rows):
        yield (
            n, f"{2015 + n % 9}-{n % 12 + 1:02}-{n % 28 + 1:02}", f"Department {n % 40}", f"Công ty số {chance.randrange(4000)}", f"Works and services, lot {n % 9000}",
            chance.randrange(100, 99_999_999) / 100, f"{chance.choice((0, 8, 10))}%", "VND", f"0{n % 700:03}", 2015 + n % 9, f"INV-{n:07}", "yes" if n % 7 else "no",
        )  # fmt: skip


def as_csv(rows: int) -> bytes:
    text = io.StringIO()
    text.write(",".join(_HEAD) + "\n")
    for row in payments(rows):
        text.write(",".join(map(str, row)).replace("services, lot", "services lot") + "\n")
    return text.getvalue().encode()


def as_xlsx(rows: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Payments")
    sheet.append(_HEAD)
    for row in payments(rows):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sheets(rows: int = ROWS) -> None:
    """How long a table takes to be made, how much memory its process needs, and how fast it answers then."""
    from .measures import line, memory

    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(data_dir=Path(name), search_url="memory:", secret_key="only to measure, and long enough"))
        portal = app.extensions["clerestory"]
        schema.upgrade(portal.database)
        addresses = []
        for ending, content in (("csv", as_csv(rows)), ("xlsx", as_xlsx(rows))):
            now = datetime.now(UTC)
            kept = portal.files.put(io.BytesIO(content), f"payments.{ending}")
            file = File(url=f"/files/{kept.sha256}/{kept.name}", media_type=kept.media_type)
            record = Outcome(source="bench", identifier=ending, type="dataset", title="Payments", language="en", publisher=Agency.of("Office"), files=(file,))
            with portal.database.write() as session:
                session.add(StoredFile(sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size=kept.size, public=True, created_at=now))
                store.save_many(session, [store.Arrival(record)], now=now)
            addresses.append(f"/records/{record.number}/files/{kept.sha256[:16]}/table")
            took, peak = _make(portal, kept.sha256)
            line(f"make the table of {rows:,} rows, {len(_HEAD)} columns ({ending.upper()}, {len(content) / 1e6:.0f} MB)", f"{took:.1f} s", f"peak memory of its process {peak} MB")
        client = app.test_client()
        for address in addresses:
            while client.get(address).status_code == 202:
                time.sleep(0.5)
        size = max(size for _place, size, _moment in shelf.tables(shelf.folder_of(Path(name))))
        line("  room on the shelf", f"{size / 1e6:.0f} MB")
        for what, query in (
            ("first page", ""), ("sorted by a number", "?sort=-amount"), ("sorted by words, page 3,000", "?sort=supplier&page=3000"),
            ("filtered by words, a number and a date", "?supplier.contains=cong+ty+so+12&amount.from=500000&paid-on.from=2020"),
            ("added up by 40 groups, with bars", "?group=department&sum=amount"), ("added up by 4,000 groups", "?group=supplier&sum=amount"),
            ("added up by month, with a line", "?group=paid-on&per=month&sum=amount"),
        ):  # fmt: skip
            line(f"  page: {what}, median", f"{_median(lambda query=query: client.get(addresses[0] + query)):.0f} ms")
        before, start = memory(), time.perf_counter()
        length = sum(len(chunk) for chunk in client.get(f"{addresses[0]}.csv?sort=amount", buffered=False).response)
        line(f"  its CSV, sorted ({length / 1e6:.0f} MB)", f"{rows / (time.perf_counter() - start):,.0f} rows/s", f"peak memory before and after {before}, {memory()}")
        portal.close()


def _make(portal: Any, sha256: str) -> tuple[float, int]:
    """Make a table as the portal does, but waiting for it; and the most memory that its process held, in MB."""
    folder = shelf.folder_of(portal.settings.data_dir)
    wanted = shelf.Wanted(sha256, "payments", 1, 0, shelf.custom_of("en", ""))
    wanted.place(folder).parent.mkdir(parents=True, exist_ok=True)
    code = (
        "import runpy, sys; script = sys.argv.pop(1)\ntry: runpy.run_path(script, run_name='__main__')\n"
        "except SystemExit: pass\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM:')))"
    )
    start = time.perf_counter()
    with portal.files.get(sha256) as stream:
        done = subprocess.run(
            [sys.executable, "-c", code, making.__file__, str(wanted.place(folder).resolve()), "payments", "0", wanted.custom.decimal, wanted.custom.order, "en"],
            stdin=stream, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return time.perf_counter() - start, int(done.stdout.split()[-1]) // 1024


def _median(ask: Callable[[], Any], times: int = 5) -> float:
    took = []
    for _time in range(times):
        start = time.perf_counter()
        assert ask().status_code == 200
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)
