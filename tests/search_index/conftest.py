"""Engines to test: each runs through the same contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search_index import open_engine
from search_index.engine import SearchEngine
from search_index.synonyms import Synonyms


def _engine(url: str, folder: Path, synonyms: Synonyms | None = None) -> SearchEngine:
    if url == "tantivy:":
        pytest.importorskip("tantivy", reason="tantivy: needs clerestory[tantivy]")
    return open_engine(url, folder, synonyms)


@pytest.fixture(params=["memory:", "whoosh:", "tantivy:", "auto:"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An empty engine of every kind."""
    engine = _engine(request.param, tmp_path / "index")
    yield engine
    engine.close()


@pytest.fixture(params=["memory:", "whoosh:", "tantivy:"])
def synonymous(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An empty engine of every kind that knows some synonyms."""
    (tmp_path / "en.txt").write_text("# by hand\nchildcare, nursery, day care\nbin collection => waste collection\n")
    engine = _engine(request.param, tmp_path / "index", Synonyms(files={"en": [tmp_path / "en.txt"]}))
    yield engine
    engine.close()
