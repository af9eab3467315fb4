"""What every test may ask for: settings, an app on a fresh database, a client that judges, servers, a browser."""

import ipaddress
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.serving import make_server

from harvesters.record import Record
from portal import create_app, schema, search, store
from portal.db import Database
from portal.parts import Portal
from portal.settings import Settings

from . import postgresql
from .browser import JudgingClient
from .telling import pytest_terminal_summary as pytest_terminal_summary
from .telling import tell as tell

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
CHROMIUM = "/usr/bin/chromium"
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def lacking(what: str) -> None:
    """Skip a test visibly for want of a program; where everything must run, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; with CI=true nothing may be skipped")
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Takes the place of pytest-flask's fixture of this name, which keeps one context open around a whole test:
    two requests of one test would then share `flask.g`, and with it the visitor who is signed in."""


@pytest.fixture
def now() -> datetime:
    """The moment at which `save` saves."""
    return NOW


@pytest.fixture
def search_url() -> str:
    """The engine of `settings`. A module that wants another one overrides this fixture."""
    return "memory:"


@pytest.fixture
def database_url() -> str:
    """The database of `settings`: SQLite in the data folder. A module may override this fixture."""
    return ""


@pytest.fixture
def settings(tmp_path: Path, search_url: str, database_url: str) -> Settings:
    """A data folder of the test's own, and loopback as the one network that harvesters may reach."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        search_url=search_url,
        trusted_networks=(ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")),
        secret_key="only for tests, and long enough",
        password_memory=1,  # the usual 64 MB are half the time of a test at the desk
        testing=True,
    )


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with tables and nothing in them, to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def portal(app: Flask) -> Portal:
    """The opened parts of `app`."""
    opened: Portal = app.extensions["clerestory"]
    return opened


class Compiled(BytecodeCache):
    """Templates as they were compiled for the first application of this process: most tests make one of their own."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


@pytest.fixture
def app(settings: Settings, empty_sqlite: Path) -> Iterator[Flask]:
    """The whole application on a fresh database."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url:
        shutil.copy(empty_sqlite, settings.data_dir / "portal.sqlite")
    app = create_app(settings)
    app.test_client_class = JudgingClient
    app.jinja_env.bytecode_cache = COMPILED
    yield app
    app.extensions["clerestory"].close()


@pytest.fixture
def client(app: Flask) -> JudgingClient:
    """A reader without a browser; see JudgingClient."""
    client: Any = app.test_client()
    return client  # type: ignore[no-any-return]


@pytest.fixture
def save(portal: Portal, now: datetime) -> Callable[..., list[str]]:
    """`save(*records, now=…, demonstration=False)`: store and index them; returns their numbers."""

    def save(*records: Record, now: datetime = now, **more: Any) -> list[str]:
        with portal.database.write() as session:
            store.save_many(session, [store.Arrival(record) for record in records], now=now, **more)
        search.catch_up(portal)
        return [record.number for record in records]

    return save


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """One PostgreSQL for the whole session."""
    if not (programs := postgresql.programs()):
        lacking("PostgreSQL's server programs are missing; apt-get install postgresql")
    assert programs
    with postgresql.running_server(programs) as folder:
        yield postgresql.Server(folder)


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_server: postgresql.Server) -> str:
    """The name of a PostgreSQL database with tables and nothing in them, to copy."""
    name = postgresql_server.create()
    database = Database(Settings(database_url=postgresql_server.url(name)).database)
    schema.upgrade(database)
    database.close()
    return name


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server, empty_postgresql: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with tables, as one writes it into PORTAL_DATABASE_URL."""
    name = postgresql_server.create(empty_postgresql)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """A fresh database with tables: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    shutil.copy(empty_sqlite, tmp_path / "either.sqlite")
    return f"sqlite:///{tmp_path / 'either.sqlite'}"


@pytest.fixture
def database(either_database_url: str) -> Iterator[Database]:
    """`either_database_url`, opened."""
    database = Database(Settings(database_url=either_database_url).database)
    yield database
    database.close()


def _closing(app: Flask) -> Callable[[Any, Any], Iterator[bytes]]:
    """The application, whose answers are closed also where the browser has hung up: werkzeug's server forgets it then."""

    def answer(environ: Any, start_response: Any) -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            getattr(body, "close", lambda: None)()

    return answer


class LiveServer:
    """The application on a real port."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, _closing(app), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "LiveServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Without a slash at its end: `f"{live_server.url}/search"`."""
        return f"http://127.0.0.1:{self._server.server_port}"


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """`app` on a free port of loopback, for browsers and other programs. It has the same portal as `save`."""
    with LiveServer(app) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if not Path(CHROMIUM).exists():
        lacking(f"{CHROMIUM} is missing; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`new_page(width=360, java_script_enabled=False, …)`: a fresh browser's page; nothing outside loopback is
    reached, and asking for it fails the test."""
    contexts, strangers = [], []

    def new_page(width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)

        def watch(route: Any) -> None:
            if "://127.0.0.1:" in route.request.url or route.request.url.startswith("data:"):
                route.continue_()
            else:
                strangers.append(route.request.url)
                route.abort()

        context.route("**/*", watch)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()
    assert not strangers, f"a page asked other hosts for {strangers}; everything must come from the portal itself"


@pytest.fixture
def browser_page(new_page: Callable[..., Any]) -> Any:
    """A page of a wide browser; see `new_page` for others."""
    return new_page()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of recorded answers of real agencies, see PORTAL_SAMPLES in CONTRIBUTING."""
    folder = os.environ.get("PORTAL_SAMPLES")
    if not folder or not Path(folder).is_dir():
        lacking("PORTAL_SAMPLES names no folder with recorded answers")
    return Path(str(folder))
