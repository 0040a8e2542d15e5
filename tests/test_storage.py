"""Saved results read back as they were, and JSON is JSON for every reader."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from fakes import fake_result
from spinesim.errors import InputError, OutputError
from spinesim.storage import load, result_as_json, save


@pytest.mark.parametrize("loads", [(), ("kettlebell",), ("a", "bücher"), ("x" * 200,)])
@pytest.mark.parametrize("status", [0, 3])
def test_a_saved_result_reads_back_identical(tmp_path, loads, status):
    result = fake_result(loads=loads, status=status, odd=[1.5, float("inf")], flag=True, count=3, empty="")
    before = result.copy(deep=True)
    save(result, tmp_path / "r.nc")
    again = load(tmp_path / "r.nc")
    xr.testing.assert_identical(again, before)
    xr.testing.assert_identical(result, before)
    assert again.attrs == before.attrs
    for name in before.variables:
        assert again[name].dtype == before[name].dtype
        assert again[name].attrs == before[name].attrs
    assert os.listdir(tmp_path) == ["r.nc"]


def test_other_readers_find_plain_numbers_and_texts(tmp_path):
    save(fake_result(), tmp_path / "r.nc")
    plain = xr.load_dataset(tmp_path / "r.nc", engine="scipy")
    assert plain.attrs["citations"] == "Wilke2001, Bruno2015"
    assert plain["status"].attrs["flag_values"].tolist() == [0, 1, 2, 3]
    assert plain["joint_compression"].attrs["units"] == "N"


def test_a_result_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        save(fake_result(), tmp_path / "missing" / "r.nc")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"CDF", b"CDF\x01" + b"\xff" * 200, b"CDF\x02" + b"\x00" * 200, b"format: 1\n", os.urandom(1000)],
)
def test_other_files_are_not_results(tmp_path, content):
    path = tmp_path / "r.nc"
    path.write_bytes(content)
    with pytest.raises(InputError, match="it is not a result that spinesim saved"):
        load(path)


def test_damaged_results_are_refused_or_read_but_never_crash(tmp_path):
    save(fake_result(), tmp_path / "r.nc")
    content = bytearray((tmp_path / "r.nc").read_bytes())
    numbers = np.random.default_rng(1)
    for _ in range(60):
        damaged = content.copy()
        damaged[int(numbers.integers(0, 20_000))] ^= 0xFF
        (tmp_path / "r.nc").write_bytes(damaged)
        try:
            assert isinstance(load(tmp_path / "r.nc"), xr.Dataset)
        except InputError as error:
            assert "it is not a result that spinesim saved" in str(error)


def test_missing_netcdf4_and_foreign_files_are_named(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load(tmp_path / "missing.nc")
    with pytest.raises(InputError, match="it is a directory"):
        load(tmp_path)
    Path(tmp_path / "h5.nc").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(InputError, match="it is NetCDF-4"):
        load(tmp_path / "h5.nc")
    xr.Dataset({"x": 1.0}).to_netcdf(tmp_path / "other.nc", engine="scipy")
    with pytest.raises(InputError, match="it is not a result that spinesim saved"):
        load(tmp_path / "other.nc")


def test_json_has_every_variable_and_no_nan():
    result = fake_result(status=1)
    plain = json.loads(json.dumps(result_as_json(result), allow_nan=False))
    assert (plain["scenario"], plain["status"]) == ("Café [red]", "reserve_used")
    assert plain["coords"]["level"] == ["T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
    assert set(plain["variables"]) == set(result.data_vars)
    pressure = plain["variables"]["intradiscal_pressure"]
    assert (pressure["dims"], pressure["unit"], len(pressure["values"])) == (["level"], "MPa", 6)
    assert pressure["sign_convention"] == "positive when pressed"
    assert plain["variables"]["facet_force"]["values"][0][1] is None
    assert plain["variables"]["status"]["values"] == 1
    assert plain["attributes"]["citations"] == ["Wilke2001", "Bruno2015"]
