"""What facet values are called in the reader's language."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.source import Source
from harvesters.vocabularies import AXES, STATUSES, SUBJECTS, TYPES

from . import catalogue
from .places import place_name
from .tongues import language_name
from .traits import WITHDRAWN, band_ends


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
        case "status":
            return _("Withdrawn at its source") if value == WITHDRAWN else STATUSES.label(value, language)
        case "has":
            return _holdings()[value]
        case "amount":
            return band_label(value, language)
    return value


def _holdings() -> dict[str, str]:
    return {
        "data": _("Figures or data files"),
        "files": _("Files"),
        "votes": _("Votes"),
        "targets": _("Targets"),
    }


def band_label(value: str, language: str) -> str:
    """A band of amounts in words: €10K to €100K."""
    lower, upper = band_ends(value, language)
    if not lower:
        return _("less than %(amount)s (refunds)", amount=upper)
    return _("%(lower)s to %(upper)s", lower=lower, upper=upper) if upper else _("%(lower)s and more", lower=lower)


def type_label(code: str, language: str, axis: str | None = None) -> str:
    """The label of a type; without an axis, of the first list that has it."""
    for types in [TYPES[axis]] if axis else TYPES.values():
        if code in types:
            return types.label(code, language)
    return code
