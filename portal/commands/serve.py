"""serve: the portal on a port, by gunicorn."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo
from gunicorn.app.base import BaseApplication

from .. import schema
from ..db import Database
from ..settings import Settings
from .terminal import NotReady

THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with settings of ours instead of a file. Every worker makes its own application."""

    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; PORT or 5000 unless given.")
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help=f"Processes, {THREADS} threads each."
)
@click.pass_obj
def serve(script: ScriptInfo, host: str, port: int | None, workers: int) -> None:
    """Serve the portal. Ctrl+C or SIGTERM stops it when the requests under way are answered.

    \b
    Example:
      clerestory serve --port 5917
    """
    settings = Settings.from_environment()
    port = port or settings.port
    _refuse_if_not_ready(settings)
    _refuse_if_taken(host, port)

    def ready(_arbiter: Any) -> None:
        click.echo(f"The portal is at http://{host}:{port} (Ctrl+C stops it)")

    Server(
        script.load_app,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 120,
            "graceful_timeout": 20,
            "keepalive": 5,
            "loglevel": "warning",
            "proc_name": "clerestory",
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if os.access(Path("/dev/shm"), os.W_OK) else None,
            "when_ready": ready,
        },
    ).run()


def _refuse_if_not_ready(settings: Settings) -> None:
    database = Database(settings.database)
    try:
        if not schema.is_current(database):
            raise NotReady(settings)
    finally:
        database.close()  # nothing that is open may cross into the workers


def _refuse_if_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} on {host} cannot be used ({error.strerror}); "
                f"stop what uses it, or take another: clerestory serve --port {port + 1} (make run PORT={port + 1})"
            ) from None
