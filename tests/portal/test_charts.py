"""Figures as people see them: the chart's geometry, gaps, targets, many places, and the table beside it."""

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from harvesters.record import Observation, Relation, Target
from portal import charts
from portal.charts import NARROW, WIDE, Chart, Plot
from portal.outcomes import period_words, series_of, year_of

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def _figures(values: dict[str, Any], place: str | None = None) -> list[Observation]:
    return [Observation(period=period, value=value, place=place) for period, value in values.items()]


def _draw(values: dict[str, Any], size: charts.Size = WIDE, **changes: Any) -> Chart:
    plot = Plot(series=series_of(_figures(values)), names=[""], show=str, ticks=str, **changes)
    return charts.draw(plot, size)


@pytest.mark.parametrize(
    ("period", "year"),
    [("2024", 2024.0), ("2024-Q3", 2024.5), ("2024-S2", 2024.5), ("2024-01", 2024.0), ("2024-07", 2024.5), ("2024-W01", 2024.0)],
)
def test_a_period_has_its_place_on_the_line_of_years(period: str, year: float) -> None:
    assert year_of(period) == year


def test_periods_are_said_in_the_readers_language(app: Any) -> None:
    with app.test_request_context("/"):
        assert [period_words(one) for one in ("2024", "2024-Q3", "2024-S1", "2024-W07", "2024-05")] == [
            "2024", "Q3 2024", "half 1 of 2024", "week 7 of 2024", "May 2024",
        ]  # fmt: skip


def test_equal_times_and_values_are_equally_far_apart() -> None:
    [line] = _draw({"2020": 0, "2021": 5, "2022": 10}).lines
    (x0, y0), (x1, y1), (x2, y2) = line.dots
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)
    assert y2 < y0


def test_nothing_is_drawn_outside_the_drawing() -> None:
    for size in (WIDE, NARROW):
        chart = _draw({"1990": "-12.5", "2000": "1e6", "2023": None, "2024": "0.001"}, size)
        for x, y in chart.lines[0].dots:
            assert chart.left <= x <= chart.right < size.width
            assert chart.top <= y <= chart.bottom < size.height


@pytest.mark.parametrize(("values", "ticks"), [
    ({"2022": 77}, ["2022"]), ({"2022": 77, "2023": 70}, ["2022", "2023"]), ({"2022-01": 1, "2022-03": 2}, ["2022-01", "2022-02", "2022-03"]),
])  # fmt: skip
def test_figures_of_years_stand_at_years_however_few_they_are(values: dict[str, Any], ticks: list[str]) -> None:
    target = charts.Target(Decimal(60), "60")
    assert [mark.text for mark in _draw(values, targets=(target,)).years] == ticks


def test_what_is_missing_is_a_gap_and_not_a_bridge() -> None:
    [line] = _draw({"2020": 1, "2021": 2, "2022": None, "2023": 3, "2024": 4}).lines
    assert line.path.count("M") == 2


def test_a_period_left_out_is_a_gap_by_the_frequency() -> None:
    years = {"2014": 1, "2016": 2, "2018": 3, "2022": 4, "2024": 5}
    assert _draw(years, frequency="A2").lines[0].path.count("M") == 2
    assert _draw(years, frequency="I").lines[0].path.count("M") == 1
    assert _draw(years).lines[0].path.count("M") == 2


def test_a_lone_figure_between_gaps_is_a_dot() -> None:
    values = {str(1900 + n): n for n in range(100)} | {"1950": None, "1952": None}
    [line] = _draw(values, frequency="A").lines
    assert len(line.dots) == 1


def test_values_below_zero_stand_below_the_zero_line() -> None:
    chart = _draw({"2020": 3, "2021": -4})
    assert chart.zero is not None
    (_, above), (_, below) = chart.lines[0].dots
    assert above < chart.zero < below
    assert _draw({"2020": 3, "2021": 4}).zero is None


def test_the_first_place_of_a_ranking_is_on_top() -> None:
    chart = _draw({"2020": 90, "2022": 50}, upside_down=True)
    (_, early), (_, late) = chart.lines[0].dots
    assert late < early
    assert "0" not in [row.text for row in chart.rows]


@pytest.mark.parametrize("values", [{"2020": 5, "2021": 5}, {"2020": 0, "2021": 0}, {"2020": "0.00001", "2021": "0.00002"}, {"2020": "1e15", "2021": 1}])
def test_any_values_get_a_scale(values: dict[str, Any]) -> None:
    chart = _draw(values)
    assert 2 <= len(chart.rows) <= 9
    heights = [row.at for row in chart.rows]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == len(heights)


def test_names_at_the_lines_do_not_cover_each_other() -> None:
    observations = [one for code in ("VN", "TH", "MY", "ID", "PH", "SG") for one in _figures({"2020": 1, "2021": 1}, code)]
    chart = charts.draw(Plot(series=series_of(observations), names=list("abcdef"), show=str, ticks=str), NARROW)
    heights = sorted(line.label_y for line in chart.lines)
    assert all(after - before >= 14 for before, after in pairwise(heights))
    assert heights[-1] <= NARROW.height


def test_a_target_is_drawn_where_it_is_due() -> None:
    chart = _draw({"2020": 10, "2022": 20}, targets=(charts.Target(Decimal(50), "target: 50", 2025.0), charts.Target(Decimal(30), "far", 2100.0)))
    near, far = chart.targets
    assert near.due == pytest.approx(chart.right - 6, abs=0.2)
    assert far.due is None
    assert near.at < chart.lines[0].dots[0][1]


def test_one_figure_alone_needs_no_drawing_and_beside_a_target_does() -> None:
    series = series_of(_figures({"2023": 5}))
    assert not charts.is_drawable(Plot(series=series, names=[""], show=str, ticks=str))
    with_target = Plot(series=series, names=[""], show=str, ticks=str, targets=(charts.Target(Decimal(9), "target"),))
    assert charts.is_drawable(with_target)
    assert len(charts.draw(with_target, WIDE).lines[0].dots) == 1


def test_a_page_tells_the_series_in_words_picture_and_table(client: JudgingClient, save: Save) -> None:
    policy = a_policy(issued="2022-03-01", targets=(Target(indicator="Services online", value="80", due="2025"),))
    decided = Relation(type="measures", number=policy.number)
    [number, _] = save(an_outcome(relations=(decided,), better="higher"), policy)
    page = client.get(f"/records/{number}").text
    assert re.search(r'<svg[^>]* role="img" aria-labelledby="chart-wide-title" aria-describedby="chart-wide-words"', page)
    assert '<title id="chart-wide-title">Services online, %</title>' in page
    assert "From 41 in 2021 to 43 in 2023; lowest 41 in 2021, highest 43 in 2023." in page
    assert "target: 80 by 2025" in page
    assert "headline__value\">43<" in page
    assert "+1 since 2022" in page
    table = page.partition('class="figure-table"')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="row">(\d+)</th><td[^>]*>(\d+)</td>', table) == [("2023", "43"), ("2022", "42"), ("2021", "41")]


def test_decisions_are_marked_where_they_fell(client: JudgingClient, save: Save) -> None:
    decision = a_decision(issued="2022-06-15", title="The award", other_identifiers=({"value": "12/QD"},))
    [number, _] = save(an_outcome(relations=(Relation(type="evaluates", number=decision.number),)), decision)
    marks = re.findall(r'class="chart__event">.*?<text[^>]*>([^<]*)</text>', client.get(f"/records/{number}").text)
    assert marks == ["12/QD", "12/QD"]  # on the wide and on the narrow drawing


def test_sixty_places_are_a_ranking_and_not_a_tangle(client: JudgingClient, save: Save) -> None:
    codes = [f"{n:02}" for n in range(1, 61)]
    figures = [one for n, code in enumerate(codes) for one in _figures({"2022": 40, "2023": n}, f"US-{code}")]
    [number] = save(an_outcome(observations=tuple(figures), better="higher"))
    page = client.get(f"/records/{number}").text
    assert "chart__drawing" not in page
    ranked = re.findall(r'<th scope="row">([^<]+)</th><td><svg class="spark"', page)
    assert len(ranked) == len(codes)
    assert ranked[0].endswith("(US-60)")
    assert ranked[-1].endswith("(US-01)")
    table = page.partition('class="figure-table"')[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == len(codes)


def test_a_table_that_has_no_room_for_all_says_where_all_are(client: JudgingClient, save: Save) -> None:
    figures = tuple(Observation(period=f"{1800 + n // 12}-{n % 12 + 1:02}", value=n) for n in range(2500))
    [number] = save(an_outcome(observations=figures, frequency="M"))
    page = client.get(f"/records/{number}").text
    assert "500 further figures have no room here; the CSV has all." in page
    assert len(page) < 400_000


def test_what_is_known_of_a_figure_is_said(client: JudgingClient, save: Save) -> None:
    figures = (Observation(period="2022", value="1.50", status="P", note="first count"), Observation(period="2023", value=None, status="M"))
    [number] = save(an_outcome(observations=figures))
    table = client.get(f"/records/{number}").text.partition('class="figure-table"')[2].partition("</table>")[0]
    assert "Provisional. first count" in table
    assert ">missing<" in table
    assert ">1.50<" in table


def test_large_figures_are_said_in_words_and_kept_whole_in_the_table(client: JudgingClient, save: Save) -> None:
    figures = (Observation(period="2022", value="410324028883.32"), Observation(period="2023", value="429716969049.59"))
    [number] = save(an_outcome(observations=figures, unit="US$"))
    page = client.get(f"/records/{number}").text
    assert 'headline__value">430 billion<' in page
    assert "+19.4 billion since 2022" in page
    assert ">429,716,969,049.59<" in page
    assert 'headline__value">430 tỷ<' in client.get(f"/vi/records/{number}").text


def test_the_words_of_dates_stand_above_the_drawing() -> None:
    events = tuple(charts.Event(2020 + n / 2, f"{n}/QD") for n in range(6))
    chart = _draw({"2020": 1, "2024": 9}, events=events)
    rows = [mark.row for mark in chart.events]
    assert len(rows) == 4
    assert rows == sorted(set(rows))
    assert max(rows) < chart.top


def test_a_scale_that_does_not_reach_zero_is_said_to_be_cut(client: JudgingClient, save: Save) -> None:
    near = an_outcome(observations=tuple(Observation(period=str(year), value=value) for year, value in ((2021, 95), (2022, 97), (2023, 99))))
    far = an_outcome(observations=tuple(Observation(period=str(year), value=value) for year, value in ((2021, 5), (2022, 50), (2023, 99))))
    near_number, far_number = save(near, far)
    words = "The scale does not begin at 0"
    assert words in client.get(f"/records/{near_number}").text and words not in client.get(f"/records/{far_number}").text


def test_a_chart_names_its_source_and_licence(client: JudgingClient, save: Save) -> None:
    (number,) = save(an_outcome())
    section = client.get(f"/records/{number}").text.split('id="figures-heading"')[1].split("</section>")[0]
    assert "Source:" in section and "/agencies/vn-council" in section and "CC-BY-4.0" in section
