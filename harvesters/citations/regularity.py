"""Whether a pattern can be slow: every repetition has an end, so that a text of any length is read in time that grows with
its length only."""

import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# The most letters that one repetition may take, and how deep repetitions of unknown length may lie in each other.
_LONGEST = 200
_DEEPEST = 2


def faults_of(pattern: str, flags: int = 0) -> list[str]:
    """Why a pattern is not taken; nothing where it is well."""
    try:
        re.compile(pattern, flags)
        tree = parser.parse(pattern, flags)
    except re.error as error:
        return [f"is no regular expression ({error})"]
    return list(dict.fromkeys(_faults(tree, 0)))


def longest_of(pattern: str, flags: int = 0) -> int:
    """How many letters a match has at most."""
    return int(parser.parse(pattern, flags).getwidth()[1])


def _faults(tree: Any, depth: int) -> Iterator[str]:
    for code, value in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, inner = value
            if most is codes.MAXREPEAT or most > _LONGEST:
                yield f"repeats without an end; write {{{least},40}} in the place of * or +, at most {{{least},{_LONGEST}}}"
            below = depth + (least != most and most > 1)
            if below > _DEEPEST:
                yield "has repetitions within repetitions within repetitions; write it in a simpler way"
            yield from _faults(inner, below)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _faults(branch, depth)
        elif code is codes.SUBPATTERN:
            yield from _faults(value[3], depth)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _faults(value[1], depth)
        elif code is codes.ATOMIC_GROUP:
            yield from _faults(value, depth)
        elif code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
            yield "refers back to a group; write the group again"
