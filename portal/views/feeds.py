"""What crawlers read: the sitemap in parts, and robots.txt."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort

from .. import catalogue, pages
from ..i18n import LANGUAGES
from ..look import base_url, kept
from ..parts import here

blueprint = Blueprint("feeds", __name__)

PART = 50_000  # what the protocol allows in one file
_NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The index of sitemaps: one of pages, one of agencies, one for every 50,000 records."""
    base, parts = base_url(), _parts()
    places: list[tuple[str, datetime | None]] = [("pages", None), ("agencies", None)]
    places += [(f"records-{number}", changed) for number, changed in parts]
    lines = [
        f"<sitemap><loc>{escape(base)}/sitemap-{name}.xml</loc>{_changed(changed)}</sitemap>\n" for name, changed in places
    ]
    return _xml(['<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n', *lines, "</sitemapindex>\n"])


def _parts() -> list[tuple[int, datetime]]:
    """The parts that there are, each with its last change."""

    def read() -> list[tuple[int, datetime]]:
        with here().database.read() as session:
            return catalogue.parts_of(session, PART)

    return kept().get("sitemap", read)


def _changed(moment: datetime | None) -> str:
    return f"<lastmod>{moment:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if moment else ""


def _xml(lines: Iterable[str]) -> Response:
    def whole() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield from lines

    return Response(whole(), content_type="application/xml; charset=utf-8", headers={"Cache-Control": "max-age=3600"})


@blueprint.get("/sitemap-pages.xml")
def pages_part() -> Response:
    """Home, lists and editorial pages, each with its other languages."""
    paths = ["/", "/search", "/agencies/", "/sources/", "/completeness", "/outcome-clock", "/compare", "/answers", "/status"]
    paths += sorted({f"/pages/{page.name}" for page in pages.every()})
    base = base_url()
    return _xml(_set(_page(base, path) for path in paths))


def _set(lines: Iterable[str]) -> Iterator[str]:
    yield f"<urlset {_NAMESPACES}>\n"
    yield from lines
    yield "</urlset>\n"


def _page(base: str, path: str) -> str:
    addresses = {code: f"{base}{'' if code == 'en' else f'/{code}'}{path}" for code in LANGUAGES}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(address)}"/>' for code, address in addresses.items()
    )
    return "".join(f"<url><loc>{escape(address)}</loc>{links}</url>\n" for address in addresses.values())


@blueprint.get("/sitemap-agencies.xml")
def agencies_part() -> Response:
    """Every agency that published something."""
    base = base_url()
    with here().database.read() as session:
        slugs = list(catalogue.overview(session).by_agency)
    return _xml(_set(f"<url><loc>{escape(base)}/agencies/{slug}</loc></url>\n" for slug in slugs[:PART]))


@blueprint.get("/sitemap-records-<int:number>.xml")
def records_part(number: int) -> Response:
    """One part of the records, streamed."""
    if number not in {known for known, _changed in _parts()}:
        abort(404)
    base, database = escape(base_url()), here().database

    def lines() -> Iterator[str]:
        with database.read() as session:
            for record, changed in catalogue.part(session, number, PART):
                yield f"<url><loc>{base}/records/{record}</loc>{_changed(changed)}</url>\n"

    return _xml(_set(lines()))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read. Lists narrowed by several filters are without end and hold nothing of their own."""
    lines = ["User-agent: *"]
    for prefix in ("", *(f"/{code}" for code in LANGUAGES if code != "en")):
        lines += [f"Disallow: {prefix}/search?*&", f"Disallow: {prefix}/sign-in", f"Disallow: {prefix}/publish/", f"Disallow: {prefix}/records/*/table?", f"Disallow: {prefix}/records/*/ask", f"Disallow: {prefix}/my-remark/"]
    lines += ["Allow: /", "", f"Sitemap: {base_url()}/sitemap.xml", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "max-age=3600"})
