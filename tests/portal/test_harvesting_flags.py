"""Each oddity of a source raises its own flag; a clean source raises none."""

import pytest

from harvesters.flags import CODES
from harvesters.http import Http
from portal.harvesting import run_source
from tests.harvesters.agency import Reply


@pytest.fixture
def hasty():
    """An Http that does not wait."""
    http = Http("tests", ["127.0.0.0/8"], 0, (2, 2), attempts=2, sleep=lambda seconds: None)
    yield http
    http.close()


def codes(run):
    assert len(run.flags) == len(run.flag_codes)
    assert set(run.flag_codes) <= set(CODES)
    return run.flag_codes


def test_a_clean_source_raises_no_flag(portal, catalogue):
    catalogue.publish(*range(1, 61))
    catalogue.datasets[3] |= {"colour": "green", "issued": "2031-01-01"}
    for _ in range(3):
        run = run_source(portal, catalogue.source(), full=True)
        assert (run.state, run.flags) == ("complete", [])
    assert run.notes == ["fields that this portal does not read: colour"]
    catalogue.publish(*range(1, 90))
    assert codes(run_source(portal, catalogue.source())) == []


@pytest.mark.parametrize(
    ("title", "code"), [("Just a moment...", "blocked"), ("Sign in", "login"), ("Under maintenance", "maintenance"), ("Acts", "wrong_type")]
)
def test_pages_instead_of_data_are_told_apart(portal, catalogue, hasty, title, code):
    catalogue.reply = Reply(f"<!doctype html><html><head><title>{title}</title></head></html>", media_type="text/html")
    run = run_source(portal, catalogue.source(), http=hasty)
    assert (run.state, codes(run)) == ("failed", [code])
    assert title in run.reason


def test_an_agency_that_is_down(portal, catalogue, hasty):
    catalogue.reply = Reply("busy", status=503, media_type="text/plain")
    assert codes(run_source(portal, catalogue.source(), http=hasty)) == ["unavailable"]


def test_sudden_shrinking_is_suspect(portal, catalogue, states):
    catalogue.publish(*range(1, 41))
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(*range(1, 11))
    run = run_source(portal, catalogue.source(grace=1))
    assert (run.state, codes(run)) == ("suspect", ["shrunk"])
    assert set(states().values()) == {("published", 1)}


def test_sudden_growth_is_flagged_and_kept(portal, catalogue):
    run_source(portal, catalogue.source())
    catalogue.publish(*range(1, 121))
    run = run_source(portal, catalogue.source())
    assert (run.state, run.new, codes(run)) == ("complete", 117, ["grew"])


def test_dates_that_all_lie_ahead_are_flagged(portal, catalogue):
    catalogue.publish(*range(1, 9))
    for dataset in catalogue.datasets:
        dataset["issued"] = "2931-05-01"
    run = run_source(portal, catalogue.source())
    assert codes(run) == ["future_dates"] and "8 of 8" in run.flags[0]


def test_fields_that_stop_arriving_are_flagged(portal, catalogue):
    catalogue.publish(*range(1, 41))
    run_source(portal, catalogue.source())
    for dataset in catalogue.datasets:
        dataset["tags"] = dataset.pop("keyword")
    run = run_source(portal, catalogue.source())
    assert codes(run) == ["format_drift"]
    assert "keywords (100% before, 0% now)" in run.flags[0]
    assert run.notes == ["fields that this portal does not read: tags"]


def test_an_unchanged_answer_forgets_no_field(portal, catalogue):
    catalogue.publish(*range(1, 41))
    run_source(portal, catalogue.source())
    assert run_source(portal, catalogue.source()).reason.startswith("nothing changed")
    for dataset in catalogue.datasets:
        del dataset["keyword"]
    assert codes(run_source(portal, catalogue.source())) == ["format_drift"]


def test_flags_are_published_with_their_codes(portal, client, catalogue, hasty):
    catalogue.reply = Reply("<html><title>Access Denied</title>", media_type="text/html")
    run_source(portal, catalogue.source(), http=hasty)
    (run,) = client.get("/sources/streets.json").get_json()["runs"]
    assert run["flag_codes"] == ["blocked"] and run["flags"] == [run["reason"]]
