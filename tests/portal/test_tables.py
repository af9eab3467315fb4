"""Tables in the files of records open in the page: sorted, filtered, added up and drawn, each view with its address and data."""

import csv
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import html5lib
import pytest

from harvesters.record import File, number_of
from portal.tables import shelf

from ..factories import a_decision, an_outcome
from .sheets import SPENDING, Sheets, sheets, workbook

__all__ = ["sheets"]


def shown(page: str) -> list[list[str]]:
    """The cells of the first table of a page, without its head."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    body = next(root.iter("tbody"))
    return [["".join(cell.itertext()).strip() for cell in row] for row in body.iter("tr")]


def column(page: str, at: int) -> list[str]:
    return [row[at] for row in shown(page)]


def test_a_record_leads_to_its_tables(sheets: Sheets) -> None:
    table, other = sheets.keep(SPENDING), sheets.keep("Minutes of the meeting", "minutes.txt")
    (number,) = sheets.save(an_outcome(files=(table, other, File(url="https://agency.example/list.xlsx"))))
    page = sheets.open(f"/records/{number}").text
    assert page.count("Open as a table") == 1 and page.count("Why it does not open here as a table") == 1
    address = re.search(r'href="(/records/[^"]+/table)" rel="nofollow">Open as a table', page)
    assert address
    opened = sheets.open(address[1]).text
    assert "5 rows, 4 columns" in opened
    assert shown(opened)[0] == ["2", "2024-01-15", "Công ty An Bình", "1000.10", "first"]


def test_numbers_are_sorted_as_numbers_and_what_is_empty_comes_last(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    assert column(sheets.open(f"{address}?sort=amount").text, 3) == ["-20.00", "0.70", "999.20", "1000.10", "250000.05"]
    page = sheets.open(f"{address}?sort=-amount").text
    assert column(page, 3)[0] == "250000.05" and 'aria-sort="descending"' in page
    assert column(sheets.open(f"{address}?sort=supplier").text, 2)[0] == "Ánh Dương"
    assert column(sheets.open(f"{address}?sort=note").text, 4)[-1] == ""
    assert column(sheets.open(f"{address}?sort=-note").text, 4)[-1] == ""


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("supplier.contains=cong+ty", ["2", "4"]),
        ("supplier.contains=cong+ty&supplier.contains=duong", ["2", "4", "5"]),
        ("supplier.is=Zenith+Ltd", ["3", "6"]),
        ("supplier.is=zenith", []),
        ("supplier.not=Zenith+Ltd", ["2", "4", "5"]),
        ("amount.from=999.2", ["2", "3", "5"]),
        ("amount.from=999.201", ["2", "5"]),
        ("amount.to=0.7", ["4", "6"]),
        ("amount.to=0.699", ["4"]),
        ("amount.is=-20", ["4"]),
        ("amount.is=0.701", []),
        ("amount.contains=99", ["3"]),
        ("paid-on.is=2024", ["2", "3", "4", "5"]),
        ("paid-on.from=2024-02&paid-on.to=2024-02", ["3", "4"]),
        ("paid-on.to=2024-01-15", ["2"]),
        ("note.empty=1", ["3"]),
        ("note.empty=0", ["2", "4", "5", "6"]),
        ("paid-on.from=2024-02&supplier.contains=%C3%81NH", ["5"]),
        ("amount.from=99999999999999999999999", []),
    ],
)
def test_rows_are_filtered_by_what_cells_mean(sheets: Sheets, asked: str, rows: list[str]) -> None:
    page = sheets.open(f"{sheets.address(SPENDING)}?{asked}").text
    assert ([row[0] for row in shown(page)] if "<tbody>" in page else []) == rows
    assert "No row fits" in page or rows


def test_a_filter_can_be_added_by_a_form_and_taken_away(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    sheets.open(address)
    sent = sheets.client.get(f"{address}?sort=-amount&add=supplier&how=contains&value=Zenith&group=&sum=")
    assert sent.status_code == 302
    assert sent.location.endswith("/table?supplier.contains=Zenith&sort=-amount")
    page = sheets.open(sent.location.replace("http://localhost", "")).text
    assert column(page, 3) == ["999.20", "0.70"]
    assert "Supplier contains “Zenith”" in page and 'href="?sort=-amount"' in page
    filled = sheets.client.get(f"{address}?add=note&how=filled&value=ignored")
    assert filled.location.endswith("?note.empty=0")
    chosen = sheets.client.get(f"{address}?columns=note&columns=amount")
    assert chosen.location.endswith("?columns=note,amount")
    assert shown(sheets.open(f"{address}?columns=note,amount").text)[0] == ["2", "first", "1000.10"]
    wrong = sheets.client.get(f"{address}?add=amount&how=from&value=much&note.empty=0")
    assert "“much” is not a number" in sheets.open(wrong.location.replace("http://localhost", ""), 422).text


def test_sums_are_exact(sheets: Sheets) -> None:
    cents = "\n".join(["0.1"] * 10 + ["9007199254740993.3"] * 1200)
    page = sheets.open(f"{sheets.address('amount' + chr(10) + cents)}?sum=amount").text
    assert f"{Decimal('9007199254740993.3') * 1200 + 1:,}" in page
    assert "10,808,639,105,689,191,961" in page


def test_sums_of_numbers_without_room_in_64_bits_are_exact_too(sheets: Sheets) -> None:
    numbers = ["12345678901234567890.123456789", "-0.000000001", "5"]
    answer = sheets.open(f"{sheets.address('who,amount' + chr(10) + ''.join(f'a,{n}{chr(10)}' for n in numbers))}.json?group=who&sum=amount").get_json()
    (group,) = answer["results"]
    assert Decimal(group["sum"]) == Decimal("12345678901234567895.123456788")
    assert (Decimal(group["least"]), Decimal(group["greatest"])) == (Decimal("-0.000000001"), Decimal(numbers[0]))


def test_rows_are_added_up_by_a_column_and_drawn(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    page = sheets.open(f"{address}?group=supplier&sum=amount").text
    assert [row[:3] for row in shown(page)] == [["Ánh Dương", "1", "250,000.05"], ["Zenith Ltd", "2", "999.90"], ["Công ty An Bình", "2", "980.10"]]
    assert page.count('class="bars__bar"') == 6, "three bars, for wide and for narrow screens"
    assert "Most: Ánh Dương, 250,000.05. Least: Công ty An Bình, 980.10." in page
    assert "?supplier.is=Zenith+Ltd" in page
    assert 'class="chart"' not in sheets.open(f"{address}?group=supplier&sum=amount&chart=none").text
    counted = sheets.open(f"{address}?group=supplier").text
    assert shown(counted)[0][:2] == ["Công ty An Bình", "2"]
    least = sheets.open(f"{address}?group=supplier&sum=amount&by=least").text
    assert column(least, 0) == ["Ánh Dương", "Zenith Ltd", "Công ty An Bình"]


def test_dates_are_added_up_by_years_or_months_and_drawn_as_a_line(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    page = sheets.open(f"{address}?group=paid-on&per=month&sum=amount").text
    assert [row[:3] for row in shown(page)] == [
        ["2024-01", "1", "1,000.10"], ["2024-02", "2", "979.20"], ["2024-03", "1", "250,000.05"], ["2025-01", "1", "0.70"],
    ]  # fmt: skip
    assert "chart__line" in page and "?paid-on.is=2024-02" in page
    years = sheets.open(f"{address}?group=paid-on&per=year").text
    assert [row[:2] for row in shown(years)] == [["2024", "4"], ["2025", "1"]]
    assert "bars__bar" in sheets.open(f"{address}?group=paid-on&per=year&chart=bars").text
    assert "wants a column of dates" in sheets.open(f"{address}?group=supplier&chart=line", 422).text


def test_a_line_of_very_many_days_is_drawn_by_months(sheets: Sheets) -> None:
    from datetime import date, timedelta

    days = "".join(f"{date(2019, 1, 1) + timedelta(n)},{n % 31}\n" for n in range(1500))
    page = sheets.open(f"{sheets.address('day,amount' + chr(10) + days)}?group=day&per=day&sum=amount").text
    assert "Drawn by month, since there are so many days." in page and "chart__line" in page
    assert "Groups 1 to 50 of 1,500." in page


def test_the_csv_has_the_cells_as_they_are_and_no_formulas(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    rows = sheets.cells(f"{address}.csv?sort=amount")
    assert rows[0] == ["Paid on", "Supplier", "Amount", "Note"]
    assert rows[1] == ["2024-02-20", "Công ty An Bình", "-20.00", "'=1+1"]
    assert rows[2][3] == "'+84 24" and rows[5][3] == "two\nlines"
    assert sheets.cells(f"{address}.csv?columns=note&supplier.contains=zenith") == [["Note"], [""], ["'+84 24"]]
    groups = sheets.cells(f"{address}.csv?group=supplier&sum=amount")
    assert groups[1][:4] == ["Ánh Dương", "1", "1", "250000.05"]
    answer = sheets.open(f"{address}.csv?bom=1&supplier.contains=zenith")
    assert answer.text.startswith("\ufeff") and answer.headers["Clerestory-Total"] == "2" and answer.headers["Access-Control-Allow-Origin"] == "*"


def test_plain_values_are_what_programs_read(sheets: Sheets) -> None:
    address = sheets.address("Ngày;Số tiền;Tên\n31/05/2024;1.234,50;An\n01/06/2024;-2,00;Bình\n", language="vi")
    assert sheets.cells(f"{address}.csv")[1:] == [["31/05/2024", "1.234,50", "An"], ["01/06/2024", "-2,00", "Bình"]]
    assert sheets.cells(f"{address}.csv?values=plain")[1:] == [["2024-05-31", "1234.50", "An"], ["2024-06-01", "-2.00", "Bình"]]
    (first, _second) = sheets.open(f"{address}.json?values=plain&sort=ngay").get_json()["results"]
    assert first == {"row": 2, "ngay": "2024-05-31", "so-tien": "1234.50", "ten": "An"}
    page = sheets.open(f"{address}?so-tien.from=1.234,50").text
    assert column(page, 2) == ["1.234,50"]


def test_the_json_says_how_much_there_is_and_what_columns_are(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    answer = sheets.open(f"{address}.json?size=2&sort=-amount").get_json()
    assert (answer["total"], answer["returned"], answer["complete"]) == (5, 2, False)
    assert answer["results"][0] == {"row": 5, "paid-on": "2024-03-05", "supplier": "Ánh Dương", "amount": "250000.05", "note": "two\nlines"}
    amount = next(one for one in answer["columns"] if one["key"] == "amount")
    assert (amount["type"], amount["least"], amount["greatest"]) == ("decimal", "-20.00", "250000.05")
    seen = [row["row"] for row in answer["results"]]
    while answer["next"]:
        answer = sheets.open(answer["next"].replace("http://localhost", "")).get_json()
        seen += [row["row"] for row in answer["results"]]
    assert seen == [5, 2, 3, 6, 4]


def test_a_page_of_json_has_room_in_memory(sheets: Sheets) -> None:
    rows = "".join(",".join(["x" * 90_000] * 30) + "\n" for _row in range(9))
    address = sheets.address(",".join(f"c{n}" for n in range(30)) + "\n" + rows)
    seen, following = 0, f"{address}.json?size=1000"
    while following:
        answer = sheets.open(following).get_json()
        assert 0 < answer["returned"] < 9
        seen += answer["returned"]
        following = (answer["next"] or "").replace("http://localhost", "")
    assert seen == answer["total"] == 9


def test_what_makes_no_sense_is_told_and_the_rest_is_kept(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    page = sheets.open(f"{address}?sort=price&amount.from=much&supplier.from=A&supplier.contains=zenith&page=-1&group=x&paid-on.is=soon&amount.like=1&columns=a,note", 422).text
    for words in ("“price” is not a column of this table; known: paid-on, supplier, amount, note", "“much” is not a number", "has no from and to",
                  "“-1” is not a whole number", "“soon” is not a date", "“1” is not a way to filter", "“a” is not a column"):  # fmt: skip
        assert words in page
    assert column(page, 1) == ["", "+84 24"]
    for asked, name in (("sort=price", "sort"), ("amount.from=much", "amount.from"), ("utm=1", "utm"), ("page=9", "page"), ("bom=yes", "bom"), ("size=9999", "size")):
        answer = sheets.client.get(f"{address}.csv?{asked}")
        assert (answer.status_code, answer.mimetype, answer.get_json()["parameter"]) == (400, "application/problem+json", name)
    assert "is behind the last page, which is 1" in sheets.open(f"{address}?page=7", 422).text
    assert "Amount" in sheets.open(f"{address}?utm_source=mail").text


def test_the_dictionary_says_what_columns_are(sheets: Sheets) -> None:
    rows = "".join(f"0{n:03},{n % 7},{'many' if n == 50 else n},2024-01-{n % 28 + 1:02},\n" for n in range(100))
    address = sheets.address(f"Code,Kind,Count,Day,Nothing\n{rows}")
    page = sheets.open(f"{address}/columns").text
    for words in ("Its digits begin with zeros: they are codes", "One cell is no number", "“many”", "Whole number", "Date", "Empty"):
        assert words in page
    odd = re.search(r'href="([^"]+count\.odd=1)"', page)
    assert odd and [row[0] for row in shown(sheets.open(odd[1]).text)] == ["52"]
    assert "One cell is no number" in sheets.open(address).text
    lines = list(csv.DictReader(io.StringIO(sheets.open(f"{address}/columns.csv").text)))
    assert [line["type"] for line in lines] == ["text", "integer", "integer", "date", "empty"]
    assert lines[4]["empty"] == "100"
    data = sheets.open(f"{address}/columns.json").get_json()
    assert data["results"][2]["not_fitting"] == 1 and data["complete"]


def test_one_row_can_be_read_whole(sheets: Sheets) -> None:
    long = "word " * 900
    many = "".join(f"{n},x,y\n" for n in range(80))
    address = sheets.address(f"a,b,a\n1,{long},\n{many}2,x,y,beyond\n")
    page = sheets.open(f"{address}/rows/2").text
    assert long.strip() in page and "One further cell is empty" in page and "<dt>a</dt>" in page
    assert long.strip() not in sheets.open(address).text
    assert "beyond" in sheets.open(f"{address}/rows/83").text
    assert "One row has more cells than the heading" in sheets.open(address).text
    assert sheets.client.get(f"{address}/rows/777").status_code == 404
    assert sheets.client.get(f"{address}/rows/99999999999999999999").status_code == 404


def test_messy_tables_are_found_in_their_sheets(sheets: Sheets) -> None:
    messy = "Spending of the city;;\nthousand euro;;\n;;\nOffice;2023;2023\nParks;1,5;2\nOffice;2023;2023\nRoads;2,5;3\nTotal;4;5\nSource: the treasury;;\n"
    address = sheets.address(messy, language="de")
    page = sheets.open(address).text
    assert shown(page) == [["5", "Parks", "1,5", "2"], ["7", "Roads", "2,5", "3"]]
    for words in ("Spending of the city", "thousand euro", "Total · 4 · 5", "Source: the treasury", "One row says the heading again", "2023 (2)"):
        assert words in page
    answer = sheets.open(f"{address}.json?sum=2023").get_json()
    assert answer["after"] == ["Total · 4 · 5", "Source: the treasury"]
    assert [one["key"] for one in answer["columns"]] == ["office", "2023", "2023-2"]
    assert "4.0" in sheets.open(f"{address}?sum=2023").text


def test_a_workbook_opens_at_its_first_table_and_has_all_its_sheets(sheets: Sheets) -> None:
    import datetime

    notes = [["Notes"], ["Read me"]]
    header = [["Results", None, None, None], [None, "2024", None, None], ["Place", "Number", "Share", "Day"]]
    data = [["Huế", 1200, 0.5, datetime.datetime(2024, 5, 31)], ["Vinh", 30, 0.25, datetime.datetime(2024, 6, 1)], ["Vinh", "n/a", 0.1, datetime.datetime(2024, 6, 2)]]
    book = workbook(header + data, notes, [["a", "b"], [1, 2]], merged=("B2:D2",), names=("Data", "Read <me>", "More"))
    address = sheets.address(book, "book.xlsx")
    page = sheets.open(address).text
    assert shown(page)[0] == ["4", "Huế", "1200", "0.5", "2024-05-31"]
    assert "2024 / Number" in page and "Read &lt;me&gt;" in page and "Results" in page
    assert shown(sheets.open(f"{address}?sheet=3").text) == [["2", "1", "2"]]
    assert sheets.cells(f"{address}.csv?sheet=3&sort=-a") == [["a", "b"], ["1", "2"]]
    assert "It has 3 sheets" in sheets.open(f"{address}?sheet=9").text
    assert sheets.client.get(f"{address}.json?sheet=9").status_code == 404
    assert column(sheets.open(f"{address}?2024-number.from=1000").text, 2) == ["1200"]


def test_open_documents_and_tabs_open_too(sheets: Sheets) -> None:
    cells = "".join(
        f"<table:table-row>{''.join(cell)}</table:table-row>"
        for cell in (
            [f"<table:table-cell office:value-type='string'><text:p>{word}</text:p></table:table-cell>" for word in ("Place", "People")],
            ["<table:table-cell office:value-type='string'><text:p>Huế</text:p></table:table-cell>", "<table:table-cell office:value-type='float' office:value='12.5'><text:p>12,5</text:p></table:table-cell>"],
            ["<table:table-cell office:value-type='string'><text:p>Vinh</text:p></table:table-cell>", "<table:table-cell office:value-type='float' office:value='3'><text:p>3</text:p></table:table-cell>"],
        )
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            f'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="One">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        packed.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    page = sheets.open(f"{sheets.address(content.getvalue(), 'people.ods')}?sort=people").text
    assert shown(page) == [["3", "Vinh", "3"], ["2", "Huế", "12.5"]]
    tabs = sheets.open(sheets.address("Place\tPeople\nHuế, the city\t1,250\nVinh\t7\n", "people.tsv")).text
    assert shown(tabs)[0] == ["2", "Huế, the city", "1,250"]


def test_the_page_is_vietnamese_too(sheets: Sheets) -> None:
    address = sheets.address(SPENDING)
    page = sheets.open(f"/vi{address}?group=supplier&sum=amount").text
    assert "250.000,05" in page and "Mở" not in page.split("<main")[0]
    assert "Sum of" not in page and "Filter rows" not in page


def test_pages_stay_light_whatever_the_table_is(sheets: Sheets) -> None:
    names = ",".join(f"a rather long name of a column {n}" for n in range(480))
    rows = "".join(",".join([f"chữ dài {'ệ' * 300}"] * 480) + "\n" for _ in range(60))
    address = sheets.address(f"{names}\n{rows}")
    columns = ",".join(f"a-rather-long-name-of-a-column-{n}" for n in range(480) if n % 10 == 0)
    for path in ("", f"?columns={columns}", "/columns", "/rows/3"):
        weight = len(sheets.open(address + path).data)
        assert weight < 100_000, f"{path[:20]}: {weight}"
    assert "?columns=:1,11,21,31" in sheets.open(f"{address}?columns={columns}").text, "many columns are named by their places"
    named = sheets.open(f"{address}.json?columns=:1-2,480&size=1").get_json()
    assert [one["name"].rpartition(" ")[2] for one in named["columns"]] == ["0", "1", "479"]
    assert "is not a place" in sheets.open(f"{address}?columns=:x", 422).text
    assert "480 columns" in sheets.open(address).text
    assert "are too many columns" in sheets.open(f"{address}?columns={','.join(f'a-rather-long-name-of-a-column-{n}' for n in range(70))}", 422).text


def test_a_file_of_an_earlier_version_keeps_its_address(sheets: Sheets) -> None:
    first, second = sheets.keep(SPENDING), sheets.keep("a,b\n1,2\n")
    record = a_decision(files=(first,))
    (number,) = sheets.save(record)
    sheets.save(record.model_copy(update={"files": (second,)}))
    assert first.sha256
    assert "belongs to an earlier version" in sheets.open(f"/records/{number}/files/{first.sha256[:16]}/table").text
    assert number == number_of(record.source, record.identifier)


def test_the_operator_sees_and_clears_the_shelf(sheets: Sheets, app: Any) -> None:
    from portal.cli import cli

    address = sheets.address(SPENDING)
    sheets.open(address)
    run = app.test_cli_runner().invoke
    assert "1 tables" in run(cli, ["tables", "status"]).output
    assert '"tables": 1' in run(cli, ["tables", "status", "--json"]).output
    assert "threw away 1 tables" in run(cli, ["tables", "clear"]).output
    assert not list(shelf.tables(shelf.folder_of(sheets.portal.settings.data_dir)))
    assert "5 rows" in sheets.open(address).text


@pytest.mark.samples
def test_real_tables_open_or_say_why(sheets: Sheets, samples: Path) -> None:
    outcome = {}
    for path in sorted((samples / "messy_tables").glob("[0-9]*")):
        page = sheets.open(sheets.address(path.read_bytes(), path.name, checked=False)).text
        outcome[path.name[:2]] = "why" if "cannot be opened as a table" in page else "rows"
    assert {number for number, what in outcome.items() if what == "why"} == {"10", "11"}, "one is locked, one holds a single cell"
    address = sheets.address((samples / "messy_tables" / "14_hotel_occupancy_fr_latin1_decimal_comma.csv").read_bytes(), "hotels.csv", language="fr", checked=False)
    assert sheets.open(f"{address}.json?size=1&sort=-date&values=plain").get_json()["results"][0]["date"] == "2017-10-01"


@pytest.mark.samples
def test_sums_of_real_payments_agree_with_their_file(sheets: Sheets, samples: Path) -> None:
    content = (samples / "spending" / "gla_spending_2013.csv").read_bytes()
    address = sheets.address(content, "payments.csv")
    sums: dict[str, Decimal] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        sums[row["Vendor"]] = sums.get(row["Vendor"], Decimal()) + Decimal(row["Amount"])
    groups = sheets.cells(f"{address}.csv?group=vendor&sum=amount")[1:]
    assert {row[0].lstrip("'"): Decimal(row[3]) for row in groups} == {name.strip(): total for name, total in sums.items()}
