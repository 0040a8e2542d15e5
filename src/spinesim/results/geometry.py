"""Where everything is, for drawing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinesim.assembly import Assembly
from spinesim.assembly.person import about_z
from spinesim.kernels.tables import THORAX, Floats, Work
from spinesim.model.spine import CHAIN
from spinesim.variables import dimensions


def geometry_values(assembly: Assembly, work: Work) -> dict[str, Any]:
    """Return positions, orientations and outlines, global axes, m; the pelvis origin (mid-hip) is at 0."""
    n = work.forces.count[0]
    first = n - assembly.task.load_where.size
    place = np.array([work.frames.o[work.forces.body[i]] + work.forces.offset[i] for i in range(first, n)]).reshape(
        -1, 3
    )
    return {
        "body_position": work.frames.o[:11].copy(),
        "body_orientation": work.frames.r[:11].copy(),
        "vertebra_outline": _outlines(assembly, work),
        "joint_position": _joints(assembly, work),
        "load_position": place,
        "load_force": work.forces.force[first:n].copy(),
        "gravity": assembly.task.gravity.copy(),
        "center_of_mass": _center_of_mass(assembly, work, place),
    }


def _outlines(assembly: Assembly, work: Work) -> Floats:
    """Return (body, corner, axis): lumbar bodies in their own frames, T12 and S1 on the planes that their discs have in
    standing.
    """
    out = np.full((11, 4, 3), math.nan)
    skeleton, scale, curve = assembly.person.skeleton, assembly.subject.length, assembly.model.upright_curve
    for name, (depth, front, back) in assembly.model.outlines.items():
        b = CHAIN.index(name)
        axes, center = work.frames.r[b], work.frames.o[b]
        lift = 0.0
        if name == "thorax":
            axes = work.frames.r[b] @ skeleton.upper_in_disc[0].T @ about_z(-0.5 * curve[0])
            center = work.frames.o[b] + work.frames.r[b] @ skeleton.upper_anchor[0]
            lift = 0.5 * assembly.model.discs[0].height[1] + 0.25 * (front + back)
        elif name == "pelvis":
            axes = work.frames.r[b] @ skeleton.disc_in_lower[5] @ about_z(0.5 * curve[5])
            center = work.frames.o[b] + work.frames.r[b] @ skeleton.lower_anchor[5]
            lift = -0.5 * assembly.model.discs[5].height[1] - 0.25 * (front + back)
        half = 0.5 * depth
        corners = [(half, 0.5 * front), (-half, 0.5 * back), (-half, -0.5 * back), (half, -0.5 * front)]
        for c, (x, y) in enumerate(corners):
            out[b, c] = center + axes @ (np.array([x, y + lift, 0.0]) * scale)
    return out


def _joints(assembly: Assembly, work: Work) -> Floats:
    names = list(dimensions()["joint"].labels or ())
    out = np.full((len(names), 3), math.nan)
    scale = assembly.subject.length
    for landmark in ("head", "neck"):
        point = np.array(assembly.model.landmarks[landmark][1]) * scale
        out[names.index(landmark)] = work.frames.o[THORAX] + work.frames.r[THORAX] @ point
    for s, side in enumerate(("right", "left")):
        ankle = work.frames.o[9 + s] + work.frames.r[9 + s] @ (np.array(assembly.model.ankle) * scale)
        places = {
            "shoulder": work.frames.arm[s, 0],
            "elbow": work.frames.arm[s, 1],
            "hand": work.frames.arm[s, 3],
            "hip": work.frames.o[7 + s],
            "knee": work.frames.o[9 + s],
            "ankle": ankle,
        }
        for joint, place in places.items():
            out[names.index(f"{joint}_{side}")] = place
    return out


def _center_of_mass(assembly: Assembly, work: Work, load_places: Floats) -> Floats:
    """Return the centre of mass of all above the hips with what is carried."""
    skeleton = assembly.person.skeleton
    masses = [*skeleton.mass[:7], *assembly.task.load_mass]
    places = [work.frames.o[b] + work.frames.r[b] @ skeleton.com[b] for b in range(7)] + list(load_places)
    for s in range(2):
        for part in range(3):
            a, b = work.frames.arm[s, part], work.frames.arm[s, part + 1]
            masses.append(skeleton.arm_mass[part])
            places.append(a + skeleton.arm_center[part] * (b - a))
    return np.average(np.array(places), axis=0, weights=np.array(masses))
