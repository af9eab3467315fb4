"""What is documented is there, and what is there is documented."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from content import FOLDER
from harvesters.citations import Pattern, find
from harvesters.citations.declaration import make_jurisdiction
from harvesters.kinds import KINDS, kind_of
from harvesters.record import Decision, Outcome, Policy
from harvesters.source import Source, make_source
from portal.cli import cli as main
from portal.settings import Settings

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING = (ROOT / "README.md").read_text("utf-8"), (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def commands(group: click.Command, prefix: str = "clerestory") -> list[str]:
    if not isinstance(group, click.Group):
        return [prefix]
    return [path for name in group.list_commands(click.Context(group)) if (command := group.get_command(click.Context(group), name))
            for path in commands(command, f"{prefix} {name}")]  # fmt: skip


def test_every_setting_stands_in_the_readme():
    fields = {"PORT"} | {f"PORTAL_{name.upper()}" for name in Settings.__dataclass_fields__ if name not in ("port", "testing", "extra")}
    assert {name for name in fields if f"`{name}`" not in README} == set()


def test_every_command_stands_in_the_readme():
    table = README.split("## Commands")[1].split("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `clerestory ")]

    def documented(path: str) -> bool:
        group, name = path.split()[1], path.split()[-1]
        return any(f"`clerestory {group}" in line and (path in line or f"`{name}`" in line) for line in lines)

    assert [path for path in commands(main) if not documented(path)] == []


@pytest.mark.parametrize("path", commands(main))
def test_every_command_has_a_help_text_with_an_example(path):
    command: click.Command = main
    for name in path.split()[1:]:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found
        command = found
    assert "xample" in (command.help or "") + (command.epilog or "")


def test_every_field_of_a_declaration_and_every_kind_stands_in_contributing():
    fields = set(Source.model_fields) - {"name"}
    assert {name for name in fields if f"`{name}`" not in CONTRIBUTING} == set()
    assert {name for name in KINDS if f"`{name}`" not in CONTRIBUTING} == set()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_option_of_a_kind_is_described_where_the_kind_is(kind):
    text = CONTRIBUTING + (ROOT / f"harvesters/kinds/{kind}.py").read_text("utf-8")
    assert {name for name in kind_of(kind).Options.model_fields if name not in text} == set()


def test_the_declarations_in_contributing_are_valid():
    for text in re.findall(r"```toml\n(.*?)```", CONTRIBUTING, re.DOTALL):
        data = tomllib.loads(text)
        if "patterns" in data:
            jurisdiction = make_jurisdiction("is", data)
            for example in jurisdiction.examples:
                assert [one.value for one in find(example.text, among=[jurisdiction])] == list(example.finds)
        else:
            assert make_source("an-example", data).publisher


def test_everything_a_pattern_may_say_stands_in_contributing():
    section = CONTRIBUTING.split("## Add the notation of a jurisdiction")[1].split("\n## ")[0]
    assert [name for name in Pattern.model_fields if not re.search(rf"\b{name}\b", section)] == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_field_of_a_record_stands_in_the_api_page(language):
    text = (FOLDER / language / "api.md").read_text("utf-8")
    fields = {name for record in (Decision, Policy, Outcome) for name in record.model_fields}
    assert {name for name in fields if f"`{name}`" not in text} == set()


def test_every_editorial_page_is_there_in_both_languages():
    english, vietnamese = ({path.name for path in (FOLDER / language).glob("*.md")} for language in ("en", "vi"))
    assert english == vietnamese
    assert {"about.md", "how-we-collect.md", "using-the-data.md", "accessibility.md", "privacy.md", "api.md"} <= english


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_links_between_the_documents_lead_somewhere(name):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", (ROOT / name).read_text("utf-8")):
        assert (ROOT / target).exists(), f"{name} links to {target}, which is not there"


def test_links_of_editorial_pages_lead_somewhere(client):
    for path in sorted(FOLDER.glob("??/*.md")):
        for target in set(re.findall(r"\]\((/[^)#]*)", path.read_text("utf-8"))):
            assert client.get(target, follow_redirects=True).status_code == 200, f"{path.name} links to {target}"
