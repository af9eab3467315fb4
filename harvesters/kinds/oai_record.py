"""What a record of a repository says: Dublin Core (simple, qualified, DIM), MODS, DataCite or DDI, as one set of fields."""

import re
from typing import Any

from ..building import agency_of, build_by_declaration
from ..catalogues import language_tag, licence, media_type, nearest, place_code, themes, web_address, words
from ..dates import day_order, read_date
from ..markup import read_line, read_markup, split_lead
from ..record import File, Identifier, Record, Translation
from ..source import Source
from ..when import first_day
from ..xml import Element, attribute, child, children, local, text_of

# Names of the formats → ours.
_NAMES = {
    "title": "title", "titl": "title", "alternative": "alternative", "partitl": "alternative",
    "creator": "creator", "contributor": "creator", "authenty": "creator", "creatorname": "creator", "author": "creator",
    "subject": "subject", "topic": "subject", "keyword": "subject", "topcclas": "subject",
    "description": "description", "abstract": "description", "tableofcontents": "contents",
    "publisher": "publisher", "producer": "publisher", "distrbtr": "publisher",
    "date": "date", "issued": "date", "dateissued": "date", "created": "date", "available": "date",
    "publicationyear": "date", "distdate": "date", "proddate": "date", "copyrightdate": "date",
    "type": "type", "genre": "type", "typeofresource": "type", "resourcetype": "type", "datakind": "type",
    "format": "format", "identifier": "identifier", "idno": "identifier", "url": "identifier", "holdings": "identifier",
    "alternateidentifier": "identifier", "uri": "identifier",
    "language": "language", "languageterm": "language", "rights": "rights", "license": "rights",
    "accessrights": "rights", "accesscondition": "rights", "relation": "relation", "ispartof": "relation",
    "source": "relation", "coverage": "coverage", "spatial": "coverage", "geogcover": "coverage", "nation": "coverage",
    "namepart": "creator", "organisationname": "publisher", "fileidentifier": "identifier",
}  # fmt: skip
# Parts that speak of something else.
_OTHER = frozenset({"relateditem", "relatedidentifiers", "othrstdymat", "docdscr", "filedscr", "datadscr", "affiliation", "thesaurusname"})
_FILE = re.compile(r"\.(pdf|docx?|odt|xlsx?|ods|csv|zip|pptx?|epub|txt|json|xml)$", re.IGNORECASE)

Field = tuple[str, str]  # language and text


def data_of(record: Element) -> dict[str, Any]:
    """A record's header and fields: each a list of [language, text], in the order in which they stand."""
    header = child(record, "header")
    fields: dict[str, list[Field]] = {}
    metadata = child(record, "metadata")
    if metadata is not None:
        for root in metadata:
            _gather(root, fields, "")
    return {
        "identifier": text_of(child(header, "identifier")),
        "datestamp": text_of(child(header, "datestamp", "dateStamp")),
        "sets": sorted({text_of(one) for one in children(header, "setSpec")}),
        "deleted": attribute(header, "status").casefold() == "deleted",
        "fields": {name: [list(one) for one in held] for name, held in fields.items()},
    }


def _gather(element: Element, fields: dict[str, list[Field]], language: str) -> None:
    name, language = local(element).casefold(), attribute(element, "lang") or language
    if name in _OTHER:
        return
    if name == "field" and element.get("element"):  # DIM: <field element="title" qualifier="alternative">
        name = (element.get("qualifier") or "").casefold()
        name = name if name in _NAMES and name != "author" else str(element.get("element")).casefold()
        if element.get("qualifier") in ("accessioned", "provenance"):
            return
    ours = _NAMES.get(name)
    if ours and not any(local(one).casefold() in _NAMES for one in element.iter() if one is not element):
        text = "".join(element.itertext()).strip() or attribute(element, "href", "URI")
        if text and [language, text] not in [list(one) for one in fields.get(ours, [])]:
            fields.setdefault(ours, []).append((language, text))
        return
    for one in element:
        _gather(one, fields, language)


class _Reader:
    """The fields of one record, in the record's language first."""

    def __init__(self, data: dict[str, Any], source: Source) -> None:
        self.fields: dict[str, list[list[str]]] = data["fields"]
        self.source = source
        said = next((tag for _, text in self.fields.get("language", ()) if (tag := language_tag(text))), "")
        self.language = nearest(said or source.language, source.language)

    def all(self, name: str) -> list[str]:
        return [text for _, text in self.fields.get(name, ())]

    def by_language(self, name: str) -> dict[str, str]:
        """Texts by language; what has none is in the record's own."""
        found: dict[str, list[str]] = {}
        for tag, text in self.fields.get(name, ()):
            found.setdefault(nearest(language_tag(tag) or self.language, self.language), []).append(text)
        return {tag: texts[0] if name == "title" else "\n\n".join(texts) for tag, texts in found.items()}

    def own(self, name: str) -> str:
        texts = self.by_language(name)
        return texts.get(self.language) or next(iter(texts.values()), "")

    def dates(self) -> tuple[list[str], list[str]]:
        """The dates that are some, and what is written where none is."""
        order, read, odd = day_order(self.language, self.source.place), [], []
        for text in self.all("date"):
            try:
                if day := read_date(text, order=order):
                    read.append(day)
            except ValueError:
                odd.append(text)
        return sorted(read, key=first_day), odd


def build_record(data: dict[str, Any], source: Source) -> Record:
    """The record. KeyError for what must be there."""
    if not data.get("identifier"):
        raise KeyError("header.identifier")
    if not data["fields"]:
        raise KeyError("metadata")
    reader = _Reader(data, source)
    titles = {tag: read_line(text)[:2000] for tag, text in reader.by_language("title").items() if read_line(text)}
    if not titles:
        raise KeyError("title")
    title = titles.get(reader.language) or next(iter(titles.values()))
    descriptions = {tag: read_markup(text) for tag, text in reader.by_language("description").items()}
    summary, rest = split_lead(descriptions.get(reader.language) or next(iter(descriptions.values()), ""))
    dates, odd = reader.dates()
    publishers, subjects = reader.by_language("publisher"), _subjects(reader)
    addresses = list(dict.fromkeys(address for text in reader.all("identifier") if (address := web_address(text))))
    traits = {"type": reader.all("type"), "group": data.get("sets") or [], "tag": subjects, "title": [title], "publisher": list(publishers.values())}
    return build_by_declaration(
        source,
        traits,
        identifier=data["identifier"],
        title=title,
        summary=summary,
        body="\n\n".join(text for text in (rest, _particulars(reader, odd)) if text),
        language=reader.language,
        publisher=agency_of(source, {tag: text.split("\n\n")[0] for tag, text in publishers.items()}),
        subjects=themes(*subjects),
        keywords=words(subjects),
        issued=dates[0] if dates else None,
        modified=_stamp(data.get("datestamp")),
        other_identifiers=_identifiers(reader),
        landing_page=next((address for address in addresses if not _FILE.search(address)), ""),
        license=licence(*reader.all("rights")) or source.license,
        places=_places(reader),
        files=_files(reader),
        translations={
            tag: Translation(title=text, summary=split_lead(descriptions.get(tag, ""))[0])
            for tag, text in titles.items() if tag != reader.language and text != title
        },
    )  # fmt: skip


def _stamp(text: Any) -> str | None:
    try:
        return read_date(text)
    except ValueError:
        return None


def _subjects(reader: _Reader) -> list[str]:
    return [part.strip() for text in reader.all("subject") for part in text.split(";") if part.strip()]


def _particulars(reader: _Reader, odd: list[str]) -> str:
    facts = [
        ("By", reader.all("creator")), ("Type", reader.all("type")), ("Date", odd),
        ("Related", reader.all("relation")), ("Covers", reader.all("coverage")), ("Also called", reader.all("alternative")),
    ]  # fmt: skip
    return "\n".join(f"- {label}: {read_line('; '.join(dict.fromkeys(texts)))}" for label, texts in facts if texts)


def _identifiers(reader: _Reader) -> tuple[Identifier, ...]:
    found: dict[tuple[str, str], None] = {}
    for text in reader.all("identifier"):
        line = read_line(text)[:500]
        if match := re.search(r"\b10\.\d{4,9}/[^\s;,]+", line):
            found[("doi", match[0])] = None
        elif line:
            scheme = "url" if web_address(line) else "citation" if " " in line and len(line) > 40 else "other"
            found[(scheme, line)] = None
    return tuple(Identifier(scheme=scheme, value=value) for scheme, value in found)


def _places(reader: _Reader) -> tuple[str, ...]:
    found = [place_code(text, reader.language, reader.source.place) for text in reader.all("coverage")]
    return tuple(dict.fromkeys(place for place in found if place)) or ((reader.source.place,) if reader.source.place else ())


def _files(reader: _Reader) -> tuple[File, ...]:
    texts = (*reader.all("identifier"), *reader.all("relation"), *reader.all("format"))
    found = dict.fromkeys(address for text in texts if (address := web_address(text)) and _FILE.search(address))
    return tuple(File(url=address, media_type=media_type(address=address)) for address in found)
