"""Tables as offices have them: titles above, merged headers, totals below, several sheets, local dates and numbers."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest

from portal import bulk
from portal.bulk import jobs

from .test_bulk import HEAD, Tables, record_of, tables, wait_for, workbook

__all__ = ["tables"]  # a fixture

NAMES = "Số ký hiệu;Trích yếu;Ngày ban hành;Số tiền"
ALL = {"type": "award", "language": "vi", "currency": "VND"}


def columns_of(tables: Tables, **address) -> bulk.Preview:
    with tables.portal.database.read() as db:
        row = tables.row(db)
    return bulk.preview(tables.portal.files, row.file, row.name, row.axis, bulk.Place(**address))


def checked(tables: Tables) -> dict[str, int]:
    """What a process of its own finds."""
    wait_for(tables, "checked")
    for child in jobs._children:
        child.wait(120)
    return tables.row().counts


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (f"UBND THÀNH PHỐ HÀ NỘI;;;\nDanh sách quyết định, năm 2024;;;\n;;;\n{NAMES}\n1/QĐ;Cầu;31/05/2024;950000\n2/QĐ;Trường;31/05/2024;1\n".encode(), [5, 6]),
        (f"sep=;\n{NAMES}\n1/QĐ;Cầu;31/05/2024;950000\n2/QĐ;Trường;31/05/2024;1\n".encode(), [3, 4]),
        (f"{NAMES}\n(1);(2);(3);(4)\n1/QĐ;Cầu;31/05/2024;950000\n;;;\n2/QĐ;Trường, lớp;31/05/2024;1\n".encode("utf-16"), [3, 5]),
        (f"{NAMES}\n1/QĐ;Cầu;31/05/2024;950000\n{NAMES}\n2/QĐ;Trường;31/05/2024;1\n".encode("utf-8-sig"), [2, 4]),
        ("Số ký hiệu,Trích yếu,Giá trị,\n,,Số tiền,Ngày\n1/QĐ,Cầu,950000,31/05/2024\n2/QĐ,Trường,1,31/05/2024\n".encode(), [3, 4]),
        ("Reference;Subject;Name;Date;Amount (€)\n1/QĐ;Cầu;Café;31.05.2024;950000\n2/QĐ;É;è;31.05.2024;1\n".encode("cp1252", "replace"), [2, 3]),
    ],
)  # fmt: skip
def test_the_table_is_found_where_it_is(tables, content, rows):
    tables.sends("decision", content)
    assert [line.at for line in columns_of(tables).rows] == rows
    row = tables.matches(**ALL)
    assert row.counts == {"good": 2, "new": 2}, row.faults


def test_a_workbook_with_a_cover_merged_names_and_a_total_is_read(tables):
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    sheet = book.create_sheet("Quyết định")
    sheet["A1"] = "DANH SÁCH QUYẾT ĐỊNH"
    for area in ("A1:D1", "A3:A4", "B3:B4", "C3:D3"):
        sheet.merge_cells(area)
    sheet["A3"], sheet["B3"], sheet["C3"], sheet["C4"], sheet["D4"] = "Số ký hiệu", "Trích yếu", "Giá trị", "Số tiền", "Ngày"
    sheet.append(["007/QĐ", "Cầu", 1250.5, date(2024, 5, 31)])
    sheet.append(["8/QĐ", "Trường", 12, datetime(2024, 5, 31, 0, 0)])
    sheet.append(["Tổng cộng", None, 1262.5, None])
    sheet.append(["Nguồn: Sở Tài chính", None, None, None])
    tables.sends("decision", saved(book), "t.xlsx")
    seen = columns_of(tables)
    assert (seen.columns, seen.header, seen.sheets, seen.sheet) == (("Số ký hiệu", "Trích yếu", "Số tiền", "Ngày"), 4, ("Sheet", "Quyết định"), 2)
    row = tables.matches(**ALL)
    assert row.counts == {"good": 2, "new": 2, "foot": 2, "foot_from": 7}, row.faults
    assert "2 rows at the end, from row 7 on, are left out" in tables.gets().text
    tables.publishes()
    assert record_of(tables.portal, "007/QĐ").data["issued"] == "2024-05-31"


def test_an_officer_says_on_which_sheet_and_in_which_row_the_names_are(tables):
    book = openpyxl.Workbook()
    for row in [["document_number", "title"], ["0/QĐ", "Old"]]:
        book.active.append(row)
    sheet = book.create_sheet("2024")
    for row in [["Kennung", "Bezeichnung"], ["1/QĐ", "Cầu"], ["2/QĐ", "Trường"]]:
        sheet.append(row)
    tables.sends("decision", saved(book), "t.xlsx")
    client = tables.officer.client
    page = client.get(f"/publish/bulk/{tables.token}/columns?before=1&sheet=2&header=1")
    assert "Kennung" in page.text and "0/QĐ" not in page.text
    answer = client.post(f"/publish/bulk/{tables.token}/columns", data={
        "csrf_token": tables.officer.token(), "sheet": "2", "header": "0", "column_0": "document_number", "column_1": "title", "fixed_type": "award", "fixed_language": "vi"})  # fmt: skip
    assert answer.status_code == 303
    assert checked(tables) == {"good": 2, "new": 2}
    assert bulk.place_of(tables.row()) == bulk.Place(2, 0)
    assert columns_of(tables, sheet=2, header=2).columns == ("1/QĐ", "Cầu")


def test_a_row_of_data_is_never_taken_for_a_part_of_the_header(tables):
    tables.sends("decision", "document_number,title,amount,issued\n1/QĐ,Bridge,unknown,soon\n2/QĐ,School,5,2024\n3/QĐ,Road,6,2024\n")
    row = tables.matches(**ALL)
    assert row.counts == {"good": 2, "new": 2, "bad": 1} and {fault[0] for fault in row.faults} == {2}


@pytest.mark.parametrize(("content", "name"), [(b"\xef\xbb\xbf", "t.csv"), (b"\n\n\n", "t.csv"), (saved(openpyxl.Workbook()), "t.xlsx")])
def test_a_file_in_which_nothing_stands_is_refused(tables, content, name):
    sent = {"csrf_token": tables.officer.token(), "axis": "decision", "file": (io.BytesIO(content), name)}
    answer = tables.officer.client.post("/publish/bulk/", data=sent)
    assert answer.status_code == 422 and "is empty" in answer.text


def test_a_row_of_years_is_not_taken_for_names(tables):
    tables.sends("decision", "jahr,monat,kennzahl,anzahl\n2026,Mai,Arbeitslose,2028\n2026,Mai,Offene Stellen,379\n2026,Juni,Arbeitslose,1990\n")
    seen = columns_of(tables)
    assert (seen.columns, [line.at for line in seen.rows]) == (("jahr", "monat", "kennzahl", "anzahl"), [2, 3, 4])


def test_a_last_row_that_has_only_its_number_is_told_and_not_left_out(tables):
    row = tables.sends("decision", "document_number,title,amount\n1/QĐ,Bridge,1\n2/QĐ,,\n").matches(**ALL)
    assert row.counts == {"good": 1, "new": 1, "bad": 1} and row.faults[0][:2] == [3, "title"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("950.000", "950000"), ("1.250.000,5", "1250000.5"), ("12,125", "12.125"), ("1 250,50", "1250.5"), ("7", "7")],
)  # fmt: skip
def test_numbers_are_read_as_the_officer_says_that_they_are_written(tables, cell, value):
    row = tables.sends("decision", f"document_number;title;amount\n1/QĐ;Cầu;{cell}\n2/QĐ;Không tiền;\n").matches(**ALL, numbers="comma")
    assert row.counts == {"good": 2, "new": 2}, row.faults
    tables.publishes()
    assert float(record_of(tables.portal, "1/QĐ").data["amount"]["value"]) == float(value)
    assert "amount" not in record_of(tables.portal, "2/QĐ").data or record_of(tables.portal, "2/QĐ").data["amount"] is None


def test_a_figure_that_can_be_read_in_two_ways_is_asked_back_unless_somebody_says(tables):
    content = "document_number;title;indicator;unit;observations\n1/QĐ;Nước sạch;Hộ;%;2023; 950.000\n"
    content = content.replace("2023; 950.000", '"2023; 950.000 | 2024; 1.000.000,5"')
    assert tables.sends("outcome", content).matches(type="indicator", language="vi").counts == {"bad": 1}
    row = tables.sends("outcome", content).matches(type="indicator", language="vi", numbers="comma")
    assert row.counts == {"good": 1, "new": 1}, row.faults


DAYS = "document_number,title,issued\n1/QĐ,A,05/31/2024\n2/QĐ,B,05/06/2024\n"


def test_dates_with_their_month_first_are_noticed_before_others_are_read_wrongly(tables):
    row = tables.sends("decision", DAYS).matches(type="award", language="en")
    assert row.counts["month_first"] == 1 and "Some dates have their month first" in tables.gets().text
    answer = tables.officer.client.post(f"/publish/bulk/{tables.token}/publish", data={"csrf_token": tables.officer.token(), "whole": "good"})
    assert answer.status_code == 422 and "say so for the whole table" in answer.text
    row = tables.sends("decision", DAYS).matches(type="award", language="en", dates="month_first")
    assert row.counts == {"good": 2, "new": 2}, row.faults
    tables.publishes()
    assert [record_of(tables.portal, number).data["issued"] for number in ("1/QĐ", "2/QĐ")] == ["2024-05-31", "2024-05-06"]


@pytest.mark.parametrize("day", ["2024-05-31 00:00:00", "31/05/2024 00:00", "2024-05-31T00:00:00", "31-May-2024", "May 31, 2024", "ngày 31 tháng 5 năm 2024", "31 tháng 5, 2024"])
def test_a_day_is_read_as_offices_write_it(tables, day):
    row = tables.sends("decision", f'document_number;title;issued\n1/QĐ;Cầu;"{day}"\n').matches(**ALL)
    assert row.counts == {"good": 1, "new": 1}, row.faults
    tables.publishes()
    assert record_of(tables.portal, "1/QĐ").data["issued"] == "2024-05-31"


def test_a_number_that_a_spreadsheet_has_shortened_is_told(tables):
    row = tables.sends("decision", "document_number,title\n1.23457E+16,A\n00012,B\n12345678901234567,C\n").matches(**ALL)
    assert row.counts == {"good": 2, "new": 2, "bad": 1} and "shortened" in row.faults[0][3]
    row = tables.sends("decision", workbook([["document_number", "title"], [12345678901234567, "A"], ["12345678901234568", "B"]]), "t.xlsx").matches(**ALL)
    assert row.counts == {"good": 1, "new": 1, "bad": 1} and "more than 15 digits" in row.faults[0][3]


def test_words_stand_for_codes(tables):
    content = 'document_number;title;type;language;status;subjects\n1/QĐ;A;Contract award;English;Approved;Transport\n2/QĐ;B;award;Tiếng Việt;approved;"Giáo dục, văn hóa và thể thao"\n'
    row = tables.sends("decision", content).matches()
    assert row.counts == {"good": 2, "new": 2}, row.faults
    tables.publishes()
    assert record_of(tables.portal, "1/QĐ").data["subjects"] == ["TRAN"] and record_of(tables.portal, "2/QĐ").data["subjects"] == ["EDUC"]


def test_bad_rows_come_back_as_they_were_even_where_a_spreadsheet_would_run_them(tables):
    content = HEAD + '1/QĐ,"- Về việc cầu",nonsense,en,,,,\n'
    tables.sends("decision", content).matches()
    bad = tables.gets("/bad.csv").data.decode("utf-8-sig")
    assert "'- Về việc cầu" in bad
    tables.sends("decision", bad.replace("nonsense", "award")).matches()
    tables.publishes()
    assert record_of(tables.portal, "1/QĐ").title == "- Về việc cầu"


def test_what_columns_mean_is_said_once(tables):
    content = "Kennung;Bezeichnung;Art\n1/QĐ;Brücke;nonsense\n"
    tables.sends("decision", content).matches({"Kennung": "document_number", "Bezeichnung": "title", "Art": "type"}, language="vi", license="CC0-1.0")
    bad = tables.gets("/bad.csv").data.decode("utf-8-sig")
    tables.sends("decision", bad.replace("nonsense", "award"))
    page = tables.gets("/columns").text
    assert '<option value="document_number" selected>' in page and '<option value="vi" selected>' in page and 'value="CC0-1.0"' in page
    tables.sends("policy", content)
    assert '<option value="document_number" selected>' not in tables.gets("/columns").text


def test_a_table_of_three_hundred_columns_has_a_page_that_can_be_used(tables):
    head = ["document_number", "title", *(f"c{number}" for number in range(298))]
    tables.sends("decision", f"{','.join(head)}\n1/QĐ,A{',' * 298}\n")
    page = tables.gets("/columns")
    assert len(page.data) < 100_000
    sent = {"csrf_token": tables.officer.token(), "column_0": "Document number", "column_1": "title", "fixed_type": "award", "fixed_language": "en"}
    assert tables.officer.client.post(f"/publish/bulk/{tables.token}/columns", data=sent).status_code == 303
    assert checked(tables) == {"good": 1, "new": 1}
    assert tables.row().columns == {"document_number": "document_number", "title": "title"}


def test_an_amount_wants_its_currency_before_rows_are_checked(tables):
    tables.sends("decision", "document_number,title,amount\n1/QĐ,A,7\n")
    sent = {"csrf_token": tables.officer.token(), "column_0": "document_number", "column_1": "title", "column_2": "amount", "fixed_type": "award", "fixed_language": "en"}
    answer = tables.officer.client.post(f"/publish/bulk/{tables.token}/columns", data=sent)
    assert answer.status_code == 422 and "“Currency”" in answer.text
    assert tables.officer.client.post(f"/publish/bulk/{tables.token}/columns", data=sent | {"fixed_currency": "VND"}).status_code == 303
    assert checked(tables) == {"good": 1, "new": 1}


@pytest.mark.parametrize("axis", ["decision", "policy", "outcome"])
def test_empty_tables_are_understood_when_they_come_back_filled_in(tables, axis):
    for prefix in ("", "/vi"):
        made = tables.officer.client.get(f"{prefix}/publish/bulk/template/{axis}.xlsx").data
        book = openpyxl.load_workbook(io.BytesIO(made))
        sheet = book.worksheets[0]
        names = [cell.value for cell in sheet[1]]
        assert {cell.number_format for cell in sheet[1]} == {"@"} and [one.sheet_state for one in book.worksheets] == ["visible", "visible", "hidden"]
        filled = {"document_number": f"00{prefix}7", "title": "Filled in", "language": "en"}
        with tables.officer.client.application.app_context():
            meaning = bulk.guess(axis, names)
        assert set(meaning.values()) == set(bulk.fields(axis))
        for at, name in enumerate(names, 1):
            sheet.cell(2, at, filled.get(meaning[name]))
        choices = next(one for one in sheet.data_validations.dataValidation if meaning[sheet[f"{str(one.sqref).partition('2:')[0]}1"].value] == "type")
        word = book["lists"][choices.formula1.partition("!")[2].partition(":")[0].replace("$", "")].value
        sheet.cell(2, list(meaning.values()).index("type") + 1, word)
        if axis == "outcome":
            for name in ("indicator", "unit"):
                sheet.cell(2, list(meaning.values()).index(name) + 1, "%")
            sheet.cell(2, list(meaning.values()).index("observations") + 1, "2024; 5")
        row = tables.sends(axis, saved(book), "t.xlsx").matches()
        assert row.counts == {"good": 1, "new": 1}, row.faults
    line = tables.officer.client.get(f"/publish/bulk/template/{axis}.jsonl").data
    row = tables.sends(axis, line, "t.jsonl").matches()
    assert row.counts == {"good": 1, "new": 1}, row.faults


def test_every_fault_of_a_file_is_said_in_the_language_of_who_sent_it(tables):
    tables.sends("decision", "document_number;title\n1/QĐ;A;B;C\n").matches(**ALL)
    rows = list(csv.reader(io.StringIO(tables.gets("/faults.csv").data.decode("utf-8-sig"))))
    assert rows[1][3].startswith("has 4 cells where the header has 2; put cells")
    locked = {"csrf_token": tables.officer.token(), "axis": "decision", "file": (io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "t.xls")}
    answer = tables.officer.client.post("/vi/publish/bulk/", data=locked)
    assert answer.status_code == 422 and "cannot be" not in answer.text
