"""Which word of the index a visitor may have meant."""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from .text import fold, words


class Spelling:
    """The words of titles, by their first letter, with how often they stand there."""

    def __init__(self, titles: Iterable[str]) -> None:
        counted = Counter(word.lower() for title in titles for word, _, _ in words(title) if len(word) > 3)
        self.by_letter: dict[str, list[tuple[str, str, int]]] = {}
        for word, count in counted.items():
            folded = fold(word)
            self.by_letter.setdefault(folded[:1], []).append((folded, word, count))

    def like(self, folded: str) -> Iterator[str]:
        """Words that look like this one, the likeliest first: at least three quarters of the letters agree."""
        if len(folded) < 4:
            return
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(folded)
        alike = []
        for other, word, count in self.by_letter.get(folded[:1], ()):
            if abs(len(other) - len(folded)) > 2:
                continue
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() > 0.75 and (ratio := matcher.ratio()) > 0.75:
                alike.append((-ratio, -count, word))
        yield from (word for _, _, word in sorted(alike)[:3])
