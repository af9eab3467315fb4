"""Laws that are cited by title and year alone; translations, and what files are called."""

from collections.abc import Callable

import pytest

from harvesters.citations import Context, find
from harvesters.record import Agency, File, Translation
from portal import catalogue, linking
from portal.linking.showing import FoundLink
from portal.parts import Portal

from ..factories import a_decision, a_policy

HANOI = Agency.of("Hanoi council", place="VN-HN")
WASHINGTON = Agency.of("Example agency", place="US")
Link = Callable[..., list[str]]


@pytest.fixture
def link(portal: Portal, save: Callable[..., list[str]]) -> Link:
    """Save records and link them; their numbers."""

    def link(*records: object) -> list[str]:
        numbers = save(*records)
        linking.catch_up(portal)
        return numbers

    return link


def found(portal: Portal, number: str) -> list[FoundLink]:
    with portal.database.read() as session:
        entry = catalogue.find(session, number)
        assert entry is not None
        return [one for one in linking.found_of(session, entry) if not one.inverse]


def a_law(title: str, issued: str, **more: object) -> object:
    given = {"title": title, "type": "law", "issued": issued, "language": "vi", "publisher": HANOI, "targets": (), "objectives": (), "other_identifiers": ()}
    return a_policy(**given | more)


def a_plan(**said: object) -> object:
    return a_decision(**{"title": "Kế hoạch", "language": "vi", "publisher": HANOI, "issued": "2024-05-31", "body": "", "summary": ""} | said)


@pytest.mark.parametrize("words", ["Luật Tiếp cận thông tin 2016", "Luật Tiếp cận thông tin năm 2016", "LUẬT TIẾP CẬN THÔNG TIN 2016"])
def test_a_law_is_found_by_its_title_and_the_year_it_was_issued_in(portal: Portal, link: Link, words: str) -> None:
    law, plan = link(a_law("Luật Tiếp cận thông tin", "2016-04-06"), a_plan(body=f"Căn cứ {words}, Ủy ban ban hành kế hoạch."))
    assert [(one.entry.number, one.type, one.origin) for one in found(portal, plan)] == [(law, "based_on", "machine")]


def test_another_year_names_another_law_and_of_two_an_officer_is_asked(portal: Portal, link: Link) -> None:
    _law, plan = link(a_law("Luật Tiếp cận thông tin", "2016-04-06"), a_plan(body="Căn cứ Luật Tiếp cận thông tin 2005."))
    assert found(portal, plan) == []
    _one, _two, asked = link(
        a_law("Luật Đất đai", "2013-11-29", source="one"), a_law("Luật Đất đai", "2013-12-01", source="two"), a_plan(title="Khác", body="Căn cứ Luật Đất đai 2013.")
    )
    assert found(portal, asked) == []
    with portal.database.read() as session:
        total, waiting = linking.proposals(session, None)
    assert (total, waiting[0].candidates) == (1, 2)


def test_an_american_act_is_found_by_its_title(portal: Portal, link: Link) -> None:
    law, rule = link(
        a_law("Example Exchange Act of 1934", "1934-06-06", language="en", publisher=WASHINGTON),
        a_decision(language="en", publisher=WASHINGTON, title="Rule", summary="", body="Pursuant to Section 19 of the Example Exchange Act of 1934, notice is given."),
    )
    assert [one.entry.number for one in found(portal, rule)] == [law]


def test_translations_and_what_files_are_called_are_read(portal: Portal, link: Link) -> None:
    law = a_law("Luật Tiếp cận thông tin", "2016-04-06", translations={"en": Translation(title="Example Access Act of 2016")})
    number, by_file, by_translation = link(
        law,
        a_plan(title="Với tệp", files=(File(url="https://example.org/a.pdf", title="Luật Tiếp cận thông tin 2016 (bản ký)"),)),
        a_plan(title="Với bản dịch", translations={"en": Translation(title="Plan", summary="Under the Luật Tiếp cận thông tin 2016")}),
    )
    assert [(one.entry.number, one.field) for one in found(portal, by_file)] == [(number, "files/1/title")]
    assert [(one.entry.number, one.field) for one in found(portal, by_translation)] == [(number, "translations/en/summary")]


def test_a_year_after_other_words_is_no_title() -> None:
    texts = ("Luật sư Nguyễn Văn A sinh năm 1980", "Luật này có hiệu lực từ ngày 01/7/2018", "theo luật năm 2016", "the Act of 2016", "Section 4 of the Act of 1934")
    assert [[one.value for one in find(text, Context("vi" if "Luật" in text or "luật" in text else "en", ()))] for text in texts] == [[], [], [], [], []]
