"""How tables that were published messily are declared, and what must be found in them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """The options that read a table; how many records and rejects it gives; what one of the records says."""

    options: dict[str, Any]
    records: int
    identifier: str
    says: dict[str, Any] = field(default_factory=dict)
    figure: tuple[str, str] | None = None
    rejects: int = 0
    language: str = "en"
    place: str = ""

    @property
    def declaration(self) -> dict[str, Any]:
        return {
            "title": "A messy table", "kind": "table", "publisher": "Agency", "language": self.language,
            "place": self.place or None, "options": self.options,
        }  # fmt: skip


def rows(identifier: Any, title: str, **more: Any) -> dict[str, Any]:
    columns = {"identifier": identifier, "title": title, **more.pop("columns", {})}
    return {"axis": "outcome", "columns": columns, **more}


def series(**options: Any) -> dict[str, Any]:
    return {"shape": "series", **options}


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

MESSY = {
    "messy_tables/01_prison_health_utf16le.csv": Case(
        series(
            columns={"period": "Reporting_period", "value": "All_admissions_including_place_of_safety_detentions"},
            values={"title": "Admissions: {Organisation_name}", "frequency": "A"},
            per=["Organisation_code"],
            thousands=",",
        ),
        327,
        "5C1",
        {"title": "Admissions: Enfield PCT"},
        ("2010", "5"),
    ),
    "messy_tables/02_mexico_gasto_latin1.csv": Case(
        rows(
            ["GF_ID", "FN_ID", "SF_ID", "GF", "F", "SF"],
            "{GF}{F}{SF}",
            columns={"summary": "Descripción"},
            values={"currency": "MXN"},
            ends_at=["Fuente:"],
        )
        | {"axis": "decision", "type": "other", "thousands": ","},
        110,
        "0/Legislación",
        {"title": "Legislación"},
        rejects=4,
        language="es",
    ),
    "messy_tables/03_german_budget_titles_latin1_sparse.csv": Case(
        rows("LP", "Bezeichnung", columns={"keywords": "Kapitel/Titel"}, fill_down=["LP"], group_by=["LP"]),
        1891,
        "A100",
        {"title": "Grundfinanzierung MPG", "keywords": ["300368540", "300389440"]},
        rejects=5,
        language="de",
    ),
    "messy_tables/04_dutch_budget_analysis_multirow_header.csv": Case(
        series(
            header_row=4,
            header_rows=4,
            columns={"value": "provincie / A / Groningen"},
            values={"title": "{Cluster}: Groningen", "period": "2011", "frequency": "A"},
            per=["NR.", "Cluster"],
            thousands=" ",
        ),
        26,
        "30/Totaal",
        {"title": "Totaal: Groningen"},
        ("2011", "-1414"),
        rejects=4,
        language="nl",
    ),
    "messy_tables/05_co2_manufacturing_title_rows.csv": Case(
        series(
            periods="columns",
            columns={"indicator": "Year"},
            values={"title": "{Year}", "unit": "thousand tonnes"},
            thousands=",",
            ends_at=["Source:"],
        ),
        14,
        "Timber",
        {"unit": "thousand tonnes"},
        ("2000", "2666"),
    ),
    "messy_tables/06_nasa_giss_temperature_cr_repeated_headers.csv": Case(
        series(
            periods={month: f"{{Year}}-{number:02}" for number, month in enumerate(_MONTHS, 1)},
            values={"title": "Temperature anomaly", "unit": "hundredths of a degree", "identifier": "anomaly"},
            missing=["****", "*****"],
        ),
        1,
        "anomaly",
        {},
        ("1880-01", "-43"),
    ),
    "messy_tables/07_german_health_head_padding.csv": Case(
        series(
            periods="columns",
            columns={"indicator": "column 1"},
            values={"title": "Ärztinnen und Ärzte: {column 1}"},
            missing=["."],
            thousands=".",
            decimal=",",
            ends_at=["*****"],
        ),
        44,
        "Unfallchirurgie",
        {"title": "Ärztinnen und Ärzte: Unfallchirurgie"},
        ("1993", "1613"),
        rejects=3,
        language="de",
    ),
    "messy_tables/08_taiwan_tourist_sites_big5.csv": Case(
        rows("景點編號", "景點中文名稱"), 382, "C1_395000000A_000001", {}, language="zh"
    ),
    "messy_tables/12_istat_comuni_latin1_semicolon.csv": Case(
        rows("Codice Comune formato alfanumerico", "Denominazione in italiano"),
        7904,
        "001001",
        {"title": "Agliè"},
        language="it",
    ),
    "messy_tables/13_eige_wmidm_adm_nat.xlsx": Case(
        series(periods="columns", columns={"place": "Geographic region\\Time"}, values={"title": "Women: {Geographic region\\Time}"}, missing=[":"]),
        42,
        "GB",
        {"title": "Women: United Kingdom"},
        ("2020", "34.8"),
    ),
    "messy_tables/14_hotel_occupancy_fr_latin1_decimal_comma.csv": Case(
        series(
            columns={"period": "Date", "value": "Occupancy rate"},
            values={"title": "{Classement}, {Quartier}", "frequency": "M"},
            per=["Classement", "Quartier"],
            decimal=",",
            dates="%d-%m-%y",
        ),
        11,
        "3 stars/All",
        {},
        ("2013-02", "0.65089105"),
        language="fr",
    ),
    "messy_tables/15_nz_public_bodies_late_non_ascii.csv": Case(
        rows("id", "name", columns={"landing_page": "source_url"}), 507, "nz/acc", {"title": "Accident Compensation Corporation"}
    ),
    "messy_tables/16_uruguay_budget_doubled_quotes.csv": Case(
        rows(["INCISO", "UE", "AÑO", "CODIGOAP", "CODIGOPROGRAMA", "presupuestado"], "{NOMBREUE}: {NOMBREAP}"), 5, "A.N.E.P./CES/2019/8/608/74350819", {}, language="es"
    ),
    "messy_tables/17_german_water_level_semicolon_trailing.csv": Case(
        series(
            columns={"period": "Zeit [MEZ]", "value": "Wasserstand"},
            values={"title": "Wasserstand", "identifier": "pegel"},
            dates=["%d.%m.%Y", "%d.%m.%Y %H:%M:%S"],
        ),
        1,
        "pegel",
        {},
        ("2013-07-09", "146"),
        language="de",
    ),
    "messy_tables/18_swiss_energy_research_statistics_clean_baseline.csv": Case(
        rows(
            ["jahr", "klasse_ch", "projekttyp", "forschungsstaette", "finanzquelle"],
            "{forschungsstaette}, {jahr}",
            columns={"issued": "jahr", "amount": "finanzbeitrag"},
            values={"currency": "CHF"},
        )
        | {"axis": "decision"},
        2311,
        "2015/1/FE/BFH/BFE",
        {"amount": {"value": "506500.00", "currency": "CHF"}},
        language="de",
    ),
    "messy_tables/19_ipc_afghanistan_2022.xlsx": Case(
        series(
            columns={"value": "Current / Population Analysed / #"},
            values={"title": "Population analysed: {Area}", "period": "2021"},
            per=["Area"],
            header_rows=3,
            only={"Country": ["Afghanistan"]},
        ),
        45,
        "Badghis",
        {},
        ("2021", "707535"),
    ),
    "messy_tables/20_ipc_afghanistan_2020.xlsx": Case(
        series(
            columns={"value": "Current / Population Analysed / #"},
            values={"title": "Population analysed: {Area}", "period": "2020"},
            per=["Area"],
            header_rows=3,
            only={"Country": ["Afghanistan"]},
        ),
        45,
        "Badghis",
        {},
        ("2020", "540009"),
    ),
    "messy_tables/21_multiline_headers.xlsx": Case(
        rows("Region", "Region", header_rows=5), 1, "A", {"title": "A"}
    ),
    "indicators/switzerland_unemployment/kanton_fr.csv": Case(
        series(
            columns={"period": "Date", "value": "Taux de chômage en %"},
            values={"title": "{Niveau géographique}"},
            per=["Niveau géographique"],
        ),
        2,
        "Fribourg / Freiburg",
        {},
        ("2026-07", "2.54598514973962"),
        language="fr",
    ),
    "indicators/switzerland_unemployment/kanton_tg.csv": Case(
        series(
            columns={"period": "{jahr}-{monat}", "value": "anzahl"},
            values={"title": "{metrik}: {geschlecht}, {altersklasse}, {nationalitaet}, {noga_sektoren}"},
            per=["metrik", "geschlecht", "altersklasse", "nationalitaet", "noga_sektoren"],
        ),
        339,
        "Langzeitarbeitslose/Frauen/50-64 Jahre/Ausländer/A Sektor 1 (Land- und Forstwirtschaft, Fischerei)",
        {},
        ("2026-05", "0"),
        language="de",
    ),
    "indicators/switzerland_unemployment/kanton_zg.csv": Case(
        series(
            columns={"indicator": "kennzahl", "period": "{jahr}-{monat}", "value": "anzahl"},
            values={"title": "{kennzahl} im Kanton Zug"},
        ),
        3,
        "Arbeitslose",
        {"title": "Arbeitslose im Kanton Zug", "places": ["CH-ZG"]},
        ("2026-07", "2044"),
        language="de",
        place="CH-ZG",
    ),
    "indicators/switzerland_unemployment/kanton_zg_quoten.csv": Case(
        series(
            columns={"indicator": "kennzahl", "period": "{jahr}-{monat}", "value": "quote"},
            values={"title": "{kennzahl}"},
        ),
        2,
        "Arbeitslosenquote",
        {},
        ("2026-06", "2.7"),
        language="de",
    ),
    "indicators/switzerland_unemployment/kanton_zh.csv": Case(
        series(
            columns={"indicator": "INDIKATOR_NAME", "period": "INDIKATOR_JAHR", "value": "INDIKATOR_VALUE"},
            values={"title": "Arbeitslose: {GEBIET_NAME}", "frequency": "A", "unit": "{EINHEIT_LANG}"},
            missing=["null"],
            per=["INDIKATOR_ID", "GEBIET_NAME"],
        ),
        168,
        "107/Aeugst a.A.",
        {"title": "Arbeitslose: Aeugst a.A.", "unit": "Anzahl"},
        ("2022", "14.5"),
        language="de",
    ),
    "indicators/switzerland_unemployment/bfs_jahresreihe.xlsx": Case(
        series(
            periods="columns",
            columns={"indicator": "column 1"},
            values={"title": "{column 1}", "unit": "in 1000"},
            ends_at=["1 Definitionen"],
        ),
        3,
        "Registrierte Arbeitslose gemäss SECO, Total 2",
        {},
        ("2000", "71.987"),
        language="de",
    ),
    "indicators/governance/gci_2020.csv": Case(
        series(
            columns={"place": "cc_iso3c", "period": "ref_year", "value": "value"},
            values={"title": "{variable}: {cc_iso3c}"},
            per=["variable", "place"],
        ),
        1142,
        "gci_overall/AF",
        {"places": ["AF"]},
        ("2020", "5.2"),
    ),
    "indicators/governance/gtmi_2022_metadata.csv": Case(
        series(
            columns={"place": "cc_iso3c", "period": "ref_year", "value": "value"},
            values={"title": "{variable}: {cc_iso3c}"},
            per=["variable", "place"],
        ),
        5742,
        "gtmi_backend/AF",
        {},
        ("2022", "0.75"),
    ),
    "indicators/governance/oecd_dgi_2023.csv": Case(
        series(
            columns={"place": "cc_iso3c", "period": "ref_year", "value": "value"},
            values={"title": "{variable}: {cc_iso3c}"},
            per=["variable", "place"],
        ),
        299,
        "digital_design/KR",
        {},
        ("2023", "0.971"),
    ),
    "indicators/governance/oecd_ourdata_2023.csv": Case(
        series(
            columns={"place": "cc_iso3c", "period": "ref_year", "value": "value"},
            values={"title": "{variable}: {cc_iso3c}"},
            per=["variable", "place"],
        ),
        480,
        "availability_policy/AU",
        {},
        ("2022", "0.38"),
    ),
    "indicators/governance/ilostat_PSE_TPSE_GOV_NB_A.csv": Case(
        series(
            columns={"place": "ref_area", "period": "time", "value": "obs_value", "observation.status": "obs_status"},
            values={"title": "Public employment, {classif1}: {ref_area}", "frequency": "A", "unit": "thousands"},
            per=["indicator", "classif1", "source", "place"],
        ),
        500,
        "PSE_TPSE_GOV_NB/GOV_LVL_PSE/FA:13364/AL",
        {},
        ("2022", "184.114"),
    ),
    "indicators/governance/odin_2022.csv": Case(
        series(
            columns={"place": "Country Code", "period": "Year", "value": "Overall score"},
            values={"title": "{Data categories}: {Country}", "better": "higher"},
            per=["Data categories", "place"],
            ends_at=["©2020"],
        ),
        4485,
        "Education facilities/BI",
        {"title": "Education facilities: Burundi"},
        ("2022", "3.5"),
    ),
    "worldbank/viet_nam_national_emissions_wb.csv": Case(
        series(
            columns={"period": "Year", "value": "CO2_MtCO2e"},
            values={"title": "CO₂ emissions of Viet Nam", "place": "VN", "frequency": "A", "unit": "Mt CO₂e"},
        ),
        1,
        "VN",
        {"places": ["VN"]},
        ("1970", "17.5073"),
    ),
}  # fmt: skip
