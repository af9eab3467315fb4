"""An agency on loopback: a real HTTP server that plays what it is told, on good days and bad ones."""

import json
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    method: str = "GET"

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """One answer. `pause` before it; `drip` between its bytes; `claim` a length that is not its own; `hang_up` says
    nothing at all."""

    body: bytes | str | Any = b""
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    drip: float = 0.0
    claim: int | None = None
    hang_up: bool = False

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return text.encode()


Play = Callable[[Asked], Reply]


class Agency:
    """Answers by path. A list of replies is played in order; the last one is repeated."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._plays: dict[str, Play] = {}
        agency = self

        class Desk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                agency.serve(self)

            do_POST = do_HEAD = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the tests' output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    def under_tls(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on; a handshake that fails is the visitor's affair."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        self.url = self.url.replace("http:", "https:")

    def plays(self, path: str, *replies: Reply | Play | Any) -> str:
        """Answer `path` with these, in turn. Returns the address."""
        waiting = list(replies)

        def next_reply(asked: Asked) -> Reply:
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if callable(reply):
                reply = reply(asked)
            return reply if isinstance(reply, Reply) else Reply(reply)

        self._plays[path] = next_reply
        return f"{self.url}{path}"

    def paths(self) -> list[str]:
        """What was asked for, robots.txt apart."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def last(self, path: str) -> Asked:
        return next(asked for asked in reversed(self.asked) if asked.path == path)

    def count(self) -> Mapping[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for asked in self.asked:
            counts[asked.path] += 1
        return counts

    def serve(self, desk: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(desk.path)
        desk.rfile.read(int(desk.headers.get("Content-Length") or 0))
        asked = Asked(parts.path, parse_qs(parts.query, keep_blank_values=True), dict(desk.headers), desk.command)
        self.asked.append(asked)
        play = self._plays.get(parts.path)
        reply = play(asked) if play else Reply("<h1>Nothing here</h1>", 404, "text/html")
        try:
            self._send(desk, reply)
        except (BrokenPipeError, ConnectionResetError):
            desk.close_connection = True

    def _send(self, desk: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.pause)
        if reply.hang_up:
            desk.close_connection = True
            return
        content = reply.content()
        desk.send_response(reply.status)
        if reply.media_type:
            desk.send_header("Content-Type", reply.media_type)
        desk.send_header("Content-Length", str(len(content) if reply.claim is None else reply.claim))
        for name, value in reply.headers.items():
            desk.send_header(name, value)
        desk.end_headers()
        if reply.drip:
            for byte in content:
                desk.wfile.write(bytes([byte]))
                desk.wfile.flush()
                time.sleep(reply.drip)
        elif reply.status != 304 and desk.command != "HEAD":
            desk.wfile.write(content)
        if reply.claim is not None:
            desk.close_connection = True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
