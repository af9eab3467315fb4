"""One CKAN dataset (package) → one record. Pure.

The fields of widespread extensions are read, too: DCAT's, the multilingual ones of opendata.swiss, the
themes of data.gov.uk, EnviDat's DOI.
"""

import re
from collections.abc import Iterable
from typing import Any

from ..building import agency_of, build_by_declaration
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
from ..dates import date_field, day_order, read_date
from ..markup import read_line, read_markup, split_lead
from ..record import File, Identifier, Record, Relation, Translation
from ..source import Source

READ = (
    "id", "name", "title", "title_translated", "display_name", "notes", "notes_translated", "description",
    "url",
    "type", "state", "private", "resources", "tags", "keywords", "groups", "theme", "theme-primary",
    "theme-secondary", "organization", "publisher", "extras", "issued", "modified", "metadata_created",
    "metadata_modified", "language", "license_id", "license_title", "license_url", "identifier", "doi",
    "relationships_as_subject", "relations", "see_alsos", "spatial", "spatial_info", "accrual_periodicity",
    "frequency", "update_frequency", "documentation", "resource_type", "resource_type_general", "log_message",
)  # fmt: skip
# Known, and left out on purpose: people's names and addresses; counters and the portal's own book-keeping;
# what others say of this dataset (they will say it themselves); time covered, which is not how long the
# record holds.
IGNORED = (
    "author", "author_email", "maintainer", "maintainer_email", "contact_points", "contact-email",
    "contact-name",
    "contact-phone", "foi-email", "foi-name", "foi-phone", "foi-web", "creator_user_id", "num_resources",
    "num_tags", "isopen", "owner_org", "revision_id", "revision_timestamp", "tracking_summary", "archiver",
    "qa",
    "relationships_as_object", "individual_resources", "additional_resources", "timeseries_resources",
    "title_for_slug", "version", "temporals", "coverage", "temporal_coverage-from", "temporal_coverage-to",
    "schema", "codelist", "conforms_to", "qualified_relations", "funding", "publication", "publication_state",
    "date", "subtitle", "related_publications", "related_datasets", "unpublished", "release-notes",
    "publish-date",
    "node_id", "harvest",
)  # fmt: skip
_NOT_DATASETS = frozenset({"harvest", "showcase", "application"})
_RHYTHM_FIELDS = ("accrual_periodicity", "frequency", "update_frequency")
_RHYTHM_EXTRAS = re.compile(
    r"(update.?frequency|frequency(-of-update)?|accrual.?periodicity|frequência de atualização|periodicidade"
    r"( d[ae])?( atualização)?|aktualisierungsintervall|fréquence( de mise à jour)?)\s*$",
    re.IGNORECASE,
)


def site_of(url: str) -> str:
    """The portal's own address, also where the declaration gives that of its API."""
    return re.sub(r"/api(/\d)?(/action(/\w*)?)?$", "", url.rstrip("/"))


def parse_dataset(data: Any, source: Source, landing_page: str) -> Record | None:
    """The record of a dataset; None for drafts, deleted ones and what is no dataset."""
    if not isinstance(data, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where a dataset should be")
    if not _is_public(data):
        return None
    titles = _texts(data.get("title_translated") or data["title"], source) or _texts(data.get("name"), source)
    language = _language(titles, data, source)
    notes = _texts(data.get("notes_translated") or data.get("notes") or data.get("description"), source)
    summary, body = split_lead(read_markup(notes.get(_key(notes, language), "")))
    extras = _extras(data.get("extras"))
    files, elsewhere = _files(data, language, source)
    keywords, groups = _keywords(data, language, source), _groups(data, extras)
    agency = _agency(data, source)
    kinds = [str(data[name]) for name in ("type", "resource_type_general", "resource_type") if data.get(name)]
    traits: dict[str, Iterable[str]] = {
        "type": kinds, "group": groups, "tag": keywords,
        "title": [read_line(text) for text in titles.values()],
        "publisher": [*agency.names.values(), _name(data.get("organization"))],
    }  # fmt: skip
    return build_by_declaration(
        source,
        traits,
        identifier=str(data["id"] or "") or None,
        title=read_line(titles.get(_key(titles, language), "")) or None,
        summary=summary,
        body="\n\n".join(part for part in (body, elsewhere) if part),
        language=language,
        publisher=agency,
        subjects=themes(*groups, *keywords),
        keywords=keywords,
        issued=_first_date(data, extras, "issued", "metadata_created", source=source),
        modified=_first_date(data, extras, "modified", "metadata_modified", source=source),
        other_identifiers=_identifiers(data, extras),
        landing_page=_landing_page(data, source, landing_page),
        license=_licence(data, source),
        places=_places(data, source),
        files=files,
        relations=_relations(data, source),
        translations=_translations(titles, notes, language),
        frequency=_frequency(data, extras),
    )


def _name(organization: Any) -> str:
    return str(organization.get("name") or "") if isinstance(organization, dict) else str(organization or "")


def _is_public(data: dict[str, Any]) -> bool:
    """Whether a dataset is one, and published. In DKAN ("Active") `private` says who may edit."""
    state = str(data.get("state") or "active")
    hidden = data.get("private") in (True, "true", "True") and state != "Active"
    return state.casefold() == "active" and not hidden and str(data.get("type")).casefold() not in _NOT_DATASETS


def _texts(value: Any, source: Source) -> dict[str, str]:
    """A text by language: {"": text} where there is only one, of the source's language or the dataset's."""
    if isinstance(value, dict):
        return {tag: text for key, text in value.items() if (tag := language_tag(key)) and _said(text)}
    return {"": str(value)} if _said(value) else {}


def _said(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _language(titles: dict[str, str], data: dict[str, Any], source: Source) -> str:
    """The language of the record: of several, the source's; else the dataset's own; else the first."""
    stated = data.get("language")
    tags = [tag for value in listed(stated) if (tag := language_tag(value))]
    if "" in titles or not titles:
        return nearest(tags[0], source.language) if len(set(tags)) == 1 else source.language
    return next((tag for tag in (source.language, *tags) if tag in titles), next(iter(titles)))


def _key(texts: dict[str, str], language: str) -> str:
    """Under which key a text stands; a description may be missing in the title's language."""
    return next((key for key in (language, "") if key in texts), next(iter(texts), ""))


def _translations(titles: dict[str, str], notes: dict[str, str], language: str) -> dict[str, Translation]:
    found = {}
    for tag, title in titles.items():
        if tag and tag != language and read_line(title):
            summary, body = split_lead(read_markup(notes.get(tag, "")))
            found[tag] = Translation(title=read_line(title), summary=summary, body=body)
    return found


def _extras(value: Any) -> dict[str, str]:
    """Extras, as a list of keys and values (CKAN) or as an object."""
    pairs = value.items() if isinstance(value, dict) else ()
    listed = value if isinstance(value, list) else ()
    found = {str(part["key"]): part.get("value") for part in listed if isinstance(part, dict) and "key" in part}
    return {key: str(text) for key, text in (*pairs, *found.items()) if text not in (None, "", "[]", "{}")}


def _agency(data: dict[str, Any], source: Source) -> Any:
    """The organisation; in DKAN the first group; the source's publisher where there is none."""
    organization = data.get("organization")
    if not isinstance(organization, dict):
        groups = [group for group in listed(data.get("groups")) if isinstance(group, dict)]
        is_dkan = "organization" not in data and data.get("state") == "Active"
        organization = groups[0] if is_dkan and groups else {}
    names = _texts(organization.get("title") or organization.get("display_name"), source)
    named = {tag or source.language: name for tag, name in names.items()}
    if not named and organization.get("name"):
        named = {source.language: str(organization["name"])}
    return agency_of(source, named, homepage=organization.get("url"))


def _keywords(data: dict[str, Any], language: str, source: Source) -> tuple[str, ...]:
    stated = data.get("keywords")
    if isinstance(stated, dict) and stated.get(language):
        return words(stated[language])
    if isinstance(stated, list) and stated:
        return words(stated)
    tags = [tag for tag in listed(data.get("tags")) if not isinstance(tag, dict) or tag.get("state") != "deleted"]
    return words([tag.get("display_name") or tag.get("name") if isinstance(tag, dict) else tag for tag in tags])


def _groups(data: dict[str, Any], extras: dict[str, str]) -> list[str]:
    found = []
    for group in listed(data.get("groups")):
        if isinstance(group, str):
            found.append(group)
        elif isinstance(group, dict):
            title = group.get("title") or group.get("display_name")
            titles = list(title.values()) if isinstance(title, dict) else [title]
            found += [str(text) for text in (group.get("name"), *titles) if text]
    for value in (
        data.get("theme"),
        data.get("theme-primary"),
        data.get("theme-secondary"),
        extras.get("theme"),
    ):
        found += list(words(value))
    return list(dict.fromkeys(found))


def _first_date(data: dict[str, Any], extras: dict[str, str], name: str, own: str, *, source: Source) -> str | None:
    """The date of the data as their agency gives it; else the catalogue's own, which means UTC."""
    order = day_order(source.language, source.place)
    return (
        date_field(data, name, order=order)
        or date_field(extras, name, order=order)
        or date_field(data, own, order=order, naive_is_utc=True)
    )


def _identifiers(data: dict[str, Any], extras: dict[str, str]) -> tuple[Identifier, ...]:
    stated = (
        ("name", data.get("name")),
        ("doi", data.get("doi")),
        ("other", data.get("identifier") or extras.get("identifier") or extras.get("guid")),
        ("url", web_address(data.get("url"))[:500]),
    )
    found = [(scheme, value.strip()) for scheme, value in stated if isinstance(value, str)]
    own = ("", str(data["id"]))
    return tuple(Identifier(scheme=scheme, value=value) for scheme, value in found if _fits(value, own))


def _fits(value: str, own: tuple[str, str]) -> bool:
    return value not in own and len(value) <= 500


def _landing_page(data: dict[str, Any], source: Source, pattern: str) -> str:
    name = str(data.get("name") or data.get("id"))
    if pattern:
        return web_address(pattern.replace("{name}", name).replace("{id}", str(data.get("id"))))
    return web_address(f"{site_of(source.url)}/dataset/{name}")


def _licence(data: dict[str, Any], source: Source) -> str:
    """The dataset's licence; or the one that all its resources share; else the declaration's."""
    own = licence(data.get("license_url"), data.get("license_title"), data.get("license_id"))
    if own:
        return own
    stated = {
        licence(resource.get("license"), resource.get("rights"))
        for resource in listed(data.get("resources"))
        if isinstance(resource, dict)
    } - {""}
    return stated.pop() if len(stated) == 1 else source.license


def _places(data: dict[str, Any], source: Source) -> tuple[str, ...]:
    for name in (data.get("spatial_info"), data.get("spatial")):
        if isinstance(name, str) and (code := place_code(name, source.language, source.place)):
            return (code,)
    return (source.place,) if source.place else ()


def _files(data: dict[str, Any], language: str, source: Source) -> tuple[tuple[File, ...], str]:
    """The resources, and in words those whose address cannot be opened from a page."""
    files, elsewhere = [], []
    for resource in listed(data.get("resources")):
        if not isinstance(resource, dict) or str(resource.get("state") or "active").casefold() != "active":
            continue
        titles = _texts(resource.get("title") or resource.get("name"), source)
        title = read_line(titles.get(_key(titles, language), ""))[:500]
        stated = (resource.get("download_url"), resource.get("url"))
        address = next((found for value in stated if (found := web_address(value))), "")
        if address:
            files.append(_file(resource, address, title, language, source))
        elif any(_said(value) for value in stated):
            elsewhere.append(f"- {title or 'URL'}: {next(value for value in stated if _said(value))}")
    return tuple(files), "\n".join(elsewhere)


def _file(resource: dict[str, Any], address: str, title: str, language: str, source: Source) -> File:
    notes = _texts(resource.get("description"), source)
    tags = [tag for value in words(resource.get("language")) if (tag := language_tag(value))]
    return File(
        url=address,
        title=title,
        description=read_markup(notes.get(_key(notes, language), ""))[:5000],
        media_type=media_type(
            resource.get("media_type"), resource.get("mimetype"), resource.get("format"), address=address
        ),
        size=_size(resource.get("byte_size")) or _size(resource.get("size")),
        language=tags[0] if len(tags) == 1 else None,
        modified=_file_date(resource),
    )


def _size(value: Any) -> int | None:
    """Bytes; None where there is no whole number ("42 octets" may be of anything)."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"\d{1,15}", text) and int(text) else None


def _file_date(resource: dict[str, Any]) -> str | None:
    """When a file changed; a date that cannot be read is no reason to refuse the dataset."""
    for name in ("modified", "last_modified", "created"):
        try:
            if found := read_date(resource.get(name), naive_is_utc=name != "modified"):
                return found
        except ValueError:
            continue
    return None


def _relations(data: dict[str, Any], source: Source) -> tuple[Relation, ...]:
    found: list[Relation] = []
    for relation in listed(data.get("relationships_as_subject")):
        if not isinstance(relation, dict):
            continue
        extras = relation.get("__extras") or {}
        target = str(extras.get("object_package_id") or relation.get("object_package_id") or "")
        if target:
            kind = "part_of" if relation.get("type") == "child_of" else "cites"
            found.append(Relation(type=kind, source=source.name, identifier=target))
    for relation in listed(data.get("relations")):
        address = web_address(relation.get("url")) if isinstance(relation, dict) else ""
        if address and len(address) <= 500:
            labels = _texts(relation.get("label"), source)
            label = read_line(labels.get(_key(labels, source.language), ""))
            is_basis = label == "legal_basis"
            kind, title = ("based_on", "") if is_basis else ("cites", "" if label == address else label[:1000])
            found.append(Relation(type=kind, identifier=address, title=title))
    for other in listed(data.get("see_alsos")):
        if isinstance(other, dict) and other.get("dataset_identifier"):
            found.append(Relation(type="cites", identifier=str(other["dataset_identifier"])[:500]))
    return tuple(dict.fromkeys(found))


def _frequency(data: dict[str, Any], extras: dict[str, str]) -> str | None:
    stated = [data.get(name) for name in _RHYTHM_FIELDS]
    stated += [value for key, value in extras.items() if _RHYTHM_EXTRAS.match(key.strip())]
    return next((code for value in stated if (code := rhythm(value))), None)
