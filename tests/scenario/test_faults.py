"""What is stated twice in one file is told at each of its places."""

from __future__ import annotations

from typing import Any

import pytest

from spinesim.errors import InputError
from spinesim.scenario import Scenario


def problems(**fields: Any) -> list[str]:
    with pytest.raises(InputError) as raised:
        Scenario.from_dict({"format": 1, "name": "Twice", **fields})
    return [f"{problem.message} @ {problem.path}" for problem in raised.value.problems]


def twice(part: str, key: str, about: str, *places: int) -> list[str]:
    a, b = places
    sentence = f"{key} of {about} is stated here and in {part}.{{}}: leave one of them out @ {part}.{{}}.{key}"
    return [sentence.format(b, a), sentence.format(a, b)]


@pytest.mark.parametrize(
    ("part", "key", "about", "entry", "values"),
    [
        ("muscles", "strength", "both psoas", {"group": "psoas"}, ("50 %", "60 %")),
        ("muscles", "tone", "left MF m1s", {"fascicle": "MF_m1s", "side": "left"}, ("5 %", "6 %")),
        ("discs", "degeneration", "L4-L5", {"level": "L4-L5"}, (2, 4)),
        ("discs", "height_loss", "L4-L5", {"level": "L4-L5"}, ("1 mm", "2 mm")),
        (
            "discs",
            "bulge",
            "L4-L5",
            {"level": "L4-L5"},
            ({"side": "left", "depth": "1 mm"}, {"side": "both", "depth": "2 mm"}),
        ),
        ("rotation_offsets", "flexion", "L4-L5 postural", {"level": "L4-L5"}, ("1 deg", "2 deg")),
        ("ligaments", "strength", "both CL all", {"ligament": "CL"}, ("50 %", "60 %")),
        ("facets", "gap", "both L4-L5", {"level": "L4-L5"}, ("1 mm", "2 mm")),
        ("hips", "stiffness", "left hip", {"side": "left"}, ("200 %", "300 %")),
        ("hips", "lost_flexion", "both hips", {}, ("20 deg", "30 deg")),
    ],
)
def test_two_statements_of_one_thing_are_both_told(
    part: str, key: str, about: str, entry: dict[str, Any], values: tuple[Any, Any]
) -> None:
    entries = [entry | {key: value} for value in values]
    assert problems(**{part: entries}) == twice(part, key, about, 0, 1)


def test_bulges_to_both_sides_of_a_disc_are_two_statements_of_two_things() -> None:
    left, right, both = ({"level": "L4-L5", "bulge": {"side": s, "depth": "1 mm"}} for s in ("left", "right", "both"))
    scenario = Scenario.from_dict({"format": 1, "name": "Two", "discs": [left, right]})
    assert [change.bulge.side for change in scenario.discs if change.bulge] == ["left", "right"]
    assert len(problems(discs=[left, right, both])) == 3  # one for each place


def test_overlapping_statements_are_none_of_one_thing() -> None:
    entries = [
        {"group": "psoas", "strength": "50 %"},
        {"group": "psoas", "side": "left", "strength": "60 %"},
        {"group": "psoas", "inhibition": "10 %"},
        {"group": "multifidus", "level": "L4", "strength": "50 %"},
        {"group": "multifidus", "level": "L5", "strength": "50 %"},
    ]
    offsets = [{"level": "L4-L5", "flexion": "1 deg"}, {"level": "L4-L5", "flexion": "1 deg", "cause": "structural"}]
    Scenario.from_dict({"format": 1, "name": "Fine", "muscles": entries, "rotation_offsets": offsets})


def overlap(part: str, *entries: dict[str, Any]) -> list[str]:
    """Return the paths at which overlapping entries are refused."""
    return [problem.rpartition(" @ ")[2] for problem in problems(**{part: list(entries)})]


def test_joints_have_one_number_each_however_they_are_named() -> None:
    """Of shares, those of all and of one multiply; of gaps, orientations and hips they neither multiply nor add."""
    gap = {"level": "L4-L5", "gap": "1 mm"}
    assert overlap("facets", gap, {"level": "all", "gap": "2 mm"}) == ["facets.0.gap", "facets.1.gap"]
    assert overlap("facets", gap, gap | {"side": "left"}) == ["facets.0.gap", "facets.1.gap"]
    assert overlap("hips", {"stiffness": "200 %"}, {"side": "left", "stiffness": "300 %"}) == [
        "hips.0.stiffness",
        "hips.1.stiffness",
    ]
    apart = [gap | {"side": "left"}, gap | {"side": "right"}, {"level": "L3-L4", "gap": "1 mm"}]
    turned = {"level": "all", "orientation": "50 deg"}
    Scenario.from_dict({"format": 1, "name": "Fine", "facets": [*apart, turned]})


def test_one_fascicle_has_one_number_whichever_way_its_side_is_told() -> None:
    ended = {"fascicle": "MF_m1s_R", "strength": "50 %"}
    assert overlap("muscles", ended, {"fascicle": "MF_m1s", "side": "right", "strength": "60 %"}) == [
        "muscles.0.strength",
        "muscles.1.strength",
    ]
    left = {"fascicle": "MF_m1s", "side": "left", "strength": "60 %"}
    Scenario.from_dict({"format": 1, "name": "Fine", "muscles": [ended, left]})


def test_a_ligament_is_either_weak_or_gone() -> None:
    weak, gone = {"ligament": "CL", "strength": "50 %"}, {"ligament": "CL", "removed": True}
    assert overlap("ligaments", weak, gone) == ["ligaments.0.strength", "ligaments.1.removed"]


def test_a_fault_may_be_just_a_name() -> None:
    short = Scenario.from_dict({"format": 1, "name": "Short", "faults": ["gluteal_weakness_right"]})
    assert short.faults[0].name == "gluteal_weakness_right"
    assert short.to_dict()["faults"] == [{"name": "gluteal_weakness_right"}]
    longer = short.replace({"faults.gluteal_weakness_right.side": "right"})
    assert longer.faults[0].side == "right"


@pytest.mark.parametrize("fault", [3, None, ["gluteal_weakness"]])
def test_what_is_no_fault_is_told_what_one_looks_like(fault: object) -> None:
    (told,) = problems(faults=[fault])
    assert told.endswith("is no fault: write its name ('spinesim list --faults'), or a mapping with name @ faults.0")


def test_a_hip_without_a_change_is_refused() -> None:
    (told,) = problems(hips=[{"side": "left"}])
    assert told.startswith("changes nothing: needs at least one of stiffness, lost_flexion, ")
