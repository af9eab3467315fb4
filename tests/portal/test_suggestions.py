"""Suggestions while typing: numbers, agencies, titles; and the box in a browser, by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters.record import Agency, Identifier

from ..browser import JudgingClient
from ..conftest import LiveServer
from ..factories import a_decision, a_policy

Save = Callable[..., list[str]]


def suggested(client: JudgingClient, typed: str, prefix: str = "") -> list[tuple[str, str, str]]:
    data = client.get(f"{prefix}/suggest", query_string={"q": typed}).get_json(force=True)
    assert data[0] == typed and len({len(part) for part in data[1:]}) == 1
    return list(zip(data[4], data[1], data[3], strict=True))


@pytest.fixture
def numbers(save: Save) -> list[str]:
    return save(
        a_policy(title="Bridges for the river", other_identifiers=(Identifier(value="749/QĐ-TTg"),)),
        a_decision(title="A new bridge", publisher=Agency(slug="xx-roads", names={"en": "Office of Bridges", "vi": "Cục Cầu đường"})),
    )


def test_the_beginning_of_a_number_finds_its_document(client: JudgingClient, numbers: list[str]) -> None:
    for typed in ("749", "749/qd", f"{numbers[0][:4]}-{numbers[0][4:7].lower()}"):
        if any(letter.isdigit() for letter in typed):
            kind, title, address = suggested(client, typed)[0]
            assert (kind, title) == ("number", "Bridges for the river")
            assert address.endswith(f"/records/{numbers[0]}")


@pytest.mark.usefixtures("numbers")
def test_agencies_and_titles_are_found_by_the_beginning_of_words(client: JudgingClient) -> None:
    agency, *records = [(kind, words) for kind, words, _ in suggested(client, "bri")]
    assert agency == ("agency", "Office of Bridges")
    assert set(records) == {("record", "A new bridge"), ("record", "Bridges for the river")}
    assert ("record", "A new bridge") in [(kind, words) for kind, words, _ in suggested(client, "new bri")]


@pytest.mark.usefixtures("numbers")
def test_readers_of_vietnamese_get_their_names_and_addresses(client: JudgingClient) -> None:
    kind, words, address = suggested(client, "cau duong", "/vi")[0]
    assert (kind, words) == ("agency", "Cục Cầu đường") and "/vi/agencies/xx-roads" in address


def test_who_types_the_original_title_is_shown_it(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Luật Dữ liệu", language="vi", translations={"en": {"title": "Law on Data"}}))
    assert [words for _, words, _ in suggested(client, "luat du")] == ["Luật Dữ liệu"]
    assert [words for _, words, _ in suggested(client, "law on")] == ["Law on Data"]


@pytest.mark.parametrize("typed", ["", "b", "  ", '"', "title:", "((((", "%", "_", "\x00", "🙂🙂", "a" * 5000, "-bridge", "9" * 300])
@pytest.mark.usefixtures("numbers")
def test_nothing_typed_is_an_error(client: JudgingClient, typed: str) -> None:
    answer = client.get("/suggest", query_string={"q": typed})
    assert answer.status_code == 200


@pytest.mark.browser
@pytest.mark.usefixtures("numbers")
def test_a_suggestion_is_chosen_by_keyboard(browser_page: Any, live_server: LiveServer) -> None:
    page = browser_page
    page.goto(live_server.url + "/")
    box = page.get_by_role("combobox", name="Search all records")
    box.press_sequentially("new bri")
    option = page.get_by_role("option", name="A new bridge")
    option.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert option.get_attribute("aria-selected") == "true"
    box.press("Escape")
    assert not option.is_visible() and box.input_value() == "new bri"
    box.press_sequentially("d")
    option.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/records/**")
    assert page.get_by_role("heading", level=1).inner_text() == "A new bridge"


@pytest.mark.browser
@pytest.mark.usefixtures("numbers")
def test_enter_without_a_choice_is_an_ordinary_search(browser_page: Any, live_server: LiveServer) -> None:
    page = browser_page
    page.goto(live_server.url + "/")
    box = page.get_by_role("combobox", name="Search all records")
    box.press_sequentially("bridge")
    page.get_by_role("option").first.wait_for()
    box.press("Enter")
    page.wait_for_url("**/search?q=bridge")
