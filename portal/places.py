"""What places are called: countries by CLDR, Viet Nam's provinces by ISO 3166-2:VN."""

import re
import unicodedata
from functools import cache

import babel

_VIET_NAM = {
    "01": "Lai Châu", "02": "Lào Cai", "03": "Hà Giang", "04": "Cao Bằng", "05": "Sơn La", "06": "Yên Bái",
    "07": "Tuyên Quang", "09": "Lạng Sơn", "13": "Quảng Ninh", "14": "Hòa Bình", "18": "Ninh Bình", "20": "Thái Bình",
    "21": "Thanh Hóa", "22": "Nghệ An", "23": "Hà Tĩnh", "24": "Quảng Bình", "25": "Quảng Trị",
    "26": "Thừa Thiên Huế", "27": "Quảng Nam", "28": "Kon Tum", "29": "Quảng Ngãi", "30": "Gia Lai",
    "31": "Bình Định", "32": "Phú Yên", "33": "Đắk Lắk", "34": "Khánh Hòa", "35": "Lâm Đồng", "36": "Ninh Thuận",
    "37": "Tây Ninh", "39": "Đồng Nai", "40": "Bình Thuận", "41": "Long An", "43": "Bà Rịa–Vũng Tàu",
    "44": "An Giang", "45": "Đồng Tháp", "46": "Tiền Giang", "47": "Kiên Giang", "49": "Vĩnh Long",
    "50": "Bến Tre", "51": "Trà Vinh", "52": "Sóc Trăng", "53": "Bắc Kạn", "54": "Bắc Giang", "55": "Bạc Liêu",
    "56": "Bắc Ninh", "57": "Bình Dương", "58": "Bình Phước", "59": "Cà Mau", "61": "Hải Dương", "63": "Hà Nam",
    "66": "Hưng Yên", "67": "Nam Định", "68": "Phú Thọ", "69": "Thái Nguyên", "70": "Vĩnh Phúc",
    "71": "Điện Biên", "72": "Đắk Nông", "73": "Hậu Giang", "CT": "Cần Thơ", "DN": "Đà Nẵng", "HN": "Hà Nội",
    "HP": "Hải Phòng", "SG": "Thành phố Hồ Chí Minh",
}  # fmt: skip


def place_name(code: str, language: str) -> str:
    """The name of a place (ISO 3166) in a language: VN is Vietnam, VN-HN is Hà Nội, US-CA is United States (US-CA)."""
    country, _, part = code.partition("-")
    if country == "VN" and part in _VIET_NAM:
        return _VIET_NAM[part]
    name = babel.Locale.parse(language).territories.get(country)
    if not name:
        return code
    return f"{name} ({code})" if part else str(name)


def place_names(language: str) -> list[str]:
    """The names that place_code reads: Viet Nam's provinces, then countries, in a language."""
    countries = (str(name) for code, name in babel.Locale.parse(language).territories.items() if re.fullmatch(r"[A-Z]{2}", str(code)) and code != "ZZ")
    return [*sorted(_VIET_NAM.values()), *sorted(countries)]


def place_code(text: str) -> str | None:
    """The code (ISO 3166) of a place that someone named by its code or its name, in English or Vietnamese, with or
    without marks: VN-HN for vn-hn, Hà Nội and Hanoi. None for what is not known."""
    if re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?", text):
        code, known = text.upper(), babel.Locale("en").territories
        return code if code.partition("-")[0] in known and code[:2] != "ZZ" else None
    return _codes().get(_folded(text))


@cache
def _codes() -> dict[str, str]:
    names = {
        _folded(name): str(code)
        for language in ("vi", "en")
        for code, name in babel.Locale(language).territories.items()
        if re.fullmatch(r"[A-Z]{2}", str(code))
    }
    names |= {"vietnam": "VN", "hochiminhcity": "VN-SG", "tphochiminh": "VN-SG", "hochiminh": "VN-SG", "hue": "VN-26"}
    return names | {_folded(name): f"VN-{part}" for part, name in _VIET_NAM.items()}


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("đ", "d")
    return "".join(letter for letter in letters if letter.isalnum())
