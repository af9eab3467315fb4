"""Who may do what: users, memberships, sign-ins, invitations, keys and tries at the door."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base


class User(Base):
    """An account. `agency`: the one that the user acts for now, of those in `memberships`.

    `language`: of the pages on which the user signed in last; mails come in it. `portal_admin`: may look after every agency. `subject`: who it is to the provider of single sign-on (issuer and subject).
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str | None] = mapped_column(ForeignKey("agencies.slug"))
    portal_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_sign_in: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(500), unique=True, index=True)
    second: Mapped["SecondFactor | None"] = relationship(lazy="joined", cascade="all, delete-orphan", passive_deletes=True)

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for beside the password."""
        return self.second is not None and bool(self.second.secret)


class SecondFactor(Base):
    """The second factor of an account. `secret` is what it shares with a device, sealed (portal.sealing); empty until it is
    set up. `begun`: the same of a set-up under way, since `begun_at`. `step`: that of the last code, so that no code works
    twice. `recovery`: hashes of codes for a lost device."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300), default="")
    step: Mapped[int] = mapped_column(BigInteger, default=0)
    recovery: Mapped[list[str]] = mapped_column(default=list)
    begun: Mapped[str] = mapped_column(String(300), default="")
    begun_at: Mapped[datetime | None]


class Membership(Base):
    """Who belongs to an agency, and in what role (portal.roles)."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class SignedIn(Base):
    """One browser that somebody signed in with. `id` is the hash of what its cookie holds."""

    __tablename__ = "signed_in"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60), default="")
    browser: Mapped[str] = mapped_column(String(300), default="")


class Invitation(Base):
    """A link sent by mail, good for once and for a time. `purpose`: join (an agency, in a role), reset (a password).
    `id` is the hash of what the link holds."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254), index=True)
    agency: Mapped[str | None] = mapped_column(ForeignKey("agencies.slug"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="")
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key with which a program writes for an agency. `id` is the hash of the key; `shown` its first letters.

    `user_id`: whose it is: the key may do what they may. None: a service's key, which may do what its scopes say
    whoever comes and goes; `made_by` made it.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    shown: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.slug"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str] = mapped_column(String(60), default="")
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """What a request was answered that carried an idempotency key, so that the same request again does nothing again.
    `id`: a hash over the API key and the idempotency key; `request`: one over the address and the body."""

    __tablename__ = "kept_answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Try(Base):
    """A try to sign in that has not succeeded: the hash of the network it came from, and when. Kept for ten minutes."""

    __tablename__ = "tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Device(Base):
    """A browser that somebody has signed in with, known by a cookie that outlives the sign-in. `id`: the hash of what it holds."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Guess(Base):
    """Tries at one account that have not succeeded, from one known device or one network: how many, until when the next one
    has to wait, and when the last one was. `account` and `asker` are hashes: of an address whether it has an account or not,
    and of a device or a network. Forgotten after a day."""

    __tablename__ = "guesses"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    asker: Mapped[str] = mapped_column(String(64), primary_key=True)
    known: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    waits_until: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(index=True)
