"""What a source itself says is gone is withdrawn at once, and returns when it is listed again."""

import pytest

from harvesters.run import Account, Rejected, Tombstone, harvest
from portal import catalogue as reads
from portal.harvesting import run_source


@pytest.fixture
def with_tombstones(monkeypatch):
    """The kind data_json in a dialect that marks what is gone."""
    from harvesters.kinds import data_json

    collect = data_json.collect

    def collecting(source, http, since):
        for came in collect(source, http, since):
            is_gone = isinstance(getattr(came, "data", None), dict) and came.data.get("deleted")
            yield Tombstone(came.identifier, came.url) if is_gone else came

    monkeypatch.setattr(data_json, "collect", collecting)


@pytest.mark.usefixtures("with_tombstones")
def test_a_tombstone_withdraws_at_once(portal, client, catalogue, states):
    run_source(portal, catalogue.source())
    catalogue.datasets[1]["deleted"] = True
    run = run_source(portal, catalogue.source())
    assert (run.state, run.unchanged, run.withdrawn, run.received, run.skipped, run.flags) == ("complete", 2, 1, 3, 1, [])
    assert states()["set-2"] == ("withdrawn", 2)
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-2", "streets")
    assert "says that it has deleted this record" in client.get(f"/records/{entry.number}").text
    assert run_source(portal, catalogue.source(), full=True).withdrawn == 0
    del catalogue.datasets[1]["deleted"]
    assert run_source(portal, catalogue.source()).changed == 1
    assert states()["set-2"] == ("published", 3)


@pytest.mark.usefixtures("with_tombstones")
def test_a_tombstone_is_no_record_and_no_reject(catalogue):
    from harvesters.http import Http

    catalogue.datasets[0]["deleted"] = True
    account = Account()
    with Http("tests", ["127.0.0.0/8"], 0) as http:
        results = list(harvest(catalogue.source(), http, account=account))
    assert results[0] == Tombstone("set-1", catalogue.url) and not any(isinstance(one, Rejected) for one in results)
    assert (account.complete, account.received, account.profile.records) == (True, 3, 2)
