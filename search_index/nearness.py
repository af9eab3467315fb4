"""Whether words stand near each other, where an engine cannot say it itself."""

from collections import Counter
from collections.abc import Sequence


def stand_near(parts: Sequence[Sequence[str]], wanted: Counter[str], window: int) -> bool:
    """Whether all `wanted` stems, each as often as it is wanted, stand within so many words of one part."""
    return any(_in_one(part, wanted, window) for part in parts)


def _in_one(part: Sequence[str], wanted: Counter[str], window: int) -> bool:
    there: Counter[str] = Counter()
    missing = sum(wanted.values())
    for position, stem in enumerate(part):
        if position >= window and (leaving := part[position - window]) in wanted:
            there[leaving] -= 1
            missing += there[leaving] < wanted[leaving]
        if stem in wanted:
            missing -= there[stem] < wanted[stem]
            there[stem] += 1
            if not missing:
                return True
    return False
