"""Building records out of a kind's fields: the axis by the declaration, the class by the axis, an agency by
its name, and what a kind says of the fields that it does not read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from .catalogues import web_address
from .markup import read_line
from .record import Agency, Decision, Outcome, Policy, Record
from .source import Source

_CLASSES: dict[str, type[Record]] = {"decision": Decision, "policy": Policy, "outcome": Outcome}
_NOTHING: tuple[Any, ...] = (None, "", (), {}, [])
_DATASET = {"decision": "other", "policy": "dataset", "outcome": "dataset"}


def build(axis: str, **fields: Any) -> Record:
    """A record on an axis. Fields that only other axes have, and those that say nothing, are left out."""
    kind_of_record = _CLASSES[axis]
    known = kind_of_record.model_fields
    said = {name: value for name, value in fields.items() if name in known and value not in _NOTHING}
    return kind_of_record(**said)


def build_by_declaration(source: Source, traits: Mapping[str, Iterable[str]], **fields: Any) -> Record:
    """A record whose axis the declaration gives. ValueError where neither a rule nor `axis` does."""
    placement = source.place_record(dict(traits))
    if placement is None:
        raise ValueError(
            "no axis: none of the declaration's rules fits this item; "
            'add a rule, or axis = "outcome" for what no rule fits'
        )
    return build(
        placement.axis,
        type=placement.type or _DATASET[placement.axis],
        axis_rule=placement.rule,
        source=source.name,
        **fields,
    )


def agency_of(source: Source, names: Mapping[str, str], parent: str = "", homepage: Any = None) -> Agency:
    """The agency of these names, by language: the source's own publisher where the name is its, or is
    missing.
    """
    said = {language: read_line(name) for language, name in names.items() if _is_name(read_line(name))}
    own = source.agency()
    if not said or {name.casefold() for name in said.values()} & {name.casefold() for name in own.names.values()}:
        return own
    language = source.language if source.language in said else next(iter(said))
    above = Agency.of(parent[:300], language=language, place=source.place).slug if parent else None
    agency = Agency.of(
        said[language][:300],
        language=language,
        place=source.place,
        homepage=web_address(homepage) or None,
    )
    further = {tag: name[:300] for tag, name in said.items() if tag != language}
    return agency.model_copy(
        update={"names": {**agency.names, **further}, "parent": above if above != agency.slug else None}
    )


def _is_name(text: str) -> bool:
    return bool(text) and text.casefold() not in ("unspecified", "unknown", "none", "n/a", "null")


class Unread:
    """Collects the names of fields that a kind does not know, to say so once."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._met: set[str] = set()

    def look(self, item: Any) -> None:
        """Note the fields of an item that nobody reads."""
        if isinstance(item, dict):
            self._met |= {str(name) for name, value in item.items() if value not in _NOTHING} - self._known

    def words(self) -> str:
        """What to say of them, or nothing."""
        names = sorted(self._met)
        if not names:
            return ""
        more = f" and {len(names) - 20} more" if len(names) > 20 else ""
        return f"fields that this portal does not read: {', '.join(names[:20])}{more}"
