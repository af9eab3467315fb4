"""From RDF to plain data: every dataset of a graph as a dictionary of lists, in the words of DCAT. Broken RDF is mended
where that harms nothing: prefixes that everybody knows, wrong language tags, other encodings.
"""

import json
import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDFS, SKOS
from rdflib.term import Node

from ..http import BadAnswer

DCAT = Namespace("http://www.w3.org/ns/dcat#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SCHEMA = Namespace("http://schema.org/")
ORG = Namespace("http://www.w3.org/ns/org#")
PREFIXES = {
    "rdf": str(RDF), "rdfs": str(RDFS), "dcat": str(DCAT), "dct": str(DCTERMS), "dcterms": str(DCTERMS), "foaf": str(FOAF), "skos": str(SKOS),
    "vcard": str(VCARD), "adms": str(ADMS), "hydra": str(HYDRA), "schema": str(SCHEMA), "org": str(ORG), "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#", "dc": "http://purl.org/dc/elements/1.1/", "locn": "http://www.w3.org/ns/locn#",
    "prov": "http://www.w3.org/ns/prov#", "spdx": "http://spdx.org/rdf/terms#", "time": "http://www.w3.org/2006/time#",
    "dcatap": "http://data.europa.eu/r5r/", "odrs": "http://schema.theodi.org/odrs#", "gsp": "http://www.opengis.net/ont/geosparql#",
    "void": "http://rdfs.org/ns/void#", "cc": "http://creativecommons.org/ns#", "dcatde": "http://dcat-ap.de/def/dcatde/", "eli": "http://data.europa.eu/eli/ontology#",
}  # fmt: skip
_TYPES = (DCAT.Dataset, DCAT.DatasetSeries)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
# What a library says of every odd date and address is said by us where it matters.
logging.getLogger("rdflib").setLevel(logging.CRITICAL)


def read_graph(content: bytes, media_type: str) -> tuple[Graph, str]:
    """The graph in an answer, and what had to be mended ("" if nothing). BadAnswer where it cannot be read."""
    form = format_of(content, media_type)
    try:
        return _parse(content, form), ""
    except Exception as fault:
        mended = _mend(content, form)
        if mended == content:
            raise BadAnswer(f"it is no RDF that can be read as {form} ({_first_line(fault)})", code="wrong_type") from None
        try:
            return _parse(mended, form), f"it is not quite RDF ({_first_line(fault)}); mended"
        except Exception as again:
            raise BadAnswer(f"it is no RDF that can be read as {form} ({_first_line(again)})", code="wrong_type") from None


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]


def format_of(content: bytes, media_type: str) -> str:
    """The form that content has, whatever its type says."""
    start = content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] in (b"{", b"["):
        return "json-ld"
    if start.startswith((b"<?xml", b"<rdf:", b"<!DOCTYPE rdf", b"<RDF", b"<csw", b"<!--")):
        return "xml"
    return {"application/n-triples": "nt", "text/n3": "n3", "application/trig": "trig"}.get(media_type, "turtle")


def _parse(content: bytes, form: str) -> Graph:
    content = content.removeprefix(b"\xef\xbb\xbf")
    if form == "json-ld":
        content = _without_remote_contexts(content)
    elif form == "xml" and content[:20_000].count(b"<!ENTITY") > 30:
        raise ValueError("it declares many entities, which are not read, for they can hide anything")
    with warnings.catch_warnings():
        # The library's own parser of JSON-LD uses what the library no longer recommends.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="rdflib")
        warnings.filterwarnings("ignore", message="ConjunctiveGraph is deprecated", category=DeprecationWarning)
        return Graph().parse(data=content, format=form, publicID="urn:relative:")


def _without_remote_contexts(content: bytes) -> bytes:
    """JSON-LD names its words in a context; one that lies elsewhere is not fetched: the words of DCAT stand in for it."""

    def clean(value: Any) -> Any:
        if isinstance(value, list):
            return [clean(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = {name: clean(one) for name, one in value.items() if name != "@import"}
        if "@context" in found:
            given = found["@context"] if isinstance(found["@context"], list) else [found["@context"]]
            here = [one for one in given if isinstance(one, dict)]
            found["@context"] = here if len(here) == len(given) else [_CONTEXT, *here]
        return found

    return json.dumps(clean(json.loads(content))).encode()


_CONTEXT: dict[str, Any] = PREFIXES | {
    "@vocab": str(DCAT), "id": "@id", "type": "@type",
    **{name: f"dct:{name}" for name in ("title", "description", "identifier", "issued", "modified", "language", "spatial", "temporal", "license",
       "rights", "accessRights", "accrualPeriodicity", "format", "publisher", "creator", "isPartOf", "conformsTo", "isVersionOf", "replaces")},
    **{name: {"@id": f"dcat:{name}", "@type": "@id"} for name in ("dataset", "distribution", "accessURL", "downloadURL", "landingPage", "theme", "inSeries")},
    "name": "foaf:name", "homepage": {"@id": "foaf:homepage", "@type": "@id"},
}  # fmt: skip


def _mend(content: bytes, form: str) -> bytes:
    """The same in UTF-8, with prefixes that everybody knows and without language tags that are none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if form == "xml":
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text))
        text = re.sub(r'\sxml:lang\s*=\s*"([^"]*)"', lambda found: found[0] if _LANGUAGE.fullmatch(found[1]) else "", text)
        text = re.sub(r"&(?!#?\w+;)", "&amp;", text)
        used = {name for name in re.findall(r"[<\s/](\w+):\w", text) if name in PREFIXES and f"xmlns:{name}=" not in text}
        declared = "".join(f' xmlns:{name}="{PREFIXES[name]}"' for name in sorted(used))
        return re.sub(r"<(rdf:RDF|RDF)\b", lambda found: found[0] + declared, text, count=1).encode()
    if form in ("turtle", "n3", "trig"):
        text = re.sub(r'(["\'])@([^\s,;.\])]+)', lambda found: found[0] if _LANGUAGE.fullmatch(found[2]) else found[1], text)
        text = re.sub(r"<([^<>\"]*)>", lambda found: f"<{re.sub(r'[ {}|^`]', _quoted, found[1])}>", text)
        missing = [name for name in PREFIXES if re.search(rf"(?<![\w:]){name}:\w", text) and not re.search(rf"prefix\s+{name}:", text, re.IGNORECASE)]
        return ("".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in missing) + text).encode()
    return text.encode()


def _quoted(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def next_page(graph: Graph) -> str | None:
    """Where the next page is, as Hydra says it, in its old words and its new ones."""
    for term in (HYDRA.next, HYDRA.nextPage):
        for target in graph.objects(None, term):
            return str(target)
    return None


def total_of(graph: Graph) -> int | None:
    """How many datasets there are, as Hydra says it."""
    found = [str(value) for value in graph.objects(None, HYDRA.totalItems)]
    return int(found[0]) if len(set(found)) == 1 and found[0].isdigit() else None


def datasets(graph: Graph) -> Iterator[dict[str, Any]]:
    """Every dataset and series of the graph, in the order of their names."""
    found = {node for kind in _TYPES for node in graph.subjects(RDF.type, kind)}
    for node in sorted(found, key=str):
        yield _dataset(graph, node)


def _dataset(graph: Graph, node: Node) -> dict[str, Any]:
    said: dict[str, Any] = {
        "iri": _iri(node),
        "series": (node, RDF.type, DCAT.DatasetSeries) in graph,
        "identifier": _strings(graph, node, DCTERMS.identifier, URIRef("http://purl.org/dc/elements/1.1/identifier")),
        "title": _words(graph, node, DCTERMS.title, URIRef("http://purl.org/dc/elements/1.1/title"), RDFS.label),
        "description": _words(graph, node, DCTERMS.description, DCTERMS.abstract),
        "keyword": _words(graph, node, DCAT.keyword),
        "theme": sorted((_named(graph, one) for one in _objects(graph, node, DCAT.theme, DCTERMS.subject)), key=_in_order),
        "issued": _strings(graph, node, DCTERMS.issued, DCTERMS.created),
        "modified": _strings(graph, node, DCTERMS.modified),
        "publisher": sorted((_agent(graph, one) for one in _objects(graph, node, DCTERMS.publisher)), key=_in_order),
        "creator": sorted((_agent(graph, one) for one in _objects(graph, node, DCTERMS.creator)), key=_in_order),
        "landingPage": _strings(graph, node, DCAT.landingPage, FOAF.page, FOAF.homepage),
        "license": _strings(graph, node, DCTERMS.license),
        "rights": _rights(graph, node),
        "language": _strings(graph, node, DCTERMS.language),
        "spatial": sorted((_named(graph, one) for one in _objects(graph, node, DCTERMS.spatial)), key=_in_order),
        "frequency": _frequency(graph, node),
        "status": _strings(graph, node, ADMS.status),
        "isPartOf": _strings(graph, node, DCTERMS.isPartOf, DCAT.inSeries),
        "replaces": _strings(graph, node, DCTERMS.replaces),
        "isReplacedBy": _strings(graph, node, DCTERMS.isReplacedBy),
        "isVersionOf": _strings(graph, node, DCTERMS.isVersionOf),
        "conformsTo": _strings(graph, node, DCTERMS.conformsTo),
        "distribution": sorted((_distribution(graph, one) for one in _objects(graph, node, DCAT.distribution)), key=_in_order),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in (None, "", [], False)}


def _in_order(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True)


def _iri(node: Node) -> str:
    text = str(node)
    return "" if isinstance(node, BNode) or text.startswith("urn:relative:") else text


def _objects(graph: Graph, node: Node, *terms: URIRef) -> list[Node]:
    """What a node says, in an order that stays: a graph has none."""
    found = [one for term in terms for one in graph.objects(node, term)]
    return sorted(dict.fromkeys(found), key=lambda one: (isinstance(one, BNode), "" if isinstance(one, BNode) else str(one)))


def _strings(graph: Graph, node: Node, *terms: URIRef) -> list[str]:
    found = []
    for one in _objects(graph, node, *terms):
        text = _label(graph, one) if isinstance(one, BNode) else str(one).removeprefix("urn:relative:")
        found += [text.strip()] if text.strip() else []
    return sorted(dict.fromkeys(found))


def _words(graph: Graph, node: Node, *terms: URIRef) -> list[dict[str, str]]:
    """Words with their languages; of several terms, the first that says something."""
    for term in terms:
        found = [one for one in _objects(graph, node, term) if isinstance(one, Literal) and str(one).strip()]
        if found:
            return sorted(({"text": str(one).strip(), "language": one.language or ""} for one in found), key=_in_order)
    return []


def _label(graph: Graph, node: Node) -> str:
    for term in (SKOS.prefLabel, RDFS.label, FOAF.name, DCTERMS.title, VCARD.fn, SCHEMA.name, RDF.value, DCTERMS.identifier):
        if found := _words(graph, node, term):
            return found[0]["text"]
    return ""


def _named(graph: Graph, node: Node) -> dict[str, str]:
    label = str(node) if isinstance(node, Literal) else _label(graph, node)
    return {"iri": "" if isinstance(node, Literal) else _iri(node), "label": label.strip()}


def _agent(graph: Graph, node: Node) -> dict[str, Any]:
    if isinstance(node, Literal):
        return {"name": [{"text": str(node), "language": node.language or ""}]}
    names = _words(graph, node, FOAF.name, VCARD.fn, VCARD["organization-name"], SKOS.prefLabel, RDFS.label, SCHEMA.name, DCTERMS.title)
    above = [_label(graph, one) for one in _objects(graph, node, ORG.subOrganizationOf)]
    pages = _strings(graph, node, FOAF.homepage, VCARD.hasURL)
    return {"name": names, "homepage": pages[0] if pages else "", "above": above[0] if above else "", "iri": _iri(node)}


def _rights(graph: Graph, node: Node) -> list[str]:
    found: Iterable[Node] = _objects(graph, node, DCTERMS.rights, DCTERMS.accessRights)
    return sorted(text for one in found if (text := (_label(graph, one) or (str(one) if not isinstance(one, BNode) else ""))))


def _frequency(graph: Graph, node: Node) -> list[str]:
    found = _objects(graph, node, DCTERMS.accrualPeriodicity)
    return sorted(text for one in found if (text := (_label(graph, one) or ("" if isinstance(one, BNode) else str(one)))))


def _distribution(graph: Graph, node: Node) -> dict[str, Any]:
    said = {
        "iri": _iri(node),
        "title": _words(graph, node, DCTERMS.title, RDFS.label),
        "description": _words(graph, node, DCTERMS.description),
        "accessURL": _strings(graph, node, DCAT.accessURL),
        "downloadURL": _strings(graph, node, DCAT.downloadURL),
        "mediaType": [one["label"] or one["iri"] for one in (_named(graph, found) for found in _objects(graph, node, DCAT.mediaType))],
        "format": [one["label"] or one["iri"] for one in (_named(graph, found) for found in _objects(graph, node, DCTERMS.format))],
        "license": _strings(graph, node, DCTERMS.license),
        "size": _strings(graph, node, DCAT.byteSize),
        "modified": _strings(graph, node, DCTERMS.modified),
        "language": _strings(graph, node, DCTERMS.language),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in ("", [])}
