"""Other methods beside the engine, for the lifting and holding tasks of people whose discs were measured.

Not in the table: regressions of the Arjmand type, whose coefficients were not found in open text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim.assembly import Assembly
from spinesim.methods import Lift, lifting_index, recommended_weight, single_muscle
from spinesim.scenario import Scenario
from spinesim.simulation import prepare
from spinesim.validation.cases import Case
from spinesim.validation.run import Solved, Validation
from spinesim.validation.situations import Situation

if TYPE_CHECKING:
    import xarray as xr

STUDIES = ("Wilke1999", "Wilke2001", "NachemsonElfstrom1970", "Nachemson1975", "Nachemson1976", "Nachemson1981")
STANDING = "feet"  # the lifting equation is for people on their feet
ANKLE_HEIGHT = 0.039  # of stature, ankle above the floor (Winter 2009)
HIP_HEIGHT = 0.530  # of stature, hip above the floor in upright standing (Winter 2009)
KEYS = (
    "compression_l4_l5",
    "compression_l5_s1",
    "single_muscle",
    "recommended_weight",
    "lifting_index",
    "horizontal",
    "vertical",
    "travel",
)


def other_methods(validation: Validation) -> list[dict[str, Any]]:
    """Return one row of plain data for every distinct task in which both hands hold something.

    Returns
    -------
    list of dict
        study, task, file; mass (kg); compression_l4_l5 and compression_l5_s1 of the engine (N), None with a reason when
        the task failed; single_muscle, compression of L5-S1 (N); recommended_weight (kg) and lifting_index (None where
        the equation does not reach, as for seated people); horizontal, vertical and travel (m), which it was given.

    Notes
    -----
    The single muscle gets the place of the centre of mass of all above L5-S1 and of the load as the engine has them,
    the lifting equation the hands before and above the ankles. Assumed, because no study says: one lift, handles, and
    from a height below the hips the load is brought up to them, because upright people carry it there.
    """
    seen: set[str] = set()
    rows = []
    for case, situation in _tasks(validation):
        if situation.key not in seen and situation.scenario is not None:
            seen.add(situation.key)
            rows.append(_row(case, situation, situation.scenario, validation.solved[situation.key]))
    return rows


def _tasks(validation: Validation) -> Iterator[tuple[Case, Situation]]:
    for case in validation.cases:
        for situation in case.situations.values() if case.entry.study in STUDIES else ():
            if situation.key in validation.solved and situation.scenario is not None and _held(situation.scenario):
                yield case, situation


def _held(scenario: Scenario) -> bool:
    return any(load.kind == "held" and load.hands == "both" for load in scenario.loads)


def _row(case: Case, situation: Situation, scenario: Scenario, solved: Solved) -> dict[str, Any]:
    mass = math.fsum(load.mass for load in scenario.loads if load.kind == "held")
    row = {
        "study": case.entry.study,
        "task": situation.name.replace("_", " "),
        "file": case.file,
        "mass": mass,
        "reason": solved.reason,
        **dict.fromkeys(KEYS),
    }
    result = solved.result
    if result is None or "joint_position" not in result:
        return row
    return {**row, **_numbers(prepare(scenario), result, mass, not solved.reason)}


def _numbers(assembly: Assembly, result: xr.Dataset, mass: float, solved: bool) -> dict[str, Any]:
    compression = result["joint_compression"]
    forces = {
        "compression_l4_l5": float(compression.sel(level="L4-L5")) if solved else None,
        "compression_l5_s1": float(compression.sel(level="L5-S1")) if solved else None,
        "single_muscle": _single_muscle(assembly, result, mass),
    }
    return {**forces, **_limit(_lift(result), mass)} if assembly.angles.preset.contact == STANDING else forces


def _limit(lift: Lift, mass: float) -> dict[str, Any]:
    limit = recommended_weight(lift).weight
    return {
        "recommended_weight": limit or None,
        "lifting_index": lifting_index(mass, lift) if limit else None,
        "horizontal": lift.horizontal,
        "vertical": lift.vertical,
        "travel": lift.travel,
    }


def _lift(result: xr.Dataset) -> Lift:
    """Return the lift from the places of hands and ankles; heights count against gravity."""
    joints, stature = result["joint_position"], float(result.attrs["subject_height_m"])
    hands, ankles = _middle(joints, "hand"), _middle(joints, "ankle")
    forward, up, right = hands - ankles
    vertical = max(float(up) + ANKLE_HEIGHT * stature, 0.0)
    return Lift(
        horizontal=math.hypot(forward, right),
        vertical=vertical,
        travel=max(HIP_HEIGHT * stature - vertical, 0.0),
        asymmetry=abs(math.atan2(right, max(forward, 1e-9))),
    )


def _middle(joints: xr.DataArray, name: str) -> np.ndarray:
    return joints.sel(joint=[f"{name}_left", f"{name}_right"]).mean("joint").values


def _single_muscle(assembly: Assembly, result: xr.Dataset, mass: float) -> float:
    """Return the compression of L5-S1 (N) with the engine's own places of weights."""
    joint = _last_disc(assembly, result)
    centre = _centre_above(assembly, result) - joint
    load = (
        result["load_position"].values[[load.kind == "held" for load in assembly.scenario.loads]].mean(axis=0) - joint
    )
    return single_muscle(
        body_mass=float(result.attrs["subject_mass_kg"]),
        trunk_length=float(np.hypot(centre[0], centre[1])),
        inclination=math.atan2(centre[0], centre[1]),
        load_mass=mass,
        load_reach=float(load[0]),
    ).compression


def _last_disc(assembly: Assembly, result: xr.Dataset) -> np.ndarray:
    return _placed(assembly, result, assembly.person.skeleton.lower_anchor[-1])


def _placed(assembly: Assembly, result: xr.Dataset, point: np.ndarray) -> np.ndarray:
    """Return a point of the pelvis in global axes."""
    pelvis = {"body": "pelvis"}
    return result["body_position"].sel(pelvis).values + result["body_orientation"].sel(pelvis).values @ point


def _centre_above(assembly: Assembly, result: xr.Dataset) -> np.ndarray:
    """Return the centre of mass above L5-S1, without loads: that above the hips less pelvis and loads."""
    skeleton, task = assembly.person.skeleton, assembly.task
    trunk = float(skeleton.mass[:7].sum() + 2.0 * skeleton.arm_mass.sum())
    loads = np.asarray(task.load_mass)
    first = (trunk + loads.sum()) * result["center_of_mass"].values
    first = (
        first - loads @ result["load_position"].values - skeleton.mass[0] * _placed(assembly, result, skeleton.com[0])
    )
    return first / (trunk - skeleton.mass[0])
