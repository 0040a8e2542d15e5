"""Slopes of one run are those of runs with other numbers in the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spinesim as ss
from spinesim.errors import InputError
from spinesim.kernels.status import NOT_CONVERGED
from spinesim.model.uncertainty import factors, scaled
from spinesim.simulation import load_model
from spinesim.sweeps.local import SHARES, derivatives, local_sensitivity
from spinesim.sweeps.plan import make_plan, with_uncertainty

STEP = 1e-4  # of the factors that whole solves are repeated with: past 1e-3 the fibres of some muscle become taut
# Of the largest slope. A solve is balanced to 1e-6 N, divided by the step; the rest is the curvature over it.
AGREE = 1e-4
OUTPUTS = ["joint_compression", "joint_shear_anterior", "intradiscal_pressure", "facet_force"]
# At the shipped 75 kg the two differ by 8e-4 of the largest slope, at any step; at 74.8 and 75.2 kg by 5e-6.
SETTLED: dict[str, Any] = ss.load_scenario("hip_hinge").replace({"subject.mass": "77 kg"}).to_dict()
# The same at 77 kg: 2e-4 of the slope that differs most.
RHYTHM: dict[str, Any] = {
    "format": 1,
    "name": "shared",
    "subject": {"mass": "75 kg"},
    "posture": {"preset": "standing", "trunk_inclination": "30 deg", "lumbopelvic_rhythm": "solved"},
    "loads": [{"kind": "held", "name": "box", "mass": "5 kg", "reach": "0.35 m", "height": "hip"}],
}
SEATED: dict[str, Any] = {  # upright: at the preset's own lean a muscle leaves its tone within the step
    "format": 1, "name": "seated", "recruitment": {"p": 2},
    "posture": {"preset": "sitting_unsupported", "trunk_inclination": "0 deg", "vertebrae": "held"},
}  # fmt: skip


@pytest.mark.parametrize("source", [SETTLED, RHYTHM, SEATED], ids=["settled", "rhythm solved", "held, p 2"])
def test_slopes_are_those_of_repeated_solves(source: Any) -> None:
    scenario, model = ss.load_scenario(source), load_model()
    plan = make_plan({**with_uncertainty(scenario, 1), "outputs": OUTPUTS})
    slopes, values = derivatives(plan)
    at = ss.simulate(scenario)
    for name in OUTPUTS:
        assert np.allclose(values[name], at[name].values, rtol=1e-6, atol=1e-6)
    for k, entry in enumerate(plan.parameters):
        above, below = (ss.simulate(scenario, scaled(model, entry, 1.0 + sign * STEP)) for sign in (1.0, -1.0))
        for name in OUTPUTS:
            wanted = (above[name].values - below[name].values) / (2.0 * STEP)
            scale = max(np.abs(slopes[name]).max(), AGREE)  # facets that are open have none
            assert np.allclose(slopes[name][k] / scale, wanted / scale, rtol=0.0, atol=AGREE), (entry.name, name)


def test_a_swing_is_the_slope_over_the_interval_of_the_parameter() -> None:
    found = local_sensitivity("standing", "joint_compression", {"level": "L4-L5"})
    plan = make_plan(with_uncertainty(ss.load_scenario("standing"), 1))
    for k, entry in enumerate(plan.parameters):
        low, high = factors(entry, np.array(SHARES))
        assert float(found["swing"][k]) == pytest.approx(float(found["derivative"][k]) * (high - low))
    single = ss.simulate("standing")["joint_compression"].sel(level="L4-L5")
    assert found.attrs["value"] == pytest.approx(float(single), rel=1e-9)


def test_the_largest_cell_counts_where_no_label_is_given() -> None:
    found = local_sensitivity("standing", "joint_compression")
    largest = ss.simulate("standing")["joint_compression"].idxmax("level").item()
    assert found.attrs["output"] == f"joint_compression ({largest})"
    with pytest.raises(InputError, match="--at level=L9: joint_compression has no such place"):
        local_sensitivity("standing", "joint_compression", {"level": "L9"})


def test_a_run_without_balance_has_no_slopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinesim.sweeps.local.run.solve_static", lambda *_: NOT_CONVERGED)
    with pytest.raises(InputError, match="no balance"):
        local_sensitivity("hip_hinge", "joint_compression")
