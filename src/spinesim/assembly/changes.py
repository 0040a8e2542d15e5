"""What a scenario changes in discs and facets, for persons and specimens alike."""

from __future__ import annotations

import math

import numpy as np

from spinesim.assembly.person import facet_table
from spinesim.assembly.posture import LUMBAR_TURNS, offset_turns
from spinesim.assembly.subject import Subject
from spinesim.errors import Problem
from spinesim.kernels.tables import Discs, Facets, Floats
from spinesim.model import Model
from spinesim.scenario import Scenario
from spinesim.scenario.names import LEVELS


def disc_condition(model: Model, scenario: Scenario) -> tuple[Floats, Floats]:
    """Return height and nucleus (6 levels each) that degeneration and the knife leave of the healthy disc, 0 to 1."""
    height, nucleus = np.ones(6), np.ones(6)
    for change in scenario.discs:
        j, grade = LEVELS.index(change.level), change.degeneration - 1
        height[j], nucleus[j] = model.disc_law.grade_height[grade], model.disc_law.grade_nucleus[grade]
    if scenario.specimen is not None and "nucleus" in scenario.specimen.removed:
        for level in scenario.specimen.levels:
            nucleus[LEVELS.index(level)] = 0.0
    return height, nucleus


def disc_changes(model: Model, subject: Subject, scenario: Scenario, discs: Discs) -> Discs:
    """Return the disc laws (6 levels) as degeneration, removal of the nucleus and structural offsets leave them.

    A lower disc is a beam of the same stuff: angles scale with its height, axial and shear stiffness with one over it,
    and it is free of stress at that height. What the nucleus no longer fills carries nothing.
    """
    height, nucleus = disc_condition(model, scenario)
    left = 1.0 - model.disc_law.nucleus_share * (1.0 - nucleus)
    shift = discs.rest_shift.copy()
    shift[:, 1] -= (1.0 - height) * np.array([disc.height[1] for disc in model.discs]) * subject.length
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
