"""What came of checking a table: counts, every fault in one file, and the bad rows as they were in another."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .. import exports, leaks
from .checking import Outcome
from .reading import Line

_SHOWN = 200  # faults that the page shows; the report has all of them


@dataclass
class Report:
    """`faults` and `bad` write CSV; `columns` are those of the table."""

    faults: Any
    bad: Any
    columns: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)
    first: list[list[Any]] = field(default_factory=list)
    findings: list[list[Any]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.counts["bad" if outcome.faults else "good"] += 1
        if outcome.does and not outcome.faults:
            self.counts[outcome.does] += 1
        for fault in outcome.faults:
            self.faults.writerow([exports.harmless(cell) for cell in fault])
            if len(self.first) < _SHOWN:
                self.first.append(list(fault))
        if outcome.faults:
            self.bad.writerow(self._cells(outcome.line))
        self.counts["month_first"] += outcome.month_first
        for one in outcome.findings:
            self.counts["findings"] += 1
            if len(self.findings) < _SHOWN:
                self.findings.append([outcome.line.at, leaks.describe(one.code)[0], one.what])

    def _cells(self, line: Line) -> list[str]:
        return [exports.harmless(line.cells.get(column, "")) for column in self.columns]
