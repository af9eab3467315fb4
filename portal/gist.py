"""What changed between two versions of a record, in whole sentences, the weightiest first."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from harvesters.record import Record
from harvesters.vocabularies import STATUSES
from harvesters.when import first_day

from .differences import Part, TextChange
from .i18n import show_money, show_number, show_when
from .outcomes import goal_words
from .tongues import language_name

_MOST_TARGETS = 8


def gist_of(old: Record, new: Record, texts: Mapping[str, TextChange], language: str) -> list[str]:
    """Sentences in the page's language. `texts`: what changed in the text ("") and in its translations, by their language."""
    a, b = old.model_dump(mode="json"), new.model_dump(mode="json")
    told = [*_names(a, b, language), *_text(texts.get("")), *_dates(a, b), *_money(a, b), *_targets(a, b), *_figures(a, b), *_rest(a, b)]
    for code, change in texts.items():
        if code and (change.parts or change.spaces):
            told.append(_("The text in %(language)s changed.", language=language_name(code, language)))
    return [str(one) for one in told]


def _names(a: dict[str, Any], b: dict[str, Any], language: str) -> Iterator[str]:
    if a["title"] != b["title"]:
        yield _("The title changed from “%(old)s” to “%(new)s”.", old=_short(a["title"]), new=_short(b["title"]))
    if a["status"] != b["status"]:
        old, new = (STATUSES.label(one["status"], language) if one["status"] else "" for one in (a, b))
        if old and new:
            yield _("The status changed from “%(old)s” to “%(new)s”.", old=old, new=new)
        elif new:
            yield _("The status is now “%(new)s”.", new=new)
        else:
            yield _("The status “%(old)s” is no longer given.", old=old)
    if a["summary"] != b["summary"]:
        yield _("The summary was changed.") if a["summary"] and b["summary"] else _("A summary was added.") if b["summary"] else _("The summary was taken away.")


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:160].rstrip()}…"


def _text(change: TextChange | None) -> Iterator[str]:
    if change is None:
        return
    if change.spaces:
        yield _("Of the text, only spaces and line ends changed.")
        return
    parts = [part for part in change.parts if part.name[0]]
    opening = [part for part in change.parts if not part.name[0]]
    kind = _kind(parts)
    counts = Counter(_what(part) for part in parts)
    for what, count in sorted(counts.items(), key=lambda pair: _ORDER.index(pair[0])):
        yield _SENTENCES[kind, what](count)
    if opening and not parts:
        yield _("The text was changed.")
    elif opening:
        yield _("What stands before the first heading was changed.")
    if change.moves:
        yield ngettext("%(num)s passage was moved to another place.", "%(num)s passages were moved to another place.", change.moves)
    if change.came or change.went:
        yield _("In all, %(came)s words came and %(went)s words went.", came=show_number(change.came), went=show_number(change.went))


_ORDER = ("changed", "added", "removed", "moved", "renumbered")


def _what(part: Part) -> str:
    if part.state in ("added", "removed", "changed"):
        return part.state
    return "moved" if part.moved else "renumbered"


def _kind(parts: Sequence[Part]) -> str:
    kinds = {part.kind for part in parts}
    return "article" if kinds == {"art"} else "section"


_SENTENCES: dict[tuple[str, str], Callable[[int], str]] = {
    ("article", "changed"): lambda count: ngettext("%(num)s article was changed.", "%(num)s articles were changed.", count),
    ("article", "added"): lambda count: ngettext("%(num)s article was added.", "%(num)s articles were added.", count),
    ("article", "removed"): lambda count: ngettext("%(num)s article was taken out.", "%(num)s articles were taken out.", count),
    ("article", "moved"): lambda count: ngettext("%(num)s article was moved.", "%(num)s articles were moved.", count),
    ("article", "renumbered"): lambda count: ngettext("%(num)s article got another number.", "%(num)s articles got other numbers.", count),
    ("section", "changed"): lambda count: ngettext("%(num)s section was changed.", "%(num)s sections were changed.", count),
    ("section", "added"): lambda count: ngettext("%(num)s section was added.", "%(num)s sections were added.", count),
    ("section", "removed"): lambda count: ngettext("%(num)s section was taken out.", "%(num)s sections were taken out.", count),
    ("section", "moved"): lambda count: ngettext("%(num)s section was moved.", "%(num)s sections were moved.", count),
    ("section", "renumbered"): lambda count: ngettext("%(num)s section got another number.", "%(num)s sections got other numbers.", count),
}


def _dates(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    for name in ("issued", "valid_from", "valid_until", "due"):
        if name in a and a[name] != b[name]:
            yield _date(name, a[name], b[name])
    for name in ("opens", "closes"):
        old, new = ((one.get("consultation") or {}).get(name) for one in (a, b))
        if old != new:
            yield _date(name, old, new)


def _date(name: str, old: str | None, new: str | None) -> str:
    days = {"old": show_when(old).striptags(), "new": show_when(new).striptags()}
    if old and new:
        later = first_day(new) > first_day(old)
        sentences = {
            "issued": _("The date of issue changed from %(old)s to %(new)s.", **days),
            "valid_from": _("Its beginning was put off from %(old)s to %(new)s.", **days) if later else _("Its beginning was brought forward from %(old)s to %(new)s.", **days),
            "valid_until": _("Its end was put off from %(old)s to %(new)s.", **days) if later else _("Its end was brought forward from %(old)s to %(new)s.", **days),
            "due": _("The next figure is due on %(new)s instead of %(old)s.", **days),
            "opens": _("The consultation opens on %(new)s instead of %(old)s.", **days),
            "closes": _("The consultation closes later: on %(new)s instead of %(old)s.", **days) if later else _("The consultation closes earlier: on %(new)s instead of %(old)s.", **days),
        }
    elif new:
        sentences = {
            "issued": _("The date of issue is now given: %(new)s.", **days),
            "valid_from": _("It is now said from when it is in force: %(new)s.", **days),
            "valid_until": _("It is now said until when it is in force: %(new)s.", **days),
            "due": _("The next figure is now due on %(new)s.", **days),
            "opens": _("The consultation now has a day on which it opens: %(new)s.", **days),
            "closes": _("The consultation now has a day on which it closes: %(new)s.", **days),
        }
    else:
        sentences = {
            "issued": _("The date of issue, %(old)s, is no longer given.", **days),
            "valid_from": _("From when it is in force (%(old)s) is no longer said.", **days),
            "valid_until": _("Until when it is in force (%(old)s) is no longer said.", **days),
            "due": _("It is no longer said that a figure is due on %(old)s.", **days),
            "opens": _("It is no longer said that the consultation opens on %(old)s.", **days),
            "closes": _("It is no longer said that the consultation closes on %(old)s.", **days),
        }
    return str(sentences[name])


def _money(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    old, new = a.get("amount"), b.get("amount")
    if old == new:
        return
    sums = [show_money(Decimal(one["value"]), one["currency"]) if one else "" for one in (old, new)]
    words = {"old": sums[0], "new": sums[1]}
    if not old:
        yield _("The amount is now given: %(new)s.", **words)
    elif not new:
        yield _("The amount of %(old)s is no longer given.", **words)
    elif old["currency"] != new["currency"]:
        yield _("The amount changed from %(old)s to %(new)s.", **words)
    elif Decimal(new["value"]) > Decimal(old["value"]):
        yield _("The amount was raised from %(old)s to %(new)s.", **words)
    else:
        yield _("The amount was lowered from %(old)s to %(new)s.", **words)


def _targets(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    old, new = ({one["indicator"]: one for one in data.get("targets") or ()} for data in (a, b))
    told = [sentence for name, one in new.items() if name in old for sentence in _target(old[name], one)]
    told += [_("A target was added: “%(name)s”.", name=_short(name)) for name in new if name not in old]
    told += [_("A target was given up: “%(name)s”.", name=_short(name)) for name in old if name not in new]
    yield from told[:_MOST_TARGETS]
    if left := len(told[_MOST_TARGETS:]):
        yield ngettext("%(num)s further change was made to the targets.", "%(num)s further changes were made to the targets.", left)


def _target(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    name = _short(new["indicator"])
    if any(old.get(part) != new.get(part) for part in ("value", "value_to", "bound", "unit")):
        values = {which: f"{words} {one['unit']}".strip() if (words := goal_words(one)) else "" for which, one in (("old", old), ("new", new))}
        ranged = any(one.get(part) is not None for one in (old, new) for part in ("value_to", "bound"))
        if ranged or old["value"] is None or new["value"] is None or old["unit"] != new["unit"]:
            yield _("The target “%(name)s” changed from “%(old)s” to “%(new)s”.", name=name, **values)
        elif Decimal(new["value"]) > Decimal(old["value"]):
            yield _("The target “%(name)s” was raised from %(old)s to %(new)s.", name=name, **values)
        else:
            yield _("The target “%(name)s” was lowered from %(old)s to %(new)s.", name=name, **values)
    if old["due"] != new["due"]:
        days = {"old": show_when(old["due"]).striptags(), "new": show_when(new["due"]).striptags()}
        if old["due"] and new["due"]:
            later = first_day(new["due"]) > first_day(old["due"])
            yield (_("The target “%(name)s” was put off from %(old)s to %(new)s.", name=name, **days) if later
                   else _("The target “%(name)s” was brought forward from %(old)s to %(new)s.", name=name, **days))  # fmt: skip
        elif new["due"]:
            yield _("The target “%(name)s” is now due by %(new)s.", name=name, **days)
        else:
            yield _("The target “%(name)s” is no longer due by %(old)s.", name=name, **days)
    if old["baseline"] != new["baseline"]:
        yield _("The baseline of the target “%(name)s” changed.", name=name)
    if old["responsible"] != new["responsible"]:
        yield _("Who is responsible for the target “%(name)s” changed.", name=name)
    if old["text"] != new["text"]:
        yield _("The words of the target “%(name)s” changed.", name=name)


def _figures(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    old, new = ({(one["period"], one["place"]): one for one in data.get("observations") or ()} for data in (a, b))
    if added := len(new.keys() - old.keys()):
        yield ngettext("%(num)s figure was added.", "%(num)s figures were added.", added)
    if revised := sum(1 for key, one in new.items() if key in old and old[key] != one):
        yield ngettext("%(num)s figure that was known before was changed.", "%(num)s figures that were known before were changed.", revised)
    if gone := len(old.keys() - new.keys()):
        yield ngettext("%(num)s figure is gone.", "%(num)s figures are gone.", gone)


def _rest(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    old, new = ({one["url"]: one for one in data["files"]} for data in (a, b))
    if added := len(new.keys() - old.keys()):
        yield ngettext("%(num)s file was added.", "%(num)s files were added.", added)
    if gone := len(old.keys() - new.keys()):
        yield ngettext("%(num)s file was taken away.", "%(num)s files were taken away.", gone)
    if any(_said(old[url]) != _said(new[url]) for url in new.keys() & old.keys()):
        yield _("A file was replaced, or is described otherwise.")
    if a["relations"] != b["relations"]:
        yield _("What it is linked to was changed.")
    sentences = {
        "type": _("It counts as another type of record."),
        "decided_by": _("Who decided was changed."),
        "decision_makers": _("The names of those who decided were changed."),
        "votes": _("The vote is told otherwise."),
        "counterparty": _("The supplier or payee was changed."),
        "legal_basis": _("The legal basis was changed."),
        "rationale": _("The reasons were changed."),
        "objectives": _("The objectives were changed."),
        "indicator": _("The indicator was changed."),
        "unit": _("The unit was changed."),
        "frequency": _("How often it is measured was changed."),
        "method": _("How it is measured is told otherwise."),
        "publisher": _("The publisher is named otherwise."),
        "license": _("The licence was changed."),
    }
    for name, sentence in sentences.items():
        if a.get(name) != b.get(name):
            yield sentence
    if any(a[name] != b[name] for name in ("subjects", "keywords", "places", "other_identifiers", "landing_page", "language")):
        yield _("How it is catalogued (subjects, keywords, places, numbers, links) was changed.")
    if any((a["translations"].get(code) or {}).get(name) != (b["translations"].get(code) or {}).get(name)
           for code in {**a["translations"], **b["translations"]} for name in ("title", "summary")):  # fmt: skip
        yield _("Title or summary in another language was changed.")


def _said(file: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(file[name] for name in ("title", "description", "media_type", "size", "language", "sha256"))
