"""Measures: small trees that say which numbers of which results make the number a study printed.

Units are carried through the tree, so that a tree of the wrong kind is refused before anything is solved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spinesim.errors import SpinesimError
from spinesim.units import unit_measures

if TYPE_CHECKING:
    import xarray as xr

Dims = Mapping[str, float]
Results = Mapping[str, "xr.Dataset"]


class MeasureError(SpinesimError):
    """A result does not hold what a measure asks of it."""


@dataclass(frozen=True)
class LoadStep:
    """The place of a course where the stepped load has a value.

    Parameters
    ----------
    load : str
        Variable of the result that holds the load.
    label : tuple of (str, str), or None
        Dimension and label of the variable, such as ``("rotation", "flexion")``.
    sign : float
        -1 where the result counts the load the other way round (compression is a force downwards).
    value : float
        Wanted value, in SI units.
    text : str
        As written.
    """

    load: str
    label: tuple[str, str] | None
    sign: float
    value: float
    text: str


Step = int | str | LoadStep  # an index, "first", "last" or "all", or a value of the load


@dataclass(frozen=True)
class Leaf:
    """One number of one result.

    Parameters
    ----------
    variable : str
        Name in `spinesim.variables`.
    scenario : str
        Name in the case file.
    labels : tuple of (str, str)
        Dimension and label.
    step : Step or None
        None is the last step, or the step that a curve stands at.
    reduce : str or None
        ``sum``, ``mean``, ``max`` or ``min`` over all other dimensions.
    unit : str
        Unit of the variable.
    """

    variable: str
    scenario: str
    labels: tuple[tuple[str, str], ...]
    step: Step | None
    reduce: str | None
    unit: str


@dataclass(frozen=True)
class Operation:
    """An operation over measures; `factor` (SI) and its unit belong to ``times`` and ``number``."""

    name: str
    parts: tuple[Measure, ...]
    factor: float = 1.0
    factor_unit: str = "1"


Measure = Leaf | Operation

OPERATIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "mean": lambda values: math.fsum(values) / len(values),
    "largest": max,
    "smallest": min,
    "difference": lambda values: values[0] - values[1],
    "ratio": lambda values: _ratio(values[0], values[1]),
    "negative": lambda values: -values[0],
    "absolute": lambda values: abs(values[0]),
    "times": lambda values: values[0],
    "number": lambda values: 1.0,
}
COUNTS = {"difference": 2, "ratio": 2, "negative": 1, "absolute": 1, "times": 1}
REDUCTIONS = ("sum", "mean", "max", "min")


def dims_of(measure: Measure) -> Dims:
    """Return the powers of the base dimensions of a measure.

    Raises
    ------
    MeasureError
        When unlike things are added or compared.
    """
    if isinstance(measure, Leaf):
        return unit_measures(measure.unit)[1]
    parts = [dims_of(part) for part in measure.parts]
    if measure.name == "number":
        return unit_measures(measure.factor_unit)[1]
    if measure.name == "ratio":
        return _combined(parts[0], parts[1], -1.0)
    if measure.name == "times":
        return _combined(parts[0], unit_measures(measure.factor_unit)[1], 1.0)
    if any(dict(part) != dict(parts[0]) for part in parts[1:]):
        raise MeasureError(f"{measure.name} of things with different dimensions")
    return parts[0]


def leaves(measure: Measure) -> Iterator[Leaf]:
    """Yield the leaves of a measure, left to right."""
    if isinstance(measure, Leaf):
        yield measure
        return
    for part in measure.parts:
        yield from leaves(part)


def evaluate(measure: Measure, results: Results, step: Step | None = None) -> float:
    """Return the value of a measure in SI units.

    Parameters
    ----------
    measure : Measure
        What to take.
    results : mapping of str to xarray.Dataset
        Results by the name of their scenario.
    step : Step, optional
        Where leaves without a step of their own are taken.

    Raises
    ------
    MeasureError
        When a result lacks the variable, label or load, or the value is not a finite number.
    """
    if isinstance(measure, Leaf):
        return _leaf_value(measure, results[measure.scenario], step)
    values = [evaluate(part, results, step) for part in measure.parts]
    return OPERATIONS[measure.name](values) * measure.factor


def step_place(result: xr.Dataset, wanted: LoadStep) -> float:
    """Return where the course first reaches a load, counted in steps; between two steps it is no whole number.

    Raises
    ------
    MeasureError
        When the course does not reach it.
    """
    load = _course(result, wanted)
    return _crossing(load, wanted, float(unit_measures(result[wanted.load].attrs["units"])[0]))


def _course(result: xr.Dataset, wanted: LoadStep) -> np.ndarray:
    if wanted.load not in result or "step" not in result[wanted.load].dims:
        raise MeasureError(f"the result has no course of {wanted.load}, so no step at {wanted.text}")
    array = result[wanted.load]
    if wanted.label is not None:
        array = array.sel({wanted.label[0]: wanted.label[1]})
    return wanted.sign * np.asarray(array.values, dtype=float)


def _crossing(load: np.ndarray, wanted: LoadStep, scale: float) -> float:
    """Return the first place where the load passes the wanted value."""
    off = load * scale - wanted.value
    hair = 1e-9 * max(1.0, abs(wanted.value))
    for k, here in enumerate(off):
        if abs(here) <= hair:
            return float(k)
        if k + 1 < off.size and here * off[k + 1] < 0.0 and abs(off[k + 1]) > hair:
            return k + here / (here - off[k + 1])
    ends = f"{load.min():.4g} to {load.max():.4g}" if load.size else "nothing"
    raise MeasureError(f"the course does not reach {wanted.text}: {wanted.load} runs from {ends}")


def _leaf_value(leaf: Leaf, result: xr.Dataset, step: Step | None) -> float:
    array = _picked(leaf, result)
    array = _at_step(array, leaf, result, leaf.step if leaf.step is not None else step)
    if array.ndim:
        if leaf.reduce is None:
            raise MeasureError(f"{leaf.variable} still has {', '.join(map(str, array.dims))}: name one or reduce them")
        array = getattr(array, leaf.reduce)(skipna=False)
    value = float(array)
    if not math.isfinite(value):
        raise MeasureError(f"{leaf.variable} of {leaf.scenario} is not a finite number")
    return value * unit_measures(leaf.unit)[0]


def _picked(leaf: Leaf, result: xr.Dataset) -> xr.DataArray:
    if leaf.variable not in result:
        raise MeasureError(f"the result of {leaf.scenario} has no {leaf.variable}")
    array = result[leaf.variable]
    for dim, label in leaf.labels:
        if dim not in array.dims or label not in array[dim].values:
            raise MeasureError(f"{leaf.variable} of {leaf.scenario} has no {dim} {label}")
        array = array.sel({dim: label})
    return array


def _at_step(array: xr.DataArray, leaf: Leaf, result: xr.Dataset, step: Step | None) -> xr.DataArray:
    if "step" not in array.dims:
        if leaf.step is not None:
            raise MeasureError(f"{leaf.variable} of {leaf.scenario} has no steps")
        return array
    if step == "all":
        return array
    if isinstance(step, LoadStep):
        return _between(array, step_place(result, step))
    index = 0 if step == "first" else _last_found(result) if step is None or step == "last" else int(step)
    return array.isel(step=index)


def _last_found(result: xr.Dataset) -> int:
    """Return the last step that was solved: a course that buckles has later ones without values."""
    if "step_status" not in result:
        return -1
    found = np.flatnonzero(np.asarray(result["step_status"].values) == 0)
    if not found.size:
        raise MeasureError("no step of the course was found")
    return int(found[-1])


def _between(array: xr.DataArray, place: float) -> xr.DataArray:
    """Return the state between two steps, linear from one to the next."""
    below = math.floor(place)
    share = place - below
    low = array.isel(step=below, drop=True)
    return low if share == 0.0 else low * (1.0 - share) + array.isel(step=below + 1, drop=True) * share


def _combined(a: Dims, b: Dims, power: float) -> Dims:
    powers = {name: a.get(name, 0.0) + power * b.get(name, 0.0) for name in {**a, **b}}
    return {name: p for name, p in powers.items() if p != 0.0}


def _ratio(a: float, b: float) -> float:
    if b == 0.0:
        raise MeasureError("a ratio to zero")
    return a / b
