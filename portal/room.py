"""Room: how many bytes of files an agency has sent, and how many it may."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .db import wait_for_turn
from .filestore import Kept
from .filetypes import Refused
from .models import Holding


def used(session: Session, agency: str) -> int:
    """The bytes that an agency's files take. The same content counts once."""
    return int(session.scalar(select(func.coalesce(func.sum(Holding.size), 0)).where(Holding.agency == agency)) or 0)


def line_up(session: Session, agency: str, files: Sequence[Kept]) -> None:
    """Wait until nobody else counts any of these files: all at once, so that two who send the same files in another order do
    not wait for each other for ever."""
    if files:
        wait_for_turn(session, *(f"file {file.sha256}" for file in files))
        wait_for_turn(session, f"room {agency}")


def admit(session: Session, agency: str, file: Kept, most: int, now: datetime) -> None:
    """Count a file that was sent as the agency's. Raises Refused where it has no room left (`most`: bytes)."""
    line_up(session, agency, [file])  # its rows are made once, whoever else sends the same content now
    if held := session.get(Holding, (agency, file.sha256)):
        held.name = file.name
        return
    taken = used(session, agency)
    if taken + file.size > most:
        raise Refused(
            _("“%(name)s” finds no room: the files of your agency take %(used)s MB of %(most)s MB. Delete drafts you do not need, or ask the operator for more room",
              name=file.name, used=taken // 1_000_000, most=most // 1_000_000)
        )  # fmt: skip
    session.add(Holding(agency=agency, sha256=file.sha256, size=file.size, at=now, name=file.name))
    session.flush()
