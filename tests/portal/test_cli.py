"""The command `clerestory`: what operators type, what they read, and what scripts get as exit codes."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click
import pytest
import requests
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import select

from portal import create_app
from portal.cli import cli
from portal.db import Database
from portal.models import Run
from tests.harvesters.agency import Reply

COMMAND = Path(sys.executable).with_name("clerestory")


@pytest.fixture
def search_url():
    return "whoosh:"


@pytest.fixture
def settings(settings, tmp_path):
    """A folder of declarations beside the shipped ones."""
    (tmp_path / "sources").mkdir()
    return replace(settings, sources_dir=tmp_path / "sources", secret_key="")


@pytest.fixture
def declare(settings, catalogue):
    """Write a declaration of the catalogue, as an operator would."""

    def declare(name="streets", **changes):
        lines = {
            "title": "Streets", "kind": "data_json", "url": catalogue.url, "publisher": "Office of Streets",
            "axis": "outcome", "delay": 0, "grace": 1,
        } | changes  # fmt: skip
        text = "".join(f"{key} = {value!r}\n" for key, value in lines.items())
        (settings.sources_dir / f"{name}.toml").write_text(text)

    return declare


@pytest.fixture
def clerestory(settings):
    """Run a command in this process; returns click's result."""
    before = signal.getsignal(signal.SIGTERM)
    made = []

    def make_app():
        made.append(create_app(settings))
        return made[-1]

    def run(*arguments, typed=None):
        script = ScriptInfo(create_app=make_app, set_debug_flag=False)
        return CliRunner().invoke(cli, arguments, obj=script, input=typed)

    yield run
    signal.signal(signal.SIGTERM, before)
    for app in made:
        app.extensions["clerestory"].close()


@pytest.fixture
def environment(settings):
    """The same settings for a process of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_SEARCH_URL": settings.search_url,
        "PORTAL_SOURCES_DIR": str(settings.sources_dir),
        "PORTAL_TRUSTED_NETWORKS": "127.0.0.0/8",
    }


def last_line(result):
    return result.stdout.splitlines()[-1]


def every_command(group=cli, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


@pytest.mark.parametrize("path", list(every_command()), ids=" ".join)
def test_every_command_has_a_help_text_with_an_example(clerestory, path):
    result = clerestory(*path, "--help")
    assert result.exit_code == 0
    assert f"clerestory {' '.join(path)}" in result.stdout.partition("Example")[2]


def test_the_exit_codes_are_told():
    told = CliRunner().invoke(cli, ["--help"]).stdout
    assert all(f" {code} " in told for code in "0123")


def test_init_makes_a_portal_and_may_be_repeated(clerestory, settings):
    assert "is ready" in clerestory("init").stdout
    key = (settings.data_dir / "secret-key").read_text()
    again = clerestory("init")
    assert (again.exit_code, "was ready already" in again.stdout) == (0, True)
    assert (settings.data_dir / "secret-key").read_text() == key
    assert last_line(clerestory("search", "status")) == "documents 0, behind 0"


def test_the_log_of_an_agency_that_is_not_here_is_an_error_with_what_may_be_meant(clerestory, declare, catalogue):
    declare()
    clerestory("init")
    clerestory("harvest", "run", "streets")
    result = clerestory("audit", "show", "--agency", "nope")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no agency 'nope' here; its slug is the last part of its address" in result.stderr
    assert "did you mean office-of-streets?" in clerestory("audit", "show", "--agency", "office-of-street").stderr
    known = clerestory("audit", "show", "--agency", "office-of-streets")
    assert (known.exit_code, "the log has no entry for office-of-streets" in known.stderr) == (0, True)


def test_commands_say_when_there_is_no_database_yet(clerestory):
    result = clerestory("harvest", "list")
    assert (result.exit_code, result.stderr.endswith("run: clerestory init\n")) == (2, True)


def test_a_harvest_ends_with_one_line_of_counts_and_can_be_found(clerestory, declare, catalogue):
    declare()
    clerestory("init")
    result = clerestory("harvest", "run", "streets")
    assert (result.exit_code, result.stdout) == (0, "new 3, changed 0, unchanged 0, withdrawn 0, rejected 0\n")
    assert last_line(clerestory("search", "status")).endswith("behind 0")
    catalogue.publish(1, 2, 4)
    result = clerestory("harvest", "run", "streets", "--full")
    assert result.stdout == "new 1, changed 0, unchanged 2, withdrawn 1, rejected 0\n"


def test_the_index_may_be_left_for_later(clerestory, declare):
    declare()
    clerestory("init")
    clerestory("harvest", "run", "streets", "--no-index")
    assert last_line(clerestory("search", "status")) == "documents 0, behind 3"
    assert last_line(clerestory("search", "catch-up")) == "learned 3"
    assert last_line(clerestory("search", "status")).endswith("behind 0")
    assert last_line(clerestory("search", "rebuild")) == "rebuilt 3"
    assert clerestory("search", "status").stdout.startswith("engine whoosh, ")


def test_how_a_query_is_read_and_why_something_is_found_is_explained(clerestory, declare):
    declare()
    clerestory("init")
    clerestory("harvest", "run", "streets")
    told = clerestory("search", "explain", "dataset street -bridge colour:red").stdout
    assert "read as (dataset AND street AND (colour AND red) AND NOT bridge)" in told
    assert "found 0" in told
    told = clerestory("search", "explain", "dataset 2").stdout
    assert "found 1" in told and "title: Dataset, 2" in told


def test_search_moves_only_where_the_portal_lets_it_choose(clerestory):
    clerestory("init")
    result = clerestory("search", "move", "tantivy")
    assert (result.exit_code, "set PORTAL_SEARCH_URL" in result.stderr) == (1, True)


def test_exit_codes_tell_scripts_how_a_harvest_ended(clerestory, declare, catalogue):
    declare()
    clerestory("init")
    catalogue.publish()
    suspect = clerestory("harvest", "run", "streets")
    assert (suspect.exit_code, "streets: suspect: 0 records came" in suspect.stderr) == (3, True)
    catalogue.reply = Reply("<h1>Blocked</h1>", media_type="text/html")
    failed = clerestory("harvest", "run", "streets")
    assert (failed.exit_code, "did not answer with JSON" in failed.stderr) == (1, True)
    assert last_line(failed) == "new 0, changed 0, unchanged 0, withdrawn 0, rejected 0"


def test_several_sources_end_with_one_line_and_the_worst_exit_code(clerestory, declare, catalogue):
    declare()
    declare("demanding", minimum=100)
    clerestory("init")
    result = clerestory("harvest", "run", "streets", "demanding")
    assert (result.exit_code, result.stdout) == (3, "new 6, changed 0, unchanged 0, withdrawn 0, rejected 0\n")
    assert "streets: complete" in result.stderr
    assert "demanding: suspect" in result.stderr


def test_an_unknown_name_is_answered_with_the_one_that_was_meant(clerestory, declare):
    declare()
    clerestory("init")
    result = clerestory("harvest", "run", "street")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'street' is not a source; did you mean streets?" in result.stderr


def test_a_wrong_declaration_stops_itself_only(clerestory, declare):
    declare()
    declare("alleys", kind="tabel", colour="red")
    clerestory("init")
    listed = clerestory("harvest", "list")
    assert listed.exit_code == 0
    assert "wrong declaration: alleys: kind 'tabel' is unknown" in listed.stderr
    wrong = clerestory("harvest", "run", "alleys")
    assert wrong.exit_code == 2
    assert len(wrong.stderr.splitlines()) == 2, "all faults at once"
    assert clerestory("harvest", "run", "streets").exit_code == 0


def test_the_list_shows_the_last_run_and_the_records(clerestory, declare):
    declare()
    clerestory("init")
    clerestory("harvest", "run", "streets")
    line = next(line for line in clerestory("harvest", "list").stdout.splitlines() if line.startswith("streets "))
    assert line.split()[1:4] == ["data_json", "outcome", "daily"]
    assert line.split()[-2:] == ["complete", "3"]


def test_a_check_shows_what_would_come_and_stores_nothing(clerestory, declare, catalogue):
    declare()
    catalogue.datasets.append({"identifier": "set-4"})
    clerestory("init")
    result = clerestory("harvest", "check", "streets")
    assert result.exit_code == 0
    assert "streets: 3 records, 1 rejected" in result.stdout
    assert "outcome, dataset: 3" in result.stdout
    assert "set-4: title is missing" in result.stdout
    assert last_line(clerestory("search", "status")) == "documents 0, behind 0"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("harvest", "run"), "name the sources"),
        (("harvest", "run", "streets", "--all"), "name the sources"),
        (("harvest", "run", "streets", "--since", "31.05.2024"), "write 2024-05-31"),
        (("harvest", "run", "streets", "--limit", "0"), "--limit"),
        (("harvest", "reap"), "No such command"),
    ],
)
def test_wrong_usage_is_told(clerestory, arguments, words):
    clerestory("init")
    result = clerestory(*arguments)
    assert (result.exit_code, words in result.stderr) == (2, True)


def test_wrong_settings_are_told_all_at_once(environment):
    wrong = environment | {"PORT": "many", "PORTAL_SEARCH_URL": "elastic://x", "PORTAL_COLOUR": "red"}
    result = subprocess.run([COMMAND, "init"], env=wrong, capture_output=True, text=True)
    assert result.returncode == 2
    assert [line.split(":")[0].strip() for line in result.stderr.splitlines()[1:]] == [
        "PORTAL_SEARCH_URL", "PORT", "PORTAL_COLOUR",
    ]  # fmt: skip
    assert "Traceback" not in result.stderr


def test_config_shows_settings_and_hides_secrets(environment):
    given = environment | {
        "PORTAL_SECRET_KEY": "much-too-secret-to-be-shown",
        "PORTAL_DATABASE_URL": "postgresql://portal:hushhush@db.example/portal",
    }
    result = subprocess.run([COMMAND, "config"], env=given, capture_output=True, text=True)
    assert result.returncode == 0
    assert "PORTAL_DATABASE_URL=postgresql://portal:…@db.example/portal" in result.stdout
    assert "too-secret" not in result.stdout + result.stderr
    assert "hushhush" not in result.stdout + result.stderr


def test_an_operator_looks_after_accounts(clerestory):
    clerestory("init")
    add = ("users", "add", "lan@agency.example", "--name", "Lan Nguyen", "--agency", "Office of Streets")
    weak = clerestory(*add, "--password-stdin", typed="short\n")
    assert (weak.exit_code, "use at least 12" in weak.stderr) == (2, True)
    assert clerestory(*add, "--password-stdin", typed="a lamp beside the river\n").exit_code == 0
    twice = clerestory(*add, "--password-stdin", typed="a lamp beside the river\n")
    assert (twice.exit_code, "already" in twice.stderr) == (2, True)
    assert "open" in clerestory("users", "list").stdout
    asked = clerestory("users", "password", "lan@agency.example", typed="two boats on a lake\ntwo boats on a lake\n")
    assert (asked.exit_code, "boats" in asked.output) == (0, False)
    assert clerestory("users", "close", "lan@agency.example").exit_code == 0
    assert "closed" in clerestory("users", "list").stdout
    assert clerestory("users", "close", "nobody@agency.example").exit_code == 2


def test_a_harvest_that_is_asked_to_end_says_so(clerestory, declare, catalogue, environment, settings):
    declare()
    clerestory("init")
    catalogue.reply = Reply(b'{"dataset": []}', drip=0.5)
    process = subprocess.Popen(
        [COMMAND, "harvest", "run", "streets"], env=environment, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: "/data.json" in catalogue.agency.paths())
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 1
    with closing(Database(settings.database)) as database, database.read() as session:
        (run,) = session.scalars(select(Run))
    assert (run.state, run.reason) == ("interrupted", "it was stopped; what it had stored stays")


def test_a_terminal_sees_progress(clerestory, declare, catalogue, environment):
    declare()
    clerestory("init")
    catalogue.publish(*range(1500))
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "harvest", "run", "streets", "--no-index"], env=environment, stdout=subprocess.PIPE, stderr=follower
    )
    counts, _ = process.communicate(timeout=60)
    os.close(follower)
    shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert "\rstreets: " in shown
    assert " items, 0 rejected (" in shown
    assert counts == b"new 1500, changed 0, unchanged 0, withdrawn 0, rejected 0\n"


def test_serve_answers_and_ends_when_it_is_asked_to(clerestory, environment):
    clerestory("init")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        taken = subprocess.run([COMMAND, "serve", "--port", str(port)], env=environment, capture_output=True, text=True)
    assert (taken.returncode, f"port {port} on 127.0.0.1 cannot be used" in taken.stderr) == (1, True)
    process = subprocess.Popen(
        [COMMAND, "serve"], env=environment | {"PORT": str(port)}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == f"The portal is at http://127.0.0.1:{port} (Ctrl+C stops it)\n"
        answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=20)
        assert answer.status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in a minute"
        time.sleep(0.05)


def test_status_tells_people_programs_and_monitors_how_it_stands(clerestory, declare, catalogue):
    declare()
    clerestory("init")
    quiet = clerestory("harvest", "status")
    assert (quiet.exit_code, "Nothing is being harvested." in quiet.stdout, "PORTAL_SCHEDULE" in quiet.stdout) == (0, True, True)
    catalogue.reply = Reply("<h1>Blocked</h1>", media_type="text/html")
    clerestory("harvest", "run", "streets", "--no-index")
    failing = clerestory("harvest", "status")
    assert (failing.exit_code, "streets" in failing.stdout, "FAILING" in failing.stdout) == (3, True, True)
    (told,) = json.loads(clerestory("harvest", "status", "--json").stdout)["failing"]
    assert (told["source"], told["times"]) == ("streets", 1)


def test_what_is_not_due_is_not_run(clerestory, declare, catalogue):
    declare(schedule="daily")
    clerestory("init")
    first = clerestory("harvest", "run", "streets", "--due", "--no-index")
    assert last_line(first) == "new 3, changed 0, unchanged 0, withdrawn 0, rejected 0"
    asked = len(catalogue.agency.paths())
    again = clerestory("harvest", "run", "streets", "--due", "--no-index")
    assert (again.exit_code, last_line(again)) == (0, "new 0, changed 0, unchanged 0, withdrawn 0, rejected 0")
    assert len(catalogue.agency.paths()) == asked


def test_stop_says_when_there_is_nothing_to_stop(clerestory, declare):
    declare()
    clerestory("init")
    result = clerestory("harvest", "stop", "streets")
    assert (result.exit_code, result.stderr) == (1, "streets is not being harvested\n")


def test_lint_ends_with_2_where_something_is_wrong(clerestory, declare, settings):
    declare()
    good = clerestory("harvest", "lint", "streets")
    assert (good.exit_code, last_line(good)[:30]) == (0, "1 declarations: errors 0, warn")
    assert clerestory("harvest", "lint", "streets", "--strict").exit_code == 2
    declare("broken", minimum=-1)
    path = settings.sources_dir / "broken.toml"
    result = clerestory("harvest", "lint", str(path))
    assert result.exit_code == 2
    assert f"{path}:8: error: minimum = -1" in result.stdout
    (told,) = [one for one in json.loads(clerestory("harvest", "lint", "broken", "--json").stdout)["findings"] if "minimum" in one["message"]]
    assert (told["file"], told["line"]) == (str(path), 8)
    assert clerestory("harvest", "lint", "no-such-source").exit_code == 2


def test_an_unknown_task_is_refused_and_a_known_one_is_done(clerestory, declare):
    declare()
    clerestory("init")
    clerestory("harvest", "run", "streets", "--no-index")
    assert clerestory("work", "--once", "catch-up").exit_code == 0
    assert last_line(clerestory("search", "status")).endswith("behind 0")
    result = clerestory("work", "--once", "nothing")
    assert (result.exit_code, "known: " in result.stderr) == (2, True)
