"""What tests of the portal ask for beside the common fixtures: agencies to harvest, officers who publish."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harvesters.source import Source
from tests.factories import a_source
from tests.harvesters.agency import Agency, Asked, Reply

from .desk import Officer


class Catalogue:
    """An agency that publishes its datasets as data.json, with an ETag. Change `datasets`, and it says something new.

    `reply` takes the place of the answer: an agency on a bad day.
    """

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.url = agency.plays("/data.json", self._answer)
        self.reply: Reply | None = None
        self.datasets: list[Any] = []
        self.not_modified = 0

    def publish(self, *numbers: int, title: str = "Dataset {}") -> None:
        """Publish datasets with these numbers, and nothing else."""
        self.datasets = [self.dataset(number, title=title.format(number)) for number in numbers]

    def dataset(self, number: int, **changes: Any) -> dict[str, Any]:
        return {
            "identifier": f"set-{number}",
            "title": f"Dataset {number}",
            "description": f"What was measured in street {number}.",
            "modified": "2024-05-01",
            "accessLevel": "public",
            "publisher": {"name": "Office of Streets"},
            "keyword": ["streets"],
        } | changes

    def source(self, **changes: Any) -> Source:
        """Its declaration."""
        return a_source("streets", kind="data_json", url=self.url, axis="outcome", options={}, **changes)

    def _answer(self, asked: Asked) -> Reply:
        if self.reply:
            return self.reply
        content = json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": self.datasets})
        etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'
        if asked.headers.get("If-None-Match") == etag:
            self.not_modified += 1
            return Reply(status=304)
        return Reply(content, headers={"ETag": etag})


@pytest.fixture
def agency() -> Iterator[Agency]:
    """A real HTTP server on loopback that answers as it is told."""
    agency = Agency()
    yield agency
    agency.close()


@pytest.fixture
def catalogue(agency: Agency) -> Catalogue:
    """An agency that publishes three datasets."""
    catalogue = Catalogue(agency)
    catalogue.publish(1, 2, 3)
    return catalogue


@pytest.fixture
def states(portal: Any) -> Callable[[], dict[str, tuple[str, int]]]:
    """`states()`: state and version of every record, by identifier."""
    from sqlalchemy import select

    from portal.models import RecordRow

    def read() -> dict[str, tuple[str, int]]:
        with portal.database.read() as session:
            rows = session.execute(select(RecordRow.identifier, RecordRow.state, RecordRow.version))
            return {identifier: (state, version) for identifier, state, version in rows}

    return read


@pytest.fixture
def officer(app: Any) -> Officer:
    """An officer of the Hanoi council, signed in."""
    officer = Officer(app)
    assert officer.signs_in().status_code == 303
    return officer
