"""The page of the form of an axis: empty, of a draft, or of one of its steps, with what there is to mend."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from search_index.engine import SearchUnavailable

from .. import forms, safety, search, together, uploads
from ..filetypes import ENDINGS
from ..forms.fields import count_rows
from ..forms.reading import translated_into
from ..i18n import language
from ..listing import Listing
from ..models import Upload
from ..parts import here
from . import grids

_LICENCE = "CC-BY-4.0"  # what a fresh form proposes; the officer may write another


def of_draft(db: Session, upload: Upload, faults: list[forms.Fault] | None = None) -> str:
    """The form of a draft as it was saved last, on the step that has what is to be mended."""
    typed = {name: value for name, value in upload.data.items() if not name.startswith("_")}
    return of_upload(upload, typed, files=uploads.files_of(db, upload), states=safety.states(db, upload), faults=faults or [], others=together.others(db, upload, current_user.id, datetime.now(UTC)),
                 found=_found(typed), step=_step_of(upload.axis, faults or []))  # fmt: skip


def _step_of(axis: str, faults: list[forms.Fault]) -> int:
    """The step to be shown: the one that has every field that is to be mended, else the whole form."""
    steps = {forms.step_of(axis, name) for name, _words in faults} or {step_shown()}
    return steps.pop() if step_shown() and len(steps) == 1 else 0


def of_upload(upload: Upload, typed: dict[str, Any], *, faults: list[forms.Fault] | None = None, **more: Any) -> str:
    """The form of a draft with what was typed, saved or not."""
    corrected = uploads.number_of_corrected(upload)
    returned = upload.note if upload.state == "returned" else ""
    return blank(upload.axis, upload.token, typed, faults=faults, corrected=corrected, returned=returned, edition=upload.edition, **more)


def blank(axis: str, token: str, typed: dict[str, Any], *, faults: list[forms.Fault] | None = None, note: str = "", **more: Any) -> str:
    """The form. `more`: what only a draft has (templates/publish/form.html says what)."""
    by_field: dict[str, str] = {}
    for name, words in faults or []:
        by_field[name] = f"{by_field[name]}\n{words}" if name in by_field else words
    return render_template(
        "publish/form.html",
        axis=axis,
        token=token or uploads.new_token(),
        typed=typed,
        errors=faults or [],
        by_field=by_field,
        label=forms.label,
        rows=lambda group: max(1, count_rows(group, typed), _wanted(group)),
        **grids.for_form(typed, _wanted),
        other=translated_into(typed.get("language", "")),
        note_words=note,
        endings=ENDINGS,
        **{"files": [], "states": {}, "step": 0, "edition": 0, "others": [], "theirs": [], "found": None, "corrected": None, "returned": ""} | more,
    )


def _found(typed: dict[str, Any]) -> tuple[int, list[search.FoundHit]] | None:
    """The row of a link whose other record is searched for, and what was found."""
    row = _wanted("find")
    words = str(typed.get(f"relation_target_{row}", "")).strip()
    if not row or not words:
        return (row, []) if row else None
    try:
        return row, list(search.find(here(), Listing(text=words, size=8), language()).hits)
    except SearchUnavailable:
        return row, []


def _wanted(group: str) -> int:
    """How many rows of a group the address asks for."""
    text = request.args.get(group, "")
    return min(int(text), 200) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def axis_sent() -> str:
    """The axis that the address or the form names."""
    axis = (request.view_args or {}).get("axis") or request.form.get("axis", "")
    return axis if axis in ("decision", "policy", "outcome") else abort(400)


def step_shown() -> int:
    """The step of the form that is asked for or was sent; 0 for the whole form."""
    text = request.values.get("step", "")
    return int(text) if text in map(str, range(1, forms.STEPS + 1)) else 0


def with_other_steps(db: Session, upload: Upload, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed into one step, with what the other steps said before."""
    step = step_shown()
    if not step:
        return typed
    before = {name: value for name, value in upload.data.items() if not name.startswith("_")} if upload.edition else defaults(db)
    return {name: value for name, value in before.items() if forms.step_of(upload.axis, name) != step} | typed


def defaults(db: Session) -> dict[str, Any]:
    """What a fresh form proposes."""
    return {"language": language(), "license": _LICENCE, "places": uploads.agency_of(db, current_user.agency).place or ""}
