"""PDF: what can be read but not seen, and what is carried along. Each page is drawn and every letter's box compared with
the drawing: where the box has one colour, the letter is covered, white on white, or off the page."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import images, pdfparts
from .findings import Finding

_SCALE = 2.0
_FLAT = 10  # grey levels within a letter's box that count as one colour
_DARK = 128
_LEAST = 4  # letters in a row
_MOST_PAGES = 300
_MOST_PIXELS = 40_000_000
REMARKS = frozenset({"/Text", "/FreeText", "/Popup", "/Ink", "/Stamp"})
# Marks on the text: they are remarks where somebody wrote into them.
_MARKS = frozenset({"/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Square", "/Circle", "/Line", "/Polygon", "/PolyLine"})
_PLACE = re.compile(r"(?:[A-Z]:\\|\\\\\w|/home/|/Users/|file:)", re.IGNORECASE)
_MOST_PHOTOS = 60


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
    yield from _properties(reader, about)
    if reader.attachments:
        yield Finding.of("embedded", "", ", ".join(list(reader.attachments)[:3]))
    root: Any = reader.root_object
    names = root.get("/Names")
    if any(pdfparts.acts(root.get(name)) for name in ("/OpenAction", "/AA")) or (names is not None and names.get_object().get("/JavaScript") is not None):
        yield Finding.of("macros", "when the document is opened")
    yield from pdfparts.hidden_layers(root)
    photos = 0
    for number, page in enumerate(reader.pages[:_MOST_PAGES], 1):
        yield from pdfparts.marked_and_hidden(page, number)
        if pdfparts.acts(page.get("/AA")):
            yield Finding.of("macros", f"page {number}")
        for one in page.get("/Annots") or ():
            yield from _annotation(one.get_object(), number)
        if photos < _MOST_PHOTOS:
            for photo in pdfparts.photos(page):
                photos += 1
                yield from (finding.inside(f"page {number}") for finding in _of_photo(photo))


def _annotation(remark: Any, number: int) -> Iterator[Finding]:
    kind, words, who = remark.get("/Subtype"), str(remark.get("/Contents") or ""), str(remark.get("/T") or "")
    if (kind in REMARKS and (words or who)) or (kind in _MARKS and words):
        yield Finding.of("comments", f"page {number}", words or who)
    if kind == "/FileAttachment":
        yield Finding.of("embedded", f"page {number}", words)
    for action in (remark.get("/A"), remark.get("/AA")):
        if pdfparts.acts(action):
            yield Finding.of("macros", f"page {number}")
        elif place := pdfparts.local_place(action):
            yield Finding.of("external_link", f"page {number}", place)


def _properties(reader: Any, about: Any) -> Iterator[Finding]:
    people = dict.fromkeys([str(about.get("/Author") or "").strip(), *pdfparts.authors_told(reader)])
    for author in people:
        if author.casefold() not in ("", "anonymous", "unknown", "user", "admin", "(anonymous)", "(unspecified)"):
            yield Finding.of("properties", "document properties", author)
    for name in ("/Title", "/Subject", "/Keywords"):
        if _PLACE.search(words := str(about.get(name) or "")):
            yield Finding.of("properties", "document properties", words)


def _of_photo(content: bytes) -> Iterator[Finding]:
    try:
        yield from images.inspect_image(io.BytesIO(content))
    except (OSError, ValueError, SyntaxError):  # not a picture that can be opened by itself
        return


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
