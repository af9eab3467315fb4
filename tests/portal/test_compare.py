"""Several places or indicators beside each other: one address a view, in one drawing only what shares a unit."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from harvesters.record import Observation

from ..browser import JudgingClient
from ..factories import a_policy, an_outcome

Save = Callable[..., list[str]]


def series(values: dict[str, Any], place: str | None = None) -> tuple[Observation, ...]:
    return tuple(Observation(period=period, value=value, place=place) for period, value in values.items())


@pytest.fixture
def numbers(save: Save) -> dict[str, str]:
    """Unemployment of three places in one record; growth of one; a rank; and something without a unit."""
    three = tuple(one for place, start in (("VN", 2), ("TH", 4), ("LA", 8)) for one in series({"2020": start, "2021": start * 2, "2022": start * 3}, place))
    records = {
        "jobs": an_outcome(title="Unemployment", indicator="Unemployment", unit="%", observations=three),
        "growth": an_outcome(title="Growth of Viet Nam", indicator="Growth", unit="percent", observations=series({"2020": -2, "2021": 3, "2022": 6})),
        "money": an_outcome(title="Money", indicator="Money", unit="US$", observations=series({"2019": 5_000_000, "2021": 7_000_000})),
        "rank": an_outcome(title="Rank", indicator="Rank", unit="rank of 193", better="lower", observations=series({"2020": 90, "2021": 80})),
        "bare": an_outcome(title="Bare", indicator="Bare", unit="", observations=series({"2020": 1, "2021": 2})),
    }
    save(*records.values())
    return {name: record.number for name, record in records.items()}


def test_places_of_one_record_share_a_drawing_and_are_called_by_their_places(client: JudgingClient, numbers: dict[str, str]) -> None:
    page = client.get(f"/compare?series={numbers['jobs']}:VN,{numbers['jobs']}:TH").text
    assert page.count('role="img"') == 2  # one for wide, one for narrow screens
    assert re.search(r">Vietnam 6<|>Viet Nam 6<", page) and "Thailand" in page and "Laos" in page  # Laos may be added


def test_units_that_differ_stand_side_by_side_and_never_on_two_scales(client: JudgingClient, numbers: dict[str, str]) -> None:
    page = client.get(f"/compare?series={numbers['jobs']}:VN,{numbers['growth']},{numbers['money']},{numbers['rank']},{numbers['bare']}").text
    assert page.count('role="img"') == 2 * 4  # per cent and % are one unit
    assert "The units differ" in page and "US$" in page
    assert len(set(re.findall(r' id="(chart-\d)-wide-title"', page))) == 4


def test_as_an_index_all_share_a_drawing_and_what_has_no_ratio_is_left_out_and_told(client: JudgingClient, numbers: dict[str, str]) -> None:
    query = f"series={numbers['jobs']}:VN,{numbers['growth']},{numbers['rank']}&index=1"
    page = client.get(f"/compare?{query}").text
    assert "index, 2020 = 100" in page and page.count('role="img"') == 2
    assert "a place in a ranking has no ratio" in page and "is not above zero" in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"/compare.csv?{query}&base=2021").text)))
    found = {(row["indicator"], row["period"]): (row["value"], row["index"]) for row in rows}
    assert found["Unemployment", "2020"] == ("2", "50.00") and found["Growth", "2022"] == ("6", "200.00") and found["Rank", "2020"] == ("90", "")


def test_without_a_common_period_there_is_no_index(client: JudgingClient, numbers: dict[str, str], save: Save) -> None:
    [later] = save(an_outcome(indicator="Later", observations=series({"2030": 1, "2031": 2})))
    page = client.get(f"/compare?series={numbers['money']},{later}&index=1").text
    assert "cannot be shown as an index" in page and page.count('role="img"') == 4


def test_of_rankings_alone_it_is_said_why_there_is_no_index(client: JudgingClient, numbers: dict[str, str], save: Save) -> None:
    (other,) = save(an_outcome(title="Another rank", indicator="Rank", unit="rank of 193", better="lower", observations=series({"2020": 3, "2021": 2})))
    page = client.get(f"/compare?series={numbers['rank']},{other}").text
    assert "Places in a ranking have no ratio" in page and "There is no period" not in page


def test_the_data_hold_what_the_page_shows(client: JudgingClient, numbers: dict[str, str]) -> None:
    query = f"series={numbers['jobs']}:VN,{numbers['growth']}"
    data = client.get(f"/compare.json?{query}").json
    assert [(one["number"], one["place"], one["unit"]) for one in data["series"]] == [(numbers["jobs"], "VN", "%"), (numbers["growth"], None, "percent")]
    assert (data["total"], len(data["results"]), data["base"]) == (6, 6, None)
    assert [row["period"] for row in csv.DictReader(io.StringIO(client.get(f"/compare.csv?{query}").text))] == ["2020", "2021", "2022"] * 2


def test_a_record_with_several_places_asks_which(client: JudgingClient, numbers: dict[str, str]) -> None:
    page = client.get(f"/compare?series={numbers['jobs']}").text
    assert "It has several places: choose one." in page and 'value="VN"' in page
    answer = client.get(f"/compare.json?series={numbers['jobs']}")
    assert answer.status_code == 400 and "several places" in answer.text


def test_what_is_found_is_added_by_a_form_without_a_script(client: JudgingClient, numbers: dict[str, str]) -> None:
    page = client.get(f"/compare?series={numbers['growth']}&find=unemployment").text
    assert "Found" in page and f'name="add" value="{numbers["jobs"]}"' in page
    answer = client.get(f"/compare?series={numbers['growth']}&add={numbers['jobs']}&place=TH")
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/compare?series={numbers['growth']},{numbers['jobs']}:TH")
    assert "No outcome with figures fits" in client.get("/compare?find=zzzz").text
    assert "Nothing is chosen yet" in client.get("/compare").text


def test_who_knows_no_indicator_is_offered_some_of_several_figures_each_once(client: JudgingClient, numbers: dict[str, str], save: Save) -> None:
    [once] = save(an_outcome(title="Single", indicator="Single", observations=series({"2020": 1})))
    [again] = save(an_outcome(title="Growth elsewhere", indicator="Growth", observations=series({"2020": 1, "2021": 2})))
    page = client.get("/compare").text
    offered = set(re.findall(r'name="add" value="(\w+)"', page))
    assert "To begin with" in page and once not in offered and len(offered) == 5
    assert len({numbers["growth"], again} & offered) == 1 and {numbers["jobs"], numbers["rank"]} < offered
    assert "To begin with" not in client.get(f"/compare?series={numbers['growth']}").text + client.get("/compare?find=growth").text


@pytest.mark.parametrize("name", ["Growth", 'Rate "of (growth: AND -x*', "GDP at 2015 prices (NY.GDP.MKTP.KD), type:law", "-", "Tăng trưởng GDP"])
def test_the_same_indicator_of_other_records_is_offered_beside_a_series(client: JudgingClient, numbers: dict[str, str], save: Save, name: str) -> None:
    one, other = save(*(an_outcome(title=title, indicator=name, observations=series({"2020": 1, "2021": 2})) for title in ("Here", "Elsewhere")))
    page = client.get(f"/compare?series={one}").text
    assert name == "-" or ("The same indicator elsewhere" in page and other in re.findall(r'name="add" value="(\w+)"', page))
    assert "The same indicator elsewhere" not in client.get(f"/compare?series={numbers['money']}").text


def test_nothing_is_offered_where_nothing_can_be_compared(client: JudgingClient, save: Save) -> None:
    save(an_outcome(title="Single", indicator="Single", observations=series({"2020": 1})))
    page = client.get("/compare").text
    assert "To begin with" not in page and "Search for an indicator below, and add it." in page


def test_each_series_can_be_removed(client: JudgingClient, numbers: dict[str, str]) -> None:
    page = client.get(f"/compare?series={numbers['jobs']}:VN,{numbers['growth']}").text
    assert f'href="/compare?series={numbers["growth"]}"' in page and f'href="/compare?series={numbers["jobs"]}:VN"' in page


@pytest.mark.parametrize("part", ["rubbish", "0000-0000-0000", "<script>", "{jobs}:XX", "{policy}"])
def test_a_part_of_the_address_that_names_nothing_is_told_and_the_rest_is_shown(client: JudgingClient, numbers: dict[str, str], save: Save, part: str) -> None:
    part = part.format(**numbers, policy=save(a_policy())[0])
    answer = client.get("/compare", query_string={"series": f"{numbers['growth']},{part}"})
    assert answer.status_code == 422 and "Not everything in this address could be shown" in answer.text and "Growth of Viet Nam" in answer.text
    assert client.get("/compare.json", query_string={"series": part}).status_code == 400


def test_a_seventh_series_is_one_too_many(client: JudgingClient, save: Save) -> None:
    records = [an_outcome(indicator=f"Indicator {n}") for n in range(7)]
    answer = client.get(f"/compare?series={','.join(save(*records))}")
    assert answer.status_code == 422 and "one too many" in answer.text and answer.text.count('role="img"') == 2


def test_an_unknown_base_or_parameter_is_told(client: JudgingClient, numbers: dict[str, str]) -> None:
    assert client.get(f"/compare?series={numbers['growth']}&base=1990").status_code == 422
    assert client.get("/compare?colour=red").status_code == 400
    assert client.get("/compare?index=7").status_code == 400


def test_a_page_leads_to_the_comparison(client: JudgingClient, numbers: dict[str, str]) -> None:
    assert f'href="/compare?series={numbers["growth"]}"' in client.get(f"/records/{numbers['growth']}").text
