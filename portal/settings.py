"""Settings: one frozen dataclass from PORTAL_* variables. The only reader of the environment."""

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .folders import make_private

_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_QUEUES = ("sqlite:///", "redis://", "rediss://")
_ENGINES = ("auto", "whoosh", "tantivy", "memory")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """Settings are wrong: every fault at once, one a line, each with the value and what to write."""


@dataclass(frozen=True)
class Settings:
    """How this portal runs. Zero settings make a working portal; `from_environment` reads them all.

    `base_url` is empty unless set: addresses are then made from the request.
    """

    data_dir: Path = Path("data")
    database_url: str = ""
    search_url: str = "auto:"
    queue_url: str = "sqlite:"
    schedule: tuple[str, ...] = ()
    storage_url: str = ""
    storage_key: str = ""
    storage_secret: str = ""
    sources_dir: Path | None = None
    trusted_networks: tuple[Network, ...] = ()
    secret_key: str = ""
    old_secret_keys: tuple[str, ...] = ()
    password_memory: int = 64
    mail_url: str = ""
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    base_url: str = ""
    timezone: str = "UTC"
    agency_bytes: int = 50_000_000_000
    port: int = 5000
    testing: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read PORT and PORTAL_*. Raises SettingsError with all faults together."""
        return _Reading(os.environ if environ is None else environ).settings()

    @property
    def database(self) -> str:
        """The database's address for SQLAlchemy; SQLite in the data folder unless set."""
        if not self.database_url or self.database_url == "sqlite:":
            return f"sqlite:///{self.data_dir.resolve() / 'portal.sqlite'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def queue(self) -> str:
        """Where work waits for `clerestory work`: a Redis by its address, or a file of SQLite by its path."""
        if self.queue_url.startswith("redis"):
            return self.queue_url
        path = self.queue_url.removeprefix("sqlite:").removeprefix("///")
        return path or str(self.data_dir.resolve() / "queue.sqlite")

    @property
    def mail_sender(self) -> str:
        """Who mails come from; an address of the portal's own host unless set."""
        return self.mail_from or f"clerestory@{urlsplit(self.base_url).hostname or 'localhost'}"

    @property
    def raw_dir(self) -> Path:
        """Where raw items lie."""
        return self.data_dir / "raw"

    @property
    def files_dir(self) -> Path:
        """Where published files lie."""
        return self.data_dir / "files"

    @property
    def comparisons_dir(self) -> Path:
        """Where comparisons of long texts are kept; it may be emptied at any time."""
        return self.data_dir / "comparisons"

    @property
    def search_dir(self) -> Path:
        """Where the search index lies."""
        return self.data_dir / "search"

    def key(self) -> str:
        """The secret key: PORTAL_SECRET_KEY, else one made once and kept in the data folder (mode 600)."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret-key"
        if not path.exists():
            make_private(self.data_dir)
            fresh = path.with_name(f"secret-key.{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32))
            try:
                os.link(fresh, path)  # fails when another process was first: then that one counts
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()

    def keys(self) -> tuple[str, ...]:
        """The secret key, and those of before it: what they signed and sealed still opens."""
        return (self.key(), *self.old_secret_keys)

    def shown(self) -> dict[str, str]:
        """The settings in force by the names of their variables, without secrets."""
        networks = ",".join(str(network) for network in self.trusted_networks)
        return {
            "PORT": str(self.port),
            "PORTAL_DATA_DIR": str(self.data_dir.resolve()),
            "PORTAL_DATABASE_URL": _without_password(self.database_url) or "sqlite:",
            "PORTAL_SEARCH_URL": _without_password(self.search_url),
            "PORTAL_QUEUE_URL": _without_password(self.queue_url),
            "PORTAL_SCHEDULE": " ".join(self.schedule),
            "PORTAL_STORAGE_URL": self.storage_url,
            "PORTAL_STORAGE_KEY": "(set)" if self.storage_key else "",
            "PORTAL_STORAGE_SECRET": "(set)" if self.storage_secret else "",
            "PORTAL_SOURCES_DIR": str(self.sources_dir or ""),
            "PORTAL_TRUSTED_NETWORKS": networks,
            "PORTAL_SECRET_KEY": "(set)" if self.secret_key else "(kept in the data folder)",
            "PORTAL_OLD_SECRET_KEYS": "(set)" if self.old_secret_keys else "",
            "PORTAL_PASSWORD_MEMORY": str(self.password_memory),
            "PORTAL_MAIL_URL": _without_password(self.mail_url),
            "PORTAL_MAIL_FROM": self.mail_sender,
            "PORTAL_OIDC_ISSUER": self.oidc_issuer,
            "PORTAL_OIDC_CLIENT_ID": self.oidc_client_id,
            "PORTAL_OIDC_CLIENT_SECRET": "(set)" if self.oidc_client_secret else "",
            "PORTAL_OIDC_NAME": self.oidc_name,
            "PORTAL_BASE_URL": self.base_url,
            "PORTAL_TIMEZONE": self.timezone,
            "PORTAL_AGENCY_BYTES": str(self.agency_bytes),
        }

    def secret(self, name: str) -> str | None:
        """A source's secret, from the environment variable that its declaration names in `token_env`."""
        return os.environ.get(name, "").strip() or None


class _Reading:
    """Reads the variables one by one and collects what is wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def settings(self) -> Settings:
        values = {
            "data_dir": Path(self._text("PORTAL_DATA_DIR", "data")).expanduser(),
            "database_url": self._database(),
            "search_url": self._search(),
            "queue_url": self._queue(),
            "schedule": tuple(self._text("PORTAL_SCHEDULE").replace(",", " ").split()),
            **self._storage(),
            "sources_dir": self._folder("PORTAL_SOURCES_DIR"),
            "trusted_networks": self._networks(),
            "secret_key": self._secret(),
            "old_secret_keys": self._old_secrets(),
            "password_memory": self._password_memory(),
            "mail_url": self._mail(),
            "mail_from": self._text("PORTAL_MAIL_FROM"),
            **self._oidc(),
            "base_url": self._base_url(),
            "timezone": self._timezone(),
            "agency_bytes": self._agency_bytes(),
            "port": self._port(),
        }
        known = {
            "PORTAL_DATA_DIR", "PORTAL_DATABASE_URL", "PORTAL_SEARCH_URL", "PORTAL_QUEUE_URL", "PORTAL_SCHEDULE", "PORTAL_SOURCES_DIR",
            "PORTAL_STORAGE_URL", "PORTAL_STORAGE_KEY", "PORTAL_STORAGE_SECRET",
            "PORTAL_TRUSTED_NETWORKS", "PORTAL_SECRET_KEY", "PORTAL_OLD_SECRET_KEYS", "PORTAL_PASSWORD_MEMORY", "PORTAL_BASE_URL", "PORTAL_TIMEZONE", "PORTAL_AGENCY_BYTES", "PORTAL_SAMPLES",
            "PORTAL_MAIL_URL", "PORTAL_MAIL_FROM", "PORTAL_OIDC_ISSUER", "PORTAL_OIDC_CLIENT_ID", "PORTAL_OIDC_CLIENT_SECRET", "PORTAL_OIDC_NAME",
        }  # fmt: skip
        for name in sorted(set(self.environ) - known):
            if name.startswith("PORTAL_"):
                self.faults.append(f"{name}: is not a setting; known: {', '.join(sorted(known - {'PORTAL_SAMPLES'}))}")
        if self.faults:
            raise SettingsError("\n".join(self.faults))
        return Settings(**values)  # type: ignore[arg-type]

    def _text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def _timezone(self) -> str:
        name = self._text("PORTAL_TIMEZONE", "UTC")
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.faults.append(f"PORTAL_TIMEZONE: {name!r} is not a time zone; use a name of the IANA database, such as Asia/Ho_Chi_Minh or UTC")
        return name

    def _database(self) -> str:
        url = self._text("PORTAL_DATABASE_URL")
        if url and url.split(":", 1)[0] not in _DATABASES:
            self.faults.append(
                f"PORTAL_DATABASE_URL: {_without_password(url)!r} is not a database; "
                "use sqlite:, sqlite:////folder/file.sqlite or postgresql://user:password@host/name"
            )
        return url

    def _search(self) -> str:
        url = self._text("PORTAL_SEARCH_URL", "auto:")
        if url.rstrip(":") not in _ENGINES or not url.endswith(":"):
            self.faults.append(f"PORTAL_SEARCH_URL: {url!r} is not a search engine; use auto:, whoosh:, tantivy: or memory:")
        elif url == "tantivy:" and find_spec("tantivy") is None:
            self.faults.append("PORTAL_SEARCH_URL: tantivy: needs the extra tantivy; pip install 'clerestory[tantivy]'")
        return url

    def _queue(self) -> str:
        url = self._text("PORTAL_QUEUE_URL", "sqlite:")
        if url != "sqlite:" and not url.startswith(_QUEUES):
            self.faults.append(
                f"PORTAL_QUEUE_URL: {_without_password(url)!r} is not a queue; "
                "use sqlite:, sqlite:////folder/queue.sqlite or redis://host:6379/0"
            )
        return url

    def _storage(self) -> dict[str, str]:
        url, key, secret = (self._text(f"PORTAL_STORAGE_{name}") for name in ("URL", "KEY", "SECRET"))
        if url and not re.fullmatch(r"s3\+https?://[^/@\s]+/[^/?\s]+(/[^?\s]*)?(\?region=[\w-]+)?", url):
            self.faults.append(
                f"PORTAL_STORAGE_URL: {_without_password(url)!r} is not a storage; use s3+https://host/bucket/prefix?region=eu-west-1, "
                "with its key in PORTAL_STORAGE_KEY and PORTAL_STORAGE_SECRET, or leave it out: the data folder is used"
            )
        elif bool(url) != bool(key and secret) or bool(key) != bool(secret):
            self.faults.append("PORTAL_STORAGE_URL, PORTAL_STORAGE_KEY and PORTAL_STORAGE_SECRET belong together: set all three, or none")
        return {"storage_url": url, "storage_key": key, "storage_secret": secret}

    def _folder(self, name: str) -> Path | None:
        text = self._text(name)
        if not text:
            return None
        path = Path(text).expanduser()
        if not path.is_dir():
            self.faults.append(f"{name}: {text!r} is not a folder; make it, or leave the setting out")
        return path

    def _networks(self) -> tuple[Network, ...]:
        networks = []
        for text in self._text("PORTAL_TRUSTED_NETWORKS").replace(",", " ").split():
            try:
                networks.append(ipaddress.ip_network(text))
            except ValueError:
                self.faults.append(
                    f"PORTAL_TRUSTED_NETWORKS: {text!r} is not a network; write 10.20.0.0/16, several by commas"
                )
        return tuple(networks)

    def _secret(self) -> str:
        key = self._text("PORTAL_SECRET_KEY")
        if key and len(key) < 16:
            self.faults.append(
                "PORTAL_SECRET_KEY: is too short to be secret; use 32 random characters or more, "
                "or leave it out: one is made and kept in the data folder"
            )
        return key

    def _old_secrets(self) -> tuple[str, ...]:
        keys = tuple(self._text("PORTAL_OLD_SECRET_KEYS").replace(",", " ").split())
        if any(len(key) < 16 for key in keys):
            self.faults.append(
                "PORTAL_OLD_SECRET_KEYS: one of them is too short to have been a secret key; write the keys that PORTAL_SECRET_KEY "
                "had before, or what stood in the data folder's secret-key, several by commas"
            )
        return keys

    def _password_memory(self) -> int:
        text = self._text("PORTAL_PASSWORD_MEMORY", "64")
        if not text.isdigit() or not 19 <= int(text) <= 1024:
            self.faults.append(
                f"PORTAL_PASSWORD_MEMORY: {text!r} is not how many MB to spend on a password; write a number from 19 (below it, guessing is too cheap) to 1024"
            )
            return 64
        return int(text)

    def _mail(self) -> str:
        url = self._text("PORTAL_MAIL_URL")
        parts = urlsplit(url)
        advice = "use smtps://user:password@host, smtp+starttls://user:password@host:587, or leave it out: mails are written to a folder"
        if url and (parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname):
            self.faults.append(f"PORTAL_MAIL_URL: {_without_password(url)!r} is not a mail server; {advice}")
        elif parts.scheme == "smtp" and parts.username:
            self.faults.append(f"PORTAL_MAIL_URL: {_without_password(url)!r} would send the password unprotected; {advice}")
        elif url and not self._text("PORTAL_BASE_URL"):
            self.faults.append(
                "PORTAL_BASE_URL: is needed beside PORTAL_MAIL_URL, so that links in mails lead here whatever a request says; "
                "write https://portal.example"
            )
        return url

    def _oidc(self) -> dict[str, str]:
        issuer, client, secret, name = (self._text(f"PORTAL_OIDC_{part}") for part in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME"))
        parts = urlsplit(issuer)
        if issuer and not (parts.scheme == "https" and parts.hostname) and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            self.faults.append(f"PORTAL_OIDC_ISSUER: {issuer!r} is not a provider's address; write https://login.example/realms/agencies")
        elif len({bool(issuer), bool(client), bool(secret)}) > 1:
            self.faults.append("PORTAL_OIDC_ISSUER, PORTAL_OIDC_CLIENT_ID and PORTAL_OIDC_CLIENT_SECRET belong together: set all three, or none")
        elif issuer and not self._text("PORTAL_BASE_URL"):
            self.faults.append("PORTAL_BASE_URL: is needed beside PORTAL_OIDC_ISSUER: the provider sends people back there; write https://portal.example")
        elif issuer and find_spec("authlib") is None:
            self.faults.append("PORTAL_OIDC_ISSUER: needs the extra sso; pip install 'clerestory[sso]'")
        return {"oidc_issuer": issuer, "oidc_client_id": client, "oidc_client_secret": secret, "oidc_name": name}

    def _base_url(self) -> str:
        url = self._text("PORTAL_BASE_URL").rstrip("/")
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.netloc):
            self.faults.append(f"PORTAL_BASE_URL: {url!r} is not an address; write https://portal.example")
        return url

    def _agency_bytes(self) -> int:
        text = self._text("PORTAL_AGENCY_BYTES", "50000000000").replace("_", "")
        if not (text.isascii() and text.isdigit() and 0 < len(text) < 18):
            self.faults.append(f"PORTAL_AGENCY_BYTES: {text!r} is not a number of bytes; write one such as 50000000000 (50 GB)")
            return 50_000_000_000
        return int(text)

    def _port(self) -> int:
        text = self._text("PORT", "5000")
        if not text.isdigit() or not 0 < int(text) < 65536:
            self.faults.append(f"PORT: {text!r} is not a port; write a number from 1 to 65535, such as 5000")
            return 5000
        return int(text)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url
