"""Where every body is: orientations from the posture once, origins from the disc translations at each step."""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import inner
from spinesim.kernels.tables import (
    ABDOMEN,
    ARM_REACH,
    FROM_CHEST,
    N_LEVEL,
    PELVIS,
    THORAX,
    Floats,
    Skeleton,
    Task,
    Work,
)


@inner
def orient_bodies(skeleton: Skeleton, task: Task, work: Work) -> None:
    """Update work.r (body, 3, 3) and work.mid (level, 3, 3) given the posture."""
    r = work.r
    step, disc = work.turn[0], work.turn[1]
    vec3.rotation(task.pelvis[0], task.pelvis[1], task.pelvis[2], r[PELVIS])
    for j in range(N_LEVEL - 1, -1, -1):
        t = task.level[j]
        vec3.multiply(r[5 - j], skeleton.disc_in_lower[j], disc)
        vec3.rotation(0.5 * t[0], 0.5 * t[1], 0.5 * t[2], step)
        vec3.multiply(disc, step, work.mid[j])
        vec3.multiply(work.mid[j], step, disc)
        vec3.multiply(disc, skeleton.upper_in_disc[j], r[6 - j])
    for s in range(2):
        vec3.rotation(task.thigh[s, 0], task.thigh[s, 1], task.thigh[s, 2], r[7 + s])
        vec3.rotation(0.0, 0.0, -task.knee[s], step)
        vec3.multiply(r[7 + s], step, r[9 + s])
    _turn_abdomen(skeleton, work, step, disc)


@inner
def _turn_abdomen(skeleton: Skeleton, work: Work, step: Floats, relative: Floats) -> None:
    """Turn the abdominal frame by its share of the thorax's rotation against the pelvis."""
    p, t = work.r[PELVIS], work.r[THORAX]
    for i in range(3):
        for k in range(3):
            relative[i, k] = p[0, i] * t[0, k] + p[1, i] * t[1, k] + p[2, i] * t[2, k]
    x, y, z = vec3.rotation_vector(relative)
    share = skeleton.abdomen_share
    vec3.rotation(share * x, share * y, share * z, step)
    vec3.multiply(p, step, work.r[ABDOMEN])


@inner
def place_bodies(skeleton: Skeleton, u: Floats, work: Work) -> None:
    """Update work.o (body, 3) and work.a_up (level, 3) given orientations and disc translations; the pelvis stays at
    0.
    """
    o, r = work.o, work.r
    o[PELVIS] = 0.0
    for j in range(N_LEVEL - 1, -1, -1):
        low, anchor, top = 5 - j, skeleton.lower_anchor[j], skeleton.upper_anchor[j]
        ax, ay, az = vec3.rotate(r[low], anchor[0], anchor[1], anchor[2])
        ux, uy, uz = vec3.rotate(work.mid[j], u[j, 0], u[j, 1], u[j, 2])
        tx, ty, tz = vec3.rotate(r[6 - j], top[0], top[1], top[2])
        x, y, z = o[low, 0] + ax + ux, o[low, 1] + ay + uy, o[low, 2] + az + uz
        work.a_up[j, 0], work.a_up[j, 1], work.a_up[j, 2] = x, y, z
        o[6 - j, 0], o[6 - j, 1], o[6 - j, 2] = x - tx, y - ty, z - tz
    q = skeleton.abdomen_origin
    o[ABDOMEN, 0], o[ABDOMEN, 1], o[ABDOMEN, 2] = vec3.rotate(r[PELVIS], q[0], q[1], q[2])
    for s in range(2):
        p = skeleton.hip[s]
        o[7 + s, 0], o[7 + s, 1], o[7 + s, 2] = vec3.rotate(r[PELVIS], p[0], p[1], p[2])
        k = skeleton.knee[s]
        x, y, z = vec3.rotate(r[7 + s], k[0], k[1], k[2])
        o[9 + s, 0], o[9 + s, 1], o[9 + s, 2] = o[7 + s, 0] + x, o[7 + s, 1] + y, o[7 + s, 2] + z


@inner
def anchor_point(skeleton: Skeleton, work: Work, anchor: int) -> tuple[float, float, float]:
    """Return what a hand target is measured from: forward and sideways the L5-S1 disc or the chest, upwards the
    mid-hip.
    """
    if anchor == FROM_CHEST:
        c = skeleton.chest
        x, _, z = vec3.rotate(work.r[THORAX], c[0], c[1], c[2])
        return x + work.o[THORAX, 0], 0.0, z + work.o[THORAX, 2]
    return work.a_up[5, 0], 0.0, work.a_up[5, 2]


@inner
def place_arms(skeleton: Skeleton, task: Task, work: Work) -> None:
    """Update work.arm (side, 4, 3): shoulder, elbow, wrist and hand, global."""
    for s in range(2):
        q = skeleton.shoulder[s]
        c, d = math.cos(task.shoulder_twist), math.sin(task.shoulder_twist)
        x, y, z = vec3.rotate(work.r[THORAX], c * q[0] + d * q[2], q[1], c * q[2] - d * q[0])
        arm = work.arm[s]
        arm[0, 0], arm[0, 1], arm[0, 2] = x + work.o[THORAX, 0], y + work.o[THORAX, 1], z + work.o[THORAX, 2]
        if task.arm_mode[s] == ARM_REACH:
            x, y, z = anchor_point(skeleton, work, task.hand_anchor[s])
            target = task.hand_target[s]
            _reach(skeleton, arm, x + target[0], y + target[1], z + target[2])
        else:
            _hang(skeleton, task.arm_angles[s], 1.0 - 2.0 * s, task.shoulder_twist, work.r[THORAX], arm)


@inner
def _reach(skeleton: Skeleton, arm: Floats, x: float, y: float, z: float) -> None:
    """Two-link arm towards a point, elbow low and back; straight towards points out of reach."""
    upper, lower = skeleton.arm_length[0], skeleton.arm_length[1] + skeleton.arm_length[2]
    x, y, z = x - arm[0, 0], y - arm[0, 1], z - arm[0, 2]
    distance = max(math.sqrt(x * x + y * y + z * z), 1e-6)
    x, y, z = x / distance, y / distance, z / distance
    d = min(max(distance, abs(upper - lower) + 1e-4), upper + lower)
    along = (upper * upper - lower * lower + d * d) / (2.0 * d)
    out = math.sqrt(max(upper * upper - along * along, 0.0))
    # The elbow leaves the shoulder-hand line downwards and a little backwards.
    bx, by, bz = -0.3, -1.0, 0.0
    dot = bx * x + by * y + bz * z
    bx, by, bz = bx - dot * x, by - dot * y, bz - dot * z
    size = math.sqrt(bx * bx + by * by + bz * bz)
    if size < 1e-6:
        bx, by, bz, size = 1.0 - x * x, -x * y, -x * z, math.sqrt(max(1.0 - x * x, 1e-12))
    k = out / size
    arm[1, 0], arm[1, 1], arm[1, 2] = (
        arm[0, 0] + along * x + k * bx,
        arm[0, 1] + along * y + k * by,
        arm[0, 2] + along * z + k * bz,
    )
    arm[3, 0], arm[3, 1], arm[3, 2] = arm[0, 0] + d * x, arm[0, 1] + d * y, arm[0, 2] + d * z
    share = skeleton.arm_length[1] / lower
    for i in range(3):
        arm[2, i] = arm[1, i] + share * (arm[3, i] - arm[1, i])


@inner
def _hang(skeleton: Skeleton, angles: Floats, outward: float, twist: float, thorax: Floats, arm: Floats) -> None:
    """Arm by joint angles, shoulder flexion from straight down (global), abduction outwards, elbow flexion."""
    flexion, abduction, elbow = angles[0], angles[1], angles[2]
    side = outward * math.sin(abduction)
    down = math.cos(abduction)
    for part in range(3):
        turn = flexion if part == 0 else flexion + elbow
        x, y, z = down * math.sin(turn), -down * math.cos(turn), side
        c, d = math.cos(twist), math.sin(twist)
        x, z = c * x + d * z, c * z - d * x
        length = skeleton.arm_length[part]
        arm[part + 1, 0], arm[part + 1, 1], arm[part + 1, 2] = (
            arm[part, 0] + length * x,
            arm[part, 1] + length * y,
            arm[part, 2] + length * z,
        )
