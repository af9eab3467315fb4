"""Files made by the tests: with well-kept libraries where they can make what is asked for, part by part where not."""

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

# What publications of public bodies are full of, and none of it is anybody's secret.
HARMLESS = (
    "Decision 749/QĐ-TTg of 3 June 2020, file 2024-05-31/17, case C-311/18, ECLI:EU:C:2020:559, ISBN 978-3-16-148410-0, budget code 0101 2301 4400, "
    "total 1 250 000.00, order 20240531-0007, reference 4012888888881881, plot 123/45, VAT DE123456788, phone book page 12, OCID ocds-213czf-000-00001, "
    "write to info@agency.example or press@council.example, invoice 12345678901, parcel 850101-1234567 of the map, 16 Cau Giay street."
)
Parts = dict[str, bytes | None]


def workbook(change: Callable[[openpyxl.Workbook], object] | None = None, words: str = HARMLESS) -> bytes:
    """An XLSX of some rows, with a change."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Spending"
    sheet.append(["Year", "Agency", "Amount", "Remark"])
    for year in range(2015, 2027):
        sheet.append([year, "Office of Streets", year * 1000, words if year == 2020 else ""])
    if change:
        change(book)
    return _saved(book)


def document(change: Callable[[docx.document.Document], object] | None = None, words: str = HARMLESS) -> bytes:
    """A DOCX of some paragraphs, with a change. The library's own name is in its properties, nobody's else."""
    made = docx.Document()
    made.add_heading("A plan for buses")
    made.add_paragraph(words)
    made.core_properties.author = ""
    if change:
        change(made)
    return _saved(made)


def _saved(made: object) -> bytes:
    file = io.BytesIO()
    made.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def with_parts(content: bytes, parts: Parts) -> bytes:
    """An archive with parts put in, or taken out (None)."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info, old.read(info))
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return file.getvalue()


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    """An archive in one part of which a piece of text was replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(part).decode()
    assert old in text, f"{part} has no {old}"
    return with_parts(content, {part: text.replace(old, new).encode()})


def archive(parts: Parts) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part or b"")
    return file.getvalue()


_ODF = """<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"><office:automatic-styles>
 <style:style style:name="ta1" style:family="table"><style:table-properties table:display="{shown}"/></style:style></office:automatic-styles>
 <office:body>{body}</office:body></office:document-content>"""


def opendocument(kind: str, body: str, shown: str = "true", extra: Parts | None = None) -> bytes:
    """An ODS, ODT or ODP."""
    types = {"ods": "spreadsheet", "odt": "text", "odp": "presentation"}
    mimetype = f"application/vnd.oasis.opendocument.{types[kind]}".encode()
    return archive({"mimetype": mimetype, "content.xml": _ODF.format(body=body, shown=shown).encode()} | (extra or {}))


def sheet(row: str = "", column: str = "", cell: str = HARMLESS, style: str = "") -> str:
    return (f'<office:spreadsheet><table:table table:name="Spending"{style}><table:table-column{column}/><table:table-row{row}>'
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>")  # fmt: skip


def slides(parts: Parts | None = None, show: str = "") -> bytes:
    """A PPTX of one slide."""
    main = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    slide = f"<p:sld {main}{show}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{HARMLESS}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    base: Parts = {"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": f"<p:presentation {main}/>".encode(), "ppt/slides/slide1.xml": slide.encode()}
    return archive(base | (parts or {}))


def pdf(draw: Callable[[canvas.Canvas], object] | None = None, *, pages: int = 2, words: str = HARMLESS, author: str = "", blank: bool = False) -> bytes:
    """A PDF of some pages; `draw` does what it likes on the last one."""
    file = io.BytesIO()
    sheet = canvas.Canvas(file, pagesize=A4)
    sheet.setAuthor(author)
    for number in range(pages):
        if not blank:
            for line in range(0, len(words), 90):
                sheet.drawString(60, 780 - line / 6, words[line : line + 90])
        if draw and number == pages - 1:
            draw(sheet)
        sheet.showPage()
    sheet.save()
    return file.getvalue()


def picture(kind: str = "JPEG", **more: object) -> bytes:
    """A picture with colours."""
    file = io.BytesIO()
    image = Image.effect_mandelbrot((320, 200), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    image.save(file, kind, **more)
    return file.getvalue()
