"""Series: SDMX in all its forms, JSON-stat, and the World Bank, with errors that look like answers."""

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http, NotModified, SourceUnavailable, Validator
from harvesters.kinds.sdmx_message import TooLarge, read_message
from harvesters.kinds.series import read_period
from harvesters.record import Outcome
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

CSV = "DATAFLOW,FREQ,GEO,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nX:RIVER(1.0),A,VN,2023,1.5,A\nX:RIVER(1.0),A,VN,2024,1.6,p\nX:RIVER(1.0),A,EU27_2020,2024,2,\n"
SPECIFIC = """<?xml version="1.0"?><m:StructureSpecificData xmlns:m="m" xmlns:c="c"><m:Header><m:Structure><c:StructureUsage><Ref id="RIVER"/></c:StructureUsage></m:Structure></m:Header>
<m:DataSet><Series FREQ="A" GEO="VN"><Obs TIME_PERIOD="2023" OBS_VALUE="1.5" OBS_STATUS="A"/><Obs TIME_PERIOD="2024" OBS_VALUE="1.6" OBS_STATUS="P"/></Series>
<Series FREQ="A" GEO="EU27_2020"><Obs TIME_PERIOD="2024" OBS_VALUE="2"/></Series></m:DataSet></m:StructureSpecificData>"""
GENERIC = """<m:GenericData xmlns:m="m" xmlns:g="g"><m:Header><m:Structure dimensionAtObservation="AllDimensions"><x><Ref id="RIVER"/></x></m:Structure></m:Header><m:DataSet>
<g:Obs><g:ObsKey><g:Value id="FREQ" value="A"/><g:Value id="GEO" value="VN"/><g:Value id="TIME_PERIOD" value="2023"/></g:ObsKey><g:ObsValue value="1.5"/></g:Obs>
<g:Obs><g:ObsKey><g:Value id="FREQ" value="A"/><g:Value id="GEO" value="VN"/><g:Value id="TIME_PERIOD" value="2024"/></g:ObsKey><g:ObsValue value="1.6"/><g:Attributes><g:Value id="OBS_STATUS" value="P"/></g:Attributes></g:Obs>
<g:Obs><g:ObsKey><g:Value id="FREQ" value="A"/><g:Value id="GEO" value="EU27_2020"/><g:Value id="TIME_PERIOD" value="2024"/></g:ObsKey><g:ObsValue value="2"/></g:Obs></m:DataSet></m:GenericData>"""


def _json(version: int) -> str:
    name: Any = (lambda text: {"name": text}) if version == 1 else (lambda text: {"names": {"en": text}})
    structure = {
        "links": [{"urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=X:RIVER(1.0)"}], **name("River"),
        "dimensions": {
            "series": [{"id": "FREQ", "values": [{"id": "A", **name("Annual")}]}, {"id": "GEO", "values": [{"id": "VN", **name("Viet Nam")}, {"id": "EU27_2020", **name("European Union")}]}],
            "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2023"}, {"id": "2024"}]}],
        },
        "attributes": {"observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "P"}]}]},
    }  # fmt: skip
    sets = [{"series": {"0:0": {"observations": {"0": [1.5, 0], "1": [1.6, 1]}}, "0:1": {"observations": {"1": [2, None]}}}}]
    body = {"structure": structure, "dataSets": sets} if version == 1 else {"structures": [structure], "dataSets": [{"structure": 0, **sets[0]}]}
    return json.dumps({"data": body, "meta": {}})


def came(source: Any, http: Http) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, account=account))


@pytest.mark.parametrize("text", [CSV, SPECIFIC, GENERIC, _json(1), _json(2)], ids=["csv", "specific", "generic", "json 1", "json 2"])
def test_every_form_of_sdmx_tells_the_same(agency: Agency, http: Http, text: str) -> None:
    account, results = came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply(text, media_type="x/y"))), http)
    assert account.complete and account.flags == []
    vietnam, union = (one.record for one in results)
    assert isinstance(vietnam, Outcome) and vietnam.identifier == "RIVER/FREQ=A" and vietnam.frequency == "A" and vietnam.places == ("VN",)
    assert [(one.period, one.place, one.value, one.status) for one in vietnam.observations] == [("2023", "VN", Decimal("1.5"), "A"), ("2024", "VN", Decimal("1.6"), "P")]
    # A group of countries has no code: it makes a series of its own, under its name.
    assert union.identifier == "RIVER/FREQ=A;GEO=EU27_2020" and union.title.endswith("European Union" if "European" in text else "EU27_2020")
    assert union.observations[0].place is None


def test_an_answer_that_comes_later_is_waited_for(agency: Agency, http: Http, waits: list[float]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.xml", SPECIFIC)
    later = agency.plays("/file/7", Reply("not yet", 404), Reply("not yet", 404), Reply(packed.getvalue(), media_type="application/zip"))
    footer = f'<m:GenericData xmlns:m="m" xmlns:f="f"><f:Footer><f:Message code="413"><c:Text xmlns:c="c">It will be at {later}</c:Text></f:Message></f:Footer></m:GenericData>'
    account, results = came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply(footer))), http)
    assert len(results) == 2 and account.complete and waits == [60.0, 60.0]


def test_an_answer_that_never_comes_is_a_failure(agency: Agency, http: Http) -> None:
    footer = f'<m:GenericData xmlns:m="m" xmlns:f="f"><f:Footer><f:Message code="413"><c:Text xmlns:c="c">It will be at {agency.url}/never</c:Text></f:Message></f:Footer></m:GenericData>'
    with pytest.raises(SourceUnavailable, match="did not come within"):
        came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply(footer))), http)


def test_a_question_that_is_too_large_is_asked_in_spans(agency: Agency, http: Http) -> None:
    def answer(asked: Asked) -> Reply:
        first, last = int(asked.one("startPeriod", "0")), int(asked.one("endPeriod", "0"))
        if not first or last - first > 9:
            return Reply("too large", 413)
        rows = "".join(f"X:RIVER(1.0),A,VN,{year},{year},A\n" for year in range(max(first, 2001), min(last, 2020) + 1))
        return Reply(CSV.split("\n")[0] + "\n" + rows if rows else "none", 200 if rows else 404)

    account, (result,) = came(a_source("sdmx", agency.plays("/data/RIVER/all", answer), options={"from": 1990, "to": 2030}), http)
    assert [one.period for one in result.record.observations] == [str(year) for year in range(2001, 2021)]
    assert account.complete and "too large for one question" in account.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<m:Error xmlns:m="m"><m:ErrorMessage code="140"><c:Text xmlns:c="c">Syntax error</c:Text></m:ErrorMessage></m:Error>', "Syntax error"),
        ('{"errors": [{"code": 500, "title": "Out of order"}]}', "Out of order"),
        ("<!doctype html><html><title>Data</title></html>", "no message of data|XML that can be read"),
        ('<m:Structure xmlns:m="m"/>', "no message of data"), ("nothing at all", "did not answer with SDMX"),
    ],
)  # fmt: skip
def test_errors_sent_as_answers_are_told(agency: Agency, http: Http, text: str, words: str) -> None:
    with pytest.raises(BadAnswer, match=words):
        came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply(text))), http)


def test_no_figures_is_no_error_and_nothing_new_is_no_news(agency: Agency, http: Http) -> None:
    account, results = came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply("no results", 404))), http)
    assert results == [] and account.complete and account.expected == 0
    url = agency.plays("/data/LAKE/all", Reply(status=304))
    http.validators[url] = Validator('"1"', "")
    account, results = came(a_source("sdmx", url), http)
    assert account.not_modified and NotModified


def test_labels_come_from_the_structure(agency: Agency, http: Http) -> None:
    structure = """<m:Structure xmlns:m="m" xmlns:s="s" xmlns:c="c"><s:Dataflow id="RIVER"><c:Name xml:lang="en">Rivers</c:Name></s:Dataflow>
    <s:Codelist id="CL_G"><s:Code id="EU27_2020"><c:Name xml:lang="de">Europäische Union</c:Name><c:Name xml:lang="en">European Union</c:Name></s:Code></s:Codelist>
    <s:Dimension id="GEO"><s:ConceptIdentity><Ref id="GEO"/></s:ConceptIdentity><s:LocalRepresentation><s:Enumeration><Ref id="CL_G"/></s:Enumeration></s:LocalRepresentation></s:Dimension></m:Structure>"""
    options = {"structure": agency.plays("/structure", Reply(structure))}
    _, results = came(a_source("sdmx", agency.plays("/data/RIVER/all", Reply(SPECIFIC)), options=options), http)
    assert results[1].record.title == "Rivers – European Union"


@pytest.mark.parametrize(
    ("text", "period"),
    [("2024", "2024"), ("2024-Q1", "2024-Q1"), ("2024Q4", "2024-Q4"), ("2024-01", "2024-01"), ("2024M12", "2024-12"), ("2024-S2", "2024-S2"), ("2024-H1", "2024-S1"),
     ("2024-W5", "2024-W05"), ("2024-05-31", "2024-05-31"), ("2013-01-01/P1Y", "2013"), ("2005 - 1", "2005-Q1"), ("1988 JAN", "1988-01"), ("March 2020", "2020-03"),
     ("2024M13", None), ("soon", None), ("", None), ("2024 MAY BE", None)],
)  # fmt: skip
def test_periods_of_every_office_are_read(text: str, period: str | None) -> None:
    assert read_period(text) == period


POPULATION = {
    "version": "2.0", "class": "dataset", "label": "Population", "updated": "2025-01-02", "id": ["area", "sex", "time"], "size": [2, 2, 2], "role": {"time": ["time"], "geo": ["area"]},
    "dimension": {
        "area": {"category": {"index": ["VN", "north"], "label": {"VN": "Viet Nam", "north": "The North"}}},
        "sex": {"label": "Sex", "category": {"index": {"m": 0, "f": 1}, "label": {"m": "men", "f": "women"}, "unit": {"m": {"base": "persons"}, "f": {"base": "persons"}}}},
        "time": {"category": {"index": {"2023": 0, "2024": 1}}},
    },
}  # fmt: skip


@pytest.mark.parametrize("values", [{"value": [1, 2, 3, 4, 5, 6, 7, None], "status": {"7": "c"}}, {"value": {str(at): at + 1 for at in range(7)}, "status": ["", "", "", "", "", "", "", "c"]}])
def test_json_stat_may_be_dense_or_sparse(agency: Agency, http: Http, values: dict[str, Any]) -> None:
    account, results = came(a_source("jsonstat", agency.plays("/pop", POPULATION | values)), http)
    records = {one.record.identifier: one.record for one in results}
    assert set(records) == {"pop/sex=m", "pop/sex=f", "pop/area=north;sex=m", "pop/area=north;sex=f"} and account.complete
    north = records["pop/area=north;sex=f"]
    assert [(one.period, one.value, one.status, one.note) for one in north.observations] == [("2023", 7, "A", ""), ("2024", None, "M", "confidential")]
    assert (north.title, north.unit, records["pop/sex=m"].observations[0].place) == ("Population – women – The North", "persons", "VN")


def test_a_collection_is_followed_and_a_bundle_is_taken_apart(agency: Agency, http: Http) -> None:
    agency.plays("/pop", POPULATION | {"value": list(range(8))})
    collection = {"class": "collection", "link": {"item": [{"class": "dataset", "href": f"{agency.url}/pop"}, {"class": "collection", "href": "/deeper"}]}}
    assert len(came(a_source("jsonstat", agency.plays("/all", collection)), http)[1]) == 4
    old = {"id": ["sex", "time"], "size": [1, 1], "sex": {"category": {"index": {"m": 0}}}, "time": {"category": {"index": {"2020": 0}}}}
    bundle = {"one": {"value": [1], "dimension": old}, "two": {"value": [2], "dimension": old}}
    assert [one.record.identifier for one in came(a_source("jsonstat", agency.plays("/bundle", bundle)), http)[1]] == ["bundle/one/sex=m", "bundle/two/sex=m"]
    with pytest.raises(BadAnswer, match="without a data set"):
        came(a_source("jsonstat", agency.plays("/error", {"error": "no such table"})), http)


def rows(count: int) -> list[dict[str, Any]]:
    return [{"indicator": {"id": "WE.LLS", "value": "Wells (number)"}, "country": {"id": "VN", "value": "Viet Nam"}, "countryiso3code": "VNM", "date": str(1900 + at), "value": at} for at in range(count)]


def test_the_world_bank_gives_fewer_rows_than_asked(agency: Agency, http: Http) -> None:
    def page(asked: Asked) -> Reply:
        start = (int(asked.one("page")) - 1) * 50
        return Reply([{"page": 1, "pages": 3, "per_page": "50", "total": 120, "lastupdated": "2025-01-01"}, rows(120)[start : start + 50]])

    agency.plays("/v2/indicator/WE.LLS", [{"total": 1}, [{"id": "WE.LLS", "name": "Wells (number)", "sourceNote": "Wells."}]])
    agency.plays("/v2/country/VN/indicator/WE.LLS", page)
    account, (result,) = came(a_source("worldbank", agency.url, axis=None, options={"indicators": ["WE.LLS"], "countries": ["VN"]}), http)
    assert isinstance(result, Harvested) and len(result.record.observations) == 120 and account.complete and account.expected == 1
    assert (result.record.title, result.record.unit, result.record.modified) == ("Wells (number): Viet Nam", "number", "2025-01-01")


def test_the_world_banks_errors_come_with_status_200(agency: Agency, http: Http) -> None:
    error = [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}]
    agency.plays("/v2/indicator/NO", error)
    with pytest.raises(BadAnswer, match="not valid"):
        came(a_source("worldbank", agency.url, axis=None, options={"indicators": ["NO"]}), http)
    agency.plays("/v2/indicator/NONE", [{"total": 1}, [{"id": "NONE"}]])
    agency.plays("/v2/country/all/indicator/NONE", [{"page": 0, "pages": 0, "total": 0}, None])
    account, results = came(a_source("worldbank", agency.url, axis=None, options={"indicators": ["NONE"]}), http)
    assert results == [] and account.skipped == 1


@pytest.mark.samples
def test_recorded_sdmx_becomes_series(samples: Path, agency: Agency, http: Http, capsys: pytest.CaptureFixture[str]) -> None:
    folder = samples / "sdmx"
    structures = {"estat/cdh_e_fos.xml": "estat/DSD_cdh_e_fos.xml", "insee/IPI-2010-A21.xml": "insee/IPI-2010-A21-structure.xml", "istat/data_47_850.xml": "istat/dataflow_47_850_with_datastructure.xml"}
    expected = {
        "ecb/M.USD.EUR.SP00.A.xml": (252, 1), "estat/cdh_e_fos.xml": (672, 14), "estat/NAMA_10_GDP-ss.xml": (4, 1), "insee/IPI-2010-A21.xml": (3230, 20), "istat/data_47_850.xml": (22, 2),
        "istat/22_289.xml": (8, 2), "imf/PCPS.xml": (1, 1), "oecd/LAND_USE_all_all.json": (14150, 20), "oecd/QNA_2009Q1_2011Q4.json": (60, 4), "wb/gh-78.xml": (1, 1),
    }  # fmt: skip
    for name, (figures, count) in expected.items():
        options = {"structure": agency.plays(f"/structure/{name}", Reply((folder / structures[name]).read_bytes()))} if name in structures else {}
        source = a_source("sdmx", agency.plays(f"/data/{name}", Reply((folder / name).read_bytes(), media_type="x/y")), options=options)
        account, results = came(source, http)
        records = [one.record for one in results if isinstance(one, Harvested)]
        assert account.complete and len(records) == count and sum(len(one.observations) for one in records) == figures, (name, [one.reason for one in results if isinstance(one, Rejected)])
    timeless = came(a_source("sdmx", agency.plays("/data/PART2", Reply((folder / "oecd/data-PART2-all-all.json").read_bytes()))), http)[1]
    assert [one.reason for one in timeless if isinstance(one, Rejected) and "no dimension of time" in one.reason] == [one.reason for one in timeless]
    for name in ("footer_413_async.xml", "footer_413_async_no_results.xml"):
        with pytest.raises(TooLarge) as caught:
            read_message((folder / "estat" / name).read_bytes(), "u")
        assert caught.value.later.startswith("http://ec.europa.eu/eurostat/SDMX/diss-web/file/")


@pytest.mark.samples
def test_recorded_json_stat_becomes_series(samples: Path, agency: Agency, http: Http) -> None:
    expected = {"bls_us_unemployment_rate_by_county": 3220, "icane_cantabria_active_population": 90, "ige_galicia_population_v2": 1980, "oecd_unemployment_canada_population": 123,
                "ons_CPI15": 137, "ons_QS104EW": 3, "ons_ST1117EWla": 261, "scb_deaths_norrbotten": 40}  # fmt: skip
    for name, count in expected.items():
        url = agency.plays(f"/{name}.json", Reply((samples / f"json_stat/{name}.json").read_bytes()))
        account, results = came(a_source("jsonstat", url), http)
        assert account.complete and [type(one).__name__ for one in results] == ["Harvested"] * count, (name, [one.reason for one in results if isinstance(one, Rejected)][:3])
