"""What a scenario changes in discs and facets, for persons and specimens alike."""

from __future__ import annotations

import numpy as np

from spinesim.assembly.person import facet_table
from spinesim.assembly.subject import Subject
from spinesim.errors import NotYetError
from spinesim.kernels.tables import Discs, Facets, Floats
from spinesim.model import Model
from spinesim.scenario import Scenario
from spinesim.scenario.names import LEVELS
from spinesim.scenario.specimen import TURNS

NO_GRADES = "degeneration grades are not solved yet"
NO_NUCLEUS = "removing the nucleus is not solved yet"
NO_OFFSETS = "structural offsets belong to the passive spine and are not solved yet"


def disc_changes(model: Model, scenario: Scenario, discs: Discs) -> Discs:
    """Return the disc laws (6 levels) as degeneration and removal of the nucleus leave them.

    Raises
    ------
    NotYetError
        For every degeneration grade and for the nucleus.
    """
    problems = [scenario.problem(NO_GRADES, f"discs.{n}.degeneration") for n, _ in enumerate(scenario.discs)]
    removed = () if scenario.specimen is None else scenario.specimen.removed
    problems += [
        scenario.problem(NO_NUCLEUS, f"specimen.removed.{n}") for n, name in enumerate(removed) if name == "nucleus"
    ]
    if problems:
        raise NotYetError(problems)
    return discs


def structural_turns(scenario: Scenario, discs: Discs) -> Discs:
    """Return the disc laws (6 levels) with the stress-free rotation of each structural offset, rad in the disc frame.

    Raises
    ------
    NotYetError
        While the disc law has no stress-free rotation `rest_turn` (level, 3).
    """
    offsets = [(n, offset) for n, offset in enumerate(scenario.rotation_offsets) if offset.cause == "structural"]
    if not offsets:
        return discs
    if "rest_turn" not in discs._fields:
        raise NotYetError(scenario.problem(NO_OFFSETS, f"rotation_offsets.{n}.cause") for n, _ in offsets)
    turn: Floats = np.array(getattr(discs, "rest_turn"), dtype=float)  # noqa: B009
    for _, offset in offsets:
        flexion, bending, twist = (getattr(offset, name) or 0.0 for name in TURNS)
        turn[LEVELS.index(offset.level)] += (bending, twist, -flexion)
    return discs._replace(**{"rest_turn": turn})


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
