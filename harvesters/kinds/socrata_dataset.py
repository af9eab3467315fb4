"""What a catalogue of Socrata says of a dataset, as a record."""

import re
from typing import Any

from ..building import agency_of, build_by_declaration
from ..catalogues import licence, listed, object_of, rhythm, themes, web_address, words
from ..dates import read_date
from ..markup import read_line, read_markup, split_lead
from ..record import File, Record, Relation
from ..source import Source

# What portals call licences, in words → SPDX.
_LICENCES = (
    (r"^creative commons attribution (\d\.\d) international$", "CC-BY-{0}"),
    (r"^creative commons attribution \| share alike (\d\.\d) (?:international|unported)$", "CC-BY-SA-{0}"),
    (r"^creative commons attribution \| no derivative works (\d\.\d) (?:international|unported)$", "CC-BY-ND-{0}"),
    (r"^creative commons attribution (3\.0) australia$", "CC-BY-{0}-AU"),
    (r"^creative commons 1\.0 universal", "CC0-1.0"),
    (r"^open data commons open database license$", "ODbL-1.0"),
    (r"^open data commons attribution license$", "ODC-By-1.0"),
    (r"^open data commons public domain", "PDDL-1.0"),
)
_TABULAR = frozenset({"dataset", "filter", "view", "calendar"})
_MOST_COLUMNS = 500


def build_dataset(data: dict[str, Any], source: Source) -> Record:
    """The record of a dataset. KeyError for what must be there."""
    resource, classification, metadata = object_of(data["resource"]), object_of(data.get("classification")), object_of(data.get("metadata"))
    domain = str(metadata.get("domain") or "")
    identifier, title = str(resource["id"]), read_line(str(resource.get("name") or ""))
    if not title:
        raise KeyError("resource.name")
    told = {str(one.get("key")): str(one.get("value") or "") for one in listed(classification.get("domain_metadata")) if isinstance(one, dict)}
    groups = [group for group in (classification.get("domain_category"), *listed(classification.get("categories"))) if group]
    tags = [*listed(classification.get("domain_tags")), *listed(classification.get("tags"))]
    name = _agency(resource, told)
    agency = agency_of(source, {source.language: name} if name else {}, homepage=resource.get("attribution_link"))
    summary, rest = split_lead(read_markup(str(resource.get("description") or "")))
    traits = {
        "type": [str(resource.get("type") or "")], "group": groups, "tag": tags, "title": [title],
        "publisher": [agency.name(source.language)],
    }  # fmt: skip
    return build_by_declaration(
        source,
        traits,
        identifier=identifier,
        title=title[:2000],
        summary=summary,
        body="\n\n".join(text for text in (rest, _particulars(told), _columns(resource)) if text),
        language=source.language,
        publisher=agency,
        subjects=themes(*groups, *tags),
        keywords=words(list({str(word).casefold(): str(word) for word in reversed([*tags, *groups])}.values())[::-1]),
        frequency=next((code for key, value in told.items() if re.search("frequency", key, re.I) and (code := rhythm(value))), None),
        issued=_day(resource.get("publication_date")) or _day(resource.get("createdAt")),
        modified=_day(resource.get("data_updated_at")) or _day(resource.get("updatedAt")),
        landing_page=web_address(data.get("permalink")) or web_address(data.get("link")),
        license=_licence(metadata.get("license")) or source.license,
        places=(source.place,) if source.place else (),
        files=_files(identifier, domain, str(resource.get("type") or "")),
        relations=tuple(Relation(type="based_on", source=source.name, identifier=str(one)) for one in listed(resource.get("parent_fxf")) if one),
    )


def _day(value: Any) -> str | None:
    """A date of little weight: one that means nothing is none."""
    try:
        return read_date(value)
    except ValueError:
        return None


def _agency(resource: dict[str, Any], told: dict[str, str]) -> str:
    """Who answers for the data: who is named as its source, else the agency among the portal's own fields."""
    if named := read_line(str(resource.get("attribution") or "")):
        return named
    fields = (value for key, value in told.items() if re.search(r"(^|_)(agency|department|originator|organization)(-?name)?$", key, re.I))
    return next((read_line(value) for value in fields if value.strip()), "")


def _licence(stated: Any) -> str:
    words_of = read_line(str(stated or ""))
    for pattern, name in _LICENCES:
        if match := re.search(pattern, words_of, re.IGNORECASE):
            return name.format(*match.groups())
    return licence(words_of)


def _particulars(told: dict[str, str]) -> str:
    """What the portal says in fields of its own: `Temporal_Period-of-Time` is "Period of Time"."""
    lines = [f"- {re.sub(r'[-_]+', ' ', key.partition('_')[2] or key).strip()}: {read_line(value)}" for key, value in told.items() if value.strip()]
    return "\n".join(lines)


def _columns(resource: dict[str, Any]) -> str:
    names, told = listed(resource.get("columns_name")), listed(resource.get("columns_description"))
    lines = []
    for place, name in enumerate(names[:_MOST_COLUMNS]):
        text = read_line(str(told[place] or "")) if place < len(told) else ""
        lines.append(f"- {read_line(str(name))}{f': {text}' if text else ''}")
    more = [f"- and {len(names) - _MOST_COLUMNS} more"] if len(names) > _MOST_COLUMNS else []
    return "\n".join(["## Columns", "", *lines, *more]) if lines else ""


def _files(identifier: str, domain: str, type_: str) -> tuple[File, ...]:
    """The table's downloads, which every portal has at the same addresses."""
    if type_ not in _TABULAR or not re.fullmatch(r"[\w.-]+\.\w+", domain):
        return ()
    return (
        File(url=f"https://{domain}/api/views/{identifier}/rows.csv?accessType=DOWNLOAD", title="CSV", media_type="text/csv"),
        File(url=f"https://{domain}/resource/{identifier}.json", title="JSON (SODA)", media_type="application/json"),
    )
