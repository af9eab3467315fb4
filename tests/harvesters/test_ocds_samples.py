"""Recorded releases and records of eleven publishers, served by a real server."""

from collections import Counter
from pathlib import Path

import pytest

from harvesters.http import Http
from harvesters.run import Account, Harvested, Rejected, harvest

from ..telling import Tell
from .agency import Agency, Reply
from .conftest import a_source

pytestmark = pytest.mark.samples

# Publisher → language, and how many processes, awards and contracts come of its files.
PUBLISHERS = {
    "armenia": ("hy", 300, 68, 0), "australia": ("en", 10, 0, 0), "canada": ("en", 0, 11, 0), "colombia": ("es", 21, 20, 0),
    "mexico": ("es", 10, 19, 0), "moldova": ("ro", 51, 18, 0), "paraguay": ("es", 12, 10, 3), "taiwan": ("zh", 11, 11, 0),
    "uganda": ("en", 10, 0, 0), "uk-contracts-finder": ("en", 11, 0, 0), "ukraine": ("uk", 11, 13, 0),
}  # fmt: skip


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_everything_that_a_publisher_sent_is_harvested(
    agency: Agency, http: Http, samples: Path, publisher: str, tell: Tell
) -> None:
    paths = sorted((samples / "ocds" / publisher).rglob("*.json"))
    names = []
    for place, path in enumerate(paths):
        content = path.read_bytes()
        if publisher == "armenia":  # its pages lead on to ones that were not recorded
            content = content.replace(b'"next_page"', b'"next_page_not_recorded"')
        # Linked releases that were not recorded are asked of our server, which has none.
        content = content.replace(b"https://www.contrataciones.gov.py", agency.url.encode())
        agency.plays(f"/{place}.json", Reply(content))
        names.append(f"{place}.json")
    language, *counts = PUBLISHERS[publisher]
    source = a_source("ocds", f"{agency.url}/", language=language, options={"files": names})
    account = Account()
    results = list(harvest(source, http, account=account))
    rejected = [result.reason for result in results if isinstance(result, Rejected)]
    records = [result.record for result in results if isinstance(result, Harvested)]
    types = Counter(record.type for record in records)
    amounts = sum(record.amount is not None for record in records)  # type: ignore[attr-defined]
    tell(
        f"{publisher}: {account.received} items, {dict(types)}, {amounts} with amounts, "
        f"{len(rejected)} rejected {account.flags or ''} {Counter(rejected)}"
    )
    assert [types[name] for name in ("notice", "award", "contract")] == counts
    assert len(rejected) <= account.received / 100
    assert account.received == len(results) + account.skipped
    again = [result.record for result in harvest(source, http) if isinstance(result, Harvested)]
    assert [record.fingerprint() for record in again] == [record.fingerprint() for record in records]
