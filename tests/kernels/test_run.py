"""One solve: the same answer from any start, in any order and on any number of threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from solving import closeness, situation, solve, solve_tables
from spinesim.assembly import Assembly
from spinesim.kernels import run
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.kernels.tables import make_state, make_work
from spinesim.simulation import prepare
from tolerances import SOLVED

pytestmark = pytest.mark.boundscheck
LIFT = situation(posture={"preset": "flexed_36"}, loads=[{"kind": "held", "mass": "10 kg"}])


def tasks(count: int) -> list[Assembly]:
    """Return different tasks of one person, all with one load in the hands."""
    numbers = np.random.default_rng(5)

    def one() -> dict[str, Any]:
        trunk, bend, mass = numbers.uniform(0.0, 70.0), numbers.uniform(-15.0, 15.0), numbers.uniform(0.0, 15.0)
        return situation(
            posture={
                "preset": "standing",
                "trunk_inclination": f"{trunk:.3f} deg",
                "right_lateral_bending": f"{bend:.3f} deg",
            },
            loads=[{"kind": "held", "mass": f"{mass:.3f} kg", "reach": "0.35 m"}],
        )

    return [prepare(one()) for _ in range(count)]


def answer(assembly: Assembly) -> dict[str, Any]:
    state, work, status = solve_tables(assembly.person, assembly.task)
    return {
        "u": state.u,
        "lam": state.lam,
        "f": work.tissue.f,
        "tension": work.pulls.tension,
        "status": np.array(status),
    }


def assert_identical(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    for a, b in zip(some, others, strict=True):
        for name, array in a.items():
            assert np.array_equal(array, b[name]), name


def test_threads_change_no_bit() -> None:
    assemblies = tasks(20)
    alone = [answer(assembly) for assembly in assemblies]
    with ThreadPoolExecutor(2) as pool:
        assert_identical(alone, list(pool.map(answer, assemblies)))


def test_order_and_used_scratch_change_no_bit() -> None:
    """One set of scratch arrays for all tasks, forwards and backwards, against fresh ones each."""
    assemblies = tasks(10)
    fresh = [answer(assembly) for assembly in assemblies]
    for order in (range(10), range(9, -1, -1)):
        work = make_work(assemblies[0].person, assemblies[0].task)
        for i in order:
            state = make_state()
            status = run.solve_static(assemblies[i].person, assemblies[i].task, state, work)
            again = {
                "u": state.u,
                "lam": state.lam,
                "f": work.tissue.f.copy(),
                "tension": work.pulls.tension.copy(),
                "status": np.array(status),
            }
            assert_identical([fresh[i]], [again])


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.interpreted), *range(1, 10)])
@pytest.mark.parametrize("power", [2, 3])
def test_the_start_does_not_show_in_the_answer(seed: int, power: int) -> None:
    cold = solve(LIFT | {"recruitment": {"p": power}})
    numbers = np.random.default_rng(seed)
    u = numbers.uniform([-1e-3, -1.5e-3, -1e-3], [1e-3, 0.5e-3, 1e-3], (6, 3))
    lam = numbers.normal(size=25) * 10.0 ** numbers.integers(-3, 3)
    start = make_state()._replace(u=u, lam=lam)
    assembly = prepare(LIFT | {"recruitment": {"p": power}})
    state, work, status = solve_tables(assembly.person, assembly.task, start)
    assert status == cold.status
    assert closeness(state.tilt, cold.state.tilt) <= SOLVED
    assert closeness(work.tissue.f, cold.work.tissue.f) <= SOLVED
    assert closeness(state.u, cold.state.u) <= SOLVED
    assert np.abs(work.problem.x - cold.work.problem.x).max() <= SOLVED


def test_a_warm_start_is_quicker_and_the_same() -> None:
    cold = solve(LIFT)
    assembly = prepare(LIFT)
    state, work, status = solve_tables(assembly.person, assembly.task, cold.state)
    assert status == cold.status
    assert state.info[0] < cold.state.info[0]
    assert closeness(work.tissue.f, cold.work.tissue.f) <= SOLVED


def test_a_start_that_is_no_number_is_forgotten() -> None:
    cold = solve(LIFT)
    start = make_state()._replace(u=np.full((6, 3), np.nan), lam=np.full(25, np.nan))
    _, work, status = solve_tables(cold.assembly.person, cold.assembly.task, start)
    assert status == cold.status
    assert closeness(work.tissue.f, cold.work.tissue.f) <= SOLVED


@pytest.mark.interpreted
def test_a_lying_person_solves_in_plain_python_too() -> None:
    solved = solve(situation(posture={"preset": "supine"}))
    assert solved.status < NOT_CONVERGED
    assert np.isfinite(solved.work.tissue.f).all()
