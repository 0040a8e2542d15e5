"""What docs/architecture.md says of the house is so, beyond what import-linter can see."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from spinesim._version import __version__

ROOT = Path(__file__).parents[1]
KERNELS = sorted((ROOT / "src/spinesim/kernels").glob("*.py"))


def test_there_are_kernels_to_look_at() -> None:
    assert len(KERNELS) > 5


@pytest.mark.parametrize("file", KERNELS, ids=lambda path: path.stem)
def test_kernels_import_numbers_only(file: Path) -> None:
    """Only numpy, numba (with llvmlite, its own back end) and the standard library."""
    allowed = {"numpy", "numba", "llvmlite"} | sys.stdlib_module_names
    for name in _imports(file):
        assert name.split(".")[0] in allowed or name.startswith("spinesim.kernels"), name


def test_picture_of_the_import_order_is_the_law() -> None:
    picture = re.search(r"## Who may import whom.*?```\n(.*?)```", _text("docs/architecture.md"), re.DOTALL)
    contracts = tomllib.loads(_text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    assert picture is not None
    assert picture[1].splitlines() == contracts[0]["layers"]


def test_every_room_is_in_the_picture() -> None:
    rooms = {path.name for path in (ROOT / "src/spinesim").iterdir() if not path.name.startswith(("_", "."))}
    told = _text("docs/architecture.md")
    assert not {room for room in rooms - {"py.typed"} if room not in told}


def test_version_is_said_once_and_repeated_truly() -> None:
    assert yaml.safe_load(_text("CITATION.cff"))["version"] == __version__


def test_the_repository_holds_sources_and_small_pictures_only() -> None:
    """Nothing built or downloaded, which a careless `git add` takes in and history keeps for ever."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in told.stdout.split("\0") if name]
    large = {file.name: file.stat().st_size for file in files if file.exists() and file.stat().st_size > 1_000_000}
    assert files and not large


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
