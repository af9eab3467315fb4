"""Declarations are checked as strictly as by a compiler: file, line, value, and what to write."""

from pathlib import Path

import pytest

from harvesters.lint import Finding, lint
from harvesters.source import SHIPPED

GOOD = """\
title = "City data"
description = "What the city publishes."
kind = "ckan"
url = "https://data.city.gov/"
publisher = "City"
homepage = "https://data.city.gov/"
place = "VN-HN"
language = "vi"
license = "CC-BY-4.0"
minimum = 10
axis = "outcome"
"""


def examine(folder: Path, text: str, name: str = "city-data", is_set: bool = True) -> list[Finding]:
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return lint([path], lambda _: is_set)


def test_a_good_declaration_has_nothing_to_be_said_of_it(tmp_path: Path) -> None:
    assert examine(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "level", "words"),
    [
        ('kind = "ckan"', 'kind = "ckann"', 3, "error", "kind 'ckann' is unknown; known kinds: .*did you mean ckan"),
        ("license = ", "licence = ", 9, "error", "licence = 'CC-BY-4.0' is not known; did you mean license"),
        ('axis = "outcome"', 'axis = "outcomes"', 11, "error", "axis 'outcomes' is unknown; write decision, policy"),
        ('axis = "outcome"', "", 3, "error", "axis is missing: kind ckan does not know it, and every item would be"),
        ('"vi"', '"vn"', 8, "error", "language = 'vn' is no language of ISO 639; did you mean vi"),
        ('"VN-HN"', '"UK"', 7, "error", "place = 'UK' is no code of ISO 3166; did you mean GB"),
        ('"VN-HN"', '"Hanoi"', 7, "error", "place = 'Hanoi'"),
        ("minimum = 10", "minimum = 0", 10, "warning", "minimum = 0 takes an empty answer for a good one"),
        ("minimum = 10", "", 1, "note", "minimum is missing"),
        ("minimum = 10", "minimum = -1", 10, "error", "minimum = -1"),
        ('"CC-BY-4.0"', '"CC-BY-4"', 9, "warning", "license = 'CC-BY-4' is not an identifier .* did you mean CC-BY-4.0"),
        ('"CC-BY-4.0"', '"cc-by-4.0"', 9, "warning", "did you mean CC-BY-4.0"),
        ('homepage = "https://data.city.gov/"', "", 1, "warning", "homepage is missing; give the page"),
        ('license = "CC-BY-4.0"', "", 1, "warning", "license is missing"),
        ('url = "https:', 'url = "http:', 4, "warning", "url = 'http://data.city.gov/' is not encrypted"),
        ('url = "https://data', 'url = "https://me:geheim@data', 4, "error", "url holds a password in the clear; .* token_env"),
        ('.gov/"\npub', '.gov/?api_key=0123456789"\npub', 4, "error", r"url holds a secret in the clear \(api_key=…\)"),
        ('.gov/"\npub', '.gov/#top"\npub', 4, "warning", "url has a fragment"),
        ("minimum = 10", 'minimum = 10\nschedule = "1 2 3"', 11, "error", "schedule = '1 2 3': is unknown; write hourly"),
        ("minimum = 10", 'minimum = 10\nschedule = "0 25 * * *"', 11, "error", "is not a cron line"),
        ("minimum = 10", "minimum = 10\ndelay = 60\ndeadline = 30", 12, "error", "deadline = 30 ends before the second request"),
        ("minimum = 10", "minimum = 10\ndelay = 0", 11, "warning", "delay = 0 asks without a pause"),
        ("minimum = 10", "minimum = 10\nrows = 5", 11, "error", "rows = 5 is an option of kind ckan; write it below"),
        ('axis = "outcome"', 'axis = "outcome"\n[options]\nrow = 5', 13, "error", "options.row = 5: not known; .*did you mean rows"),
        ('axis = "outcome"', 'axis = "outcome"\n[options]\nrows = 5000', 13, "error", "options.rows = 5000: .*less than or equal to 1000"),
        ('axis = "outcome"', 'axis = "outcome"\n[options]\napi_token = "0123456789"', 13, "error", "options.api_token holds a secret"),
        ('title = "City', 'title = "City" "', 1, "error", "it is not TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, level: str, words: str
) -> None:
    import re

    assert old in GOOD
    found = examine(tmp_path, GOOD.replace(old, new, 1))
    assert [one for one in found if (one.line, one.level) == (line, level) and re.search(words, one.message)], found


def test_all_faults_are_told_at_once_also_those_of_options_and_rules(tmp_path: Path) -> None:
    text = GOOD.replace("minimum = 10", 'minimum = "ten"').replace('axis = "outcome"\n', "")
    text += '[options]\nfilter = """\n[not a table\nx = [1\n"""\nrowss = 1\n\n[[rules]]\nwhen = { type = "plan" }\naxis = "police"\n'
    found = {(one.line, one.level): one.message for one in examine(tmp_path, text)}
    assert "minimum = 'ten'" in found[10, "error"]
    assert "options.rowss" in found[16, "error"]
    assert "axis 'police' is unknown" in found[18, "error"]


def test_a_rule_that_is_never_reached_is_told(tmp_path: Path) -> None:
    rules = '[[rules]]\nwhen = { type = "plan" }\naxis = "policy"\n\n[[rules]]\nwhen = { type = "planning", title = "x" }\naxis = "decision"\n'
    (found,) = examine(tmp_path, GOOD + rules)
    assert (found.line, found.level) == (16, "warning")
    assert "rule 2 is never reached: rule 1 fits everything that it fits" in found.message


def test_a_token_that_is_not_set_is_a_note_and_one_over_http_an_error(tmp_path: Path) -> None:
    with_token = GOOD.replace("minimum = 10", 'minimum = 10\ntoken_env = "CITY_TOKEN"')
    assert examine(tmp_path, with_token) == []
    (note,) = examine(tmp_path, with_token, is_set=False)
    assert (note.level, note.message) == ("note", "CITY_TOKEN is not set in this environment; runs will fail without it")
    (error,) = examine(tmp_path, with_token.replace('url = "https', 'url = "http'))
    assert (error.level, "the token would travel in the clear" in error.message) == ("error", True)


def test_the_same_source_twice_is_an_error(tmp_path: Path) -> None:
    first = tmp_path / "city-first.toml"
    first.write_text(GOOD)
    second = tmp_path / "city-second.toml"
    second.write_text(GOOD.replace("gov/", "gov", 1))
    (found,) = lint([second], lambda _: True, [first])
    assert (found.level, found.path) == ("error", second)
    assert "url is that of city-first, too, and asks for the same" in found.message
    second.write_text(GOOD + '[options]\ngroup = "health"\n')
    assert [one.level for one in lint([first, second], lambda _: True)] == ["note"]


def test_a_name_that_no_address_can_have_is_an_error(tmp_path: Path) -> None:
    (found,) = examine(tmp_path, GOOD, "City Data")
    assert "lower-case words joined by hyphens" in found.message


def test_what_the_portal_ships_has_no_error() -> None:
    assert [one for one in lint(sorted(SHIPPED.glob("*.toml")), lambda _: True) if one.level == "error"] == []
