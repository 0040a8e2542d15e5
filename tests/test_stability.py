"""The margin of stability: condensed eigenvalues, the critical stiffness, and gravity's share worked out by hand."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from difference_tangent import tangent_by_differences
from solving import Solved, closeness, situation, solve
from spinesim import simulate, stability
from spinesim.kernels.tables import State, Work
from spinesim.stability import assess, critical, stiffness
from test_laws import bare_column
from tolerances import PENCIL, SOLVED

Array = NDArray[np.float64]
LIFT = situation(posture={"preset": "flexed_36"}, loads=[{"kind": "held", "mass": "10 kg"}])


def stiffnesses(solved: Solved, work: Work) -> tuple[Array, Array]:
    """Return the tangent of all but muscle stiffness, and the muscles' share per unit of q."""
    desk = stiffness(solved.assembly.person, solved.state.u, copy.deepcopy(work))
    return desk.stiffness, desk.arms.T @ desk.arms


def differences(solved: Solved) -> Array:
    """Return the tangent of all but muscle stiffness by differences of the balance, coordinate by coordinate."""
    found = np.zeros((36, 36))
    state = State(*(array.copy() for array in solved.state))
    task = solved.assembly.task._replace(level=solved.assembly.task.level.copy())
    work = copy.deepcopy(solved.work)
    turned, offsets = work.frames.r.copy(), work.forces.offset.copy()
    tangent_by_differences(solved.assembly.person, task, state, work, turned, offsets, np.zeros(36), found)
    return found.T


ASYMMETRIC = situation(
    posture={"trunk_inclination": "40 deg", "right_lateral_bending": "15 deg", "left_axial_rotation": "20 deg"},
    loads=[{"kind": "held", "mass": "12 kg", "hands": "right", "reach": "0.4 m"}],
    rotation_offsets=[{"level": "L3-L4", "left_axial_rotation": "2 deg", "cause": "structural"}],
)


@pytest.mark.parametrize("scenario", ["standing", "side_bent", "supine", "rotated_l4_l5", LIFT, ASYMMETRIC])
def test_the_tangent_is_that_of_differences(scenario: Any) -> None:
    """Differences of both depend on their step where a strand begins to pull: to 1e-5 of a block's largest entry."""
    solved = solve(scenario)
    exact, wanted = stiffnesses(solved, solved.work)[0], differences(solved)
    for rows in (slice(18), slice(18, 36)):
        for columns in (slice(18), slice(18, 36)):
            assert closeness(exact[rows, columns], wanted[rows, columns]) <= 2e-5


def test_the_symmetric_part_tells_what_the_tangent_itself_would() -> None:
    """Moments about anchors that shift and forces in frames that turn make the tangent asymmetric by the force through
    each level; condensed as it is, its smallest eigenvalue is the same within a hundredth.
    """
    solved = solve(LIFT)
    passive, muscles = stiffnesses(solved, solved.work)
    k = passive + solved.assembly.model.recruitment.short_range_stiffness * muscles
    condensed = k[:18, :18] - k[:18, 18:] @ np.linalg.solve(k[18:, 18:], k[18:, :18])
    wanted = np.linalg.eigvalsh(0.5 * (condensed + condensed.T))[0]
    assert assess(solved.assembly, solved.state, solved.work).eigenvalue == pytest.approx(wanted, rel=PENCIL)


@pytest.mark.parametrize("trunk", ["0 deg", "30 deg"])
def test_gravity_softens_by_weight_times_height(trunk: str) -> None:
    """Turning all above an anchor sideways or forward lets its weight fall: minus weight x height above the anchor."""
    solved = bare_column(trunk)
    work = solved.work
    weightless = copy.deepcopy(work)
    weightless.forces.force[:] = 0.0
    weightless.forces.level_f[:] = 0.0
    softer = np.diag(stiffnesses(solved, work)[0] - stiffnesses(solved, weightless)[0])
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
    shifts = stiffnesses(solved, solved.work)[0][18:, 18:]
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
    assert assess(upright.assembly, upright.state, upright.work).eigenvalue < 0.0
    lying = solve(situation(posture={"preset": "supine"}))
    margin = assess(lying.assembly, lying.state, lying.work)
    assert margin.eigenvalue > 0.0
    assert margin.critical == 0.0


def test_the_mode_of_a_bare_column_is_a_bend_that_lowers_its_weight() -> None:
    """All levels turn one way, sideways or forward and back, none about the long axis; the largest turn is 1."""
    solved = bare_column("0 deg")
    mode = assess(solved.assembly, solved.state, solved.work).mode
    assert np.abs(mode).max() == 1.0
    bend = mode[:, np.abs(mode).max(axis=0).argmax()]
    assert (np.sign(bend) == np.sign(bend[0])).all()
    assert np.abs(mode[:, 1]).max() < 0.5
    work_done = stiffnesses(solved, solved.work)[0][:18, :18]
    turns = np.concatenate([solved.work.frames.mid[j] @ mode[j] for j in range(6)])
    assert turns @ work_done @ turns < 0.0


def test_muscle_stiffness_is_symmetric_and_never_pushes_over() -> None:
    solved = solve(LIFT)
    muscles = stiffnesses(solved, solved.work)[1]
    assert np.allclose(muscles, muscles.T, rtol=0.0, atol=1e-12 * np.abs(muscles).max())
    assert np.linalg.eigvalsh(muscles)[0] >= -1e-9 * np.abs(muscles).max()


def arrays(solved: Solved) -> list[NDArray[Any]]:
    kept = (group._asdict() for group in solved.work)
    tables = [array for group in kept for name, array in group.items() if name != "spare"]
    return [*solved.state, *tables, solved.assembly.task.level]


def test_assessing_changes_nothing_of_the_answer() -> None:
    solved = solve(LIFT)
    before = [array.copy() for array in arrays(solved)]
    assess(solved.assembly, solved.state, solved.work)
    assert all(np.array_equal(a, b) for a, b in zip(before, arrays(solved), strict=True))


def test_a_stiffness_that_is_no_number_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a strange model file may give it; the solve itself keeps its answer."""
    solved = solve(situation())
    desk = stability.stiffness(solved.assembly.person, solved.state.u, solved.work)
    desk.stiffness[:18, :18] = np.nan
    monkeypatch.setattr(stability, "stiffness", lambda *_: desk)
    assert np.isnan(stability.assess(solved.assembly, solved.state, solved.work).eigenvalue)


def test_bracing_makes_a_posture_stiffer() -> None:
    relaxed, braced = (solve(situation(recruitment={"co_contraction": share})) for share in ("0 %", "5 %"))
    margins = [assess(solved.assembly, solved.state, solved.work) for solved in (relaxed, braced)]
    assert margins[1].eigenvalue > margins[0].eigenvalue
    assert margins[1].critical < margins[0].critical


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


def test_who_leans_on_something_is_not_told_to_brace() -> None:
    """What would hold them does not follow in the tangent, so it cannot say what they need."""
    note = simulate("sitting_back_rest").attrs["stability_note"]
    assert "not counted" in note and "co-contraction" not in note
