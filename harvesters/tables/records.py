"""Rows become the fields of a record: one row each, or a group of rows together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..building import agency_of, build
from ..record import (
    Consultation,
    File,
    Identifier,
    Money,
    Record,
    Relation,
    Strict,
    Target,
    Translation,
    Vote,
    Votes,
)
from ..source import Source
from .mapping import Cells, Mapper
from .options import Options
from .places import place_of
from .targets import REPEATED, kind_of_target

_TYPES = {"decision": "decision", "policy": "other", "outcome": "dataset"}
# Targets whose value goes into the record's field of the same name as it is.
_PLAIN = (
    "identifier", "title", "summary", "body", "status", "issued", "modified", "valid_from", "valid_until",
    "landing_page", "counterparty", "decided_by", "rationale", "indicator", "unit", "frequency", "method", "better",
    "due", "budget_code",
)  # fmt: skip
_TUPLES = ("subjects", "keywords", "decision_makers", "legal_basis", "objectives")


def read_rows(mapper: Mapper, rows: Sequence[Cells], at: Sequence[int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the rows say together, and what each adds to lists of targets, votes and files. ValueError with every
    fault, each with its row."""
    together: dict[str, Any] = {}
    origin: dict[str, int] = {}
    each: list[dict[str, Any]] = []
    faults: list[str] = []
    for number, cells in zip(at, rows, strict=True):
        values, found = mapper.read(cells)
        own = {target: values.pop(target) for target in list(values) if target.startswith(REPEATED)}
        if own and own not in each:
            each.append(own)
        found += _join(together, origin, values, number, mapper.options)
        faults += [f"row {number}: {fault}" if number else fault for fault in found]
    if faults:
        raise ValueError("; ".join(faults[:6]) + (f"; and {len(faults) - 6} more" if len(faults) > 6 else ""))
    return together, each


def _join(
    together: dict[str, Any], origin: dict[str, int], values: Mapping[str, Any], number: int, options: Options
) -> list[str]:
    faults = []
    for target, value in values.items():
        if target not in together:
            together[target], origin[target] = value, number
        elif kind_of_target(target) == "list":
            together[target] = list(dict.fromkeys([*together[target], *value]))
        elif target in options.sum:
            together[target] += value
        elif together[target] != value:
            faults.append(
                f"{target} = {str(value)!r}, but row {origin[target]} of the same record says {str(together[target])!r}"
            )
    return faults


def build_record(
    source: Source, options: Options, values: dict[str, Any], each: Iterable[dict[str, Any]], **more: Any
) -> Record:
    """The record of these values, with `more` fields. Its axis: the row's, the options', or the declaration's."""
    axis, kind, rule = _placement(source, options, values)
    language = values.get("language") or source.language
    fields: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
    fields |= {name: tuple(values[name]) for name in _TUPLES if name in values}
    fields |= {"places": _places(source, language, values)} | more
    return build(
        axis,
        source=source.name,
        type=kind,
        axis_rule=rule,
        language=language,
        publisher=_publisher(source, language, values),
        license=values.get("license") or source.license,
        other_identifiers=_identifiers(values),
        relations=_relations(values),
        translations=_translations(values),
        **_parts(values, list(each)),
        **fields,
    )


def _placement(source: Source, options: Options, values: Mapping[str, Any]) -> tuple[str, str, str]:
    if axis := values.get("axis") or options.axis:
        if axis not in _TYPES:
            raise ValueError(f"axis = {axis!r}: write decision, policy or outcome")
        kind = values.get("type") or options.type or (source.type if source.axis == axis else None)
        rule = "the table's own column" if values.get("axis") else "the source's declaration"
        return axis, str(kind or _TYPES[axis]), rule
    traits = {
        "type": [str(values.get("type", ""))], "title": [str(values.get("title", ""))],
        "tag": values.get("keywords", []), "group": values.get("subjects", []),
        "publisher": [str(values.get("publisher", source.publisher))],
    }  # fmt: skip
    placement = source.place_record(traits)
    if placement is None:
        raise ValueError(
            'no axis: no rule of the declaration fits this row; add axis = "decision" to [options], or a rule'
        )
    kind = values.get("type") or placement.type or options.type or _TYPES[placement.axis]
    return placement.axis, str(kind), placement.rule


def _publisher(source: Source, language: str, values: Mapping[str, Any]) -> Any:
    names = {target.partition(".")[2]: name for target, name in values.items() if target.startswith("publisher.")}
    parent = str(names.pop("parent", ""))
    homepage = names.pop("homepage", None)
    if "publisher" not in values:
        return source.agency()
    return agency_of(source, {language: str(values["publisher"]), **names}, parent, homepage)


def _places(source: Source, language: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The places that the row names; the source's own where it names none."""
    named = [*values.get("places", []), *([values["place"]] if "place" in values else [])]
    if not named:
        return (source.place,) if source.place else ()
    unknown = [name for name in named if place_of(name, language, source.place) is None]
    if unknown:
        raise ValueError(
            f"place = {unknown[0]!r} is not known; write a code of ISO 3166, or add it to the declaration: "
            f'map = {{ place = {{ "{unknown[0]}" = "…" }} }}'
        )
    return tuple(dict.fromkeys(str(place_of(name, language, source.place)) for name in named))


def _identifiers(values: Mapping[str, Any]) -> tuple[Identifier, ...]:
    found = [("document_number", value) for value in values.get("document_number", ())]
    for target, held in values.items():
        family, _, scheme = target.partition(".")
        if family == "other_identifiers":
            found += [(scheme, value) for value in held]
    return tuple(Identifier(scheme=scheme, value=value) for scheme, value in dict.fromkeys(found))


def _relations(values: Mapping[str, Any]) -> tuple[Relation, ...]:
    return tuple(
        Relation(type=target.partition(".")[2], identifier=identifier)
        for target, held in values.items()
        if target.startswith("relations.")
        for identifier in held
    )


def _translations(values: Mapping[str, Any]) -> dict[str, Translation]:
    tags = {target.partition(".")[2] for target in values if target.startswith("title.")}
    return {
        tag: Translation(
            title=values[f"title.{tag}"], summary=values.get(f"summary.{tag}", ""), body=values.get(f"body.{tag}", "")
        )
        for tag in sorted(tags)
    }


def _parts(values: Mapping[str, Any], each: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything that is made of several targets."""
    parts: dict[str, Any] = {}
    if "amount" in values:
        parts["amount"] = Money(value=values["amount"], currency=values.get("currency", ""))
    if asked := _family(values, "consultation"):
        parts["consultation"] = Consultation(**asked)
    calls = [Vote(**part) for row in each if "name" in (part := _family(row, "votes"))]
    if (counts := _family(values, "votes")) or calls:
        parts["votes"] = Votes(**counts, roll_call=tuple(calls))
    parts["targets"] = tuple(_of_each(Target, each, "targets"))
    parts["files"] = tuple(File(url=row["file"], **_family(row, "file")) for row in each if row.get("file"))
    return parts


def _of_each(kind: type[Strict], each: list[dict[str, Any]], family: str) -> list[Strict]:
    made = [kind(**part) for row in each if (part := _family(row, family))]
    return [one for position, one in enumerate(made) if one not in made[:position]]


def _family(values: Mapping[str, Any], family: str) -> dict[str, Any]:
    """The targets of a family by their own names: `votes.against` is `against` of votes."""
    return {target.partition(".")[2]: value for target, value in values.items() if target.startswith(f"{family}.")}
