"""What a PDF carries beside its pages: earlier versions of itself, layers that are switched off, fields that are not shown,
words that were only marked for redaction."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .findings import Finding

_END = re.compile(rb"%%EOF")
_MOST_VERSIONS, _MOST_PAGES, _LARGEST = 3, 60, 60_000_000
_HIDDEN = 0x02 | 0x20  # flags of an annotation: hidden, and not for the eye


def earlier_versions(path: Path) -> Iterator[Finding]:
    """Words that an earlier version of the file said and the last one does not: saving a PDF often only adds to it, and what was
    deleted stays. Cut off behind an earlier end, the file is that version."""
    if path.stat().st_size > _LARGEST:
        return
    content = path.read_bytes()
    ends = [match.end() for match in _END.finditer(content)]
    if b"/Linearized" in content[:2048]:
        ends = ends[1:]  # prepared for the web: the first end is no version's
    said: dict[str, None] | None = None
    for end in ends[:-1][-_MOST_VERSIONS:]:
        if content[end:].strip() == b"":
            continue
        said = _words(content) if said is None else said
        gone = [word for word in _words(content[:end]) if word not in said]
        if len("".join(gone)) >= 4:
            yield Finding.of("earlier_version", "", " ".join(gone[:8]))
            return


def _words(content: bytes) -> dict[str, None]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(io.BytesIO(content))
    except pdfium.PdfiumError:
        return {}
    try:
        texts = (document[number].get_textpage().get_text_bounded() for number in range(min(len(document), _MOST_PAGES)))
        return dict.fromkeys(word for text in texts for word in text.split())
    finally:
        document.close()


def hidden_layers(root: Any) -> Iterator[Finding]:
    """Layers that are switched off when the file is opened, and on with a click."""
    layers: Any = root.get("/OCProperties")
    if layers is None:
        return
    layers = layers.get_object()
    start = layers.get("/D", {}).get_object() if layers.get("/D") else {}
    off = list(start.get("/OFF") or ())
    if start.get("/BaseState") == "/OFF":
        shown = {one.idnum for one in start.get("/ON") or () if hasattr(one, "idnum")}
        off = [one for one in layers.get("/OCGs") or () if getattr(one, "idnum", None) not in shown]
    if names := [str(one.get_object().get("/Name") or "") for one in off]:
        yield Finding.of("hidden_layer", "", ", ".join(names[:5]))


def marked_and_hidden(page: Any, number: int) -> Iterator[Finding]:
    """Words marked for redaction that are still there, and fields that are not shown and say something."""
    for one in page.get("/Annots") or ():
        remark: Any = one.get_object()
        if remark.get("/Subtype") == "/Redact":
            yield Finding.of("covered_text", f"page {number}", "marked for redaction, not removed")
        if remark.get("/Subtype") == "/Widget" and int(remark.get("/F") or 0) & _HIDDEN and (words := value_of(remark)):
            yield Finding.of("hidden_text", f"page {number}, a field that is not shown", words)


def value_of(field: Any) -> str:
    """What was filled into a field; nothing for buttons and signatures."""
    kind, value = field.get("/FT"), field.get("/V")
    if (kind is None or value is None) and field.get("/Parent") is not None:
        above = field["/Parent"].get_object()
        kind, value = kind or above.get("/FT"), value if value is not None else above.get("/V")
    return str(value).strip() if kind in ("/Tx", "/Ch") and value is not None else ""


def filled_in(path: Path) -> str:
    """Everything that was filled into the fields of a form, one a line: the text of the pages does not hold it."""
    import pypdf

    reader = pypdf.PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return ""
    fields = (one.get_object() for page in reader.pages[:300] for one in page.get("/Annots") or ())
    return "\n".join(filter(None, (value_of(one) for one in fields if one.get("/Subtype") == "/Widget")))
