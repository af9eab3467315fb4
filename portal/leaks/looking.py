"""Looking into one file, in this process: see portal.leaks.inspect_file, which does it in another one."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from harvesters.xml import XmlFault

from . import documents, images, ole, opendocuments, pdfparts, pdfs, personal, shapes, spreadsheets
from .findings import Finding, Report
from .kinds import kinds_of
from .packages import Entities, Package, TooMuch, lines_of

_DEEPEST = 2
_MOST_PICTURES = 200
_MOST_TEXT = 20_000_000
_OOXML = {"xlsx": spreadsheets.inspect_xlsx, "docx": documents.inspect_docx, "pptx": documents.inspect_pptx}
_ODF = {"ods": opendocuments.inspect_ods, "odt": opendocuments.inspect_odt, "odp": opendocuments.inspect_odt}
# What may hide as much as the files that are looked into, and lies in archives all the same.
_UNKNOWN = (".rtf", ".heic", ".heif", ".avif", ".psd", ".pages", ".numbers", ".key", ".eml", ".msg", ".htm", ".html", ".rar", ".7z", ".gz", ".tar")
_TEXTS = ("csv", "tsv", "txt", "md", "json", "jsonl", "geojson", "xml")


def look(path: Path, name: str, depth: int = 0) -> Report:
    """What a file hides; never an exception for what a file can do."""
    found: list[Finding] = []
    fault = ""
    try:
        for finding in _findings(path, name, depth):
            if finding not in found:
                found.append(finding)
    except pdfs.Encrypted:
        found.append(Finding.of("encrypted"))
    except Entities as error:
        found.append(Finding.of("entities", str(error)))
    except (TooMuch, MemoryError):
        fault = "too_much"
    except (ModuleNotFoundError, personal.Unavailable):
        fault = "missing"
    except ImportError:  # a library that is there found no room to be loaded
        fault = "too_much"
    except (XmlFault, zipfile.BadZipFile, OSError, ValueError, KeyError, RuntimeError, NotImplementedError, SyntaxError, RecursionError, EOFError):
        fault = "broken"
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("pypdf", "pypdfium2", "PIL", "zlib", "struct", "xml", "xlrd", "olefile"):
            raise
        fault = "broken"
    return Report(tuple(found), fault)


def _findings(path: Path, name: str, depth: int) -> Iterator[Finding]:
    for kind in kinds_of(path, name):
        yield from _of_kind(path, kind, depth)


def _of_kind(path: Path, kind: str, depth: int) -> Iterator[Finding]:
    if kind in _OOXML or kind in _ODF or kind == "zip":
        with zipfile.ZipFile(path) as archive:
            yield from _package(Package(archive), kind, depth)
    elif kind == "pdf":
        yield from pdfs.inspect_pdf(path)
        yield from personal.find(_pdf_text(path))
        yield from personal.find(pdfparts.filled_in(path), "filled-in fields")
    elif kind == "picture":
        yield from images.inspect_image(path)
    elif kind in ("ole", "doc", "xls", "ppt"):
        yield from ole.inspect_ole(path)
    elif kind in _TEXTS:
        text = _decoded(path.read_bytes()[:_MOST_TEXT])
        yield from personal.find(text)
        if kind in ("csv", "tsv"):
            yield from shapes.inspect_table(text)


def _package(package: Package, kind: str, depth: int) -> Iterator[Finding]:
    if hostile := list(package.hostile()):
        yield from hostile
        return
    if kind == "zip":
        yield from _members(package, depth)
        return
    yield from _OOXML[kind](package) if kind in _OOXML else _ODF[kind](package)
    yield from documents.inspect_carried(package)
    yield from _pictures(package)
    yield from personal.find(_package_text(package, kind))


def _members(package: Package, depth: int) -> Iterator[Finding]:
    if depth >= _DEEPEST:
        yield Finding.of("bomb", "", "archives in archives in archives")
        return
    with TemporaryDirectory() as folder:
        for info in package.archive.infolist():
            if info.is_dir():
                continue
            inner = Path(folder) / "inner"
            with package.archive.open(info) as source, inner.open("wb") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
            report = look(inner, info.filename, depth + 1)
            if report.fault == "missing":
                raise personal.Unavailable(info.filename)
            if report.fault:
                yield Finding.of("unreadable", info.filename)
            elif info.filename.lower().endswith(_UNKNOWN):
                yield Finding.of("not_checked", info.filename)
            for finding in report.findings:
                yield finding.inside(info.filename)


def _pictures(package: Package) -> Iterator[Finding]:
    """What the pictures in a document tell: they go out as the camera made them."""
    with TemporaryDirectory() as folder:
        for name in [one for one in package.among("word/media/", "ppt/media/", "xl/media/", "Pictures/") if one.lower().endswith((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif"))][:_MOST_PICTURES]:
            inner = Path(folder) / "picture"
            inner.write_bytes(package.archive.read(name))
            try:
                yield from (finding.inside(name) for finding in images.inspect_image(inner))
            except OSError:  # not a picture, whatever it is called
                continue


_PLACES = {
    "docx": ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/charts/chart"),
    "xlsx": ("xl/sharedStrings.xml", "xl/drawings/drawing", "xl/charts/chart"),
    "pptx": ("ppt/slides/slide", "ppt/charts/chart"),
}  # fmt: skip


def _package_text(package: Package, kind: str) -> str:
    """Everything that a document says, a line a paragraph: a number that is set in several pieces is one number."""
    parts = package.among(*_PLACES.get(kind, ("content.xml", "styles.xml")))
    return "\n".join(lines_of(package.root(part)) for part in parts if part.endswith(".xml"))[:_MOST_TEXT]


def _pdf_text(path: Path) -> str:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    try:
        return "\n".join(document[number].get_textpage().get_text_bounded() for number in range(min(len(document), 300)))
    finally:
        document.close()


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if not content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-16", "utf-8"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")
