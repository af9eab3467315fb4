"""Editorial pages."""

from flask import Blueprint, abort, render_template, request

from .. import pages
from ..i18n import language
from ..samples import samples

blueprint = Blueprint("pages", __name__)


@blueprint.get("/pages/<name>")
def page(name: str) -> str:
    """A page of content/, in the reader's language where it is written in it."""
    found = pages.find(name, language())
    if found is None:
        abort(404)
    return render_template("pages/page.html", page=found, html=found.html_below(request.script_root))


@blueprint.get("/styleguide")
def styleguide() -> str:
    """Every component in every state."""
    return render_template("styleguide.html", samples=samples())
