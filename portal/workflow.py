"""From draft to public: who hands in, who approves or returns, when it goes live, and on what ground it is taken back.

    draft ── hand in ──> submitted ── approve ──> approved ── publish, or the clock ──> published
      ^                      │
      └───── returned <──────┘  with a note

Who may publish can do so from a draft at once, unless the agency has the two-person rule: then nothing goes live that
was not approved by somebody who has not written on it. Whatever is changed after it was approved has to be approved again.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, letters, members
from .audit import Actor
from .models import Agency, Upload, User
from .roles import may

OPEN = ("draft", "returned")
_LONGEST_NOTE = 2000
_LONGEST_AHEAD = timedelta(days=366 * 2)


class NotAllowed(Exception):
    """The step is not open to this person, or not from where the upload stands; the message says why and what to do."""


def needs_review(session: Session, agency: str) -> bool:
    """Whether an agency has the two-person rule."""
    row = session.get(Agency, agency)
    return bool(row and row.two_persons)


def steps_for(session: Session, upload: Upload, user: User) -> set[str]:
    """What this person can do with an upload now: edit, submit, take_back, approve, return, publish, delete."""
    role = members.role_of(session, user.id, upload.agency)
    can: set[str] = set()
    if not may(role, "write") or upload.state == "published":
        return can
    if upload.state in OPEN:
        can |= {"edit", "submit"} | ({"delete"} if upload.user_id == user.id or may(role, "manage") else set())
    if upload.state == "submitted":
        can |= {"take_back"} if upload.submitted_by == user.id or may(role, "review") else set()
        can |= {"return"} if may(role, "review") else set()
        can |= {"approve"} if may(role, "review") and not _wrote(session, upload, user) else set()
    if upload.state == "approved" and may(role, "review"):
        can.add("return")
    if may(role, "publish") and _may_go_live(session, upload):
        can.add("publish")
    return can


def _wrote(session: Session, upload: Upload, user: User) -> bool:
    """Whether somebody looks at their own work, where two persons are asked for."""
    return needs_review(session, upload.agency) and user.id in {*upload.editors, upload.submitted_by}


def _may_go_live(session: Session, upload: Upload) -> bool:
    return upload.state == "approved" or (upload.state in (*OPEN, "submitted") and not needs_review(session, upload.agency))


def demand(session: Session, upload: Upload, user: User, step: str) -> None:
    """Raises NotAllowed, with the reason, where a person cannot take a step now."""
    if step in steps_for(session, upload, user):
        return
    if step == "approve" and upload.state == "submitted" and _wrote(session, upload, user):
        raise NotAllowed(_("You wrote on this yourself. In your agency another person has to approve it."))
    if step == "publish" and upload.state != "published" and needs_review(session, upload.agency):
        raise NotAllowed(_("In your agency another person has to approve a record before it goes live. Hand it in for review."))
    if step == "edit" and upload.state in ("submitted", "approved"):
        raise NotAllowed(_("This was handed in for review. Take it back first, then change it."))
    raise NotAllowed(_("You cannot do this here: your role in the agency does not allow it, or somebody was faster. Go to your desk and look again."))


def touch(upload: Upload, user: int) -> None:
    """Somebody changed what it says: what was approved before does not count any more."""
    upload.editors = list(dict.fromkeys([*upload.editors, user]))
    upload.decided_by = upload.decided_at = upload.publish_at = None


def note_writing(session: Session, upload: Upload, actor: Actor, before: tuple[int, int | None, datetime], now: datetime) -> None:
    """Write into the log that somebody began a draft, or changed it: once a day for each run of one person's changes, as forms
    save themselves every few seconds. `before`: the draft's edition, who changed it last and when."""
    edition, who, at = before
    if not edition:
        audit.note(session, now, actor, "draft_begun", upload.token, agency=upload.agency, title=_title(upload))
    elif (who, at.date()) != (actor.id, now.date()):
        audit.note(session, now, actor, "draft_changed", upload.token, agency=upload.agency, title=_title(upload))


def note_files(session: Session, upload: Upload, actor: Actor, action: str, names: Iterable[str], now: datetime) -> None:
    """Write into the log which files came to a draft (file_added) or were taken out of it (file_removed)."""
    for name in names:
        audit.note(session, now, actor, action, upload.token, agency=upload.agency, title=name[:200])


def submit(session: Session, upload: Upload, user: User, now: datetime, base: str) -> None:
    """Hand it in: reviewers of the agency are told by mail. `base`: the portal's own address, for links in mails."""
    demand(session, upload, user, "submit")
    hand_in(session, upload, Actor.of(user), user.id, user.name, now, base)


def hand_in(session: Session, upload: Upload, actor: Actor, user: int, name: str, now: datetime, base: str) -> None:
    """Hand it in without asking for a role: for keys, whose scopes said already that they may."""
    upload.state, upload.submitted_by, upload.submitted_at, upload.note = "submitted", user, now, ""
    title = _title(upload)
    audit.note(session, now, actor, "submitted", upload.token, agency=upload.agency, title=title)
    for other in members.who_may(session, upload.agency, "review"):
        if other.id != user:
            with letters.in_language_of(other):
                subject = _("For review: %(title)s", title=title)
                body = _("%(who)s handed in “%(title)s” for review.\n\n%(link)s", who=name, title=title, link=_page(base, other, upload))
            letters.write(session, other, base, subject, body, now, f"submitted {upload.id} {now.isoformat()} {other.id}")


def take_back(session: Session, upload: Upload, user: User, now: datetime) -> None:
    """Back to a draft, to go on writing."""
    demand(session, upload, user, "take_back")
    upload.state = "draft"
    _log(session, now, user, "taken_back", upload)


def give_back(session: Session, upload: Upload, user: User, note: str, now: datetime, base: str) -> None:
    """Return it with a note: who handed it in is told by mail. Also takes an approval back. Raises ValueError for a note
    that says nothing or too much."""
    demand(session, upload, user, "return")
    note = check_words(note, _("Say what is to be changed"))
    upload.state, upload.note, upload.decided_by, upload.decided_at = "returned", note, user.id, now
    upload.publish_at, upload.embargo = None, None
    _log(session, now, user, "returned", upload, note)
    author = session.get(User, upload.submitted_by or upload.user_id)
    if author and author.id != user.id:
        with letters.in_language_of(author):
            subject = _("Returned: %(title)s", title=_title(upload))
            body = _("%(who)s returned “%(title)s”:\n\n%(note)s\n\n%(link)s", who=user.name, title=_title(upload), note=note, link=_page(base, author, upload))
        letters.write(session, author, base, subject, body, now)


def approve(session: Session, upload: Upload, user: User, now: datetime, base: str) -> None:
    """Say that it may go live: the author is told by mail, and, where a colleague has to put it live, those who may. What is
    not a valid record cannot be approved (the caller has proved it)."""
    demand(session, upload, user, "approve")
    upload.state, upload.decided_by, upload.decided_at, upload.note = "approved", user.id, now, ""
    _log(session, now, user, "approved", upload)
    author = session.get(User, upload.submitted_by or upload.user_id)
    if author and author.id != user.id:
        with letters.in_language_of(author):
            subject = _("Approved: %(title)s", title=_title(upload))
            body = _("%(who)s approved “%(title)s”. It goes live when somebody publishes it; you get a mail then.\n\n%(link)s", who=user.name, title=_title(upload),
                     link=_page(base, author, upload))  # fmt: skip
        letters.write(session, author, base, subject, body, now)
    for other in _who_puts_live(session, upload, user):
        with letters.in_language_of(other):
            subject = _("To be put live: %(title)s", title=_title(upload))
            body = _("%(who)s approved “%(title)s”. You can put it live, now or at a set time.\n\n%(link)s", who=user.name, title=_title(upload), link=_page(base, other, upload))
        letters.write(session, other, base, subject, body, now)


def _who_puts_live(session: Session, upload: Upload, user: User) -> list[User]:
    """Who may publish what this person approved: nobody has to be told where they may do so themselves."""
    able = members.who_may(session, upload.agency, "publish")
    return [] if user.id in {one.id for one in able} else able


def _page(base: str, user: User, upload: Upload) -> str:
    return letters.address(base, user, f"/publish/drafts/{upload.token}/preview")


def schedule(session: Session, upload: Upload, user: User, at: datetime, embargo: bool, now: datetime) -> None:
    """Have it go live at a moment. With `embargo`, invited readers can see it before by a secret address. Raises
    NotAllowed, and ValueError for a moment that is past or too far ahead."""
    demand(session, upload, user, "publish")
    if at <= now:
        raise ValueError(_("That moment is past; choose a later one, or publish now"))
    if at > now + _LONGEST_AHEAD:
        raise ValueError(_("That is more than two years ahead; choose an earlier moment"))
    if upload.state != "approved":  # who approved it stays the one who did
        upload.state, upload.decided_by, upload.decided_at = "approved", user.id, now
    upload.publish_at = at
    upload.embargo = (upload.embargo or secrets.token_urlsafe(16)) if embargo else None
    audit.note(session, now, Actor.of(user), "scheduled", upload.token, agency=upload.agency, title=_title(upload),
               at=at.isoformat(), embargo=embargo)  # fmt: skip


def unschedule(session: Session, upload: Upload, user: User, now: datetime) -> None:
    """It does not go live by itself any more."""
    demand(session, upload, user, "publish")
    upload.publish_at, upload.embargo = None, None
    _log(session, now, user, "unscheduled", upload)


def due(session: Session, now: datetime) -> list[Upload]:
    """What the clock has to publish."""
    return list(session.scalars(select(Upload).where(Upload.state == "approved", Upload.publish_at <= now).order_by(Upload.publish_at)))


def under_embargo(session: Session, secret: str) -> Upload | None:
    """What a secret address shows to invited readers before it is public, and where it leads to afterwards."""
    return session.scalar(select(Upload).where(Upload.embargo == secret, Upload.state.in_(("approved", "published")))) if len(secret) > 10 else None


def check_words(words: str, advice: str) -> str:
    """A reason or a note, put straight. Raises ValueError with `advice` where it says nothing."""
    words = "\n".join(" ".join(line.split()) for line in words.strip().splitlines())
    if len(words) < 5:
        raise ValueError(advice)
    if len(words) > _LONGEST_NOTE:
        raise ValueError(_("These are %(length)s characters; shorten them to %(most)s", length=len(words), most=_LONGEST_NOTE))
    return words


def _title(upload: Upload) -> str:
    return str(upload.data.get("title", "")).strip()[:200] or _("Without a title yet")


def _log(session: Session, now: datetime, user: User, action: str, upload: Upload, reason: str = "") -> None:
    audit.note(session, now, Actor.of(user), action, upload.token, agency=upload.agency, reason=reason, title=_title(upload))


