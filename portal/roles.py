"""Roles: what a member of an agency may do there. The matrix in tests/portal/test_roles.py asks every route."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

# What there is to do, each with the roles that may do it.
MAY: Mapping[str, frozenset[str]] = {
    "write": frozenset({"author", "reviewer", "publisher", "admin"}),
    "review": frozenset({"reviewer", "publisher", "admin"}),
    "answer": frozenset({"reviewer", "publisher", "admin"}),
    "publish": frozenset({"publisher", "admin"}),
    "manage": frozenset({"admin"}),
}
ROLES: Mapping[str, LazyString] = {
    "author": lazy_gettext("Author: writes and hands in"),
    "reviewer": lazy_gettext("Reviewer: also approves or returns"),
    "publisher": lazy_gettext("Publisher: also publishes, corrects and takes back"),
    "admin": lazy_gettext("Agency admin: also looks after members and rules"),
}


def may(role: str, action: str) -> bool:
    """Whether a role may do something: write, review, answer, publish, manage. Raises KeyError for an unknown action."""
    return role in MAY[action]
