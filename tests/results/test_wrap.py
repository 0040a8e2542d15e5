"""The Dataset explains itself: every variable of the vocabulary, with unit, sign, labels and sources."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import spinesim as ss
from solving import situation
from spinesim.citations import load_bibliography
from spinesim.errors import InputError
from spinesim.model.spine import LEVELS
from spinesim.scenario import Scenario
from spinesim.simulation import load_model, load_scenario, simulate
from spinesim.variables import dimensions, variables
from tolerances import EXACT

LIFT = situation(
    name="Lift",
    posture={"preset": "flexed_20"},
    loads=[{"name": "crate", "kind": "held", "mass": "5 kg"}],
    subject={"sex": "female", "height": "1.66 m", "mass": "62 kg", "age": "35 yr"},
)
NONE_HERE = {"ligament_force", "ligament_strain", "ligament_failure_share", "vertebra_outline", "fibre_length"}


@pytest.fixture(scope="module")
def lift() -> xr.Dataset:
    return simulate(LIFT)


def test_every_variable_is_there_with_its_words(lift: xr.Dataset) -> None:
    assert set(lift.data_vars) == set(variables())
    for name, variable in variables().items():
        assert lift[name].dims == variable.dims, name
        assert lift[name].attrs["units"] == variable.unit, name
        assert {"long_name", "sign_convention"} <= set(lift[name].attrs), name


def test_labels_are_the_vocabulary_and_the_models(lift: xr.Dataset) -> None:
    for name, dimension in dimensions().items():
        if dimension.labels is not None:
            assert tuple(lift[name].values) == dimension.labels
    assert tuple(lift["level"].values) == LEVELS
    assert list(lift["load"].values) == ["crate"]
    assert lift.sizes["fascicle"] == 2 * len(load_model().fascicles) + 2


def test_no_number_is_missing_but_where_there_is_no_tissue(lift: xr.Dataset) -> None:
    empty = {str(name) for name in lift.data_vars if lift[name].isnull().any()}
    assert empty <= NONE_HERE
    assert not np.isinf(lift["joint_compression"].values).any()


def test_it_says_who_what_and_from_where(lift: xr.Dataset) -> None:
    attributes = lift.attrs
    assert attributes["scenario_name"] == "Lift"
    assert attributes["model"] == "lumbar_male"
    assert attributes["model_digest"] == load_model().digest
    assert (attributes["subject_sex"], attributes["subject_height_m"], attributes["subject_mass_kg"]) == (
        "female",
        1.66,
        62.0,
    )
    assert attributes["subject_age_yr"] == pytest.approx(35.0, rel=EXACT)
    assert attributes["status"] == "converged"
    assert set(attributes["citations"].split(", ")) <= set(load_bibliography())
    assert "diagnose" in attributes["note"]


def test_the_scenario_text_solves_to_the_same(lift: xr.Dataset, tmp_path) -> None:
    file = tmp_path / "again.yaml"
    file.write_text(lift.attrs["scenario"], encoding="utf-8")
    again = simulate(load_scenario(file))
    assert again["joint_compression"].equals(lift["joint_compression"])


def test_status_has_its_meanings(lift: xr.Dataset) -> None:
    status = lift["status"].attrs
    assert status["flag_values"] == [0, 1, 2, 3]
    assert status["flag_meanings"].split() == ["converged", "reserve_used", "not_converged", "unstable"]
    assert float(lift.attrs["balance_residual"]) <= 1e-6


def test_without_loads_their_dimension_is_empty() -> None:
    result = simulate(Scenario.from_dict(situation()))
    assert result.sizes["load"] == 0


def test_any_writer_takes_the_result_and_ours_gives_it_back(lift: xr.Dataset, tmp_path: Path) -> None:
    lift.to_netcdf(tmp_path / "plain.nc", engine="scipy")
    assert xr.load_dataset(tmp_path / "plain.nc").attrs["citations"] == lift.attrs["citations"]
    ss.save(lift, tmp_path / "lift.nc")
    again = ss.load(tmp_path / "lift.nc")
    xr.testing.assert_identical(again, lift)
    assert {name: again[name].dtype for name in again} == {name: lift[name].dtype for name in lift}


def test_what_is_no_result_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'lift' is no result"):
        ss.save("lift", tmp_path / "lift.nc")  # pyright: ignore[reportArgumentType]
