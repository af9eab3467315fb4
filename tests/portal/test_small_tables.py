"""Targets, votes and figures as small tables: typed cell by cell, or pasted from a spreadsheet, with scripts and without."""

import re

import pytest

from portal.typed import read_cells, write_cells

from .desk import Officer, sign_in, typed_into

OUTCOME = {"type": "indicator", "title": "Waste water", "language": "en"}


def figures(officer: Officer, number: str) -> list[tuple[str, str, str | None, str]]:
    return [(one.period, str(one.value), one.place, one.note) for one in officer.record(number).observations]  # type: ignore[union-attr]


def test_figures_are_typed_cell_by_cell(officer):
    cells = {"observation_period_1": "2023", "observation_value_1": "41", "observation_place_1": "Hà Nội", "observation_period_3": "2024",
             "observation_value_3": "43,5", "observation_note_3": "counted; twice"}  # fmt: skip
    number = officer.publishes("outcome", **OUTCOME, **cells)
    assert figures(officer, number) == [("2023", "41", "VN-HN", ""), ("2024", "43.5", None, "counted; twice")]
    officer.presses_publish(officer.corrects(number, title="Waste water treated"))
    assert figures(officer, number) == [("2023", "41", "VN-HN", ""), ("2024", "43.5", None, "counted; twice")]


def test_columns_of_a_spreadsheet_are_pasted_without_scripts(officer):
    pasted = 'Period\tFigure\tPlace\r\n2022\t40\t\r\n2023\t1 250,5\tVN-HN\r\n'
    number = officer.publishes("outcome", **OUTCOME, observation_period_1="2021", observation_value_1="39", observation_paste=pasted)
    assert figures(officer, number) == [("2021", "39", None, ""), ("2022", "40", None, ""), ("2023", "1250.5", "VN-HN", "")]


def test_a_roll_call_is_pasted_in_the_words_of_either_language(officer):
    number = officer.publishes("decision", title="Vote", vote_name_1="Lan Nguyen", vote_choice_1="For", vote_paste="An Tran\tKhông tán thành\tGreen\nBo Ly\tabsent")
    votes = [(one.name, one.choice, one.party) for one in officer.record(number).votes.roll_call]
    assert votes == [("Lan Nguyen", "for", ""), ("An Tran", "against", "Green"), ("Bo Ly", "absent", "")]


def test_targets_are_pasted_and_a_wrong_cell_is_named(officer):
    pasted = "Services online\t40\t80\t%\t2030\tIT office\thigher\nWaiting\t9\tfew\tdays\t2027"
    sent = officer.fills_in("/publish/policy", type="plan", title="Plan", language="en", target_paste=pasted)
    assert sent.status_code == 422
    assert 'href="#target_value_2"' in sent.text
    typed = typed_into(sent.text)
    assert (typed["target_indicator_1"], typed["target_better_1"], typed["target_value_2"]) == ("Services online", "higher", "few")


def test_a_wrong_figure_stays_in_its_cell(officer):
    sent = officer.fills_in("/publish/outcome", **OUTCOME, observation_period_1="2024", observation_value_1="many")
    assert sent.status_code == 422
    assert "“many” is not a number" in sent.text
    assert re.search(r'name="observation_value_1" value="many"', sent.text)


def test_what_is_too_long_for_a_table_stays_a_text_and_a_page_stays_light(officer):
    lines = "\n".join(f"{year}; {year - 1900}; {place}" for place in ("VN", "VN-HN") for year in range(1960, 2024))
    sent = officer.fills_in("/publish/outcome", **OUTCOME, action="draft", observations=lines)
    assert sent.status_code == 303
    address = officer.client.get("/publish/").text.split('href="/publish/drafts/')[1].split('"')[0]
    page = officer.client.get(f"/publish/drafts/{address}")
    assert typed_into(page.text)["observations"] == lines
    sixty = officer.fills_in(f"/publish/drafts/{address}", action="draft", observations="\n".join(lines.splitlines()[:60]))
    assert sixty.status_code == 303
    page = officer.client.get(f"/publish/drafts/{address}?step=2")
    assert "observation_period_60" in page.text
    assert len(page.data) < 100_000


@pytest.mark.parametrize("cells", [["a", "b;c"], ['"quoted"', "", "x"], ["", "for"], ["a"]])
def test_a_line_says_the_cells_that_it_was_made_of(cells):
    assert [read for _line, read in read_cells(write_cells(cells))] == [cells]


@pytest.mark.browser
def test_cells_of_a_spreadsheet_spread_over_the_table(officer, live_server, new_page):
    page = new_page()
    sign_in(page, live_server.url, officer.email)
    page.goto(f"{live_server.url}/publish/outcome?step=2")
    page.focus("#observation_period_1")
    page.evaluate(r"""() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "Period\tFigure\n2019\t1\n2020\t2\n2021\t3\n2022\t4\n2023\t5");
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }""")
    assert [page.input_value(f"#observation_{column}_{row}") for row in (1, 5) for column in ("period", "value")] == ["2019", "1", "2023", "5"]
    assert page.get_attribute("#observation_period_6", "aria-label") == "Period, row 6"
    page.focus("#observation_value_5")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "observation_value_6"
