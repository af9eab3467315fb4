"""The page of a record: its address, its words in the reader's language, and everything that its axis has."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from harvesters.record import (
    Consultation,
    File,
    Identifier,
    Money,
    Observation,
    Record,
    Target,
    Translation,
    Vote,
    Votes,
)
from portal import store
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def _words(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def _row(portal: Portal, record: Record, change: Callable[..., None], *words: str) -> None:
    with portal.database.write() as session:
        row = session.scalar(select(RecordRow).where(RecordRow.number == record.number))
        change(session, row, *words, NOW + timedelta(days=2))


def test_any_spelling_of_a_number_leads_to_the_one_address(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision())
    for typed in (number.lower(), f"{number[:4]}-{number[4:8]}-{number[8:]}"):
        answer = client.get(f"/records/{typed}?in=vi")
        assert answer.status_code == 308
        assert answer.location == f"/records/{number}?in=vi"
    assert client.get(f"/vi/records/{number.lower()}/versions").location == f"/vi/records/{number}/versions"


def test_what_follows_the_number_is_decoration(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision(title="A bridge"))
    page = client.get(f"/records/{number}/a-bridge-over-the-river")
    assert page.status_code == 200
    assert f'rel="canonical" href="http://localhost/records/{number}"' in page.text


@pytest.mark.parametrize("typed", ["0000000000ZZ", "nonsense", "7K3Q-X9F2", "đường"])
def test_an_unknown_number_gets_a_search_box(client: JudgingClient, typed: str) -> None:
    page = client.get(f"/records/{typed}")
    assert page.status_code == 404
    assert typed in _words(page.text)
    assert 'type="search"' in page.text


def test_a_withdrawn_record_stays_readable(client: JudgingClient, portal: Portal, save: Save) -> None:
    record = a_decision(title="A bridge", summary="It was to be built.")
    [number] = save(record)
    _row(portal, record, store.withdraw, "not_listed")
    page = client.get(f"/records/{number}")
    assert page.status_code == 200
    words = _words(page.text)
    assert "Withdrawn at its source" in words
    assert "3 June 2024" in words
    assert "It was to be built." in words


def test_an_unpublished_record_is_gone_and_says_on_what_ground(client: JudgingClient, portal: Portal, save: Save) -> None:
    record = a_decision(title="Name and address of a child")
    [number] = save(record)
    _row(portal, record, store.unpublish, "personal_data")
    for path in ("", "/versions", "/versions/1", "/raw", "/cite.bib", "/compare/1..1"):
        page = client.get(f"/records/{number}{path}")
        assert page.status_code == 410, path
        assert "personal data" in page.text
        assert "Name and address" not in page.text


def test_a_record_is_read_in_the_readers_language_with_its_original_at_hand(client: JudgingClient, save: Save) -> None:
    vietnamese = Translation(title="Cây cầu mới", summary="Xây cầu.")
    [number] = save(a_policy(title="A new bridge", summary="It is built.", translations={"vi": vietnamese}))
    page = client.get(f"/vi/records/{number}").text
    assert re.search(r"<h1[^>]*>Cây cầu mới</h1>", page)
    assert 'href="?in=en"' in page
    original = client.get(f"/vi/records/{number}?in=en").text
    assert re.search(r'<h1[^>]* lang="en"[^>]*>A new bridge</h1>', original)
    assert "It is built." in original
    assert "Xây cầu." not in original


def test_a_record_without_a_translation_says_its_language(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(title="Cây cầu mới", language="vi"))
    page = client.get(f"/records/{number}").text
    assert re.search(r'<h1[^>]* lang="vi"[^>]*>Cây cầu mới</h1>', page)
    assert "This record is in Vietnamese" in _words(page)


def test_a_text_is_shown_as_markdown_and_cannot_act(client: JudgingClient, save: Save) -> None:
    body = "# Article 1\n\nThe **bridge**.\n\n3. third\n4. fourth\n\n<script>alert(1)</script>\n\n[go](javascript:alert(2)) [site](https://x.example/)"
    [number] = save(a_policy(body=body, summary="<b>bold</b>"))
    page = client.get(f"/records/{number}").text
    text = page.partition('class="prose text"')[2].partition("</section>")[0]
    assert re.search(r'<h3 id="text-art_1"[^>]*>Article 1</h3>', text)
    assert "<strong>bridge</strong>" in text
    assert '<ol start="3">' in text
    assert "<script>" not in text
    assert "javascript:" not in text.replace("[go]", "")
    assert 'href="https://x.example/"' in text
    assert "<b>bold</b>" not in page


def test_a_long_text_has_a_page_of_its_own(client: JudgingClient, save: Save) -> None:
    body = "\n\n".join(f"Paragraph {number} " + "of the law " * 20 for number in range(200))
    [number] = save(a_policy(body=body))
    page = client.get(f"/records/{number}").text
    assert "Paragraph 0 " in page
    assert "Paragraph 199 " not in page
    assert "Paragraph 199 " in client.get(f"/records/{number}/text").text


def test_a_decision_shows_who_voted_how_and_for_how_much(client: JudgingClient, save: Save) -> None:
    calls = tuple(Vote(name=f"Member {n}", choice="for" if n else "against", party="Group A") for n in range(60))
    votes = Votes(result="Passed", in_favour=59, against=1, roll_call=calls)
    [number] = save(
        a_decision(
            votes=votes, decision_makers=("A. Chair",), legal_basis=("Roads Act, section 4",), rationale="It is needed.",
            amount=Money(value="1250000.5", currency="EUR"), counterparty="Bridge Builders Ltd",
        )
    )  # fmt: skip
    words = _words(client.get(f"/records/{number}").text)
    assert "For Against Abstained Absent 59 1 not stated not stated" in words
    assert "Roll call: 60 names" in words
    assert "Member 0 Against Group A" in words
    assert "Member 59 For Group A" in words
    assert "€1,250,000.50" in words
    for said in ("Passed", "A. Chair", "Roads Act, section 4", "It is needed.", "Bridge Builders Ltd"):
        assert said in words
    assert "1.250.000,50 €" in _words(client.get(f"/vi/records/{number}").text).replace("\xa0", " ")


def test_a_policy_shows_what_it_aims_at_and_how_far_it_is(client: JudgingClient, save: Save) -> None:
    targets = (
        Target(indicator="Services online", baseline="20", baseline_period="2021", value="80", unit="%", due="2999", responsible="All offices"),
        Target(indicator="Rank", value="50", due="2020"),
        Target(indicator="Happiness"),
    )
    consultation = Consultation(opens="2024-01-02", closes="2024-02-03", url="https://x.example/say")
    policy = a_policy(targets=targets, consultation=consultation)
    figures = tuple(Observation(period=str(year), value=value) for year, value in ((2022, "35"), (2023, "50")))
    [number, _] = save(policy, an_outcome(observations=figures, relations=({"type": "measures", "number": policy.number},)))
    words = _words(client.get(f"/records/{number}").text)
    assert "Services online All offices 20 → 80 % 2999 On the way 50 in 2023 50 % of the way the path stood at 20.12" in words
    assert "Due, and no figure here" in words
    assert "No figure here yet" in words
    assert "From 2 January 2024 to 3 February 2024 ." in words


def test_the_facts_say_where_a_record_comes_from(client: JudgingClient, portal: Portal, save: Save) -> None:
    record = a_decision(
        other_identifiers=(Identifier(value="12/QD"),), keywords=("river crossing",), subjects=("TRAN", "SDG9"),
        places=("VN-HN",), issued="2024-05", landing_page="https://council.example/12", axis_rule="rule 2: type contains “order”",
        files=(File(url="https://council.example/12.pdf", title="The order", media_type="application/pdf", size=412_345),),
    )  # fmt: skip
    digest = portal.raw.put(b'{"title": "as sent"}')
    with portal.database.write() as session:
        store.save(session, record, now=NOW, raw=digest, raw_url="https://council.example/list.json")
    page = client.get(f"/records/{record.number}").text
    words = _words(page)
    for said in (
        "12/QD", "May 2024", "Transport", "SDG 9", "Hà Nội", "The order PDF, 412 kB", "rule 2: type contains “order”",
        "1 June 2024, 12:00 UTC", "Example City Council", f"{record.number[:4]}-{record.number[4:8]}-{record.number[8:]}",
    ):  # fmt: skip
        assert said in words, said
    assert 'href="https://spdx.org/licenses/CC-BY-4.0.html"' in page
    assert 'href="/search?q=%22river+crossing%22"' in page
    assert client.get(f"/records/{record.number}/raw").get_json() == {"title": "as sent"}


def test_a_record_of_the_demonstration_says_so(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision(), demonstration=True)
    assert "belongs to the demonstration" in _words(client.get(f"/records/{number}").text)
