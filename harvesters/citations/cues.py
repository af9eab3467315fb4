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
# A citation further from its cue than this is part of something else; a list of citations is bridged, see `_LIST`.
_NEAR = 90
_PATH = Path(__file__).parent / "cues.toml"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that say how a text stands to what it cites: the relation, and the words themselves."""

    relation: str
    words: str


_Table = dict[str, tuple[re.Pattern[str], dict[str, str]]]


@cache
def _tables() -> tuple[_Table, _Table]:
    data = tomllib.loads(_PATH.read_text("utf-8"))
    return _table(data["before"]), _table(data["after"])


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
    first, last = _tables()
    near = fold(before[-BEFORE:])
    best: tuple[int, Cue] | None = None
    for pattern, words in _of(first, language):
        for match in pattern.finditer(near):
            distance = len(near) - match.end()
            if distance <= _NEAR and (best is None or distance < best[0]):
                best = (distance, Cue(words[match[0]], match[0]))
    behind = fold(after[:AFTER])
    for pattern, words in _of(last, language):
        # What is done to it stands right behind it; "section 5 …, as added by X, is amended" says nothing of X.
        if (said := pattern.search(behind)) and said.start() <= 12 and (best is None or best[1].relation != "cites"):
            return Cue(words[said[0]], said[0])
    return best[1] if best else Cue("cites", "")


def _of(table: _Table, language: str) -> Sequence[tuple[re.Pattern[str], dict[str, str]]]:
    main = language.split("-")[0]
    if main not in table:
        return [*table.values()] if not main else [table["en"]] if "en" in table else []
    return [table[main]]
