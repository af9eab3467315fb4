"""Text documents and slides: DOCX, PPTX; and what every document of an office carries along."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from harvesters.xml import local

from . import columns, links, personal
from .findings import Finding
from .packages import Package, attribute, is_local, lines_of, named, words_of

# Fields of Word that take in what lies elsewhere.
_FIELD = re.compile(r"^\s*(?:LINK|INCLUDETEXT|INCLUDEPICTURE|DDE|DDEAUTO|RD)\b.*(?:\\\\|[A-Z]:\\|file:)", re.IGNORECASE | re.DOTALL)
_TINY = frozenset({"1", "2", "3", "4"})  # half points: letters so high cannot be read
_CROPPED = 2000  # thousandths of a per cent
# Names that programs put there by themselves.
NOBODY = frozenset({"", "user", "admin", "administrator", "openpyxl", "python-docx", "microsoft office user", "microsoft", "unknown", "author", "un-named",
                     "libreoffice", "apache poi", "anonymous", "generated"})  # fmt: skip


def inspect_docx(package: Package) -> Iterator[Finding]:
    """What a DOCX document hides."""
    hidden = {attribute(one, "styleId") for one in named(package.root("word/styles.xml"), "style") if _is_on(one, "vanish")}
    for part in package.among("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes"):
        if part.endswith(".xml"):
            yield from _word_part(package, part, hidden)
    for part in package.among("word/comments"):
        if part == "word/comments.xml" and (words := words_of(package.root(part))):
            yield Finding.of("comments", "", words)
    for part in ("word/settings.xml",):
        if names := [attribute(one, "name") for one in named(package.root(part), "docVar")]:
            yield Finding.of("hidden_text", "document variables", ", ".join(names))


def _is_on(element: Element, *names: str) -> bool:
    return any(attribute(one, "val") not in ("0", "false", "off") for one in named(element, *names))


def _word_part(package: Package, part: str, hidden_styles: set[str]) -> Iterator[Finding]:
    root = package.root(part)
    changed = [one for one in named(root, "ins", "del", "moveFrom", "moveTo") if attribute(one, "author") or list(one)]
    reset = [one for one in (root.iter() if root is not None else ()) if local(one).endswith("PrChange") and attribute(one, "author")]
    if changed or reset:
        yield Finding.of("tracked_changes", "", next((words for one in changed if (words := words_of(one))), ""))
    hidden = [run for run in named(root, "r") if _is_on(run, "vanish") or any(attribute(one, "val") in hidden_styles for one in named(run, "rStyle"))]
    hidden += [one for one in named(root, "p") if any(attribute(style, "val") in hidden_styles for style in named(one, "pStyle"))]
    if words := " ".join(filter(None, (words_of(run) for run in hidden))):
        yield Finding.of("hidden_text", "", words)
    white = _white_runs(root, False) if root is not None else ()
    if words := " ".join(filter(None, (words_of(run) for run in white))):
        yield Finding.of("hidden_text", "white on white", words)
    for field in named(root, "instrText"):
        if _FIELD.search(field.text or ""):
            yield Finding.of("external_link", "", (field.text or "").strip())
        yield from personal.find(field.text or "", "a field")
    for table in named(root, "tbl"):
        rows = ([lines_of(cell) for cell in row if local(cell) == "tc"] for row in named(table, "tr"))
        yield from columns.in_rows(rows, "a table")
    small = (run for run in named(root, "r") if any(attribute(one, "val") in _TINY for one in named(run, "sz")))
    if words := " ".join(filter(None, (words_of(run) for run in small))):
        yield Finding.of("hidden_text", "letters too small to be read", words)


def _white_runs(element: Element, on_colour: bool) -> Iterator[Element]:
    """Runs in white that stand on no colour, as far as can be told: not in shaded cells and paragraphs, in tables whose style
    may shade them, or in shapes."""
    for child in element:
        name = local(child)
        if name == "r" and _is_unseen(child, on_colour):
            yield child
        elif name == "tbl":
            styled = [attribute(one, "val") for one in named(child, "tblStyle")]
            yield from _white_runs(child, on_colour or any(one not in ("TableGrid", "TableNormal") for one in styled))
        elif name in ("tc", "p"):
            yield from _white_runs(child, on_colour or any(_is_shaded(one) for one in child if local(one) in ("tcPr", "pPr")))
        elif name not in ("r",):
            yield from _white_runs(child, on_colour or name == "txbxContent")


def _is_unseen(run: Element, on_colour: bool) -> bool:
    """Whether letters have the colour of what they stand on: white on nothing, or that of their own shade."""
    letters = next((attribute(one, "val").upper() for one in named(run, "color")), "")
    papers = [attribute(one, "fill").upper() for one in named(run, "shd")]
    papers += [_HIGHLIGHTS.get(attribute(one, "val"), "?") for one in named(run, "highlight")]
    shown = [one for one in papers if one not in ("", "AUTO")]
    if shown:
        return (letters if letters not in ("", "AUTO") else "") == shown[-1]
    return letters == "FFFFFF" and not on_colour


_HIGHLIGHTS = {"black": "000000", "white": "FFFFFF"}


def _is_shaded(element: Element) -> bool:
    return any(attribute(one, "fill").upper() not in ("", "FFFFFF", "AUTO") for one in named(element, "shd")) or any(True for _ in named(element, "highlight"))


def inspect_pptx(package: Package) -> Iterator[Finding]:
    """What slides hide."""
    size = next(((int(one.get("cx", "0")), int(one.get("cy", "0"))) for one in named(package.root("ppt/presentation.xml"), "sldSz")), (0, 0))
    for part in package.among("ppt/slides/slide"):
        root = package.root(part)
        where = f"slide {part.rpartition('slide')[2].partition('.')[0]}"
        if root is not None and root.get("show") in ("0", "false"):
            yield Finding.of("hidden_text", where, words_of(root))
        for shape in named(root, "sp", "graphicFrame"):
            if any(one.get("hidden") in ("1", "true") for one in named(shape, "cNvPr")) and (words := words_of(shape)):
                yield Finding.of("hidden_text", f"{where}, a shape that is not shown", words)
            if _is_outside(shape, size) and (words := words_of(shape)):
                yield Finding.of("hidden_text", f"{where}, beside the slide", words)
    for part in package.among("ppt/comments/"):
        if words := words_of(package.root(part)):
            yield Finding.of("comments", "", words)
    for part in package.among("ppt/notesSlides/notesSlide"):
        texts = [words_of(shape) for shape in named(package.root(part), "sp") if any(attribute(one, "type") == "body" for one in named(shape, "ph"))]
        if words := " ".join(filter(None, texts)):
            yield Finding.of("notes", f"slide {part.rpartition('notesSlide')[2].partition('.')[0]}", words)


def _is_outside(shape: Element, size: tuple[int, int]) -> bool:
    """Whether a shape lies wholly beside its slide; unknown sizes tell nothing."""
    for place in named(shape, "xfrm"):
        offset, extent = (next(named(place, name), None) for name in ("off", "ext"))
        if offset is not None and extent is not None and all(size):
            x, y, width, height = (int(one.get(name, "0")) for one, name in ((offset, "x"), (offset, "y"), (extent, "cx"), (extent, "cy")))
            return x >= size[0] or y >= size[1] or x + width <= 0 or y + height <= 0
    return False


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
            if one.get("TargetMode") == "External":
                yield from links.findings(one.get("Target", ""))


# Custom properties that programs write about themselves: labels of secrecy, kinds of contents, numbers of places in a store.
_MACHINES = re.compile(r"MSIP_Label_\w+_(?!Owner)\w+|_?ContentType\w*|_dlc_\w+|MediaServiceImageTags|TaxKeyword\w*|_New\w+|ICV|KSOProductBuildVer|"
                       r"AppVersion|DocSecurity|HyperlinksChanged|LinksUpToDate|ScaleCrop|ShareDoc|Order|xd_\w+|TemplateUrl|WorkbookGuid|GrammarlyDocumentId")  # fmt: skip


def _properties(package: Package) -> Iterator[Finding]:
    wanted = ("creator", "lastModifiedBy", "Manager", "initial-creator", "printed-by")
    for part in ("docProps/core.xml", "docProps/app.xml", "meta.xml"):
        for one in named(package.root(part), *wanted):
            if (one.text or "").strip().casefold() not in NOBODY:
                yield Finding.of("properties", "document properties", (one.text or "").strip())
        for one in named(package.root(part), "title", "subject", "description", "keywords", "keyword", "category", "Template"):
            words = (one.text or "").strip()
            if is_local(words):
                yield Finding.of("properties", "document properties", words)
            yield from personal.find(words, "document properties")
    for one in named(package.root("meta.xml"), "user-defined"):
        yield from _custom(attribute(one, "name"), words_of(one))
    for one in named(package.root("docProps/custom.xml"), "property"):
        yield from _custom(one.get("name", ""), words_of(one))
    for one in named(package.root("word/people.xml"), "person"):
        yield Finding.of("properties", "people who worked on it", attribute(one, "author"))


def _custom(name: str, words: str) -> Iterator[Finding]:
    if words and not _MACHINES.fullmatch(name):
        yield Finding.of("properties", "document properties", f"{name}: {words}")
