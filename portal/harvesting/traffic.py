"""How a run reaches its agency: identity, secret, and what makes requests conditional."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from harvesters.http import Http, SourceFault, Validator
from harvesters.source import Source

from ..models import ValidatorRow
from ..settings import Settings


class SecretMissing(SourceFault):
    """A source needs a secret that the environment does not hold."""


@contextmanager
def opened(http: Http | None, settings: Settings, source: Source) -> Iterator[Http]:
    """The way to a source, by the portal's rules; `http` where it is given. Raises SecretMissing."""
    if http:
        yield http
        return
    token = settings.secret(source.token_env) if source.token_env else None
    if source.token_env and not token:
        raise SecretMissing(
            f"{source.token_env} is not set; put the secret of {source.name} into this environment variable"
        )
    http = Http(user_agent(settings), settings.trusted_networks, source.delay, token=token)
    try:
        yield http
    finally:
        http.close()


def user_agent(settings: Settings) -> str:
    """What agencies read in their logs: which portal asks, and where to find it."""
    where = f" (+{settings.base_url})" if settings.base_url else ""
    return f"Clerestory/{software_version()}{where}"


def software_version() -> str:
    """The portal's version; 0 where it runs without having been installed."""
    try:
        return version("clerestory")
    except PackageNotFoundError:
        return "0"


def declared(source: Source) -> str:
    """What an answer was read with: the declaration and the software. When these change, "nothing changed" is
    no answer any more, because the same words would become other records."""
    return hashlib.sha256(f"{software_version()}\n{source.model_dump_json()}".encode()).hexdigest()


def validators(session: Session, source: Source) -> dict[str, Validator]:
    """What the source's server said about its answers at the last complete run, by address."""
    rows = session.scalars(
        select(ValidatorRow)
        .where(ValidatorRow.source == source.name)
        .where(ValidatorRow.declared == declared(source))
    )
    return {row.url: Validator(row.etag, row.last_modified) for row in rows}


def keep_validators(session: Session, source: Source, validators: Mapping[str, Validator]) -> None:
    """Remember them for the next run, instead of what was remembered before."""
    session.execute(delete(ValidatorRow).where(ValidatorRow.source == source.name))
    session.add_all(
        ValidatorRow(
            source=source.name, url=url, etag=validator.etag, last_modified=validator.last_modified,
            declared=declared(source),
        )
        for url, validator in validators.items()
        if len(url) <= 2000
    )  # fmt: skip
