"""Text documents and slides: DOCX, PPTX, ODT, ODP; and what every document of an office carries along."""

from collections.abc import Iterator

from .findings import Finding
from .packages import Package, attribute, named, words_of
from .spreadsheets import odf_parts

_NETWORK = ("file:", "\\\\", "smb:")
_CROPPED = 2000  # thousandths of a per cent
# Names that programs put there by themselves.
_NOBODY = frozenset({"", "user", "admin", "administrator", "openpyxl", "python-docx", "microsoft office user", "microsoft", "unknown", "author", "un-named",
                     "libreoffice", "apache poi", "anonymous", "generated"})  # fmt: skip


def inspect_docx(package: Package) -> Iterator[Finding]:
    """What a DOCX document hides."""
    for part in package.among("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes"):
        if part.endswith(".xml"):
            yield from _word_part(package, part)
    for part in package.among("word/comments"):
        if part == "word/comments.xml" and (words := words_of(package.root(part))):
            yield Finding.of("comments", "", words)


def _word_part(package: Package, part: str) -> Iterator[Finding]:
    root = package.root(part)
    changed = [one for one in named(root, "ins", "del", "moveFrom", "moveTo") if attribute(one, "author") or list(one)]
    if changed:
        yield Finding.of("tracked_changes", "", next((words for one in changed if (words := words_of(one))), ""))
    hidden = [run for run in named(root, "r") if any(attribute(one, "val") not in ("0", "false") for one in named(run, "vanish", "webHidden"))]
    if words := " ".join(filter(None, (words_of(run) for run in hidden))):
        yield Finding.of("hidden_text", "", words)
    white = [run for run in named(root, "r") if any(attribute(one, "val").upper() == "FFFFFF" for one in named(run, "color")) and not _is_shaded(run)]
    if words := " ".join(filter(None, (words_of(run) for run in white))):
        yield Finding.of("hidden_text", "white on white", words)


def _is_shaded(run: object) -> bool:
    return any(attribute(one, "fill").upper() not in ("", "FFFFFF", "AUTO") for one in named(run, "shd")) or any(  # type: ignore[arg-type]
        True for _ in named(run, "highlight")  # type: ignore[arg-type]
    )


def inspect_pptx(package: Package) -> Iterator[Finding]:
    """What slides hide."""
    for part in package.among("ppt/slides/slide"):
        root = package.root(part)
        where = f"slide {part.rpartition('slide')[2].partition('.')[0]}"
        if root is not None and root.get("show") in ("0", "false"):
            yield Finding.of("hidden_text", where, words_of(root))
    for part in package.among("ppt/comments/"):
        if words := words_of(package.root(part)):
            yield Finding.of("comments", "", words)
    for part in package.among("ppt/notesSlides/notesSlide"):
        texts = [words_of(shape) for shape in named(package.root(part), "sp") if any(attribute(one, "type") == "body" for one in named(shape, "ph"))]
        if words := " ".join(filter(None, texts)):
            yield Finding.of("notes", f"slide {part.rpartition('notesSlide')[2].partition('.')[0]}", words)


def inspect_odt(package: Package) -> Iterator[Finding]:
    """What an ODT document or ODP slides hide."""
    yield from odf_parts(package)
    for part in named(package.root("content.xml"), "notes"):
        if words := words_of(part):
            yield Finding.of("notes", "", words)


def inspect_carried(package: Package) -> Iterator[Finding]:
    """What every OOXML document may carry along: properties, objects, macros, links into a network."""
    yield from _properties(package)
    if embedded := [name for name in package.names if "/embeddings/" in name and not name.endswith("/")]:
        yield Finding.of("embedded", "", ", ".join(sorted(embedded)[:3]))
    for part in sorted(name for name in package.among("word/document", "ppt/slides/slide", "xl/drawings/drawing") if name.endswith(".xml")):
        if any(abs(int(one.get(side, "0") or 0)) > _CROPPED for one in named(package.root(part), "srcRect") for side in "ltrb" if one.get(side, "0").lstrip("-").isdigit()):
            yield Finding.of("cropped", part)
    if macros := [name for name in package.names if name.lower().endswith(("vbaproject.bin", "vbadata.xml"))]:
        yield Finding.of("macros", "", ", ".join(macros[:2]))
    for part in sorted(name for name in package.names if name.endswith(".rels")):
        for one in package.root(part) or ():
            if one.get("TargetMode") == "External" and one.get("Target", "").lower().startswith(_NETWORK):
                yield Finding.of("external_link", "", one.get("Target", ""))


def _properties(package: Package) -> Iterator[Finding]:
    wanted = ("creator", "lastModifiedBy", "Manager", "initial-creator", "printed-by")
    for part in ("docProps/core.xml", "docProps/app.xml", "meta.xml"):
        for one in named(package.root(part), *wanted):
            if (one.text or "").strip().casefold() not in _NOBODY:
                yield Finding.of("properties", "document properties", (one.text or "").strip())
    for one in named(package.root("docProps/custom.xml"), "property"):
        yield Finding.of("properties", "document properties", f"{one.get('name', '')}: {words_of(one)}")
