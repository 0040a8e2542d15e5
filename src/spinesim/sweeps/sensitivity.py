"""Which uncertain parameter moves an output: Sobol and Morris indices by SALib, with a look at their convergence, or
the exact slopes of one run.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import xarray as xr

from spinesim.errors import InputError, did_you_mean, either
from spinesim.files import read_scenario
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.scenario.sweep import sweepable
from spinesim.sweeps.dataset import as_dataset
from spinesim.sweeps.design import Floats
from spinesim.sweeps.local import local_sensitivity
from spinesim.sweeps.plan import make_plan, with_uncertainty
from spinesim.sweeps.run import in_memory

Method = Literal["sobol", "morris", "local"]
LEVELS = 8  # of Morris' grid
INSIDE = 1e-6  # how near a share may come to 0 or 1


def sensitivity(
    source: Any, output: str, at: Mapping[str, str] | None = None, *, method: Method = "sobol", samples: int = 256,
    workers: int | None = None, seed: int = 0, progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """Return how an output of a scenario depends on each uncertain parameter of its model.

    Parameters
    ----------
    source : str, path-like, mapping or Scenario
        The scenario.
    output : str
        Such as ``joint_compression``.
    at : mapping, optional
        Labels of its dimensions, such as ``{"level": "L4-L5"}``; where none is given, the largest value counts.
    method : str
        "sobol": shares of the variance, alone (`first`) and with all others (`total`), by Saltelli's sample and
        Jansen's estimator. "morris": mean size of elementary effects (`mu_star`) and their spread (`sigma`), in the
        unit of the output over the whole range of a parameter. "local": see `local_sensitivity`, one solve alone.
    samples : int
        Base samples (a power of two is best) or trajectories; parameters + 2, or + 1, times as many solves.
    seed : int

    Returns
    -------
    xarray.Dataset
        By `parameter`; `half` is the first index from half of the samples: where it differs, there are too few.
        ``attrs["solves"]`` and ``attrs["failed"]`` count; those that found no balance take the mean.

    Raises
    ------
    InputError
        When SALib is not installed, or output or label are unknown.
    """
    if output not in sweepable():
        raise InputError(f"no output '{output}'{did_you_mean(output, sweepable())}")
    scenario = read_scenario(source)
    if method == "local":
        return local_sensitivity(scenario, output, at)
    salib = _salib()
    plan = make_plan({**with_uncertainty(scenario, samples, seed), "outputs": [output]})
    names = [entry.name for entry in plan.parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    table = _table(salib, problem, method, samples, seed)
    plan = replace(plan, design=replace(plan.design, kind="given", samples=len(table), table=table))
    swept = as_dataset(plan, in_memory(plan, workers, progress))
    values, failed = _one_number(swept, output, dict(at or {}))
    found = _analysed(salib, problem, method, table, values, seed)
    half = _half(len(names), method, samples)
    found["half"] = next(iter(_analysed(salib, problem, method, table[:half], values[:half], seed).values()))
    where = " ".join((at or {}).values()) or "largest"
    told = {
        "output": f"{output} ({where})", "method": method, "solves": len(table), "failed": failed,
        "units": str(swept[output].attrs["units"]), "scenario_name": scenario.name,
    }  # fmt: skip
    data = {name: ("parameter", np.asarray(column)) for name, column in found.items()}
    return xr.Dataset(data, coords={"parameter": names}, attrs=told)


def told_of(indices: xr.Dataset) -> str:
    """Return in words which output the indices are of, and what they took."""
    told = indices.attrs
    if told["method"] == "local":
        return f"{told['output']}, {told['value']:.4g} {told['units']}, slopes of one solve"
    failed = f", {told['failed']:,} without a balance" if told["failed"] else ""
    return f"{told['output']}, {told['solves']:,} solves{failed}"


def _salib() -> Any:
    try:
        import SALib.analyze.morris
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError as error:
        raise InputError("sensitivities need SALib: pip install spinesim[sensitivity]") from error
    return SALib


def _table(salib: Any, problem: dict[str, Any], method: Method, samples: int, seed: int) -> Floats:
    """Return the shares (scenario, parameter) to solve at; the first half of them is a design of its own."""
    if method == "morris":
        drawn = salib.sample.morris.sample(problem, samples, num_levels=LEVELS, seed=seed)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the number is no power of two: the convergence tells
            drawn = salib.sample.sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    return np.clip(drawn, INSIDE, 1.0 - INSIDE)


def _half(parameters: int, method: Method, samples: int) -> int:
    """Return how many rows of the table half of the samples make."""
    return (samples // 2) * (parameters + (1 if method == "morris" else 2))


def _one_number(swept: xr.Dataset, output: str, at: dict[str, str]) -> tuple[Floats, int]:
    """Return one number for each scenario, failures at the mean, and how many failed."""
    values = swept[output]
    for dim, label in at.items():
        if dim not in values.dims or label not in values[dim].values:
            known = {dim: list(values[dim].values) for dim in values.dims if dim != "sample"}
            options = ", ".join(f"{name}: {either(labels)}" for name, labels in known.items())
            raise InputError(f"--at {dim}={label}: {output} has no such place ({options})")
        values = values.sel({dim: label})
    numbers = values.values.reshape(len(values), -1)
    numbers = numbers[:, 0] if numbers.shape[1] == 1 else numbers.max(axis=1)
    bad = (swept["status"].values >= NOT_CONVERGED) | ~np.isfinite(numbers)
    if bad.all():
        raise InputError(f"{output} is nowhere a number in this scenario")
    numbers = np.where(bad, numbers[~bad].mean(), numbers)
    return numbers, int(bad.sum())


def _analysed(
    salib: Any, problem: dict[str, Any], method: Method, table: Floats, values: Floats, seed: int
) -> dict[str, Floats]:
    if method == "morris":
        found = salib.analyze.morris.analyze(problem, table, values, num_levels=LEVELS, seed=seed)
        return {"mu_star": np.asarray(found["mu_star"]), "sigma": np.asarray(found["sigma"])}
    scaled = (values - values.mean()) / (values.std() or 1.0)
    found = salib.analyze.sobol.analyze(problem, scaled, calc_second_order=False, seed=seed)
    return {"total": found["ST"], "first": found["S1"], "total_confidence": found["ST_conf"]}
