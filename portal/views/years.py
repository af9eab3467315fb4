"""The years that an address chooses for a chart (from=2015&to=2020)."""

from flask import request
from flask_babel import gettext as _

from ..errors import BadParameter
from ..yearspan import Years


def asked_years() -> Years:
    """The range of years that the address names. Raises BadParameter for what is no year, and for an end before the beginning."""
    since, until = _year("from"), _year("to")
    if since is not None and until is not None and since > until:
        raise BadParameter("to", str(until), _("write a year from %(year)s on, or leave it empty", year=str(since)))
    return Years(since, until)


def _year(name: str) -> int | None:
    typed = request.args.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and int(typed)):
        raise BadParameter(name, typed[:40], _("write a year of four figures, such as 2020, or leave it empty"))
    return int(typed)
