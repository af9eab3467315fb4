"""PDF: what can be read but not seen, and what is carried along. Each page is drawn and every letter's box compared with
the drawing: where the box has one colour, the letter is covered, white on white, or off the page."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import images, pdfbars, pdfparts, personal
from .findings import Finding, ranges

_SCALE = 2.0
_FLAT = 10  # grey levels within a letter's box that count as one colour
_DARK = 128
_LEAST = 4  # letters in a row
_TINY = 1.1  # points: letters so high cannot be read
_MOST_PAGES = 300
_MOST_PIXELS = 40_000_000
REMARKS = frozenset({"/Text", "/FreeText", "/Popup", "/Ink", "/Stamp"})
# Marks on the text: they are remarks where somebody wrote into them.
_MARKS = frozenset({"/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Square", "/Circle", "/Line", "/Polygon", "/PolyLine"})
_PLACE = re.compile(r"(?:[A-Z]:\\|\\\\\w|/home/|/Users/|file:)", re.IGNORECASE)
_MOST_PHOTOS = 60
_NOBODY = frozenset({"", "anonymous", "unknown", "user", "admin", "(anonymous)", "(unspecified)"})
# Entries beside those of the standard that name people.
_WHO = re.compile(r"(?:saved|modified|created|checked|approved|reviewed|printed)_?by|manager|owner|user|reviewer|editor$", re.IGNORECASE)


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
    yield from pdfparts.bookmarks(root)
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
        elif address := pdfparts.mail_address(action):
            yield from personal.find(address, f"page {number}, a link")


def _properties(reader: Any, about: Any) -> Iterator[Finding]:
    people = dict.fromkeys([str(about.get("/Author") or "").strip(), *pdfparts.authors_told(reader)])
    for author in people:
        if author.casefold() not in _NOBODY:
            yield Finding.of("properties", "document properties", author)
    for name in ("/Title", "/Subject", "/Keywords"):
        if _PLACE.search(words := str(about.get(name) or "")):
            yield Finding.of("properties", "document properties", words)
        yield from personal.find(words, "document properties")
    for name, value in about.items():
        words = str(value or "").strip()
        if _WHO.search(name) and words.casefold() not in _NOBODY:
            yield Finding.of("properties", "document properties", f"{name.lstrip('/')}: {words}")
    if place := pdfparts.place_told(reader):
        yield Finding.of("properties", "document properties (XMP)", place)


def _of_photo(content: bytes) -> Iterator[Finding]:
    try:
        yield from images.inspect_image(io.BytesIO(content))
    except (OSError, ValueError, SyntaxError):  # not a picture that can be opened by itself
        return


def _pages(path: Path) -> Iterator[Finding]:
    """Words that are not seen on their page, nor anywhere else: a chart cut by the end of a page, or a shadow beneath a heading,
    says nothing that the document does not show."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    seen: set[str] = set()
    unseen: list[tuple[str, str, str]] = []
    scans: list[int] = []
    try:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            texts = page.get_textpage()
            shown = Shown(page, texts)
            for code, words in shown.unseen():
                unseen.append((code, f"page {number + 1}", words))
            seen |= shown.seen
            if not texts.count_chars() and (shown.is_scan or len(document) == 1):
                scans.append(number + 1)
            yield from (Finding.of("covered_text", f"page {number + 1}", words) for words in pdfbars.over_pictures(page, shown.pictures))
            texts.close()
            page.close()
        for code, where, words in unseen:
            if any(word not in seen for word in words.split()):
                yield Finding.of(code, where, words)
        if scans:
            yield Finding.of("scan", f"{'page' if len(scans) == 1 else 'pages'} {ranges(scans)}", f"{len(scans)} / {len(document)}")
        if len(document) > _MOST_PAGES:
            yield Finding.of("unreadable", f"pages {_MOST_PAGES + 1}–{len(document)}")
    finally:
        document.close()


class Shown:
    """A page as it is drawn, beside the text that can be taken from it."""

    def __init__(self, page: Any, texts: Any) -> None:
        self.page, self.texts = page, texts
        page.set_rotation(0)
        self.left, bottom, right, self.top = page.get_cropbox() or page.get_mediabox()
        width, height = right - self.left, self.top - bottom
        self.scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        self.pictures = list(_pictures(page))
        self.is_drawn_on = _is_drawn_on(page)
        self.is_scan = sum(max(0.0, x1 - x0) * max(0.0, y1 - y0) for x0, y0, x1, y1 in self.pictures) > 0.6 * width * height
        self.seen: set[str] = set()

    def unseen(self) -> Iterator[tuple[str, str]]:
        """What kind of unseen words there are, and the words, letters in a row."""
        count = self.texts.count_chars()
        if not count:
            return
        coloured = self.page.render(scale=self.scale, may_draw_forms=True).to_pil()
        picture = coloured.convert("L"), coloured
        words = self.texts.get_text_range(0, count)
        kept: dict[str, str] = {"": "", "covered_text": "", "hidden_text": ""}
        kind = ""
        for index in range(min(count, len(words))):
            letter = words[index]
            if letter.isspace():
                kept[kind] += " " if kept[kind] and not kept[kind].endswith(" ") else ""
                continue
            now = self._how(picture, index, letter.isalnum())
            if now != kind:
                yield from self._told(kind, kept)
                kind = now
            kept[kind] += letter
        yield from self._told(kind, kept)

    def _told(self, kind: str, kept: dict[str, str]) -> Iterator[tuple[str, str]]:
        words, kept[kind] = kept[kind].strip(), ""
        if not kind:
            self.seen.update(words.split())
        elif len(words.replace(" ", "")) >= _LEAST:
            yield kind, words

    def _how(self, picture: Any, index: int, is_letter: bool) -> str:
        """Nothing for a letter that is seen."""
        x0, y0, x1, y1 = self.texts.get_charbox(index)
        if is_letter and 0 < y1 - y0 < _TINY and 0 < x1 - x0 < _TINY:
            return "hidden_text"
        left, top, scale = self.left, self.top, self.scale
        box = (int((x0 - left) * scale), int((top - y1) * scale), int((x1 - left) * scale + 1), int((top - y0) * scale + 1))
        if _is_hidden(picture, box, self.is_scan):
            return "covered_text"
        # A bar that was drawn by hand leaves the tips of letters out.
        third = (box[3] - box[1]) // 3
        core = (box[0], box[1] + third, box[2], box[3] - third)
        return "covered_text" if is_letter and third > 1 and self.is_drawn_on and _is_one_dark(picture[0], core) else ""


def _is_hidden(picture: tuple[Any, Any], box: tuple[int, int, int, int], is_scan: bool) -> bool:
    grey, coloured = picture  # in grey most letters are told from their paper at once; some differ in colour only
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(grey.width, box[2]), min(grey.height, box[3])
    if x1 <= x0 or y1 <= y0:
        return not is_scan  # off the page
    darkest, lightest = grey.crop((x0, y0, x1, y1)).getextrema()
    if lightest - darkest > _FLAT or any(most - least > _FLAT for least, most in coloured.crop((x0, y0, x1, y1)).getextrema()[:3]):
        return False
    # Over a scan lies the text that was recognised: it is drawn nowhere, and paper around its letters is light.
    return bool(not is_scan or lightest < _DARK)


def _is_one_dark(picture: Any, box: tuple[int, int, int, int]) -> bool:
    if box[0] < 0 or box[1] < 0 or box[2] > picture.width or box[3] > picture.height or box[2] - box[0] < 3:
        return False
    darkest, lightest = picture.crop(box).getextrema()
    return bool(lightest - darkest <= _FLAT and lightest < _DARK)


def _is_drawn_on(page: Any) -> bool:
    """Whether there is anything but text on a page."""
    import pypdfium2.raw as raw

    drawn = page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE), max_depth=3)
    return raw.FPDFPage_GetAnnotCount(page) > 0 or next(iter(drawn), None) is not None


def _pictures(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Where the pictures of a page are; a scan may come in strips."""
    import pypdfium2.raw as raw

    for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        yield one.get_bounds()
