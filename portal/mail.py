"""Mail: written into the database first, in the transaction that gives reason to it, and sent by the clock.

Without PORTAL_MAIL_URL nothing leaves the machine: each mail is written to the folder `mail` of the data folder, and
portal admins can read them on a page.
"""

import hashlib
import secrets
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .models import Mail
from .parts import Portal
from .settings import Settings

_PATIENCE = 30.0  # seconds that a mail server may take
_MOST_TRIES = 8  # then it is given up; the waits between them double from one minute
_AT_ONCE = 100
FORGOTTEN = "forget "  # begins the occasion of a mail whose recipient and words are deleted once it is sent or given up
KEPT = timedelta(days=14)  # then recipient and words are deleted, in the database and in the folder
_CLAIM = timedelta(minutes=15)  # how long a mail that is being sent is let be by others


def write(session: Session, recipient: str, subject: str, body: str, now: datetime, occasion: str = "") -> bool:
    """Have a mail sent. With an `occasion` it is sent once, however often it is written; False where it was before."""
    occasion = occasion or secrets.token_hex(16)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"occasion": occasion, "recipient": recipient, "subject": " ".join(subject.split()), "body": body, "created_at": now,
           "next_try_at": now, "tries": 0, "fault": ""}  # fmt: skip
    # Another worker may be writing the same mail now: the database lets one of the two through.
    written = session.execute(dialect.insert(Mail).values(row).on_conflict_do_nothing(index_elements=["occasion"]).returning(Mail.id))
    return written.first() is not None


def send(portal: Portal, now: datetime) -> int:
    """Send what waits; return how many went. A mail that is not taken is tried again later, at most eight times.

    Each is claimed before it is sent, so that two senders never send one mail twice. One that was killed between sending a
    mail and noting it leaves the one doubt that no mail server takes away: the mail goes out again after a while, under the
    same Message-ID, by which mailboxes see that they have it.
    """
    sent = 0
    with portal.database.read() as session:
        waiting = list(session.scalars(select(Mail.id).where(Mail.next_try_at <= now).order_by(Mail.id).limit(_AT_ONCE)))
    for id in waiting:
        with portal.database.write() as session:
            if not _claim(session, id, now):
                continue
            mail = session.get_one(Mail, id)
        fault = _try(portal.settings, mail)
        with portal.database.write() as session:
            _note(session.get_one(Mail, id), fault, now)
        sent += not fault
    return sent


def _claim(session: Session, id: int, now: datetime) -> bool:
    """Whether this sender is the one that sends the mail; the others let it be for a while."""
    mine = update(Mail).where(Mail.id == id, Mail.next_try_at <= now).values(next_try_at=now + _CLAIM)
    return bool(session.execute(mine).rowcount)  # type: ignore[attr-defined]


def _try(settings: Settings, mail: Mail) -> str:
    try:
        message = _message(settings, mail)
        content = message.as_bytes()
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        # The library stumbles over some heads; the mails after this one go out all the same.
        return f"no mail can be made of it: {type(error).__name__}: {error}"[:500]
    if not settings.mail_url:
        folder = settings.data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{mail.id:06}.eml").write_bytes(content)
        return ""
    try:
        _deliver(settings, message)
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}: {error}"[:500]
    return ""


def _note(mail: Mail, fault: str, now: datetime) -> None:
    mail.tries += 1
    mail.fault = fault
    if not fault:
        mail.sent_at, mail.next_try_at = now, None
    elif mail.tries >= _MOST_TRIES:
        mail.next_try_at = None
    else:
        mail.next_try_at = now + timedelta(minutes=2 ** (mail.tries - 1))
    if mail.next_try_at is None and mail.occasion.startswith(FORGOTTEN):
        mail.recipient = mail.body = ""


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.created_at.timestamp())
    message["Message-ID"] = _message_id(settings, mail)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def _message_id(settings: Settings, mail: Mail) -> str:
    """The same for every try, so that who gets a mail twice can tell."""
    name = hashlib.sha256(f"{mail.id}\n{mail.occasion}\n{mail.created_at.isoformat()}".encode()).hexdigest()[:32]
    return f"<{name}@{settings.mail_sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"


def _deliver(settings: Settings, message: EmailMessage) -> None:
    parts = urlsplit(settings.mail_url)
    host, trusted = parts.hostname or "", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_PATIENCE, context=trusted)
    else:
        server = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "smtp+starttls" else 25), timeout=_PATIENCE)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def forget(portal: Portal, now: datetime) -> int:
    """Delete recipient and words of mails that are done and older than `KEPT`; returns how many. What stays is that there was
    a mail of that occasion, so that none is sent twice."""
    old = (Mail.created_at < now - KEPT, Mail.next_try_at.is_(None))
    with portal.database.write() as session:
        done = update(Mail).where(*old, Mail.subject != "").values(recipient="", subject="", body="", fault="")
        count = int(session.execute(done).rowcount)  # type: ignore[attr-defined]
    with portal.database.read() as session:
        fresh = {f"{id:06}.eml" for id in session.scalars(select(Mail.id).where(Mail.created_at >= now - KEPT))}
    for file in (portal.settings.data_dir / "mail").glob("*.eml"):
        if file.name not in fresh:
            file.unlink(missing_ok=True)
    return count


def latest(session: Session, limit: int = 100) -> list[Mail]:
    """The mails written last, for portal admins; without those whose words were deleted long ago."""
    return list(session.scalars(select(Mail).where(Mail.subject != "").order_by(Mail.id.desc()).limit(limit)))
