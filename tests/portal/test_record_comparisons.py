"""Two versions compared: by words, inline and side by side, with what moved, in sections, in short, and as data."""

import gzip
import json
import os
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from harvesters.record import Consultation, File, Money, Observation, Record, Target, Translation
from portal.aligning import pairs
from portal.compared import compared
from portal.differences import TextChange, compare_texts
from portal.parts import Portal
from portal.wording import runs

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]

OLD = """## Article 1. Scope

This law applies to all markets.

## Article 2. Fees

(1) The fee is 20 dollars a day and shall be paid in advance.

(2) Whoever does not pay shall leave the market before the evening falls.

## Article 3. Trade

A trader may sell fruit and vegetables at the places that the council marks for it.

## Article 4. End

This law ends.
"""
NEW = """## Article 1. Scope

This law applies to all markets.

## Article 2. Register

The council keeps a register of traders, which everybody may read without giving reasons.

## Article 3. Fees

(1) The fee is 25 dollars a day and shall be paid in advance.

## Article 4. Trade

A trader may sell fruit and vegetables at the places that the council marks for it.

(2) Whoever does not pay the fee shall leave the market before the evening falls.
"""


def two(save: Save, record: Record, **fields: object) -> str:
    [number] = save(record)
    save(record.model_copy(update=fields), now=NOW + timedelta(days=9))
    return number


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html.replace("</li>", " "))).split())


def test_a_text_is_compared_by_articles_and_what_moved_is_said_at_both_ends(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(body=OLD), body=NEW)
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "The fee is <del>20</del><ins>25</ins> dollars a day" in page
    assert "(2) Whoever does not pay <ins>the fee </ins>shall leave" in page
    assert "Moved to “Article 4. Trade”" in page
    assert "Moved here from “Article 2. Fees”" in page
    assert 'href="#move-own-1-to"' in page
    assert 'id="move-own-1-to"' in page
    assert 'href="#move-own-1-from"' in page
    assert 'id="move-own-1-from"' in page
    rows = re.findall(r'<th scope="row"><a href="#change-\d+">([^<]+)</a></th><td>([^<]+)</td>', page)
    assert rows == [
        ("Article 2. Register", "added"), ("Article 3. Fees", "changed, other number"),
        ("Article 4. Trade", "changed, other number"), ("Article 4. End", "taken out"),
    ]  # fmt: skip
    gist = words(page.partition('id="gist"')[2].partition("</section>")[0])
    assert "2 articles were changed. 1 article was added. 1 article was taken out." in gist
    assert "1 passage was moved to another place." in gist
    assert "This law applies to all markets" not in page


def test_two_versions_stand_side_by_side(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(body=OLD, summary="Old words"), body=NEW, summary="New words")
    page = client.get(f"/records/{number}/compare/1..2?view=side").text
    cells = [words(cell) for cell in re.findall(r"<td>(.*?)</td>", page, re.DOTALL)]
    assert "(1) The fee is 20 dollars a day and shall be paid in advance." in cells
    assert "(1) The fee is 25 dollars a day and shall be paid in advance." in cells
    assert f'href="/records/{number}/compare/1..2"' in page
    assert client.get(f"/records/{number}/compare/1..2?view=above").status_code == 400


def test_an_article_that_was_put_in_does_not_make_all_that_follow_look_rewritten() -> None:
    law = [f"Article {n}\n\nRule about subject {n}, which is told in some words of its own number {n * 7}." for n in range(1, 40)]
    later = [*law[:5], "Article 6\n\nAn entirely fresh provision on something else.", *(re.sub(r"^Article (\d+)", lambda m: f"Article {int(m[1]) + 1}", one) for one in law[5:])]
    found = compare_texts("\n\n".join(law), "\n\n".join(later))
    states = [(part.state, part.renumbered) for part in found.parts]
    assert states.count(("added", False)) == 1
    assert states.count(("same", True)) == 34
    assert len(states) == 35
    assert found.went == 0


def test_an_article_that_stands_elsewhere_was_moved() -> None:
    law = [f"## {name} {{#sec_{name}}}\n\nThe rule about {name} and what belongs to {name} in detail." for name in "abcdefgh"]
    found = compare_texts("\n\n".join(law), "\n\n".join([*law[:1], *law[2:7], law[1], law[7]]))
    assert [(part.name[0], part.state, part.moved) for part in found.parts] == [("sec_b", "same", True)]
    assert (found.came, found.went) == (0, 0)


def test_spaces_alone_are_told_as_such(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(body="One  two\n\nthree"), body="One two\n\n\n\nthree")
    assert "only spaces and line ends changed" in client.get(f"/records/{number}/compare/1..2").text


def test_what_changed_is_told_in_sentences(client: JudgingClient, save: Save) -> None:
    target = Target(indicator="Services online", value="50", unit="%", due="2025", text="t")
    number = two(
        save,
        a_policy(title="Plan", status="proposed", targets=(target, Target(indicator="Offices")), valid_from="2024-01-01", valid_until="2030",
                 consultation=Consultation(closes="2024-03-01")),
        title="Great plan", status="in_force", valid_from="2024-06-01", valid_until=None, consultation=Consultation(closes="2024-02-01"),
        targets=(target.model_copy(update={"value": Decimal(70), "due": "2027"}), Target(indicator="Staff")),
        files=(File(url="https://council.example/plan.pdf"),), keywords=("plan",),
    )  # fmt: skip
    gist = words(client.get(f"/records/{number}/compare/1..2").text.partition('id="gist"')[2].partition("</section>")[0])
    for sentence in (
        "The title changed from “Plan” to “Great plan”.", "The status changed from “Proposed” to “In force”.",
        "Its beginning was put off from 1 January 2024 to 1 June 2024.", "Until when it is in force (2030) is no longer said.",
        "The consultation closes earlier: on 1 February 2024 instead of 1 March 2024.",
        "The target “Services online” was raised from 50 % to 70 %.", "The target “Services online” was put off from 2025 to 2027.",
        "A target was added: “Staff”.", "A target was given up: “Offices”.", "1 file was added.", "How it is catalogued",
    ):  # fmt: skip
        assert sentence in gist, sentence
    assert "Mục tiêu" in client.get(f"/vi/records/{number}/compare/1..2").text


def test_money_and_figures_are_told_in_sentences(client: JudgingClient, save: Save) -> None:
    decision = two(save, a_decision(amount=Money(value="100", currency="EUR")), amount=Money(value="90", currency="EUR"))
    assert "The amount was lowered from €100.00 to €90.00." in words(client.get(f"/records/{decision}/compare/1..2").text)
    record = an_outcome()
    changed = (Observation(period="2021", value="1"), *record.observations[1:], Observation(period="2024", value="9"))
    outcome = two(save, record, observations=changed)
    page = words(client.get(f"/records/{outcome}/compare/1..2").text)
    assert "1 figure was added." in page
    assert "1 figure that was known before was changed." in page


def test_notes_of_change_stand_beside(client: JudgingClient, portal: Portal, save: Save) -> None:
    from portal.models import RecordRow

    number = two(save, a_policy(summary="A"), summary="B")
    with portal.database.write() as session:
        session.query(RecordRow).filter_by(number=number).one().note = "A digit was wrong."
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "A digit was wrong." in page.partition('id="notes"')[2].partition("</section>")[0]
    assert "Not announced" not in page
    data = client.get(f"/records/{number}/compare/1..2.json").json
    assert data["versions"][0]["note"] == "A digit was wrong."


def test_translations_are_compared_too(client: JudgingClient, save: Save) -> None:
    record = a_policy(body="Article 1\n\nSame.", translations={"vi": Translation(title="Luật", body="Điều 1. Phí\n\nPhí là 20 nghìn đồng một ngày.")})
    number = two(save, record, translations={"vi": Translation(title="Luật chợ", body="Điều 1. Phí\n\nPhí là 25 nghìn đồng một ngày.")})
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "Phí là <del>20</del><ins>25</ins> nghìn đồng" in page
    assert 'id="text-vi"' in page
    assert "Luật <ins>chợ</ins>" in page


def test_a_comparison_is_data(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(body=OLD, summary="One"), body=NEW, summary="Two")
    data = client.get(f"/records/{number}/compare/1..2.json").json
    assert (data["from"]["version"], data["to"]["version"]) == (1, 2)
    assert data["versions"][0]["announced"] is False
    assert [field["field"] for field in data["fields"]] == ["summary"]
    [text] = data["texts"]
    assert text["passages_moved"] == 1
    assert [(part["state"], (part["new"] or part["old"])["anchor"]) for part in text["sections"]] == [
        ("added", "art_2"), ("changed", "art_3"), ("changed", "art_4"), ("removed", "art_4"),
    ]  # fmt: skip
    assert ["added", "25"] in text["sections"][1]["blocks"][0]["runs"]
    assert client.get(f"/records/{number}/compare/1..7.json").status_code == 404


def test_two_records_that_are_versions_of_one_law_are_compared(client: JudgingClient, save: Save) -> None:
    [old, new] = save(a_policy(title="Act 2010", body=OLD), a_policy(title="Act 2020", body=NEW))
    page = client.get(f"/records/{old}/compare/with/{new}").text
    assert "The fee is <del>20</del><ins>25</ins> dollars" in page
    assert client.get(f"/records/{old}/compare/with/{new}.json").json["texts"][0]["passages_moved"] == 1
    assert client.get(f"/records/{old}/compare/with/0000000000ZZ").status_code == 404


def test_the_form_leads_to_the_comparison(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(summary="A"), summary="B")
    assert client.get(f"/records/{number}/compare?old=1&new=2").headers["Location"].endswith(f"/records/{number}/compare/1..2")
    assert client.get(f"/records/{number}/compare?old=1&new=x").status_code == 400


def test_markup_is_words_wherever_it_changed(client: JudgingClient, save: Save) -> None:
    number = two(save, a_policy(body="## <b>A</b> {#sec_1}\n\n<i>x</i>"), body="## <script>alert(1)</script> {#sec_1}\n\n<img src=x onerror=alert(1)>")
    for path in ("compare/1..2", "compare/1..2?view=side", "versions/1", "versions/2/text/sec_1", "as-of/2024-06-20"):
        main = client.get(f"/records/{number}/{path}").text.partition("<main")[2].partition("</main>")[0]
        assert "<script" not in main
        assert "<img" not in main
        assert "<i>" not in main


def law(seed: int, letters: int = 500_000) -> list[str]:
    chance = random.Random(seed)
    known = [f"word{chance.randrange(3000)}" for _ in range(3000)]
    articles: list[str] = []
    while sum(map(len, articles)) < letters:
        paragraphs = [" ".join(chance.choices(known, k=chance.randrange(10, 80))) + "." for _ in range(chance.randrange(1, 6))]
        articles.append(f"## Article {len(articles) + 1}. {' '.join(chance.choices(known, k=3))}\n\n" + "\n\n".join(paragraphs))
    return articles


def test_a_large_comparison_goes_on_in_parts_that_open_at_once(client: JudgingClient, save: Save) -> None:
    old, chance = law(1, 250_000), random.Random(2)
    new = [" ".join(f"new{word}" if chance.random() < 0.1 and word[0] == "w" else word for word in one.split(" ")) for one in old]
    number = two(save, a_policy(body="\n\n".join(old)), body="\n\n".join(new))
    first = client.get(f"/records/{number}/compare/1..2").text
    parts = max(int(one) for one in re.findall(r"part=(\d+)", first))
    assert parts > 3
    seen: list[str] = []
    for part in range(1, parts + 1):
        for view in ("", "&view=side"):
            answer = client.get(f"/records/{number}/compare/1..2?part={part}{view}", judge=part == 2)
            assert len(gzip.compress(answer.data)) < 100_000
        seen += re.findall(r'<h3 id="change-(\d+)"', answer.text)
    assert [int(one) for one in seen] == list(range(1, len(seen) + 1))
    assert client.get(f"/records/{number}/compare/1..2?part={parts + 1}").status_code == 400


def test_comparisons_are_kept_and_made_again_where_they_are_damaged(tmp_path: Path) -> None:
    old, new = "\n\n".join(law(1, 30_000)), "\n\n".join(law(2, 30_000))
    folder = tmp_path / "kept"
    found = compared(folder, old, new)
    [file] = folder.iterdir()
    assert TextChange.of_data(json.loads(json.dumps(found.data()))) == found
    moment = file.stat().st_mtime_ns
    os.utime(file, (1, 1))
    assert compared(folder, old, new) == found
    assert file.stat().st_mtime_ns > moment - 10**9, "what is read stays longest"
    file.write_bytes(b"half of it")
    assert compared(folder, old, new) == found
    assert compared(folder, old, new + " more") != found
    assert len(list(folder.iterdir())) == 2


def test_many_may_compare_the_same_at_once_and_a_folder_that_is_none_does_no_harm(tmp_path: Path) -> None:
    old, new = "\n\n".join(law(1, 30_000)), "\n\n".join(law(2, 30_000))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: compared(tmp_path / "kept", old, new), range(6)))
    assert all(one == found[0] for one in found)
    assert len(list((tmp_path / "kept").iterdir())) == 1
    (tmp_path / "file").write_text("not a folder")
    assert compared(tmp_path / "file", old, new) == found[0]


def test_what_is_common_is_the_longest_that_there_is() -> None:
    chance = random.Random(3)
    for _ in range(300):
        a, b = ([chance.randrange(4) for _ in range(chance.randrange(16))] for _ in range(2))
        found = pairs(a, b)
        assert all(a[i] == b[j] for i, j in found)
        assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(found))
        assert len(found) == _longest(a, b)


def _longest(a: list[int], b: list[int]) -> int:
    row = [0] * (len(b) + 1)
    for one in a:
        before = row.copy()
        for j, other in enumerate(b):
            row[j + 1] = before[j] + 1 if one == other else max(before[j + 1], row[j])
    return row[-1]


@pytest.mark.parametrize("seed", range(5))
def test_both_texts_can_be_put_together_again_from_a_comparison(seed: int) -> None:
    chance = random.Random(seed)
    old = law(seed, 8_000)
    new = [one for one in old if chance.random() > 0.1]
    chance.shuffle(new)
    new = [" ".join(word for word in one.split(" ") if chance.random() > 0.03) for one in new]
    found = compare_texts("\n\n".join(old), "\n\n".join(new))
    came = sum(1 for part in found.parts for block in part.blocks for kind, _ in block.runs if kind == "added" and block.kind != "same")
    assert found.parts
    assert found.came == 0 or came
    for left, kinds, texts in (("removed", ("added", "moved_here"), new), ("added", ("removed", "moved_away"), old)):
        paragraphs = {" ".join(one.split()) for article in texts for one in article.split("\n\n")[1:]}
        for part in found.parts:
            for block in part.blocks:
                if block.kind == "skipped" or block.kind in ({"removed", "moved_away"} if left == "removed" else {"added"}):
                    continue
                if left == "added" and block.kind == "moved_here":
                    continue
                said = " ".join("".join(text for kind, text in block.runs if kind != left).split())
                assert said in paragraphs or block.goes_on or any(said in one for one in paragraphs), (block.kind, kinds, said)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("online by 2025.", "online by 2030.", [("same", "online by "), ("removed", "2025"), ("added", "2030"), ("same", ".")]),
        ("749/QD-TTg", "750/QD-TTg", [("removed", "749/QD-TTg"), ("added", "750/QD-TTg")]),
        ("", "new", [("added", "new")]),
        ("gone", "", [("removed", "gone")]),
        ("a  b", "a b", [("same", "a b")]),
        ("市場の料金は二十円", "市場の料金は三十円", [("same", "市場の料金は"), ("removed", "二"), ("added", "三"), ("same", "十円")]),
    ],
)
def test_words_are_told_apart(old: str, new: str, told: list[tuple[str, str]]) -> None:
    assert runs(old, new) == told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Paid in cash or by card.", "Paid in cash, by card or by telephone."),
        ("Paid in cash, by card or by telephone.", "Paid in cash or by card."),
        ("In cash, or later.", "In cash by card, or later."),
        ("In cash by card, or later.", "In cash, or later."),
        ("In cash, by wire.", "In cash at hand."),
        ("In cash at hand.", "In cash, by wire."),
        ("A ride (or two) costs one euro.", "A ride or two costs one euro."),
    ],
)
def test_both_wordings_can_be_read_back_from_a_comparison_with_their_spaces(old: str, new: str) -> None:
    told = runs(old, new)
    assert "".join(text for kind, text in told if kind != "added").rstrip() == old
    assert "".join(text for kind, text in told if kind != "removed").rstrip() == new
