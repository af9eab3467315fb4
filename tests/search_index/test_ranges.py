"""Ranges of amounts and days, and queries that make no sense."""

import random
from datetime import date

import pytest

from search_index.query import Amounts, Dates, Facet, parse
from search_index.ranges import read_amounts, read_days


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1000..5000", (1000, 5000)), ("5000..1000", (1000, 5000)), ("1000...5000", (1000, 5000)), (">=1000", (1000, None)), ("<=2.5m", (None, 2_500_000)), ("..3bn", (None, 3_000_000_000)),
        ("1,000,000..", (1_000_000, None)), ("1.000.000", (1_000_000, 1_000_000)), ("1,5m", (1_500_000, 1_500_000)), ("€20k..", (20_000, None)), ("12.50", (12.5, 12.5)),
        ("..", None), ("much", None), ("1000..much", None), (">", None), ("1.2.3", None), ("1" * 400, None),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_notation(text: str, ends: tuple[float | None, float | None] | None) -> None:
    assert read_amounts(text) == ends


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2023..2024", (date(2023, 1, 1), date(2024, 12, 31))), ("2024..2023-05", (date(2023, 5, 1), date(2024, 12, 31))), ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        (">2020", (date(2021, 1, 1), None)), (">=2020", (date(2020, 1, 1), None)), ("<2020-03", (None, date(2020, 2, 29))), ("<=2020-03", (None, date(2020, 3, 31))),
        ("..2020-03-05", (None, date(2020, 3, 5))), ("2020..soon", None), ("2020-13", None), (">9999", None), ("<0001", None), ("..", None),
    ],
)  # fmt: skip
def test_days_are_read_by_year_month_and_day(text: str, days: tuple[date | None, date | None] | None) -> None:
    assert read_days(text) == days


def test_what_is_beyond_an_open_end_is_not_included() -> None:
    above, below = read_amounts(">1000"), read_amounts("<1000")
    assert above and above[0] and above[0] > 1000 and below and below[1] and below[1] < 1000


def test_a_field_that_is_also_a_facet_is_a_range_only_where_one_is_written() -> None:
    facets = ("year", "amount")
    assert parse("year:2020", facets).tree == Facet("year", "2020")
    assert parse("year:2020..2021", facets).tree == Dates(date(2020, 1, 1), date(2021, 12, 31))
    assert parse("amount:EUR:1000", facets).tree == Facet("amount", "EUR:1000")
    assert parse("amount:1000", facets).tree == Amounts(1000, 1000)


def test_what_was_no_rule_is_said_and_searched_as_words() -> None:
    parsed = parse("roads issued:soon amount:much", ("axis",))
    assert parsed.odd == ("issued:soon", "amount:much") and "plain_words" in parsed.notes
    assert parsed.words == ("roads", "issued", "soon", "amount", "much")


def test_nothing_that_can_be_typed_is_an_error() -> None:
    pieces = ['"', "~", "~5", "(", ")", "-", ":", "..", ">", "<", "=", "*", "OR", "NOT", "AND", "amount:", "issued:", "year:", "title:", "from:", "1", "99999999999", "2024",
              "2024-13", "é", "đ", "漢字", "\u202e", "\0", "🙂", " ", " ", "word", "€", "№", "…", "“", "，", "\ud800"]  # fmt: skip
    dice = random.Random(7)
    for _ in range(20_000):
        text = "".join(dice.choice(pieces) for _ in range(dice.randint(1, 14)))
        parse(text, ("axis", "year", "amount"))
