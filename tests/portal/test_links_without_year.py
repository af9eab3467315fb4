"""Laws cited by their name alone, without a year: asked at the desk where one record here is called so, never made."""

from collections.abc import Callable

import pytest

from harvesters.citations import Context, bare_names_of, find
from harvesters.record import Agency, Translation
from portal import catalogue, linking
from portal.linking.verdicts import Proposal
from portal.parts import Portal

from ..factories import a_decision, a_policy
from .test_links_names import HANOI, WASHINGTON, Link, a_law, a_plan, found, link

__all__ = ["link"]
BRUSSELS = Agency.of("Example Parliament", place="EU")
DSA = "Regulation (EU) 2022/2065 on a Single Market For Digital Services (Digital Services Act)"


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


def waiting(portal: Portal) -> list[Proposal]:
    with portal.database.read() as session:
        return linking.proposals(session, None)[1]


def a_rule(body: str, **more: object) -> object:
    return a_decision(**{"language": "en", "publisher": WASHINGTON, "title": "Rule", "summary": "", "body": body, "issued": "2024-05-31"} | more)


@pytest.mark.parametrize(
    ("law", "citing"),
    [
        (lambda: a_law("Clean Example Act of 1963", "1963-12-17", language="en", publisher=WASHINGTON), lambda: a_rule("Required under the Clean Example Act (the Act), sources report.")),
        (lambda: a_law("Clean Example Act", "1963-12-17", language="en", publisher=WASHINGTON), lambda: a_rule("Pursuant to section 4 of the Clean Example Act.")),
        (lambda: a_law(DSA, "2022-10-19", type="regulation", language="en", publisher=BRUSSELS), lambda: a_rule("Im Sinne des Digital Services Act", publisher=Agency.of("Amt", place="DE"), language="de")),
        (lambda: a_law("Luật Đất đai", "2013-11-29"), lambda: a_plan(body="Căn cứ Luật Đất đai và các văn bản hướng dẫn thi hành")),
        (lambda: a_law("LUẬT ĐẤT ĐAI", "2013-11-29"), lambda: a_plan(body="Theo quy định của Luật Đất đai, Ủy ban quyết định")),
        (lambda: a_law("Luật số 31/2024/QH15 của Quốc hội: Luật Đất đai", "2024-01-18"), lambda: a_plan(body="thi hành Luật Đất đai được Quốc hội thông qua")),
        (lambda: a_law("Luật Phòng, chống tham nhũng 2018", "2018-11-20"), lambda: a_plan(body="Căn cứ Luật Phòng, chống tham nhũng; xét đề nghị")),
        (lambda: a_law("Luật Bảo vệ và phát triển rừng", "2004-12-03"), lambda: a_plan(body="theo Luật Bảo vệ và phát triển rừng.")),
        (lambda: a_law("Luật Đất đai", "2013-11-29", translations={"en": Translation(title="Land Example Act")}), lambda: a_plan(body="The Land Example Act applies.")),
    ],
)  # fmt: skip
def test_the_only_law_of_that_name_is_asked_about_and_not_linked(portal: Portal, link: Link, law: Callable[[], object], citing: Callable[[], object]) -> None:
    target, number = link(law(), citing())
    assert found(portal, number) == []
    [one] = waiting(portal)
    assert (one.citing.number, one.target.number if one.target else None) == (number, target)
    assert one.confidence < 90 and "without_year" in one.reasons


def test_of_two_laws_of_that_name_none_is_proposed_and_of_two_that_become_one_it_is(portal: Portal, link: Link) -> None:
    rule = a_rule("Under the Clean Example Act, sources report.")
    link(a_law("Clean Example Act 1963", "1963", language="en", publisher=WASHINGTON), rule)
    assert len(waiting(portal)) == 1
    link(a_law("Clean Example Act 1990", "1990", language="en", publisher=WASHINGTON))
    assert waiting(portal) == []
    link(a_law("Clean Example Act 1990", "1990", language="en", publisher=WASHINGTON, type="plan"))
    assert waiting(portal) == []  # another record: the law of 1990 is still there


def test_a_law_that_came_later_or_holds_elsewhere_is_not_proposed(portal: Portal, link: Link) -> None:
    link(
        a_law("Luật Đất đai", "2024-01-18"), a_plan(body="Căn cứ Luật Đất đai.", issued="2015-03-01"),
        a_law("Clean Example Act 1963", "1963", language="en", publisher=Agency.of("Parliament", place="GB")), a_rule("Under the Clean Example Act."),
    )  # fmt: skip
    assert waiting(portal) == []


def test_a_news_item_of_that_title_is_no_law(portal: Portal, link: Link) -> None:
    link(a_policy(title="Clean Example Act", type="guideline", language="en", publisher=WASHINGTON, targets=(), objectives=()), a_rule("Under the Clean Example Act."))
    assert waiting(portal) == []


def test_nobody_is_asked_where_the_record_cites_it_with_its_year_as_well(portal: Portal, link: Link) -> None:
    law, rule = link(
        a_law("Example Exchange Act of 1934", "1934-06-06", language="en", publisher=WASHINGTON),
        a_rule("Pursuant to the Example Exchange Act of 1934, and as the Example Exchange Act says."),
    )
    assert [one.entry.number for one in found(portal, rule)] == [law]
    assert waiting(portal) == []


def test_what_is_not_here_is_no_gap_of_the_record(portal: Portal, link: Link) -> None:
    [number] = link(a_rule("Under the Unknown Example Act, the Principal Act and the Code."))
    with portal.database.read() as session:
        entry = catalogue.find(session, number)
        assert entry and linking.waiting_in(session, entry) == (0, [])


def test_an_officer_who_confirms_it_makes_the_link(portal: Portal, link: Link, client: object) -> None:
    from portal.audit import OPERATOR
    from portal.linking import verdicts

    from .test_outcome_clock import JUNE

    law, plan = link(a_law("Luật Đất đai", "2013-11-29"), a_plan(body="Căn cứ Luật Đất đai."))
    with portal.database.write() as session:
        row = verdicts.find(session, waiting(portal)[0].id, None)
        assert row
        verdicts.accept(session, row, "based_on", OPERATOR, JUNE)
    assert [(one.entry.number, one.origin) for one in found(portal, plan)] == [(law, "desk")]


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("This Act, the Act and that Code", "en", []),
        ("General Data Protection Regulation (EU) 2016/679; the Data Protection Act 2018; Water Framework Directive", "en", ["Water Framework Directive"]),
        ("Luật này, luật sư, Luật sư Nguyễn Văn A; Luật Đất đai năm 2013", "vi", []),
        ("Luật Đất đai và Luật Nhà ở; Bộ luật Lao động quy định; Luật Đất đai, căn cứ Nghị định", "vi", ["Luật Đất đai", "Luật Nhà ở", "Bộ luật Lao động", "Luật Đất đai"]),
    ],
)
def test_only_whole_names_are_names_and_they_yield_to_everything_that_says_more(text: str, language: str, names: list[str]) -> None:
    assert [one.value for one in find(text, Context(language, ())) if one.scheme == "title"] == names


def test_a_law_about_another_law_is_not_called_by_its_name() -> None:
    assert bare_names_of("Luật sửa đổi, bổ sung một số điều của Luật Đất đai") == ()
    assert bare_names_of("Guidance on the Clean Example Act") == ()
    assert bare_names_of(DSA) == ("Digital Services Act",)
    assert HANOI.place == "VN-HN"
