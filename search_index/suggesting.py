"""What to try instead, when nothing was found, or little that a slip explains."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from .engine import Query, Results, Suggestion
from .query import Parsed
from .text import fold

_LITTLE = 3  # documents found, up to which a slip is looked for
_LONG = 5  # letters of a word that may be the beginning of a longer one
_MORE_LIKELY = 10  # times as often as what was typed


class Vocabulary(Protocol):
    """What is asked of an engine to find something better."""

    def frequency(self, word: str) -> int:
        """How many documents hold this word, in any of its forms."""

    def spellings(self, folded: str, slips: int = 2) -> Iterable[str]:
        """Words of titles that might have been meant, the likeliest first, so many slips away at most."""


def suggest(
    text: str, parsed: Parsed, total: int, vocabulary: Vocabulary, count: Callable[[str], int]
) -> tuple[Suggestion, ...]:
    """A likelier spelling, or the words without those that nothing holds; each of them finds something. `total` is what
    was found of the `parsed` query, `count` says what another one finds."""
    if total > _LITTLE or not parsed.words:
        return ()
    words = tuple(word for word in parsed.words if re.search(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", text))
    missing = [word for word in words if not vocabulary.frequency(word)]
    found: list[Suggestion] = []
    likely = _respelt(text, missing, vocabulary)
    if not missing and total:
        rare = [word for word in words if len(word) > 4 and vocabulary.frequency(word) <= _LITTLE]
        likely = _respelt(text, rare, vocabulary, times=_MORE_LIKELY, slips=1)
    if likely and count(likely) > total * _MORE_LIKELY:
        found.append(Suggestion(likely, "spelling"))
    if total:
        return tuple(found)
    known = [word for word in words if word not in missing]
    if missing and known and count(" ".join(known)):
        found.append(Suggestion(" ".join(known), "fewer_words"))
        return tuple(found)
    # Of a question in words ("did the evening buses help") the short ones tell nothing; syllables with marks do.
    telling = [word for word in known if len(word) > 3 or not word.isascii()] or known
    if len(telling) > 1 and count(" OR ".join(telling)):
        found.append(Suggestion(" OR ".join(telling), "any_word"))
    elif len(telling) == 1 and len(words) > 1 and count(telling[0]):
        found.append(Suggestion(telling[0], "fewer_words"))
    return tuple(found)


def _respelt(text: str, words: Iterable[str], vocabulary: Vocabulary, *, times: int = 0, slips: int = 2) -> str:
    """The query with likelier spellings of these words; "" where there are none."""
    changed = text
    for word in list(words)[:3]:
        before = vocabulary.frequency(word)
        for likely in vocabulary.spellings(fold(word), slips):
            if vocabulary.frequency(likely) > before * times:
                changed = _instead(changed, word, likely)
                break
        else:
            if not before and len(word) >= _LONG and word.isalpha():
                changed = _instead(changed, word, f"{word}*")  # as the beginning of longer words
    return changed if changed != text else ""


def _instead(text: str, word: str, other: str) -> str:
    return re.sub(rf"(?i)(?<!\w){re.escape(word)}(?![\w*])", other.replace("\\", ""), text)


def corrected(query: Query, results: Results, answer: Callable[[Query], Results]) -> Results:
    """What the likelier spelling finds, where that is asked for and what was typed finds nothing."""
    if results.total or not query.correct:
        return results
    likely = next((one.text for one in results.suggestions if one.kind == "spelling"), "")
    if not likely:
        return results
    better = answer(replace(query, text=likely, correct=False))
    return replace(better, corrected=likely) if better.total else results
