"""A long text in portions that open at once, and its table of contents; cut where sections and paragraphs end."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from .outline import Outline, Section, outline_of

PORTION = 40_000  # letters of a text on one page, some 12 to 20 kB when sent
WHOLE = 60_000  # letters of a text that is not worth cutting
OPENING = 12_000  # letters of a text on a record's page; texts up to a fifth longer stand there whole
_ENTRIES = 80  # lines of a table of contents where it stands beside something else


@dataclass(frozen=True, slots=True)
class Slice:
    """Words of a section, from `start` to `end` in the text. `first`: with its heading; `last`: to its own end."""

    section: Section
    start: int
    end: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """Slices that stand on one page, which is the `number`th of `count`."""

    number: int
    count: int
    slices: tuple[Slice, ...]


def slices_of(outline: Outline, places: range) -> list[Slice]:
    """The sections at `places`; long ones in several slices, each ended at a paragraph, a line or a word."""
    found: list[Slice] = []
    for place in places:
        section = outline.sections[place]
        start = section.body
        while section.end - start > PORTION * 1.2:
            end = _cut(outline.text, start, start + PORTION)
            found.append(Slice(section, start, end, start == section.body, False))
            start = end
        found.append(Slice(section, start, section.end, start == section.body, True))
    return found


def _cut(text: str, start: int, latest: int) -> int:
    for mark in ("\n\n", "\n", ". ", " "):
        end = text.rfind(mark, start + (latest - start) // 2, latest)
        if end > 0:
            return end + len(mark)
    return latest


@lru_cache(maxsize=24)
def portions_of(text: str) -> tuple[Portion, ...]:
    """The whole text in portions."""
    outline = outline_of(text)
    groups: list[list[Slice]] = [[]]
    letters = PORTION - WHOLE if len(text) <= WHOLE else 0
    for one in slices_of(outline, range(len(outline.sections))):
        length = one.end - (one.section.start if one.first else one.start)
        if groups[-1] and letters + length > PORTION:
            groups.append([])
            letters = 0
        groups[-1].append(one)
        letters += length
    return tuple(Portion(number, len(groups), tuple(slices)) for number, slices in enumerate(groups, 1))


def portion_at(text: str, place: int) -> int:
    """The number of the portion in which the section at `place` begins."""
    starts = [portion.slices[0].start for portion in portions_of(text)]
    return max(1, bisect_right(starts, outline_of(text).sections[place].body))


def is_long(text: str) -> bool:
    """Whether a text has no room on its record's page."""
    return len(text) > OPENING * 1.2


def opening_of(text: str) -> tuple[Slice, ...]:
    """The first sections of a text, as many as have room on its record's page; all of a short one."""
    outline = outline_of(text)
    if not is_long(text):
        return tuple(slices_of(outline, range(len(outline.sections))))
    found: list[Slice] = []
    for one in slices_of(outline, range(len(outline.sections))):
        if one.end <= OPENING:
            found.append(one)
            continue
        if not found or one.end - found[-1].end > OPENING // 2:
            end = _cut(text, one.start, max(OPENING, one.start + OPENING // 4))
            found.append(Slice(one.section, one.start, min(end, one.end), one.first, end >= one.end))
        break
    return tuple(found)


def section_of(outline: Outline, place: int) -> tuple[tuple[Slice, ...], bool]:
    """A section with what lies in it, and whether that is all of it: of one with too many words, its beginning."""
    every = slices_of(outline, range(place, outline.last_below(place) + 1))
    found: list[Slice] = []
    for one in every:
        if found and one.end - every[0].start > PORTION * 1.2:
            return tuple(found), False
        found.append(one)
    return tuple(found), True


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of contents, and the lines below it."""

    section: Section
    below: tuple["Line", ...]


def contents_of(outline: Outline, most: int = _ENTRIES) -> tuple[tuple[Line, ...], int]:
    """A table of contents with at most `most` lines, and how many headings it leaves out. Deep levels go first."""
    headings = list(outline.headings)
    shown = headings
    while len(shown) > most and len({one.level for one in shown}) > 1:
        deepest = max(one.level for one in shown)
        shown = [one for one in shown if one.level < deepest]
    shown = shown[:most]
    return _nested(shown, 0)[0], len(headings) - len(shown)


def _nested(headings: list[Section], place: int) -> tuple[tuple[Line, ...], int]:
    lines: list[Line] = []
    level = headings[place].level if place < len(headings) else 0
    while place < len(headings) and headings[place].level >= level:
        section = headings[place]
        below, following = _nested(headings, place + 1) if place + 1 < len(headings) and headings[place + 1].level > section.level else ((), place + 1)
        lines.append(Line(section, below))
        place = following
    return tuple(lines), place
