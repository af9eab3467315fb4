"""Putting live what officers prepared, by their hand or by the clock, and telling the log."""

from datetime import datetime

from sqlalchemy.orm import Session

from harvesters.record import Record

from . import audit, mail, members, safety, uploads, workflow
from .audit import PORTAL, Actor
from .models import Upload
from .parts import Portal
from .store import Saved


def publish(session: Session, upload: Upload, record: Record, actor: Actor, now: datetime) -> Saved:
    """Put a record live, and write down who did it. Raises uploads.Conflict, uploads.TakenOff, and safety.NotReady where
    its files are still looked into or something was found that nobody answered for."""
    safety.demand(session, upload, record)
    saved = uploads.publish(session, upload, record, actor.id, now)
    if saved is not Saved.UNCHANGED:
        audit.note(session, now, actor, "corrected" if saved is Saved.CHANGED else "published", record.number, agency=upload.agency,
                   reason=uploads.correction_note(upload), title=record.title[:200], approved_by=upload.decided_by)  # fmt: skip
    return saved


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
                done += _publish_by_clock(session, upload, now)
    return done


def _publish_by_clock(session: Session, upload: Upload, now: datetime) -> bool:
    if safety.looking(session, upload):
        return False  # in a minute the clock asks again
    proof = uploads.prove(session, upload)
    try:
        if proof.record is None:
            raise ValueError("; ".join(words for _field, words in proof.faults))
        publish(session, upload, proof.record, PORTAL, now)
        return True
    except (uploads.Conflict, uploads.TakenOff, safety.NotReady, ValueError) as error:
        _hold(session, upload, str(error), now)
        return False


def _hold(session: Session, upload: Upload, reason: str, now: datetime) -> None:
    upload.state, upload.publish_at, upload.embargo = "returned", None, None
    upload.note = f"It could not be published at the set time: {reason}"
    audit.note(session, now, PORTAL, "not_published", upload.token, agency=upload.agency, reason=reason)
    for user in members.who_may(session, upload.agency, "publish"):
        mail.write(session, user.email, f"Not published: {upload.data.get('title', '')}", upload.note, now,
                   f"held {upload.id} {now.isoformat()} {user.id}")  # fmt: skip


