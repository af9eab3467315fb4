"""Records of the recorded answers of real agencies, each by its kind, as a portal would have harvested them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harvesters.http import Http
from harvesters.record import Record
from harvesters.run import Harvested, harvest
from harvesters.source import make_source

from ...harvesters.agency import Agency, Asked, Reply
from ...harvesters.test_oparl import Town


def _source(name: str, kind: str, url: str, place: str, language: str = "en", **more: Any) -> Any:
    given = {"title": name, "kind": kind, "url": url, "publisher": f"Agency of {name}", "language": language, "license": "CC-BY-4.0", "place": place, "delay": 0}
    return make_source(name, given | more)


def everything(samples: Path) -> Iterator[Record]:
    """Every record that eight dialects make of the recorded answers."""
    agency = Agency()
    http = Http(
        "Clerestory/0.1 (+https://portal.example)", trusted_networks=["127.0.0.1/32"], delay=0.0, timeout=(5.0, 60.0), sleep=lambda _: None, jitter=lambda: 0.0,
        now=lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    )  # fmt: skip
    try:
        for source in (make(agency, samples) for make in _ALL):
            yield from (one.record for one in harvest(source, http) if isinstance(one, Harvested))
    finally:
        http.close()
        agency.close()


def _register(agency: Agency, samples: Path) -> Any:
    content = (samples / "federal_register/bulk_xml/FR-2016-04-15.xml").read_bytes()
    return _source("us-register", "federal_register_xml", agency.plays("/FR-2016-04-15.xml", Reply(content, media_type="application/xml")), "US")


def _council(agency: Agency, samples: Path) -> Any:
    for folder in ("introduction", "events"):
        files = sorted((samples / "nyc_council" / folder / "2025").glob("*.json"))
        listing = [{"name": file.name, "download_url": agency.plays(f"/raw/{folder}/{file.name}", Reply(file.read_bytes()))} for file in files]
        agency.plays(f"/contents/{folder}/2025", listing)
    return _source("us-council", "nyc_council", f"{agency.url}/contents", "US-NY", options={"years": [2025]})


def _congress(agency: Agency, samples: Path) -> Any:
    files = sorted((samples / "us_congress").glob("billstatus_xml/*.xml"))
    listing = [{"link": agency.plays(f"/bulkdata/{file.name}", Reply(file.read_bytes(), media_type="application/xml"))} for file in files]
    agency.plays("/bulkdata/114/hr", {"files": listing})
    return _source("us-bills", "us_congress", f"{agency.url}/bulkdata", "US", options={"congress": 114, "types": ["hr"]})


def _legislation(agency: Agency, samples: Path) -> Any:
    folder, numbers = samples / "atom/legislation_gov_uk/pages", [*range(1, 26), 5063]
    for number, following in zip(numbers, [*numbers[1:], None], strict=True):
        text = (folder / f"{number}.xml").read_text("utf-8")
        text = text.replace(f"data.feed?page={number + 1}", f"data.feed?page={following}") if following == 5063 else text
        agency.plays(f"/pages/{number}", text.replace("http://legislation.data.gov.uk/1110-2016/data.feed?page=", f"{agency.url}/pages/"))
    return _source("gb-legislation", "atom", f"{agency.url}/pages/1", "GB", axis="policy", type="law", options={"window": "all"})


def _pages(agency: Agency, samples: Path) -> Any:
    paths = []
    for file in sorted((samples / "govuk/content_items").glob("*/*.json")):
        paths.append(f"/recorded/{file.parent.name}/{file.stem}")
        agency.plays(f"/api/content{paths[-1]}", json.loads(file.read_text("utf-8")))
    rules = [{"when": {"type": "business_finance_support_scheme"}, "axis": "policy", "type": "programme"}]
    return _source("gb-pages", "govuk_content", agency.url, "GB", rules=rules, options={"paths": paths, "translations": False})


def _town(agency: Agency, samples: Path) -> Any:
    folder = samples / "oparl/karlsruhe"
    read = lambda name: [json.loads(file.read_text("utf-8")) for file in sorted((folder / name).glob("*.json"))]  # noqa: E731
    town = Town(agency, read("papers"), read("meetings"), json.loads((folder / "organizations.json").read_text("utf-8")))
    return town.source().model_copy(update={"name": "de-town", "place": "DE-BW", "language": "de"})


def _acts(agency: Agency, samples: Path) -> Any:
    answer = json.loads((samples / "diavgeia/search/complex_search_result.json").read_text("utf-8"))

    def search(asked: Asked) -> Reply:
        acts = answer["decisions"] if asked.one("from_issue_date") <= "2024-12-31" < asked.one("to_issue_date") else []
        return Reply({"decisions": acts[:1] if asked.one("size") == "1" else acts, "info": {"query": "", "total": len(acts)}})

    agency.plays("/opendata/search.json", search)
    agency.plays("/opendata/types.json", json.loads((samples / "diavgeia/types/all_types.json").read_text("utf-8")))
    agency.plays("/opendata/organizations/51611.json", json.loads((samples / "diavgeia/organizations/an_org.json").read_text("utf-8")) | {"uid": "51611"})
    return _source("gr-acts", "diavgeia", f"{agency.url}/opendata", "GR", "el", options={"organizations": ["51611"]})


def _laws(agency: Agency, samples: Path) -> Any:
    names = []
    for place, path in enumerate(sorted((samples / "akoma_ntoso/za_by_laws").rglob("*.xml"))):
        names.append(f"{place}.xml")
        agency.plays(f"/{place}.xml", Reply(path.read_bytes(), media_type="application/xml"))
    return _source("za-laws", "akoma_ntoso", f"{agency.url}/", "ZA", options={"files": names})


_ALL: tuple[Callable[[Agency, Path], Any], ...] = (_register, _council, _congress, _legislation, _pages, _town, _acts, _laws)
