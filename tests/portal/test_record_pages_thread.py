"""The thread of a record: what it is joined to, both ways, in the order of time, and what is missing."""

import re
from collections.abc import Callable
from typing import Any

from harvesters.record import Identifier, Observation, Relation, Target

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def _thread(client: JudgingClient, number: str) -> list[str]:
    """The steps of a record's thread, in words."""
    page = client.get(f"/records/{number}").text
    section = page.partition('id="thread-heading"')[2].partition("</section>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", step).split()) for step in re.findall(r"<li.*?</li>", section, re.S)]


def _measures(policy: Any) -> tuple[Relation, ...]:
    return (Relation(type="measures", number=policy.number),)


def test_a_matter_is_told_from_decision_to_policy_to_outcome(client: JudgingClient, save: Save) -> None:
    law = a_policy(title="The law", issued="2018", other_identifiers=(Identifier(value="52-NQ/TW"),), targets=())
    policy = a_policy(title="The programme", issued="2020-06-03", relations=(Relation(type="based_on", identifier="52-nq/tw"),), targets=())
    decision = a_decision(title="The award", issued="2021-02-01", relations=(Relation(type="implements", number=policy.number),))
    outcome = an_outcome(title="The figures", issued="2019", relations=_measures(policy))
    save(decision, outcome, policy, law)
    steps = _thread(client, policy.number)
    assert [re.sub(r".*· ", "", step) for step in steps] == [
        "Based on The law", "Policy This record", "Implemented by The award", "Measured by The figures",
    ]  # fmt: skip
    assert steps[3].startswith("2021–2023 · Outcome")


def test_a_decision_shows_what_came_of_the_policy_it_carries_out(client: JudgingClient, save: Save) -> None:
    policy = a_policy(title="The programme", issued="2020", targets=(), other_identifiers=(Identifier(value="749/QD"),))
    decision = a_decision(title="The award", issued="2021", relations=(Relation(type="implements", number=policy.number),))
    save(policy, decision, an_outcome(title="The figures", relations=_measures(policy)), a_decision(title="Another award"))
    steps = _thread(client, decision.number)
    assert "by way of 749/QD The figures" in steps[-1]
    assert not any("Another award" in step for step in steps)


def test_what_was_named_but_not_collected_is_said(client: JudgingClient, save: Save) -> None:
    record = a_policy(relations=(Relation(type="amends", identifier="12/ND-CP", title="Old rules"),), targets=())
    [number] = save(record)
    first = _thread(client, number)[0]
    assert "Amends Old rules (12/ND-CP)" in first
    assert "has not been collected here" in first
    assert 'href="/search?q=12/ND-CP"' in client.get(f"/records/{number}").text.replace("%2F", "/")


def test_a_relation_resolves_when_its_target_arrives(client: JudgingClient, save: Save) -> None:
    record = a_policy(relations=(Relation(type="amends", identifier="12/ND-CP"),))
    [number] = save(record)
    save(a_policy(title="The old rules", other_identifiers=(Identifier(value="12/NĐ-CP"),)))
    steps = _thread(client, number)
    assert any("Amends The old rules" in step for step in steps)
    assert not any("has not been collected" in step for step in steps)


def test_a_target_whose_day_has_passed_without_a_figure_is_a_gap(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(targets=(Target(indicator="Services online", value="80", due="2020"), Target(indicator="Later", due="2999"))))
    gaps = [step for step in _thread(client, number) if "No figure here shows" in step]
    assert gaps == ["due 2020 No figure here shows whether “Services online” was reached. Ask the agency · See it on the outcome clock"]


def test_a_figure_that_is_owed_is_a_gap_on_both_pages(client: JudgingClient, save: Save) -> None:
    policy = a_policy(targets=())
    outcome = an_outcome(title="The figures", due="2021-05", relations=_measures(policy))
    save(policy, outcome)
    assert "due May 2021 The figure that was due has not been published here. Ask the agency · See it on the outcome clock" in _thread(client, outcome.number)
    assert any("The figures : the figure that was due" in step for step in _thread(client, policy.number))


def test_what_nothing_measures_says_so(client: JudgingClient, save: Save) -> None:
    [decision, outcome] = save(a_decision(), an_outcome())
    assert "Nothing that measures this has been collected here." in _thread(client, decision)[-1]
    assert "which decision or policy this measures" in _thread(client, outcome)[0]


def test_a_record_that_is_joined_twice_stands_once(client: JudgingClient, save: Save) -> None:
    policy = a_policy()
    both = (Relation(type="implements", number=policy.number), Relation(type="cites", number=policy.number))
    [decision, _] = save(a_decision(relations=both), policy)
    assert sum("Implements, Cites" in step for step in _thread(client, decision)) == 1


def test_a_long_thread_keeps_its_outcomes_in_sight(client: JudgingClient, save: Save) -> None:
    policy = a_policy(issued="2001", targets=())
    tied = (Relation(type="implements", number=policy.number),)
    late = tuple(Observation(period=str(year), value="1") for year in (2030, 2031))
    save(policy, *(a_decision(title=f"Award {n}", issued=f"20{n + 10}", relations=tied) for n in range(15)))
    save(an_outcome(title="The figures", observations=late, relations=_measures(policy)))
    page = client.get(f"/records/{policy.number}").text
    shown, _, folded = page.partition('id="thread-heading"')[2].partition("<details")
    assert "The figures" in shown
    assert "Award 0" in shown
    assert "Award 14" in folded
    assert "Award 14" not in shown


def test_figures_of_the_first_thousand_years_have_a_page(client, save):
    (number,) = save(an_outcome(observations=(Observation(period="0001", value=1), Observation(period="0999-Q2", value=2))))
    for path in ("", ".json", "/thread", "/thread.json", "/dossier", "/observations.csv"):
        assert client.get(f"/records/{number}{path}").status_code == 200, path
