"""People who carry something lean at the ankles until its weight and theirs fall where theirs alone did; who stands on
one leg stands over its foot, and may let the pelvis list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spinesim.assembly.posture import Angles
from spinesim.kernels.tables import FEET, LIST, N_POSED, PELVIS, Person, Task, make_state, make_work
from spinesim.model import Model
from spinesim.scenario import Scenario

ENOUGH = 1e-6  # m
MOST_STEPS = 20
FIRST = 0.1  # rad
GIVEN = ("trunk_inclination", "pelvis_tilt", "lumbar_flexion")


def over_foot(model: Model, scenario: Scenario, person: Person, task: Task) -> Task:
    """Return the task with the leg of who stands on one adducted until all weights fall on its ankle, the pelvis and
    all above it as they are; it follows a pelvis that may choose.
    """
    upright = task.contact == FEET and task.gravity[0] == task.gravity[2] == 0.0
    if scenario.posture.stance == "straight" or not upright or task.support_right not in (0.0, 1.0):
        return task
    from spinesim.kernels.stance import weight_line

    u, work = np.zeros((6, 3)), make_work(person, task)
    s, trial = int(task.support_right == 0.0), _trial(task)

    def beside(angle: float) -> float:
        trial.thigh[s, 0] = task.thigh[s, 0] + angle
        return float(weight_line(person, trial, u, 2, work))

    thigh = task.thigh.copy()
    thigh[s, 0] += _zero(beside, model.ranges["pelvis_list"], FIRST * (1 - 2 * s))
    return task._replace(thigh=thigh, stood_on=s if task.lean_spread > 0.0 else -1)


def listed(scenario: Scenario, person: Person, task: Task) -> Task:
    """Return the task with the pelvis listed as the posture says, the thorax as it is and the levels bent between."""
    side = scenario.posture.pelvis_list
    if not side:
        return task
    from spinesim.kernels import vec3
    from spinesim.kernels.turning import turn_levels

    work, tilt = make_work(person, task), make_state().tilt
    tilt[LIST] = side
    turn_levels(person.skeleton, task._replace(turns=N_POSED), tilt, work.frames)
    pelvis = np.array(vec3.rotation_vector(work.frames.r[PELVIS]))
    return task._replace(pelvis=pelvis, level=work.frames.turns.copy())


def leant(model: Model, scenario: Scenario, angles: Angles, person: Person, task: Task) -> tuple[Angles, Task]:
    """Return angles and task after the whole body has leant about the ankles, knees, hips and spine as they are.

    Only people who stand lean, on both feet or one, with something in their hands or on their backs, were it empty,
    and where neither scenario nor preset says how far the trunk is inclined. The lean is backward positive and stays
    within the model's range (`ankle_lean`); Bloom and Woodhull-McNeal 1987.
    """
    wanted = scenario.posture
    stated = any(getattr(wanted, name) is not None or name in angles.preset.angles for name in GIVEN)
    if wanted.stance == "straight" or stated or task.contact != FEET or not _carries(scenario):
        return angles, task
    lean = _lean(model, person, task)
    turn = np.array([0.0, 0.0, lean])
    return (
        replace(
            angles, trunk_inclination=angles.trunk_inclination - lean, pelvis_tilt=angles.pelvis_tilt - lean,
            thigh_inclination=angles.thigh_inclination + lean,
        ),
        task._replace(pelvis=task.pelvis + turn, thigh=task.thigh + turn),
    )  # fmt: skip


def _carries(scenario: Scenario) -> bool:
    """Tell whether anything is held or worn; hands that hold nothing yet are stretched out all the same."""
    return any(getattr(load, "mass", None) is not None for load in scenario.loads)


def _lean(model: Model, person: Person, task: Task) -> float:
    """Return the lean (rad) that brings the weights' centre back over the place it has without what is carried."""
    from spinesim.kernels.stance import weight_line

    u, work = np.zeros((6, 3)), make_work(person, task)
    trial, turn = _trial(task), np.zeros(3)
    trial.load_mass[:], trial.arm_mode[:] = 0.0, 0
    goal = weight_line(person, trial, u, 0, work)
    trial.load_mass[:], trial.arm_mode[:] = task.load_mass, task.arm_mode

    def ahead(lean: float) -> float:
        turn[2] = lean
        trial.pelvis[:], trial.thigh[:] = task.pelvis + turn, task.thigh + turn
        return float(weight_line(person, trial, u, 0, work)) - goal

    return _zero(ahead, model.ranges["ankle_lean"], FIRST)


def _trial(task: Task) -> Task:
    """Return the task for trial postures: what they change are copies of its own, for one table in memory serves all of
    them.
    """
    return task._replace(
        load_mass=task.load_mass.copy(), arm_mode=task.arm_mode.copy(), pelvis=task.pelvis.copy(),
        thigh=task.thigh.copy(),
    )  # fmt: skip


def _zero(offset: Callable[[float], float], limits: tuple[float, float], first: float) -> float:
    """Return the angle (rad) within limits at which an offset (m) is nearest to none; `first` is tried after none."""
    low, high = 0.0, first
    at_low, at_high = offset(low), offset(high)
    for _ in range(MOST_STEPS):
        if abs(at_high) <= ENOUGH or at_high == at_low:
            break
        slope = (at_high - at_low) / (high - low)
        low, high, at_low = high, float(np.clip(high - at_high / slope, *limits)), at_high
        at_high = offset(high)
    return high
