"""Scenarios: what the fields mean, what is refused, and changed copies."""

import copy
import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spinesim.errors import InputError, NotYetError
from spinesim.scenario import BodyForce, HandForce, Held, LumbarShare, Scenario, Worn
from spinesim.units import SECONDS_PER_YEAR

HERE = Path(__file__).parent
REFUSED = yaml.safe_load((HERE / "refused.yaml").read_text(encoding="utf-8"))
NOT_YET = yaml.safe_load((HERE / "not_yet.yaml").read_text(encoding="utf-8"))
LEAST = {"format": 1, "name": "Standing"}
FULL: dict[str, Any] = {
    "format": 1,
    "name": "Hip hinge with 10 kg, right gluteal deficit",
    "description": "One line for the list.",
    "model": "lumbar_male",
    "subject": {"sex": "female", "height": "1.75 m", "mass": "75 kg", "age": "42 yr"},
    "posture": {
        "preset": "hip_hinge",
        "trunk_inclination": "45 deg",
        "lumbopelvic_rhythm": {"lumbar_share": "55 %"},
        "right_lateral_bending": "5 deg",
        "left_axial_rotation": "-10 deg",
        "arms": {"shoulder_flexion": "30 deg"},
    },
    "rotation_offsets": [{"level": "L4-L5", "left_axial_rotation": "2 deg", "cause": "postural"}],
    "loads": [
        {"name": "kettlebell", "kind": "held", "mass": "10 kg", "reach": "0.35 m", "height": "hip",
         "from": "chest"},
        {"kind": "hand_force", "force": ["-100 N", "0 N", "0 N"], "height": "0.4 m", "hands": "left"},
        {"kind": "force", "body": "thorax", "at": "shoulders", "force": ["0 N", "-50 N", "0 N"],
         "for_mass": "80 kg"},
        {"kind": "force", "body": "L3", "at": ["1 cm", "0 m", "0 m"], "force": ["1 N", "0 N", "0 N"],
         "moment": ["0 N*m", "1 Nm", "0 N m"]},
        {"kind": "worn", "mass": "12 kg", "at": ["-0.1 m", "0.2 m", "0 m"]},
    ],
    "muscles": [
        {"group": "gluteus_maximus", "side": "right", "strength": "70 %"},
        {"group": "multifidus", "level": "L5", "strength": "60 %", "inhibition": "10 %"},
        {"fascicle": "psoas_L4_right", "tone": "5 %"},
    ],
    "ligaments": [{"ligament": "SSL", "removed": True},
                  {"ligament": "ILL", "level": "L5-S1", "strength": "50 %"}],
    "recruitment": {"criterion": "power", "p": 3, "co_contraction": "10 %"},
    "breath": {"intra_abdominal_pressure": "10 kPa"},
    "support": {"left": "60 %", "right": "40 %"},
}  # fmt: skip


def _problems(data: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        Scenario.from_dict(data)
    return [str(problem) for problem in caught.value.problems]


def _with(**fields: Any) -> dict[str, Any]:
    return {**LEAST, **fields}


def test_a_name_and_a_format_are_enough():
    scenario = Scenario.from_dict(LEAST)
    assert scenario.model == "lumbar_male"
    assert scenario.posture.preset == "standing"
    assert scenario.subject.sex == "male"
    assert scenario.subject.height is scenario.subject.mass is scenario.subject.age is None
    assert scenario.recruitment.p == 2
    assert scenario.breath.intra_abdominal_pressure == "auto"
    assert scenario.loads == scenario.muscles == scenario.ligaments == ()


def test_quantities_are_si_inside():
    scenario = Scenario.from_dict(FULL)
    assert scenario.subject.age == 42 * SECONDS_PER_YEAR
    assert scenario.posture.trunk_inclination == pytest.approx(math.pi / 4)
    assert scenario.posture.lumbopelvic_rhythm == LumbarShare.model_construct(lumbar_share=0.55)
    assert scenario.breath.intra_abdominal_pressure == 10_000.0
    assert scenario.support.left == 0.6
    assert scenario.muscles[1].inhibition == 0.1


def test_each_kind_of_load_is_an_object_of_its_own():
    held, push, force, point, worn = Scenario.from_dict(FULL).loads
    assert isinstance(held, Held)
    assert (held.mass, held.reach, held.height, held.measured_from, held.hands) == (
        10.0,
        0.35,
        "hip",
        "chest",
        "both",
    )
    assert isinstance(push, HandForce)
    assert (push.name, push.force, push.height, push.measured_from) == (
        "hand_force_2",
        (-100.0, 0, 0),
        0.4,
        "L5-S1",
    )
    assert isinstance(force, BodyForce)
    assert (force.at, force.moment) == ("shoulders", None)
    assert isinstance(point, BodyForce)
    assert (point.at, point.moment) == ((0.01, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert isinstance(worn, Worn)
    assert worn.at == (-0.1, 0.2, 0.0)


@pytest.mark.parametrize("data", [LEAST, FULL])
def test_plain_data_reads_back_to_the_same_scenario(data):
    scenario = Scenario.from_dict(data)
    plain = scenario.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert Scenario.from_dict(plain) == scenario
    assert Scenario.from_dict(plain).to_dict() == plain


@given(degrees=st.floats(-40, 130), mass=st.floats(0, 500), reach=st.floats(-1, 1.5))
def test_any_value_reads_back_to_the_same(degrees, mass, reach):
    load = {"kind": "held", "mass": f"{mass!r} kg", "reach": f"{reach!r} m"}
    scenario = Scenario.from_dict(_with(posture={"trunk_inclination": f"{degrees!r} deg"}, loads=[load]))
    again = Scenario.from_dict(scenario.to_dict())
    assert again.loads == scenario.loads
    assert again.posture.trunk_inclination == pytest.approx(scenario.posture.trunk_inclination, rel=1e-15)


def test_scenarios_are_frozen_and_copy_pickle_and_hash():
    scenario = Scenario.from_dict(FULL, "a.yaml")
    with pytest.raises(ValidationError):
        scenario.name = "other"
    assert scenario == copy.deepcopy(scenario) == pickle.loads(pickle.dumps(scenario)) == Scenario.from_dict(FULL)
    assert hash(scenario) == hash(Scenario.from_dict(FULL))


def test_the_given_data_is_not_changed():
    before = copy.deepcopy(FULL)
    Scenario.from_dict(FULL).replace({"loads.kettlebell.mass": "15 kg"})
    assert before == FULL


def test_editors_get_a_schema():
    schema = json.dumps(Scenario.model_json_schema())
    assert '"mass in kg or g"' in schema
    assert '"hand_force"' in schema


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["problem"].rsplit(" @ ")[-1])
def test_what_is_wrong_is_said_with_its_key(case):
    assert _problems(_with(**case["fields"])) == [case["problem"]]


def test_what_is_too_long_is_refused():
    loads = [{"kind": "worn", "mass": "1 kg"}] * 501
    assert _problems(_with(loads=loads)) == ["has 501 items, the most is 500 @ loads"]
    assert _problems(_with(name="x" * 201)) == ["string should have at most 200 characters @ name"]


@pytest.mark.parametrize("case", NOT_YET, ids=lambda case: case["problem"].rsplit(" @ ")[-1])
def test_parts_of_later_engines_are_refused_with_a_sentence(case):
    with pytest.raises(NotYetError) as caught:
        Scenario.from_dict(_with(**case["fields"]))
    assert str(caught.value) == case["problem"]


def test_a_later_part_beside_a_mistake_is_an_input_error():
    with pytest.raises(InputError) as caught:
        Scenario.from_dict(_with(motion=[], model=3))
    assert type(caught.value) is InputError
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("data", [None, 3, "standing", [LEAST]])
def test_only_a_mapping_is_a_scenario(data):
    assert _problems(data)[0].startswith("must be a mapping of keys to values, not ")


# --- changed copies ----------------------------------------------------------------------------------------


def test_items_of_lists_are_found_by_what_people_call_them():
    scenario = Scenario.from_dict(FULL).replace({
        "loads.kettlebell.mass": "15 kg",
        "loads.1.reach": "0.5 m",
        "loads.force_3.force.1": "-80 N",
        "muscles.multifidus.strength": "50 %",
        "ligaments.ILL.strength": "20 %",
        "rotation_offsets.L4-L5.left_axial_rotation": "3 deg",
        "posture.preset": "squat",
    })  # fmt: skip
    loads = scenario.to_dict()["loads"]
    assert (loads[0]["mass"], loads[1]["reach"], loads[2]["force"][1]) == ("15 kg", "0.5 m", "-80 N")
    assert scenario.muscles[1].strength == 0.5
    assert scenario.ligaments[1].strength == 0.2
    assert scenario.rotation_offsets[0].left_axial_rotation == pytest.approx(math.radians(3))
    assert scenario.posture.preset == "squat"


def test_what_the_file_left_out_can_be_set():
    scenario = Scenario.from_dict(LEAST)
    assert scenario.replace({"posture.arms.elbow_flexion": "90 deg"}).posture.arms is not None
    assert scenario.replace(support={"left": "60 %", "right": "40 %"}).support.right == 0.4
    assert scenario.replace({"loads": [{"kind": "held", "mass": "1 kg"}]}).loads[0].name == "held_1"
    assert scenario.replace() == scenario


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("loads.kettle.mass", "loads has no item 'kettle', did you mean 'kettlebell'?"),
        (
            "loads.9.mass",
            "loads has no item '9' (it has kettlebell, hand_force_2, force_3, force_4 or worn_5)",
        ),
        ("discs.L4-L5.degeneration", "discs has no item 'L4-L5' (it has none)"),
        ("name.x", "name is a single value and has no keys"),
        ("", "'' is not a dotted key such as loads.kettlebell.mass"),
        ("a..b", "'a..b' is not a dotted key such as loads.kettlebell.mass"),
        ("a." * 100 + "b", "is not a dotted key"),
        ("loads.kettlebell.mas", "unknown key 'mas', did you mean 'mass'? @ loads.0.mas"),
        ("nothing.here", "unknown key 'nothing'"),
    ],
)
def test_a_key_that_leads_nowhere_is_refused(key, message):
    with pytest.raises(InputError) as caught:
        Scenario.from_dict(FULL).replace({key: "1 kg"})
    assert message in str(caught.value)


def test_two_items_of_one_name_need_the_index():
    muscles = [{"group": "psoas", "side": side, "strength": "70 %"} for side in ("left", "right")]
    scenario = Scenario.from_dict(_with(muscles=muscles))
    with pytest.raises(InputError, match="2 items of muscles are called 'psoas', use the index 0 or 1"):
        scenario.replace({"muscles.psoas.strength": "50 %"})
    assert scenario.replace({"muscles.1.strength": "50 %"}).muscles[1].strength == 0.5


def test_a_wrong_change_names_its_source_and_not_the_file():
    scenario = Scenario.from_dict(FULL, "a.yaml")
    with pytest.raises(InputError) as caught:
        scenario.replace({"loads.kettlebell.mass": "5 N"}, sources={"loads.kettlebell.mass": "--set x"})
    assert str(caught.value).startswith("--set x: 'N' is not a unit of mass")
    changed = scenario.replace({"posture.preset": "sqat"}, sources={"posture.preset": "--set y"})
    assert str(changed.problem("unknown preset", "posture.preset")) == "--set y: unknown preset @ posture.preset"
    assert str(changed.problem("unknown group", "muscles.0.group")) == "a.yaml: unknown group @ muscles.0.group"


# --- specimens -----------------------------------------------------------------------------------------------------

SPECIMEN: dict[str, Any] = {
    "levels": ["L4-L5", "L5-S1"],
    "moment": {"flexion": "7.5 N*m", "steps": 10, "course": "cycle"},
    "compression": {"force": "200 N", "offset": "5 mm"},
    "follower_load": "500 N",
    "removed": ["SSL", "facets"],
    "own_weight": True,
    "mounting": "level",
}


def test_a_specimen_is_si_inside_and_written_back_without_a_person():
    scenario = Scenario.from_dict(_with(specimen=SPECIMEN, facets=[{"level": "all", "gap": "1 mm"}]))
    assert scenario.specimen is not None and scenario.specimen.follower_load is not None
    assert scenario.specimen.follower_load.force == 500.0
    assert scenario.specimen.compression is not None and scenario.specimen.compression.offset == 0.005
    assert scenario.specimen.stepped() == ["moment"]
    assert scenario.facets[0].gap == 0.001
    written = scenario.to_dict()
    assert not {"posture", "loads", "muscles", "breath", "support", "recruitment"} & written.keys()
    assert Scenario.from_dict(written) == scenario


def test_all_that_does_not_go_together_in_a_specimen_is_told_at_once():
    specimen = {
        "levels": ["L3-L4", "L4-L5"],
        "moment": {"flexion": "1 N*m", "steps": 3},
        "shear": {"anterior": "3 N", "steps": 2},
        "held": {"flexion": "2 deg"},
    }
    assert _problems(_with(specimen=specimen, muscles=[], loads=[])) == [
        "loads belongs to a person, not to a specimen: leave it out @ loads",
        "muscles belongs to a person, not to a specimen: leave it out @ muscles",
        "only one load may have steps, and moment and shear have @ specimen.moment.steps",
        "only one load may have steps, and moment and shear have @ specimen.shear.steps",
        "only one level can be held, not 2 @ specimen.held",
        "flexion is held already: leave its moment out @ specimen.moment.flexion",
    ]


def test_a_person_becomes_a_specimen_only_when_nothing_is_lost():
    person = Scenario.from_dict(LEAST)
    assert person.replace(specimen={"levels": ["L4-L5"]}).specimen is not None
    assert person.replace({"specimen.levels": ["L4-L5"]}).specimen is not None
    loaded = person.replace(loads=[{"kind": "held", "mass": "5 kg"}])
    with pytest.raises(InputError, match="loads belongs to a person"):
        loaded.replace(specimen={"levels": ["L4-L5"]})
    specimen = Scenario.from_dict(_with(specimen=SPECIMEN))
    changed = specimen.replace({"specimen.moment.flexion": "-5 N*m"})
    assert changed.specimen is not None and changed.specimen.moment is not None
    assert changed.specimen.moment.flexion == -5.0
