"""What facet values are called in the reader's language."""

from collections.abc import Iterable

import babel
from sqlalchemy.orm import Session

from harvesters.source import Source
from harvesters.vocabularies import AXES, SUBJECTS, TYPES

from . import catalogue
from .places import place_name


def labels_of(
    session: Session, sources: dict[str, Source], facet: str, values: Iterable[str], language: str, axis: str | None = None
) -> dict[str, str]:
    """Label by value; a value that has none is its own label. `axis` tells which list a type stands in."""
    values = list(values)
    if facet == "publisher":
        names = catalogue.agency_names(session, values, language)
        return {value: names.get(value, value) for value in values}
    return {value: _label(sources, facet, value, language, axis) for value in values}


def _label(sources: dict[str, Source], facet: str, value: str, language: str, axis: str | None) -> str:
    match facet:
        case "axis":
            return AXES.label(value, language)
        case "type":
            return type_label(value, language, axis)
        case "subject":
            return SUBJECTS.label(value, language)
        case "source":
            return sources[value].title if value in sources else value
        case "language":
            return language_name(value, language)
        case "place":
            return place_name(value, language)
    return value


def type_label(code: str, language: str, axis: str | None = None) -> str:
    """The label of a type; without an axis, of the first list that has it."""
    for types in [TYPES[axis]] if axis else TYPES.values():
        if code in types:
            return types.label(code, language)
    return code


def language_name(tag: str, language: str) -> str:
    """What a language is called in another: vi is Vietnamese in en, Tiếng Việt in vi."""
    try:
        name = babel.Locale.parse(tag, sep="-").get_display_name(language)
    except (ValueError, babel.UnknownLocaleError):
        name = None
    return name[:1].upper() + name[1:] if name else tag
