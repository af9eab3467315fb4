"""A record's text: its contents, its articles at addresses of their own, its portions, and what is gone from it."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from harvesters.record import Translation
from portal.outline import outline_of

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_policy

Save = Callable[..., list[str]]

VIETNAMESE = """LUẬT VỀ CHỢ

Chương I
NHỮNG QUY ĐỊNH CHUNG

Điều 1. Phạm vi điều chỉnh
Luật này quy định về chợ.

Điều 2. Giải thích từ ngữ
Theo quy định tại
Điều 1 Luật này thì chợ là nơi mua bán.

Chương II
QUẢN LÝ CHỢ

Điều 3. Phí
Phí là 20 nghìn đồng.
"""


def articles(count: int, words: str = "The holder of a permit shall keep it at the stall and show it to whoever asks for it. ") -> str:
    return "\n\n".join(f"Article {number}. Subject {number}\n\n{words * 8}Number {number} ends here." for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "anchors"),
    [
        (VIETNAMESE, ["chp_i", "art_1", "art_2", "chp_ii", "art_3"]),
        ("## Scope {#sec_1}\n\nWords\n\n## Scope {#sec_1}\n\nWords", ["sec_1", "sec_1-2"]),
        ("Article 5\n\nScope\n\nWords about Article 6 of another law.", ["art_5"]),
        ("§ 5. The minister decides.\n\n§ 5a. Nobody else does.", ["sec_5", "sec_5a"]),
        ("Section 12A Fees\nwords\nSection 13(2) says nothing.", ["sec_12a"]),
        ("Part I\nGENERAL\n\nArt. 1\n\nA\n\nPart II\nMORE\n\nArt. 1\n\nB\n\nPart III\nREST\n\nArt. 1\n\nC\n\nPart IV\nEND\n\nArt. 1\n\nD",
         ["part_i", "part_i__art_1", "part_ii", "part_ii__art_1", "part_iii", "part_iii__art_1", "part_iv", "part_iv__art_1"]),
        ("Плоский текст без статей.\nИ ещё строка.", []),
        ("Статья 7. Плата\n\nСлова", ["art_7"]),
        ("as is laid down in\nArticle 5 of the Treaty, and\nArticle 6 Treaty too", []),
    ],
)  # fmt: skip
def test_articles_are_recognised_in_the_notation_of_laws(text: str, anchors: list[str]) -> None:
    assert [section.anchor for section in outline_of(text).headings] == anchors


@pytest.mark.parametrize("text", ["# a\n" * 60_000, "Điều 1. A\n" * 60_000, "x" * 500_000, "\n" * 500_000, "Article " * 60_000, "*" * 300_000])
def test_no_text_is_too_hostile_to_be_outlined(text: str) -> None:
    outline = outline_of(text)
    assert len(outline.sections) <= 3001
    assert "".join(text[one.start : one.end] for one in outline.sections) == text
    assert len({one.anchor for one in outline.sections}) == len(outline.sections)


def test_a_plain_text_has_a_table_of_contents_that_leads_to_its_articles(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(title="Luật chợ", language="vi", body=VIETNAMESE))
    page = client.get(f"/vi/records/{number}").text
    contents = page.partition('class="contents"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#text-([\w-]+)"', contents) == ["chp_i", "art_1", "art_2", "chp_ii", "art_3"]
    assert re.search(r'<h4 id="text-art_3"[^>]*>Điều 3. Phí</h4>', page)
    article = client.get(f"/vi/records/{number}/text/art_3")
    assert re.search(r"<h1[^>]*>Điều 3. Phí</h1>", article.text)
    assert "Phí là 20 nghìn đồng." in article.text
    assert "Luật này quy định về chợ." not in article.text


def test_a_long_law_opens_with_its_contents_and_goes_on_in_parts(client: JudgingClient, save: Save) -> None:
    body = articles(700)
    assert len(body) > 500_000
    [number] = save(a_policy(body=body))
    page = client.get(f"/records/{number}")
    assert "Number 1 ends here" in page.text
    assert "Number 700 ends here" not in page.text
    assert 'href="/records/' + number + '/text/art_80"' in page.text
    first = client.get(f"/records/{number}/text")
    parts = int(re.search(r"Part 1 of (\d+)", first.text)[1])  # type: ignore[index]
    assert parts > 5
    seen: list[int] = []
    for part in range(1, parts + 1):
        answer = client.get(f"/records/{number}/text?part={part}")
        assert len(gzip.compress(answer.data)) < 100_000
        seen += [int(found) for found in re.findall(r"Number (\d+) ends here", answer.text)]
    assert seen == list(range(1, 701))
    whole = client.get(f"/records/{number}/text?part=all").text
    assert len(re.findall(r"Number \d+ ends here", whole)) == 700
    for wrong in ("0", "x", str(parts + 1)):
        assert client.get(f"/records/{number}/text?part={wrong}").status_code == 400
    article = client.get(f"/records/{number}/text/art_431").text
    assert re.findall(r"Number (\d+) ends here", article) == ["431"]
    assert f'href="/records/{number}/text/art_430"' in article
    assert f'href="/records/{number}/text/art_432"' in article
    [back] = re.findall(r'href="(/records/\w+/text\?part=\d+)#text-art_431"', article)
    assert 'id="text-art_431"' in client.get(back).text


def test_a_long_text_without_articles_goes_on_in_parts(client: JudgingClient, save: Save) -> None:
    body = "\n\n".join(f"Paragraph {number} " + "of the plan " * 30 for number in range(600))
    [number] = save(a_policy(body=body))
    parts = int(re.search(r"Part 1 of (\d+)", client.get(f"/records/{number}/text").text)[1])  # type: ignore[index]
    pages = [client.get(f"/records/{number}/text?part={part}").text for part in range(1, parts + 1)]
    assert [int(one) for page in pages for one in re.findall(r"Paragraph (\d+) ", page)] == list(range(600))


def test_an_article_keeps_its_address_and_tells_where_it_was_last(client: JudgingClient, save: Save) -> None:
    record = a_policy(body="Article 1. Scope\n\nAll.\n\nArticle 2. Fees\n\nTwenty.\n\nArticle 3. End\n\nThe end.")
    [number] = save(record)
    save(record.model_copy(update={"body": "Article 1. Scope\n\nAll.\n\nArticle 1a. Register\n\nNew.\n\nArticle 3. End\n\nThe end."}), now=NOW + timedelta(days=5))
    assert "The end." in client.get(f"/records/{number}/text/art_3").text
    gone = client.get(f"/records/{number}/text/art_2")
    assert gone.status_code == 404
    assert "Version 1 had it last" in gone.text
    assert f'href="/records/{number}/versions/1/text/art_2"' in gone.text
    assert "Twenty." in client.get(f"/records/{number}/versions/1/text/art_2").text
    later = client.get(f"/records/{number}/versions/1/text/art_1a")
    assert later.status_code == 404
    assert "version 2" in later.text
    assert client.get(f"/records/{number}/text/ART-3").headers["Location"].endswith(f"/records/{number}/text/art_3")
    never = client.get(f"/records/{number}/text/art_99")
    assert never.status_code == 404
    assert "no such section" in never.text


def test_an_article_is_read_in_the_language_that_is_asked_for(client: JudgingClient, save: Save) -> None:
    words = Translation(title="Luật", body="Điều 1. Phạm vi\n\nTất cả.")
    [number] = save(a_policy(body="Article 1. Scope\n\nEverything.", translations={"vi": words}))
    page = client.get(f"/records/{number}/text/art_1?in=vi").text
    assert "Tất cả." in page
    assert 'lang="vi"' in page
    assert "Everything." in client.get(f"/vi/records/{number}/text/art_1?in=en").text


def test_markup_in_headings_and_texts_is_words(client: JudgingClient, save: Save) -> None:
    body = (
        '## <script>alert(1)</script> "onmouseover="x {#sec_1}\n\nfine\n\n'
        "## [go](javascript:alert(1)) {#x\"onclick=1}\n\n<img src=x onerror=alert(1)>\n\n## A <b>b</b> {#sec_3}\n\n> ## quoted {#sec_9}\n\n"
    )
    [number] = save(a_policy(body=body))
    for path in ("", "/text", "/text/sec_1", "/text/sec_3?q=%3Cscript%3E"):
        page = client.get(f"/records/{number}{path}").text
        text = page.partition("<main")[2].partition("</main>")[0]
        assert "<script" not in text
        assert not re.search(r"<[^>]*\son\w+=", text)
        assert 'href="javascript' not in text
    assert client.get(f"/records/{number}/text/%3Cscript%3E").status_code == 404


def test_words_of_a_search_are_marked_in_an_article(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(body="Article 1. Fees\n\nThe **fees** are [fees](https://x.example/fees) & <more>."))
    page = client.get(f"/records/{number}/text/art_1?q=fee").text
    assert "<strong><mark>fees</mark></strong>" in page
    assert 'href="https://x.example/fees"' in page
    assert "&amp; &lt;more&gt;" in page


def test_a_hit_of_a_search_leads_into_the_article(client: JudgingClient, save: Save) -> None:
    body = articles(150).replace("Number 140 ends here.", "Here the wholesale\nof lemons is forbidden & punished.")
    assert body.index("lemons") > 60_000
    vietnamese = Translation(title="Luật", body="\n\n".join(f"Điều {n}. Mục {n}\n\n{'Cam quýt' if n == 3 else 'Chợ'} là hàng hóa." for n in range(1, 6)))
    [number] = save(a_policy(title="Market law", body=body, translations={"vi": vietnamese}))
    page = client.get("/search?q=lemons").text
    [link] = re.findall(rf'href="(/records/{number}/text/[^"]+)"', page)
    assert link == f"/records/{number}/text/art_140?q=lemons"
    article = client.get(link).text
    assert "<mark>lemons</mark> is forbidden &amp; punished." in article
    other = client.get("/search?q=cam+quýt").text
    [link] = re.findall(rf'href="(/records/{number}/text/[^"]+)"', other)
    assert unescape(link).startswith(f"/records/{number}/text/art_3?")
    assert "in=vi" in link
    assert "<mark>Cam quýt</mark>" in client.get(unescape(link)).text or "<mark>Cam</mark>" in client.get(unescape(link)).text
