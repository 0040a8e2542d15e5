"""Model, subject and a specimen scenario to the tables of forward mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spinesim.assembly.assemble import person_tables
from spinesim.assembly.changes import changed_facets, disc_changes, offset_problems
from spinesim.assembly.names import StrandName
from spinesim.assembly.person import about_z, strand_ends
from spinesim.assembly.subject import Subject, scale_subject
from spinesim.assembly.task import GRAVITY, ligament_scales
from spinesim.errors import InputError, Problem
from spinesim.kernels.specimen_tables import (
    COMPRESSION,
    FOLLOWER,
    HELD,
    N_LOAD,
    SHEAR,
    WEIGHT,
    Chain,
    Course,
    Tissue,
)
from spinesim.kernels.tables import Discs, Facets, Floats, Ints, Skeleton, Strands
from spinesim.model import Model
from spinesim.model.spine import CHAIN
from spinesim.scenario import Scenario
from spinesim.scenario.names import LEVELS
from spinesim.scenario.specimen import TURNS, Specimen

SHORT = 2  # levels: up to so many are mounted with their middle disc horizontal
COURSES = {"up": (1,), "up_down": (1, 0), "cycle": (1, 0, -1, 0)}


@dataclass(frozen=True)
class SpecimenAssembly:
    """All a run needs and all its results are named by."""

    model: Model
    scenario: Scenario
    specimen: Specimen
    subject: Subject
    levels: tuple[str, ...]
    tissue: Tissue
    chain: Chain
    course: Course
    strands: tuple[StrandName, ...]

    @property
    def first(self) -> int:
        """Place of the specimen's first level among all six."""
        return LEVELS.index(self.levels[0])


def assemble_specimen(model: Model, scenario: Scenario) -> SpecimenAssembly:
    """Return the tables of a specimen scenario.

    Raises
    ------
    InputError
        With every name that does not fit the specimen; `NotYetError` for parts that are not solved yet.
    """
    specimen = scenario.specimen
    if specimen is None:
        raise InputError("this scenario has no specimen")
    subject = scale_subject(model, scenario.subject)
    person, names, _ = person_tables(model, subject)
    scale, _, problems = ligament_scales(model, scenario, names)
    problems += _outside_problems(scenario, specimen) + offset_problems(model, scenario)
    if problems:
        raise InputError(problems)
    scale = scale * [0.0 if name.ligament in specimen.removed else 1.0 for name in names]
    first = LEVELS.index(specimen.levels[0])
    run = slice(first, first + len(specimen.levels))
    discs = disc_changes(model, subject, scenario, person.discs)
    facets = changed_facets(model, subject, scenario, person.facets)
    if "facets" in specimen.removed:
        facets = facets._replace(point_area=np.zeros(12), tip_stiffness=np.zeros(12))
    own = np.flatnonzero((person.strands.level >= run.start) & (person.strands.level < run.stop))
    own = own[np.argsort(person.strands.level[own], kind="stable")]
    return SpecimenAssembly(
        model, scenario, specimen, subject, specimen.levels,
        _tissue(person.skeleton, _slice(discs, run), person.strands, facets, own, scale, run),
        _chain(model, subject, specimen, person.skeleton, run), _course(specimen), tuple(names[i] for i in own),
    )  # fmt: skip


def _outside_problems(scenario: Scenario, specimen: Specimen) -> list[Problem]:
    """Return every change of a level that the specimen does not have, and of the fascia, which is no part of it."""
    sentence = "{} is not a level of the specimen"
    problems = []
    for key in ("discs", "rotation_offsets", "facets", "ligaments"):
        for n, change in enumerate(getattr(scenario, key)):
            if change.level not in ("all", *specimen.levels):
                problems.append(scenario.problem(sentence.format(change.level), f"{key}.{n}.level"))
    for n, change in enumerate(scenario.ligaments):
        if change.ligament == "TLF":
            problems.append(scenario.problem("a specimen has no thoracolumbar fascia", f"ligaments.{n}.ligament"))
    return problems


def _slice(table: Discs, run: slice) -> Discs:
    """Return the rows of a table for some levels; numbers shared by all stay."""
    fields: dict[str, Any] = {
        name: np.ascontiguousarray(value[run])
        for name, value in table._asdict().items()
        if isinstance(value, np.ndarray)
    }
    return table._replace(**fields)


def _tissue(
    skeleton: Skeleton, discs: Discs, strands: Strands, facets: Facets, own: Any, scale: Floats, run: slice
) -> Tissue:
    """Bring strand ends and facet points into the disc frames, from their anchors."""
    level = strands.level[own]
    upper, lower = (ends[own] for ends in strand_ends(skeleton, strands))
    both = slice(2 * run.start, 2 * run.stop)
    turn = np.repeat(skeleton.upper_in_disc[run], 2, axis=0)
    points = np.einsum("fij,fpj->fpi", turn, facets.points[both])
    return Tissue(
        discs=discs,
        strand_first=np.searchsorted(level, np.arange(run.start, run.stop + 1)).astype(np.int64),
        strand_level=(level - run.start).astype(np.int64),
        strand_upper=upper,
        strand_lower=lower,
        strand_stiffness=scale[own] * strands.stiffness[own],
        strand_slack=strands.slack[own].copy(),
        strand_toe=strands.toe[own].copy(),
        facet_points=np.ascontiguousarray(points),
        facet_axis_point=facets.axis_point[both].copy(),
        facet_axis=facets.axis[both].copy(),
        facet_inward=facets.inward[both].copy(),
        facet_radius=facets.radius[both].copy(),
        facet_point_area=facets.point_area[both].copy(),
        contact=np.array([facets.stiffness, facets.thickness, facets.toe]),
        tip=np.einsum("fij,fj->fi", turn, facets.tip[both]),
        lamina=facets.lamina[both].copy(),
        tip_stiffness=facets.tip_stiffness[both].copy(),
        tip_toe=facets.tip_toe,
        tip_area=facets.tip_area,
    )


def _chain(model: Model, subject: Subject, specimen: Specimen, skeleton: Skeleton, run: slice) -> Chain:
    bodies = [CHAIN[6 - j] for j in range(run.start, run.stop + 1)]
    path = 0.0 if specimen.follower_load is None else specimen.follower_load.path_offset
    lean = 0.0 if specimen.compression is None else specimen.compression.offset
    centers = [body_center(model, subject, skeleton, name) for name in bodies]
    rows = [
        (0, centers[0] + (lean, 0.0, 0.0), (0.0, -1.0, 0.0), COMPRESSION),
        (0, skeleton.upper_anchor[run.start], (1.0, 0.0, 0.0), SHEAR),
        (0, skeleton.upper_anchor[run.start], (0.0, 0.0, 1.0), SHEAR + 1),
    ]
    for i, name in enumerate(bodies[:-1]):
        if name != "thorax":  # its mass is all of the trunk above, no slice
            mass = skeleton.mass[CHAIN.index(name)]
            rows.append((i, skeleton.com[CHAIN.index(name)], (0.0, -mass * GRAVITY, 0.0), WEIGHT))
    body, point, direction, load = zip(*rows, strict=True)
    return Chain(
        held_rotation=_mounting(model, specimen, bodies[-1], run),
        lower_anchor=skeleton.lower_anchor[run].copy(),
        upper_anchor=skeleton.upper_anchor[run].copy(),
        disc_in_lower=skeleton.disc_in_lower[run].copy(),
        upper_in_disc=skeleton.upper_in_disc[run].copy(),
        force_body=np.array(body, dtype=np.int64),
        force_point=np.array(point),
        force_direction=np.array(direction),
        force_load=np.array(load, dtype=np.int64),
        cable=np.array([center + (path, 0.0, 0.0) for center in centers]),
    )


def body_center(model: Model, subject: Subject, skeleton: Skeleton, name: str) -> Floats:
    """Return the centre of a vertebral body in its frame, m: the origin, but for S1, whose frame is the pelvis'."""
    if name != "pelvis":
        return np.zeros(3)
    _, front, back = model.outlines["pelvis"]
    below = 0.5 * model.discs[5].height[1] + 0.25 * (front + back)
    return skeleton.lower_anchor[5] - skeleton.disc_in_lower[5] @ np.array([0.0, below * subject.length, 0.0])


def _mounting(model: Model, specimen: Specimen, lowest: str, run: slice) -> Floats:
    """Return the axes of the held body: as it stands, or turned so that the middle disc is horizontal."""
    how = specimen.mounting
    if how == "auto":
        how = "level" if len(specimen.levels) <= SHORT else "standing"
    tilt = model.bodies[lowest].tilt
    if how == "level":
        middle = [level.disc_tilt for level in model.levels[run]]
        tilt -= 0.5 * (middle[(len(middle) - 1) // 2] + middle[len(middle) // 2])
    return about_z(tilt)


def _course(specimen: Specimen) -> Course:
    """Return the load vectors of all steps: what has no steps is on from the first."""
    stepped = specimen.stepped()
    steady, moving = np.zeros(N_LOAD), np.zeros(N_LOAD)
    for name, values in load_vectors(specimen).items():
        (moving if name in stepped else steady)[:] += values
    target = [steady]
    if stepped:
        load, at = getattr(specimen, stepped[0]), 0.0
        for goal in COURSES[load.course]:
            shares = at + (goal - at) * np.arange(1, load.steps + 1) / load.steps
            target += [steady + share * moving for share in shares]
            at = float(goal)
    return Course(np.array(target) + 0.0, _held(specimen))


def _held(specimen: Specimen) -> Ints:
    """Return which of a level's six coordinates are imposed."""
    place = specimen.held
    if place is None:
        return np.zeros(6, dtype=np.int64)
    turns = (place.right_lateral_bending, place.left_axial_rotation, place.flexion)
    return np.array([int(c is not None) for c in (*turns, place.anterior, None, place.right)], dtype=np.int64)


def load_vectors(specimen: Specimen) -> dict[str, Floats]:
    """Return the load vector of each load that is stated, at its full size."""
    found = {name: np.zeros(N_LOAD) for name in ("moment", "compression", "shear", "follower_load", "weight", "held")}
    if specimen.moment is not None:
        found["moment"][:3] = _axes(*(getattr(specimen.moment, name) for name in TURNS))
    if specimen.compression is not None:
        found["compression"][COMPRESSION] = specimen.compression.force
    if specimen.shear is not None:
        found["shear"][SHEAR : SHEAR + 2] = specimen.shear.anterior, specimen.shear.right
    if specimen.follower_load is not None:
        found["follower_load"][FOLLOWER] = specimen.follower_load.force
    found["weight"][WEIGHT] = float(specimen.own_weight)
    if specimen.held is not None:
        found["held"][HELD : HELD + 3] = _axes(*(getattr(specimen.held, name) or 0.0 for name in TURNS))
        found["held"][HELD + 3], found["held"][HELD + 5] = specimen.held.anterior or 0.0, specimen.held.right or 0.0
    return found


def _axes(flexion: float, bending: float, twist: float) -> tuple[float, float, float]:
    """Return named turns as a right-hand vector: x lateral, y axial, z extension."""
    return bending, twist, -flexion
