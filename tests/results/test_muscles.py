"""What is told of muscles, hips and abdomen."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import spinesim as ss
from solving import situation, solve
from spinesim.kernels.muscle import SHORTEST_FIBRE
from tolerances import EXACT, SOLVED

LIFT = situation(
    posture={"preset": "flexed_36"},
    loads=[{"kind": "held", "mass": "8 kg", "hands": "left"}],
    muscles=[{"group": "multifidus", "side": "right", "strength": "50 %", "inhibition": "20 %"}],
)


@pytest.fixture(scope="module")
def lift() -> xr.Dataset:
    return solve(LIFT).result


def test_groups_are_the_sums_of_their_fascicles(lift: xr.Dataset) -> None:
    groups = {f.name: (f.group, f.side) for f in solve(LIFT).assembly.fascicles}
    for group in lift["group"].values:
        for side in ("left", "right"):
            names = [name for name, cell in groups.items() if cell == (group, side)]
            told = float(lift["group_force"].sel(group=group, side=side))
            assert told == pytest.approx(float(lift["muscle_force"].sel(fascicle=names).sum()), rel=EXACT)
    assert float(lift["group_force"].sum()) == pytest.approx(float(lift["muscle_force"].sum()), rel=EXACT)


def test_every_group_of_the_vocabulary_has_muscles(lift: xr.Dataset) -> None:
    assert np.isfinite(lift["group_activation"].values).all()


def test_strength_and_inhibition_multiply(lift: xr.Dataset) -> None:
    assert float(lift["group_limit"].sel(group="multifidus", side="right")) == pytest.approx(0.4, rel=EXACT)
    assert float(lift["group_limit"].sel(group="multifidus", side="left")) == pytest.approx(1.0, rel=EXACT)


def test_activations_stay_between_their_limits(lift: xr.Dataset) -> None:
    activation = lift["muscle_activation"].values
    assert (activation >= 0.0).all() and (activation <= 1.0).all()
    assert (lift["group_activation"].values <= lift["group_limit"].values + EXACT).all()


def test_tone_is_a_floor() -> None:
    result = solve(situation(muscles=[{"group": "psoas", "side": "left", "tone": "30 %"}])).result
    names = [str(name) for name in result["fascicle"].values if str(name).startswith("Ps_")]
    left = [name for name in names if name.endswith("_L")]
    assert (result["muscle_activation"].sel(fascicle=left).values >= 0.3 - EXACT).all()
    assert float(result["group_activation"].sel(group="psoas", side="right")) < 0.3


def test_transversus_has_no_line_of_pull(lift: xr.Dataset) -> None:
    short = lift["fibre_length"].isnull()
    assert set(lift["fascicle"].values[short.values]) == {"TrA_R", "TrA_L"}


@pytest.mark.parametrize("name", ["squat_lift", "flexed_full", "bridge"])
def test_no_fibre_is_shorter_than_nothing(name: str) -> None:
    """Where hips or knees bend far, some paths are shorter than their tendons."""
    assert float(ss.simulate(name)["fibre_length"].min()) >= SHORTEST_FIBRE


def test_fixed_pressure_is_kept() -> None:
    result = solve(situation(breath={"intra_abdominal_pressure": "7 kPa"})).result
    assert float(result["intra_abdominal_pressure"]) == pytest.approx(7.0, rel=EXACT)


def test_hips_carry_what_is_above_them() -> None:
    """Standing evenly, each hip is pressed by more than half of what is above it, since muscles pull too."""
    result = solve(situation()).result
    up = result["hip_reaction"].sel(axis="superior").values
    assert up[0] == pytest.approx(up[1], rel=SOLVED)
    assert up.sum() > 40.0 * 9.8


def test_seats_and_beds_leave_the_hips_out() -> None:
    for preset in ("slouched", "supine"):
        result = solve(situation(posture={"preset": preset})).result
        assert result["hip_reaction"].isnull().all() and result["hip_moment"].isnull().all()


def test_a_hanging_leg_pulls_its_hip() -> None:
    """On the right leg the left hip holds the leg's weight against its muscles; the right one carries all and more."""
    result = solve(situation(posture={"preset": "single_leg"})).result
    left, right = result["hip_reaction"].sel(axis="superior").values
    assert left < right
    assert right > 60.0 * 9.8


def test_posture_angles_add_up() -> None:
    result = solve(LIFT).result
    assert float(result["pelvis_tilt"] + result["lumbar_flexion"]) == pytest.approx(36.0, rel=1e3 * EXACT)
    assert float(result["lumbar_share"]) == pytest.approx(float(result["lumbar_flexion"]) / 36.0, rel=1e3 * EXACT)
    assert np.isnan(solve(situation()).result["lumbar_share"])
