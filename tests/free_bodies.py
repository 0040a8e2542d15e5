"""Free-body diagrams of every body, drawn anew in plain numpy from the model file, the scenario and the result.

Nothing here calls a kernel: positions, tensions and the discs' own wrench come from the result, everything else
from the laws as the model file states them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from solving import Solved
from spinesim.kernels.tables import AT_HANDS, BED, FEET
from spinesim.model.spine import CHAIN

Vector = NDArray[np.float64]
MIRROR = np.array([1.0, 1.0, -1.0])
SIDES = ("right", "left")
LEGS = tuple(f"{part}_{side}" for part in ("thigh", "shank") for side in SIDES)


@dataclass
class Diagram:
    """Forces and couples on each body; global axes, N and N m."""

    solved: Solved
    forces: dict[str, list[tuple[Vector, Vector]]] = field(default_factory=dict)
    couples: dict[str, list[Vector]] = field(default_factory=dict)
    hip_muscles: dict[str, Vector] = field(
        default_factory=dict
    )  # moment about each hip of what crosses it, on the pelvis

    def __post_init__(self) -> None:
        self.result: xr.Dataset = self.solved.result
        self.size = self.solved.assembly.subject.length
        names = [str(name) for name in self.result["body"].values]
        self.place = dict(zip(names, self.result["body_position"].values, strict=True))
        self.turn = dict(zip(names, self.result["body_orientation"].values, strict=True))
        self._add_abdomen()
        self.forces = {name: [] for name in self.place}
        self.couples = {name: [] for name in self.place}

    def _add_abdomen(self) -> None:
        """The wall's frame turns by a share of the thorax against the pelvis, about its origin in the pelvis."""
        model = self.solved.assembly.model
        relative = Rotation.from_matrix(self.turn["pelvis"].T @ self.turn["thorax"]).as_rotvec()
        share = Rotation.from_rotvec(model.abdomen_share * relative).as_matrix()
        self.place["abdomen"] = self.turn["pelvis"] @ (np.array(model.abdomen_origin) * self.size)
        self.turn["abdomen"] = self.turn["pelvis"] @ share

    def point(self, body: str, own: Any, side: str = "right") -> Vector:
        """Return a point of a body (model file's own frame and size) where it is now."""
        local = np.array(own) * self.size * (MIRROR if side == "left" else 1.0)
        return self.place[body] + self.turn[body] @ local

    def push(self, body: str, at: Vector, force: Vector) -> None:
        self.forces[body].append((at, force))

    def pair(self, upper: str, at: Vector, lower: str, there: Vector, force: Vector) -> None:
        """Add a force on the upper body and its reaction on the lower."""
        self.push(upper, at, force)
        self.push(lower, there, -force)

    def totals(self, body: str) -> tuple[Vector, Vector]:
        """Return the sum of forces and of moments about the body's origin."""
        force, moment = np.zeros(3), np.sum([np.zeros(3), *self.couples[body]], axis=0)
        for at, push in self.forces[body]:
            force = force + push
            moment = moment + np.cross(at - self.place[body], push)
        return force, moment


def draw(solved: Solved) -> Diagram:
    """Return the free-body diagrams of pelvis, lumbar vertebrae and thorax."""
    diagram = Diagram(solved)
    add_weights(diagram)
    add_loads(diagram)
    add_muscles(diagram)
    add_fascia(diagram)
    add_discs(diagram)
    add_ligaments(diagram)
    add_facets(diagram)
    add_abdomen(diagram)
    add_supports(diagram)
    settle_abdomen(diagram)
    add_reserves(diagram)
    add_hips(diagram)
    return diagram


def add_weights(d: Diagram) -> None:
    """Segments and arms; a bed carries each where it lies."""
    task, skeleton = d.solved.assembly.task, d.solved.assembly.person.skeleton
    if task.contact == BED:
        return
    model, factor = d.solved.assembly.model, d.solved.assembly.subject.mass_factors
    for name in CHAIN:
        mass = model.bodies[name].mass * factor["thorax" if name == "thorax" else "trunk"]
        belly = d.turn[name][:, 0] * (0.0 if name in ("pelvis", "thorax") else d.solved.assembly.subject.waist_shift)
        d.push(name, d.point(name, model.bodies[name].center_of_mass) + belly, mass * task.gravity)
    for s, side in enumerate(SIDES):
        places = d.solved.work.frames.arm[s]
        assert np.allclose(places[3], _joint(d, f"hand_{side}")) and np.allclose(places[1], _joint(d, f"elbow_{side}"))
        for part in range(3):
            center = places[part] + skeleton.arm_center[part] * (places[part + 1] - places[part])
            d.push("thorax", center, task.arm_hangs[s] * skeleton.arm_mass[part] * task.gravity)


def _joint(d: Diagram, name: str) -> Vector:
    return d.result["joint_position"].sel(joint=name).values


def add_loads(d: Diagram) -> None:
    """What the scenario puts on, from the result's list of loads (their weight is in it)."""
    task = d.solved.assembly.task
    for n in range(d.result.sizes["load"]):
        body = "thorax" if task.load_where[n] == AT_HANDS else (*CHAIN, *LEGS)[task.load_body[n]]
        d.push(body, d.result["load_position"].values[n], d.result["load_force"].values[n])
        d.couples[body].append(task.load_moment[n])


def add_muscles(d: Diagram) -> None:
    """Every piece of every path pulls its two ends together."""
    tension = dict(zip(d.result["fascicle"].values, d.result["muscle_force"].values, strict=True))
    d.hip_muscles = {side: np.zeros(3) for side in SIDES}
    for fascicle in d.solved.assembly.model.fascicles:
        for side in SIDES:
            path = [(_sided(body, side), point) for body, point in fascicle.path]
            places = [d.point(body, point, side) for body, point in path]
            _pull(d, [body for body, _ in path], places, tension[f"{fascicle.name}_{side[0].upper()}"], side)


def _sided(body: str, side: str) -> str:
    return body.replace("right", side)


def _pull(d: Diagram, bodies: list[str], places: list[Vector], tension: float, side: str) -> None:
    for a, b, p, q in zip(bodies[:-1], bodies[1:], places[:-1], places[1:], strict=True):
        if a == b:
            continue
        force = tension * (q - p) / np.linalg.norm(q - p)
        d.pair(a, p, b, q, force)
        for body, at, own in ((a, p, force), (b, q, -force)):
            if body == "pelvis" and {a, b} & set(LEGS):
                d.hip_muscles[side] = d.hip_muscles[side] + np.cross(at - _joint(d, f"hip_{side}"), own)


def add_fascia(d: Diagram) -> None:
    """Bands of the thoracolumbar fascia: slack, toe, linear."""
    assembly = d.solved.assembly
    model, subject = assembly.model, assembly.subject
    kind = model.ligament_kinds["TLF"]
    for s, side in enumerate(SIDES):
        for n, band in enumerate(model.fascia):
            p, q = d.point(band.lower_body, band.lower, side), d.point(band.upper_body, band.upper, side)
            slack = (1.0 + kind.slack_strain) * _neutral_length(
                d, band.lower_body, band.lower, band.upper_body, band.upper
            )
            stiffness = band.stiffness * subject.disc_area / subject.length
            scale = assembly.task.fascia_scale[s * len(model.fascia) + n]
            tension = scale * toe_linear(float(np.linalg.norm(q - p)) - slack, stiffness, kind.toe_strain * slack)
            d.pair(band.lower_body, p, band.upper_body, q, tension * (q - p) / np.linalg.norm(q - p))


def toe_linear(stretch: float, stiffness: float, toe: float) -> float:
    """Return the tension of a ligament: quadratic over the toe, then linear."""
    if stretch <= 0.0:
        return 0.0
    return 0.5 * stiffness * stretch**2 / toe if stretch < toe else stiffness * (stretch - 0.5 * toe)


def _neutral_length(d: Diagram, lower: str, a: Any, upper: str, b: Any) -> float:
    bodies = d.solved.assembly.model.bodies
    ends = [
        np.array(bodies[body].position) + about_z(bodies[body].tilt) @ np.array(p)
        for body, p in ((lower, a), (upper, b))
    ]
    return float(np.linalg.norm(ends[1] - ends[0])) * d.size


def about_z(angle: float) -> Vector:
    """Return the rotation matrix about z."""
    return Rotation.from_rotvec([0.0, 0.0, angle]).as_matrix()


def joint_frame(d: Diagram, j: int) -> tuple[Vector, Vector]:
    """Return the mid frame of a disc (columns, global) and its joint centre fixed in the upper body."""
    model = d.solved.assembly.model
    level = model.levels[j]
    flexion, bending, twist = np.radians(d.result["disc_rotation"].values[j])
    # Level rotations count from the lying shape, where the disc's axes are half of the level's curve behind.
    curve = model.upright_curve[j]
    half = Rotation.from_rotvec(0.5 * np.array([bending, twist, curve - flexion])).as_matrix()
    lower, upper = model.bodies[level.lower], model.bodies[level.upper]
    disc = d.turn[level.lower] @ about_z(lower.tilt).T @ about_z(level.disc_tilt - 0.5 * curve)
    own = about_z(upper.tilt).T @ (np.array(level.center) - np.array(upper.position))
    return disc @ half, d.point(level.upper, own)


def named_vector(named: Vector) -> Vector:
    """Return (flexion, right lateral bending, left axial rotation) as a vector (x, y, z)."""
    return np.array([named[1], named[2], -named[0]])


def add_discs(d: Diagram) -> None:
    """The disc's own force and moment, as reported, at the joint centre of the upper body."""
    r = d.result
    for j, level in enumerate(d.solved.assembly.model.levels):
        mid, center = joint_frame(d, j)
        force = np.array(
            [-r["disc_shear_anterior"].values[j], r["disc_compression"].values[j], -r["disc_shear_right"].values[j]]
        )
        moment = mid @ named_vector(r["disc_moment"].values[j])
        d.pair(level.upper, center, level.lower, center, mid @ force)
        d.couples[level.upper].append(moment)
        d.couples[level.lower].append(-moment)


def add_ligaments(d: Diagram) -> None:
    """Strands between their attachments; stiffness of the whole ligament shared by its strands."""
    assembly = d.solved.assembly
    model, subject = assembly.model, assembly.subject
    scales = iter(assembly.task.strand_scale)
    for strand in model.strands:
        level = next(level for level in model.levels if level.name == strand.level)
        kind = model.ligament_kinds[strand.ligament]
        whole = model.ligament_properties[strand.level, strand.ligament].stiffness * kind.stiffness_factor
        whole *= subject.disc_area / subject.length
        slack = (1.0 + kind.slack_strain) * _neutral_length(d, level.lower, strand.lower, level.upper, strand.upper)
        stiffness = whole / _strands_of(d, strand.level, strand.ligament)
        for side in SIDES if strand.side == "right" else ("right",):
            ends = _lying_end(d, level, level.lower, strand.lower), _lying_end(d, level, level.upper, strand.upper)
            p, q = d.point(level.lower, ends[0], side), d.point(level.upper, ends[1], side)
            tension = next(scales) * toe_linear(
                float(np.linalg.norm(q - p)) - slack, stiffness, kind.toe_strain * slack
            )
            d.pair(level.lower, p, level.upper, q, tension * (q - p) / np.linalg.norm(q - p))
    assert next(scales, None) is None


def _lying_end(d: Diagram, level: Any, body: str, place: Any) -> Vector:
    """Return where a strand holds to a body whose disc is as in a specimen when the spine lies: half of the level's
    curve turns it about the disc's centre, the lower bone one way, the upper one the other.
    """
    model = d.solved.assembly.model
    curve = model.upright_curve[model.levels.index(level)] * (0.5 if body == level.upper else -0.5)
    own = model.bodies[body]
    center = about_z(own.tilt).T @ (np.array(level.center) - np.array(own.position))
    return center + about_z(curve) @ (np.array(place) - center)


def _strands_of(d: Diagram, level: str, ligament: str) -> int:
    """Return how many strands carry the stated stiffness: per side for paired ligaments, in all for the others."""
    own = [s for s in d.solved.assembly.model.strands if (s.level, s.ligament) == (level, ligament)]
    paired = ligament in ("CL", "ITL", "ILL")
    return len(own) if paired else sum(2 if s.side == "right" else 1 for s in own)


def add_facets(d: Diagram) -> None:
    """Points of the upper facet pressed into the lower facet's cylinder; pressure s d (1 + (d / h)^2) behind a toe."""
    assembly = d.solved.assembly
    facets, task = assembly.person.facets, assembly.task
    for i in range(12):
        j = i // 2
        level = assembly.model.levels[j]
        mid, center = joint_frame(d, j)
        disc = mid @ Rotation.from_rotvec(-0.5 * task.level[j]).as_matrix()
        anchor = center - mid @ (d.result["disc_translation"].values[j] * 1e-3)
        middle, axis = anchor + disc @ facets.axis_point[i], disc @ facets.axis[i]
        for point in facets.points[i]:
            at = center + d.turn[level.upper] @ point
            radial = (at - middle) - axis * ((at - middle) @ axis)
            depth = float(np.linalg.norm(radial)) - facets.radius[i]
            if depth > 0.0 and radial @ (disc @ facets.inward[i]) > 0.0:
                force = -facet_pressure(depth, facets) * facets.point_area[i] * radial / np.linalg.norm(radial)
                d.pair(level.upper, at, level.lower, at, force)
        add_tip(d, i, anchor, disc, center + d.turn[level.upper] @ facets.tip[i])


def add_tip(d: Diagram, i: int, anchor: Any, disc: Any, at: Any) -> None:
    """Tip of the upper process on the lamina below, along the lower vertebra's disc axis: a toe, then linear."""
    facets, level = d.solved.assembly.person.facets, d.solved.assembly.model.levels[i // 2]
    depth = facets.lamina[i] - (at - anchor) @ disc[:, 1]
    if depth > 0.0:
        toe = facets.tip_toe
        bent = 0.5 * depth**2 / toe if depth < toe else depth - 0.5 * toe
        d.pair(level.upper, at, level.lower, at, facets.tip_stiffness[i] * bent * disc[:, 1])


def facet_pressure(depth: float, facets: Any) -> float:
    """Return the pressure of cartilage closed by `depth` (m) beyond first contact; Pa."""
    d = 0.5 * depth**2 / facets.toe if depth < facets.toe else depth - 0.5 * facets.toe
    return facets.stiffness * d * (1.0 + (d / facets.thickness) ** 2)


def add_abdomen(d: Diagram) -> None:
    """Pressure pushes what lies above and below each disc apart, square to the disc, in front of its centre."""
    breath = d.solved.assembly.model.breath
    force = float(d.result["intra_abdominal_pressure"]) * 1e3 * breath.area * d.size**2
    for j, level in enumerate(d.solved.assembly.model.levels):
        mid, center = joint_frame(d, j)
        at = center + mid @ np.array(breath.center) * d.size
        d.pair(level.upper, at, level.lower, at, force * mid[:, 1])


def add_supports(d: Diagram) -> None:
    """Back rest and the like, which the result does not list: their size is the solver's."""
    assembly, work = d.solved.assembly, d.solved.work
    first = assembly.person.lines.n_fascicle + 2
    for k, support in enumerate(assembly.model.supports.values()):
        force = work.problem.x[first + k] * support.limit * np.array(support.direction)
        d.push(support.body, d.point(support.body, support.position), d.turn[support.body] @ force)


def settle_abdomen(d: Diagram) -> None:
    """Hand what pulls at the wall on: its force to the pelvis, its couple by shares to thorax and pelvis."""
    share = d.solved.assembly.model.abdomen_share
    force, couple = d.totals("abdomen")
    d.push("pelvis", d.place["abdomen"], force)
    d.couples["thorax"].append(share * couple)
    d.couples["pelvis"].append((1.0 - share) * couple)


def add_reserves(d: Diagram) -> None:
    for j, level in enumerate(d.solved.assembly.model.levels):
        moment = joint_frame(d, j)[0] @ named_vector(d.result["reserve_moment"].values[j])
        d.couples[level.upper].append(moment)
        d.couples[level.lower].append(-moment)


def hip_errors(whole: Diagram) -> dict[str, float]:
    """Return how far each hip is from its law: muscles and reserve carry the foot's share of the couple at the hips.

    The couple is what is left of the moment of all above once both hips push with their share of the force. A leg whose
    foot carries nothing hangs on the pelvis, and the muscles of its hip hold it.
    """
    solved = whole.solved
    loads = Diagram(solved)
    add_weights(loads)
    add_loads(loads)
    task, right = solved.assembly.task, float(solved.state.info[3])
    share = dict(zip(SIDES, (right, 1.0 - right), strict=True))
    hanging = [side for side in SIDES if task.support_right >= 0.0 and share[side] <= 0.0]
    legs = {side: _leg_weight(loads, side) for side in hanging}
    pushes = [push for body in CHAIN for push in loads.forces[body]] + [push for leg in legs.values() for push in leg]
    force = np.sum([f for _, f in pushes], axis=0)
    moment = np.sum([np.cross(at, f) for at, f in pushes] + [c for body in CHAIN for c in loads.couples[body]], axis=0)
    moment = moment - sum(share[side] * np.cross(_joint(loads, f"hip_{side}"), force) for side in SIDES)
    errors = {}
    for side in SIDES:
        told = loads.result["hip_moment"].sel(side=side).values
        hip = _joint(loads, f"hip_{side}")
        own = sum((np.cross(at - hip, f) for at, f in legs.get(side, [])), np.zeros(3))
        left = told + loads.result["hip_reserve_moment"].sel(side=side).values + share[side] * moment - own
        left = left + passive_hip(whole, side)
        errors[side] = float(np.abs([left, told - whole.hip_muscles[side]]).max())
    if task.support_right < 0.0 and 0.0 < right < 1.0:
        errors["share"] = abs(float(moment[0]))
    return errors


def _leg_weight(d: Diagram, side: str) -> list[tuple[Vector, Vector]]:
    task, model, factor = d.solved.assembly.task, d.solved.assembly.model, d.solved.assembly.subject.mass_factors
    weights = []
    for part in ("thigh", "shank"):
        body = model.bodies[f"{part}_right"]
        weights.append((d.point(f"{part}_{side}", body.center_of_mass, side), body.mass * factor[part] * task.gravity))
    return weights


def add_hips(d: Diagram) -> None:
    """Hip contact and reserve on the pelvis (its muscles are drawn already); nothing where a seat or bed holds it."""
    if d.solved.assembly.task.contact != FEET:
        return
    for side in SIDES:
        d.push("pelvis", _joint(d, f"hip_{side}"), d.result["hip_reaction"].sel(side=side).values)
        d.couples["pelvis"].append(d.result["hip_reserve_moment"].sel(side=side).values)
        d.couples["pelvis"].append(passive_hip(d, side))


def passive_hip(d: Diagram, side: str) -> Vector:
    """Return the moment on the pelvis that the slope of the stored energy gives, written out from the model file."""
    step, moment = 1e-5, np.zeros(3)
    for i, axis in enumerate(np.eye(3)):
        ends = [
            _hip_energy(d, side, Rotation.from_rotvec(sign * step * axis).as_matrix() @ d.turn["pelvis"])
            for sign in (1.0, -1.0)
        ]
        moment[i] = -(ends[0] - ends[1]) / (2.0 * step)
    return moment


def _hip_energy(d: Diagram, side: str, pelvis: Any) -> float:
    """Return what a healthy hip stores while the pelvis stands so: flexion, adduction and inward turn of the thigh."""
    laws, subject = d.solved.assembly.model.hips, d.solved.assembly.subject
    sign = 1.0 if side == "right" else -1.0
    angles = Rotation.from_matrix(pelvis.T @ d.turn[f"thigh_{side}"]).as_euler("ZXY") * [1.0, sign, sign]
    ways = ("flexion", "extension", "adduction", "abduction", "internal_rotation", "external_rotation")
    total = 0.0
    for n, way in enumerate(ways):
        law, turn = laws[way], angles[n // 2] * (1.0, -1.0)[n % 2]
        own = subject.strength * subject.length * law.moment / np.expm1(law.angle / law.growth)
        total += own * (law.growth * np.exp(turn / law.growth) - turn)
    return float(total)
