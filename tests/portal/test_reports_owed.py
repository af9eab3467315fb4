"""Reports that policies owe: on which days, what keeps them, in the form, in bulk, on pages and in exports; and targets that are bounds
or ranges."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pydantic import ValidationError

from harvesters.record import Agency, File, Observation, Policy, Relation, Report, Target, read_record
from portal import duties
from portal.catalogue import Entry
from portal.progress import Progress, progress

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome
from .desk import Officer

Save = Callable[..., list[str]]
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
COUNCIL = Agency(slug="council", names={"en": "Council"})


def owing(*reports: Report, **more: Any) -> Policy:
    found: Policy = a_policy(identifier="plan", publisher=COUNCIL, issued="2020-01-01", reports=reports, targets=(), **more)
    return found


def clock(client: JudgingClient, now: datetime = JUNE) -> list[dict[str, Any]]:
    with time_machine.travel(now, tick=False):
        found: list[dict[str, Any]] = client.get("/outcome-clock.json?state=all&size=1000").json["results"]
    return sorted(found, key=lambda one: (one["due_on"], one["key"]))


def a_report(identifier: str, issued: str | None, **more: Any) -> Any:
    about = {"relations": (Relation(type="evaluates", source="council-records", identifier="plan"),), "title": f"Annual report {identifier}", "indicator": "", "observations": (), "type": "evaluation", "body": "It went well."}
    return an_outcome(identifier=identifier, issued=issued, **about | more)


YEARLY = Report(what="Annual report", to="The assembly", due="2024-03-31", every="A")


@pytest.mark.parametrize(
    ("report", "days"),
    [
        ({"due": "2024-03-31"}, ["2024-03-31"]),
        ({"due": "2024-02-29", "every": "A"}, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        ({"due": "2024-02", "every": "A", "until": "2026"}, ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ({"due": "2025-08-31", "every": "Q"}, ["2025-08-31", "2025-11-30", "2026-02-28", "2026-05-31"]),
        ({"due": "2025-12-15", "every": "M", "until": "2026-02-15"}, ["2025-12-15", "2026-01-15", "2026-02-15"]),
        ({"due": "2020-06-30", "every": "A5"}, ["2020-06-30", "2025-06-30", "2030-06-30"]),
    ],
)
def test_a_report_is_owed_again_on_the_same_day_of_the_month_or_its_last(report: dict[str, str], days: list[str]) -> None:
    assert [str(day) for day in duties.due_days(Report(what="x", **report), date(2026, 5, 1))] == days


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"what": "x", "due": "2025", "until": "2024"}, "until 2024 lies before due 2025"), ({"what": "x", "every": "often"}, "often"), ({"what": ""}, "at least 1 item"),
     ({"what": "x", "by": "2025"}, "Extra inputs")],
)  # fmt: skip
def test_an_impossible_report_is_refused(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Report.model_validate(wrong)


def test_each_years_report_is_owed_and_kept_by_what_comes_nearest_to_its_day(client: JudgingClient, save: Save) -> None:
    save(owing(YEARLY), now=datetime(2024, 1, 1, tzinfo=UTC))
    found = clock(client)
    assert [(one["due_on"], one["state"], one["kind"], one["addressee"]) for one in found] == [
        ("2024-03-31", "overdue", "report", "The assembly"), ("2025-03-31", "overdue", "report", "The assembly"), ("2026-03-31", "overdue", "report", "The assembly"),
        ("2027-03-31", "ahead", "report", "The assembly"), ("2028-03-31", "ahead", "report", "The assembly"),
    ]  # fmt: skip
    in_time, late = a_report("2023", "2024-03-20"), a_report("2025", "2026-04-12")
    save(in_time, late, now=JUNE)
    found = clock(client)
    assert [(one["state"], one["reported_on"], one["days_late"], one["outcome"]) for one in found[:3]] == [
        ("reported", "2024-03-20", 0, in_time.number), ("overdue", None, None, None), ("reported", "2026-04-12", 12, late.number),
    ]  # fmt: skip


def test_in_a_new_year_the_next_reports_are_owed_without_anything_being_saved(client: JudgingClient, save: Save) -> None:
    save(owing(YEARLY), now=datetime(2024, 1, 1, tzinfo=UTC))
    assert clock(client)[-1]["due_on"] == "2028-03-31"
    found = clock(client, datetime(2029, 1, 2, tzinfo=UTC))
    assert found[-1]["due_on"] == "2031-03-31" and [one["state"] for one in found].count("overdue") == 5


def test_a_report_is_kept_by_a_decision_by_a_file_or_by_the_record_that_it_names(client: JudgingClient, save: Save) -> None:
    reports = (Report(what="Final review", due="2025-12-31"), Report(what="Map of works", due="2025-12-31"), Report(what="Something else", due="2025-12-31", kept_by="R-7"))
    save(owing(*reports), now=datetime(2025, 1, 1, tzinfo=UTC))
    assert [one["state"] for one in clock(client)] == ["overdue"] * 3
    decision = a_decision(title="Final review of the plan, noted", body="Noted.", issued="2025-12-30", relations=(Relation(type="implements", source="council-records", identifier="plan"),))
    named = an_outcome(identifier="R-7", title="Quite another name", observations=(), body="There it is.", issued="2026-01-10")
    with_file = owing(*reports, files=(File(url="https://x.example/map.pdf", title="Map of works 2025", modified="2026-02-01"),))
    save(decision, named, with_file, now=JUNE)
    found = {one["what"]: (one["state"], one["reported_on"], one["days_late"], one["outcome"]) for one in clock(client)}
    assert found == {
        "Final review": ("reported", "2025-12-30", 0, decision.number), "Map of works": ("reported", "2026-02-01", 32, None),
        "Something else": ("reported", "2026-01-10", 10, named.number),
    }  # fmt: skip


def test_what_is_empty_or_joined_by_nothing_or_called_otherwise_keeps_no_report(client: JudgingClient, save: Save) -> None:
    save(owing(Report(what="Annual report", due="2025-12-31")), a_report("empty", "2025-12-01", body=""), a_report("else", "2025-12-01", title="Minutes"), a_report("apart", "2025-12-01", relations=()))
    assert [one["state"] for one in clock(client)] == ["overdue"]


def test_one_record_that_brings_every_report_by_its_versions_keeps_each(client: JudgingClient, save: Save) -> None:
    report = YEARLY.model_copy(update={"kept_by": "reports"})
    save(owing(report), now=datetime(2024, 1, 1, tzinfo=UTC))
    files: tuple[File, ...] = ()
    for day in ("2024-03-30", "2025-04-02", "2026-03-31"):
        files += (File(url=f"https://x.example/{day}.pdf"),)
        save(a_report("reports", None, body="", files=files), now=datetime.fromisoformat(f"{day}T08:00:00+00:00"))
    assert [(one["state"], one["reported_on"], one["days_late"]) for one in clock(client)[:3]] == [
        ("reported", "2024-03-30", 0), ("reported", "2025-04-02", 2), ("reported", "2026-03-31", 0)
    ]  # fmt: skip


def test_a_report_that_is_taken_out_moved_or_ends_with_its_policy_is_told(client: JudgingClient, save: Save) -> None:
    save(owing(Report(what="A", due="2025-06-30"), Report(what="B", due="2025-06-30"), YEARLY), now=datetime(2024, 1, 1, tzinfo=UTC))
    save(owing(Report(what="B", due="2026-12-31"), YEARLY, status="repealed", valid_until="2025-01-31"), now=datetime(2025, 1, 1, tzinfo=UTC))
    found = [(one["what"], one["due_on"], one["first_due_on"], one["state"], one["dropped"]) for one in clock(client)]
    assert found[:4] == [
        ("Annual report", "2024-03-31", "2024-03-31", "overdue", None), ("Annual report", "2025-03-31", "2025-03-31", "dropped", "not_in_force"),
        ("A", "2025-06-30", "2025-06-30", "dropped", "removed"), ("Annual report", "2026-03-31", "2026-03-31", "dropped", "not_in_force"),
    ]  # fmt: skip
    assert ("B", "2026-12-31", "2025-06-30", "dropped", "not_in_force") in found


def test_a_report_without_a_day_is_shown_and_on_no_clock(client: JudgingClient, save: Save) -> None:
    [number] = save(owing(Report(what="Progress", every="A")))
    assert clock(client) == [] and "nobody can say when it is late" in client.get(f"/records/{number}").text


def test_pages_and_exports_tell_what_is_owed_to_whom_and_how_often(client: JudgingClient, save: Save) -> None:
    [number] = save(owing(YEARLY))
    with time_machine.travel(JUNE, tick=False):
        assert len(clock(client)) == 5
        page = client.get(f"/records/{number}").text
        assert "Reports it owes" in page and "The assembly" in page and "Yearly" in page and "Overdue by 62 days" in page
        assert "Annual report" in client.get("/outcome-clock").text and "to The assembly" in client.get("/outcome-clock").text
        assert "Hằng năm" in client.get(f"/vi/records/{number}").text
    assert client.get(f"/records/{number}.json").json["reports"] == [{"what": "Annual report", "to": "The assembly", "due": "2024-03-31", "every": "A"}]
    [row] = csv.DictReader(io.StringIO(client.get("/search.csv").text))
    assert row["reports"] == "Annual report, The assembly (2024-03-31 every A)"
    save(owing(Report(what="Annual report", to="The mayor", due="2024-03-31", every="Q")))
    assert "mayor" in client.get(f"/records/{number}/compare/1..2").text


def test_an_officer_types_reports_and_ranges_and_finds_them_again(app: Any) -> None:
    lan = Officer(app)
    lan.signs_in()
    typed = {
        "report_what_1": "Annual report", "report_to_1": "The assembly", "report_due_1": "2025-03-31", "report_every_1": "yearly",
        "target_indicator_1": "Inflation", "target_value_1": "2", "target_value_to_1": "3", "target_indicator_2": "Waste", "target_value_2": "80", "target_bound_2": "at least",
    }  # fmt: skip
    number = lan.publishes("policy", title="A plan", type="plan", **typed)
    record = lan.record(number)
    assert record.reports == (Report(what="Annual report", to="The assembly", due="2025-03-31", every="A"),)
    assert [(one.value, one.value_to, one.bound) for one in record.targets] == [(Decimal(2), Decimal(3), None), (Decimal(80), None, "at_least")]
    begun = lan.posts(f"/publish/records/{number}/correct").headers["Location"]
    page = lan.client.get(begun).text
    assert all(f'value="{words}"' in page for words in ("Annual report", "The assembly", "2025-03-31", "Yearly", "at least"))
    wrong = lan.fills_in(begun, target_value_to_1="1", report_until_1="2020", action="preview")
    assert wrong.status_code == 422 and "value_to 1 is not above value 2" in wrong.text


# Bounds and ranges ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"value_to": 3}, {"bound": "at_most"}, {"value": 3, "value_to": 2}, {"value": 2, "value_to": 2}, {"value": 2, "value_to": 3, "bound": "at_least"}, {"value": 1, "bound": "about"}]
)
def test_an_impossible_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Target(indicator="x", **wrong)


def test_stored_targets_read_as_they_did_and_say_no_more() -> None:
    stored = {"indicator": "Share", "baseline": "40", "value": "80", "due": "2030"}
    policy = read_record(a_policy(targets=(Target(**stored),)).to_data())
    assert policy.to_data()["targets"] == [stored]



def _entry(record: Any) -> Entry:
    from dataclasses import fields

    given = {"number": record.number, "source": record.source, "axis": record.axis, "type": record.type, "data": record.to_data(), "state": "published"}
    return Entry(**{one.name: given.get(one.name) for one in fields(Entry) if one.name != "formerly"})


RANGE = {"value": 2, "value_to": 3}


@pytest.mark.parametrize(
    ("target", "figures", "today", "standing", "share", "expected"),
    [
        (RANGE | {"baseline": 6, "baseline_period": "2020"}, {"2022": "2"}, "2023-06-01", "reached", 1.0, "4.501027"),
        (RANGE | {"baseline": 6, "baseline_period": "2020"}, {"2022": "3"}, "2023-06-01", "reached", 1.0, "4.501027"),
        (RANGE | {"baseline": 6, "baseline_period": "2020"}, {"2022": "4.5"}, "2023-06-01", "on_the_way", 0.5, "4.501027"),
        (RANGE | {"baseline": 6, "baseline_period": "2020"}, {"2022": "5"}, "2023-06-01", "behind", 0.3333333333333333, "4.501027"),
        (RANGE | {"baseline": 6, "baseline_period": "2020"}, {"2022": "0"}, "2023-06-01", "behind", 0.3333333333333333, "4.501027"),
        (RANGE | {"baseline": "0.5", "baseline_period": "2020"}, {"2022": "1.5"}, "2023-06-01", "on_the_way", 0.6666666666666666, "1.249487"),
        (RANGE | {"baseline": "2.5", "baseline_period": "2020"}, {"2022": "4"}, "2023-06-01", "behind", None, "2.5"),
        (RANGE, {"2022": "4"}, "2023-06-01", "not_yet", None, None),
        (RANGE, {"2024": "4"}, "2025-06-01", "not_reached", None, None),
        (RANGE, {"2024": "2.5"}, "2025-06-01", "reached", None, None),
        ({"value": 4, "bound": "at_most"}, {"2022": "3.9"}, "2023-06-01", "reached", None, None),
        ({"value": 4, "bound": "at_most", "better": "higher"}, {"2022": "5"}, "2023-06-01", "not_yet", None, None),
        ({"value": 4, "bound": "at_least", "baseline": 8, "baseline_period": "2020"}, {"2022": "5"}, "2023-06-01", "reached", None, "8"),
        ({"value": 4, "bound": "at_least", "baseline": 8, "baseline_period": "2020"}, {"2022": "3"}, "2023-06-01", "behind", None, "8"),
    ],
)  # fmt: skip
def test_bounds_and_ranges_are_judged_by_their_distance(target: dict[str, Any], figures: dict[str, str], today: str, standing: str, share: float | None, expected: str | None) -> None:
    outcome = _entry(an_outcome(indicator="Inflation", observations=tuple(Observation(period=period, value=value) for period, value in figures.items())))
    found: Progress = progress(Target(indicator="Inflation", due="2024", **target), [outcome], date.fromisoformat(today))
    assert (found.standing, found.share, None if found.expected is None else str(found.expected)) == (standing, share, expected)


def test_a_range_is_a_band_in_the_chart_and_words_beside_it(client: JudgingClient, save: Save) -> None:
    outcome = an_outcome(indicator="Inflation", observations=tuple(Observation(period=str(year), value=year % 7) for year in range(2015, 2024)))
    plan = a_policy(targets=(Target(indicator="Inflation", baseline=6, baseline_period="2020", due="2026", **RANGE), Target(indicator="Inflation", value=5, bound="at_most", due="2027")),
                    relations=(Relation(type="cites", number=outcome.number),))  # fmt: skip
    save(outcome, plan)
    with time_machine.travel(datetime(2024, 6, 1, tzinfo=UTC), tick=False):
        page = client.get(f"/records/{outcome.number}").text
        assert page.count("chart__band") == 2 and "target: between 2 and 3 by 2026" in page and "target: at most 5 by 2027" in page
        assert ": between 2 and 3" in page.replace("</a>: ", ": ") and ": at most 5" in page
        page = client.get(f"/records/{plan.number}").text
        assert "between 2 and 3" in page and "a range: neither more nor less is better" in page and "progress-2" in page
        [first, second] = client.get(f"/records/{plan.number}.json").json["progress"]
    assert (first["formula"], first["value"], first["value_to"], first["better"]) == ("progress-2", "2", "3", None)
    assert (second["bound"], second["better"]) == ("at_most", "lower")
