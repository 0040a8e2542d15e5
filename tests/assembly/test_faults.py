"""Small faults by name: what they stand for, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spinesim as ss
from solving import situation
from spinesim.assembly.faults import with_faults
from spinesim.errors import InputError, NotYetError
from spinesim.files import read_scenario
from spinesim.scenario import Scenario
from spinesim.simulation import prepare

IN_MOTION_ONLY = {"transversus_late"}


def problems(**fields: Any) -> list[str]:
    with pytest.raises(InputError) as raised:
        prepare(situation(**fields))
    return [f"{problem.message} @ {problem.path}" for problem in raised.value.problems]


def muscles(*faults: Any) -> list[tuple[str | None, str, str | None, float | None]]:
    """Return what faults change in muscles: group, side, level, strength."""
    found = with_faults(ss.load_model(), read_scenario(situation(faults=list(faults))))
    return [(change.group, change.side, change.level, change.strength) for change in found.muscles]


@pytest.mark.parametrize("name", sorted(set(ss.list_faults()) - IN_MOTION_ONLY))
def test_every_fault_of_the_model_is_a_scenario_that_can_be_solved(name: str) -> None:
    result = ss.simulate(situation(faults=[name]))
    assert result.attrs["status"] == "converged"
    assert set(ss.load_model().faults[name].sources) <= set(result.attrs["citations"].split(", "))
    assert Scenario.from_dict(read_scenario(situation(faults=[name])).to_dict()).faults[0].name == name


def test_a_side_stands_behind_the_name_or_beside_it() -> None:
    right = [(f"gluteus_{size}", "right", None, 0.7) for size in ("maximus", "medius", "minimus")]
    assert muscles("gluteal_weakness_right") == muscles({"name": "gluteal_weakness", "side": "right"}) == right
    assert {side for _, side, _, _ in muscles("gluteal_weakness")} == {"both"}


def test_a_fault_lies_at_its_level() -> None:
    fault = {"name": "multifidus_atrophy", "level": "L4", "side": "left"}
    assert muscles(fault) == [("multifidus", "left", "L4", 0.69)]
    assembly = prepare(situation(faults=[fault]))
    weak = {f.name for f, most in zip(assembly.fascicles, assembly.task.upper, strict=True) if most < 1.0}
    assert weak == {
        f.name for f in assembly.fascicles if f.group == "multifidus" and "L4" in f.bodies and f.side == "left"
    }


def test_a_group_called_all_is_every_group() -> None:
    assert {group for group, _, _, _ in muscles("sarcopenia")} == set(ss.load_model().groups)


def test_a_fault_is_the_same_as_what_it_stands_for() -> None:
    named = ss.simulate(situation(faults=["guarding", "hip_extension_weakness"]))
    weak = [{"group": group, "strength": "80 %"} for group in ("gluteus_maximus", "hamstrings")]
    written = ss.simulate(situation(recruitment={"co_contraction": "5 %"}, muscles=weak))
    assert ss.compare(named, written) == []
    assert "faults:\n- name: guarding\n- name: hip_extension_weakness\n" in named.attrs["scenario"]
    assert (
        Scenario.from_dict(read_scenario(situation(faults=["guarding"])).to_dict()).recruitment.co_contraction == "auto"
    )


def test_a_fault_contradicts_no_default_that_is_written_out() -> None:
    scenario = read_scenario(situation(faults=["low_back_pain"]))
    again = prepare(Scenario.from_dict(scenario.to_dict()))
    assert again.co_contraction == prepare(scenario).co_contraction == 0.05


def test_the_rhythm_of_a_fault_gives_way_to_none_of_the_scenario() -> None:
    posture = {"trunk_inclination": "60 deg"}
    angles = prepare(situation(posture=posture, faults=["low_back_pain_rhythm"])).angles
    assert angles.lumbar_flexion < prepare(situation(posture=posture)).angles.lumbar_flexion
    told = problems(posture={**posture, "lumbopelvic_rhythm": "healthy"}, faults=["low_back_pain_rhythm"])
    assert told == [
        "the fault 'low_back_pain_rhythm' says posture.lumbopelvic_rhythm, and so does posture.lumbopelvic_rhythm: "
        "leave one of them out @ faults.0",
        "posture.lumbopelvic_rhythm is stated here, and the fault 'low_back_pain_rhythm' says it too: "
        "leave one of them out @ posture.lumbopelvic_rhythm",
    ]


def test_wrong_faults_are_all_named() -> None:
    told = problems(
        faults=[
            "gluteal_weaknes_right",
            "nonsense",
            {"name": "guarding", "side": "left"},
            {"name": "gluteal_weakness_left", "side": "right"},
            {"name": "erector_fatigue", "level": "L4"},
        ]
    )
    assert told[0] == "unknown fault 'gluteal_weaknes_right', did you mean 'gluteal_weakness'? @ faults.0"
    assert told[1].startswith("unknown fault 'nonsense' (there are gluteal_weakness, ")
    assert told[2:] == [
        "the fault 'guarding' takes no side (neither side nor level) @ faults.2",
        "'gluteal_weakness_left' says the side left, and the key side says right @ faults.3",
        "the fault 'erector_fatigue' takes no level (neither side nor level) @ faults.4",
    ]


def test_what_else_is_wrong_is_named_beside_a_wrong_fault_and_posture() -> None:
    told = problems(
        faults=["nonsense"],
        posture={"right_lateral_bending": "60 deg"},
        muscles=[{"group": "nothing", "strength": "70 %"}],
        rotation_offsets=[{"level": "L4-L5", "left_axial_rotation": "9 deg"}],
    )
    wanted = ("faults.0", "posture.right_lateral_bending", "rotation_offsets.0.left_axial_rotation", "muscles.0.group")
    assert [one.rsplit(" @ ")[-1] for one in told] == list(wanted)


def test_a_level_where_the_muscle_is_not_names_those_where_it_is() -> None:
    told = problems(faults=[{"name": "multifidus_atrophy", "level": "T4"}])
    where = "(it is fixed to pelvis, L5, L4, L3, L2, L1)"
    assert told == [f"'multifidus' has no fascicle at T4 on the side 'both' {where} @ faults.0"]


def test_a_late_muscle_waits_for_motion() -> None:
    with pytest.raises(NotYetError, match="a delay needs motion"):
        prepare(situation(faults=["transversus_late"]))


def test_a_fault_named_twice_is_refused() -> None:
    again = "the fault 'guarding' is named twice: leave one out @ faults.1"
    assert problems(faults=["guarding", "guarding"]) == [again]


def test_two_faults_that_say_one_setting_are_both_told() -> None:
    assert problems(faults=["low_back_pain", "guarding"]) == [
        "the fault 'guarding' says recruitment.co_contraction, and so does faults.0: leave one of them out @ faults.1",
        "recruitment.co_contraction is stated here, and the fault 'guarding' says it too: "
        "leave one of them out @ faults.0",
    ]


def test_who_has_pain_hinges_at_the_hips_no_less_than_the_healthy() -> None:
    """Of a preset that says its own lumbar flexion, pain leaves the share it leaves of the flexion of the healthy."""
    healthy, pain = (
        prepare(situation(posture={"preset": "hip_hinge"}, faults=faults)).angles
        for faults in ([], ["low_back_pain_rhythm"])
    )
    assert pain.trunk_inclination == healthy.trunk_inclination
    rhythms = ss.load_model().rhythms
    shares = (
        float(np.interp(healthy.trunk_inclination, rhythms[who].trunk, rhythms[who].lumbar))
        for who in ("low_back_pain", "healthy")
    )
    assert pain.lumbar_flexion / healthy.lumbar_flexion == pytest.approx(next(shares) / next(shares), rel=1e-12)
    assert 0.0 < pain.lumbar_flexion < healthy.lumbar_flexion


def test_what_a_fault_and_the_scenario_both_state_is_told_at_both_places() -> None:
    own = [{"group": "gluteus_maximus", "side": "right", "strength": "60 %"}]
    assert problems(faults=["gluteal_weakness_right"], muscles=own) == [
        "strength of right gluteus maximus is stated here and in faults.0: leave one of them out @ muscles.0.strength",
        "strength of right gluteus maximus is stated here and in muscles.0: leave one of them out @ faults.0",
    ]


def test_offsets_that_add_up_beyond_the_range_are_refused_at_every_place() -> None:
    offsets = [
        {"level": "L4-L5", "left_axial_rotation": "5 deg"},
        {"level": "L4-L5", "left_axial_rotation": "4 deg", "cause": "structural"},
    ]
    assert problems(rotation_offsets=offsets) == [
        f"together 9 deg is beyond the range of L4-L5, -6 to 6 deg @ rotation_offsets.{n}.left_axial_rotation"
        for n in range(2)
    ]


def test_offsets_beyond_the_range_are_refused_with_the_range() -> None:
    offsets = [
        {"level": "L4-L5", "left_axial_rotation": "-7 deg"},
        {"level": "L5-S1", "left_axial_rotation": "4 deg", "flexion": "30 deg", "cause": "structural"},
    ]
    assert problems(rotation_offsets=offsets) == [
        "-7 deg is beyond the range of L4-L5, -6 to 6 deg @ rotation_offsets.0.left_axial_rotation",
        "30 deg is beyond the range of L5-S1, -24 to 24 deg @ rotation_offsets.1.flexion",
    ]


def test_guarding_and_a_pressure_made_at_will_count_by_the_larger() -> None:
    pressure = {"intra_abdominal_pressure": "20 kPa"}
    braced, both = (prepare(situation(breath=pressure, faults=faults)) for faults in ([], ["guarding"]))
    assert both.co_contraction == braced.co_contraction > 0.05
    assert prepare(situation(faults=["guarding"])).co_contraction == 0.05
    stated = prepare(situation(breath=pressure, recruitment={"co_contraction": "1 %"}))
    assert stated.co_contraction == 0.01


@pytest.mark.parametrize("preset", ["sitting_unsupported", "supine"])
def test_the_rhythm_of_pain_is_one_of_people_who_stand(preset: str) -> None:
    told = problems(posture={"preset": preset}, faults=["low_back_pain_rhythm"])
    assert told == [
        "the rhythm of people with low-back pain was measured in standing: state lumbar_flexion instead @ faults.0"
    ]
