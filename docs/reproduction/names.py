"""Who is the same: names of people, bodies and suppliers as they are compared, and the addresses of their pages.

Case, signs and spaces do not matter, and for firms not how their legal form is written; accents do matter. A person or a body is told
apart within its agency; a supplier by its number in a register, else by country and name.
"""

import hashlib
import re
import unicodedata

# Legal forms at the end of a name: as compared, letters that may stand apart ("G.m.b.H."), whole words.
ENDS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("gmbh co kg", ("gmbhcokg", "gmbhandcokg", "gmbhundcokg"), ()),
    ("gmbh", ("gmbh",), ("gesellschaft mit beschränkter haftung",)),
    ("co ltd", (), ("co ltd", "company limited", "co limited", "company ltd")),
    ("plc", ("plc",), ("public limited company",)),
    ("llc", ("llc",), ("limited liability company",)),
    ("llp", ("llp",), ("limited liability partnership",)),
    ("ltd", (), ("ltd", "limited")),
    ("inc", (), ("inc", "incorporated")),
    ("corp", (), ("corp", "corporation")),
    ("sa de cv", ("sadecv",), ("sociedad anónima de capital variable",)),
    ("sas", ("sas",), ()),
    ("srl", ("srl",), ()),
    ("spa", ("spa",), ()),
    ("sa", ("sa",), ("sociedad anónima", "société anonyme")),
    ("ag", ("ag",), ("aktiengesellschaft",)),
    ("ev", ("ev",), ("eingetragener verein",)),
    ("bv", ("bv",), ("besloten vennootschap",)),
    ("αε", ("αε",), ("ανώνυμη εταιρεία", "ανωνυμη εταιρεια", "ανωνυμη εταιρια")),
    ("οε", ("οε",), ("ομόρρυθμη εταιρεία", "ομορρυθμη εταιρεια")),
    ("επε", ("επε",), ()),
)
# Legal forms at the beginning, as Viet Nam writes them.
LIMITED = [f"{firm} {form}" for firm in ("công ty", "cty") for form in ("tnhh", "trách nhiệm hữu hạn")]
STARTS = (
    ("công ty tnhh mtv", [f"{form} {one}" for form in LIMITED for one in ("mtv", "một thành viên", "1 thành viên")]),
    ("công ty tnhh", LIMITED),
    ("công ty cp", [f"{firm} {form}" for firm in ("công ty", "cty") for form in ("cp", "cổ phần")]),
)


def same_name(name: str) -> str:
    """What two spellings of one name have in common."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()


def same_firm(name: str) -> str:
    """The same for a firm, with one way of writing each legal form."""
    name = same_name(name)
    for form, spellings in STARTS:
        for spelling in spellings:
            if name.startswith(f"{spelling} "):
                return f"{form} {name[len(spelling) :].strip()}"
    words = name.split(" ")
    for form, letters, spellings_ in ENDS:
        for start in range(1, len(words)):
            tail = words[start:]
            if "".join(tail) in letters or " ".join(tail) in spellings_:
                return f"{' '.join(words[:start])} {form}"
    return name


def address_of(within: str, name: str) -> str:
    """What tells the page of a compared name: its address, where letters and figures of ASCII make it; else the eight digits of
    SHA-256 that its address ends with (its words are then written as they sound, for reading alone)."""
    address = "-".join(part for part in (within, name.replace(" ", "-")) if part)
    if name.isascii() and len(address) <= 150:
        return address
    return "…" + hashlib.sha256(f"{within}\n{name}".encode()).hexdigest()[:8]


def as_told(slug: str, own: set[str]) -> str:
    """An address that the portal uses, as `address_of` tells it; `own`: what that made."""
    return slug if slug in own else f"…{slug[-8:]}"
