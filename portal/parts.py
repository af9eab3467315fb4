"""Portal: what every door needs, opened once from the settings."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flask import current_app

from content import FOLDER
from harvesters.source import SHIPPED, Source, read_sources
from search_index import open_engine
from search_index.engine import SearchEngine

from . import passwords
from .background import Background
from .db import Database, wait_for_turn
from .filestore import Files
from .models import Arrival
from .raw import Raw
from .sealing import Safe
from .settings import Settings
from .storage import Storage, storage_of
from .synonyms import synonyms_of

DEMONSTRATION = FOLDER / "demo"

_opening = threading.RLock()


@dataclass(eq=False)
class Portal:
    """The opened parts of one portal. `engine` and `sources` open at first use, which may raise
    SearchUnavailable; `source_faults` are declarations that could not be read."""

    settings: Settings

    def __post_init__(self) -> None:
        passwords.spend(self.settings.password_memory)

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.database)

    @cached_property
    def safe(self) -> Safe:
        """Opens and closes what lies sealed in the database."""
        return Safe(self.settings.keys())

    @property
    def engine(self) -> SearchEngine:
        """The search engine. Raises SearchUnavailable while its index cannot be opened."""
        with _opening:
            if "_engine" not in self.__dict__:
                self.__dict__["_engine"] = open_engine(
                    self.settings.search_url, self.settings.search_dir, synonyms_of(self.settings)
                )
            engine: SearchEngine = self.__dict__["_engine"]
            return engine

    @cached_property
    def storage(self) -> Storage:
        """Where raw items and published files lie."""
        settings = self.settings
        return storage_of(settings.storage_url, settings.data_dir, settings.storage_key, settings.storage_secret)

    @cached_property
    def raw(self) -> Raw:
        return Raw(self.storage)

    @cached_property
    def files(self) -> Files:
        return Files(self.storage, self.settings.files_dir, self.announce)

    def announce(self, sha256: str) -> None:
        """Write down that a file is coming, so that it is not cleared away as one that nobody needs (portal.clearing)."""
        with self.database.write() as session:
            wait_for_turn(session, f"file {sha256}")
            session.merge(Arrival(sha256=sha256, at=datetime.now(UTC), unneeded_at=None))

    @cached_property
    def background(self) -> Background:
        """What requests have begun and do not wait for."""
        return Background()

    @cached_property
    def _declared(self) -> tuple[dict[str, Source], list[str]]:
        folders = [SHIPPED] + ([self.settings.sources_dir] if self.settings.sources_dir else [])
        return read_sources(*folders)

    @property
    def sources(self) -> dict[str, Source]:
        """Every declared source by name, the demonstration's left out."""
        return self._declared[0]

    @cached_property
    def known_sources(self) -> dict[str, Source]:
        """Every source that records here may come from: the declared ones and the demonstration's."""
        return {**demonstration_sources()[0], **self.sources}

    def read_sources_again(self) -> None:
        """Read the declarations anew: for processes that live long."""
        for name in ("_declared", "known_sources"):
            self.__dict__.pop(name, None)

    @property
    def source_faults(self) -> list[str]:
        return self._declared[1]

    def close(self) -> None:
        """Close what was opened."""
        if "background" in self.__dict__:
            self.background.close()
        if "_engine" in self.__dict__:
            self.__dict__.pop("_engine").close()
        if "database" in self.__dict__:
            self.database.close()


def demonstration_sources(folder: Path = DEMONSTRATION) -> tuple[dict[str, Source], list[str]]:
    """The demonstration's declarations, and what is wrong with them. No schedule runs them."""
    declared, faults = read_sources(folder / "sources")
    fixed = {"demonstration": True, "delay": 0.0, "grace": 1, "schedule": "never"}
    return {name: source.model_copy(update=fixed) for name, source in declared.items()}, faults


def here() -> Portal:
    """The portal that the current application serves."""
    portal: Portal = current_app.extensions["clerestory"]
    return portal
