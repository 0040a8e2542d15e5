"""The recruitment problem of a solved posture against another solver (p = 2) and its optimality conditions."""

from __future__ import annotations

from typing import Any

import daqp
import numpy as np
import pytest
from numpy.typing import NDArray

from solving import Solved, situation, solve
from spinesim.kernels.recruitment import primal, slope
from tolerances import SOLVED

Array = NDArray[np.float64]
TASKS: dict[str, dict[str, Any]] = {
    "standing": {},
    "lift": {"posture": {"preset": "flexed_36"}, "loads": [{"kind": "held", "mass": "10 kg"}]},
    "one side": {
        "posture": {"preset": "standing", "right_lateral_bending": "15 deg"},
        "loads": [{"kind": "held", "mass": "6 kg", "hands": "right", "lateral": "0.3 m", "height": "hip"}],
        "muscles": [{"group": "multifidus", "side": "left", "strength": "50 %"}],
    },
    "braced": {"recruitment": {"co_contraction": "10 %"}, "breath": {"intra_abdominal_pressure": "6 kPa"}},
    "back rest": {"posture": {"preset": "sitting_back_rest"}},
    "too heavy": {
        "posture": {"preset": "flexed_60", "vertebrae": "held"},
        "loads": [{"kind": "held", "mass": "60 kg", "reach": "0.5 m"}],
    },
}


def solved_with(name: str, power: int) -> Solved:
    task = TASKS[name]
    return solve(situation(**task | {"recruitment": {**task.get("recruitment", {}), "p": power}}))


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.interpreted] * (n == "one side")) for n in TASKS])
def test_quadratic_recruitment_agrees_with_daqp(name: str) -> None:
    """minimise sum w x^2 + |rho|^2 / 2 subject to A x + sqrt(gamma) rho = b and the bounds."""
    solved = solved_with(name, 2)
    work, n = solved.work, solved.work.problem.x.size
    matrix = np.ascontiguousarray(
        np.hstack([work.problem.a, np.sqrt(solved.assembly.person.reserve_penalty) * np.eye(25)])
    )
    hessian = np.diag(np.concatenate([2.0 / work.problem.ease, np.ones(25)]))
    upper = np.concatenate([work.problem.up, np.full(25, 1e30), work.problem.b])
    lower = np.concatenate([work.problem.lo, np.full(25, -1e30), work.problem.b])
    sense = np.concatenate([np.zeros(n + 25), np.full(25, 5)]).astype(np.int32)
    x, _, flag, _ = daqp.solve(hessian, np.zeros(n + 25), matrix, upper, lower, sense, primal_tol=1e-12, dual_tol=1e-12)
    assert flag == 1
    assert np.abs(x[:n] - work.problem.x).max() <= SOLVED


@pytest.mark.parametrize("power", [2, 3])
@pytest.mark.parametrize("name", TASKS)
def test_the_answer_meets_the_optimality_conditions(name: str, power: int) -> None:
    """Balance, bounds, and the sign of what is left of the gradient at each bound."""
    solved = solved_with(name, power)
    work, gamma, lam = solved.work, solved.assembly.person.reserve_penalty, solved.state.lam
    assert np.abs(work.problem.a @ work.problem.x + gamma * lam - work.problem.b).max() <= SOLVED
    assert (work.problem.x >= work.problem.lo).all() and (work.problem.x <= work.problem.up).all()
    gradient = power / work.problem.ease * work.problem.x ** (power - 1) - work.problem.a.T @ lam
    scale = np.abs(work.problem.a.T @ lam).max()
    inside = (work.problem.x > work.problem.lo) & (work.problem.x < work.problem.up)
    fixed = work.problem.up <= work.problem.lo
    assert np.abs(gradient[inside]).max(initial=0.0) <= SOLVED * scale
    assert (gradient[(work.problem.x <= work.problem.lo) & ~fixed] >= -SOLVED * scale).all()
    assert (gradient[(work.problem.x >= work.problem.up) & ~fixed] <= SOLVED * scale).all()


@pytest.mark.parametrize("power", [2, 3])
@pytest.mark.parametrize("name", ["lift", "one side", "too heavy"])
def test_no_feasible_neighbour_costs_less(name: str, power: int) -> None:
    """Steps of every size towards random points within the bounds, reserves taking up what then is out of balance."""
    solved = solved_with(name, power)
    work, gamma = solved.work, solved.assembly.person.reserve_penalty
    numbers = np.random.default_rng(7)

    def cost(x: Array) -> float:
        reserve = work.problem.b - work.problem.a @ x
        return float((1.0 / work.problem.ease) @ x**power + reserve @ reserve / (2.0 * gamma))

    least = cost(work.problem.x)
    for size in (1e-6, 1e-4, 1e-2, 0.3):
        for _ in range(50):
            other = numbers.uniform(work.problem.lo, work.problem.up)
            assert cost(work.problem.x + size * (other - work.problem.x)) >= least * (1.0 - SOLVED)


@pytest.mark.interpreted
@pytest.mark.boundscheck
@pytest.mark.parametrize("power", [2, 3])
def test_primal_is_the_least_of_its_column(power: int) -> None:
    """x minimises w x^p - s x within its bounds, and `slope` is dx/ds inside them."""
    grid, ease = np.linspace(0.1, 0.8, 2001), 1.0 / 0.4
    for price in (-1.0, 0.05, 0.2, 0.5, 2.0):
        x = primal(price, ease, 0.1, 0.8, power)
        assert 0.4 * x**power - price * x <= (0.4 * grid**power - price * grid).min() + 1e-12
        rise = (primal(price + 1e-6, ease, 0.1, 0.8, power) - primal(price - 1e-6, ease, 0.1, 0.8, power)) / 2e-6
        assert slope(x, price, ease, 0.1, 0.8, power) == pytest.approx(rise, rel=SOLVED, abs=1e-9)
