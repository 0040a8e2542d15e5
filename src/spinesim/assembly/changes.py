"""What a scenario changes in discs and facets, for persons and specimens alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinesim.assembly.person import facet_table
from spinesim.assembly.posture import LUMBAR_TURNS, offset_turns
from spinesim.assembly.subject import Subject
from spinesim.errors import Problem
from spinesim.kernels.tables import Discs, Facets, Floats
from spinesim.model import Model
from spinesim.scenario import Scenario
from spinesim.scenario.names import LEVELS

SIDES = {"left": (1.0, 0.0), "right": (0.0, 1.0), "both": (1.0, 1.0)}


@dataclass(frozen=True)
class DiscCondition:
    """What degeneration, sustained load, the knife and bulges leave of the healthy discs, by level."""

    height: Floats  # (level,) 1
    flattened: Floats  # (level,) m        by sustained load
    nucleus: Floats  # (level,) 1          that carries
    pressure: Floats  # (level,) 1         of what the nucleus that is left would have
    rim: Floats  # (level,) m              by which all of the rim has come out
    bulge: Floats  # (level, side) m       by which a bulge stands out beyond it, left and right


def disc_condition(model: Model, subject: Subject, scenario: Scenario) -> DiscCondition:
    """Return the condition of all discs of a scenario.

    What has bulged out is missed as what was cut out of discs in the laboratory (`bulge` of the model's discs.yaml).
    """
    law, height, nucleus, lost, flattened = model.disc_law, np.ones(6), np.ones(6), np.zeros(6), np.zeros(6)
    whole, bulge = np.array([disc.height[1] for disc in model.discs]) * subject.length, np.zeros((6, 2))
    for change in scenario.discs:
        if change.degeneration is not None:
            j, grade = LEVELS.index(change.level), change.degeneration - 1
            height[j], nucleus[j] = law.grade_height[grade], law.grade_nucleus[grade]
        if change.height_loss is not None:
            flattened[LEVELS.index(change.level)] = change.height_loss
    for change in scenario.discs:
        if change.bulge is not None:
            j, sides = LEVELS.index(change.level), SIDES[change.bulge.side]
            bulge[j] += change.bulge.depth * np.array(sides)
            ellipsoid = math.pi / 6.0 * change.bulge.depth * change.bulge.width * whole[j] * height[j]
            lost[j] += law.tissue_density * ellipsoid * sum(sides)
    if scenario.specimen is not None and "nucleus" in scenario.specimen.removed:
        for level in scenario.specimen.levels:
            nucleus[LEVELS.index(level)] = 0.0
    height -= law.bulge_height * lost / whole
    return DiscCondition(height, flattened, nucleus, 1.0 - law.bulge_pressure * lost, law.bulge_rim * lost, bulge)


def disc_changes(model: Model, subject: Subject, scenario: Scenario, discs: Discs) -> Discs:
    """Return the disc laws (6 levels) as degeneration, removal of the nucleus and structural offsets leave them.

    A lower disc is a beam of the same stuff: angles scale with its height, axial and shear stiffness with one over it,
    and it is free of stress at that height. What the nucleus no longer fills carries nothing. What sustained load has
    pressed out is missed in height alone: it comes back.
    """
    condition = disc_condition(model, subject, scenario)
    height, left = condition.height, 1.0 - model.disc_law.nucleus_share * (1.0 - condition.nucleus)
    shift = discs.rest_shift.copy()
    shift[:, 1] -= (1.0 - height) * np.array([disc.height[1] for disc in model.discs]) * subject.length
    shift[:, 1] -= condition.flattened
    return discs._replace(
        k_initial=discs.k_initial * left / height,
        k_linear=discs.k_linear * left / height,
        toe=discs.toe * height,
        k_core=discs.k_core * left / height,
        core_length=discs.core_length * height,
        k_shear=discs.k_shear * left / height,
        b=discs.b * left[:, None],
        a=discs.a * height[:, None],
        rest_shift=shift,
        rest_turn=discs.rest_turn + offset_turns(scenario, "structural"),
    )


def offset_problems(model: Model, scenario: Scenario) -> list[Problem]:
    """Return every offset that turns a level farther than it can move, alone or with the others of its level."""
    problems, totals = [], offset_turns(scenario, "postural", "structural")
    for n, offset in enumerate(scenario.rotation_offsets):
        whole = totals[LEVELS.index(offset.level)] * (1.0, 1.0, -1.0)
        for turn, total in zip(LUMBAR_TURNS, whole, strict=True):
            own = getattr(offset, turn)
            most = math.degrees(model.offset_range[offset.level, turn])
            if own is None or max(abs(own), abs(total)) <= math.radians(most) + 1e-9:
                continue
            size, sum_of = (total, "together ") if abs(total) > abs(own) else (own, "")
            message = f"{sum_of}{math.degrees(size):.4g} deg is beyond the range of {offset.level}"
            message += f", {-most:.4g} to {most:.4g} deg"
            problems.append(scenario.problem(message, f"rotation_offsets.{n}.{turn}"))
    return problems


def changed_facets(model: Model, subject: Subject, scenario: Scenario, facets: Facets) -> Facets:
    """Return the facet table with the scenario's orientations and gaps; a later entry wins."""
    if not scenario.facets:
        return facets
    angle, gap = {}, {}
    for change in scenario.facets:
        for j, level in enumerate(LEVELS):
            for side, name in enumerate(("right", "left")):
                if change.level in ("all", level) and change.side in ("both", name):
                    angle |= {} if change.orientation is None else {2 * j + side: change.orientation}
                    gap |= {} if change.gap is None else {2 * j + side: change.gap}
    return facet_table(model, subject, angle, gap)
