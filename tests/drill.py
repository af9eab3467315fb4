"""The fault drill: an agency on bad days, one fault after the other, and what a run must make of each.

Tests hold the portal to it, and `python -m tests.bench drill` prints what really came of it.
"""

import errno
import gzip
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from harvesters.http import Http
from portal.harvesting import run_source
from portal.models import Run
from portal.parts import Portal
from tests.factories import a_source
from tests.harvesters.agency import Agency, Asked, Reply

KNOWN = 30


def a_set(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"set-{number}", "name": f"set-{number}", "title": f"Set {number}", "resources": []} | changes


def a_page(rows: list[Any], count: int) -> Reply:
    return Reply({"success": True, "result": {"count": count, "results": rows}})


def honest(asked: Asked) -> Reply:
    start, rows = int(asked.one("start", "0")), int(asked.one("rows", "10"))
    return a_page([a_set(number, notes="What is in it.") for number in range(KNOWN)][start : start + rows], KNOWN)


@contextmanager
def nothing(portal: Portal) -> Iterator[None]:
    yield


@contextmanager
def leading_inside(portal: Portal) -> Iterator[None]:
    """The agency's name, looked up again, leads into the operator's own network."""
    with mock.patch.object(socket, "getaddrinfo", lambda host, port, *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", port))]):
        yield


@contextmanager
def locked(portal: Portal) -> Iterator[None]:
    """Another program writes into the database for two seconds."""
    if portal.database.engine.dialect.name != "sqlite":
        yield
        return
    other = sqlite3.connect(str(portal.database.engine.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(2.0, lambda: (other.execute("COMMIT"), other.close()))
    release.start()
    yield
    release.join()


def full(run: Run) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@dataclass(frozen=True)
class Fault:
    """One bad day: how the agency answers, what else is wrong, and what must come of it: state and flags of the run,
    and how many of the 30 records were seen in it."""

    name: str
    answer: Callable[[Asked], Reply] = honest
    state: str = "failed"
    codes: tuple[str, ...] = ()
    seen: int = 0
    around: Callable[[Portal], Any] = nothing
    more: dict[str, Any] = field(default_factory=dict)
    url: str = ""


def _first_then(second: Reply) -> Callable[[Asked], Reply]:
    return lambda asked: honest(asked) if asked.one("start", "0") == "0" else second


def _endless(asked: Asked) -> Reply:
    start = int(asked.one("start", "0"))
    return a_page([a_set(start + at) for at in range(10)], 10**6)


_busy: list[float] = []


def _busy_once(asked: Asked) -> Reply:
    _busy.append(time.monotonic())
    return Reply("busy", 429, headers={"Retry-After": "7"}) if len(_busy) % 4 == 1 else honest(asked)


HTML = "<!doctype html><html><head><title>{}</title></head><body>{}</body></html>"
# Made beforehand: an agency that packs it while it is asked takes longer than a run waits, on a busy machine.
_BOMB = gzip.compress(bytes(64 * 1024 * 1024), 9)

FAULTS = (
    Fault("down (hangs up)", lambda asked: Reply(hang_up=True), codes=("unavailable",)),
    Fault("down (503)", lambda asked: Reply("busy", 503), codes=("unavailable",)),
    Fault("slow (nothing for longer than a run waits)", lambda asked: Reply({}, pause=1.0), codes=("unavailable",)),
    Fault("breaks off in the middle of its second page", _first_then(Reply(b'{"success": true', claim=900)), codes=("unavailable",), seen=10),
    Fault("wrong type (a PDF that says it is JSON)", lambda asked: Reply(b"%PDF-1.7 ..."), codes=("wrong_type",)),
    Fault("block page, status 200", lambda asked: Reply(HTML.format("Just a moment...", ""), media_type="text/html"), codes=("blocked",)),
    Fault("page to sign in, status 200", lambda asked: Reply(HTML.format("Sign in", ""), media_type="text/html"), codes=("login",)),
    Fault("redirect to a private address", lambda asked: Reply(status=302, headers={"Location": "http://10.0.0.1/admin"}), codes=("address_refused",)),
    Fault("DNS rebinding (the name leads inside)", codes=("address_refused",), around=leading_inside, url="http://agency.example"),
    Fault("gzip bomb (64 MB in 64 kB, 8 MB are allowed)", lambda asked: Reply(_BOMB, headers={"Content-Encoding": "gzip"}), codes=("bad_answer",)),
    Fault("endless paging", _endless, "suspect", ("endless_paging",), 30, more={"pages": 12}),
    Fault("the same page for ever", lambda asked: a_page([a_set(number) for number in range(10)], KNOWN), "suspect", ("repeated_page",), 10),
    Fault("429 with Retry-After", _busy_once, "complete", ("waited",), 30),
    Fault("half of the records are missing, and it says nothing", lambda asked: a_page([a_set(number) for number in range(10)], 10), "suspect", ("shrunk",), 10),
    Fault("says that it has more than it gives", lambda asked: a_page([a_set(n) for n in range(KNOWN)] if asked.one("start", "0") == "0" else [], 90), "suspect", ("short",), 30),
    Fault("a field that nearly all had has gone", lambda asked: a_page([a_set(n) for n in range(KNOWN)], KNOWN), "complete", ("format_drift",), 30),
    Fault("every date lies ahead", lambda asked: a_page([a_set(n, metadata_created="2931-01-01", issued="2931-01-01") for n in range(KNOWN)], KNOWN), "complete", ("future_dates",), 30),
    Fault("disk full", codes=("own_fault",), around=nothing, more={"progress": full}, seen=30),
    Fault("database locked by another program for two seconds", state="complete", around=locked, seen=30),
)  # fmt: skip


@dataclass(frozen=True)
class Came:
    """What came of a fault: the run, what the reader sees of the records after it, and the run of the good day after."""

    fault: Fault
    run: Run
    published: int
    seen: int
    after: Run


def drill(portal: Portal, agency: Agency, fault: Fault, published: Callable[[], int]) -> Came:
    """A good day, the fault, and a good day again."""
    path = "/api/3/action/package_search"
    agency.plays(path, honest)
    url = agency.url
    good = a_source("drilled", kind="ckan", url=url, axis="outcome", options={"rows": 10}, grace=1, minimum=0)
    run_source(portal, good, http=hasty())
    agency.plays(path, fault.answer)
    bad = good.model_copy(update={"url": fault.url}) if fault.url else good
    with fault.around(portal), _pages(fault.more.get("pages")):
        run = run_source(portal, bad, full=True, http=hasty(), progress=fault.more.get("progress"))
    seen, left = run.new + run.changed + run.unchanged, published()
    agency.plays(path, honest)
    return Came(fault, run, left, seen, run_source(portal, good, full=True, http=hasty()))


@contextmanager
def _pages(most: int | None) -> Iterator[None]:
    """Pages without end are given up after fewer than in earnest, for nobody waits for 20,000."""
    if most is None:
        yield
        return
    from harvesters import paging
    from harvesters.kinds import ckan

    with mock.patch.object(ckan, "by_offset", lambda *args, **more: paging.by_offset(*args, **{**more, "most": most})):
        yield


def hasty() -> Http:
    """An Http that does not wait between attempts and takes no more than 8 MB."""
    return Http("drill", ["127.0.0.0/8"], 0, (0.5, 0.5), 8 * 1024 * 1024, attempts=2, sleep=lambda seconds: None)
