"""Records with tables in their files, and workbooks to put there."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from harvesters.record import File
from portal.filestore import Kept
from portal.models import StoredFile
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import an_outcome

# What most tests look at: numbers that sort otherwise than words do, dates, an empty cell, a cell that is no number.
SPENDING = (
    "Paid on,Supplier,Amount,Note\n"
    "2024-01-15,Công ty An Bình,1000.10,first\n"
    "2024-02-01,Zenith Ltd,999.20,\n"
    "2024-02-20,Công ty An Bình,-20.00,=1+1\n"
    "2024-03-05,Ánh Dương,250000.05,\"two\nlines\"\n"
    "2025-01-01,Zenith Ltd,0.70,+84 24\n"
)


@dataclass
class Sheets:
    """Puts files into records, and opens them as tables."""

    portal: Portal
    client: JudgingClient
    save: Callable[..., list[str]]

    def keep(self, content: bytes | str, name: str = "table.csv", *, public: bool = True, checked: bool = True) -> File:
        """A kept file. `checked`: it is looked at as uploads are; else it came from an agency, whatever it is."""
        data = content.encode() if isinstance(content, str) else content
        if checked:
            kept = self.portal.files.put(io.BytesIO(data), name)
        else:
            from hashlib import sha256

            digest = sha256(data).hexdigest()
            self.portal.storage.put(f"files/{digest[:2]}/{digest}", data)
            kept = Kept(digest, name, "application/octet-stream", len(data))
        with self.portal.database.write() as session:
            session.merge(StoredFile(sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size=kept.size, public=public, created_at=datetime.now(UTC)))
        return File(url=f"/files/{kept.sha256}/{kept.name}", media_type=kept.media_type, sha256=kept.sha256)

    def address(self, content: bytes | str, name: str = "table.csv", *, checked: bool = True, **record: Any) -> str:
        """The address of the table of a new record's only file."""
        file = self.keep(content, name, checked=checked)
        (number,) = self.save(an_outcome(files=(file,), **record))
        assert file.sha256
        return f"/records/{number}/files/{file.sha256[:16]}/table"

    def open(self, address: str, status: int = 200) -> TestResponse:
        """A page or its data, when the table has been made."""
        answer = self.client.get(address)
        until = time.monotonic() + 120
        while answer.status_code in (202, 503) and time.monotonic() < until:
            time.sleep(0.2)
            answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:1500]}"
        return answer

    def cells(self, address: str) -> list[list[str]]:
        """The rows of a view's CSV, its head included."""
        import csv

        return list(csv.reader(io.StringIO(self.open(address).text)))


def workbook(*sheets: Sequence[Sequence[Any]], merged: Sequence[str] = (), names: Sequence[str] = ()) -> bytes:
    """An XLSX workbook of these sheets. `merged` ranges are of the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for position, rows in enumerate(sheets):
        sheet = book.create_sheet(names[position] if names else None)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        book.worksheets[0].merge_cells(area)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def sheets(portal: Portal, client: JudgingClient, save: Callable[..., list[str]]) -> Sheets:
    return Sheets(portal, client, save)
