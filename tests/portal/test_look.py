"""What holds for the frame of every page: its stylesheet, its languages, its navigation, its banner."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import portal
from portal.look import Kept, page_numbers, stylesheet
from portal.parts import Portal

from ..browser import JudgingClient
from ..factories import a_policy

CSS = Path(portal.__file__).parent / "static" / "css"


def _style_address(client: JudgingClient) -> str:
    found = re.findall(r'<link rel="stylesheet" href="([^"]+)">', client.get("/").text)
    assert len(found) == 1, "one request brings the whole style"
    return str(found[0])


def test_the_style_is_one_file_that_browsers_keep_for_a_year(client: JudgingClient) -> None:
    response = client.get(_style_address(client))
    assert response.mimetype == "text/css"
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert response.text.startswith("@layer tokens, base, layout, components, print;")
    for file in CSS.rglob("*.css"):
        first_rule = re.search(r"@layer \w+ \{\s*([^{}]+?)\s*\{", re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S))
        assert first_rule, f"{file.name} has no layer around its rules"


def test_an_old_address_of_the_style_is_answered_but_not_kept(client: JudgingClient) -> None:
    assert client.get("/static/style.000000000000.css").headers["Cache-Control"] == "no-cache"


def test_both_languages_share_the_files(client: JudgingClient) -> None:
    assert _style_address(client) in client.get("/vi/").text


def test_every_custom_property_is_defined() -> None:
    text = stylesheet().decode()
    used, defined = set(re.findall(r"var\((--[\w-]+)", text)), set(re.findall(r"(--[\w-]+):", text))
    assert not used - defined


def _colours(scheme: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))
    return colours


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(scheme: str) -> None:
    colours = _colours(scheme)
    grounds = dict.fromkeys(("ink", "muted", "link", "warn"), ("paper", "surface", "sunk"))
    grounds |= {axis: ("paper", "surface", f"{axis}-tint") for axis in ("decision", "policy", "outcome")}
    weak = {
        (word, ground): round(_contrast(colours[word], colours[ground]), 2)
        for word, places in grounds.items()
        for ground in places
        if _contrast(colours[word], colours[ground]) < 6.5
    }
    assert not weak
    assert _contrast(colours["edge"], colours["surface"]) >= 3, "the edge of a field must be seen"


def test_a_page_names_its_language_and_its_other_one(client: JudgingClient) -> None:
    english, vietnamese = client.get("/pages/about").text, client.get("/vi/pages/about").text
    assert '<html lang="en">' in english and '<html lang="vi">' in vietnamese
    assert '<a href="/vi/pages/about" lang="vi" hreflang="vi">Tiếng Việt</a>' in english
    assert '<a href="/pages/about" lang="en" hreflang="en">English</a>' in vietnamese
    for page in (english, vietnamese):
        assert '<link rel="alternate" hreflang="en" href="http://localhost/pages/about">' in page
        assert '<link rel="alternate" hreflang="vi" href="http://localhost/vi/pages/about">' in page


def test_switching_language_keeps_the_question(client: JudgingClient) -> None:
    assert 'href="/vi/search?q=c%E1%BA%A7u&amp;axis=policy"' in client.get("/search?q=c%E1%BA%A7u&axis=policy").text


def test_the_navigation_says_where_one_is(client: JudgingClient) -> None:
    current = re.findall(r'<a [^>]*aria-current="true"[^>]*>.*?</a>', client.get("/search?axis=outcome").text, re.S)
    assert "Outcomes" in re.sub(r"<svg.*?</svg>", "", current[0])


def test_the_banner_shows_while_there_is_a_demonstration(client: JudgingClient, save: Callable[..., list[str]]) -> None:
    save(a_policy())
    assert "This is a demonstration" not in client.get("/").text
    save(a_policy(), demonstration=True)
    assert "This is a demonstration" in client.get("/pages/about").text
    assert "clerestory demo --remove" in client.get("/").text


def test_every_page_leads_to_all_that_it_names(client: JudgingClient, save: Callable[..., list[str]]) -> None:
    save(a_policy())
    links = {link for page in ("/", "/search", "/vi/pages/about") for link in _links(client.get(page).text)}
    broken = {link: status for link in links if (status := client.get(link).status_code) >= 400}
    assert not broken


def _links(html: str) -> list[str]:
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', html)]
    return [link for link in links if not link.startswith("/static/")]


def test_an_unknown_address_offers_a_search(client: JudgingClient) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert 'role="search"' in response.text
    assert "noindex" in response.text


def test_a_broken_database_gets_a_page_with_a_reference(client: JudgingClient, portal: Portal) -> None:
    with portal.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE records RENAME TO lost")
    response = client.get("/")
    assert response.status_code == 500
    assert re.search(r"under the reference [0-9a-f]{8}", response.text)


def test_the_icon_is_served_where_browsers_look(client: JudgingClient) -> None:
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


def test_browsers_learn_how_to_search_here(client: JudgingClient) -> None:
    assert "http://localhost/vi/search?q={searchTerms}" in client.get("/vi/opensearch.xml").text


def test_the_style_guide_shows_every_component_that_two_areas_share(client: JudgingClient) -> None:
    templates = CSS.parent.parent / "templates"
    guide = (templates / "styleguide.html").read_text()
    for component in (templates / "components").glob("*.html"):
        uses = [page for page in templates.glob("*/*.html") if f"components/{component.name}" in page.read_text()]
        areas = {page.parent.name for page in uses} - {"components"}
        assert len(areas) < 2 or f"components/{component.name}" in guide, f"show {component.stem} in styleguide.html"
    assert client.get("/styleguide").status_code == 200


def test_public_pages_travel_packed_and_forms_do_not(client: JudgingClient) -> None:
    packed = client.get("/styleguide", headers={"Accept-Encoding": "gzip"}, judge=False)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in client.get("/sign-in", headers={"Accept-Encoding": "gzip"}).headers


def test_what_took_long_is_kept_and_what_was_quick_is_read_again() -> None:
    answers = iter(range(10))
    kept = Kept(times=1e9)
    assert [kept.get("slow", lambda: next(answers), quick=0) for _ in range(2)] == [0, 0]
    assert [kept.get("quick", lambda: next(answers), quick=3600) for _ in range(2)] == [1, 2]
    never = Kept(times=0)
    assert [never.get("slow", lambda: next(answers), quick=0) for _ in range(2)] == [3, 4]


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (5, 9, [1, 2, 3, 4, 5, 6, None, 9]),
        (7, 1284, [1, 2, None, 6, 7, 8, None, 1284]),
        (1284, 1284, [1, 2, None, 1283, 1284]),
    ],
)
def test_a_long_list_names_its_ends_and_its_neighbours(page: int, pages: int, shown: list[int | None]) -> None:
    assert page_numbers(page, pages) == shown


def test_a_portal_below_a_folder_finds_its_files(portal: Portal, client: JudgingClient) -> None:
    html = client.get("/vi/", environ_overrides={"SCRIPT_NAME": "/open"}).text
    assert 'href="/open/static/style.' in html
    assert 'href="/open/vi/pages/about"' in html
