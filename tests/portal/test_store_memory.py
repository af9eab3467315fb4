"""Saving many records takes no more memory than saving some."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads its memory from Linux's /proc")

# Saves as many records as it is told, in batches; prints the most memory that it ever held, in kB. (What getrusage
# says is of no use here: it begins with what the tests' own process held when it started this one.)
PROGRAM = """
import sys
from datetime import UTC, datetime
from portal import schema, store
from portal.db import Database
from tests.factories import a_decision

database = Database(sys.argv[1])
schema.upgrade(database)
now = datetime.now(UTC)
example = a_decision(body="What was decided, and why. " * 100, keywords=("bridge", "river"))
for start in range(0, int(sys.argv[2]), 200):
    with database.write() as session:
        some = [
            store.Arrival(example.model_copy(update={"identifier": f"d-{start + position}"})) for position in range(200)
        ]
        store.save_many(session, some, now=now)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak(path, count):
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, f"sqlite:///{path}", str(count)], capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout) / 1000


@pytest.fixture
def some(tmp_path):
    return peak(tmp_path / "some.sqlite", 1_000)


def test_memory_does_not_grow_with_the_number_of_records(tmp_path, some):
    many = peak(tmp_path / "many.sqlite", 8_000)
    assert many < some + 12, f"{some:.0f} MB for 1,000 records and {many:.0f} MB for 8,000"
    assert many < 200
