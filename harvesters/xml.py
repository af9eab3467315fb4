"""XML from agencies, read safely: no entities are expanded, nothing is fetched, nothing nests without end.

What is broken in ways that harm nothing (control characters, HTML's entities, a bare &) is mended, and said.
"""

import html
import re
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

__all__ = ["Element", "XmlFault", "attribute", "child", "children", "descendants", "find", "local", "parse_xml", "read_xml", "text_of"]

_DEEPEST = 500
_CHUNK = 256 * 1024
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([a-zA-Z][a-zA-Z0-9]*));|&")
_SECTION = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")


class XmlFault(ValueError):
    """The text is not XML that can be read. Says where and why."""


def read_xml(content: bytes) -> tuple[Element, str]:
    """The root of a document, and what had to be mended in it ("" if nothing). XmlFault where it can't be read."""
    start = content.lstrip()
    try:
        return parse_xml(start), ""
    except XmlFault as fault:
        mended = _mend(start)
        if mended == start:
            raise
        try:
            return parse_xml(mended), f"not well-formed ({fault}); mended"
        except XmlFault:
            raise fault from None


def parse_xml(content: bytes | IO[bytes]) -> Element:
    """The root of a well-formed document. Names are {namespace}name."""
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(None, "}")
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise XmlFault(f"it nests more than {_DEEPEST} levels deep")
        builder.start(_name(tag), {_name(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(tag))

    def declared(name: str, *rest: Any) -> None:
        raise XmlFault(f"it declares an entity ({name!r}), which is not read, for it can hide anything")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = declared
    try:
        if isinstance(content, bytes):
            parser.Parse(content, True)
        else:
            while chunk := content.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        return builder.close()
    except expat.ExpatError as fault:
        raise XmlFault(str(fault)) from None
    except (AssertionError, LookupError, UnicodeError) as fault:
        raise XmlFault(f"it has no elements, or an encoding that is not known ({fault})") from None


def _name(tag: str) -> str:
    return f"{{{tag}" if "}" in tag else tag


def _mend(content: bytes) -> bytes:
    """The same text in UTF-8, without what XML forbids."""
    declared = _DECLARED.match(content[:300])
    named = declared[1].decode("ascii") if declared else "utf-8"
    try:
        text = content.decode(named)
    except (LookupError, UnicodeDecodeError):
        text = content.decode("cp1252" if named.lower().replace("-", "") == "utf8" else "utf-8", "replace")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROLS.sub("", text.lstrip("\ufeff")))
    begins = text.find("<")
    pieces, at = [], max(begins, 0)
    for section in _SECTION.finditer(text, at):
        pieces += [_REFERENCE.sub(_reference, text[at : section.start()]), section[0]]
        at = section.end()
    return "".join([*pieces, _REFERENCE.sub(_reference, text[at:])]).encode()


def _reference(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return match[0] if name in _XML_NAMES else html.escape(html.unescape(match[0]))
    if decimal or hexadecimal:
        number = int(decimal or hexadecimal, 10 if decimal else 16)
        known = number < 0x110000 and not _CONTROLS.match(chr(number))
        return match[0] if known else ""
    return "&amp;"


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children of these names, whatever their namespace; all of them without names."""
    for one in element if element is not None else ():
        if not names or local(one) in names:
            yield one


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of one of these names."""
    return next(children(element, *names), None)


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Everything below, of these names."""
    for one in element.iter() if element is not None else ():
        if one is not element and local(one) in names:
            yield one


def find(element: Element | None, *path: str) -> Element | None:
    """The element at the end of a path of names."""
    for name in path:
        element = child(element, name)
    return element


def text_of(element: Element | None) -> str:
    """All the words in an element, in one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def attribute(element: Element | None, *names: str) -> str:
    """The first attribute of these names that says something, whatever its namespace."""
    for name in names:
        for key, value in (element.attrib if element is not None else {}).items():
            if key.rpartition("}")[2] == name and value.strip():
                return value.strip()
    return ""
