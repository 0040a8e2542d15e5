"""Who carries something leans until the weight falls where it fell without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.solving import situation

from spinesim.errors import InputError, PostureError
from spinesim.kernels.tables import LIST, make_state, make_work
from spinesim.simulation import prepare, simulate

CRATE = {"name": "crate", "kind": "held", "mass": "20 kg", "reach": "0.4 m", "height": "elbow", "from": "chest"}
PACK = {"name": "pack", "kind": "worn", "mass": "15 kg", "at": "back"}
PUSH = {"name": "push", "kind": "hand_force", "force": ["100 N", "0 N", "0 N"]}


def lean(*loads: dict[str, Any], **posture: Any) -> float:
    """Return how far back the trunk leans, deg."""
    return -np.degrees(prepare(situation(loads=list(loads), posture=posture)).angles.trunk_inclination)


def test_a_crate_leans_back_and_a_pack_forward() -> None:
    assert lean(CRATE) > 3.0
    assert lean(PACK) < -0.5
    assert lean(CRATE | {"mass": "10 kg"}) < lean(CRATE)


@pytest.mark.parametrize(
    "posture", [{"stance": "straight"}, {"preset": "stoop"}, {"trunk_inclination": "0 deg"}, {"preset": "slumped"}]
)
def test_who_is_told_how_to_stand_does_not_lean(posture: dict[str, str]) -> None:
    bare, loaded = lean(**posture), lean(CRATE, **posture)
    assert loaded == bare


def test_nothing_carried_is_no_reason_to_lean() -> None:
    assert lean() == 0.0
    assert lean(PUSH) == 0.0


def test_an_empty_crate_is_held_out_like_a_light_one() -> None:
    """The stretched arms have their weight too: a sweep that begins at 0 kg begins with the same person."""
    empty, light = (lean(CRATE | {"mass": mass}) for mass in ("0 kg", "0.001 kg"))
    assert empty > 0.5
    assert empty == pytest.approx(light, abs=1e-3)


def test_the_weight_falls_where_it_fell() -> None:
    """By hand from the result: body above the hips with its loads, and both legs."""
    lines = []
    for loads in ([], [CRATE]):
        own = situation(loads=loads, posture={"preset": "standing", "vertebrae": "held"})
        assembly, result = prepare(own), simulate(own)
        mass = assembly.person.skeleton.mass
        joints = result["joint_position"].sel(axis="anterior")
        above = mass[:7].sum() + 2.0 * assembly.person.skeleton.arm_mass.sum() + 20.0 * len(loads)
        moment = above * float(result["center_of_mass"].sel(axis="anterior"))
        for side, s in (("right", 0), ("left", 1)):
            for body, top, down in ((7 + s, "hip", "knee"), (9 + s, "knee", "ankle")):
                here, there = (float(joints.sel(joint=f"{name}_{side}")) for name in (top, down))
                com, end = assembly.person.skeleton.com[body][1], _length(assembly, body)
                moment += mass[body] * (here + com / end * (there - here))
        ankles = float(joints.sel(joint=["ankle_right", "ankle_left"]).mean())
        lines.append(moment / (above + mass[7:11].sum()) - ankles)
    assert lines[1] == pytest.approx(lines[0], abs=3e-3)  # discs that give way under the crate move it a little


def _length(assembly: Any, body: int) -> float:
    """Return how far below its upper joint the lower one lies in the limb's frame."""
    if body < 9:
        return float(assembly.person.skeleton.knee[body - 7][1])
    return float(assembly.model.ankle[1] * assembly.subject.length)


def listed(angle: str, **posture: Any) -> Any:
    return simulate(situation(posture={"preset": "single_leg", "pelvis_list": angle, **posture}))


def test_a_pelvis_that_drops_bends_the_lumbar_spine_and_leaves_the_thorax() -> None:
    level, dropped = listed("0 deg"), listed("-8 deg")
    assert float(dropped["pelvis_list"]) == pytest.approx(-8.0, abs=1e-9)
    thorax = [result["body_orientation"].sel(body="thorax").to_numpy() for result in (level, dropped)]
    assert np.allclose(*thorax, rtol=0.0, atol=1e-9)
    bend = dropped["disc_rotation"].sel(rotation="right_lateral_bending").sum()
    assert 7.0 < float(bend) < 8.5
    left = [result["joint_position"].sel(joint="hip_left").to_numpy() for result in (level, dropped)]
    assert left[1][1] < left[0][1] - 0.01
    held = [float(result["hip_passive_moment"].sel(side="right")[0]) for result in (level, dropped)]
    assert held[1] > 2.0 * held[0]  # capsule and band come taut


def test_a_stated_list_is_what_a_solve_would_turn() -> None:
    """The same vertebrae as when recruitment lists the pelvis by as much."""
    from spinesim.kernels.turning import turn_levels

    case = prepare(situation(posture={"preset": "single_leg", "lumbopelvic_rhythm": "solved"}))
    work, tilt = make_work(case.person, case.task), make_state().tilt
    tilt[LIST] = np.radians(-8.0)
    turn_levels(case.person.skeleton, case.task, tilt, work.frames)
    stated = prepare(situation(posture={"preset": "single_leg", "pelvis_list": "-8 deg"}))
    assert stated.task.level == pytest.approx(work.frames.turns, abs=1e-12)


def test_a_list_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="lists on one leg alone"):
        prepare(situation(posture={"pelvis_list": "5 deg"}))
    with pytest.raises(InputError, match="leave one of them out @ posture.pelvis_list"):
        listed("5 deg", lumbopelvic_rhythm="solved")
    with pytest.raises(PostureError, match="pelvis_list 40 deg is outside the model's range of -31 to 31 deg"):
        listed("40 deg")
    with pytest.raises(PostureError, match="pelvis_list -16 deg is outside the model's range of -11 to 31 deg"):
        stiff = [{"side": "right", "lost_adduction": "20 deg"}]
        prepare(situation(posture={"preset": "single_leg", "pelvis_list": "-16 deg"}, hips=stiff))
    with pytest.raises(PostureError, match="right_lateral_bending 45 deg .* 20 deg of it against the listed pelvis"):
        listed("-20 deg", right_lateral_bending="25 deg")
