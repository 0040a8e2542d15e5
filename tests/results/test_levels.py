"""What the tissues of a level carry, summed up and worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from free_bodies import Diagram, add_discs, add_facets, add_ligaments, joint_frame
from solving import Solved, situation, solve
from spinesim.results.levels import intradiscal_pressure, named_turns
from spinesim.scenario.names import LEVELS
from tolerances import EXACT, SOLVED

Array = NDArray[np.float64]
BENT = situation(
    posture={"preset": "flexed_36", "right_lateral_bending": "8 deg", "left_axial_rotation": "15 deg"},
    loads=[{"kind": "held", "mass": "6 kg", "hands": "right", "lateral": "0.2 m"}],
)
FLEXED = situation(posture={"preset": "flexed_60"})


@pytest.fixture(scope="module", params=[BENT, FLEXED], ids=["bent", "flexed"])
def solved(request: pytest.FixtureRequest) -> Solved:
    return solve(request.param)


def on_upper(solved: Solved, j: int, *add: Any) -> tuple[Array, Array]:
    """Return what some tissues of a level put on the upper body: force, moment about the joint centre; mid frame."""
    d = Diagram(solved)
    for one in add:
        one(d)
    level = solved.assembly.model.levels[j]
    mid, center = joint_frame(d, j)
    own = [(at, force) for at, force in d.forces[level.upper] if from_below(d, j, force)]
    force = sum((force for _, force in own), np.zeros(3))
    moment = sum((np.cross(at - center, force) for at, force in own), np.zeros(3))
    couple = d.couples[level.upper][-1] if add_discs in add else 0.0  # of the level above, if any, comes first
    return mid.T @ force, mid.T @ (moment + couple)


def from_below(d: Diagram, j: int, force: Array) -> bool:
    """Tell whether a force on the upper body of a level comes from its lower body, by the reaction there."""
    lower = d.solved.assembly.model.levels[j].lower
    return any(np.array_equal(force, -other) for _, other in d.forces[lower])


def test_a_joint_carries_disc_facets_and_ligaments(solved: Solved) -> None:
    result = solved.result
    for j in range(6):
        force, moment = on_upper(solved, j, add_discs, add_facets, add_ligaments)
        told = [
            -result["joint_shear_anterior"].values[j],
            result["joint_compression"].values[j],
            -result["joint_shear_right"].values[j],
        ]
        assert np.allclose(force, told, rtol=SOLVED, atol=SOLVED)
        assert np.allclose(named_turns(moment), result["joint_moment"].values[j], rtol=SOLVED, atol=SOLVED)


def test_facet_forces_are_those_of_the_contact_law(solved: Solved) -> None:
    result = solved.result
    for j in range(6):
        both = on_upper(solved, j, add_facets)[0]
        sides = result["facet_force"].values[j]
        assert np.linalg.norm(both) <= sides.sum() + SOLVED
        assert (sides >= 0.0).all()
    touching = result["facet_gap"].values < 0.0
    pressed = result["facet_force"].values > 0.0  # a tip may stand on its lamina while the surfaces are open
    assert not (touching & ~pressed).any()
    assert np.array_equal(pressed, result["facet_contact_area"].values > 0.0)
    mean = result["facet_force"].values[pressed] / result["facet_contact_area"].values[pressed]
    assert np.allclose(mean, result["facet_pressure"].values[pressed], rtol=EXACT)


def test_ligaments_pull_or_are_slack(solved: Solved) -> None:
    result = solved.result
    force, strain = result["ligament_force"].values, result["ligament_strain"].values
    present = np.isfinite(force)
    assert np.array_equal(present, np.isfinite(strain))
    assert (force[present] >= 0.0).all()
    assert np.array_equal(force[present] > 0.0, strain[present] > 0.0)
    missing = {(str(result["level"].values[j]), str(result["ligament"].values[k])) for j, k in np.argwhere(~present)}
    assert {name for _, name in missing} <= {"SSL", "ITL", "ILL", "TLF", "ISL"}


def test_rotations_are_what_the_posture_shares_out(solved: Solved) -> None:
    result = solved.result
    flexion = result["disc_rotation"].sel(rotation="flexion").values
    assert np.array_equal(flexion, result["segment_flexion"].values)
    # Vertebrae that also turn aside keep the thorax where it is, but angles about several axes do not add up.
    sideways = solved.assembly.angles.levels[:, :2].any()
    assert flexion.sum() == pytest.approx(float(result["lumbar_flexion"]), rel=1e-3 if sideways else 1e3 * EXACT)
    assert (flexion > 0.0).all()


def test_height_is_what_the_translation_says(solved: Solved) -> None:
    result = solved.result
    assert np.array_equal(result["disc_height_change"].values, result["disc_translation"].sel(axis="superior").values)
    shorter = result["disc_height_change"].values < 0.0
    assert np.array_equal(shorter, result["disc_bulge"].values > 0.0)


def test_the_rim_bulges_on_the_side_that_is_pressed() -> None:
    """Upright both sides alike; bent forward the back of the disc is stretched, bent to the right its left side is.

    The lowest disc stands flexed already, and bending forward frees it of that.
    """
    upright, forward, right = (
        solve(situation(posture={"vertebrae": "held", **posture})).result["disc_bulge_posterolateral"]
        for posture in ({}, {"trunk_inclination": "40 deg"}, {"right_lateral_bending": "15 deg"})
    )
    assert np.allclose(upright.sel(side="left"), upright.sel(side="right"), rtol=0.0, atol=1e-6)
    assert (forward < upright).sel(level=list(LEVELS[:-1])).all()
    assert (right.sel(side="right") > right.sel(side="left")).all()


def test_pressure_by_hand() -> None:
    """Swelling + F / (k A) without a moment; 7.5 N m of a flexed disc add the measured 0.38 MPa without preload."""
    assembly = solve(situation()).assembly
    law, areas = assembly.model.disc_law, np.array([disc.area for disc in assembly.model.discs])
    pressed = intradiscal_pressure(assembly, np.full(6, 500.0), np.zeros((6, 3)))
    assert np.allclose(pressed, law.swelling + 500.0 / (law.correction_factor * areas), rtol=EXACT)
    moment = np.zeros((6, 3))
    moment[:, 0] = -7.5
    bent = intradiscal_pressure(assembly, np.zeros(6), moment)
    assert np.allclose(bent - law.swelling, 0.38e6, rtol=SOLVED)
    moment[:, 0] = 7.5
    assert np.allclose(intradiscal_pressure(assembly, np.zeros(6), moment) - law.swelling, 0.30e6, rtol=SOLVED)


def test_pressure_is_never_below_nothing() -> None:
    assembly = solve(situation()).assembly
    assert (intradiscal_pressure(assembly, np.full(6, -1e4), np.zeros((6, 3))) == 0.0).all()


def test_turns_are_named_with_their_signs() -> None:
    assert named_turns(np.array([1.0, 2.0, 3.0])).tolist() == [-3.0, 1.0, 2.0]


@pytest.mark.parametrize(("posture", "rotation"), [("right_lateral_bending", 1), ("left_axial_rotation", 2)])
def test_each_rotation_is_positive_in_its_named_sense(posture: str, rotation: int) -> None:
    """The head goes where the name says, and the discs turn back."""
    result = solve(situation(posture={"preset": "standing", posture: "15 deg"})).result
    assert (result["disc_rotation"].sum("level").values[rotation]) > 0.0
    assert (result["disc_moment"].values[:, rotation] < 0.0).all()
    head, chest = (
        result["joint_position"].sel(joint="head").values,
        result["body_orientation"].sel(body="thorax").values,
    )
    if posture == "right_lateral_bending":
        assert head[2] > 0.05
    else:
        assert chest[2, 0] < 0.0, "turned to the left the chest looks to the left"


def test_offset_of_one_level_turns_that_level_alone() -> None:
    posture = {"vertebrae": "held"}
    plain = solve(situation(posture=posture)).result["disc_rotation"].values
    offset = [{"level": "L4-L5", "left_axial_rotation": "2 deg"}]
    turned = solve(situation(posture=posture, rotation_offsets=offset)).result["disc_rotation"].values
    wanted = plain.copy()
    wanted[4, 2] += 2.0
    assert np.allclose(turned, wanted, rtol=0.0, atol=1e3 * EXACT)
