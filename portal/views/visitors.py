"""Who visits: people who read are counted, programs and officers are not."""

import re

from flask import current_app, request

from ..readers import Tally

_PROGRAM = re.compile(r"bot|crawl|spider|slurp|curl|wget|python|java/|go-http|monitor|preview", re.IGNORECASE)


def is_reader() -> bool:
    """Whether a person without an account looks at a page, as far as a request tells."""
    agent = request.headers.get("User-Agent", "")
    # Looked up in the header: touching the session would make every page depend on a cookie.
    return request.method == "GET" and bool(agent) and not _PROGRAM.search(agent) and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def tally() -> Tally:
    """Where they are counted."""
    found: Tally = current_app.extensions["clerestory.readers"]
    return found
