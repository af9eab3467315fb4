"""From a citation to the record that it names: who is known by that name, who of them is meant, and how sure that is."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from harvesters.citations import BARE, Citation, Jurisdiction, read_all

from ..models import HIDDEN, CitationName, IdentifierRow, RecordRow
from ..store import fold_identifier
from .subjects import says_subject

# From this confidence on, in a hundred, a link is made without asking anybody.
CERTAIN = 90
# A name that more records carry than this says nothing of one of them.
MANY = 12
_CHUNK = 400
# Numbers begin anew every year: one that says no year, and is given with no day, is this year's or the last one's, or may well
# be another's; after so many years it mostly is.
_THIS_OR_LAST, _LONG_AGO = 1, 8
# Whose law holds in many countries.
_UNIONS = frozenset({"EU", "UN"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that is known by a name, with what tells whether it is meant. `schemes`: of its identifiers, by their
    folded value ("own" for its identifier at its source, "title" for its title)."""

    number: str
    source: str
    via: str
    publisher: str
    language: str
    places: tuple[str, ...]
    issued: date | None
    schemes: Mapping[str, str]
    title: str


@dataclass(frozen=True, slots=True)
class Citing:
    """The record that names something."""

    number: str
    source: str
    via: str
    publisher: str
    places: tuple[str, ...]
    issued: date | None
    modified: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: a citation as it was stored. `keys`: folded; `weak`: those of them that say too little alone."""

    keys: tuple[str, ...]
    weak: frozenset[str]
    jurisdiction: str
    scheme: str
    within: str
    carried_as: tuple[str, ...]
    dated: str
    recognised: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Match:
    """Who is meant. `candidates`: how many were possible; `reasons`: words of `showing.REASONS`."""

    number: str
    confidence: int
    candidates: int
    reasons: tuple[str, ...]


def known_by(session: Session, keys: Iterable[str]) -> dict[str, list[Candidate]]:
    """The shown records known by each of these folded names. A name that more than MANY carry leads to none."""
    wanted = sorted(set(keys) - {""})
    found: dict[str, list[Candidate]] = {}
    for begin in range(0, len(wanted), _CHUNK):
        some = wanted[begin : begin + _CHUNK]
        for table in (IdentifierRow, CitationName):
            few = [value for value, count in carriers(session, table, some, MANY + 1).items() if 0 < count <= MANY]
            if few:
                for value, candidate in _rows(session, table, few):
                    others = found.setdefault(value, [])
                    if candidate.number not in {other.number for other in others}:
                        others.append(candidate)
    return found


def carriers(session: Session, table: type[IdentifierRow] | type[CitationName], values: Sequence[str], most: int) -> dict[str, int]:
    """How many records carry each of these folded names; counted up to `most`, so that a name that all of them carry
    takes no longer than any other."""
    name = table.__tablename__
    few = f"(SELECT count(*) FROM (SELECT 1 FROM {name} t WHERE t.value = w.value LIMIT :most) few)"
    given: object = list(values)
    wanted = "unnest(CAST(:some AS text[])) AS w(value)"
    if session.get_bind().dialect.name == "sqlite":
        given, wanted = json.dumps(given), "json_each(:some) AS w"
    rows = session.execute(text(f"SELECT w.value, {few} FROM {wanted}"), {"some": given, "most": most})
    return {str(value): int(count) for value, count in rows}


def known_of(session: Session, citations: Sequence[Citation]) -> dict[Citation, list[str]]:
    """The numbers of the records that may be meant by each of these citations."""
    known = known_by(session, (fold_identifier(key) for one in citations for key in (*one.keys, *one.weak)))
    return {
        one: list(dict.fromkeys(candidate.number for key in (*one.keys, *one.weak) for candidate in known.get(fold_identifier(key), ())))
        for one in citations
    }


def _rows(session: Session, table: type[IdentifierRow] | type[CitationName], values: Sequence[str]) -> Iterable[tuple[str, Candidate]]:
    query = (
        select(
            table.value, RecordRow.number, RecordRow.source, RecordRow.via, RecordRow.publisher, RecordRow.language, RecordRow.issued_on, RecordRow.identifier, RecordRow.title,
            RecordRow.data["places"], RecordRow.data["publisher"]["place"], RecordRow.data["other_identifiers"],
        )
        .join(RecordRow, RecordRow.id == table.record_id)
        .where(table.value.in_(values), RecordRow.state.not_in(HIDDEN))
        .order_by(RecordRow.id)
    )  # fmt: skip
    for value, number, source, via, publisher, language, issued, identifier, title, places, place, others in session.execute(query):
        schemes = {fold_identifier(str(one["value"])): str(one.get("scheme", "document_number")) for one in others or ()}
        schemes[fold_identifier(identifier)] = "own"
        if table is CitationName:
            schemes.setdefault(value, "title")
        yield value, Candidate(number, source, via, publisher, language, tuple(dict.fromkeys([*(places or ()), *filter(None, [place])])), issued, schemes, title)


def match(ask: Ask, citing: Citing, known: Mapping[str, Sequence[Candidate]], without: Collection[str] = ()) -> Match | None:
    """Who a citation means; None where nobody here can be meant. The confidence is the recognition's, lessened by
    everything that speaks against the candidate. `without`: numbers of records that are not meant, as somebody said."""
    jurisdiction = next((one for one in read_all() if one.name == ask.jurisdiction), None)
    if jurisdiction is None:
        return None
    judged: dict[str, tuple[float, Candidate, tuple[str, ...], str]] = {}
    for key in ask.keys:
        for candidate in known.get(key, ()):
            if candidate.number == citing.number or candidate.number in without or not _is_within(ask, citing, candidate):
                continue
            factor, reasons = _judge(ask, citing, candidate, key, jurisdiction)
            if candidate.number not in judged or judged[candidate.number][0] < factor:
                judged[candidate.number] = (factor, candidate, reasons, key)
    if not judged or (ask.scheme == BARE and not _is_the_only_one(ask, citing, known)):
        return None
    ranked = sorted(judged.values(), key=lambda one: -one[0])
    # Who speaks against themselves is no rival of somebody whom everything fits.
    rivals = [one for one in ranked if one[0] >= ranked[0][0] - 0.2]
    factor, candidate, reasons, _key = ranked[0]
    if len(rivals) > 1:
        factor, candidate, reasons = _choose(rivals, citing)
    confidence = min(99, round(ask.recognised * factor))
    return Match(candidate.number, confidence, len(judged), reasons)


def _choose(rivals: Sequence[tuple[float, Candidate, tuple[str, ...], str]], citing: Citing) -> tuple[float, Candidate, tuple[str, ...]]:
    """Of several, the one that is the thing itself, or the only one of the citing record's own source."""
    for reason, is_it in (
        ("itself", lambda one: one[1].schemes.get(one[3]) == "own"),
        ("same_source", lambda one: {one[1].source, one[1].via} & {citing.source, citing.via}),
    ):
        chosen = [one for one in rivals if is_it(one)]
        if len(chosen) == 1:
            factor, candidate, reasons, _key = chosen[0]
            return factor * 0.98, candidate, (*reasons, reason)
        rivals = chosen or rivals
    factor, candidate, reasons, _key = rivals[0]
    return factor * 0.6, candidate, (*reasons, "several")


def _is_the_only_one(ask: Ask, citing: Citing, known: Mapping[str, Sequence[Candidate]]) -> bool:
    """Whether a title without its year names one record here, of all countries, that was there when it was cited."""
    called = {one.number: one for key in ask.keys for one in known.get(key, ()) if one.number != citing.number}
    one = next(iter(called.values()))
    return len(called) == 1 and not (citing.issued and one.issued and one.issued > citing.issued and not citing.modified)


def _is_within(ask: Ask, citing: Citing, candidate: Candidate) -> bool:
    if ask.within == "near":
        here, there = ({place.split("-")[0] for place in places} for places in (citing.places, candidate.places))
        return not here or not there or bool(here & there) or bool(there & _UNIONS)
    if ask.within == "source":
        return bool({candidate.source, candidate.via} & {citing.source, citing.via}) or candidate.publisher == citing.publisher
    if ask.within == "place":
        shared = set(candidate.places) & set(citing.places)
        return candidate.publisher == citing.publisher or any("-" in place for place in shared)
    return True


def _judge(ask: Ask, citing: Citing, candidate: Candidate, key: str, jurisdiction: Jurisdiction) -> tuple[float, tuple[str, ...]]:
    factor, reasons = 1.0, []

    def weigh(by: float, reason: str) -> None:
        nonlocal factor
        factor *= by
        reasons.append(reason)

    scheme = candidate.schemes.get(key, "")
    if scheme in ("own", "title") or scheme in ask.carried_as:
        reasons.append("exact")
    else:
        weigh(0.75, "other_scheme")
    if ask.scheme == BARE:
        reasons.append("without_year")
    if key in ask.weak:
        weigh(0.8, "says_little")
    # A docket holds many documents, and a RIN goes through several stages: one that carries it need not be the one meant.
    if ask.scheme in ("docket", "rin") and scheme != "own":
        weigh(0.85, "belongs_to_it")
    _weigh_place(ask, candidate, jurisdiction, weigh)
    _weigh_day(ask, citing, candidate, weigh)
    return factor, tuple(reasons)


def _weigh_place(ask: Ask, candidate: Candidate, jurisdiction: Jurisdiction, weigh: Any) -> None:
    if not jurisdiction.places or ask.within == "anywhere":
        return
    countries = {place.split("-")[0] for place in jurisdiction.places}
    if candidate.places:
        if not countries & {place.split("-")[0] for place in candidate.places}:
            weigh(0.5, "elsewhere")
    elif candidate.language.split("-")[0] not in jurisdiction.languages:
        weigh(0.6, "elsewhere")
    else:
        weigh(0.97, "place_unknown")


def _weigh_day(ask: Ask, citing: Citing, candidate: Candidate, weigh: Any) -> None:
    if candidate.issued is None:
        return
    if ask.dated:
        if candidate.issued.isoformat().startswith(ask.dated):
            weigh(1.02, "day_fits")
        elif candidate.issued.isoformat()[:4] != ask.dated[:4]:
            weigh(0.5, "day_differs")
        else:
            weigh(0.9, "day_differs")
    elif citing.issued and candidate.issued > citing.issued and not citing.modified:
        weigh(0.85, "came_later")
    elif citing.issued and ask.scheme == "number" and not _has_year(ask):
        years = citing.issued.year - candidate.issued.year
        if years > _LONG_AGO:
            weigh(0.9, "long_ago")
        elif years > _THIS_OR_LAST and not _is_of_one_term(ask, citing.issued, candidate.issued) and not says_subject(ask.sentence, candidate.title):
            weigh(0.92, "year_unsaid")


def _is_of_one_term(ask: Ask, one: date, other: date) -> bool:
    """Whether both are of one term of the Party's congress (2016, 2021, 2026), for which its numbers are counted: 52-nq/tw."""
    return any(key.endswith("/tw") for key in ask.keys) and (one.year - 1) // 5 == (other.year - 1) // 5


def _has_year(ask: Ask) -> bool:
    """Whether the number itself says its year: 13/2018/nd-cp."""
    parts = ask.keys[0].split("/") if ask.keys else []
    return len(parts) > 2 and len(parts[1]) == 4 and parts[1].isdigit()
