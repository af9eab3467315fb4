"""Workbooks: XLSX and ODS, part by part, sheets as a stream of events so that a large one needs little memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import iterparse

from harvesters.xml import local

from . import personal
from .findings import Finding, ranges
from .packages import Entities, Package, attribute, named, words_of

_MOST_ROWS = 400_000
_ELSEWHERE = re.compile(
    r"\[[^\[\]]{0,200}\.(?:xls[xmb]?|csv|ods)\]|\[\d{1,3}\](?:[\w.]{0,60}|[^'\[\]]{0,60}')!|\bWEBSERVICE\(|['\"](?:file:|\\\\)", re.IGNORECASE
)
_NOT_SHOWN = re.compile(r";\s*;\s*(?:;\s*)?")  # a format of numbers of empty parts: nothing is shown, whatever the cell says
_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ACTS = re.compile(r"[=+@-]\s*(?:\w+\(|HYPERLINK|cmd\||DDE)", re.IGNORECASE)


@dataclass
class Sheet:
    """What was seen of one sheet while it streamed by."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    merged: int = 0
    texts: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)  # words that stand in the cells themselves, as many programs write them
    elsewhere: list[str] = field(default_factory=list)  # formulas that lead to other workbooks
    unseen: list[str] = field(default_factory=list)  # cells that say something and show nothing
    white: list[str] = field(default_factory=list)  # cells in white, on no colour of their own
    coloured: bool = False  # tables and conditions bring colours along that the cells do not tell


def inspect_xlsx(package: Package) -> Iterator[Finding]:
    """What an XLSX workbook hides."""
    workbook = package.root("xl/workbook.xml")
    targets = dict(_targets(package))
    styles = _styles(package)
    for one in named(workbook, "definedName"):
        if _ELSEWHERE.search(one.text or ""):
            yield Finding.of("external_data", f"name “{one.get('name', '')}”", one.text or "")
    for sheet in named(workbook, "sheet"):
        name, state = sheet.get("name", ""), sheet.get("state", "visible")
        if state != "visible":
            yield Finding.of("hidden_sheet", f"sheet “{name}”")
        part = _part_of(targets.get(attribute(sheet, "id"), ""))
        if part in package.names:
            yield from _sheet(package, part, f"sheet “{name}”", styles)
    yield from _parts(package)


def _targets(package: Package) -> Iterator[tuple[str, str]]:
    root = package.root("xl/_rels/workbook.xml.rels")
    for one in root if root is not None else ():
        yield one.get("Id", ""), one.get("Target", "")


def _part_of(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parts(package: Package) -> Iterator[Finding]:
    if caches := package.among("xl/pivotCache/pivotCacheRecords"):
        yield Finding.of("pivot_cache", "", f"{len(caches)}")
    elif any(list(one) for part in package.among("xl/pivotCache/pivotCacheDefinition") if part.endswith(".xml") for one in named(package.root(part), "sharedItems")):
        yield Finding.of("pivot_cache", "", "the values of its fields")
    if package.among("xl/model/") or any(b"DataMashup" in package.archive.read(part)[:4000].replace(b"\0", b"") for part in package.among("customXml/item")):
        yield Finding.of("external_data", "", "a data model or a query")
    if package.among("xl/externalLinks/externalLink", "xl/connections", "xl/queryTables/"):
        names = [target for part in package.among("xl/externalLinks/externalLink") for _kind, target, _out in package.relations(part)]
        yield Finding.of("external_data", "", ", ".join(names))
    for part in package.among("xl/comments", "xl/threadedComments/"):
        if words := words_of(package.root(part)):
            yield Finding.of("comments", "", words)


Styles = tuple[frozenset[str], frozenset[str]]


def _styles(package: Package) -> Styles:
    """The numbers of the formats of cells that show nothing, and of those in white on no colour."""
    root = package.root("xl/styles.xml")
    blank = {one.get("numFmtId") for one in named(root, "numFmt") if _NOT_SHOWN.fullmatch(one.get("formatCode", ""))}
    fonts = [any(one.get("rgb", "")[-6:].upper() == "FFFFFF" for one in named(font, "color")) for part in named(root, "fonts") for font in part]
    fills = [any(one.get("patternType", "none") != "none" for one in named(fill, "patternFill")) or any(True for _ in named(fill, "gradientFill"))
             for part in named(root, "fills") for fill in part]  # fmt: skip
    formats = [one for part in named(root, "cellXfs") for one in part]

    def holds(what: list[bool], number: str) -> bool:
        return number.isdigit() and int(number) < len(what) and what[int(number)]

    return (
        frozenset(str(at) for at, one in enumerate(formats) if one.get("numFmtId") in blank),
        frozenset(str(at) for at, one in enumerate(formats) if holds(fonts, one.get("fontId", "0")) and not holds(fills, one.get("fillId", "0"))),
    )


def _sheet(package: Package, part: str, where: str, styles: Styles) -> Iterator[Finding]:
    seen = Sheet()
    info = package.archive.getinfo(part)
    with package.archive.open(info) as file:
        if b"<!DOCTYPE" in file.read(2048):
            raise Entities(part)
    with package.archive.open(info) as file:
        _stream(file, seen, styles)
    if seen.hidden_rows:
        yield Finding.of("hidden_rows", f"{where}, rows {ranges(seen.hidden_rows)}")
    if seen.hidden_columns:
        yield Finding.of("hidden_columns", f"{where}, columns {', '.join(seen.hidden_columns[:10])}")
    if seen.merged > 2:
        yield Finding.of("table_shape", where, f"{seen.merged} merged cells")
    if seen.elsewhere:
        yield Finding.of("external_data", where, seen.elsewhere[0])
    if seen.unseen:
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(seen.unseen[:5])}", "a format that shows nothing")
    if seen.white and not seen.coloured:
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(seen.white[:5])}", "white on white")
    yield from personal.find("\n".join(seen.inline), where)
    if acting := next((text for text in seen.texts if _ACTS.match(text)), None):
        yield Finding.of("formula", where, acting)


def _stream(file: object, seen: Sheet, styles: Styles) -> None:
    stack: list[object] = []
    for event, element in iterparse(file, events=("start", "end")):  # type: ignore[call-overload]
        name = local(element)
        if event == "start":
            stack.append(element)
            if name == "row" and _is_hidden(element) and len(seen.hidden_rows) < _MOST_ROWS:
                seen.hidden_rows.append(int(element.get("r") or len(seen.hidden_rows) + 1))
            continue
        stack.pop()
        if name == "col" and _is_hidden(element):
            seen.hidden_columns.append(letters(element.get("min", "1")) if element.get("min") == element.get("max") else
                                       f"{letters(element.get('min', '1'))}–{letters(element.get('max', '1'))}")  # fmt: skip
        elif name == "mergeCell":
            seen.merged += 1
        elif name == "c":
            _cell(element, seen, styles)
        elif name == "f" and element.text and len(seen.elsewhere) < 5 and _ELSEWHERE.search(element.text):
            seen.elsewhere.append(element.text)
        elif name in ("tablePart", "conditionalFormatting"):
            seen.coloured = True
        elif name == "dataValidation":
            seen.inline += filter(None, (element.get("prompt"), element.get("promptTitle"), element.get("error")))
        elif name in ("formula1", "formula2", *_HEADERS) and element.text:
            seen.inline.append(element.text)
        elif name == "t" and element.text:
            if len(seen.inline) < _MOST_ROWS:
                seen.inline.append(element.text)
            if _ACTS.match(element.text):
                seen.texts.append(element.text)
        elif name == "row":
            element.clear()
            if stack:
                stack[-1].clear()  # type: ignore[attr-defined]


def _cell(element: object, seen: Sheet, styles: Styles) -> None:
    style = element.get("s", "0")  # type: ignore[attr-defined]
    if style not in styles[0] and style not in styles[1]:
        return
    says = any(local(one) in ("v", "is") for one in element)  # type: ignore[attr-defined]
    for which, cells in zip(styles, (seen.unseen, seen.white), strict=True):
        if says and style in which and len(cells) < 10:
            cells.append(element.get("r", "?"))  # type: ignore[attr-defined]


def _is_hidden(element: object) -> bool:
    get = element.get  # type: ignore[attr-defined]
    flat = any(get(name) in ("0", "0.0") for name in ("ht", "width") if get("customHeight") == "1" or get("customWidth") == "1")
    return get("hidden") in ("1", "true") or flat


def letters(number: str) -> str:
    value, text = int(number), ""
    while value:
        value, rest = divmod(value - 1, 26)
        text = chr(65 + rest) + text
    return text


def inspect_ods(package: Package) -> Iterator[Finding]:
    """What an ODS workbook hides."""
    content = package.root("content.xml")
    hidden = {attribute(style, "name") for style in named(content, "style") if any(attribute(one, "display") == "false" for one in style)}
    for table in named(content, "table"):
        where = f"sheet “{attribute(table, 'name')}”"
        if attribute(table, "style-name") in hidden:
            yield Finding.of("hidden_sheet", where)
        for name, code in (("table-row", "hidden_rows"), ("table-column", "hidden_columns")):
            if any(attribute(one, "visibility") in ("collapse", "filter") for one in named(table, name)):
                yield Finding.of(code, where)
    yield from odf_parts(package)


def odf_parts(package: Package) -> Iterator[Finding]:
    """What every ODF document may carry: remarks, tracked changes, objects, scripts."""
    content = package.root("content.xml")
    for remark in named(content, "annotation"):
        yield Finding.of("comments", "", words_of(remark))
    if any(list(one) for one in named(content, "tracked-changes")):
        yield Finding.of("tracked_changes")
    if any(True for _ in named(content, "hidden-text", "hidden-paragraph")):
        yield Finding.of("hidden_text")
    yield from _not_displayed(package)
    if package.among("Object ", "ObjectReplacements/"):
        yield Finding.of("embedded", "", ", ".join(package.among("Object ")[:3]))
    if package.among("Basic/", "Scripts/"):
        yield Finding.of("macros")


def _not_displayed(package: Package) -> Iterator[Finding]:
    """Words, sections and slides that are there and not shown."""
    content = package.root("content.xml")
    styles = [one for part in ("content.xml", "styles.xml") for one in named(package.root(part), "style")]
    hidden = {attribute(one, "name") for one in styles if any(attribute(how, "display") == "none" for how in named(one, "text-properties"))}
    if words := " ".join(filter(None, (words_of(one) for one in named(content, "span", "p", "h") if attribute(one, "style-name") in hidden))):
        yield Finding.of("hidden_text", "", words)
    for section in named(content, "section"):
        if attribute(section, "display") in ("none", "condition"):
            yield Finding.of("hidden_text", f"section “{attribute(section, 'name')}”", words_of(section))
    skipped = {attribute(one, "name") for one in styles if any(attribute(how, "visibility") == "hidden" for how in named(one, "drawing-page-properties"))}
    for number, slide in enumerate(named(content, "page"), 1):
        if attribute(slide, "style-name") in skipped:
            yield Finding.of("hidden_text", f"slide {number}", words_of(slide))
