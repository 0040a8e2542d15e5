"""What holds a relaxed hip, beside what was measured on people, and the script that fits it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import spinesim as ss

SCRIPT = Path(__file__).resolve().parents[2] / "validation" / "calibrate_hips.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibrate_hips", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_relaxed_hips_resist_as_measured(script: ModuleType) -> None:
    """Riener and Edrich 1999, knees from straight to bent by 90 deg; neutral standing is the model's zero."""
    rows = np.array(script.table(ss.load_model()))
    misses = rows[:, 2] - rows[:, 3]
    assert np.sqrt(np.mean(misses**2)) < 4.0
    assert np.abs(misses).max() < 8.0
    straight_leg = rows[(rows[:, 0] == 80) & (rows[:, 1] == 0)][0]
    assert straight_leg[2] == pytest.approx(straight_leg[3], rel=0.1)


def test_a_relaxed_leg_hangs_where_the_ober_test_finds_it(script: ModuleType) -> None:
    """Capsule and band hold what the fibres leave of the weight of a straight leg."""
    model = ss.load_model()
    weight, held = script.hanging(model)
    assert model.hips["adduction"].moment + held == pytest.approx(weight, rel=0.02)


def test_the_model_holds_what_the_script_fits(script: ModuleType) -> None:
    model = ss.load_model()
    strain, moment, growth = script.fit(model)
    of_hips = [f.passive.parameters[0] for f in model.fascicles if f.group not in model.trunk_groups]
    assert of_hips == pytest.approx([strain] * len(of_hips), rel=5e-3)
    assert model.hips["extension"].moment == pytest.approx(moment, rel=2e-2)
    assert np.degrees(model.hips["extension"].growth) == pytest.approx(growth, rel=2e-2)
