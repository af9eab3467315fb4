"""The portal: the only place where harvesters and search_index meet."""

from datetime import timedelta

from flask import Flask
from whitenoise import WhiteNoise

from . import compression, errors, i18n, look, options, readers, security, views
from .parts import Portal
from .settings import Settings

MEGABYTE = 1_000_000


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application, assembled in the order in which things happen.

    Without `settings` they are read from the environment. Needs a data folder made by `clerestory init`.
    """
    settings = settings or Settings.from_environment()
    portal = Portal(settings)
    app = Flask(__name__)
    app.extensions["clerestory"] = portal
    app.extensions["clerestory.readers"] = readers.Tally(portal.database, settings.key())
    app.config.update(
        SECRET_KEY=settings.key(),
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=60 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=5 * MEGABYTE,
        SESSION_COOKIE_NAME="clerestory",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = security.Count
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    compression.init_app(app)
    security.init_app(app)
    i18n.init_app(app)
    look.init_app(app)
    options.init_app(app)
    errors.init_app(app)
    views.init_app(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=app.static_folder, prefix="static/", max_age=31536000, index_file=False, add_headers_function=security.add_headers_of_static_files
    )
    return app
