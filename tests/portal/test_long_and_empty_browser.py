"""Long titles, long words, three languages, hundreds of records, nothing at all, and days far ahead: on a small screen and on paper."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from harvesters.record import Agency, Money, Observation, Relation, Target, Translation

from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

pytestmark = pytest.mark.browser
Save = Callable[..., list[str]]

LONG = ("A resolution on the approval of the national programme for rural development, poverty reduction and the growth of upland regions " * 4)[:400].strip()
WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 6
AGENCY = Agency(slug="vn-committee", names={"en": "Interministerial Committee for the Coordination of the Implementation of the National Target Programme", "vi": "Ban Chỉ đạo"}, place="VN")


@pytest.fixture
def matter(save: Save) -> dict[str, str]:
    """A matter of eighty records, and records that have next to nothing; their numbers."""
    heart = a_policy(
        identifier="heart", title=LONG, publisher=AGENCY, issued="2024-02-29", valid_from="2131-01-01",
        translations={"vi": Translation(title=f"Nghị quyết {LONG}"[:400], summary="Tóm tắt. " * 30), "ar": Translation(title="قرار بشأن الموافقة على البرنامج الوطني للتنمية الريفية " * 6)},
        targets=tuple(Target(indicator=f"{WORD[:200]} {n}", value=80, unit=WORD[:90], due=f"{2024 + n * 60}") for n in range(3)),
    )  # fmt: skip
    joined = (Relation(type="implements", number=heart.number),)
    many = [
        a_decision(
            identifier=f"m{n}", title=WORD[:390] if n % 9 == 0 else LONG if n % 5 == 0 else f"Decision {n}", publisher=AGENCY, issued=f"2024-{n % 12 + 1:02}", relations=joined,
            amount=Money(value=f"{n}123456789012.50", currency="VND"), counterparty=WORD[:290] if n % 10 == 0 else f"Company {n}", decision_makers=((f"{LONG[:200]}",) if n % 7 == 0 else ("Ann Oak",)),
            offices={} if n % 7 == 0 else {"Ann Oak": LONG[:250]},
        )
        for n in range(80)
    ]  # fmt: skip
    outcome = an_outcome(identifier="o", title=LONG, publisher=AGENCY, unit=WORD[:90], observations=tuple(Observation(period=f"{year}", value=year) for year in range(2000, 2024)),
                         relations=(Relation(type="measures", number=heart.number),))  # fmt: skip
    bare = a_decision(identifier="bare", title="x", issued=None, body="", summary="", amount=None, decided_by="", counterparty="", other_identifiers=())
    ahead = a_policy(identifier="ahead", title="Far ahead", issued="2098", valid_from="2098-02-01", targets=(Target(indicator="Far", value=1, due="2150"),))
    save(heart, *many, outcome, bare, ahead)
    return {"heart": heart.number, "outcome": outcome.number, "long": many[0].number, "bare": bare.number, "ahead": ahead.number}


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_hangs_over_the_edge_and_nobody_is_shut_out(live_server: LiveServer, new_page: Callable[..., Any], matter: dict[str, str], width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = new_page(width=width)
    paths = ["/people/", "/suppliers/", f"/suppliers/?agency={AGENCY.slug}", "/outcome-clock?state=all", f"/records/{matter['heart']}/dossier", f"/vi/records/{matter['heart']}", f"/records/{matter['outcome']}"]
    paths += [f"/records/{matter[name]}/thread" for name in ("heart", "bare", "ahead")] + [f"/records/{matter['long']}"]
    for path in paths:
        page.goto(live_server.url + path)
        over = "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.tagName + '.' + one.className).slice(0, 3)"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (path, page.evaluate(over))
        if path.startswith(("/people", "/suppliers")):
            assert page.evaluate("[...document.querySelectorAll('.table')].every(one => one.scrollWidth <= one.clientWidth)"), path
        assert not [f"{path} {fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in Axe().run(page).response["violations"]]


def test_figures_in_a_unit_with_a_long_name_are_seen_beside_their_years(live_server: LiveServer, new_page: Callable[..., Any], matter: dict[str, str]) -> None:
    page = new_page(width=360)
    page.goto(f"{live_server.url}/records/{matter['outcome']}")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.querySelector('.figure-table .table'))")


def test_a_dossier_on_paper_leaves_no_sheet_half_empty_and_no_title_alone(live_server: LiveServer, new_page: Callable[..., Any], matter: dict[str, str]) -> None:
    page = new_page(width=1280)
    page.goto(f"{live_server.url}/records/{matter['heart']}/dossier")
    sheets = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4")))
    assert len(sheets) > 8
    for place in range(len(sheets) - 1):
        sheet = sheets[place]
        words = sheet.get_textpage()
        lowest = min(rect[1] for rect in [words.get_rect(n) for n in range(words.count_rects())])
        assert lowest < sheet.get_height() * 0.4, f"sheet {place + 1} ends at {lowest:.0f} of {sheet.get_height():.0f} points"
        last = words.get_text_bounded().strip().splitlines()[-1]
        assert "Decision ·" not in last, f"sheet {place + 1} ends with the head of a record"


def test_a_matter_of_one_year_and_one_record_is_counted_as_one(client: Any, save: Save) -> None:
    [number] = save(a_policy(issued="2024-05", targets=(Target(indicator="Far", value=1, due="2150"),)))
    page = client.get(f"/records/{number}/dossier").text
    assert "1 record, 2024." in page and "dossier of 1 record." in page
    thread = client.get(f"/records/{number}/thread").text
    assert "Far: 1, due 2150" in " ".join(re.sub(r"<[^>]+>", "", thread).split())


def test_no_matter_says_that_nothing_is_missing_while_parts_are(client: Any, save: Save) -> None:
    policy = a_policy(type="law", targets=(), objectives=(), summary="")
    save(policy, an_outcome(relations=(Relation(type="measures", number=policy.number),), method=""))
    found = client.get(f"/records/{policy.number}/thread.json").json
    page = client.get(f"/records/{policy.number}/thread").text
    assert found["gaps"] == [] and found["completeness"]["present"] < found["completeness"]["expected"]
    assert "Nothing that one would expect is missing." not in page and "% complete:" in page
