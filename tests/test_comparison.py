"""A comparison tells what differs, matched by label, the most telling change first."""

import json

import numpy as np
import pytest

from fakes import fake_result
from spinesim.comparison import compare_results


def test_a_result_does_not_differ_from_itself():
    assert compare_results(fake_result(), fake_result()) == []


def test_rounding_is_no_difference():
    b = fake_result()
    b["joint_compression"] = b["joint_compression"] * (1.0 + 1e-13)
    assert compare_results(fake_result(), b) == []


def test_one_change_is_told_with_its_place_and_size():
    b = fake_result()
    before = float(b["group_force"].sel(group="psoas", side="left"))
    b["group_force"].loc[{"group": "psoas", "side": "left"}] = before + 50.0
    (row,) = compare_results(fake_result(), b)
    assert (row["variable"], row["where"], row["unit"]) == ("group_force", "psoas left", "N")
    assert (row["a"], row["b"]) == (before, before + 50.0)
    assert row["change"] == pytest.approx(50.0)
    assert row["percent"] == pytest.approx(100.0 * 50.0 / before)


def test_the_largest_change_for_its_variable_comes_first():
    b = fake_result()
    b["joint_compression"].loc[{"level": "L4-L5"}] += 30.0  # of some 100 N
    b["intradiscal_pressure"].loc[{"level": "L4-L5"}] += 60.0  # of some 100 MPa
    b["disc_rotation"].loc[{"level": "L1-L2", "rotation": "flexion"}] += 1e-3
    rows = compare_results(fake_result(), b)
    assert [row["variable"] for row in rows] == ["intradiscal_pressure", "joint_compression", "disc_rotation"]


def test_a_change_of_almost_nothing_does_not_come_first():
    a, b = fake_result(), fake_result()
    a["hip_moment"][:] = 1e-9
    b["hip_moment"][:] = 2e-9
    b["joint_compression"].loc[{"level": "L4-L5"}] += 5.0
    assert compare_results(a, b)[0]["variable"] == "joint_compression"


def test_nothing_divides_by_zero():
    a, b = fake_result(), fake_result()
    a["facet_force"][:] = 0.0
    assert {row["percent"] for row in compare_results(a, b) if row["variable"] == "facet_force"} == {None}
    percents = [row["percent"] for row in compare_results(b, a) if row["change"] is not None]
    assert percents == pytest.approx([-100.0] * len(percents))


def test_numbers_are_matched_by_label_and_what_one_side_lacks_comes_last():
    a = fake_result()
    b = a.isel(level=slice(None, None, -1), fascicle=[1])
    rows = compare_results(a, b)
    assert {row["where"] for row in rows} == {"multifidus_L1_left"}
    assert {(row["b"], row["change"]) for row in rows} == {(None, None)}
    b = b.copy(deep=True)
    b["joint_compression"][:] = 0.0
    assert compare_results(a, b)[0]["variable"] == "joint_compression"


def test_where_things_are_is_left_out():
    a, b = fake_result(), fake_result(loads=())
    b["body_position"][:] = 0.0
    b["reserve_moment"][:] = 0.0
    assert compare_results(a, b) == []


def test_rows_are_json_also_with_infinite_numbers():
    b = fake_result()
    b["joint_compression"][:] = np.inf
    assert "Infinity" not in json.dumps(compare_results(fake_result(), b), allow_nan=False)
