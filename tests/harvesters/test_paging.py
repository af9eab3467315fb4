"""Paging gets everything that there is, and ends whatever the server does."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from harvesters.paging import Page, by_cursor, by_date_window, by_next_link, by_number, by_offset, same_host
from harvesters.run import Remark


def rows_of(pages: Iterator[Any]) -> list[Any]:
    return [row for row in pages if not isinstance(row, Remark)]


def oddities_of(pages: Iterator[Any]) -> list[str]:
    return [row.odd for row in pages if isinstance(row, Remark) and row.odd]


def test_offsets_go_on_by_what_was_received() -> None:
    asked = []

    def fetch(start: int) -> Page:
        asked.append(start)
        return Page(list(range(start, min(start + 3, 8))), 8)

    assert rows_of(by_offset(fetch)) == list(range(8))
    assert asked == [0, 3, 6]


def test_offsets_end_at_an_empty_page_where_no_total_is_given() -> None:
    assert rows_of(by_offset(lambda start: Page(list(range(start, min(start + 4, 6)))))) == list(range(6))


def test_a_total_that_changes_on_the_way_is_told() -> None:
    totals = iter([4, 5, 5])
    pages = list(by_offset(lambda start: Page(list(range(start, min(start + 2, 5))), next(totals))))
    assert [row.expected for row in pages if isinstance(row, Remark)] == [4, 5]
    assert rows_of(iter(pages)) == [0, 1, 2, 3, 4]


def test_the_same_page_for_ever_is_read_once() -> None:
    for pages in (by_offset, by_number):
        assert rows_of(pages(lambda _: Page([1, 2, 3], 1000))) == [1, 2, 3]
        assert "same items as a page before" in oddities_of(pages(lambda _: Page([1, 2, 3], 1000)))[0]


def test_paging_without_end_ends() -> None:
    pages = list(by_number(lambda number: Page([number]), most=50))
    assert len(rows_of(iter(pages))) == 50
    assert pages[-1].incomplete
    assert pages[-1].odd == "paging did not end after 50 pages; stopped"


def test_numbers_go_on_until_everything_came() -> None:
    asked = []

    def fetch(number: int) -> Page:
        asked.append(number)
        return Page([number * 10, number * 10 + 1], 4)

    assert rows_of(by_number(fetch)) == [10, 11, 20, 21]
    assert asked == [1, 2]


def test_cursors_are_followed_to_the_end() -> None:
    book = {"": Page([1], next="a"), "a": Page([2], next="b"), "b": Page([3])}
    assert rows_of(by_cursor(book.__getitem__)) == [1, 2, 3]


def test_a_cursor_that_leads_back_ends() -> None:
    book = {"": Page([1], next="a"), "a": Page([2], next="b"), "b": Page([3], next="a")}
    pages = list(by_cursor(book.__getitem__))
    assert rows_of(iter(pages)) == [1, 2, 3]
    assert pages[-1].incomplete


def test_next_links_stay_on_the_host_of_the_source() -> None:
    asked = []

    def fetch(url: str) -> Page:
        asked.append(url)
        return Page([len(asked)], next="https://elsewhere.example/documents?page=2" if len(asked) == 1 else None)

    assert rows_of(by_next_link(fetch, "https://agency.example/documents.json")) == [1, 2]
    assert asked[1] == "https://agency.example/documents?page=2"
    assert same_host("https://agency.example/a/b?x=1", "?page=2") == "https://agency.example/a/b?page=2"


def test_windows_are_halved_until_each_is_below_the_wall() -> None:
    def size(first: date, last: date) -> int:
        return ((last - first).days + 1) * 40

    windows = list(by_date_window(size, date(2024, 1, 1), date(2024, 1, 31), wall=200))
    days = [window for window in windows if not isinstance(window, Remark)]
    assert days[0][0] == date(2024, 1, 1) and days[-1][1] == date(2024, 1, 31)
    assert all(size(*window) < 200 for window in days)
    assert sum((last - first).days + 1 for first, last in days) == 31


def test_a_day_beyond_the_wall_is_said_to_be_out_of_reach() -> None:
    remark, window = by_date_window(lambda *_: 300, date(2024, 1, 1), date(2024, 1, 1), wall=200)
    assert isinstance(remark, Remark) and remark.incomplete
    assert window == (date(2024, 1, 1), date(2024, 1, 1))


def test_a_source_that_does_not_heed_dates_is_not_asked_for_every_day() -> None:
    asked = []

    def size(first: date, last: date) -> int:
        asked.append((first, last))
        return 10_000

    windows = list(by_date_window(size, date(2000, 1, 1), date(2026, 1, 1), wall=10_000))
    assert len(asked) < 30
    assert isinstance(windows[-1], Remark) and "does not heed the dates" in windows[-1].odd
