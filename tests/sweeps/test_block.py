"""A batch says what single runs say, and the same for any block, number of workers or order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import spinesim as ss
from spinesim.model import Model
from spinesim.model.uncertainty import scaled
from spinesim.scenario.sweep import sweepable
from spinesim.simulation import load_model
from spinesim.sweeps.block import parameter_factors, solve_block
from spinesim.sweeps.dataset import as_dataset
from spinesim.sweeps.plan import Plan, make_plan
from spinesim.sweeps.run import sweep

# Two compilations of one solve differ in the last digits; the balance it ends with is held to 1e-6 N.
AGREE = 1e-6
HOLD = {
    "format": 1,
    "name": "hold",
    "posture": {"preset": "standing", "trunk_inclination": "20 deg"},
    "loads": [{"kind": "held", "name": "box", "mass": "5 kg", "reach": "0.35 m", "height": "hip", "hands": "right"}],
    "muscles": [{"group": "multifidus", "strength": "80 %"}],
}
AXES: dict[str, dict[str, Any]] = {
    "load": {"path": "loads.box.mass", "values": ["0 kg", "8 kg", "15000 g"]},
    "posture": {"path": "posture.trunk_inclination", "from": "-5 deg", "to": "50 deg", "count": 4},
    "preset": {"path": "posture.preset", "values": ["standing", "flexed_36", "sitting_unsupported"]},
    "height": {"path": "loads.box.height", "values": ["knee", "hip", "0.2 m"]},
    "hands": {"path": "loads.box.hands", "values": ["both", "left"]},
    "strength": {"path": "muscles.multifidus.strength", "from": "30 %", "to": "100 %", "count": 3},
    "person": {"path": "subject.mass", "values": ["60 kg", "95 kg"]},
    "age": {"path": "subject.age", "values": ["30 yr", "70 yr"]},
    "disc": {"path": "discs", "values": [[], [{"level": "L4-L5", "degeneration": 4}]]},
    "facet": {"path": "facets", "values": [[{"level": "all", "gap": "0.3 mm"}], [{"level": "all", "gap": "0.6 mm"}]]},
    "faults": {"path": "faults", "values": [["gluteal_weakness_right"], ["low_back_pain"]]},
    "offset": {"path": "rotation_offsets", "values": [[], [
        {"level": "L4-L5", "right_lateral_bending": "2 deg", "flexion": "3 deg", "cause": "structural"}]]},
    "breath": {"path": "breath.intra_abdominal_pressure", "values": ["auto", "4 kPa"]},
    "power": {"path": "recruitment.p", "values": [2, 3]},
    "vertebrae": {"path": "posture.vertebrae", "values": ["settled", "held"]},
    "loads": {"path": "loads", "values": [[], [{"kind": "worn", "mass": "10 kg"}, {"kind": "held", "mass": "3 kg"}]]},
    "feet": {
        "path": "support.left", "from": "30 %", "to": "60 %", "count": 2,
        "together": [{"path": "support.right", "from": "70 %", "to": "40 %"}],
    },
}  # fmt: skip


def one_axis(axis: dict[str, Any]) -> Plan:
    return make_plan({"format": 1, "name": "t", "base": HOLD, "vary": [axis], "outputs": list(sweepable())})


def assert_same(swept: xr.Dataset, single: xr.Dataset) -> None:
    """Compare all that was found; tables that differ by rounding may take one iteration more to find it."""
    for name in set(sweepable()) - {"iterations"}:
        here, there = swept[name].values, single[name].values
        scale = max(1.0, float(np.nanmax(np.abs(there), initial=0.0)))
        assert np.allclose(here / scale, there / scale, rtol=0.0, atol=AGREE, equal_nan=True), name


@pytest.mark.parametrize("name", AXES)
def test_every_output_is_that_of_a_single_run(name: str) -> None:
    """The values are texts in both, so this also says that an axis is read as the scenario reads it."""
    plan = one_axis(AXES[name])
    n = plan.design.size
    swept = as_dataset(plan, solve_block(plan, 0, n))
    dim = plan.design.dimensions[0]
    for k in range(n):
        leaves = {part["path"]: k for part in [AXES[name], *AXES[name].get("together", [])]}
        changes = {path: plan_text(AXES[name], path, k, n) for path in leaves}
        single = ss.simulate(ss.load_scenario(HOLD).replace(changes))
        assert_same(swept.isel({dim.name: k}), single)
        assert int(swept["status"][k]) == int(single["status"])


def plan_text(axis: dict[str, Any], path: str, k: int, n: int) -> Any:
    """Return the text of an axis' k-th value, as a person would write it."""
    part = axis if axis["path"] == path else next(p for p in axis["together"] if p["path"] == path)
    if "values" in part:
        return part["values"][k]
    (low, unit), (high, _) = (part[key].split() for key in ("from", "to"))
    return f"{float(low) + (float(high) - float(low)) * k / (n - 1):.12g} {unit}"


def as_drawn(model: Model, plan: Plan, row: np.ndarray) -> Model:
    """Return the model with every uncertain number times its factor."""
    for entry, factor in zip(plan.parameters, row, strict=True):
        model = scaled(model, entry, float(factor))
    return model


@pytest.mark.parametrize("varied", [False, True], ids=["one scenario", "over a load and a posture"])
def test_a_draw_of_the_parameters_is_a_run_with_that_model(varied: bool) -> None:
    axes = [{"path": "loads.box.mass", "from": "2 kg", "to": "9 kg"},
            {"path": "posture.trunk_inclination", "normal": {"mean": "30 deg", "sd": "5 deg"}}]  # fmt: skip
    plan = make_plan({
        "format": 1, "name": "t", "base": HOLD, "uncertainty": "model", "seed": 3, "outputs": list(sweepable()),
        "vary": axes if varied else [], "sampler": {"kind": "sobol", "samples": 6},
    })  # fmt: skip
    swept = as_dataset(plan, solve_block(plan, 0, 6))
    x, share = plan.design.points(0, 6)
    factor = parameter_factors(plan, share)
    for k in range(6):
        model = as_drawn(load_model(), plan, factor[k])
        assert_same(swept.isel(sample=k), ss.simulate(plan.scenario(x[k]), model))


@pytest.mark.parametrize(("low", "plain"), [("30 %", 2), ("0.5 %", 0)], ids=["straight", "with a kink"])
def test_what_the_core_sets_by_itself_is_what_is_assembled(low: str, plain: int) -> None:
    """A muscle weaker than its tone takes less of it: then both are assembled, scenario by scenario."""
    vary = [{"path": "muscles.multifidus.strength", "from": low, "to": "100 %"}]
    plan = make_plan({
        "format": 1, "name": "t", "base": HOLD, "uncertainty": ["tone"], "outputs": list(sweepable()), "vary": vary,
        "sampler": {"kind": "sobol", "samples": 16},
    })  # fmt: skip
    assert len(plan.plain.columns) == plain
    swept = as_dataset(plan, solve_block(plan, 0, 16))
    x, share = plan.design.points(0, 16)
    factor = parameter_factors(plan, share)
    for k in range(16):
        assert_same(swept.isel(sample=k), ss.simulate(plan.scenario(x[k]), as_drawn(load_model(), plan, factor[k])))


def test_faults_of_the_base_are_those_of_a_run() -> None:
    """They are written out once, whatever else varies, is drawn, or comes from the tables of another scenario."""
    base = {**HOLD, "faults": ["guarding", "multifidus_atrophy_left"]}
    plan = make_plan({
        "format": 1, "name": "t", "base": base, "uncertainty": ["tone", "disc_area"], "outputs": list(sweepable()),
        "vary": [{"path": "loads.box.mass", "from": "2 kg", "to": "9 kg"}], "sampler": {"kind": "sobol", "samples": 3},
    })  # fmt: skip
    swept = as_dataset(plan, solve_block(plan, 0, 3))
    x, share = plan.design.points(0, 3)
    factor = parameter_factors(plan, share)
    for k in range(3):
        single = ss.simulate(plan.scenario(x[k]), as_drawn(load_model(), plan, factor[k]))
        assert_same(swept.isel(sample=k), single)
        owed = [set(one.attrs["citations"].split(", ")) for one in (single, swept)]
        assert owed[0] <= owed[1]


def random_plan(**more: Any) -> dict[str, Any]:
    vary = [{"path": "loads.box.mass", "from": "0 kg", "to": "15 kg"},
            {"path": "posture.preset", "values": ["standing", "flexed_20"]}]  # fmt: skip
    return {
        "format": 1, "name": "t", "base": HOLD, "vary": vary, "uncertainty": "model", "seed": 7,
        "sampler": {"kind": "sobol", "samples": 60}, "outputs": ["joint_compression", "group_force"], **more,
    }  # fmt: skip


def test_blocks_and_workers_change_no_bit() -> None:
    plain = sweep(random_plan(), workers=1, block=60)
    for workers, block in ((1, 1), (2, 7), (3, 64)):
        assert sweep(random_plan(), workers=workers, block=block).identical(plain)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    a, b, c = (sweep(random_plan(seed=seed), workers=2) for seed in (1, 1, 2))
    assert a.identical(b)
    assert not np.array_equal(a["joint_compression"], c["joint_compression"])


def test_a_posture_beyond_the_model_is_a_status() -> None:
    axis = {"path": "posture.trunk_inclination", "values": ["20 deg", "125 deg"]}
    swept = sweep({"format": 1, "name": "t", "base": HOLD, "vary": [axis]})
    assert swept["status"].values.tolist() == [0, 4]
    assert np.isnan(swept["joint_compression"][1]).all()
    assert "1 impossible posture" in swept.attrs["status_message"]


def test_a_load_out_of_reach_is_a_status() -> None:
    axis = {"path": "loads.box.reach", "values": ["0.4 m", "1.4 m"]}
    swept = sweep({"format": 1, "name": "t", "base": HOLD, "vary": [axis]})
    assert swept["status"].values.tolist() == [0, 4]


def test_a_grid_with_uncertainty_has_the_same_draws_at_each_point() -> None:
    axis = {"path": "loads.box.mass", "values": ["2 kg", "4 kg"]}
    swept = sweep({"format": 1, "name": "t", "base": HOLD, "vary": [axis], "uncertainty": ["tone", "disc_area"],
                   "sampler": {"kind": "grid", "samples": 5}})  # fmt: skip
    assert dict(swept["status"].sizes) == {"mass": 2, "sample": 5}
    assert swept["tone"].dims == ("sample",)
    assert (swept["joint_compression"][1] > swept["joint_compression"][0]).all()
