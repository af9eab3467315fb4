"""Profile: which fields the records of a harvest have, and how many of their dates lie ahead.

Kept with a run, it shows what the next one lacks: an agency that renames a column sends no error, only less.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from .flags import Flag
from .record import Record
from .when import first_day

# Fewer records say nothing about a habit.
ENOUGH = 20
# A field that this share of records had is missed when its share falls to a tenth.
USUAL = 0.5
FALLEN = 0.1
_FEW_DATES = 5
_NEARLY_ALL = 0.9


@dataclass
class Profile:
    """Counts over the records of one harvest."""

    records: int = 0
    dated: int = 0
    ahead: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def look(self, record: Record, today: date) -> None:
        """Count one more record."""
        self.records += 1
        self.fields.update(name for name in record.model_fields_set if getattr(record, name) not in (None, "", (), {}))
        if record.issued:
            self.dated += 1
            # Somewhere it is tomorrow already.
            self.ahead += first_day(record.issued) > today + timedelta(days=1)

    def flags(self) -> list[Flag]:
        """What is odd about these records by themselves."""
        if self.dated < _FEW_DATES or self.ahead < _NEARLY_ALL * self.dated:
            return []
        words = f"{self.ahead:,} of {self.dated:,} dated records are dated in the future; is the day read as the month?"
        return [Flag(words, "future_dates")]

    def drift(self, before: "Profile") -> list[Flag]:
        """Which fields of an earlier harvest have stopped arriving."""
        if self.records < ENOUGH or before.records < ENOUGH:
            return []
        lost = [name for name, count in sorted(before.fields.items()) if self._lost(name, count / before.records)]
        if not lost:
            return []
        said = ", ".join(f"{name} ({before.fields[name] / before.records:.0%} before, {self._share(name):.0%} now)" for name in lost)
        return [Flag(f"fields that have stopped arriving: {said}; the agency may have changed its format", "format_drift")]

    def _lost(self, name: str, share: float) -> bool:
        return share >= USUAL and self._share(name) <= FALLEN * share

    def _share(self, name: str) -> float:
        return self.fields[name] / self.records

    def to_data(self) -> dict[str, Any]:
        """As JSON data."""
        return {"records": self.records, "dated": self.dated, "ahead": self.ahead, "fields": dict(self.fields)}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """From what `to_data` gave."""
        return cls(data.get("records", 0), data.get("dated", 0), data.get("ahead", 0), Counter(data.get("fields", {})))
