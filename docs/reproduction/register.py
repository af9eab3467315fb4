"""The records, and how they are joined: by what they state, and by what was found in their words."""

from collections.abc import Iterator
from typing import NamedTuple

from .export import Data
from .words import fold, identifiers, number_of, read_number


class Relation(NamedTuple):
    """One relation. `kind` and `value`: what it names, as ("number", …) or as a folded ("identifier", …). `to`: the record that is
    meant, or None while that is not here. `origin`: stated, machine or desk."""

    by: Data
    type: str
    kind: str
    value: str
    to: Data | None
    origin: str


class Register:
    """Every shown record by its number. `led`: numbers that lead to others, as where a source renamed or merged things."""

    def __init__(self, records: dict[str, Data], led: dict[str, str]) -> None:
        self.records, self.led = records, led
        self.by_identifier: dict[str, list[Data]] = {}
        self.by_name_before: dict[str, list[Data]] = {}
        # Of several that carry one identifier, the one that came here first is meant by it.
        for record in sorted(records.values(), key=lambda one: one["place"]):
            for value in identifiers(record):
                self.by_identifier.setdefault(value, []).append(record)
            for value in record["names_before"]:
                self.by_name_before.setdefault(value, []).append(record)
        self.relations = [one for record in records.values() for one in self._relations(record)]
        self.stated: dict[str, list[Data]] = {}
        self.pointing: dict[tuple[str, str], list[Data]] = {}
        for one in self.relations:
            if one.origin == "stated":
                self.pointing.setdefault((one.kind, one.value), []).append(one.by)
                self.stated.setdefault(one.by["number"], []).extend([one.to] if one.to else [])

    def _relations(self, record: Data) -> Iterator[Relation]:
        for said in record.get("relations", ()):
            number = said.get("number") or (number_of(said["source"], said["identifier"]) if said.get("source") else None)
            kind, value = ("number", self.now(number)) if number else ("identifier", fold(said["identifier"]))
            yield Relation(record, said["type"], kind, value, self._meant(kind, value), "stated")
        for found in record.get("relations_found", ()):
            value = self.now(found["number"])
            yield Relation(record, found["type"], "number", value, self.records.get(value), found["origin"])

    def now(self, number: str) -> str:
        """The number of today, where one leads to another."""
        return number if number in self.records else self.led.get(number, number)

    def _meant(self, kind: str, value: str) -> Data | None:
        return self.records.get(value) if kind == "number" else next(iter(self.by_identifier.get(value, ())), None)

    def joined(self, record: Data) -> Iterator[Data]:
        """The records that a record states to point to, and those that state to point to it."""
        yield from self.stated.get(record["number"], ())
        yield from self.pointing.get(("number", record["number"]), ())
        for value in identifiers(record):
            yield from self.pointing.get(("identifier", value), ())

    def outcomes(self, policy: Data, *, past: bool = False) -> list[Data]:
        """The outcomes that may measure a policy's targets (`past`: those of its earlier versions, too): its agency's own
        first, then by number."""
        found = {one["number"]: one for one in self.joined(policy)}
        for said in [policy, *(version["data"] for version in policy["versions"] if past)]:
            for target in said.get("targets", ()):
                if word := target.get("measured_by"):
                    found.update({one["number"]: one for one in self.named(word)})
        own = policy["publisher"]["slug"]
        some = [one for one in found.values() if one["axis"] == "outcome"]
        return sorted(some, key=lambda one: (one["publisher"]["slug"] != own, one["number"]))

    def named(self, word: str) -> Iterator[Data]:
        """The records that a word names: by number, identifier, or source and identifier, now or before they were renumbered."""
        if (number := self.now(read_number(word) or "")) in self.records:
            yield self.records[number]
        yield from self.by_identifier.get(fold(word), ())
        yield from self.by_name_before.get(fold(word), ())
        for mark in " /:":
            source, _, identifier = word.partition(mark)
            if source and identifier:
                yield from (one for one in self.by_identifier.get(fold(identifier), ()) if one["source"] == source)
