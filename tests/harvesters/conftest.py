"""What tests of harvesters ask for: an agency on loopback, an Http that may reach it, sources."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters import run
from harvesters.http import Http
from harvesters.kinds import kind_of
from harvesters.replay import parse_again
from harvesters.source import Source, make_source

from ..telling import note_replayed
from .agency import Agency

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def agency() -> Iterator[Agency]:
    agency = Agency()
    yield agency
    agency.close()


@pytest.fixture
def waits() -> list[float]:
    """The pauses that Http made, in seconds; nobody really waits."""
    return []


@pytest.fixture
def make_http(waits: list[float]) -> Iterator[Callable[..., Http]]:
    """An Http that reaches 127.0.0.1 and nothing else inside."""
    made: list[Http] = []

    def make(**changes: Any) -> Http:
        given: dict[str, Any] = {
            "trusted_networks": ["127.0.0.1/32"],
            "delay": 0.0,
            "timeout": (2.0, 2.0),
            "sleep": waits.append,
            "jitter": lambda: 0.0,
            "now": lambda: NOW,
        }
        made.append(Http("Clerestory/0.1 (+https://portal.example)", **{**given, **changes}))
        return made[-1]

    yield make
    for http in made:
        http.close()


@pytest.fixture
def http(make_http: Callable[..., Http]) -> Http:
    return make_http()


def a_source(kind: str, url: str, **changes: Any) -> Source:
    """A valid declaration of a kind."""
    given: dict[str, Any] = {
        "title": "Records of the agency",
        "kind": kind,
        "url": url,
        "publisher": "Agency of Examples",
        "language": "en",
        "license": "CC-BY-4.0",
        "axis": "outcome",
    }
    return make_source("example", {**given, **changes})


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of recorded answers."""
    folder = os.environ.get("PORTAL_SAMPLES")
    if not folder:
        pytest.skip("PORTAL_SAMPLES is not set: no recorded answers to replay")
    return Path(folder)


@pytest.fixture(autouse=True)
def _what_is_kept_is_enough(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a kind yields in a test, what is kept of it (`raw`) must give the same record when it is read again,
    as `clerestory harvest replay` does."""
    judge = run._Run._result
    became_of: dict[str, Counter[str]] = defaultdict(Counter)

    def result(self: Any, kind: Any, item: Any) -> Any:
        became = judge(self, kind, item)
        if isinstance(became, run.Harvested) and item.raw and kind is kind_of(self._source.kind):
            again = parse_again(self._source, item.raw, item.media_type, item.url, item.identifier)
            assert again == kind.parse(item, self._source), (
                f"kind {self._source.kind}: what is kept of {item.identifier!r} says something else than what came; "
                "put everything that parse needs into raw, or offer read(raw, media_type)"
            )
        outcome = "records" if isinstance(became, run.Harvested) else "rejected" if became is not None else "skipped"
        became_of[self._source.kind][outcome] += 1
        return became

    monkeypatch.setattr(run._Run, "_result", result)
    yield
    if request.node.get_closest_marker("samples"):
        for kind, outcomes in became_of.items():
            note_replayed(request.node, kind, outcomes)
