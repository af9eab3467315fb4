"""Single sign-on by OpenID Connect: the code flow with PKCE, as Authlib does it."""

from datetime import UTC, datetime
from typing import Any

import requests
from flask import Blueprint, abort, current_app, request, session
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from .. import accounts, errors
from ..i18n import root
from ..look import base_url
from ..parts import here
from .accounts import following, go_in
from .guard import Answer

blueprint = Blueprint("sso", __name__, url_prefix="/sign-in/oidc")

_PATIENCE = 10  # seconds with each request to the provider
# What a signature may be made with: only what a public key proves.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_NEXT = "sso_next"


class NotVouched(Exception):
    """The provider did not say who somebody is, or not in a way that can be trusted."""


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    settings = state.app.extensions["clerestory"].settings
    state.app.jinja_env.globals["single_sign_on"] = (settings.oidc_name or settings.oidc_issuer) if settings.oidc_issuer else ""
    if not settings.oidc_issuer:
        return
    from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]

    state.app.extensions["clerestory.oidc"] = OAuth(state.app).register(
        "oidc",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": _PATIENCE},
    )


def _client() -> Any:
    """The provider, as it describes itself. Raises NotVouched where that is not the one that was set."""
    client = current_app.extensions.get("clerestory.oidc") or abort(404)
    about = client.load_server_metadata()
    if str(about.get("issuer", "")).rstrip("/") != here().settings.oidc_issuer.rstrip("/"):
        raise NotVouched(f"the provider calls itself {about.get('issuer')!r}")
    offered = about.get("id_token_signing_alg_values_supported") or ["RS256"]
    about["id_token_signing_alg_values_supported"] = [name for name in offered if name in _ALGORITHMS]
    return client


@blueprint.get("/")
def start() -> Answer:
    """To the provider."""
    session[_NEXT] = following()
    try:
        answer: Answer = _client().authorize_redirect(f"{base_url()}{root()}/sign-in/oidc/back")
        return answer
    except (requests.RequestException, NotVouched, ValueError, RuntimeError) as error:
        return _away(error)


@blueprint.get("/back")
def back() -> Answer:
    """Back from the provider, who says who somebody is."""
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from joserfc.errors import JoseError

    if request.args.get("error"):
        return errors.page(403, _("The provider did not let you in"), _("It says: %(words)s", words=request.args["error"][:100]))
    try:
        claims = _client().authorize_access_token(leeway=60).get("userinfo")
        if not claims or not claims.get("sub"):
            raise NotVouched("the answer has no identity token")
    except requests.RequestException as error:
        return _away(error)
    except (AuthlibBaseError, JoseError, NotVouched, ValueError, RuntimeError, KeyError, TypeError) as error:
        current_app.logger.warning("single sign-on: %s", error)
        return errors.page(403, _("This sign-in cannot be trusted"), _("It was begun elsewhere, took too long, or the provider’s answer does not fit. Begin anew."))
    now = datetime.now(UTC)
    with here().database.write() as db:
        email = str(claims.get("email") or "")
        user = accounts.by_subject(db, str(claims["iss"]), str(claims["sub"]), email, claims.get("email_verified") is True, now)
    if user is None:
        detail = _("The provider knows you, but no account here belongs to you. Ask an admin of your agency to invite you, at the address that the provider has verified.")
        return errors.page(403, _("You have no account here"), detail)
    return go_in(user, session.pop(_NEXT, None), now)


def _away(error: Exception) -> Answer:
    current_app.logger.warning("single sign-on: %s", error)
    return errors.page(502, _("Single sign-on does not answer"), _("Try again in a few minutes, or sign in with your password."))
