"""The house: imports point one way, and everything travels with an installation."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("portal", "harvesters", "search_index", "content")


def test_imports_point_one_way():
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        from tests.conftest import lacking

        lacking("import-linter is missing; pip install -e '.[lint]'")
    result = subprocess.run([command, "--no-cache"], cwd=HOUSE, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_only_settings_read_the_environment():
    readers = [
        path.relative_to(HOUSE).as_posix()
        for room in ROOMS
        for path in (HOUSE / room).rglob("*.py")
        if any(word in path.read_text() for word in ("os.environ", "os.getenv", "getenv("))
    ]
    assert readers == ["portal/settings.py"]


def test_make_lists_its_commands():
    listed = subprocess.run(["make", "-s"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    assert {line.split()[0] for line in listed.splitlines() if line.startswith("  ")} >= {
        "install", "run", "test", "lint", "types", "bench",
    }  # fmt: skip


def kept():
    """Every file of the project: what git keeps, or, where this is no clone, what is here."""
    if (HOUSE / ".git").exists():
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout.split("\0")
    else:
        listed = [path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*") if "__pycache__" not in path.parts]
    return [name for name in listed if name and (HOUSE / name).is_file() and not name.startswith((".venv/", "data/"))]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what git keeps."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    for name in kept():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((HOUSE / name).read_bytes())
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder, copy],
        capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_an_installation_has_everything(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in kept() if name.startswith(tuple(f"{room}/" for room in ROOMS))} - inside == set()
    assert "wsgi.py" in inside
    assert not [name for name in inside if name.startswith("tests/")]


def test_an_installation_works_away_from_its_clone(wheel, tmp_path):
    """Unpacked elsewhere, with this environment's libraries: a portal is made, and it finds its parts."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "lib")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import portal; assert portal.__file__.startswith(sys.argv[1]), portal.__file__\n"
        "from portal import schema; from portal.db import Database; from harvesters.source import SHIPPED, read_sources\n"
        "database = Database(f'sqlite:///{sys.argv[1]}/x.sqlite'); schema.upgrade(database)\n"
        "assert schema.is_current(database)\n"
        "sources, faults = read_sources(SHIPPED); assert len(sources) >= 10 and not faults, faults\n"
        "print('it works')"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n{program}",
         str(tmp_path / "lib")],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert result.stdout == "it works\n", result.stderr
