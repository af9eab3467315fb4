"""Numbers that begin anew every year: which year's is meant, and when that is asked rather than taken for granted."""

import pytest
from sqlalchemy import select

from harvesters.citations import Context, find
from harvesters.record import Agency
from portal.linking.subjects import says_subject
from portal.models import CitationRow
from portal.parts import Portal

from .test_links import a_rule, a_text, link, relations

__all__ = ["link"]
HUE, HANOI = Agency.of("Hue", place="VN-26"), Agency.of("Hanoi council", place="VN-HN")
PROGRAMME = "Quyết định phê duyệt Chương trình chuyển đổi số quốc gia đến năm 2025"


def states(portal: Portal) -> list[tuple[str, tuple[str, ...]]]:
    with portal.database.read() as session:
        return [(state, tuple(reasons)) for state, reasons in session.execute(select(CitationRow.state, CitationRow.reasons))]


@pytest.mark.parametrize(
    ("number", "issued", "said", "state"),
    [
        ("749/QĐ-TTg", "2020-06-03", "Theo 749/QĐ-TTg.", "found"),
        ("749/QĐ-TTg", "2018-06-03", "Theo 749/QĐ-TTg.", "doubtful"),
        ("749/QĐ-TTg", "2018-06-03", "Theo 749/QĐ-TTg ngày 03/6/2018.", "found"),
        ("749/QĐ-TTg", "2018-06-03", "Ngày 03/6/2018, Thủ tướng Chính phủ đã ban hành Quyết định số 749/QĐ-TTg.", "found"),
        ("749/QĐ-TTg", "2020-06-03", "Ngày 07/3/2019, Thủ tướng Chính phủ ban hành Quyết định số 749/QĐ-TTg.", "doubtful"),
        ("749/QĐ-TTg", "2018-06-03", "Quyết định 749/QĐ-TTg về Chương trình chuyển đổi số quốc gia.", "found"),
        ("749/QĐ-TTg", "2018-06-03", "Quyết định 749/QĐ-TTg của Thủ tướng Chính phủ phê duyệt Chương trình.", "doubtful"),
        ("13/2015/NĐ-CP", "2015-02-13", "Theo 13/2015/NĐ-CP.", "found"),
        ("52-NQ/TW", "2016-09-27", "Theo 52-NQ/TW.", "doubtful"),  # of the congress before
        ("52-NQ/TW", "2021-02-01", "Theo 52-NQ/TW.", "found"),
    ],
)
def test_a_number_without_its_year_is_linked_where_the_text_says_which(portal, link, number, issued, said, state):
    link(a_rule(number, PROGRAMME, issued=issued), a_text(said))
    assert [one for one, _reasons in states(portal)] == [state]


def test_why_it_is_asked_is_said(portal, link):
    link(a_rule("749/QĐ-TTg", issued="2018-06-03"), a_text("Theo 749/QĐ-TTg."))
    assert "year_unsaid" in states(portal)[0][1]


@pytest.mark.parametrize("number", ["12-CTr/TU", "88/TTr-SXD", "12/QĐ-UBND"])
def test_a_number_of_one_province_is_not_that_of_another(portal, link, number):
    here, plan = link(a_rule(number, publisher=HANOI, issued="2021-01-04"), a_text(f"Theo {number}.", publisher=HANOI, issued="2021-05-31"))
    assert [(one, target) for one, _type, target in relations(portal)] == [(plan, here)]
    link(a_text(f"Theo {number}.", publisher=HUE, issued="2021-05-31"))
    assert [state for state, _reasons in states(portal)] == ["found", "waiting"]


def test_a_letter_behind_a_number_belongs_to_it(portal, link):
    link(a_rule("36/NQ-CP", issued="2021-01-04"), a_text("Theo Nghị quyết số 36a/NQ-CP."))
    assert [state for state, _reasons in states(portal)] == ["waiting"]


def test_words_that_every_title_has_say_no_subject():
    assert not says_subject("Quyết định của Thủ tướng Chính phủ phê duyệt Chương trình hành động", "Quyết định của Thủ tướng Chính phủ phê duyệt Chương trình hành động")
    assert says_subject("theo Chương trình chuyển đổi số quốc gia", PROGRAMME)
    assert not says_subject("", PROGRAMME) and not says_subject("chuyển đổi số", "chuyển đổi số")


def test_a_day_that_leads_to_a_number_is_its_day():
    context = Context("vi", ("VN",))
    (one,) = find("Ngày 7 tháng 3 năm 2019, Chính phủ ban hành Nghị quyết số 17/NQ-CP.", context)
    assert one.dated == "2019-03-07"
    (one,) = find("Ngày 7 tháng 3 năm 2019, ủy ban họp. Chính phủ ban hành Nghị quyết số 17/NQ-CP.", context)
    assert one.dated == ""
