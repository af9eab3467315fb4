"""What a PDF carries beside its pages: earlier versions of itself, layers that are switched off, fields that are not shown,
words that were only marked for redaction."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from . import personal
from .findings import Finding
from .links import mailbox_of

_END = re.compile(rb"%%EOF")
_MOST_VERSIONS, _MOST_PAGES, _LARGEST = 3, 60, 60_000_000
_MOST_BOOKMARKS, _LONGEST_XMP = 2000, 2_000_000
_PLACE = re.compile(r"(?:file:/+)?(?:[A-Z]:(?:\\|/|%5C)Users(?:\\|/|%5C)|\\\\[\w.-]+\\|/(?:home|Users)/)[^<\"'&\s]{2,200}", re.IGNORECASE)
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


def acts(action: Any, depth: int = 0) -> bool:
    """Whether an action, or one of several, runs a script or starts a program."""
    action = action.get_object() if hasattr(action, "get_object") else action
    if not isinstance(action, dict) or depth > 4:  # a list is a place in the document, where many programs have it open
        return False
    if action.get("/S") in ("/JavaScript", "/Launch") or action.get("/JS") is not None:
        return True
    following = action.get("/Next")
    further = [one for one in (following if isinstance(following, list) else [following]) if one is not None]
    events = [value for name, value in action.items() if "/S" not in action and name not in ("/Next", "/D")]
    return any(acts(one, depth + 1) for one in (*further, *events))


def bookmarks(root: Any) -> Iterator[Finding]:
    """What the bookmarks beside the pages say and do."""
    waiting = [root.get("/Outlines")]
    seen, titles = 0, []
    while waiting and seen < _MOST_BOOKMARKS:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if not isinstance(one, dict):
            continue
        seen += 1
        titles.append(str(one.get("/Title") or ""))
        if acts(one.get("/A")):
            yield Finding.of("macros", "bookmarks", titles[-1])
        elif place := local_place(one.get("/A")):
            yield Finding.of("external_link", "bookmarks", place)
        waiting += [one.get("/Next"), one.get("/First")]
    yield from personal.find("\n".join(titles), "bookmarks")


def mail_address(action: Any) -> str:
    """Whom an action writes to."""
    action = action.get_object() if hasattr(action, "get_object") else action
    return mailbox_of(str(action.get("/URI") or "")) if isinstance(action, dict) and action.get("/S") == "/URI" else ""


def place_told(reader: Any) -> str:
    """A place on somebody's computer that the XMP tells: where the document, or what it was made of, was saved."""
    from pypdf.errors import PyPdfError

    try:
        metadata: Any = reader.root_object.get("/Metadata")
        content = metadata.get_object().get_data()[:_LONGEST_XMP] if metadata is not None else b""
    except (PyPdfError, ValueError, AttributeError, NotImplementedError):
        return ""
    found = _PLACE.search(content.decode("utf-8", "replace"))
    return found[0] if found else ""


def local_place(action: Any) -> str:
    """Where a link leads if that is a place in somebody's network; nothing for links that anybody can follow."""
    action = action.get_object() if hasattr(action, "get_object") else action
    if not isinstance(action, dict):
        return ""
    if action.get("/S") == "/URI":
        target = str(action.get("/URI") or "")
        return target if target.lower().startswith(("file:", "smb:", "\\\\")) else ""
    if action.get("/S") in ("/GoToR", "/GoToE"):
        said: Any = action.get("/F")
        said = said.get_object() if hasattr(said, "get_object") else said
        target = str(said.get("/UF") or said.get("/F") or "") if isinstance(said, dict) else str(said or "")
        return target if re.match(r"(?:/?[A-Za-z]:?[/\\]|\\\\|file:|/(?:home|Users)/)", target) else ""
    return ""


def authors_told(reader: Any) -> list[str]:
    """Who made a document, as its XMP says."""
    from pypdf.errors import PyPdfError

    try:
        about = reader.xmp_metadata
        return [str(one).strip() for one in (about.dc_creator if about else None) or ()]
    except (PyPdfError, ExpatError, ValueError, AttributeError, KeyError):  # whatever the XML is, the rest of the document is looked at
        return []


def photos(page: Any) -> Iterator[bytes]:
    """The photographs of a page as their camera made them: PDF takes JPEG over whole, with everything that it tells."""
    from pypdf.errors import PyPdfError

    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for one in objects.get_object().values() if objects is not None else ():
        image = one.get_object()
        filters = image.get("/Filter")
        last = filters[-1] if isinstance(filters, list) and filters else filters
        if image.get("/Subtype") == "/Image" and last == "/DCTDecode":
            try:
                content = image.get_data()
            except (PyPdfError, ValueError, NotImplementedError):
                continue
            if b"Exif" in content[:65536] or b"http://ns.adobe.com" in content[:65536] or b"Photoshop" in content[:65536]:
                yield content
