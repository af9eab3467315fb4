"""Permanent numbers and identifiers: how two spellings are told to be one."""

import hashlib
import unicodedata
from typing import Any

# A record, or a part of one, as JSON has it.
Data = dict[str, Any]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number_of(source: str, identifier: str) -> str:
    """The permanent number: the first 60 bits of SHA-256, in Crockford's base32."""
    name = unicodedata.normalize("NFC", f"{source}\n{identifier}").encode()
    bits = int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 4
    return "".join(CROCKFORD[(bits >> shift) & 31] for shift in range(55, -1, -5))


def read_number(text: str) -> str | None:
    """A number in any spelling, or None."""
    number = text.strip().upper().replace("-", "").translate(str.maketrans("OIL", "011"))
    return number if len(number) == 12 and set(number) <= set(CROCKFORD) else None


def fold(text: str) -> str:
    """Identifiers are compared without case, marks and spaces; đ is d."""
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter) and not letter.isspace())[:500]


def spelt(source: str, identifier: str) -> set[str]:
    """How an identifier is written, folded, with and without its source before it."""
    return {fold(identifier), *(fold(f"{source}{mark}{identifier}") for mark in " /:")}


def is_called(record: Data, word: str) -> bool:
    """Whether a word is a record's number or one of its identifiers, now or before its source renumbered it."""
    words = identifiers(record) | spelt(record["source"], record["identifier"]) | record["names_before"]
    return read_number(word) in {record["number"], *record["formerly"]} or fold(word) in words


def identifiers(record: Data) -> set[str]:
    """The folded identifiers of a record."""
    return {fold(record["identifier"])} | {fold(other["value"]) for other in record.get("other_identifiers", ())}
