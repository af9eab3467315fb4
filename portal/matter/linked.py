"""A matter as JSON-LD: Dublin Core, DCAT and schema.org for what records are, the European Legislation Identifier's
ontology for how they stand to each other. The context stands in the answer; nothing has to be fetched to read it."""

from typing import Any

from . import Matter
from .members import Member

CONTEXT: dict[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "hasPart": {"@id": "dct:hasPart", "@type": "@id", "@container": "@set"},
    "implements": {"@id": "eli:implements", "@type": "@id", "@container": "@set"},
    "based_on": {"@id": "eli:based_on", "@type": "@id", "@container": "@set"},
    "amends": {"@id": "eli:amends", "@type": "@id", "@container": "@set"},
    "corrects": {"@id": "eli:corrects", "@type": "@id", "@container": "@set"},
    "supersedes": {"@id": "dct:replaces", "@type": "@id", "@container": "@set"},
    "cites": {"@id": "dct:references", "@type": "@id", "@container": "@set"},
    "part_of": {"@id": "dct:isPartOf", "@type": "@id", "@container": "@set"},
    "measures": {"@id": "schema:about", "@type": "@id", "@container": "@set"},
    "evaluates": {"@id": "schema:itemReviewed", "@type": "@id", "@container": "@set"},
    "publisher": {"@id": "dct:publisher", "@type": "@id"},
    "landingPage": {"@id": "dcat:landingPage", "@type": "@id"},
    "primaryTopic": {"@id": "foaf:primaryTopic", "@type": "@id"},
}
_LAWS = frozenset({"law", "regulation", "resolution", "proposed_rule"})


def to_linked_data(matter: Matter, base: str) -> dict[str, Any]:
    """The matter, its records, their relations and their publishers as one graph."""
    address = f"{base}/records/{matter.heart.number}/thread"
    whole = {
        "@id": f"{address}#matter",
        "@type": ["schema:Collection", "dcat:Catalog"],
        "dct:title": _words(matter.heart),
        "schema:url": {"@id": address},
        "primaryTopic": f"{base}/records/{matter.heart.number}",
        "hasPart": [f"{base}/records/{member.number}" for member in matter.members],
        "schema:numberOfItems": len(matter.members),
    }
    publishers = {member.entry.data["publisher"]["slug"]: member.entry.data["publisher"] for member in matter.members}
    agencies = [
        {
            "@id": f"{base}/agencies/{slug}",
            "@type": ["schema:GovernmentOrganization", "foaf:Agent"],
            "foaf:name": [{"@value": name, "@language": code} for code, name in agency["names"].items()],
        }
        for slug, agency in publishers.items()
    ]
    return {"@context": CONTEXT, "@graph": [whole, *(_record(member, matter, base) for member in matter.members), *agencies]}


def _record(member: Member, matter: Matter, base: str) -> dict[str, Any]:
    data = member.entry.data
    found: dict[str, Any] = {
        "@id": f"{base}/records/{member.number}",
        "@type": _classes(member),
        "dct:identifier": member.entry.shown_number,
        "dct:title": _words(member),
        "dct:type": member.entry.type,
        "dct:language": data["language"],
        "publisher": f"{base}/agencies/{data['publisher']['slug']}",
    }
    if issued := data.get("issued"):
        kinds = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
        found["dct:issued"] = {"@value": issued, "@type": kinds.get(len(issued), "xsd:dateTime")}
    if page := data.get("landing_page"):
        found["landingPage"] = page
    for bond in matter.bonds.get(member.number, ()):
        if not bond.inverse:
            found.setdefault(bond.type, []).append(f"{base}/records/{bond.other.number}")
    return found


def _classes(member: Member) -> list[str]:
    if member.axis == "outcome":
        return ["dcat:Dataset", "schema:Dataset"] if member.entry.type in ("indicator", "statistics", "dataset", "spending") else ["dcat:Resource", "schema:Report"]
    if member.entry.type in _LAWS:
        return ["dcat:Resource", "schema:Legislation"]
    return ["dcat:Resource", "schema:CreativeWork"]


def _words(member: Member) -> list[dict[str, str]]:
    data = member.entry.data
    words = {data["language"]: data["title"]} | {code: one["title"] for code, one in data.get("translations", {}).items() if one.get("title")}
    return [{"@value": text, "@language": code} for code, text in words.items()]
