"""Exact local sensitivities: how a solved posture moves with each uncertain parameter of its model.

The unknowns y (translations, turns, multipliers, activations) of a solve fulfil E(y, p) = 0. While each muscle stays
between its bounds or at the one it has, dy/dp = -(dE/dy)^-1 dE/dp: one linear system for all parameters and no other
solve. The partial derivatives of E, and of the outputs along dy, are central differences of single evaluations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinesim.assembly import assemble
from spinesim.assembly.task import hands_on_loads
from spinesim.assembly.vector import Vector, as_vector, tail_of
from spinesim.errors import InputError, either
from spinesim.files import read_scenario
from spinesim.kernels import run
from spinesim.kernels.observe import Sight, make_sight
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FARTHEST_TILT,
    LEAN,
    N_EQUATION,
    N_POSED,
    N_TURN,
    State,
    Work,
    make_state,
    make_work,
)
from spinesim.kernels.unbalance import N_FORCE, unbalance
from spinesim.model.uncertainty import factors
from spinesim.results.setting import setting_numbers, setting_of, with_numbers
from spinesim.results.wrap import observed_values
from spinesim.sweeps.plan import Plan, make_plan, with_uncertainty
from spinesim.variables import dimensions, variables

Floats = NDArray[np.float64]
# Steps of the differences. The prices of turns are differences themselves: the steps must not be as small as theirs.
FACTOR_STEP = 1e-4  # of a parameter's factor
MOVE, TURN, PRICE, ACTIVATION = 1e-6, 1e-5, 1e-3, 1e-3  # m, rad, share of the largest multiplier, 1
EDGE = 1e-12  # of an activation: nearer to a bound it is held there
N_STATE = N_FORCE + N_TURN + N_EQUATION
SHARES = (0.05, 0.95)
_FARTHEST = np.array([FARTHEST_LEAN if LEAN <= n < N_POSED else FARTHEST_TILT for n in range(N_TURN)])


@dataclass(frozen=True)
class _Point:
    """A solved posture whose numbers may be changed: all evaluations share its arrays."""

    plan: Plan
    vector: Vector
    hands: NDArray[np.int64]
    state: State
    work: Work
    sight: Sight
    y: Floats  # translations (18) m, turns (18) rad, multipliers (25), activations (column,)

    def at(self, y: Floats, row: int = 0) -> Floats:
        """Return what the equations leave at other unknowns, writing what results see to a row of the sight."""
        u, tilt, lam, x = np.split(y, [N_FORCE, N_FORCE + N_TURN, N_STATE])
        self.state.u[:], self.state.tilt[:], self.state.lam[:] = u.reshape(-1, 3), tilt, lam
        v, out = self.vector, np.zeros(N_FORCE + N_EQUATION + x.size)
        unbalance(
            v.person, v.task, v.numbers, v.scalars, np.ascontiguousarray(x), self.hands, self.state, self.work, row,
            self.sight, out,
        )  # fmt: skip
        return out

    def bounds(self) -> Floats:
        """Return lower and upper bounds and ease (3, column) of the last evaluation."""
        problem = self.work.problem
        return np.array([problem.lo, problem.up, problem.ease])


def local_sensitivity(source: Any, output: str, at: Mapping[str, str] | None = None) -> xr.Dataset:
    """Return how an output of one run moves with each uncertain parameter of its model.

    Parameters
    ----------
    source : str, path-like, mapping or Scenario
        The scenario.
    output : str
        Such as ``joint_compression``.
    at : mapping, optional
        Labels of its dimensions, such as ``{"level": "L4-L5"}``; where none is given, the largest value counts.

    Returns
    -------
    xarray.Dataset
        By `parameter`: `derivative` by the parameter's factor (output unit per 100 %), and `swing`, the straight
        line's change from the parameter's 5 % to its 95 % quantile.

    Raises
    ------
    InputError
        When output or label are unknown, or the posture finds no balance.
    """
    scenario = read_scenario(source)
    plan = make_plan({**with_uncertainty(scenario, 1), "outputs": [output]})
    slopes, value = derivatives(plan)
    chosen = _chosen(output, value[output], dict(at or {}))
    slope = slopes[output][(slice(None), *chosen)]
    width = np.array([np.diff(factors(entry, np.array(SHARES)))[0] for entry in plan.parameters])
    where = " ".join(_labels(output)[dim][k] for dim, k in zip(_labels(output), chosen, strict=True))
    told = {
        "output": f"{output} ({where})" if where else output, "method": "local", "solves": 1, "failed": 0,
        "units": variables()[output].unit, "scenario_name": scenario.name, "value": float(value[output][chosen]),
    }  # fmt: skip
    data = {"swing": ("parameter", slope * width), "derivative": ("parameter", slope)}
    return xr.Dataset(data, coords={"parameter": [entry.name for entry in plan.parameters]}, attrs=told)


def derivatives(plan: Plan) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return by output its slope (parameter, ...) by the factor of each parameter, and its value, for the scenario of
    the first values of a plan.

    Raises
    ------
    InputError
        When it finds no balance, and so has no slope.
    """
    point, n = _solved(plan), len(plan.parameters)
    factor = np.ones((2 * n + 1, n))
    factor[np.arange(2 * n), np.arange(2 * n) // 2] += FACTOR_STEP * np.tile([1.0, -1.0], n)
    numbers = [_numbers(plan, point.vector.numbers.copy(), row) for row in factor]
    moves = _moves(point, numbers)
    for row, own in enumerate(numbers):
        k, sign = row // 2, 1.0 - 2.0 * (row % 2)
        point.vector.numbers[:] = own
        point.at(point.y + (sign * FACTOR_STEP * moves[:, k] if k < n else 0.0), row)
    setting = setting_of([plan.template]).taken(np.zeros(len(factor), dtype=np.int64))
    told = plan.told.applied(np.ones(setting_numbers(setting).shape[1]), factor)
    values = observed_values(with_numbers(setting, setting_numbers(setting) * told), point.sight, plan.outputs)
    found = {name: np.asarray(values[name]) for name in plan.outputs}
    slopes = {name: (own[0:-1:2] - own[1:-1:2]) / (2.0 * FACTOR_STEP) for name, own in found.items()}
    return slopes, {name: own[-1] for name, own in found.items()}


def _solved(plan: Plan) -> _Point:
    """Return the posture of the first values, solved."""
    own = plan.template
    vector = as_vector(own.person, own.task)
    state, work = make_state(), make_work(own.person, own.task)
    status = int(run.solve_static(vector.person, vector.task, state, work))
    if status >= NOT_CONVERGED:
        raise InputError(f"{own.scenario.name}: no balance was found, so nothing can be said of its neighbours")
    y = np.concatenate([state.u.ravel(), state.tilt, state.lam, work.problem.x])
    sight = make_sight(2 * len(plan.parameters) + 1, own.person)
    return _Point(plan, vector, hands_on_loads(own.scenario), state, work, sight, y)


def _numbers(plan: Plan, start: Floats, factor: Floats) -> Floats:
    """Return the numbers of the tables under factors (parameter,)."""
    own = plan.template
    slow = factor[list(plan.slow)]
    if (slow != 1.0).any():
        changed = assemble(plan.model_at(slow), own.scenario.written, own)
        tail = tail_of(own.person.discs, changed.task)
        start[start.size - tail.size :] = tail
    return plan.touches.applied(start, factor[None])[0]


def _moves(point: _Point, numbers: list[Floats]) -> Floats:
    """Return how all unknowns move with each parameter (unknown, parameter); numbers come in pairs above and below."""
    start, free, system = point.vector.numbers.copy(), *_system(point)
    x, power = point.y[N_STATE:], float(point.plan.template.task.power)
    columns = []
    for above, below in zip(numbers[0:-1:2], numbers[1:-1:2], strict=True):
        found = []
        for own in (above, below):
            point.vector.numbers[:] = own
            found.append((point.at(point.y), point.bounds()))
        (e_high, b_high), (e_low, b_low) = found
        by, (lower, upper, ease) = (e_high - e_low) / (2.0 * FACTOR_STEP), (b_high - b_low) / (2.0 * FACTOR_STEP)
        own_ease = 0.5 * (b_high[2] + b_low[2])
        held = np.where(x <= 0.5 * (b_high[0] + b_high[1]), lower, upper)
        price = free * by[N_FORCE + N_EQUATION :]
        response = price + np.where(free > 0.0, x * ease / own_ease / (power - 1.0), held)
        columns.append(np.concatenate([-by[: N_FORCE + N_EQUATION], np.zeros(N_TURN), response]))
    point.vector.numbers[:] = start
    return np.asarray(np.linalg.solve(system, np.stack(columns, axis=1)), dtype=np.float64)


def _system(point: _Point) -> tuple[Floats, Floats]:
    """Return the slope of every activation by its price (column,), 0 at a bound, and the matrix of the equations:
    forces and recruitment in balance, turns that are those recruitment asks for, activations by their prices.
    """
    e, edges = _by_unknowns(point)
    lower, upper, ease = point.bounds()
    x, power = point.y[N_STATE:], point.plan.template.task.power
    inside = (x > lower + EDGE) & (x < upper - EDGE)
    free = np.where(inside, 0.5 * ease if power == 2 else ease / (6.0 * np.maximum(x, EDGE)), 0.0)
    n, known, task = x.size, N_FORCE + N_EQUATION, point.plan.template.task
    system = np.zeros((N_STATE + n, N_STATE + n))
    system[:known] = e[:known]
    rows = known + np.arange(N_TURN)
    system[rows, N_FORCE + np.arange(N_TURN)] = 1.0
    chosen = np.flatnonzero(task.leader[: task.turns] >= 0)
    backward = N_STATE + n - 2 * (task.turns - task.leader[chosen])
    system[rows[chosen], backward], system[rows[chosen], backward + 1] = -_FARTHEST[chosen], _FARTHEST[chosen]
    held = np.where((x <= 0.5 * (lower + upper))[:, None], edges[0], edges[1])
    system[N_STATE:] = np.where(free[:, None] > 0.0, -free[:, None] * e[known:], -held)
    system[N_STATE:, N_STATE:] += np.eye(n)
    return free, system


def _by_unknowns(point: _Point) -> tuple[Floats, Floats]:
    """Return how what the equations leave (equation, unknown), and the bounds of activations (2, column, unknown),
    change with each unknown: the least abdominal pressure follows the moment that loads make.
    """
    y = point.y
    steps = np.full(y.size, ACTIVATION)
    steps[:N_FORCE], steps[N_FORCE : N_FORCE + N_TURN] = MOVE, TURN
    lam = slice(N_FORCE + N_TURN, N_STATE)
    steps[lam] = PRICE * np.abs(y[lam]).max()
    columns, edges = [], []
    for k, step in enumerate(steps):
        nudge = np.zeros(y.size)
        nudge[k] = step
        (above, high), (below, low) = ((point.at(y + own), point.bounds()[:2]) for own in (nudge, -nudge))
        columns.append((above - below) / (2.0 * step))
        edges.append((high - low) / (2.0 * step))
    point.at(y)
    return np.stack(columns, axis=1), np.stack(edges, axis=2)


def _labels(output: str) -> dict[str, tuple[str, ...]]:
    return {dim: tuple(dimensions()[dim].labels or ()) for dim in variables()[output].dims}


def _chosen(output: str, value: Floats, at: dict[str, str]) -> tuple[int, ...]:
    """Return the place of one number of an output: that of the labels, the largest where none is given."""
    labels = _labels(output)
    for dim, label in at.items():
        if dim not in labels or label not in labels[dim]:
            known = ", ".join(f"{name}: {either(own)}" for name, own in labels.items())
            raise InputError(f"--at {dim}={label}: {output} has no such place ({known})")
    allowed = np.ones(value.shape, dtype=bool)
    for axis, (dim, own) in enumerate(labels.items()):
        if dim in at:
            keep = np.arange(len(own)) == own.index(at[dim])
            allowed &= keep.reshape([-1 if k == axis else 1 for k in range(value.ndim)])
    return tuple(int(k) for k in np.unravel_index(np.where(allowed, value, -np.inf).argmax(), value.shape))
