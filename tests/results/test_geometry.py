"""Where everything is, against weights and lengths worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from solving import situation, solve
from tolerances import EXACT, SOLVED

HELD = situation(loads=[
    {"name": "bag", "kind": "held", "mass": "10 kg", "reach": "0.3 m", "height": "elbow", "lateral": "5 cm"},
    {"name": "push", "kind": "force", "body": "L3", "at": ["1 cm", "2 cm", "0 m"], "force": ["5 N", "-6 N", "7 N"]},
])  # fmt: skip


def test_the_pelvis_is_the_origin_and_bodies_are_turned_rightly() -> None:
    result = solve(HELD).result
    assert not result["body_position"].sel(body="pelvis").values.any()
    for body in result["body"].values:
        r = result["body_orientation"].sel(body=body).values
        assert np.allclose(r @ r.T, np.eye(3), atol=1e2 * EXACT)
    heights = result["body_position"].sel(body=["L5", "L4", "L3", "L2", "L1", "thorax"], axis="superior").values
    assert (np.diff(heights) > 0.02).all()


def test_loads_lie_where_the_scenario_puts_them() -> None:
    solved = solve(HELD)
    result, model = solved.result, solved.assembly.model
    joint = solved.work.frames.a_up[5]
    bag = result["load_position"].sel(load="bag").values
    assert bag == pytest.approx([joint[0] + 0.3, 0.10 * 1.75, joint[2] + 0.05], abs=1e2 * EXACT)
    assert result["load_force"].sel(load="bag").values == pytest.approx([0.0, -98.0665, 0.0], rel=EXACT)
    l3 = result["body_position"].sel(body="L3").values
    place = l3 + result["body_orientation"].sel(body="L3").values @ [0.01, 0.02, 0.0]
    assert result["load_position"].sel(load="push").values == pytest.approx(place, abs=1e2 * EXACT)
    assert result["load_force"].sel(load="push").values.tolist() == [5.0, -6.0, 7.0]
    assert model.load_heights["elbow"] == pytest.approx(0.10, rel=EXACT)


def test_arms_keep_their_lengths_and_reach_the_load() -> None:
    result = solve(situation(loads=[{"kind": "held", "mass": "2 kg", "reach": "0.35 m"}])).result
    for side in ("left", "right"):
        shoulder, elbow, hand = (
            result["joint_position"].sel(joint=f"{name}_{side}").values for name in ("shoulder", "elbow", "hand")
        )
        assert np.linalg.norm(elbow - shoulder) == pytest.approx(0.186 * 1.75, rel=SOLVED)
        assert np.linalg.norm(hand - elbow) == pytest.approx((0.146 + 0.046) * 1.75, rel=SOLVED)
        assert hand[0] == pytest.approx(float(result["load_position"].values[0, 0]), abs=SOLVED)


def test_centre_of_mass_is_the_mean_of_weights() -> None:
    """Moment of all weights about the origin over their sum, from the force list the solver used."""
    solved = solve(HELD | {"loads": HELD["loads"][:1]})
    work = solved.work
    places = np.array([work.frames.o[work.forces.body[n]] + work.forces.offset[n] for n in range(work.forces.count[0])])
    weights = -work.forces.force[: work.forces.count[0], 1]
    assert solved.result["center_of_mass"].values == pytest.approx(weights @ places / weights.sum(), abs=1e2 * EXACT)


def test_outlines_are_boxes_of_the_model_file() -> None:
    solved = solve(HELD)
    result = solved.result
    for body, (depth, front, back) in solved.assembly.model.outlines.items():
        corners = result["vertebra_outline"].sel(body=body).values
        sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
        assert sides[1] == pytest.approx(back, rel=SOLVED) and sides[3] == pytest.approx(front, rel=SOLVED)
        assert np.linalg.norm(corners[[0, 3]].mean(0) - corners[[1, 2]].mean(0)) == pytest.approx(depth, rel=SOLVED)
    assert result["vertebra_outline"].sel(body="thigh_left").isnull().all()


@pytest.mark.parametrize(
    ("preset", "down"),
    [("standing", (0, -1, 0)), ("supine", (-1, 0, 0)), ("prone", (1, 0, 0)), ("side_lying", (0, 0, 1))],
)
def test_gravity_points_to_the_ground(preset: str, down: tuple[int, int, int]) -> None:
    result = solve(situation(posture={"preset": preset})).result
    assert result["gravity"].values == pytest.approx(9.80665 * np.array(down), rel=EXACT)


def test_everything_is_symmetric_in_standing() -> None:
    joints = solve(situation()).result["joint_position"]
    for name in ("shoulder", "elbow", "hand", "hip", "knee", "ankle"):
        right, left = (joints.sel(joint=f"{name}_{side}").values for side in ("right", "left"))
        assert np.allclose(right, left * [1.0, 1.0, -1.0], atol=1e2 * EXACT)
