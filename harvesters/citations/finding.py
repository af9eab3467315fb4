"""Citations in a text: every notation's pattern, the longest match where several meet, with the passage and how it stands.

A text is read in time that grows with its length: patterns have no endless repetitions (`regularity`), texts beyond LONGEST
are read up to there, and no more than MOST citations are taken from one.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from .cues import AFTER, BEFORE, Cue, cue_of, goes_on
from .declaration import BARE, Jurisdiction, Pattern, read_all
from .letters import Reading, readings_of
from .sentences import sentence_around
from .titles import beginning_of, forms_of
from .values import fill, fold

LONGEST = 2_500_000  # letters of a text that are read
MOST = 5_000  # citations of one text
_MOST_IN_A_LIST = 20
# Letters before a citation in which its day is looked for: "Ngày 07/3/2019, Chính phủ ban hành Nghị quyết số 17/NQ-CP".
_DAY_BEFORE = 140

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
} | {
    name: number
    for number, name in enumerate(["januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"], 1)
}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a text: its language (a tag), the places it is about or comes from (ISO 3166), when it was issued."""

    language: str = ""
    places: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One place of a text that names something.

    `value`: what is named, as it is written properly; `keys`: the identifiers that it may be carried under, `weak`
    those that say too little. `start`, `end`: the passage's place in the text, in letters; `sentence` around it.
    `relation`: how the text stands to it, by the words `cue`. `dated`: the day that stands with it (2020, 2020-06,
    2020-06-03). `confidence`: that this is such a citation, 0 to 1, for the `reasons` (words of `REASONS`).
    """

    jurisdiction: str
    scheme: str
    what: str
    value: str
    keys: tuple[str, ...]
    weak: tuple[str, ...]
    start: int
    end: int
    passage: str
    sentence: str
    relation: str
    cue: str
    dated: str
    confidence: float
    reasons: tuple[str, ...]
    within: str
    carried_as: tuple[str, ...]


_NO_READING = Reading("")


@dataclass(frozen=True, slots=True)
class _Match:
    """A pattern that holds somewhere: in a reading of the text, from its letter `start` to `end`."""

    jurisdiction: Jurisdiction
    pattern: Pattern
    start: int
    end: int
    caught: dict[str, str]
    reasons: tuple[str, ...] = ()
    reading: Reading = _NO_READING

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands in the text as it is written."""
        return self.reading.span(self.start, self.end)


def find(text: str, context: Context = Context(), among: Sequence[Jurisdiction] | None = None) -> list[Citation]:
    """Every citation of a text, in its order. Places are counted in Unicode's NFC, which records are in."""
    text = unicodedata.normalize("NFC", text)[:LONGEST]
    among = read_all() if among is None else among
    found: list[Citation] = []
    matches = [replace(one, reading=reading) for reading in readings_of(text) for one in _matches(reading.plain, context, among)]
    for match in _with_bare(_longest(one for one in matches if one.pattern.scheme != BARE), _longest(one for one in matches if one.pattern.scheme == BARE)):
        if citation := _citation(text, match, context):
            before = found[-1] if found else None
            if not citation.cue and before and before.cue and goes_on(text[before.end : citation.start]):
                citation = replace(citation, relation=before.relation, cue=before.cue)
            found.append(citation)
    return found


def _with_bare(firm: list[_Match], bare: list[_Match]) -> list[_Match]:
    """Titles without their year stand only where nothing else was found."""
    starts = [one.span[0] for one in firm]
    for one in bare:
        start, end = one.span
        place = bisect_left(starts, end)
        if not place or firm[place - 1].span[1] <= start:
            firm = [*firm, one]
    return sorted(firm, key=lambda one: one.span)[:MOST]


def names_of(title: str, context: Context = Context(), among: Sequence[Jurisdiction] | None = None) -> tuple[str, ...]:
    """What a record with this title may be cited as: the citation that its title is, or begins with."""
    plain = readings_of(unicodedata.normalize("NFC", title)[:400])[0].plain
    names: dict[str, None] = {}
    for jurisdiction, pattern in _patterns(context, read_all() if among is None else among):
        if pattern.names and _has(plain, pattern):
            for match in _of(plain, jurisdiction, pattern):
                # "Decision no. 749/QĐ-TTg approving …" and "Data Protection Act 2018": nothing but its kind before it.
                if len(re.findall(r"\w+", plain[: match.start])) <= (0 if pattern.titled else 3):
                    names |= dict.fromkeys(fill(pattern.value, _caught(match, context), jurisdiction.maps))
                break
    return tuple(names)


def bare_names_of(title: str) -> tuple[str, ...]:
    """What a law with this title is called without its year and number: its title, and a short one in parentheses. ("Clean Air Act" of
    1963; "Regulation (EU) 2022/2065 on a Single Market (Digital Services Act)".)"""
    names: dict[str, None] = {}
    for form in forms_of(unicodedata.normalize("NFC", title)[:1000]):
        for citation in find(form):
            if citation.scheme == BARE and (citation.start, citation.end) == (0, len(form)):
                names[citation.value] = None
    return tuple(names)


def _patterns(context: Context, among: Iterable[Jurisdiction]) -> Iterator[tuple[Jurisdiction, Pattern]]:
    for jurisdiction in among:
        home = jurisdiction.is_home(context.language, context.places)
        for pattern in jurisdiction.patterns:
            if home or pattern.reach == "anywhere":
                yield jurisdiction, pattern


def _matches(plain: str, context: Context, among: Iterable[Jurisdiction]) -> Iterator[_Match]:
    for jurisdiction, pattern in _patterns(context, among):
        if _has(plain, pattern):
            yield from _of(plain, jurisdiction, pattern)


def _near_anchors(plain: str, pattern: Pattern) -> Iterator[re.Match[str]]:
    """Where the pattern holds. It is only tried near the words that it needs: most of a long text has none."""
    if pattern.anchor is None:
        yield from pattern.regex.finditer(plain)
        return
    width = pattern.width
    for low, high in _windows(plain, pattern.anchor, width):
        # A match may begin up to `high`, and end beyond: what follows it is there to be looked at.
        for match in pattern.regex.finditer(plain, low, high + width + 100):
            if match.start() > high:
                break
            yield match


def _windows(plain: str, anchor: re.Pattern[str], width: int) -> Iterator[tuple[int, int]]:
    low = high = -1
    for found in anchor.finditer(plain):
        if found.start() - width > high:
            if high >= 0:
                yield low, high
            low = max(0, found.start() - width, high + 1)
        high = found.end()
    if high >= 0:
        yield low, high


def _has(plain: str, pattern: Pattern) -> bool:
    return not pattern.needs or any(word in plain for word in pattern.needs)


def _of(plain: str, jurisdiction: Jurisdiction, pattern: Pattern) -> Iterator[_Match]:
    for match in islice(_near_anchors(plain, pattern), MOST):
        caught = {name: word for name, word in match.groupdict().items() if word}
        start, end = match.span()
        if "cite" in pattern.regex.groupindex and match["cite"]:
            start, end = match.span("cite")
        if pattern.titled:
            begins = beginning_of(plain, start)
            if begins is None:
                continue
            start, caught = begins, caught | {"title": plain[begins:end]}
        if pattern.more and (more := caught.pop("more", "")):
            for number in re.finditer(r"\d{1,6}", more):
                place = match.start("more")
                yield _Match(jurisdiction, pattern, place + number.start(), place + number.end(), caught | {"number": number[0]}, ("listed",))
            start = match.start("number")
        yield _Match(jurisdiction, pattern, start, end, caught)
        yield from _listed(plain, jurisdiction, pattern, end, caught)


def _listed(plain: str, jurisdiction: Jurisdiction, pattern: Pattern, end: int, caught: dict[str, str]) -> Iterator[_Match]:
    """What continues a list: 40 CFR 60.5, 60.6 and 61."""
    for _ in range(_MOST_IN_A_LIST):
        match = next((one for regex in pattern.then_regexes if (one := regex.match(plain, end))), None)
        if match is None:
            return
        groups = {name: word for name, word in match.groupdict().items() if word}
        first = min((match.start(name) for name in groups), default=match.start())
        end = match.end()
        yield _Match(jurisdiction, pattern, first, end, caught | groups, ("listed",))


def _longest(matches: Iterable[_Match]) -> list[_Match]:
    """Where several meet, the longest; of two as long, the surer one. Of two readings, a title is whole in the shorter one
    ("Data Protec-tion Act"), everything else where it was found first."""
    taken: list[tuple[int, int, _Match]] = []
    for start, last, _sure, _letters, _turn, match in sorted(
        ((start, -end, -one.pattern.confidence, len(one.reading.plain) if one.pattern.titled else 0, turn, one) for turn, one in enumerate(matches) for start, end in [one.span])
    ):
        if not taken or start >= taken[-1][1]:
            taken.append((start, -last, match))
        elif -last - start > taken[-1][1] - taken[-1][0]:
            taken[-1] = (start, -last, match)
    return [match for _start, _end, match in taken[:MOST]]


def _caught(match: _Match, context: Context) -> dict[str, str | Sequence[str] | None]:
    caught: dict[str, str | Sequence[str] | None] = dict(match.caught)
    for name, term in match.jurisdiction.terms.items():
        if not caught.get(name) and context.on:
            caught[name] = term.words(context.on.year)
    return caught


def _citation(text: str, match: _Match, context: Context) -> Citation | None:
    pattern, maps, plain = match.pattern, match.jurisdiction.maps, match.reading.plain
    start, end = match.span
    caught = _caught(match, context)
    value = next(fill(pattern.value, caught, maps), None)
    if value is None:
        return None
    keys = dict.fromkeys(key for template in (pattern.value, *pattern.keys) for key in fill(template, caught, maps))
    weak = dict.fromkeys(key for template in pattern.weak for key in fill(template, caught, maps))
    first, last = sentence_around(text, start, end)
    cue = cue_of(text[max(first, start - BEFORE) : start], text[end : min(last, end + AFTER)], context.language)
    if pattern.aside and re.search(r"\([^()]{0,40}$", plain[max(0, match.start - 42) : match.start]):
        cue = Cue("cites", "")
    dated = _dated(plain, match)
    reasons = [*match.reasons, *(("dated",) if dated else ()), *(("cue",) if cue.words else ())]
    return Citation(
        match.jurisdiction.name, pattern.scheme, pattern.what, re.sub(r"\s+", " ", value).strip(), tuple(keys), tuple(key for key in weak if key not in keys),
        start, end, text[start:end], text[first:last], cue.relation, cue.words, dated, pattern.confidence, tuple(reasons), pattern.within,
        pattern.carried_as,
    )  # fmt: skip


def _dated(plain: str, match: _Match) -> str:
    """The day that a citation is given with: "ngày 3 tháng 6 năm 2020", "of June 3, 2020"."""
    after, before = match.pattern.dated_regex, match.pattern.dated_before_regex
    said = after.match(plain, match.end, match.end + 80) if after else None
    if said is None and before:
        said = before.search(plain, max(0, match.start - _DAY_BEFORE), match.start)
    if said is None:
        return ""
    groups = said.groupdict()
    year, month, day = groups.get("y"), groups.get("m"), groups.get("d")
    if not year:
        return ""
    number = _MONTHS.get(fold(month).rstrip("."), int(month) if month.isdigit() else 0) if month else 0
    try:
        if number and day:
            return date(int(year), number, int(day)).isoformat()
        return date(int(year), number, 1).isoformat()[:7] if number else year
    except ValueError:
        return ""


def with_relation(citation: Citation, relation: str, cue: str) -> Citation:
    """The same citation in another relation, where its place in the record says more than its words do."""
    return replace(citation, relation=relation, cue=cue)
