"""search: how far the index is, bringing it there, and why it answers as it does."""

import time
from collections.abc import Callable, Iterator

import click
from flask.cli import AppGroup

from search_index.auto_engine import AutoEngine
from search_index.engine import SearchDamaged
from search_index.query import parse, show_tree

from .. import parties
from .. import search as search_joint
from ..listing import FACETS, Listing
from ..parts import Portal
from .terminal import FAILED, Progress, ready_portal


@click.group(cls=AppGroup)
def search() -> None:
    """Look after the search index. It can always be made again from the database.

    \b
    Example:
      clerestory search status
    """


@search.command()
def status() -> None:
    """Show which engine is used, how many documents it knows and how many records it has not learned yet. Ends with 1
    where the index is damaged.

    \b
    Example:
      clerestory search status
    """
    portal = ready_portal()
    with portal.database.read() as session:
        lag = search_joint.behind(session)
    engine = portal.engine
    name = engine.name if isinstance(engine, AutoEngine) else portal.settings.search_url.rstrip(":")
    size = sum(path.stat().st_size for path in portal.settings.search_dir.rglob("*") if path.is_file())
    click.echo(f"engine {name}, {size / 1e6:,.1f} MB")
    try:
        click.echo(f"documents {engine.count()}, behind {lag}")
    except SearchDamaged as error:
        click.echo(f"{error}; make it again with: clerestory search rebuild", err=True)
        raise SystemExit(FAILED) from None


@search.command("catch-up")
def catch_up() -> None:
    """Teach search what it has not learned yet, and read who took part in decisions of before.

    \b
    Example:
      clerestory search catch-up
    """
    parties.fill(ready_portal().database)
    _tell("learned", search_joint.catch_up)


@search.command()
def rebuild() -> None:
    """Fill a fresh index from the database and swap it in; readers keep the old one until then.

    \b
    Example:
      clerestory search rebuild
    """
    _tell("rebuilt", search_joint.rebuild)


@search.command()
@click.argument("engine", type=click.Choice(["whoosh", "tantivy"]))
def move(engine: str) -> None:
    """Go on with another engine, where PORTAL_SEARCH_URL is auto:. The old one answers until the new one is full.

    \b
    Example:
      clerestory search move tantivy
    """
    _tell(f"moved to {engine}:", lambda portal, progress: search_joint.move(portal, engine, progress))


@search.command()
@click.argument("query")
@click.option("--size", default=10, show_default=True, help="How many of the first hits to show.")
@click.option("--language", default="en", show_default=True, help="The reader's language.")
def explain(query: str, size: int, language: str) -> None:
    """Show how a query is read, what it finds and why.

    \b
    Example:
      clerestory search explain '"digital government" -budget'
    """
    portal = ready_portal()
    listing = Listing(text=query, size=max(1, size))
    began = time.perf_counter()
    found = search_joint.find(portal, listing, language)
    took = (time.perf_counter() - began) * 1000
    for line in _reading(query, found):
        click.echo(line)
    click.echo(f"found {found.total} in {took:.0f} ms")
    for place, hit in enumerate(found.hits, 1):
        title = "".join(piece.text for piece in hit.title)
        click.echo(f"{place:>3}. {hit.entry.shown_number} {found.results.hits[place - 1].score:8.2f} {title}")
        for reason in hit.why:
            click.echo(f"       {reason.field}: {', '.join(reason.words)}")


def _reading(query: str, found: search_joint.Found) -> Iterator[str]:
    yield f"read as {show_tree(parse(query, FACETS).tree)}"
    for word, others in found.results.widened:
        yield f"beside “{word}”: {', '.join(others)}"
    for odd in found.results.odd:
        yield f"made no sense as a rule, searched as words: {odd}"
    if "shortened" in found.results.notes:
        yield "too long: only its beginning was used"
    for suggestion in found.results.suggestions:
        yield f"suggested instead ({suggestion.kind}): {suggestion.text}"


def _tell(done: str, work: Callable[[Portal, Callable[[int], None]], int]) -> None:
    portal = ready_portal()
    progress = Progress("indexed")
    try:
        count = work(portal, progress.say)
    finally:
        progress.end()
    click.echo(f"{done} {count}")
