"""Folders of the portal's own: what lies in them (drafts, hashes of passwords, mails) is for its user alone."""

from pathlib import Path


def make_private(folder: Path) -> None:
    """Make a folder where it is missing, readable for its owner only. One that is there stays as its operator has set it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def make_private_file(path: Path) -> None:
    """Make an empty file where it is missing, readable for its owner only, in a folder that is (see `make_private`)."""
    make_private(path.parent)
    if not path.exists():
        path.touch(mode=0o600)
