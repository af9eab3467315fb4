"""A requests session that keeps the rules: guarded addresses, robots.txt, pauses, retries, limits.

Everything that goes out passes `send`, redirects included, so that a library that takes a session (ckanapi)
keeps the rules as well.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit

import requests
from requests.cookies import extract_cookies_to_jar
from urllib3.exceptions import HTTPError, IncompleteRead, ReadTimeoutError

from .addresses import Gate, GuardedAdapter, Network, trusted
from .barriers import barrier
from .faults import AddressRefused, BadAnswer, SourceUnavailable
from .flags import Flag
from .robots import ROBOTS_BYTES, Robots, origin_of

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = 8
IN_MEMORY = 8 * 1024 * 1024
CHUNK = 64 * 1024
_SECRETS = ("X-CKAN-API-Key", "X-Api-Key", "X-App-Token")


@dataclass(frozen=True, slots=True)
class Rules:
    """How harvesters behave towards agencies; seconds and bytes.

    `delay`: between two requests to one host. `connect`, `read`: patience per step; `longest`: for a whole
    answer. `attempts`: how often one request is tried. `longest_wait`, `longest_delay`: the longest pause
    that a server may ask for once (Retry-After) and between any two requests (robots.txt).
    """

    delay: float = 1.0
    connect: float = 10.0
    read: float = 60.0
    longest: float = 900.0
    max_bytes: int = 512 * 1024 * 1024
    attempts: int = 4
    longest_wait: float = 120.0
    longest_delay: float = 30.0


@dataclass(slots=True)
class Clock:
    """Time, passed in so that tests need not wait."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[], float] = random.random


@dataclass(slots=True)
class Traffic:
    """What went over the wire, and what was odd about it, in words."""

    requests: int = 0
    bytes: int = 0
    notes: list[Flag] = field(default_factory=list)

    def note(self, text: str, code: str = "odd") -> None:
        """Remember what was odd, once."""
        if text not in self.notes:
            self.notes.append(Flag(text, code))


class _Failure(Exception):
    """One attempt failed in a way that another may mend. `wait`: what the server asked for."""

    def __init__(self, reason: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.wait = wait
        self.status = status


class PoliteSession(requests.Session):
    """See the module. Answers are read whole, into memory or a temporary file, before they are returned."""

    def __init__(
        self,
        user_agent: str,
        networks: Sequence[Network | str] = (),
        rules: Rules | None = None,
        clock: Clock | None = None,
        ca_bundle: Path | None = None,
    ) -> None:
        super().__init__()
        self.rules = rules or Rules()
        self.clock = clock or Clock()
        self.traffic = Traffic()
        self.robots = Robots(user_agent, self._fetch_robots)
        self._next_turn: dict[str, float] = {}
        self._user_agent = user_agent
        # A proxy or .netrc of the environment would carry requests around the gate.
        self.trust_env = False
        self.verify = str(ca_bundle) if ca_bundle else True
        self.max_redirects = REDIRECTS
        adapter = GuardedAdapter(Gate(trusted(networks), self.rules.longest))
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """For libraries that take a session (`get`, `post`): the answer comes with its content in memory."""
        response = super().request(*args, **kwargs)
        body, content = response.raw, response.content
        body.close()
        if response.ok:
            refuse_barrier(content, str(response.request.url if not response.history else response.history[0].url), response.url)
        return response

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        follow = kwargs.pop("allow_redirects", True)
        heed_robots = kwargs.pop("heed_robots", True)
        # How many bytes of the answer are enough; the rest is not waited for.
        enough = kwargs.pop("enough", None)
        response = self._send_one(request, heed_robots, enough)
        if not follow:
            return response
        try:
            hops: list[requests.Response] = list(
                self.resolve_redirects(response, request, heed_robots=heed_robots, enough=enough)
            )
        except requests.TooManyRedirects:
            raise BadAnswer(f"{request.url} redirects more than {REDIRECTS} times") from None
        except requests.RequestException as error:
            raise BadAnswer(f"{request.url} redirects to what is not an address ({error})") from None
        if hops:
            hops[-1].history = [response, *hops[:-1]]
        return hops[-1] if hops else response

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        if origin_of(str(prepared_request.url)) != origin_of(str(response.request.url)):
            for name in _SECRETS:
                prepared_request.headers.pop(name, None)

    def _send_one(
        self, request: requests.PreparedRequest, heed_robots: bool, enough: int | None
    ) -> requests.Response:
        """One hop: checked, paced, tried again where that may help."""
        url = str(request.url)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise AddressRefused(f"{url} is not an address that harvesters fetch; write https://…")
        request.headers["User-Agent"] = self._user_agent
        if heed_robots:
            self.robots.check(url)
        attempts = self.rules.attempts if request.method in ("GET", "HEAD") else 1
        for attempt in range(1, attempts + 1):
            self._wait_for_turn(url, heed_robots)
            try:
                return self._attempt(request, enough)
            except _Failure as failure:
                if attempt == attempts:
                    tries = f" ({attempts} attempts)" if attempts > 1 else ""
                    raise SourceUnavailable(f"{url} {failure}{tries}", failure.wait, failure.status) from failure
                self._back_off(url, attempt, failure)
        raise AssertionError("unreachable")

    def _wait_for_turn(self, url: str, heed_robots: bool) -> None:
        host = origin_of(url)
        asked = self.robots.delay(url) if heed_robots else 0.0
        if asked > self.rules.longest_delay:
            kept = self.rules.longest_delay
            self.traffic.note(f"{host} asks for {asked:g} s between requests; {kept:g} s are kept", "waited")
        pause = self._next_turn.get(host, 0.0) - self.clock.monotonic()
        if pause > 0:
            self.clock.sleep(pause)
        delay = max(self.rules.delay, min(asked, self.rules.longest_delay))
        self._next_turn[host] = self.clock.monotonic() + delay

    def _back_off(self, url: str, attempt: int, failure: _Failure) -> None:
        """Wait as long as the server asked, else longer each time, with jitter against marching in step."""
        if failure.wait is not None and failure.wait > self.rules.longest_wait:
            raise SourceUnavailable(
                f"{url} {failure} and asks to come back in {failure.wait:.0f} s; "
                f"a run waits {self.rules.longest_wait:.0f} s at most, the next one tries again",
                failure.wait,
                failure.status,
            ) from failure
        if failure.wait is not None:
            self.traffic.note(f"{origin_of(url)} asked to wait {failure.wait:.0f} s; waited", "waited")
        own = 2 ** (attempt - 1) * (1 + self.clock.jitter())
        self.clock.sleep(own if failure.wait is None else failure.wait)

    def _attempt(self, request: requests.PreparedRequest, enough: int | None = None) -> requests.Response:
        url, started = str(request.url), time.monotonic()
        self.traffic.requests += 1
        patience = (self.rules.connect, self.rules.read)
        try:
            response = self.get_adapter(url).send(
                request, stream=True, timeout=patience, verify=self.verify or True, proxies={}
            )
            extract_cookies_to_jar(self.cookies, request, response.raw)  # type: ignore[no-untyped-call]
            self._read_body(response, enough)
        except requests.exceptions.SSLError as error:
            raise SourceUnavailable(f"{url}: its certificate was not accepted ({_root(error)})") from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as error:
            raise BadAnswer(f"{url} is not an address that can be fetched ({error})") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            if time.monotonic() - started >= self.rules.longest:
                slow = f"{url} was still sending after {self.rules.longest:g} s; given up"
                raise SourceUnavailable(slow) from error
            raise _Failure(_why(error, self.rules)) from error
        if response.status_code in RETRIED:
            response.close()
            status = f"{response.status_code} ({response.reason})"
            raise _Failure(f"answered {status}", self._retry_after(response), response.status_code)
        return response

    def _read_body(self, response: requests.Response, enough: int | None = None) -> None:
        """Read the answer whole and hand the connection back; refuse more than `max_bytes`, unpacked."""
        raw = response.raw
        # JSON is UTF-8; without this, `text` would guess, slowly, at every answer that names no charset.
        if "charset" not in response.headers.get("Content-Type", "").lower():
            response.encoding = "utf-8"
        if response.is_redirect:
            raw.close()
            response.raw = BytesIO()
            return
        body: IO[bytes] = BytesIO()
        size = 0
        try:
            for chunk in raw.stream(CHUNK, decode_content=True):
                size += len(chunk)
                if size > self.rules.max_bytes:
                    raise BadAnswer(
                        f"{response.url} sends more than {self.rules.max_bytes:,} bytes (unpacked); given up"
                    )
                if size > IN_MEMORY and isinstance(body, BytesIO):
                    body = _into_file(body)
                body.write(chunk)
                if enough is not None and size >= enough:
                    break
        except BaseException:
            body.close()
            raw.close()
            raise
        self.traffic.bytes += size
        if enough is None:
            raw.release_conn()
        else:
            raw.close()
        body.seek(0)
        response.raw = body

    def _retry_after(self, response: requests.Response) -> float | None:
        """The seconds that a server asks to wait: given in seconds or as a date."""
        text = response.headers.get("Retry-After", "").strip()
        if text.isdigit():
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self.clock.now()).total_seconds())

    def _fetch_robots(self, url: str) -> tuple[int, str]:
        request = self.prepare_request(requests.Request("GET", url))
        with self.send(request, heed_robots=False) as response:
            text = response.raw.read(ROBOTS_BYTES).decode("utf-8", "replace")
            return response.status_code, text


def refuse_barrier(content: bytes, asked: str, answered: str, status: int | None = 200) -> None:
    """A page that blocks, asks to sign in or speaks of maintenance is no data, whatever its status says: BadAnswer."""
    code = barrier(content[: 64 * 1024], asked, answered)
    if code:
        words = {
            "blocked": "a page that blocks machines; ask the agency to let this portal in",
            "login": f"a page to sign in ({answered}); ask the agency for an open address, or for a token",
            "maintenance": "a page about maintenance; the next run tries again",
        }
        said = " ".join(content[:300].decode("utf-8", "replace").split())[:80]
        raise BadAnswer(f"{asked} answered with {words[code]}. It starts with “{said}”", status, code)


def _into_file(body: BytesIO) -> IO[bytes]:
    """What came so far, in a temporary file that vanishes when it is closed."""
    file = TemporaryFile()  # noqa: SIM115 - whoever reads the answer closes it
    file.write(body.getvalue())
    return file


def _root(error: BaseException) -> str:
    """The innermost cause in one line: what went wrong, without the layers it came through."""
    while error.args and isinstance(inner := getattr(error.args[0], "reason", error.args[0]), BaseException):
        error = inner
    return " ".join(str(error.args[-1] if error.args else error).split())[:200]


def _why(error: BaseException, rules: Rules) -> str:
    text = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if isinstance(error, (requests.exceptions.ConnectTimeout)) or "ConnectTimeout" in text:
        return f"could not be reached within {rules.connect:g} s"
    if isinstance(error, (requests.exceptions.ReadTimeout, ReadTimeoutError)) or "ReadTimeout" in text:
        return f"sent nothing for {rules.read:g} s"
    if isinstance(error, IncompleteRead) or "IncompleteRead" in text:
        return f"broke off in the middle of its answer ({_root(error)})"
    if "NameResolution" in text:
        return "could not be reached: its name is not known (DNS); is the address right?"
    return f"could not be reached ({_root(error)})"
