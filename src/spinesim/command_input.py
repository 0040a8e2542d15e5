"""What a command is given: scenarios with what `--set` changes, and places where results can be written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spinesim.errors import InputError, OutputError, Problem, quoted

if TYPE_CHECKING:
    from spinesim.scenario import Scenario


def read(source: str | dict[str, Any]) -> Scenario:
    """Return the scenario of a name, a file or plain data."""
    from spinesim.files import read_scenario

    return read_scenario(source)


def check(scenario: Scenario) -> None:
    """Put the scenario together with its model, as a run would, and solve nothing."""
    from spinesim.assembly import assemble, assemble_specimen
    from spinesim.files import model_path
    from spinesim.model.reader import read_model

    put_together = assemble if scenario.specimen is None else assemble_specimen
    put_together(read_model(model_path(scenario)), scenario)


def changed(name_or_file: str, settings: Sequence[str]) -> Scenario:
    """Return the scenario of a name or file with settings, each PATH=VALUE, in place of its own."""
    scenario = read(name_or_file)
    if not settings:
        return scenario
    changes: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for setting in settings:
        key, value = _parse_setting(setting)
        if key in changes:
            twice = "is changed twice: leave one of them out"
            raise InputError(Problem(twice, key, spoken) for spoken in (sources[key], _spoken(setting)))
        changes[key], sources[key] = value, _spoken(setting)
    return scenario.replace(changes, sources=sources)


def _parse_setting(setting: str) -> tuple[str, Any]:
    from spinesim.reading import parse_yaml

    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise InputError(Problem('needs the form PATH=VALUE, such as subject.mass="80 kg"', "", _spoken(setting)))
    try:
        parsed = parse_yaml(value).data
        if parsed is None:
            raise InputError("needs a value; nothing stands after the equals sign")
        return key.strip(), parsed
    except InputError as error:
        raise InputError(
            Problem(problem.message, key.strip(), _spoken(setting)) for problem in error.problems
        ) from None


def _spoken(setting: str) -> str:
    return f"--set {setting}" if setting.isprintable() and len(setting) < 100 else f"--set {quoted(setting)}"


def check_outputs(name_or_file: str, out: str | None, plot: str | None) -> None:
    """Refuse before the solve what could not be written after it."""
    from spinesim.files import check_folder_writable, check_writable

    if out is not None:
        if not out.endswith(".nc"):
            raise OutputError(f"cannot write {quoted(out)}: the name of a saved result ends in .nc")
        if os.path.exists(name_or_file) and os.path.exists(out) and os.path.samefile(name_or_file, out):
            raise OutputError(f"cannot write {quoted(out)}: it would replace the scenario")
        check_writable(out)
    if plot is not None:
        check_folder_writable(plot)
