"""Agencies above and below each other: who chooses a ministry means its offices too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

Counts = Sequence[tuple[str, int]]


def above(slug: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The agencies above one, the nearest first. A circle ends where it began."""
    seen = {slug}
    while (parent := parents.get(slug)) and parent not in seen:
        yield parent
        seen.add(parent)
        slug = parent


def with_below(slugs: Iterable[str], parents: Mapping[str, str]) -> tuple[str, ...]:
    """These agencies and everything below them."""
    wanted = dict.fromkeys(slugs)
    below = [slug for slug in parents if slug not in wanted and any(one in wanted for one in above(slug, parents))]
    return (*wanted, *below)


def rolled_up(counts: Counts, parents: Mapping[str, str]) -> list[tuple[str, int]]:
    """Each agency's count with what is below it, most first. A record has one publisher, so nothing counts twice."""
    sums: dict[str, int] = {}
    for slug, count in counts:
        for one in (slug, *above(slug, parents)):
            sums[one] = sums.get(one, 0) + count
    return sorted(sums.items(), key=lambda line: (-line[1], line[0]))


def in_tree(slugs: Sequence[str], parents: Mapping[str, str]) -> list[tuple[str, int]]:
    """Agencies in their order, each followed by those below it: (slug, level), level 0 on top."""
    known = set(slugs)
    nearest = {slug: next((one for one in above(slug, parents) if one in known), None) for slug in slugs}
    below: dict[str | None, list[str]] = {}
    for slug in slugs:
        below.setdefault(nearest[slug], []).append(slug)
    found: list[tuple[str, int]] = []
    waiting = [(slug, 0) for slug in reversed(below.get(None, []))]
    while waiting:
        slug, level = waiting.pop()
        found.append((slug, level))
        waiting += [(one, level + 1) for one in reversed(below.get(slug, []))]
    # Agencies that are above each other in a circle hang below nothing.
    return found + [(slug, 0) for slug in slugs if slug not in {one for one, _ in found}]
