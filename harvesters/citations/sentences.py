"""The sentence around a passage, for readers who judge it: short where a sentence is long."""

import re

# How far a sentence is followed to each side.
_FAR = 280
# What ends a sentence: a stop before a space and a capital letter, or an empty line. Not after "No.", "Art.", "S." …
_END = re.compile(r"(?<![\s(][A-Za-zÀ-ỹ])(?<!\bNo)(?<!\bNr)(?<!\bArt)(?<!\bSec)(?<!\bInt)(?<!\bRes)(?<!\bPub)(?<!\bSt)[.!?…;](?=\s)|\n\s{0,9}\n|\n(?=[-*#|] ?)")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends in which text[start:end] stands."""
    low, high = max(0, start - _FAR), min(len(text), end + _FAR)
    first, last = low, high
    for match in _END.finditer(text, low, start):
        first = match.end()
    if stop := _END.search(text, end, high):
        last = stop.end()
    if first == low and low:  # begins in the middle: at a word
        space = text.find(" ", low, start)
        first = space + 1 if space >= 0 else low
    if last == high and high < len(text):
        space = text.rfind(" ", end, high)
        last = space if space > 0 else high
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last
