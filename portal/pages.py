"""Pages: the editorial texts in content/, from Markdown to HTML that is safe to show."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element

import frontmatter
import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from content import FOLDER

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEADINGS = ("h1", "h2", "h3", "h4")
_TAGS = {
    "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "a", "em", "strong", "code", "pre", "blockquote", "hr", "br",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "div", "abbr", "sup", "sub", "kbd", "span",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"id", "lang", "dir"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "th": {"scope"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "caption": {"class"},
}


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents."""

    id: str
    text: str


@dataclass(frozen=True)
class Page:
    """An editorial page. `language` is the one it is written in, which may not be the one that was asked for;
    `text` its words without markup; `contents` its second-level headings."""

    name: str
    language: str
    title: str
    description: str
    updated: date | None
    order: int
    html: Markup
    text: str
    contents: tuple[Heading, ...]

    def html_below(self, root: str) -> Markup:
        """The HTML with the portal's own addresses (`/sources/`) put below `root`, such as /vi."""
        return Markup(re.sub(r'href="/(?!/)', f'href="{root}/', str(self.html))) if root else self.html


_read: dict[Path, tuple[int, Page]] = {}


def find(name: str, language: str) -> Page | None:
    """The page of that name in a language, in English where it is not translated yet; None if there is none."""
    if len(name) > 100 or not _NAME.fullmatch(name):
        return None
    return _load(language, name) or _load("en", name)


def languages() -> list[str]:
    """The languages that pages are written in: the folders of content/ that are named by a language's tag."""
    return sorted(path.name for path in FOLDER.iterdir() if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)?", path.name))


def every() -> list[Page]:
    """Every page in every language it is written in, in the order of display."""
    pages = [
        page
        for language in languages()
        for path in sorted((FOLDER / language).glob("*.md"))
        if (page := _load(language, path.stem))
    ]
    return sorted(pages, key=lambda page: (page.language, page.order, page.name))


def _load(language: str, name: str) -> Page | None:
    path = FOLDER / language / f"{name}.md"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    known = _read.get(path)
    if known is None or known[0] != changed:
        known = _read[path] = (changed, parse(path.read_text(encoding="utf-8"), name, language))
    return known[1]


def parse(text: str, name: str, language: str) -> Page:
    """A page from Markdown with its front matter: title, description, updated, order."""
    source = frontmatter.loads(text)
    title = str(source.get("title") or name)
    markdown = Markdown(extensions=["tables", "fenced_code", "sane_lists", "toc", "abbr", _Tables(title)], output_format="html")
    html = nh3.clean(markdown.convert(source.content), tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
    tokens: list[dict[str, str]] = getattr(markdown, "toc_tokens", [])
    return Page(
        name=name,
        language=language,
        title=title,
        description=str(source.get("description") or ""),
        updated=updated if isinstance(updated := source.get("updated"), date) else None,
        order=int(str(source.get("order") or 100)),
        html=Markup(html),
        text=unescape(nh3.clean(html, tags=set())).strip(),
        contents=tuple(Heading(token["id"], unescape(token["name"])) for token in tokens),
    )


class _Tables(Extension):
    """Gives every table a caption, a scope to its heads, and a frame that scrolls where the screen is narrow."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_FrameTables(md, self.title), "frame-tables", 1)


class _FrameTables(Treeprocessor):
    def __init__(self, md: Markdown, title: str) -> None:
        super().__init__(md)
        self.title = title

    def run(self, root: Element) -> None:
        label, uses = self.title, 0
        for position, block in enumerate(list(root)):
            if block.tag in _HEADINGS:
                label, uses = self._words(block), 0
            elif block.tag == "table":
                uses += 1
                # Two tables below one heading are told apart by their count.
                root[position] = _framed(block, label if uses == 1 else f"{label} ({uses})")

    def _words(self, heading: Element) -> str:
        # What stood between backticks is stashed by now; it would read as a control character.
        return re.sub(r"\x02[^\x03]*\x03", "", "".join(heading.itertext())).strip(" :–") or self.title


def _framed(table: Element, label: str) -> Element:
    for head in table.iter("th"):
        head.set("scope", "col")
    caption = Element("caption", {"class": "visually-hidden"})
    caption.text = label
    table.insert(0, caption)
    frame = Element("div", {"class": "table", "role": "region", "tabindex": "0", "aria-label": label})
    frame.append(table)
    return frame
