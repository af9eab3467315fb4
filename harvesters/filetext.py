"""The text of a file, page by page: PDF, DOCX, ODT, HTML and plain text.

Files come from anywhere, and what reads them may hang or eat memory: `extract` reads in a process of its own, with
limits on time and memory. Run as a module, this is that process.
"""

import json
import re
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from .xml import Element, local, read_xml

SECONDS = 60
MEMORY = 1 << 30
# More than this of one file is no use to search.
MOST_PAGES = 3000
MOST_LETTERS = 5_000_000
_MOST_XML = 64 * 1024 * 1024

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file's pages; a file without pages has one. `fault`: why there is none, or not all.

    encrypted; no_text (a scan); unreadable; too_much (time or memory ran out); unsupported (the type, or a library
    is missing); cut (only the beginning was read).
    """

    pages: tuple[str, ...] = ()
    fault: str = ""


class _Encrypted(Exception):
    """The file wants a password."""


def supported(media_type: str) -> bool:
    """Whether there is text to be had from files of this type."""
    return media_type in ("application/pdf", _WORD, _ODT, "text/html", "application/xhtml+xml", "text/plain")


def extract(path: Path, media_type: str, seconds: int = SECONDS, memory: int = MEMORY) -> Extracted:
    """The text of the file at `path`, read in a process of its own that may take so long and so many bytes."""
    command = [sys.executable, "-m", __name__, str(path.resolve()), media_type, str(seconds), str(memory)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds + 5, cwd=Path(__file__).parents[1], check=False)
    except subprocess.TimeoutExpired:
        return Extracted(fault="too_much")
    try:
        data = json.loads(done.stdout)
        return Extracted(tuple(data["pages"]), data["fault"])
    except (ValueError, KeyError, TypeError):
        return Extracted(fault="too_much" if done.returncode < 0 or b"MemoryError" in done.stderr else "unreadable")


def read(path: Path, media_type: str) -> Extracted:
    """The text of a file, in this process, without limits."""
    try:
        if media_type == "application/pdf":
            pages = _pdf(path)
        elif media_type in (_WORD, _ODT):
            pages = [_office(path, "word/document.xml" if media_type == _WORD else "content.xml")]
        elif media_type in ("text/html", "application/xhtml+xml"):
            pages = [_html(_decode(path.read_bytes()))]
        elif media_type == "text/plain":
            pages = _decode(path.read_bytes()).split("\f")
        else:
            return Extracted(fault="unsupported")
    except _Encrypted:
        return Extracted(fault="encrypted")
    except ImportError:
        return Extracted(fault="unsupported")
    except MemoryError:
        raise
    except Exception:  # whatever a broken file makes a parser do, it is the file that cannot be read
        return Extracted(fault="unreadable")
    return _bounded([_tidy(page) for page in pages])


def _bounded(pages: list[str]) -> Extracted:
    if not any(pages):
        return Extracted(fault="no_text")
    kept, letters = [], 0
    for page in pages[:MOST_PAGES]:
        kept.append(page[: MOST_LETTERS - letters])
        letters += len(kept[-1])
        if letters >= MOST_LETTERS:
            break
    return Extracted(tuple(kept), "cut" if kept != pages else "")


def _pdf(path: Path) -> list[str]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    # Many files are encrypted with the empty password, only to forbid printing: anyone may read them.
    if reader.is_encrypted and not reader.decrypt(""):
        raise _Encrypted
    return [page.extract_text() or "" for _, page in zip(range(MOST_PAGES + 1), reader.pages, strict=False)]


def _office(path: Path, part: str) -> str:
    if path.read_bytes()[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _Encrypted
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        content = stream.read(_MOST_XML + 1)
    if len(content) > _MOST_XML:
        raise MemoryError
    if part == "content.xml" and b"encryption-data" in _manifest(path):
        raise _Encrypted
    root, _ = read_xml(content)
    return _words(root)


def _manifest(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""


def _words(root: Element) -> str:
    """The text of DOCX and ODT: a line a paragraph. Deleted text and codes of fields are not part of it."""
    parts: list[str] = []
    odt = local(root) == "document-content"

    def walk(element: Element) -> None:
        name = local(element)
        if name in ("delText", "instrText", "tracked-changes", "automatic-styles", "font-face-decls"):
            return
        if element.text and (odt or name == "t"):
            parts.append(element.text)
        for child in element:
            walk(child)
            if odt and child.tail:
                parts.append(child.tail)
        if name in ("tab", "s"):
            parts.append(" ")
        elif name in ("p", "h", "br", "line-break", "tr"):
            parts.append("\n")

    walk(root)
    return "".join(parts)


class _Words(HTMLParser):
    """Collects what a page says, without its programs and styles."""

    _SILENT = ("script", "style", "template", "noscript", "head")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self._SILENT
        if tag in ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "td", "th"):
            self.parts.append("\n" if tag not in ("td", "th") else " ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _html(text: str) -> str:
    words = _Words()
    words.feed(text)
    words.close()
    return "".join(words.parts)


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _tidy(text: str) -> str:
    """Without what neither a database nor a reader wants: control characters, lone surrogates, runs of spaces."""
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    lines = (_SPACE.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def main(path: str, media_type: str, seconds: str, memory: str) -> None:
    """Read a file under limits, and say what is in it as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    found = read(Path(path), media_type)
    sys.stdout.write(json.dumps({"pages": found.pages, "fault": found.fault}))


if __name__ == "__main__":
    main(*sys.argv[1:])
