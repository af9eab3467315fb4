"""Names as they are compared: what is certainly the same name, and what is only like it.

Certain are case, spaces and signs, and for firms how their legal form is written ("Ltd." and "Limited", "G.m.b.H." and
"GmbH"). Marks are not: Nguyễn Văn Hùng and Nguyễn Văn Hưng are two. A legal form itself belongs to the name: Alpha Ltd and
Alpha Inc are two.
"""

import hashlib
import re
import unicodedata

from slugify import slugify

# How legal forms are written → how they are compared; at the end of a name, in the order of trying.
_ENDS = tuple(
    (re.compile(rf"(?:^|(?<= ))(?:{pattern})$"), form)
    for pattern, form in (
        (r"g ?m ?b ?h (?:and )?(?:und )?co k ?g|gmbh co kg", "gmbh co kg"),
        (r"g ?m ?b ?h|gesellschaft mit beschränkter haftung", "gmbh"),
        (r"co ltd|company limited|co limited|company ltd", "co ltd"),
        (r"p ?l ?c|public limited company", "plc"),
        (r"l ?l ?c|limited liability company", "llc"),
        (r"l ?l ?p|limited liability partnership", "llp"),
        (r"ltd|limited", "ltd"),
        (r"inc|incorporated", "inc"),
        (r"corp|corporation", "corp"),
        (r"s ?a de c ?v|sociedad anónima de capital variable", "sa de cv"),
        (r"s ?a ?s", "sas"),
        (r"s ?r ?l", "srl"),
        (r"s ?p ?a", "spa"),
        (r"s ?a|sociedad anónima|société anonyme", "sa"),
        (r"a ?g|aktiengesellschaft", "ag"),
        (r"e ?v|eingetragener verein", "ev"),
        (r"b ?v|besloten vennootschap", "bv"),
        (r"α ?ε|ανώνυμη εταιρεία|ανωνυμη εταιρεια|ανωνυμη εταιρια", "αε"),
        (r"ο ?ε|ομόρρυθμη εταιρεία|ομορρυθμη εταιρεια", "οε"),
        (r"ε ?π ?ε", "επε"),
    )
)
_BEGINNINGS = (
    (re.compile(r"^(?:công ty|cty) (?:tnhh|trách nhiệm hữu hạn)(?: (?:mtv|một thành viên|1 thành viên))(?= )"), "công ty tnhh mtv"),
    (re.compile(r"^(?:công ty|cty) (?:tnhh|trách nhiệm hữu hạn)(?= )"), "công ty tnhh"),
    (re.compile(r"^(?:công ty|cty) (?:cp|cổ phần)(?= )"), "công ty cp"),
)


def same_name(name: str) -> str:
    """What two spellings of certainly the same name have in common: without case, signs and double spaces."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()


def same_firm(name: str) -> str:
    """As `same_name`, with one way of writing each legal form."""
    return _split(name)[2]


def like(name: str, *, firm: bool = False) -> str:
    """What names have in common that may be the same: without marks, and for firms without the legal form."""
    words = _split(name)[1] if firm else same_name(name)
    folded = unicodedata.normalize("NFKD", words).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter))[:500]


def _split(name: str) -> tuple[str, str, str]:
    """A firm's name as (legal form, the rest, both)."""
    words = same_name(name.replace("&", " "))
    for pattern, form in _BEGINNINGS:
        if found := pattern.match(words):
            rest = words[found.end() :].strip()
            return form, rest, f"{form} {rest}"
    for pattern, form in _ENDS:
        if (found := pattern.search(words)) and (rest := words[: found.start()].strip()):
            return form, rest, f"{rest} {form}"
    return "", words, words


def address_of(within: str, name: str) -> str:
    """The address of a compared name within an agency or a country: readable, and the same for no other name."""
    words = slugify(name)
    address = "-".join(part for part in (within, words) if part)
    exact = name.isascii() and words == name.replace(" ", "-")
    if exact and len(address) <= 150:
        return address
    digest = hashlib.sha256(f"{within}\n{name}".encode()).hexdigest()[:8]
    return f"{address[:140].rstrip('-')}-{digest}"
