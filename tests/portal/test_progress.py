"""How far a target is reached, by the formula progress-2: every standing, and what it was computed from."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from harvesters.record import Agency, Observation, Relation, Target
from portal import charts
from portal.progress import period_end, period_start

from ..browser import JudgingClient
from ..factories import a_policy, an_outcome

Save = Callable[..., list[str]]
TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def figures(values: dict[str, Any], **more: Any) -> tuple[Observation, ...]:
    return tuple(Observation(period=period, value=value, **more) for period, value in values.items())


@pytest.fixture
def judged(client: JudgingClient, save: Save) -> Callable[..., dict[str, Any]]:
    """`judged({"2024": 50}, value=80, due="2030", …)`: what the policy's JSON says of the target on 1 June 2026."""

    def judge(values: dict[str, Any] | tuple[Observation, ...], outcome: dict[str, Any] | None = None, policy: dict[str, Any] | None = None, today: datetime = TODAY,
              **target: Any) -> dict[str, Any]:  # fmt: skip
        observations = values if isinstance(values, tuple) else figures(values)
        target = {"indicator": "Services online", "unit": "%", **target}
        measured = an_outcome(observations=observations, **(outcome or {}))
        promised = a_policy(targets=(Target(**target),), relations=(Relation(type="cites", number=measured.number),), **{"issued": "2020-06-30", **(policy or {})})
        save(measured, promised)
        with time_machine.travel(today, tick=False):
            found: dict[str, Any] = client.get(f"/records/{promised.number}.json").json["progress"][0]
        return found

    return judge


@pytest.mark.parametrize(
    ("values", "target", "standing"),
    [
        ({"2024": 85}, {"value": 80, "due": "2030"}, "reached"),
        ({"2024": 80}, {"value": 80, "due": "2030"}, "reached"),
        ({"2024": 60}, {"baseline": 20, "baseline_period": "2020", "value": 80, "due": "2030"}, "on_the_way"),
        ({"2024": 40}, {"baseline": 20, "baseline_period": "2020", "value": 80, "due": "2030"}, "behind"),
        ({"2024": 60}, {"value": 80, "due": "2030"}, "not_yet"),
        ({"2024": 60}, {"baseline": 20, "value": 80}, "not_yet"),
        ({"2025": 60}, {"value": 80, "due": "2025"}, "not_reached"),
        ({"2025": 60, "2026": 90}, {"value": 80, "due": "2025"}, "not_reached"),
        ({"2025": 90, "2026": 60}, {"value": 80, "due": "2025"}, "reached"),
        ({"2024": 60}, {"value": 80, "due": "2025"}, "overdue"),
        ({"2024": 90}, {"value": 80, "due": "2025"}, "reached"),
        ({"2026-03": 70}, {"value": 80, "due": "2025"}, "not_reached"),
        ({}, {"value": 80, "due": "2025"}, "overdue"),
        ({}, {"value": 80, "due": "2030"}, "no_figure"),
        ({"2019": 60}, {"value": 80, "due": "2030"}, "no_figure"),
        ({"2020": 20}, {"baseline": 20, "baseline_period": "2020", "value": 80, "due": "2030"}, "no_figure"),
        ({"2024": 60}, {"due": "2030"}, "no_value"),
        ({"2024": 60}, {"due": "2025"}, "overdue"),
        ({"2024": 60}, {"value": 80, "due": "2030", "unit": "thousand"}, "other_unit"),
        ({"2024": 90}, {"value": 80, "due": "2030", "unit": "per cent"}, "reached"),
    ],
)  # fmt: skip
def test_a_target_stands_where_the_formula_says(judged: Callable[..., dict[str, Any]], values: dict[str, Any], target: dict[str, Any], standing: str) -> None:
    assert judged(values, **target)["standing"] == standing


def test_every_input_of_the_formula_is_told(judged: Callable[..., dict[str, Any]]) -> None:
    found = judged({"2023": 44, "2024": "43.9"}, baseline=20, baseline_period="2020", value=80, due="2030")
    assert {name: found[name] for name in ("formula", "standing", "as_of", "better", "baseline", "start", "start_from", "value", "due_on", "period", "period_ends", "figure", "share")} == {
        "formula": "progress-2", "standing": "behind", "as_of": "2026-06-01", "better": "higher", "baseline": "20", "start": "2020-12-31",
        "start_from": "baseline_period", "value": "80", "due_on": "2030-12-31", "period": "2024", "period_ends": "2024-12-31", "figure": "43.9", "share": 0.3983,
    }  # fmt: skip
    # 1,461 of 3,652 days are gone: 20 + 60 × 1461 / 3652.
    assert found["expected"] == "44.003286"


def test_the_path_runs_from_the_day_on_which_a_policy_holds_where_no_baseline_period_is_named(judged: Callable[..., dict[str, Any]]) -> None:
    target = {"baseline": 0, "value": 100, "due": "2030-12-31"}
    found = judged({"2024": 10}, policy={"issued": "2020", "valid_from": "2021-01-01"}, **target)
    assert (found["start"], found["start_from"]) == ("2021-01-01", "valid_from")
    found = judged({"2024": 10}, policy={"issued": "2020"}, **target)
    assert (found["start"], found["start_from"]) == ("2020-01-01", "issued")


def test_lower_is_better_where_the_target_lies_below_its_baseline_or_the_outcome_says_so(judged: Callable[..., dict[str, Any]]) -> None:
    assert judged({"2024": 60}, baseline=90, baseline_period="2020", value=50, due="2030")["standing"] == "on_the_way"
    assert judged({"2024": 80}, baseline=90, baseline_period="2020", value=50, due="2030")["standing"] == "behind"
    assert judged({"2024": 49}, baseline=90, value=50, due="2030")["standing"] == "reached"
    assert judged({"2024": 71}, outcome={"better": "lower", "unit": "rank of 193"}, unit="", value=70, due="2030")["standing"] == "not_yet"
    assert judged({"2024": 70}, outcome={"better": "lower", "unit": "rank of 193"}, unit="", value=70, due="2030")["standing"] == "reached"


def test_a_forecast_is_no_figure_and_a_provisional_one_is(judged: Callable[..., dict[str, Any]]) -> None:
    assert judged((*figures({"2025": 90}, status="F"), *figures({"2024": 50})), value=80, due="2025")["standing"] == "overdue"
    assert judged((*figures({"2025": 90}, status="P"), *figures({"2024": 50})), value=80, due="2025")["standing"] == "reached"


def test_of_several_places_the_policys_own_counts_and_else_none_does(judged: Callable[..., dict[str, Any]]) -> None:
    both = (*figures({"2024": 85}, place="TH"), *figures({"2024": 50}, place="VN"))
    found = judged(both, policy={"places": ("VN",)}, value=80, due="2030")
    assert (found["standing"], found["place"], found["figure"]) == ("not_yet", "VN", "50")
    assert judged(both, policy={"places": ("LA",)}, value=80, due="2030")["standing"] == "no_figure"
    assert judged(both, policy={"places": ("VN", "TH")}, value=80, due="2030")["standing"] == "no_figure"


def test_a_target_that_names_its_outcome_is_measured_without_a_relation_and_in_its_own_words_for_the_unit(client: JudgingClient, save: Save) -> None:
    rank = an_outcome(identifier="egdi/VN", indicator="EGDI", unit="rank of 193", better="lower", observations=figures({"2024": 71}))
    names = ("egdi/vn", f"{rank.source}/egdi/VN", rank.number)
    policies = [a_policy(targets=(Target(indicator="Thứ hạng", unit="thứ hạng", value=75, due="2030", measured_by=name),)) for name in names]
    save(rank, *policies)
    for policy in policies:
        found = client.get(f"/records/{policy.number}.json").json["progress"][0]
        assert (found["standing"], found["outcome"]) == ("reached", rank.number)
    assert client.get("/outcome-clock").status_code == 200
    assert {one["policy"] for one in client.get(f"/records/{rank.number}.json").json["measures"]} == {policy.number for policy in policies}


def test_of_two_outcomes_that_fit_the_agencys_own_is_judged(client: JudgingClient, save: Save) -> None:
    other = Agency(slug="xx-other", names={"en": "Another agency"})
    mine, theirs = an_outcome(observations=figures({"2024": 50})), [an_outcome(publisher=other, observations=figures({"2024": 99})) for _ in range(4)]
    policy = a_policy(targets=(Target(indicator="Services online", value=80, due="2030"),),
                      relations=tuple(Relation(type="cites", number=one.number) for one in (*theirs, mine)))  # fmt: skip
    save(mine, *theirs, policy)
    assert client.get(f"/records/{policy.number}.json").json["progress"][0]["outcome"] == mine.number


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2024", "2024-01-01", "2024-12-31"), ("2024-Q1", "2024-01-01", "2024-03-31"), ("2024-S2", "2024-07-01", "2024-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"), ("2020-W53", "2020-12-28", "2021-01-03"), ("2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)  # fmt: skip
def test_a_period_begins_and_ends_on_days_of_the_calendar(period: str, start: str, end: str) -> None:
    assert (period_start(period), period_end(period)) == (date.fromisoformat(start), date.fromisoformat(end))


def test_a_leap_day_counts_as_a_day_of_the_path(judged: Callable[..., dict[str, Any]]) -> None:
    target = {"baseline": 0, "baseline_period": "2023", "value": 366, "due": "2024-12-31"}
    found = judged({"2024-02-29": 60}, today=datetime(2024, 3, 1, tzinfo=UTC), **target)
    assert (found["standing"], found["expected"]) == ("on_the_way", "60")
    found = judged({"2024-02": 59}, today=datetime(2024, 3, 1, tzinfo=UTC), **target)
    assert (found["standing"], found["expected"]) == ("behind", "60")


def test_the_page_tells_the_standing_in_words_with_its_inputs_and_the_chart_draws_the_path(client: JudgingClient, save: Save) -> None:
    measured = an_outcome(observations=figures({"2020": 20, "2022": 30, "2024": 40}))
    policy = a_policy(issued="2020-06-30", targets=(Target(indicator="Services online", unit="%", baseline=20, baseline_period="2020", value=80, due="2030"),),
                      relations=(Relation(type="cites", number=measured.number),))  # fmt: skip
    save(measured, policy)
    with time_machine.travel(TODAY, tick=False):
        page = client.get(f"/records/{policy.number}").text
        chart = client.get(f"/records/{measured.number}").text
    for words in ("Behind the path", "How this was judged", "progress-2", "end of the baseline’s period", "33.3 %"):
        assert words in page, words
    assert 'class="chart__path"' in chart and "from 20" in chart
    assert "Target: 80 by 2030; Behind the path." in chart
    assert "Chậm so với lộ trình" in client.get(f"/vi/records/{policy.number}").text


def test_the_drawn_path_passes_through_what_the_formula_expects() -> None:
    """31 December 2025 lies halfway from the end of 2020 to the end of 2030, and a yearly figure for 2025 stands there."""
    series = [charts.Series(None, figures({"2020": 0, "2025": 0}))]
    aim = charts.Target(Decimal(100), "", 2030.0, 2020.0, Decimal(0), "from 0")
    chart = charts.draw(charts.Plot(series, [""], str, str, targets=(aim,)), charts.WIDE)
    [(x0, y0), (x1, y1)] = [tuple(map(float, point.split())) for point in chart.targets[0].path[1:].split("L")]
    dot = chart.lines[0].dots[1]
    assert dot[0] == pytest.approx((x0 + x1) / 2, abs=0.3) and y0 > y1
    assert chart.targets[0].base == (x0, y0)


def test_the_form_takes_the_period_of_a_baseline_and_refuses_what_is_none(officer: Any) -> None:
    fields = {"title": "A plan", "target_indicator_1": "Water", "target_baseline_1": "20", "target_value_1": "80", "target_due_1": "2030"}
    number = officer.publishes("policy", **fields, target_baseline_period_1="2020-Q4")
    assert officer.client.get(f"/records/{number}.json").json["targets"][0]["baseline_period"] == "2020-Q4"
    answer = officer.fills_in("/publish/policy", type="plan", language="en", **fields, target_baseline_period_1="last year")
    assert answer.status_code == 422 and "target_baseline_period_1" in answer.text
