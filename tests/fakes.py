"""A small result with every variable of the vocabulary, made without solving anything."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from spinesim.variables import dimensions, variables

STATUS = ("converged", "reserve_used", "not_converged", "unstable")


def fake_result(
    seed: int = 0, status: int = 0, loads: Sequence[str] = ("kettlebell",), **attributes: Any
) -> xr.Dataset:
    """Return a Dataset of numbers between 0 and 100 that looks like the result of a run."""
    numbers = np.random.default_rng(seed)
    labels = {name: _labels(name, dimension.labels, loads) for name, dimension in dimensions().items()}
    data = {
        name: (variable.dims, numbers.uniform(0.0, 100.0, [len(labels[dim]) for dim in variable.dims]))
        for name, variable in variables().items()
    }
    result = xr.Dataset(data, labels | {})
    for name, variable in variables().items():
        result[name].attrs = dict(variable.attributes)
    result["status"] = ((), status, {"flag_values": [0, 1, 2, 3], "flag_meanings": " ".join(STATUS)})
    result["iterations"] = ((), 7)
    result["facet_force"].loc[{"level": "T12-L1", "side": "right"}] = np.nan
    result.attrs = {
        "scenario": "format: 1\nname: Café\n",
        "scenario_name": "Café [red]",
        "status": STATUS[status],
        "status_message": "" if status == 0 else "the muscles cannot hold this load: L4-L5 flexion lacks 12 N m",
        "citations": "Wilke2001, Bruno2015",
        "subject_mass": 75.1,
        "subject_age": None,
        **attributes,
    }
    return result


def _labels(name: str, fixed: tuple[str, ...] | None, loads: Sequence[str]) -> np.ndarray[Any, Any]:
    free = {"fascicle": ("multifidus_L1_left", "psoas_é_right"), "load": tuple(loads)}
    return np.array(fixed if fixed is not None else free[name], dtype=str)
