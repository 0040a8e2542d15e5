"""Two results side by side, tissue by tissue, the change that matters most first."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, TypedDict

import numpy as np
import xarray as xr

from spinesim.errors import InputError
from spinesim.variables import variables

# The tissue of a variable, by the first word of its name; all others describe the posture.
_TISSUES = {
    "joint": "joint",
    "tolerance": "joint",
    "disc": "disc",
    "intradiscal": "disc",
    "facet": "facets",
    "ligament": "ligaments",
    "group": "muscles",
    "muscle": "muscles",
    "fibre": "muscles",
    "co": "muscles",
    "hip": "hips",
    "intra": "abdomen",
    "stability": "stability",
    "critical": "stability",
    "buckling": "stability",
}
POSTURE = "posture"
# What tells of its tissue; all else is detail, or says the same in another unit.
_LEADING = frozenset(
    {
        "joint_compression",
        "joint_shear_anterior",
        "intradiscal_pressure",
        "facet_force",
        "ligament_force",
        "group_force",
        "hip_reaction",
        "intra_abdominal_pressure",
    }
)
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
FLOORS = "100 N, 5 N m, 0.1 MPa, 1 kPa, 2 deg, 1 mm"  # the part of _NOTABLE that the leading variables need, in words
_LEFT_OUT_GROUPS = ("geometry", "solver")
_LEADS = 1.0  # added to the rank of a notable change of a leading variable, so that it comes before details
_SMALLEST_CHANGE = 1e-9  # of the scale; less is rounding
_NOTHING = 1e-2  # of what is worth a look: a percentage of less says nothing


class Change(TypedDict):
    """One number that differs: a and b in `unit`, None where a side has no such number.

    `share` is the change against the usual size of its variable, by which changes are put in order; None without both
    sides.
    """

    tissue: str
    variable: str
    where: str
    a: float | None
    b: float | None
    change: float | None
    percent: float | None
    share: float | None
    unit: str


def compare_results(a: xr.Dataset, b: xr.Dataset) -> list[Change]:
    """Return what differs between two results.

    Parameters
    ----------
    a, b : xarray.Dataset
        Results of two persons or of two specimens; numbers are matched by their labels, not by their place, so that
        the models may differ. Of a course, the step of the largest change stands for all its steps.

    Returns
    -------
    list of Change
        Leading variables of each tissue that change by a tenth or more of their usual size first, then all others, the
        largest change (b minus a) against the usual size of its variable first; then what only one of the two has. The
        usual size is the variable's largest number in a and b, and at least what is worth a look in its unit
        (100 N, 5 N m, 0.1 MPa, 1 kPa, 2 deg, 1 mm), so that a change of almost nothing never leads. `percent` is of a,
        None where a is next to nothing. Geometry and solver variables are left out.

    Raises
    ------
    InputError
        When one is a person and the other a specimen, or two courses have different numbers of steps.
    """
    _check_alike(a, b)
    rows = [row for name in a.data_vars if _compared(name, b) for row in _changes(str(name), a[name], b[name])]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [row for _, row in rows]


def tissue_of(variable: str) -> str:
    """Return the tissue that a variable is about, `POSTURE` where it is about none."""
    return _TISSUES.get(variable.split("_")[0], POSTURE)


def by_tissue(rows: Iterable[Change]) -> dict[str, list[Change]]:
    """Return the changes of each tissue in their order, the tissue that changes most first."""
    found: dict[str, list[Change]] = {}
    for row in rows:
        found.setdefault(row["tissue"], []).append(row)
    return found


def is_notable(row: Change) -> bool:
    """Tell whether a change is of a leading variable of its tissue, and a tenth or more of its usual size."""
    return row["variable"] in _LEADING and (row["share"] or 0.0) >= _NOTABLE_SHARE


def largest_effect(rows: Iterable[Change]) -> str:
    """Return one sentence on the change that matters most, of loads alone."""
    row = next((row for row in rows if is_notable(row)), None)
    if row is None:
        return "No tissue's load changes by a tenth of its usual size."
    words = variables()[row["variable"]].name.replace("_", " ")
    where = (
        f" at {row['where']}" if row["tissue"] in ("joint", "disc", "facets", "ligaments") else f" of {row['where']}"
    )
    where = where.replace("_", " ") if row["where"] else ""
    before, after = row["a"] or 0.0, row["b"] or 0.0
    sense = "turns over" if before * after < 0.0 else "rises" if abs(after) >= abs(before) else "falls"
    unit, percent = row["unit"], row["percent"]
    share = "" if percent is None else f", {percent:+.0f} %"
    return (
        f"The largest change is in the {row['tissue']}: {words}{where} {sense} from {_told(row['a'])} to "
        f"{_told(row['b'])} {unit} ({_told(row['change'], '+')} {unit}{share})."
    )


def _told(value: float | None, sign: str = "") -> str:
    number = value or 0.0
    return f"{number:{sign}.3g}" if abs(number) < 1000.0 else f"{number:{sign}.0f}"


def _check_alike(a: xr.Dataset, b: xr.Dataset) -> None:
    """Refuse two results of which nothing can be matched."""
    steps = [result.sizes.get("step") for result in (a, b)]
    if steps[0] == steps[1]:
        return
    if None in steps:
        raise InputError(
            "a person and a specimen have no common loads: compare persons with persons, and specimens alike"
        )
    raise InputError(f"the courses have {steps[0]} and {steps[1]} steps: give both the same number of steps")


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
    for index in _places(left, right):
        first, second = float(left.values[index]), float(right.values[index])
        first, second = (0.0 if abs(x) <= _SMALLEST_CHANGE * scale else x for x in (first, second))
        share = _share(first, second, scale)
        if share is not None:
            rank = share + (_LEADS if share >= _NOTABLE_SHARE and name in _LEADING else 0.0)
            names = [_label(dim, names[place]) for dim, names, place in zip(left.dims, labels, index, strict=True)]
            yield rank, _row(name, " ".join(names), first, second, share, unit)


def _label(dim: Hashable, label: object) -> str:
    return f"step {label}" if dim == "step" else str(label)


def _places(a: xr.DataArray, b: xr.DataArray) -> Iterator[tuple[int, ...]]:
    """Yield every index of two arrays of one shape; of a course only the step of the largest change."""
    if "step" not in a.dims:
        yield from np.ndindex(a.shape)
        return
    change = np.nan_to_num(np.abs(b.values.astype(float) - a.values.astype(float)), nan=-1.0, posinf=-1.0)
    step = change.argmax(axis=0)  # a course's variables lie over `step` first
    for index in np.ndindex(step.shape):
        yield (int(step[index]), *index)


def _scale(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], unit: str) -> float:
    """Return the usual size of a variable: its largest number, or what is worth a look at all."""
    sizes = np.abs(np.concatenate([a.ravel(), b.ravel()]).astype(float))
    largest = float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
    return max(largest, _NOTABLE.get(unit, _NOTABLE_SHARE))


def _share(a: float, b: float, scale: float) -> float | None:
    """Return how much a change matters; negative when one side is missing or infinite, None when nothing differs."""
    if (math.isnan(a) and math.isnan(b)) or a == b:
        return None
    if not (math.isfinite(a) and math.isfinite(b)):
        return -1.0
    share = abs(b - a) / scale
    return share if share > _SMALLEST_CHANGE else None


def _row(variable: str, where: str, a: float, b: float, share: float, unit: str) -> Change:
    change = _known(b - a)
    counts = abs(a) > _NOTHING * _NOTABLE.get(unit, _NOTABLE_SHARE)
    percent = 100.0 * change / abs(a) if change is not None and counts else None
    return Change(
        tissue=tissue_of(variable), variable=variable, where=where, a=_known(a), b=_known(b),
        change=change, percent=percent, share=share if share >= 0.0 else None, unit=unit,
    )  # fmt: skip


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
