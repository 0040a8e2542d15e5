"""Two results side by side, the change that matters most first."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import Any, TypedDict

import numpy as np
import xarray as xr

from spinesim.variables import variables

# A change this large is worth a look, whatever the size of the variable; per unit of the result.
_NOTABLE = {
    "N": 100.0,
    "N m": 5.0,
    "MPa": 0.1,
    "kPa": 1.0,
    "deg": 2.0,
    "mm": 1.0,
    "mm^2": 20.0,
    "N m/rad": 50.0,
}
_NOTABLE_SHARE = 0.1
_LEFT_OUT_GROUPS = ("geometry", "solver")
_HEADLINE = 1.0  # added to the rank of what the summary of a run shows, so that it comes before single fascicles
_SMALLEST_CHANGE = 1e-9  # of the scale; less is rounding


class Change(TypedDict):
    """One number that differs: a and b in `unit`, None where a side has no such number."""

    variable: str
    where: str
    a: float | None
    b: float | None
    change: float | None
    percent: float | None
    unit: str


def compare_results(a: xr.Dataset, b: xr.Dataset) -> list[Change]:
    """Return what differs between two results.

    Parameters
    ----------
    a, b : xarray.Dataset
        Results; numbers are matched by their labels, not by their place.

    Returns
    -------
    list of Change
        Headline variables that change by a tenth or more of their usual size first, then all others, the largest
        change (b minus a) against the usual size of its variable first; then what only
        one of the two has. `percent` is of a, None where a is zero. Geometry and solver variables are left
        out.
    """
    rows = [row for name in a.data_vars if _compared(name, b) for row in _changes(str(name), a[name], b[name])]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [row for _, row in rows]


def _compared(name: Hashable, b: xr.Dataset) -> bool:
    known = variables().get(str(name))
    return name in b.data_vars and (known is None or known.group not in _LEFT_OUT_GROUPS)


def _changes(name: str, a: xr.DataArray, b: xr.DataArray) -> Iterator[tuple[float, Change]]:
    """Yield each number that differs, with its rank."""
    left, right = xr.align(a, b, join="outer")
    if left.dims != right.dims or left.dtype.kind not in "fiu" or right.dtype.kind not in "fiu":
        return
    unit = str(a.attrs.get("units", ""))
    scale = _scale(left.values, right.values, unit)
    labels = [left[dim].values for dim in left.dims]
    headline = {known.name for known in variables().values() if known.group == "headline"}
    for index in np.ndindex(left.shape):
        first, second = float(left.values[index]), float(right.values[index])
        rank = _rank(first, second, scale)
        if rank is not None:
            rank += _HEADLINE if rank >= _NOTABLE_SHARE and name in headline else 0.0
            where = " ".join(str(names[place]) for names, place in zip(labels, index, strict=True))
            yield rank, _row(name, where, first, second, unit)


def _scale(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], unit: str) -> float:
    """Return the usual size of a variable: its largest number, or what is worth a look at all."""
    sizes = np.abs(np.concatenate([a.ravel(), b.ravel()]).astype(float))
    largest = float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
    return max(largest, _NOTABLE.get(unit, _NOTABLE_SHARE))


def _rank(a: float, b: float, scale: float) -> float | None:
    """Return how much a change matters; negative when one side is missing, None when nothing differs."""
    if math.isnan(a) and math.isnan(b):
        return None
    if math.isnan(a) or math.isnan(b):
        return -1.0
    share = abs(b - a) / scale
    return share if share > _SMALLEST_CHANGE else None


def _row(variable: str, where: str, a: float, b: float, unit: str) -> Change:
    change = _known(b - a)
    percent = 100.0 * change / abs(a) if change is not None and a != 0.0 else None
    return Change(variable=variable, where=where, a=_known(a), b=_known(b), change=change, percent=percent, unit=unit)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
