"""More of the corpus, by programs that the checks themselves have nothing to do with: what officers' own programs write differs
from what the checks' authors had before them. (name, what must be found, leaking file, clean twin)"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import docx
import pikepdf
import pptx
import xlsxwriter
import xlwt
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from odf import dc, draw, office, style, table, text
from odf.namespaces import TEXTNS
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText, load
from PIL import Image, TiffImagePlugin
from reportlab.pdfgen import canvas

from .corpus import Case
from .files import HARMLESS, archive, document, pdf, picture, with_parts

SECRET = "Ms Hoa earns 41 million"
_NETWORK = "\\\\srv-hoa\\finance\\pay.xlsx"


def cases() -> Iterator[Case]:
    yield from _workbooks()
    yield from _old_workbooks()
    yield from _opendocuments()
    yield from _documents()
    yield from _slides()
    yield from _pdfs()
    yield from _pictures()


def book(change: Callable[[Any, Any], object] | None = None) -> bytes:
    """A workbook as xlsxwriter makes it: a public sheet, and a change."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Spending")
        head = made.add_format({"bold": True, "font_color": "white", "bg_color": "#1f3864"})
        sheet.write_row(0, 0, ["Year", "Agency", "Amount"], head)
        for row in range(1, 9):
            sheet.write_row(row, 0, [2014 + row, "Office of Streets", row * 1000])
        if change:
            change(made, sheet)
    return file.getvalue()


def _sheet(how: str) -> Callable[[Any, Any], object]:
    def change(made: Any, _sheet: Any) -> None:
        pay = made.add_worksheet("Pay")
        pay.write(0, 0, "Public figures" if not how else SECRET)
        if how:
            getattr(pay, how)()

    return change


def _workbooks() -> Iterator[Case]:
    plain = book()
    yield "xw-hidden.xlsx", "hidden_sheet", book(_sheet("hide")), book(_sheet(""))
    yield "xw-very-hidden.xlsx", "hidden_sheet", book(_sheet("very_hidden")), book(_sheet(""))
    yield "xw-columns.xlsx", "hidden_columns", book(lambda _b, s: s.set_column("B:B", None, None, {"hidden": True})), book(lambda _b, s: s.set_column("B:B", 30))
    yield "xw-rows.xlsx", "hidden_rows", book(lambda _b, s: s.set_row(4, None, None, {"hidden": True})), book(lambda _b, s: s.set_row(4, 30))
    yield "xw-folded.xlsx", "hidden_rows", book(lambda _b, s: s.set_row(4, None, None, {"level": 1, "hidden": True})), book(lambda _b, s: s.set_row(4, None, None, {"level": 1}))

    def filtered(hide: bool) -> Callable[[Any, Any], object]:
        def change(_made: Any, sheet: Any) -> None:
            sheet.autofilter("A1:C9")
            sheet.filter_column("A", "x > 2016")
            if hide:
                sheet.set_row(1, None, None, {"hidden": True})

        return change

    yield "xw-filtered.xlsx", "hidden_rows", book(filtered(True)), book(filtered(False))
    yield "xw-comment.xlsx", "comments", book(lambda _b, s: s.write_comment("B2", "Ask Hoa first", {"author": "Lan"})), plain
    yield "xw-name.xlsx", "external_data", book(lambda b, _s: b.define_name("Pay", "='[pay.xlsx]Sheet1'!$A$1")), book(lambda b, _s: b.define_name("Pay", "=Spending!$A$1"))
    yield "xw-formula.xlsx", "external_data", book(lambda _b, s: s.write_formula("D2", "='C:\\Users\\hoa\\[pay.xlsx]Sheet1'!A1", None, 41)), book(
        lambda _b, s: s.write_formula("D2", "=C2*2", None, 2000)
    )
    yield "xw-link.xlsx", "external_link", book(lambda _b, s: s.write_url("D2", f"external:{_NETWORK}")), book(lambda _b, s: s.write_url("D2", "https://agency.example/"))
    yield "xw-author.xlsx", "properties", book(lambda b, _s: b.set_properties({"author": "Nguyen Thi Hoa"})), book(lambda b, _s: b.set_properties({"title": "Spending"}))
    yield "xw-manager.xlsx", "properties", book(lambda b, _s: b.set_properties({"manager": "Nguyen Thi Hoa"})), plain
    yield "xw-custom.xlsx", "properties", book(lambda b, _s: b.set_custom_property("Checked by", "Hoa Nguyen")), plain
    yield "xw-blank-format.xlsx", "hidden_text", book(lambda b, s: s.write("E2", 41, b.add_format({"num_format": ";;;"}))), book(
        lambda b, s: s.write("E2", 41, b.add_format({"num_format": "0;-0;0;@"}))
    )
    yield "xw-white.xlsx", "hidden_text", book(lambda b, s: s.write("E2", SECRET, b.add_format({"font_color": "white"}))), book(
        lambda b, s: s.write("E2", SECRET, b.add_format({"font_color": "white", "bg_color": "black"}))
    )
    listed = {"validate": "list", "source": ["hoa@gmail.com", "lan@gmail.com"]}
    yield "xw-list.xlsx", "email", book(lambda _b, s: s.data_validation("E2", listed)), book(lambda _b, s: s.data_validation("E2", {"validate": "list", "source": ["yes", "no"]}))
    yield "xw-header.xlsx", "email", book(lambda _b, s: s.set_header("&LAsk hoa.nguyen@gmail.com")), book(lambda _b, s: s.set_header("&LSpending &P"))
    yield "xw-box.xlsx", "national_id", book(lambda _b, s: s.insert_textbox("E2", "DNI 12345678Z")), book(lambda _b, s: s.insert_textbox("E2", "DNI 12345678A"))

    def rich(words: tuple[str, str]) -> Callable[[Any, Any], object]:
        return lambda b, s: s.write_rich_string("E2", "DNI ", b.add_format({"bold": True}), words[0], b.add_format({"italic": True}), words[1])

    yield "xw-pieces.xlsx", "national_id", book(rich(("12345", "678Z"))), book(rich(("12345", "678A")))
    picture_of_hoa = _jpeg(lambda exif: exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 0.0)}))
    yield "xw-photo.xlsx", "gps", book(lambda _b, s: s.insert_image("E2", "a.jpg", {"image_data": io.BytesIO(picture_of_hoa)})), book(
        lambda _b, s: s.insert_image("E2", "a.jpg", {"image_data": io.BytesIO(picture())})
    )


def _old(change: Callable[[Any, Any], object] | None = None) -> bytes:
    made = xlwt.Workbook()
    sheet = made.add_sheet("Spending")
    for row in range(9):
        for column, value in enumerate((2014 + row, "Office of Streets", row * 1000)):
            sheet.write(row, column, value)
    if change:
        change(made, sheet)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _old_workbooks() -> Iterator[Case]:
    plain = _old()

    def add(visibility: int) -> Callable[[Any, Any], object]:
        def change(made: Any, _sheet: Any) -> None:
            pay = made.add_sheet("Pay")
            pay.write(0, 0, SECRET)
            pay.visibility = visibility

        return change

    yield "old-hidden.xls", "hidden_sheet", _old(add(1)), _old(add(0))
    yield "old-very-hidden.xls", "hidden_sheet", _old(add(2)), _old(add(0))

    def row(_made: Any, sheet: Any) -> None:
        sheet.row(3).hidden = True

    def column(_made: Any, sheet: Any) -> None:
        sheet.col(1).hidden = True

    yield "old-rows.xls", "hidden_rows", _old(row), plain
    yield "old-columns.xls", "hidden_columns", _old(column), plain
    yield "old-number.xls", "national_id", _old(lambda _b, s: s.write(2, 4, "DNI 12345678Z")), _old(lambda _b, s: s.write(2, 4, "DNI 12345678A"))
    yield "old-text.doc", "legacy", as_document(plain), document()


def as_document(content: bytes) -> bytes:
    """A compound file whose one stream is called as in a Word document."""
    before, after = (name.encode("utf-16-le").ljust(64, b"\0") + len(f"{name}\0".encode("utf-16-le")).to_bytes(2, "little") for name in ("Workbook", "WordDocument"))
    assert before in content
    return content.replace(before, after)


def _saved(made: Any) -> bytes:
    """As odfpy saves it, without its own name in the properties' place of a person."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _opendocuments() -> Iterator[Case]:
    def spreadsheet(*, sheet: str = "true", row: str = "visible", column: str = "visible", remark: str = "") -> bytes:
        made = OpenDocumentSpreadsheet()
        shown = style.Style(name="ta9", family="table")
        shown.addElement(style.TableProperties(display=sheet))
        made.automaticstyles.addElement(shown)
        for name, which in (("Spending", None), ("Pay", shown)):
            one = table.Table(name=name, **({"stylename": which} if which else {}))
            one.addElement(table.TableColumn(visibility=column))
            line = table.TableRow(visibility=row)
            cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=HARMLESS))
            if remark:
                note = office.Annotation()
                note.addElement(dc.Creator(text="Lan"))
                note.addElement(text.P(text=remark))
                cell.addElement(note)
            line.addElement(cell)
            one.addElement(line)
            made.spreadsheet.addElement(one)
        return _saved(made)

    plain = spreadsheet()
    yield "odfpy-sheet.ods", "hidden_sheet", spreadsheet(sheet="false"), plain
    yield "odfpy-rows.ods", "hidden_rows", spreadsheet(row="collapse"), plain
    yield "odfpy-columns.ods", "hidden_columns", spreadsheet(column="collapse"), plain
    yield "odfpy-remark.ods", "comments", spreadsheet(remark="Really?"), plain

    def letter(change: Callable[[Any], object] | None = None) -> bytes:
        made = OpenDocumentText()
        made.text.addElement(text.P(text=HARMLESS))
        if change:
            change(made)
        return _saved(made)

    def hidden(display: str) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            quiet = style.Style(name="T9", family="text")
            quiet.addElement(style.TextProperties(display=display))
            made.automaticstyles.addElement(quiet)
            line = text.P()
            line.addElement(text.Span(stylename=quiet, text=SECRET))
            made.text.addElement(line)

        return change

    def section(display: str) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            part = text.Section(name="Pay", display=display)
            part.addElement(text.P(text=SECRET))
            made.text.addElement(part)

        return change

    def changed(made: Any) -> None:
        changes = text.TrackedChanges()
        region = text.ChangedRegion(check_grammar=False, qattributes={(TEXTNS, "id"): "c1"})
        deletion = text.Deletion()
        about = office.ChangeInfo()
        about.addElement(dc.Creator(text="Lan"))
        deletion.addElement(about)
        deletion.addElement(text.P(text=SECRET))
        region.addElement(deletion)
        changes.addElement(region)
        made.text.addElement(changes)

    def pieces(end: str) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            line = text.P(text="DNI 12345")
            line.addElement(text.Span(text=end))
            made.text.addElement(line)

        return change

    yield "odfpy-hidden.odt", "hidden_text", letter(hidden("none")), letter(hidden("true"))
    yield "odfpy-section.odt", "hidden_text", letter(section("none")), letter(section("true"))
    yield "odfpy-tracked.odt", "tracked_changes", letter(changed), letter()
    yield "odfpy-pieces.odt", "national_id", letter(pieces("678Z")), letter(pieces("678A"))
    yield "odfpy-creator.odt", "properties", letter(lambda made: made.meta.addElement(dc.Creator(text="Nguyen Thi Hoa"))), letter()

    def slides(visibility: str) -> bytes:
        made = OpenDocumentPresentation()
        layout = style.PageLayout(name="L")
        made.automaticstyles.addElement(layout)
        master = style.MasterPage(name="M", pagelayoutname=layout)
        made.masterstyles.addElement(master)
        look = style.Style(name="dp9", family="drawing-page")
        look.addElement(style.DrawingPageProperties(visibility=visibility))
        made.automaticstyles.addElement(look)
        page = draw.Page(name="1", masterpagename=master, stylename=look)
        frame = draw.Frame(width="10cm", height="2cm")
        box = draw.TextBox()
        box.addElement(text.P(text=SECRET))
        frame.addElement(box)
        page.addElement(frame)
        made.presentation.addElement(page)
        return _saved(made)

    yield "odfpy-slide.odp", "hidden_text", slides("hidden"), slides("visible")
    assert load(io.BytesIO(plain))


def _documents() -> Iterator[Case]:
    plain = document()

    def styled(hidden: bool) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            from docx.enum.style import WD_STYLE_TYPE

            quiet = made.styles.add_style("Quiet", WD_STYLE_TYPE.CHARACTER)
            quiet.font.hidden = hidden
            made.add_paragraph().add_run(SECRET, style=quiet)

        return change

    yield "docx-style.docx", "hidden_text", document(styled(True)), document(styled(False))

    def table_of(shaded: bool) -> Callable[[Any], object]:
        """White words in a table: a heading on colour, or words that nobody sees."""

        def change(made: Any) -> None:
            cell = made.add_table(rows=1, cols=1, style="Table Grid").rows[0].cells[0]
            cell.paragraphs[0].add_run("Agency" if shaded else SECRET).font.color.rgb = RGBColor(255, 255, 255)
            if shaded:
                fill = OxmlElement("w:shd")
                fill.set(qn("w:val"), "clear")
                fill.set(qn("w:fill"), "1F3864")
                cell._tc.get_or_add_tcPr().append(fill)

        return change

    yield "docx-white-cell.docx", "hidden_text", document(table_of(False)), document(table_of(True))

    def moved(made: Any) -> None:
        run = made.add_paragraph().add_run("Buses")
        before = OxmlElement("w:rPrChange")
        before.set(qn("w:author"), "Lan")
        before.set(qn("w:id"), "7")
        run._r.get_or_add_rPr().append(before)

    yield "docx-format.docx", "tracked_changes", document(moved), plain

    def header(words: str) -> Callable[[Any], object]:
        return lambda made: made.sections[0].header.paragraphs[0].add_run(words)

    yield "docx-header.docx", "email", document(header("hoa.nguyen@gmail.com")), document(header("Plan for buses"))
    yield "docx-footer.docx", "national_id", document(lambda made: made.sections[0].footer.paragraphs[0].add_run("DNI 12345678Z")), plain

    def pieces(words: tuple[str, ...]) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            line = made.add_paragraph("DNI ")
            for one in words:
                line.add_run(one).bold = len(one) % 2 == 0

        return change

    yield "docx-pieces.docx", "national_id", document(pieces(("1234", "5678", "Z"))), document(pieces(("1234", "5678", "A")))

    def link(words: str) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            code = OxmlElement("w:instrText")
            code.text = words
            made.add_paragraph().add_run()._r.append(code)

        return change

    yield "docx-field.docx", "external_link", document(link(' LINK Excel.Sheet.12 "\\\\\\\\srv-hoa\\\\pay.xlsx" ')), document(link(" PAGE "))
    photo = _jpeg(lambda exif: exif.__setitem__(0x013B, "Hoa Nguyen"))
    yield "docx-artist.docx", "camera", document(lambda made: made.add_picture(io.BytesIO(photo))), document(lambda made: made.add_picture(io.BytesIO(picture())))
    yield "docx-comments.docx", "comments", document(lambda made: made.add_comment(made.add_paragraph().add_run("Buses"), text="Is it true?", author="Lan")), plain
    yield "docx-in-zip.zip", "hidden_text", archive({"a": document(styled(True))}), archive({"a": document(styled(False))})


def _slides() -> Iterator[Case]:
    def slides(change: Callable[[Any, Any], object] | None = None) -> bytes:
        made = pptx.Presentation()
        made.core_properties.author = made.core_properties.last_modified_by = ""
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = "A plan for buses"
        if change:
            change(made, slide)
        file = io.BytesIO()
        made.save(file)
        return file.getvalue()

    plain = slides()
    yield "pptx-hidden.pptx", "hidden_text", slides(lambda _m, s: s._element.set("show", "0")), plain

    def notes(_made: Any, slide: Any) -> None:
        slide.notes_slide.notes_text_frame.text = "Do not mention Hoa"

    yield "pptx-notes.pptx", "notes", slides(notes), plain

    def beside(left: float) -> Callable[[Any, Any], object]:
        def change(made: Any, slide: Any) -> None:
            box = slide.shapes.add_textbox(int(made.slide_width * left), 0, made.slide_width // 4, made.slide_height // 4)
            box.text_frame.text = SECRET

        return change

    yield "pptx-beside.pptx", "hidden_text", slides(beside(1.2)), slides(beside(0.2))

    def chart(made: Any, slide: Any) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE

        data = CategoryChartData()
        data.categories = ["2024", "2025"]
        data.add_series("Spending", (1, 2))
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, made.slide_width // 2, made.slide_height // 2, data)

    yield "pptx-chart.pptx", "embedded", slides(chart), plain

    def inserted(_made: Any, slide: Any) -> None:
        slide.shapes.add_ole_object(io.BytesIO(book()), "Excel.Sheet.12", 0, 0)

    yield "pptx-object.pptx", "embedded", slides(inserted), plain
    yield "pptx-author.pptx", "properties", slides(lambda m, _s: setattr(m.core_properties, "author", "Nguyen Thi Hoa")), plain
    yield "pptx-mail.pptx", "email", slides(lambda _m, s: setattr(s.shapes.title, "text", "hoa.nguyen@gmail.com")), plain


def _pdfs() -> Iterator[Case]:
    source = pdf()

    def changed(change: Callable[[Any], object] | None = None, content: bytes = source) -> bytes:
        file = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as made:
            if change:
                change(made)
            made.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return file.getvalue()

    plain = changed()

    def script(made: Any) -> None:
        action = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        tree = made.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array(["a", action])))
        made.Root.Names = made.make_indirect(pikepdf.Dictionary(JavaScript=tree))

    def on_page(made: Any) -> None:
        made.pages[0].AA = pikepdf.Dictionary(O=made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")))

    def annotation(**more: Any) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            one = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[10, 10, 60, 60], **more)
            made.pages[0].Annots = pikepdf.Array([made.make_indirect(one)])

        return change

    def attached(made: Any) -> None:
        made.attachments["pay.csv"] = pikepdf.AttachedFileSpec(made, b"Hoa,41", filename="pay.csv")

    def told(name: str, value: Any) -> Callable[[Any], object]:
        def change(made: Any) -> None:
            with made.open_metadata() as about:
                about[name] = value

        return change

    name = pikepdf.Name
    yield "pike-script.pdf", "macros", changed(script), plain
    yield "pike-page-script.pdf", "macros", changed(on_page), plain
    launch = pikepdf.Dictionary(S=name.Launch, F="calc.exe")
    yield "pike-launch.pdf", "macros", changed(annotation(Subtype=name.Link, A=launch)), changed(annotation(Subtype=name.Link, A=pikepdf.Dictionary(S=name.URI, URI="https://agency.example/")))
    yield "pike-highlight.pdf", "comments", changed(annotation(Subtype=name.Highlight, T="Lan", Contents="Is it true?")), changed(annotation(Subtype=name.Highlight))
    yield "pike-note.pdf", "comments", changed(annotation(Subtype=name.Text, Contents="Is it true?")), plain
    yield "pike-file-link.pdf", "external_link", changed(annotation(Subtype=name.Link, A=pikepdf.Dictionary(S=name.URI, URI="file://srv-hoa/pay.xlsx"))), plain
    yield "pike-attached.pdf", "embedded", changed(attached), plain
    yield "pike-creator.pdf", "properties", changed(told("dc:creator", ["Nguyen Thi Hoa"])), changed(told("dc:title", "A plan for buses"))

    def encrypted(owner: str, user: str) -> bytes:
        file = io.BytesIO()
        with pikepdf.open(io.BytesIO(source)) as made:
            made.save(file, encryption=pikepdf.Encryption(owner=owner, user=user))
        return file.getvalue()

    yield "pike-password.pdf", "encrypted", encrypted("a", "b"), encrypted("a", "")

    def rotated(white: bool) -> bytes:
        def draw_on(sheet: Any) -> None:
            sheet.setFillGray(1 if white else 0)
            sheet.drawString(60, 300, SECRET)

        return changed(lambda made: [page.rotate(90, relative=True) for page in made.pages], pdf(draw_on))

    yield "pike-rotated.pdf", "covered_text", rotated(True), rotated(False)

    def photographed(content: bytes) -> bytes:
        file = io.BytesIO()
        with TemporaryDirectory() as folder:
            place = Path(folder) / "photo.jpg"
            place.write_bytes(content)
            sheet = canvas.Canvas(file)
            sheet.drawString(60, 780, "The bus stop")
            sheet.drawImage(str(place), 60, 300, 320, 200)
            sheet.save()
        return file.getvalue()

    photo = _jpeg(lambda exif: exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 0.0)}))
    yield "photo.pdf", "gps", photographed(photo), photographed(picture())


def _jpeg(change: Callable[[Any], object]) -> bytes:
    exif = Image.Exif()
    change(exif)
    return picture(exif=exif)


_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" {}>{}'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def _pictures() -> Iterator[Case]:
    plain = picture(xmp=_XMP.format("", "").encode())
    yield "xmp-gps.jpg", "gps", picture(xmp=_XMP.format('exif:GPSLatitude="21,1.7N" exif:GPSLongitude="105,51E"', "").encode()), plain
    creator = "<dc:creator><rdf:Seq><rdf:li>Hoa Nguyen</rdf:li></rdf:Seq></dc:creator>"
    yield "xmp-creator.jpg", "camera", picture(xmp=_XMP.format("", creator).encode()), plain
    yield "xmp-serial.jpg", "camera", picture(xmp=_XMP.format('aux:SerialNumber="4711"', "").encode()), plain
    yield "iptc.jpg", "camera", _with_iptc(picture(), b"Hoa Nguyen"), _with_iptc(picture(), b"")
    about = TiffImagePlugin.ImageFileDirectory_v2()
    about[0x013B] = "Hoa Nguyen"
    tiffs = picture("TIFF", tiffinfo=about), picture("TIFF")
    yield "tiff.zip", "camera", *(archive({"photo.tif": one}) for one in tiffs)
    webps = picture("WEBP", exif=_exif_of_hoa()), picture("WEBP")
    yield "webp.docx", "gps", *(with_parts(document(), {"word/media/image9.webp": one}) for one in webps)
    yield "exif.png", "gps", picture("PNG", exif=_exif_of_hoa().tobytes()), picture("PNG")


def _exif_of_hoa() -> Any:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 0.0)})
    return exif


def _with_iptc(content: bytes, by: bytes) -> bytes:
    """A JPEG with a block of IPTC in it: its by-line, or only a caption."""
    said = b"\x1c\x02\x50" + len(by).to_bytes(2, "big") + by if by else b"\x1c\x02\x78\x00\x05Buses"
    block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(said).to_bytes(4, "big") + said + (b"\0" if len(said) % 2 else b"")
    return content[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + content[2:]


assert docx
