"""Facets and dates of all documents, held as sets of bits: filters and counts are a few operations on big numbers."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import inf

from .engine import FacetCount, Query

UNDATED = 0


def bits_of(places: Iterable[int], size: int) -> int:
    """The set of these places, as a number whose bit n says whether n is in it."""
    held = bytearray((size >> 3) + 1)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def places_of(bits: int) -> Iterator[int]:
    """The places in a set, in rising order."""
    for position, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) >> 3, "little")):
        while byte:
            low = byte & -byte
            yield (position << 3) + low.bit_length() - 1
            byte ^= low


class Columns:
    """What is known of every document beside its words. A document's place is its position in `ids`.

    `amounts` holds NaN where a document is about none. `live` leaves out places whose document was replaced or removed.
    """

    def __init__(
        self,
        ids: Sequence[str],
        days: "array[int]",
        weights: "array[float]",
        amounts: "array[float]",
        facets: Sequence[Mapping[str, Sequence[str]]],
        live: int,
    ) -> None:
        self.ids, self.days, self.weights, self.amounts, self.live = ids, days, weights, amounts, live
        self.size = len(ids)
        held: dict[str, dict[str, bytearray]] = {}
        for place in places_of(live):
            for name, values in facets[place].items():
                for value in values:
                    byte = held.setdefault(name, {}).get(value)
                    if byte is None:
                        byte = held[name][value] = bytearray((self.size >> 3) + 1)
                    byte[place >> 3] |= 1 << (place & 7)
        self.facets = {
            name: {value: int.from_bytes(byte, "little") for value, byte in values.items()}
            for name, values in held.items()
        }

    def having(self, name: str, values: Iterable[str]) -> int:
        """The documents that have any of `values`."""
        known = self.facets.get(name, {})
        bits = 0
        for value in values:
            bits |= known.get(value, 0)
        return bits

    def between(self, since: date | None, until: date | None) -> int:
        """The documents of these days; undated ones are in it only when no day is named."""
        if since is None and until is None:
            return self.live
        first = since.toordinal() if since else 1
        last = until.toordinal() if until else date.max.toordinal()
        return self.live & bits_of((place for place, day in enumerate(self.days) if first <= day <= last), self.size)

    def amounting(self, least: float | None, most: float | None) -> int:
        """The documents about this much money; both ends included, None is open."""
        low, high = -inf if least is None else least, inf if most is None else most
        return self.live & bits_of((place for place, one in enumerate(self.amounts) if low <= one <= high), self.size)

    def counts(self, query: Query, matching: int, dated: int) -> dict[str, tuple[FacetCount, ...]]:
        """For each facet that is to be counted its values in what was found; its own choice is left out of it."""
        chosen = {name: self.having(name, values) for name, values in query.facets.items() if values}
        counted = {}
        for name in query.count_facets:
            found = matching & dated
            for other, bits in chosen.items():
                if other != name:
                    found &= bits
            lines = [
                FacetCount(value, count)
                for value, bits in self.facets.get(name, {}).items()
                if (count := (bits & found).bit_count()) or value in query.facets.get(name, ())
            ]
            counted[name] = tuple(sorted(lines, key=lambda line: (-line.count, line.value)))
        return counted

    def chosen(self, query: Query) -> int:
        """The documents that pass the facets of a query."""
        bits = self.live
        for name, values in query.facets.items():
            if values:
                bits &= self.having(name, values)
        return bits

    def in_order(self, places: Iterable[int], query: Query, scores: Mapping[int, float]) -> list[int]:
        """Places in the order that a query asks for; ties by date, then by id, so that pages are stable."""
        days, ids = self.days, self.ids
        if query.sort == "oldest":
            return sorted(places, key=lambda place: (days[place] or 10**9, ids[place]))
        if query.sort == "newest" or not scores:
            return sorted(places, key=lambda place: (-days[place], ids[place]))
        weights = self.weights
        return sorted(
            places, key=lambda place: (-round(scores.get(place, 0.0) * weights[place], 6), -days[place], ids[place])
        )
