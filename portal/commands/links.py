"""links: citations in records' words, what they lead to, and why."""

from datetime import datetime

import click
from flask.cli import AppGroup

from harvesters.citations import Context, find, read_all

from .. import linking
from .terminal import Progress, ready_portal, show_table


@click.group(cls=AppGroup)
def links() -> None:
    """Look after the links that find themselves in records' words.

    \b
    Example:
      clerestory links status
    """


@links.command()
def status() -> None:
    """Show how many citations were found and what became of them, and how many records were not read yet.

    \b
    Example:
      clerestory links status
    """
    portal = ready_portal()
    with portal.database.read() as session:
        counts = linking.counts(session)
    names = ("found", "accepted", "doubtful", "refused", "stated", "waiting")
    click.echo(", ".join(f"{name} {counts.get(name, 0)}" for name in names) + f"; behind {counts['behind']}")
    jurisdictions = read_all()
    click.echo(f"{sum(len(one.patterns) for one in jurisdictions)} notations of {len(jurisdictions)} jurisdictions: {', '.join(one.name for one in jurisdictions)}")


@links.command("catch-up")
def catch_up() -> None:
    """Read what was not read yet, and link what it names.

    \b
    Example:
      clerestory links catch-up
    """
    portal = ready_portal()
    progress = Progress("read")
    try:
        count = linking.catch_up(portal, progress.say)
    finally:
        progress.end()
    click.echo(f"read {count}")


@links.command()
@click.argument("text")
@click.option("--language", default="", help="Of the text, such as vi; a notation of another language is not looked for.")
@click.option("--place", "places", multiple=True, help="Where the text comes from (ISO 3166), such as VN-HN.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the text, which says which Congress or session is meant.")
def explain(text: str, language: str, places: tuple[str, ...], on: datetime | None) -> None:
    """Show the citations in a text, as what each is read, and the records here that are known by it.

    \b
    Example:
      clerestory links explain "Căn cứ Quyết định số 749/QĐ-TTg ngày 3/6/2020"
    """
    portal = ready_portal()
    found = find(text, Context(language, places, on.date() if on else None))
    rows = []
    with portal.database.read() as session:
        known = linking.known_of(session, found)
    for citation in found:
        cue = f"{citation.relation} (“{citation.cue}”)" if citation.cue else citation.relation
        numbers = ", ".join(known[citation]) or "none here"
        rows.append((f"{citation.start}–{citation.end}", citation.passage, citation.value, f"{citation.jurisdiction}: {citation.what}", cue, citation.dated or "–", f"{citation.confidence:.0%}", numbers))
    if not rows:
        click.echo("no citation was found")
        return
    show_table(("letters", "passage", "means", "notation", "relation", "dated", "sure", "records"), rows)
