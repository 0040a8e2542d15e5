"""Every shipped posture and scenario solves, and those that are the same on both sides come out so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import spinesim as ss
from solving import situation, solve
from spinesim.files import data_dir
from spinesim.model import Model
from spinesim.simulation import load_model

# What the floor gives to the shoulders in the postures that ask for it: the shipped scenarios of the same name.
HELD_OFF_THE_FLOOR = ("plank", "side_bridge", "bridge")
SYMMETRIC = [name for name in load_model().presets if name not in ("side_bent", "twisted", "single_leg", "side_bridge")]
SHIPPED = sorted(path.stem for path in data_dir("scenarios").glob("*.yaml"))


def solved(name: str) -> xr.Dataset:
    return ss.simulate(name) if name in HELD_OFF_THE_FLOOR else solve(situation(posture={"preset": name})).result


@pytest.mark.parametrize("name", [name for name in load_model().presets if name not in SYMMETRIC])
def test_an_uneven_preset_solves(name: str) -> None:
    assert solved(name).attrs["status"] in ("converged", "reserve_used")


@pytest.mark.parametrize("name", SYMMETRIC)
def test_an_even_preset_solves_evenly(name: str) -> None:
    result = solved(name)
    assert result.attrs["status"] == "converged"
    force = result["group_force"]
    assert np.allclose(force.sel(side="left"), force.sel(side="right"), rtol=0.0, atol=1e-3)
    assert float(abs(result["joint_shear_right"]).max()) < 1e-3


@pytest.mark.parametrize("name", HELD_OFF_THE_FLOOR)
def test_the_floor_carries_the_heavy_and_the_light_alike(name: str) -> None:
    """Loads in body weights stay within half of those of the reference man; with his push of the floor a man of 120 kg
    bore a quarter of them, and a woman of 40 kg thrice as much.
    """
    people = ({"sex": "female", "height": "1.4 m", "mass": "40 kg"}, {"height": "2 m", "mass": "120 kg"}, {})
    loads = []
    for person in people:
        result = ss.simulate(ss.load_scenario(name).replace({f"subject.{key}": value for key, value in person.items()}))
        loads.append(float(result["joint_compression"].sel(level="L4-L5")) / float(result.attrs["subject_mass_kg"]))
    assert all(0.5 < load / loads[-1] < 1.5 for load in loads)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_reads(name: str) -> None:
    scenario = ss.load_scenario(name)
    assert scenario.description and scenario.name


def test_leaning_on_something_never_adds_load() -> None:
    for name, support in (("slouched", "back_rest"), ("sitting_elbows_on_thighs", "elbows_on_thighs")):
        own = ss.load_model()
        assert support in own.presets[name].supports
        leaning = solve(situation(posture={"preset": name})).result
        free = solve(situation(posture={"preset": name}), _without_supports(name)).result
        at = {"level": "L4-L5"}
        assert float(leaning["joint_compression"].sel(at)) < float(free["joint_compression"].sel(at))


def _without_supports(name: str) -> Model:
    own = ss.load_model()
    bare = replace(own.presets[name], supports=())
    return replace(own, presets={**own.presets, name: bare}, digest=f"{own.digest} {name} without supports")
