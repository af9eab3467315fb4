"""DCAT in RDF and from catalogue services: pages, mistakes that are mended, and what cannot be read."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.run import Account, Harvested, Rejected, harvest

from ..telling import Tell
from .agency import Agency, Asked, Reply
from .conftest import a_source

HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"


def a_set(number: int, more: str = "") -> str:
    return f'<https://data.example/set/{number}> a dcat:Dataset ; dct:title "Set {number}"@en ; dct:identifier "{number}" {more}.\n'


def came(source: Any, http: Http) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, account=account))


def turtle(agency: Agency, text: str | bytes, path: str = "/catalog") -> str:
    return agency.plays(path, Reply(text, media_type="text/turtle"))


def test_pages_are_followed_in_hydras_old_words_and_its_new_ones(agency: Agency, http: Http) -> None:
    total = "<urn:c> hydra:totalItems 5 .\n"
    url = turtle(agency, HEAD + a_set(1) + a_set(2) + total + f"<urn:v> hydra:next <{agency.url}/two> .")
    turtle(agency, HEAD + a_set(3) + a_set(4) + total + f"<urn:v> hydra:nextPage <{agency.url}/three> .", "/two")
    turtle(agency, HEAD + a_set(5) + total, "/three")
    account, results = came(a_source("dcat", url), http)
    assert (len(results), account.expected, account.complete, account.flags) == (5, 5, True, [])


def test_a_page_that_cannot_be_read_leaves_what_came_and_says_so(agency: Agency, http: Http) -> None:
    url = turtle(agency, HEAD + a_set(1) + f"<urn:v> hydra:next <{agency.url}/two> .")
    turtle(agency, "<<< this is no RDF", "/two")
    account, results = came(a_source("dcat", url), http)
    assert len(results) == 1 and not account.complete and account.flags[0].code == "wrong_type"


@pytest.mark.parametrize("text", ["<<< no RDF", "{]", '<?xml version="1.0"?><rdf:RDF', ""])
def test_what_is_no_rdf_is_refused(agency: Agency, http: Http, text: str) -> None:
    if not text:
        account, results = came(a_source("dcat", turtle(agency, text), minimum=0), http)
        assert results == [] and account.complete
        return
    with pytest.raises(BadAnswer, match="no RDF that can be read"):
        came(a_source("dcat", turtle(agency, text)), http)


@pytest.mark.parametrize(
    "text",
    [
        '<https://data.example/set/1> a dcat:Dataset ; dct:title "Set 1" ; foaf:page <https://data.example/page> .',
        HEAD + '<https://data.example/set/1> a dcat:Dataset ; dct:title "Set 1"@en_US .',
        HEAD + '<https://data.example/set/1> a dcat:Dataset ; dct:title "Set 1" ; dcat:landingPage <https://data.example/a page> .',
        (HEAD + '<https://data.example/set/1> a dcat:Dataset ; dct:title "Set 1" ; dct:description "Straße" .').encode("latin-1"),
        b"\xef\xbb\xbf" + (HEAD + a_set(1)).encode(),
        HEAD + a_set(1, '; dct:issued "2021-13-45"^^<http://www.w3.org/2001/XMLSchema#date> '),
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"><dcat:Dataset rdf:about="https://data.example/set/1">'
        '<dct:title xml:lang="">Set 1 & more</dct:title></dcat:Dataset></rdf:RDF>',
    ],
)
def test_mistakes_that_harm_nothing_are_mended(agency: Agency, http: Http, text: str | bytes) -> None:
    account, results = came(a_source("dcat", turtle(agency, text)), http)
    assert [one.record.identifier for one in results] == ["https://data.example/set/1"], account.flags
    assert account.complete and account.flags == []


def test_a_context_that_lies_elsewhere_is_not_fetched(agency: Agency, http: Http) -> None:
    document = {
        "@context": "https://elsewhere.example/context.jsonld",
        "@graph": [{"@id": "https://data.example/set/1", "@type": "dcat:Dataset", "dct:title": "Set 1", "distribution": {"downloadURL": "https://data.example/1.csv"}}],
    }  # fmt: skip
    _, (result,) = came(a_source("dcat", agency.plays("/catalog.jsonld", Reply(document, media_type="application/ld+json"))), http)
    assert isinstance(result, Harvested) and result.record.files[0].url == "https://data.example/1.csv"
    assert {one.path for one in agency.asked} == {"/robots.txt", "/catalog.jsonld"}


def test_entities_that_grow_are_not_read(agency: Agency, http: Http) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE r [' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 40)) + "]><rdf:RDF>&e39;</rdf:RDF>"
    with pytest.raises(BadAnswer, match="entit"):
        came(a_source("dcat", turtle(agency, bomb)), http)


def test_the_same_answer_is_the_same_record_again(agency: Agency, http: Http) -> None:
    url = turtle(agency, HEAD + a_set(1, "; dct:publisher [ <http://xmlns.com/foaf/0.1/name> 'A' ], [ <http://xmlns.com/foaf/0.1/name> 'B' ] ; dcat:distribution [ dcat:accessURL <https://b.example> ], [ dcat:accessURL <https://a.example> ] "))
    raws = {came(a_source("dcat", url), http)[1][0].item.raw for _ in range(5)}
    assert len(raws) == 1


class Catalogue:
    """A catalogue service that answers in ISO 19139, ten records at a time."""

    def __init__(self, agency: Agency, count: int, schemas: tuple[str, ...] = ("http://www.isotc211.org/2005/gmd",)) -> None:
        self.count, self.schemas = count, schemas
        self.url = agency.plays("/srv/csw", self.answer)

    def answer(self, asked: Asked) -> Reply:
        schema, start = asked.one("outputSchema"), int(asked.one("startPosition"))
        if schema not in self.schemas:
            return Reply("<ows:ExceptionReport xmlns:ows='http://www.opengis.net/ows'><ows:ExceptionText>no such schema</ows:ExceptionText></ows:ExceptionReport>", media_type="application/xml")
        numbers = range(start, min(start + 10, self.count + 1))
        following = start + 10 if start + 10 <= self.count else 0
        rows = "".join((_iso if schema.endswith("gmd") else _dublin)(number) for number in numbers)
        results = f"<csw:SearchResults numberOfRecordsMatched='{self.count}' numberOfRecordsReturned='{len(numbers)}' nextRecord='{following}'>{rows}</csw:SearchResults>"
        return Reply(f"<csw:GetRecordsResponse xmlns:csw='http://www.opengis.net/cat/csw/2.0.2'>{results}</csw:GetRecordsResponse>", media_type="text/xml")


def _iso(number: int) -> str:
    text = "<gmd:{0} ><gco:CharacterString>{1}</gco:CharacterString></gmd:{0}>"
    return (
        "<gmd:MD_Metadata xmlns:gmd='http://www.isotc211.org/2005/gmd' xmlns:gco='http://www.isotc211.org/2005/gco'>" + text.format("fileIdentifier", f"uuid-{number}")
        + "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>" + text.format("title", f"Map {number}")
        + "</gmd:CI_Citation></gmd:citation>" + text.format("abstract", "What is there.") + "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"
    )  # fmt: skip


def _dublin(number: int) -> str:
    return f"<csw:Record xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:identifier>uuid-{number}</dc:identifier><dc:title>Map {number}</dc:title></csw:Record>"


def test_a_catalogue_service_is_read_to_its_end(agency: Agency, http: Http) -> None:
    account, results = came(a_source("dcat", Catalogue(agency, 37).url), http)
    assert (len(results), account.expected, account.complete) == (37, 37, True)
    assert results[0].record.title == "Map 1" and results[0].record.summary == "What is there."


def test_a_service_that_does_not_know_a_schema_is_asked_in_another(agency: Agency, http: Http) -> None:
    account, results = came(a_source("dcat", Catalogue(agency, 12, ("http://www.opengis.net/cat/csw/2.0.2",)).url), http)
    assert len(results) == 12 and account.complete
    with pytest.raises(BadAnswer, match="no such schema"):
        came(a_source("dcat", Catalogue(agency, 12, ()).url), http)


def _recorded_csw(agency: Agency, folder: Path) -> str:
    pages = {"1": "1", "3": "3", "5": "5"}

    def answer(asked: Asked) -> Reply:
        return Reply((folder / f"geonetwork-dcat-page-{pages[asked.one('startPosition')]}.xml").read_bytes(), media_type="application/xml")

    return agency.plays("/geonetwork/srv/fre/csw", answer)


@pytest.mark.samples
def test_recorded_catalogues_become_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    folder = samples / "dcat"
    counts: Counter[str] = Counter()
    for path, expected, language in (
        ("dcat_ap_examples/dataset_deri.ttl", 1, "en"), ("dcat_ap_examples/dataset_gob_es.ttl", 1, "es"), ("dcat_ap_examples/dataset_gov_de.rdf", 1, "de"),
        ("dcat_ap_examples/dataset_sweden.rdf", 1, "en"), ("udata_fr/udata.xml", None, "fr"), ("udata_fr/sig.oreme.rdf", 1, "en"),
        ("udata_fr/datara--5a26b0f6-0ccf-46ad-ac58-734054b91977.rdf.xml", None, "fr"), ("udata_fr/geonetwork.xml", 1, "en"),
    ):  # fmt: skip
        url = agency.plays(f"/{path}", Reply((folder / path).read_bytes(), media_type="application/octet-stream"))
        account, results = came(a_source("dcat", url, language=language, place="FR"), http)
        records = [one.record for one in results if isinstance(one, Harvested)]
        rejected = [one.reason for one in results if isinstance(one, Rejected)]
        counts[path] = len(records)
        assert rejected == [] and records and (expected is None or len(records) == expected), (path, rejected, account.flags)
        if "oreme" in path:
            # GeoNetwork names an agency in its address only.
            assert records[0].publisher.name("fr") == "UMR Géosciences Montpellier (GM)"
        assert all(one.title and one.language == language for one in records), path
    source = a_source("dcat", _recorded_csw(agency, folder / "udata_fr"), language="fr", place="FR", options={"output": "dcat"})
    account, results = came(source, http)
    assert [one for one in results if isinstance(one, Rejected)] == [] and (len(results), account.expected, account.complete) == (6, 6, True)
    tell(f"dcat: {dict(counts)}, csw {len(results)}")


@pytest.mark.samples
def test_recorded_iso_records_are_read(samples: Path, agency: Agency, http: Http) -> None:
    content = (samples / "dcat/udata_fr/geonetwork-iso19139-page-1.xml").read_bytes().replace(b'nextRecord="3"', b'nextRecord="0"').replace(b'Matched="6"', b'Matched="2"')
    url = agency.plays("/csw", Reply(content, media_type="application/xml"))
    account, results = came(a_source("dcat", url, language="fr", place="FR"), http)
    first = results[0].record
    assert len(results) == 2 and account.complete and first.identifier == "fr-120066022-ldd-56fce164-04b2-41ae-be87-9f256f39dd44"
    assert first.title == "Plan local d'urbanisme de la commune de Cartigny" and first.issued == "2017-10-07"
    assert first.publisher.name("fr").startswith("DDTM 80") and "plu" in first.keywords and "SPDX" not in json.dumps(first.to_data())
