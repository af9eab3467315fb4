"""What needs somebody at the desk today, in piles, the most pressing pile first; and what their agency has begun."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import linking, members, needs, remarks, uploads, zones
from .models import Bulk, RecordRow, Upload, User
from .roles import may
from .workflow import needs_review

_MOST = 2000  # of one pile that are counted one by one


@dataclass(frozen=True)
class Need:
    """One thing that somebody has to act on. `kind`: of its pile, or of what is due (figure, target, report, end). `key`: the
    token, number or id that the act asks for. `day`: since when it waits, or when it is due. `own`: whether the record can be
    corrected here; what is collected from an agency's own site is mended there."""

    kind: str
    key: str
    title: str
    day: date | None = None
    what: str = ""
    own: bool = False


@dataclass(frozen=True)
class Pile:
    """Things of one kind that need somebody: some of them, those that wait longest first, and how many there are."""

    kind: str
    total: int
    needs: Sequence[Need]


@dataclass(frozen=True)
class Who:
    """Who is at the desk, for which agency, in what role, and when; `zone`: the time zone by which the agency counts its days."""

    user: User
    agency: str
    role: str
    now: datetime
    zone: str = "UTC"

    @property
    def today(self) -> date:
        """The day that it is for the agency."""
        return zones.day_in(self.zone, self.now)

    def day_of(self, moment: datetime) -> date:
        """The day that it was for the agency at a moment."""
        return zones.day_in(self.zone, moment)

    def may(self, action: str) -> bool:
        return may(self.role, action)


def piles(session: Session, who: Who, each: int = 4) -> list[Pile]:
    """The piles that are not empty, with the first few of each."""
    found = (pile(session, who, kind, limit=each) for kind in PILES)
    return [one for one in found if one.total]


def pile(session: Session, who: Who, kind: str, *, offset: int = 0, limit: int = 50) -> Pile:
    """One pile. Raises KeyError for an unknown kind."""
    total, some = PILES[kind](session, who, offset, limit)
    return Pile(kind, total, some)


Found = tuple[int, list[Need]]


def _part(whole: list[Need], offset: int, limit: int) -> Found:
    return len(whole), whole[offset : offset + limit]


def _overdue(session: Session, who: Who, offset: int, limit: int) -> Found:
    return _dated(session, who, offset, limit, lambda day: day < who.today)


def _due(session: Session, who: Who, offset: int, limit: int) -> Found:
    return _dated(session, who, offset, limit, lambda day: day >= who.today)


def _dated(session: Session, who: Who, offset: int, limit: int, fits: Callable[[date], bool]) -> Found:
    found = [one for one in needs.due(session, who.agency, who.today, _MOST) if fits(one.day)]
    own = _own(session, who.agency, [one.number for one in found[offset : offset + limit]])
    return len(found), [Need(one.kind, one.number, one.title, one.day, one.what, one.number in own) for one in found[offset : offset + limit]]


def _broken(session: Session, who: Who, offset: int, limit: int) -> Found:
    found = needs.broken(session, who.agency, _MOST)
    own = _own(session, who.agency, [one.number for one in found[offset : offset + limit]])
    return len(found), [Need("broken", one.number, one.title, None, one.url, one.number in own) for one in found[offset : offset + limit]]


def _own(session: Session, agency: str, numbers: Sequence[str]) -> set[str]:
    """Those of the records that the agency's officers published by hand."""
    query = select(RecordRow.number).where(RecordRow.number.in_(numbers), RecordRow.source.in_(uploads.sources_of(session, agency)))
    return set(session.scalars(query))


def _returned(session: Session, who: Who, offset: int, limit: int) -> Found:
    mine = Upload.user_id == who.user.id
    query = select(*_UPLOAD, Upload.note).where(Upload.agency == who.agency, Upload.state == "returned", mine | (Upload.submitted_by == who.user.id))
    rows = session.execute(query.order_by(Upload.changed_at, Upload.id).limit(_MOST))
    return _part([Need("returned", row.token, row.title or "", who.day_of(row.changed_at), row.note) for row in rows], offset, limit)


_UPLOAD = (Upload.token, Upload.data["title"].as_string().label("title"), Upload.changed_at)


def _review(session: Session, who: Who, offset: int, limit: int) -> Found:
    if not who.may("review"):
        return 0, []
    two = needs_review(session, who.agency)
    query = select(*_UPLOAD, Upload.editors, Upload.submitted_by, Upload.submitted_at).where(Upload.agency == who.agency, Upload.state == "submitted")
    rows = session.execute(query.order_by(Upload.submitted_at, Upload.id).limit(_MOST))
    return _part(
        [Need("review", row.token, row.title or "", who.day_of(row.submitted_at or row.changed_at)) for row in rows if not two or who.user.id not in {*row.editors, row.submitted_by}],
        offset, limit,
    )  # fmt: skip


def _tables(session: Session, who: Who, offset: int, limit: int) -> Found:
    if not who.may("review") or not needs_review(session, who.agency):
        return 0, []
    query = select(Bulk).where(Bulk.agency == who.agency, Bulk.state == "checked", Bulk.approved_by.is_(None), Bulk.user_id != who.user.id)
    rows = session.scalars(query.order_by(Bulk.changed_at, Bulk.id).limit(_MOST))
    return _part([Need("table", row.token, row.name, who.day_of(row.changed_at)) for row in rows], offset, limit)


def _remarks(session: Session, who: Who, offset: int, limit: int) -> Found:
    if not who.may("answer"):
        return 0, []
    total, found = remarks.on_shelf(session, who.agency, "waiting", offset=offset, limit=limit)
    return total, [Need("remark", str(one.id), one.text, who.day_of(one.received_at), one.kind) for one in found]


def _ready(session: Session, who: Who, offset: int, limit: int) -> Found:
    if not who.may("publish"):
        return 0, []
    query = select(*_UPLOAD).where(Upload.agency == who.agency, Upload.state == "approved", Upload.publish_at.is_(None))
    rows = session.execute(query.order_by(Upload.changed_at, Upload.id).limit(_MOST))
    return _part([Need("ready", row.token, row.title or "", who.day_of(row.changed_at)) for row in rows], offset, limit)


def _links(session: Session, who: Who, offset: int, limit: int) -> Found:
    """Links are decided on a page of their own: one line leads there."""
    total = linking.waiting_count(session, who.agency) if who.may("review") else 0
    return total, [Need("link", "", "")] if total and not offset else []


# What is late comes first, then what others wait for, then what has time.
PILES: Mapping[str, Callable[[Session, Who, int, int], Found]] = {
    "overdue": _overdue,
    "returned": _returned,
    "review": _review,
    "table": _tables,
    "remark": _remarks,
    "ready": _ready,
    "due": _due,
    "broken": _broken,
    "link": _links,
}
BEGUN = {"drafts": ("draft", "returned"), "under-way": ("submitted", "approved")}


def begun(session: Session, agency: str, shelf: str, *, offset: int = 0, limit: int = 10) -> tuple[int, list[Upload]]:
    """How many drafts an agency has, or how much is on its way to be public; and some of them: drafts that changed last first, of
    what is under way the longest unchanged first. Raises KeyError for an unknown shelf."""
    chosen = (Upload.agency == agency, Upload.state.in_(BEGUN[shelf]))
    total = session.scalar(select(func.count()).select_from(Upload).where(*chosen)) or 0
    order = (Upload.changed_at.desc(), Upload.id.desc()) if shelf == "drafts" else (Upload.changed_at, Upload.id)
    return total, list(session.scalars(select(Upload).where(*chosen).order_by(*order).offset(offset).limit(limit)))


def names(session: Session, some: Sequence[Upload]) -> dict[int, str]:
    """Who began them, by user."""
    return members.names_of(session, {one.user_id for one in some})


def portal_remarks(session: Session) -> int:
    """How many remarks wait for the portal's admins."""
    return remarks.waiting_count(session, None)

