"""More of the corpus: what was missed in files that LibreOffice, Word, Excel and scanners make, written here as they write it.
(name, what must be found, leaking file, clean twin)"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader

from .corpus import Case
from .files import HARMLESS, archive, document, pdf, replaced, with_parts, workbook

SECRET = "Ms Hoa earns 41 million"
# Numbers of persons whose checksums fit, and the same with another last digit.
PEOPLE = (44051401359, 92071314764)
ORDERS = tuple(number - number % 10 + (number + 3) % 10 for number in PEOPLE)


def cases() -> Iterator[Case]:
    yield from _workbooks()
    yield from _tables()
    yield from _opendocuments()
    yield from _documents()
    yield from _pdfs()
    yield "broken-inside.zip", "unreadable", archive({"pay.xlsx": b"PK\x03\x04nothing"}), archive({"pay.xlsx": workbook()})
    yield "photo-inside.zip", "not_checked", archive({"a.heic": b"\0\0\0\x18ftypheic"}), archive({"a.txt": b"words"})


def _said(font: Font, paper: PatternFill | None = None) -> bytes:
    def change(book: Any) -> None:
        book.active["F3"] = SECRET
        book.active["F3"].font = font
        if paper:
            book.active["F3"].fill = paper

    return workbook(change)


def _workbooks() -> Iterator[Case]:
    plain = workbook()
    dark = PatternFill("solid", fgColor="1F3864")
    yield "theme-white.xlsx", "hidden_text", _said(Font(color=Color(theme=0))), _said(Font(color=Color(theme=0)), dark)
    yield "same-colour.xlsx", "hidden_text", _said(Font(color="1F3864"), dark), _said(Font(color="FFFFFF"), dark)
    yield "tiny.xlsx", "hidden_text", _said(Font(sz=1)), _said(Font(sz=6))
    part = "xl/workbook.xml"
    place = '<x:absPath xmlns:x="http://x" url="{}"/></workbook>'
    yield "saved-at.xlsx", "properties", replaced(plain, part, "</workbook>", place.format("C:\\Users\\hoa\\")), replaced(plain, part, "</workbook>", place.format("https://agency.example/"))
    log = b'<header xmlns="http://x" userName="Hoa"/>'
    yield "shared.xlsx", "tracked_changes", with_parts(plain, {"xl/revisions/revisionLog1.xml": log}), plain
    label = b'<Properties xmlns="http://x" xmlns:vt="http://y"><property name="{}"><vt:lpwstr>{}</vt:lpwstr></property></Properties>'
    labels = (label.replace(b"{}", one, 1).replace(b"{}", said) for one, said in ((b"MSIP_Label_4711_Owner", b"hoa"), (b"MSIP_Label_4711_Name", b"Public")))
    yield "label.xlsx", "properties", *(with_parts(plain, {"docProps/custom.xml": one}) for one in labels)

    def columns(first: str) -> Callable[[Any], object]:
        return lambda book: setattr(book.active.column_dimensions[first], "hidden", True)

    yield "empty-column.xlsx", "hidden_columns", workbook(columns("B")), workbook(columns("K"))


def _tables() -> Iterator[Case]:
    def listed(numbers: tuple[int, ...]) -> bytes:
        def change(book: Any) -> None:
            for row, value in enumerate(("PESEL", *numbers), 1):
                book.active.cell(row, 7).value = value

        return workbook(change)

    yield "numbers.xlsx", "national_id", listed(PEOPLE), listed(ORDERS)
    middle = "Office of Streets,a remark of some words that is longer than a line of it"

    def table(numbers: tuple[int, ...]) -> bytes:
        lines = (f"{year},{middle},{number}" for year, number in enumerate(numbers * 3, 2015))
        return "\n".join(("PESEL,Agency,Remark,Year", *(f"{line.rpartition(',')[2]},{middle},{line[:4]}" for line in lines))).encode()

    yield "numbers.csv", "national_id", table(PEOPLE[::-1]), table(ORDERS)
    rows = "Year,Agency,Amount\n" + "2015,Office,3\n" * 5
    yield "acting.csv", "formula", f'{rows}2016,"=cmd|\'/c calc\'!A0",3\n'.encode(), f"{rows}2016,-3,3\n".encode()


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
)


def _opendocument(kind: str, body: str, styles: str = "", extra: dict[str, bytes | None] | None = None) -> bytes:
    room = {"ods": "spreadsheet", "odt": "text"}[kind]
    content = (f'<office:document-content {_SPACES}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{room}>{body}'
               f"</office:{room}></office:body></office:document-content>")  # fmt: skip
    return archive({"mimetype": f"application/vnd.oasis.opendocument.{room}".encode(), "content.xml": content.encode()} | (extra or {}))


def _opendocuments() -> Iterator[Case]:
    def cell(properties: str, more: str = "") -> bytes:
        style = f'<style:style style:name="ce1" style:family="table-cell"{more}>{properties}</style:style>'
        empty = '<number:number-style style:name="N1"><number:text/></number:number-style>'
        row = f'<table:table-row><table:table-cell table:style-name="ce1"><text:p>{SECRET}</text:p></table:table-cell></table:table-row>'
        return _opendocument("ods", f'<table:table table:name="Spending">{row}</table:table>', empty + style)

    white = '<style:text-properties fo:color="#ffffff"/>'
    dark = '<style:table-cell-properties fo:background-color="#1f3864"/>'
    yield "lo-white.ods", "hidden_text", cell(white), cell(dark + white)
    yield "lo-tiny.ods", "hidden_text", cell('<style:text-properties fo:font-size="1pt"/>'), cell('<style:text-properties fo:font-size="6pt"/>')
    yield "lo-blank.ods", "hidden_text", cell("", ' style:data-style-name="N1"'), cell("")

    def formula(said: str) -> bytes:
        row = f'<table:table-row><table:table-cell table:formula="{said}"/></table:table-row>'
        return _opendocument("ods", f'<table:table table:name="Spending">{row}</table:table>')

    yield "lo-formula.ods", "external_data", formula("of:=['file:///home/hoa/pay.ods'#$Sheet1.A1]"), formula("of:=[.A1]")

    def link(target: str) -> bytes:
        return _opendocument("odt", f'<text:p>{HARMLESS}<text:a xlink:href="{target}">see</text:a></text:p>')

    yield "lo-link.odt", "external_link", link("../../../home/hoa/pay.ods"), link("https://agency.example/pay.ods")
    yield "lo-mail.odt", "email", link("mailto:hoa.nguyen@gmail.com"), link("mailto:info@agency.example")
    header = f'<office:document-styles {_SPACES}><text:tracked-changes><text:changed-region/></text:tracked-changes></office:document-styles>'.encode()
    text = f"<text:p>{HARMLESS}</text:p>"
    yield "lo-header.odt", "tracked_changes", _opendocument("odt", text, extra={"styles.xml": header}), _opendocument("odt", text)

    def inner(kind: str) -> bytes:
        entry = f'<manifest:file-entry manifest:full-path="Object 1/" manifest:media-type="application/vnd.oasis.opendocument.{kind}"/>'
        manifest = f"<manifest:manifest {_SPACES}>{entry}</manifest:manifest>".encode()
        return _opendocument("odt", text, extra={"META-INF/manifest.xml": manifest, "Object 1/content.xml": b"<x/>"})

    yield "lo-object.odt", "embedded", inner("spreadsheet"), inner("chart")


def _documents() -> Iterator[Case]:
    def run(change: Callable[[Any], object]) -> bytes:
        return document(lambda made: change(made.add_paragraph().add_run(SECRET)))

    def flagged(tag: str) -> Callable[[Any], object]:
        return lambda one: one._r.get_or_add_rPr().append(OxmlElement(tag))

    yield "contents.docx", "hidden_text", run(flagged("w:vanish")), run(flagged("w:webHidden"))
    yield "tiny.docx", "hidden_text", run(lambda one: setattr(one.font, "size", Pt(1))), run(lambda one: setattr(one.font, "size", Pt(6)))

    def shaded(colour: RGBColor) -> Callable[[Any], object]:
        def change(one: Any) -> None:
            one.font.color.rgb = colour
            fill = OxmlElement("w:shd")
            fill.set(qn("w:fill"), "000000")
            one._r.get_or_add_rPr().append(fill)

        return change

    yield "same-colour.docx", "hidden_text", run(shaded(RGBColor(0, 0, 0))), run(shaded(RGBColor(255, 255, 255)))

    def linked(target: str) -> bytes:
        return document(lambda made: made.part.relate_to(target, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True))

    yield "mail.docx", "email", linked("mailto:hoa.nguyen@gmail.com"), linked("mailto:info@agency.example")
    yield "relative.docx", "external_link", linked("../../../home/hoa/pay.ods"), linked("https://agency.example/home/")

    def table(numbers: tuple[int, ...]) -> bytes:
        def change(made: Any) -> None:
            rows = (("Name", "PESEL", "A remark of some words that is longer than a line of it"), *(("An", str(number), "-") for number in numbers))
            grid = made.add_table(rows=len(rows), cols=3)
            for row, words in zip(grid.rows, rows, strict=True):
                for one, said in zip(row.cells, words, strict=True):
                    one.text = said

        return document(change)

    yield "table.docx", "national_id", table(PEOPLE), table(ORDERS)
    about = lambda words: document(lambda made: setattr(made.core_properties, "comments", words))  # noqa: E731
    yield "description.docx", "email", about("ask hoa.nguyen@gmail.com"), about("A plan for buses")


def _paper() -> Image.Image:
    paper = Image.new("RGB", (1190, 1684), (250, 248, 244))
    for line in range(40):
        ImageDraw.Draw(paper).text((120, 120 + line * 38), f"{SECRET} and lives in street {line}", fill=(20, 20, 20), font_size=28)
    return paper


def _pdfs() -> Iterator[Case]:
    paper = _paper()

    def scan(sheet: Any) -> None:
        sheet.drawImage(ImageReader(paper), 0, 0, 595, 842)

    def barred(grey: float) -> Callable[[Any], object]:
        def draw(sheet: Any) -> None:
            scan(sheet)
            sheet.setFillGray(grey)
            sheet.rect(50, 500, 300, 22, stroke=0, fill=1)

        return draw

    def burnt(sheet: Any) -> None:
        mended = paper.copy()
        ImageDraw.Draw(mended).rectangle((100, 640, 700, 684), fill=0)
        sheet.drawImage(ImageReader(mended), 0, 0, 595, 842)

    recognised = "\n".join([HARMLESS] * 2)
    yield "scan-black.pdf", "covered_text", *(_scanned(one) for one in (barred(0), burnt))
    yield "scan-white.pdf", "covered_text", *(_scanned(one) for one in (barred(1), scan))

    def square(content: bytes) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            look = made.make_stream(content)
            look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 300, 22]
            one = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[50, 500, 350, 522], F=4, AP=pikepdf.Dictionary(N=look))
            made.pages[0].Annots = pikepdf.Array([made.make_indirect(one)])

        return change

    yield "scan-square.pdf", "covered_text", *(_changed(square(one), _scanned(scan)) for one in (b"0 0 0 rg 0 0 300 22 re f", b"1 0 0 RG 1 1 298 20 re S"))
    yield "scan-among.pdf", "scan", pdf(scan, pages=1, blank=True), pdf(lambda sheet: sheet.drawString(60, 300, recognised[:60]), pages=2)

    def drawn(size: float) -> Callable[[Any], object]:
        return lambda sheet: (sheet.setFont("Helvetica", size), sheet.drawString(60, 300, SECRET))

    yield "tiny.pdf", "hidden_text", pdf(drawn(1)), pdf(drawn(4))

    def sloppy(height: float) -> Callable[[Any], object]:
        return lambda sheet: (sheet.drawString(60, 300, SECRET), sheet.rect(55, 301, 300, height, stroke=0, fill=1))

    yield "sloppy-bar.pdf", "covered_text", pdf(sloppy(7)), pdf(sloppy(0.5))

    def coloured(words: tuple[float, float, float]) -> Callable[[Any], object]:
        def draw(sheet: Any) -> None:
            sheet.setFillColorRGB(0.588, 0.588, 0.588)
            sheet.rect(50, 290, 300, 30, stroke=0, fill=1)
            sheet.setFillColorRGB(*words)
            sheet.drawString(60, 300, SECRET)

        return draw

    yield "one-lightness.pdf", "covered_text", pdf(coloured((0.588, 0.588, 0.588))), pdf(coloured((1, 0.5, 0)))

    def twice(words: str) -> Callable[[Any], object]:
        return lambda sheet: (sheet.drawString(60, 300, words), sheet.setFillGray(1), sheet.drawString(60, 200, SECRET))

    yield "said-twice.pdf", "covered_text", pdf(twice("Plan")), pdf(twice(SECRET))

    def link(target: str) -> bytes:
        return pdf(lambda sheet: sheet.linkURL(target, (60, 290, 200, 312)))

    yield "mail-link.pdf", "email", link("mailto:hoa.nguyen@gmail.com"), link("mailto:info@agency.example")

    def marked(words: str) -> bytes:
        return pdf(lambda sheet: (sheet.bookmarkPage("a"), sheet.addOutlineEntry(words, "a")))

    yield "bookmark.pdf", "national_id", marked("Case of Hoa, DNI 12345678Z"), marked("Case of Hoa, DNI 12345678A")

    def acting(kind: Any) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            one = made.make_indirect(pikepdf.Dictionary(Title="x", A=pikepdf.Dictionary(S=kind, JS="app.alert(1)", URI="https://agency.example/")))
            if kind == pikepdf.Name.URI:
                del one.A.JS
            made.Root.Outlines = made.make_indirect(pikepdf.Dictionary(First=one, Count=1))

        return change

    yield "bookmark-script.pdf", "macros", _changed(acting(pikepdf.Name.JavaScript)), _changed(acting(pikepdf.Name.URI))
    opened = _changed(lambda made: setattr(made.Root, "OpenAction", pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])))
    yield "opens-at.pdf", "properties", _changed(lambda made: made.docinfo.__setitem__("/Author", "Nguyen Thi Hoa"), opened), opened
    yield "saved-by.pdf", "properties", _changed(lambda made: made.docinfo.__setitem__("/LastSavedBy", "Nguyen Thi Hoa")), _changed(
        lambda made: made.docinfo.__setitem__("/Company", "Office of Streets")
    )


def _scanned(draw: Callable[[Any], object]) -> bytes:
    """A scan of one page whose words were recognised: they lie behind it, above the bars."""

    def all_of_it(sheet: Any) -> None:
        draw(sheet)
        text = sheet.beginText(58, 775)
        text.setTextRenderMode(3)
        text.textOut("Recognised words")
        sheet.drawText(text)

    return pdf(all_of_it, pages=1, blank=True)


def _changed(change: Callable[[Any], object], content: bytes | None = None) -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content or pdf())) as made:
        change(made)
        made.save(file)
    return file.getvalue()
