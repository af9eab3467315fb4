"""DCAT-US 1.1: one file, data.json, with every dataset of an agency (Project Open Data)."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from ..building import Unread, agency_of, build_by_declaration
from ..catalogues import (
    language_tag,
    licence,
    listed,
    media_type,
    nearest,
    place_code,
    rhythm,
    themes,
    web_address,
    words,
)
from ..dates import date_field, day_order
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup, split_lead
from ..record import File, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source

AXIS_DECLARED = True
READ = (
    "title", "description", "keyword", "modified", "publisher", "identifier", "accessLevel", "license",
    "rights",
    "spatial", "distribution", "accrualPeriodicity", "conformsTo", "describedBy", "describedByType",
    "isPartOf",
    "issued", "language", "landingPage", "references", "theme", "systemOfRecords",
)  # fmt: skip
# Known, and left out on purpose: contactPoint is people's names and addresses; the codes and the investment's
# number are the budget office's own; temporal is what the data cover, not how long the record holds;
# dataQuality says nothing about quality but that a guideline was followed.
IGNORED = (
    "@type", "@id", "contactPoint", "bureauCode", "programCode", "primaryITInvestmentUII", "dataQuality",
    "temporal",
)  # fmt: skip
_EMPTY_RIGHTS = frozenset({"", "true", "false", "n/a", "na", "not available", "none", "public", "null"})
_NOWHERE = frozenset({"global", "worldwide", "world", "international"})


class Options(Strict):
    """`order`: what 01/02/2024 means at this source, where its country does not say.
    `one_publisher`: take the declaration's publisher for every dataset, for files whose own field names no
    agency.
    """

    order: Literal["", "dmy", "mdy"] = ""
    one_publisher: bool = False


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every dataset of the file. There is no asking for changes only: `since` is not heeded."""
    headers = {"Authorization": f"Bearer {http.token}"} if http.token else {}
    data = http.get_json(source.url, headers=headers, conditional=True)
    datasets = data.get("dataset") if isinstance(data, dict) else data
    if not isinstance(datasets, list):
        raise BadAnswer(f"{source.url} is JSON without a list “dataset”: is it a data.json (DCAT-US 1.1)?")
    yield Remark(expected=len(datasets))
    unread = Unread((*READ, *IGNORED))
    for dataset in datasets:
        unread.look(dataset)
        raw = json.dumps(dataset, ensure_ascii=False).encode("utf-8", "surrogatepass")
        identifier = dataset.get("identifier") if isinstance(dataset, dict) else ""
        yield Item(dataset, raw, source.url, str(identifier or ""))
    yield Remark(note=unread.words())


def parse(item: Item, source: Source) -> Record | None:
    """One dataset."""
    data = item.data
    if not isinstance(data, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where a dataset should be")
    options = Options(**source.options)
    publisher, order = data.get("publisher"), options.order or day_order(source.language, source.place)
    language = _language(data, source)
    # A repeating interval (R/P1Y, "annual") where a date should be: not when it changed, but how often it does.
    stated = str(data.get("modified") or "").strip()
    interval = stated.upper().startswith("R/") or rhythm(stated) is not None
    frequency = rhythm(data.get("accrualPeriodicity")) or rhythm(stated)
    summary, rest = split_lead(read_markup(str(data.get("description") or "")))
    files, elsewhere = _files(data)
    agency = agency_of(source, {source.language: _name(publisher)}, _name(_above(publisher)))
    if options.one_publisher:
        agency = source.agency()
    keywords, groups = words(data.get("keyword")), words(listed(data.get("theme")))
    traits = {"type": [str(data.get("accessLevel", ""))], "group": groups, "tag": keywords,
              "title": [str(data["title"])], "publisher": [_name(publisher)]}  # fmt: skip
    return build_by_declaration(
        source,
        traits,
        identifier=str(data["identifier"] or "").strip(),
        title=read_line(str(data["title"] or "")) or None,
        summary=summary,
        body="\n\n".join(part for part in (rest, elsewhere, _access(data)) if part),
        language=language,
        publisher=agency,
        subjects=themes(*groups, *keywords),
        keywords=keywords,
        issued=date_field(data, "issued", order=order),
        modified=None if interval else date_field(data, "modified", order=order),
        landing_page=web_address(data.get("landingPage")),
        license=licence(data.get("license")) or source.license,
        places=_places(data.get("spatial"), source),
        files=files,
        relations=_relations(data, source),
        frequency=frequency,
    )


def _language(data: dict[str, Any], source: Source) -> str:
    """The one language that the dataset names; the source's where it names none or several."""
    tags = {tag for value in listed(data.get("language")) if (tag := language_tag(value))}
    return nearest(tags.pop(), source.language) if len(tags) == 1 else source.language


def _name(publisher: Any) -> str:
    return str(publisher.get("name") or "") if isinstance(publisher, dict) else str(publisher or "")


def _above(publisher: Any) -> Any:
    return publisher.get("subOrganizationOf") if isinstance(publisher, dict) else None


def _places(spatial: Any, source: Source) -> tuple[str, ...]:
    """Where the data are about: what the dataset names; the source's own place where that is not a place's
    name.
    """
    names = [str(value) for value in listed(spatial)]
    codes = [code for name in names if (code := place_code(name, source.language, source.place))]
    if codes or any(name.strip().casefold() in _NOWHERE for name in names):
        return tuple(dict.fromkeys(codes))
    return (source.place,) if source.place else ()


def _files(data: dict[str, Any]) -> tuple[tuple[File, ...], str]:
    """The distributions, and in words those whose address cannot be opened from a page."""
    files, elsewhere = [], []
    for part in listed(data.get("distribution")):
        if not isinstance(part, dict):
            continue
        title, stated = (
            read_line(str(part.get("title") or "")),
            (part.get("downloadURL"), part.get("accessURL")),
        )
        for address in dict.fromkeys(web_address(value) for value in stated if web_address(value)):
            # What is said is said of the download; beside one, accessURL is a page or an API.
            is_other = bool(stated[0]) and address != web_address(stated[0])
            kinds = () if is_other else ("mediaType", "format") if stated[0] else ("format", "mediaType")
            files.append(
                File(
                    url=address,
                    title=title[:500],
                    description=read_markup(str(part.get("description") or ""))[:5000],
                    media_type=media_type(*(part.get(kind) for kind in kinds), address=address),
                )
            )
        if not any(web_address(value) for value in stated) and any(stated):
            elsewhere.append(f"- {title or 'Distribution'}: {next(str(value) for value in stated if value)}")
    if dictionary := web_address(data.get("describedBy")):
        kind = media_type(data.get("describedByType"), address=dictionary)
        files.append(File(url=dictionary, title="Data dictionary", media_type=kind))
    return tuple(files), "\n".join(elsewhere)


def _access(data: dict[str, Any]) -> str:
    """Who may see the data, where that is not everyone, and why."""
    level, rights = (
        str(data.get("accessLevel") or "public").strip(),
        read_markup(str(data.get("rights") or "")),
    )
    reason = "" if rights.casefold() in _EMPTY_RIGHTS else rights
    return f"**Access:** {level}. {reason}".strip() if level != "public" else reason


def _relations(data: dict[str, Any], source: Source) -> tuple[Relation, ...]:
    relations = []
    if 0 < len(whole := str(data.get("isPartOf") or "").strip()) <= 500:
        relations.append(Relation(type="part_of", source=source.name, identifier=whole))
    cited = (*listed(data.get("references")), data.get("systemOfRecords"), data.get("conformsTo"))
    for address in dict.fromkeys(web_address(value) for value in cited):
        if address and len(address) <= 500:
            relations.append(Relation(type="cites", identifier=address))
    return tuple(relations)
