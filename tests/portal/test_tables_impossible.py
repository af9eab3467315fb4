"""Why a file does not open as a table is said with what the reader can do; what is hostile does no harm; what may not be seen is not."""

import fcntl
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from harvesters.record import File
from portal import filechecks, keeping, search, store
from portal.harvesting import run_source
from portal.models import FileLink, KeptFile, RecordRow, StoredFile
from portal.tables import making, shelf
from tests.harvesters.agency import Agency, Reply

from ..factories import an_outcome
from .conftest import Catalogue
from .sheets import SPENDING, Sheets, sheets, workbook

__all__ = ["sheets"]


def far_away() -> bytes:
    """A workbook with one stray cell so far away that all cells between would fill the memory."""
    content, book = io.BytesIO(), zipfile.ZipFile(io.BytesIO(workbook([["a", "b"], [1, 2]])))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in book.namelist():
            data = book.read(part)
            if part.startswith("xl/worksheets/"):
                data = data.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
            packed.writestr(part, data)
    return content.getvalue()


def bomb() -> bytes:
    """A workbook that unpacks to more than a thousand times its size."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in range(5):
            packed.writestr(f"xl/worksheets/sheet{part}.xml", b"<c>" * 30_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7 scanned", "scan.csv", "It is a PDF: a picture of pages, in which tables have no cells"),
        (b"\x89PNG\r\n\x1a\n....", "picture.xlsx", "It is a picture"),
        (b"<!doctype html><html><body>Blocked", "blocked.csv", "It is a web page in place of the table"),
        (b'{"a": 1}', "data.csv", "It is JSON"),
        (b"\x1f\x8b packed", "packed.csv", "It is an archive"),
        (b"SQLite format 3\x00", "base.csv", "It is a database file"),
        (b" \n ", "empty.csv", "Nothing is in it"),
        (b"only a heading\n", "heading.csv", "Nothing is in it"),
        (b"a,b\n\0\1\2,\3\n" * 50, "binary.csv", "It holds no text"),
        (b"PK\x03\x04 torn", "torn.xlsx", "It is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 torn", "torn.xls", "It is damaged"),
        (b"a,b\n1,\"2\n" + b"3,4\n" * 700, "quote.csv", "a quotation mark is opened and not closed"),
        (",".join(f"c{n}" for n in range(600)).encode() + b"\n" + b"1," * 599 + b"1\n", "wide.csv", "It has 600 columns; up to 500 can be opened here"),
        (b"a,b\n1," + b"x" * 100_001 + b"\n", "long.csv", "A cell in row 2 has more than 100,000 letters"),
        (bytes(range(128, 256)) * 40, "letters.csv", "Its letters are in an encoding that cannot be recognised"),
    ],
)  # fmt: skip
def test_why_a_file_does_not_open_is_said(sheets: Sheets, content: bytes, name: str, words: str) -> None:
    address = sheets.address(content, name, checked=False)
    page = sheets.open(address).text
    assert "This file cannot be opened as a table" in page and words in page and "Download the file" in page
    answer = sheets.client.get(f"{address}.json")
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json" and words in answer.get_json()["detail"]


@pytest.mark.parametrize("make", [far_away, bomb])
def test_workbooks_that_would_fill_the_memory_are_refused(sheets: Sheets, make: Callable[[], bytes]) -> None:
    assert "It is too large to be opened here" in sheets.open(sheets.address(make(), "bomb.xlsx", checked=False)).text


def test_a_table_with_too_many_rows_is_refused(sheets: Sheets) -> None:
    address = sheets.address("a,b\n" + "1,2\n" * (making.MOST_ROWS + 1), checked=False)
    assert "It has more than 500,000 rows" in sheets.open(address).text


@pytest.mark.samples
def test_a_locked_workbook_says_that_it_wants_a_password(sheets: Sheets, samples: Path) -> None:
    content = (samples / "messy_tables" / "10_encrypted_no_password.xls").read_bytes()
    assert "It wants a password" in sheets.open(sheets.address(content, "locked.xls", checked=False)).text


def test_a_file_that_is_not_kept_here_leads_to_its_agency(sheets: Sheets) -> None:
    url = "https://agency.example/tables/list.csv"
    (number,) = sheets.save(an_outcome(files=(File(url=url),)))
    address = f"/records/{number}/files/{filechecks.hash_of(url)[:16]}/table"
    assert address in sheets.open(f"/records/{number}").text
    page = sheets.open(address).text
    assert "The portal keeps no copy of this file" in page and f'href="{url}"' in page
    assert sheets.client.get(f"{address}.csv").status_code == 404


def test_cells_and_names_cannot_run_anything(sheets: Sheets) -> None:
    nasty = "<script>alert(1)</script>,\"'; DROP TABLE t; --\",=cmd|' /C calc'!A0,a.b.contains\n<img src=x onerror=alert(1)>,1,@SUM(A1),\u202e\x07x\n\"&lt;b&gt;\",2,+1+1,y\n"
    address = sheets.address(nasty, checked=False)
    page = sheets.open(address).text
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page and "\x07" not in page
    rows = sheets.cells(f"{address}.csv")
    assert rows[0] == ["<script>alert(1)</script>", "'; DROP TABLE t; --", "'=cmd|' /C calc'!A0", "a.b.contains"]
    assert rows[1][2] == "'@SUM(A1)" and rows[2][2] == "'+1+1"
    assert len(sheets.open(f"{address}?sort=-drop-table-t&a-b-contains.contains=y").text) > 0
    for path in ("/columns", "/rows/2"):
        assert "<script>alert" not in sheets.open(address + path).text


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("supplier.is=' OR 1=1 --", 0), ("supplier.contains=%", 0), ("supplier.contains=_", 0), ("supplier.contains=" + "a" * 5000, 0),
        ("sort=c1);DROP TABLE t;--", 5), ("amount.from=1e999", 5), ("amount.is=NaN", 5), ("amount.is=1;--", 5), ("group=r;--", 5), ("sum=v1) FROM n; --", 5),
        ("columns=*", 5), ("supplier');DROP TABLE t;--.is=1", 5), ("page=1 OFFSET 0", 5), ("supplier.contains=\x00", 5), ("size=-1", 5), ("sheet=../../etc", 5),
        ("amount.from=" + "9" * 4000, 5),
    ],
)  # fmt: skip
def test_no_address_becomes_sql(sheets: Sheets, asked: str, rows: int) -> None:
    address = sheets.address(SPENDING)
    sheets.open(address)
    answer = sheets.client.get(f"{address}?{quote(asked, safe='=&')}")
    assert answer.status_code in (200, 422)
    assert answer.text.count('<th scope="row" class="cells__row">') == rows
    assert "5 rows" in sheets.open(address).text


@pytest.mark.parametrize("token", ["../../secret-key", "0" * 16, "0" * 15, "0" * 64, "ABCDEF0123456789", "%2e%2e%2fportal.sqlite"])
def test_other_files_cannot_be_reached(sheets: Sheets, token: str) -> None:
    (number,) = sheets.save(an_outcome(files=(sheets.keep(SPENDING),)))
    assert sheets.client.get(f"/records/{number}/files/{token}/table").status_code == 404


def test_only_files_of_the_record_open_and_only_while_it_is_shown(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    sheets.open(address)
    (other,) = sheets.save(an_outcome())
    assert sheets.client.get(f"/records/{other}/{address.split('/', 3)[3]}").status_code == 404
    number = address.split("/")[2]
    with sheets.portal.database.write() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.number == number)).one()
        store.unpublish(session, row, "personal_data", datetime.now(UTC))
    for path in ("", ".csv", ".json", "/columns", "/columns.csv", "/rows/2"):
        assert sheets.client.get(address + path).status_code == 410


def test_a_file_that_is_not_public_does_not_open(sheets: Sheets) -> None:
    file = sheets.keep(SPENDING, public=False)
    (number,) = sheets.save(an_outcome(files=(file,)))
    assert file.sha256
    assert sheets.client.get(f"/records/{number}/files/{file.sha256[:16]}/table").status_code == 404
    with sheets.portal.database.write() as session:
        session.get_one(StoredFile, file.sha256).public = True
    assert "5 rows" in sheets.open(f"/records/{number}/files/{file.sha256[:16]}/table").text


def test_a_kept_copy_of_an_agencys_file_opens(sheets: Sheets, catalogue: Catalogue, agency: Agency) -> None:
    portal = sheets.portal
    address = agency.plays("/list.csv", Reply(SPENDING, media_type="text/csv"))
    catalogue.publish(1)
    catalogue.datasets[0]["distribution"] = [{"downloadURL": address, "mediaType": "text/csv"}]
    source = catalogue.source(keep_files=True)
    portal.known_sources[source.name] = source
    run_source(portal, source)
    filechecks.check(portal)
    assert keeping.keep(portal) == 1
    search.catch_up(portal)
    with portal.database.read() as session:
        kept = session.scalars(select(KeptFile)).one()
        number = session.scalars(select(RecordRow.number).join(FileLink, FileLink.record_id == RecordRow.id)).one()
    assert kept.sha256
    opened = f"/records/{number}/files/{kept.sha256[:16]}/table"
    assert opened in sheets.open(f"/records/{number}").text
    assert "5 rows" in sheets.open(opened).text
    linked = sheets.client.get(f"/records/{number}/files/{kept.url_hash[:16]}/table?sort=amount")
    assert linked.status_code == 302 and linked.location.endswith(f"{opened}?sort=amount")


def wanted(sheets: Sheets, address: str) -> tuple[Path, shelf.Wanted]:
    sha256 = next(name.rpartition("/")[2] for name in sheets.portal.storage.names() if name.rpartition("/")[2].startswith(address.split("/")[4]))
    return shelf.folder_of(sheets.portal.settings.data_dir), shelf.Wanted(sha256, "table.csv", 100, 0, shelf.custom_of("en", "VN"))


def test_a_table_in_the_making_says_so_and_looks_again(sheets: Sheets, app: Any) -> None:
    address = sheets.address(SPENDING)
    folder, one = wanted(sheets, address)
    place = one.place(folder)
    place.parent.mkdir(parents=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = sheets.client.get(f"{address}?sort=amount")
        assert answer.status_code == 202 and answer.headers["Refresh"] == "3" and "This table is being prepared" in answer.text
        assert f'href="{address}?sort=amount"' in answer.text
        data = sheets.client.get(f"{address}.csv")
        assert data.status_code == 503 and data.headers["Retry-After"] == "3" and data.get_json()["code"] == "preparing"
    assert "5 rows" in sheets.open(address).text


def test_only_so_many_tables_are_made_at_once(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    folder, _one = wanted(sheets, address)
    folder.mkdir(parents=True)
    locks = [(folder / f"making-{number}.lock").open("w") for number in range(2)]
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert sheets.client.get(address).status_code == 202
    for lock in locks:
        lock.close()
    assert "5 rows" in sheets.open(address).text


def test_a_file_whose_process_was_killed_twice_is_not_tried_again(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    folder, one = wanted(sheets, address)
    place = one.place(folder)
    place.parent.mkdir(parents=True)
    place.with_suffix(".begun").write_bytes(b"..")
    assert "more time or memory than one reader may use here" in sheets.open(address).text
    old = datetime.now(UTC).timestamp() - 100_000
    os.utime(place.with_suffix(".json"), (old, old))
    assert "5 rows" in sheets.open(address).text, "a day later the machine may be less busy"


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_somebody_ends_is_begun_anew(sheets: Sheets, way: signal.Signals) -> None:
    address = sheets.address("a,b\n" + "".join(f"{n},x{n}\n" for n in range(100_000)))
    folder, one = wanted(sheets, address)
    for _try in range(20):
        stream = sheets.portal.files.get(one.sha256)
        assert stream
        with stream:
            process = shelf.begin(folder, one, stream)
        while process.poll() is None and not one.place(folder).with_suffix(".fresh").exists():
            time.sleep(0.001)
        process.send_signal(way)
        process.wait()
        if not one.place(folder).exists():
            break
        one.place(folder).unlink()  # a busy machine let it end before this process looked again
    assert process.returncode == -way, "no process was caught in the middle: give it more rows"
    assert not one.place(folder).exists()
    assert "100,000 rows" in sheets.open(address).text
    assert not one.place(folder).with_suffix(".json").exists()


def test_readers_who_come_at_once_get_one_table(sheets: Sheets, app: Any) -> None:
    address = sheets.address("a,b\n" + "".join(f"{n},x{n}\n" for n in range(30_000)))

    def read(_reader: int) -> str:
        client = Sheets(sheets.portal, app.test_client(), sheets.save)
        return client.open(f"{address}.json?sum=a&size=1").text.partition('"as_of"')[0]

    with ThreadPoolExecutor(6) as readers:
        answers = set(readers.map(read, range(6)))
    assert answers == {'{"total":30000,"returned":1,"complete":false,'}
    folder = shelf.folder_of(sheets.portal.settings.data_dir)
    assert len(list(shelf.tables(folder))) == 1 and not list(folder.glob("??/*.fresh")) and not shelf.faults(folder)


def test_the_shelf_keeps_what_was_wanted_last(sheets: Sheets) -> None:
    addresses = [sheets.address(f"a,b\n{n},2\n3,4\n") for n in range(4)]
    for age, address in enumerate(addresses):
        sheets.open(address)
        folder, one = wanted(sheets, address)
        os.utime(one.place(folder), (1_700_000_000 - age, 1_700_000_000 - age))
    sheets.open(addresses[3])
    size = max(size for _place, size, _moment in shelf.tables(folder))
    assert shelf.tidy(folder, 2 * size) == 2
    left = {place for place, _size, _moment in shelf.tables(folder)}
    assert left == {wanted(sheets, addresses[n])[1].place(folder) for n in (0, 3)}
    assert "2 rows" in sheets.open(addresses[2]).text, "what went is made again"


def test_what_was_found_out_of_a_file_is_not_found_out_again(sheets: Sheets) -> None:
    address = sheets.address(b"a,b\n1,\"2\n" + b"3,4\n" * 700, "quote.csv", checked=False)
    sheets.open(address)
    folder, one = wanted(sheets, address)
    why = json.loads(shelf.Wanted(one.sha256, "quote.csv", 1, 0, one.custom).place(folder).with_suffix(".json").read_text())
    assert why["code"] == "open_quote"
    assert shelf.faults(folder) == {"open_quote": 1}


def test_an_answer_that_takes_too_long_is_stopped(sheets: Sheets, monkeypatch: pytest.MonkeyPatch) -> None:
    address = sheets.address("a,b\n" + "".join(f"{n},x{n % 977}\n" for n in range(60_000)))
    sheets.open(address)
    monkeypatch.setattr("portal.views.tables.QUICK", -1.0)
    answer = sheets.client.get(f"{address}?sort=b&b.contains=x1&group=b")
    assert answer.status_code == 503 and "This view takes too long" in answer.text
