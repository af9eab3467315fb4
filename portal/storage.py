"""Storage: where raw items and published files lie. A folder, or a bucket of S3-compatible storage named by its URL.

Both keep bytes under names such as raw/ab/abcd….gz, whole or not at all. What lies under a hash never changes, so that
writing it again costs nothing.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from harvesters.xml import descendants, read_xml, text_of

_IN_MEMORY = 8 * 1024 * 1024
_PATIENCE = (10, 120)
_ATTEMPTS = 3


class StorageUnavailable(OSError):
    """The storage does not answer, or not as it should. The message says which, and what it said."""


class Storage(Protocol):
    """What keeps bytes by name."""

    def put(self, name: str, content: bytes | Path) -> None:
        """Keep bytes, or those of a file, which may be moved away. Whole or not at all, even when killed."""

    def open(self, name: str) -> IO[bytes] | None:
        """What is kept under a name, to be read from any point; None where nothing is. The caller closes it."""

    def exists(self, name: str) -> bool:
        """Whether something is kept under a name."""

    def delete(self, name: str) -> None:
        """Keep it no longer. Deleting what is not there is no fault."""

    def names(self) -> Iterator[str]:
        """The name of everything that is kept."""


class Folder:
    """Files in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def put(self, name: str, content: bytes | Path) -> None:
        place = self.path / name
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.{os.getpid()}-{secrets.token_hex(3)}")
        try:
            with fresh.open("wb") as file:
                file.write(content if isinstance(content, bytes) else content.read_bytes())
                file.flush()
                if not isinstance(content, bytes):
                    os.fsync(file.fileno())  # what a record links to must survive a power cut as the record does
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)

    def open(self, name: str) -> IO[bytes] | None:
        try:
            return (self.path / name).open("rb")
        except FileNotFoundError:
            return None

    def exists(self, name: str) -> bool:
        return (self.path / name).exists()

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for room in ("raw", "files"):
            for place in sorted((self.path / room).glob("??/*")):
                if place.is_file():
                    yield place.relative_to(self.path).as_posix()


class Bucket:
    """Objects in a bucket of S3-compatible storage: s3+https://host/bucket/prefix?region=eu-west-1."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        parts = urlsplit(url)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        self._shown = f"{parts.scheme}://{parts.netloc}/{bucket}/{prefix}".rstrip("/")
        self._bucket = f"{parts.scheme.removeprefix('s3+')}://{parts.netloc}/{quote(bucket)}"
        self._prefix = f"{prefix}/" if prefix else ""
        self._session = _signed(key, secret, parse_qs(parts.query).get("region", ["us-east-1"])[0])

    def __str__(self) -> str:
        return self._shown

    def put(self, name: str, content: bytes | Path) -> None:
        if not self.exists(name):
            self._ask("PUT", self._address(name), data=content if isinstance(content, bytes) else content.read_bytes())

    def open(self, name: str) -> IO[bytes] | None:
        response = self._ask("GET", self._address(name), stream=True)
        with response:
            if response.status_code == 404:
                return None
            body = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the caller closes it
            for chunk in response.iter_content(1 << 20):
                body.write(chunk)
        body.seek(0)
        return body

    def exists(self, name: str) -> bool:
        return bool(self._ask("HEAD", self._address(name)).status_code != 404)

    def delete(self, name: str) -> None:
        self._ask("DELETE", self._address(name))

    def names(self) -> Iterator[str]:
        token = ""
        while True:
            asked = {"list-type": "2", "prefix": self._prefix, **({"continuation-token": token} if token else {})}
            root, _ = read_xml(self._ask("GET", f"{self._bucket}?{urlencode(asked)}").content)
            for one in descendants(root, "Key"):
                yield text_of(one).removeprefix(self._prefix)
            token = next((text_of(one) for one in descendants(root, "NextContinuationToken")), "")
            if not token:
                return

    def _address(self, name: str) -> str:
        return f"{self._bucket}/{quote(self._prefix + name)}"

    def _ask(self, method: str, address: str, **more: Any) -> Any:
        import requests

        fault = ""
        for _attempt in range(_ATTEMPTS):
            try:
                response = self._session.request(method, address, timeout=_PATIENCE, **more)
            except requests.RequestException as error:
                fault = type(error).__name__
                continue
            if response.ok or response.status_code == 404:
                return response
            fault = f"{response.status_code} {' '.join(response.text.split())[:200]}"
            if response.status_code < 500:
                break
        raise StorageUnavailable(f"the storage at {self} does not take {method} ({fault}); check PORTAL_STORAGE_URL and its key")


def _signed(key: str, secret: str, region: str) -> Any:
    """A session whose requests are signed. The library is an extra: whoever keeps a folder does not need it."""
    import requests

    try:
        from requests_aws4auth import AWS4Auth
    except ImportError:
        raise StorageUnavailable("S3-compatible storage needs a further package: pip install 'clerestory[s3]'") from None
    session = requests.Session()
    session.trust_env = False
    session.auth = AWS4Auth(key, secret, region, "s3")
    return session


def storage_of(url: str, folder: Path, key: str = "", secret: str = "") -> Storage:
    """The storage that a setting names; the data folder where it names none."""
    return Bucket(url, key, secret) if url else Folder(folder)


def read(storage: Storage, name: str) -> bytes | None:
    """The bytes under a name; None where nothing is kept."""
    stream = storage.open(name)
    if stream is None:
        return None
    with stream:
        return stream.read()

