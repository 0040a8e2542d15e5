"""Sweeps as tables of text: how they ended first, then medians and intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spinesim.sweeps.sensitivity import told_of
from spinesim.sweeps.statistics import ENDINGS, INTERVAL, intervals, probability, solved, swept_dimensions
from spinesim.text_tables import new_table
from spinesim.variables import variables

MOST_CELLS = 12  # rows of one output


def print_intervals(sweep: xr.Dataset, file: TextIO, single: xr.Dataset | None = None) -> None:
    """Print median and interval of every output over all scenarios; beside them a single run's values if given."""
    console = Console(file=file, highlight=False)
    console.print(Text(str(sweep.attrs["title"]), style="bold"))
    console.print(Text(str(sweep.attrs["status_message"])))
    console.print(_intervals(sweep, single))
    low, _, high = (f"{100 * share:.0f} %" for share in INTERVAL)
    console.print(Text(f"Interval: {low} to {high} of the scenarios that found a balance."))
    for line in _beyond(sweep):
        console.print(Text(line))


def _beyond(sweep: xr.Dataset) -> Iterator[str]:
    """Yield for every ratio to a tolerance how likely it is passed, where it is most so."""
    dims = swept_dimensions(sweep)
    for name in (str(name) for name in sweep.data_vars if str(name).startswith("tolerance_ratio")):
        values = solved(sweep[[name, *ENDINGS]])[name]
        share, known = probability(values, 1.0, dims), int(values.notnull().sum(dims).max())
        if known:
            worst = share.isel(level=int(share.argmax("level")))
            p, level = float(worst), str(worst["level"].values)
            error = 100.0 * np.sqrt(p * (1.0 - p) / known)
            told = f"{100.0 * p:.2g} % (+- {error:.1g} %), at {level}" if p else f"in none of {known:,}, at any level"
            yield f"Probability of a {name.replace('_', ' ')} above 1: {told}."


def print_sensitivity(indices: xr.Dataset, file: TextIO) -> None:
    """Print a table of sensitivity indices, largest first, with what they were from half the samples."""
    console = Console(file=file, highlight=False)
    console.print(Text(f"{indices.attrs['method']}: {told_of(indices)}"))
    names = list(indices.data_vars)
    table = new_table(["parameter"], [str(name).replace("_", " ") for name in names])
    told = _number if indices.attrs["method"] == "local" else _share
    for k in np.argsort(-np.abs(indices[names[0]].values)):
        table.add_row(str(indices["parameter"].values[k]), *(told(indices[name][k]) for name in names))
    console.print(table)


def _intervals(sweep: xr.Dataset, single: xr.Dataset | None) -> Table:
    found = intervals(sweep)
    table = new_table(["output", "where"], [*(["value"] if single is not None else []), "median", "interval", "unit"])
    for name in found.data_vars:
        for where, cell in _cells(found[name]):
            low, median, high = (_number(value) for value in cell.values)
            own = [] if single is None else [_number(single[name].sel(where).values)]
            told = " ".join(where.values()).replace("_", " ")
            table.add_row(
                str(name).replace("_", " "), told, *own, median, f"[{low} - {high}]", variables()[str(name)].unit
            )
    return table


def _cells(values: xr.DataArray) -> Iterator[tuple[dict[str, str], xr.DataArray]]:
    """Yield the cells of an output (quantile, ...): all when they are few, else those with the largest medians."""
    inner = [dim for dim in values.dims if dim != "quantile"]
    if not inner:
        yield {}, values
        return
    flat = values.stack(cell=inner)
    median = np.nan_to_num(np.abs(flat.sel(quantile=0.5).values), nan=-1.0)
    chosen = np.arange(len(median)) if len(median) <= MOST_CELLS else np.sort(np.argsort(-median)[:MOST_CELLS])
    for k in chosen:
        cell = flat.isel(cell=int(k))
        yield {str(dim): str(cell[dim].values) for dim in inner}, cell


def _share(value: Any) -> str:
    return f"{float(value):.3f}"


def _number(value: Any) -> str:
    number = float(value) + 0.0  # a negative zero is none
    if not np.isfinite(number):
        return "-"
    return f"{number:.0f}" if abs(number) >= 100.0 else f"{number:.3g}"
