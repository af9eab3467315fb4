"""What a file is, by its first bytes, whatever its name or media type claim; and whether it is safe to unpack."""

import re
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree

from ..faults import BadAnswer

MAX_UNPACKED = 400 * 1024 * 1024
MAX_CELLS = 20_000_000



class NotATable(BadAnswer):
    """Something else than a table came. `what`: pdf, picture, archive, database, page, xml, json, empty."""

    def __init__(self, message: str, what: str) -> None:
        super().__init__(message)
        self.what = what


class TooLarge(BadAnswer):
    """A workbook that would fill the memory."""


class Broken(BadAnswer):
    """A workbook of which a part is missing or wrong."""


class Locked(BadAnswer):
    """A workbook that wants a password."""


_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    (b"%PDF", "a PDF; the agency's page may have the same as CSV or XLSX"),
    (b"\x1f\x8b", "packed with gzip; unpacked files are read only"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a RAR archive; give the address of the table itself"),
    (b"7z\xbc\xaf", "a 7-Zip archive; give the address of the table itself"),
    (b"PAR1", "in Parquet; give the address of the CSV or XLSX"),
    (b"SQLite format 3\x00", "a database; give the address of the CSV or XLSX"),
)
_WHAT = {
    b"%PDF": "pdf", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"PAR1": "database", b"SQLite format 3\x00": "database",
}  # fmt: skip
_PAGE = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
# Where a cell says it stands, in either quotation marks, whatever else its tag says before.
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)([0-9]+)["']""")
# What is no sheet, by its usual place.
_BESIDE = re.compile(r"content\.xml|xl/(?:sharedStrings|styles|calcChain|comments|theme/|drawings/|charts/|pivot|externalLinks/|queryTables/|tables/|_rels/)", re.IGNORECASE)


def recognise(file: IO[bytes], name: str) -> str:
    """Says text or workbook. BadAnswer for everything else, saying what came instead."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head.strip():
        raise NotATable(f"{name} is empty", "empty")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if kind == "zip":
                _check_zip(file, name)
                return "workbook"
            if kind == "workbook":
                return "workbook"
            raise NotATable(f"{name} is not a table: it is {kind}", _WHAT.get(magic, "archive"))
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _PAGE.search(head) and text.startswith(b"<"):
        raise NotATable(
            f"{name} is not a table: a web page came (it starts with “{_words(text)}”); "
            "the agency may be blocking this portal, or the file has moved",
            "page",
        )
    if text.startswith((b"<?xml", b"{", b"[{")):
        kind = "XML" if text.startswith(b"<") else "JSON"
        raise NotATable(
            f"{name} is not a table: it is {kind} (it starts with “{_words(text)}”); another kind reads that",
            kind.lower(),
        )
    return "text"


def _words(head: bytes) -> str:
    return " ".join(head[:200].decode("utf-8", "replace").split())[:80]


def _check_zip(file: IO[bytes], name: str) -> None:
    """XLSX and ODS are ZIP archives: refuse those that would fill the memory, or are no workbooks."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            unpacked = sum(part.file_size for part in parts.values())
            if unpacked > MAX_UNPACKED:
                raise TooLarge(
                    f"{name} unpacks to {unpacked // 1_000_000:,} MB, more than {MAX_UNPACKED // 1_000_000:,} MB; "
                    "ask the agency for a CSV"
                )
            if "content.xml" in parts:
                _check_open_document(archive, name)
            elif not any(part.startswith("xl/") for part in parts):
                shown = ", ".join(sorted(parts)[:5])
                raise NotATable(
                    f"{name} is a ZIP archive, not a workbook; it holds {shown}: give the table's own address", "archive"
                )
            for part in parts:
                # A workbook may call its sheets' files what it likes.
                if part.lower().endswith(".xml") and not _BESIDE.match(part):
                    _check_sheet(archive, part, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Broken(f"{name} is a broken workbook ({error}); it may have come only in part") from None
    finally:
        file.seek(0)


def _check_sheet(archive: zipfile.ZipFile, part: str, name: str) -> None:
    """A sheet is laid out from its first to its last cell: one stray cell far away costs the memory of all between."""
    right = below = read = 0
    with archive.open(part) as stream:
        rest = b""
        while block := stream.read(1 << 20):
            read += len(block)
            if read > MAX_UNPACKED:  # the archive's own table of contents may lie
                raise TooLarge(f"{name} unpacks to more than {MAX_UNPACKED // 1_000_000:,} MB; ask for a CSV")
            for letters, row in _CELL.findall(rest + block):
                below = max(below, int(row[:12]))
                right = max(right, _column(letters[:6].upper()))
            rest = block[-2000:]
    if right * below > MAX_CELLS:
        raise TooLarge(
            f"{name}: {part} spans {below:,} rows and {right:,} columns; "
            "a stray cell far outside the table? ask the agency for a CSV"
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_open_document(archive: zipfile.ZipFile, name: str) -> None:
    """ODS writes "and a million more of these" in one number."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    cells = 0
    with archive.open("content.xml") as stream:
        try:
            for _, row in ElementTree.iterparse(stream):
                if row.tag == f"{table}table-row":
                    filled = sum(
                        int(cell.get(f"{table}number-columns-repeated", "1"))
                        for cell in row
                        if len(cell) or (cell.text or "").strip()
                    )
                    cells += filled * int(row.get(f"{table}number-rows-repeated", "1"))
                    row.clear()
                if cells > MAX_CELLS:
                    raise TooLarge(f"{name} has more than {MAX_CELLS:,} cells; ask the agency for a CSV")
        except (ElementTree.ParseError, ValueError) as error:
            raise Broken(f"{name} is a broken ODS ({error})") from None
