"""Leaks: what an agency would regret having published in a file or a text: hidden parts, comments, earlier words, text under
bars, places of pictures, personal data. Nothing here knows requests or the database.

A file is looked at in a process of its own, with limits on time and memory: whatever it is, the portal goes on.
"""

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

from . import personal
from .findings import Finding, Report, describe

__all__ = ["CLEANABLE", "Finding", "Report", "TookTooLong", "clean_file", "describe", "inspect_file", "inspect_text", "main"]

# Endings of files of which a clean copy can be made.
CLEANABLE = frozenset({"xlsx", "docx", "pptx", "pdf", "jpg", "jpeg", "png"})
SECONDS, MEMORY = 20, 1_500_000_000
# The other process begins here and not at the portal's front door: reading the whole application would take it longer than
# looking into most files.
_DOOR = (
    "import sys, types; house = types.ModuleType('portal'); house.__path__ = [sys.argv[1]]; sys.modules['portal'] = house; "
    "from portal.leaks import main; main(sys.argv[2:])"
)


class TookTooLong(Exception):
    """A clean copy could not be made in the time that there is; whether it can be made is not known."""


def inspect_text(text: str, where: str = "") -> tuple[Finding, ...]:
    """Personal data in what was typed. Empty where the packages that know the numbers are not installed."""
    try:
        return tuple(personal.find(text, where))
    except personal.Unavailable:
        return ()


def inspect_file(path: Path, name: str, *, seconds: int = SECONDS, memory: int = MEMORY) -> Report:
    """What a file hides. `name` says by its ending what it is. Whatever happens to the process, there is a report:
    its `fault` says why nothing could be told."""
    command = _command(path, name, seconds, memory)
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds + 5, cwd=Path(__file__).parents[2], check=False)
    except subprocess.TimeoutExpired:
        return Report(fault="stopped")  # by the clock on the wall: the machine may have been busy
    try:
        return Report.from_data(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        if -done.returncode in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            return Report(fault="stopped")
        return Report(fault="too_much" if done.returncode < 0 else "broken")


def clean_file(path: Path, name: str, target: Path, *, seconds: int = SECONDS, memory: int = MEMORY) -> bool:
    """Write a copy of a file without what it hides, as far as that can be done; False where it cannot. Look at the copy again
    before it is offered. Raises TookTooLong where `seconds` of work, or five more by the clock on the wall, were not enough."""
    command = [*_command(path, name, seconds, memory), str(target.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds + 5, cwd=Path(__file__).parents[2], check=False)
    except subprocess.TimeoutExpired as late:
        raise TookTooLong from late
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        raise TookTooLong
    return done.returncode == 0 and target.exists() and target.stat().st_size > 0


def _command(path: Path, name: str, seconds: int, memory: int) -> list[str]:
    return [sys.executable, "-c", _DOOR, str(Path(__file__).parents[1]), str(path.resolve()), name, str(seconds), str(memory)]


def main(arguments: list[str]) -> None:
    """Look at one file and say what was found, or make a clean copy of it: the other process."""
    from .looking import look

    path, name, seconds, memory, *target = arguments
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    if target:
        from .cleaning import clean

        clean(Path(path), name, Path(target[0]))
        return
    report = look(Path(path), name).to_data()
    spent = resource.getrusage(resource.RUSAGE_SELF)
    report |= {"peak": _peak(), "seconds": round(spent.ru_utime + spent.ru_stime, 3)}
    json.dump(report, sys.stdout)


def _peak() -> int:
    """The most memory that this process held, in bytes. Not getrusage's: that counts what the process it came from held."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
