"""Model and subject to the tables of a person."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from spinesim.assembly.kept import Rests, facets_rest_on, lines_rest_on, rest_rests_on, strands_rest_on
from spinesim.assembly.lines import line_table
from spinesim.assembly.names import StrandName
from spinesim.assembly.subject import Subject
from spinesim.kernels.ligament import strand_tension
from spinesim.kernels.rest import preset
from spinesim.kernels.tables import Breath, Discs, Facets, Floats, Lines, Person, Skeleton, Strands
from spinesim.model import BreathLaw, Disc, FacetJoint, Model

LEFT = np.array([1.0, 1.0, -1.0])
# Measured one side at a time; of the ligamentum flavum both halves were one piece (84 mm^2 in Pintar 1992).
BILATERAL = ("CL", "ITL", "ILL")
GRID = 0.6  # of the patch radius: where the outer contact points of the 3 x 3 patch lie


def about_z(angle: float) -> Floats:
    """Return the rotation matrix about z."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def build_person(model: Model, subject: Subject) -> tuple[Person, tuple[StrandName, ...]]:
    """Return all tables of a person and the names of the ligament strands."""
    strands, names = _kept_strands(strands_rest_on(model, subject))
    law, points = model.recruitment, tuple(model.supports.values())
    breath = Breath(
        diaphragm=np.array(model.breath.center) * subject.length,
        area=model.breath.area * subject.length**2,
        hoop_area=model.breath.hoop_radius * model.breath.hoop_height * subject.length**2,
        maximum=model.breath.maximum_pressure,
        volume=model.breath.volume * subject.length**3 / law.reference_volume,
        effort=_effort(model.breath),
        support_point=np.array([p.position for p in points]).reshape(-1, 3) * subject.length,
        support_direction=np.array([p.direction for p in points], dtype=float).reshape(-1, 3),
        support_limit=np.array([p.limit for p in points]),
    )
    rest_shift, rest_turn = (table.copy() for table in _kept_rest(rest_rests_on(model, subject)))
    person = Person(
        _skeleton(model, subject), _discs(model, subject)._replace(rest_shift=rest_shift, rest_turn=rest_turn), strands,
        _kept_facets(facets_rest_on(model, subject)),
        _kept_lines(lines_rest_on(model, subject)), breath, law.reserve_penalty, law.reserve_limit,
    )  # fmt: skip
    return person, names


def _effort(law: BreathLaw) -> Floats:
    """Return the threshold of trunk moment (N m) and the shares of the maximum pressure per N m below and above it."""
    first = law.threshold_pressure / law.maximum_pressure
    rise = law.effort_pressure / law.maximum_pressure - first
    return np.array(
        [law.effort_threshold, first / law.effort_threshold, rise / (law.effort_moment - law.effort_threshold)]
    )


@lru_cache(maxsize=8)
def _kept_strands(rests: Rests) -> tuple[Strands, tuple[StrandName, ...]]:
    return _strands(rests.model, rests.subject)


@lru_cache(maxsize=8)
def _kept_rest(rests: Rests) -> tuple[Floats, Floats]:
    """Return where the discs are free of stress, (level, 3) m and rad."""
    model, subject = rests.model, rests.subject
    strands, _ = _kept_strands(strands_rest_on(model, subject))
    discs, (force, moment) = _discs(model, subject), _pretension(_skeleton(model, subject), strands)
    q, step, out = np.zeros((3, 3))
    preset(discs, force, moment, q, step, out, np.zeros((3, 3)))
    return discs.rest_shift, discs.rest_turn


@lru_cache(maxsize=8)
def _kept_facets(rests: Rests) -> Facets:
    return facet_table(rests.model, rests.subject)


@lru_cache(maxsize=8)
def _kept_lines(rests: Rests) -> Lines:
    return line_table(rests.model, rests.subject)


def _skeleton(model: Model, subject: Subject) -> Skeleton:
    size, factor = subject.length, subject.mass_factors
    frame = {name: about_z(body.tilt) for name, body in model.bodies.items()}
    origin = {name: np.array(body.position) for name, body in model.bodies.items()}
    lower, upper, disc_in, upper_in = (np.zeros(shape) for shape in ((6, 3), (6, 3), (6, 3, 3), (6, 3, 3)))
    for j, level in enumerate(model.levels):
        disc, center = about_z(level.disc_tilt), np.array(level.center)
        lower[j] = frame[level.lower].T @ (center - origin[level.lower]) * size
        upper[j] = frame[level.upper].T @ (center - origin[level.upper]) * size
        disc_in[j] = frame[level.lower].T @ disc
        upper_in[j] = disc.T @ frame[level.upper]
    mass, com = np.zeros(12), np.zeros((12, 3))
    for index, name in enumerate(("pelvis", "L5", "L4", "L3", "L2", "L1", "thorax")):
        mass[index] = model.bodies[name].mass * factor["thorax" if name == "thorax" else "trunk"]
        com[index] = np.array(model.bodies[name].center_of_mass) * size
        if name not in ("pelvis", "thorax"):
            com[index, 0] += subject.waist_shift
    for index, name in ((7, "thigh"), (9, "shank")):
        body = model.bodies[f"{name}_right"]
        mass[index : index + 2] = body.mass * factor[name]
        com[index] = np.array(body.center_of_mass) * size
        com[index + 1] = com[index] * LEFT
    arms = model.arms
    hip, shoulder = np.array(model.hip) * size, np.array(model.landmarks["shoulder_right"][1]) * size
    knee = np.array(model.knee) * size
    return Skeleton(
        lower, upper, disc_in, upper_in, np.array([hip, hip * LEFT]), np.array([knee, knee * LEFT]),
        np.array(model.abdomen_origin) * size, model.abdomen_share, mass, com, np.array([shoulder, shoulder * LEFT]),
        np.array(model.landmarks["chest"][1]) * size, np.array(arms.length_per_stature) * subject.height,
        np.array([m * factor[p] for m, p in zip(arms.mass, ("upper_arm", "forearm", "hand"), strict=True)]),
        np.array(arms.center), arms.rigid_reach,
    )  # fmt: skip


def _discs(model: Model, subject: Subject) -> Discs:
    """Scale the disc laws by level and person: like beams of the same stuff, by area, breadth and height."""
    law = model.disc_law
    reference = next(disc for disc in model.discs if disc.level == law.reference_level)
    ones = np.ones(6)
    b, a = np.zeros((6, 3)), np.zeros((6, 3))
    for j, disc in enumerate(model.discs):
        for i, breadth in enumerate(_breadths(disc)):
            base = _breadths(reference)[i]
            b[j, i] = law.b[i] * disc.area * breadth / (reference.area * base) * subject.disc_area * subject.length
            a[j, i] = law.a[i] * (disc.height[1] / breadth) / (reference.height[1] / base)
    slender = np.array([disc.area / disc.height[1] for disc in model.discs]) * reference.height[1] / reference.area
    slender = slender * subject.disc_area / subject.length
    last = b * law.last_measured_moment / np.array(law.b)
    first, length = law.initial_stiffness * slender, subject.length * ones
    return Discs(
        first, law.linear_stiffness * slender, law.toe_length * length, law.core_share * first,
        law.core_length * length, law.shear_stiffness * slender, b, a, last, law.core_force * subject.disc_area,
        law.core_turn, np.zeros((6, 3)), np.zeros((6, 3)),
    )  # fmt: skip


def _breadths(disc: Disc) -> tuple[float, float, float]:
    """Return the breadth that counts in lateral, axial and sagittal rotation."""
    return disc.width, 0.5 * (disc.width + disc.depth), disc.depth


def facet_table(
    model: Model, subject: Subject, angles: Mapping[int, float] | None = None, gaps: Mapping[int, float] | None = None
) -> Facets:
    """Return the facet joints; `angles` (rad, plane to the sagittal plane) and `gaps` (m, of this subject) by the index
    2 level + side take the place of the model's.
    """
    law, skeleton = model.facet_law, _skeleton(model, subject)
    point, axis, inward, radius = np.zeros((12, 3)), np.zeros((12, 3)), np.zeros((12, 3)), np.zeros(12)
    patch, area, tip, lamina = np.zeros((12, 9, 3)), np.zeros(12), np.zeros((12, 3)), np.zeros(12)
    for i in range(12):
        j, mirror = i // 2, LEFT if i % 2 else np.ones(3)
        joint = model.facets[j]
        joint = replace(joint, transverse_angle=(angles or {}).get(i, joint.transverse_angle))
        gap = (gaps or {}).get(i, law.gap * subject.length)
        center = skeleton.disc_in_lower[j].T @ (np.array(joint.centre) * subject.length - skeleton.lower_anchor[j])
        normal, along = _facet_axes(joint)
        points = _patch(joint, center, normal, along, gap, subject.length)
        point[i] = (center + joint.radius * subject.length * normal) * mirror
        axis[i], inward[i], radius[i] = along * mirror, -normal * mirror, joint.radius * subject.length
        patch[i] = (points * mirror) @ skeleton.upper_in_disc[j]
        area[i] = joint.area * subject.disc_area / 9.0
        end = center - math.sqrt(joint.area / math.pi) * subject.length * along
        tip[i] = (end * mirror) @ skeleton.upper_in_disc[j]
        # A joint that is said to stand farther apart does so at its tip too.
        lamina[i] = end[1] - law.tip_gap * subject.length - (gap - law.gap * subject.length)
    thickness, stiffness = law.thickness * subject.length, law.tip_stiffness * subject.disc_area / subject.length
    return Facets(
        point, axis, inward, radius, patch, area, law.modulus / thickness, thickness, law.toe * subject.length,
        tip, lamina, np.full(12, stiffness), law.tip_toe * subject.length, law.tip_area * subject.disc_area,
    )  # fmt: skip


def _facet_axes(joint: FacetJoint) -> tuple[Floats, Floats]:
    """Return the outward normal of the lower facet and the direction along it (disc frame, right side)."""
    c, s = math.cos(joint.elevation), math.sin(joint.elevation)
    normal = np.array([-math.sin(joint.transverse_angle) * c, s, -math.cos(joint.transverse_angle) * c])
    along = np.array([0.0, 1.0, 0.0]) - s * normal
    return normal, along / np.linalg.norm(along)


def _patch(joint: FacetJoint, center: Floats, normal: Floats, along: Floats, gap: float, size: float) -> Floats:
    """Return the nine contact points (point, 3) of the upper facet in neutral, a gap (m) inside the lower facet's
    cylinder.
    """
    radius, half = joint.radius * size, GRID * math.sqrt(joint.area / math.pi) * size
    across = np.cross(along, normal)
    points = []
    for t in (-half, 0.0, half):
        for s in (-half, 0.0, half):
            turn = s / radius
            radial = -normal * math.cos(turn) + across * math.sin(turn)
            points.append(center + radius * normal + t * along + (radius - gap) * radial)
    return np.array(points)


def _strands(model: Model, subject: Subject) -> tuple[Strands, tuple[StrandName, ...]]:
    """Return the strands, left ones mirrored; slack lengths from the neutral posture."""
    rows: list[tuple[int, Floats, Floats, float, float, float]] = []
    names: list[StrandName] = []
    index = {level.name: j for j, level in enumerate(model.levels)}
    count = _counts(model)
    for strand in model.strands:
        level, kind = model.levels[index[strand.level]], model.ligament_kinds[strand.ligament]
        prop = model.ligament_properties[strand.level, strand.ligament]
        span = in_neutral(model, level.upper, strand.upper) - in_neutral(model, level.lower, strand.lower)
        slack = float(np.linalg.norm(span)) * (1.0 + kind.slack_strain) * subject.length
        stiffness = (
            kind.stiffness_factor
            * prop.stiffness
            / count[strand.level, strand.ligament]
            * subject.disc_area
            / subject.length
        )
        for side in ("right", "left") if strand.side == "right" else ("middle",):
            mirror = LEFT if side == "left" else np.ones(3)
            ends = np.array(strand.upper) * mirror * subject.length, np.array(strand.lower) * mirror * subject.length
            rows.append((index[strand.level], *ends, stiffness, slack, kind.toe_strain * slack))
            names.append(StrandName(strand.level, strand.ligament, side, prop.failure * subject.length))
    order = sorted(range(len(rows)), key=lambda n: rows[n][0])  # by level: the kernel walks them so
    columns = zip(*(rows[n] for n in order), strict=True)
    level, upper, lower, stiffness, slack, toe = (np.array(column) for column in columns)
    start = np.searchsorted(level, np.arange(7)).astype(np.int64)
    strands = Strands(start, level.astype(np.int64), upper, lower, stiffness, slack, toe)
    return strands, tuple(names[n] for n in order)


def _pretension(skeleton: Skeleton, strands: Strands) -> tuple[Floats, Floats]:
    """Return force and moment (level, 3) of the strands on the upper bodies in neutral, about their anchors, disc
    frames: bones were scanned with their ligaments on, so that neutral is where the unloaded segment rests.
    """
    force, moment = np.zeros((6, 3)), np.zeros((6, 3))
    upper, lower = strand_ends(skeleton, strands)
    line = upper - lower
    stretch = np.linalg.norm(line, axis=1) - strands.slack
    for n in np.flatnonzero(stretch > 0.0):
        tension = strand_tension(stretch[n], strands.stiffness[n], strands.toe[n])[0]
        pull = -tension * line[n] / (stretch[n] + strands.slack[n])
        force[strands.level[n]] += pull
        moment[strands.level[n]] += np.cross(upper[n], pull)
    return force, moment


def strand_ends(skeleton: Skeleton, strands: Strands) -> tuple[Floats, Floats]:
    """Return the upper and lower ends (strand, 3) in the disc frames in neutral, m, each from its own anchor."""
    j = strands.level
    upper = np.einsum("nab,nb->na", skeleton.upper_in_disc[j], strands.upper - skeleton.upper_anchor[j])
    lower = np.einsum("nba,nb->na", skeleton.disc_in_lower[j], strands.lower - skeleton.lower_anchor[j])
    return upper, lower


def _counts(model: Model) -> Counter[tuple[str, str]]:
    """Return how many strands share each ligament's stiffness (per side where it has sides)."""
    count: Counter[tuple[str, str]] = Counter()
    for strand in model.strands:
        both = strand.side == "right" and strand.ligament not in BILATERAL
        count[strand.level, strand.ligament] += 2 if both else 1
    return count


def in_neutral(model: Model, body: str, point: tuple[float, float, float]) -> Floats:
    """Return a body point in the neutral global frame (unscaled)."""
    return np.array(model.bodies[body].position) + about_z(model.bodies[body].tilt) @ np.array(point)
