"""Tables of large files are there before anybody opens them; whoever comes meanwhile is told, and nobody makes one twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

from harvesters.record import File
from portal import tasks
from portal.filechecks import hash_of
from portal.models import FileLink, KeptFile, RecordRow, State
from portal.settings import Settings
from portal.tables import ahead, shelf

from ..factories import an_outcome
from .sheets import Sheets, sheets

__all__ = ["sheets"]


def rows(count: int, name: str = "row") -> str:
    return "place,amount,note\n" + "".join(f"{name} {n},{n % 997}.50,{'words ' * 5}\n" for n in range(count))


def there(sheets: Sheets) -> int:
    return sum(1 for _table in shelf.tables(shelf.folder_of(sheets.portal.settings.data_dir)))


def is_due(sheets: Sheets) -> bool:
    with sheets.portal.database.read() as session:
        return "prepare-tables" in tasks.due(session, sheets.portal, datetime.now(UTC))


def test_the_table_of_a_large_file_is_there_when_the_first_reader_comes(sheets: Sheets) -> None:
    address = sheets.address(rows(20_000))
    sheets.address("a,b\n1,2\n3,4\n")
    assert is_due(sheets)
    assert ahead.catch_up(sheets.portal) == 1 and there(sheets) == 1, "the small one is made when somebody opens it"
    page = sheets.client.get(address)
    assert page.status_code == 200 and "20,000 rows" in page.text
    assert ahead.catch_up(sheets.portal) == 0
    assert not is_due(sheets), "no process is begun every minute for nothing"


def test_a_linked_file_that_is_kept_after_its_record_came_is_prepared_too(sheets: Sheets, now: Any) -> None:
    link = File(url="https://agency.example/list.csv")
    (number,) = sheets.save(an_outcome(files=(link,)))
    assert ahead.catch_up(sheets.portal) == 0
    copy = sheets.keep(rows(20_000))
    with sheets.portal.database.write() as session:
        record = session.query(RecordRow).filter_by(number=number).one()
        session.add(KeptFile(url_hash=hash_of(link.url), sha256=copy.sha256, name="list.csv", kept_at=now))
        session.merge(FileLink(record_id=record.id, url_hash=hash_of(link.url)))
    assert ahead.catch_up(sheets.portal) == 1
    assert sheets.client.get(f"/records/{number}/files/{str(copy.sha256)[:16]}/table").status_code == 200


def test_what_is_no_table_or_taken_off_the_pages_holds_nobody_up(sheets: Sheets) -> None:
    sheets.address("%PDF-1.7 " + "x" * 600_000, "report.csv", checked=False)
    sheets.address(rows(20_000))
    assert ahead.catch_up(sheets.portal) >= 1 and there(sheets) == 1
    assert ahead.catch_up(sheets.portal) == 0


def test_two_readers_and_the_preparer_at_once_make_one_table(sheets: Sheets) -> None:
    address = sheets.address(rows(60_000))
    seen: list[int] = []
    client = sheets.client

    def read() -> None:
        seen.append(client.application.test_client().get(address).status_code)

    crowd = [threading.Thread(target=read) for _ in range(2)] + [threading.Thread(target=ahead.catch_up, args=(sheets.portal,))]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert set(seen) <= {200, 202}
    assert "60,000 rows" in sheets.open(address).text
    assert there(sheets) == 1 and shelf.faults(shelf.folder_of(sheets.portal.settings.data_dir)) == {}


def test_a_preparer_that_is_killed_in_the_middle_is_followed_by_one_that_makes_the_table(sheets: Sheets, settings: Settings) -> None:
    address = sheets.address(rows(120_000))
    environment = os.environ | {"PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_SEARCH_URL": "memory:", "PORTAL_SECRET_KEY": settings.secret_key}
    command = [sys.executable, "-c", "from portal.cli import main; main()", "work", "--once", "prepare-tables"]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    folder = shelf.folder_of(settings.data_dir)
    while worker.poll() is None and not list(folder.glob("??/*.begun")):
        time.sleep(0.005)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    with sheets.portal.database.read() as session:
        assert session.get(State, "tables ahead") is None, "it does not say that it was done"
    until = time.monotonic() + 60
    while not there(sheets) and time.monotonic() < until:
        ahead.catch_up(sheets.portal)
    assert "120,000 rows" in sheets.open(address).text
