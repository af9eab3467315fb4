"""PDF: what can be read but not seen, and what is carried along. Each page is drawn and every letter's box compared with
the drawing: where the box has one colour, the letter is covered, white on white, or off the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import pdfparts
from .findings import Finding

_SCALE = 2.0
_FLAT = 10  # grey levels within a letter's box that count as one colour
_DARK = 128
_LEAST = 4  # letters in a row
_MOST_PAGES = 300
_MOST_PIXELS = 40_000_000
_TYPES_OF_ACTION = ("/JavaScript", "/JS", "/Launch")
REMARKS = frozenset({"/Text", "/FreeText", "/Popup", "/Ink", "/Stamp"})


class Encrypted(ValueError):
    """The file wants a password."""


def inspect_pdf(path: Path) -> Iterator[Finding]:
    """What a PDF hides."""
    yield from _carried(path)
    yield from pdfparts.earlier_versions(path)
    yield from _pages(path)


def _carried(path: Path) -> Iterator[Finding]:
    import pypdf

    reader = pypdf.PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Encrypted
    about: Any = reader.metadata or {}
    author = str(about.get("/Author") or "").strip()
    if author and author.casefold() not in ("anonymous", "unknown", "user", "admin"):
        yield Finding.of("properties", "document properties", author)
    if reader.attachments:
        yield Finding.of("embedded", "", ", ".join(list(reader.attachments)[:3]))
    root: Any = reader.root_object
    if any(kind in str(root.get(name, "")) for name in ("/OpenAction", "/AA") for kind in _TYPES_OF_ACTION) or "/JavaScript" in str(root.get("/Names", "")):
        yield Finding.of("macros", "when the document is opened")
    yield from pdfparts.hidden_layers(root)
    for number, page in enumerate(reader.pages[:_MOST_PAGES], 1):
        yield from pdfparts.marked_and_hidden(page, number)
        for one in page.get("/Annots") or ():
            remark: Any = one.get_object()
            words = str(remark.get("/Contents") or "")
            if remark.get("/Subtype") in REMARKS and (words or remark.get("/T")):
                yield Finding.of("comments", f"page {number}", words or str(remark.get("/T")))


def _pages(path: Path) -> Iterator[Finding]:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    letters = 0
    try:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            texts = page.get_textpage()
            letters += texts.count_chars()
            for words in _unseen(page, texts):
                yield Finding.of("covered_text", f"page {number + 1}", words)
            texts.close()
            page.close()
        if len(document) and not letters:
            yield Finding.of("scan", "", f"{len(document)} pages")
    finally:
        document.close()


def _unseen(page: Any, texts: Any) -> Iterator[str]:
    count = texts.count_chars()
    if not count:
        return
    page.set_rotation(0)
    left, bottom, right, top = page.get_cropbox() or page.get_mediabox()
    width, height = right - left, top - bottom
    scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("L")
    is_scan = _is_scan(page, width * height)
    words, hidden = texts.get_text_range(0, count), ""
    for index in range(min(count, len(words))):
        letter = words[index]
        if letter.isspace():
            hidden += " " if hidden and not hidden.endswith(" ") else ""
            continue
        x0, y0, x1, y1 = texts.get_charbox(index)
        box = (int((x0 - left) * scale), int((top - y1) * scale), int((x1 - left) * scale + 1), int((top - y0) * scale + 1))
        if _is_hidden(picture, box, is_scan):
            hidden += letter
            continue
        if len(hidden.replace(" ", "")) >= _LEAST:
            yield hidden.strip()
        hidden = ""
    if len(hidden.replace(" ", "")) >= _LEAST:
        yield hidden.strip()


def _is_hidden(picture: Any, box: tuple[int, int, int, int], is_scan: bool) -> bool:
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(picture.width, box[2]), min(picture.height, box[3])
    if x1 <= x0 or y1 <= y0:
        return not is_scan  # off the page
    darkest, lightest = picture.crop((x0, y0, x1, y1)).getextrema()
    if lightest - darkest > _FLAT:
        return False
    # Over a scan lies the text that was recognised: it is drawn nowhere, and paper around its letters is light.
    return lightest < _DARK or not is_scan


def _is_scan(page: Any, area: float) -> bool:
    import pypdfium2.raw as raw

    for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        x0, y0, x1, y1 = one.get_bounds()
        if (x1 - x0) * (y1 - y0) > 0.6 * area:
            return True
    return False
