"""The targets of a column map: which fields of a record a column can fill, and what kind of value each takes."""

import difflib
import re

from ..vocabularies import IDENTIFIER_SCHEMES, RELATIONS

LINES = frozenset({
    "identifier", "axis", "type", "title", "summary", "body", "language", "status", "landing_page", "license",
    "publisher", "publisher.parent", "publisher.homepage", "currency", "counterparty", "decided_by", "rationale",
    "indicator", "unit", "frequency", "method", "better", "period", "place", "observation.status",
    "observation.note", "votes.result", "votes.name", "votes.choice", "votes.party", "votes.office", "votes.district", "votes.said",
    "votes.method", "budget_code", "consultation.url",
    "targets.indicator", "targets.unit", "targets.responsible", "targets.text", "targets.better",
    "targets.measured_by", "file", "file.title", "file.description", "file.media_type", "file.language",
})  # fmt: skip
LISTS = frozenset({"subjects", "keywords", "places", "decision_makers", "legal_basis", "objectives", "document_number"})
DATES = frozenset({
    "issued", "modified", "valid_from", "valid_until", "due", "targets.due", "consultation.opens",
    "consultation.closes", "file.modified",
})  # fmt: skip
NUMBERS = frozenset({
    "amount", "value", "targets.value", "targets.baseline", "votes.in_favour", "votes.against", "votes.abstained",
    "votes.absent", "votes.recused", "file.size",
})  # fmt: skip
# Where rows are grouped into one record, each row of the group adds one of these.
REPEATED = ("targets", "file", "votes.name", "votes.choice", "votes.party", "votes.office", "votes.district", "votes.said")
_LANGUAGE = re.compile(r"(title|summary|body|publisher)\.[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# What a series takes from its rows one by one; everything else is the series' own.
OF_OBSERVATION = frozenset({"period", "value", "place", "observation.status", "observation.note"})


def kind_of_target(target: str) -> str | None:
    """Whether it takes a line, a list, a date or a number; None for what is no target."""
    for kind, names in (("line", LINES), ("list", LISTS), ("date", DATES), ("number", NUMBERS)):
        if target in names:
            return kind
    if _LANGUAGE.fullmatch(target):
        return "line"
    family, _, member = target.partition(".")
    if (family == "relations" and member in RELATIONS) or (
        family == "other_identifiers" and member in IDENTIFIER_SCHEMES
    ):
        return "list"
    return None


def unknown_target(target: str) -> str:
    """What to say of a target that is none."""
    known = sorted(LINES | LISTS | DATES | NUMBERS)
    near = difflib.get_close_matches(target, [*known, *(f"relations.{name}" for name in RELATIONS)], 1)
    advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return (
        f"{target!r} is not a field that a column can fill; {advice} "
        "(and title.vi, summary.vi … for translations, relations.based_on …, other_identifiers.eli …)"
    )
