"""The largest load a person can hold in a posture: where the muscles of some level or hip run out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spinesim.errors import InputError, did_you_mean, quoted
from spinesim.files import read_scenario
from spinesim.kernels.status import CONVERGED
from spinesim.kernels.tables import State, make_state, make_work
from spinesim.simulation import Source, prepare, simulate, simulate_assembled
from spinesim.units import format_quantity

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.assembly import Assembly
    from spinesim.model import Model
    from spinesim.scenario import Scenario
    from spinesim.scenario.loads import Load

Growing = Literal["mass", "force", "moment"]
GROWING: tuple[Growing, ...] = ("mass", "force", "moment")
PRECISION = 5e-3  # share of the largest load left open: nearer the limit solves do not all end alike
SMALLEST, LARGEST = 2.0**-10, 2.0**10  # times the load of the file: what is looked through


def largest_load(scenario: Source, load: str, model: str | os.PathLike[str] | Model | None = None) -> xr.Dataset:
    """Return the result at the largest load that the muscles hold, all else as the scenario says.

    Parameters
    ----------
    scenario : str, path-like, mapping or Scenario
        As for `simulate`; its load gives kind, place and direction, and where the search begins.
    load : str
        Name of the load whose mass, force and moment grow together.
    model : str, path-like or Model, optional
        Takes the place of the scenario's own model.

    Returns
    -------
    xarray.Dataset
        As of `simulate`; the attribute ``largest_load`` says how large it is and what runs out beyond it. The load is
        known to 0.5 %, or to 1.5 % where vertebrae may stand in more than one shape.

    Raises
    ------
    InputError
        When there is no such load, nothing of it grows, or no size between a thousandth and a thousand times the file's
        is the largest one held.

    Notes
    -----
    The search takes it that what holds a load holds a smaller one, too, and where a posture is predicted starts from
    that of the largest load held so far as well. Pain, fatigue and tissue tolerance set no limit
    here: it is what muscles could do at full activation.
    """
    scenario = read_scenario(scenario)
    if scenario.specimen is not None:
        raise InputError([scenario.problem("a specimen has no muscles to hold a load", "specimen")])
    number = _number(scenario, load)
    held: dict[float, State] = {}

    def holds(factor: float) -> bool:
        assembly = prepare(_grown(scenario, number, factor), model)
        lighter = [held[other] for other in sorted(held) if other < factor][-1:]
        state = next((state for start in (None, *lighter) if (state := _held(assembly, start))), None)
        if state is not None:
            held[factor] = state
        return state is not None

    low, high = _bracket(holds, scenario, number)
    while high / low > 1.0 + PRECISION:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if holds(middle) else (low, middle)
    result = simulate_assembled(prepare(_grown(scenario, number, low), model), held[low])
    while result.attrs["status"] != "converged" and low > SMALLEST:  # so near the limit not every start ends alike
        high, low = low, low / (1.0 + PRECISION)
        result = simulate(_grown(scenario, number, low), model)
    beyond = simulate(_grown(scenario, number, high), model)
    result.attrs["largest_load"] = (
        f"{load}: {_size(scenario.loads[number], low)}; beyond it, {beyond.attrs['status_message']}"
        f"{_of_feet(scenario.loads[number], result)}"
    )
    return result


def _of_feet(load: Load, result: xr.Dataset) -> str:
    """Return that feet, seat or bed set no limit here, for loads that push or pull."""
    if not np.any(np.asarray(getattr(load, "force", 0.0)) != 0.0):
        return ""
    stands = bool(np.isfinite(result["hip_reaction"]).all())
    what = "the feet would tip or slip" if stands else "the body would tip or slide on its seat or bed"
    return f"; whether {what} first is not judged"


def _number(scenario: Scenario, load: str) -> int:
    names = [own.name for own in scenario.loads]
    if load not in names:
        hint = did_you_mean(load, names) or f" (there are {', '.join(names) or 'none'})"
        raise InputError([scenario.problem(f"there is no load {quoted(load)}{hint}", "loads")])
    own = scenario.loads[names.index(load)]
    if not any(np.any(np.asarray(value)) for value in _sizes(own).values()):
        raise InputError([scenario.problem(f"the load {quoted(load)} is nothing, so it cannot grow", "loads")])
    if getattr(own, "for_mass", None) is not None:
        message = f"the load {quoted(load)} goes with the person's mass: leave for_mass out to let it grow"
        raise InputError([scenario.problem(message, f"loads.{names.index(load)}.for_mass")])
    return names.index(load)


def _sizes(load: Load) -> dict[Growing, Any]:
    """Return what grows with a load: mass (kg), force (N), moment (N m)."""
    found: dict[Growing, Any] = {name: getattr(load, name, None) for name in GROWING}
    return {name: value for name, value in found.items() if value is not None}


def _held(assembly: Assembly, start: State | None) -> State | None:
    """Return the answer from a cold start or a neighbour's answer, None where the muscles do not hold the load."""
    from spinesim.kernels import run
    from spinesim.solving import copied

    person, task = assembly.person, assembly.task
    state = make_state() if start is None else copied(start)
    status = int(run.solve_static(person, task, state, make_work(person, task)))
    return state if status == CONVERGED else None


def _bracket(holds: Callable[[float], bool], scenario: Scenario, number: int) -> tuple[float, float]:
    """Return a factor that is held and twice it, which is not."""
    factor, held = 1.0, holds(1.0)
    step = 2.0 if held else 0.5
    while SMALLEST <= factor <= LARGEST:
        factor *= step
        if holds(factor) != held:
            return (factor / 2.0, factor) if held else (factor, 2.0 * factor)
    said = "more than a thousand times" if held else "not a thousandth of"
    message = f"the muscles hold {said} the load {quoted(scenario.loads[number].name)}"
    raise InputError([scenario.problem(message, f"loads.{number}")])


def _grown(scenario: Scenario, number: int, factor: float) -> Scenario:
    changes: dict[str, Any] = {}
    for name, value in _sizes(scenario.loads[number]).items():
        grown = factor * np.asarray(value, dtype=float)
        text = [format_quantity(float(part), name) for part in np.atleast_1d(grown)]
        changes[f"loads.{number}.{name}"] = text if grown.ndim else text[0]
    return scenario.replace(changes)


def _size(load: Load, factor: float) -> str:
    parts = [
        format_quantity(float(f"{factor * np.linalg.norm(np.asarray(value)):.4g}"), name)
        for name, value in _sizes(load).items()
        if np.any(np.asarray(value))
    ]
    return " and ".join(parts)
