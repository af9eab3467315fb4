"""The judge of pages lets a good page pass and names what is wrong with a bad one."""

import pytest

from .judge import UnfitPage, faults_of, judge

GOOD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Decisions – Clerestory</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/site.css">
<link rel="canonical" href="https://portal.example/decisions">
<script src="/static/js/main.js" type="module"></script>
</head>
<body>
<a href="#main">Skip</a>
<main id="main">
<h1>Decisions</h1>
<h2>Newest</h2>
<!-- here -->
</main>
</body>
</html>
"""


def with_more(html):
    return GOOD.replace("<!-- here -->", html)


def test_a_good_page_passes():
    judge(GOOD)
    judge(
        with_more(
            '<form method="post"><input type="hidden" name="csrf_token" value="x">'
            '<label for="q">Words</label><input id="q" name="q"><button>Find</button></form>'
            '<table><caption>Votes</caption><thead><tr><th scope="col">Name</th></tr></thead>'
            "<tbody><tr><td>An</td></tr></tbody></table>"
            '<svg role="img" aria-labelledby="t"><title id="t">Rank by year</title><path d="M0 0"/></svg>'
            '<p lang="vi">Quyết định</p><dl><div><dt>Date</dt><dd>2024</dd></div></dl>'
            '<a href="https://agency.example/">The agency</a><img src="/static/x.svg" alt="" width="1" height="1">'
        )
    )


@pytest.mark.parametrize(
    ("html", "advice"),
    [
        ("<p><div>x</p>", "invalid HTML"),
        ("<table><tr><td>x</table></td>", "invalid HTML"),
        ("<h1>Second</h1>", "exactly one"),
        ("<h4>Deep</h4>", "write an h3"),
        ("<h3></h3>", "empty heading"),
        ('<p id="main">x</p>', "stands 2 times"),
        ('<p id="two words">x</p>', "joined by hyphens"),
        ('<input name="q">', "has no label"),
        ('<input name="q" placeholder="Words">', "has no label"),
        ('<label for="nothing">Words</label>', "there is no such field"),
        ("<fieldset><p>x</p></fieldset>", "<legend>"),
        ('<form method="post"><button>Go</button></form>', "csrf_token"),
        ('<p aria-describedby="nowhere">x</p>', "there is no such id"),
        ('<a href="">x</a>', "leads nowhere"),
        ("<a>x</a>", "leads nowhere"),
        ('<a href="#nowhere">x</a>', "no id “nowhere”"),
        ('<a href="javascript:go()">x</a>', "runs a script"),
        ('<a href="/x"></a>', "has no words"),
        ('<a href="/x"><button>x</button></a>', "stands inside"),
        ("<button></button>", "has no words"),
        ('<img src="/x.png" width="1" height="1">', "has no alt"),
        ('<img src="/x.png" alt="">', "no width and height"),
        ('<svg><path d="M0 0"/></svg>', "aria-hidden"),
        ("<script>go()</script>", "inline <script>"),
        ("<style>p {}</style>", "inline <style>"),
        ('<p style="color: red">x</p>', "style attribute"),
        ('<p onclick="go()">x</p>', "onclick="),
        ('<img src="https://elsewhere.example/x.png" alt="" width="1" height="1">', "fetches from elsewhere"),
        ('<img src="//elsewhere.example/x.png" alt="" width="1" height="1">', "fetches from elsewhere"),
        ('<script src="https://elsewhere.example/x.js"></script>', "fetches from elsewhere"),
        ("<main>x</main>", "<main>"),
        ('<table><tr><td>x</td></tr></table>', "<caption>"),
        ("<table><caption>x</caption><tbody><tr><th>x</th></tr></tbody></table>", "scope"),
        ("<ul><p>x</p></ul>", "without being a <li>"),
        ("<dl><p>x</p></dl>", "without being <dt>"),
        ('<p lang="english!">x</p>', "is no language"),
        ("<p>Of %(total)s records</p>", "placeholder"),
        ("<td>None</td>", "invalid HTML"),
        ("<p>None</p>", "shows the word None"),
    ],
)
def test_a_fault_is_named_with_advice(html, advice):
    with pytest.raises(UnfitPage, match="is not fit to be shown") as caught:
        judge(with_more(html), path="/decisions")
    assert advice in str(caught.value)
    assert "/decisions (200)" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("<!doctype html>\n", "", "invalid HTML"),
        (' lang="en"', "", "has no lang"),
        ("<title>Decisions – Clerestory</title>", "", "no <title>"),
        ("<title>Decisions", "<title>Clerestory", "does not begin with the heading"),
        ('<meta name="viewport" content="width=device-width, initial-scale=1">', "", "viewport"),
        ("<h1>Decisions</h1>", "", "0 <h1>"),
        ('href="/static/site.css"', 'href="https://elsewhere.example/site.css"', "fetches from elsewhere"),
    ],
)
def test_the_frame_of_a_page_is_judged(old, new, advice):
    assert old in GOOD
    assert any(advice in fault for fault in faults_of(GOOD.replace(old, new)))


def test_a_page_with_errors_says_so_in_its_title():
    assert any("begins with “Error: ”" in fault for fault in faults_of(GOOD, 422))
    marked = GOOD.replace("<title>", "<title>Error: ")
    assert list(faults_of(marked, 422)) == []
    assert any("422" in fault for fault in faults_of(marked, 200))


def test_all_faults_are_told_together():
    with pytest.raises(UnfitPage) as caught:
        judge(with_more("<h4>x</h4><p style='a'>y</p><a href=''>z</a>"))
    assert str(caught.value).count("\n  - ") == 3
