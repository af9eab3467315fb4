"""users: the accounts of officers."""

import sys
from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from .. import accounts
from ..models import User
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
@click.option("--agency", required=True, help="The agency: its name, or its slug where it is known here.")
@_FROM_STDIN
def add(email: str, name: str, agency: str, password_stdin: bool) -> None:
    """Open an account for an officer. Asks for the password.

    \b
    Example:
      clerestory users add lan@agency.example --name "Lan Nguyen" --agency "Hanoi People's Committee"
    """
    portal = ready_portal()
    password = _ask(password_stdin)
    with portal.database.write() as session:
        user = accounts.add_user(
            session, email=email, name=name, agency=agency, password=password, now=datetime.now(UTC)
        )
    click.echo(f"{user.name} can sign in as {user.email} and publish for {user.agency}.")


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
    click.echo(f"{email} has a new password.")


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
