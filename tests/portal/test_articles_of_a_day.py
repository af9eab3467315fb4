"""An article as of a day: an address beside each that says the same for ever, whatever the law becomes."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_policy

Save = Callable[..., list[str]]


def _law(fee: str, last: str = "") -> str:
    return f"Article 1. Scope\n\nThis law is about markets.\n\nArticle 2. Fees\n\nThe fee is {fee}.\n\nArticle 3. Start\n\nFrom May on.{last}"


@pytest.fixture
def path(save: Save, now: datetime) -> str:
    """A law that came ten days ago and was changed three days ago; then its article 3 went."""
    law = a_policy(title="Law on markets", body=_law("one euro"))
    save(law, now=now - timedelta(days=10))
    save(law.model_copy(update={"body": _law("two euro").partition("Article 3")[0]}), now=now - timedelta(days=3))
    return f"/records/{law.number}"


def _day(before: int) -> str:
    return f"{NOW - timedelta(days=before):%Y-%m-%d}"


def test_an_article_reads_on_a_day_as_it_was_known_then(client: JudgingClient, path: str) -> None:
    before, after = client.get(f"{path}/as-of/{_day(5)}/text/art_2").text, client.get(f"{path}/as-of/{_day(2)}/text/art_2").text
    assert "The fee is one euro." in before and "version 1" in before and "What changed since then" in before
    assert "The fee is two euro." in after and "version 2" in after and "What changed since then" not in after
    assert 'content="noindex, follow"' in before


def test_from_article_to_article_the_day_stays(client: JudgingClient, path: str) -> None:
    page = client.get(f"{path}/as-of/{_day(5)}/text/art_2").text
    assert f'rel="next" href="{path}/as-of/{_day(5)}/text/art_3"' in page and f'rel="prev" href="{path}/as-of/{_day(5)}/text/art_1"' in page


def test_beside_each_article_stands_its_address_of_this_day(client: JudgingClient, path: str) -> None:
    page = client.get(path).text
    found = re.findall(rf'href="({path}/as-of/(\d{{4}}-\d\d-\d\d)/text/(art_\d))"', page)
    assert [anchor for _address, _on, anchor in found] == ["art_1", "art_2"]
    for address, on, _anchor in found:
        shown = client.get(address)
        assert shown.status_code == 200 and on in shown.text
    assert re.search(rf"http://localhost{path}/as-of/\d{{4}}-\d\d-\d\d/text/art_2", client.get(f"{path}/text/art_2").text)


def test_an_article_that_is_gone_is_still_there_on_its_days(client: JudgingClient, path: str) -> None:
    assert "From May on." in client.get(f"{path}/as-of/{_day(5)}/text/art_3").text
    gone = client.get(f"{path}/as-of/{_day(2)}/text/art_3")
    assert gone.status_code == 404 and "/versions/1/text/art_3" in gone.text


def test_days_before_the_record_days_to_come_and_what_is_no_day_are_told(client: JudgingClient, path: str) -> None:
    early = client.get(f"{path}/as-of/{_day(30)}/text/art_2")
    assert early.status_code == 404 and "did not know the record" in early.text
    assert client.get(f"{path}/as-of/2999-01-01/text/art_2").status_code == 404
    assert client.get(f"{path}/as-of/2025-02-30/text/art_2").status_code == 400
    assert client.get(f"{path}/as-of/{_day(5)}/text/art_99").status_code == 404


def test_a_language_that_was_asked_for_stays_with_the_article(client: JudgingClient, path: str) -> None:
    page = client.get(f"{path}/as-of/{_day(5)}/text/art_2?in=en").text
    assert f'href="{path}/as-of/{_day(5)}/text/art_3?in=en"' in page
