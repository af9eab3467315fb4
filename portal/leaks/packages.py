"""Packages: ZIP archives, and the documents of offices that are archives inside (OOXML, ODF), opened with care."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from harvesters.xml import XmlFault, local, parse_xml

from .findings import Finding

_MOST_UNPACKED = 600_000_000  # bytes
_WORST_RATIO, _SMALL = 200, 20_000_000
_MOST_MEMBERS = 10_000
_MOST_XML = 60_000_000  # bytes of one part that is read as a whole


# Places on somebody's computer or in an office's network; relative ones as they are written from where the file lay.
_LOCAL = re.compile(r"file:|smb:|\\\\|[A-Z]:[\\/]|(?:\.\./)*/?(?:home|Users)/|(?:\.\./)+mnt/", re.IGNORECASE)


def is_local(target: str) -> bool:
    """Whether a link leads to a place that only its author can reach."""
    return _LOCAL.match(target) is not None


@dataclass
class Package:
    """An archive whose sizes and names were looked at before anything is unpacked."""

    archive: zipfile.ZipFile
    names: frozenset[str] = field(init=False)
    _roots: dict[str, Element | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.names = frozenset(self.archive.namelist())

    def hostile(self) -> Iterator[Finding]:
        """What makes an archive dangerous to open: nothing else is looked at then."""
        members = self.archive.infolist()
        total = sum(one.file_size for one in members)
        packed = max(1, sum(one.compress_size for one in members))
        if total > _MOST_UNPACKED or len(members) > _MOST_MEMBERS or (total > _SMALL and total / packed > _WORST_RATIO):
            yield Finding.of("bomb", "", f"{total:,} bytes in {len(members):,} parts")
        for one in members:
            if one.flag_bits & 1:
                yield Finding.of("encrypted", one.filename)
            if one.filename.startswith(("/", "\\")) or ".." in PurePosixPath(one.filename.replace("\\", "/")).parts or ":" in one.filename[:3]:
                yield Finding.of("path", "", one.filename)

    def root(self, name: str) -> Element | None:
        """The root of an XML part; None where there is none. Raises XmlFault for parts that define entities, or are too large."""
        if name not in self.names:
            return None
        info = self.archive.getinfo(name)
        if info.file_size > _MOST_XML:
            raise TooMuch(name)
        with self.archive.open(info) as file:
            content = file.read(_MOST_XML + 1)
        if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
            raise Entities(name)
        return parse_xml(content)

    def kept_root(self, name: str) -> Element | None:
        """As `root`, for a part that is looked through again and again: it is parsed once, and held as long as the package."""
        if name not in self._roots:
            self._roots[name] = self.root(name)
        return self._roots[name]

    def among(self, *prefixes: str) -> list[str]:
        """The names of parts that begin so."""
        return sorted(name for name in self.names if name.startswith(prefixes))

    def relations(self, part: str) -> Iterator[tuple[str, str, bool]]:
        """Where a part leads: (kind of relation, target, whether outside the package)."""
        folder, _slash, name = part.rpartition("/")
        root = self.root(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        for one in root if root is not None else ():
            yield one.get("Type", "").rpartition("/")[2], one.get("Target", ""), one.get("TargetMode") == "External"


class Entities(XmlFault):
    """An XML part brings a document type or entities along."""


class TooMuch(XmlFault):
    """An XML part is too large to be read as a whole."""


def named(root: Element | None, *names: str) -> Iterator[Element]:
    """The elements below a root that have one of these local names."""
    return (one for one in (root.iter() if root is not None else ()) if local(one) in names)


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def words_of(root: Element | None) -> str:
    """All the text below a root, a space between elements."""
    return " ".join(text for one in (root.iter() if root is not None else ()) if (text := (one.text or "").strip()))


def lines_of(root: Element | None) -> str:
    """All the text below a root, a line a paragraph: what is set in pieces within one is put together again."""
    lines = []
    for one in root.iter() if root is not None else ():
        name = local(one)
        if name in ("p", "h", "si"):
            lines.append("".join(_pieces(one, name == "h" or one.tag.startswith(_ODF_TEXT))))
        elif name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            lines.append(one.text or "")
    return "\n".join(filter(None, lines))


_ODF_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text"


def _pieces(paragraph: Element, bare: bool) -> Iterator[str]:
    """The pieces of a paragraph. `bare`: its text stands in it itself (ODF), and not in elements called t (OOXML)."""
    if bare:
        yield from paragraph.itertext()
        return
    for one in paragraph.iter():
        name = local(one)
        if name == "t":
            yield one.text or ""
        elif name in ("tab", "br", "cr"):
            yield " "
