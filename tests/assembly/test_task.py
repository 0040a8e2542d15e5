"""Loads, deficits and conditions as tables, and names that fit nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from solving import situation, solve
from spinesim.assembly import Assembly
from spinesim.assembly.task import hand_height
from spinesim.errors import InputError
from spinesim.kernels.tables import ARM_ANGLES, ARM_REACH, AT_BODY, AT_HANDS, BED, FEET, SEAT, THORAX
from spinesim.simulation import load_model, prepare, simulate
from tolerances import EXACT, SOLVED


def assembled(**fields: Any) -> Assembly:
    return prepare(situation(**fields))


def complaint(**fields: Any) -> str:
    with pytest.raises(InputError) as caught:
        assembled(**fields)
    return str(caught.value)


# --- names that fit nothing ----------------------------------------------------------------------------------

UNKNOWN = yaml.safe_load((Path(__file__).parent / "unknown.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", UNKNOWN, ids=lambda case: case["about"])
def test_what_fits_nothing_is_named_with_what_was_probably_meant(case: dict[str, Any]) -> None:
    text = complaint(**case["fields"])
    assert all(word in text for word in case["words"]), text


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    wanted = ("a group", "a landmark", "a level of the fascia")
    cases = [case for case in UNKNOWN if case["about"] in wanted]
    text = complaint(**{key: value for case in cases for key, value in case["fields"].items()})
    assert all(case["words"][0] in text for case in cases), text


# --- what fits -----------------------------------------------------------------------------------------------


def limits(**fields: Any) -> dict[str, tuple[float, float]]:
    own = assembled(**fields)
    return {f.name: (own.task.lower[i], own.task.upper[i]) for i, f in enumerate(own.fascicles)}


def test_a_force_stated_for_one_mass_goes_with_the_persons() -> None:
    load = {"kind": "force", "body": "thorax", "force": ["-500 N", "0 N", "0 N"], "moment": ["0 Nm", "3 Nm", "0 Nm"]}
    own = assembled(subject={"mass": "120 kg"}, loads=[load, {**load, "for_mass": "80 kg"}]).task
    assert own.load_force[:, 0] == pytest.approx([-500.0, -750.0], rel=EXACT)
    assert own.load_moment[:, 1] == pytest.approx([3.0, 4.5], rel=EXACT)


@pytest.mark.parametrize("preset", ["plank", "side_bridge", "bridge"])
def test_nobody_floats(preset: str) -> None:
    assert "nothing holds the trunk up" in complaint(posture={"preset": preset})
    other = {"kind": "force", "body": "pelvis", "force": ["10 N", "0 N", "0 N"]}
    assert "@ posture.preset" in complaint(posture={"preset": preset}, loads=[other])


def test_deficits_of_side_level_and_fascicle() -> None:
    found = limits(
        recruitment={"co_contraction": "0 %"},
        muscles=[
            {"group": "multifidus", "side": "left", "level": "L5", "strength": "60 %"},
            {"fascicle": "MF_m1s", "inhibition": "25 %"},
        ],
    )
    multifidus = [f for f in load_model().fascicles if f.group == "multifidus"]
    for fascicle in multifidus:
        at_l5 = any(body == "L5" for body, _ in fascicle.path)
        own = 0.75 if fascicle.name == "MF_m1s" else 1.0
        assert found[f"{fascicle.name}_R"] == (0.0, own)
        assert found[f"{fascicle.name}_L"] == (0.0, pytest.approx(own * (0.6 if at_l5 else 1.0), rel=EXACT))
    assert any(any(body == "L5" for body, _ in f.path) for f in multifidus)


def test_an_upright_trunk_has_the_tone_of_the_model_and_a_lying_or_leaning_one_has_none() -> None:
    tone = load_model().recruitment.tone
    assert tone > 0.0
    for preset, expected in (
        ("standing", tone),
        ("extended", tone),
        ("flexed_36", tone),
        ("slumped", 0.0),
        ("supine", 0.0),
        ("sitting_back_rest", 0.0),
    ):
        assert limits(posture={"preset": preset})["TrA_R"][0] == pytest.approx(expected, rel=EXACT, abs=EXACT), preset


@given(st.floats(-16.0, 52.0), st.floats(-16.0, 52.0))
@settings(max_examples=20, deadline=None)
def test_tone_fades_evenly_as_the_spine_slumps(one: float, other: float) -> None:
    law = load_model().recruitment

    def tone(flexion: float) -> float:
        return assembled(posture={"preset": "sitting_unsupported", "lumbar_flexion": f"{flexion} deg"}).co_contraction

    low, high = sorted((one, other))
    assert law.tone >= tone(low) >= tone(high) >= 0.0
    slump = np.degrees(law.slump)
    if low >= 0.0 and high <= slump:
        assert tone(low) - tone(high) == pytest.approx(law.tone * (high - low) / slump, rel=SOLVED, abs=EXACT)


def test_pressure_made_at_will_braces_the_trunk_and_an_own_co_contraction_overrides() -> None:
    law, most = load_model().recruitment, load_model().breath.maximum_pressure
    assert assembled(breath={"intra_abdominal_pressure": "0 kPa"}).co_contraction == law.tone
    braced = assembled(breath={"intra_abdominal_pressure": "12 kPa"}).co_contraction
    assert braced == pytest.approx(law.bracing * 12e3 / most, rel=EXACT)
    lying = assembled(posture={"preset": "supine"}, breath={"intra_abdominal_pressure": "12 kPa"})
    assert lying.co_contraction == braced
    told = assembled(breath={"intra_abdominal_pressure": "12 kPa"}, recruitment={"co_contraction": "1 %"})
    assert told.co_contraction == 0.01


def test_a_braced_trunk_presses_the_spine_and_pressure_alone_unloads_it() -> None:
    def compression(pressure: str, **recruitment: str) -> float:
        scenario = situation(breath={"intra_abdominal_pressure": pressure}, recruitment=recruitment)
        return float(simulate(scenario)["joint_compression"].sel(level="L4-L5"))

    assert compression("12 kPa") > compression("6 kPa") > compression("0 kPa")
    assert compression("12 kPa", co_contraction="1 %") < compression("0 kPa", co_contraction="1 %")


def test_a_pelvis_leans_more_cheaply_on_a_seat_than_on_the_feet() -> None:
    law = load_model().recruitment
    solved = {"lumbopelvic_rhythm": "solved"}
    assert assembled(posture={"preset": "sitting_leaning", **solved}).task.lean_cost == law.seat_cost < law.lean_cost
    assert assembled(posture={"preset": "flexed_36", **solved}).task.lean_cost == law.lean_cost


def test_co_contraction_is_a_floor_of_the_trunk_below_every_deficit() -> None:
    found = limits(recruitment={"co_contraction": "10 %"}, muscles=[{"group": "psoas", "strength": "5 %"}])
    assert found["TrA_R"] == (0.1, 1.0)
    assert {value for name, value in found.items() if name.startswith("Ps_")} == {(0.05, 0.05)}
    hips = [f"{f.name}_R" for f in load_model().fascicles if f.group == "gluteus_maximus"]
    assert {found[name] for name in hips} == {(0.0, 1.0)}


def test_ligaments_weaken_and_go() -> None:
    own = assembled(
        ligaments=[
            {"ligament": "ISL", "level": "L4-L5", "strength": "30 %"},
            {"ligament": "CL", "side": "left", "removed": True},
            {"ligament": "TLF", "side": "right", "removed": True},
        ]
    )
    for scale, strand in zip(own.task.strand_scale, own.strands, strict=True):
        wanted = (
            0.3
            if (strand.ligament, strand.level) == ("ISL", "L4-L5")
            else 0.0
            if (strand.ligament, strand.side) == ("CL", "left")
            else 1.0
        )
        assert scale == wanted, strand
    half = own.task.fascia_scale.size // 2
    assert not own.task.fascia_scale[:half].any() and own.task.fascia_scale[half:].all()


def test_a_removed_ligament_carries_nothing() -> None:
    flexed = {"posture": {"preset": "flexed_full"}}
    cut = [{"ligament": "SSL", "removed": True}, {"ligament": "ISL", "level": "L4-L5", "removed": True}]
    force = solve(situation(**flexed, ligaments=cut)).result["ligament_force"]
    whole = solve(situation(**flexed)).result["ligament_force"]
    assert not force.sel(ligament="SSL").fillna(0.0).values.any()
    assert float(force.sel(ligament="ISL", level="L4-L5")) == 0.0 < float(whole.sel(ligament="ISL", level="L4-L5"))


def test_loads_become_rows() -> None:
    task = assembled(loads=[
        {"kind": "held", "mass": "4 kg", "reach": "0.4 m", "height": "0.2 m", "lateral": "-0.1 m", "hands": "left"},
        {"kind": "hand_force", "force": ["-50 N", "0 N", "5 N"], "hands": "right"},
        {"kind": "force", "body": "L2", "force": ["1 N", "2 N", "3 N"], "moment": ["4 N*m", "5 N*m", "6 N*m"]},
        {"kind": "worn", "mass": "9 kg"},
    ]).task  # fmt: skip
    assert task.load_where.tolist() == [AT_HANDS, AT_HANDS, AT_BODY, AT_BODY]
    assert task.load_mass.tolist() == [4.0, 0.0, 0.0, 9.0]
    assert task.load_point[0].tolist() == [0.4, 0.2, -0.1]
    assert task.load_force[1].tolist() == [-50.0, 0.0, 5.0]
    assert task.load_moment[2].tolist() == [4.0, 5.0, 6.0]
    assert task.load_body[2:].tolist() == [4, THORAX]
    assert task.arm_mode.tolist() == [ARM_REACH, ARM_REACH]
    assert task.hand_target[1].tolist() == [0.4, 0.2, -0.1]


def test_arms_in_the_lap_hang_on_nobody_unless_they_hold_something_or_are_placed() -> None:
    lap: dict[str, Any] = {"posture": {"preset": "sitting_forearms_in_lap"}}
    carried = load_model().presets["sitting_forearms_in_lap"].arms_carried
    held = {"kind": "held", "mass": "1 kg", "hands": "right"}
    assert assembled(**lap).task.arm_hangs == pytest.approx([1.0 - carried] * 2)
    assert assembled(**lap, loads=[held]).task.arm_hangs == pytest.approx([1.0, 1.0 - carried])
    placed = {"posture": {**lap["posture"], "arms": {"shoulder_flexion": "90 deg"}}}
    assert assembled(**placed).task.arm_hangs == pytest.approx([1.0, 1.0])
    assert assembled(posture={"preset": "sitting_unsupported"}).task.arm_hangs == pytest.approx([1.0, 1.0])


def test_a_lap_carries_arms_and_props_nobody() -> None:
    """Tone and the shape that standing has stay; the spine bears less by about the weight of both arms."""
    hanging, lap = (situation(posture={"preset": name}) for name in ("sitting_unsupported", "sitting_forearms_in_lap"))
    assert assembled(**lap).co_contraction == assembled(**hanging).co_contraction > 0.0
    assert np.array_equal(assembled(**lap).task.level, assembled(**hanging).task.level)
    less = simulate(hanging).joint_compression - simulate(lap).joint_compression
    arms = 2.0 * 9.80665 * float(assembled(**hanging).person.skeleton.arm_mass.sum())
    assert (less > 0.8 * arms).all() and (less < 1.8 * arms).all()


def test_both_hands_grip_beside_the_middle_and_free_arms_hang() -> None:
    both = assembled(loads=[{"kind": "held", "mass": "4 kg"}]).task
    assert np.allclose(both.hand_target[0] - both.hand_target[1], [0.0, 0.0, 0.3], atol=EXACT)
    one = assembled(loads=[{"kind": "held", "mass": "4 kg", "hands": "right"}]).task
    assert one.arm_mode.tolist() == [ARM_REACH, ARM_ANGLES]


@pytest.mark.parametrize(
    ("name", "metres"),
    [("hip", 0.0), ("elbow", 0.175), ("chest", 0.35), ("shoulder", 0.504), ("overhead", 0.98), (0.33, 0.33)],
)
def test_heights_are_shares_of_stature_above_the_hips(name: Any, metres: float) -> None:
    own = assembled()
    assert hand_height(own.model, own.subject, own.angles, name) == pytest.approx(metres, abs=SOLVED)


def test_bent_legs_bring_the_floor_nearer() -> None:
    upright, squat = (assembled(posture={"preset": name}) for name in ("standing", "squat"))
    low, high = (hand_height(own.model, own.subject, own.angles, "floor") for own in (upright, squat))
    assert low == pytest.approx(-0.4 * 1.75, abs=0.02)
    assert high > low + 0.2


@pytest.mark.parametrize(
    ("preset", "contact"), [("standing", FEET), ("squat", FEET), ("slouched", SEAT), ("prone", BED)]
)
def test_contacts_are_the_presets(preset: str, contact: int) -> None:
    assert assembled(posture={"preset": preset}).task.contact == contact


def test_supports_belong_to_their_presets() -> None:
    names = list(load_model().supports)
    rest = assembled(posture={"preset": "sitting_back_rest"}).task.support_on
    assert rest[names.index("back_rest")] == 1.0 and rest.sum() == 1.0
    assert not assembled().task.support_on.any()


def test_weight_on_the_feet_is_the_scenarios_then_the_presets_then_free() -> None:
    assert assembled(support={"left": "30 %", "right": "70 %"}).task.support_right == pytest.approx(0.7, rel=EXACT)
    assert assembled(posture={"preset": "single_leg"}).task.support_right == 1.0
    assert assembled().task.support_right < 0.0
