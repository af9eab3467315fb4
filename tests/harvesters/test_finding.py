"""A table of which nothing is known is found in its sheet."""

import pytest

from harvesters.tables.finding import Found, find_delimiter, find_table, split_foot


def rows(text: str) -> list[list[str]]:
    return [line.strip().split("|") for line in text.strip("\n").splitlines()]


def test_titles_and_blank_rows_are_above_the_table() -> None:
    found = find_table(rows("Spending 2024||\nin thousands||\n||\nPlace|2023|2024\nHà Nội|1|2\nHuế|3|4"))
    assert (found.columns, found.first, found.begins) == (("Place", "2023", "2024"), 3, 4)


def test_a_header_of_several_rows_is_one() -> None:
    found = find_table(rows("|Current|Current|Before\nPlace|Number|Share|Number\n|#|%|#\nA|1|0.5|3\nB|2|0.5|4"))
    assert found.columns == ("Place", "Current / Number / #", "Current / Share / %", "Before / Number / #")
    assert (found.first, found.begins) == (0, 3)


def test_names_that_are_missing_or_stand_twice_are_told_apart() -> None:
    assert find_table(rows("Name||Amount|Amount\nA|x|1|2\nB|y|3|4")).columns == ("Name", "column 2", "Amount", "Amount (2)")


def test_a_table_without_a_header_has_none() -> None:
    found = find_table(rows("1|2024-01-01|a\n2|2024-01-02|b\n3|2024-01-03|c"))
    assert (found.columns, found.first, found.begins) == (("column 1", "column 2", "column 3"), 0, 0)


def test_words_only_have_their_first_row_as_header() -> None:
    assert find_table(rows("name|town\nAn|Huế\nBình|Vinh")) == Found(("name", "town"), 0, 1, (("name", "town"),))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_with_which_rows_agree(delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (["a", "b", "c"], ["1,5", "x; y", "z"], ["2,5", "w", "v"], ["3", "u", "t"])]
    assert find_delimiter(lambda mark: [line.split(mark) for line in lines]) == delimiter


def test_totals_and_remarks_at_the_end_are_no_rows() -> None:
    table = list(enumerate(rows("A|1|2\nB|3|4\nTotal|4|6\nSource: the office||\nNote: estimates||"), 2))
    assert split_foot(table, 3) == 2
    assert split_foot(list(enumerate(rows("A|1|2\nTổng cộng:|3|4"))), 3) == 1
    assert split_foot(list(enumerate(rows("A|1|2\nTotality|3|4"))), 3) == 2


def test_a_category_that_is_called_total_is_data() -> None:
    table = list(enumerate(rows("Women|2020|1\nMen|2020|2\nTotal|2018|3\nTotal|2019|3\nTotal|2020|3\nTotal|2021|3")))
    assert split_foot(table, 3) == 6


def test_a_list_of_single_words_is_no_foot() -> None:
    assert split_foot(list(enumerate(rows("a||\nb||\nc||"))), 3) == 3


def test_the_header_said_again_is_known() -> None:
    found = find_table(rows("Year|Jan|Jan\n2001|3|4\n2002|5|6"))
    assert found.is_repeated(["Year ", "JAN", "jan", ""]) and not found.is_repeated(["2001", "3", "4"])
    assert not find_table(rows("1|2\n3|4\n5|6")).is_repeated(["", ""])
