"""Linked files: whether an address still gives the file that a record says is there.

One look asks for the headers (HEAD), and for the first bytes only where these leave a doubt: HEAD is refused or fails,
or a page for people comes where a file should be.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from .barriers import barrier, is_html
from .faults import AddressRefused, BadAnswer, RobotsRefused, SourceUnavailable
from .http import Answer, Http

Verdict = Literal["ok", "failed", "unknown"]

PEEKED = 64 * 1024

_BY_ENDING = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "json": "application/json",
    "xml": "application/xml",
    "zip": "application/zip",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_PAGES = ("text/html", "application/xhtml+xml")
# Types that say nothing, or that servers send for whatever they do not know.
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/download",
                    "application/force-download", "text/plain", "unknown/unknown"})  # fmt: skip
_NOT_FOUND = re.compile(
    r"\b(404|410)\b|not found|no longer (available|exists)|does(n['’]t| not) exist|can(no|['’])t be found|nicht gefunden|"
    r"introuvable|no encontrad|não encontrad|non trovat|niet gevonden|không tìm thấy|δεν βρέθηκε|nie znaleziono",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<(?:title|h1)[^>]*>(.*?)</(?:title|h1)>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    `code` says why it is not well: gone (404, 410), soft_404 (a page where a file should be), login, blocked,
    maintenance, wrong_type, empty, forbidden, error (another status), unavailable (no answer), later (429, 503),
    robots, refused. A link can only be called broken on a "failed" verdict: that a machine was turned away
    ("unknown") says nothing about people.
    """

    verdict: Verdict
    code: str = ""
    status: int | None = None
    media_type: str = ""
    size: int | None = None
    retry_after: float | None = None

    @property
    def answered(self) -> bool:
        """Whether the host said anything at all."""
        return self.code != "unavailable"


def expected_type(url: str, media_type: str = "") -> str:
    """The type a file should have: the one its record gives, else by the ending of its address; empty if unknown."""
    said = media_type.split(";")[0].strip().lower()
    if "/" in said and said not in _VAGUE:
        return said
    try:
        path = urlsplit(url).path
    except ValueError:  # https://[ and the like: nobody can open it, and one such link must not hold up the others
        return ""
    return _BY_ENDING.get(unquote(path).rpartition("/")[2].rpartition(".")[2].lower(), "")


def look(http: Http, url: str, expected: str = "") -> Look:
    """Look at `url` once. Raises nothing but what is a fault of our own."""
    try:
        if found := _ask_head(http, url, expected):
            return found
        with http.peek(url, PEEKED) as answer:
            return judge(answer, expected)
    except SourceUnavailable as fault:
        if fault.status in (429, 503) or (fault.status and fault.retry_after is not None):
            return Look("unknown", "later", fault.status, retry_after=fault.retry_after)
        return Look("failed", "error" if fault.status else "unavailable", fault.status, retry_after=fault.retry_after)
    except RobotsRefused:
        return Look("unknown", "robots")
    except AddressRefused:
        return Look("unknown", "refused")
    except BadAnswer as fault:
        return Look("failed", "error", fault.status)


def _ask_head(http: Http, url: str, expected: str) -> Look | None:
    """What the headers tell; None where they leave a doubt. Servers that cannot do HEAD fail in many ways."""
    try:
        with http.head(url) as answer:
            sound = 200 <= answer.status < 300 and not _is_doubtful(answer, expected)
            return Look("ok", "", answer.status, answer.media_type, _size(answer)) if sound else None
    except SourceUnavailable as fault:
        if fault.status in (None, 429) or fault.retry_after is not None:
            raise
        return None


def judge(answer: Answer, expected: str) -> Look:
    """What the beginning of an answer is, by its status, its type and its bytes."""
    status, media_type = answer.status, answer.media_type
    beginning = answer.content[:PEEKED]
    wall = barrier(beginning, answer.asked, answer.url)
    if status in (404, 410):
        return Look("failed", "gone", status)
    if wall == "blocked" or (status in (401, 403, 451) and wall != "login"):
        return Look("unknown", wall or "forbidden", status)
    if wall:
        return Look("failed" if wall == "login" else "unknown", wall, status)
    if status == 416 or (200 <= status < 300 and not beginning):
        return Look("failed", "empty", status)
    if not 200 <= status < 300:
        return Look("failed", "error", status)
    code = _mismatch(beginning, media_type, expected)
    return Look("failed" if code else "ok", code, status, media_type, _size(answer))


def _mismatch(beginning: bytes, media_type: str, expected: str) -> str:
    """What is wrong with the content of an answer that claims to be well; empty where nothing is."""
    page = is_html(beginning)
    if expected in _PAGES or not expected:
        return "soft_404" if page and _says_not_found(beginning) else ""
    if page:
        return "soft_404"
    if expected == "application/pdf" and b"%PDF" not in beginning[:1024]:
        return "wrong_type"
    zipped = expected == "application/zip" or "openxmlformats" in expected or "opendocument" in expected
    return "wrong_type" if zipped and not beginning.startswith((b"PK", b"\xd0\xcf\x11\xe0")) else ""


def _says_not_found(page: bytes) -> bool:
    heads = _TITLE.findall(page.decode("utf-8", "replace"))
    return any(_NOT_FOUND.search(head) for head in heads)


def _is_doubtful(answer: Answer, expected: str) -> bool:
    """Whether headers alone do not tell that the file is there. A page always is: it may be one that blocks."""
    if answer.media_type in _PAGES or answer.headers.get("Content-Length") == "0":
        return True
    family = expected.split("/")[0]
    return bool(
        expected and answer.media_type not in _VAGUE and answer.media_type != expected
        and family in ("application", "image") and answer.media_type.split("/")[0] != family
    )  # fmt: skip


def _size(answer: Answer) -> int | None:
    """The size of the whole file, where the server says it."""
    whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if answer.status != 206 and not answer.headers.get("Content-Encoding"):
        whole = answer.headers.get("Content-Length", "")
    return int(whole) if whole.isdigit() and whole != "0" else None
