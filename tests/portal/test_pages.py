"""Editorial pages: from Markdown to HTML that is safe, in the reader's language, read again when they change."""

import os
from pathlib import Path

import pytest

from portal import pages
from portal.i18n import LANGUAGES

from ..browser import JudgingClient


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content/ of the test's own."""
    folder = tmp_path / "content"
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True)
    monkeypatch.setattr(pages, "FOLDER", folder)
    return folder


def _write(folder: Path, name: str, text: str, head: str = "title: Example\ndescription: What it is.\n") -> Path:
    path = folder / f"{name}.md"
    path.write_text(f"---\n{head}---\n{text}", encoding="utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_page_is_fit_to_be_shown(client: JudgingClient, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    shipped = [page for page in pages.every() if page.language == language]
    assert {"about", "how-we-collect", "using-the-data", "accessibility", "privacy", "api"} <= {p.name for p in shipped}
    for page in shipped:
        response = client.get(f"{prefix}/pages/{page.name}")
        assert response.status_code == 200
        assert page.title in response.text
        assert "not translated" not in response.text


def test_every_page_is_written_in_both_languages() -> None:
    names = {language: {page.name for page in pages.every() if page.language == language} for language in LANGUAGES}
    assert names["en"] == names["vi"]


def test_a_page_without_translation_is_shown_in_english_and_says_so(client: JudgingClient, folder: Path) -> None:
    _write(folder / "en", "example", "Some words.")
    html = client.get("/vi/pages/example").text
    assert '<article class="prose" lang="en"' in html
    assert "note--notice" in html
    assert "note--notice" not in client.get("/pages/example").text


def test_markup_that_does_harm_is_taken_out(folder: Path) -> None:
    _write(folder / "en", "example", '<script>alert(1)</script> <img src=x onerror=alert(1)> [go](javascript:alert(1)) **bold**')
    page = pages.find("example", "en")
    assert page
    assert "<strong>bold</strong>" in page.html
    for harm in ("script", "onerror", "<img"):
        assert harm not in page.html


def test_headings_make_a_table_of_contents(client: JudgingClient, folder: Path) -> None:
    _write(folder / "en", "example", "## First part\n\nWords.\n\n## `Second` part & more\n\nWords.")
    html = client.get("/pages/example").text
    assert '<a href="#first-part">First part</a>' in html
    assert "Second part &amp; more</a>" in html


def test_tables_get_a_caption_and_a_frame_that_scrolls(client: JudgingClient, folder: Path) -> None:
    _write(folder / "en", "example", "## Formats\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n| c |\n|---|\n| 3 |\n")
    html = client.get("/pages/example").text  # the client refuses tables without caption and scope
    assert 'aria-label="Formats"' in html and 'aria-label="Formats (2)"' in html
    assert 'tabindex="0"' in html


def test_links_stay_in_the_readers_language(client: JudgingClient, folder: Path) -> None:
    _write(folder / "vi", "example", "[sources](/sources/) [elsewhere](https://agency.example/)")
    html = client.get("/vi/pages/example").text
    assert '<a href="/vi/sources/">' in html
    assert '<a href="https://agency.example/">' in html


def test_a_page_is_read_again_when_its_file_changes(client: JudgingClient, folder: Path) -> None:
    path = _write(folder / "en", "example", "Before.")
    assert "Before." in client.get("/pages/example").text
    _write(folder / "en", "example", "After.")
    os.utime(path, ns=(1, 2_000_000_000))
    assert "After." in client.get("/pages/example").text


def test_the_words_that_search_reads_have_no_markup(folder: Path) -> None:
    _write(folder / "en", "example", "## Heading\n\nA *word* & `code`.")
    page = pages.find("example", "en")
    assert page
    assert page.text == "Heading\nA word & code."


@pytest.mark.parametrize("name", ["unknown", "..%2fen%2fabout", "About", "a--b", "%00"])
def test_what_is_no_page_is_not_found(client: JudgingClient, name: str) -> None:
    assert client.get(f"/pages/{name}").status_code == 404
