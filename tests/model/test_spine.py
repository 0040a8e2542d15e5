"""The anatomy the model file describes, against what textbooks and imaging say; 10 % wide bands, not calibration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from solving import Solved, situation, solve
from spinesim.model.spine import CHAIN, LEVELS
from spinesim.simulation import load_model
from tolerances import EXACT

EXTENSORS = (
    "multifidus",
    "longissimus_pars_lumborum",
    "longissimus_pars_thoracis",
    "iliocostalis_pars_lumborum",
    "iliocostalis_pars_thoracis",
)
L4_L5 = 4


@pytest.fixture(scope="module")
def standing() -> Solved:
    return solve(situation())


def arms(solved: Solved, groups: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return extension arms at L4-L5 (mm) of the fascicles that cross it, and their maximal forces."""
    rows = [i for i, f in enumerate(solved.assembly.fascicles) if f.group in groups]
    found = 1e3 * solved.arms(L4_L5)[2, rows]
    crossing = np.abs(found) > 1e-9
    return found[crossing], solved.assembly.person.lines.f_max[rows][crossing]


def mean_arm(solved: Solved, *groups: str) -> float:
    found, force = arms(solved, groups)
    return float(np.average(found, weights=force))


def test_extensors_pull_50_to_65_mm_behind_l4_l5(standing: Solved) -> None:
    """Imaging gives 57 to 62 mm for the mass of erector spinae (Tveit 1994)."""
    assert 50.0 <= mean_arm(standing, *EXTENSORS) <= 65.0
    for group in EXTENSORS:
        assert 50.0 <= mean_arm(standing, group) <= 75.0, group
        assert (arms(standing, (group,))[0] > 0.0).all(), group


def test_the_belly_bends_forward(standing: Solved) -> None:
    assert -125.0 <= mean_arm(standing, "rectus_abdominis") <= -70.0
    for group in ("external_oblique", "internal_oblique"):
        assert -50.0 <= mean_arm(standing, group) <= -5.0, group


def test_psoas_runs_close_to_the_joint(standing: Solved) -> None:
    assert abs(mean_arm(standing, "psoas")) < 12.0


@pytest.mark.parametrize(
    ("group", "axis", "side"), [("quadratus_lumborum", 0, "right"), ("rectus_abdominis", 0, "right")]
)
def test_side_muscles_bend_to_their_own_side(group: str, axis: int, side: str, standing: Solved) -> None:
    rows = [i for i, f in enumerate(standing.assembly.fascicles) if f.group == group and f.side == side]
    found = standing.arms(L4_L5)[axis, rows]
    assert (found[np.abs(found) > 1e-12] > 0.0).all()


def test_obliques_turn_to_opposite_sides(standing: Solved) -> None:
    """The right external oblique turns the thorax to the left, the right internal one to the right."""
    turning = {}
    for group in ("external_oblique", "internal_oblique"):
        rows = [i for i, f in enumerate(standing.assembly.fascicles) if f.group == group and f.side == "right"]
        force = standing.assembly.person.lines.f_max[rows]
        turning[group] = float(np.average(standing.arms(L4_L5)[1, rows], weights=force))
    assert turning["external_oblique"] > 0.0 > turning["internal_oblique"]


def test_lordosis_is_that_of_standing_men() -> None:
    """40 to 60 deg between the discs T12-L1 and L5-S1; the curve turns smoothly from level to level."""
    tilts = np.degrees([level.disc_tilt for level in load_model().levels])
    assert 40.0 <= tilts[0] - tilts[-1] <= 60.0
    assert (np.diff(tilts) < 0.0).all()


def test_masses_make_a_body() -> None:
    model = load_model()
    one = sum(model.bodies[name].mass for name in CHAIN)
    legs, hanging = (
        2.0 * sum(masses) for masses in ([model.bodies[f"{n}_right"].mass for n in ("thigh", "shank")], model.arms.mass)
    )
    assert one + legs + hanging == pytest.approx(model.reference.mass, rel=0.02)


def test_trunk_slices_weigh_what_men_weigh() -> None:
    """About 2.5 % of the body each (Pearsall 1996), centred in front of their vertebra."""
    model = load_model()
    for name in ("L5", "L4", "L3", "L2", "L1"):
        body = model.bodies[name]
        assert 0.02 <= body.mass / model.reference.mass <= 0.032, name
        assert 0.0 < body.center_of_mass[0] < 0.06, name


def test_levels_join_neighbours_from_the_top_down() -> None:
    model = load_model()
    chain = list(reversed(CHAIN))
    assert [(level.upper, level.lower) for level in model.levels] == list(zip(chain[:-1], chain[1:], strict=True))
    assert tuple(level.name for level in model.levels) == LEVELS
    heights = [level.center[1] for level in model.levels]
    assert heights == sorted(heights, reverse=True)


def test_facets_stand_the_gap_of_the_model_apart_in_neutral() -> None:
    """All nine points of a patch lie a gap inside the cylinder that faces them, its tip a gap above the lamina."""
    person = solve(situation()).assembly.person
    facets, skeleton = person.facets, person.skeleton
    for i in range(12):
        points = facets.points[i] @ skeleton.upper_in_disc[i // 2].T - facets.axis_point[i]
        radial = points - np.outer(points @ facets.axis[i], facets.axis[i])
        assert facets.radius[i] - np.linalg.norm(radial, axis=1) == pytest.approx(load_model().facet_law.gap, abs=EXACT)
        assert (radial @ facets.inward[i] > 0.0).all()
        assert facets.point_area[i] * 9 == pytest.approx(load_model().facets[i // 2].area, rel=EXACT)
        height = (skeleton.upper_in_disc[i // 2] @ facets.tip[i])[1]
        assert height - facets.lamina[i] == pytest.approx(load_model().facet_law.tip_gap, abs=EXACT)
        assert height < np.mean(points @ [0.0, 1.0, 0.0]) + facets.axis_point[i][1], "the tip is the lower end"


@pytest.mark.parametrize("angle", [1.0, -1.0])
def test_turning_one_degree_closes_the_facet_of_the_other_side(angle: float) -> None:
    """Turned to the left, every right facet touches and every left one opens; the discs carry no load else."""
    offsets = [{"level": name, "left_axial_rotation": f"{angle} deg"} for name in LEVELS]
    gap = solve(situation(posture={"preset": "supine"}, rotation_offsets=offsets)).result["facet_gap"]
    closing, opening = ("right", "left") if angle > 0.0 else ("left", "right")
    assert (gap.sel(side=closing).values < 0.1).all()
    assert (gap.sel(side=opening).values > 1e3 * load_model().facet_law.gap).all()


def test_hips_knees_and_shoulders_are_where_people_have_them() -> None:
    model = load_model()
    stature = model.reference.height
    assert 0.14 <= 2.0 * model.hip[2] <= 0.20
    assert -model.knee[1] / stature == pytest.approx(0.245, abs=0.025)
    assert 0.15 <= model.landmarks["shoulder_right"][1][2] <= 0.21
    assert math.dist((0.0, 0.0, 0.0), model.abdomen_origin) < 0.2


def test_fibres_stand_near_their_optimal_length_in_standing(standing: Solved) -> None:
    fibre = standing.result["fibre_length"].values
    assert (fibre[np.isfinite(fibre)] > 0.5).all() and (fibre[np.isfinite(fibre)] < 1.4).all()


def test_strength_is_that_of_dissected_muscle(standing: Solved) -> None:
    """Trunk extensors of a man make 200 to 450 N m at L4-L5 (isometric tests)."""
    found, force = arms(standing, EXTENSORS)
    assert 200.0 <= float(found @ force) * 1e-3 <= 450.0


def test_multifidus_has_the_area_and_the_fibres_that_were_measured() -> None:
    """23.9 +- 3.0 cm^2 and 5.66 +- 0.65 cm at the optimal sarcomere length, 2.27 um in neutral (Ward 2009)."""
    fibres = [f for f in load_model().fascicles if f.group == "multifidus"]
    area = sum(f.pcsa for f in fibres)
    mean = sum(f.pcsa * f.optimal_fibre_length for f in fibres) / area
    assert abs(area * 1e4 - 23.9) < 0.1 and abs(mean * 1e2 - 5.66) < 0.02
