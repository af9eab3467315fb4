"""Which components of SDMX messages are dimensions, and which only say something of figures."""

import re
from collections.abc import Mapping

from .series import TIME_NAMES, Cube

NOT_KEYS = frozenset({"OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "OBS_CONF", "OBS_COM", "PRE_BREAK_VALUE", "OBS_FLAG"})
# What is said of a series beside its key, in messages that tell both alike and have no structure at hand. A unit is not
# among it: taken for a part of the key it keeps apart what differs in nothing else.
_ATTRIBUTES = re.compile(
    r"^(TITLE|TITLE_COMPL|UNIT_MULT|UNIT_MULTIPLIER|POWERCODE|DECIMALS|COLLECTION|TIME_FORMAT|SOURCE_AGENCY|LAST_UPDATE|IDBANK"
    r"|BASE_PER|TIME_PER_COLLECT|REF_PERIOD.*|OBS_STATUS|OBS_CONF|CONF_STATUS|COMMENT.*|NOTE.*|CONTACT.*|PUBL_.*|DOM_SER_IDS"
    r"|BREAKS|COVERAGE|NAT_TITLE|COMPILATION|UNIT_INDEX_BASE|SERIES_.*|METHOD.*|DATA_COMP|DISS_ORG|EMBARGO.*)$"
)


def is_key(name: str, cube: Cube) -> bool:
    """Whether a component is part of the key: as the structure says, else as its name tells."""
    told = cube.components.get(name.upper())
    return told if told is not None else not _ATTRIBUTES.match(name)


def without_time(key: Mapping[str, str]) -> dict[str, str]:
    """A key without the dimension of time."""
    return {name: code for name, code in key.items() if name.upper() not in TIME_NAMES}
