"""Engines to test: each runs through the same contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search_index import open_engine
from search_index.engine import SearchEngine


@pytest.fixture(params=["memory:", "whoosh:"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An empty engine of every kind."""
    engine = open_engine(request.param, tmp_path / "index")
    yield engine
    engine.close()
