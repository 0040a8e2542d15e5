"""People who carry something lean at the ankles until its weight and theirs fall where theirs alone did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spinesim.assembly.posture import Angles
from spinesim.assembly.subject import Subject
from spinesim.kernels.tables import FEET, Person, Task, make_work
from spinesim.model import Model
from spinesim.scenario import Scenario

ENOUGH = 1e-6  # m
MOST_STEPS = 20
GIVEN = ("trunk_inclination", "pelvis_tilt", "lumbar_flexion")


def leant(
    model: Model, subject: Subject, scenario: Scenario, angles: Angles, person: Person, task: Task
) -> tuple[Angles, Task]:
    """Return angles and task after the whole body has leant about the ankles, knees, hips and spine as they are.

    Only people who stand lean, on both feet or one, with masses in their hands or on their backs, and where neither
    scenario nor preset says how far the trunk is inclined. The lean is backward positive and stays within the model's
    range (`ankle_lean`); Bloom and Woodhull-McNeal 1987.
    """
    wanted = scenario.posture
    stated = any(getattr(wanted, name) is not None or name in angles.preset.angles for name in GIVEN)
    if wanted.stance == "straight" or stated or task.contact != FEET or not task.load_mass.any():
        return angles, task
    lean = _lean(model, subject, person, task)
    turn = np.array([0.0, 0.0, lean])
    return (
        replace(
            angles, trunk_inclination=angles.trunk_inclination - lean, pelvis_tilt=angles.pelvis_tilt - lean,
            thigh_inclination=angles.thigh_inclination + lean,
        ),
        task._replace(pelvis=task.pelvis + turn, thigh=task.thigh + turn),
    )  # fmt: skip


def _lean(model: Model, subject: Subject, person: Person, task: Task) -> float:
    """Return the lean (rad) that brings the weights' centre back over the place it has without what is carried."""
    from spinesim.kernels.stance import weight_line

    right = np.array(model.ankle) * subject.length
    ankle = np.array([right, right * np.array([1.0, 1.0, -1.0])])
    u, work = np.zeros((6, 3)), make_work(person, task)
    still = task._replace(load_force=np.zeros_like(task.load_force), load_moment=np.zeros_like(task.load_moment))
    bare = still._replace(load_mass=np.zeros_like(task.load_mass), arm_mode=np.zeros_like(task.arm_mode))
    goal = weight_line(person, bare, u, ankle, work)

    def ahead(lean: float) -> float:
        turn = np.array([0.0, 0.0, lean])
        leaning = still._replace(pelvis=task.pelvis + turn, thigh=task.thigh + turn)
        return float(weight_line(person, leaning, u, ankle, work)) - goal

    least, most = model.ranges["ankle_lean"]
    low, high = 0.0, 0.1
    at_low, at_high = ahead(low), ahead(high)
    for _ in range(MOST_STEPS):
        if abs(at_high) <= ENOUGH or at_high == at_low:
            break
        slope = (at_high - at_low) / (high - low)
        low, high, at_low = high, float(np.clip(high - at_high / slope, least, most)), at_high
        at_high = ahead(high)
    return high
