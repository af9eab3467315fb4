"""What differs stays apart: units, powers of ten, groups without a code, and two figures for one period."""

import json
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds.sdmx_message import read_message
from harvesters.kinds.series import MOST, items, read_period
from harvesters.record import Observation
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

HEAD = "DATAFLOW,FREQ,REF_AREA,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,NOTE_SOURCE,CONTACT\n"


def came(agency: Agency, http: Http, text: str, **more: Any) -> tuple[Account, list[Any]]:
    account = Account()
    source = a_source("sdmx", agency.plays("/data/RIVER/all", Reply(text, media_type="x/y")), **more)
    return account, list(harvest(source, http, account=account))


def test_series_that_differ_in_their_unit_stay_two(agency: Agency, http: Http) -> None:
    rows = "X:RIVER(1.0),A,VN,USD,2024,5,A,0,,\nX:RIVER(1.0),A,VN,EUR,2024,4,A,0,,\n"
    _account, results = came(agency, http, HEAD + rows)
    told = {one.record.identifier: (one.record.title, one.record.unit, one.record.observations[0].value) for one in results}
    assert told == {
        "RIVER/FREQ=A;UNIT_MEASURE=USD": ("RIVER – USD", "USD", 5),
        "RIVER/FREQ=A;UNIT_MEASURE=EUR": ("RIVER – EUR", "EUR", 4),
    }


def test_a_unit_among_the_attributes_of_xml_keeps_series_apart(agency: Agency, http: Http) -> None:
    series = "".join(f'<Series FREQ="A" GEO="{place}" UNIT_MEASURE="{unit}"><Obs TIME_PERIOD="2024" OBS_VALUE="{value}"/></Series>' for place, unit, value in (("VN", "USD", 5), ("VN", "EUR", 4)))
    text = f'<m:StructureSpecificData xmlns:m="m"><m:Header><m:Structure><x><Ref id="RIVER"/></x></m:Structure></m:Header><m:DataSet>{series}</m:DataSet></m:StructureSpecificData>'
    _account, results = came(agency, http, text)
    assert [(one.record.unit, one.record.observations[0].value) for one in results] == [("USD", 5), ("EUR", 4)]


def test_a_power_of_ten_is_said_of_the_figures_that_it_belongs_to(agency: Agency, http: Http) -> None:
    rows = "X:RIVER(1.0),A,VN,USD,2024,1000,A,6,,\nX:RIVER(1.0),A,LA,USD,2024,2000,A,3,,\nX:RIVER(1.0),A,TH,USD,2024,,M,,,\n"
    _account, results = came(agency, http, HEAD + rows)
    told = {one.record.unit: [(o.place, o.value) for o in one.record.observations] for one in results}
    assert told == {"USD, millions": [("TH", None), ("VN", 1000)], "USD, thousands": [("LA", 2000)]}
    assert sorted(one.record.title for one in results) == ["RIVER – USD, millions", "RIVER – USD, thousands"]
    assert len({one.record.identifier for one in results}) == 2


def test_columns_behind_the_figure_say_something_of_it_and_are_no_dimensions(agency: Agency, http: Http) -> None:
    rows = "X:RIVER(1.0),A,VN,USD,2023,5,A,0,Gauge 7,Ms Lan\nX:RIVER(1.0),A,VN,USD,2024,6,A,0,Gauge 8,Mr Minh\n"
    _account, (result,) = came(agency, http, HEAD + rows)
    assert result.record.identifier == "RIVER/FREQ=A;UNIT_MEASURE=USD" and [one.value for one in result.record.observations] == [5, 6]


def test_labels_may_have_columns_of_their_own(agency: Agency, http: Http) -> None:
    text = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,SEX,Sex,TIME_PERIOD,Time period,OBS_VALUE,Observation value,UNIT_MULT,Multiplier\n"
        "DATAFLOW,X:RIVER(1.0),Rivers,I,VN,Viet Nam,F,women,2024,,5,,3,Thousands\n"
    )
    _account, (result,) = came(agency, http, text)
    assert (result.record.identifier, result.record.title, result.record.unit) == ("RIVER/SEX=F", "RIVER – women", "thousands")
    assert result.record.observations[0].place == "VN"


STRUCTURE = """<m:Structure xmlns:m="m" xmlns:s="s" xmlns:c="c"><s:Dataflow id="RIVER"><c:Name xml:lang="en">Rivers</c:Name></s:Dataflow>
<s:Codelist id="CL_G"><s:Code id="VN"><c:Name>Viet Nam</c:Name></s:Code><s:Code id="LA"><c:Name>Laos</c:Name></s:Code><s:Code id="TH"><c:Name>Thailand</c:Name></s:Code></s:Codelist>
<s:Dimension id="FREQ"/><s:Dimension id="GEO"><s:LocalRepresentation><s:Enumeration><Ref id="CL_G"/></s:Enumeration></s:LocalRepresentation></s:Dimension>
<s:Dimension id="COMMENT_KIND"/><s:TimeDimension id="TIME_PERIOD"/><s:Attribute id="GAUGE"/></m:Structure>"""


def test_the_structure_says_what_is_a_dimension(agency: Agency, http: Http) -> None:
    options = {"structure": agency.plays("/structure", Reply(STRUCTURE))}
    text = "GAUGE,FREQ,GEO,COMMENT_KIND,TIME_PERIOD,OBS_VALUE\n7,A,VN,x,2024,1\n8,A,VN,y,2024,2\n"
    _account, results = came(agency, http, text, options=options)
    assert [one.record.identifier for one in results] == ["data/COMMENT_KIND=x;FREQ=A", "data/COMMENT_KIND=y;FREQ=A"]


def test_two_figures_for_one_period_and_place_are_refused(agency: Agency, http: Http) -> None:
    text = "DATAFLOW,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,VARIANT\nX:RIVER(1.0),A,VN,2024,5,low\nX:RIVER(1.0),A,VN,2024,6,high\n"
    account, (result,) = came(agency, http, text)
    assert isinstance(result, Rejected) and "two figures stand for 2024 of VN, 5 and 6" in result.reason and account.received == 1
    _account, (result,) = came(agency, http, text.replace("6,high", "5,high"))
    assert isinstance(result, Harvested) and len(result.record.observations) == 1


def test_figures_beyond_what_a_record_holds_make_a_record_a_place(agency: Agency, http: Http) -> None:
    half = MOST // 2 + 1
    days = [f"{year}-{month:02}-{day:02}" for year in range(1800, 2000) for month in range(1, 13) for day in range(1, 29)][:half]
    rows = "".join(f"X:RIVER(1.0),D,{place},USD,{day},1,A,0,,\n" for place in ("VN", "LA") for day in days)
    _account, results = came(agency, http, HEAD + rows)
    assert [(one.record.identifier[-8:], one.record.title, len(one.record.observations)) for one in results] == [("place=VN", "RIVER – VN", half), ("place=LA", "RIVER – LA", half)]


def test_more_figures_of_one_place_than_a_record_holds_are_refused_in_plain_words(agency: Agency, http: Http) -> None:
    days = [f"{year}-{month:02}-{day:02}" for year in range(1000, 1400) for month in range(1, 13) for day in range(1, 29)][: MOST + 1]
    _account, (result,) = came(agency, http, HEAD + "".join(f"X:RIVER(1.0),D,VN,USD,{day},1,A,0,,\n" for day in days))
    assert isinstance(result, Rejected) and "100,001 figures of one place" in result.reason and "fewer years" in result.reason


def test_many_figures_share_their_keys() -> None:
    rows = "".join(f"X:RIVER(1.0),A,VN,USD,{year},1,A,0,,\n" for year in range(1000, 3000) for _ in range(20))
    tracemalloc.start()
    cube, figures = read_message((HEAD + rows).encode(), "u")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len({id(one.key) for one in figures}) == 1 and len(list(items(cube, figures, "u"))) == 1
    assert peak / len(figures) < 600


def test_a_link_beside_figures_is_no_promise_of_a_file(agency: Agency, http: Http) -> None:
    footer = '<f:Footer xmlns:f="f"><f:Message code="200"><c:Text xmlns:c="c">Terms: http://stat.example/terms.xml</c:Text></f:Message></f:Footer>'
    text = f'<m:StructureSpecificData xmlns:m="m"><m:DataSet><Series GEO="VN"><Obs TIME_PERIOD="2024" OBS_VALUE="1"/></Series></m:DataSet>{footer}</m:StructureSpecificData>'
    account, results = came(agency, http, text)
    assert len(results) == 1 and account.complete
    with pytest.raises(BadAnswer, match=r"answered with an error 300: Ask us: http://stat\.example/help"):
        came(agency, http, '<m:GenericData xmlns:m="m" xmlns:f="f"><f:Footer><f:Message code="300"><c:Text xmlns:c="c">Ask us: http://stat.example/help</c:Text></f:Message></f:Footer></m:GenericData>')


def test_a_year_that_is_too_large_is_asked_by_codes(agency: Agency, http: Http) -> None:
    def answer(asked: Asked) -> Reply:
        key = asked.path.rpartition("/")[2]
        places = key.split(".")[1].split("+") if "." in key else []
        if asked.one("startPeriod", "") != asked.one("endPeriod", "") or len(places) not in (1,):
            return Reply("too large", 413)
        rows = "".join(f"A,{place},x,{asked.one('startPeriod')},{len(place)},\n" for place in places)
        return Reply("FREQ,GEO,COMMENT_KIND,TIME_PERIOD,OBS_VALUE,GAUGE\n" + rows)

    for key in ("all", ".VN+LA+TH.", ".VN.", ".LA.", ".TH.", ".LA+TH."):
        agency.plays(f"/data/RIVER/{key}", answer)
    options = {"structure": agency.plays("/structure", Reply(STRUCTURE)), "from": 2023, "to": 2024}
    account = Account()
    (result,) = harvest(a_source("sdmx", f"{agency.url}/data/RIVER/all", options=options), http, account=account)
    assert isinstance(result, Harvested) and account.complete
    assert [(one.place, one.period) for one in result.record.observations] == [(place, year) for place in ("LA", "TH", "VN") for year in ("2023", "2024")]
    with pytest.raises(BadAnswer, match=r"2023 alone is too large.*options\.structure"):
        list(harvest(a_source("sdmx", f"{agency.url}/data/RIVER/all", options={"from": 2023, "to": 2024}), http, account=Account()))


def test_groups_of_dimensions_say_the_unit_in_json(agency: Agency, http: Http) -> None:
    structure = {
        "dimensions": {"observation": [{"id": "GEO", "keyPosition": 0, "values": [{"id": "VN"}, {"id": "LA"}]}, {"id": "TIME_PERIOD", "keyPosition": 1, "values": [{"id": "2024"}]}]},
        "attributes": {"dimensionGroup": [{"id": "UNIT_MULT", "values": [{"id": "6", "name": "Millions"}, {"id": "3", "name": "Thousands"}]}], "observation": []},
    }
    data = {"observations": {"0:0": [1], "1:0": [2]}, "dimensionGroupAttributes": {"0:": [0], "1:": [1]}}
    _account, results = came(agency, http, json.dumps({"data": {"structure": structure, "dataSets": [data]}}))
    assert {one.record.unit: one.record.observations[0].place for one in results} == {"millions": "VN", "thousands": "LA"}


@pytest.mark.parametrize(
    ("text", "period"),
    [("2020-01-01/P3M", "2020-Q1"), ("2020-07-01/P6M", "2020-S2"), ("2020-02-01/P3M", None), ("2020-06-01/P1M", "2020-06"), ("2019-07-01/P1Y", "2019"), ("2020-01-06/P7D", "2020-W02"),
     ("2020-05-05/P1D", "2020-05-05"), ("2020-D001", "2020-01-01"), ("2020D366", "2020-12-31"), ("2021-D366", None), ("2020-W53", "2020-W53"), ("2020-W60", None), ("2020-13-40", None),
     ("2023-02-29", None), ("2024-05-31T00:00:00Z", "2024-05-31"), ("2020-13-01/P1Y", None)],
)  # fmt: skip
def test_spans_and_days_are_read_and_impossible_ones_are_not(text: str, period: str | None) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize("period", ["2020-W60", "2020-13", "2023-02-29", "2020-13-40"])
def test_no_record_holds_a_period_that_no_calendar_has(period: str) -> None:
    with pytest.raises(ValueError, match="no period of the calendar"):
        Observation(period=period, value=Decimal(1))
    assert Observation(period="2020-W53", value=None).period == "2020-W53"


def test_groups_of_countries_without_a_code_make_records_of_their_own(agency: Agency, http: Http) -> None:
    def row(number: str, name: str, code: str, year: int, value: float, status: str = "") -> dict[str, Any]:
        return {"indicator": {"id": "WE.LLS", "value": "Wells"}, "country": {"id": number, "value": name}, "countryiso3code": code, "date": str(year), "value": value, "obs_status": status}

    rows = [row("VN", "Viet Nam", "VNM", 2024, 7, "F"), row("ZH", "Eastern valleys", "", 2024, 1), row("ZI", "Western valleys", "", 2024, 2), row("ZI", "Western valleys", "", 2023, 3)]
    agency.plays("/v2/indicator/WE.LLS", [{"total": 1}, [{"id": "WE.LLS", "name": "Wells"}]])
    agency.plays("/v2/country/all/indicator/WE.LLS", [{"page": 1, "pages": 1, "total": 4}, rows])
    account = Account()
    results = list(harvest(a_source("worldbank", agency.url, axis=None, options={"indicators": ["WE.LLS"]}), http, account=account))
    told = {one.record.identifier: (one.record.title, [(o.place, o.period, o.value, o.status) for o in one.record.observations]) for one in results if isinstance(one, Harvested)}
    assert told == {
        "WE.LLS": ("Wells: Viet Nam", [("VN", "2024", 7, "F")]),
        "WE.LLS/ZH": ("Wells: Eastern valleys", [(None, "2024", 1, "A")]),
        "WE.LLS/ZI": ("Wells: Western valleys", [(None, "2023", 3, "A"), (None, "2024", 2, "A")]),
    }
    assert account.complete and account.expected == 3
