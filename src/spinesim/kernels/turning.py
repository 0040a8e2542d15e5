"""How far every level is turned once pelvis and vertebrae have turned from the posture, the thorax staying."""

from spinesim.kernels import kinematics, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import (
    LEAN,
    LIST,
    N_LEVEL,
    N_POSED,
    N_TILT,
    N_TURN,
    ROTATION,
    THORAX,
    Floats,
    Frames,
    Skeleton,
    Task,
)

MOST_ROUNDS = 8
STAYS = 1e-15  # rad the thorax may turn


@kernel
def turn_levels(skeleton: Skeleton, task: Task, tilt: Floats, frames: Frames) -> None:
    """Update frames.turns and frames.lean given what turned from the posture, `tilt` (18,) rad."""
    if task.turns > N_TILT:
        _turn_pelvis(skeleton, task, tilt, frames)
        _turn_vertebrae(skeleton, tilt, task.turns == N_TURN, frames)
        return
    frames.lean[:] = 0.0
    _follow(task, 0.0, 0.0, 0.0, frames.turns)
    for v in range(N_TILT):
        frames.turns[v, 2] -= tilt[v]
        frames.turns[v + 1, 2] += tilt[v]


@kernel
def _follow(task: Task, x: float, y: float, z: float, turns: Floats) -> None:
    """Write the posture's level rotations, less what a pelvis turned by (x, y, z) asks of them."""
    for j in range(N_LEVEL):
        dx, dy, dz = vec3.rotate_at(task.follow, j, x, y, z)
        turns[j, 0], turns[j, 1], turns[j, 2] = task.level[j, 0] - dx, task.level[j, 1] - dy, task.level[j, 2] - dz


@kernel
def _turn_pelvis(skeleton: Skeleton, task: Task, tilt: Floats, frames: Frames) -> None:
    """Do so for the pelvis: the levels take up what keeps the thorax, by Newton's steps from the same angles."""
    r, lean, scratch = frames.r, frames.lean, frames.turn
    lean[:] = 0.0
    _follow(task, 0.0, 0.0, 0.0, frames.turns)
    kinematics.orient_levels(skeleton, task, frames)
    if tilt[LIST] == 0.0 and tilt[ROTATION] == 0.0 and tilt[LEAN] == 0.0:
        return
    vec3.copy(r[THORAX], frames.goal)
    _pelvis_turn(task.pelvis, tilt[LIST], tilt[ROTATION], tilt[LEAN], scratch, lean)
    x, y, z = lean[0], lean[1], lean[2]
    for _ in range(MOST_ROUNDS):
        _follow(task, x, y, z, frames.turns)
        kinematics.orient_levels(skeleton, task, frames)
        vec3.between(r[THORAX], frames.goal, scratch[0])
        ex, ey, ez = vec3.rotation_vector(scratch[0])
        if abs(ex) + abs(ey) + abs(ez) <= STAYS:
            return
        ex, ey, ez = vec3.rotate_at(r, THORAX, ex, ey, ez)
        _thorax_by_pelvis(task.follow, frames.mid, scratch[0], scratch[1])
        ex, ey, ez = vec3.solve3(scratch[1], ex, ey, ez)
        x, y, z = x - ex, y - ey, z - ez


@kernel
def _pelvis_turn(pelvis: Floats, side: float, twist: float, back: float, scratch: Floats, lean: Floats) -> None:
    """Write the rotation vector, pelvis's own axes, of a pelvis that turns about the vertical by `twist`, then lists by
    `side`, then leans `back`, as tilt, list and rotation are told: so each stays in its own range.
    """
    lean[0], lean[1], lean[2] = side, twist, back
    if side == 0.0 and twist == 0.0:
        return
    first, second, third = scratch[0], scratch[1], scratch[2]
    vec3.rotation(0.0, twist, 0.0, first)
    vec3.rotation(side, 0.0, 0.0, second)
    vec3.multiply(first, second, third)
    vec3.rotation(pelvis[0], pelvis[1], pelvis[2], first)
    vec3.multiply(third, first, second)
    vec3.rotation(0.0, 0.0, back, third)
    vec3.multiply(second, third, first)
    vec3.rotation(pelvis[0], pelvis[1], pelvis[2], second)
    vec3.between(second, first, third)
    lean[0], lean[1], lean[2] = vec3.rotation_vector(third)


@kernel
def _thorax_by_pelvis(follow: Floats, mid: Floats, product: Floats, out: Floats) -> None:
    """Write how the thorax turns back, global, by what is asked of the levels: the sum of mid frames times shares."""
    out[:, :] = 0.0
    for j in range(N_LEVEL):
        vec3.multiply(mid[j], follow[j], product)
        for i in range(3):
            for k in range(3):
                out[i, k] += product[i, k]


@kernel
def _turn_vertebrae(skeleton: Skeleton, tilt: Floats, sideways: bool, frames: Frames) -> None:
    """Turn each vertebra about its own axes, all others staying, and write what that leaves of the levels' turns."""
    r, turns, scratch = frames.r, frames.turns, frames.turn
    for v in range(N_TILT):
        x, y = (tilt[N_POSED + v], tilt[N_POSED + N_TILT + v]) if sideways else (0.0, 0.0)
        vec3.rotation(x, y, tilt[v], scratch[0])
        vec3.multiply(r[5 - v], scratch[0], scratch[1])
        vec3.copy(scratch[1], r[5 - v])
    for j in range(N_LEVEL):
        vec3.between(r[6 - j], r[5 - j], scratch[0])
        vec3.multiply(scratch[0], skeleton.disc_in_lower[j], scratch[1])
        vec3.multiply(skeleton.upper_in_disc[j], scratch[1], scratch[2])
        x, y, z = vec3.rotation_vector(scratch[2])
        turns[j, 0], turns[j, 1], turns[j, 2] = -x, -y, -z
