"""The engine for everyone who does not want to think about it: Whoosh while the portal is small, then Tantivy."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import open_engine, tantivy_is_here
from .engine import Document, Query, Results, SearchEngine
from .generations import Generations
from .synonyms import Synonyms

LARGE = 10_000  # documents from which Tantivy is worth it


class AutoEngine:
    """Whoosh below `folder`, and Tantivy in `folder/tantivy` once a rebuild went there. `folder/engine` says which of
    them is in use; every process looks there before it answers."""

    def __init__(self, folder: Path, synonyms: Synonyms | None = None, *, large: int = LARGE) -> None:
        self.folder, self.synonyms, self.large = folder, synonyms, large
        self._opened: dict[str, SearchEngine] = {}
        self._engine("whoosh")

    @property
    def name(self) -> str:
        """The engine in use: whoosh or tantivy."""
        try:
            name = (self.folder / "engine").read_text().strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return "whoosh"
        return "tantivy" if name == "tantivy" and tantivy_is_here() else "whoosh"

    @property
    def outgrown(self) -> bool:
        """Whether the next rebuild should go to Tantivy: there are so many documents, and it is installed."""
        return self.name == "whoosh" and tantivy_is_here() and self.count() > self.large

    def add(self, documents: Iterable[Document]) -> int:
        return self._now().add(documents)

    def remove(self, ids: Iterable[str]) -> None:
        self._now().remove(ids)

    def search(self, query: Query) -> Results:
        return self._now().search(query)

    def scan(self, query: Query) -> Iterator[str]:
        return self._now().scan(query)

    def count(self) -> int:
        return self._now().count()

    @contextmanager
    def rebuild(self, name: str = "") -> Iterator[SearchEngine]:
        """As every engine's; `name` says which engine is used from then on, the same as before unless given."""
        before = self.name
        name = name or before
        with self._engine(name).rebuild() as fresh:
            yield fresh
        if name != before:
            pointer = self.folder / f"engine.{secrets.token_hex(4)}"
            pointer.write_text(name)
            pointer.replace(self.folder / "engine")
            # What the other engine holds would be out of date if one ever came back to it.
            Generations(self._place(before), "").forget()

    def close(self) -> None:
        for engine in self._opened.values():
            engine.close()
        self._opened.clear()

    def _now(self) -> SearchEngine:
        return self._engine(self.name)

    def _engine(self, name: str) -> SearchEngine:
        if name not in self._opened:
            self._opened[name] = open_engine(f"{name}:", self._place(name), self.synonyms)
        return self._opened[name]

    def _place(self, name: str) -> Path:
        return self.folder / "tantivy" if name == "tantivy" else self.folder
