"""Dockets of US rule-making: what a document names as its docket, and which records that makes it part of."""

import re
from collections.abc import Iterable, Mapping

from ..record import Relation

# EPA-R09-OAR-2023-0649, FDA-2007-D-0369, DHS-2023-0006: the agency first, a year, the running number last.
_DOCKET = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]*)(?:-[A-Z0-9]+)*-(?:19|20)\d\d(?:-[A-Z]+)*-\d{4,5}(?![\w-])")
# Where an agency's documents lie that belong to no docket: EPA_FRDOC_0001.
_BIN = re.compile(r"_FRDOC_\d+$")


def is_bin(docket: str) -> bool:
    """Whether that is no docket of a matter, but where Regulations.gov keeps what an agency has posted without one."""
    return bool(_BIN.search(docket))


def part_of_dockets(stated: Iterable[str], sources: Mapping[str, str]) -> tuple[Relation, ...]:
    """The dockets that these words name, as what their document is part of. `sources`: the source whose records an
    agency's dockets are, by the letters that its dockets begin with; of other agencies nothing is said."""
    found: dict[str, str] = {}
    for words in stated:
        for match in _DOCKET.finditer(str(words)):
            if match[1] in sources:
                found.setdefault(match[0], sources[match[1]])
    return tuple(Relation(type="part_of", source=source, identifier=docket) for docket, source in found.items())
