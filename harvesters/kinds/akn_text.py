"""The text of an Akoma Ntoso document as Markdown: its structure with numbers, headings and stable anchors."""

import re

from ..xml import Element, attribute, child, descendants, local, text_of

# Units that hold units; those that are large get a heading even without one of their own.
_LARGE = frozenset({
    "book", "tome", "part", "subpart", "title", "subtitle", "chapter", "subchapter", "division", "subdivision", "section",
    "article", "rule", "transitional", "crossheading", "debatesection", "attachment", "component",
})  # fmt: skip
_SMALL = frozenset({
    "subsection", "paragraph", "subparagraph", "clause", "subclause", "list", "point", "indent", "alinea", "level",
    "subrule", "proviso", "hcontainer", "item", "subitem", "container", "tblock", "adjournment", "administrationofoath",
    "address", "question", "answer", "speech", "recital", "citation",
})  # fmt: skip
_SILENT = frozenset({"meta", "toc", "num", "heading", "subheading", "images", "proprietary"})
_LINES = frozenset({"p", "block", "listintroduction", "listwrapup", "doctitle", "longtitle", "from", "summary", "narrative", "scene"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}


def body_of(document: Element, root: Element | None = None) -> str:
    """Everything below `meta`, and what is attached beside the document."""
    writer = _Writer()
    beside = [one for one in root if local(one) in ("components", "attachments")] if root is not None else []
    for part in (*document, *beside):
        if local(part) != "meta":
            writer.write(part, 2)
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(piece for piece in writer.pieces if piece.strip())).strip()


class _Writer:
    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, element: Element, level: int, lead: str = "") -> str:
        """Write an element as paragraphs. `lead`: a number that the first paragraph begins with; what is left of
        it is returned."""
        name = local(element).casefold()
        if name in _SILENT:
            return lead
        if name in _LINES and not any(local(one).casefold() in ("p", "block", "list", "blocklist", "ol", "ul") for one in element):
            return self._paragraph(inline(element), lead)
        if name == "table":
            self._paragraph("", lead)
            return self._paragraph(_table(element), "")
        if name in ("quotedstructure", "embeddedstructure"):
            inner = _Writer()
            for one in element:
                inner.write(one, level)
            quoted = "\n>\n".join("> " + piece.replace("\n", "\n> ") for piece in inner.pieces)
            return self._paragraph(quoted, lead)
        if name in ("ul", "ol"):
            for item in element:
                self._paragraph(f"- {inline(item)}", "")
            return lead
        if name in _LARGE or name in _SMALL or child(element, "num", "heading") is not None:
            return self._unit(element, name, level, lead)
        if (element.text or "").strip():
            # Words beside elements: all of it is one paragraph.
            return self._paragraph(inline(element), lead)
        for one in element:
            lead = self.write(one, level, lead)
        return lead

    def _unit(self, element: Element, name: str, level: int, lead: str) -> str:
        number, heading = text_of(child(element, "num")), text_of(child(element, "heading"))
        under = text_of(child(element, "subheading"))
        if heading or (name in _LARGE and number):
            anchor = _anchor(element)
            title = " ".join(part for part in (number, heading, f"({under})" if under else "") if part)
            self.pieces.append(f"{'#' * min(level, 6)} {title}{f' {{#{anchor}}}' if anchor else ''}")
            lead, level = "", level + 1
        elif number:
            lead = f"{lead} {number}".strip()
        for one in element:
            lead = self.write(one, level, lead)
        if lead and number and not heading:
            return self._paragraph("", lead)
        return lead

    def _paragraph(self, text: str, lead: str) -> str:
        if text or lead:
            self.pieces.append(f"{lead} {text}".strip())
        return ""


def _anchor(element: Element) -> str:
    name = attribute(element, "eId", "id", "wId")
    return name if re.fullmatch(r"[A-Za-z][\w.-]*", name) else ""


def inline(element: Element) -> str:
    """The words of an element, with emphasis, links and notes."""
    pieces = [element.text or ""]
    for one in element:
        pieces += [_inline_child(one), one.tail or ""]
    lines = "".join(pieces).split("\x00")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _inline_child(element: Element) -> str:
    name = local(element).casefold()
    if name in ("eol", "br"):
        return "\x00"
    if name in _SILENT - {"num", "heading"}:
        return ""
    words = inline(element).replace("\n", "\x00")
    if not words:
        return ""
    if name in _MARKS:
        return f"{_MARKS[name]}{words}{_MARKS[name]}"
    if name in ("authorialnote", "noteref", "remark"):
        return f" [{words}]"
    target = attribute(element, "href") if name in ("a", "ref", "rref") else ""
    if re.match(r"https?://[^\s()]+$", target):
        return f"[{words}]({target})"
    # Blocks inside a line, such as the items of a list in a quotation.
    return f"\x00{words}\x00" if name in ("p", "item", "li", "tr", "quotedstructure") else words


def _table(table: Element) -> str:
    rows = [[inline(cell).replace("\n", " ").replace("|", "\\|") for cell in row if local(cell) in ("td", "th")] for row in descendants(table, "tr")]
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])
