"""What every page looks like: one stylesheet, addresses that change with their content, words for codes, the banner."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Flask, Response, current_app, g, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from harvesters.record import File
from harvesters.vocabularies import AXES, INVERSE_RELATIONS, RELATIONS, STATUSES, SUBJECTS

from . import catalogue, i18n
from .labels import type_label
from .parts import here
from .places import place_name
from .tongues import language_name
from .traits import FORMATS

STATIC = Path(__file__).parent / "static"
_LAYERS = ("tokens", "base", "layout", "components", "print")
_YEAR = "public, max-age=31536000, immutable"

Value = TypeVar("Value")


@cache
def stylesheet() -> bytes:
    """Every file of static/css as one, in the order of the cascade layers, without comments and indentation."""
    texts = [f"@layer {', '.join(_LAYERS)};"]
    for layer in _LAYERS:
        files = [STATIC / "css" / f"{layer}.css", *sorted((STATIC / "css" / layer).glob("*.css"))]
        texts += [path.read_text(encoding="utf-8") for path in files if path.exists()]
    text = re.sub(r"/\*.*?\*/", "", "\n".join(texts), flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip().encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def static_address(name: str) -> str:
    """The address of a file in static/, below the application's path. It changes when the file does, so that
    browsers may keep it for a year."""
    return f"/static/{name}?v={_digest((STATIC / name).read_bytes())}"


def _static(name: str) -> str:
    return i18n.root() + static_address(name)


def _style_address() -> str:
    return f"{i18n.root()}/static/style.{_digest(stylesheet())}.css"


def _style(digest: str) -> Response:
    response = Response(stylesheet(), mimetype="text/css")
    # An address from before an update is answered, but not kept under the wrong name.
    response.headers["Cache-Control"] = _YEAR if digest == _digest(stylesheet()) else "no-cache"
    return response


def _favicon() -> Response:
    content = (STATIC / "favicon.svg").read_bytes()
    return Response(content, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def _opensearch() -> Response:
    page = render_template("opensearch.xml")
    return Response(page, mimetype="application/opensearchdescription+xml", headers={"Cache-Control": "max-age=86400"})


def module(name: str) -> Markup:
    """` data-module="copy"`, for the element that static/js/copy.js improves. The page loads the file once."""
    used: list[str] = g.setdefault("modules", [])
    if name not in used:
        used.append(name)
    return Markup(' data-module="{}"').format(name)


def _modules() -> list[str]:
    return [_static(f"js/{name}.js") for name in g.get("modules", [])]


def base_url() -> str:
    """The portal's own address without a slash at its end, as other sites see it."""
    return here().settings.base_url or request.host_url.rstrip("/")


class Kept:
    """The answer of a costly read, kept for a hundred times as long as the read took: what is quick is always
    fresh, and what is slow never takes more than a hundredth of the time. With `times` 0 nothing is kept."""

    def __init__(self, times: float = 100) -> None:
        self._times = times
        self._kept: dict[Any, tuple[float, Any]] = {}

    def forget(self, key: Any) -> None:
        """What was read is not so any more."""
        self._kept.pop(key, None)

    def get(self, key: Any, read: Callable[[], Value], quick: float = 0.05) -> Value:
        """What `read` returns, or returned a short while ago if it took longer than `quick` seconds."""
        until, value = self._kept.get(key, (0.0, None))
        start = monotonic()
        if start < until:
            return value
        fresh = read()
        took = monotonic() - start
        if took > quick:
            self._kept[key] = (start + self._times * took, fresh)
        return fresh


def kept() -> Kept:
    """The kept answers of the current application."""
    found: Kept = current_app.extensions["clerestory.kept"]
    return found


def is_demonstration() -> bool:
    """Whether the portal holds records of the demonstration. A portal that cannot be read shows no banner."""

    def read() -> bool:
        with here().database.read() as session:
            return catalogue.has_demonstration(session)

    try:
        return kept().get("demonstration", read)
    except SQLAlchemyError:
        # The page that tells of the fault must not fail for the same one.
        return False


def axis_label(code: str) -> str:
    """Decision, Policy or Outcome in the reader's language."""
    return AXES.label(code, i18n.language())


def document_number(data: Mapping[str, Any]) -> str:
    """The first document number that a record (as data) carries, or nothing."""
    for identifier in data.get("other_identifiers", ()):
        if identifier.get("scheme", "document_number") == "document_number":
            return str(identifier["value"])
    return ""


def page_numbers(page: int, pages: int) -> list[int | None]:
    """Which pages a list names: the first, the last, and those around this one; None where some are left out."""
    named = sorted({1, 2, page - 1, page, page + 1, pages} & set(range(1, pages + 1)))
    shown: list[int | None] = []
    for before, number in pairwise([0, *named]):
        if number - before == 2:
            shown.append(number - 1)
        elif number - before > 2:
            shown.append(None)
        shown.append(number)
    return shown


def file_kind(file: File) -> str:
    """What people call a file's format: PDF, CSV, a web page … By its media type, else by its name's end."""
    subtype = file.media_type.partition(";")[0].strip().lower()
    if subtype in FORMATS:
        return FORMATS[subtype]
    ending = _file_name(file.url).rpartition(".")[2]
    return ending.upper() if ending.isalnum() and len(ending) <= 5 and "." in _file_name(file.url) else ""


def _file_name(url: str) -> str:
    # Split by hand: an agency's address may be none that urlsplit takes (http://[), and its page is shown all the same.
    return unquote(re.split(r"[?#]", url, maxsplit=1)[0].partition("://")[2].rstrip("/").rpartition("/")[2]) or url


def _file_address(url: str) -> str:
    return i18n.root() + url if url.startswith("/") else url


def init_app(app: Flask) -> None:
    # How long a read takes is the machine's affair: a test that reads, writes and reads again must not depend on it.
    app.extensions["clerestory.kept"] = Kept(0 if app.testing else 100)
    app.add_url_rule("/static/style.<digest>.css", "style", _style)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    app.add_url_rule("/opensearch.xml", "opensearch", _opensearch)
    app.jinja_env.globals.update(
        axes=tuple(AXES),
        axis_label=axis_label,
        base_url=base_url,
        current_language=i18n.language,
        document_number=document_number,
        file_address=_file_address,
        file_kind=file_kind,
        file_name=_file_name,
        is_demonstration=is_demonstration,
        lang_attribute=i18n.lang_attribute,
        language_label=lambda tag: language_name(tag, i18n.language()),
        module=module,
        page_numbers=page_numbers,
        modules=_modules,
        place_label=lambda code: place_name(code, i18n.language()),
        relation_label=_relation_label,
        root=i18n.root,
        static=_static,
        status_label=lambda code: STATUSES.label(code, i18n.language()),
        style_address=_style_address,
        subject_label=lambda code: SUBJECTS.label(code, i18n.language()),
        type_label=lambda code, axis=None: type_label(code, i18n.language(), axis),
    )


def _relation_label(code: str, inverse: bool = False) -> str:
    return (INVERSE_RELATIONS if inverse else RELATIONS).label(code, i18n.language())
