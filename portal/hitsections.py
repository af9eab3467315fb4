"""The section of a long text that a passage stands in, so that a search leads to the article and not to the top of a law."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search_index.engine import Snippet

from .outline import outline_of

_AROUND = 24  # letters beside a match that surely stand next to it
_LEAST = 3  # headings of a text whose sections are led to


@dataclass(frozen=True)
class SectionPlace:
    """A section that holds a passage: its anchor and title, and the language of the text."""

    anchor: str
    title: str
    language: str


def sections_of(data: Mapping[str, Any], snippets: Sequence[Snippet]) -> tuple[SectionPlace, ...]:
    """The sections of a record's texts that the matches of passages stand in, each once."""
    found: dict[tuple[str, str], SectionPlace] = {}
    for snippet in snippets:
        if snippet.field != "body":
            continue
        words = data if snippet.language == data["language"] else data.get("translations", {}).get(snippet.language, {})
        body = words.get("body", "")
        outline = outline_of(body) if body else None
        if outline is None or len(outline.headings) < _LEAST:
            continue
        for core in _cores(snippet):
            if match := re.search(core, body):
                section = outline.at(match.start("hit"))
                if section.anchor:
                    found.setdefault((section.anchor, snippet.language), SectionPlace(section.anchor, section.title, snippet.language))
    return tuple(found.values())[:3]


def _cores(snippet: Snippet) -> Iterator[str]:
    """A pattern for each match with some letters around it, in the text as it was before spaces were made one."""
    text = "".join(piece.text for piece in snippet.pieces)
    start = 0
    for piece in snippet.pieces:
        end = start + len(piece.text)
        if piece.hit:
            before = text[max(0, start - _AROUND) : start].rpartition("…")[2]
            after = text[end : end + _AROUND].partition("…")[0]
            # What was cut within a word at its far end is still the end of that word in the text.
            yield f"{_pattern(before)}(?P<hit>{_pattern(piece.text)}){_pattern(after)}"
        start = end


def _pattern(words: str) -> str:
    return r"\s+".join(re.escape(part) for part in re.split(r"\s+", words))
