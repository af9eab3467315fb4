"""Putting live what officers prepared, by their hand or by the clock, and telling the log."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.record import Record, show_number

from . import audit, letters, members, safety, uploads, workflow
from .audit import PORTAL, Actor
from .models import Upload, User
from .parts import Portal
from .store import Saved


def publish(session: Session, upload: Upload, record: Record, actor: Actor, now: datetime, base: str) -> Saved:
    """Put a record live, and write down who did it; who handed it in is told by mail, where somebody else did. `base`: the
    portal's own address. Raises uploads.Conflict, uploads.TakenOff, and safety.NotReady where
    its files are still looked into or something was found that nobody answered for."""
    safety.demand(session, upload, record)
    saved = uploads.publish(session, upload, record, actor.id, now)
    if saved is not Saved.UNCHANGED:
        audit.note(session, now, actor, "corrected" if saved is Saved.CHANGED else "published", record.number, agency=upload.agency,
                   reason=uploads.correction_note(upload), title=record.title[:200], approved_by=upload.decided_by)  # fmt: skip
        _tell(session, upload, record, actor, now, base)
    return saved


def _tell(session: Session, upload: Upload, record: Record, actor: Actor, now: datetime, base: str) -> None:
    author = session.get(User, upload.submitted_by or upload.user_id)
    if author is None or author.id == actor.id or not author.active:
        return
    with letters.in_language_of(author):
        subject = _("Public now: %(title)s", title=record.title[:150])
        link = letters.address(base, author, f"/records/{record.number}")
        body = _("“%(title)s” is public. Its permanent number is %(number)s.\n\n%(link)s", title=record.title[:200], number=show_number(record.number), link=link)
    letters.write(session, author, base, subject, body, now)


def publish_due(portal: Portal, now: datetime) -> int:
    """Put live what was approved for a moment that has come; return how many. What cannot be published any more (the
    record was changed meanwhile) goes back to those who approved it, with the reason."""
    done = 0
    with portal.database.read() as session:
        due = [upload.id for upload in workflow.due(session, now)]
    for id in due:
        with portal.database.write() as session:
            upload = session.get(Upload, id)
            if upload and upload.state == "approved" and upload.publish_at and upload.publish_at <= now:
                done += _publish_by_clock(session, upload, now, portal.settings.base_url)
    return done


def _publish_by_clock(session: Session, upload: Upload, now: datetime, base: str) -> bool:
    if safety.looking(session, upload):
        return False  # in a minute the clock asks again
    proof = uploads.prove(session, upload)
    try:
        if proof.record is None:
            raise ValueError("; ".join(words for _field, words in proof.faults))
        publish(session, upload, proof.record, PORTAL, now, base)
        return True
    except (uploads.Conflict, uploads.TakenOff, safety.NotReady, ValueError) as error:
        _hold(session, upload, str(error), now, base)
        return False


def _hold(session: Session, upload: Upload, reason: str, now: datetime, base: str) -> None:
    upload.state, upload.publish_at, upload.embargo, upload.decided_by = "returned", None, None, None
    upload.note = _("It could not be published at the set time: %(reason)s", reason=reason)
    audit.note(session, now, PORTAL, "not_published", upload.token, agency=upload.agency, reason=reason)
    title = str(upload.data.get("title", ""))[:200]
    author = session.get(User, upload.submitted_by or upload.user_id)
    for user in {user.id: user for user in (*members.who_may(session, upload.agency, "publish"), *([author] if author else []))}.values():
        with letters.in_language_of(user):
            subject = _("Not published: %(title)s", title=title)
            link = letters.address(base, user, f"/publish/drafts/{upload.token}")
            body = _("“%(title)s” could not be published at the set time: %(reason)s\n\nIt is a draft again:\n\n%(link)s", title=title, reason=reason, link=link)
        letters.write(session, user, base, subject, body, now, f"held {upload.id} {now.isoformat()} {user.id}")
