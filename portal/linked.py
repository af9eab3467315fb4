"""Records as JSON-LD: Dublin Core, DCAT and schema.org for what they are, the European Legislation Identifier's ontology for how
they stand to each other. The context stands in the answer; nothing has to be fetched to read it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .catalogue import Entry, Link
from .standing import Standing

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
    "replaced_by": {"@id": "dct:isReplacedBy", "@type": "@id"},
    "corrected_by": {"@id": "eli:corrected_by", "@type": "@id"},
    "primaryTopic": {"@id": "foaf:primaryTopic", "@type": "@id"},
}
_LAWS = frozenset({"law", "regulation", "resolution", "proposed_rule"})


def record_graph(entry: Entry, links: Sequence[Link], stand: Standing | None, base: str) -> dict[str, Any]:
    """One record, its relations both ways and its publisher as a graph."""
    node = record_node(entry, [(link.type, link.entry.number) for link in links if link.entry and not link.inverse], stand, base)
    others: dict[str, dict[str, Any]] = {}
    for link in links:
        if link.entry:
            other = others.setdefault(link.entry.number, {"@id": _address(link.entry.number, base), "dct:title": words(link.entry)})
            if link.inverse:
                other.setdefault(link.type, []).append(node["@id"])
    return {"@context": CONTEXT, "@graph": [node, *others.values(), agency_node(entry.data["publisher"], base)]}


def record_node(entry: Entry, relations: Iterable[tuple[str, str]], stand: Standing | None, base: str) -> dict[str, Any]:
    """What a record is, with its own relations (type and number) and how it stands."""
    data = entry.data
    found: dict[str, Any] = {
        "@id": _address(entry.number, base),
        "@type": _classes(entry),
        "dct:identifier": entry.shown_number,
        "dct:title": words(entry),
        "dct:type": entry.type,
        "dct:language": data["language"],
        "publisher": f"{base}/agencies/{data['publisher']['slug']}",
    }
    if issued := data.get("issued"):
        kinds = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
        found["dct:issued"] = {"@value": issued, "@type": kinds.get(len(issued), "xsd:dateTime")}
    if page := data.get("landing_page"):
        found["landingPage"] = page
    if files := [file["url"] for file in data.get("files", ())]:
        found["dcat:distribution"] = [{"@type": "dcat:Distribution", "dcat:accessURL": {"@id": base + url if url.startswith("/") else url}} for url in files]
    for kind, number in relations:
        found.setdefault(kind, []).append(_address(number, base))
    return found | _standing(stand, base)


def _standing(stand: Standing | None, base: str) -> dict[str, Any]:
    """Words of a record that is not to be read as it stands; nothing for others."""
    if stand is None:
        return {}
    found: dict[str, Any] = {"schema:creativeWorkStatus": stand.kind}
    if stand.by:
        found["corrected_by" if stand.kind == "corrected" else "replaced_by"] = _address(stand.by.number, base)
    return found


def agency_node(agency: Mapping[str, Any], base: str) -> dict[str, Any]:
    """A publisher."""
    return {
        "@id": f"{base}/agencies/{agency['slug']}",
        "@type": ["schema:GovernmentOrganization", "foaf:Agent"],
        "foaf:name": [{"@value": name, "@language": code} for code, name in agency["names"].items()],
    }


def _address(number: str, base: str) -> str:
    return f"{base}/records/{number}"


def _classes(entry: Entry) -> list[str]:
    if entry.axis == "outcome":
        return ["dcat:Dataset", "schema:Dataset"] if entry.type in ("indicator", "statistics", "dataset", "spending") else ["dcat:Resource", "schema:Report"]
    if entry.type in _LAWS:
        return ["dcat:Resource", "schema:Legislation"]
    return ["dcat:Resource", "schema:CreativeWork"]


def words(entry: Entry) -> list[dict[str, str]]:
    """The title of a record in each of its languages."""
    data = entry.data
    titles = {data["language"]: data["title"]} | {code: one["title"] for code, one in data.get("translations", {}).items() if one.get("title")}
    return [{"@value": text, "@language": code} for code, text in titles.items()]
