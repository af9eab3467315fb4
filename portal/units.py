"""A text in the units that are compared: its paragraphs and lines; very long ones by sentences, or by words where there are none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

_LONG = 1500  # letters of a paragraph that is compared as a whole
_LONGEST = 3000  # letters of a unit
_SENTENCE = re.compile(r"(?<=[.;:!?…。；])[\"”’)\]]*\s+|(?<=[。；])")


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph, or a piece of a long one (`goes_on`: the next unit continues it). `key` is the same for texts that differ
    in spaces alone."""

    text: str
    key: str
    goes_on: bool = False


def units_of(text: str) -> list[Unit]:
    """The units of a text; empty lines are none."""
    found: list[Unit] = []
    for paragraph in _paragraphs(text):
        if len(paragraph) <= _LONG:
            found.append(Unit(paragraph, " ".join(paragraph.split())))
            continue
        pieces = list(_pieces(paragraph))
        found += [Unit(piece, " ".join(piece.split()), place + 1 < len(pieces)) for place, piece in enumerate(pieces)]
    return found


def _paragraphs(text: str) -> Iterator[str]:
    """Lines; those that go on with the sentence of the line before, as in text that was set in lines, are one."""
    waiting: list[str] = []
    for line in text.split("\n"):
        words = line.strip()
        goes_on = bool(words) and bool(waiting) and len(waiting[-1]) > 45 and words[0].islower() and waiting[-1][-1] not in ".;:!?|"
        if waiting and not goes_on:
            yield "\n".join(waiting)
            waiting = []
        if words:
            waiting.append(words)
    if waiting:
        yield "\n".join(waiting)


def _pieces(paragraph: str) -> Iterator[str]:
    start = 0
    waiting = ""
    for match in _SENTENCE.finditer(paragraph):
        if match.end() == start:
            continue
        waiting += paragraph[start : match.end()]
        start = match.end()
        if len(waiting) >= 200:
            yield from _chunks(waiting)
            waiting = ""
    waiting += paragraph[start:]
    if waiting:
        yield from _chunks(waiting)


def _chunks(sentence: str) -> Iterator[str]:
    """Cut where the words themselves say so, so that what is put in before does not move the cuts after it."""
    if len(sentence) <= _LONGEST:
        yield sentence
        return
    start = 0
    for match in re.finditer(r"\S{1,400}\s*", sentence):
        if match.end() - start >= 200 and (crc32(match[0].encode()) % 24 == 0 or match.end() - start > _LONGEST - 400):
            yield sentence[start : match.end()]
            start = match.end()
    if start < len(sentence):
        yield sentence[start:]
