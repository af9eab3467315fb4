"""A provider of OpenID Connect on loopback, a process of its own: `python -m tests.oidc_provider`. It prints its address.

Who asks is let in at once as the person that /control names; /control also tells it to misbehave.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

CLIENT, SECRET = "clerestory", "a secret of the client"
app = Flask(__name__)
keys = {"first": jwk.RSAKey.generate_key(2048, parameters={"kid": "first"})}
codes: dict[str, dict[str, str]] = {}
mood: dict[str, Any] = {}
PERSON = {"sub": "u-17", "email": "lan@hanoi.example", "email_verified": True, "name": "Lan"}


@app.get("/.well-known/openid-configuration")
def about() -> Response:
    if mood.get("down"):
        return Response("no", status=503)
    here = request.host_url.rstrip("/")
    return jsonify(
        issuer=mood.get("issuer", here), authorization_endpoint=f"{here}/authorize", token_endpoint=f"{here}/token", jwks_uri=f"{here}/keys",
        response_types_supported=["code"], id_token_signing_alg_values_supported=mood.get("algorithms", ["RS256"]),
        code_challenge_methods_supported=["S256"],
    )  # fmt: skip


@app.get("/keys")
def public() -> Response:
    return jsonify(keys=[key.as_dict(private=False) for key in keys.values()])


@app.get("/authorize")
def authorize() -> Response:
    asked = request.args
    assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
    if mood.get("refuse"):
        return redirect(f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}")
    code = secrets.token_urlsafe()
    codes[code] = dict(asked)
    return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': mood.get('state', asked['state'])})}")


@app.post("/token")
def token() -> Any:
    if mood.get("slow"):
        time.sleep(mood["slow"])
    asked, sent = codes.pop(request.form["code"], None), request.form
    given = request.authorization
    proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
    if asked is None or not given or (given.username, given.password) != (CLIENT, SECRET):
        return {"error": "invalid_client"}, 401
    if proof != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
        return {"error": "invalid_grant"}, 400
    now = int(time.time())
    claims = {"iss": request.host_url.rstrip("/"), "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"], **PERSON, **mood.get("claims", {})}
    answer = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": 60}
    return answer | ({} if mood.get("no_id_token") else {"id_token": sign({name: value for name, value in claims.items() if value is not None})})


def sign(claims: dict[str, Any]) -> str:
    how = mood.get("sign", "first")
    if how == "none":
        return f"{_part({'alg': 'none'})}.{_part(claims)}."
    if how == "public":  # the public key taken for a shared secret
        words = f"{_part({'alg': 'HS256', 'kid': next(iter(keys))})}.{_part(claims)}"
        seal = hmac.digest(next(iter(keys.values())).as_pem(private=False), words.encode(), "sha256")
        return f"{words}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"
    if how == "stranger":
        return jwt.encode({"alg": "RS256", "kid": next(iter(keys))}, claims, jwk.RSAKey.generate_key(2048))
    if how == "rotated":
        keys.clear()
        keys["second"] = jwk.RSAKey.generate_key(2048, parameters={"kid": "second"})
    return jwt.encode({"alg": "RS256", "kid": next(iter(keys))}, claims, next(iter(keys.values())))


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@app.post("/control")
def control() -> str:
    mood.clear()
    mood.update(request.get_json())
    return "ok"


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
