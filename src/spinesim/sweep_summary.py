"""Sweeps as tables of text: how they ended first, then medians and intervals."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spinesim.kernels.status import NOT_CONVERGED
from spinesim.results.labelled import Labelled
from spinesim.text_tables import new_table
from spinesim.variables import variables

if TYPE_CHECKING:
    import xarray as xr

INTERVAL = (0.05, 0.5, 0.95)
ENDINGS = ("status", "unsettled")  # how scenarios ended is no output
MOST_CELLS = 12  # rows of one output


def print_intervals(sweep: xr.Dataset | Labelled, file: TextIO, single: Labelled | None = None) -> None:
    """Print median and interval of every output over all scenarios; beside them those of a single sample if given."""
    console = Console(file=file, highlight=False)
    console.print(Text(str(sweep.attrs["title"]), style="bold"))
    console.print(Text(str(sweep.attrs["status_message"])))
    console.print(_intervals(sweep, single))
    low, _, high = (f"{100 * share:.0f} %" for share in INTERVAL)
    console.print(Text(f"Interval: {low} to {high} of the scenarios that found a balance."))
    for line in _beyond(sweep):
        console.print(Text(line))


def _beyond(sweep: xr.Dataset | Labelled) -> Iterator[str]:
    """Yield for every ratio to a tolerance how likely it is passed, where it is most so."""
    for name in (name for name in _outputs(sweep) if name.startswith("tolerance_ratio")):
        values = _solved(sweep, name)
        known = np.isfinite(values).sum(axis=0)
        if known.any():
            share = (values > 1.0).sum(axis=0) / np.maximum(known, 1)
            p, level = float(share.max()), _labels(sweep, "level")[int(share.argmax())]
            error = 100.0 * np.sqrt(p * (1.0 - p) / known.max())
            told = (
                f"{_percent(p)} % (+- {error:.1g} %), at {level}" if p else f"in none of {known.max():,}, at any level"
            )
            yield f"Probability of a {name.replace('_', ' ')} above 1: {told}."


def _percent(share: float) -> str:
    """Return a share in per cent, with one digit below 10 and never as a power of ten."""
    return f"{100.0 * share:.2g}" if share < 0.095 else f"{100.0 * share:.0f}"


def _outputs(sweep: xr.Dataset | Labelled) -> list[str]:
    names = sweep.data if isinstance(sweep, Labelled) else sweep.data_vars
    return [str(name) for name in names if name not in ENDINGS]


def _array(sweep: xr.Dataset | Labelled, name: str) -> NDArray[Any]:
    """Return an output, what was swept leading; of a large store only this one is read."""
    return sweep.at(name) if isinstance(sweep, Labelled) else sweep[name].values


def _labels(sweep: xr.Dataset | Labelled, dim: str) -> list[str]:
    return sweep.labels(dim) if isinstance(sweep, Labelled) else [str(label) for label in sweep[dim].values]


def _solved(sweep: xr.Dataset | Labelled, name: str) -> NDArray[np.float64]:
    """Return an output (scenario, ...), NaN where no balance was found: such numbers mean nothing."""
    status, values = _array(sweep, "status"), _array(sweep, name)
    good = ((status >= 0) & (status < NOT_CONVERGED)).ravel()
    rows = values.reshape(good.size, *values.shape[status.ndim :])
    return np.where(good.reshape(-1, *(1,) * (rows.ndim - 1)), rows, np.nan)


def _quantiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ends and the middle (quantile, ...) of values (scenario, ...) that are known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of cells that no scenario knows
        return (np.nanquantile if np.isnan(values).any() else np.quantile)(values, INTERVAL, axis=0)


def print_sensitivity(indices: xr.Dataset, file: TextIO) -> None:
    """Print a table of sensitivity indices, largest first, with what they were from half the samples."""
    from spinesim.sweeps.sensitivity import told_of

    console = Console(file=file, highlight=False)
    console.print(Text(f"{indices.attrs['method']}: {told_of(indices)}"))
    names = list(indices.data_vars)
    table = new_table(["parameter"], [str(name).replace("_", " ") for name in names])
    told = _number if indices.attrs["method"] == "local" else _share
    for k in np.argsort(-np.abs(indices[names[0]].values)):
        table.add_row(str(indices["parameter"].values[k]), *(told(indices[name][k]) for name in names))
    console.print(table)


def _intervals(sweep: xr.Dataset | Labelled, single: Labelled | None) -> Table:
    table = new_table(["output", "where"], [*(["value"] if single is not None else []), "median", "interval", "unit"])
    for name in _outputs(sweep):
        dims = variables()[name].dims
        found = _quantiles(_solved(sweep, name)).reshape(len(INTERVAL), -1)
        places = list(itertools.product(*(_labels(sweep, dim) for dim in dims)))
        alone = None if single is None else _array(single, name).ravel()
        for k in _shown(found[1]):
            low, median, high = (_number(value) for value in found[:, k])
            own = [] if alone is None else [_number(alone[k])]
            told = " ".join(places[k]).replace("_", " ")
            table.add_row(name.replace("_", " "), told, *own, median, f"[{low} - {high}]", variables()[name].unit)
    return table


def _shown(median: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which cells of an output are shown: all when they are few, else those with the largest medians."""
    if len(median) <= MOST_CELLS:
        return np.arange(len(median))
    return np.sort(np.argsort(-np.nan_to_num(np.abs(median), nan=-1.0))[:MOST_CELLS])


def _share(value: Any) -> str:
    return f"{float(value):.3f}"


def _number(value: Any) -> str:
    number = float(value) + 0.0  # a negative zero is none
    if not np.isfinite(number):
        return "-"
    return f"{number:.0f}" if abs(number) >= 100.0 else f"{number:.3g}"
