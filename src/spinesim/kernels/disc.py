"""Disc law with an energy: axial toe, shear and exponential rotation, and a core that preload sets up against bending.

U(u, theta) = C(s) + k_s (u_x^2 + u_z^2) / 2 + sum_i U_i(theta_i) + P(s + V(u_x, u_z, theta)),  s = -u_y,
with u the translation of the upper body in the disc's mid frame (half of the rotation) and theta the rotation vector,
both from where the disc is free of stress. P is the part of the axial law that a bent or sheared disc shortens too, by
V: under compression its force p = P' adds the moments p dV/dtheta. C, P, V and U_i are convex and P never falls, so
that U is convex: no preload can make a bent disc snap, as it can when g(F) multiplies the law.
"""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Discs, Floats

HIGHEST_POWER = 50.0  # of e: far beyond any knee
NEAR_ZERO = 0.05  # rad, half an angle below which a series is nearer
STEEPEST = 0.375 * math.sqrt(3.0)  # of x^2 / (1 + x^2): its greatest slope


@kernel
def axial(discs: Discs, j: int, shortening: float) -> tuple[float, float, float]:
    """Return C: energy (J), force (N) and stiffness (N/m) at a shortening (m): toe, then linear either way.

    What the core leaves of the initial stiffness grows to the linear one in compression and to the initial one in
    tension.
    """
    k0, toe = discs.k_initial[j] - discs.k_core[j], discs.toe[j]
    k1 = discs.k_linear[j] if shortening > 0.0 else discs.k_initial[j]
    d, sign = abs(shortening), math.copysign(1.0, shortening)
    curve = (k1 - k0) / toe
    if d < toe:
        return 0.5 * k0 * d * d + curve * d * d * d / 6.0, sign * (k0 * d + 0.5 * curve * d * d), k0 + curve * d
    rest, f_toe = d - toe, 0.5 * (k0 + k1) * toe
    stored = (0.5 * k0 + curve * toe / 6.0) * toe * toe + f_toe * rest + 0.5 * k1 * rest * rest
    return stored, sign * (f_toe + k1 * rest), k1


@kernel
def core(discs: Discs, j: int, shortening: float) -> tuple[float, float, float]:
    """Return P: energy (J), force (N) and stiffness (N/m) of the core at its shortening (m): p = q x^2 / (1 + x^2).

    x is the shortening over the core's length, q such that the greatest stiffness is k_core. A core that is pulled is
    slack; one that is hardly pressed hardly resists, so that an unloaded disc bends as if it had none.
    """
    if shortening <= 0.0:
        return 0.0, 0.0, 0.0
    h = discs.core_length[j]
    x, most = shortening / h, discs.k_core[j] * h / STEEPEST
    below = 1.0 + x * x
    return most * h * (x - math.atan(x)), most * x * x / below, 2.0 * most * x / (h * below * below)


@kernel
def bow(stiffness: float, width: float, x: float) -> tuple[float, float, float]:
    """Return V, V' and V'' of V = k w^2 (sqrt(1 + (x / w)^2) - 1): quadratic, then linear beyond the width w."""
    ratio = x / width
    root = math.sqrt(1.0 + ratio * ratio)
    return stiffness * width * width * (root - 1.0), stiffness * x / root, stiffness / (root * root * root)


@kernel
def bending(b: float, a: float, last: float, angle: float) -> tuple[float, float]:
    """Return U (J) and M = dU/dangle (N m) of M = b (exp(|angle| / a) - 1), which goes on with its tangent beyond
    `last`.
    """
    t, sign = abs(angle), math.copysign(1.0, angle)
    e = math.expm1(min(t / a, HIGHEST_POWER))
    if b * e <= last:
        return b * (a * e - t), sign * b * e
    knee, slope = a * math.log(last / b + 1.0), (last + b) / a
    d = t - knee
    return last * a - b * knee + last * d + 0.5 * slope * d * d, sign * (last + slope * d)


@kernel
def bending_slope(b: float, a: float, last: float, angle: float) -> float:
    """Return dM/dangle (N m/rad) of `bending`; it is greater than zero everywhere."""
    return (min(b * math.expm1(min(abs(angle) / a, HIGHEST_POWER)), last) + b) / a


@kernel
def energy(discs: Discs, j: int, u: Floats, theta: Floats) -> float:
    """Return the stored energy (J) of disc j."""
    rest = discs.rest_shift
    x, y, z = u[0] - rest[j, 0], u[1] - rest[j, 1], u[2] - rest[j, 2]
    square = x * x + z * z
    shortening = -y + bow(discs.k_shear[j] / discs.force, discs.toe[j], math.sqrt(square))[0]
    e = axial(discs, j, -y)[0] + 0.5 * discs.k_shear[j] * square
    for i in range(3):
        b, a, angle = discs.b[j, i], discs.a[j, i], theta[i] - discs.rest_turn[j, i]
        e += bending(b, a, discs.last_moment[j, i], angle)[0]
        shortening += bow(b / (a * discs.force), discs.core_turn * a, angle)[0]
    return e + core(discs, j, shortening)[0]


@kernel
def turning(theta: Floats, direct: Floats, arm: Floats) -> None:
    """Write what turns energy gradients into mid-frame moments: N = exp(theta/2)^T J_l(theta)^-T and P = N
    J_l(theta/2) / 2.

    The moment on the upper body about its anchor is -(N dU/dtheta - P (u x dU/du)).
    """
    square = theta[0] * theta[0] + theta[1] * theta[1] + theta[2] * theta[2]
    h2 = 0.25 * square
    h = math.sqrt(h2)
    if h < NEAR_ZERO:
        sine = 0.5 - h2 * (1.0 / 12.0 - h2 * (1.0 / 240.0 - h2 / 10080.0))
        versine = 0.125 - h2 * (1.0 / 96.0 - h2 * (1.0 / 2880.0 - h2 / 161280.0))
        cube = (1.0 - h2 * (1.0 / 20.0 - h2 * (1.0 / 840.0 - h2 / 60480.0))) / 24.0
        cot = (1.0 + h2 * (1.0 / 15.0 + h2 * (2.0 / 315.0 + h2 / 1575.0))) / 12.0
    else:
        s, c = math.sin(h), math.cos(h)
        sine, versine, cube = 0.5 * s / h, 0.25 * (1.0 - c) / h2, 0.25 * (h - s) / (h2 * h)
        cot = 0.25 * (1.0 - h * c / s) / h2
    # exp(theta / 2)^T = 1 - sine K + versine K^2, J_l^-T = 1 + K / 2 + cot K^2 and J_l(theta / 2) = 1 + 2 versine K +
    # cube K^2, with K v = theta x v, so that K^3 = -square K: products of such sums are such sums.
    p, q = 0.5 - sine + square * (sine * cot - 0.5 * versine), cot - 0.5 * sine + versine - square * versine * cot
    vec3.spread(theta, square, 1.0, p, q, direct)
    r, s = 2.0 * versine + p - square * (p * cube + 2.0 * q * versine), cube + 2.0 * p * versine + q - square * q * cube
    vec3.spread(theta, square, 0.5, 0.5 * r, 0.5 * s, arm)


@kernel
def disc_wrench(
    discs: Discs,
    j: int,
    u: Floats,
    theta: Floats,
    direct: Floats,
    arm: Floats,
    f: Floats,
    m: Floats,
    k: Floats,
    c: Floats,
) -> None:
    """Add disc j to the force `f` (N) and moment `m` (N m, about the upper anchor) on the upper body, in the mid frame.

    `k` = df/du (N/m) and `c` = dm/du (N) get the tangents. `u` (3,) m, `theta` (3,) rad; `direct` and `arm` from
    `turning`.
    """
    shift, turn, ks = discs.rest_shift, discs.rest_turn, discs.k_shear[j]
    vx, vy, vz = u[0] - shift[j, 0], u[1] - shift[j, 1], u[2] - shift[j, 2]
    # Of V: slopes sx, sz and curvatures by shear, (gx, gy, gz) = N dV/dtheta. Of the rest: (mx, my, mz) = N dU/dtheta.
    slide = math.sqrt(vx * vx + vz * vz)
    bowed, by_slide, bend = bow(ks / discs.force, discs.toe[j], slide)
    by_slide, bend = (by_slide / slide, bend) if slide > 0.0 else (bend, bend)
    mx, my, mz, gx, gy, gz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(3):
        b, a, angle = discs.b[j, i], discs.a[j, i], theta[i] - turn[j, i]
        moment = bending(b, a, discs.last_moment[j, i], angle)[1]
        more, slope, _ = bow(b / (a * discs.force), discs.core_turn * a, angle)
        bowed += more
        mx, my, mz = mx + direct[0, i] * moment, my + direct[1, i] * moment, mz + direct[2, i] * moment
        gx, gy, gz = gx + direct[0, i] * slope, gy + direct[1, i] * slope, gz + direct[2, i] * slope
    _, force, rate = axial(discs, j, -vy)
    _, push, stiff = core(discs, j, bowed - vy)
    sx, sz = by_slide * vx, by_slide * vz
    px, py, pz = ks * vx + push * sx, -(force + push), ks * vz + push * sz
    # Hessian by u: V's own curvature is by_slide across the shear and bend along it.
    along = push * (bend - by_slide) / (slide * slide) if slide > 0.0 else 0.0
    even = ks + push * by_slide
    hxx, hzz = even + along * vx * vx + stiff * sx * sx, even + along * vz * vz + stiff * sz * sz
    hxz, hxy, hyz, hyy = along * vx * vz + stiff * sx * sz, -stiff * sx, -stiff * sz, rate + stiff
    f[0], f[1], f[2] = f[0] - px, f[1] - py, f[2] - pz
    k[0, 0], k[1, 1], k[2, 2] = k[0, 0] - hxx, k[1, 1] - hyy, k[2, 2] - hzz
    k[0, 1], k[0, 2], k[1, 2] = k[0, 1] - hxy, k[0, 2] - hxz, k[1, 2] - hyz
    k[1, 0], k[2, 0], k[2, 1] = k[1, 0] - hxy, k[2, 0] - hxz, k[2, 1] - hyz
    x, y, z = vec3.cross(u[0], u[1], u[2], px, py, pz)
    x, y, z = vec3.rotate(arm, x, y, z)
    m[0], m[1], m[2] = m[0] + x - mx - push * gx, m[1] + y - my - push * gy, m[2] + z - mz - push * gz
    # Columns of dm/du: the arm of the force moves, the force changes, and so does the core's push on every moment.
    _add_column(0, arm, u, 0.0, pz, -py, hxx, hxy, hxz, -stiff * sx, gx, gy, gz, c)
    _add_column(1, arm, u, -pz, 0.0, px, hxy, hyy, hyz, stiff, gx, gy, gz, c)
    _add_column(2, arm, u, py, -px, 0.0, hxz, hyz, hzz, -stiff * sz, gx, gy, gz, c)


@kernel
def moment_laws(discs: Discs, j: int, i: int, theta: Floats) -> tuple[float, float, float, float]:
    """Return dU/dtheta_i, its slope, dV/dtheta_i and its slope."""
    b, a, angle = discs.b[j, i], discs.a[j, i], theta[i] - discs.rest_turn[j, i]
    _, more, curve = bow(b / (a * discs.force), discs.core_turn * a, angle)
    last = discs.last_moment[j, i]
    return bending(b, a, last, angle)[1], bending_slope(b, a, last, angle), more, curve


@kernel
def pressed(discs: Discs, j: int, u: Floats, theta: Floats) -> tuple[float, float, float, float, float, float, float]:
    """Return the force p = dU/du (N, three), the core's push (N) and stiffness (N/m), and dV/du_x, dV/du_z."""
    shift, ks = discs.rest_shift, discs.k_shear[j]
    vx, vy, vz = u[0] - shift[j, 0], u[1] - shift[j, 1], u[2] - shift[j, 2]
    slide = math.sqrt(vx * vx + vz * vz)
    bowed, by_slide, bend = bow(ks / discs.force, discs.toe[j], slide)
    by_slide = by_slide / slide if slide > 0.0 else bend
    for i in range(3):
        b, a = discs.b[j, i], discs.a[j, i]
        bowed += bow(b / (a * discs.force), discs.core_turn * a, theta[i] - discs.rest_turn[j, i])[0]
    force = axial(discs, j, -vy)[1]
    _, push, stiff = core(discs, j, bowed - vy)
    sx, sz = by_slide * vx, by_slide * vz
    return ks * vx + push * sx, -(force + push), ks * vz + push * sz, push, stiff, sx, sz


@kernel
def _add_column(
    i: int, arm: Floats, u: Floats, ax: float, ay: float, az: float, hx: float, hy: float, hz: float, rise: float,
    gx: float, gy: float, gz: float, c: Floats,
) -> None:  # fmt: skip
    """Add P (u x dp - a) + rise g to column i of c, with dp = (hx, hy, hz) and a = p x e = (ax, ay, az) for the
    direction e moved.
    """
    x, y, z = vec3.cross(u[0], u[1], u[2], hx, hy, hz)
    x, y, z = vec3.rotate(arm, x - ax, y - ay, z - az)
    c[0, i], c[1, i], c[2, i] = c[0, i] + x + rise * gx, c[1, i] + y + rise * gy, c[2, i] + z + rise * gz
