"""Clean copies: a file without what it hides, where that can be taken out without touching what it shows.

Called in a process of its own (see portal.leaks.clean_file). Whether a copy is clean is told by looking at it again, not here.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from .packages import Package

_CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BLANK = {
    "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_CP}"/>', "docProps/app.xml": f'<Properties xmlns="{_APP}"/>',
    "docProps/custom.xml": f'<Properties xmlns="{_CUSTOM}"/>',
}  # fmt: skip
# Parts that are dropped with whatever refers to them, by how their names begin.
_DROPPED = {
    "xlsx": ("xl/comments", "xl/threadedComments/", "xl/persons/", "xl/externalLinks/", "xl/model/", "xl/connections.xml", "xl/queryTables/", "xl/calcChain.xml",
             "xl/drawings/vmlDrawing", "xl/printerSettings/", "xl/revisions/", "docProps/thumbnail"),
    "docx": ("word/comments", "word/people.xml", "docProps/thumbnail"),
    "pptx": ("ppt/comments/", "ppt/commentAuthors.xml", "ppt/authors.xml", "ppt/notesSlides/", "docProps/thumbnail"),
}  # fmt: skip
_EMPTIED = ("externalReferences", "legacyDrawing", "legacyDrawingHF", "oleObjects", "comments")
# Pictures: what a JPEG needs to be shown, and what a PNG carries beside its picture.
_TOLD_BY_JPEG = {0xE1, 0xED, 0xFE}
_TOLD_BY_PNG = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}


class CannotClean(ValueError):
    """There is no way to make a clean copy of such a file."""


def clean(path: Path, name: str, target: Path) -> None:
    """Write a copy of a file without what it hides. Raises CannotClean."""
    ending = name.rpartition(".")[2].lower()
    makers: dict[str, Callable[[Path, Path], None]] = {"pdf": _pdf, "jpg": _jpeg, "jpeg": _jpeg, "png": _png}
    if ending in _DROPPED:
        _office(path, target, ending)
    elif ending in makers:
        makers[ending](path, target)
    else:
        raise CannotClean(ending)


def _office(path: Path, target: Path, ending: str) -> None:
    with zipfile.ZipFile(path) as archive:
        package = Package(archive)
        if list(package.hostile()):
            raise CannotClean("hostile")
        parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    parts |= {part: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}'.encode() for part, text in _BLANK.items() if part in parts}
    if ending == "docx":
        _accept_changes(parts)
    if ending == "xlsx":
        _cut_off(parts)
    _drop(parts, [part for part in parts if part.startswith(_DROPPED[ending])])
    if ending == "xlsx":
        _forget_strings(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(part, content)


def _read(content: bytes) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise CannotClean("entities")
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _write(root: Any) -> bytes:
    from lxml import etree

    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _remove(element: Any) -> None:
    """Take an element out; what follows it in its parent's text stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _drop(parts: dict[str, bytes], names: list[str]) -> None:
    """Take parts out of a package, with the relations that lead to them, what refers to those, and what is said of their types."""
    gone = set(names)
    for name in list(parts):
        if name.endswith(".rels") and name not in gone:
            _unrelate(parts, name, gone)
    types = _read(parts["[Content_Types].xml"])
    for one in list(types):
        if one.get("PartName", "").lstrip("/") in gone:
            types.remove(one)
    parts["[Content_Types].xml"] = _write(types)
    for name in gone:
        parts.pop(name, None)
        parts.pop(join(dirname(name), "_rels", f"{name.rpartition('/')[2]}.rels"), None)


def _unrelate(parts: dict[str, bytes], relations: str, gone: set[str]) -> None:
    folder = dirname(dirname(relations))
    source = join(folder, relations.rpartition("/")[2].removesuffix(".rels"))
    root, ids = _read(parts[relations]), set()
    for one in root.findall(f"{_REL}Relationship"):
        if one.get("TargetMode") != "External" and _resolved(folder, one.get("Target", "")) in gone:
            ids.add(one.get("Id"))
            root.remove(one)
    if not ids:
        return
    parts[relations] = _write(root)
    if source in parts and source.endswith(".xml"):
        parts[source] = _without_references(parts[source], ids)


def _resolved(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))


def _without_references(content: bytes, ids: set[Any]) -> bytes:
    root = _read(content)
    for element in [one for one in root.iter() if isinstance(one.tag, str) and one.get(f"{_R}id") in ids]:
        _remove(element)
    for element in [one for one in root.iter() if isinstance(one.tag, str) and one.tag.rpartition("}")[2] in _EMPTIED and not len(one)]:
        if element.get(f"{_R}id") is None:
            _remove(element)
    return _write(root)


def _accept_changes(parts: dict[str, bytes]) -> None:
    """Tracked changes become what they say; comments lose their anchors; words that are not shown go."""
    for name in [part for part in parts if part.startswith("word/") and part.endswith(".xml") and "/_rels/" not in part]:
        root = _read(parts[name])
        for element in _all(root, "del", "moveFrom", "commentRangeStart", "commentRangeEnd", "annotationRef", "moveFromRangeStart", "moveFromRangeEnd",
                            "moveToRangeStart", "moveToRangeEnd"):  # fmt: skip
            _remove(element)
        for element in [one for one in root.iter() if isinstance(one.tag, str) and one.tag.endswith("PrChange")]:
            _remove(element)
        for element in _all(root, "ins", "moveTo"):
            _unwrap(element)
        for run in _all(root, "r"):
            if run.find(f"{_W}commentReference") is not None or run.find(f"{_W}rPr/{_W}vanish") is not None:
                _remove(run)
        parts[name] = _write(root)


def _all(root: Any, *names: str) -> list[Any]:
    wanted = {f"{_W}{name}" for name in names}
    return [one for one in root.iter() if one.tag in wanted]


def _unwrap(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in list(element):
        parent.insert(at, child)
        at += 1
    _remove(element)


def _cut_off(parts: dict[str, bytes]) -> None:
    """Formulas that lead to other workbooks become the values they had; hidden sheets go where nothing refers to them."""
    sheets = [part for part in parts if part.startswith("xl/worksheets/") and part.endswith(".xml")]
    for name in sheets:
        if b"[" in parts[name]:
            root = _read(parts[name])
            for formula in [one for one in root.iter(f"{_S}f") if "[" in (one.text or "")]:
                _remove(formula)
            parts[name] = _write(root)
    _drop_hidden_sheets(parts)


def _drop_hidden_sheets(parts: dict[str, bytes]) -> None:
    book = _read(parts["xl/workbook.xml"])
    relations = {one.get("Id"): _resolved("xl", one.get("Target", "")) for one in _read(parts["xl/_rels/workbook.xml.rels"])}
    all_sheets = list(book.find(f"{_S}sheets"))
    names = book.find(f"{_S}definedNames")
    dropped = [one for one in all_sheets if one.get("state") in ("hidden", "veryHidden")]
    kept = [one for one in all_sheets if one not in dropped]
    said = "\n".join("".join(_read(parts[relations[one.get(f"{_R}id")]]).itertext(f"{_S}f")) for one in kept if relations[one.get(f"{_R}id")] in parts)
    said += "\n".join((one.text or "") for one in (names if names is not None else ()))
    dropped = [one for one in dropped if one.get("name", "") not in said]
    if not dropped or len(dropped) == len(all_sheets):
        return
    places = {all_sheets.index(one) for one in dropped}
    for one in list(names if names is not None else ()):
        place = one.get("localSheetId")
        if place is not None and int(place) in places:
            names.remove(one)
        elif place is not None:
            one.set("localSheetId", str(int(place) - sum(gone < int(place) for gone in places)))
    if names is not None and not len(names):
        book.remove(names)
    for view in book.iter(f"{_S}workbookView"):
        view.attrib.pop("activeTab", None)
        view.attrib.pop("firstSheet", None)
    gone = [relations[one.get(f"{_R}id")] for one in dropped]
    parts["xl/workbook.xml"] = _write(book)
    _drop(parts, gone)


def _forget_strings(parts: dict[str, bytes]) -> None:
    """Words that no cell shows any more are emptied, so that those of dropped sheets do not stay behind."""
    if "xl/sharedStrings.xml" not in parts:
        return
    used: set[str] = set()
    for name in [part for part in parts if part.startswith("xl/worksheets/") and part.endswith(".xml")]:
        used |= {value for cell in _read(parts[name]).iter(f"{_S}c") if cell.get("t") == "s" and (value := cell.findtext(f"{_S}v"))}
    root = _read(parts["xl/sharedStrings.xml"])
    for at, item in enumerate(root.findall(f"{_S}si")):
        if str(at) not in used:
            for child in list(item):
                item.remove(child)
            item.append(item.makeelement(f"{_S}t", {}))
    parts["xl/sharedStrings.xml"] = _write(root)


def _pdf(path: Path, target: Path) -> None:
    import pypdf
    from pypdf.generic import ArrayObject, NameObject

    from .pdfs import REMARKS

    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(path))
    root: Any = writer.root_object
    for name in ("/OpenAction", "/AA", "/Metadata", "/PieceInfo", "/AF"):
        root.pop(NameObject(name), None)
    names: Any = root.get("/Names")
    if names is not None:
        for name in ("/EmbeddedFiles", "/JavaScript"):
            names.get_object().pop(NameObject(name), None)
    for page in writer.pages:
        for name in ("/AA", "/Metadata", "/PieceInfo", "/AF"):
            page.pop(NameObject(name), None)
        kept = [one for one in page.get("/Annots") or () if one.get_object().get("/Subtype") not in (*REMARKS, "/FileAttachment")]
        page[NameObject("/Annots")] = ArrayObject(kept)
    writer.metadata = None
    writer.compress_identical_objects()
    writer.write(target)


def _jpeg(path: Path, target: Path) -> None:
    content = path.read_bytes()
    made = bytearray(b"\xff\xd8") + _turned(path)
    for marker, segment in _segments(content):
        if marker not in _TOLD_BY_JPEG:
            made += segment
    target.write_bytes(bytes(made))


def _turned(path: Path) -> bytes:
    """How the picture is to be turned, which is all that is kept of what the camera told."""
    from PIL import Image

    with Image.open(path) as picture:
        turned = picture.getexif().get(0x0112, 1)
    if turned == 1:
        return b""
    kept = Image.Exif()
    kept[0x0112] = turned
    told = kept.tobytes()
    return b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments of a JPEG, each with its marker; the picture itself is one with what follows it up to the end."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise CannotClean("jpeg")
        marker = content[at + 1]
        if marker == 0xDA:
            end = content.rfind(b"\xff\xd9")
            yield marker, content[at : end + 2 if end > at else None]
            return
        length = 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
        yield marker, content[at : at + length]
        at += length


def _png(path: Path, target: Path) -> None:
    content = path.read_bytes()
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        raise CannotClean("png")
    made, at = bytearray(content[:8]), 8
    while at + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        chunk = content[at : at + 12 + length]
        if zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise CannotClean("png")
        if kind not in _TOLD_BY_PNG:
            made += chunk
        at += 12 + length
        if kind == b"IEND":
            break
    target.write_bytes(bytes(made))
