"""What a form cannot say of a record stays, also where something beside it was changed in the form: how a source worded one
person's vote stays when another one's is mended."""

import json
from typing import Any


def kept(now: Any, said: Any, whole: Any) -> Any:
    """What the form says `now`, with what it could not say of it. `said`: what the form said before anything was changed
    in it; `whole`: what the record says. All three are JSON data of the same field."""
    if now == said:
        return whole
    if isinstance(now, dict) and isinstance(said, dict) and isinstance(whole, dict):
        return _kept_parts(now, said, whole)
    if isinstance(now, list) and isinstance(said, list) and isinstance(whole, list) and len(said) == len(whole):
        return _kept_rows(now, said, whole)
    return now


def _kept_parts(now: dict[str, Any], said: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    found = {name: kept(now.get(name), said.get(name), whole.get(name)) for name in now | whole}
    if now.get("choice") != said.get("choice"):
        found.pop("said", None)  # it worded another vote
    return {name: value for name, value in found.items() if value is not None}


def _kept_rows(now: list[Any], said: list[Any], whole: list[Any]) -> list[Any]:
    """Rows that are as they were, wherever they stand now; of the others those that have the name of one that was."""
    places: dict[str, list[int]] = {}
    for at, row in enumerate(said):
        places.setdefault(_words_of(row), []).append(at)
    taken = [free.pop(0) if (free := places.get(_words_of(row))) else None for row in now]
    names: dict[str, list[int]] = {}
    for left in sorted(set(range(len(said))) - set(taken)):
        names.setdefault(_name_of(said[left]), []).append(left)
    found = []
    for row, place in zip(now, taken, strict=True):
        if place is None and _name_of(row) and (alike := names.get(_name_of(row))):
            place = alike.pop(0)
        found.append(row if place is None else kept(row, said[place], whole[place]))
    return found


def _words_of(row: Any) -> str:
    return json.dumps(row, sort_keys=True)


def _name_of(row: Any) -> str:
    """What tells a row from the others of its list: who voted or was paid, what is to be reached."""
    return str(row.get("name") or row.get("indicator") or row.get("url") or "") if isinstance(row, dict) else ""
