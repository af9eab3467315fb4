"""harvest lint: what is wrong, risky or missing in declarations."""

import json
import sys
from collections import Counter
from pathlib import Path

import click
from flask.cli import with_appcontext

from harvesters.lint import Finding
from harvesters.lint import lint as examine
from harvesters.source import SHIPPED, did_you_mean

from ..parts import Portal, here
from .terminal import WRONG


@click.command()
@click.argument("what", metavar="[FILE|NAME]...", nargs=-1)
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
@with_appcontext
def lint(what: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check declarations of sources: all, or those of these names or files. Each finding has its line and what to write.

    Errors end with exit code 2; warnings and notes do not, unless --strict.

    \b
    Example:
      clerestory harvest lint
      clerestory harvest lint us-gsa drafts/new-source.toml
    """
    portal = here()
    known = _files(portal)
    paths = [_find(known, word) for word in what] or list(known.values())
    findings = examine(paths, lambda name: portal.settings.secret(name) is not None, known.values())
    counts = Counter(finding.level for finding in findings)
    if as_json:
        click.echo(json.dumps({"files": len(paths), "findings": [one.to_data() for one in findings]}, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(_shown(finding))
        click.echo(f"{len(paths)} declarations: errors {counts['error']}, warnings {counts['warning']}, notes {counts['note']}")
    sys.exit(WRONG if counts["error"] or (strict and counts["warning"]) else 0)


def _shown(finding: Finding) -> str:
    colour = {"error": "red", "warning": "yellow"}.get(finding.level)
    place, _, rest = str(finding).partition(f" {finding.level}: ")
    return f"{place} {click.style(finding.level, fg=colour)}: {rest}"


def _files(portal: Portal) -> dict[str, Path]:
    """Every declaration by its name; one in the operator's folder takes the place of a shipped one."""
    folders = [SHIPPED, *([portal.settings.sources_dir] if portal.settings.sources_dir else [])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def _find(known: dict[str, Path], word: str) -> Path:
    path = Path(word)
    if word in known:
        return known[word]
    if path.is_file() or path.suffix == ".toml":
        return path
    hint = did_you_mean(word, known) or "clerestory harvest list shows them all"
    raise click.UsageError(f"{word!r} is neither a source nor a file; {hint}")
