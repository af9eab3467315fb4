"""Flags: what is odd about a harvest, in words for people and in a code for machines."""

CODES = {
    "odd": "something unusual, told in words",
    "unavailable": "the agency was down, too slow, or asked to come back later",
    "bad_answer": "the agency answered, but not with what its address promises",
    "wrong_type": "what came is not of the type that it should be",
    "blocked": "a page that blocks machines came instead of data",
    "login": "a page to sign in came instead of data",
    "maintenance": "a page about maintenance came instead of data",
    "address_refused": "the address is not one that harvesters may reach",
    "robots": "the agency's robots.txt asks not to fetch the address",
    "redirected": "another host answered",
    "waited": "the agency asked to wait",
    "encoding": "the answer is not in the encoding that it should be in",
    "short": "fewer items came than the source says it has",
    "below_minimum": "fewer records came than the declaration expects",
    "shrunk": "far fewer records came than before",
    "grew": "far more records came than before",
    "many_rejects": "many items were rejected",
    "future_dates": "nearly all records are dated in the future",
    "format_drift": "fields that nearly every record had have stopped arriving",
    "repeated_page": "a page came again",
    "endless_paging": "paging did not end",
    "out_of_reach": "the source does not show everything that it has",
    "own_fault": "a fault of this portal's own: a full disk, a database that does not take it",
    "renumbered": "the source gave records other identifiers",
}


class Flag(str):
    """What is odd, in words; `code` is one of CODES."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, words: str, code: str = "odd") -> "Flag":
        if code not in CODES:
            raise ValueError(f"{code!r} is not the code of a flag; known: {', '.join(CODES)}")
        flag = super().__new__(cls, words)
        flag.code = code
        return flag


def code_of(words: str) -> str:
    """The code of a flag; "odd" for plain words."""
    return words.code if isinstance(words, Flag) else "odd"
