"""Titles of acts: from their end ("Act 2018") back to where they begin."""

import re

_FAR = 240
# A line as long as this was broken because it was full.
_WRAPPED = 55
# Roads in the titles of orders.
_ROAD = re.compile(r"[ABM]\d{1,4}(?:\(M\))?")
# Small words within a title; everything else in lower case ends it.
_SMALL = {"of", "and", "for", "in", "on", "to", "with", "by", "at", "or", "from", "etc", "etc.", "into", "as", "against", "between", "a", "an", "under", "&"}
# Words in capitals that open a sentence or a reference rather than a title.
_OPENERS = {
    "under", "in", "see", "by", "section", "sections", "schedule", "part", "parts", "article", "articles", "when", "although", "since", "as", "this", "and", "both",
    "of", "for", "to", "on", "a", "an", "chapter", "chapters", "after", "before", "while", "where", "with", "if", "also", "or", "at", "from", "that", "these", "those",
}  # fmt: skip
_OPENING = "“\"'‘[*_"
_TOKEN = re.compile(r"\([^()]{1,80}\)|[^\s()]{1,60}")


def beginning_of(text: str, end: int) -> int | None:
    """Where the title begins whose last part begins at `end`; None where no word of a title stands before it."""
    low = max(0, end - _FAR)
    # A word cut in the middle is no word.
    if low and not text[low - 1].isspace():
        low = next((place for place in range(low, end) if text[place].isspace()), end)
    tokens = list(_TOKEN.finditer(text, low, end))
    taken: list[re.Match[str]] = []
    follower = end
    for token in reversed(tokens):
        gap = text[token.end() : follower]
        if gap.strip() or ("\n" in gap and not _goes_on(text, token, gap, taken)) or not (_belongs(token[0]) or _is_year_within(text, token, taken)):
            break
        taken.append(token)
        follower = token.start()
        if token[0][0] in _OPENING:  # a title that is quoted, or the words of a link, begins here
            break
    taken.reverse()
    # "the" leads to a title; whatever stands before it is the sentence.
    for place in range(len(taken) - 1, -1, -1):
        if taken[place][0].casefold() == "the":
            taken = taken[place + 1 :]
            break
    while taken and (taken[0][0].casefold().rstrip(",") in _OPENERS or taken[0][0].startswith("(")):
        taken.pop(0)
    if not any(word[:1].isupper() for token in taken for word in [token[0].lstrip(_OPENING)]):
        return None
    return taken[0].start() + len(taken[0][0]) - len(taken[0][0].lstrip(_OPENING))


def _goes_on(text: str, token: re.Match[str], gap: str, taken: list[re.Match[str]]) -> bool:
    """Whether a title goes on over the end of a line: in the middle of its words, or where lines are broken by length."""
    if gap.count("\n") > 1:
        return False
    line = token.end() - (text.rfind("\n", 0, token.end()) + 1)
    return token[0] in _SMALL or bool(taken and taken[-1][0] in _SMALL) or line >= _WRAPPED


def _is_year_within(text: str, token: re.Match[str], taken: list[re.Match[str]]) -> bool:
    """The year of the act that a title is about: Planning (Wales) Act 2015 (Commencement No. 2) Order 2015."""
    after = bool(taken) and taken[-1][0].startswith("(")
    return after and bool(re.fullmatch(r"\d{4}", token[0])) and bool(re.search(r"(?:Act|Measure|Order|Rules|Regulations)\s$", text[max(0, token.start() - 13) : token.start()]))


def _belongs(token: str) -> bool:
    if token.startswith("("):
        return True
    bare = token.strip("“”\"'‘’[]*_").removesuffix(",")
    if not bare or (token[-1] in ".;:!?)”\"" and bare.casefold() not in _SMALL):
        return False
    if bare.casefold() == "the" or bare.casefold() in _SMALL:
        return True
    return bare[0].isupper() and (not any(letter.isdigit() for letter in bare) or bool(_ROAD.fullmatch(bare)))


# What stands around the name of a law in its title: its year, and its number.
_YEAR_AFTER = re.compile(r",?\s{1,3}(?:of\s{1,3}|năm\s{1,3})?(?:1[789]|20)\d{2}$")
_NUMBER_AFTER = re.compile(r"\s{0,3},?\s{0,3}(?:số\s{1,3})?\d{1,4}/\d{4}/[A-Z]\S{1,12}$")
_NUMBER_BEFORE = re.compile(
    r"(?P<kind>Bộ luật|Luật|Pháp lệnh)\s{1,3}(?:số\s{1,3})?\d{1,4}/\d{4}/[A-Z]\S{1,12}?(?:\s{1,3}của Quốc hội)?\s{0,3}[:,–-]?\s{1,3}(?:về\s{1,3})?(?P<name>\S.*)", re.IGNORECASE
)
_ASIDE = re.compile(r"\(((?:[^()]|\([^()]*\)){3,200})\)")
_LAW = re.compile(r"(?:Bộ luật|Luật|Pháp lệnh)\b", re.IGNORECASE)


def forms_of(title: str) -> list[str]:
    """A law's title without what stands around its name: year, number, the long title before a short one in parentheses."""
    whole = " ".join(title.split()).strip(" .;“”\"")
    forms = [whole, *(match[1].strip() for match in _ASIDE.finditer(whole))]
    if whole.endswith(")"):
        forms.append(whole.partition(" (")[0])
    if match := _NUMBER_BEFORE.fullmatch(whole):
        forms.append(match["name"] if _LAW.match(match["name"]) else f"{match['kind']} {match['name']}")
    forms = [_written(form.removeprefix("The ")) for form in forms]
    return list(dict.fromkeys(form for one in forms for form in (one, _YEAR_AFTER.sub("", one), _NUMBER_AFTER.sub("", one)) if form))


def _written(form: str) -> str:
    """A Vietnamese law in capitals, as running text has it: LUẬT ĐẤT ĐAI is Luật Đất đai."""
    if not (form.isupper() and (kind := _LAW.match(form))):
        return form
    return f"{kind[0].capitalize()} {form[kind.end() :].strip().capitalize()}"
