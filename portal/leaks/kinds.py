"""What a file is, by its content: whoever looks into it must not depend on what somebody called it."""

import zipfile
from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"GIF8")
_TEXTS = frozenset({"csv", "tsv", "txt", "md", "json", "jsonl", "geojson", "xml"})
_ROOMS = {"xl/": "xlsx", "word/": "docx", "ppt/": "pptx"}
_ODF = {"spreadsheet": "ods", "presentation": "odp"}


def kinds_of(path: Path, name: str) -> tuple[str, ...]:
    """What to take a file for: xlsx, docx, pptx, ods, odt, odp, zip, pdf, picture, ole, or the ending of its name where the content
    does not tell. Several where it could be opened as several."""
    ending = name.rpartition(".")[2].lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(OLE):
        return ("ole",)
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return ("picture",)
    if head.startswith(b"%PDF-") or (ending not in _TEXTS and b"%PDF-" in head[:1024]):
        return ("pdf",)
    if head.startswith(b"PK") or ending in {"zip", *_ROOMS.values(), "ods", "odt", "odp"}:
        return _packages(path, ending)
    return (_by_name(ending),)


def _by_name(ending: str) -> str:
    return "picture" if ending in ("jpg", "jpeg", "png", "tif", "tiff", "webp", "gif") else ending


def _packages(path: Path, ending: str) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(200) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return (_by_name(ending),)  # whoever looks into it says that it is broken
    found = {kind for room, kind in _ROOMS.items() if any(one.startswith(room) for one in names)}
    if mimetype.startswith(b"application/vnd.oasis.opendocument.") and "content.xml" in names:
        found.add(_ODF.get(mimetype.decode("ascii", "replace").rpartition(".")[2].partition("-")[0].strip(), "odt"))
    if ending not in _ROOMS.values() and ending not in ("ods", "odt", "odp") and (ending == "zip" or not found):
        found.add("zip")
    return tuple(sorted(found)) or (_by_name(ending),)
