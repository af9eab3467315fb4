"""What files officers may publish, and whether a file is what its name says. Looks at content, never at the claims of
a browser."""

import re
import zipfile
from pathlib import Path

from flask_babel import gettext as _

_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "zip": "application/zip",
}
_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_PLAIN = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "md": "text/markdown",
    "json": "application/json", "jsonl": "application/jsonl", "geojson": "application/geo+json", "xml": "application/xml",
}  # fmt: skip
_MAGIC = {
    "pdf": (b"%PDF-", "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"),
}
_TYPES = {**{ending: media_type for ending, (_magic, media_type) in _MAGIC.items()}, **_OFFICE, **_PLAIN}
ENDINGS = tuple(_TYPES)
# What a browser may show by itself; everything else is saved.
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})

_PAGES = ("html", "htm", "xhtml", "svg", "svgz", "mht", "mhtml", "swf", "hta", "xsl", "xslt")
_PROGRAMS = (
    "exe", "com", "bat", "cmd", "msi", "scr", "pif", "dll", "ps1", "vbs", "vbe", "js", "jse", "mjs", "wsf", "wsh", "jar", "apk",
    "app", "dmg", "deb", "rpm", "sh", "bash", "py", "pl", "rb", "php", "phtml", "asp", "aspx", "jsp", "lnk", "reg", "iso",
)  # fmt: skip
_MACROS = ("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppam")
_MOST_MEMBERS = 20_000
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Each comment ends at its first end: where it might go on to a later one as well, forty of them would be looked at for ever.
_BLOCK_PAGE = re.compile(rb"\s*(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body|script|svg)\b", re.IGNORECASE | re.DOTALL)
_ACTING_XML = re.compile(rb"www\.w3\.org/(?:1999/xhtml|2000/svg|1999/XSL/Transform)|<(?:\w+:)?(?:svg|html|script)\b", re.IGNORECASE)


class Refused(ValueError):
    """A file is not taken; the message says why and what to do."""


def ending_of(name: str) -> str:
    """The last part of a file's name, in small letters: pdf."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type_of(name: str) -> str | None:
    """The media type that a name promises; None for an ending that is not taken."""
    return _TYPES.get(ending_of(name))


def recognise(path: Path, name: str) -> str:
    """The media type of a file. Raises Refused if its kind is not taken, or if it is not what its name says."""
    ending = ending_of(name)
    if ending not in _TYPES:
        raise Refused(_reason(name, ending))
    with path.open("rb") as file:
        head = file.read(4096)
    if ending in _MAGIC:
        fits = _MAGIC[ending][0] in head[:1024] if ending == "pdf" else head.startswith(_MAGIC[ending][0])
    elif ending in _OFFICE:
        fits = _is_archive_of(path, name, ending)
    else:
        fits = _is_text(head, ending)
    if not fits:
        raise Refused(
            _("“%(name)s” is not what its name says; save it again as %(ending)s, or give it its true ending", name=name, ending=ending)
        )
    return _TYPES[ending]


def _reason(name: str, ending: str) -> str:
    if ending in _PROGRAMS:
        return _("“%(name)s” is a program. Programs are not published here; publish what it works on, or a link to it", name=name)
    if ending in _PAGES:
        return _("“%(name)s” could run scripts in readers’ browsers; save it as PDF, or as PNG if it is a picture", name=name)
    if ending in _MACROS:
        return _("“%(name)s” holds macros, which run on readers’ computers; save it without macros, or as PDF", name=name)
    return _("“%(name)s” is of a kind that is not taken; use one of %(known)s", name=name, known=", ".join(ENDINGS))


def _is_text(head: bytes, ending: str) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        head = head.replace(b"\0", b"")  # UTF-16: enough to see what it begins with
    if b"\0" in head or head.startswith((b"MZ", b"\x7fELF", b"%PDF-", b"PK\x03\x04")):
        return False
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if ending == "xml":
        return start.startswith(b"<") and not _ACTING_XML.search(head)
    if ending in ("json", "geojson", "jsonl"):
        return bool(re.match(rb'[\[{"\d-]|true|false|null', start))
    # A table that begins like a web page is what a site sent instead of the table.
    return not _BLOCK_PAGE.match(start)


def _is_archive_of(path: Path, name: str, ending: str) -> bool:
    """Whether it is a ZIP archive that holds what documents of that kind hold."""
    if _members_of(path) > _MOST_MEMBERS:
        raise Refused(_("“%(name)s” holds more than %(most)s files; split it", name=name, most=_MOST_MEMBERS))
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if any(entry.rpartition("/")[2].lower() == "vbaproject.bin" for entry in names):
                raise Refused(_reason(name, "docm"))
            if ending == "zip":
                _refuse_programs(name, names)
                return True
            if ending in _FOLDERS:
                return "[Content_Types].xml" in names and any(entry.startswith(_FOLDERS[ending]) for entry in names)
            with archive.open("mimetype") as mimetype:
                return mimetype.read(200).decode("ascii", "replace").strip() == _OFFICE[ending]
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        return False


def _members_of(path: Path) -> int:
    """How many members an archive has at the most. Counted before it is opened: a table of contents of a million lines is
    less than 50 MB, and takes half a minute to read."""
    count, rest = 0, b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            count += (rest + block).count(b"PK\x01\x02")
            rest = block[-3:]
    return count


def _refuse_programs(name: str, inside: set[str]) -> None:
    if found := next((entry for entry in sorted(inside) if ending_of(entry) in _PROGRAMS), None):
        raise Refused(
            _("“%(name)s” holds the program “%(inside)s”; take it out, and choose the archive again", name=name, inside=found[-80:])
        )
