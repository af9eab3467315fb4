"""Replays of recorded tables of real agencies through a real server: spending, indicators, and tables that are messy.

Every row becomes a record (or part of one) or is rejected with a reason. The figures are printed.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harvesters.faults import BadAnswer
from harvesters.http import Http
from harvesters.record import Decision
from harvesters.run import Account, Harvested, Rejected, harvest
from harvesters.source import SHIPPED, Source, make_source, read_source

from ..telling import Tell
from .agency import Agency, Reply
from .messy_tables import MESSY

pytestmark = pytest.mark.samples

# The shipped declaration, the recorded file, how many records it gives, and one of its figures.
SHIPPED_TABLES = {
    "world-bank-gdp": ("indicators/gdp_current_usd_worldbank.csv", 262),
    "world-bank-inflation": ("indicators/consumer_price_inflation_worldbank.csv", 240),
    "transparency-corruption-perceptions": ("indicators/corruption_perceptions_index.csv", 200),
    "un-e-government-2022": ("indicators/un_egdi_2022.csv", 1158),
    "world-bank-wdi": ("worldbank/wb_wdi_2024.csv", 1496),
    "world-bank-logistics": ("indicators/governance/lpi_2022.csv", 150),
    "owid-co2": ("indicators/owid_co2_2020-12-09.csv", 600),
}

Replay = Callable[..., dict[str, Any]]


@pytest.fixture
def replay(http: Http, tell: Tell) -> Replay:
    """Harvest and print; returns the records by identifier. At most one in a hundred may be rejected."""

    def run(name: str, source: Source, rejects: int | None = None) -> dict[str, Any]:
        account, begun = Account(), time.perf_counter()
        results = list(harvest(source, http, account=account))
        seconds = time.perf_counter() - begun
        records = {one.record.identifier: one.record for one in results if isinstance(one, Harvested)}
        rejected = [one for one in results if isinstance(one, Rejected)]
        figures = sum(len(getattr(record, "observations", ())) for record in records.values())
        tell(
            f"{name}: {account.received:,} items, {len(records):,} records with {figures:,} figures, "
            f"{account.skipped} skipped, {len(rejected)} rejected, {len(results) / seconds:,.0f} records/s "
            f"{account.flags or ''}"
        )
        for one in rejected[:2]:
            tell(f"{name}: rejected: {one.reason[:200]}")
        assert all(one.reason for one in rejected)
        if rejects is None:
            assert len(rejected) <= account.received / 100, [one.reason for one in rejected[:5]]
        else:
            assert len(rejected) == rejects, [one.reason for one in rejected[:5]]
        return records

    return run


def plays(agency: Agency, samples: Path, name: str) -> str:
    """The recorded file, served under its own name."""
    path = samples / name
    return agency.plays(f"/{path.name}", Reply(path.read_bytes(), media_type="application/octet-stream"))


def shipped(name: str, url: str) -> Source:
    return read_source(SHIPPED / f"{name}.toml").model_copy(update={"url": url})


def figure(record: Any, period: str) -> Decimal | None:
    return next(one.value for one in record.observations if one.period == period)


@pytest.mark.parametrize("name", SHIPPED_TABLES)
def test_a_shipped_declaration_reads_the_recorded_table(
    agency: Agency, samples: Path, replay: Replay, name: str
) -> None:
    file, least = SHIPPED_TABLES[name]
    records = replay(name, shipped(name, plays(agency, samples, file)))
    assert len(records) >= least


def test_twenty_eight_thousand_payments_are_read(agency: Agency, samples: Path, replay: Replay) -> None:
    url = plays(agency, samples, "spending/gla_spending_2013.csv")
    records = replay("gb-gla-spending", shipped("gb-gla-spending", url))
    assert len(records) >= 28_145 * 0.99
    payment = records["0"]
    assert isinstance(payment, Decision) and payment.amount
    assert (payment.title, payment.issued) == ("JILL BARTLETT & COMPANY LTD: Catering Charges", "2008-04-01")
    assert (payment.amount.value, payment.amount.currency) == (Decimal("1390.11"), "GBP")
    assert sum(one.amount.value < 0 for one in records.values() if one.amount) == 1209


def test_thirteen_years_of_provinces_are_joined(agency: Agency, samples: Path, replay: Replay) -> None:
    for year in range(2011, 2024):
        plays(agency, samples, f"indicators/viet_nam_papi/{year}.csv")
    records = replay("vn-papi", shipped("vn-papi", f"{agency.url}/"))
    hanoi = records["SC11/VN-HN"]
    assert len({record.places for record in records.values()}) == 63
    assert figure(hanoi, "2011") == Decimal("1.26411")
    assert figure(hanoi, "2023") == Decimal("1.323925018")
    assert sum(len(record.observations) for record in records.values()) == 20_183


def test_known_figures_of_viet_nam(agency: Agency, samples: Path, replay: Replay) -> None:
    def read(name: str) -> dict[str, Any]:
        return replay(name, shipped(name, plays(agency, samples, SHIPPED_TABLES[name][0])))

    assert figure(read("world-bank-inflation")["FP.CPI.TOTL.ZG/VNM"], "2024").quantize(Decimal("0.01")) == Decimal(
        "3.62"
    )  # type: ignore[union-attr]
    egdi = read("un-e-government-2022")
    assert (figure(egdi["egdi-rank/VN"], "2022"), figure(egdi["egdi/VN"], "2022")) == (86, Decimal("0.67870"))
    corruption = read("transparency-corruption-perceptions")["VN"]
    assert len([one for one in corruption.observations if one.value is not None]) == 21
    assert figure(corruption, "2017") == Decimal("3.5")


@pytest.mark.parametrize("name", MESSY)
def test_a_messy_table_is_read(agency: Agency, samples: Path, replay: Replay, name: str) -> None:
    case = MESSY[name]
    source = make_source("messy", {**case.declaration, "url": plays(agency, samples, name)})
    records = replay(name, source, case.rejects)
    assert len(records) == case.records
    record = records[case.identifier].to_data()
    assert {field: record[field] for field in case.says} == case.says
    if case.figure:
        assert str(figure(records[case.identifier], case.figure[0])) == case.figure[1]


@pytest.mark.parametrize(
    ("name", "columns", "reason"),
    [
        ("messy_tables/10_encrypted_no_password.xls", "Name", "locked with a password"),
        ("messy_tables/11_multiline.ods", "Name", "has no column 'Name'; row 1 has '1 2 3 4'"),
        ("messy_tables/09_nhs_dols_biannual_tab3.xlsm", "Name", "sheet 'Definitions', has no column 'Name'"),
        ("dcat/us_data_json/gsa.json", "Name", "it is JSON"),
        ("agency_sites/blm_instruction_memos/instruction_memoranda.html", "Name", "a web page came"),
    ],
)
def test_what_is_no_such_table_is_refused(
    agency: Agency, samples: Path, http: Http, name: str, columns: str, reason: str
) -> None:
    declared = {
        "title": "A table", "kind": "table", "url": plays(agency, samples, name), "publisher": "Agency",
        "axis": "outcome", "options": {"columns": {"identifier": columns, "title": columns}},
    }  # fmt: skip
    with pytest.raises(BadAnswer, match=reason):
        list(harvest(make_source("refused", declared), http))
