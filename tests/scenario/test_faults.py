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


def twice(part: str, key: str, *places: int) -> list[str]:
    a, b = places
    sentence = f"{key} is stated here and in {part}.{{}}: leave one of them out @ {part}.{{}}.{key}"
    return [sentence.format(b, a), sentence.format(a, b)]


@pytest.mark.parametrize(
    ("part", "key", "entries"),
    [
        ("muscles", "strength", [{"group": "psoas", "strength": "50 %"}, {"group": "psoas", "strength": "60 %"}]),
        ("muscles", "tone", [{"fascicle": "MF_m1s", "tone": "5 %"}, {"fascicle": "MF_m1s", "tone": "6 %"}]),
        ("discs", "degeneration", [{"level": "L4-L5", "degeneration": 2}, {"level": "L4-L5", "degeneration": 4}]),
        (
            "rotation_offsets",
            "flexion",
            [{"level": "L4-L5", "flexion": "1 deg"}, {"level": "L4-L5", "flexion": "2 deg"}],
        ),
        ("ligaments", "strength", [{"ligament": "CL", "strength": "50 %"}, {"ligament": "CL", "strength": "60 %"}]),
        ("facets", "gap", [{"level": "L4-L5", "gap": "1 mm"}, {"level": "L4-L5", "gap": "2 mm"}]),
    ],
)
def test_two_statements_of_one_thing_are_both_told(part: str, key: str, entries: list[dict[str, Any]]) -> None:
    assert problems(**{part: entries}) == twice(part, key, 0, 1)


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


def test_a_fault_may_be_just_a_name() -> None:
    short = Scenario.from_dict({"format": 1, "name": "Short", "faults": ["gluteal_weakness_right"]})
    assert short.faults[0].name == "gluteal_weakness_right"
    assert short.to_dict()["faults"] == [{"name": "gluteal_weakness_right"}]
    longer = short.replace({"faults.gluteal_weakness_right.side": "right"})
    assert longer.faults[0].side == "right"
