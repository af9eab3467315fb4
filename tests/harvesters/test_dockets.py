"""Dockets of US rule-making: which of the words in a field are one, and in whose records it is looked for."""

from datetime import date
from typing import Any

from harvesters.http import Http
from harvesters.kinds import regulations_gov
from harvesters.kinds.dockets import part_of_dockets
from harvesters.record import Relation
from harvesters.run import Item, harvest

from .agency import Agency
from .conftest import a_source

WHERE = {"EPA": "us-regulations-epa", "FDA": "us-regulations-fda"}


def test_a_docket_is_known_by_its_agency_its_year_and_its_number() -> None:
    stated = ["[Docket No. FDA-2007-D-0369]", "EPA-R09-OAR-2023-0649; FRL-11647-02-R9", "EPA-HQ-OAR-2003-0129, EPA-R09-OAR-2023-0649", "DHS-2023-0006"]
    assert [(one.source, one.identifier) for one in part_of_dockets(stated, WHERE)] == [
        ("us-regulations-fda", "FDA-2007-D-0369"), ("us-regulations-epa", "EPA-R09-OAR-2023-0649"), ("us-regulations-epa", "EPA-HQ-OAR-2003-0129"),
    ]  # fmt: skip
    assert part_of_dockets(["Docket No. 12", "FRL-11647-02-R9", "EPA_FRDOC_0001", "XEPA-R09-OAR-2023-0649"], WHERE) == ()


def test_a_rule_is_part_of_the_docket_that_it_names(agency: Agency, http: Http) -> None:
    rule = {"document_number": "2026-00001", "publication_date": "2026-11-20", "type": "Rule", "title": "A rule", "docket_ids": ["EPA-R09-OAR-2023-0649"]}
    agency.plays("/api/v1/documents.json", {"count": 1, "results": [rule]})

    def relations(**options: Any) -> list[Relation]:
        source = a_source("federal_register", f"{agency.url}/api/v1/documents.json", place="US", options={"from": date(2026, 11, 1), **options})
        return [relation for one in harvest(source, http) for relation in one.record.relations]  # type: ignore[union-attr]

    assert relations(dockets=WHERE) == [Relation(type="part_of", source="us-regulations-epa", identifier="EPA-R09-OAR-2023-0649")]
    assert relations() == [], "where nobody says in whose records dockets are, nothing is guessed"


def test_what_an_agency_posts_without_a_docket_is_part_of_none() -> None:
    source = a_source("regulations_gov", "https://api.regulations.example/v4", place="US", axis=None)
    for docket, count in (("EPA_FRDOC_0001", 0), ("EPA-R09-OAR-2023-0649", 1)):
        said = {"documentType": "Notice", "title": "A notice", "agencyId": "EPA", "docketId": docket, "postedDate": "2025-01-02T05:00:00Z"}
        record = regulations_gov.parse(Item({"id": f"{docket}-0002", "type": "documents", "attributes": said}, b"", ""), source)
        assert record and len(record.relations) == count
