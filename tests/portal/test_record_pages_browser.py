"""Records, agencies and sources in a real browser: open to everyone, on any screen, without scripts, on paper."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters.record import File, Observation, Relation, Vote, Votes

from ..barriers import barriers
from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]


@pytest.fixture
def paths(save: Callable[..., list[str]]) -> list[str]:
    """A page of every kind, with what is long: titles, votes, places, words without a space."""
    long = "Nghị quyết về một số chủ trương, chính sách chủ động tham gia cuộc Cách mạng công nghiệp lần thứ tư " * 4
    policy = a_policy(title=long, language="vi", issued="2020", relations=(Relation(type="amends", identifier="12/ND-CP"),))
    votes = Votes(result="Passed", in_favour=59, against=1, roll_call=tuple(Vote(name=f"Nguyễn Văn {n}", choice="for" if n else "against") for n in range(60)))
    decision = a_decision(votes=votes, relations=(Relation(type="implements", number=policy.number),),
                          files=(File(url="https://council.example/" + "a-very-long-name-" * 12 + ".pdf"),))  # fmt: skip
    places = tuple(Observation(period=str(year), place=f"US-{n:02}", value=year % 7) for n in range(63) for year in range(2011, 2024))
    six = tuple(Observation(period=str(year), place=code, value=year % n - 1) for n, code in enumerate(("VN", "TH", "MY", "ID", "PH", "SG"), 2) for year in range(2011, 2024))
    tied = (Relation(type="measures", number=policy.number),)
    numbers = save(policy, decision, an_outcome(observations=places), an_outcome(observations=six), an_outcome(relations=tied, due="2023"))
    save(policy.model_copy(update={"summary": "A new summary"}))
    pages = [f"/records/{number}" for number in numbers]
    pages += [f"/records/{numbers[0]}/{path}" for path in ("versions", "versions/1", "compare/1..2")]
    return [*pages, f"/vi/records/{numbers[2]}", "/agencies/", "/agencies/vn-council", "/sources/", "/sources/council-records", "/status"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, paths: list[str], width: int, scheme: str) -> None:
    page = new_page(width=width, color_scheme=scheme)
    assert not barriers(page, [live_server.url + path for path in paths])


def test_one_drawing_is_seen_at_a_time_and_its_words_can_be_read(live_server: LiveServer, new_page: NewPage, paths: list[str]) -> None:
    for width, name in ((360, "narrow"), (1280, "wide")):
        page = new_page(width=width, java_script_enabled=False)
        page.goto(live_server.url + paths[3])
        seen = page.locator(".chart__drawing:visible")
        assert seen.count() == 1
        assert f"chart__drawing--{name}" in (seen.get_attribute("class") or "")
        drawing = seen.bounding_box()
        assert drawing["width"] / int(seen.get_attribute("width")) > 0.9, "letters of 12 px would be drawn too small"


def test_a_matter_is_followed_by_links_alone(live_server: LiveServer, new_page: NewPage, paths: list[str]) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(live_server.url + paths[1])
    page.locator(".thread").get_by_role("link", name="Nghị quyết").click()
    page.locator(".thread").get_by_role("link", name="Example outcome").first.click()
    assert page.locator(".axis--outcome").first.is_visible()
    assert page.locator("h1").inner_text().startswith("Example outcome")
