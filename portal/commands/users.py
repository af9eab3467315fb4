"""users: the accounts of officers."""

import sys
from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from .. import accounts, audit, members, secondfactor, signins
from ..models import Agency, User
from ..roles import ROLES
from .terminal import WRONG, ready_portal, show_table

_FROM_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


class Unknown(click.ClickException):
    """There is no such account."""

    exit_code = WRONG

    def __init__(self, email: str) -> None:
        super().__init__(f"there is no account of {email}; clerestory users list shows them all")


@click.group(cls=AppGroup)
def users() -> None:
    """Look after the accounts of officers, who publish for their agency.

    \b
    Example:
      clerestory users list
    """


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="The officer's name.")
@click.option("--agency", default="", help="The agency: its name, or its slug where it is known here.")
@click.option("--role", default="publisher", show_default=True, type=click.Choice(list(ROLES)), help="What the officer may do there.")
@click.option("--portal-admin", is_flag=True, help="May look after every agency of the portal.")
@_FROM_STDIN
def add(email: str, name: str, agency: str, role: str, portal_admin: bool, password_stdin: bool) -> None:
    """Open an account for an officer. Asks for the password. An agency's admins can invite the others at the desk.

    \b
    Example:
      clerestory users add lan@agency.example --name "Lan Nguyen" --agency "Hanoi People's Committee" --role admin
    """
    portal = ready_portal()
    password = _ask(password_stdin)
    with portal.database.write() as session:
        user = accounts.add_user(
            session, email=email, name=name, agency=agency, password=password, now=datetime.now(UTC), role=role, portal_admin=portal_admin
        )
    deed = f"is {role} of {user.agency}" if user.agency else "looks after the portal"
    click.echo(f"{user.name} can sign in as {user.email} and {deed}.")


@users.command("list")
def list_() -> None:
    """Show every account.

    \b
    Example:
      clerestory users list
    """
    with ready_portal().database.read() as session:
        accounts_here = accounts.list_users(session)
    show_table(
        ("E-MAIL", "NAME", "AGENCY", "STATE", "LAST SIGN-IN"),
        (
            (
                user.email,
                user.name,
                user.agency or "",
                "open" if user.active else "closed",
                f"{user.last_sign_in:%Y-%m-%d %H:%M}" if user.last_sign_in else "never",
            )
            for user in accounts_here
        ),
    )


@users.command("password")
@click.argument("email")
@_FROM_STDIN
def change_password(email: str, password_stdin: bool) -> None:
    """Give an account another password. Asks for it; every session of before ends.

    \b
    Example:
      clerestory users password lan@agency.example
    """
    portal = ready_portal()
    fresh = _ask(password_stdin)
    with portal.database.write() as session:
        accounts.set_password(session, _known(session, email), fresh)
        audit.note(session, datetime.now(UTC), audit.OPERATOR, "password_changed", email)
    click.echo(f"{email} has a new password.")


@users.command("role")
@click.argument("email")
@click.option("--agency", required=True, metavar="SLUG", help="The agency, by the last part of its address.")
@click.argument("role", type=click.Choice(list(ROLES)))
def change_role(email: str, agency: str, role: str) -> None:
    """Make an account a member of an agency, or give it another role there. Its sign-ins end.

    \b
    Example:
      clerestory users role lan@agency.example --agency hanoi-peoples-committee admin
    """
    with ready_portal().database.write() as session:
        if session.get(Agency, agency) is None:
            raise click.ClickException(f"there is no agency {agency!r} here; its slug is the last part of its address")
        members.add(session, audit.OPERATOR, _known(session, email), agency, role, datetime.now(UTC))
    click.echo(f"{email} is {role} of {agency}.")


@users.command("second-factor-off")
@click.argument("email")
def second_factor_off(email: str) -> None:
    """Turn an account's second factor off, for somebody who lost the device and the recovery codes.

    \b
    Example:
      clerestory users second-factor-off lan@agency.example
    """
    with ready_portal().database.write() as session:
        user = _known(session, email)
        secondfactor.turn_off(user)
        signins.end(session, user.id)
        audit.note(session, datetime.now(UTC), audit.OPERATOR, "second_factor_off", user.email)
    click.echo(f"{email} signs in with the password alone, until the second factor is set up again.")


@users.command("single-sign-on-off")
@click.argument("email")
def single_sign_on_off(email: str) -> None:
    """Take single sign-on off an account: the next sign-in with a verified address binds it anew.

    \b
    Example:
      clerestory users single-sign-on-off lan@agency.example
    """
    with ready_portal().database.write() as session:
        user = _known(session, email)
        user.subject = None
        signins.end(session, user.id)
        audit.note(session, datetime.now(UTC), audit.OPERATOR, "single_sign_on_off", user.email)
    click.echo(f"{email} signs in with the password, or binds single sign-on anew.")


@users.command()
@click.argument("email")
def close(email: str) -> None:
    """Close an account: its sessions end, what it published stays.

    \b
    Example:
      clerestory users close lan@agency.example
    """
    with ready_portal().database.write() as session:
        accounts.close(session, _known(session, email))
        audit.note(session, datetime.now(UTC), audit.OPERATOR, "account_closed", email)
    click.echo(f"{email} is closed.")


def _known(session: Session, email: str) -> User:
    user = accounts.find_user(session, email)
    if user is None:
        raise Unknown(email)
    return user


def _ask(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
