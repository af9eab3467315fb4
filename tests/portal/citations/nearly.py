"""A store for the drafted texts: the records that they cite, and for each of these several that are nearly it."""

import re
from collections.abc import Iterator
from datetime import timedelta

from harvesters.record import Agency, Identifier, Record

from ...factories import a_decision, a_policy
from .drafted import Draft

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CELEX = re.compile(r"3(\d{4})([RLDFH])(\d{4})")
_TITLE = re.compile(r"(?:Act|Order|Regulations|Rules|Measure)(?: \(Northern Ireland\))? (?:19|20)\d\d$|^Deddf ")
_SCHEMES = (
    ("citation", re.compile(r"^\d+ (?:FR|CFR|U\.S\.C\.|Stat\.) |^BGBl|^ΦΕΚ")), ("docket", re.compile(r"^[A-Z]{2,6}(?:-[A-Z]{1,8})*-\d{4}-")), ("rin", re.compile(r"^\d{4}-[A-Z]{2}\d\d$")),
    ("ocid", re.compile(r"^ocds-")), ("doi", re.compile(r"^10\.\d")), ("ada", re.compile(r"^[0-9Α-Ω]{8,11}-[0-9Α-Ω]{3}$")), ("url", re.compile(r"^https?:")),
)  # fmt: skip
# What is one thing wherever it is carried.
_ALONE = re.compile(r"https?:|ocds-|10\.|[0-9Α-Ω]{8,}-|3\d{4}[RLDFH]|COM|SWD|JOIN")
_DAY = re.compile(r",?\s?(?:ngày|năm)\s(?:(\d{1,2})(?:/|\stháng\s)(\d{1,2})(?:/|\snăm\s))?(\d{4})", re.IGNORECASE)
_LOCAL = re.compile(r"UBND|HĐND|/TU$|-S[A-Z]{2,}$|^\d+/\d{4}$")
_TITLES = {"vi": "Văn bản", "de": "Schriftstück", "el": "Έγγραφο", "fr": "Texte", "es": "Texto", "pt": "Texto"}


def citing(draft: Draft) -> Record:
    """The record whose text the draft is."""
    return a_decision(
        source="drafts", identifier=draft.name, title=_title(draft, draft.name), summary="", language=draft.context.language or "en", publisher=_agency(draft),
        issued=draft.context.on.isoformat() if draft.context.on else None, body=draft.text,
    )  # fmt: skip


def meant(draft: Draft, value: str) -> Record:
    return _record(draft, value, f"meant:{draft.name}:{value}", place=_place(draft, value), issued=_issued(draft, value))


def nearly(draft: Draft, value: str) -> Iterator[Record]:
    """What a careless reader would take for it: another year, number, office, kind, province, country."""
    for turn, (other, place, issued) in enumerate(dict.fromkeys(_variants(draft, value))):
        if (other, place, issued) != (value, _place(draft, value), _issued(draft, value)):
            yield _record(draft, other, f"nearly:{draft.name}:{value}:{turn}", place=place, issued=issued)


def _variants(draft: Draft, value: str) -> Iterator[tuple[str, str, str]]:
    place, issued = _place(draft, value), _issued(draft, value)
    if years := list(_YEAR.finditer(value)):
        at = years[-1]
        for step in (-1, 1):
            yield f"{value[: at.start()]}{int(at[0]) + step}{value[at.end() :]}", place, issued
    if number := re.search(r"\d+(?!.*\d)" if not years else r"\d+", value):
        yield f"{value[: number.start()]}{int(number[0]) + 1:0{len(number[0])}}{value[number.end() :]}", place, issued
    if celex := _CELEX.fullmatch(value):
        yield f"3{celex[1]}{'L' if celex[2] == 'R' else 'R'}{celex[3]}", place, issued
    if _TITLE.search(value):
        yield re.sub(r"(?=(?:Act|Order|Regulations|Rules)\b)", "(Amendment) ", value, count=1), place, issued
        yield f"Northern {value}", place, issued
    if place.startswith("VN"):
        yield re.sub(r"-(?:TTg|CP|UBND|HĐND|B[A-Z]+)$", "-BXD", value), place, issued
        yield value.replace("QĐ", "CT").replace("NQ", "KL").replace("NĐ", "QĐ"), place, issued
        if not years:
            # The Party's numbers begin anew with every congress, all others every year.
            yield value, place, f"{int(issued[:4]) - (5 if value.endswith('/TW') else 3)}-05-04"
        if _LOCAL.search(value):
            yield value, "VN-NA", issued
    if value.startswith(("H.", "S.")):
        yield f"{value} (101st Congress)", place, "1990"
    if not _ALONE.match(value):
        yield value, "FR" if not place.startswith("FR") else "BR", issued


def _record(draft: Draft, value: str, identifier: str, *, place: str, issued: str) -> Record:
    scheme = next((name for name, said in _SCHEMES if said.search(value)), "document_number")
    titled = bool(_TITLE.search(value))
    return a_policy(
        source=f"library-{place.lower()}", identifier=identifier, title=value if titled else _title(draft, identifier), type="law" if titled else "strategy",
        language=draft.context.language or "en", publisher=_agency(draft) if place == _place(draft, value) and place != "EU" else Agency.of(f"Agency of {place}", place=place), issued=issued,
        other_identifiers=() if titled else (Identifier(value=value, scheme=scheme),), objectives=(), targets=(),
    )  # fmt: skip


def _title(draft: Draft, identifier: str) -> str:
    return f"{_TITLES.get(draft.context.language, 'Paper')} {sum(identifier.encode()) % 97}"


def _place(draft: Draft, value: str) -> str:
    here = draft.context.places[0] if draft.context.places else "EU"
    if _CELEX.fullmatch(value) or value.startswith(("COM", "SWD", "JOIN")):
        return "EU"
    return here.split("-")[0] if here.startswith("VN") and not _LOCAL.search(value) else here


def _agency(draft: Draft) -> Agency:
    place = draft.context.places[0] if draft.context.places else "EU"
    return Agency.of(f"Agency of {place}", place=place)


def _issued(draft: Draft, value: str) -> str:
    """The day that stands after it in the text, the year that it says, else some time before the text."""
    assert draft.context.on
    for mark in draft.marks:
        if value in mark.values and (said := _DAY.match(draft.text, mark.end)):
            return "-".join(f"{int(part):02}" for part in reversed(said.groups()) if part)
    if years := _YEAR.findall(value):
        return min(years[-1], str(draft.context.on.year))
    return (draft.context.on - timedelta(days=300)).isoformat()
