"""From exceptions to answers: a page for people, problem+json (RFC 9457) for programs. One table."""

import logging
import secrets

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed

from search_index.engine import SearchUnavailable

from . import catalogue
from .parts import here

log = logging.getLogger("clerestory")

_DATA_SUFFIXES = (".json", ".csv", ".jsonl", ".atom", ".jsonld")


class BadParameter(Exception):
    """A parameter of the address makes no sense: `name`, the value, and what to write instead."""

    def __init__(self, name: str, value: str, advice: str) -> None:
        super().__init__(f"{name}={value}: {advice}")
        self.name, self.value, self.advice = name, value, advice


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(BadParameter, _bad_parameter)
    app.register_error_handler(SearchUnavailable, _search_down)
    app.register_error_handler(DataError, _no_value)
    app.register_error_handler(Exception, _bug)


def wants_data() -> bool:
    """Whether the answer goes to a program rather than to a person."""
    return request.path.endswith(_DATA_SUFFIXES) or request.path.startswith("/api/")


def problem(status: int, title: str, detail: str = "", **more: object) -> Response:
    """An application/problem+json answer."""
    answer = jsonify({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


def page(status: int, title: str, detail: str = "", **more: object) -> tuple[str, int]:
    """An error page: what happened, and a way on (a search box, the axes)."""
    return render_template("errors/error.html", status=status, title=title, detail=detail, **more), status


def _http(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    titles = {
        400: _("This request could not be understood"),
        403: _("You may not see this page"),
        404: _("There is no such page"),
        405: _("This address does not take that kind of request"),
        410: _("This page is no longer shown"),
        413: _("What you sent is too large"),
        429: _("Too many requests"),
    }
    details = {
        404: _("The address may be mistyped, or the page may have moved. Records keep their addresses for good."),
        413: _("Send at most 50 MB in one go."),
    }
    title = titles.get(code, error.name)
    detail = details.get(code, "")
    answer = make_response(problem(code, title, detail) if wants_data() else page(code, title, detail))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _forged(error: CSRFError) -> Response | tuple[str, int]:
    title = _("This form has expired")
    detail = _("Go back, reload the page and send the form again. What you typed is still in your browser.")
    return problem(400, title, detail) if wants_data() else page(400, title, detail)


def _bad_parameter(error: BadParameter) -> Response | tuple[str, int]:
    title = _("A part of this address makes no sense")
    return problem(400, title, str(error), parameter=error.name, value=error.value) if wants_data() else page(
        400, title, str(error)
    )


def _search_down(error: SearchUnavailable) -> Response | tuple[str, int]:
    log.error("search is unavailable: %s", error)
    title = _("Search is not available at the moment")
    detail = _("Records, agencies and sources can be read as usual. Please try again in a few minutes.")
    if wants_data():
        return problem(503, title, detail, ways={"changes": "/api/v1/changes", "sources": "/sources.json"})
    return page(503, title, detail, search=False, newest=_newest())


def _no_value(error: DataError) -> Response | tuple[str, int] | HTTPException:
    """The database cannot hold a value that was sent, such as one with a NUL."""
    log.warning("at %s: %s", request.path.encode("unicode_escape").decode(), type(error.orig).__name__)
    return _http(BadRequest())


def _newest() -> list[catalogue.Entry]:
    """The newest records, which can be had without search."""
    try:
        with here().database.read() as session:
            return catalogue.newest(session, limit=20)
    except SQLAlchemyError:
        return []


def _bug(error: Exception) -> Response | tuple[str, int]:
    reference = secrets.token_hex(4)
    log.exception("error %s at %s", reference, request.path.encode("unicode_escape").decode())  # one line, whatever was asked
    title = _("Something went wrong on our side")
    detail = _("The fault was noted under the reference %(reference)s. Please try again later.", reference=reference)
    return problem(500, title, detail, reference=reference) if wants_data() else page(500, title, detail, search=False)
