"""Blocks of a sweep as one labelled Dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spinesim._version import __version__
from spinesim.assembly.faults import fault_sources
from spinesim.assembly.names import fascicle_names
from spinesim.results.labelled import Labelled
from spinesim.results.outcome import OUTCOMES
from spinesim.results.wrap import CITED_ALWAYS
from spinesim.scenario import Scenario
from spinesim.sweeps.axes import TOGETHER, Coordinate, Dimension, set_values
from spinesim.sweeps.block import Block, drawn, output_shape
from spinesim.sweeps.plan import Plan
from spinesim.variables import dimensions, variables

if TYPE_CHECKING:
    import xarray as xr

SWEEP_OUTCOMES = (*OUTCOMES, "impossible_posture")
_SPOKEN = {"reserve_used": "that muscles cannot hold"}
STATUS = {
    "units": "1", "long_name": "how the solve ended", "flag_values": list(range(len(SWEEP_OUTCOMES))),
    "flag_meanings": " ".join(SWEEP_OUTCOMES),
}  # fmt: skip
UNSETTLED = {"units": "1", "long_name": "1 where vertebrae that might have settled were held, for they would not"}
ENDINGS = {"status": STATUS, "unsettled": UNSETTLED}


def coordinates(plan: Plan, values: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the coordinates of a sweep's Dataset, those of its samples included: the values if they hold them."""
    coords = labels(plan)
    if plan.design.kind == "grid":
        for dimension in plan.design.dimensions:
            for own in dimension.coordinates:
                coords[own.name] = (dimension.name, np.array(own.labels), _about(own, dimension))
    if "sample" in plan.design.shape:
        coords |= _sampled(plan, values)
    return coords


def labels(plan: Plan) -> dict[str, Any]:
    """Return the coordinates of the outputs' own dimensions."""
    used = {dim for name in plan.outputs for dim in variables()[name].dims}
    coords: dict[str, Any] = {
        name: (name, np.array(d.labels, dtype=str)) for name, d in dimensions().items() if name in used and d.labels
    }
    if "fascicle" in used:
        coords["fascicle"] = (
            "fascicle",
            np.array([fascicle.name for fascicle in fascicle_names(plan.model)], dtype=str),
        )
    return coords


def _sampled(plan: Plan, values: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    samples, own, names = plan.design.samples, drawn_attributes(plan), drawn(plan, 0, 1)
    known = values if values.keys() >= names.keys() else drawn(plan, 0, samples)
    return {name: ("sample", known[name][:samples], own[name]) for name in names}


def drawn_attributes(plan: Plan) -> dict[str, dict[str, str]]:
    """Return units and meaning of what is drawn."""
    units = {own.name: _about(own, dimension) for dimension in plan.design.dimensions for own in dimension.coordinates}
    factors = {entry.name: ", ".join(entry.paths) for entry in plan.parameters}
    return {**units, **{name: {"units": "1", "long_name": f"factor on {paths}"} for name, paths in factors.items()}}


def _about(own: Coordinate, dimension: Dimension) -> dict[str, str]:
    """Return the unit of a coordinate, and the dimension that it goes along with if that has another name."""
    unit = {"units": own.unit} if own.unit else {}
    return unit if own.name == dimension.name else {**unit, TOGETHER: dimension.name}


def as_dataset(plan: Plan, values: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    """Return the Dataset of all scenarios' outputs (scenario, ...)."""
    return as_labelled(plan, values).dataset()


def as_labelled(plan: Plan, values: Mapping[str, NDArray[Any]]) -> Labelled:
    """Return the outputs (scenario, ...) of all scenarios with their names."""
    shape = plan.design.shape
    data: dict[str, Any] = {}
    for name in (*plan.outputs, *ENDINGS):
        dims, told = ((), ENDINGS[name]) if name in ENDINGS else (variables()[name].dims, variables()[name].attributes)
        data[name] = ((*shape, *dims), values[name].reshape(*shape.values(), *values[name].shape[1:]), told)
    ended = summary_attributes(values["status"], values["unsettled"])
    return Labelled(data, coordinates(plan, values), {**attributes(plan), **ended})


def attributes(plan: Plan) -> dict[str, Any]:
    """Return what a sweep's Dataset says about itself."""
    faults = (fault_sources(plan.model, scenario) for scenario in _with_each_fault(plan))
    owed = {*plan.model.sources, *CITED_ALWAYS}.union(*faults)
    return {
        "title": plan.title,
        "sweep": plan.text,
        "sweep_digest": plan.digest,
        "model": plan.model.name,
        "model_digest": plan.model.digest,
        "spinesim_version": __version__,
        "citations": ", ".join(sorted(owed)),
        "note": "an estimate of loads for research and teaching; it does not diagnose or prescribe",
    }


def _with_each_fault(plan: Plan) -> Iterator[Scenario]:
    """Yield the scenario of the first values, and one for each value that varies its faults."""
    base = plan.template.scenario.written
    yield base
    for dimension in plan.design.dimensions:
        if any(leaf.keys[0] == "faults" for leaf in dimension.leaves):
            for k in range(len(dimension.labels)):
                yield set_values(base, dimension.leaves, [leaf.at(k) for leaf in dimension.leaves])


def summary_attributes(status: NDArray[Any], unsettled: NDArray[Any]) -> dict[str, Any]:
    """Return how many scenarios ended how, as attributes: what failed comes first."""
    codes = {**{k: name for k, name in reversed(list(enumerate(SWEEP_OUTCOMES)))}, -1: "not_done"}
    counts = {name: int((status == code).sum()) for code, name in codes.items()}
    told = [f"{count:,} {_SPOKEN.get(name, name.replace('_', ' '))}" for name, count in counts.items() if count]
    still = int(unsettled.sum())
    held = (
        f"; in {still:,} of them the vertebrae were held as the posture says, for they did not settle" if still else ""
    )
    return {
        "status_counts": json.dumps(counts),
        "status_message": f"of {status.size:,} scenarios: {', '.join(told)}{held}",
    }


def empty_block(plan: Plan, scenarios: int) -> Block:
    """Return arrays for that many scenarios, to be filled block by block."""
    out: Block = {name: np.empty((scenarios, *output_shape(plan, name))) for name in plan.outputs}
    own = {name: np.empty(scenarios, dtype=value.dtype) for name, value in drawn(plan, 0, 1).items()}
    return {**out, **{name: np.empty(scenarios, dtype=np.int8) for name in ENDINGS}, **own}
