"""Workbooks: XLSX and ODS, part by part, sheets as a stream of events so that a large one needs little memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import iterparse

from harvesters.xml import local

from . import personal
from .findings import Finding
from .packages import Entities, Package, attribute, named, words_of

_MOST_ROWS = 400_000
_ACTS = re.compile(r"[=+@-]\s*(?:\w+\(|HYPERLINK|cmd\||DDE)", re.IGNORECASE)


@dataclass
class Sheet:
    """What was seen of one sheet while it streamed by."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    merged: int = 0
    texts: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)  # words that stand in the cells themselves, as many programs write them


def inspect_xlsx(package: Package) -> Iterator[Finding]:
    """What an XLSX workbook hides."""
    workbook = package.root("xl/workbook.xml")
    targets = dict(_targets(package))
    for sheet in named(workbook, "sheet"):
        name, state = sheet.get("name", ""), sheet.get("state", "visible")
        if state != "visible":
            yield Finding.of("hidden_sheet", f"sheet “{name}”")
        part = _part_of(targets.get(attribute(sheet, "id"), ""))
        if part in package.names:
            yield from _sheet(package, part, f"sheet “{name}”")
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


def _sheet(package: Package, part: str, where: str) -> Iterator[Finding]:
    seen = Sheet()
    info = package.archive.getinfo(part)
    with package.archive.open(info) as file:
        if b"<!DOCTYPE" in file.read(2048):
            raise Entities(part)
    with package.archive.open(info) as file:
        _stream(file, seen)
    if seen.hidden_rows:
        yield Finding.of("hidden_rows", f"{where}, rows {_ranges(seen.hidden_rows)}")
    if seen.hidden_columns:
        yield Finding.of("hidden_columns", f"{where}, columns {', '.join(seen.hidden_columns[:10])}")
    if seen.merged > 2:
        yield Finding.of("table_shape", where, f"{seen.merged} merged cells")
    yield from personal.find("\n".join(seen.inline), where)
    if acting := next((text for text in seen.texts if _ACTS.match(text)), None):
        yield Finding.of("formula", where, acting)


def _stream(file: object, seen: Sheet) -> None:
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
            seen.hidden_columns.append(_letters(element.get("min", "1")) if element.get("min") == element.get("max") else
                                       f"{_letters(element.get('min', '1'))}–{_letters(element.get('max', '1'))}")  # fmt: skip
        elif name == "mergeCell":
            seen.merged += 1
        elif name == "t" and element.text:
            if len(seen.inline) < _MOST_ROWS:
                seen.inline.append(element.text)
            if _ACTS.match(element.text):
                seen.texts.append(element.text)
        elif name == "row":
            element.clear()
            if stack:
                stack[-1].clear()  # type: ignore[attr-defined]


def _is_hidden(element: object) -> bool:
    get = element.get  # type: ignore[attr-defined]
    flat = any(get(name) in ("0", "0.0") for name in ("ht", "width") if get("customHeight") == "1" or get("customWidth") == "1")
    return get("hidden") in ("1", "true") or flat


def _letters(number: str) -> str:
    value, text = int(number), ""
    while value:
        value, rest = divmod(value - 1, 26)
        text = chr(65 + rest) + text
    return text


def _ranges(numbers: list[int]) -> str:
    """4–9, 12 for 4, 5, … 9, 12."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [f"{first}–{last}" if first != last else str(first) for first, last in spans[:5]]
    return ", ".join(shown) + (" …" if len(spans) > 5 else "")


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
    if any(True for _ in named(content, "changed-region")):
        yield Finding.of("tracked_changes")
    if any(True for _ in named(content, "hidden-text", "hidden-paragraph")):
        yield Finding.of("hidden_text")
    if package.among("Object ", "ObjectReplacements/"):
        yield Finding.of("embedded", "", ", ".join(package.among("Object ")[:3]))
    if package.among("Basic/", "Scripts/"):
        yield Finding.of("macros")
