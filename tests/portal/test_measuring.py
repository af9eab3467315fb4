"""What measures a target is said once: by the policy, by the outcome, by the matter and by the clock alike."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from harvesters.record import Agency, Identifier, Observation, Relation, Target
from portal.matter import recent

from ..conftest import NOW, JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
Figure = tuple[str, str | None, str | None, str]


def figures(*some: Figure) -> tuple[Observation, ...]:
    return tuple(Observation(period=period, place=place, value=value, status=status) for period, place, value, status in some)


def overdue(client: JudgingClient, number: str) -> set[tuple[str, str]]:
    """The targets of which the matter says that no figure shows whether they were reached."""
    gaps = client.get(f"/records/{number}/thread.json").json["gaps"]
    return {(gap["number"], gap["name"]) for gap in gaps if gap["code"] == "target_overdue"}


def measures(relations: Any) -> tuple[Relation, ...]:
    return (Relation(type="measures", number=relations.number),)


def due(indicator: str = "Trees", **more: Any) -> tuple[Target, ...]:
    return (Target(indicator=indicator, value=70, due="2024", **more),)


def test_a_forecast_hides_no_figure_from_the_gaps(client: JudgingClient, save: Save) -> None:
    plan = a_policy(targets=due())
    seen = figures(("2019", None, "5", "A"), ("2024", None, "60", "A"), ("2025", None, "65", "A"), ("2035", None, "99", "F"))
    save(plan, an_outcome(indicator="Trees", observations=seen, relations=measures(plan)))
    assert client.get(f"/records/{plan.number}.json").json["progress"][0]["standing"] == "not_reached"
    assert overdue(client, plan.number) == set()


def test_the_figures_of_other_places_hide_none_from_the_gaps(client: JudgingClient, save: Save) -> None:
    plan = a_policy(targets=due(), places=("VN",))
    seen = figures(*((str(year), place, "60", "A") for place in ("DE", "TH", "VN") for year in range(2019, 2026)))
    save(plan, an_outcome(indicator="Trees", observations=seen, relations=measures(plan)))
    assert client.get(f"/records/{plan.number}.json").json["progress"][0]["place"] == "VN"
    assert overdue(client, plan.number) == set()


def test_an_outcome_that_a_target_names_closes_its_gap_wherever_it_stands(client: JudgingClient, save: Save) -> None:
    plan = a_policy(targets=due(measured_by="TREES-1"))
    save(plan)
    assert overdue(client, plan.number) == {(plan.number, "Trees")}
    save(an_outcome(indicator="Canopy", identifier="TREES-1", observations=figures(("2024", None, "75", "A"))))
    assert client.get(f"/records/{plan.number}.json").json["progress"][0]["standing"] == "reached"
    assert overdue(client, plan.number) == set()
    assert "No figure here shows whether" not in client.get(f"/records/{plan.number}/thread").text


def test_an_outcome_of_another_member_of_the_matter_measures_no_target(client: JudgingClient, save: Save) -> None:
    """It says that it measures the decision, not the plan: the page of the plan, the clock and the matter agree."""
    plan = a_policy(targets=due())
    order = a_decision(relations=(Relation(type="implements", number=plan.number),))
    save(plan, order, an_outcome(indicator="Trees", observations=figures(("2024", None, "75", "A")), relations=measures(order)))
    assert client.get(f"/records/{plan.number}.json").json["progress"][0]["standing"] == "overdue"
    assert client.get("/outcome-clock.json?state=overdue").json["total"] == 1
    assert overdue(client, plan.number) == {(plan.number, "Trees")}
    assert "Due, and no figure here" in client.get(f"/records/{plan.number}/thread").text


def test_an_outcome_tells_of_the_targets_alone_that_it_is_asked_for(client: JudgingClient, save: Save) -> None:
    """Two outcomes carry one identifier: the policy is judged by one of them, and the other does not say otherwise."""
    shared = (Identifier(value="IND-7"),)
    plan = a_policy(targets=due(measured_by="IND-7"))
    some = [an_outcome(indicator="Trees", other_identifiers=shared, observations=figures(("2024", None, value, "A")), relations=measures(plan)) for value in ("60", "80")]
    save(plan, *some)
    [progress] = client.get(f"/records/{plan.number}.json").json["progress"]
    told = {one.number: client.get(f"/records/{one.number}.json").json["measures"] for one in some}
    assert [number for number, aims in told.items() if aims] == [progress["outcome"]]
    assert told[progress["outcome"]][0]["standing"] == progress["standing"]


def test_a_policy_that_hundreds_point_to_finds_what_measures_it(client: JudgingClient, save: Save) -> None:
    plan = a_policy(targets=due())
    crowd = [a_decision(issued="2020", relations=(Relation(type="implements", number=plan.number),)) for _ in range(201)]
    save(plan, *crowd, an_outcome(indicator="Trees", issued="2025", observations=figures(("2024", None, "75", "A")), relations=measures(plan)))
    assert client.get(f"/records/{plan.number}.json").json["progress"][0]["standing"] == "reached"
    assert overdue(client, plan.number) == set()


def test_a_matter_that_was_kept_sees_the_outcome_that_a_target_names(client: JudgingClient, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "LARGE", 3)
    plan = a_policy(targets=due(measured_by="TREES-1"))
    save(plan, *(a_decision(relations=(Relation(type="implements", number=plan.number),)) for _ in range(4)))
    assert overdue(client, plan.number)
    save(an_outcome(indicator="Canopy", identifier="TREES-1", observations=figures(("2021", None, "75", "F"))), now=NOW + timedelta(minutes=1))
    assert overdue(client, plan.number)
    save(an_outcome(indicator="Canopy", identifier="TREES-1", observations=figures(("2024", None, "75", "A"))), now=NOW + timedelta(minutes=2))
    assert not overdue(client, plan.number)


@pytest.mark.parametrize("seed", range(4))
def test_policies_outcomes_matters_and_clock_agree_whatever_is_shared(client: JudgingClient, save: Save, seed: int) -> None:
    dice = random.Random(seed)
    agencies = [Agency(slug="vn-council", names={"en": "Council"}, place="VN"), Agency(slug="nz-board", names={"en": "Board"}, place="NZ")]
    names = ["Trees", "Canopy", "IND-1", "IND-2"]
    outcomes = [
        an_outcome(
            indicator=dice.choice(names), identifier=f"{dice.choice(names)}-{n}", publisher=dice.choice(agencies), other_identifiers=(Identifier(value=dice.choice(names)),),
            observations=figures(*((str(year), place, str(dice.randint(0, 100)), dice.choice("AAF")) for place in dice.choice([[None], ["VN"], ["VN", "NZ", "TH"]]) for year in range(2020, dice.randint(2021, 2027)))),
        )
        for n in range(12)
    ]  # fmt: skip
    policies = [
        a_policy(
            publisher=dice.choice(agencies),
            targets=tuple(Target(indicator=name, value=50, due=dice.choice(["2022", "2024", "2030"]), measured_by=dice.choice(["", "", *names, outcomes[3].number])) for name in dice.sample(names, 2)),
            relations=tuple(Relation(type=dice.choice(["cites", "part_of"]), number=one.number) for one in dice.sample(outcomes, dice.randint(0, 2))),
        )
        for _n in range(10)
    ]  # fmt: skip
    joined = [one.model_copy(update={"relations": tuple(Relation(type=dice.choice(["measures", "evaluates"]), number=other.number) for other in dice.sample(policies, dice.randint(0, 2)))}) for one in outcomes]
    save(*policies, *joined)
    promised = client.get("/outcome-clock.json?state=all&size=1000").json["results"]
    said, mirrored, clock = set(), set(), {}
    for one in policies:
        progress = client.get(f"/records/{one.number}.json").json["progress"]
        said |= {(one.number, aim["target"], aim["outcome"], aim["standing"], aim["share"]) for aim in progress if aim["outcome"]}
        gaps = {name for number, name in overdue(client, one.number) if number == one.number}
        assert gaps == {aim["indicator"] for aim in progress if aim["standing"] == "overdue"}
        clock |= {(one.number, aim["indicator"]): aim["outcome"] for aim in progress}
    for one in joined:
        mirrored |= {(aim["policy"], aim["target"], one.number, aim["standing"], aim["share"]) for aim in client.get(f"/records/{one.number}.json").json["measures"]}
    assert said == mirrored and len(said) > 5
    assert {(one["number"], one["what"]): one["outcome"] for one in promised if one["kind"] == "target"} == clock
