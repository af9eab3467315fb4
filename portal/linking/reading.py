"""The words of a record that may cite something, and the citations in them: each thing that is named, once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from harvesters.citations import BARE, Citation, Context, bare_names_of, find, names_of
from harvesters.citations.finding import with_relation

from ..store import fold_identifier

# How telling a relation is: of several places that name one thing, the one that says most is kept.
TELLING = ("corrects", "supersedes", "amends", "implements", "evaluates", "based_on", "measures", "part_of", "cites")
# Which field says most, where the relation is the same.
_FIELDS = ("title", "legal_basis", "summary", "objectives", "targets", "rationale", "method", "body", "translations", "files", "file")
# What is cited by its title and year, where the title does not say the year.
_LAWS = frozenset({"law", "constitution", "regulation"})


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that a record names: its best place (`field`, see CitationRow), and how often it is named in all."""

    citation: Citation
    field: str
    count: int


def context_of(data: Mapping[str, Any], issued: date | None) -> Context:
    """What is known of a record's words before they are read."""
    places = [*data.get("places", ()), *filter(None, [data["publisher"].get("place")])]
    return Context(str(data["language"]), tuple(dict.fromkeys(places)), issued)


def texts_of(data: Mapping[str, Any], pages: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """The record's texts by field; `pages`: those of its kept files, by "<sha256>/<page>"."""
    for field in ("title", "summary", "rationale", "method", "body"):
        if data.get(field):
            yield field, data[field]
    for field in ("legal_basis", "objectives"):
        for place, text in enumerate(data.get(field, ()), 1):
            yield f"{field}/{place}", text
    for place, target in enumerate(data.get("targets", ()), 1):
        for part in ("text", "indicator"):
            if target.get(part):
                yield f"targets/{place}/{part}", target[part]
    for language, translation in data.get("translations", {}).items():
        for part in ("title", "summary", "body"):
            if translation.get(part):
                yield f"translations/{language}/{part}", translation[part]
    for place, file in enumerate(data.get("files", ()), 1):
        for part in ("title", "description"):
            if file.get(part):
                yield f"files/{place}/{part}", file[part]
    for name, text in (pages or {}).items():
        yield f"file:{name}", text


def own_names(data: Mapping[str, Any], issued: date | None) -> tuple[set[str], set[str]]:
    """Every identifier of a record, folded, and what its title is cited as, folded."""
    identifiers = {fold_identifier(str(data["identifier"]))}
    identifiers |= {fold_identifier(one["value"]) for one in data.get("other_identifiers", ())}
    context = context_of(data, issued)
    titles = [(data["title"], context), *((one["title"], replace(context, language=code)) for code, one in data.get("translations", {}).items() if one.get("title"))]
    names = {fold_identifier(name) for title, its in titles for name in names_of(title, its)}
    if issued and data.get("type") in _LAWS:
        # "Luật Tiếp cận thông tin" of 2016 is cited as "Luật Tiếp cận thông tin 2016".
        names |= {fold_identifier(name) for title, its in titles for name in names_of(f"{title.strip().rstrip('.')} {issued.year}", its) if not title.strip()[-4:].isdigit()}
    if data.get("type") in _LAWS:
        names |= {fold_identifier(name) for title, _its in titles for name in bare_names_of(title)}
    return identifiers - {""}, names - {""}


def read(data: Mapping[str, Any], issued: date | None, pages: Mapping[str, str] | None = None, most: int = 500) -> list[Named]:
    """What a record names, itself left out; the most telling first, `most` at most."""
    context = context_of(data, issued)
    identifiers, names = own_names(data, issued)
    own = identifiers | names
    found: dict[tuple[str, str, str], Named] = {}
    for field, text in texts_of(data, pages):
        of = replace(context, language=field.split("/")[1]) if field.startswith("translations/") else context
        for citation in find(text, of):
            if own.intersection(map(fold_identifier, (*citation.keys, *citation.weak))):
                continue
            if field.startswith("legal_basis") and citation.relation == "cites":
                citation = with_relation(citation, "based_on", "")
            key = (citation.jurisdiction, citation.scheme, citation.value)
            before = found.get(key)
            now = Named(citation, field, before.count + 1 if before else 1)
            found[key] = replace(before, count=now.count) if before and _rank(before) <= _rank(now) else now
    return sorted(found.values(), key=_rank)[:most]


def _rank(named: Named) -> tuple[bool, int, int, int]:
    field = named.field.split("/")[0].split(":")[0]
    return named.citation.scheme == BARE, TELLING.index(named.citation.relation), _FIELDS.index(field), named.citation.start
