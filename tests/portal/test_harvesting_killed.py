"""A harvest killed at any point: the next run completes, with the same records as an undisturbed one."""

import json
import shutil
import signal
import subprocess
import sys

import pytest
from sqlalchemy import select

from portal import catalogue as reads
from portal.harvesting import run_source
from portal.models import IdentifierRow, Issue, Lease, RecordRow, RelationRow, Revision, Run
from portal.parts import Portal
from portal.settings import Settings

# Harvests like any process of the portal, and kills itself (SIGKILL) at the n-th transaction: just before it is
# committed, or just after.
PROGRAM = """
import ipaddress, json, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from harvesters.source import Source
from portal.harvesting import run_source
from portal.parts import Portal
from portal.settings import Settings

folder, declaration, moment, position = sys.argv[1:]
seen = 0

def count(session):
    global seen
    seen += 1
    if seen == int(position):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Session, moment, count)
settings = Settings(data_dir=Path(folder), trusted_networks=(ipaddress.ip_network("127.0.0.0/8"),))
run_source(Portal(settings), Source(**json.loads(declaration)))
"""
TRANSACTIONS = 5  # begin, three batches, end


def killed(folder, source, moment, position):
    arguments = [str(folder), source.model_dump_json(), moment, str(position)]
    ended = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def open_portal(folder, settings):
    return Portal(Settings(data_dir=folder, trusted_networks=settings.trusted_networks))


def contents(portal):
    """Everything about records that does not depend on when it was stored, and by which run."""
    with portal.database.read() as session:
        records = {
            row.id: (row.identifier, row.state, row.version, row.change, row.missed, row.fingerprint, json.dumps(row.data),
                     row.raw, row.reason)
            for row in session.scalars(select(RecordRow))
        }  # fmt: skip
        name = {row_id: record[0] for row_id, record in records.items()}
        revisions = {
            (name[row.record_id], row.version, row.state, row.change, json.dumps(row.data), row.raw)
            for row in session.scalars(select(Revision))
        }
        links = sorted(
            (name[row.record_id], row.type, row.target_number) for row in session.scalars(select(RelationRow))
        )
        identifiers = sorted((name[row.record_id], row.value) for row in session.scalars(select(IdentifierRow)))
        assert all(portal.raw.get(record[7]) for record in records.values())
        return sorted(records.values()), sorted(revisions), links, identifiers


@pytest.fixture
def before(portal, catalogue, tmp_path):
    """A data folder after a first harvest of 450 datasets, and an agency that has changed some of them since."""
    catalogue.publish(*range(450))
    run_source(portal, catalogue.source(grace=1))
    portal.close()
    catalogue.publish(*range(5, 440), title="Dataset {} of the new edition")
    catalogue.datasets[7] = {"identifier": "set-12"}
    catalogue.datasets += [catalogue.dataset(number, isPartOf="set-20") for number in range(450, 460)]
    shutil.rmtree(portal.settings.search_dir, ignore_errors=True)
    return portal.settings.data_dir


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_a_killed_harvest_is_completed_by_the_next(before, catalogue, settings, tmp_path, moment):
    undisturbed = open_portal(shutil.copytree(before, tmp_path / "undisturbed"), settings)
    whole = run_source(undisturbed, catalogue.source(grace=1))
    assert (whole.state, whole.new, whole.changed, whole.withdrawn, whole.rejected) == ("complete", 10, 434, 15, 1)
    expected = contents(undisturbed)
    for position in range(1, TRANSACTIONS + 1):
        folder = shutil.copytree(before, tmp_path / f"killed-{position}")
        killed(folder, catalogue.source(grace=1), moment, position)
        portal = open_portal(folder, settings)
        run = run_source(portal, catalogue.source(grace=1))
        assert run.state == "complete"
        assert contents(portal) == expected, f"killed {moment} {position}"
        with portal.database.read() as session:
            states = [run.state for run in reads.runs(session, "streets")]
            assert "running" not in states
            assert session.scalars(select(Lease)).all() == []
            assert len(session.scalars(select(Issue).where(Issue.run_id == run.id)).all()) == run.rejected
        if (moment, position) not in (("before_commit", 1), ("after_commit", TRANSACTIONS)):
            assert states == ["complete", "interrupted", "complete"]
        portal.close()
    undisturbed.close()


def test_the_killing_would_be_noticed(before, catalogue, settings, tmp_path):
    """What a killed run leaves is not yet what an undisturbed one leaves: the comparison can fail."""
    folder = shutil.copytree(before, tmp_path / "killed")
    killed(folder, catalogue.source(grace=1), "after_commit", 3)
    left = open_portal(folder, settings)
    with left.database.read() as session:
        (run,) = session.scalars(select(Run).where(Run.state == "running")).all()
        assert run.changed == 399
        assert {row.version for row in session.scalars(select(RecordRow))} == {1, 2}
    left.close()
