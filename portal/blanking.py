"""Personal data in what readers write: found, and blanked out for good, so that everybody sees that something was there."""

import re
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from .leaks import Finding, describe, inspect_text

BLANK = "█████"
_MASKED = re.compile("•+")


class NotThere(ValueError):
    """A passage that is to be blanked out does not stand in the text; the message says which."""


def passages(text: str) -> list[str]:
    """The passages that hold personal data, as they stand in the text: what an officer is offered to blank out."""
    found = (re.search(_pattern(one), text) for one in inspect_text(text))
    return list(dict.fromkeys(match[0] for match in found if match))


def _pattern(finding: Finding) -> str:
    """Findings are masked in the middle; what they were found by is told apart by what stands around that."""
    value = re.sub(r"^[A-Z]{2} ", "", finding.what) if finding.code == "national_id" else finding.what
    value = value.removesuffix("…")
    # Of values of one or two letters the mask may be longer than what it hides.
    gap = rf".{{{len(bullets[0])}}}" if (bullets := _MASKED.findall(value)) and len(bullets[0]) > 1 else ".?"
    return gap.join(re.sub(r"(?:\\ )+", r"\\s+", re.escape(part)) for part in _MASKED.split(value))


def blank(text: str, unwanted: Iterable[str]) -> str:
    """The text without those passages, wherever they stand in it. Raises NotThere."""
    for passage in sorted({" ".join(one.split()) for one in unwanted if one.strip()}, key=len, reverse=True):
        pattern = re.compile(r"\s+".join(map(re.escape, passage.split())), re.IGNORECASE)
        if not pattern.search(text):
            raise NotThere(_("“%(words)s” does not stand in the text; copy the words as they stand there", words=passage[:60]))
        text = pattern.sub(BLANK, text)
    return text


def is_blanked(text: str) -> bool:
    """Whether something was blanked out."""
    return BLANK in text


def without_marks(text: str) -> str:
    """What a reader typed, in which nothing looks as if it had been blanked out."""
    return text.replace("█", "")


def shown(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Findings in words, as (what it is called, the masked value), each once."""
    return list(dict.fromkeys((describe(one.code)[0], one.what) for one in findings))
