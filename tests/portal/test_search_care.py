"""The index is looked after: lost, damaged or outgrown, it is made again while readers are told the truth."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app, search, tasks
from portal.parts import Portal
from portal.settings import Settings
from search_index import auto_engine
from search_index.engine import Query, SearchEngine, SearchUnavailable
from tests.browser import JudgingClient
from tests.factories import a_decision, a_policy

Save = Callable[..., list[str]]


@pytest.fixture(params=["whoosh:", "tantivy:", "auto:"])
def search_url(request: pytest.FixtureRequest) -> str:
    if request.param == "tantivy:":
        pytest.importorskip("tantivy", reason="tantivy: needs clerestory[tantivy]")
    return str(request.param)


def reopened(app: Flask, settings: Settings) -> Flask:
    app.extensions["clerestory"].close()
    fresh = create_app(settings)
    fresh.test_client_class = JudgingClient
    return fresh


def spoil(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.suffix in (".seg", ".store", ".idx", ".term"):
            path.write_bytes(os.urandom(path.stat().st_size))


def test_a_damaged_index_is_told_with_ways_to_browse_and_made_again(app: Flask, settings: Settings, save: Save) -> None:
    save(a_policy(title="Transport strategy"), a_decision(title="Bridge order"))
    spoil(settings.search_dir)
    fresh = reopened(app, settings)
    client, portal = fresh.test_client(), fresh.extensions["clerestory"]
    page = client.get("/search?q=bridge")
    assert page.status_code == 503
    assert "Search is not available at the moment" in page.text
    assert "Transport strategy" in page.text and "Bridge order" in page.text  # the newest records, without search
    data = client.get("/search.json?q=bridge")
    assert (data.status_code, data.mimetype) == (503, "application/problem+json")
    assert client.get("/healthz").status_code == 503
    with portal.database.read() as session:
        assert "catch-up" in tasks.due(session, portal, datetime.now(UTC))
    assert search.catch_up(portal) == 2
    assert client.get("/search.json?q=bridge").get_json()["total"] == 1
    assert client.get("/healthz").status_code == 200
    portal.close()


def test_an_index_that_is_gone_is_not_said_to_hold_nothing(app: Flask, settings: Settings, save: Save) -> None:
    save(a_policy(title="Transport strategy"))
    for path in settings.search_dir.rglob("current"):
        path.unlink()
    fresh = reopened(app, settings)
    client, portal = fresh.test_client(), fresh.extensions["clerestory"]
    assert client.get("/search?q=transport").status_code == 503
    assert search.needs_work(portal)
    search.catch_up(portal)
    assert not search.needs_work(portal)
    assert client.get("/search.json?q=transport").get_json()["total"] == 1
    portal.close()


def test_what_is_learned_while_the_index_is_made_again_is_not_lost(portal: Portal, save: Save) -> None:
    save(a_policy(title="Transport strategy"))

    @contextmanager
    def begin() -> Iterator[SearchEngine]:
        with portal.engine.rebuild() as fresh:
            yield fresh
            save(a_policy(title="Transport plan"))  # goes to the index that is still in use

    search.rebuild(portal, None, begin)
    search.catch_up(portal)
    assert portal.engine.search(Query("transport")).total == 2


def test_the_operators_synonyms_are_searched_without_a_restart(
    client: JudgingClient, settings: Settings, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search_index.synonyms._LOOKED_AT", 0.0)
    save(a_policy(title="Ferry timetable"), a_policy(title="Other things"))
    assert client.get("/search.json?q=steamboat").get_json()["total"] == 0
    (settings.data_dir / "synonyms").mkdir()
    (settings.data_dir / "synonyms" / "en.txt").write_text("ferry, steamboat\nalone\n")
    assert client.get("/search.json?q=steamboat").get_json()["total"] == 1
    assert "Beside “steamboat” this also searched: ferry." in client.get("/search?q=steamboat").text


def test_labels_of_the_vocabularies_are_synonyms(client: JudgingClient, save: Save) -> None:
    save(a_policy(title="Luật giao thông", language="vi"))
    assert client.get("/search.json?q=law").get_json()["total"] == 1


class TestAuto:
    @pytest.fixture
    def search_url(self) -> str:
        return "auto:"

    def test_an_outgrown_index_moves_to_tantivy_by_itself(
        self, portal: Portal, settings: Settings, save: Save, client: JudgingClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("tantivy", reason="tantivy: needs clerestory[tantivy]")
        reader = Portal(settings)  # another process, open before and after
        save(a_policy(title="Transport strategy"))
        engine, other = portal.engine, reader.engine
        assert isinstance(engine, auto_engine.AutoEngine) and isinstance(other, auto_engine.AutoEngine)
        assert (engine.name, other.search(Query("transport")).total) == ("whoosh", 1)
        # The editorial pages are documents too: one more than there are now is too many.
        engine.large = engine.count()
        save(a_policy(title="Transport plan"))
        assert (engine.name, other.name) == ("tantivy", "tantivy")
        assert other.search(Query("transport")).total == 2
        assert client.get("/search.json?q=transport").get_json()["total"] == 2
        assert not list(settings.search_dir.glob("*/*.seg"))  # what Whoosh held is gone
        save(a_policy(title="Transport report"))
        assert other.search(Query("transport")).total == 3
        assert search.move(portal, "whoosh") == 3
        assert (other.name, other.search(Query("transport")).total) == ("whoosh", 3)
        reader.close()

    def test_a_fixed_engine_does_not_move(self, settings: Settings, app: Flask) -> None:
        fixed = Portal(replace(settings, search_url="whoosh:"))
        with pytest.raises(SearchUnavailable, match="only auto: can move"):
            search.move(fixed, "tantivy")
        fixed.close()
