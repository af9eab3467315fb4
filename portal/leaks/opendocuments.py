"""OpenDocument (ODS, ODT, ODP), as LibreOffice writes it: sheets, rows, columns, words and shapes that are not shown, remarks, changes,
places that links lead to."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from harvesters.xml import local

from . import columns, links, personal
from .findings import Finding, ranges
from .packages import Package, attribute, is_local, named, words_of

_WHITE, _BLACK = "#ffffff", "#000000"
_TINY = 2.0  # points
_MOST_CELLS = 200
_WORDS = ("span", "p", "h", "a")


def inspect_ods(package: Package) -> Iterator[Finding]:
    """What an ODS workbook hides."""
    content = package.kept_root("content.xml")
    hidden = {attribute(style, "name") for style in named(content, "style") if any(attribute(one, "display") == "false" for one in style)}
    for table in named(content, "table"):
        where = f"sheet “{attribute(table, 'name')}”"
        if attribute(table, "style-name") in hidden:
            yield Finding.of("hidden_sheet", where)
        yield from _grid(table, where)
    for one in named(content, "table-cell"):
        if "file:" in (formula := attribute(one, "formula")):
            yield Finding.of("external_data", "", formula)
            break
    for one in named(content, "table-source", "dde-source", "dde-link"):
        yield Finding.of("external_data", "", attribute(one, "href") or attribute(one, "dde-topic"))
    yield from odf_parts(package)


def _grid(table: Element, where: str) -> Iterator[Finding]:
    """Hidden rows and columns that say something, and numbers that the top of their column makes known."""
    hidden: list[int] = []
    rows: list[list[str]] = []
    filled: set[int] = set()
    at = 0
    for row in named(table, "table-row"):
        cells, place = [], 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            words = words_of(cell) or attribute(cell, "value")
            times = _times(cell, "number-columns-repeated")
            cells += [words] * min(times, _MOST_CELLS)
            if words:
                filled.update(range(place, place + min(times, _MOST_CELLS)))
            place += times
        times = _times(row, "number-rows-repeated")
        if any(cells) and attribute(row, "visibility") in ("collapse", "filter"):
            hidden += range(at + 1, at + 1 + min(times, _MOST_CELLS))
        if len(rows) < columns.MOST_ROWS:
            rows.append(cells)
        at += times
    if hidden:
        yield Finding.of("hidden_rows", f"{where}, rows {ranges(hidden)}")
    place, names = 0, []
    for column in named(table, "table-column"):
        times = _times(column, "number-columns-repeated")
        if attribute(column, "visibility") in ("collapse", "filter") and any(place <= one < place + times for one in filled):
            names.append(str(place + 1) if times == 1 else f"{place + 1}–{place + times}")
        place += times
    if names:
        yield Finding.of("hidden_columns", f"{where}, columns {', '.join(names[:10])}")
    yield from columns.in_rows(rows, where)


def _times(element: Element, name: str) -> int:
    said = attribute(element, name)
    return int(said) if said.isdigit() else 1


def inspect_odt(package: Package) -> Iterator[Finding]:
    """What an ODT document or ODP slides hide."""
    yield from odf_parts(package)
    content = package.kept_root("content.xml")
    for part in named(content, "notes"):
        if words := words_of(part):
            yield Finding.of("notes", "", words)
    for table in named(content, "table"):
        yield from columns.in_rows(([words_of(cell) for cell in row] for row in named(table, "table-row")), f"table “{attribute(table, 'name')}”")
    for one in named(content, "section-source"):
        if is_local(attribute(one, "href")):
            yield Finding.of("external_link", "a section", attribute(one, "href"))
    for where, shape in _beside(package):
        yield Finding.of("hidden_text", f"{where}, beside the slide", words_of(shape))
    for shape in _slide_shapes(content):
        if attribute(shape, "display") in ("printer", "none") and (words := words_of(shape)):
            yield Finding.of("hidden_text", "a shape that is not shown", words)


def _beside(package: Package) -> Iterator[tuple[str, Element]]:
    """Shapes that say something and lie wholly beside their slide."""
    sizes = [(_length(attribute(one, "page-width")), _length(attribute(one, "page-height"))) for one in named(package.kept_root("styles.xml"), "page-layout-properties")]
    width, height = max((one[0] for one in sizes), default=0.0), max((one[1] for one in sizes), default=0.0)
    for number, page in enumerate(named(package.kept_root("content.xml"), "page") if width and height else (), 1):
        for shape in page:
            x, y, across, down = (_length(attribute(shape, name)) for name in ("x", "y", "width", "height"))
            if local(shape) != "notes" and words_of(shape) and across and (x >= width or y >= height or x + across <= 0 or y + down <= 0):
                yield f"slide {number}", shape


_UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}


def _length(said: str) -> float:
    """Centimetres; nothing where it cannot be told."""
    try:
        return float(said[:-2]) * _UNITS.get(said[-2:], 0.0)
    except ValueError:
        return 0.0


def _slide_shapes(content: Element | None) -> Iterator[Element]:
    return named(content, "frame", "custom-shape", "rect", "text-box", "g", "line", "polygon", "ellipse")


def odf_parts(package: Package) -> Iterator[Finding]:
    """What every ODF document may carry: remarks, tracked changes, objects, scripts, links."""
    content = package.kept_root("content.xml")
    for remark in named(content, "annotation"):
        yield Finding.of("comments", "", words_of(remark))
    for part in ("content.xml", "styles.xml"):
        if changes := next((words_of(one) for one in named(package.kept_root(part), "tracked-changes") if list(one)), None):
            yield Finding.of("tracked_changes", "" if part == "content.xml" else "header or footer", changes)
        elif changes is not None:
            yield Finding.of("tracked_changes")
    if any(True for _ in named(content, "hidden-text", "hidden-paragraph")):
        yield Finding.of("hidden_text")
    yield from _not_displayed(package)
    yield from _not_seen(package)
    yield from _links(content)
    if inner := sorted(_objects(package)):
        yield Finding.of("embedded", "", ", ".join(inner[:3]))
    if package.among("Basic/", "Scripts/"):
        yield Finding.of("macros")
    for one in named(package.root("meta.xml"), "template"):
        if is_local(attribute(one, "href")):
            yield Finding.of("properties", "document properties", f"template: {attribute(one, 'href')}")


def _objects(package: Package) -> Iterator[str]:
    """The documents within a document. A chart is one too, and holds nothing but what it shows."""
    charts = {
        attribute(one, "full-path").strip("/")
        for one in named(package.root("META-INF/manifest.xml"), "file-entry")
        if attribute(one, "media-type").endswith((".chart", ".formula"))
    }
    for name in {one.partition("/")[0] for one in package.among("Object ")}:
        if name not in charts:
            yield name


def _links(content: Element | None) -> Iterator[Finding]:
    for one in named(content, "a", "image", "object", "plugin", "shape"):
        yield from links.findings(attribute(one, "href"))
    for one in named(content, "text-input", "placeholder"):
        yield from personal.find(attribute(one, "description"), "a field")


def _styles(package: Package) -> list[Element]:
    return [one for part in ("content.xml", "styles.xml") for one in named(package.kept_root(part), "style")]


def _not_displayed(package: Package) -> Iterator[Finding]:
    """Words, sections and slides that are there and not shown."""
    content = package.kept_root("content.xml")
    styles = _styles(package)
    hidden = {attribute(one, "name") for one in styles if any(attribute(how, "display") == "none" for how in named(one, "text-properties"))}
    if words := " ".join(filter(None, (words_of(one) for one in named(content, "span", "p", "h") if attribute(one, "style-name") in hidden))):
        yield Finding.of("hidden_text", "", words)
    for section in named(content, "section"):
        if attribute(section, "display") in ("none", "condition"):
            yield Finding.of("hidden_text", f"section “{attribute(section, 'name')}”", words_of(section))
    for one in named(content, "user-field-get", "variable-set", "variable-get"):
        if attribute(one, "display") == "none":
            yield Finding.of("hidden_text", "a field that is not shown", words_of(one) or attribute(one, "string-value"))
    skipped = {attribute(one, "name") for one in styles if any(attribute(how, "visibility") == "hidden" for how in named(one, "drawing-page-properties"))}
    for number, slide in enumerate(named(content, "page"), 1):
        if attribute(slide, "style-name") in skipped:
            yield Finding.of("hidden_text", f"slide {number}", words_of(slide))


def _not_seen(package: Package) -> Iterator[Finding]:
    """Words in the colour of their paper, in letters that nobody can read, and cells whose format shows nothing."""
    content = package.kept_root("content.xml")
    formats = _blank_formats(package)
    blank, unseen, tiny = set(), set(), set()
    styles = _styles(package)
    for style in styles:
        name = attribute(style, "name")
        if attribute(style, "data-style-name") in formats:
            blank.add(name)
        said = {local_name: attribute(how, local_name) for how in style if local(how).endswith("-properties")
                for local_name in ("color", "background-color", "font-size") if attribute(how, local_name)}  # fmt: skip
        paper = said.get("background-color", "transparent")
        paper = _WHITE if paper == "transparent" else paper
        if said.get("color", "").lower() == paper.lower() and attribute(style, "family") in ("text", "paragraph", "table-cell"):
            unseen.add(name)
        size = said.get("font-size", "")
        if size.endswith("pt") and _points(size) <= _TINY and attribute(style, "family") in ("text", "paragraph", "table-cell"):
            tiny.add(name)
    coloured = {attribute(one, "name") for one in styles for how in one if attribute(how, "background-color") not in ("", "transparent", _WHITE)
                and attribute(one, "family") in ("paragraph", "table-cell", "graphic")}  # fmt: skip
    for words, styled in _styled(content, False, coloured):
        if styled in unseen:
            yield Finding.of("hidden_text", "letters in the colour of their paper", words)
        elif styled in tiny:
            yield Finding.of("hidden_text", "letters too small to be read", words)
        elif styled in blank:
            yield Finding.of("hidden_text", "a format that shows nothing", words)


def _blank_formats(package: Package) -> set[str]:
    """Formats that show nothing, whatever a cell says: all their parts are empty."""
    said = {attribute(one, "name"): one for part in ("content.xml", "styles.xml") for one in named(package.kept_root(part), "number-style", "text-style")}
    empty = {name for name, one in said.items() if not words_of(one) and all(local(part) in ("text", "map", "text-properties") for part in one)}
    return {name for name in empty if all(attribute(part, "apply-style-name") in empty for part in named(said[name], "map"))}


def _points(size: str) -> float:
    try:
        return float(size[:-2])
    except ValueError:
        return _TINY + 1


def _styled(element: Element | None, on_colour: bool, coloured: set[str]) -> Iterator[tuple[str, str]]:
    """What is said under which style, where it stands on no colour of what it stands in; shapes have colours of their own."""
    for one in element if element is not None else ():
        name, style = local(one), attribute(one, "style-name")
        if name in ("frame", "custom-shape", "rect", "ellipse", "annotation", "page"):
            continue
        if name in (*_WORDS, "table-cell") and not on_colour and style and (words := words_of(one) or attribute(one, "value")):
            yield words, style
        yield from _styled(one, on_colour or style in coloured, coloured)
