"""Headers that every answer carries, and protection of forms against forgery."""

from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter

csrf = CSRFProtect()

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


# Pages that are of one person or one agency.
_PRIVATE = ("accounts", "sso", "publish", "sending", "review", "membership", "keys", "bulk", "links", "admin", "asking", "remarks")


class Count(IntegerConverter):
    """A whole number in an address: of as many digits as a database takes."""

    regex = r"\d{1,9}"


def init_app(app: Flask) -> None:
    app.before_request(_refuse_impossible)
    app.before_request(_refuse_from_elsewhere)
    csrf.init_app(app)
    app.after_request(_add_headers)


def _refuse_impossible() -> None:
    """No name of anything here holds a NUL, and no database takes one."""
    if "\0" in request.path:
        abort(404)


def _refuse_from_elsewhere() -> None:
    """What a page of another site sends is not taken, before anything is read of it: the cookie does not come along, so the
    answer would sign its reader out, and show them a form that somebody else filled in. Programs with keys come from anywhere."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.blueprint in ("ckan", "writing"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site == "cross-site" or (site is None and _is_foreign(request.headers.get("Origin", ""))):
        abort(403)


def _is_foreign(origin: str) -> bool:
    """Whether a browser says that a request began on a page of another host. Its scheme does not count: a proxy changes it."""
    base: str = current_app.extensions["clerestory"].settings.base_url
    return bool(origin) and origin.partition("://")[2] not in {request.host, urlsplit(base).netloc or request.host}


def add_headers_of_static_files(headers: Headers, _path: str, _address: str) -> None:
    """Files of the look go out before the application is asked: they say for themselves that nobody may guess what they are."""
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    private = request.blueprint in _PRIVATE
    # Addresses of the desk hold secrets: links of mails, names of drafts.
    headers.setdefault("Referrer-Policy", "same-origin" if private else "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if private:
        headers["Cache-Control"] = "no-store"
    return response
