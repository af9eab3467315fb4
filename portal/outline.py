"""A text's own structure: its parts, chapters and articles, each with an anchor that survives new versions.

Headings are those of Markdown, and in plain text the lines that laws use: "Điều 5. …", "Article 5", "§ 5", "Chương II".
An anchor is the one that the text carries ({#sec_1}, from Akoma Ntoso's eId), else it is made of what the heading is
called and numbered (art_5, chp_ii), else of its words; never of its place, which the next amendment moves.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice

from slugify import slugify

MOST = 3000  # headings of a text; of more than that, the deepest ones are words like others
_TITLE = 200  # letters; a longer line is the words of its article, not its title

# What laws call their parts, by Akoma Ntoso's abbreviation; the rank says what stands above what.
_KINDS: tuple[tuple[str, int, str], ...] = (
    ("annex", 1, r"Annex|Appendix|Schedule|Phụ lục|Anlage|Anhang|Annexe|Anexo|Allegato|Приложение|Παράρτημα|Załącznik"),
    ("part", 1, r"Part|Phần|Teil|Partie|Parte|Часть|Μέρος|Część"),
    ("title", 2, r"Title|Titre|Título|Titolo|Titel|Τίτλος"),
    ("chp", 3, r"Chapter|Chương|Chapitre|Capítulo|Capitolo|Kapitel|Глава|Κεφάλαιο|Rozdział|Hoofdstuk"),
    ("dvs", 4, r"Division|Mục|Abschnitt"),
    ("subdvs", 5, r"Subdivision|Tiểu mục|Unterabschnitt"),
    ("sec", 6, r"Section|Sec\.|Sección|Seção|Sezione|Раздел|§"),
    ("art", 7, r"Article|Art\.|Điều|Artículo|Artigo|Articolo|Artikel|Статья|Άρθρο|Artykuł|Článek|Članak|Madde"),
    ("rule", 7, r"Regulation|Rule|By-?law|Clause"),
)
_RANK = {name: rank for name, rank, _ in _KINDS}
_KIND_WORDS = "|".join(f"(?P<{name}>{words})" for name, _, words in _KINDS)
_ORDINAL = r"(?:thứ\s+(?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười))"
_NUMBER = rf"(?:\d{{1,5}}[a-zđ]{{0,3}}(?:[.\-]\d{{1,4}}[a-z]?){{0,4}}(?:\s?(?:bis|ter|quater))?|[IVXLCDM]{{1,9}}[a-z]?|[A-Z]|{_ORDINAL})(?!\w)"
_LEGAL = re.compile(rf"(?:{_KIND_WORDS})\s{{0,3}}(?P<number>{_NUMBER})?", re.IGNORECASE)
_SEPARATED = re.compile(r"(?P<sep>\s*[.:–—-]{1,2}(?=\s|$|\*|_)\s*|\s+|$)")
_LINE = re.compile(rf"^[ \t]*(?:(?P<hash>#{{1,6}})[ \t]+(?=\S)|(?=[*_]{{0,3}}(?:{'|'.join(words for _, _, words in _KINDS)})))", re.MULTILINE | re.IGNORECASE)
_STATED = re.compile(r"\s*\{#([A-Za-z][\w.-]{0,200})\}\s*$")
_NEXT_LINE = re.compile(r"[ \t]*\n(?:[ \t]*\n)?[ \t]*(\S[^\n]{0,199})(?:\n|$)")
_HEADED = re.compile(r"^#{1,6}[ \t].*\{#[A-Za-z][\w.-]*\}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its own words, up to the next heading. `label`: "Article 5", nothing where it is not numbered;
    `title`: all of the heading, as plain words. `kind`: art, sec, chp …, or nothing. `start`: where its heading begins;
    `body`: where its words begin, up to `end`. `level`: how deep it lies, from 1; 0 is what stands before all headings.
    """

    anchor: str
    title: str
    label: str
    kind: str
    level: int
    start: int
    body: int
    end: int


@dataclass(frozen=True)
class Outline:
    """A text and its sections in their order; together they are the whole text."""

    text: str
    sections: tuple[Section, ...]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {section.anchor: place for place, section in enumerate(self.sections)}

    @cached_property
    def _starts(self) -> list[int]:
        return [section.start for section in self.sections]

    @property
    def headings(self) -> tuple[Section, ...]:
        return self.sections[1:] if self.sections and not self.sections[0].anchor else self.sections

    def place(self, anchor: str) -> int | None:
        """The place of the section with that anchor among `sections`."""
        return self._places.get(anchor)

    def alike(self, anchor: str) -> str | None:
        """The anchor that somebody may have meant: spelled otherwise, or with other chapters before it."""
        wanted = _bare(anchor)
        found = [one for one in self._places if one and _bare(one) == wanted]
        return found[0] if len(found) == 1 else None

    def at(self, position: int) -> Section:
        """The section that holds the letter at `position`."""
        return self.sections[max(0, bisect_right(self._starts, position) - 1)]

    def last_below(self, place: int) -> int:
        """The place of the last section that lies in the one at `place`, itself where it holds none."""
        level, last = self.sections[place].level, place
        while last + 1 < len(self.sections) and self.sections[last + 1].level > level:
            last += 1
        return last

    def above(self, place: int) -> list[Section]:
        """The sections that the one at `place` lies in, the outermost first."""
        found: list[Section] = []
        level = self.sections[place].level
        for one in reversed(self.sections[:place]):
            if 0 < one.level < level:
                found.append(one)
                level = one.level
        return found[::-1]


def _bare(anchor: str) -> str:
    last = anchor.casefold().rpartition("__")[2]
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^(article|section|chapter)", lambda match: {"a": "art", "s": "sec", "c": "chp"}[match[1][0]], last))


@dataclass(slots=True)
class _Heading:
    start: int
    body: int
    rank: int
    title: str
    label: str
    kind: str
    number: str
    stated: str


@lru_cache(maxsize=48)
def outline_of(text: str) -> Outline:
    """The structure of a text, in time that grows with its length. A text without headings is one section."""
    found = _fewer(list(_titled(text, islice(_headings(text), MOST * 5))))
    levels = _levels(found)
    anchors = _anchors(found, levels)
    sections = [
        Section(anchor, one.title, one.label, one.kind, level, one.start, one.body, one.body)
        for anchor, one, level in zip(anchors, found, levels, strict=True)
    ]
    if not sections or text[: sections[0].start].strip():
        sections.insert(0, Section("", "", "", "", 0, 0, 0, 0))
    ends = [one.start for one in sections[1:]] + [len(text)]
    return Outline(text, tuple(replace(one, end=end) for one, end in zip(sections, ends, strict=True)))


def _headings(text: str) -> Iterator[_Heading]:
    # A text that carries anchors was structured by its source: lines that look like headings are quotations then.
    marked_up = _HEADED.search(text) is not None
    has_hashes = marked_up or re.search(r"^[ \t]*#{1,6}[ \t]+\S", text, re.MULTILINE) is not None
    for match in _LINE.finditer(text):
        stop = text.find("\n", match.end())
        stop = len(text) if stop < 0 else stop
        if match["hash"]:
            if stop - match.end() <= 2000:
                yield _of_markdown(match, text[match.end() : stop], stop)
        elif not marked_up:
            heading = _of_plain(text, match.end(), stop, 10 if has_hashes else 0)
            if heading:
                yield heading


def _of_markdown(match: re.Match[str], line: str, stop: int) -> _Heading:
    stated = _STATED.search(line)
    words = _plain(line[: stated.start()] if stated else line)
    legal = _LEGAL.match(words)
    label, kind, number = "", "", ""
    if legal and legal["number"] and _SEPARATED.match(words, legal.end()):
        label, kind, number = legal[0].strip(), str(legal.lastgroup if legal.lastgroup != "number" else _kind(legal)), legal["number"]
    return _Heading(match.start(), stop, len(match["hash"]), words or "…", label, kind, number, stated[1] if stated else "")


def _kind(legal: re.Match[str]) -> str:
    return next(name for name in _RANK if legal[name])


def _plain(line: str) -> str:
    """The words of a line of Markdown."""
    line = re.sub(r"\[([^\[\]]{1,500})\]\([^()\s]{1,2000}\)", r"\1", line.strip().rstrip("#"))
    line = re.sub(r"(\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|`)", "", line)
    return " ".join(re.sub(r"\\([\\`*_{}\[\]()#+.!-])", r"\1", line).split())


def _of_plain(text: str, start: int, stop: int, rank: int) -> _Heading | None:
    """The heading of a law that a line of plain text is; None where it only begins like one."""
    whole = text[start : min(stop, start + 5000)]
    lead = len(whole) - len(whole.lstrip("*_ \t"))
    legal = _LEGAL.match(whole, lead)
    if not legal or not (whole[lead].isupper() or whole[lead] == "§"):
        return None
    kind, number = _kind(legal), legal["number"] or ""
    after = _SEPARATED.match(whole, legal.end())
    line_start = text.rfind("\n", 0, start) + 1
    if not after:
        return None
    rest, mark = whole[after.end() :], after["sep"].strip()
    if _goes_on(text, line_start, at_once=not mark and bool(rest.strip())):
        return None
    title = _plain(rest)
    if not number and (kind != "annex" or title):
        return None
    body = stop
    if len(title) > _TITLE or (len(title) > 100 and title.endswith((".", ";", ":"))):
        if not mark:
            return None
        title, body = "", start + after.end()
    elif (not mark and title and (not title[0].isupper() or len(title) > 120 or title.endswith((".", ",", ";", ":")))) or title.endswith((";", ",")):
        return None
    label = _plain(legal[0])
    return _Heading(line_start, body, rank + _RANK[kind], f"{label}{mark} {title}".strip() if title else label, label, kind, number, "")


def _goes_on(text: str, line_start: int, *, at_once: bool) -> bool:
    """Whether a line goes on with the sentence of the line before it. `at_once`: a short line counts too."""
    before = text[max(0, line_start - 400) : max(0, line_start - 1)].rpartition("\n")[2].rstrip() if line_start else ""
    return before[-1:] == "," or (before[-1:].islower() and (at_once or len(before) > 50))


def _titled(text: str, found: Iterator[_Heading]) -> Iterator[_Heading]:
    """Headings whose title stands on the next line take it: "Chương I" above "NHỮNG QUY ĐỊNH CHUNG"."""
    every = list(found)
    for place, one in enumerate(every):
        end = every[place + 1].start if place + 1 < len(every) else len(text)
        if not one.stated and one.number and one.title == one.label and text[one.body : one.body + 1] in ("\n", ""):
            match = _NEXT_LINE.match(text, one.body, end)
            alone = match is not None and not text[match.end(1) : end].strip()
            if match and _is_title(match[1], capitals=one.rank % 10 < 6 and not alone):
                one.title, one.body = f"{one.label}. {_plain(match[1])}", match.end(1)
        yield one


def _is_title(line: str, *, capitals: bool) -> bool:
    words = _plain(line)
    if not words or not words[0].isupper() or words[-1] in ".,;:" or words.startswith("#"):
        return False
    return words == words.upper() or (len(words) <= 100 and not capitals and not re.match(r"\(?\w{1,3}[).]\s", line))


def _fewer(found: list[_Heading]) -> list[_Heading]:
    while len(found) > MOST:
        ranks = Counter(one.rank for one in found)
        if len(ranks) == 1:
            return found[:MOST]
        found = [one for one in found if one.rank != max(ranks)]
    return found


def _levels(found: list[_Heading]) -> list[int]:
    levels: list[int] = []
    stack: list[int] = []
    for one in found:
        while stack and stack[-1] >= one.rank:
            stack.pop()
        stack.append(one.rank)
        levels.append(len(stack))
    return levels


def _anchors(found: list[_Heading], levels: list[int]) -> list[str]:
    """An anchor for each heading, all different. Where the numbers of a kind begin anew in each chapter, the chapter
    is named too: chp_ii__art_5."""
    own = [one.stated or (f"{one.kind}_{_number(one.number)}" if one.number else _slug(one)) for one in found]
    counted, again = Counter(one.kind for one in found), Counter[str]()
    seen: set[str] = set()
    for one, anchor in zip(found, own, strict=True):
        again[one.kind] += anchor in seen and not one.stated
        seen.add(anchor)
    restarting = {kind for kind, count in again.items() if kind and count > 2 and count > counted[kind] * 0.3}
    anchors: list[str] = []
    taken: set[str] = set()
    suffixes: Counter[str] = Counter()
    stack: list[str] = []
    for one, anchor, level in zip(found, own, levels, strict=True):
        del stack[level - 1 :]
        if not one.stated and stack and one.number and (one.kind in restarting or anchor in taken):
            anchor = f"{stack[-1].rpartition('__')[2]}__{anchor}"
        plain = anchor
        while anchor in taken:
            suffixes[plain] += 1
            anchor = f"{plain}-{suffixes[plain] + 1}"
        taken.add(anchor)
        stack.append(anchor)
        anchors.append(anchor)
    return anchors


def _number(number: str) -> str:
    if number.isascii():
        return re.sub(r"[^a-z0-9]+", "-", number.lower()).strip("-") or "0"
    return slugify(number.replace("đ", "dd"), separator="-") or "0"


def _slug(one: _Heading) -> str:
    words = slugify(one.title, max_length=60, word_boundary=True)
    return words if words[:1].isalpha() else f"s-{words}" if words else "s"
