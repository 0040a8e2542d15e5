"""Posture: wanted angles, rhythm and shares of the levels make every angle; the impossible is refused by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solving import situation
from spinesim.assembly import Assembly
from spinesim.assembly.posture import Angles, resolve_posture
from spinesim.errors import InputError, PostureError
from spinesim.scenario import Scenario
from spinesim.simulation import load_model, prepare, simulate
from tolerances import EXACT


def posture(**wanted: Any) -> Angles:
    return assembled(**wanted).angles


def assembled(**wanted: Any) -> Assembly:
    return prepare(situation(posture={"preset": "standing", **wanted}))


def complaint(kind: type[Exception], **fields: Any) -> str:
    with pytest.raises(kind) as caught:
        prepare(situation(**fields))
    return str(caught.value)


@given(st.floats(-40.0, 110.0), st.sampled_from(["healthy", "low_back_pain", {"lumbar_share": "40 %"}]))
def test_pelvis_and_lumbar_spine_add_up_to_the_trunk(trunk: float, rhythm: Any) -> None:
    angles = posture(trunk_inclination=f"{trunk:.6f} deg", lumbopelvic_rhythm=rhythm)
    assert angles.pelvis_tilt + angles.lumbar_flexion == pytest.approx(angles.trunk_inclination, abs=EXACT)
    assert angles.trunk_inclination == pytest.approx(math.radians(round(trunk, 6)), abs=EXACT)


@given(st.floats(-30.0, 70.0), st.floats(-30.0, 30.0), st.floats(-40.0, 40.0))
def test_levels_add_up_to_the_lumbar_rotation(flexion: float, bending: float, twist: float) -> None:
    """Shares sum to one, and turns from the trunk's axes into the discs' keep their size."""
    angles = posture(
        lumbar_flexion=f"{flexion:.6f} deg", trunk_inclination=f"{flexion:.6f} deg",
        right_lateral_bending=f"{bending:.6f} deg", left_axial_rotation=f"{twist:.6f} deg",
    )  # fmt: skip
    model = load_model()
    turned = angles.levels[:, 2] - np.array(model.upright_curve)
    assert turned.sum() == pytest.approx(-angles.lumbar_flexion, abs=1e2 * EXACT)
    trunk = np.zeros(2)
    for level, turn in zip(model.levels, angles.levels, strict=True):
        c, s = math.cos(level.disc_tilt), math.sin(level.disc_tilt)
        trunk += [c * turn[0] - s * turn[1], s * turn[0] + c * turn[1]]
    assert trunk == pytest.approx(
        [angles.right_lateral_bending, model.twist_share * angles.left_axial_rotation], abs=1e2 * EXACT
    )
    assert angles.shoulder_twist == pytest.approx((1.0 - model.twist_share) * angles.left_axial_rotation, abs=EXACT)


def test_shares_of_the_levels_sum_to_one() -> None:
    model = load_model()
    every = {
        (name, study): values
        for name, shares in model.level_shares.items()
        for study, values in {"": shares.values, **shares.others}.items()
    }
    for name, shares in every.items():
        assert sum(shares) == pytest.approx(1.0, abs=1e2 * EXACT), name
        assert min(shares) > 0.0, name


@pytest.mark.parametrize(
    ("trunk", "lumbar"), [(30.0, 20.5), (60.0, 36.0), (90.0, 48.0), (-40.0, -24.0), (45.0, 28.25), (0.0, 0.0)]
)
def test_the_healthy_rhythm_by_hand(trunk: float, lumbar: float) -> None:
    angles = posture(trunk_inclination=f"{trunk} deg")
    assert math.degrees(angles.lumbar_flexion) == pytest.approx(lumbar, abs=1e3 * EXACT)


def test_pain_stiffens_the_back() -> None:
    healthy, sore = (
        posture(trunk_inclination="50 deg", lumbopelvic_rhythm=name) for name in ("healthy", "low_back_pain")
    )
    assert sore.lumbar_flexion < healthy.lumbar_flexion


def test_two_angles_give_the_third() -> None:
    deg = math.radians(1.0)
    assert posture(pelvis_tilt="20 deg", lumbar_flexion="15 deg").trunk_inclination == pytest.approx(
        35.0 * deg, rel=EXACT
    )
    assert posture(trunk_inclination="40 deg", pelvis_tilt="25 deg").lumbar_flexion == pytest.approx(
        15.0 * deg, rel=EXACT
    )
    assert posture(trunk_inclination="40 deg", lumbar_flexion="10 deg").pelvis_tilt == pytest.approx(
        30.0 * deg, rel=EXACT
    )
    alone = posture(pelvis_tilt="20 deg")
    assert alone.lumbar_flexion == 0.0 and alone.trunk_inclination == pytest.approx(20.0 * deg, rel=EXACT)


def test_hip_flexion_is_thigh_against_pelvis() -> None:
    angles = posture(pelvis_tilt="30 deg", hip_flexion="50 deg")
    assert angles.thigh_inclination == pytest.approx(math.radians(20.0), rel=EXACT)


@pytest.mark.parametrize("name", load_model().presets)
def test_every_preset_resolves_within_its_range(name: str) -> None:
    angles, problems = resolve_posture(load_model(), Scenario.from_dict(situation(posture={"preset": name})))
    assert problems == [] and angles is not None
    assert angles.preset.name == name


IMPOSSIBLE = {
    "trunk_inclination": ("125 deg", "-40 to 120 deg"),
    "right_lateral_bending": ("50 deg", "-35 to 35 deg"),
    "left_axial_rotation": ("-60 deg", "-45 to 45 deg"),
    "lumbar_flexion": ("80 deg", "-30 to 70 deg"),
    "pelvis_tilt": ("-70 deg", "-60 to 100 deg"),
    "knee_flexion": ("170 deg", "0 to 150 deg"),
    "hip_flexion": ("-60 deg", "-30 to 130 deg"),
}


@pytest.mark.parametrize("far", ["151 deg", "-200 deg", "1000 deg", "7 rad"])
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_however_far_outside_a_posture_is_called_impossible(name: str, far: str) -> None:
    assert f"impossible posture: {name}" in complaint(PostureError, posture={"preset": "standing", name: far})


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_posture_names_the_angle_and_its_range(name: str) -> None:
    value, limits = IMPOSSIBLE[name]
    text = complaint(PostureError, posture={"preset": "standing", name: value})
    assert f"impossible posture: {name} {value.split()[0]}" in text and limits in text
    assert f"@ posture.{name}" in text


def test_impossible_arms_name_their_joint() -> None:
    text = complaint(PostureError, posture={"preset": "standing", "arms": {"elbow_flexion": "170 deg"}})
    assert "elbow_flexion 170 deg" in text and "@ posture.arms.elbow_flexion" in text


def test_every_impossible_angle_is_named_at_once() -> None:
    text = complaint(
        PostureError, posture={"preset": "standing", "right_lateral_bending": "50 deg", "left_axial_rotation": "50 deg"}
    )
    assert "right_lateral_bending" in text and "left_axial_rotation" in text


def test_what_follows_from_others_can_be_impossible_too() -> None:
    text = complaint(
        PostureError, posture={"preset": "standing", "trunk_inclination": "110 deg", "pelvis_tilt": "10 deg"}
    )
    assert "lumbar_flexion 100 deg" in text


def test_an_unknown_preset_suggests_the_near_one() -> None:
    text = complaint(InputError, posture={"preset": "standng"})
    assert "unknown posture 'standng'" in text and "did you mean 'standing'" in text and "@ posture.preset" in text


def test_angles_that_disagree_are_refused() -> None:
    wanted = {"preset": "standing", "trunk_inclination": "40 deg", "pelvis_tilt": "10 deg", "lumbar_flexion": "10 deg"}
    assert "must add up to trunk_inclination" in complaint(InputError, posture=wanted)
    rhythm = {"preset": "standing", "pelvis_tilt": "10 deg", "lumbopelvic_rhythm": "healthy"}
    assert "rhythm goes with trunk_inclination alone" in complaint(InputError, posture=rhythm)


@pytest.mark.parametrize("turn", ["flexion", "right_lateral_bending", "left_axial_rotation"])
def test_an_offset_turns_one_level_in_the_named_sense(turn: str) -> None:
    offset = [{"level": "L2-L3", turn: "3 deg"}]
    change = prepare(situation(rotation_offsets=offset)).angles.levels - posture().levels
    wanted = np.zeros((6, 3))
    wanted[2] = math.radians(3.0) * np.array(
        {"flexion": (0, 0, -1), "right_lateral_bending": (1, 0, 0), "left_axial_rotation": (0, 1, 0)}[turn]
    )
    assert np.allclose(change, wanted, rtol=0.0, atol=EXACT)


def test_a_load_out_of_reach_is_an_impossible_posture() -> None:
    with pytest.raises(PostureError) as caught:
        simulate(situation(loads=[{"name": "crate", "kind": "held", "mass": "5 kg", "reach": "1.4 m"}]))
    assert "short of the load" in str(caught.value) and "@ loads.0" in str(caught.value)


# --- the posture library -------------------------------------------------------------------------------------

ON_THE_FLOOR = ("plank", "side_bridge", "bridge")  # which must push back
FULL_FLEXION, FULL_EXTENSION = 52.0, -16.0  # deg from standing, L1-S1: Pearcy 1984


@pytest.mark.parametrize("name", load_model().presets)
def test_no_preset_bends_farther_than_people_do(name: str) -> None:
    angles = prepare(name if name in ON_THE_FLOOR else situation(posture={"preset": name})).angles
    assert FULL_EXTENSION - 1e-6 <= math.degrees(angles.lumbar_flexion) <= FULL_FLEXION + 1e-6
    assert angles.pelvis_tilt + angles.lumbar_flexion == pytest.approx(angles.trunk_inclination, abs=EXACT)


def test_lying_on_the_side_is_straight() -> None:
    angles = prepare(situation(posture={"preset": "side_lying"})).angles
    assert angles.trunk_inclination == 0.0 and angles.thigh_inclination == 0.0
    assert not angles.levels[:, :2].any()


def test_sitting_rolls_the_pelvis_back_and_straightening_brings_it_forward() -> None:
    tilt = {name: prepare(situation(posture={"preset": name})).angles.pelvis_tilt for name in SITTING}
    assert tilt["slouched"] < tilt["sitting_unsupported"] < tilt["sitting_straight"] < 0.0


SITTING = ("slouched", "sitting_unsupported", "sitting_straight")


@pytest.mark.parametrize("phase", ["healthy", "low_back_pain"])
def test_coming_up_uses_the_back_more_when_nearly_upright_and_less_when_low(phase: str) -> None:
    """Tafazzol 2014: 2.86 against 2.51 below 30 deg, 1.23 against 1.34 above 90 deg."""
    for trunk, sign in ((30.0, 1.0), (60.0, 0.0), (90.0, -1.0)):
        down, up = (
            posture(trunk_inclination=f"{trunk} deg", lumbopelvic_rhythm=name).lumbar_flexion
            for name in (phase, f"{phase}_return")
        )
        assert np.sign(round(up - down, 9)) == sign


@pytest.mark.parametrize("ratio", [("healthy", 30.0, 2.51, 2.86), ("healthy", 90.0, 1.34, 1.23)])
def test_the_return_keeps_the_studys_change_of_lumbar_share(ratio: tuple[str, float, float, float]) -> None:
    name, trunk, down, up = ratio
    curve, back = load_model().rhythms[name], load_model().rhythms[f"{name}_return"]
    here = [np.interp(math.radians(trunk), r.trunk, r.lumbar) for r in (curve, back)]
    assert here[1] / here[0] == pytest.approx((up / (1 + up)) / (down / (1 + down)), abs=3e-3)


def test_every_rhythm_has_a_spread() -> None:
    assert all(0.0 < rhythm.spread < 0.5 for rhythm in load_model().rhythms.values())


def test_another_studys_shares_move_the_levels_and_keep_the_sum() -> None:
    wanted = {"lumbar_flexion": "40 deg", "trunk_inclination": "60 deg"}
    own, other = posture(**wanted), posture(**wanted, level_shares="Pearcy1984")
    assert other.levels[:, 2].sum() == pytest.approx(own.levels[:, 2].sum(), rel=1e2 * EXACT)
    curve = np.array(load_model().upright_curve)
    share, others = ((angles.levels[:, 2] - curve) / -math.radians(40.0) for angles in (own, other))
    assert others == pytest.approx(np.array([6, 8, 10, 12, 13, 9]) / 58, rel=1e2 * EXACT)
    # What people do from standing is near what specimens do from their rest, once they begin there.
    specimen = np.array(load_model().level_shares["flexion"].values)
    assert abs(share - others).max() < 0.04 < abs(specimen - others).max()


def test_a_study_that_shares_nothing_is_named() -> None:
    text = complaint(InputError, posture={"preset": "standing", "level_shares": "Pearcy1985"})
    assert "no level shares by 'Pearcy1985'" in text and "Pearcy1984" in text and "@ posture.level_shares" in text


def test_couplings_are_signs_by_level() -> None:
    """Fujii 2007: bending goes against the rotation in the middle levels and with it at both ends."""
    signs = load_model().couplings["left_axial_rotation", "right_lateral_bending"]
    assert signs == (-1.0, 1.0, 1.0, 1.0, 1.0, -1.0)


def upright_push(name: str) -> np.ndarray:
    """Return the directions, against gravity's opposite, in which a preset's supports push."""
    own = prepare(situation(posture={"preset": name}))
    lean = -own.angles.trunk_inclination
    c, s = math.cos(lean), math.sin(lean)
    pushes = own.person.breath.support_direction[own.task.support_on > 0.0]
    turned = np.array([(c * x - s * y, s * x + c * y, z) for x, y, z in pushes])
    return turned @ (-own.task.gravity / np.linalg.norm(own.task.gravity))


@pytest.mark.parametrize("name", ["sitting_elbows_on_thighs", "prone_on_elbows"])
def test_elbows_push_straight_up(name: str) -> None:
    assert upright_push(name) == pytest.approx([1.0], abs=1e-3)


def test_arm_rests_push_up_and_the_back_rest_square_to_itself() -> None:
    back, arms = upright_push("slouched")
    assert arms == pytest.approx(1.0, abs=1e-3)
    assert back == pytest.approx(math.sin(math.radians(21.0)), abs=1e-3)
