"""What the columns of an unknown table hold is decided by what stands in all their cells."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvesters.tables.columns import Column, Custom, decide, kinds_of, read_date, read_number

ENGLISH, VIETNAMESE, NOWHERE = Custom(".", "", "en"), Custom(",", "dmy", "vi"), Custom()


def column(*texts: str, name: str = "x", custom: Custom = ENGLISH, native: bool = False) -> Column:
    counts = {text: texts.count(text) for text in texts}
    return decide(name, list(counts.items()), custom, native=native)


def values(*texts: str, custom: Custom = ENGLISH) -> list[object]:
    found = column(*texts, custom=custom)
    read = found.reader()
    return [read(text) if not found.is_number else found.number(text) for text in texts]


@pytest.mark.parametrize(
    ("texts", "kind", "read"),
    [
        (("1", "-20", "300"), "integer", [1, -20, 300]),
        (("1.5", "2", ".25"), "decimal", [Decimal("1.5"), 2, Decimal("0.25")]),
        (("1,5", "2,25"), "decimal", [Decimal("1.5"), Decimal("2.25")]),
        (("229,932.50", "-4"), "decimal", [Decimal("229932.50"), -4]),
        (("1.234.567", "12,5"), "decimal", [1234567, Decimal("12.5")]),
        (("1 234,5", "12"), "decimal", [Decimal("1234.5"), 12]),
        (("1\u202f234,5", "12"), "decimal", [Decimal("1234.5"), 12]),
        (("1'234.50", "99’999.5"), "decimal", [Decimal("1234.50"), Decimal("99999.5")]),
        (("£1,234.50", "(12)"), "decimal", [Decimal("1234.50"), -12]),
        (("45%", "3%"), "integer", [45, 3]),
        (("−5", "1E+03"), "integer", [-5, 1000]),
        (("0.123", "1.000"), "decimal", [Decimal("0.123"), 1]),
        (("2024-05-31", "2024-01-02 10:30", "2024/2/3"), "date", ["2024-05-31", "2024-01-02T10:30", "2024-02-03"]),
        (("01/02/2024", "13/02/2024"), "date", ["2024-02-01", "2024-02-13"]),
        (("01/02/2024", "02/13/2024 11:05 PM"), "date", ["2024-01-02", "2024-02-13T23:05"]),
        (("5-Apr-13", "6 May 2014", "March 3rd, 2015"), "date", ["2013-04-05", "2014-05-06", "2015-03-03"]),
        (("20240531", "20240601", "20240602"), "date", ["2024-05-31", "2024-06-01", "2024-06-02"]),
        (("2024-05", "03/2024"), "date", ["2024-05", "2024-03"]),
        (("Yes", "no", "YES"), "boolean", [1, 0, 1]),
        (("Có", "Không"), "boolean", [1, 0]),
        (("01", "02", "10"), "text", [None, None, None]),
        (("Road", "12"), "text", [None, None]),
        (("31/02/2024", "30/02/2024"), "text", [None, None]),
        (("20240531", "99999999", "20240602"), "integer", [20240531, 99999999, 20240602]),
    ],
)
def test_a_column_is_what_all_its_cells_can_be(texts: tuple[str, ...], kind: str, read: list[object]) -> None:
    assert column(*texts).kind == kind
    assert values(*texts) == read


def test_what_can_be_read_in_two_ways_is_decided_by_custom_and_said() -> None:
    assert values("1.234", "2.500", custom=VIETNAMESE) == [1234, 2500]
    assert column("1.234", "2.500", custom=VIETNAMESE).remarks == ("form_by_custom",)
    assert values("1.234", "2.500") == [Decimal("1.234"), Decimal("2.5")]
    assert values("1,234", "2,500") == [1234, 2500]
    assert values("01/02/2024", custom=VIETNAMESE) == ["2024-02-01"]
    assert column("01/02/2024", custom=VIETNAMESE).remarks == ("order_by_custom",)


def test_without_evidence_it_stays_words_and_says_so() -> None:
    assert (column("01/02/2024", "03/04/2024").kind, column("01/02/2024", "03/04/2024").remarks) == ("text", ("unclear_dates",))
    found = column("1.234", "2.500", custom=NOWHERE)
    assert (found.kind, found.remarks) == ("text", ("unclear_numbers",))
    assert column("007", "010").remarks == ("codes",)


def test_other_columns_prove_what_a_mark_means() -> None:
    names, cells = ("a", "b"), ([("1.234", 1), ("2.500", 1)], [("1,5", 1), ("2,75", 1)])
    first, second = kinds_of(names, cells, ENGLISH)
    assert first.number("1.234") == 1234 and first.remarks == ("form_by_others",)
    assert second.number("1,5") == Decimal("1.5")


def test_a_workbook_says_itself_what_its_numbers_are() -> None:
    found = column("1234.567", "2.5", custom=VIETNAMESE, native=True)
    assert found.number("1234.567") == Decimal("1234.567")


def test_few_cells_that_do_not_fit_are_told_and_many_make_it_words() -> None:
    found = decide("x", [("5", 90), ("6", 7), ("many", 2), ("n/a", 1), ("***", 4)], ENGLISH)
    assert (found.kind, found.misfits, found.misfit_examples) == ("integer", 2, ("many",))
    assert found.missing == (("***", 4), ("n/a", 1))
    assert decide("x", [("5", 9), ("many", 1)], ENGLISH).kind == "text"


def test_different_currencies_are_not_added_up() -> None:
    found = decide("x", [(f"£{n}", 1) for n in range(40)] + [("$5", 1)], ENGLISH)
    assert (found.unit, found.misfit_examples) == ("£", ("$5",))
    assert decide("x", [("£5", 1), ("$5", 1)], ENGLISH).kind == "text"


def test_years_are_known_by_their_name() -> None:
    assert "year" in column("2019", "2020", name="Năm").remarks
    assert "year" not in column("2019", "2020", name="Visitors").remarks


def test_a_number_without_room_in_64_bits_is_still_read_exactly() -> None:
    found = column("12345678901234567.25", "1")
    assert found.wide and found.number("12345678901234567.25") == Decimal("12345678901234567.25")


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12), min_size=1, max_size=30))
def test_values_are_whole_numbers_of_the_same_scale(numbers: list[Decimal]) -> None:
    texts = [f"{number:f}" for number in numbers]
    found = decide("x", [(text, 1) for text in texts], Custom("."), native=True)
    read = found.reader()
    assert [Decimal(int(str(read(text)))).scaleb(-found.scale) for text in texts] == numbers


@pytest.mark.parametrize("text", ["", "-", ".", ",", "1" * 5000, "1," * 3000, "((1))", "(1", "1-2", "٣", "1..2", "1,23,4", "0x1F", "1_000", "a1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text, ".", ",") is None
    assert read_date(text, "dmy") is None


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    column(text or "-", "1", "2024-01-01")
    read_date(text, "mdy")
