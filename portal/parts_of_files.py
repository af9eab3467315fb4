"""Large files that come in parts: what has come stays, so that a sending that broke off goes on where it was."""

import fcntl
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from .filestore import LARGEST
from .filetypes import Refused

LARGEST_PART = 8_000_000
_MOST_AT_ONCE = 50  # files that are under way for one draft
_MOST_OF_ONE = 1_000_000_000  # bytes that are under way for one person, whatever the drafts
_KEPT = 2 * 24 * 3600  # seconds that a part waits for the next one
_ID = re.compile(r"[0-9a-f]{8,64}")


class Elsewhere(Exception):
    """The part does not begin where the file stands; `have` says where that is."""

    def __init__(self, have: int) -> None:
        super().__init__(str(have))
        self.have = have


class Parts:
    """Files that somebody has under way for one draft."""

    def __init__(self, folder: Path, token: str, user: int) -> None:
        """`token` is the draft's, which nobody can guess."""
        self._folder, self._token = folder / "parts", token
        self._user = user

    def _place(self, id: str) -> Path:
        if not _ID.fullmatch(id) or not _ID.fullmatch(self._token):
            raise Refused(_("This file has no name here; choose it again"))
        return self._folder / f"{self._user}-{self._token}-{id}"

    def have(self, id: str) -> int:
        """How much of a file has come, in bytes."""
        place = self._place(id)
        return place.stat().st_size if place.exists() else 0

    def add(self, id: str, at: int, size: int, stream: IO[bytes]) -> int:
        """Add a part that begins at `at` to a file of `size` bytes; returns how much of it is here. Raises Elsewhere, Refused,
        and OSError where there is no room: what had come before stays."""
        place = self._place(id)
        if not 0 < size <= LARGEST:
            raise Refused(_("A file may have at most 50 MB; split it, or publish a link to it instead"))
        if at != self.have(id):
            raise Elsewhere(self.have(id))
        self._folder.mkdir(parents=True, exist_ok=True)
        if at == 0:
            self._tidy()
        content = stream.read(LARGEST_PART + 1)
        if len(content) > LARGEST_PART or at + len(content) > size:
            raise Refused(_("This part is larger than it said; choose the file again"))
        with place.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two that send the same part at once would both find their place free
            file.seek(0, 2)
            if file.tell() != at:  # another sending of the same file was faster
                raise Elsewhere(file.tell())
            try:
                file.write(content)
                file.flush()
            except OSError:
                file.truncate(at)
                raise
        return at + len(content)

    def open(self, id: str) -> IO[bytes]:
        """A file that has come whole."""
        return self._place(id).open("rb")

    def forget(self, id: str) -> None:
        """A file is taken, or was refused."""
        self._place(id).unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Throw away what nobody went on with; refuse more than a person sends."""
        for old in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if old.stat().st_mtime < time.time() - _KEPT:
                    old.unlink()
        own = list(self._folder.glob(f"{self._user}-*"))
        of_draft = [one for one in own if one.name.startswith(f"{self._user}-{self._token}-")]
        if sum(one.stat().st_size for one in own if one.exists()) > _MOST_OF_ONE or len(of_draft) >= _MOST_AT_ONCE:
            raise Refused(_("Too many files are under way; wait until some have come"))
