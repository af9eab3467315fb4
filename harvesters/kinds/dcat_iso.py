"""From catalogue services to DCAT's words: ISO 19139 (gmd:MD_Metadata) and Dublin Core (csw:Record) as plain data."""

import re
from collections.abc import Iterator
from typing import Any

from ..xml import Element, attribute, child, children, descendants, find, local, text_of

_LANGUAGES = {"fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "eng": "en", "spa": "es", "ita": "it", "dut": "nl", "nld": "nl", "por": "pt", "pol": "pl", "cze": "cs", "ces": "cs", "swe": "sv", "dan": "da", "fin": "fi", "nor": "no", "gre": "el", "ell": "el", "hun": "hu", "slv": "sl", "slk": "sk", "slo": "sk", "hrv": "hr", "ron": "ro", "rum": "ro", "bul": "bg", "lit": "lt", "lav": "lv", "est": "et", "vie": "vi", "roh": "rm", "ukr": "uk"}  # fmt: skip
_FREQUENCIES = {"annually": "annual", "biannually": "half-yearly", "continual": "continuous"}


def read_iso(root: Element) -> dict[str, Any]:
    """One gmd:MD_Metadata."""
    about = find(root, "identificationInfo")
    about = next(iter(about), None) if about is not None else None
    citation = find(about, "citation", "CI_Citation")
    language = _language(find(root, "language"))
    locales = {attribute(one, "id"): _language(find(one, "languageCode")) for one in descendants(root, "PT_Locale")}
    said: dict[str, Any] = {
        "iri": "",
        "series": _code(find(root, "hierarchyLevel")) == "series",
        "type": _code(find(root, "hierarchyLevel")),
        "identifier": [text_of(child(root, "fileIdentifier")), *(text_of(code) for one in children(citation, "identifier") for code in descendants(one, "code"))],
        "title": _words(child(citation, "title"), language, locales),
        "description": _words(child(about, "abstract"), language, locales),
        "keyword": [word for one in descendants(about, "MD_Keywords") for key in children(one, "keyword") for word in _words(key, language, locales)],
        "theme": [{"iri": "", "label": text_of(one)} for one in descendants(about, "MD_TopicCategoryCode")],
        "issued": _dates(citation, "publication") or _dates(citation, "creation"),
        "modified": _dates(citation, "revision") or [text_of(child(root, "dateStamp"))],
        "publisher": list(_parties(about, root, language, locales)),
        "landingPage": [],
        "license": _constraints(about),
        "language": [language] if language else [],
        "spatial": [{"iri": "", "label": text_of(one)} for one in descendants(about, "MD_Identifier") if local(one) == "geographicIdentifier"],
        "frequency": [_FREQUENCIES.get(code, code) for one in descendants(about, "MD_MaintenanceFrequencyCode") if (code := attribute(one, "codeListValue"))],
        "isPartOf": [text_of(child(root, "parentIdentifier"))],
        "distribution": [_online(one) for one in descendants(child(root, "distributionInfo"), "CI_OnlineResource")],
    }  # fmt: skip
    return _said(said)


def _said(data: dict[str, Any]) -> dict[str, Any]:
    kept = {name: [one for one in value if one not in ("", {}, None)] if isinstance(value, list) else value for name, value in data.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [], False)}


def _language(element: Element | None) -> str:
    code = next((attribute(one, "codeListValue") for one in descendants(element, "LanguageCode")), "") or text_of(element)
    code = code.strip().lower()[:3]
    return _LANGUAGES.get(code, code[:2] if len(code) == 2 else "")


def _code(element: Element | None) -> str:
    return next((attribute(one, "codeListValue") for one in (element if element is not None else ())), "")


def _words(element: Element | None, language: str, locales: dict[str, str]) -> list[dict[str, str]]:
    if element is None:
        return []
    free = child(element, "PT_FreeText")
    main = text_of(child(element, "CharacterString", "Anchor")) or (text_of(element) if free is None else "")
    found = [{"text": main, "language": language}] if main else []
    for one in descendants(free, "LocalisedCharacterString"):
        tag = locales.get(attribute(one, "locale").removeprefix("#"), "")
        if tag and text_of(one) and tag != language:
            found.append({"text": text_of(one), "language": tag})
    return found


def _dates(citation: Element | None, kind: str) -> list[str]:
    """The dates of a kind; of several, the latest."""
    found = [
        text_of(child(one, "date"))
        for one in descendants(citation, "CI_Date")
        if any(attribute(code, "codeListValue") == kind for code in descendants(one, "CI_DateTypeCode"))
    ]
    return [max(found)] if any(found) else []


def _parties(about: Element | None, root: Element, language: str, locales: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Who is responsible: the publisher or owner first, then whoever is named. Persons are left out."""
    wanted = ["publisher", "owner", "custodian", "pointOfContact", "author", "distributor", ""]
    parties = [*descendants(about, "CI_ResponsibleParty"), *descendants(child(root, "contact"), "CI_ResponsibleParty")]
    named = [(_code(child(one, "role")), _words(child(one, "organisationName"), language, locales)) for one in parties]
    ranked = sorted((one for one in named if one[1]), key=lambda one: wanted.index(one[0]) if one[0] in wanted else len(wanted))
    for _role, names in ranked[:1]:
        yield {"name": names, "homepage": "", "above": "", "iri": ""}


def _constraints(about: Element | None) -> list[str]:
    found = [*descendants(about, "otherConstraints"), *descendants(about, "useLimitation")]
    texts = [attribute(anchor, "href") if (anchor := child(one, "Anchor")) is not None else text_of(one) for one in found]
    open_ones = [text for text in texts if re.search(r"licen[cs]|creativecommons|open data|\bcc[- ]by|etalab", text, re.IGNORECASE)]
    return open_ones[:1]


def _online(element: Element) -> dict[str, Any]:
    protocol = text_of(child(element, "protocol"))
    title = text_of(child(element, "name")) or text_of(child(element, "description"))
    return _said({
        "title": [{"text": title, "language": ""}] if title else [],
        "description": [{"text": text_of(child(element, "description")), "language": ""}] if text_of(child(element, "description")) else [],
        "accessURL": [text_of(find(element, "linkage", "URL"))],
        "format": [protocol] if protocol and "LINK" not in protocol.upper() else [],
    })  # fmt: skip


def read_dublin_core(root: Element) -> dict[str, Any]:
    """One csw:Record."""

    def texts(*names: str) -> list[str]:
        return [text for one in children(root, *names) if (text := text_of(one))]

    language = _LANGUAGES.get((texts("language") or [""])[0].lower()[:3], (texts("language") or [""])[0].lower()[:2])
    links = [text for one in children(root, "references", "URI") if (text := text_of(one)).startswith("http")]
    return _said({
        "iri": "",
        "type": (texts("type") or [""])[0].lower(),
        "identifier": texts("identifier"),
        "title": [{"text": text, "language": language} for text in texts("title")[:1]],
        "description": [{"text": text, "language": language} for text in (texts("abstract") or texts("description"))[:1]],
        "keyword": [{"text": text, "language": language} for text in texts("subject")],
        "issued": texts("issued", "created", "date")[:1],
        "modified": texts("modified")[:1],
        "publisher": [{"name": [{"text": text, "language": ""}]} for text in (texts("publisher") or texts("creator"))[:1]],
        "license": [text for text in texts("license", "rights") if text][:1],
        "language": [language],
        "isPartOf": texts("isPartOf"),
        "distribution": [{"accessURL": [link]} for link in dict.fromkeys(links)],
    })  # fmt: skip


def read_record(element: Element) -> dict[str, Any] | None:
    """A record of a catalogue service in either form; None for another."""
    if local(element) in ("MD_Metadata", "MI_Metadata"):
        return read_iso(element)
    if local(element) in ("Record", "SummaryRecord", "BriefRecord"):
        return read_dublin_core(element)
    return None
