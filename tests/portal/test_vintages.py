"""Figures that are revised: what was first published is kept, shown and given away."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from harvesters.record import Observation
from portal import store
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_decision, an_outcome

Save = Callable[..., list[str]]


def version(save: Save, day: int, values: dict[str, Any], place: str | None = None, **more: Any) -> str:
    observations = tuple(Observation(period=period, value=value, place=place) for period, value in values.items())
    [number] = save(an_outcome(identifier="gdp", title="Growth", unit="%", observations=observations, **more), now=datetime(2025, 1, day, tzinfo=UTC))
    return number


def revised(save: Save) -> str:
    version(save, 1, {"2022": "2.0", "2023": "1.5"})
    version(save, 2, {"2022": "2.00", "2023": "1.8", "2024": "0.9"})
    version(save, 3, {"2023": "1.7", "2024": "0.9", "2025": None})
    return version(save, 4, {"2023": "1.7", "2024": "1.1", "2025": "0.4"})


def test_every_value_that_was_given_for_a_period_stands_in_the_csv_with_its_day_and_version(client: JudgingClient, save: Save) -> None:
    number = revised(save)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/records/{number}/revisions.csv").text)))
    assert [(row["period"], row["value"], row["published_at"][:10], row["version"], row["revision"], row["status"]) for row in rows] == [
        ("2022", "2.0", "2025-01-01", "1", "0", "A"), ("2022", "", "2025-01-03", "3", "1", "removed"),
        ("2023", "1.5", "2025-01-01", "1", "0", "A"), ("2023", "1.8", "2025-01-02", "2", "1", "A"), ("2023", "1.7", "2025-01-03", "3", "2", "A"),
        ("2024", "0.9", "2025-01-02", "2", "0", "A"), ("2024", "1.1", "2025-01-04", "4", "1", "A"),
        ("2025", "", "2025-01-03", "3", "0", "A"), ("2025", "0.4", "2025-01-04", "4", "1", "A"),
    ]  # fmt: skip
    data = client.get(f"/records/{number}/revisions.json").json
    assert (data["total"], data["complete"], [one["value"] for one in data["results"]]) == (9, True, [row["value"] or None for row in rows])


def test_the_page_tells_first_and_latest_and_how_often(client: JudgingClient, save: Save) -> None:
    number = revised(save)
    page = " ".join(client.get(f"/records/{number}/revisions").text.split())
    assert "4 of 4 figures were changed after they were first shown here." in page
    assert "no longer given" in page and "+0.2" in page and 'role="img"' in page
    assert f"/records/{number}/versions/1" in page


def test_the_table_of_figures_marks_what_was_revised(client: JudgingClient, save: Save) -> None:
    page = client.get(f"/records/{revised(save)}").text
    assert "revised, first 1.5" in page and "revised, first missing" in page and "3 figures were revised" in page
    assert page.count("revised, first") == 3


def test_another_spelling_status_or_title_is_no_revision(client: JudgingClient, save: Save) -> None:
    version(save, 1, {"2022": "2.0"})
    version(save, 2, {"2022": "2.000"}, summary="Other words")
    number = version(save, 3, {"2022": "2"})
    assert "No figure was revised" in client.get(f"/records/{number}/revisions").text
    assert "revised, first" not in client.get(f"/records/{number}").text


def test_places_are_told_apart(client: JudgingClient, save: Save) -> None:
    def at(day: int, hanoi: str) -> str:
        observations = (Observation(period="2024", place="VN-HN", value=hanoi), Observation(period="2024", place="VN-SG", value="5"))
        return save(an_outcome(identifier="x", observations=observations), now=datetime(2025, 1, day, tzinfo=UTC))[0]

    at(1, "4")
    page = client.get(f"/records/{at(2, '4.5')}/revisions").text
    assert "1 of 2 figures were changed" in page and "Hà Nội" in page and "Hồ Chí Minh" not in page


def test_a_version_that_may_not_be_shown_tells_no_figures(client: JudgingClient, save: Save, portal: Portal) -> None:
    number = version(save, 1, {"2022": "2.0"})
    with portal.database.write() as session:
        row = session.query(RecordRow).filter_by(number=number).one()
        store.unpublish(session, row, "published_in_error", datetime(2025, 1, 2, tzinfo=UTC))
    assert client.get(f"/records/{number}/revisions").status_code == 410
    assert client.get(f"/records/{number}/revisions.json").status_code == 410


def test_what_has_no_figures_says_so_and_a_decision_has_no_such_page(client: JudgingClient, save: Save) -> None:
    [empty, decision] = save(an_outcome(observations=()), a_decision())
    assert "This record holds no figures" in client.get(f"/records/{empty}/revisions").text
    assert client.get(f"/records/{decision}/revisions").status_code == 404
    assert client.get("/records/0000-0000-0000/revisions.csv").status_code == 404
    assert client.get(f"/records/{empty}/revisions.csv?bom=yes").status_code == 400


def test_a_number_in_another_spelling_leads_to_the_one_address(client: JudgingClient, save: Save) -> None:
    number = revised(save)
    typed = f"{number[:4]}-{number[4:8]}-{number[8:]}".lower()
    assert client.get(f"/records/{typed}/revisions").headers["Location"].endswith(f"/records/{number}/revisions")
