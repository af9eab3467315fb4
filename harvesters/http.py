"""Http: how harvesters talk to agencies.

One identity, robots.txt, a pause per host, Retry-After, back-off with jitter, conditional requests, limits on
time and size, and never an address inside the operator's own network. What came is checked for what it claims
to be.
"""

import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import urlsplit

import requests

from .addresses import Network
from .faults import (
    AddressRefused,
    BadAnswer,
    NotModified,
    RobotsRefused,
    SourceFault,
    SourceUnavailable,
)
from .flags import Flag
from .robots import origin_of
from .session import Clock, PoliteSession, Rules, refuse_barrier

__all__ = [
    "AddressRefused", "Answer", "BadAnswer", "Http", "NotModified", "RobotsRefused", "SourceFault",
    "SourceUnavailable", "Validator",
]  # fmt: skip

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Validator:
    """What a server said about the state of an answer, to ask later whether it changed."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class Answer:
    """What came. `file` holds the body, unpacked, in memory or (large) in a temporary file: use `with`."""

    def __init__(self, response: requests.Response, asked: str) -> None:
        self.status = response.status_code
        self.url = str(response.url)
        self.asked = asked
        self.headers: Mapping[str, str] = response.headers
        self.file: IO[bytes] = response.raw  # type: ignore[assignment]
        self.media_type, self.charset = _media_type(response.headers.get("Content-Type", ""))

    @property
    def redirected_host(self) -> str | None:
        """The other host that answered, where a redirect led to one."""
        there = origin_of(self.url)
        return there if urlsplit(there).hostname != urlsplit(self.asked).hostname else None

    @property
    def content(self) -> bytes:
        """The whole body."""
        self.file.seek(0)
        return self.file.read()

    def beginning(self) -> str:
        """The first words of the body, for messages."""
        self.file.seek(0)
        return " ".join(self.file.read(300).decode("utf-8", "replace").split())[:80]

    def close(self) -> None:
        """Let go of the body."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Http:
    """Talks to agencies for one run.

    `validators` maps addresses to what their servers said about them last time; after a complete harvest it
    holds what they said now (see `keep_validators`). `token` is the source's secret, for kinds that know
    where it goes. `session` may be given to a library that takes a requests session: the rules hold there,
    too.
    """

    def __init__(
        self,
        user_agent: str,
        trusted_networks: Sequence[Network | str] = (),
        delay: float = 1.0,
        timeout: tuple[float, float] = (10.0, 60.0),
        max_bytes: int = 512 * 1024 * 1024,
        *,
        longest: float = 900.0,
        attempts: int = 4,
        longest_wait: float = 120.0,
        validators: MutableMapping[str, Validator] | None = None,
        token: str | None = None,
        ca_bundle: Path | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
        now: Callable[[], datetime] | None = None,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        self.user_agent = user_agent
        self.token = token
        self.validators: MutableMapping[str, Validator] = {} if validators is None else validators
        self._fresh: dict[str, Validator] = {}
        rules = Rules(
            delay=delay, connect=timeout[0], read=timeout[1], longest=longest, max_bytes=max_bytes,
            attempts=attempts, longest_wait=longest_wait,
        )  # fmt: skip
        given = {"monotonic": clock, "sleep": sleep, "now": now, "jitter": jitter}
        self.session = PoliteSession(
            user_agent,
            trusted_networks,
            rules,
            Clock(**{name: value for name, value in given.items() if value}),  # type: ignore[arg-type]
            ca_bundle,
        )

    @property
    def notes(self) -> list[Flag]:
        """What was odd about the traffic, in words: waits that were asked for, redirects to other hosts …"""
        return self.session.traffic.notes

    @property
    def request_count(self) -> int:
        """How many requests went out."""
        return self.session.traffic.requests

    @property
    def received_bytes(self) -> int:
        """How many bytes came, unpacked."""
        return self.session.traffic.bytes

    def note(self, text: str, code: str = "odd") -> None:
        """Remember what is odd about the traffic, once; `code` as in harvesters.flags."""
        self.session.traffic.note(text, code)

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """The moment, for kinds that ask for "up to today"."""
        return self.session.clock.now()

    def permit(self, url: str, reason: str) -> None:
        """Fetch what begins with `url` even where robots.txt asks not to; `reason` is the operator's."""
        self.session.robots.permit(url, reason)

    def keep_validators(self) -> None:
        """Take over what servers said about their answers, now that everything in them was used."""
        self.validators.update(self._fresh)

    def get(
        self,
        url: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        conditional: bool = False,
    ) -> Answer:
        """The answer of `url`, whatever its type. `conditional`: NotModified where nothing changed since.

        Raises SourceUnavailable, BadAnswer (any status but 2xx), AddressRefused, RobotsRefused.
        """
        request = self._prepare(url, params, headers)
        asked = str(request.url)
        if conditional and asked in self.validators:
            request.headers.update(self.validators[asked].headers())
        answer = Answer(self.session.send(request), asked)
        if answer.redirected_host:
            self.note(f"{origin_of(asked)} redirects to another host: {answer.redirected_host}", "redirected")
        if conditional and answer.status == 304:
            answer.close()
            raise NotModified(asked)
        if not 200 <= answer.status < 300:
            with answer:
                raise BadAnswer(_refusal(answer), answer.status)
        answer.file.seek(0)
        try:
            refuse_barrier(answer.file.read(64 * 1024), answer.asked, answer.url, answer.status)
        except BadAnswer:
            answer.close()
            raise
        answer.file.seek(0)
        if conditional:
            self._remember(asked, answer)
        return answer

    def head(self, url: str) -> Answer:
        """What `url` says of itself, without its content: whatever its status, which the caller judges.

        Raises SourceUnavailable, BadAnswer, AddressRefused, RobotsRefused.
        """
        return self._ask("HEAD", url, {})

    def peek(self, url: str, enough: int) -> Answer:
        """The first `enough` bytes of `url` (some more may come): whatever its status. Raises as `head` does."""
        return self._ask("GET", url, {"Range": f"bytes=0-{enough - 1}", "Accept-Encoding": "identity"}, enough)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], enough: int | None = None) -> Answer:
        request = self._prepare(url, None, headers)
        request.method = method
        return Answer(self.session.send(request, enough=enough), str(request.url))

    def _prepare(self, url: str, params: Params | None, headers: Mapping[str, str] | None) -> requests.PreparedRequest:
        wanted = requests.Request("GET", url, params=params, headers=dict(headers or {}))
        try:
            return self.session.prepare_request(wanted)
        except (requests.RequestException, ValueError) as error:
            raise AddressRefused(f"{url} is not an address that harvesters fetch ({error})") from None

    def get_bytes(self, url: str, params: Params | None = None, *, conditional: bool = False) -> bytes:
        """The whole body of the answer, in memory."""
        with self.get(url, params, conditional=conditional) as answer:
            return answer.content

    def get_json(
        self,
        url: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        conditional: bool = False,
    ) -> Any:
        """The answer as JSON data; BadAnswer where it is something else, such as a page saying "blocked"."""
        accepting = {"Accept": "application/json", **(headers or {})}
        with self.get(url, params, headers=accepting, conditional=conditional) as answer:
            return self.read_json(answer)

    def read_json(self, answer: Answer) -> Any:
        """The JSON data in an answer."""
        content = answer.content
        last = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
        for encoding in ("utf-8-sig", answer.charset, last):
            try:
                # strict=False: line breaks inside strings are a common slip, and harmless.
                text = content.decode(encoding or "utf-8")
                data = json.loads(text, strict=False, parse_constant=_no_number)
            except (UnicodeDecodeError, LookupError):
                continue
            except (json.JSONDecodeError, RecursionError):
                break
            if encoding == "cp1252":
                self.note(f"{answer.asked} is not in UTF-8; read as Windows-1252", "encoding")
            return data
        raise BadAnswer(
            f"{answer.asked} did not answer with JSON ({answer.media_type or 'no type given'}); "
            f"it starts with “{answer.beginning()}”",
            answer.status,
            "wrong_type",
        )

    def _remember(self, asked: str, answer: Answer) -> None:
        validator = Validator(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        if validator.headers():
            self._fresh[asked] = validator


def _no_number(text: str) -> None:
    """NaN and Infinity are no JSON and no number: nothing is known."""


def _media_type(header: str) -> tuple[str, str]:
    message = Message()
    message["Content-Type"] = header
    return (message.get_content_type() if header else ""), str(message.get_param("charset") or "")


def _refusal(answer: Answer) -> str:
    advice = {
        401: "it wants a token; name the environment variable that holds it in token_env",
        403: "it refuses this portal; ask the agency, or check the token",
        404: "there is nothing; is the address right?",
        410: "there is nothing any more; has the address moved?",
    }
    begins = f"; it starts with “{answer.beginning()}”" if answer.beginning() else ""
    hint = f": {advice[answer.status]}" if answer.status in advice else begins
    return f"{answer.asked} answered {answer.status}{hint}"
