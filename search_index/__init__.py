"""Finds documents. Knows no Flask, no database, no records."""

from pathlib import Path

from .engine import BadSearchUrl, SearchEngine
from .synonyms import Synonyms

ENGINES = ("auto", "whoosh", "tantivy", "memory")


def open_engine(url: str, folder: Path, synonyms: Synonyms | None = None) -> SearchEngine:
    """The engine that `url` names, its files below `folder`.

    whoosh: is for an office, tantivy: for a nation, auto: begins with the first and goes on to the second, memory:
    forgets. Raises BadSearchUrl for any other, and where what an engine needs is not installed; SearchUnavailable where
    the folder cannot be used.
    """
    name = url.removesuffix(":") if url.endswith(":") else ""
    if name == "memory":
        from .memory_engine import MemoryEngine

        return MemoryEngine(synonyms)
    if name == "whoosh":
        from .whoosh_engine import WhooshEngine

        return WhooshEngine(folder, synonyms)
    if name == "tantivy":
        if not tantivy_is_here():
            raise BadSearchUrl(f"{url!r} needs a library that is not installed; install clerestory[tantivy], or use auto:")
        from .tantivy_engine import TantivyEngine

        return TantivyEngine(folder, synonyms)
    if name == "auto":
        from .auto_engine import AutoEngine

        return AutoEngine(folder, synonyms)
    raise BadSearchUrl(f"{url!r} is not a search engine; use auto:, whoosh:, tantivy: or memory:")


def tantivy_is_here() -> bool:
    """Whether what tantivy: needs is installed."""
    from importlib.util import find_spec

    return find_spec("tantivy") is not None
