"""Solve a scenario: read, assemble, run, wrap."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim.assembly import Assembly, SpecimenAssembly, assemble, assemble_specimen
from spinesim.errors import InputError, PostureError, quoted
from spinesim.files import find_file, model_path, read_scenario
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.kernels.tables import AT_HANDS, LEAN, LIST, ROTATION, THORAX, Floats, State, Work
from spinesim.model import Model
from spinesim.model.reader import read_model
from spinesim.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.comparison import Change
    from spinesim.results import Labelled

UNSETTLED = "; the vertebrae were held as the posture says, for they did not settle"
TURNS = ("lumbar_flexion", "pelvis_tilt", "pelvis_list", "pelvis_rotation")
ANGLES = (*TURNS, "lumbar_share")  # what is predicted
FAR = 2.0  # spreads

Source = str | os.PathLike[str] | Mapping[str, Any] | Scenario


def load_scenario(source: Source) -> Scenario:
    """Return a scenario by its name, path or content; see `Scenario.replace` for changed copies."""
    return read_scenario(source)


def load_model(source: str | os.PathLike[str] = "lumbar_male") -> Model:
    """Return a model by its name in models/ or the path of its model.yaml.

    Raises
    ------
    InputError
        Naming file, line and key of what is wrong.
    """
    if not isinstance(source, str | os.PathLike):
        raise InputError(f"{quoted(source)} is not the name or the path of a model")
    path = find_file(source, "models") if isinstance(source, str) else Path(source)
    path = path / "model.yaml" if path.is_dir() else path
    return _model(path, _stamp(path))


def _stamp(path: Path) -> tuple[tuple[str, float], ...]:
    """Return what changes when any part of the model is edited."""
    folder = path.parent if path.parent.is_dir() else Path()
    return tuple(sorted((part.name, part.stat().st_mtime) for part in folder.glob("*.yaml")))


@lru_cache(maxsize=8)
def _model(path: Path, stamp: tuple[tuple[str, float], ...]) -> Model:
    return read_model(path)


def list_faults(model: str | os.PathLike[str] = "lumbar_male") -> dict[str, str]:
    """Return the description of every small fault of a model by its name, with what stands for keys that are left
    out.
    """
    faults = load_model(model).faults
    taken = {name: ", ".join(f"{key}: {value}" for key, value in fault.takes.items()) for name, fault in faults.items()}
    return {name: faults[name].description + (f" ({keys})" if keys else "") for name, keys in taken.items()}


def prepare(scenario: Source, model: str | os.PathLike[str] | Model | None = None) -> Assembly:
    """Return the tables of a person's scenario without solving it; raises as `simulate` does."""
    scenario = read_scenario(scenario)
    return assemble(_model_of(scenario, model), scenario)


def _model_of(scenario: Scenario, model: str | os.PathLike[str] | Model | None) -> Model:
    if isinstance(model, Model):
        return model
    if model is not None:
        return load_model(model)
    path = model_path(scenario)
    try:
        return load_model(path)
    except InputError as error:
        raise InputError(p if p.file else scenario.problem(p.message, "model") for p in error.problems) from None


def simulate(scenario: Source, model: str | os.PathLike[str] | Model | None = None) -> xr.Dataset:
    """Solve a scenario and return all loads.

    Parameters
    ----------
    scenario : str, path-like, mapping or Scenario
        Name of a shipped scenario, a file, its content, or a scenario.
    model : str, path-like or Model, optional
        Takes the place of the scenario's own model.

    Returns
    -------
    xarray.Dataset
        Variables and dimensions as in `spinesim.variables`; units, signs, status and sources in the attributes. Check
        ``result.attrs["status"]``: a load that cannot be held is a result, not an error. A specimen's result lies over
        the steps of its course (`spinesim.variables.specimen_variables`).

    Raises
    ------
    InputError
        Everything that is wrong with the input; `PostureError` when the posture lies outside the model's range.

    Notes
    -----
    Thread safe; the solve itself releases the interpreter lock.
    """
    scenario = read_scenario(scenario)
    if scenario.specimen is not None:
        return _simulate_specimen(assemble_specimen(_model_of(scenario, model), scenario))
    return simulate_assembled(prepare(scenario, model))


def simulate_labelled(scenario: Scenario) -> Labelled:
    """Return the result of a person's scenario, as `simulate` does, before it becomes a Dataset."""
    return labelled_result(prepare(scenario))


def simulate_assembled(assembly: Assembly, start: State | None = None) -> xr.Dataset:
    """Return the result of a person's tables, as `simulate` does; a prediction may start from a neighbour's answer."""
    return labelled_result(assembly, start).dataset()


def labelled_result(assembly: Assembly, start: State | None = None) -> Labelled:
    """Return what `simulate_assembled` does, before it becomes a Dataset."""
    from spinesim.results import labelled
    from spinesim.solving import solve, solve_braced

    wanted = assembly.scenario.recruitment.stability_margin
    solved = solve(assembly, start) if wanted is None else solve_braced(assembly, wanted, start)
    _check_reach(solved.assembly, solved.work)
    result = labelled(solved.assembly, solved.state, solved.work, solved.status, solved.margin)
    result.attrs["unsettled"] = int(solved.unsettled)
    predicted = assembly.task.lean_spread > 0.0
    if predicted and solved.status >= NOT_CONVERGED:
        for name in ANGLES:
            dims, values, told = result.data[name]
            result.data[name] = (dims, values * np.nan, told)
    elif solved.unsettled:
        result.attrs["status_message"] += UNSETTLED
    elif predicted:
        result.attrs["predicted"] = ", ".join(f"{n.replace('_', ' ')} {result.number(n):.1f} deg" for n in TURNS)
        far = _far_from_habit(assembly, solved.state.tilt)
        if far:
            result.attrs["unusual"] = far
            result.attrs["status_message"] += f"; {far}"
    return result


def _far_from_habit(assembly: Assembly, tilt: Floats) -> str:
    """Return in a clause what is predicted farther than people go, nothing where nothing is."""
    task = assembly.task
    spreads = {"lumbar flexion from its rhythm": (LEAN, task.lean_spread), "list": (LIST, task.sway_spread[0])}
    spreads["rotation"] = (ROTATION, task.sway_spread[1])
    told = [
        f"{words} ({abs(np.degrees(tilt[turn])):.0f} deg, one spread is {np.degrees(spread):.3g} deg)"
        for words, (turn, spread) in spreads.items()
        if spread > 0.0 and abs(tilt[turn]) > FAR * spread
    ]
    return f"predicted beyond two spreads of people, so rare at best: {', '.join(told)}" if told else ""


def _simulate_specimen(assembly: SpecimenAssembly) -> xr.Dataset:
    """Run a specimen's course and return all its steps."""
    from spinesim.results import wrap_specimen
    from spinesim.specimen_solving import run_course, with_cable_in_place

    assembly = with_cable_in_place(assembly)
    return wrap_specimen(assembly, *run_course(assembly))


def _check_reach(assembly: Assembly, work: Work) -> None:
    """Refuse loads that lie farther from the straight hands than a rigid thing in them may."""
    limit = assembly.person.skeleton.rigid_reach
    task, problems = assembly.task, []
    first = int(work.forces.count[0]) - task.load_where.size
    for n, load in enumerate(assembly.scenario.loads):
        if task.load_where[n] != AT_HANDS:
            continue
        place = work.frames.o[THORAX] + work.forces.offset[first + n]
        wanted = getattr(load, "hands", "both")
        sides = [s for s, name in enumerate(("right", "left")) if wanted in ("both", name)]
        beyond = min(float(np.linalg.norm(place - work.frames.arm[s, 3])) for s in sides)
        if beyond > limit:
            message = f"impossible posture: the hands end {beyond:.2f} m short of the load (at most {limit:.2f} m)"
            problems.append(assembly.scenario.problem(message, f"loads.{n}"))
    if problems:
        raise PostureError(problems)


def compare(a: Source | xr.Dataset, b: Source | xr.Dataset) -> list[Change]:
    """Return what differs between two scenarios or results, largest changes first; see `spinesim.comparison`."""
    import xarray as xr

    from spinesim.comparison import compare_results

    first, second = (x if isinstance(x, xr.Dataset) else simulate(x) for x in (a, b))
    return compare_results(first, second)
