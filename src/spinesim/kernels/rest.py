"""Where a disc is free of stress, when the unloaded segment rests in neutral with its ligaments' pretension on it."""

from spinesim.kernels import disc
from spinesim.kernels.cholesky import cholesky_solve
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Discs, Floats

STEPS = 20  # Newton's method on a convex energy: six are enough for pretensions of some newtons
SMALL = 1e-15  # rad and m: no step is smaller


@kernel
def disc_slopes(discs: Discs, j: int, q: Floats, slope: Floats, curvature: Floats) -> None:
    """Write dU/dq (3,) and d2U/dq2 (3, 3, upper triangle) of disc j at q: anterior shear and shortening (m), sagittal
    rotation (rad).
    """
    b, a, last, ks = discs.b[j, 2], discs.a[j, 2], discs.last_moment[j, 2], discs.k_shear[j]
    moment = disc.bending(b, a, last, q[2])[1]
    _, force, rate = disc.axial(discs, j, q[1])
    by_shear, vx, vxx = disc.bow(ks / discs.force, discs.toe[j], q[0])
    by_turn, vt, vtt = disc.bow(b / (a * discs.force), discs.core_turn * a, q[2])
    _, push, stiff = disc.core(discs, j, q[1] + by_shear + by_turn)
    slope[0], slope[1], slope[2] = ks * q[0] + push * vx, force + push, moment + push * vt
    bend = (min(abs(moment), last) + b) / a
    h = curvature
    h[0, 0], h[1, 1], h[2, 2] = ks + push * vxx + stiff * vx * vx, rate + stiff, bend + push * vtt + stiff * vt * vt
    h[0, 1], h[0, 2], h[1, 2] = stiff * vx, stiff * vx * vt, stiff * vt


@kernel
def preset(discs: Discs, force: Floats, moment: Floats, q: Floats, step: Floats, out: Floats, h: Floats) -> None:
    """Write to rest_shift and rest_turn where each disc is free of stress, so that it holds a pretension in neutral.

    `force` (level, 3) N and `moment` (level, 3) N m: of the ligaments on the upper body, about its anchor, disc frame,
    at u = theta = 0. Symmetric spines alone: what lies outside the sagittal plane is taken as zero.
    `q`, `step`, `out` (3,) and `h` (3, 3) are scratch.
    """
    for j in range(force.shape[0]):
        q[0], q[1], q[2] = 0.0, 0.0, 0.0
        for _ in range(STEPS):
            disc_slopes(discs, j, q, out, h)
            out[0], out[1], out[2] = force[j, 0] - out[0], -force[j, 1] - out[1], moment[j, 2] - out[2]
            cholesky_solve(h, out, step, 3)
            q[0], q[1], q[2] = q[0] + step[0], q[1] + step[1], q[2] + step[2]
            if max(abs(step[0]), abs(step[1]), abs(step[2])) < SMALL:
                break
        discs.rest_shift[j, 0], discs.rest_shift[j, 1], discs.rest_turn[j, 2] = -q[0], q[1], -q[2]
