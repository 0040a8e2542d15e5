"""Work: what discs, ligaments and facets push with is the slope of what they store, at any translation and rotation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from differences import gradient, jacobian
from solving import STANDING, make_work, solve_tables
from spinesim.kernels import equilibrium, passive
from spinesim.kernels.jit import config
from spinesim.kernels.tables import BED, N_TURN, Person, Task, Work
from spinesim.simulation import prepare
from tolerances import SOLVED

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
Array = NDArray[np.float64]
SHIFT, TURN = 2e-8, 1e-6  # m, rad: steps of the differences, small against the toes of ligaments and cartilage
NOTHING = 1e-12
KINDS = ("disc", "ligament", "facet", "all")
# A failure shows the state as drawn: shrinking one costs minutes.
few = settings(max_examples=2 if config.DISABLE_JIT else 6, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def plain(function: Any) -> Any:
    """Return the Python function below a kernel; what it calls stays compiled."""
    return getattr(function, "py_func", function)


@st.composite
def states(draw: st.DrawFn) -> tuple[Array, Array]:
    """Return translations (level, 3) m and rotation vectors (level, 3) rad: pressed, sheared, turned every way."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    u = numbers.uniform([-1e-3, -1.5e-3, -1e-3], [1e-3, 0.4e-3, 1e-3], (6, 3))
    turn = numbers.uniform(-1.0, 1.0, (6, 3)) * draw(st.sampled_from([0.0, 1e-4, 0.03, 0.12]))
    return u, turn


def only(kind: str) -> tuple[Person, Task]:
    """Return tables of a lying person whose spine has one kind of tissue, or all."""
    assembly = prepare(STANDING)
    person, task = assembly.person, assembly.task
    limits = np.zeros_like(task.upper)
    task = task._replace(contact=BED, upper=limits, lower=limits, pressure=0.0)
    discs, facets = person.discs, person.facets
    if kind not in ("disc", "all"):
        discs = discs._replace(
            **{
                name: getattr(discs, name) * NOTHING
                for name in ("k_initial", "k_linear", "k_core", "k_shear", "b", "last_moment")
            }
        )
    if kind not in ("facet", "all"):
        facets = facets._replace(point_area=facets.point_area * 0.0, tip_stiffness=facets.tip_stiffness * 0.0)
    if kind not in ("ligament", "all"):
        task = task._replace(strand_scale=task.strand_scale * 0.0)
    return person._replace(discs=discs, facets=facets), task


def turned(task: Task, turn: Array) -> tuple[Task, Work]:
    """Return the task at other level rotations, and scratch in which `prepare_passive` has run for it."""
    person, whole = only("all")
    whole = whole._replace(level=turn, settle=0.0)
    if config.DISABLE_JIT:
        work = make_work(person, whole)
        equilibrium.prepare(person, whole, work)
        equilibrium.orient(person, whole, np.zeros(N_TURN), work)
    else:
        work = solve_tables(person, whole)[1]
    return task._replace(level=turn), work


def energy(person: Person, task: Task, u: Array, work: Work) -> float:
    return float(plain(passive.passive_energy)(person, task, u, work.tissue))


def wrench(person: Person, task: Task, u: Array, work: Work) -> tuple[Array, Array, Array, Array]:
    """Return force, moment and their slopes by translation of every level."""
    plain(passive.passive_levels)(person, task.level, task.strand_scale, u, work.tissue)
    return work.tissue.f.copy(), work.tissue.m.copy(), work.tissue.k.copy(), work.tissue.g.copy()


@pytest.mark.parametrize("kind", KINDS)
@few
@given(states())
def test_force_is_minus_the_slope_of_the_energy(kind: str, state: tuple[Array, Array]) -> None:
    person, task = only(kind)
    task, work = turned(task, state[1])
    force = wrench(person, task, state[0], work)[0]
    found = -gradient(lambda u: energy(person, task, u, work), state[0], SHIFT)
    assert np.allclose(found, force, rtol=SOLVED, atol=SOLVED * max(1.0, np.abs(force).max()))


@pytest.mark.parametrize("kind", KINDS)
@few
@given(states())
def test_tangents_are_slopes_of_force_and_moment(kind: str, state: tuple[Array, Array]) -> None:
    person, task = only(kind)
    task, work = turned(task, state[1])
    _, _, k, g = wrench(person, task, state[0], work)
    slopes = [np.zeros((6, 3, 6, 3)) for _ in range(2)]
    for n in range(2):
        slopes[n] = jacobian(lambda u, n=n: wrench(person, task, u, work)[n], state[0], SHIFT)
    for found, told in zip(slopes, (k, g), strict=True):
        own = np.array([found[j, :, j, :] for j in range(6)])
        assert np.allclose(own, told, rtol=SOLVED, atol=SOLVED * np.abs(told).max())
        others = found - np.einsum("jl,jik->jilk", np.eye(6), own)
        assert np.abs(others).max() == 0.0, "a level feels its own disc alone"
    assert np.allclose(k, k.transpose(0, 2, 1), rtol=0.0, atol=1e-12 * np.abs(k).max())


@pytest.mark.parametrize("kind", KINDS)
@few
@given(states())
def test_moment_is_minus_the_slope_of_the_energy(kind: str, state: tuple[Array, Array]) -> None:
    """The upper body turns by a small spatial rotation about its anchor, which stays where it is."""
    person, task = only(kind)
    u, turn = state
    task, work = turned(task, turn)
    moment = wrench(person, task, u, work)[1]

    def stored(small: Array) -> float:
        moved_u, moved_turn = spun(u, turn, small)
        return energy(person, *_at(turned(task, moved_turn), moved_u))

    found = -gradient(stored, np.zeros((6, 3)), TURN)
    assert np.allclose(found, moment, rtol=SOLVED, atol=SOLVED * max(1.0, np.abs(moment).max()))


def _at(tables: tuple[Task, Work], u: Array) -> tuple[Task, Array, Work]:
    return tables[0], u, tables[1]


def spun(u: Array, turn: Array, small: Array) -> tuple[Array, Array]:
    """Return the states after turning each upper body by `small` (mid axes) about its fixed anchor."""
    half = Rotation.from_rotvec(0.5 * turn)
    after = Rotation.from_rotvec(half.apply(small)) * Rotation.from_rotvec(turn)
    new = after.as_rotvec()
    return Rotation.from_rotvec(0.5 * new).inv().apply(half.apply(u)), new


@few
@given(states())
def test_a_free_spine_stores_nothing_less_than_nothing(state: tuple[Array, Array]) -> None:
    person, task = only("all")
    task, work = turned(task, state[1])
    assert energy(person, task, state[0], work) > 0.0
