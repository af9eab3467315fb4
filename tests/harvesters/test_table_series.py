"""Kind `table`, shape `series`: rows and columns become observations."""

from decimal import Decimal
from typing import Any

from harvesters.http import Http

from .agency import Agency
from .tables import read

LONG = {
    "shape": "series",
    "columns": {"place": "Code", "period": "Year", "value": "Value"},
    "values": {"title": "GDP of {Country}", "indicator": "GDP", "unit": "US$", "frequency": "A"},
}


def figures(record: Any) -> list[tuple[str, Decimal | None]]:
    return [(one.period, one.value) for one in record.observations]


def test_a_long_table_becomes_a_series_for_each_place(agency: Agency, http: Http) -> None:
    content = (
        "Country,Code,Year,Value\nViet Nam,VNM,2021,2\nLaos,LAO,2021,1\nViet Nam,VNM,2020,1.5\nAfrica,AFE,2020,9\n"
    )
    outturn = read(agency, http, content, LONG)
    assert [(one.identifier, one.title, one.places) for one in outturn.records] == [
        ("VN", "GDP of Viet Nam", ("VN",)), ("LA", "GDP of Laos", ("LA",)), ("AFE", "GDP of Africa", ("AFE",)),
    ]  # fmt: skip
    vietnam = outturn.records[0]
    assert figures(vietnam) == [("2020", Decimal("1.5")), ("2021", Decimal(2))]
    assert (vietnam.axis, vietnam.type, vietnam.unit, vietnam.frequency) == ("outcome", "indicator", "US$", "A")


def test_two_spellings_of_a_country_are_one_series(agency: Agency, http: Http) -> None:
    content = "country,2010,2011,2012\nViet Nam,0.0,2.9,0.0\nVietnam,2.7,,3.1\nAtlantis,1,2,3\n"
    options = {
        "shape": "series", "periods": "columns", "columns": {"place": "country"}, "missing": "0.0",
        "values": {"title": "Index: {country}"},
    }  # fmt: skip
    outturn = read(agency, http, content, options)
    assert [record.identifier for record in outturn.records] == ["VN", "Atlantis"]
    assert figures(outturn.records[0]) == [("2010", Decimal("2.7")), ("2011", Decimal("2.9")), ("2012", Decimal("3.1"))]
    assert outturn.records[1].places == ()
    assert outturn.account.notes == ["places without a code of ISO 3166, kept by name: Atlantis"]


def test_a_mark_for_missing_is_a_known_gap_and_a_blank_is_none(agency: Agency, http: Http) -> None:
    outturn = read(
        agency, http, "Country,Code,Year,Value\nA,VNM,2020,***\nA,VNM,2021,\nA,VNM,2022,3\n", {**LONG, "missing": "***"}
    )
    assert [(one.period, one.value, one.status) for one in outturn.records[0].observations] == [
        ("2020", None, "M"), ("2022", Decimal(3), "A"),
    ]  # fmt: skip


def test_a_series_without_any_figure_is_not_for_us(agency: Agency, http: Http) -> None:
    outturn = read(agency, http, "Country,Code,Year,Value\nA,VNM,2020,\n", LONG)
    assert (outturn.records, outturn.reasons, outturn.account.skipped) == ([], [], 1)


def test_a_bad_figure_rejects_its_series_alone(agency: Agency, http: Http) -> None:
    content = "Country,Code,Year,Value\nA,VNM,2020,x\nB,LAO,2020,1\nC,THA,2020,1\nC,THA,2020,2\nD,,2020,2\n"
    outturn = read(agency, http, content, LONG)
    assert [record.identifier for record in outturn.records] == ["LA"]
    assert outturn.reasons == [
        "row 2: Value = 'x' is not a number; correct it, or add it to missing",
        "row 5: 2020 is 2, but row 4 says 1",
        "row 6: place is blank: to which series does the row belong?",
    ]


def test_columns_can_be_indicators_each_with_its_own_words(agency: Agency, http: Http) -> None:
    content = 'Edition,Country,Rank,Score\n2022,"Viet Nam ",86,0.6787\n2024,Viet Nam,71,0.7709\n'
    options = {
        "shape": "series", "columns": {"place": "Country", "period": "Edition"}, "values": {"frequency": "A2"},
        "indicators": [
            {"id": "rank", "column": "Rank", "title": "Rank of {Country}", "title.vi": "Hạng: {Country}", "better": "lower"},
            {"id": "score", "column": "Score", "title": "Score of {Country}", "indicator": "Index"},
        ],
    }  # fmt: skip
    outturn = read(agency, http, content, options)
    rank, score = outturn.records
    assert (rank.identifier, rank.title, rank.better) == ("rank/VN", "Rank of Viet Nam", "lower")
    assert rank.translations["vi"].title == "Hạng: Viet Nam"
    assert (score.identifier, score.indicator, figures(score)[1]) == ("score/VN", "Index", ("2024", Decimal("0.7709")))
    assert b"Score" not in outturn.items[0].raw, "a series keeps its own columns"


def test_rows_can_be_indicators_and_others_are_left_out(agency: Agency, http: Http) -> None:
    content = "Code,What,Year,Value\nVNM,gdp,2020,1\nVNM,cpi,2020,2\nVNM,other,2020,3\n"
    options = {
        "shape": "series", "columns": {"place": "Code", "period": "Year", "value": "Value"},
        "indicators": [
            {"id": "gdp", "when": {"What": "GDP"}, "title": "GDP"}, {"id": "cpi", "when": {"What": "cpi"}, "title": "CPI"},
        ],
    }  # fmt: skip
    assert [record.identifier for record in read(agency, http, content, options).records] == ["gdp/VN", "cpi/VN"]


def test_months_in_columns_and_years_in_rows(agency: Agency, http: Http) -> None:
    options = {
        "shape": "series", "periods": {"Jan": "{Year}-01", "Feb": "{Year}-02"},
        "values": {"title": "Anomaly", "identifier": "anomaly"},
    }  # fmt: skip
    (record,) = read(agency, http, "Year,Jan,Feb\n2020,1,2\n2021,3,4\n", options).records
    assert [period for period, _ in figures(record)] == ["2020-01", "2020-02", "2021-01", "2021-02"]


def test_periods_are_read_in_many_spellings_and_made_as_coarse_as_stated(agency: Agency, http: Http) -> None:
    spelled = {
        "2024": "2024", "2024Q3": "2024-Q3", "Q1 2024": "2024-Q1", "2023-H2": "2023-S2", "2024M05": "2024-05",
        "2024-6": "2024-06", "Juli 2024": "2024-07", "2024-W07": "2024-W07", "2024-08-31": "2024-08-31",
    }  # fmt: skip
    content = "When,Value\n" + "".join(f"{period},1\n" for period in spelled)
    options = {
        "shape": "series", "columns": {"period": "When", "value": "Value"}, "values": {"title": "T", "identifier": "t"}
    }  # fmt: skip
    (record,) = read(agency, http, content, options, language="de").records
    assert {period for period, _ in figures(record)} == set(spelled.values())
    for frequency, wanted in {"A": "2024", "Q": "2024-Q3", "S": "2024-S2", "M": "2024-08"}.items():
        values = {"title": "T", "identifier": "t", "frequency": frequency}
        (record,) = read(agency, http, "When,Value\n2024-08-31,1\n", {**options, "values": values}).records
        assert figures(record)[0][0] == wanted
    assert "is not a date" in read(agency, http, "When,Value\nsoon,1\n", options).reasons[0]
