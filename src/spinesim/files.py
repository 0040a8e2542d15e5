"""Files: scenarios by name or path, the shipped data, and writing without half-written results."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from spinesim.errors import InputError, OutputError, Problem, SpinesimError, did_you_mean, in_order, quoted
from spinesim.reading import (
    MODEL_BYTES,
    MODEL_NODES,
    SCENARIO_BYTES,
    SCENARIO_NODES,
    Document,
    parse_yaml,
    read_yaml,
    scan_yaml,
    shown,
)
from spinesim.scenario import Scenario
from spinesim.scenario.sweep import Sweep

DataKind = Literal["models", "scenarios", "sweeps", "validation"]
T = TypeVar("T", Scenario, Sweep)
_FOLDERS = {"sweeps": "scenarios/sweeps"}  # where they lie, when not under their own name
_SUFFIXES = (".yaml", ".yml")


def data_dir(kind: DataKind) -> Path:
    """Return the folder of shipped files: in the installed package, or at the top of a source checkout."""
    package = Path(__file__).resolve().parent
    own = _FOLDERS.get(kind, kind)
    for folder in (package / "_data" / own, package.parents[1] / own):
        if folder.is_dir():
            return folder
    raise SpinesimError(f"the {kind} that ship with spinesim are missing, install it again")


def list_scenarios() -> dict[str, str]:
    """Return the description of every shipped scenario by its name, in alphabetical order."""
    return _described("scenarios")


def list_models() -> dict[str, str]:
    """Return the description of every shipped model by its name, in alphabetical order."""
    return _described("models")


def list_sweeps() -> dict[str, str]:
    """Return the description of every shipped sweep by its name, in alphabetical order."""
    return _described("sweeps")


def find_file(name: str, kind: DataKind) -> Path:
    """Return the path of a shipped file by its bare name, or of any other file by its path.

    Parameters
    ----------
    name : str
        ``hold_20kg_far``, or a path: with a folder, or ending in .yaml or .yml.
    kind : str
        "models" or "scenarios".

    Raises
    ------
    InputError
        When no shipped file has that name. That a path exists is not checked.
    """
    if name.endswith(_SUFFIXES) or any(mark and mark in name for mark in (os.sep, os.altsep)):
        return Path(name)
    shipped = _shipped(kind)
    if name not in shipped:
        hint = did_you_mean(name, shipped) or f" ('spinesim list' shows them; a file ends in {_SUFFIXES[0]})"
        raise InputError(f"there is no {kind[:-1]} called {quoted(name)}{hint}")
    return shipped[name]


def model_path(scenario: Scenario) -> Path:
    """Return the file of the scenario's model; an unknown name is an InputError with its line."""
    try:
        return find_file(scenario.model, "models")
    except InputError as error:
        raise InputError(scenario.problem(problem.message, "model") for problem in error.problems) from None


def read_scenario(source: str | os.PathLike[str] | Mapping[str, Any] | Scenario) -> Scenario:
    """Return the scenario of a name, a path or plain data.

    Parameters
    ----------
    source : str, path-like, mapping or Scenario
        The bare name of a shipped scenario, the path of a file, or the content of one.

    Raises
    ------
    InputError
        With every problem in the file: file, line, column and key path.
    """
    given = _given(source, Scenario, "scenarios")
    return given if isinstance(given, Scenario) else _scenario_of(*scan_yaml(given))


def read_sweep(source: str | os.PathLike[str] | Mapping[str, Any] | Sweep) -> Sweep:
    """Return the sweep of a name, a path or plain data; raises as `read_scenario` does."""
    given = _given(source, Sweep, "sweeps")
    if isinstance(given, Sweep):
        return given
    document, problems = scan_yaml(given)
    if problems:
        raise InputError(problems)
    return Sweep.from_dict(document.data, origin=document.origin)


def _given(source: object, kind: type[T], folder: DataKind) -> T | str | os.PathLike[str]:
    """Return the scenario or sweep itself when it is there already, else the path of its file."""
    if isinstance(source, kind):
        return source
    if isinstance(source, Mapping):
        return kind.from_dict(source)
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(f"{quoted(source)} is not a name, a path, a dict or a {kind.__name__}")
    return find_file(source, folder) if isinstance(source, str) else source


def _scenario_of(document: Document, problems: tuple[Problem, ...]) -> Scenario:
    """Return the scenario of a document, or all that is wrong in its writing and in its meaning."""
    if document.data is None and not problems:
        raise InputError(document.problem("the file is empty"))
    try:
        scenario = Scenario.from_dict(document.data, origin=document.origin)
    except InputError as error:
        if not problems:
            raise
        told = {problem.path for problem in problems}
        more = [problem for problem in error.problems if problem.path not in told]
        raise InputError(sorted([*problems, *more], key=in_order)) from None
    if problems:
        raise InputError(problems)
    return scenario


def scenario_text(scenario: Scenario) -> str:
    """Return the scenario as the text of a file."""
    return yaml.safe_dump(scenario.to_dict(), sort_keys=False, allow_unicode=True, width=110)


def write_text_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_atomically(path: str | os.PathLike[str], writer: Callable[[Path], object]) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : path-like
        Replaced only when the writer succeeds.
    writer : callable
        Writes to the path that it is given, which lies in the same folder and has the same suffix.

    Raises
    ------
    OutputError
        When the file cannot be written; nothing is left behind.
    """
    target = _target(path)
    with _temporary_beside(target, path) as temporary:
        try:
            writer(temporary)
            os.replace(temporary, target)
        except OSError as error:
            raise OutputError(_cannot_write(path, error)) from error


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise OutputError now if `write_atomically` would fail later for its path."""
    with _temporary_beside(_target(path), path):
        pass


def check_folder_writable(path: str | os.PathLike[str]) -> None:
    """Raise OutputError if a folder is not there and cannot be made, or nothing can be written in it."""
    folder = Path(path)
    try:
        existing = next(place for place in (folder, *folder.absolute().parents) if _is_folder(place))
    except (OSError, ValueError) as error:
        raise OutputError(_cannot_write(path, error)) from error
    with _temporary_beside(existing / "picture", path):
        pass


def _is_folder(path: Path) -> bool:
    """Return whether there is a folder; raise when something else is in its place."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(f"{shown(str(path))} is not a folder")
    return True


@contextlib.contextmanager
def _temporary_beside(target: Path, asked: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a new file in the folder of the target, and take it away again."""
    temporary = target.with_name(f".{secrets.token_hex(8)}{target.suffix[:20]}")
    try:
        temporary.open("xb").close()
    except (OSError, ValueError) as error:
        raise OutputError(_cannot_write(asked, error)) from error
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the file that a path leads to, if it is one that may be replaced."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
    except (OSError, ValueError) as error:
        raise OutputError(_cannot_write(path, error)) from error
    if mode is not None and not stat.S_ISREG(mode):
        # Replacing /dev/null or a folder would take it away from everybody.
        raise OutputError(f"cannot write {shown(str(path))}: it is not an ordinary file")
    return target


def _cannot_write(path: str | os.PathLike[str], error: OSError | ValueError) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return f"cannot write {shown(os.fsdecode(path))}: {reason}"


def _shipped(kind: DataKind) -> dict[str, Path]:
    """Return each shipped file by its bare name; a model may be a folder that holds model.yaml."""
    folder = data_dir(kind)
    found = {path.stem: path for path in folder.glob("*.yaml")}
    split = {path.parent.name: path for path in folder.glob("*/model.yaml")}
    return dict(sorted({**split, **found}.items()))


def _described(kind: DataKind) -> dict[str, str]:
    return {name: _description(path) for name, path in _shipped(kind).items()}


def _description(path: Path) -> str:
    """Return the description of a file, found without building the rest of a large model."""
    with path.open("rb") as file:
        for key, event in _top_level(yaml.parse(file, Loader=yaml.CSafeLoader)):
            if key == "description" and isinstance(event, yaml.ScalarEvent):
                return " ".join(event.value.split())
    return ""


def _top_level(events: Iterator[yaml.Event]) -> Iterator[tuple[str, yaml.Event]]:
    """Yield each key of the outermost mapping with the first event of its value."""
    depth, key = 0, None
    for event in events:
        if depth == 1 and isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            if key is None:
                key = getattr(event, "value", "")
            else:
                yield key, event
                key = None
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)


__all__ = [
    "MODEL_BYTES",
    "MODEL_NODES",
    "SCENARIO_BYTES",
    "SCENARIO_NODES",
    "Document",
    "check_folder_writable",
    "check_writable",
    "data_dir",
    "find_file",
    "list_models",
    "list_scenarios",
    "list_sweeps",
    "model_path",
    "parse_yaml",
    "read_scenario",
    "read_sweep",
    "read_yaml",
    "scenario_text",
    "write_atomically",
    "write_text_atomically",
]
