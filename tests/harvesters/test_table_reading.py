"""Kind `table`: files as they come, in any encoding, with anything around the table; and what is refused."""

import io
import zipfile

import pytest

from harvesters.faults import BadAnswer
from harvesters.http import Http
from harvesters.tables import recognition

from .agency import Agency
from .tables import read, workbook

VIET = "No,Title\n1,Quyết định\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-32"])
def test_the_encoding_is_found(agency: Agency, http: Http, encoding: str) -> None:
    content = b"\xff\xfe" + VIET.encode("utf-16-le") if encoding == "utf-16-le-bom" else VIET.encode(encoding)
    outturn = read(agency, http, content)
    assert [record.title for record in outturn.records] == ["Quyết định"] and not outturn.account.flags


def test_an_encoding_that_is_stated_is_used_where_the_file_is_not_utf8(agency: Agency, http: Http) -> None:
    options = {"columns": {"identifier": "No", "title": "Title"}, "encoding": "cp1250"}
    assert read(agency, http, "No,Title\n1,Łódź\n".encode("cp1250"), options).records[0].title == "Łódź"
    assert read(agency, http, VIET, options).records[0].title == "Quyết định"


def test_a_guessed_encoding_is_said(agency: Agency, http: Http) -> None:
    outturn = read(agency, http, "No,Title\n1,Zürich – café\n".encode("cp1252"))
    assert outturn.records[0].title == "Zürich – café"
    assert "is not in UTF-8; read as cp1252: state encoding where that is wrong" in outturn.account.flags[0]


def test_one_wrong_byte_does_not_garble_all_the_rest(agency: Agency, http: Http) -> None:
    content = "No,Title\n" + "".join(f"{number},Quyết định\n" for number in range(1, 40))
    outturn = read(agency, http, content.encode() + b"40,caf\xe9\n")
    assert outturn.records[0].title == "Quyết định" and outturn.records[-1].title == "caf\ufffd"
    assert "some letters are lost" in outturn.account.flags[0]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(agency: Agency, http: Http, mark: str, end: str) -> None:
    content = end.join([mark.join(row) for row in (["No", "Title"], ["1", '"a, b; ""c"""'], ["2", "d"])])
    assert [record.title for record in read(agency, http, content).records] == ['a, b; "c"', "d"]


def test_a_table_starts_where_its_header_is(agency: Agency, http: Http) -> None:
    content = "\n\nDecisions of 2024;;\n" + "*" * 300 + "\nRegion:;North\n;;\n; NO ;Tit\u00adle\n".replace("\u00ad", "")
    content += ";1;A;\n;;\n;2;B;\n; no;title\n;3;C;\n"
    outturn = read(agency, http, content)
    assert [record.title for record in outturn.records] == ["A", "B", "C"] and not outturn.reasons


def test_a_missing_column_is_named_with_those_that_are_there(agency: Agency, http: Http) -> None:
    with pytest.raises(
        BadAnswer, match="has no column 'Title'; row 3 has 'No', 'Name', 'Day'; correct the declaration"
    ):
        read(agency, http, "Decisions\n\nNo,Name,Day\n1,A,2024-01-01\n")


def test_a_quotation_mark_left_open_is_no_cell(agency: Agency, http: Http) -> None:
    content = 'No,Title\n1,"A\n' + "".join(f"{number},B\n" for number in range(2, 1000))
    outturn = read(agency, http, content)
    assert outturn.records == [] and "a quotation mark is not closed" in outturn.reasons[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><title>Access denied</title>", "answered with a page that blocks machines.*Access denied"),
        (b'{"error": "no"}', "it is JSON"),
        (b"<?xml version='1.0'?><rss/>", "it is XML"),
        (b"%PDF-1.7 ...", "it is a PDF"),
        (b"PK\x03\x04 broken", "is a broken workbook"),
        (b"\x1f\x8b\x08", "packed with gzip"),
    ],
)
def test_what_is_no_table_is_refused(agency: Agency, http: Http, content: bytes, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        read(agency, http, content)


def test_a_workbook_is_read_with_its_merged_cells(agency: Agency, http: Http) -> None:
    rows = [
        ["Report"], [], ["Act", None, "Sum"], ["No", "Title", "EUR"],
        [1, "A", 0.1 + 0.2], [2, None, 2000.0], ["Note across", None, None],
    ]  # fmt: skip
    options = {
        "header_rows": 2, "ends_at": "note", "values": {"currency": "EUR"},
        "columns": {"identifier": "Act / No", "title": "Act / Title", "amount": "Sum / EUR"},
    }  # fmt: skip
    outturn = read(agency, http, workbook(rows, ("A3:B3", "B5:B6", "A7:C7")), options)
    assert [(one.identifier, one.title, str(one.amount.value)) for one in outturn.records] == [
        ("1", "A", "0.3"), ("2", "A", "2000"),
    ]  # fmt: skip


def test_rows_of_a_workbook_have_the_numbers_that_it_shows(agency: Agency, http: Http) -> None:
    outturn = read(agency, http, workbook([[], [], [None, "No", "Title"], [None, 1, "A"], [None, 2, None]]))
    assert outturn.reasons == ["row 5: title is missing"]


def test_an_unknown_sheet_is_named_with_those_that_are_there(agency: Agency, http: Http) -> None:
    options = {"columns": {"identifier": "No", "title": "Title"}, "sheet": "Data"}
    with pytest.raises(BadAnswer, match="has no sheet 'Data'; it has '2024'"):
        read(agency, http, workbook([["No", "Title"], [1, "A"]], sheet="2024"), options)


@pytest.mark.parametrize("cell", [b'<c r="XFD1048576">', b"<c r='XFD1048576'>", b'<c\n\ts="1" r = "xfd1048576">', b'<c x="a>b" r="XFD0001048576">'])
@pytest.mark.parametrize("place", ["xl/worksheets/sheet1.xml", "xl/elsewhere.xml"])
def test_a_stray_cell_far_away_does_not_fill_the_memory(agency: Agency, http: Http, cell: bytes, place: str) -> None:
    content = workbook([["No", "Title"], [1, "A"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576">' + cell + b"<v>1</v></c></row></sheetData>"
    parts[place] = parts.pop(sheet).replace(b"</sheetData>", far)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(BadAnswer, match="spans 1,048,576 rows and 16,384 columns"):
        read(agency, http, packed.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_refused(
    agency: Agency, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(BadAnswer, match="unpacks to 2 MB, more than 1 MB"):
        read(agency, http, workbook([["No", "Title"], [1, "A" * 2_000_000]]))


def test_a_zip_of_something_else_says_what_it_holds(agency: Agency, http: Http) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2024/decisions.csv", VIET)
    with pytest.raises(BadAnswer, match=r"it holds 2024/decisions.csv: give the table's own address"):
        read(agency, http, packed.getvalue())


def open_document(rows: str) -> bytes:
    """A small ODS with these rows."""
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
        f'<office:spreadsheet><table:table table:name="T">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
        archive.writestr("content.xml", content)
    return packed.getvalue()


def cells(*texts: str, repeated: int = 1) -> str:
    made = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{made}</table:table-row>'


def test_an_open_document_is_read_and_its_million_blank_rows_are_nothing(agency: Agency, http: Http) -> None:
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    outturn = read(agency, http, open_document(cells("No", "Title") + cells("1", "Đường") + blank))
    assert [record.title for record in outturn.records] == ["Đường"]


def test_an_open_document_that_repeats_a_row_for_ever_is_refused(agency: Agency, http: Http) -> None:
    content = open_document(cells("No", "Title") + cells(*["x"] * 100, repeated=1_000_000))
    with pytest.raises(BadAnswer, match="has more than 20,000,000 cells"):
        read(agency, http, content)


def test_what_is_stated_is_kept_to(agency: Agency, http: Http) -> None:
    columns = {"identifier": "No", "title": "Title"}
    content = 'No;Title\n0;"a\nNo;Title\n1;5" pipe\n'
    outturn = read(agency, http, content, {"columns": columns, "header_row": 3, "quote": "", "delimiter": ";"})
    assert [record.title for record in outturn.records] == ['5" pipe']
    with pytest.raises(BadAnswer, match=r"has no column 'No', 'Title'; row 2 has '0', '\"a'"):
        read(agency, http, content, {"columns": columns, "header_row": 2, "quote": "", "delimiter": ";"})
