"""A PostgreSQL server of the tests' own, from Debian's programs: in a temporary folder, on a unix socket only."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

# Ends the server when the pipe to the tests breaks, however they ended.
_GUARD = 'exec 3<&0; "$@" </dev/null & server=$!; read -r _ <&3; kill -INT $server; wait $server'
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=50")


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest; None where there are none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if folders:
        return folders[-1].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@contextmanager
def running_server(bin_dir: Path) -> Iterator[str]:
    """Start a server; yield the folder of its socket. It refuses to run as root: then Debian's user runs it."""
    folder = Path(tempfile.mkdtemp(prefix="clerestory-pg-"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    made = subprocess.run(
        [bin_dir / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        capture_output=True, text=True, cwd=folder, **user,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    options = [part for setting in (*_FAST, f"unix_socket_directories={folder}") for part in ("-c", setting)]
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        ["sh", "-c", _GUARD, "postgres", bin_dir / "postgres", "-D", data, *options],
        stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, **user,
    )  # fmt: skip
    try:
        _wait_for(folder)
        yield str(folder)
    finally:
        assert server.stdin
        server.stdin.close()
        server.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(folder: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError), psycopg.connect(host=str(folder), user="tests", dbname="postgres"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


class Server:
    """Fresh databases on one running server."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._made = 0

    def url(self, name: str) -> str:
        return f"postgresql://tests@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, a copy of `template`; return its name."""
        self._made += 1
        name = f"clerestory_{self._made}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _say(self, command: str) -> None:
        with psycopg.connect(host=self.folder, user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(command)  # type: ignore[arg-type]
