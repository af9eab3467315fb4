"""How a text stands to what it cites: by the words around the citation (`cues.toml`), the nearest first."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..vocabularies import RELATIONS
from .values import fold

# How many letters before and after a citation are looked at.
BEFORE, AFTER = 220, 60
# A citation further from its cue than this is part of something else, and what is taken away is named nearer still.
_NEAR, _NEARER = 70, 45
# What may stand between two citations of a list, whose cue stands before the first.
_LIST = 45
_PATH = Path(__file__).parent / "cues.toml"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that say how a text stands to what it cites: the relation, and the words themselves."""

    relation: str
    words: str


_Table = dict[str, tuple[re.Pattern[str], dict[str, str]]]


@cache
def _tables() -> tuple[_Table, _Table, re.Pattern[str]]:
    data = tomllib.loads(_PATH.read_text("utf-8"))
    partial = sorted({fold(word) for words in data["partial"].values() for word in words}, key=lambda one: (-len(one), one))
    return _table(data["before"]), _table(data["after"]), re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, partial))})(?!\w)")


def _table(data: dict[str, dict[str, list[str]]]) -> _Table:
    found: _Table = {}
    for language, relations in data.items():
        words: dict[str, str] = {}
        for relation, said in relations.items():
            RELATIONS.check(relation)
            words |= {fold(one): relation for one in said}
        # The longest first: "as amended by" says another thing than "amended".
        pattern = "|".join(re.escape(one) for one in sorted(words, key=lambda one: (-len(one), one)))
        found[language] = (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), words)
    return found


def cue_of(before: str, after: str, language: str) -> Cue:
    """What stands nearest to a citation, of the text before it and after it within its sentence. "cites" with no words
    where nothing is said. `language`: a tag, or nothing where it is not known."""
    first, last, partial = _tables()
    near = fold(before[-BEFORE:])
    best: tuple[int, Cue] | None = None
    for pattern, words in _of(first, language):
        for match in pattern.finditer(near):
            distance = len(near) - match.end()
            relation = words[match[0]]
            if distance > _NEAR or (best is not None and distance >= best[0]):
                continue
            between = near[match.end() :]
            if relation == "supersedes" and partial.search(between):
                relation = "amends"
            elif relation == "supersedes" and (distance > _NEARER or "," in between):
                continue
            best = (distance, Cue(relation, match[0]))
    behind = fold(after[:AFTER])
    for pattern, words in _of(last, language):
        # What is done to it stands right behind it; "section 5 …, as added by X, is amended" says nothing of X.
        if (said := pattern.search(behind)) and said.start() <= 12 and (best is None or best[1].relation != "cites"):
            relation = words[said[0]]
            return Cue("amends" if relation == "supersedes" and partial.search(near[-_NEARER:]) else relation, said[0])
    return best[1] if best else Cue("cites", "")


def goes_on(between: str) -> bool:
    """Whether what stands between two citations only joins them, so that the cue of the first holds for the second."""
    folded = fold(between)
    return len(folded) <= _LIST and not re.search(r"[.!?:()\n]|\w\s\w+\s\w+\s\w+\s\w+\s\w+\s\w+\s\w", folded.strip()) and bool(re.match(r"\s*(?:[,;/]|(?:and|or|va|und|et|y|και|&|hoac)\b)", folded))


def _of(table: _Table, language: str) -> Sequence[tuple[re.Pattern[str], dict[str, str]]]:
    main = language.split("-")[0]
    if main not in table:
        return [*table.values()] if not main else [table["en"]] if "en" in table else []
    return [table[main]]
