"""Readable text out of agencies' descriptions: HTML becomes Markdown, plain text stays as it is."""

import html
import re
from html.parser import HTMLParser

_TAGS = (
    "a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|font|footer|h[1-6]|header|hr|i|img|"
    "ins|li|main|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|"
    "title|tr|tt|u|ul|o:p"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_HALVES = re.compile("[\ud800-\udfff]")
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "blockquote",
        "table",
        "ul",
        "ol",
        "dl",
        "pre",
    )
)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`"}
_SILENT = frozenset({"script", "style", "title"})
LEAD = 80


class _Reader(HTMLParser):
    """Collects Markdown while it reads HTML; forgiving, as HTML in descriptions is rarely whole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._lists: list[int | None] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)
            self.pieces.append("\n\n" if len(self._lists) == 1 else "")
        elif tag == "li":
            self.pieces.append(self._bullet())
        elif tag in ("tr", "dt", "dd"):
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif re.fullmatch(r"h[1-6]", tag):
            self.pieces.append(f"\n\n{'#' * max(2, int(tag[1]))} ")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self.pieces.append("[")
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self.pieces.append("" if self._lists else "\n\n")
        elif tag in _BLOCKS or re.fullmatch(r"h[1-6]", tag):
            self.pieces.append("\n\n")
        elif tag == "a" and self._links:
            self._close_link()
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(re.sub(r"[ \t\f\u00a0]+", " ", data))

    def close(self) -> None:
        super().close()
        while self._links:
            self._close_link()

    def _bullet(self) -> str:
        depth = "  " * max(0, len(self._lists) - 1)
        if self._lists and (number := self._lists[-1]) is not None:
            self._lists[-1] = number + 1
            return f"\n{depth}{number}. "
        return f"\n{depth}- "

    def _close_link(self) -> None:
        """A link with an address becomes a link of Markdown; its words alone stay otherwise."""
        target = self._links.pop().strip()
        start = max((place for place, piece in enumerate(self.pieces) if piece == "["), default=None)
        if start is None:
            return
        words = " ".join("".join(self.pieces[start + 1 :]).split())
        del self.pieces[start:]
        if re.match(r"(https?://|mailto:)\S+$", target) and words and words != target:
            self.pieces.append(f"[{words}]({target})")
        else:
            self.pieces.append(words or target)


def has_markup(text: str) -> bool:
    """Whether `text` holds HTML: known tags only, so that "<5 mg" stays what it is."""
    return bool(_MARKUP.search(text))


def read_markup(text: str) -> str:
    """`text` as plain text or Markdown: HTML is read, entities are resolved, the rest is left alone."""
    if has_markup(text):
        reader = _Reader()
        reader.feed(text)
        reader.close()
        text = re.sub(r"(\*\*|`)\s*\1", "", "".join(reader.pieces))
    elif _ENTITY.search(text):
        text = html.unescape(text)
    return _tidy(text)


def read_line(text: str) -> str:
    """A title or name: one line, without tags and entities, and without the halves of characters that broken
    programs send.
    """
    text = _HALVES.sub("", text)
    if has_markup(text):
        text = _MARKUP.sub(" ", text)
    return " ".join((html.unescape(text) if _ENTITY.search(text) else text).split())


def split_lead(text: str, most: int = 20_000) -> tuple[str, str]:
    """A description as summary and body: the first paragraphs that say something, and the rest."""
    lead, rest = "", text.strip()
    while rest and len(lead) < LEAD:
        paragraph, _, rest = rest.partition("\n\n")
        lead, rest = (f"{lead}\n\n{paragraph}" if lead else paragraph), rest.strip()
    if len(lead) > most:
        cut = lead.rfind(" ", most // 2, most - 1)
        return f"{lead[:cut]}…", text
    return lead, rest


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
