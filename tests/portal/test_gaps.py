"""What is missing between the days and the numbers that a source brought."""

from datetime import date, timedelta

from portal.gaps import Days, missing_days, missing_numbers

MONDAY = date(2024, 1, 1)


def workdays(weeks):
    return [MONDAY + timedelta(weeks=week, days=day) for week in range(weeks) for day in range(5)]


def test_a_workday_without_a_record_is_a_gap_and_a_sunday_is_none():
    days = [day for day in workdays(20) if day not in (date(2024, 2, 8), date(2024, 2, 9), date(2024, 2, 12), date(2024, 4, 3))]
    assert missing_days(days) == [Days(date(2024, 4, 3), date(2024, 4, 3), 1), Days(date(2024, 2, 8), date(2024, 2, 12), 3)]


def test_a_weekly_council_has_a_gap_of_one_week():
    days = [MONDAY + timedelta(weeks=week) for week in range(30) if week != 12]
    assert missing_days(days) == [Days(MONDAY + timedelta(weeks=12), MONDAY + timedelta(weeks=12), 1)]


def test_where_there_is_no_rhythm_there_is_no_gap():
    assert missing_days([date(2024, 1, 1), date(2024, 3, 7), date(2024, 9, 30)]) == []
    assert missing_days(workdays(3)) == [] and missing_days([]) == []


def test_missing_running_numbers_are_listed():
    (run,) = missing_numbers([(f"{number}/QĐ-TTg", 2024) for number in range(1, 61) if number not in (7, 20, 21)])
    assert (run.least, run.most, run.count, run.missing, run.missing_count) == (1, 60, 57, ((7, 7), (20, 21)), 3)


def test_numbers_that_begin_anew_every_year_are_told_apart():
    given = [(f"{number}/QĐ-TTg", year) for year in (2023, 2024) for number in range(1, 41) if (year, number) != (2024, 9)]
    (run,) = missing_numbers(given)
    assert (run.missing, run.count) == (((9, 9),), 39)


def test_a_year_in_the_identifier_says_where_a_number_belongs():
    given = [(f"2024-{number:05}", 2024 if number < 48 else 2025) for number in range(1, 51) if number != 30]
    (run,) = missing_numbers(given)
    assert (run.missing, run.missing_count) == (((30, 30),), 1)


def test_a_choice_out_of_many_numbers_has_no_gaps():
    assert missing_numbers([(f"2024-{number:05}", 2024) for number in range(1, 5000, 7)]) == []
    assert missing_numbers([(f"{number:08x}-aaaa-{number:04x}-0{number}", 2024) for number in range(4000, 4100)]) == []
    assert missing_numbers([("set-1", None), ("set-3", None)]) == []
