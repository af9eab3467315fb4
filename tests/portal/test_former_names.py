"""A target that names its outcome as its source once called it: renumbered or merged, the outcome measures it still, everywhere."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from harvesters.record import Observation, Relation, Report, Target, number_of
from portal import catalogue, outcome_clock, renumbering, search, store
from portal.measuring import measuring
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..factories import a_policy, an_outcome

Save = Callable[..., list[str]]
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCE = an_outcome().source
OLD = number_of(SOURCE, "Cũ 1")
WORDS = [OLD, f"{OLD[:4]}-{OLD[4:8]}-{OLD[8:]}".lower(), "Cũ 1", "cu1", f"{SOURCE}/Cũ 1", f"{SOURCE}:Cũ 1"]


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


def figures(value: str = "75") -> tuple[Observation, ...]:
    return (Observation(period="2025", value=value),)


def arrive(portal: Portal, record: Any, formerly: str = "") -> None:
    with portal.database.write() as session:
        arrivals = [store.Arrival(record, formerly=(formerly,) if formerly else ())]
        store.save_many(session, arrivals, now=JUNE, renumbered=renumbering.adopt(session, arrivals, JUNE))


@pytest.fixture(params=["renumbered", "merged"])
def moved(request: pytest.FixtureRequest, portal: Portal, save: Save) -> Callable[..., str]:
    """`moved(policy)`: an outcome "Cũ 1" and the policy arrive, then the outcome goes on as "new"; its number then."""

    def move(policy: Any, joined: bool = False) -> str:
        relations = (Relation(type="measures", number=policy.number),) if joined else ()
        save(an_outcome(identifier="Cũ 1", title="Online", observations=figures(), relations=relations), policy)
        if request.param == "merged":
            save(an_outcome(identifier="new", title="Online, new", observations=figures()))
        outcome_clock.catch_up(portal)
        arrive(portal, an_outcome(identifier="new", title="Online, new", observations=figures("76"), relations=relations), formerly="Cũ 1")
        return number_of(SOURCE, "new")

    return move


def naming(word: str, **more: Any) -> Any:
    return a_policy(identifier="plan", issued="2020-01-01", targets=(Target(indicator="Services", value=70, due="2025", measured_by=word),), **more)


@pytest.mark.parametrize("word", WORDS)
def test_a_former_name_of_every_spelling_is_followed_by_page_clock_and_outcome(moved: Callable[..., str], client: JudgingClient, word: str) -> None:
    policy = naming(word)
    new = moved(policy)
    [promise] = client.get("/outcome-clock.json?state=all").json["results"]
    assert (promise["state"], promise["outcome"]) == ("reported", new)
    [progress] = client.get(f"/records/{policy.number}.json").json["progress"]
    assert (progress["standing"], progress["outcome"], progress["figure"]) == ("reached", new, "76")
    [measures] = client.get(f"/records/{new}.json").json["measures"]
    assert (measures["policy"], measures["standing"]) == (policy.number, "reached")


@pytest.mark.parametrize("word", [OLD, "Cũ 1", f"{SOURCE} Cũ 1"])
def test_the_matter_finds_no_gap_and_its_answer_in_short_tells_the_figure(moved: Callable[..., str], client: JudgingClient, word: str) -> None:
    policy = naming(word)
    new = moved(policy, joined=True)
    matter = client.get(f"/records/{policy.number}/thread.json").json
    assert "target_overdue" not in {gap["code"] for gap in matter["gaps"]}
    page = client.get(f"/records/{policy.number}/thread").text
    assert f"/records/{new}" in page and "No figure here shows whether" not in page


def test_a_matter_that_was_read_before_a_merger_is_read_anew(client: JudgingClient, save: Save, portal: Portal) -> None:
    policy = naming("Cũ 1")
    save(an_outcome(identifier="new", observations=figures(), relations=(Relation(type="measures", number=policy.number),)), policy)
    address = f"/records/{policy.number}/thread.json"
    assert "target_overdue" in {gap["code"] for gap in client.get(address).json["gaps"]}
    save(an_outcome(identifier="Cũ 1", observations=figures()))
    with portal.database.write() as session:
        old, new = (session.scalars(select(RecordRow).where(RecordRow.identifier == one)).one() for one in ("Cũ 1", "new"))
        renumbering.merge(session, old, new, JUNE)
    assert "target_overdue" not in {gap["code"] for gap in client.get(address).json["gaps"]}


def test_a_report_that_is_kept_under_a_former_name_is_kept(moved: Callable[..., str], client: JudgingClient) -> None:
    new = moved(a_policy(identifier="plan", issued="2020-01-01", targets=(), reports=(Report(what="Map", due="2025-12-31", kept_by="Cũ 1"),)))
    [promise] = client.get("/outcome-clock.json?state=all").json["results"]
    assert (promise["state"], promise["outcome"]) == ("reported", new)


def test_a_name_that_another_record_had_means_that_one_alone(client: JudgingClient, save: Save, portal: Portal) -> None:
    other = an_outcome(identifier="other", indicator="Roads", observations=figures("10"))
    policy = naming("Cũ 2")
    save(an_outcome(identifier="Cũ 1", observations=figures()), other, policy)
    arrive(portal, an_outcome(identifier="new", observations=figures()), formerly="Cũ 1")
    assert client.get(f"/records/{policy.number}.json").json["progress"][0]["outcome"] is None


def test_many_targets_take_no_more_statements_than_one(save: Save, portal: Portal) -> None:
    outcomes = [an_outcome(identifier=f"o {n}", observations=figures()) for n in range(60)]
    words = [f"o {n}" if n % 2 else f"{SOURCE}/o {n}" for n in range(60)]
    targets = tuple(Target(indicator=f"I{n}", value=1, due="2030", measured_by=word) for n, word in enumerate(words))
    save(*outcomes, a_policy(identifier="many", targets=targets), a_policy(identifier="one", targets=targets[:1]))
    counted: dict[str, int] = {}
    with portal.database.read() as session:
        for name in ("one", "many"):
            [policy] = catalogue.find_by_identifier(session, name)
            asked: list[str] = []
            note = lambda *given, asked=asked: asked.append(given[2])  # noqa: E731
            event.listen(session.get_bind(), "before_cursor_execute", note)
            assert len(measuring(session, policy)) == len(policy.data["targets"])
            event.remove(session.get_bind(), "before_cursor_execute", note)
            counted[name] = len(asked)
    assert counted["one"] == counted["many"]


def test_the_script_that_has_the_public_export_alone_finds_the_same(moved: Callable[..., str], portal: Portal, live_server: LiveServer) -> None:
    moved(a_policy(identifier="plan", issued="2020-01-01", targets=tuple(Target(indicator=f"I{n}", value=70 + n, due=f"{2020 + n}", measured_by=word) for n, word in enumerate(WORDS)),
                   reports=(Report(what="Map", due="2025-12-31", kept_by="Cũ 1"),)))  # fmt: skip
    search.catch_up(portal)
    script = Path(__file__).parents[2] / "docs" / "reproduce.py"
    done = subprocess.run([sys.executable, "-I", str(script), live_server.url, "--check"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
