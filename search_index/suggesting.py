"""What to try instead, when nothing was found."""

from collections.abc import Callable, Iterable
from typing import Protocol

from .engine import Suggestion
from .query import Parsed
from .text import fold


class Vocabulary(Protocol):
    """What is asked of an engine to find something better."""

    def holds(self, word: str) -> bool:
        """Whether any document holds this word, in any of its forms."""

    def spellings(self, folded: str) -> Iterable[str]:
        """Words of titles that might have been meant, the likeliest first."""


def suggest(
    text: str, parsed: Parsed, vocabulary: Vocabulary, finds: Callable[[str], bool]
) -> tuple[Suggestion, ...]:
    """A likelier spelling, or the words without those that nothing holds; each of them `finds` something."""
    found: list[Suggestion] = []
    missing = [word for word in parsed.words if not vocabulary.holds(word)]
    corrected = text
    for word in missing[:3]:
        likely = next(iter(vocabulary.spellings(fold(word))), None)
        if likely:
            corrected = corrected.replace(word, likely)
    if corrected != text and finds(corrected):
        found.append(Suggestion(corrected, "spelling"))
    known = [word for word in parsed.words if word not in missing]
    if missing and known and finds(" ".join(known)):
        found.append(Suggestion(" ".join(known), "fewer_words"))
    elif not missing and len(known) > 1 and finds(" OR ".join(known)):
        found.append(Suggestion(" OR ".join(known), "any_word"))
    return tuple(found)
