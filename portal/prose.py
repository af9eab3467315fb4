"""Records' own texts as HTML: Markdown or plain text, cleaned of everything that could act."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.inlinepatterns import (
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    LinkInlineProcessor,
    ReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
    ShortReferenceInlineProcessor,
)
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

LONG = 12_000  # letters of a text on a record's page; the rest has a page of its own
_LONGEST = 300_000  # letters of Markdown that are read as such; longer texts are shown as they are
_LONGEST_BLOCK = 20_000  # the same for what stands between two empty lines: marks within it are looked for again and again
_TAGS = {
    "p", "br", "hr", "ul", "ol", "li", "em", "strong", "b", "i", "code", "pre", "blockquote", "a", "sub", "sup", "dl", "dt", "dd",
    "table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}


@lru_cache(maxsize=256)
def show_text(text: str, level: int = 3) -> Markup:
    """A text that an agency wrote, as HTML. Its headings go below the page's own, from h3 on (or `level`, 3 to 6).

    Plain text is Markdown, too, with two exceptions that it would suffer from: lines end where they end, and
    lines that are set in are not code.
    """
    if len(text) > _LONGEST or any(len(part) > _LONGEST_BLOCK for part in text.split("\n\n")):
        return paragraphs(text)
    try:
        html = _markdown(min(level, 6)).convert(text)
    except RecursionError:  # lists in lists in lists …: no text that means something
        return paragraphs(text)
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )  # fmt: skip
    # An address that was not allowed leaves a link that leads nowhere: its words stay.
    clean = re.sub(r"<a(?![^>]*\shref=)[^>]*>(.*?)</a>", r"\1", clean, flags=re.DOTALL)
    return Markup(_framed(clean))


_ANCHOR = re.compile(r"\s*\{#([A-Za-z][\w.-]*)\}\s*$")


class _Headings(Treeprocessor):
    """Puts the text's headings below the page's own. What they carry as an anchor ({#sec_1}) is not shown; the
    sections of a body are linked to by portal.reading."""

    def __init__(self, reader: Markdown, level: int) -> None:
        super().__init__(reader)
        self.level = level

    def run(self, root: Element) -> None:
        for element in root.iter():
            if re.fullmatch(r"h[1-6]", element.tag):
                last = element[-1] if len(element) else None
                words = _ANCHOR.sub("", (last.tail if last is not None else element.text) or "")
                if last is not None:
                    last.tail = words
                else:
                    element.text = words
                element.tag = f"h{self.level if element.tag in ('h1', 'h2') else min(self.level + 1, 6)}"
            elif element.tag == "th":
                if len(element) or (element.text or "").strip():
                    element.set("scope", "col")
                else:
                    element.tag = "td"  # a head without words is none


# What a link looks like, seen before the reader looks for its ends: left to itself, it goes through the whole text for every
# bracket that is not closed, which a text of brackets makes take minutes.
_LABEL = r"\[(?=[^\[\]]{0,400}\]"
_TO = r"\([^()\n]{0,2000}(?:\([^()\n]{0,400}\)[^()\n]{0,400})?\))"
_LINKS = (
    ("reference", ReferenceInlineProcessor, rf"{_LABEL}\s?\[[^\[\]]{{0,400}}\])", 170),
    ("link", LinkInlineProcessor, rf"{_LABEL}{_TO}", 160),
    ("image_link", ImageInlineProcessor, rf"\!{_LABEL}{_TO}", 150),
    ("image_reference", ImageReferenceInlineProcessor, rf"\!{_LABEL}\s?\[[^\[\]]{{0,400}}\])", 140),
    ("short_reference", ShortReferenceInlineProcessor, rf"{_LABEL})", 130),
    ("short_image_ref", ShortImageReferenceInlineProcessor, rf"\!{_LABEL})", 125),
)


def _markdown(level: int) -> Markdown:
    reader = Markdown(extensions=["tables", "sane_lists", "nl2br"], output_format="html")
    for name, processor, pattern, priority in _LINKS:
        reader.inlinePatterns.register(processor(pattern, reader), name, priority)
    reader.parser.blockprocessors.deregister("code")
    # What looks like HTML is shown as it was sent, not run and not dropped in silence.
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    reader.treeprocessors.register(_Headings(reader, level), "headings", 5)
    return reader


_PIECES = re.compile(r"(<[^>]*>)|([^<]+)")
_CLOSED = frozenset({"a", "code", "pre", "mark"})


def with_words(html: Markup, change: Callable[[str], Markup]) -> Markup:
    """Safe HTML whose words were given to `change`, a run between two tags at a time, and which holds what it answers
    in their place. Words within links, code and marks are left alone. `change` must escape what it passes on."""
    pieces: list[str] = []
    closed: list[str] = []
    for tag, words in _PIECES.findall(html):
        if tag:
            name = re.sub(r"[^a-z0-9].*", "", tag.lstrip("</").lower(), flags=re.DOTALL)
            if name in _CLOSED:
                if not tag.startswith("</"):
                    closed.append(name)
                elif closed:
                    closed.pop()
            pieces.append(tag)
        else:
            pieces.append(words if closed else change(unescape(words)))
    return Markup("".join(pieces))


def _framed(html: str) -> str:
    """Wide tables scroll by themselves, by keyboard too."""
    return html.replace("<table>", '<div class="table" tabindex="0"><table>').replace("</table>", "</table></div>")


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, lines kept."""
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in re.split(r"\n{2,}", text)
        if part.strip()
    )
