"""The corpus: each leak beside a twin that is the same without it. (name, what must be found, leaking file, clean twin)"""

import io
from collections.abc import Iterator
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from reportlab.lib.utils import ImageReader

from .files import (
    HARMLESS,
    archive,
    document,
    opendocument,
    pdf,
    picture,
    replaced,
    sheet,
    slides,
    with_parts,
    workbook,
)

Case = tuple[str, str, bytes, bytes]
_SECRET = "Ms Hoa earns 41 million"


def cases() -> Iterator[Case]:
    yield from _workbooks()
    yield from _documents()
    yield from _others()
    yield from _pdfs()
    yield from _pictures()
    yield from _personal()


def _hide_sheet(state: str) -> Any:
    def change(book: Any) -> None:
        book.create_sheet("Pay")["A1"] = _SECRET
        book["Pay"].sheet_state = state

    return change


def _workbooks() -> Iterator[Case]:
    def add(book: Any) -> None:
        book.create_sheet("Pay")["A1"] = "Public"

    twin, plain = workbook(add), workbook()
    yield "hidden-sheet.xlsx", "hidden_sheet", workbook(_hide_sheet("hidden")), twin
    yield "very-hidden-sheet.xlsx", "hidden_sheet", workbook(_hide_sheet("veryHidden")), twin

    def rows(book: Any) -> None:
        for row in range(4, 8):
            book.active.row_dimensions[row].hidden = True

    yield "hidden-rows.xlsx", "hidden_rows", workbook(rows), plain
    flat = replaced(plain, "xl/worksheets/sheet1.xml", '<row r="5"', '<row r="5" ht="{}" customHeight="1"')
    yield "flat-rows.xlsx", "hidden_rows", replaced(flat, "xl/worksheets/sheet1.xml", "{}", "0"), replaced(flat, "xl/worksheets/sheet1.xml", "{}", "30")
    yield "hidden-columns.xlsx", "hidden_columns", workbook(lambda book: setattr(book.active.column_dimensions["C"], "hidden", True)), plain

    def fold(book: Any) -> None:
        book.active.column_dimensions.group("B", "C", hidden=True)

    def group(book: Any) -> None:
        book.active.column_dimensions.group("B", "C", hidden=False)

    yield "folded-columns.xlsx", "hidden_columns", workbook(fold), workbook(group)

    def remark(book: Any) -> None:
        book.active["B2"].comment = Comment("Ask Hoa before we publish this", "Lan")

    yield "comment.xlsx", "comments", workbook(remark), plain
    threaded = b'<ThreadedComments xmlns="http://x"><threadedComment ref="A1"><text>Not for the public</text></threadedComment></ThreadedComments>'
    yield "threaded.xlsx", "comments", with_parts(plain, {"xl/threadedComments/threadedComment1.xml": threaded}), plain
    yield "pivot.xlsx", "pivot_cache", with_parts(plain, {"xl/pivotCache/pivotCacheRecords1.xml": b'<pivotCacheRecords xmlns="http://x"/>'}), plain
    yield "external.xlsx", "external_data", with_parts(plain, {"xl/externalLinks/externalLink1.xml": b'<externalLink xmlns="http://x"/>'}), plain
    yield "connection.xlsx", "external_data", with_parts(plain, {"xl/connections.xml": b'<connections xmlns="http://x"/>'}), plain
    yield "query.xlsx", "external_data", with_parts(plain, {"xl/queryTables/queryTable1.xml": b'<queryTable xmlns="http://x"/>'}), plain
    yield "object.xlsx", "embedded", with_parts(plain, {"xl/embeddings/oleObject1.bin": b"\xd0\xcf"}), plain
    yield "macros.xlsx", "macros", with_parts(plain, {"xl/vbaProject.bin": b"\xd0\xcf"}), plain
    yield "creator.xlsx", "properties", workbook(lambda book: setattr(book.properties, "creator", "Nguyen Thi Hoa")), plain
    yield "modified-by.xlsx", "properties", workbook(lambda book: setattr(book.properties, "lastModifiedBy", "Hoa")), plain

    def acting(book: Any) -> None:
        book.active["D3"] = '@SUM(1+1)*cmd|"/c calc"!A0'

    yield "acting.xlsx", "formula", workbook(acting), workbook(lambda book: book.active.__setitem__("D3", "@home on Mondays"))

    def merge(book: Any) -> None:
        for row in range(2, 8):
            book.active.merge_cells(f"A{row}:B{row}")

    def inlined(words: str) -> bytes:
        return replaced(plain, "xl/worksheets/sheet1.xml", "</sheetData>", f'<row r="99"><c r="A99" t="inlineStr"><is><t>{words}</t></is></c></row></sheetData>')

    yield "inline.xlsx", "national_id", inlined("DNI 12345678Z"), inlined("DNI 12345678A")
    fields = '<pivotCacheDefinition xmlns="http://x"><cacheField><sharedItems>{}</sharedItems></cacheField></pivotCacheDefinition>'
    part = "xl/pivotCache/pivotCacheDefinition1.xml"
    yield "pivot-fields.xlsx", "pivot_cache", with_parts(plain, {part: fields.format('<s v="Hoa"/>').encode()}), with_parts(plain, {part: fields.format("").encode()})
    yield "model.xlsx", "external_data", with_parts(plain, {"xl/model/item.data": b"x"}), plain
    yield "merged.xlsx", "table_shape", workbook(merge), plain


def _run(document: Any, words: str) -> Any:
    return document.add_paragraph().add_run(words)


def _documents() -> Iterator[Case]:
    plain = document()

    def tracked(tag: str) -> Any:
        def change(made: Any) -> None:
            element = OxmlElement(tag)
            element.set(qn("w:author"), "Lan")
            run = OxmlElement("w:r")
            text = OxmlElement("w:delText" if tag == "w:del" else "w:t")
            text.text = _SECRET
            run.append(text)
            element.append(run)
            made.add_paragraph()._p.append(element)

        return change

    for tag in ("w:del", "w:ins", "w:moveFrom"):
        yield f"tracked-{tag[2:]}.docx", "tracked_changes", document(tracked(tag)), document(lambda made: _run(made, _SECRET))

    def vanish(made: Any) -> None:
        _run(made, _SECRET).font.hidden = True

    yield "vanish.docx", "hidden_text", document(vanish), document(lambda made: _run(made, _SECRET))

    def white(shaded: bool) -> Any:
        def change(made: Any) -> None:
            from docx.enum.text import WD_COLOR_INDEX
            from docx.shared import RGBColor

            run = _run(made, _SECRET)
            run.font.color.rgb = RGBColor(255, 255, 255)
            if shaded:
                run.font.highlight_color = WD_COLOR_INDEX.BLACK

        return change

    yield "white.docx", "hidden_text", document(white(False)), document(white(True))

    def comment(made: Any) -> None:
        made.add_comment(_run(made, "Buses"), text="Hoa: is this true?", author="Lan")

    yield "comment.docx", "comments", document(comment), document(lambda made: _run(made, "Buses"))
    yield "author.docx", "properties", document(lambda made: setattr(made.core_properties, "author", "Nguyen Thi Hoa")), plain
    yield "last-by.docx", "properties", document(lambda made: setattr(made.core_properties, "last_modified_by", "Hoa")), plain
    custom = b'<Properties xmlns="http://x" xmlns:vt="http://y"><property name="Client"><vt:lpwstr>Hoa Ltd</vt:lpwstr></property></Properties>'
    yield "custom.docx", "properties", with_parts(plain, {"docProps/custom.xml": custom}), plain
    def placed(content: bytes, crop: str = "") -> bytes:
        made = document(lambda one: one.add_picture(io.BytesIO(content)))
        return replaced(made, "word/document.xml", "<a:stretch>", f"{crop}<a:stretch>")

    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 0.0)})
    yield "picture.docx", "gps", placed(picture(exif=exif)), placed(picture())
    yield "cropped.docx", "cropped", placed(picture(), '<a:srcRect l="30000"/>'), placed(picture(), '<a:srcRect l="0"/>')
    yield "object.docx", "embedded", with_parts(plain, {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": workbook()}), plain
    yield "macros.docx", "macros", with_parts(plain, {"word/vbaProject.bin": b"\xd0\xcf"}), plain
    relation = '<Relationship Id="rX" Type="http://x/attachedTemplate" Target="{}" TargetMode="External"/></Relationships>'
    part = "word/_rels/document.xml.rels"
    yield "template.docx", "external_link", replaced(plain, part, "</Relationships>", relation.format("file:///\\\\srv-hoa\\templates\\memo.dotx")), replaced(
        plain, part, "</Relationships>", relation.format("https://agency.example/memo")
    )
    yield "footnote.docx", "national_id", document(lambda made: _run(made, "DNI 12345678Z")), document(lambda made: _run(made, "DNI 12345678A"))


def _others() -> Iterator[Case]:
    plain = opendocument("ods", sheet())
    yield "hidden.ods", "hidden_sheet", opendocument("ods", sheet(style=' table:style-name="ta1"'), shown="false"), opendocument(
        "ods", sheet(style=' table:style-name="ta1"')
    )
    yield "rows.ods", "hidden_rows", opendocument("ods", sheet(row=' table:visibility="collapse"')), plain
    yield "filtered.ods", "hidden_rows", opendocument("ods", sheet(row=' table:visibility="filter"')), plain
    yield "columns.ods", "hidden_columns", opendocument("ods", sheet(column=' table:visibility="collapse"')), plain
    text = "<office:text><text:p>{}</text:p></office:text>"
    quiet = opendocument("odt", text.format(HARMLESS))
    yield "remark.odt", "comments", opendocument("odt", text.format("Buses<office:annotation><dc:creator>Lan</dc:creator><text:p>Really?</text:p></office:annotation>")), quiet
    yield "tracked.odt", "tracked_changes", opendocument("odt", text.format('</text:p><text:tracked-changes><text:changed-region/></text:tracked-changes><text:p>')), quiet
    yield "hidden.odt", "hidden_text", opendocument("odt", text.format(f"<text:hidden-paragraph>{_SECRET}</text:hidden-paragraph>")), quiet
    yield "script.odt", "macros", opendocument("odt", text.format(HARMLESS), extra={"Basic/Standard/Module1.xml": b"<x/>"}), quiet
    about = b'<office:document-meta xmlns:office="o" xmlns:meta="m"><meta:initial-creator>Hoa</meta:initial-creator></office:document-meta>'
    yield "author.odt", "properties", opendocument("odt", text.format(HARMLESS), extra={"meta.xml": about}), quiet
    main = b'<p:{0} xmlns:p="http://p" xmlns:a="http://a"><p:sp><p:nvPr><p:ph type="body"/></p:nvPr><a:t>Do not mention Hoa</a:t></p:sp></p:{0}>'
    shown = slides()
    yield "notes.pptx", "notes", slides({"ppt/notesSlides/notesSlide1.xml": main.replace(b"{0}", b"notes")}), shown
    yield "hidden.pptx", "hidden_text", slides(show=' show="0"'), shown
    yield "comment.pptx", "comments", slides({"ppt/comments/comment1.xml": b'<p:cmLst xmlns:p="http://p"><p:cm><p:text>Really?</p:text></p:cm></p:cmLst>'}), shown
    yield "inner.zip", "hidden_sheet", archive({"a/pay.xlsx": workbook(_hide_sheet("hidden")), "b.txt": b"x"}), archive({"a/pay.xlsx": workbook(), "b.txt": b"x"})


def _pdfs() -> Iterator[Case]:
    def secret(sheet: Any, x: float = 60, y: float = 300) -> None:
        sheet.setFillGray(0)
        sheet.drawString(x, y, _SECRET)

    def bar(before: bool, grey: float = 0) -> Any:
        def draw(sheet: Any) -> None:
            if not before:
                secret(sheet)
            sheet.setFillGray(grey)
            sheet.rect(50, 294, 260, 20, stroke=0, fill=1)
            if before and grey:
                secret(sheet)

        return draw

    plain = pdf(secret)
    yield "black-bar.pdf", "covered_text", pdf(bar(False)), pdf(bar(True))
    yield "white-bar.pdf", "covered_text", pdf(bar(False, 1)), pdf(bar(True, 1))
    yield "grey-bar.pdf", "covered_text", pdf(bar(False, 0.6)), pdf(bar(True, 0.9))

    def white(sheet: Any) -> None:
        sheet.setFillGray(1)
        sheet.drawString(60, 300, _SECRET)

    yield "white-text.pdf", "covered_text", pdf(white), plain

    def image_over(over: bool) -> Any:
        def draw(sheet: Any) -> None:
            tile = ImageReader(Image.new("RGB", (80, 10), (20, 20, 20)))
            if over:
                secret(sheet)
            sheet.drawImage(tile, 50, 294, 260, 20)

        return draw

    yield "picture-over.pdf", "covered_text", pdf(image_over(True)), pdf(image_over(False))
    yield "off-page.pdf", "covered_text", pdf(lambda sheet: secret(sheet, 900)), plain

    def scanned(bars: bool) -> Any:
        def draw(sheet: Any) -> None:
            paper = Image.effect_noise((600, 840), 60).convert("RGB")
            if bars:
                paper.paste((0, 0, 0), (40, 530, 320, 560))
            sheet.drawImage(ImageReader(paper), 0, 0, 595, 842)
            text = sheet.beginText(60, 300)
            text.setTextRenderMode(3)
            text.textOut(_SECRET)
            sheet.drawText(text)

        return draw

    yield "scan-bar.pdf", "covered_text", pdf(scanned(True), pages=1, blank=True), pdf(scanned(False), pages=1, blank=True)
    yield "scan.pdf", "scan", pdf(lambda sheet: sheet.drawImage(ImageReader(Image.effect_noise((300, 420), 60)), 0, 0, 595, 842), pages=1, blank=True), plain
    yield "author.pdf", "properties", pdf(secret, author="Nguyen Thi Hoa"), plain

    def mended(change: Any) -> bytes:
        from pypdf import PdfReader, PdfWriter

        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain)))
        change(writer)
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    def appended(words: str) -> bytes:
        from pypdf import PdfReader, PdfWriter
        from pypdf.generic import DecodedStreamObject, NameObject

        writer = PdfWriter(io.BytesIO(plain), incremental=True)
        said = PdfReader(io.BytesIO(plain)).pages[-1].get_contents()
        stream = DecodedStreamObject()
        stream.set_data(said.get_data().replace(_SECRET.encode(), words.encode()) if words else said.get_data())
        writer.pages[-1][NameObject("/Contents")] = writer._add_object(stream)
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    yield "earlier.pdf", "earlier_version", appended("Nothing"), appended("")

    def layered(state: str) -> Any:
        def change(writer: Any) -> None:
            from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

            layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Owners")}))
            start = DictionaryObject({NameObject(state): ArrayObject([layer])})
            writer.root_object[NameObject("/OCProperties")] = DictionaryObject({NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): start})

        return change

    yield "layer.pdf", "hidden_layer", mended(layered("/OFF")), mended(layered("/ON"))

    def field(words: str, flags: int) -> Any:
        return pdf(lambda sheet: (secret(sheet), sheet.acroForm.textfield(name="who", value=words, x=60, y=200, annotationFlags=flags)))

    yield "hidden-field.pdf", "hidden_text", field("Hoa Nguyen", 2), field("Hoa Nguyen", 4)
    yield "filled-field.pdf", "national_id", field("DNI 12345678Z", 4), field("DNI 12345678A", 4)
    yield "attachment.pdf", "embedded", mended(lambda writer: writer.add_attachment("pay.xlsx", b"PK")), plain
    def script(writer: Any) -> None:
        from pypdf.generic import DictionaryObject, NameObject, TextStringObject

        act = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(act)

    yield "script.pdf", "macros", mended(script), plain

    def remark(writer: Any) -> None:
        from pypdf.annotations import FreeText

        writer.add_annotation(0, FreeText(text="Hoa: take this out", rect=(50, 550, 200, 650)))

    yield "remark.pdf", "comments", mended(remark), plain
    yield "iban.pdf", "iban", pdf(lambda sheet: sheet.drawString(60, 300, "Pay to DE89 3704 0044 0532 0130 00 by May")), pdf(
        lambda sheet: sheet.drawString(60, 300, "Pay to DE89 3704 0044 0532 0130 01 by May")
    )


def _pictures() -> Iterator[Case]:
    def about(change: Any) -> bytes:
        exif = Image.Exif()
        exif[0x010F] = "Maker of cameras"
        change(exif)
        return picture(exif=exif)

    plain = about(lambda exif: None)
    yield "gps.jpg", "gps", about(lambda exif: exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 0.0)})), plain
    yield "artist.jpg", "camera", about(lambda exif: exif.__setitem__(0x013B, "Hoa Nguyen")), plain
    yield "serial.jpg", "camera", about(lambda exif: exif.get_ifd(0x8769).update({0xA431: "SN-4711"})), plain
    words = PngInfo()
    words.add_text("Author", "Hoa Nguyen")
    yield "author.png", "camera", picture("PNG", pnginfo=words), picture("PNG")


_PEOPLE = (
    ("email", "write to hoa.nguyen@agency-mail.vn", "write to info@agency-mail.vn"),
    ("email", "hoa@gmail.com has asked", "@hoa has asked"),
    ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
    ("iban", "account FR1420041010050500013M02606", "account FR1420041010050500013M02607"),
    ("national_id", "con CIF y DNI 12345678Z", "expediente 12345678A"),
    ("national_id", "NIE X1234567L", "modelo X1234567A"),
    ("national_id", "codice RCCMNL83S18D969H", "codice RCCMNL83S18D969I"),
    ("national_id", "hetu 131052-308T", "kohde 131052-308U"),
    ("national_id", "CPF 390.533.447-05", "CPF 390.533.447-06"),
    ("national_id", "PESEL 44051401359", "invoice 44051401359"),
    ("national_id", "身份证 360426199101010071", "号 360426199101010072"),
    ("national_id", "BSN 1112.22.333", "nummer 1112.22.333"),
    ("national_id", "CNP 1630615123457", "cod 1630615123457"),
    ("national_id", "SSN 536-90-4399", "part 536-90-4399"),
    ("national_id", "số CCCD 001099012345", "số biên nhận 001099012345"),
    ("national_id", "TCKN 17291716060", "no 17291716060"),
    ("phone", "ĐT: 0912 345 678", "số 0912/345/KH"),
    ("phone", "call +44 20 7946 0958", "score +44, 20 and 7946"),
)


def _personal() -> Iterator[Case]:
    rows = "".join(f"{year},Office,{year * 3}\n" for year in range(2015, 2025))
    table = f"Year,Agency,Amount\n{rows}"
    yield "titled.csv", "table_shape", f"Spending of the city,,\n{table}".encode(), table.encode()
    yield "nameless.csv", "table_shape", f"Year,,Amount\n{rows}".encode(), table.encode()
    yield "ragged.csv", "table_shape", f"{table}2026,Office\n".encode(), table.encode()
    for number, (code, leak, twin) in enumerate(_PEOPLE):
        first = f"{HARMLESS}\n{leak}\n".encode()
        yield f"{code}-{number}.{'csv' if number % 2 else 'txt'}", code, first, f"{HARMLESS}\n{twin}\n".encode()
