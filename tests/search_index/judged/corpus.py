"""The records that judged searches go through: recorded answers of real agencies, and the demonstration."""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harvesters.http import Http
from harvesters.record import Record
from harvesters.run import Account, Harvested, harvest
from harvesters.source import Source
from portal import schema, search, store
from portal.parts import DEMONSTRATION, Portal, demonstration_sources
from portal.settings import Settings
from tests.harvesters.agency import Agency, Asked, Reply
from tests.harvesters.conftest import a_source
from tests.harvesters.test_dcat import _recorded_csw
from tests.harvesters.test_oparl import Town

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_DATA_JSON = ("dol.json", "fda.json", "opendataphilly_data.json")
_CATALOGUES = ("udata_fr/udata.xml", "udata_fr/datara--5a26b0f6-0ccf-46ad-ac58-734054b91977.rdf.xml")
_CONTRACTS = ("colombia", "mexico", "paraguay")


@contextmanager
def judged_portal(samples: Path, search_url: str) -> Iterator[Portal]:
    """A portal that holds all of them, searchable by this engine."""
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal(Settings(data_dir=Path(folder), search_url=search_url))
        schema.upgrade(portal.database)
        with portal.database.write() as session:
            store.save_many(session, [store.Arrival(record) for record in every_record(samples)], now=NOW)
        search.rebuild(portal)
        yield portal
        portal.close()


def every_record(samples: Path) -> Iterator[Record]:
    """Each record once."""
    agency = Agency()
    known: set[tuple[str, str]] = set()
    with Http("Clerestory/test", ["127.0.0.1/32"], 0.0) as http:
        for load in _LOADERS:
            for source in load(agency, samples):
                for result in harvest(source, http, account=Account()):
                    if isinstance(result, Harvested) and (key := (source.name, result.record.identifier)) not in known:
                        known.add(key)
                        yield result.record
    agency.close()


def _named(name: str, kind: str, url: str, **more: Any) -> Source:
    return a_source(kind, url, **{"axis": None, **more}).model_copy(update={"name": name})


def _demonstration(agency: Agency, samples: Path) -> Iterator[Source]:
    for path in DEMONSTRATION.rglob("*"):
        if path.is_file():
            agency.plays(f"/{path.relative_to(DEMONSTRATION)}", Reply(path.read_bytes(), media_type=_media_type(path)))
    for source in demonstration_sources()[0].values():
        yield source.model_copy(update={"url": source.url.replace("https://demo.invalid", agency.url)})


def _media_type(path: Path) -> str:
    return {".json": "application/json", ".csv": "text/csv"}.get(path.suffix, "application/octet-stream")


def _brazil(agency: Agency, samples: Path) -> Iterator[Source]:
    answer = json.loads(gzip.decompress((samples / "ckan/dados_gov_br/package_search_q_all_rows_800.json.gz").read_bytes()))
    answer["result"]["count"] = len(answer["result"]["results"])
    nothing = {"success": True, "result": {"count": answer["result"]["count"], "results": []}}
    agency.plays("/api/3/action/package_search", lambda asked: Reply(answer if asked.one("start") == "0" else nothing))
    yield _named("brazil", "ckan", agency.url, language="pt-BR", place="BR", axis="outcome")


def _council(agency: Agency, samples: Path) -> Iterator[Source]:
    folder = samples / "oparl/karlsruhe"

    def read(name: str) -> list[Any]:
        return [json.loads(path.read_text("utf-8")) for path in sorted((folder / name).glob("*.json"))]

    town = Town(agency, read("papers"), read("meetings"), json.loads((folder / "organizations.json").read_text("utf-8")))
    yield town.source().model_copy(update={"name": "council"})


def _greece(agency: Agency, samples: Path) -> Iterator[Source]:
    acts = json.loads((samples / "diavgeia/search/complex_search_result.json").read_text("utf-8"))["decisions"]

    def answer(asked: Asked) -> Reply:
        there = asked.one("from_issue_date") <= "2024-12-31" < asked.one("to_issue_date")
        return Reply({"decisions": acts if there else [], "info": {"query": "", "total": len(acts) if there else 0}})

    agency.plays("/opendata/search.json", answer)
    agency.plays("/opendata/types.json", json.loads((samples / "diavgeia/types/all_types.json").read_text("utf-8")))
    organization = json.loads((samples / "diavgeia/organizations/an_org.json").read_text("utf-8")) | {"uid": "51611"}
    agency.plays("/opendata/organizations/51611.json", organization)
    options = {"organizations": ["51611"]}
    yield _named("greece", "diavgeia", f"{agency.url}/opendata", language="el", place="GR", options=options)


def _britain(agency: Agency, samples: Path) -> Iterator[Source]:
    paths = []
    for file in sorted((samples / "govuk/content_items").glob("*/*.json")):
        paths.append(f"/recorded/{file.parent.name}/{file.stem}")
        agency.plays(f"/api/content{paths[-1]}", json.loads(file.read_text("utf-8")))
    yield _named("britain", "govuk_content", agency.url, place="GB", options={"paths": paths, "translations": False})


def _register(agency: Agency, samples: Path) -> Iterator[Source]:
    issue = (samples / "federal_register/bulk_xml/FR-2016-04-15.xml").read_bytes()
    yield _named(
        "register", "federal_register_xml", agency.plays("/FR-2016-04-15.xml", Reply(issue, media_type="application/xml")), place="US"
    )  # fmt: skip


def _datasets(agency: Agency, samples: Path) -> Iterator[Source]:
    for name in _DATA_JSON:
        url = agency.plays(f"/{name}", Reply((samples / "dcat" / _found(samples / "dcat", name)).read_bytes()))
        yield _named(name.partition(".")[0].replace("_", "-"), "data_json", url, place="US", axis="outcome")


def _found(folder: Path, name: str) -> Path:
    return next(folder.rglob(name)).relative_to(folder)


def _france(agency: Agency, samples: Path) -> Iterator[Source]:
    for place, name in enumerate(_CATALOGUES):
        url = agency.plays(f"/{name}", Reply((samples / "dcat" / name).read_bytes(), media_type="application/octet-stream"))
        yield _named(f"france-{place}", "dcat", url, language="fr", place="FR", axis="outcome")
    url = _recorded_csw(agency, samples / "dcat/udata_fr")
    yield _named("france", "dcat", url, language="fr", place="FR", axis="outcome", options={"output": "dcat"})


def _contracts(agency: Agency, samples: Path) -> Iterator[Source]:
    for publisher in _CONTRACTS:
        names = []
        for place, path in enumerate(sorted((samples / "ocds" / publisher).rglob("*.json"))):
            content = path.read_bytes().replace(b"https://www.contrataciones.gov.py", agency.url.encode())
            names.append(f"{publisher}-{place}.json")
            agency.plays(f"/{names[-1]}", Reply(content))
        yield _named(publisher, "ocds", f"{agency.url}/", language="es", options={"files": names}, axis="decision")


_LOADERS: tuple[Callable[[Agency, Path], Iterator[Source]], ...] = (
    _demonstration, _council, _brazil, _greece, _britain, _register, _datasets, _france, _contracts,
)  # fmt: skip
