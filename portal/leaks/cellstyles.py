"""How the cells of an XLSX workbook look, as far as it decides whether what they say is seen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from harvesters.xml import local

from .packages import Package, attribute, named

NOT_SHOWN = re.compile(r";\s*;\s*(?:;\s*)?")  # a format of numbers of empty parts: nothing is shown, whatever the cell says
_TINY = 2.0  # points
_WHITE, _BLACK = "FFFFFF", "000000"
_INDEXED = {"0": _BLACK, "1": _WHITE, "8": _BLACK, "9": _WHITE, "64": _BLACK, "65": _WHITE}
_THEME = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")


@dataclass(frozen=True)
class Styles:
    """The numbers of formats: of cells that show nothing, that have the colour of their paper, and letters nobody can read."""

    blank: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    tiny: frozenset[str] = frozenset()


def read(package: Package) -> Styles:
    root = package.root("xl/styles.xml")
    theme = _theme(package)
    blank = {one.get("numFmtId") for one in named(root, "numFmt") if NOT_SHOWN.fullmatch(one.get("formatCode", ""))}
    fonts = [one for part in named(root, "fonts") for one in part]
    letters = [_colour(named(font, "color"), theme) or _BLACK for font in fonts]
    small = [any(0 < _number(one.get("val", "")) <= _TINY for one in named(font, "sz")) for font in fonts]
    papers = [_paper(one, theme) for part in named(root, "fills") for one in part]
    formats = [one for part in named(root, "cellXfs") for one in part]

    def of(what: list[str] | list[bool], number: str) -> str | bool | None:
        return what[int(number)] if number.isdigit() and int(number) < len(what) else None

    return Styles(
        frozenset(str(at) for at, one in enumerate(formats) if one.get("numFmtId") in blank),
        frozenset(str(at) for at, one in enumerate(formats) if of(letters, one.get("fontId", "0")) == of(papers, one.get("fillId", "0"))),
        frozenset(str(at) for at, one in enumerate(formats) if of(small, one.get("fontId", "0"))),
    )


def _theme(package: Package) -> dict[str, str]:
    """The colours that a workbook calls by their number in its theme."""
    part = next(iter(package.among("xl/theme/theme")), "")
    said: dict[str, str] = {}
    for scheme in named(package.root(part), "clrScheme"):
        for one in scheme:
            said[local(one)] = next((attribute(how, "lastClr") or attribute(how, "val") for how in one), "").upper()
    said = {"lt1": _WHITE, "dk1": _BLACK} | said
    return {str(number): said[name] for number, name in enumerate(_THEME) if name in said}


def _colour(said: Iterable[Element], theme: dict[str, str]) -> str:
    for one in said:
        if _number(one.get("tint", "0")):
            return f"tinted {one.attrib}"
        if one.get("rgb"):
            return one.get("rgb", "")[-6:].upper()
        return theme.get(one.get("theme", ""), "") or _INDEXED.get(one.get("indexed", ""), "") or ("" if one.get("auto") else f"unknown {one.attrib}")
    return ""


def _paper(fill: Element, theme: dict[str, str]) -> str:
    pattern = next(named(fill, "patternFill"), None)
    kind = pattern.get("patternType", "none") if pattern is not None else "gradient"
    if kind == "none":
        return _WHITE
    return (_colour(named(pattern, "fgColor"), theme) or _BLACK) if kind == "solid" else "patterned"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
