"""A blueprint per area: HTTP in, template out, no SQL."""

from importlib import import_module

from flask import Flask

# `texts`, `versions`, `comparing` and `drawings` add their addresses to the blueprint of `records`,
# `lostforms`, `desk`, `drafting`, `golive`, `mending`, `published`, `previewing` and `typeahead` to that of `publish`.
AREAS = (
    "home", "search", "sums", "actors", "cited", "records", "asking", "answers", "texts", "versions", "comparing", "drawings", "matter", "completeness", "relations", "agencies", "sources",
    "pages", "status", "api", "writing", "ckan", "feeds", "accounts", "sso", "publish", "lostforms", "desk", "drafting",
    "golive", "mending", "published", "previewing", "typeahead", "sending", "review", "membership", "api_keys", "bulk", "admin", "links", "remarks", "files", "tables", "clock", "vintages", "compare",
)  # fmt: skip


def init_app(app: Flask) -> None:
    for blueprint in dict.fromkeys(import_module(f".{area}", __name__).blueprint for area in AREAS):
        app.register_blueprint(blueprint)
