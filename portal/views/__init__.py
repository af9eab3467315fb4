"""A blueprint per area: HTTP in, template out, no SQL."""

from importlib import import_module

from flask import Flask

AREAS = ("home", "search", "sums", "actors", "cited", "records", "agencies", "sources", "pages", "status", "api", "writing", "ckan", "feeds", "accounts", "sso", "publish", "sending", "review",
         "membership", "api_keys", "bulk", "admin", "files")


def init_app(app: Flask) -> None:
    for area in AREAS:
        app.register_blueprint(import_module(f".{area}", __name__).blueprint)
