"""What tests measured, told together when all have ended: each test notes it on its own report, so nothing is lost or
told twice where several processes share the tests."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Tell = Callable[[str], None]
TOLD, REPLAYED = "told", "replayed"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """`tell(line)`: a line for the end of the whole run, whether the test passes or not."""
    return lambda line: request.node.user_properties.append((TOLD, line))


def note_replayed(item: pytest.Item, kind: str, outcomes: Counter[str]) -> None:
    """Note what became of a recorded answer: how many records, skipped and rejected."""
    item.user_properties.append((REPLAYED, [kind, dict(outcomes)]))


def noted(reports: dict[str, list[Any]], name: str) -> Iterator[Any]:
    """What ended tests noted by this name; only the report of a test's last phase knows all of it."""
    for report in (report for some in reports.values() for report in some if getattr(report, "when", "") == "teardown"):
        yield from (value for noted, value in report.user_properties if noted == name)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was measured, and what became of the recorded answers, by kind."""
    reports = terminalreporter.stats
    if lines := sorted(noted(reports, TOLD)):
        terminalreporter.write_sep("-", "measured")
        for line in lines:
            terminalreporter.write_line(line)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, outcomes in noted(reports, REPLAYED):
        sums[kind].update(outcomes)
    if sums:
        terminalreporter.write_sep("-", "recorded answers of real agencies: kind, records, skipped, rejected")
        for kind, counts in sorted(sums.items()):
            terminalreporter.write_line(f"{kind:<24} {counts['records']:>8,} {counts['skipped']:>8,} {counts['rejected']:>6,}")
