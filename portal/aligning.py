"""What two sequences have in common, in order: in time that grows little faster than their length, whatever they are.

First what is unique in both (patience, as in Bram Cohen's diff), which gives the alignment that people expect; then, in
what lies between, the longest common subsequence by Hyyrö's bit-parallel method (H. Hyyrö, "Bit-parallel LCS-length
computation revisited", 2004); and where that would take too long, the n-th occurrence of each with the n-th.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

Pair = tuple[int, int]
_CELLS = 4_000_000  # of one exact comparison: some milliseconds
_BUDGET = 60_000_000  # of all exact comparisons of one call
_DEEPEST = 12


def pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """Places (i, j) where a[i] == b[j], both growing."""
    codes: dict[Hashable, int] = {}
    x = [codes.setdefault(one, len(codes)) for one in a]
    y = [codes.setdefault(one, len(codes)) for one in b]
    found: list[Pair] = []
    budget = _BUDGET
    gaps = [(0, len(x), 0, len(y), 0)]
    while gaps:
        i, k, j, m, depth = gaps.pop()
        while i < k and j < m and x[i] == y[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        while i < k and j < m and x[k - 1] == y[m - 1]:
            k, m = k - 1, m - 1
            found.append((k, m))
        if i == k or j == m:
            continue
        cells = (k - i) * (m - j)
        anchors = _unique(x, y, i, k, j, m) if cells > 400 and depth < _DEEPEST else []
        if not anchors and cells <= min(_CELLS, budget):
            budget -= cells
            found += _exact(x, y, i, k, j, m)
            continue
        exact = bool(anchors)
        if not anchors:
            anchors = _nth_with_nth(x, y, i, k, j, m)
        found += anchors
        if not anchors:
            continue
        for (p, q), (r, s) in zip([(i - 1, j - 1), *anchors], [*anchors, (k, m)], strict=True):
            if p + 1 < r and q + 1 < s:
                gaps.append((p + 1, r, q + 1, s, depth + 1 if exact else _DEEPEST))
    found.sort()
    return found


def _unique(x: list[int], y: list[int], i: int, k: int, j: int, m: int) -> list[Pair]:
    """What occurs once in each, in the longest order that both have."""
    counts, others = Counter(x[i:k]), Counter(y[j:m])
    there = {code: place for place, code in enumerate(y[j:m], j) if others[code] == 1 and counts.get(code) == 1}
    return _growing([(place, there[code]) for place, code in enumerate(x[i:k], i) if code in there])


def _nth_with_nth(x: list[int], y: list[int], i: int, k: int, j: int, m: int) -> list[Pair]:
    places: dict[tuple[int, int], int] = {}
    seen: Counter[int] = Counter()
    for place, code in enumerate(y[j:m], j):
        places[code, seen[code]] = place
        seen[code] += 1
    seen.clear()
    found = []
    for place, code in enumerate(x[i:k], i):
        if (there := places.get((code, seen[code]))) is not None:
            found.append((place, there))
        seen[code] += 1
    return _growing(found)


def _growing(found: list[Pair]) -> list[Pair]:
    """The longest part of pairs, whose first places grow, in which the second ones grow too."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, (_, j) in enumerate(found):
        length = bisect_left(tails, j)
        before.append(at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(j)
            at.append(place)
        else:
            tails[length] = j
            at[length] = place
    kept: list[Pair] = []
    place = at[-1] if at else -1
    while place >= 0:
        kept.append(found[place])
        place = before[place]
    return kept[::-1]


def growing(numbers: Sequence[int]) -> set[int]:
    """The places of the longest growing part of some numbers."""
    return {place for place, _ in _growing(list(enumerate(numbers)))}


def _exact(x: list[int], y: list[int], i: int, k: int, j: int, m: int) -> list[Pair]:
    """A longest common subsequence of x[i:k] and y[j:m]."""
    masks: dict[int, int] = {}
    for place, code in enumerate(x[i:k]):
        masks[code] = masks.get(code, 0) | 1 << place
    every = (1 << (k - i)) - 1
    state, rows = every, []
    for code in y[j:m]:
        mask = masks.get(code, 0)
        if mask:
            both = state & mask
            state = ((state + both) | (state - both)) & every
        rows.append(state)
    found: list[Pair] = []
    column, row = k - i - 1, m - j - 1
    while column >= 0 and row >= 0:
        if rows[row] >> column & 1:
            column -= 1
        elif row and not rows[row - 1] >> column & 1:
            row -= 1
        else:
            found.append((i + column, j + row))
            column, row = column - 1, row - 1
    return found
