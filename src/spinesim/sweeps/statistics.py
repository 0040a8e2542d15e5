"""How sure an answer is: medians and intervals over a sweep, probabilities, and which parameter moves it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from spinesim.errors import InputError, either
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.sweeps.axes import TOGETHER
from spinesim.variables import dimensions

INTERVAL = (0.05, 0.5, 0.95)
ENDINGS = ("status", "unsettled")  # how scenarios ended is no output


def swept_dimensions(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the dimensions of a sweep that are not those of its outputs."""
    return tuple(str(dim) for dim in sweep["status"].dims)


def solved(sweep: xr.Dataset) -> xr.Dataset:
    """Return the sweep with NaN where no balance was found: such numbers mean nothing."""
    return sweep.drop_vars(list(ENDINGS)).where(_found_balance(sweep))


def _found_balance(sweep: xr.Dataset) -> xr.DataArray:
    return (sweep["status"] >= 0) & (sweep["status"] < NOT_CONVERGED)


def intervals(sweep: xr.Dataset, over: Sequence[str] | None = None, shares: Sequence[float] = INTERVAL) -> xr.Dataset:
    """Return quantiles of every output along a new dimension `quantile`.

    Parameters
    ----------
    sweep : xarray.Dataset
        As `spinesim.sweep` returns it.
    over : sequence of str, optional
        Dimensions to go over; all of the sweep's when left out.
    shares : sequence of float
        Quantiles, 0 to 1; 5 %, 50 % and 95 % when left out.
    """
    dims = list(swept_dimensions(sweep) if over is None else over)
    _check_dims(sweep, dims)
    good, found = _found_balance(sweep).variable, {}
    for name, values in sweep.data_vars.items():  # one after the other: a large sweep lies on disk
        if name not in ENDINGS:
            known = values.variable.where(good)
            found[name] = known.quantile(list(shares), dim=dims, skipna=True, keep_attrs=True)
    left = {str(dim) for own in found.values() for dim in own.dims}
    coords = {name: sweep[name] for name in left & set(sweep.indexes)} | {"quantile": list(shares)}
    return xr.Dataset(found, coords=coords, attrs=sweep.attrs)


def probability(values: xr.DataArray, above: float, over: Sequence[str] = ("sample",)) -> xr.DataArray:
    """Return the share of the samples in which a value is above a limit; those that are NaN are left out.

    Take the values from `solved(sweep)`: a sweep itself holds numbers without a balance too. With n samples the
    standard error is sqrt(p (1 - p) / n).
    """
    known = values.notnull()
    return (values.where(known) > above).sum(list(over)) / known.sum(list(over))


def correlations(sweep: xr.Dataset, output: xr.DataArray) -> xr.Dataset:
    """Return how each drawn value goes with an output: Spearman's rank correlation.

    Parameters
    ----------
    sweep : xarray.Dataset
        With the dimension `sample` and drawn values as its coordinates.
    output : xarray.DataArray
        One number for each sample.

    Returns
    -------
    xarray.Dataset
        `correlation` by `parameter`, and `half`: the same from the first half of the samples. Where the two differ,
        there are too few.
    """
    names = [
        str(name)
        for name, c in sweep.coords.items()
        if c.dims == ("sample",) and c.dtype.kind in "if" and TOGETHER not in c.attrs
    ]
    if "sample" not in sweep.dims or not names:
        raise InputError("correlations need a sweep with samples")
    known = np.isfinite(output.values)
    drawn = np.stack([sweep[name].values[known] for name in names])
    values, half = output.values[known], int(known.sum()) // 2
    data = {
        "correlation": ("parameter", _rank_correlations(drawn, values)),
        "half": ("parameter", _rank_correlations(drawn[:, :half], values[:half])),
    }
    return xr.Dataset(
        data, coords={"parameter": names}, attrs={"output": str(output.name), "samples": int(known.sum())}
    )


def _rank_correlations(drawn: np.ndarray, values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    ranks, own = rankdata(drawn, axis=1), rankdata(values)
    ranks, own = ranks - ranks.mean(axis=1, keepdims=True), own - own.mean()
    size = np.sqrt((ranks**2).sum(axis=1) * (own**2).sum())
    return np.divide(ranks @ own, size, out=np.zeros(len(drawn)), where=size > 0.0)


def _check_dims(sweep: xr.Dataset, wanted: Sequence[str]) -> None:
    known = swept_dimensions(sweep)
    for dim in wanted:
        if dim not in known:
            own = " is a dimension of the outputs" if dim in dimensions() else ""
            raise InputError(f"'{dim}' is no dimension of this sweep{own} (it has {either(known)})")
