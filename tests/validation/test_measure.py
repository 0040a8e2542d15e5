"""Measures give exactly the number they name, with its unit."""

import math
from typing import Any

import pytest

from courses import moment_cycle
from spinesim.units import unit_measures
from spinesim.validation.measure import LoadStep, MeasureError, Operation, dims_of, evaluate, leaves, step_place
from spinesim.validation.measure_reader import MeasureReader
from tolerances import EXACT

SPECIMEN = {"levels": ["L4-L5", "L5-S1"], "moment": {"flexion": "10 N*m", "steps": 2, "course": "cycle"}}
L45 = {"variable": "disc_rotation", "level": "L4-L5", "rotation": "flexion"}
L5S1 = {**L45, "level": "L5-S1"}


def _read(data, scenarios=None) -> Any:
    reader = MeasureReader(scenarios or {"bend": {"specimen": SPECIMEN}})
    measure = reader.read(data, ("measure",))
    assert not reader.problems, reader.problems
    return measure


def _value(data, result=None, unit="deg"):
    return evaluate(_read(data), {"bend": moment_cycle() if result is None else result}) / unit_measures(unit)[0]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ({**L45, "step": "first"}, 0.0),
        ({**L45, "step": "last"}, 0.0),
        ({**L45, "step": "10 N*m"}, 5.0),
        ({**L45, "step": "-10 N*m"}, -5.0),
        ({**L45, "step": "2500 N*mm"}, 1.25),
        ({"negative": {**L45, "step": "-7.5 N*m"}}, 3.75),
        ({"absolute": {**L45, "step": "-7.5 N*m"}}, 3.75),
        ({"variable": "disc_rotation", "rotation": "flexion", "step": "10 N*m", "reduce": "sum"}, 15.0),
        ({"variable": "disc_rotation", "rotation": "flexion", "step": "10 N*m", "reduce": "mean"}, 7.5),
        ({**L45, "step": "all", "reduce": "max"}, 5.0),
        ({**L45, "step": "all", "reduce": "min"}, -5.0),
        ({"sum": [{**L45, "step": "10 N*m"}, {**L5S1, "step": "10 N*m"}]}, 15.0),
        ({"mean": [{**L45, "step": "10 N*m"}, {**L5S1, "step": "10 N*m"}]}, 7.5),
        ({"largest": [{**L45, "step": "10 N*m"}, {**L5S1, "step": "10 N*m"}]}, 10.0),
        ({"smallest": [{**L45, "step": "10 N*m"}, {**L5S1, "step": "10 N*m"}]}, 5.0),
        ({"difference": [{**L45, "step": "10 N*m"}, {**L45, "step": "-10 N*m"}]}, 10.0),
        ({"times": [3, {**L45, "step": "10 N*m"}]}, 15.0),
        ({"difference": [{"number": "46.8 deg"}, {**L45, "step": "10 N*m"}]}, 41.8),
        ({"variable": "range_of_motion", "level": "L5-S1", "rotation": "flexion"}, 20.0),
    ],
)
def test_measures_by_pencil(data, value):
    assert _value(data) == pytest.approx(value, rel=EXACT)


def test_ratio_of_moment_and_angle_is_a_stiffness():
    moment = {"variable": "specimen_moment", "rotation": "flexion", "step": "10 N*m"}
    measure = _read({"ratio": [moment, {**L45, "step": "10 N*m"}]})
    scale, dims = unit_measures("N*m/deg")
    assert dict(dims_of(measure)) == dict(dims)
    assert evaluate(measure, {"bend": moment_cycle()}) / scale == pytest.approx(2.0, rel=EXACT)


def test_ratio_of_like_things_is_a_number_and_a_percentage():
    measure = _read({"ratio": [{**L45, "step": "10 N*m"}, {**L5S1, "step": "10 N*m"}]})
    assert dict(dims_of(measure)) == dict(unit_measures("%")[1]) == dict(unit_measures("1")[1])
    value = evaluate(measure, {"bend": moment_cycle()})
    assert value / unit_measures("%")[0] == pytest.approx(50.0, rel=EXACT)


def test_times_carries_the_unit_of_its_factor():
    pressure = {"variable": "intradiscal_pressure", "level": "L4-L5"}
    measure = _read({"times": ["2 cm^2", pressure]})
    assert dict(dims_of(measure)) == dict(unit_measures("N")[1])
    assert isinstance(measure, Operation) and measure.factor == pytest.approx(2e-4, rel=EXACT)


def test_the_first_crossing_counts():
    result = moment_cycle()
    wanted = LoadStep("specimen_moment", ("rotation", "flexion"), 1.0, 7.5, "7.5 N*m")
    assert step_place(result, wanted) == pytest.approx(1.5, rel=EXACT)


def test_a_load_that_is_never_reached_says_so():
    with pytest.raises(MeasureError, match=r"does not reach 12 N\*m: specimen_moment runs from -10 to 10"):
        _value({**L45, "step": "12 N*m"})


def test_last_is_the_last_step_found():
    assert _value({**L45, "step": "last"}, moment_cycle(found=3)) == pytest.approx(5.0, rel=EXACT)
    with pytest.raises(MeasureError, match="no step of the course was found"):
        _value({**L45, "step": "last"}, moment_cycle(found=0))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({**L45, "step": "-10 N*m"}, "not a finite number"),
        ({"ratio": [{**L45, "step": "10 N*m"}, {**L45, "step": "first"}]}, "a ratio to zero"),
        ({"variable": "facet_force", "level": "L4-L5", "side": "left"}, "has no facet_force"),
    ],
)
def test_what_a_result_lacks_is_told(data, message):
    with pytest.raises(MeasureError, match=message):
        _value(data, moment_cycle(found=3))


def test_unlike_things_are_not_added():
    moment = {"variable": "specimen_moment", "rotation": "flexion"}
    with pytest.raises(MeasureError, match="sum of things with different dimensions"):
        dims_of(_read({"sum": [moment, L45]}))


def test_leaves_are_found_in_order():
    assert [leaf.labels[0][1] for leaf in leaves(_read({"difference": [L5S1, {"negative": L45}]}))] == [
        "L5-S1",
        "L4-L5",
    ]


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        ({**L45, "variable": "disc_rotaton"}, "did you mean 'disc_rotation'", "measure.variable"),
        ({**L45, "level": "L3-L4"}, "there is no level 'L3-L4'", "measure.level"),
        ({**L45, "rotation": "flexon"}, "did you mean 'flexion'", "measure.rotation"),
        ({**L45, "levl": "L4-L5"}, "did you mean 'level'", "measure.levl"),
        ({**L45, "step": "10 N"}, "is not a unit of moment", "measure.step"),
        ({**L45, "step": 3}, "needs a unit", "measure.step"),
        ({**L45, "scenario": "bent"}, "there is no scenario 'bent'", "measure.scenario"),
        ({**L45, "reduce": "mx"}, "unknown value 'mx'", "measure.reduce"),
        ({**L45, "step": "all"}, "or 'reduce'", "measure"),
        ({"variable": "disc_rotation", "level": "L4-L5"}, "needs rotation", "measure"),
        (
            {"variable": "range_of_motion", "level": "L4-L5", "rotation": "flexion", "step": "last"},
            "no steps",
            "measure.step",
        ),
        ({"summ": [L45, L45]}, "did you mean 'sum'", "measure.summ"),
        ({"sum": [L45]}, "two or more measures", "measure.sum"),
        ({"difference": [L45, L45, L45]}, "a list of two measures", "measure.difference"),
        ({"times": ["two", L45]}, "is not a number", "measure.times.0"),
        ({"times": [True, L45]}, "is not a number", "measure.times.0"),
        ({"difference": [L45, {**L45, "side": "left"}]}, "disc_rotation has no 'side'", "measure.difference.1.side"),
        ({}, "needs the key 'variable'", "measure"),
        ("disc_rotation", "must be a measure", "measure"),
        (None, "must be a measure", "measure"),
    ],
)
def test_wrong_measures_are_named(data, message, place):
    reader = MeasureReader({"bend": {"specimen": SPECIMEN}})
    reader.read(data, ("measure",))
    (told, path), *rest = reader.problems
    assert not rest
    assert message in told
    assert ".".join(map(str, path)) == place


def test_several_scenarios_must_be_named():
    reader = MeasureReader({"a": {"specimen": SPECIMEN}, "b": {}})
    reader.read(L45, ("measure",))
    assert "needs the key 'scenario'" in reader.problems[0][0]


def test_a_person_has_no_steps():
    reader = MeasureReader({"stand": {"posture": {}}})
    assert reader.read(L45, ("measure",)) is not None
    reader.read({**L45, "step": "last"}, ("measure",))
    assert "has no steps" in reader.problems[0][0]


@pytest.mark.parametrize(
    ("load", "variable", "label", "sign"),
    [
        ({"compression": {"force": "500 N", "steps": 5}}, "specimen_force", ("axis", "superior"), -1.0),
        ({"shear": {"right": "50 N", "steps": 5}}, "specimen_force", ("axis", "right"), 1.0),
        ({"follower_load": {"force": "500 N", "steps": 5}, "compression": "20 N"}, "follower_load", None, 1.0),
    ],
)
def test_the_stepped_load_is_known_from_the_scenario(load, variable, label, sign):
    measure = _read({**L45, "step": "40 N"}, {"bend": {"specimen": {"levels": ["L4-L5"], **load}}})
    assert measure.step == LoadStep(variable, label, sign, 40.0, "40 N")


def test_a_combined_moment_is_led_by_its_largest_part():
    moment = {"flexion": "2 N*m", "left_axial_rotation": "-8 N*m", "steps": 4}
    measure = _read({**L45, "step": "-4 N*m"}, {"bend": {"specimen": {"levels": ["L4-L5"], "moment": moment}}})
    assert measure.step.label == ("rotation", "left_axial_rotation")
    assert math.isclose(measure.step.value, -4.0)
