"""A text as it is read for citations: letters that are written in several ways as one, without what only breaks or dresses
words, and with every letter's place in the text as it stands.

Where a word is broken at the end of a line, or may be by a soft hyphen, nobody can tell whether the hyphen belongs to it
("749/QĐ-TTg") or not ("Regu-lation"): then there are two readings.
"""

import html
import re
import sys
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

# One letter for one, so that places stay: hyphens, spaces, slashes, full-width letters, the digits of every script.
_SAME = str.maketrans(
    {chr(code): str(unicodedata.decimal(chr(code))) for code in range(0x80, sys.maxunicode) if unicodedata.category(chr(code)) == "Nd"}
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys("‐‑‒–—−﹣－", "-")
    | dict.fromkeys("\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " ")
    | {"Ð": "Đ", "ð": "đ", "⁄": "/", "∕": "/", "／": "/", "’": "'", "‘": "'", "\u2028": "\n"}
)
_BROKEN = r"(?<=\w)[-‐]\s{0,2}\n\s{0,8}(?=\w)"
# What is read as another letter or taken out: letters without width, the escapes of RTF, tags and marks that only dress words, what escapes a letter in Markdown.
_ODD = re.compile(
    rf"(?P<broken>{_BROKEN})|(?P<soft>\u00ad\s{{0,2}}\n\s{{0,8}}|\u00ad)|(?P<rtf>\\'[0-9a-f]{{2}})|(?P<entity>&(?:#\d{{2,6}}|#x[0-9A-Fa-f]{{2,5}}|[A-Za-z]{{2,8}});)"
    r"|[\u200b-\u200f\u2060\ufeff]|</?(?:b|i|u|em|strong|span|a|font|mark|small|sup|sub|abbr|cite|ins)\b[^<>]{0,300}>|\*\*|\*(?=\w)|(?<=\w)\*|\\(?=[-_.*()\[\]/#&+!])"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read. `places`: of each of its letters in the text as it stands; None where they are the same."""

    plain: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where plain[start:end] stands in the text."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def readings_of(text: str) -> list[Reading]:
    """How a text can be read: as hyphens at the ends of lines belong to words, and as they do not, where there are any."""
    odd = list(_ODD.finditer(text))
    if not odd:
        return [Reading(text.translate(_SAME))]
    kept = _read(text, odd, joined=False)
    return [kept, _read(text, odd, joined=True)] if any(one["broken"] or one["soft"] for one in odd) else [kept]


def _read(text: str, odd: Sequence[re.Match[str]], *, joined: bool) -> Reading:
    parts: list[str] = []
    places = array("l")
    last = 0
    for one in odd:
        parts.append(text[last : one.start()])
        places.extend(range(last, one.start()))
        instead = ""
        if one["broken"] or one["soft"]:
            instead = "" if joined else "-"
        elif one["rtf"]:
            instead = bytes.fromhex(one["rtf"][2:]).decode("cp1252", "replace")
        elif one["entity"]:
            letters = html.unescape(one["entity"])
            instead = "" if letters == "\u00ad" else letters if len(letters) == 1 else one["entity"][:1]
        if instead:
            parts.append(instead)
            places.append(one.start())
        last = one.end()
    parts.append(text[last:])
    places.extend(range(last, len(text)))
    return Reading("".join(parts).translate(_SAME), places)
