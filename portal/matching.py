"""Which section and which paragraph of one text became which of another: what stayed, was edited, moved, went and came.

Sections are matched by what they say before what they are numbered, so that an article put in between does not make all
that follow look rewritten. All of it takes time in proportion to the texts, whatever they are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .aligning import growing, pairs
from .outline import Section, outline_of
from .units import Unit, units_of
from .wording import likeness, likeness_of, words_of

_SHINGLE = 4  # words in a row that tell paragraphs apart
_MOST_ALIKE = 8  # units that may share a shingle before it says nothing
_MOVED_WORDS = 5  # words of the shortest paragraph that counts as moved rather than written again
_CELLS = 900  # pairs of paragraphs of one gap that are compared each with each


@dataclass(slots=True)
class Own:
    """A section with its units; `bare`: its title without its number; `matched`: the place of what it became, or -1."""

    section: Section
    units: list[Unit]
    bare: str
    matched: int = -1

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(unit.key for unit in self.units)


Spot = tuple[int, int]  # a section's place, and a unit's place in it
Gap = tuple[list[Spot], list[Spot]]  # what went and what came between two things that stayed


@dataclass(slots=True)
class Match:
    """Which unit became which: `same` and `edited` at their place; moved ones by the number of their move at both ends."""

    before: list[Own]
    after: list[Own]
    same: dict[Spot, Spot] = field(default_factory=dict)
    edited: dict[Spot, Spot] = field(default_factory=dict)
    moved: dict[Spot, Spot] = field(default_factory=dict)
    away: dict[Spot, int] = field(default_factory=dict)
    here: dict[Spot, int] = field(default_factory=dict)


def match_texts(old: str, new: str) -> Match:
    """How the text `old` became the text `new`."""
    found = Match(_sections(old), _sections(new))
    before, after = found.before, found.after
    _match(before, after)
    went, came, gaps = _leftover(found)
    edits = _moves_by_words(before, after, went, came)
    edits |= _edits(before, after, went, came, gaps)
    edits |= _moves_by_likeness(before, after, went, came, gaps)
    _place(found, edits, gaps)
    return found


def _sections(text: str) -> list[Own]:
    outline = outline_of(text)
    return [Own(one, units_of(text[one.body : one.end]), _bare(one)) for one in outline.sections]


def _bare(section: Section) -> str:
    title = section.title.removeprefix(section.label)
    return title.strip(" .:–—-").casefold() if section.label else title.lstrip("0123456789. ").casefold()


def _match(before: list[Own], after: list[Own]) -> None:
    """Join each section with what it became: what says the same, has the same anchor and says much the same, says much
    the same, and at last what has the same anchor."""
    there = {own.section.anchor: place for place, own in enumerate(after)}

    def by_anchor(fits: Callable[[Own, Own], bool]) -> None:
        for place, own in enumerate(before):
            other = there.get(own.section.anchor, -1)
            if own.matched < 0 <= other and after[other].matched < 0 and fits(own, after[other]):
                own.matched, after[other].matched = other, place

    by_anchor(lambda one, other: (one.bare, one.keys) == (other.bare, other.keys))
    _match_by_contents(before, after)
    by_anchor(lambda one, other: not one.section.anchor or _alike(one, other))
    free = [place for place, own in enumerate(before) if own.matched < 0]
    open_ = [place for place, own in enumerate(after) if own.matched < 0]
    for i, j in similar([_words(before[place]) for place in free], [_words(after[place]) for place in open_], 0.5):
        before[free[i]].matched, after[open_[j]].matched = open_[j], free[i]
    by_anchor(lambda one, other: True)


def _match_by_contents(before: list[Own], after: list[Own]) -> None:
    free = [place for place, own in enumerate(before) if own.matched < 0]
    open_ = [place for place, own in enumerate(after) if own.matched < 0]
    old = Counter((before[place].bare, before[place].keys) for place in free)
    new = Counter((after[place].bare, after[place].keys) for place in open_)
    there = {(after[place].bare, after[place].keys): place for place in open_}
    for place in free:
        said = (before[place].bare, before[place].keys)
        if old[said] == new[said] == 1 and any(said):
            before[place].matched, after[there[said]].matched = there[said], place


def _words(own: Own) -> list[str]:
    return [word for unit in own.units[:200] for word in words_of(unit.key[:2000])] or words_of(own.section.title)


def _alike(one: Own, other: Own) -> bool:
    if one.bare and one.bare == other.bare:
        return True
    shared = sum((Counter(one.keys) & Counter(other.keys)).values())
    return shared * 2 >= max(len(one.keys), len(other.keys), 1) or likeness(_words(one)[:2000], _words(other)[:2000]) >= 0.6


def similar(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], least: float) -> list[tuple[int, int]]:
    """Which wordings of `old` became which of `new`: each at most once, the likest first, by the rows of words that both have.
    Rows that many have in common do not count, which keeps the time in proportion to the words."""
    shingles = [_shingles(words) for words in new]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, some in enumerate(shingles):
        for one in some:
            if len(holders[one]) <= _MOST_ALIKE:
                holders[one].append(place)
    scored: list[tuple[float, int, int]] = []
    for i, words in enumerate(old):
        some = _shingles(words)
        if len(some) < 2:
            continue  # one row in common says too little
        counted = Counter(place for one in some if len(holders.get(one, ())) <= _MOST_ALIKE for place in holders.get(one, ()))
        for j, count in counted.most_common(3):
            score = count / max(1, min(len(some), len(shingles[j])))
            if score >= least and count >= 2:
                scored.append((-score, i, j))
    taken: set[int] = set()
    given: set[int] = set()
    found: list[tuple[int, int]] = []
    for _, i, j in sorted(scored):
        if i not in taken and j not in given:
            taken.add(i)
            given.add(j)
            found.append((i, j))
    return found


def _shingles(words: Sequence[str]) -> set[int]:
    return {hash(tuple(words[place : place + _SHINGLE])) for place in range(max(1, len(words) - _SHINGLE + 1))} if words else set()


def _leftover(match: Match) -> tuple[set[Spot], set[Spot], list[Gap]]:
    """What went, what came, and the gaps in which both happened; what stayed where it was is noted in `match`."""
    before, after, same = match.before, match.after, match.same
    went, came = set[Spot](), set[Spot]()
    gaps: list[Gap] = []
    for place, own in enumerate(before):
        if own.matched < 0:
            went |= {(place, unit) for unit in range(len(own.units))}
            continue
        other = own.matched
        found = pairs(own.keys, after[other].keys)
        i = j = 0
        for p, q in [*found, (len(own.units), len(after[other].units))]:
            lost, new = [(place, unit) for unit in range(i, p)], [(other, unit) for unit in range(j, q)]
            went.update(lost)
            came.update(new)
            if lost and new:
                gaps.append((lost, new))
            if p < len(own.units):
                same[place, p] = (other, q)
            i, j = p + 1, q + 1
    for place, own in enumerate(after):
        if own.matched < 0:
            came |= {(place, unit) for unit in range(len(own.units))}
    return went, came, gaps


def _moves_by_words(before: list[Own], after: list[Own], went: set[Spot], came: set[Spot]) -> dict[Spot, Spot]:
    """Paragraphs that stand elsewhere word for word, and are not said twice."""
    old, new = _by_key(before, went), _by_key(after, came)
    found: dict[Spot, Spot] = {}
    for key, spots in old.items():
        others = new.get(key, ())
        if len(spots) == len(others) == 1 and len(key.split()) >= _MOVED_WORDS:
            found[spots[0]] = others[0]
            went.discard(spots[0])
            came.discard(others[0])
    return found


def _by_key(sections: list[Own], spots: Iterable[Spot]) -> dict[str, list[Spot]]:
    found: dict[str, list[Spot]] = {}
    for place, unit in sorted(spots):
        found.setdefault(sections[place].units[unit].key, []).append((place, unit))
    return found


def _edits(before: list[Own], after: list[Own], went: set[Spot], came: set[Spot], gaps: list[Gap]) -> dict[Spot, Spot]:
    """In gaps of some paragraphs: which was edited to which, so that most words stay, in their order."""
    found: dict[Spot, Spot] = {}
    for lost, new in gaps:
        a, b = [one for one in lost if one in went], [one for one in new if one in came]
        if not a or not b or len(a) * len(b) > _CELLS:
            continue
        old = [words_of(before[p].units[u].key) for p, u in a]
        fresh = [words_of(after[p].units[u].key) for p, u in b]
        for i, j in _likest(old, fresh, 0.25 if len(a) == len(b) == 1 else 0.4):
            found[a[i]] = b[j]
            went.discard(a[i])
            came.discard(b[j])
    return found


def _likest(old: list[list[str]], new: list[list[str]], least: float) -> Iterator[tuple[int, int]]:
    score = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    counted = [(Counter(words), len(words)) for words in new]
    liked = [[likeness_of(one, other, length + size) for other, size in counted] for one, length in ((Counter(words), len(words)) for words in old)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            taken = score[i + 1][j + 1] + liked[i][j] if liked[i][j] >= least else 0.0
            score[i][j] = max(taken, score[i + 1][j], score[i][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if liked[i][j] >= least and score[i][j] == score[i + 1][j + 1] + liked[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif score[i][j] == score[i + 1][j]:
            i += 1
        else:
            j += 1


def _moves_by_likeness(before: list[Own], after: list[Own], went: set[Spot], came: set[Spot], gaps: list[Gap]) -> dict[Spot, Spot]:
    """What is left, paired wherever it stands by what it says: in one gap an edit, else a move with edits."""
    old, new = sorted(went), sorted(came)
    gap_of = {spot: place for place, (_, some) in enumerate(gaps) for spot in some}
    gap_before = {spot: place for place, (some, _) in enumerate(gaps) for spot in some}
    words = [words_of(before[p].units[u].key) for p, u in old]
    others = [words_of(after[p].units[u].key) for p, u in new]
    found: dict[Spot, Spot] = {}
    for i, j in similar(words, others, 0.5):
        near = gap_before.get(old[i], -1) == gap_of.get(new[j], -2)
        if near or min(len(words[i]), len(others[j])) >= 2 * _MOVED_WORDS:
            found[old[i]] = new[j]
            went.discard(old[i])
            came.discard(new[j])
    return found


def _place(match: Match, edits: dict[Spot, Spot], gaps: list[Gap]) -> None:
    """Tell edits at their place from moves, and number the moves: neighbours that moved together have one number."""
    gap_of = {spot: place for place, (_, some) in enumerate(gaps) for spot in some}
    by_gap: defaultdict[int, list[tuple[Spot, Spot]]] = defaultdict(list)
    for place, (some, _) in enumerate(gaps):
        by_gap[place] = [(old, edits[old]) for old in some if old in edits and gap_of.get(edits[old]) == place]
    for found in by_gap.values():
        kept = growing([new[1] for _, new in found])
        match.edited.update(one for index, one in enumerate(found) if index in kept)
    number, last = 0, ((-1, -1), (-1, -1))
    for old, new in sorted(edits.items()):
        if old in match.edited:
            continue
        (p, u), (q, v) = last
        number += (old, new) != ((p, u + 1), (q, v + 1))
        match.moved[old] = new
        match.away[old] = match.here[new] = number
        last = (old, new)
