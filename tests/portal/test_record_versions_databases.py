"""The history of a record, the day, and what nobody announced: on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_policy


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


def test_versions_and_days_are_the_same_on_every_database(client: JudgingClient, save: Callable[..., list[str]]) -> None:
    record = a_policy(summary="One", modified="2024-01-01")
    [number] = save(record)
    save(record.model_copy(update={"summary": "Two"}), now=NOW + timedelta(days=1))
    save(record.model_copy(update={"summary": "Three", "modified": "2024-07-01"}), now=NOW + timedelta(days=2))
    rows = client.get(f"/records/{number}/versions.json").json["versions"]
    assert [(row["version"], row["announced"]) for row in rows] == [(3, True), (2, False), (1, None)]
    assert client.get(f"/records/{number}/as-of/2024-06-02.json").json["record"]["summary"] == "Two"
    assert "<del>One</del><ins>Two</ins>" in client.get(f"/records/{number}/compare/1..2").text
