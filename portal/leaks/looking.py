"""Looking into one file, in this process: see portal.leaks.inspect_file, which does it in another one."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from harvesters.xml import XmlFault

from . import documents, images, pdfparts, pdfs, personal, shapes, spreadsheets
from .findings import Finding, Report
from .packages import Entities, Package, TooMuch, words_of

_DEEPEST = 2
_MOST_PICTURES = 200
_MOST_TEXT = 20_000_000
_OOXML = {"xlsx": spreadsheets.inspect_xlsx, "docx": documents.inspect_docx, "pptx": documents.inspect_pptx}
_ODF = {"ods": spreadsheets.inspect_ods, "odt": documents.inspect_odt, "odp": documents.inspect_odt}
_TEXTS = ("csv", "tsv", "txt", "md", "json", "jsonl", "geojson", "xml")


def look(path: Path, name: str, depth: int = 0) -> Report:
    """What a file hides; never an exception for what a file can do."""
    found: list[Finding] = []
    fault = ""
    try:
        for finding in _findings(path, name.rpartition(".")[2].lower(), depth):
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
        if type(error).__module__.partition(".")[0] not in ("pypdf", "pypdfium2", "PIL", "zlib", "struct", "xml"):
            raise
        fault = "broken"
    return Report(tuple(found), fault)


def _findings(path: Path, ending: str, depth: int) -> Iterator[Finding]:
    if ending in _OOXML or ending in _ODF or ending == "zip":
        with zipfile.ZipFile(path) as archive:
            yield from _package(Package(archive), ending, depth)
    elif ending == "pdf":
        yield from pdfs.inspect_pdf(path)
        yield from personal.find(_pdf_text(path))
        yield from personal.find(pdfparts.filled_in(path), "filled-in fields")
    elif ending in ("jpg", "jpeg", "png"):
        yield from images.inspect_image(path)
    elif ending in ("doc", "xls"):
        yield Finding.of("legacy")
    elif ending in _TEXTS:
        text = _decoded(path.read_bytes()[:_MOST_TEXT])
        yield from personal.find(text)
        if ending in ("csv", "tsv"):
            yield from shapes.inspect_table(text)


def _package(package: Package, ending: str, depth: int) -> Iterator[Finding]:
    if hostile := list(package.hostile()):
        yield from hostile
        return
    if ending == "zip":
        yield from _members(package, depth)
        return
    yield from _OOXML[ending](package) if ending in _OOXML else _ODF[ending](package)
    yield from documents.inspect_carried(package)
    yield from _pictures(package)
    yield from personal.find(_package_text(package, ending))


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
            for finding in look(inner, info.filename, depth + 1).findings:
                yield finding.inside(info.filename)


def _pictures(package: Package) -> Iterator[Finding]:
    """What the pictures in a document tell: they go out as the camera made them."""
    with TemporaryDirectory() as folder:
        for name in [one for one in package.among("word/media/", "ppt/media/", "xl/media/", "Pictures/") if one.lower().endswith((".jpg", ".jpeg", ".png"))][:_MOST_PICTURES]:
            inner = Path(folder) / "picture"
            inner.write_bytes(package.archive.read(name))
            try:
                yield from (finding.inside(name) for finding in images.inspect_image(inner))
            except OSError:  # not a picture, whatever it is called
                continue


def _package_text(package: Package, ending: str) -> str:
    parts = {
        "docx": ("word/document.xml", "word/footnotes.xml"), "xlsx": ("xl/sharedStrings.xml",), "pptx": tuple(package.among("ppt/slides/slide")),
    }.get(ending, ("content.xml",))  # fmt: skip
    return "\n".join(words_of(package.root(part)) for part in parts)[:_MOST_TEXT]


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
