"""What agencies may send to slow the portal down, break a page or act in a reader's browser: it is shown as what it is, or refused."""

import re
import time
from decimal import Decimal

import html5lib
import pytest
from pydantic import ValidationError

from harvesters.record import File, Observation, Target, Votes
from portal import filechecks, leaks
from portal.filetypes import Refused, recognise

from ..factories import a_decision, a_policy, an_outcome

# Each of these took the reader of Markdown minutes or more stack than there is. A test that never ends is one that fails.
ENDLESS = {
    "open brackets": "[" * 11_000, "words in brackets": "[a" * 5_500, "nested brackets": "[" * 5_500 + "]" * 5_500, "pictures": "![a][" * 2_200,
    "links without end": "[a](" * 2_700, "marks of all kinds": "[*`a" * 2_700, "lists in lists": "* * " * 2_750 + "x", "quotes in quotes": ">" * 11_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_text_made_to_be_read_for_ever_is_shown_like_any_other(client, save, kind):
    (number,) = save(a_decision(summary=ENDLESS[kind], body=ENDLESS[kind]))
    assert client.get(f"/records/{number}", judge=False).status_code == 200


def test_links_in_a_text_still_lead_where_they_did(client, save):
    words = "See [the act](https://hanoi.example/act_(2024) \"Act\"), [the *report*][1], [plan] and a[0].\n\n[1]: https://hanoi.example/r\n[plan]: https://hanoi.example/p"
    (number,) = save(a_decision(body=words))
    page = client.get(f"/records/{number}").text
    for address in ("act_(2024)", "r", "p"):
        assert f'href="https://hanoi.example/{address}"' in page
    assert "a[0]" in page


def test_what_would_run_in_a_browser_is_words_wherever_it_stands(client, save):
    bait = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    text = (
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](java\tscript:alert(1)) [d](&#106;avascript:alert(1)) <javascript:alert(1)>"
        f"\n\n# Head {{#\"onclick=alert(1)}}\n\n{bait}\n\n![x](https://elsewhere.example/x.png)\n\n[ref]\n\n[ref]: javascript:alert(1)"
    )
    file = File(url="https://hanoi.example/a.svg", title=bait, description=bait)
    (number,) = save(a_decision(title=f"T {bait}", summary=text, body=text, keywords=(bait,), files=(file,), decided_by=bait, counterparty=bait, decision_makers=(bait,)))
    for path in (f"/records/{number}", f"/records/{number}/versions", f"/records/{number}/versions/1", "/search", f"/search?q={bait}", "/agencies/", "/"):
        for element in html5lib.parse(client.get(path).text, namespaceHTMLElements=False).iter():
            assert element.tag != "img" and not (element.tag == "script" and not element.get("src", "").startswith("/static/")), path
            assert not [name for name in element.attrib if str(name).startswith("on")], path
            # As browsers read addresses: without tabs and line ends.
            scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", re.sub(r"[\t\r\n]", "", element.get("href", "").lower()))
            assert scheme is None or scheme[1] in ("http", "https", "mailto"), element.get("href")


def test_a_figure_of_a_million_digits_is_refused_and_no_page_has_to_write_it():
    for wrong in ("1E+999999", "1E-999999", "9" * 5000, "1E+400"):
        for make in (lambda value: Observation(period="2024", value=value), lambda value: Target(indicator="x", value=value), lambda value: Target(indicator="x", baseline=value)):
            with pytest.raises(ValidationError, match=r"not a figure|digits"):
                make(Decimal(wrong))
    assert Observation(period="2024", value=Decimal("0.1234567890123456789")).value
    for wrong in ({"size": 10**40}, {"url": "https://hanoi.example/\x00a"}):
        with pytest.raises(ValidationError):
            File(**{"url": "https://hanoi.example/a"} | wrong)
    with pytest.raises(ValidationError):
        Votes(in_favour=10**30)


def test_a_link_that_is_no_address_breaks_neither_its_page_nor_the_checks_of_others(client, save, portal):
    numbers = save(a_policy(files=(File(url="https://[::1"), File(url="https://hanoi.example/a.pdf"))), an_outcome(landing_page="https://[", files=(File(url="https://exa℀mple/a"),)))
    for number in numbers:
        assert client.get(f"/records/{number}").status_code == 200
    assert filechecks.gather(portal) == 2


def test_a_text_full_of_addresses_is_told_of_by_some_of_them():
    found = leaks.inspect_text(" ".join(f"person{number}@mail{number % 9}.vn" for number in range(3000)))
    assert len(found) == 500 and all(one.code == "email" for one in found)


def test_a_text_of_at_signs_keeps_nobody_waiting():
    begun = time.process_time()
    assert leaks.inspect_text("a@" * 200_000) == ()
    assert time.process_time() - begun < 2
    told = leaks.inspect_text(f"{'x' * 65}@hanoi.vn, .@a, an@hanoi.vn@b, (lan@hanoi.vn) lan@hanoi.v1")
    assert sorted(one.what for one in told) == ["a•@hanoi.vn", "l•n@hanoi.vn"]


def test_a_file_that_begins_with_comments_is_taken_at_once(tmp_path):
    """It only has to be told from a web page; each comment more had doubled the time, for everybody."""
    file = tmp_path / "table.csv"
    file.write_bytes(b"<!---->" * 25 + b"a,b\n1,2\n")
    begun = time.process_time()
    assert recognise(file, "table.csv") == "text/csv"
    assert time.process_time() - begun < 0.5
    file.write_bytes(b"<!-- a --> <!-- b -->\n<html><p>Access denied</p></html>")
    with pytest.raises(Refused):
        recognise(file, "table.csv")
