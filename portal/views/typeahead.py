"""Words for fields of the form while somebody types: large vocabularies, and what their agency wrote before."""

from typing import get_args

from flask import abort, request
from flask_login import current_user

from .. import catalogue, spellings
from ..catalogue import Written
from ..i18n import language
from ..look import kept
from ..parts import here
from .grids import units
from .guard import Answer
from .publish import blueprint

_MOST = 8
_LONGEST = 120  # letters that are read


@blueprint.get("/suggestions/<kind>")
def suggestions(kind: str) -> Answer:
    """What may be meant by what is typed so far: {"suggestions": [{"words": "Hà Nội", "about": "VN-HN"}, …]}, the likeliest first."""
    typed = " ".join(request.args.get("q", "").split())[:_LONGEST]
    if kind in get_args(spellings.Kind):
        found = spellings.beginning(kind, typed, language())  # type: ignore[arg-type]
    elif kind in get_args(Written):
        found = [(words, "") for words in _written(kind, typed)]  # type: ignore[arg-type]
    else:
        abort(404)
    return {"suggestions": [{"words": words, "about": about} for words, about in found]}


def _written(kind: Written, typed: str) -> list[str]:
    """What the agency wrote before, and what is often written, where a word of it begins so."""
    with here().database.read() as db:
        known = catalogue.written_by(db, current_user.agency, kind)
        if kind == "bodies":
            # Counting every agency's records for each letter would take long where there are many.
            known += kept().get(("names of agencies", language()), lambda: [card.name(language()) for card in catalogue.agencies(db)], quick=0.005)
    known += units() if kind == "units" else []
    asked = spellings.folded(typed)
    fits = [words for words in dict.fromkeys(known) if any(spellings.folded(words[at:]).startswith(asked) for at in _beginnings(words))]
    return fits[:_MOST]


def _beginnings(words: str) -> list[int]:
    return [0, *(at + 1 for at, letter in enumerate(words) if letter in " (-/")]
