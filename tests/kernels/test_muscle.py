"""Lines of pull in numpy from the model file: lengths, moment arms as slopes of length, the force of a fascicle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from free_bodies import MIRROR, SIDES, Diagram
from solving import Solved, situation, solve
from spinesim.kernels.muscle import active_force_length, passive_exponential
from spinesim.model.spine import CHAIN
from tolerances import EXACT, SOLVED

Array = NDArray[np.float64]
TURN, SHIFT = 1e-5, 1e-6  # rad, m
BENT = situation(
    posture={
        "preset": "flexed_36",
        "right_lateral_bending": "10 deg",
        "left_axial_rotation": "-15 deg",
        "knee_flexion": "20 deg",
    }
)


def lengths(d: Diagram) -> Array:
    """Return the path lengths of all fascicles with a line of pull: right, then left of each."""
    found = []
    for fascicle in d.solved.assembly.model.fascicles:
        for side in SIDES:
            places = [d.point(body.replace("right", side), point, side) for body, point in fascicle.path]
            found.append(sum(np.linalg.norm(np.diff(places, axis=0), axis=1)))
    return np.array(found)


def moved(solved: Solved, bodies: Sequence[str], center: Array, turn: Array, shift: Array) -> Diagram:
    """Return the figure with some bodies turned about a point and shifted; the abdominal wall follows."""
    d = Diagram(solved)
    r = Rotation.from_rotvec(turn).as_matrix()
    for body in bodies:
        d.place[body] = center + r @ (d.place[body] - center) + shift
        d.turn[body] = r @ d.turn[body]
    d._add_abdomen()
    return d


def slopes(solved: Solved, bodies: Sequence[str], center: Array, step: float, turning: bool) -> Array:
    """Return minus the slopes of all lengths by turning (or shifting) bodies about (along) the three global axes."""
    columns = []
    for axis in range(3):
        unit, none = step * np.eye(3)[axis], np.zeros(3)
        both = [
            moved(solved, bodies, center, s * unit if turning else none, none if turning else s * unit)
            for s in (1.0, -1.0)
        ]
        columns.append((lengths(both[1]) - lengths(both[0])) / (2.0 * step))
    return np.array(columns)


def through_the_wall(solved: Solved) -> NDArray[np.bool_]:
    """Return which lines bend over the abdominal wall, whose turn by half is not a plain sum of turns."""
    walls = [any(body == "abdomen" for body, _ in f.path) for f in solved.assembly.model.fascicles]
    return np.repeat(walls, 2)


@pytest.mark.interpreted
@pytest.mark.parametrize("scenario", [situation(), BENT], ids=["standing", "bent"])
def test_lengths_are_those_of_the_paths(scenario: dict[str, Any]) -> None:
    solved = solve(scenario)
    found = lengths(Diagram(solved))
    assert np.allclose(solved.work.pulls.length[: found.size], found, rtol=0.0, atol=EXACT)


@pytest.mark.interpreted
@pytest.mark.parametrize("scenario", [situation(), BENT], ids=["standing", "bent"])
def test_moment_arms_at_levels_are_slopes_of_length(scenario: dict[str, Any]) -> None:
    solved = solve(scenario)
    wall = through_the_wall(solved)
    n = wall.size
    for j in (0, 2, 4, 5):
        above, center = list(CHAIN[6 - j :]), solved.work.frames.a_up[j]
        by_turn = slopes(solved, above, center, TURN, turning=True)
        by_shift = slopes(solved, above, center, SHIFT, turning=False)
        assert np.allclose(by_turn[:, ~wall], solved.arms(j)[:, :n][:, ~wall], rtol=0.0, atol=1e-8)
        assert np.allclose(by_shift, solved.work.pulls.wrench[6 * j : 6 * j + 3, :n], rtol=0.0, atol=1e-8)


@pytest.mark.parametrize("trunk", ["0 deg", "50 deg"])
def test_moment_arms_over_the_wall_are_slopes_in_the_plane_of_its_turn(trunk: str) -> None:
    solved = solve(situation(posture={"preset": "standing", "trunk_inclination": trunk}))
    wall = through_the_wall(solved)
    found = slopes(solved, list(CHAIN[1:]), solved.work.frames.a_up[5], TURN, turning=True)
    assert np.allclose(found[2, wall], solved.arms(5)[2, : wall.size][wall], rtol=0.0, atol=1e-8)


@pytest.mark.parametrize("scenario", [situation(), BENT], ids=["standing", "bent"])
def test_moment_arms_at_hips_are_slopes_of_length(scenario: dict[str, Any]) -> None:
    """Turning a leg one way shortens what turns the pelvis the other way."""
    solved = solve(scenario)
    for s, side in enumerate(SIDES):
        legs = [f"thigh_{side}", f"shank_{side}"]
        found = -slopes(solved, legs, solved.work.frames.o[7 + s], TURN, turning=True)
        told = solved.work.pulls.wrench[39 + 6 * s : 42 + 6 * s, : found.shape[1]]
        assert np.allclose(found, told, rtol=0.0, atol=1e-8)


@pytest.mark.interpreted
def test_forces_follow_the_law_of_the_model_file() -> None:
    """Active part by length, passive part by its own curve, both along the tendon."""
    solved = solve(BENT | {"loads": [{"kind": "held", "mass": "5 kg"}]})
    model, result = solved.assembly.model, solved.result
    for fascicle in model.fascicles:
        for side in SIDES:
            name = f"{fascicle.name}_{side[0].upper()}"
            fibre, activation = (
                float(result["fibre_length"].sel(fascicle=name)),
                float(result["muscle_activation"].sel(fascicle=name)),
            )
            most = fascicle.pcsa * fascicle.specific_tension
            active = activation * most * np.exp(-((fibre - 1.0) ** 2) / model.force_length_width)
            wanted = np.cos(fascicle.pennation) * (active + most * passive_share(fascicle, fibre))
            assert float(result["muscle_force"].sel(fascicle=name)) == pytest.approx(wanted, rel=SOLVED, abs=SOLVED), (
                name
            )


def passive_share(fascicle: Any, fibre: float) -> float:
    """Return the passive force in maximal forces, as the model file's laws say."""
    if fascicle.passive.kind == "exponential":
        strain, shape, toe = fascicle.passive.parameters
        x = (fibre - 1.0) / strain
        if fibre < 1.0 + toe:
            force = np.expm1(shape * toe / strain) / np.expm1(shape)
            steepness = shape / strain * np.exp(shape * toe / strain) / np.expm1(shape)
            return float(force * max(1.0 + 0.5 * steepness / force * (fibre - 1.0 - toe), 0.0) ** 2)
        line = 1.0 + shape * np.exp(shape) / np.expm1(shape) * (x - 1.0)
        return float(np.expm1(shape * x) / np.expm1(shape) if x <= 1.0 else line)
    modulus, slack, toe = fascicle.passive.parameters
    e = max(fibre - slack, 0.0)
    stress = 0.5 * modulus * e * e / toe if e < toe else modulus * (e - 0.5 * toe)
    return float(stress / fascicle.specific_tension)


@pytest.mark.interpreted
@pytest.mark.boundscheck
@given(st.floats(0.3, 1.8), st.floats(0.2, 1.0))
def test_active_force_is_most_at_the_optimal_length(fibre: float, width: float) -> None:
    assert active_force_length(fibre, width) <= active_force_length(1.0, width) == 1.0
    assert active_force_length(fibre, width) == pytest.approx(active_force_length(2.0 - fibre, width), rel=1e3 * EXACT)


STRAIN, SHAPE, TOE = st.floats(0.3, 0.8), st.floats(2.0, 6.0), st.floats(0.01, 0.2)
NUDGE = 1e-6  # optimal lengths


@pytest.mark.interpreted
@pytest.mark.boundscheck
@given(STRAIN, SHAPE, TOE, st.floats(0.5, 2.5), st.floats(0.0, 0.3))
def test_passive_force_never_falls_with_length(
    strain: float, shape: float, toe: float, fibre: float, more: float
) -> None:
    law = (strain, shape, toe)
    assert passive_exponential(fibre + more, *law) >= passive_exponential(fibre, *law) >= 0.0


def steepness(fibre: float, strain: float, shape: float, toe: float) -> float:
    """Return the slope of passive force by fibre length, by a difference."""
    high, low = (passive_exponential(fibre + s * NUDGE, strain, shape, toe) for s in (1.0, -1.0))
    return (high - low) / (2.0 * NUDGE)


def taut(strain: float, shape: float, toe: float) -> float:
    """Return the fibre length at which the first fibres come taut: twice force by slope before the end of the toe."""
    return 1.0 + toe - 2.0 * strain / shape * -float(np.expm1(-shape * toe / strain))


@pytest.mark.interpreted
@pytest.mark.boundscheck
@given(STRAIN, SHAPE, TOE)
def test_passive_force_has_no_corner(strain: float, shape: float, toe: float) -> None:
    """Neither where fibres begin to come taut, nor where the toe ends, nor where the tangent goes on."""
    law = (strain, shape, toe)
    for fibre in (taut(*law), 1.0 + toe, 1.0 + strain):
        below, above = (steepness(fibre + s * 3.0 * NUDGE, *law) for s in (-1.0, 1.0))
        assert below == pytest.approx(above, rel=1e-3, abs=1e-3)


@pytest.mark.interpreted
@given(STRAIN, SHAPE, TOE, st.floats(0.8, 2.0), st.floats(0.8, 2.0))
def test_passive_force_stiffens_with_length(
    strain: float, shape: float, toe: float, fibre: float, other: float
) -> None:
    short, long = sorted((fibre, other))
    law = (strain, shape, toe)
    assert steepness(long, *law) >= steepness(short, *law) - 1e-6


@pytest.mark.interpreted
@given(STRAIN, SHAPE, TOE, st.floats(0.0, 1.5))
def test_beyond_the_toe_the_curve_is_the_textbook_one(strain: float, shape: float, toe: float, more: float) -> None:
    """One maximal force at the strain, its tangent beyond; the toe keeps to its own side."""
    fibre = 1.0 + toe + more
    x = (fibre - 1.0) / strain
    line = 1.0 + shape * np.exp(shape) / np.expm1(shape) * (x - 1.0)
    wanted = np.expm1(shape * x) / np.expm1(shape) if x <= 1.0 else line
    assert passive_exponential(fibre, strain, shape, toe) == pytest.approx(wanted, rel=1e3 * EXACT)


@pytest.mark.interpreted
@given(STRAIN, SHAPE, TOE, st.floats(0.0, 1.0))
def test_the_work_of_the_toe_is_its_integral(strain: float, shape: float, toe: float, share: float) -> None:
    """Force is the slope of a third power there, so force times what was stretched is three times the work."""
    law = (strain, shape, toe)
    first = taut(*law)
    stretch = share * (1.0 + toe - first)
    lengths = first + stretch * np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    forces = np.array([passive_exponential(float(length), *law) for length in lengths])
    work = stretch * float(forces @ [7.0, 32.0, 12.0, 32.0, 7.0]) / 90.0  # Boole's rule, exact for it
    assert work == pytest.approx(forces[-1] * stretch / 3.0, rel=1e-9, abs=1e-12)


def test_passive_force_by_hand() -> None:
    """One maximal force at 60 % strain; (e^2 - 1) / (e^4 - 1) = 0.1192 at half of it; nothing when short.

    With a toe of 0.135 force and slope at its end are 0.02723 and 0.3059, so the first fibre comes taut 0.1781 before,
    and half way a quarter of the force is there.
    """
    assert passive_exponential(1.6, 0.6, 4.0, 0.135) == pytest.approx(1.0, rel=EXACT)
    assert passive_exponential(1.3, 0.6, 4.0, 0.135) == pytest.approx(0.1192, rel=1e-3)
    assert passive_exponential(1.135 - 0.1781 / 2.0, 0.6, 4.0, 0.135) == pytest.approx(0.25 * 0.02723, rel=1e-3)
    assert passive_exponential(0.9568, 0.6, 4.0, 0.135) == 0.0


def test_both_sides_are_one_mirror_image() -> None:
    """The tables of the left are the right's with z turned round."""
    lines = solve(situation()).assembly.person.lines
    right, left = (
        np.flatnonzero((lines.segment_line % 2 == side) & (lines.segment_line < lines.n_fascicle)) for side in (0, 1)
    )
    assert np.array_equal(lines.point_a[:, left].T, lines.point_a[:, right].T * MIRROR)
    assert np.array_equal(lines.point_b[:, left].T, lines.point_b[:, right].T * MIRROR)
    for name in ("fixed_length", "f_max", "optimal", "tendon", "volume", "hoop"):
        column = getattr(lines, name)[: lines.n_fascicle]
        assert np.array_equal(column[0::2], column[1::2]), name
