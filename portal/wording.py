"""Two wordings compared by words: what stayed, what went, what came."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from .aligning import pairs

Kind = Literal["same", "removed", "added"]
Run = tuple[Kind, str]
# A word, the space behind it in the older text, and in the newer one.
_Word = tuple[str, str, str]

# A word keeps the marks within it (20.5, 749/QD) and leaves those at its end (the full stop of a sentence). Where words are
# not parted, each letter is one.
_APART = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f"
_WORD = re.compile(rf"([{_APART}]|[^\W{_APART}](?:[^\s{_APART}]*[^\W{_APART}])?|\S)(\s*)")


_UNSPACED = re.compile(rf"[{_APART}]")
_QUICK = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words of a text, without the marks between them: to count them, and to tell how alike two texts are."""
    if not text.isascii() and _UNSPACED.search(text):
        return [word for word, _ in _WORD.findall(text) if word[0].isalnum()]
    return _QUICK.findall(text)


def runs(old: str, new: str) -> list[Run]:
    """The runs of words that stayed, went and came. What differs in spaces alone stayed, as it is in `new`."""
    lead = new[: len(new) - len(new.lstrip())]
    a, b = [[(word, space, space) for word, space in _WORD.findall(text)] for text in (old, new)]
    same = pairs([word for word, *_ in a], [word for word, *_ in b])
    found: list[tuple[Kind, list[_Word]]] = []
    i = j = 0
    for p, q in [*same, (len(a), len(b))]:
        if i < p:
            found.append(("removed", a[i:p]))
        if j < q:
            found.append(("added", b[j:q]))
        if p < len(a):
            # The last word of a text has no space behind it, though words that went or came may follow.
            before, after = a[p][1], b[q][2]
            one = (b[q][0], before if p + 1 < len(a) else before or after, after if q + 1 < len(b) else after or before)
            if found and found[-1][0] == "same":
                found[-1][1].append(one)
            else:
                found.append(("same", [one]))
        i, j = p + 1, q + 1
    told = list(_spaced(_without_islands(found)))
    if lead and told:
        told.insert(0, ("same", lead))
    return told


def _without_islands(found: list[tuple[Kind, list[_Word]]]) -> list[tuple[Kind, list[_Word]]]:
    """A word or two that stayed by chance between larger changes went and came like their neighbours: easier to read."""
    answer: list[tuple[Kind, list[_Word]]] = []
    removed: list[_Word] = []
    added: list[_Word] = []

    def flush() -> None:
        if removed:
            answer.append(("removed", removed.copy()))
        if added:
            answer.append(("added", added.copy()))
        removed.clear()
        added.clear()

    for place, (kind, words) in enumerate(found):
        if kind == "removed":
            removed += words
        elif kind == "added":
            added += words
        else:
            before = max(_length(removed), _length(added))
            after = max((_length(some) for _, some in _change_after(found, place)), default=0)
            if before and after and len(words) <= 3 and _length(words) <= min(before, after) and _length(words) < 12 and removed and added:
                removed += words
                added += words
            else:
                flush()
                answer.append((kind, words))
    flush()
    return answer


def _change_after(found: list[tuple[Kind, list[_Word]]], place: int) -> Iterator[tuple[Kind, list[_Word]]]:
    for one in found[place + 1 : place + 3]:
        if one[0] == "same":
            return
        yield one


def _length(words: Sequence[_Word]) -> int:
    return sum(len(word) for word, *_ in words)


def _spaced(found: list[tuple[Kind, list[_Word]]]) -> Iterator[Run]:
    """As text; the space behind a change belongs to what follows it, where something that stayed does.

    Where only one of the texts has a space before a change ("cash or", "cash, by card or"), it goes with that text's words.
    """
    carried = before = after = ""
    for place, (kind, words) in enumerate(found):
        text = "".join(word + (old if kind == "removed" else new) for word, old, new in words)
        if kind == "same":
            before = after = ""
            _, old, new = words[-1]
            if place + 1 < len(found) and bool(old) != bool(new):
                text, before, after = text.rstrip(), old, new
            yield kind, carried + text
            carried = ""
            continue
        following = next((one for one, _ in found[place + 1 :] if one == "same"), None)
        partner = place + 1 < len(found) and kind == "removed" and found[place + 1][0] == "added"
        paired = partner or (place > 0 and found[place - 1][0] == "removed" and kind == "added")
        ours, theirs = (before, after) if kind == "removed" else (after, before)
        if following and (paired or theirs):
            trimmed = text.rstrip()
            if kind == "added":
                carried = text[len(trimmed) :]
            carried = carried if paired else carried or theirs
            text = trimmed
        if text:
            yield kind, ours + text


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """How much two wordings have in common, from 0 to 1: twice the words of both, by the words of each (Dice)."""
    return likeness_of(Counter(old), Counter(new), len(old) + len(new))


def likeness_of(old: Counter[str], new: Counter[str], total: int) -> float:
    """The same of words that are counted already; `total`: how many they are together."""
    if not total:
        return 1.0
    few, many = (old, new) if len(old) < len(new) else (new, old)
    return 2 * sum([min(count, many[word]) for word, count in few.items() if word in many]) / total
