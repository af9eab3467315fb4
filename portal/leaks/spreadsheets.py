"""Workbooks (XLSX), part by part, sheets as a stream of events so that a large one needs little memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, iterparse

from harvesters.xml import local

from . import cellstyles, personal
from .cellstyles import Styles
from .columns import MOST_ROWS, Columns
from .findings import Finding, ranges
from .packages import Entities, Package, attribute, is_local, named, words_of

_MOST_ROWS = 400_000
_ELSEWHERE = re.compile(
    r"\[[^\[\]]{0,200}\.(?:xls[xmb]?|csv|ods)\]|\[\d{1,3}\](?:[\w.]{0,60}|[^'\[\]]{0,60}')!|\bWEBSERVICE\(|['\"](?:file:|\\\\)", re.IGNORECASE
)
_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
ACTS = re.compile(r"[=+@-]\s*(?:\w+\(|HYPERLINK|cmd\||DDE)", re.IGNORECASE)


@dataclass
class Sheet:
    """What was seen of one sheet while it streamed by."""

    hidden_rows: list[int] = field(default_factory=list)  # that say something, as all that is told of hidden parts
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filled: set[int] = field(default_factory=set)  # columns that say something; kept where columns are hidden
    merged: int = 0
    texts: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)  # words that stand in the cells themselves, as many programs write them
    elsewhere: list[str] = field(default_factory=list)  # formulas that lead to other workbooks
    unseen: list[str] = field(default_factory=list)  # cells that say something and show nothing
    white: list[str] = field(default_factory=list)  # cells whose letters have the colour of their paper
    tiny: list[str] = field(default_factory=list)  # cells in letters that nobody can read
    columns: Columns = field(default_factory=Columns)
    rows: int = 0
    coloured: bool = False  # tables and conditions bring colours along that the cells do not tell


def inspect_xlsx(package: Package) -> Iterator[Finding]:
    """What an XLSX workbook hides."""
    workbook = package.root("xl/workbook.xml")
    targets = dict(_targets(package))
    styles, strings = cellstyles.read(package), _strings(package)
    for one in named(workbook, "definedName"):
        if _ELSEWHERE.search(one.text or ""):
            yield Finding.of("external_data", f"name “{one.get('name', '')}”", one.text or "")
    for sheet in named(workbook, "sheet"):
        name, state = sheet.get("name", ""), sheet.get("state", "visible")
        if state not in ("", "visible"):
            yield Finding.of("hidden_sheet", f"sheet “{name}”")
        part = _part_of(targets.get(attribute(sheet, "id"), ""))
        if part in package.names:
            yield from _sheet(package, part, f"sheet “{name}”", styles, strings)
    yield from _parts(package)
    yield from _people(package, workbook)


def _strings(package: Package) -> list[str]:
    """The words that cells share, by their number."""
    if "xl/sharedStrings.xml" not in package.names:
        return []
    return ["".join(one.text or "" for one in item.iter() if local(one) == "t") for item in named(package.root("xl/sharedStrings.xml"), "si")]


def _people(package: Package, workbook: Element | None) -> Iterator[Finding]:
    """Who worked on a workbook and where it lay, as Excel writes it down beside the properties."""
    for part in package.among("xl/revisions/revisionLog", "xl/revisions/userNames"):
        if (root := package.root(part)) is not None:
            yield Finding.of("tracked_changes", "", ", ".join(filter(None, (one.get("name", "") or one.get("userName", "") for one in root.iter()))))
    for name, key in (("absPath", "url"), ("fileSharing", "userName"), ("customWorkbookView", "name")):
        for one in named(workbook, name):
            if (words := one.get(key, "")) and (name != "absPath" or is_local(words)):
                yield Finding.of("properties", "workbook", words)
    for part in package.among("xl/persons/"):
        for one in named(package.root(part), "person"):
            yield Finding.of("properties", "people who commented", one.get("displayName", ""))


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


def _sheet(package: Package, part: str, where: str, styles: Styles, strings: list[str]) -> Iterator[Finding]:
    seen = Sheet()
    info = package.archive.getinfo(part)
    with package.archive.open(info) as file:
        if b"<!DOCTYPE" in file.read(2048):
            raise Entities(part)
    with package.archive.open(info) as file:
        _stream(file, seen, styles, strings)
    if seen.hidden_rows:
        yield Finding.of("hidden_rows", f"{where}, rows {ranges(seen.hidden_rows)}")
    if columns := [(first, last) for first, last in seen.hidden_columns if any(first <= one <= last for one in seen.filled)]:
        names = [letters(first) if first == last else f"{letters(first)}–{letters(last)}" for first, last in columns]
        yield Finding.of("hidden_columns", f"{where}, columns {', '.join(names[:10])}")
    if seen.merged > 2:
        yield Finding.of("table_shape", where, f"{seen.merged} merged cells")
    if seen.elsewhere:
        yield Finding.of("external_data", where, seen.elsewhere[0])
    if seen.unseen:
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(seen.unseen[:5])}", "a format that shows nothing")
    if seen.white and not seen.coloured:
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(seen.white[:5])}", "letters in the colour of their paper")
    if seen.tiny:
        yield Finding.of("hidden_text", f"{where}, cells {', '.join(seen.tiny[:5])}", "letters too small to be read")
    yield from seen.columns.findings(where)
    yield from personal.find("\n".join(seen.inline), where)
    if acting := next((text for text in seen.texts if ACTS.match(text)), None):
        yield Finding.of("formula", where, acting)


def _stream(file: object, seen: Sheet, styles: Styles, strings: list[str]) -> None:
    stack: list[object] = []
    for event, element in iterparse(file, events=("start", "end")):  # type: ignore[call-overload]
        name = local(element)
        if event == "start":
            stack.append(element)
            continue
        stack.pop()
        if name == "col" and _is_hidden(element):
            seen.hidden_columns.append((int(element.get("min", "1")), int(element.get("max", "1"))))
        elif name == "mergeCell":
            seen.merged += 1
        elif name == "c":
            _cell(element, seen, styles, strings)
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
            if ACTS.match(element.text):
                seen.texts.append(element.text)
        elif name == "row":
            seen.rows += 1
            if _is_hidden(element) and len(seen.hidden_rows) < _MOST_ROWS and any(len(one) for one in element):
                seen.hidden_rows.append(int(element.get("r") or seen.rows))
            element.clear()
            if stack:
                stack[-1].clear()  # type: ignore[attr-defined]


def _cell(element: Element, seen: Sheet, styles: Styles, strings: list[str]) -> None:
    if not len(element):
        return
    style, at = element.get("s", "0"), element.get("r", "")
    if seen.hidden_columns:
        seen.filled.add(number_of(at))
    for formats, cells in ((styles.blank, seen.unseen), (styles.unseen, seen.white), (styles.tiny, seen.tiny)):
        if style in formats and len(cells) < 10 and any(local(one) in ("v", "is") for one in element):
            cells.append(at or "?")
    if seen.rows < MOST_ROWS:
        seen.columns.add(number_of(at), _value(element, strings))


def _value(cell: Element, strings: list[str]) -> str:
    value = "".join(one.text or "" for one in cell.iter() if local(one) in ("v", "t"))
    if cell.get("t") == "s":
        return strings[int(value)] if value.isdigit() and int(value) < len(strings) else ""
    if cell.get("t", "n") == "n" and "E" in value:  # 4.4051401359E10
        return str(int(float(value))) if abs(float(value)) < 1e15 else ""
    return value


def number_of(place: str) -> int:
    """The number of a column in the name of a cell: 28 for AB7."""
    number = 0
    for letter in place:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter) - 64
    return number


def _is_hidden(element: object) -> bool:
    get = element.get  # type: ignore[attr-defined]
    flat = any(get(name) in ("0", "0.0") for name in ("ht", "width") if get("customHeight") == "1" or get("customWidth") == "1")
    return get("hidden") in ("1", "true") or flat


def letters(number: int) -> str:
    """What a spreadsheet calls the column of a number: A for 1, Z for 26, AA for 27."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
