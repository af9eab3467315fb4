"""How long it takes to link one new record, in stores of two sizes: `python -m tests.bench.linking [records …]`.

The store holds records that carry numbers and cite each other, and all of them carry one docket, which each tenth cites, as the documents
of an agency's large proceeding do. The record that arrives carries it too, and cites ten of the others; it is saved as an officer's is, and
linked by itself. Both times are told: that by the clock, and that of the process alone, which other work on the machine hardly touches.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from harvesters.record import Agency, Identifier, Policy, Record
from portal import linking, schema, store
from portal.parts import Portal
from portal.settings import Settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIMES = 15


def a_rule(number: int, cites: list[int]) -> Record:
    """A rule that carries a number and cites others."""
    docket = "\n\nSee docket EXM-HQ-2020-0001." if number % 10 == 0 else ""
    body = "\n\n".join(f"Căn cứ Quyết định số {one}/2020/QĐ-TTg ngày 3 tháng 6 năm 2020, văn bản quy định như sau." for one in cites) + docket
    return Policy(
        source="bench", identifier=f"rule-{number}", type="regulation", title=f"Quy định {number}", body=body, language="vi", issued="2020-06-03",
        publisher=Agency.of("Cơ quan Ví dụ", place="VN"), other_identifiers=(Identifier(value=f"{number}/2020/QĐ-TTg"), Identifier(value="EXM-HQ-2020-0001", scheme="docket")),
    )  # fmt: skip


def measure(size: int) -> tuple[float, float, float]:
    """Milliseconds to link one new record by the clock and of the process (medians), and records a second while the store was read."""
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal(Settings(data_dir=Path(folder), search_url="memory:", secret_key="only for a measure, and long enough"))
        schema.upgrade(portal.database)
        for start in range(0, size, 500):
            some = [a_rule(number, [(number * 7 + step) % size for step in range(3)] + [size + number % TIMES]) for number in range(start, min(size, start + 500))]
            _save(portal, some)
        begun = time.perf_counter()
        read = linking.catch_up(portal)
        speed = read / (time.perf_counter() - begun)
        taken, worked = [], []
        for place in range(TIMES):
            _save(portal, [a_rule(size + TIMES + place, [place * 13 % size + step for step in range(10)])])
            begun, at = time.perf_counter(), time.process_time()
            linking.link_newest(portal)
            taken.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - at) * 1000)
        portal.close()
    return median(taken), median(worked), speed


def _save(portal: Portal, records: list[Record]) -> None:
    with portal.database.write() as session:
        store.save_many(session, [store.Arrival(record) for record in records], now=NOW)


if __name__ == "__main__":
    for size in [int(one) for one in sys.argv[1:]] or [1_000, 100_000]:
        milliseconds, own, speed = measure(size)
        print(f"{size:>7,} records: {milliseconds:.1f} ms to link one new record, {own:.1f} ms of them the process itself; {speed:.0f} records/s read and linked")
