"""Finds documents. Knows no Flask, no database, no records."""

from pathlib import Path

from .engine import BadSearchUrl, SearchEngine


def open_engine(url: str, folder: Path) -> SearchEngine:
    """The engine that `url` names (memory:, whoosh: or auto:, which is Whoosh), its files below `folder`.

    Raises BadSearchUrl for any other, SearchUnavailable where the folder cannot be used.
    """
    if url == "memory:":
        from .memory_engine import MemoryEngine

        return MemoryEngine()
    if url in ("auto:", "whoosh:"):
        from .whoosh_engine import WhooshEngine

        return WhooshEngine(folder)
    raise BadSearchUrl(f"{url!r} is not a search engine; use auto:, whoosh: or memory:")
