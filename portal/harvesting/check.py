"""Check: try a source without storing anything."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from harvesters.flags import Flag
from harvesters.http import Http, SourceFault
from harvesters.record import Record
from harvesters.run import Account, Harvested, Rejected, harvest
from harvesters.source import Source

from ..parts import Portal
from .traffic import opened

SHOWN = 20


@dataclass
class Check:
    """What a source would bring: how many records by axis and type, and by axis and the rule that put them
    there; some of them; what would be rejected; what is odd; and why it could not be asked."""

    received: int = 0
    skipped: int = 0
    expected: int | None = None
    complete: bool = False
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    records: list[Record] = field(default_factory=list)
    rejected: int = 0
    rejects: list[Rejected] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    fault: str = ""

    @property
    def valid(self) -> int:
        return self.types.total()


def check(portal: Portal, source: Source, limit: int | None = None, http: Http | None = None) -> Check:
    """Fetch `source` (at most `limit` items) and say what would come of it. Stores nothing."""
    found, account = Check(), Account()
    try:
        with (
            opened(http, portal.settings, source) as way,
            closing(harvest(source, way, None, account, limit)) as results,
        ):
            for result in results:
                if isinstance(result, Rejected):
                    found.rejected += 1
                    found.rejects += [result] if found.rejected <= SHOWN else []
                elif isinstance(result, Harvested):
                    _count(found, result.record)
    except SourceFault as fault:
        found.fault = str(fault)
    found.received, found.skipped, found.expected = account.received, account.skipped, account.expected
    found.complete, found.flags = account.complete, account.flags
    return found


def _count(found: Check, record: Record) -> None:
    found.types[record.axis, record.type] += 1
    found.rules[record.axis, record.axis_rule] += 1
    if len(found.records) < SHOWN:
        found.records.append(record)
