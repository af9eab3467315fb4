"""A workbook of an agency is opened within limits before anything here opens it."""

import io

import openpyxl
import pytest

from harvesters.tables.apart import TooMuch, demand_modest


def workbook(rows: int) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in range(rows):
        book.active.append([row, "Office of Streets", row * 3])
    file = io.BytesIO()
    book.save(file)
    return file


def test_an_ordinary_workbook_and_a_text_are_let_through() -> None:
    demand_modest(workbook(50), "a.xlsx")
    demand_modest(io.BytesIO(b"Year,Amount\n2024,3\n"), "a.csv")


def test_one_that_takes_more_than_it_may_is_named_and_never_opened_here() -> None:
    with pytest.raises(TooMuch, match="takes more than 20 seconds or 40 MB to open; ask the agency for CSV"):
        demand_modest(workbook(30_000), "a.xlsx", memory=40_000_000)
