"""A comparison tells what differs, matched by label, the most telling change first."""

import json

import numpy as np
import pytest
import xarray as xr

from fakes import fake_result
from spinesim.comparison import POSTURE, by_tissue, compare_results, is_notable, largest_effect, tissue_of
from spinesim.errors import InputError
from spinesim.variables import variables


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


def test_no_percentage_of_next_to_nothing():
    a, b = fake_result(), fake_result()
    a["intra_abdominal_pressure"][...] = 1e-4
    b["intra_abdominal_pressure"][...] = 20.0
    (row,) = compare_results(a, b)
    assert (row["variable"], row["percent"]) == ("intra_abdominal_pressure", None)


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


def test_every_row_names_its_tissue_and_tissues_come_by_their_largest_change():
    b = fake_result()
    b["facet_force"].loc[{"level": "L4-L5", "side": "left"}] += 60.0
    b["group_force"].loc[{"group": "psoas", "side": "left"}] += 30.0
    b["ligament_force"].loc[{"level": "L4-L5", "ligament": "CL"}] += 20.0
    rows = compare_results(fake_result(), b)
    assert list(by_tissue(rows)) == ["facets", "muscles", "ligaments"]
    assert all(is_notable(row) for row in rows)


def test_every_variable_of_a_tissue_has_one():
    posture = {
        name
        for name, variable in variables().items()
        if variable.group not in ("geometry", "solver") and tissue_of(name) == POSTURE
    }
    assert posture == {
        "pelvis_tilt",
        "pelvis_list",
        "pelvis_rotation",
        "lumbar_flexion",
        "lumbar_share",
        "segment_flexion",
    }


def test_one_sentence_tells_the_largest_effect():
    a, b = fake_result(), fake_result()
    a["facet_force"].loc[{"level": "L4-L5", "side": "right"}] = 50.0
    b["facet_force"].loc[{"level": "L4-L5", "side": "right"}] = 200.0
    assert largest_effect(compare_results(a, b)) == (
        "The largest change is in the facets: facet force at L4-L5 right rises from 50 to 200 N (+150 N, +300 %)."
    )
    assert largest_effect(compare_results(a, a)) == "No tissue's load changes by a tenth of its usual size."


def test_an_infinite_number_does_not_lead():
    a, b = fake_result(), fake_result()
    b["critical_muscle_stiffness"] = np.inf
    b["facet_force"].loc[{"level": "L4-L5", "side": "right"}] += 30.0
    rows = compare_results(a, b)
    assert [row["variable"] for row in rows] == ["facet_force", "critical_muscle_stiffness"]
    assert rows[1]["b"] is None


def course(steps: int, end: float) -> xr.Dataset:
    """Return a course of facet force that rises to `end` at its middle step and falls again."""
    force = end * (1.0 - np.abs(np.linspace(-1.0, 1.0, steps)))
    return xr.Dataset({"facet_force": (("step", "side"), np.stack([force, 0.0 * force], axis=1), {"units": "N"})})


def test_of_a_course_the_step_of_the_largest_change_is_told():
    (row,) = compare_results(course(5, 40.0), course(5, 90.0))
    assert (row["where"], row["a"], row["b"]) == ("step 2 0", 40.0, 90.0)


def test_what_cannot_be_compared_is_refused_with_a_sentence():
    with pytest.raises(InputError, match="a person and a specimen"):
        compare_results(fake_result(), course(5, 1.0))
    with pytest.raises(InputError, match="the courses have 5 and 7 steps"):
        compare_results(course(5, 1.0), course(7, 1.0))
