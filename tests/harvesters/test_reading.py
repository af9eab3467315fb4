"""Reading what agencies write: dates, descriptions, addresses, types of files, licences, languages, places."""

from typing import Any

import pytest

from harvesters.catalogues import (
    language_tag,
    licence,
    media_type,
    nearest,
    place_code,
    rhythm,
    theme,
    web_address,
    words,
)
from harvesters.dates import day_order, read_date
from harvesters.markup import read_line, read_markup, split_lead


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024", "2024"),
        (2024, "2024"),
        ("2024-05", "2024-05"),
        ("2024-5-1", "2024-05-01"),
        ("2024/05/31", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("31.12.2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("5/5/2024", "2024-05-05"),
        ("May 31, 2024", "2024-05-31"),
        ("Tuesday, August 18, 2015", "2015-08-18"),
        ("31 May 2024", "2024-05-31"),
        ("Sept. 2024", "2024-09"),
        ("Fri, 31 May 2024 08:00:00 GMT", "2024-05-31T08:00:00Z"),
        ("2024-05-31T08:15:00-04:00", "2024-05-31T12:15:00Z"),
        ("2024-05-31T08:15:00.123456+0200", "2024-05-31T06:15:00Z"),
        ("2024-05-31 08:15:00", "2024-05-31"),
        ("2024-05-31T00:00:00+02:00", "2024-05-31"),
        ("Date changed  jeu, 19/12/2019 - 03:00", "2019-12-19"),
        ("Tue, 12/10/2019 - 09:23", "2019-12-10"),
        ("mar, 10/12/2019 - 09:23", "2019-12-10"),
        ("1905-06-30", "1905-06-30"),
        ("", None),
        ("N/A", None),
        ("Ongoing", None),
        (None, None),
        ([], None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_a_date_is_read_in_the_ways_agencies_write_it(written: Any, read: str | None) -> None:
    assert read_date(written) == read


@pytest.mark.parametrize("written", ["31.02.2020", "01/02/2024", "2024-13-01", "soon", "12345", True, 3.5, {"a": 1}])
def test_what_means_no_day_or_two_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        read_date(written)


def test_an_order_decides_what_could_mean_two_days() -> None:
    assert read_date("01/02/2024", order="dmy") == "2024-02-01"
    assert read_date("01/02/2024", order="mdy") == "2024-01-02"


def test_the_order_is_that_of_the_country() -> None:
    assert [day_order(*home) for home in (("en", "US"), ("en", "GB"), ("de", "CH"), ("en", "CA"), ("en", None))] == [
        "mdy", "dmy", "dmy", "", "",
    ]  # fmt: skip


def test_a_moment_without_zone_is_a_day_or_where_declared_utc() -> None:
    assert read_date("2024-01-01T08:00:00.123456") == "2024-01-01"
    assert read_date("2024-01-01T08:00:00.123456", naive_is_utc=True) == "2024-01-01T08:00:00Z"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Plain text, 5 < 6 & 7 > 2.", "Plain text, 5 < 6 & 7 > 2."),
        ("A <5 mg sample", "A <5 mg sample"),
        ("One<br/>two", "One\ntwo"),
        ("<p>One</p>\n<p>two &amp; three</p>", "One\n\ntwo & three"),
        ("Fish &amp; chips&nbsp;", "Fish & chips"),
        ("<b>Bold</b> and <a href='https://a.example/x'>a link</a>", "**Bold** and [a link](https://a.example/x)"),
        ("<a href='javascript:alert(1)'>words</a>", "words"),
        ("<a href='https://a.example'>never closed", "[never closed](https://a.example)"),
        ("<ul><li>one</li><li>two<ol><li>deep</li></ol></li></ul>", "- one\n- two\n  1. deep"),
        ("<h3>Head</h3>text<script>alert(1)</script>", "### Head\n\ntext"),
        ("# Markdown\r\n\r\n\r\n* stays", "# Markdown\n\n* stays"),
    ],
)
def test_html_becomes_readable_text(written: str, read: str) -> None:
    assert read_markup(written) == read


def test_a_title_is_one_line_without_markup() -> None:
    assert read_line(" A <i>green</i>\n bridge &amp; <b>more</b> ") == "A green bridge & more"


def test_a_description_begins_with_a_lead_that_says_something() -> None:
    assert split_lead(
        "Short.\n\nA second paragraph that is long enough to say what this is about, at last.\n\nRest."
    ) == (
        "Short.\n\nA second paragraph that is long enough to say what this is about, at last.",
        "Rest.",
    )
    lead, body = split_lead("word " * 6000)
    assert len(lead) <= 20_000 and lead.endswith("…") and body.count("word") == 6000


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTP://WWW.Agency.example/A b", "http://www.agency.example/A%20b"),
        ("https://agency.example/Dicionário de dados.pdf", "https://agency.example/Dicionário%20de%20dados.pdf"),
        ("ftp://agency.example/x", ""),
        ("hhttps://agency.example", ""),
        ("Prefeitura", ""),
        ("https://", ""),
        ("https://[2001:db8", ""),
        (None, ""),
        ("https://agency.example/" + "x" * 2000, ""),
    ],
)
def test_an_address_is_one_that_a_browser_opens(written: Any, read: str) -> None:
    assert web_address(written) == read


@pytest.mark.parametrize(
    ("stated", "address", "read"),
    [
        (("text/csv; charset=utf-8",), "", "text/csv"),
        ((".CSV",), "", "text/csv"),
        ((None, "zip+csv"), "", "application/zip"),
        (("application/octet-stream", "GEOJSON"), "", "application/geo+json"),
        (("",), "https://a.example/x.xlsx?v=1", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (("WMS",), "https://a.example/wms", "WMS"),
        ((), "https://a.example/page", ""),
    ],
)
def test_a_type_of_file_is_read_from_what_is_stated(stated: Any, address: str, read: str) -> None:
    assert media_type(*stated, address=address) == read


def test_licences_are_named_where_their_address_names_them() -> None:
    assert licence("https://creativecommons.org/licenses/by-sa/3.0/deed.en") == "CC-BY-SA-3.0"
    assert licence(None, "http://www.opendefinition.org/licenses/odc-odbl") == "ODbL-1.0"
    assert licence("http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/") == "OGL-UK-3.0"
    assert licence("Creative Commons Attribution") == "Creative Commons Attribution", "no version is made up"
    assert licence(None, "") == ""


def test_languages_places_and_rhythms_are_read_or_left_out() -> None:
    tags = ["en-us", "us-EN", ".../authority/language/DEU", "sp-XX", "", None]
    assert [language_tag(tag) for tag in tags] == ["en-US", "en-US", "de", "", "", ""]
    assert (nearest("en-US", "en"), nearest("fr", "en")) == ("en", "fr")
    assert place_code("Philadelphia, Pennsylvania", "en", "US") == "US-PA"
    assert place_code("Georgia", "en", "US") == "US-GA"
    assert place_code("Schweiz", "de", "CH") == "CH"
    assert place_code("Brasil", "pt-BR", "BR") == "BR"
    assert place_code("State and County", "en", "US") is None
    assert [rhythm(word) for word in ("R/P1Y", "Mensal", "http://x.example/frequency/QUARTERLY", "R/PT1S")] == [
        "A", "M", "Q", None,
    ]  # fmt: skip


def test_subjects_are_given_only_where_they_are_clear() -> None:
    assert theme("http://publications.europa.eu/resource/authority/data-theme/ECON") == "ECON"
    assert theme("Crime & Justice") == "JUST"
    assert theme("saúde") == "HEAL"
    assert theme("Card Services Program") is None


def test_keywords_come_in_lists_and_in_strings() -> None:
    assert words("a, b;c", ["b", " d  e ", 7, None, ""]) == ("a", "b", "c", "d e", "7")
