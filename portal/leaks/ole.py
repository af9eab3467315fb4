"""Old files of offices (.doc, .xls, .ppt): compound files, stream by stream. Workbooks are read as such; of the others it is said
what can be told without their text, and that the rest cannot be seen."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import columns as tables
from . import links, personal
from .cellstyles import NOT_SHOWN
from .documents import NOBODY
from .findings import Finding, ranges
from .spreadsheets import letters as letters_of

_WORD = 0xA5EC  # how the stream of a Word document begins
_ENCRYPTED_FLAG = 0x0100
_REMARKS_AT = 0xBA  # where its header says where remarks are
_PEOPLE = ("author", "last_saved_by", "manager")
_MOST_TEXT = 20_000_000
_AUTOMATIC = 0x7FFF  # the colour that letters have where nobody chose one
_TINY = 40  # twentieths of a point


def inspect_ole(path: Path) -> Iterator[Finding]:
    """What an old file of an office hides."""
    import olefile

    with olefile.OleFileIO(str(path)) as file:
        names = ["/".join(one) for one in file.listdir(streams=True, storages=True)]
        low = {name.casefold() for name in names}
        if "encryptedpackage" in low:
            yield Finding.of("encrypted")
            return
        yield from _carried(file, names)
        is_workbook = "workbook" in low or "book" in low
        if "worddocument" in low:
            yield from _word(file.openstream("WordDocument").read(2048))
    if is_workbook:
        yield from _workbook(path)
    else:
        yield Finding.of("legacy")


def _carried(file: Any, names: list[str]) -> Iterator[Finding]:
    parts = [part.casefold() for name in names for part in name.split("/")]
    if any(part in ("vba", "macros", "_vba_project_cur", "_vba_project") for part in parts):
        yield Finding.of("macros")
    if inner := [name for name in names if name.split("/")[-1].casefold() in ("\x01ole10native", "package", "objectpool") or name.casefold().startswith("mbd")]:
        yield Finding.of("embedded", "", inner[0].replace("\x01", ""))
    if "_sx_db_cur" in parts:
        yield Finding.of("pivot_cache")
    about = file.get_metadata()
    for field in _PEOPLE:
        value = _decoded(getattr(about, field, None), about.codepage)
        if value.casefold() not in NOBODY:
            yield Finding.of("properties", "document properties", value)


def _decoded(value: Any, codepage: int | None) -> str:
    if not isinstance(value, bytes):
        return str(value or "").strip()
    for encoding in ("utf-8", f"cp{(codepage or 1252) & 0xFFFF}", "latin-1"):
        try:
            return value.decode(encoding).strip("\0 ")
        except (UnicodeDecodeError, LookupError):
            continue
    return ""


def _word(head: bytes) -> Iterator[Finding]:
    if len(head) < _REMARKS_AT + 8 or struct.unpack_from("<H", head)[0] != _WORD:
        return
    if struct.unpack_from("<H", head, 0x0A)[0] & _ENCRYPTED_FLAG:
        yield Finding.of("encrypted")
    if struct.unpack_from("<I", head, _REMARKS_AT + 4)[0]:
        yield Finding.of("comments")


def _workbook(path: Path) -> Iterator[Finding]:
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            yield Finding.of("encrypted")
            return
        raise ValueError(str(error)) from error
    if xlrd.book.SUPBOOK_EXTERNAL in getattr(book, "_supbook_types", ()):
        yield Finding.of("external_data")
    for sheet in book.sheets():
        where = f"sheet “{sheet.name}”"
        if sheet.visibility:
            yield Finding.of("hidden_sheet", where)
        if rows := sorted(number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden):
            yield Finding.of("hidden_rows", f"{where}, rows {ranges(rows)}")
        if columns := sorted(number for number, column in sheet.colinfo_map.items() if column.hidden and number < max(1, sheet.ncols)):
            yield Finding.of("hidden_columns", f"{where}, columns {', '.join(letters_of(number + 1) for number in columns[:10])}")
        if notes := [str(note.text) for note in sheet.cell_note_map.values()]:
            yield Finding.of("comments", where, " ".join(notes))
        yield from personal.find(_text(sheet), where)
        table = ([_shown(value) for value in sheet.row_values(row)] for row in range(sheet.nrows))
        yield from tables.in_rows(table, where)
        for target in (link.url_or_path for link in sheet.hyperlink_list):
            words = target.decode("utf-8", "replace") if isinstance(target, bytes) else str(target or "")
            yield from links.findings(words, where)
        yield from _unseen(book, sheet, where)


def _unseen(book: Any, sheet: Any, where: str) -> Iterator[Finding]:
    """Cells in letters that have the colour of their paper, or that nobody can read, or in a format that shows nothing."""
    kinds: dict[int, str] = {}
    for number, style in enumerate(book.xf_list):
        font, paper = book.font_list[style.font_index], style.background
        letters = (0, 0, 0) if font.colour_index == _AUTOMATIC else book.colour_map.get(font.colour_index)
        ground = (255, 255, 255) if paper.fill_pattern == 0 else book.colour_map.get(paper.pattern_colour_index) if paper.fill_pattern == 1 else None
        if letters is not None and letters == ground:
            kinds[number] = "letters in the colour of their paper"
        elif 0 < font.height <= _TINY:
            kinds[number] = "letters too small to be read"
        elif NOT_SHOWN.fullmatch(book.format_map[style.format_key].format_str):
            kinds[number] = "a format that shows nothing"
    told: dict[str, list[str]] = {}
    for row in range(sheet.nrows) if kinds else ():
        for column, value in enumerate(sheet.row_values(row)):
            if value not in ("", None) and (kind := kinds.get(sheet.cell_xf_index(row, column))):
                told.setdefault(kind, []).append(f"{letters_of(column + 1)}{row + 1}")
    for kind, cells in told.items():
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(cells[:5])}", kind)


def _text(sheet: Any) -> str:
    cells = (_shown(value) for row in range(sheet.nrows) for value in sheet.row_values(row))
    return "\n".join(filter(None, cells))[:_MOST_TEXT]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else ""
    return str(value)
