"""The demonstration's files: harvested whole, joined, in both languages, and every figure as it was published."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from content import FOLDER
from harvesters.http import Http
from harvesters.record import Outcome, Policy, Record
from harvesters.run import Account, Harvested, harvest
from harvesters.source import read_sources

DEMO = FOLDER / "demo"
# Replaced acts that are not in the demonstration: a reader sees that something is missing.
UNRESOLVED = {("73/2019/NĐ-CP", "102/2009/NĐ-CP"), ("61/2018/NĐ-CP", "09/2015/QĐ-TTg")}
# Figures of editions of which no recorded copy was at hand; named in the README.
UNRECORDED = {(name, year) for name in ("egdi-rank/VN", "egdi/VN") for year in ("2014", "2016", "2018", "2020", "2024")}

# A town that exists nowhere: nobody recorded its figures.
INVENTED = "demo-newford"


class _Desk(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(DEMO))

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def records(address: str) -> dict[tuple[str, str], Record]:
    """Every record of the demonstration, by source and identifier. Nothing is rejected or odd."""
    sources, faults = read_sources(DEMO / "sources")
    assert faults == []
    found: dict[tuple[str, str], Record] = {}
    for source in sources.values():
        assert source.demonstration and source.url.startswith("https://demo.invalid/")
        account = Account()
        here = source.model_copy(update={"url": source.url.replace("https://demo.invalid", address)})
        with Http("Clerestory/test", ["127.0.0.1/32"], 0.0) as http:
            results = list(harvest(here, http, account=account))
        kept = [one.record for one in results if isinstance(one, Harvested)]
        assert len(kept) == len(results) >= source.minimum, [one for one in results if not isinstance(one, Harvested)]
        assert account.complete and not account.flags and not account.skipped
        found |= {(record.source, record.identifier): record for record in kept}
    return found


def test_there_is_enough_to_look_at_on_every_axis(records: dict[tuple[str, str], Record]) -> None:
    axes = [record.axis for record in records.values()]
    assert 120 <= len(axes) <= 320
    assert (axes.count("decision") >= 15, axes.count("policy") >= 50, axes.count("outcome") >= 120) == (True,) * 3
    places = {place for record in records.values() for place in record.places}
    assert len([place for place in places if place.startswith("VN-")]) == 63
    assert {"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"} <= places


def test_relations_find_their_target_but_for_two_on_purpose(records: dict[tuple[str, str], Record]) -> None:
    known = {record.identifier for record in records.values()}
    lost = {
        (record.identifier, relation.identifier)
        for record in records.values()
        for relation in record.relations
        if relation.identifier not in known
    }
    assert lost == UNRESOLVED
    named = {
        target.measured_by for record in records.values() if isinstance(record, Policy) for target in record.targets
    }
    assert named - {""} <= known


def test_a_matter_can_be_followed_from_promise_to_result(records: dict[tuple[str, str], Record]) -> None:
    leads_to: dict[str, set[str]] = {}
    for record in records.values():
        for relation in record.relations:
            leads_to.setdefault(relation.identifier, set()).add(record.identifier)
    programme = leads_to["749/QĐ-TTg"]
    assert "749/QĐ-TTg" in leads_to["52-NQ/TW"]
    assert {"1726/QĐ-BTTTT", "942/QĐ-TTg", "egdi-rank/VN", "dti-2022", "kinh-te-so"} <= programme
    assert "922/QĐ-BTTTT" in leads_to["1726/QĐ-BTTTT"] and "dti-2022" in leads_to["922/QĐ-BTTTT"]
    assert len(leads_to["papi/SC81"]) == 63 and "papi/SC81" in leads_to["42/2022/NĐ-CP"]


def test_gaps_are_owed_and_have_no_figure(records: dict[tuple[str, str], Record]) -> None:
    owed = [record for record in records.values() if isinstance(record, Outcome) and record.due]
    assert {"kinh-te-so", "hai-long-tthc", "bao-cao-749-2025", "dti-2024", "un-egov-2026"} <= {
        one.identifier for one in owed
    }
    assert not any(record.observations or record.issued for record in owed)


def test_everything_is_said_in_both_languages(records: dict[tuple[str, str], Record]) -> None:
    for (source, identifier), record in records.items():
        if source == "demo-catalogue":
            continue
        other = {"vi": "en", "en": "vi"}[record.language]
        assert record.translations[other].title, identifier
        assert set(record.publisher.names) == {"vi", "en"}, identifier
        assert bool(record.summary) == bool(record.translations[other].summary), identifier
    assert {record.language for record in records.values()} == {"vi", "en"}


def test_a_ministry_stands_below_the_government(records: dict[tuple[str, str], Record]) -> None:
    agencies = {record.publisher.slug: record.publisher for record in records.values()}
    ministry = agencies["vn-bo-thong-tin-va-truyen-thong"]
    assert ministry.parent in agencies
    assert agencies[ministry.parent or ""].names["en"] == "Government of Viet Nam"


def test_no_record_points_to_the_inside(records: dict[tuple[str, str], Record]) -> None:
    said = json.dumps([record.to_data() for record in records.values()], ensure_ascii=False)
    assert "demo.invalid" not in said and "127.0.0.1" not in said and "localhost" not in said


@pytest.mark.samples
def test_every_figure_is_the_recorded_one(records: dict[tuple[str, str], Record], samples: Path) -> None:
    compared, unrecorded = 0, set()
    for (source, identifier), record in records.items():
        for one in record.observations if isinstance(record, Outcome) and source not in ("demo-papi-provinces", INVENTED) else ():
            if (identifier, one.period) in UNRECORDED:
                unrecorded.add((identifier, one.period))
            elif one.value is not None:
                assert one.value == recorded(samples, identifier, one.period), (identifier, one.period)
                compared += 1
    assert compared > 1_400 and unrecorded == UNRECORDED


THREE = {
    "BN": "BRN", "ID": "IDN", "KH": "KHM", "LA": "LAO", "MM": "MMR", "MY": "MYS", "PH": "PHL", "SG": "SGP", "TH": "THA",
    "TL": "TLS", "VN": "VNM",
}  # fmt: skip
UN = {
    "BN": "Brunei Darussalam", "ID": "Indonesia", "KH": "Cambodia", "LA": "Lao People's Democratic Republic",
    "MM": "Myanmar", "MY": "Malaysia", "PH": "Philippines", "SG": "Singapore", "TH": "Thailand", "TL": "Timor-Leste",
    "VN": "Viet Nam",
}  # fmt: skip
CORRUPTION = {
    "BRN": ("Brunei", "Brunei Darussalam"), "IDN": ("Indonesia",), "KHM": ("Cambodia",), "MYS": ("Malaysia",),
    "LAO": ("Laos", "Lao PDR", "Lao People's Democratic Republic"), "PHL": ("Philippines", "The Philippines"),
    "MMR": ("Myanmar", "Burma", "Burma (Myanmar)", "Burma / Myanmar"), "SGP": ("Singapore",), "THA": ("Thailand",),
    "TLS": ("Timor-Leste", "Timor Leste", "East Timor"), "VNM": ("Viet Nam", "Vietnam"),
}  # fmt: skip


@cache
def _rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@cache
def _by(path: Path, *columns: str) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[column].strip() for column in columns): row for row in _rows(path)}


def recorded(samples: Path, identifier: str, period: str) -> Decimal | None:
    """The figure in the publishers' recorded files, by the demonstration's identifier."""
    series, _, place = identifier.partition("/")
    folder = samples / "indicators"
    match series:
        case "gdp":
            rows = _by(folder / "gdp_current_usd_worldbank.csv", "Country Code", "Year")
            return Decimal(rows[(THREE[place], period)]["Value"])
        case "inflation":
            rows = _by(folder / "consumer_price_inflation_worldbank.csv", "Country Code", "Year")
            return Decimal(rows[(THREE[place], period)]["CPI"])
        case "unemployment" | "youth-unemployment":
            excerpt = json.loads((samples / "worldbank/viet_nam_unemployment_inflation_excerpt.json").read_text())
            code = "SL.UEM.TOTL.ZS" if series == "unemployment" else "SL.UEM.1524.ZS"
            return Decimal(str(dict(excerpt["indicators"][code]["observations"])[int(period)]))
        case "egdi-rank" | "egdi" | "e-participation":
            row = _by(folder / "un_egdi_2022.csv", "Country Name", "Survey Year")[(UN[place], period)]
            columns = {"egdi-rank": "E-Government Rank", "egdi": "E-Government Index"}
            return Decimal(row[columns.get(series, "E-Participation Index")])
        case "corruption-perceptions":
            rows_ = _rows(folder / "corruption_perceptions_index.csv", "cp1252")
            found = {row[period] for row in rows_ if row["country"] in CORRUPTION[place]} - {"0.0"}
            return Decimal(found.pop()) if len(found) == 1 else None
        case _:
            return _of_province(folder / "viet_nam_papi", series, place, period)


def _of_province(folder: Path, part: str, place: str, period: str) -> Decimal:
    """A figure of a province, whose code in the recorded files the shipped declaration of PAPI knows."""
    from harvesters.source import SHIPPED, read_source

    maps = read_source(SHIPPED / "vn-papi.toml").options["map"]
    name = next(name for name, code in maps["place"].items() if code == place)
    code = next(code for code, meant in maps["Province"].items() if meant == name)
    return Decimal(_by(folder / f"{period}.csv", "Province")[(code,)][part])
