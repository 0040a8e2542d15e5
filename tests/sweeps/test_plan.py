"""What may be written in a sweep, what is refused, and what designs are drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import spinesim as ss
from spinesim.assembly import assemble
from spinesim.assembly.uncertain import PROBE, touches_of
from spinesim.assembly.vector import as_vector
from spinesim.errors import InputError
from spinesim.files import list_sweeps, read_sweep
from spinesim.model.uncertainty import CUT, factors, scaled
from spinesim.scenario.sweep import Sweep
from spinesim.simulation import load_model
from spinesim.sweeps.design import draws
from spinesim.sweeps.plan import make_plan
from spinesim.sweeps.run import sweep
from spinesim.sweeps.statistics import correlations
from tolerances import EXACT

GOOD: dict[str, Any] = {
    "format": 1, "name": "good", "base": "hip_hinge",
    "vary": [{"path": "loads.kettlebell.mass", "values": ["5 kg", "10 kg"]}],
}  # fmt: skip
WRONG = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text(encoding="utf-8"))
MODEL = load_model()


@pytest.mark.parametrize("entry", WRONG, ids=[entry["about"] for entry in WRONG])
def test_what_is_wrong_is_named(entry: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        make_plan({**GOOD, **entry["change"]})
    for word in entry["words"]:
        assert str(word) in str(caught.value)


def test_a_good_sweep_is_read_back_as_it_was_written() -> None:
    for name in list_sweeps():
        read = read_sweep(name)
        assert Sweep.from_dict(json.loads(json.dumps(read.to_dict()))) == read


def test_an_astronomical_design_wants_a_yes() -> None:
    vary = [{"name": f"a{k}", "path": path, "from": "0 kg", "to": "9 kg", "count": 4000}
            for k, path in enumerate(["loads.kettlebell.mass", "subject.mass"])]  # fmt: skip
    vary[1] |= {"from": "50 kg", "to": "90 kg"}
    with pytest.raises(InputError, match=r"16,000,000 scenarios: about .* GB and .* h .*--yes"):
        sweep({**GOOD, "vary": vary})


def test_what_memory_cannot_hold_wants_a_store() -> None:
    study = {**GOOD, "vary": [], "uncertainty": "model", "outputs": ["muscle_force"]}
    with pytest.raises(InputError, match="give a store"):
        sweep({**study, "sampler": {"kind": "sobol", "samples": 9_000_000}})


def test_coordinates_are_in_the_units_of_the_file() -> None:
    vary = [{"path": "loads.kettlebell.mass", "values": ["500 g", "2 kg"]},
            {"path": "posture.trunk_inclination", "from": "0 deg", "to": "30 deg", "count": 3},
            {"path": "posture.vertebrae", "values": ["held", "settled"]}]  # fmt: skip
    swept = sweep({**GOOD, "vary": vary, "outputs": ["lumbar_flexion"]})
    assert swept["mass"].values.tolist() == [500.0, 2000.0] and swept["mass"].attrs["units"] == "g"
    assert swept["trunk_inclination"].values.tolist() == [0.0, 15.0, 30.0]
    assert swept["vertebrae"].values.tolist() == ["held", "settled"]
    assert swept["lumbar_flexion"].attrs["units"] == "deg"


def test_all_that_varies_together_is_told() -> None:
    axis = {"name": "share", "path": "support.left", "values": ["30 %", "50 %"],
            "together": [{"path": "support.right", "values": ["70 %", "50 %"]},
                         {"path": "loads.kettlebell.mass", "values": ["1 kg", "500 g"]},
                         {"path": "subject.mass", "values": ["70 kg", "80 kg"]}]}  # fmt: skip
    swept = sweep({**GOOD, "vary": [axis], "outputs": ["lumbar_flexion"]})
    assert swept["share"].values.tolist() == [30.0, 50.0] and swept["share"].attrs == {"units": "%"}
    assert swept["right"].dims == ("share",) and swept["right"].values.tolist() == [70.0, 50.0]
    assert swept["right"].attrs == {"units": "%", "together_with": "share"}
    assert swept["mass"].values.tolist() == [1.0, 0.5] and swept["mass"].attrs["units"] == "kg"
    assert swept["subject_mass"].values.tolist() == [70.0, 80.0]


@pytest.mark.parametrize("kept", [False, True], ids=["in memory", "in a store"])
def test_what_is_drawn_together_is_told_and_counts_once(kept: bool, tmp_path: Path) -> None:
    axis = {"path": "loads.kettlebell.mass", "from": "5 kg", "to": "15 kg",
            "together": [{"path": "loads.kettlebell.reach", "uniform": {"low": "30 cm", "high": "40 cm"}}]}  # fmt: skip
    study = {**GOOD, "vary": [axis], "uncertainty": ["tone"], "outputs": ["joint_compression"]}
    swept = sweep({**study, "sampler": {"kind": "sobol", "samples": 16}}, out=tmp_path / "s" if kept else None)
    assert swept["reach"].dims == ("sample",) and swept["reach"].attrs == {"units": "cm", "together_with": "mass"}
    assert np.allclose(swept["reach"], 30.0 + (swept["mass"] - 5.0))
    assert correlations(swept, swept["joint_compression"].isel(level=0))["parameter"].values.tolist() == [
        "mass",
        "tone",
    ]


@given(st.integers(1, 400), st.integers(0, 399), st.integers(1, 100), st.sampled_from(["sobol", "latin_hypercube"]))
@settings(max_examples=60, deadline=None)
def test_a_block_of_a_design_is_that_part_of_the_whole(n: int, start: int, size: int, kind: str) -> None:
    start = min(start, n - 1)
    stop = min(start + size, n)
    whole = draws(kind, 3, n, 7, 0, n)
    assert np.array_equal(draws(kind, 3, n, 7, start, stop), whole[start:stop])
    assert (whole >= 0.0).all() and (whole < 1.0).all()


def test_a_latin_hypercube_has_one_point_in_every_stratum() -> None:
    drawn = draws("latin_hypercube", 4, 50, 1, 0, 50)
    assert (np.sort(np.floor(drawn * 50), axis=0) == np.arange(50)[:, None]).all()


def test_factors_have_the_spread_that_is_stated() -> None:
    share = (np.arange(100_000) + 0.5) / 100_000
    for entry in MODEL.uncertainties:
        drawn = factors(entry, share)
        assert (np.diff(drawn) > 0.0).all()
        if entry.kind == "normal":
            assert abs(drawn.mean() - 1.0) < 1e-6 and 0.9 < drawn.std() / entry.numbers[0] < 1.0  # the cut takes some
            assert drawn.min() >= 1.0 - CUT * entry.numbers[0]
        elif entry.kind == "lognormal":
            assert abs(np.median(drawn) - 1.0) < 1e-4 and 0.85 < drawn.std() / entry.numbers[0] < 1.05
        else:
            assert drawn.min() > entry.numbers[0] and drawn.max() < entry.numbers[1]


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_what_parameters_do_to_the_tables_is_what_the_model_says(data: st.DataObject) -> None:
    """Powers and straight lines found at one factor hold at any, all parameters at once."""
    name = data.draw(st.sampled_from(["standing", "flexed_36", "hip_hinge", "twisted"]))
    scenario = ss.load_scenario(name)
    base = assemble(MODEL, scenario)
    before = as_vector(base.person, base.task).numbers
    probed = []
    for entry in MODEL.uncertainties:
        after = assemble(scaled(MODEL, entry, PROBE), scenario)
        probed.append(as_vector(after.person, after.task).numbers)
    touches = touches_of(before, probed)
    factor = np.array([data.draw(st.floats(0.6, 1.5)) for _ in MODEL.uncertainties])
    model = MODEL
    for entry, value in zip(MODEL.uncertainties, factor, strict=True):
        model = scaled(model, entry, value)
    wanted = assemble(model, scenario)
    numbers = as_vector(wanted.person, wanted.task).numbers
    assert np.allclose(touches.applied(before, factor[None])[0], numbers, rtol=EXACT, atol=EXACT)
