"""The largest load that is held: what it is, and how a search that cannot end says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spinesim.capacity import PRECISION, largest_load
from spinesim.errors import InputError
from spinesim.simulation import simulate

CRATE = {"name": "crate", "kind": "held", "mass": "5 kg", "reach": "0.5 m", "height": "elbow"}
PUSH = {"name": "push", "kind": "force", "body": "thorax", "at": "shoulders", "force": ["50 N", "0 N", "20 N"]}


def standing(*loads: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"format": 1, "name": "Standing", "loads": list(loads), **fields}


def test_what_is_found_is_held_and_a_little_more_is_not() -> None:
    result = largest_load(standing(CRATE), "crate")
    mass = float(np.abs(result["load_force"].sel(load="crate", axis="superior"))) / 9.80665
    assert result.attrs["status"] == "converged"
    heavier = simulate(standing(CRATE | {"mass": f"{(1.0 + 2.0 * PRECISION) * mass:.6f} kg"}))
    assert heavier.attrs["status"] != "converged"
    assert "crate: " in result.attrs["largest_load"]
    assert "cannot hold" in result.attrs["largest_load"]


def test_where_the_search_begins_matters_little() -> None:
    """So near the limit vertebrae may stand in either of two shapes, of which one holds a little more."""
    found = [
        largest_load(standing(PUSH | {"force": [f"{k} N", "0 N", f"{0.4 * k} N"]}), "push")["load_force"].to_numpy()
        for k in (10.0, 3000.0)
    ]
    assert np.allclose(*found, rtol=3.0 * PRECISION)


def test_other_loads_stay() -> None:
    alone = float(largest_load(standing(CRATE), "crate")["load_force"].sel(load="crate", axis="superior"))
    both = largest_load(standing(CRATE, PUSH), "crate")
    assert float(both["load_force"].sel(load="push", axis="anterior")) == pytest.approx(50.0)
    assert abs(float(both["load_force"].sel(load="crate", axis="superior"))) < abs(alone)


def test_a_weaker_back_holds_less() -> None:
    weak = [{"group": group, "strength": "50 %"} for group in ("longissimus_pars_thoracis", "multifidus")]
    strong, weaker = (
        largest_load(standing(CRATE, muscles=muscles), "crate")["load_force"].sel(load="crate", axis="superior")
        for muscles in ([], weak)
    )
    assert abs(float(weaker)) < abs(float(strong))


def test_a_prediction_that_holds_starts_the_next() -> None:
    """Cold, 45 kg found no end where 50 and 55 kg did; what is found ends as it did in the search."""
    posture = {"trunk_inclination": "60 deg", "knee_flexion": "20 deg", "lumbopelvic_rhythm": "solved"}
    result = largest_load(standing(CRATE | {"mass": "20 kg", "height": "knee"}, posture=posture), "crate")
    assert result.attrs["status"] == "converged"
    assert float(np.abs(result["load_force"].sel(load="crate", axis="superior"))) > 40.0 * 9.8


def test_feet_are_not_judged_and_that_is_said() -> None:
    assert "feet would tip or slip first is not judged" in largest_load(standing(PUSH), "push").attrs["largest_load"]
    assert "feet" not in largest_load(standing(CRATE), "crate").attrs["largest_load"]


@pytest.mark.parametrize(
    ("scenario", "load", "said"),
    [
        (standing(CRATE), "crat", "there is no load 'crat', did you mean 'crate'"),
        (standing(), "crate", r"there is no load 'crate' \(there are none\)"),
        (standing(CRATE | {"mass": "0 kg"}), "crate", "the load 'crate' is nothing, so it cannot grow"),
        ("plank", "forearms", "the load 'forearms' goes with the person's mass: leave for_mass out"),
        (
            standing(CRATE | {"mass": "0.0001 kg"}),
            "crate",
            "the muscles hold more than a thousand times the load 'crate'",
        ),
        (
            {"format": 1, "name": "Segment", "specimen": {"levels": ["L4-L5"], "moment": {"flexion": "1 N*m"}}},
            "crate",
            "a specimen has no muscles to hold a load",
        ),
    ],
)
def test_a_search_without_an_end_is_refused(scenario: dict[str, Any], load: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        largest_load(scenario, load)
