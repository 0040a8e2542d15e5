"""What a specimen's Dataset says: laws over whole courses, range of motion, neutral zone, buckling and tears."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from solving import closeness
from specimens import LUMBAR, result, scenario
from spinesim.model import Model
from spinesim.results.specimen_curves import friction_moment, lax_zone, neutral_zone, range_of_motion
from spinesim.results.specimen_places import rotation_vectors, rotations
from spinesim.simulation import load_model, simulate
from spinesim.storage import load, result_as_json, save
from spinesim.variables import specimen_variables
from tolerances import EXACT, PENCIL, SOLVED

MIRROR = 1e-9  # relative
TURNS = ("flexion", "right_lateral_bending", "left_axial_rotation")
STRUCTURES = ("ALL", "PLL", "LF", "ISL", "SSL", "ITL", "CL", "facets")


def turned(res: xr.Dataset, turn: str, step: int = -1) -> float:
    return float(res["specimen_rotation"].sel(rotation=turn).isel(step=step))


# --- laws ---------------------------------------------------------------------------------------------------------


def test_without_load_nothing_moves() -> None:
    res = result(["L3-L4", "L4-L5"], moment={"steps": 3}, compression="0 N")
    for name in ("specimen_rotation", "specimen_translation", "disc_rotation", "disc_translation"):
        assert np.abs(res[name].values).max() < SOLVED, name
    assert res.attrs["status"] == "converged"


@pytest.mark.parametrize("turn", TURNS)
def test_unloading_is_loading_backwards(turn: str) -> None:
    """An elastic specimen has no hysteresis."""
    res = result(["L4-L5"], moment={turn: "7.5 N*m", "steps": 6, "course": "up_down"})
    for name in ("specimen_rotation", "disc_translation", "facet_force", "ligament_force"):
        array = np.nan_to_num(res[name].values)
        assert closeness(array[::-1], array) < SOLVED, name


def test_left_is_right_in_the_mirror() -> None:
    moment = {"flexion": "-4 N*m", "right_lateral_bending": "3 N*m", "left_axial_rotation": "5 N*m", "steps": 4}
    facet = {"level": "L4-L5", "orientation": "58 deg", "gap": "0.3 mm"}
    there = result(
        ["L3-L4", "L4-L5"], moment=moment, shear={"right": "60 N"}, changes={"facets": [facet | {"side": "left"}]}
    )
    flipped = {**moment, "right_lateral_bending": "-3 N*m", "left_axial_rotation": "-5 N*m"}
    here = result(
        ["L3-L4", "L4-L5"], moment=flipped, shear={"right": "-60 N"}, changes={"facets": [facet | {"side": "right"}]}
    )
    signs = xr.DataArray([1.0, -1.0, -1.0], dims="rotation")
    assert closeness((here["specimen_rotation"] * signs).values, there["specimen_rotation"].values) < MIRROR
    assert closeness(here["facet_force"].values[..., ::-1], there["facet_force"].values) < MIRROR
    assert closeness(here["joint_shear_right"].values, -there["joint_shear_right"].values) < MIRROR
    assert closeness(here["intradiscal_pressure"].values, there["intradiscal_pressure"].values) < MIRROR
    assert abs(float(there["facet_force"].diff("side").isel(step=-1).max())) > 1.0


@settings(max_examples=25)
@given(
    st.sampled_from(STRUCTURES), st.sampled_from(TURNS), st.sampled_from([-1.0, 1.0]), st.sampled_from([0, 500]),
)  # fmt: skip
def test_a_removed_structure_never_makes_the_specimen_stiffer(
    structure: str, turn: str, sign: float, load: int
) -> None:
    """Rotation from the unloaded course to 7.5 N m, never less without the structure."""
    fields: dict[str, Any] = {"moment": {turn: f"{7.5 * sign} N*m", "steps": 4}, "follower_load": f"{load} N"}
    whole, cut = result(["L4-L5"], **fields), result(["L4-L5"], removed=[structure], **fields)
    ranges = [sign * (turned(res, turn) - turned(res, turn, 0)) for res in (whole, cut)]
    assert ranges[1] >= ranges[0] - SOLVED


def test_a_follower_load_of_nothing_is_none() -> None:
    with_none, without = (
        result(["L4-L5"], moment={"flexion": "5 N*m", "steps": 2}, **more) for more in ({"follower_load": "0 N"}, {})
    )
    for name in specimen_variables():
        assert np.array_equal(with_none[name].values, without[name].values, equal_nan=True), name


def test_a_machine_that_holds_a_rotation_feels_the_moment_that_makes_it() -> None:
    free = result(["L4-L5"], moment={"flexion": "5 N*m"}, compression="300 N")
    angle = float(free["disc_rotation"].sel(rotation="flexion").isel(step=0, level=0))
    held = result(["L4-L5"], held={"flexion": f"{angle!r} deg"}, compression="300 N")
    assert math.isclose(float(held["specimen_moment"].sel(rotation="flexion")[0]), 5.0, rel_tol=SOLVED)
    assert closeness(held["disc_translation"].values, free["disc_translation"].values) < SOLVED
    fixed = result(["L4-L5"], held=dict.fromkeys(TURNS, "0 deg"), compression="1000 N", shear={"right": "100 N"})
    assert np.abs(fixed["disc_rotation"].values).max() < SOLVED
    assert math.isnan(float(fixed["stability_eigenvalue"][0])), "nothing is free to turn"


def test_a_machine_that_holds_a_place_feels_the_loads_that_make_it() -> None:
    """Its moment and force, as dead loads, lead there too. The small upright part of the force acts at the disc in one
    and at the body's centre in the other.
    """
    place = {"flexion": "0 deg", "right_lateral_bending": "0.5 deg", "left_axial_rotation": "1 deg"}
    held = result(["L4-L5"], held={**place, "anterior": "-0.3 mm", "right": "-0.2 mm"}, compression="300 N")
    assert closeness(held["disc_translation"].values[0, 0, ::2], np.array([-0.3, -0.2])) < SOLVED
    assert closeness(held["disc_rotation"].values[0, 0], np.array([0.0, 0.5, 1.0])) < 1e-3
    force = {str(axis): float(held["specimen_force"].sel(axis=axis)[0]) for axis in held["axis"].values}
    moment = {turn: f"{float(held['specimen_moment'].sel(rotation=turn)[0])!r} N*m" for turn in TURNS}
    shear = {axis: f"{force[axis]!r} N" for axis in ("anterior", "right")}
    free = result(["L4-L5"], moment=moment, shear=shear, compression=f"{-force['superior']!r} N")
    assert abs(force["right"]) > 20.0
    assert closeness(free["disc_rotation"].values, held["disc_rotation"].values) < 4e-3
    assert closeness(free["disc_translation"].values, held["disc_translation"].values) < 4e-3


def test_facets_disc_and_ligaments_make_up_the_joint() -> None:
    """Without ligaments the disc and the contacts alone carry what crosses the level."""
    bare = ["SSL", "ISL", "LF", "CL", "PLL", "ALL", "ITL"]
    moment = {"left_axial_rotation": "6 N*m", "flexion": "-4 N*m"}
    res = result(["L4-L5"], removed=bare, moment=moment, compression="400 N")
    assert float(np.abs(res["facet_moment"].values).max()) > 1.0
    for name in ("compression", "shear_anterior", "shear_right", "moment"):
        parts = res[f"disc_{name}"].values + res[f"facet_{name}"].values
        assert closeness(parts, res[f"joint_{name}"].values) < SOLVED, name


def test_a_level_carries_what_lies_on_the_specimen() -> None:
    res = result(["L4-L5"], compression="800 N", shear={"anterior": "100 N"}, mounting="level")
    size = np.linalg.norm([res[name].values[0, 0] for name in ("joint_compression", "joint_shear_anterior")])
    assert math.isclose(size, math.hypot(800.0, 100.0), rel_tol=SOLVED)
    pure = result(["L4-L5"], moment={"flexion": "5 N*m"})
    assert np.abs(pure["joint_compression"].values).max() < 1e-6  # N
    assert math.isclose(-float(pure["joint_moment"].sel(rotation="flexion")[0, 0]), 5.0, rel_tol=SOLVED)


# --- curves ------------------------------------------------------------------------------------------------------


DRAWN = np.concatenate([np.arange(11.0), np.arange(9.0, -11.0, -1.0), np.arange(-9.0, 1.0)])  # N m, a cycle
LAX = 2.0 * DRAWN + 3.0 * np.tanh(2.0 * DRAWN)  # deg


def test_lax_zone_of_a_drawn_curve() -> None:
    """A lax part of 3 deg to each side that stiffens to 2 deg per N m: its tangents meet no moment 6 deg apart."""
    assert math.isclose(lax_zone(DRAWN, LAX), 6.0, rel_tol=PENCIL)
    assert math.isclose(lax_zone(DRAWN[:11], LAX[:11]), 3.0, rel_tol=PENCIL)
    assert math.isclose(lax_zone(DRAWN, 2.0 * DRAWN) + 1.0, 1.0, rel_tol=EXACT)
    assert math.isnan(lax_zone(0.0 * DRAWN, LAX))
    assert math.isnan(lax_zone(DRAWN[:2], LAX[:2]))


@given(stiffness=st.floats(0.1, 10.0), loss=st.floats(0.0, 0.9))
def test_neutral_zone_of_a_linear_spring(stiffness: float, loss: float) -> None:
    """Loading does M R / 2 elastic work either way and friction half of r R, so that r = loss M / (2 - loss) and
    m = r M / (M + r) = loss M / 2, wherever neutral is.
    """
    rotation = DRAWN / stiffness - 1.5
    wanted = loss * 10.0 / 2.0 / stiffness
    for steps in (slice(None), slice(11)):
        assert math.isclose(neutral_zone(DRAWN[steps], rotation[steps], loss), wanted, rel_tol=PENCIL, abs_tol=1e-12)


def test_friction_takes_its_share_of_the_work_of_loading() -> None:
    """The loop between loading at friction above and unloading at friction below the elastic curve, summed anew."""
    moment = np.linspace(-10.0, 10.0, 41)
    rotation = 2.0 * moment + 3.0 * np.tanh(2.0 * moment)
    friction = friction_moment(moment, rotation, 0.3)
    fine = np.linspace(-10.0, 10.0, 100_001)
    turned = 2.0 * fine + 3.0 * np.tanh(2.0 * fine)
    held = friction * (1.0 - np.abs(fine) / 10.0)
    work = np.trapezoid(np.abs(fine) + held, turned)
    assert math.isclose(2.0 * np.trapezoid(held, turned) / work, 0.3, rel_tol=2e-3)
    left = [np.argmin(np.abs(sign * fine - held)) for sign in (-1.0, 1.0)]
    residual = [turned[n] for n in left]
    assert math.isclose(neutral_zone(moment, rotation, 0.3), 0.5 * (residual[1] - residual[0]), rel_tol=2e-2)


def test_neutral_zones_that_are_not_defined() -> None:
    assert math.isnan(neutral_zone(0.0 * DRAWN, LAX, 0.3))
    assert math.isnan(neutral_zone(DRAWN[:2], LAX[:2], 0.3))
    assert math.isnan(neutral_zone(DRAWN, np.full(DRAWN.size, math.nan), 0.3))
    assert math.isnan(neutral_zone(DRAWN, -LAX, 0.3)), "a specimen that turns against its load has none"
    assert neutral_zone(DRAWN, LAX, 0.0) == 0.0, "an elastic one leaves nothing"


def test_range_of_motion_leaves_out_what_was_not_reached() -> None:
    rotation = np.array([[0.0, 1.0], [2.0, -1.0], [np.nan, np.nan]])
    assert range_of_motion(rotation).tolist() == [2.0, 2.0]
    assert np.isnan(range_of_motion(rotation[2:])).all()


def test_ranges_are_those_of_the_course() -> None:
    res = result(["L4-L5"], moment={"right_lateral_bending": "7.5 N*m", "steps": 8, "course": "cycle"})
    bending = res["disc_rotation"].sel(rotation="right_lateral_bending").isel(level=0).values
    assert math.isclose(float(res["range_of_motion"].values[0, 1]), bending[8] - bending[24], rel_tol=EXACT)
    assert 0.0 < float(res["neutral_zone"].values[0, 1]) < float(res["range_of_motion"].values[0, 1])
    assert np.isnan(res["neutral_zone"].values[0, [0, 2]]).all()
    assert math.isclose(float(res["specimen_neutral_zone"][1]), float(res["neutral_zone"][0, 1]), rel_tol=SOLVED)
    assert 0.0 < float(res["lax_zone"].values[0, 1]) < float(res["range_of_motion"].values[0, 1])
    assert res["specimen_moment"].sel(rotation="right_lateral_bending").values[[0, 8, 16, 24, 32]].tolist() == [
        0.0, 7.5, 0.0, -7.5, 0.0,
    ]  # fmt: skip


def test_rotations_there_and_back() -> None:
    vectors = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 3)) * np.logspace(-9, 0, 50)[:, None]
    assert closeness(rotation_vectors(rotations(vectors)), vectors) < EXACT


# --- ends --------------------------------------------------------------------------------------------------------


def test_the_lumbar_spine_alone_buckles_and_says_where() -> None:
    """Crisco 1992 and Patwardhan 1999 saw it near 90 and 120 N; 60 to 150 N is asked of the model."""
    res = result(LUMBAR, compression={"force": "200 N", "steps": 40})
    assert res.attrs["status"] == "unstable"
    assert int(res["status"]) == 3
    found = int((res["step_status"] == 0).sum())
    last = -float(res["specimen_force"].sel(axis="superior")[found - 1])
    assert 60.0 <= last <= 150.0
    assert "buckles at" in res.attrs["status_message"]
    assert "N of compression, in lateral bending, most at L" in res.attrs["status_message"]
    assert f"{found} of 41 steps are kept" in res.attrs["status_message"]
    assert np.isfinite(res["specimen_rotation"].values[:found]).all()
    assert np.isnan(res["specimen_rotation"].values[found:]).all()
    eigenvalues = res["stability_eigenvalue"].values[:found]
    assert (eigenvalues > 0.0).all()
    assert eigenvalues[-1] < 0.2 * eigenvalues[0]


def buckling_load(model: Model) -> float:
    """Return the last load, N, within 2 N, that L1-S1 carries alone."""
    res = simulate(scenario(LUMBAR, compression={"force": "240 N", "steps": 120}), model=model)
    assert res.attrs["status"] == "unstable"
    found = int((res["step_status"] == 0).sum())
    return -float(res["specimen_force"].sel(axis="superior")[found - 1])


@pytest.mark.parametrize("name", ["tip_gap", "tip_stiffness", "gap", "lateral", "sagittal"])
def test_the_buckling_load_hangs_on_no_single_number(name: str) -> None:
    """A twentieth more or less of a gap or a stiffness moves it by no more than three twentieths: no joint that closes
    a little later may decide where a column stands.
    """
    model = load_model()
    loads = [buckling_load(varied(model, name, factor)) for factor in (0.95, 1.0, 1.05)]
    assert max(loads) - loads[1] <= 0.15 * loads[1]
    assert loads[1] - min(loads) <= 0.15 * loads[1]


def varied(model: Model, name: str, factor: float) -> Model:
    """Return the model with one number of the facet joints, or the discs' moment in one plane, times a factor."""
    law, joints = model.disc_law, model.facet_law
    if hasattr(joints, name):
        return replace(model, facet_law=replace(joints, **{name: factor * getattr(joints, name)}))
    axis = ("lateral", "axial", "sagittal").index(name)
    moments = tuple(b * (factor if i == axis else 1.0) for i, b in enumerate(law.b))
    return replace(model, disc_law=replace(law, b=moments))


def test_with_a_follower_load_it_carries_1200_newton() -> None:
    res = result(LUMBAR, follower_load={"force": "1200 N", "steps": 12})
    assert res.attrs["status"] == "converged"
    assert float(res["follower_load"][-1]) == 1200.0
    assert math.isclose(float(res["joint_compression"].isel(step=-1).mean()), 1200.0, rel_tol=PENCIL)


def test_a_buckling_preload_keeps_no_step_and_names_the_load() -> None:
    res = result(LUMBAR, compression="1000 N", moment={"flexion": "5 N*m", "steps": 2})
    assert res.attrs["status"] == "unstable"
    assert "no step is kept" in res.attrs["status_message"]
    assert np.isnan(res["range_of_motion"].values).all()


def test_a_torn_ligament_is_named_with_its_load() -> None:
    res = result(["L4-L5"], moment={"flexion": "80 N*m", "steps": 16})
    share = res["ligament_failure_share"].sel(level="L4-L5")
    torn = str(share.ligament.values[int(np.nanargmax(share.isel(step=-1).values))])
    first = int(np.flatnonzero(share.sel(ligament=torn).values > 1.0)[0])
    sentence = f"{torn} at L4-L5 is past its failure strain at {5.0 * first:.3g} N m of flexion (step {first})"
    assert res.attrs["status"] == "converged"
    assert sentence in res.attrs["torn"]
    assert result(["L4-L5"], moment={"flexion": "5 N*m"}).attrs["torn"] == ""


def test_what_is_cut_away_carries_nothing() -> None:
    res = result(["L4-L5"], removed=["ALL", "facets"], moment={"flexion": "-8 N*m", "steps": 2})
    assert (res["ligament_force"].sel(ligament="ALL") == 0.0).all()
    assert np.isnan(res["ligament_strain"].sel(ligament="ALL")).all()
    assert (res["facet_force"] == 0.0).all()
    assert np.isnan(res["facet_gap"]).all()


# --- the Dataset --------------------------------------------------------------------------------------------------


def test_every_variable_is_there_with_its_words_and_survives_the_disk(tmp_path: Any) -> None:
    res = simulate(scenario(["L4-L5"], moment={"flexion": "5 N*m", "steps": 2}))
    assert set(res.data_vars) == set(specimen_variables())
    for name, variable in specimen_variables().items():
        assert res[name].dims == variable.dims, name
        assert res[name].attrs["long_name"] == variable.long_name
    assert res["level"].values.tolist() == ["L4-L5"]
    assert res["step"].values.tolist() == [0, 1, 2]
    save(res, tmp_path / "specimen.nc")
    back = load(tmp_path / "specimen.nc")
    xr.testing.assert_identical(back, res)
    assert result_as_json(res)["status"] == "converged"
    again = simulate(back.attrs["scenario"] and _parsed(back.attrs["scenario"]))
    xr.testing.assert_equal(again, res)


def _parsed(text: str) -> Any:
    import yaml

    return yaml.safe_load(text)
