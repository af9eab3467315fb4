"""The judge of pages, after GOV.UK Notify: what holds for every page of the portal, with advice where it does not."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

import html5lib

_ERROR_PREFIXES = ("Error: ", "Lỗi: ")
_RESOURCES = {
    "script": ("src",), "img": ("src", "srcset"), "source": ("src", "srcset"), "iframe": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "object": ("data",), "embed": ("src",), "use": ("href",), "image": ("href",),
}  # fmt: skip
_FETCHED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest", "dns-prefetch", "preconnect"}
_SELF_NAMED_INPUTS = ("hidden", "submit", "button", "reset", "image")
_POINTERS = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "aria-errormessage", "headers", "list", "form")


class UnfitPage(AssertionError):
    """A page breaks a rule that every page keeps. The message lists all of them and what to write instead."""


def judge(html: str, *, status: int = 200, path: str = "") -> None:
    """Raise UnfitPage with everything that is wrong with a page and what to write instead."""
    faults = list(faults_of(html, status))
    if faults:
        raise UnfitPage("\n  - ".join([f"{path or 'This page'} ({status}) is not fit to be shown:", *faults]))


@lru_cache(8)
def parsed(html: str) -> tuple[html5lib.HTMLParser, Element]:
    """A page as browsers read it, and its parser with the errors; for reading only: who judges a page and who fills in
    its form share it, for parsing is most of the work."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser, parser.parse(html)


def faults_of(html: str, status: int = 200) -> Iterator[str]:
    """Everything that is wrong with a page, a sentence each."""
    parser, root = parsed(html)
    yield from _markup(parser, html)
    page = _Page(root)
    yield from _title(page, status)
    for rule in (_language, _ids, _headings, _fields, _links, _images, _inline, _foreign, _structure, _leaks):
        yield from rule(page)


class _Page:
    """A parsed page with what the rules ask for again and again."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.all = [element for element in root.iter() if isinstance(element.tag, str)]
        self.parents = {child: parent for parent in root.iter() for child in parent}
        self.ids = Counter(element.get("id") for element in self.all if element.get("id") is not None)

    def every(self, *tags: str) -> list[Element]:
        return [element for element in self.all if _tag(element) in tags]

    def above(self, element: Element) -> Iterator[Element]:
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent

    def by_id(self, name: str) -> Element | None:
        return next((element for element in self.all if element.get("id") == name), None)

    def name_of(self, element: Element) -> str:
        """What a screen reader calls it."""
        if label := element.get("aria-label", "").strip():
            return label
        if pointed := element.get("aria-labelledby", "").split():
            return " ".join(_text(found) for one in pointed if (found := self.by_id(one)) is not None)
        pictures = [image.get("alt", "") for image in element.iter("img")]
        drawings = [_text(title) for svg in element.iter() if _tag(svg) == "svg" for title in svg if _tag(title) == "title"]
        return " ".join([_text(element), *pictures, *drawings]).strip() or element.get("title", "").strip()


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and _tag(child) not in ("script", "style", "template"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _show(element: Element) -> str:
    attributes = "".join(
        f' {name}="{element.get(name)}"' for name in ("id", "name", "class", "href", "src", "type") if element.get(name)
    )
    words = _text(element)[:40]
    return f"<{_tag(element)}{attributes}>{words}"


def _markup(parser: html5lib.HTMLParser, html: str) -> Iterator[str]:
    lines = html.splitlines()
    for (line, _column), code, values in parser.errors[:10]:
        message = html5lib.constants.E.get(code, code)
        try:
            message = message % values
        except (KeyError, TypeError):
            message = f"{message} {values}"
        near = lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""
        yield f"invalid HTML in line {line}: {message} Near: {near}"


def _language(page: _Page) -> Iterator[str]:
    if not page.root.get("lang", "").strip():
        yield '<html> has no lang; write <html lang="{{ language }}">'
    for element in page.all:
        lang = element.get("lang")
        if lang is not None and not re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", lang):
            yield f'{_show(element)}: lang="{lang}" is no language; write a tag such as en or vi'


def _title(page: _Page, status: int) -> Iterator[str]:
    heads = page.every("h1")
    titles = [title for title in page.every("title") if _tag(page.parents[title]) == "head"]
    if len(heads) != 1:
        yield f"{len(heads)} <h1> ({', '.join(map(_text, heads))}); write exactly one"
    if len(titles) != 1 or not _text(titles[0]):
        yield "no <title> in <head>, or more than one; fill the block title"
    if len(heads) != 1 or len(titles) != 1:
        return
    head, title = _text(heads[0]), _text(titles[0])
    prefix = next((prefix for prefix in _ERROR_PREFIXES if title.startswith(prefix)), "")
    if status == 422 and not prefix:
        yield f"the title of a page with errors begins with “Error: ”, not “{title}”"
    if prefix and status != 422:
        yield f"only a page answered with 422 has a title that begins with “{prefix}”; this one has {status}"
    if not head:
        yield "<h1> is empty; say what the page is about"
    if not title.removeprefix(prefix).startswith(head):
        yield f"the title “{title}” does not begin with the heading “{head}”; write {{% block title %}}{head}{{% endblock %}}"


def _ids(page: _Page) -> Iterator[str]:
    for name, uses in page.ids.items():
        if uses > 1:
            yield f'id="{name}" stands {uses} times; give each its own (such as a number at its end)'
        if not name or re.search(r"\s", str(name)):
            yield f'id="{name}" is empty or has spaces; write words joined by hyphens'
    for element in page.all:
        for attribute in _POINTERS:
            for target in (element.get(attribute) or "").split():
                if target not in page.ids:
                    yield f'{_show(element)}: {attribute}="{target}" points to nothing; there is no such id'


def _headings(page: _Page) -> Iterator[str]:
    last = 0
    for heading in page.every("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(_tag(heading)[1])
        if level > last + 1 and last:
            yield f"{_show(heading)} follows an h{last}; write an h{last + 1}"
        if not page.name_of(heading):
            yield f"{_show(heading)} is an empty heading; write words or leave it out"
        last = level


def _fields(page: _Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.every("label")}
    for label in page.every("label"):
        if (target := label.get("for")) is not None and target not in page.ids:
            yield f'{_show(label)}: for="{target}" points to nothing; there is no such field'
    for field in page.every("input", "select", "textarea"):
        if _tag(field) == "input" and field.get("type", "text") in _SELF_NAMED_INPUTS:
            continue
        wrapped = any(_tag(parent) == "label" for parent in page.above(field))
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        if not (wrapped or named):
            yield f'{_show(field)} has no label; write <label for="{field.get("id") or "…"}">'
    for group in page.every("fieldset"):
        if not len(group) or _tag(group[0]) != "legend":
            yield f"{_show(group)} has no <legend> as its first child"
    for form in page.every("form"):
        names = {field.get("name") for field in form.iter("input")}
        if form.get("method", "get").lower() == "post" and "csrf_token" not in names:
            yield f'{_show(form)} can be forged; add <input type="hidden" name="csrf_token" value="{{{{ csrf_token() }}}}">'


def _links(page: _Page) -> Iterator[str]:
    for link in page.every("a", "area"):
        href = link.get("href")
        if href is None or not href.strip() or href.strip() == "#":
            yield f"{_show(link)} leads nowhere; give it a href, or write a <button> or a <span>"
        elif href.startswith("#") and href[1:] not in page.ids:
            yield f"{_show(link)}: there is no id “{href[1:]}” on this page"
        elif href.strip().lower().startswith(("javascript:", "data:")):
            yield f"{_show(link)} runs a script; give it an address and improve it with data-module"
        if not page.name_of(link):
            yield f"{_show(link)} has no words; write some, or an aria-label"
    for button in page.every("button"):
        if not page.name_of(button):
            yield f"{_show(button)} has no words; write some, or an aria-label"
    for inner in page.every("a", "button", "input", "select", "textarea"):
        outer = next((parent for parent in page.above(inner) if _tag(parent) in ("a", "button")), None)
        if outer is not None:
            yield f"{_show(inner)} stands inside {_show(outer)}; put them beside each other"


def _images(page: _Page) -> Iterator[str]:
    for image in page.every("img"):
        if image.get("alt") is None:
            yield f'{_show(image)} has no alt; write what it shows, or alt="" where it only decorates'
        if not (image.get("width") and image.get("height")):
            yield f"{_show(image)} has no width and height; without them the page jumps when it loads"
    for drawing in page.every("svg"):
        hidden = any(e.get("aria-hidden") == "true" for e in [drawing, *page.above(drawing)])
        if not hidden and not (drawing.get("role") == "img" and page.name_of(drawing)):
            yield f'{_show(drawing)}: write aria-hidden="true" where it decorates, else role="img" and a <title>'
    for frame in page.every("iframe"):
        if not frame.get("title"):
            yield f"{_show(frame)} has no title"


def _inline(page: _Page) -> Iterator[str]:
    for script in page.every("script"):
        if script.get("src") is None and script.get("type", "") not in ("application/json", "application/ld+json"):
            yield "an inline <script> (the browser refuses it); put it into static/js and improve by data-module"
    for style in page.every("style"):
        yield f"an inline <style> (the browser refuses it): {_text(style)}; put it into static/css"
    for element in page.all:
        for attribute in element.attrib:
            if attribute == "style":
                yield f"{_show(element)} has a style attribute (the browser refuses it); give it a class"
            elif attribute.startswith("on"):
                yield f"{_show(element)} has {attribute}= (the browser refuses it); use data-module and a file in static/js"


def _foreign(page: _Page) -> Iterator[str]:
    for element in page.all:
        attributes = _RESOURCES.get(_tag(element), ())
        if _tag(element) == "link" and _FETCHED_LINKS & set(element.get("rel", "").split()):
            attributes = ("href",)
        for attribute in attributes:
            address = element.get(attribute) or element.get(f"{{http://www.w3.org/1999/xlink}}{attribute}") or ""
            if re.search(r"(^|[\s,])(https?:)?//", address, re.IGNORECASE):
                yield f"{_show(element)} fetches from elsewhere: {address}; keep a copy in static/"


def _structure(page: _Page) -> Iterator[str]:
    if len(page.every("main")) != 1:
        yield f"{len(page.every('main'))} <main>; write exactly one"
    if not any(meta.get("name") == "viewport" for meta in page.every("meta")):
        yield '<meta name="viewport" content="width=device-width, initial-scale=1"> is missing'
    for table in page.every("table"):
        if not any(_tag(child) == "caption" and _text(child) for child in table) and not table.get("aria-labelledby"):
            yield f"{_show(table)} has no <caption>; say in it what the table shows"
        for head in (cell for cell in table.iter() if _tag(cell) == "th"):
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f'{_show(head)} has no scope; write scope="col" or scope="row"'
    for group in page.every("ul", "ol"):
        for child in group:
            if isinstance(child.tag, str) and _tag(child) not in ("li", "script", "template"):
                yield f"{_show(child)} stands in a list without being a <li>"
    for group in page.every("dl"):
        for child in group:
            if isinstance(child.tag, str) and _tag(child) not in ("dt", "dd", "div", "script", "template"):
                yield f"{_show(child)} stands in a <dl> without being <dt>, <dd> or <div>"


def _leaks(page: _Page) -> Iterator[str]:
    """What slips through when a template or a translation is wrong."""
    words = _text(page.root)
    for slip in re.findall(r"%\([a-z_]+\)[sd]|\{\{ ?\w+|\{% ?\w+|&lt;(?:em|strong|a|p|mark)\b|<built-in|<bound method", words)[:3]:
        yield f"“{slip}” can be read on the page; a placeholder was not filled, or HTML was escaped twice"
    for element in page.all:
        if (element.text or "").strip() in ("None", "Undefined", "nan") and _tag(element) not in ("code", "pre", "option"):
            yield f"{_show(element)} shows the word {(element.text or '').strip()}; leave out what is not known"
