"""Whether the portal works: for people, and for machines that watch it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from portal import create_app, store
from portal.parts import Portal
from portal.settings import Settings

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy

Save = Callable[..., list[str]]


def _words(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_people_read_what_works_and_how_much_is_here(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_decision(), a_policy())
    words = _words(client.get("/status").text)
    assert "Everything works" in words
    assert "Decisions 2 Policies 1 Outcomes 0" in words
    assert "No source was harvested yet." in words
    assert "Clerestory, version" in words


def test_people_read_that_search_is_catching_up(client: JudgingClient, portal: Portal) -> None:
    with portal.database.write() as session:
        store.save(session, a_decision(), now=NOW)
    words = _words(client.get("/status").text)
    assert "Search is catching up" in words
    assert "One record was saved but is not searchable yet." in words


def test_machines_read_that_all_is_well(client: JudgingClient, portal: Portal, save: Save) -> None:
    save(a_decision())
    with portal.database.write() as session:
        store.save(session, a_policy(), now=NOW)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    data = answer.get_json()
    assert data["status"] == "ok"
    assert data["checks"]["database"] == {"status": "ok", "behind": 1}
    assert data["checks"]["search"]["status"] == "ok"


def test_machines_read_that_the_database_is_gone_and_nothing_secret(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "not-a-database"
    broken.write_bytes(b"this is no database" * 100)
    app = create_app(replace(settings, database_url=f"sqlite:///{broken}"))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"] == {"status": "failing"}
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("search_url", ["whoosh:"])
def test_search_that_cannot_be_opened_is_told(settings: Settings, app: object, save: Save) -> None:
    save(a_decision())
    for path in sorted(settings.search_dir.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    settings.search_dir.rmdir()
    settings.search_dir.write_text("a file where the folder should be")
    fresh = create_app(settings)
    fresh.test_client_class = JudgingClient
    client = fresh.test_client()
    assert client.get("/healthz").status_code == 503
    page = client.get("/status")
    assert page.status_code == 200
    assert "Search is not available at the moment" in page.text
    fresh.extensions["clerestory"].close()
