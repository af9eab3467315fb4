"""CSV and its cousins: the encoding, the line ends and the delimiter, found out rather than believed."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import IO, cast

import chardet

from ..faults import BadAnswer

DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20
# A cell that runs over so many lines is no cell: a quotation mark was opened and not closed.
LONGEST_CELL = 500
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
csv.field_size_limit(10_000_000)


def find_encoding(file: IO[bytes], stated: str = "") -> tuple[str, str]:
    """The encoding, and what is odd about it, in words: byte order mark, strict UTF-8, what the source states,
    what chardet finds, Windows-1252; in that order."""
    file.seek(0)
    head = file.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, "" if _decodes(file, encoding) else f"is not wholly in {encoding}; some letters are lost"
    if _decodes(file, "utf-8"):
        return "utf-8", ""
    if stated and _decodes(file, stated):
        return stated, ""
    if _is_nearly_utf8(file):
        return "utf-8", "is not wholly in UTF-8; some letters are lost"
    file.seek(0)
    guess = chardet.detect(file.read(200_000))
    found = str(guess["encoding"] or "").lower()
    likely = found not in ("", "ascii", "utf-8") and (guess["confidence"] or 0) >= 0.5
    encoding = found if likely and _decodes(file, found) else "cp1252"
    lost = "" if _decodes(file, encoding) else ", and some letters are lost"
    return encoding, f"is not in UTF-8; read as {encoding}{lost}: state encoding where that is wrong"


def _decodes(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf8(file: IO[bytes]) -> bool:
    """UTF-8 with a slip here and there: reading it as something else would garble all the rest."""
    file.seek(0)
    content = file.read(8 * _BLOCK)
    good = _MULTIBYTE.findall(content)
    strange = sum(1 for byte in content if byte > 127) - sum(map(len, good))
    return len(good) > 20 * max(strange, 1)


def lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines, ended by a line feed. Where line feeds end lines, a carriage return inside one is a space (a
    line pasted into a cell); a file that has carriage returns only is split at these."""
    file.seek(0)
    head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(_BLOCK))
    file.seek(0)
    newline = "\n" if "\n" in head else None
    text = io.TextIOWrapper(cast(IO[bytes], _Kept(file)), encoding=encoding, errors="replace", newline=newline)
    for line in text:
        yield f"{line.rstrip(chr(13) + chr(10))}\n".replace("\r", " ") if "\r" in line else line


class _Kept(io.BufferedIOBase):
    """The file, without its being closed when the text around it is let go of."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    read1 = read


def rows(text: Iterable[str], delimiter: str, quote: str, name: str) -> Iterator[tuple[list[str], bool]]:
    """The rows, and of each whether it can be trusted: False where a quotation mark seems to be left open."""
    reader = (
        csv.reader(text, delimiter=delimiter, quotechar=quote)
        if quote
        else csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    )
    before = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadAnswer(f"{name}: line {reader.line_num} cannot be read ({error})") from None
        yield row, reader.line_num - before <= LONGEST_CELL
        before = reader.line_num


def sniff(sample: str) -> str:
    """The delimiter of a table of which nothing is known: clevercsv's guess, a comma where it has none."""
    import clevercsv  # takes a quarter of a second, and is needed for strange files only

    try:
        dialect = clevercsv.Sniffer().sniff(sample[:10_000], delimiters=list(DELIMITERS))
    except clevercsv.Error:
        return ","
    found = str(getattr(dialect, "delimiter", "") or "")
    return found if len(found) == 1 else ","
