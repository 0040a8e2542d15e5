"""Disc law with an energy: axial toe, shear and exponential rotation, all stiffened by preload.

U(u, theta) = U_axial(-u_y) + g (k_s (u_x^2 + u_z^2) / 2 + sum_i U_i(theta_i, g)),  g = g(F_axial(-u_y)),
with u the translation of the upper body in the disc's mid frame (half of the rotation) and theta the rotation vector,
both from where the disc is free of stress.
"""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Discs, Floats

HIGHEST_POWER = 50.0  # of e: far beyond any knee


@kernel
def axial(discs: Discs, j: int, shortening: float) -> tuple[float, float, float, float]:
    """Return energy (J), force (N), stiffness (N/m) and its rate (N/m^2) at a shortening (m): toe, linear; tension as
    at first.
    """
    k0, k1, toe = discs.k_initial[j], discs.k_linear[j], discs.toe[j]
    if shortening <= 0.0:
        return 0.5 * k0 * shortening * shortening, k0 * shortening, k0, 0.0
    curve = (k1 - k0) / toe
    if shortening < toe:
        square = shortening * shortening
        energy = 0.5 * k0 * square + curve * square * shortening / 6.0
        return energy, k0 * shortening + 0.5 * curve * square, k0 + curve * shortening, curve
    rest = shortening - toe
    f_toe = 0.5 * (k0 + k1) * toe
    energy = 0.5 * k0 * toe * toe + curve * toe * toe * toe / 6.0 + f_toe * rest + 0.5 * k1 * rest * rest
    return energy, f_toe + k1 * rest, k1, 0.0


@kernel
def stiffening(gain: float, force: float, preload: float, rate: float, curve: float) -> tuple[float, float, float]:
    """Return g and its first two derivatives by shortening; g = 1 + gain (1 - exp(-(F / force)^2)), 1 in tension.

    `rate` and `curve` are the first two derivatives of the preload F by shortening. The slope is zero at F = 0: a disc
    that stiffened at once would, by its energy, lengthen under pure bending.
    """
    if preload <= 0.0:
        return 1.0, 0.0, 0.0
    ratio = preload / force
    e = gain * math.exp(-ratio * ratio)
    slope, bend = 2.0 * ratio * e / force, 2.0 * (1.0 - 2.0 * ratio * ratio) * e / (force * force)
    return 1.0 + gain - e, slope * rate, slope * curve + bend * rate * rate


@kernel
def bending(b: float, a: float, last: float, g: float, angle: float) -> tuple[float, float, float, float, float, float]:
    """Return U, dU/dangle, d2U/dangle2, dU/dg, d2U/dg2, d2U/dangle dg of M = g b (exp(|angle| / a) - 1), tangent
    beyond `last`.
    """
    t, sign = abs(angle), math.copysign(1.0, angle)
    e = math.expm1(min(t / a, HIGHEST_POWER))
    if g * b * e <= last:
        base = b * (a * e - t)
        return g * base, sign * g * b * e, g * b * (e + 1.0) / a, base, 0.0, sign * b * e
    knee = a * math.log(last / (g * b) + 1.0)
    slope, slope_g, d = (last + g * b) / a, b / a, t - knee
    knee_g = -a * last / (g * (last + g * b))
    knee_gg = a * last * (last + 2.0 * g * b) / (g * (last + g * b)) ** 2
    u_knee = last * a - g * b * knee
    u = u_knee + last * d + 0.5 * slope * d * d
    u_g = last * a / g - b * knee + 0.5 * slope_g * d * d - slope * d * knee_g
    u_gg = -last * a / (g * g) - b * knee_g - 2.0 * slope_g * d * knee_g + slope * knee_g * knee_g - slope * d * knee_gg
    return u, sign * (last + slope * d), slope, u_g, u_gg, sign * (slope_g * d - slope * knee_g)


@kernel
def energy(discs: Discs, j: int, u: Floats, theta: Floats) -> float:
    """Return the stored energy (J) of disc j."""
    rest = discs.rest_shift
    x, y, z = u[0] - rest[j, 0], u[1] - rest[j, 1], u[2] - rest[j, 2]
    e, force, rate, curve = axial(discs, j, -y)
    g, _, _ = stiffening(discs.gain, discs.force, force, rate, curve)
    e += 0.5 * g * discs.k_shear[j] * (x * x + z * z)
    for i in range(3):
        e += bending(discs.b[j, i], discs.a[j, i], discs.last_moment[j, i], g, theta[i] - discs.rest_turn[j, i])[0]
    return e


@kernel
def turning(theta: Floats, direct: Floats, arm: Floats) -> None:
    """Write what turns energy gradients into mid-frame moments: N = exp(theta/2)^T J_l(theta)^-T and P = N
    J_l(theta/2) / 2.

    The moment on the upper body about its anchor is -(N dU/dtheta - P (u x dU/du)).
    """
    for i in range(3):
        a, b, c = (1.0 if i == 0 else 0.0), (1.0 if i == 1 else 0.0), (1.0 if i == 2 else 0.0)
        x, y, z = vec3.left_jacobian_inverse_transposed(theta, a, b, c)
        direct[0, i], direct[1, i], direct[2, i] = vec3.turn_back(theta, 0.5, x, y, z)
        x, y, z = vec3.left_jacobian(theta, 0.5, 0.5 * a, 0.5 * b, 0.5 * c)
        x, y, z = vec3.left_jacobian_inverse_transposed(theta, x, y, z)
        arm[0, i], arm[1, i], arm[2, i] = vec3.turn_back(theta, 0.5, x, y, z)


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
    shift, turn = discs.rest_shift, discs.rest_turn
    vx, vy, vz = u[0] - shift[j, 0], u[1] - shift[j, 1], u[2] - shift[j, 2]
    _, force, rate, curve = axial(discs, j, -vy)
    g, g1, g2 = stiffening(discs.gain, discs.force, force, rate, curve)
    ks = g * discs.k_shear[j]
    u_g, u_gg = 0.5 * discs.k_shear[j] * (vx * vx + vz * vz), 0.0
    mx, my, mz, gx, gy, gz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(3):
        _, moment, _, slope, bend, mixed = bending(
            discs.b[j, i], discs.a[j, i], discs.last_moment[j, i], g, theta[i] - turn[j, i]
        )
        u_g += slope
        u_gg += bend
        mx, my, mz = mx + direct[0, i] * moment, my + direct[1, i] * moment, mz + direct[2, i] * moment
        gx, gy, gz = gx + direct[0, i] * mixed, gy + direct[1, i] * mixed, gz + direct[2, i] * mixed
    px, py, pz = ks * vx, -(force + g1 * u_g), ks * vz
    hxy, hyz = -g1 * discs.k_shear[j] * vx, -g1 * discs.k_shear[j] * vz
    hyy = rate + g2 * u_g + g1 * g1 * u_gg
    f[0] -= px
    f[1] -= py
    f[2] -= pz
    k[0, 0] -= ks
    k[2, 2] -= ks
    k[1, 1] -= hyy
    k[0, 1] -= hxy
    k[1, 0] -= hxy
    k[1, 2] -= hyz
    k[2, 1] -= hyz
    x, y, z = vec3.cross(u[0], u[1], u[2], px, py, pz)
    x, y, z = vec3.rotate(arm, x, y, z)
    m[0] += x - mx
    m[1] += y - my
    m[2] += z - mz
    # Columns of dm/du: the arm of the force moves, the force changes, and u_y changes g in every moment.
    x, y, z = _arm_column(arm, u, 0.0, pz, -py, ks, hxy, 0.0)
    c[0, 0], c[1, 0], c[2, 0] = c[0, 0] + x, c[1, 0] + y, c[2, 0] + z
    x, y, z = _arm_column(arm, u, -pz, 0.0, px, hxy, hyy, hyz)
    x, y, z = x + g1 * gx, y + g1 * gy, z + g1 * gz
    c[0, 1], c[1, 1], c[2, 1] = c[0, 1] + x, c[1, 1] + y, c[2, 1] + z
    x, y, z = _arm_column(arm, u, py, -px, 0.0, 0.0, hyz, ks)
    c[0, 2], c[1, 2], c[2, 2] = c[0, 2] + x, c[1, 2] + y, c[2, 2] + z


@kernel
def _arm_column(
    arm: Floats, u: Floats, ax: float, ay: float, az: float, hx: float, hy: float, hz: float
) -> tuple[float, float, float]:
    """Return P (u x dp - a), with dp = (hx, hy, hz) and a = p x e = (ax, ay, az) for the direction e moved."""
    x, y, z = vec3.cross(u[0], u[1], u[2], hx, hy, hz)
    return vec3.rotate(arm, x - ax, y - ay, z - az)
