"""Barriers: pages that stand between a harvester and data, answered with 200 as if they were the data.

Only what such pages are known by is looked for, in HTML: an ordinary page that a kind asked for passes.
"""

import re
from urllib.parse import urlsplit

_LOOKED_AT = 64 * 1024
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_BLOCKING_TITLE = re.compile(
    r"just a moment|attention required|access (to this page has been )?denied|request rejected|forbidden|"
    r"pardon our interruption|are you (a )?(robot|human)|security check|ddos|human verification|robot check|"
    r"verify(ing)? (that )?you are (a )?human|you have been blocked|bot (verification|protection)|captcha|"
    r"client challenge|web ?page blocked|unusual traffic|too many requests|rate limit",
    re.IGNORECASE,
)
_BLOCKING_MARKS = (
    "/cdn-cgi/challenge-platform", "cf-challenge", "cf-error-details", "_incapsula_resource", "captcha-delivery.com",
    "px-captcha", "the requested url was rejected. please consult", "awswafcookie", "aws-waf-token", "ddos-guard",
    "distil_identification", "_sec_cpt", "sucuri website firewall", "errors.edgesuite.net",
)  # fmt: skip
_LOGIN_TITLE = re.compile(
    r"^\W*(log ?[io]n|log in|sign[ -]?in|single sign[ -]?on|anmeld(en|ung)|einloggen|connexion|se connecter|"
    r"iniciar sesi[oó]n|acceder|entrar|accedi|inloggen|đăng nhập|σύνδεση|είσοδος|logowanie|zaloguj)\b",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(r"/(log-?in|log-?on|sign-?in|sso|saml2?|oauth2?|adfs|auth(enticate)?)(/|\.|$)", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
_MAINTENANCE_TITLE = re.compile(
    r"(under|scheduled|down for|in) maintenance|maintenance (mode|page|work)|temporarily (unavailable|down|offline)|"
    r"service unavailable|wartung(sarbeiten|smodus)|en maintenance|en mantenimiento|em manutenção|bảo trì|υπό συντήρηση",
    re.IGNORECASE,
)


def is_html(beginning: bytes) -> bool:
    """Whether bytes begin like a page for people, whatever their type says."""
    text = beginning[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    text = re.sub(rb"^(<\?xml[^>]*\?>|<!--.*?-->|\s)+", b"", text, flags=re.DOTALL)
    return text.startswith((b"<!doctype html", b"<html", b"<head"))


def barrier(beginning: bytes, asked: str, answered: str) -> str | None:
    """What kind of barrier a page is ("blocked", "login", "maintenance"; None for an ordinary one), by the
    first of its bytes, the address asked and the one that answered."""
    if not is_html(beginning):
        return None
    page = beginning[:_LOOKED_AT].decode("utf-8", "replace")
    found = _TITLE.search(page)
    title = " ".join(found[1].split()) if found else ""
    folded = page.casefold()
    if _BLOCKING_TITLE.search(title) or any(mark in folded for mark in _BLOCKING_MARKS):
        return "blocked"
    if _LOGIN_TITLE.search(title) or (_was_led_to_login(asked, answered) and _PASSWORD.search(page)):
        return "login"
    if _MAINTENANCE_TITLE.search(title):
        return "maintenance"
    return None


def _was_led_to_login(asked: str, answered: str) -> bool:
    return asked != answered and bool(_LOGIN_PATH.search(urlsplit(answered).path))
