"""The database: engine, sessions, and what SQLite needs to serve many readers beside one writer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from .folders import make_private_file


class Database:
    """Sessions on one database. `read()` never writes; `write()` commits when its block ends well."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.writing = self.engine.execution_options(writing=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session to read with; rows stay usable after it closes."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end of the block, rolled back when it raises."""
        with Session(self.writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def wait_for_turn(session: Session, *names: str) -> None:
    """Until this transaction ends, be the only one that called this with any of `names`.

    SQLite's writers wait for each other anyway; PostgreSQL's must not insert one thing twice at once.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in sorted(set(names)):
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, json_serializer=_to_json)
    path = make_url(url).database or ""
    if path and path != ":memory:" and not path.startswith("file:"):
        make_private_file(Path(path))  # SQLite gives what it makes beside it the same rights
    # A connection is not shared between threads, and opening one is cheap.
    engine = create_engine(url, poolclass=NullPool, json_serializer=_to_json, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once ("database is locked") when another writer
    # came between; one that says at its beginning that it will write waits its turn instead.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
