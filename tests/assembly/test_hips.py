"""Stiff hips: what the model file says of healthy ones, what is lost, and what that leaves of a posture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.solving import situation
from tests.tolerances import EXACT

from spinesim.errors import PostureError
from spinesim.kernels.hip import elastic_moment
from spinesim.kernels.tables import LEAN, LIST
from spinesim.simulation import prepare

pytestmark = pytest.mark.interpreted
AXES = {"flexion": (0, 1.0), "extension": (0, -1.0), "adduction": (1, 1.0), "external_rotation": (2, -1.0)}


def table(**fields: Any) -> np.ndarray:
    return prepare(situation(**fields)).task.hips


def resistance(hips: np.ndarray, s: int, way: str, degrees: float) -> float:
    """Return the moment against a turn one way."""
    axis, sign = AXES[way]
    return -sign * elastic_moment(hips, s, axis, sign * math.radians(degrees))


def test_nothing_holds_a_hip_in_neutral() -> None:
    for s in (0, 1):
        for way in AXES:
            assert resistance(table(), s, way, 0.0) == pytest.approx(0.0, abs=EXACT)


@pytest.mark.parametrize(("way", "degrees", "measured"), [("extension", 20.0, 9.69), ("adduction", 24.6, 40.4)])
def test_a_healthy_hip_resists_as_measured(way: str, degrees: float, measured: float) -> None:
    """Less than 2 % of it comes from what resists the other way."""
    assert resistance(table(), 0, way, degrees) == pytest.approx(measured, rel=0.02)


def test_stiffness_is_a_share_of_the_usual() -> None:
    stiff = table(hips=[{"side": "left", "stiffness": "200 %"}])
    assert stiff[0] == pytest.approx(table()[0], rel=EXACT)
    for way in AXES:
        assert resistance(stiff, 1, way, 15.0) == pytest.approx(2.0 * resistance(table(), 1, way, 15.0), rel=1e-9)


def test_what_is_lost_resists_so_much_earlier() -> None:
    """A contracture holds in neutral what a healthy hip holds where it ends."""
    lost = table(hips=[{"side": "right", "lost_extension": "20 deg"}])
    assert resistance(lost, 0, "extension", 0.0) == pytest.approx(resistance(table(), 0, "extension", 20.0), rel=1e-3)
    assert resistance(lost, 1, "extension", 0.0) == pytest.approx(0.0, abs=EXACT)


def test_smaller_people_have_weaker_hips() -> None:
    small = table(subject={"sex": "female", "height": "1.55 m", "mass": "50 kg"})
    assert 0.0 < resistance(small, 0, "adduction", 20.0) < resistance(table(), 0, "adduction", 20.0)


def test_a_posture_beyond_a_lost_range_is_refused_by_name() -> None:
    stoop = {"preset": "flexed_90"}
    prepare(situation(posture=stoop, hips=[{"lost_flexion": "80 deg"}]))
    with pytest.raises(PostureError, match="hip_flexion 42 deg is outside the model's range of -30 to 30 deg"):
        prepare(situation(posture=stoop, hips=[{"side": "left", "lost_flexion": "100 deg"}]))


@pytest.mark.parametrize(
    ("preset", "hip", "left"),
    [
        ("single_leg", {"side": "right", "lost_adduction": "40 deg"}, "9 to 31 deg"),
        ("standing", {"side": "left", "lost_adduction": "40 deg"}, "-31 to -9 deg"),
        ("standing", {"side": "both", "lost_abduction": "31.5 deg"}, "0.5 to -0.5 deg"),
    ],
)
def test_hips_that_cannot_stand_straight_are_refused(preset: str, hip: dict[str, str], left: str) -> None:
    with pytest.raises(PostureError, match=f"pelvis_list 0 deg is outside the model's range of {left}"):
        prepare(situation(posture={"preset": preset}, hips=[hip]))


def test_a_predicted_pelvis_stays_within_what_is_left() -> None:
    posture = {"preset": "standing", "trunk_inclination": "60 deg", "lumbopelvic_rhythm": "solved"}
    free, bound = (
        prepare(situation(posture=posture, hips=hips)).task.pelvis_range
        for hips in ([], [{"side": "left", "lost_flexion": "100 deg"}])
    )
    assert bound[LEAN - LEAN, 0] > free[LEAN - LEAN, 0]
    assert math.degrees(-bound[0, 0]) == pytest.approx(30.0 - 24.0, abs=1e-6)  # 24 deg of 60 come from the hips


def adducted(**fields: Any) -> np.ndarray:
    """Return how far both thighs are turned about the forward axis in single-leg stance, rad."""
    posture = {"preset": "single_leg", **fields.pop("posture", {})}
    return prepare(situation(posture=posture, **fields)).task.thigh[:, 0]


def test_the_leg_that_is_stood_on_stands_under_all_weights() -> None:
    right, left = adducted(), adducted(support={"left": "100 %", "right": "0 %"})
    assert math.degrees(right[0]) == pytest.approx(6.0, abs=1.0)
    assert right[1] == 0.0
    assert left == pytest.approx(-right[::-1], rel=1e-6)
    case = {"kind": "held", "mass": "10 kg", "hands": "left", "reach": "0 m", "lateral": "-0.4 m", "height": "hip"}
    assert adducted(loads=[case])[0] > right[0]
    assert not adducted(posture={"stance": "straight"}).any()


def test_a_pelvis_lists_as_far_as_the_leg_that_is_stood_on_lets_it() -> None:
    lost = [{"side": "right", "lost_adduction": "20 deg", "lost_abduction": "10 deg"}]

    def lists(hips: list[dict[str, str]], **fields: Any) -> np.ndarray:
        posture = {"preset": "single_leg", "lumbopelvic_rhythm": "solved"}
        return prepare(situation(posture=posture, hips=hips, **fields)).task.pelvis_range[LIST - LEAN]

    np.testing.assert_allclose(np.degrees(lists(lost) - lists([])), [20.0, -10.0], atol=EXACT)
    on_the_left: dict[str, Any] = {"support": {"left": "100 %", "right": "0 %"}}
    np.testing.assert_allclose(lists(lost, **on_the_left), lists([], **on_the_left), atol=EXACT)
