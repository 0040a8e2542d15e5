"""Steps of the discs: where they lead, the passive tissue bears what the pulls ask of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solving import STANDING, situation, solve_tables
from spinesim.kernels import equilibrium, moves, passive
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats, Person, State, Task, Work
from spinesim.simulation import prepare

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
BENT = situation(posture={"trunk_inclination": "40 deg", "right_lateral_bending": "5 deg"})


@kernel
def force(person: Person, task: Task, u: Floats, work: Work) -> None:
    """Update the force (level, 3) N of the passive tissue, mid frames."""
    passive.passive_levels(person, work.frames.turns, task.strand_scale, u, work.tissue)


@kernel
def step(person: Person, task: Task, state: State, work: Work) -> None:
    """Write the step of the discs."""
    moves.step_discs(person, task, state, work)


@kernel
def move(state: State, work: Work) -> None:
    """Take it."""
    moves.move(state, work.motion, 1.0, 1.0, True)


def bare(scenario: dict[str, Any]) -> tuple[Person, Task, State, Work]:
    """Return tables of a posture that is solved, and its discs back where a cold start has them."""
    assembly = prepare(scenario)
    state, work, _ = solve_tables(assembly.person, assembly.task)
    state.u[:] = assembly.person.discs.rest_shift - [0.0, equilibrium.COLD_SHORTENING, 0.0]
    work.motion.mixed[:] = 0
    return assembly.person, assembly.task, state, work


@settings(max_examples=8)
@given(st.sampled_from([STANDING, BENT]), st.floats(0.1, 1.2), st.integers(0, 2**32 - 1))
def test_a_step_leads_where_tissue_bears_what_is_asked(scenario: dict[str, Any], size: float, seed: int) -> None:
    """From a cold start to discs pressed and sheared by a millimetre, a way over which no tissue is linear."""
    person, task, state, work = bare(scenario)
    start = state.u.copy()
    away = 1e-3 * size * np.random.default_rng(seed).uniform([-0.3, -1.0, -0.3], [0.3, -0.2, 0.3], (6, 3))
    force(person, task, start + away, work)
    asked = work.tissue.f.copy()
    force(person, task, start, work)
    out = work.tissue.f - asked
    work.motion.res[:18] = np.einsum("jik,jk->ji", work.frames.mid, out).ravel()
    step(person, task, state, work)
    assert np.array_equal(state.u, start), "the step is told, not taken"
    force(person, task, start + work.motion.step[:18].reshape(6, 3), work)
    assert np.abs(work.tissue.f - asked).max() <= 0.05 * np.abs(out).max()


def test_no_step_is_longer_than_discs_may_move_by_much() -> None:
    person, task, state, work = bare(STANDING)
    force(person, task, state.u, work)
    work.motion.res[:18] = 1e5
    before = state.u.copy()
    step(person, task, state, work)
    move(state, work)
    assert np.abs(state.u - before).max() <= moves.MAX_STEP * (1.0 + 1e-12)


@given(st.floats(0.1, 1.0), st.floats(0.1, 1.0), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(-1.0, 1.0))
def test_steps_calm_down_where_they_go_to_and_fro(
    calm: float, most: float, residual: float, last: float, along: float
) -> None:
    """What is worse balanced because turns go on the way they came is no reason to go slower."""
    found = moves.calmer(calm, most, moves.is_worse(residual, last, along))
    assert moves.LEAST_CALM <= found <= max(most, 0.5 * calm)
    if residual < 0.9 * last or along > 0.0:
        assert found == min(1.5 * calm, most)
    elif residual > last:
        assert found == max(0.5 * calm, moves.LEAST_CALM)
