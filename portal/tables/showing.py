"""How a view of a table is shown on a page: its cells, its head, its filters in words, its groups with their drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol
from flask_babel import get_locale
from flask_babel import gettext as _

from harvesters.tables.columns import is_missing

from .. import i18n
from ..listing import Fault
from ..outcomes import compact_writer
from ..typed import without_control
from . import drawing
from .answers import Answers, Group, Row
from .asking import About, Described, View

GROUPS = 50  # on one page
_ROOM = 42_000  # bytes of cells on one page
CUTS_OF_A_ROW = (60_000, 20_000, 5_000, 1_500, 600, 300, 150, 80, 40, 20)
_CUTS = (400, 200, 100, 60, 36, 20)


def head_of(view: View, one: Described) -> tuple[Described, str, str]:
    """A column with how it is sorted (ascending, descending, none), and the address that sorts by it or turns it round."""
    state = {one.key: "ascending", f"-{one.key}": "descending"}.get(view.sort, "none")
    # Who sorts by an amount wants the largest first.
    following = {"ascending": f"-{one.key}", "descending": one.key}.get(state, f"-{one.key}" if one.column.is_number and not one.is_year else one.key)
    return one, state, view.changed(sort=following).query()


@dataclass(frozen=True)
class ShownCell:
    """A cell on a page: its text, cut where it is long; whether it is a number, and whether it fits its column."""

    text: str
    number: bool
    odd: bool


def shown_rows(rows: Sequence[Row], columns: Sequence[Described]) -> list[tuple[int, list[ShownCell]]]:
    """Rows by their numbers. The longer the cells are, the more they are cut: the page stays light."""
    texts = [[without_control(cell or "") for cell in row.cells] for row in rows]
    most = length_for([text for some in texts for text in some], _CUTS)
    return [
        (
            row.at,
            [
                ShownCell(cut(text, most), one.column.is_number, _is_odd(one, text, value))
                for text, value, one in zip(some, row.values, columns, strict=True)
            ],
        )
        for row, some in zip(rows, texts, strict=True)
    ]


def _is_odd(one: Described, text: str, value: Any) -> bool:
    """Whether a cell does not fit its column; signs that say that there is no value do."""
    return bool(text) and value is None and one.column.kind not in ("text", "empty") and not is_missing(text)


def length_for(texts: Sequence[str], lengths: Sequence[int]) -> int:
    """How long texts may be so that all of them have room on one page: one of `lengths`, which go down."""
    return next((most for most in lengths if sum(len(cut(text, most).encode()) for text in texts) < _ROOM), lengths[-1])


def shortened(text: str) -> str:
    """A name or an example that pages can show in a line."""
    return cut(without_control(" ".join(text.split())), 60)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def grouped(table: Answers, view: View, faults: list[Fault]) -> dict[str, Any]:
    """Groups added up, drawn and in words."""
    one = table.about.by_key(view.group)
    assert one is not None
    over_time = one.column.kind == "date" or one.is_year
    # Of time all is drawn, whatever page is shown.
    everything, total = table.groups(view, drawing.MOST_POINTS) if over_time else ([], 0)
    if over_time and total <= len(everything):
        groups = everything[(view.page - 1) * GROUPS : view.page * GROUPS]
    else:
        groups, total = table.groups(view, GROUPS, (view.page - 1) * GROUPS)
    last = max(1, -(-total // GROUPS))
    if view.page > last:
        faults.append(Fault("page", str(view.page), _("is behind the last page, which is %(last)s", last=last)))
        view = view.changed(page=1)
        groups, total = table.groups(view, GROUPS)
    by = view.by or ("sum" if view.sum else "count")
    measured = table.about.by_key(view.sum) if view.sum else None
    named = [(_group_name(one, group), group) for group in groups]
    step = view.per or (table.step(one) if one.column.kind == "date" else "year")
    if view.chart == "line" and not over_time:
        faults.append(Fault("chart", "line", _("wants a column of dates or years; bars are shown instead")))
    drawn: tuple[Any, ...] = ()
    way, words = "bars", ""
    if over_time and view.chart in ("", "line"):
        way, drawn, words = "line", *_line(table, view, one, by, step, everything if total <= len(everything) else [])
    if not drawn and view.chart != "none":
        way, drawn, words = "bars", drawing.bars(named, by, exact), _chart_words(named, by, total, "bars")
    return {
        "groups": [(name, group, _group_address(view, one, group)) for name, group in named], "group": one, "by": by, "step": step, "over_time": over_time,
        "total_groups": total, "last_page": last, "drawn": drawn, "chart_way": way if drawn else "", "chart_title": _measure_title(measured, by, one), "sums": table.sums(view),
        "chart_words": words, "page_here": view.page,
    }  # fmt: skip


def _line(table: Answers, view: View, one: Described, by: str, step: str, groups: list[Group]) -> tuple[tuple[Any, ...], str]:
    """The groups over time as a line, and what it shows in words. Where there are more of them than a line can show, by months or years."""
    finer, total = step, 0
    while not groups:
        groups, total = table.groups(view.changed(per=finer), drawing.MOST_POINTS)
        if total > len(groups) and finer != "year":
            finer, groups = {"day": "month", "month": "year"}[finer], []
        elif not groups:
            return (), ""
    drawn = drawing.line(groups, by, "", exact, _ticks(groups, by), finer)
    words = _chart_words([(_group_name(one, group), group) for group in groups], by, total, "line")
    if finer != step:
        words += " " + (_("Drawn by month, since there are so many days.") if finer == "month" else _("Drawn by year, since there are so many months."))
    return drawn, words


def _ticks(groups: Sequence[Group], by: str) -> Any:
    large = any(abs(value) >= 100_000 for group in groups if (value := drawing.measure(group.sums, by)) is not None)
    return compact_writer(get_locale(), words=False) if large else i18n.show_number


def _group_name(one: Described, group: Group) -> str:
    if group.label is not None:
        return cut(without_control(" ".join(group.label.split())), 120)
    return str(_("(empty)") if one.column.kind == "text" else _("(empty or does not fit)"))


def _group_address(view: View, one: Described, group: Group) -> str:
    """The rows of a group."""
    rows = view.changed(group="", per="", sum="", by="", chart="")
    if group.label is not None:
        return rows.with_filter(one.key, "is", group.label).query() if len(group.label) <= 400 else ""
    return rows.with_filter(one.key, "empty", "1").query() if one.column.kind in ("text", "empty") or (not one.column.misfits and not one.column.missing) else ""


def _measure_title(measured: Described | None, by: str, one: Described) -> str:
    names = {"column": cut(measured.name, 60) if measured else "", "group": cut(one.name, 60)}
    titles = {
        "count": _("Rows by %(group)s", **names),
        "sum": _("Sum of %(column)s by %(group)s", **names),
        "mean": _("Mean of %(column)s by %(group)s", **names),
        "least": _("Least %(column)s by %(group)s", **names),
        "greatest": _("Greatest %(column)s by %(group)s", **names),
    }
    return str(titles[by])


def _chart_words(named: Sequence[tuple[str, Group]], by: str, total: int, way: str) -> str:
    """What a chart shows, in words: its greatest and its least."""
    figures = [(name, value) for name, group in named if (value := drawing.measure(group.sums, by)) is not None]
    if not figures:
        return ""
    most, least = max(figures, key=lambda pair: pair[1]), min(figures, key=lambda pair: pair[1])
    said = {"most": most[0], "most_figure": exact(most[1]), "least": least[0], "least_figure": exact(least[1])}
    if way == "line" or total <= drawing.MOST_BARS:
        return str(_("Most: %(most)s, %(most_figure)s. Least: %(least)s, %(least_figure)s.", **said))
    drawn = min(drawing.MOST_BARS, len(figures))
    return " ".join((
        _("Most: %(most)s, %(most_figure)s.", **said),
        _("%(shown)s of %(total)s are drawn; the table below has more.", shown=drawn, total=i18n.show_number(total)),
    ))  # fmt: skip


def exact(value: Decimal | None) -> str:
    """A number with all its digits and the locale's marks."""
    if value is None:
        return ""
    whole, _point, part = f"{abs(value):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", get_group_symbol(get_locale()))
    return ("−" if value < 0 else "") + grouped + (get_decimal_symbol(get_locale()) + part if part else "")


def chip(about: About, key: str, way: str, value: str) -> str:
    """A filter in words."""
    one = about.by_key(key)
    said = {"column": cut(one.name if one else key, 60), "value": cut(value, 60)}
    if way in ("empty", "odd"):
        yes = value == "1"
        if way == "empty":
            return str(_("%(column)s is empty", **said) if yes else _("%(column)s is not empty", **said))
        return str(_("%(column)s does not fit its type", **said) if yes else _("%(column)s fits its type", **said))
    sentences = {
        "is": _("%(column)s is “%(value)s”", **said),
        "not": _("%(column)s is not “%(value)s”", **said),
        "contains": _("%(column)s contains “%(value)s”", **said),
        "from": _("%(column)s from %(value)s", **said),
        "to": _("%(column)s up to %(value)s", **said),
    }
    return str(sentences[way])
