"""The margin of stability: condensed eigenvalues, the critical stiffness, and gravity's share worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from solving import Solved, situation, solve
from spinesim.kernels.stability import tangent
from spinesim.kernels.tables import State, Work
from spinesim.stability import assess, copy_of, critical
from test_laws import bare_column
from tolerances import SOLVED

Array = NDArray[np.float64]
LIFT = situation(posture={"preset": "flexed_36"}, loads=[{"kind": "held", "mass": "10 kg"}])


def stiffness(solved: Solved, work: Work) -> tuple[Array, Array]:
    """Return the tangent of all but muscle stiffness, and the muscles' share per unit of q."""
    passive, muscles = np.zeros((36, 36)), np.zeros((36, 36))
    state = State(*(array.copy() for array in solved.state))
    task = solved.assembly.task._replace(level=solved.assembly.task.level.copy())
    tangent(
        solved.assembly.person,
        task,
        state,
        copy_of(work),
        solved.work.frames.r.copy(),
        solved.work.forces.offset.copy(),
        np.zeros(36),
        passive,
        muscles,
    )
    return passive, muscles


@pytest.mark.parametrize("trunk", ["0 deg", "30 deg"])
def test_gravity_softens_by_weight_times_height(trunk: str) -> None:
    """Turning all above an anchor sideways or forward lets its weight fall: minus weight x height above the anchor."""
    solved = bare_column(trunk)
    work = solved.work
    weightless = copy_of(work)
    weightless.forces.force[:] = 0.0
    softer = np.diag(stiffness(solved, work)[0] - stiffness(solved, weightless)[0])
    for j in range(6):
        height = sum(
            -work.forces.force[n, 1]
            * (work.frames.o[work.forces.body[n]] + work.forces.offset[n] - work.frames.a_up[j])[1]
            for n in range(work.forces.count[0])
            if work.forces.body[n] >= 6 - j
        )
        assert softer[3 * j : 3 * j + 3] == pytest.approx([-height, 0.0, -height], rel=1e-5, abs=1e-4)


def test_without_muscles_shifts_feel_their_own_disc_alone() -> None:
    solved = bare_column("20 deg")
    shifts = stiffness(solved, solved.work)[0][18:, 18:]
    for j in range(6):
        own = slice(3 * j, 3 * j + 3)
        assert np.allclose(
            shifts[own, own], -solved.work.tissue.k[j], rtol=0.0, atol=1e-4 * np.abs(solved.work.tissue.k[j]).max()
        )
        shifts[own, own] = 0.0
    assert np.abs(shifts).max() <= SOLVED * np.abs(solved.work.tissue.k).max()


@pytest.mark.interpreted
def test_a_bare_upright_column_falls_and_a_lying_one_does_not() -> None:
    upright = bare_column("0 deg")
    assert assess(upright.assembly, upright.state, upright.work)[0] < 0.0
    lying = solve(situation(posture={"preset": "supine"}))
    eigenvalue, needed = assess(lying.assembly, lying.state, lying.work)
    assert eigenvalue > 0.0
    assert needed == 0.0


def test_muscle_stiffness_is_symmetric_and_never_pushes_over() -> None:
    solved = solve(LIFT)
    muscles = stiffness(solved, solved.work)[1]
    assert np.allclose(muscles, muscles.T, rtol=0.0, atol=1e-12 * np.abs(muscles).max())
    assert np.linalg.eigvalsh(muscles)[0] >= -1e-9 * np.abs(muscles).max()


def arrays(solved: Solved) -> list[NDArray[Any]]:
    scratch = [array for group in solved.work for array in group]
    return [*solved.state, *scratch, solved.assembly.task.level]


def test_assessing_changes_nothing_of_the_answer() -> None:
    solved = solve(LIFT)
    before = [array.copy() for array in arrays(solved)]
    assess(solved.assembly, solved.state, solved.work)
    assert all(np.array_equal(a, b) for a, b in zip(before, arrays(solved), strict=True))


def test_bracing_makes_a_posture_stiffer() -> None:
    relaxed, braced = (solve(situation(recruitment={"co_contraction": share})) for share in ("0 %", "5 %"))
    margins = [assess(solved.assembly, solved.state, solved.work) for solved in (relaxed, braced)]
    assert margins[1][0] > margins[0][0]
    assert margins[1][1] < margins[0][1]


@pytest.mark.parametrize(
    ("rotation", "share", "wanted"), [(-2.0, 0.5, 4.0), (-30.0, 0.5, 60.0), (1.0, 0.5, 0.0), (-1.0, 0.0, np.inf)]
)
def test_critical_stiffness_by_hand(rotation: float, share: float, wanted: float) -> None:
    """One rotation of stiffness k gives way until muscles of s per q add up to -k."""
    passive, muscles = np.eye(36), np.zeros((36, 36))
    passive[4, 4], muscles[4, 4] = rotation, share
    assert critical(passive, muscles) == pytest.approx(wanted, rel=SOLVED)


def test_soft_translations_take_from_the_rotations() -> None:
    """k_r - k_m^2 / k_t: 3 - 4 / 2 = 1 is stable, and 3 - 16 / 2 = -5 needs 5 more."""
    for mixed, wanted in ((2.0, 0.0), (4.0, 5.0)):
        passive, muscles = 10.0 * np.eye(36), np.zeros((36, 36))
        passive[0, 0], passive[18, 18], muscles[0, 0] = 3.0, 2.0, 1.0
        passive[0, 18] = passive[18, 0] = mixed
        assert critical(passive, muscles) == pytest.approx(wanted, rel=SOLVED)
