"""Places as tables name them: codes of two or three letters, and countries' names as the United Nations, the World
Bank and others spell them, become codes of ISO 3166. Nothing is invented: what is not known stays unknown."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from ..catalogues import place_code
from .header import fold

# Names that CLDR spells otherwise. Statistical offices' own words in brackets and after commas are dropped first.
_NAMES = {
    "BN": "brunei darussalam", "BO": "bolivia plurinational state", "BS": "bahamas the|the bahamas",
    "CD": "congo democratic republic|democratic republic of the congo|democratic republic of congo|congo dem. rep|dr congo",
    "CG": "congo|congo republic|congo brazzaville|congo republic of|republic of congo|republic of the congo|congo rep", "CI": "cote d'ivoire|côte d'ivoire|cote d´ivoire|ivory coast",
    "CV": "cabo verde|cape verde", "CZ": "czech republic", "EG": "egypt arab rep", "FM": "micronesia fed. sts|micronesia",
    "GM": "gambia the|the gambia", "HK": "hong kong|hong kong sar china|hong kong sar", "IR": "iran islamic rep|iran",
    "KG": "kyrgyz republic", "KN": "st. kitts and nevis|saint kitts and nevis",
    "KP": "democratic people's republic of korea|korea dem. people's rep|korea dem. rep|korea north|north korea",
    "KR": "republic of korea|korea rep|korea south|south korea|korea",
    "LA": "lao pdr|lao people's democratic republic", "LC": "st. lucia|saint lucia", "MD": "republic of moldova",
    "MF": "st. martin", "MK": "macedonia fyr|fyr macedonia|macedonia|the fyr of macedonia|the former yugoslav republic of macedonia",
    "MM": "myanmar|burma", "MO": "macao|macao sar china|macau", "PS": "west bank and gaza|state of palestine|palestine",
    "RU": "russian federation", "SK": "slovak republic", "ST": "sao tome and principe|são tomé and principe",
    "SX": "sint maarten", "SY": "syrian arab republic", "SZ": "swaziland", "TL": "timor-leste|east timor",
    "TR": "turkiye|turkey|türkiye", "TT": "trinidad and tobago|trinidad & tobago", "TW": "taiwan china|chinese taipei|taiwan",
    "TZ": "united republic of tanzania", "GB": "united kingdom of great britain and northern ireland",
    "US": "united states of america|usa", "VC": "st. vincent and the grenadines|saint vincent and the grenadines",
    "VE": "venezuela rb|venezuela", "VI": "virgin islands", "VN": "viet nam|vietnam", "YE": "yemen rep",
    "AG": "antigua and barbuda", "BA": "bosnia and herzegovina", "XK": "kosovo", "GE": "georgia",
    "WF": "wallis and futuna", "TC": "turks and caicos islands", "CW": "curacao", "FO": "faeroe islands",
    "PM": "saint pierre and miquelon", "BQ": "bonaire sint eustatius and saba", "SH": "saint helena",
    "CC": "cocos islands", "BL": "saint barthélemy", "VA": "holy see", "RE": "reunion",
}  # fmt: skip
# Part of a state's full name, or a remark that leaves its meaning: not so "(North)" or "(excl. China)".
_HARMLESS = re.compile(
    r"\s*\((the|country|(islamic|plurinational|bolivarian|federated)?\s*(republic|states?) of|asean member)\)"
)
_CODE_OF = {name: code for code, names in _NAMES.items() for name in names.split("|")}


@cache
def place_of(text: str, language: str = "en", country: str | None = None) -> str | None:
    """The code of a place: VNM and "Viet Nam" are VN. A code of three letters that is no country's (AFE, for a group
    of them) stays as it is; None where nothing is known."""
    text = text.strip()
    if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", text):
        return text
    if re.fullmatch(r"[A-Z]{2}", text):
        return text if text in _territories() else None
    if re.fullmatch(r"[A-Z]{3}", text):
        return _three_letters().get(text, text)
    return _by_name(text) or place_code(text.replace("&", "and"), language, country)


def _by_name(text: str) -> str | None:
    name = _HARMLESS.sub("", fold(text).replace("’", "'").replace(",", "").replace("&", "and"))
    name = re.sub(r"[()]", "", name).strip(" .")
    name = name.removeprefix("the ") if name not in _CODE_OF else name
    return _CODE_OF.get(name) or _english().get(name)


@cache
def _territories() -> frozenset[str]:
    codes = frozenset(str(code) for code in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", str(code)))
    return codes - {"EU", "UN", "ZZ", "EZ"}


@cache
def _english() -> dict[str, str]:
    names = Locale("en").territories
    plain = {code: fold(names[code]).replace("’", "'").replace("&", "and").replace(",", "") for code in _territories()}
    short = {re.sub(r"\bst\. ", "saint ", name): code for code, name in plain.items()}
    return {**short, **{re.sub(r"\s*\([^)]*\)", "", name): code for code, name in plain.items()}}


@cache
def _three_letters() -> dict[str, str]:
    """ISO 3166's codes of three letters, by CLDR's table of codes that mean the same."""
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    codes = {
        code: meant[0]
        for code, meant in aliases.items()
        if re.fullmatch(r"[A-Z]{3}", code) and len(meant) == 1 and meant[0] in _territories()
    }
    return {**codes, "XKX": "XK", "ROM": "RO", "ZAR": "CD", "TMP": "TL"}
