"""Nothing found: the reader is told what stands in the way, and whether it is collected at all."""

import re
from collections.abc import Callable
from html import unescape

from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, a_source

Save = Callable[..., list[str]]


def words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html.split("<main")[1]).split()))


def test_what_one_filter_less_would_give_is_told_and_true(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Bridge plan", subjects=("TRAN",)), a_policy(title="Bridge law"), a_decision(title="School"))
    html = client.get("/search?q=bridge&axis=decision&subject=TRAN").text
    said = words(html)
    assert "Without the filter “Decision”: 1 record" in said
    assert "Without the filter “Transport”" not in said
    address = re.findall(r'href="([^"]*)">Without the filter “Decision”', html)[0]
    assert "Bridge</mark> plan" in client.get(f"/search{unescape(address)}").text


def test_what_the_filters_have_without_the_words_is_told(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_decision())
    said = words(client.get("/search?q=zeppelin&axis=decision").text)
    assert "With these filters, but without the words: 2 records" in said


def test_a_source_that_is_meant_is_named_with_how_it_stands(client: JudgingClient, portal: Portal) -> None:
    portal.known_sources["ferries"] = a_source("ferries", title="Contracts of Lindholm Ferries")
    portal.sources["ferries"] = portal.known_sources["ferries"]
    said = words(client.get("/search?q=lindholm+timetable").text)
    assert "Contracts of Lindholm Ferries Never ran never read to its end, 0 records" in said


def test_where_no_source_is_meant_this_is_said(client: JudgingClient) -> None:
    assert "No source has a word of this search in its name;" in words(client.get("/search?q=qqqqq").text)


def test_nothing_found_reads_in_vietnamese_too(client: JudgingClient, save: Save) -> None:
    save(a_policy())
    assert "Bỏ bộ lọc “Kết quả”: 1 bản ghi" in words(client.get("/vi/search?q=example&axis=outcome").text)
