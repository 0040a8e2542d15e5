"""Solve one block of a sweep: assemble what differs, hand whole groups to the core, name what it saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinesim.assembly import Assembly
from spinesim.assembly.task import hands_on_loads
from spinesim.assembly.vector import as_vector, tail_of, whole_numbers
from spinesim.kernels.batch import Changes, solve_many
from spinesim.kernels.observe import Sight, make_sight
from spinesim.kernels.status import IMPOSSIBLE, NOT_CONVERGED
from spinesim.kernels.tables import make_state, make_work
from spinesim.model.uncertainty import factors
from spinesim.results.setting import setting_numbers, setting_of, with_numbers
from spinesim.results.wrap import observed_values
from spinesim.simulation import ANGLES
from spinesim.sweeps.plan import Plan, person_touches
from spinesim.variables import dimensions, variables

PART = 256  # scenarios solved between two looks at whether to stop
Floats = NDArray[np.float64]
Block = dict[str, NDArray[Any]]


class Stopped(Exception):
    """Raised inside a block that is to be given up."""


def solve_block(plan: Plan, start: int, stop: int, stopped: Callable[[], bool] = lambda: False) -> Block:
    """Return the outputs of scenarios start to stop, their `status`, `unsettled`, and what was drawn for them: arrays
    (scenario, ...).

    The numbers depend on the plan and the number of a scenario alone, not on the block it is solved in.
    """
    x, share = plan.design.points(start, stop)
    factor = parameter_factors(plan, share)
    out = _empty(plan, stop - start)
    for first in range(0, stop - start, PART):
        if stopped():
            raise Stopped
        rows = slice(first, first + PART)
        _solve_part(plan, x[rows], factor[rows], {name: values[rows] for name, values in out.items()})
    return {**out, **_named(plan, x, factor)}


def drawn(plan: Plan, start: int, stop: int) -> Block:
    """Return the coordinates of scenarios start to stop of a design with samples: drawn values and factors."""
    x, share = plan.design.points(start, stop)
    return _named(plan, x, parameter_factors(plan, share))


def _named(plan: Plan, x: Floats, factor: Floats) -> Block:
    found = {} if plan.design.kind == "grid" else {
        own.name: own.at(x[:, k])
        for k, dimension in enumerate(plan.design.dimensions) for own in dimension.coordinates
    }  # fmt: skip
    return {**found, **{entry.name: factor[:, k] for k, entry in enumerate(plan.parameters)}}


def output_shape(plan: Plan, name: str) -> tuple[int, ...]:
    """Return the shape of an output of one scenario."""
    sizes = {"fascicle": 2 * len(plan.model.fascicles) + 2}
    sizes |= {dim: len(d.labels) for dim, d in dimensions().items() if d.labels is not None}
    return tuple(sizes[dim] for dim in variables()[name].dims)


def parameter_factors(plan: Plan, share: Floats) -> Floats:
    """Return the factors (scenario, parameter) at shares of the parameters' distributions."""
    columns = [factors(entry, share[:, k]) for k, entry in enumerate(plan.parameters)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(share), 0))


def _empty(plan: Plan, scenarios: int) -> Block:
    out: Block = {name: np.full((scenarios, *output_shape(plan, name)), np.nan) for name in plan.outputs}
    status = np.full(scenarios, IMPOSSIBLE, dtype=np.int8)
    return {**out, "status": status, "unsettled": np.zeros(scenarios, dtype=np.int8)}


def _solve_part(plan: Plan, x: Floats, factor: Floats, out: Block) -> None:
    keys = np.concatenate([x, factor[:, list(plan.slow)]], axis=1)
    offsets = plan.plain.offsets(plan.columns, keys)
    distinct, which = np.unique(plan.plain.left_alone(keys), axis=0, return_inverse=True)
    assemblies = [plan.assembly(row) for row in distinct]
    groups: dict[Any, list[int]] = {}
    for k, assembly in enumerate(assemblies):
        if assembly is not None:
            groups.setdefault(_kind(assembly), []).append(k)
    for members in groups.values():
        rows = np.flatnonzero(np.isin(which, members))
        own = np.searchsorted(members, which[rows])
        _solve_group(plan, _Group([assemblies[k] for k in members], own, factor[rows], offsets[rows]), rows, out)


def _kind(assembly: Assembly) -> tuple[Any, ...]:
    """Return what scenarios of one batch must share: the tables of the person, and all whole numbers of the task."""
    person = assembly.person
    return (
        id(person.lines),
        id(person.facets),
        whole_numbers(assembly.task),
        hands_on_loads(assembly.scenario).tobytes(),
    )


@dataclass(frozen=True)
class _Group:
    """Scenarios that one call of the core solves: the distinct assemblies, and for each scenario which and how."""

    assemblies: list[Any]
    which: NDArray[np.int64]
    factor: Floats
    offset: Floats  # (scenario, plain column) from the assembly's own value


def _solve_group(plan: Plan, group: _Group, rows: NDArray[np.int64], out: Block) -> None:
    first: Assembly = group.assemblies[0]
    sight = _observed(plan, group, first)
    setting = setting_of(group.assemblies).taken(group.which)
    told = plan.told.applied(np.ones(setting_numbers(setting).shape[1]), group.factor)
    setting = with_numbers(setting, setting_numbers(setting) * told)
    setting = replace(setting, co_contraction=setting.co_contraction + _told(plan, group))
    values = observed_values(setting, sight, plan.outputs)
    held = sight.gap <= first.person.skeleton.rigid_reach
    out["status"][rows[held]] = sight.ended[held, 0].astype(np.int8)
    out["unsettled"][rows[held]] = sight.ended[held, 3].astype(np.int8)
    for name in plan.outputs:
        if name in ANGLES and first.task.lean_spread > 0.0:
            values[name] = np.where(sight.ended[:, 0] >= NOT_CONVERGED, np.nan, values[name])
        out[name][rows[held]] = values[name][held]


def _told(plan: Plan, group: _Group) -> Floats:
    """Return what the plain columns add to the co-contraction (scenario,), the number behind the tail."""
    first, plain, total = group.assemblies[0], plan.plain, np.zeros(len(group.which))
    for touch in np.flatnonzero(plain.place == tail_of(first.person.discs, first.task).size):
        total += plain.slope[touch] * group.offset[:, plain.by[touch]]
    return total


def _observed(plan: Plan, group: _Group, first: Assembly) -> Sight:
    """Return what the core saw of all scenarios of a group."""
    vector = as_vector(first.person, first.task)
    touches, plain = person_touches(plan, first, vector), plan.plain
    own = plain.place < vector.tail
    place = np.append(touches.place, plain.place[own] + vector.numbers.size - vector.tail)
    by = np.append(touches.by, plain.by[own] + group.factor.shape[1])
    slope, power = np.append(touches.slope, plain.slope[own]), np.append(touches.power, np.zeros(own.sum()))
    changes = Changes(
        vector.numbers.copy(), np.stack([tail_of(a.person.discs, a.task) for a in group.assemblies]),
        group.which.astype(np.int64), np.hstack([group.factor, 1.0 + group.offset]), place, by, slope, power,
        np.arange(len(group.which)),
    )  # fmt: skip
    sight = make_sight(len(group.which), first.person)
    solve_many(
        vector.person, vector.task, vector.numbers, vector.scalars, changes, hands_on_loads(first.scenario),
        make_state(), make_work(first.person, first.task), sight,
    )  # fmt: skip
    return sight
