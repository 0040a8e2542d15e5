"""Where every body is: orientations from the posture once, origins from the disc translations at each step."""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import (
    ABDOMEN,
    ARM_REACH,
    FROM_CHEST,
    N_LEVEL,
    PELVIS,
    THORAX,
    Floats,
    Frames,
    Skeleton,
    Task,
)


@kernel
def orient_bodies(skeleton: Skeleton, task: Task, frames: Frames) -> None:
    """Update frames.r (body, 3, 3) and frames.mid (level, 3, 3) given the posture, frames.turns and frames.lean."""
    r, step, disc = frames.r, frames.turn[0], frames.turn[1]
    orient_levels(skeleton, task, frames)
    for s in range(2):
        orient_leg(task, s, 0.0, step, r)
    _turn_abdomen(skeleton.abdomen_share, r, step, disc)


@kernel
def orient_leg(task: Task, s: int, more: float, step: Floats, r: Floats) -> None:
    """Do so for one leg, `more` rad about the global x axis added."""
    vec3.rotation(task.thigh[s, 0] + more, task.thigh[s, 1], task.thigh[s, 2], r[7 + s])
    vec3.rotation(0.0, 0.0, -task.knee[s], step)
    vec3.multiply(r[7 + s], step, r[9 + s])


@kernel
def orient_levels(skeleton: Skeleton, task: Task, frames: Frames) -> None:
    """Do so for the pelvis, the vertebrae and the thorax."""
    r, mid = frames.r, frames.mid
    step, disc = frames.turn[0], frames.turn[1]
    vec3.rotation(task.pelvis[0], task.pelvis[1], task.pelvis[2], step)
    vec3.rotation(frames.lean[0], frames.lean[1], frames.lean[2], disc)
    vec3.multiply(step, disc, r[PELVIS])
    for j in range(N_LEVEL - 1, -1, -1):
        t = frames.turns[j]
        vec3.multiply(r[5 - j], skeleton.disc_in_lower[j], disc)
        vec3.rotation(0.5 * t[0], 0.5 * t[1], 0.5 * t[2], step)
        vec3.multiply(disc, step, mid[j])
        vec3.multiply(mid[j], step, disc)
        vec3.multiply(disc, skeleton.upper_in_disc[j], r[6 - j])


@kernel
def _turn_abdomen(share: float, r: Floats, step: Floats, relative: Floats) -> None:
    """Turn the abdominal frame by its share of the thorax's rotation against the pelvis."""
    vec3.between(r[PELVIS], r[THORAX], relative)
    x, y, z = vec3.rotation_vector(relative)
    vec3.rotation(share * x, share * y, share * z, step)
    vec3.multiply(r[PELVIS], step, r[ABDOMEN])


@kernel
def place_bodies(skeleton: Skeleton, u: Floats, frames: Frames) -> None:
    """Update frames.o (body, 3) and frames.a_up (level, 3) given orientations and disc translations; the pelvis stays
    at 0.
    """
    o, r, mid, a_up = frames.o, frames.r, frames.mid, frames.a_up
    anchor, top, hip, knee = skeleton.lower_anchor, skeleton.upper_anchor, skeleton.hip, skeleton.knee
    o[PELVIS, 0], o[PELVIS, 1], o[PELVIS, 2] = 0.0, 0.0, 0.0
    for j in range(N_LEVEL - 1, -1, -1):
        low, high = 5 - j, 6 - j
        ax, ay, az = vec3.rotate_at(r, low, anchor[j, 0], anchor[j, 1], anchor[j, 2])
        ux, uy, uz = vec3.rotate_at(mid, j, u[j, 0], u[j, 1], u[j, 2])
        tx, ty, tz = vec3.rotate_at(r, high, top[j, 0], top[j, 1], top[j, 2])
        x, y, z = o[low, 0] + ax + ux, o[low, 1] + ay + uy, o[low, 2] + az + uz
        a_up[j, 0], a_up[j, 1], a_up[j, 2] = x, y, z
        o[high, 0], o[high, 1], o[high, 2] = x - tx, y - ty, z - tz
    q = skeleton.abdomen_origin
    o[ABDOMEN, 0], o[ABDOMEN, 1], o[ABDOMEN, 2] = vec3.rotate_at(r, PELVIS, q[0], q[1], q[2])
    for s in range(2):
        x, y, z = vec3.rotate_at(r, PELVIS, hip[s, 0], hip[s, 1], hip[s, 2])
        o[7 + s, 0], o[7 + s, 1], o[7 + s, 2] = x, y, z
        kx, ky, kz = vec3.rotate_at(r, 7 + s, knee[s, 0], knee[s, 1], knee[s, 2])
        o[9 + s, 0], o[9 + s, 1], o[9 + s, 2] = x + kx, y + ky, z + kz


@kernel
def anchor_point(chest: Floats, r: Floats, o: Floats, a_up: Floats, anchor: int) -> tuple[float, float, float]:
    """Return what a hand target is measured from: forward and sideways the L5-S1 disc or the chest, upwards the
    mid-hip.
    """
    if anchor == FROM_CHEST:
        x, _, z = vec3.rotate_at(r, THORAX, chest[0], chest[1], chest[2])
        return x + o[THORAX, 0], 0.0, z + o[THORAX, 2]
    return a_up[5, 0], 0.0, a_up[5, 2]


@kernel
def place_arms(skeleton: Skeleton, task: Task, frames: Frames) -> None:
    """Update frames.arm (side, 4, 3): shoulder, elbow, wrist and hand, global."""
    q, o, arm, target = skeleton.shoulder, frames.o, frames.arm, task.hand_target
    c, d = math.cos(task.shoulder_twist), math.sin(task.shoulder_twist)
    for s in range(2):
        x, y, z = vec3.rotate_at(frames.r, THORAX, c * q[s, 0] + d * q[s, 2], q[s, 1], c * q[s, 2] - d * q[s, 0])
        arm[s, 0, 0], arm[s, 0, 1], arm[s, 0, 2] = x + o[THORAX, 0], y + o[THORAX, 1], z + o[THORAX, 2]
        if task.arm_mode[s] == ARM_REACH:
            x, y, z = anchor_point(skeleton.chest, frames.r, o, frames.a_up, task.hand_anchor[s])
            _reach(skeleton.arm_length, arm, s, x + target[s, 0], y + target[s, 1], z + target[s, 2])
        else:
            _hang(skeleton.arm_length, task.arm_angles, task.shoulder_twist, arm, s)


@kernel
def _reach(size: Floats, arm: Floats, s: int, x: float, y: float, z: float) -> None:
    """Two-link arm towards a point, elbow low and back; straight towards points out of reach."""
    upper, lower = size[0], size[1] + size[2]
    x, y, z = x - arm[s, 0, 0], y - arm[s, 0, 1], z - arm[s, 0, 2]
    distance = max(math.sqrt(x * x + y * y + z * z), 1e-6)
    x, y, z = x / distance, y / distance, z / distance
    d = min(max(distance, abs(upper - lower) + 1e-4), upper + lower)
    along = (upper * upper - lower * lower + d * d) / (2.0 * d)
    out = math.sqrt(max(upper * upper - along * along, 0.0))
    # The elbow leaves the shoulder-hand line downwards and a little backwards.
    bx, by, bz = -0.3, -1.0, 0.0
    dot = bx * x + by * y + bz * z
    bx, by, bz = bx - dot * x, by - dot * y, bz - dot * z
    width = math.sqrt(bx * bx + by * by + bz * bz)
    if width < 1e-6:
        bx, by, bz, width = 1.0 - x * x, -x * y, -x * z, math.sqrt(max(1.0 - x * x, 1e-12))
    k = out / width
    arm[s, 1, 0], arm[s, 1, 1], arm[s, 1, 2] = (
        arm[s, 0, 0] + along * x + k * bx,
        arm[s, 0, 1] + along * y + k * by,
        arm[s, 0, 2] + along * z + k * bz,
    )
    arm[s, 3, 0], arm[s, 3, 1], arm[s, 3, 2] = arm[s, 0, 0] + d * x, arm[s, 0, 1] + d * y, arm[s, 0, 2] + d * z
    share = size[1] / lower
    for i in range(3):
        arm[s, 2, i] = arm[s, 1, i] + share * (arm[s, 3, i] - arm[s, 1, i])


@kernel
def _hang(size: Floats, angles: Floats, twist: float, arm: Floats, s: int) -> None:
    """Arm by joint angles, shoulder flexion from straight down (global), abduction outwards, elbow flexion."""
    flexion, abduction, elbow = angles[s, 0], angles[s, 1], angles[s, 2]
    side = (1.0 - 2.0 * s) * math.sin(abduction)
    down = math.cos(abduction)
    c, d = math.cos(twist), math.sin(twist)
    for part in range(3):
        turn = flexion if part == 0 else flexion + elbow
        x, y, z = down * math.sin(turn), -down * math.cos(turn), side
        x, z = c * x + d * z, c * z - d * x
        arm[s, part + 1, 0] = arm[s, part, 0] + size[part] * x
        arm[s, part + 1, 1] = arm[s, part, 1] + size[part] * y
        arm[s, part + 1, 2] = arm[s, part, 2] + size[part] * z
