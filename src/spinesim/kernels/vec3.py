"""Three-vectors and rotations written by hand: compiled in a moment, a few nanoseconds a call."""

import math

from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def cross(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> tuple[float, float, float]:
    """Return a x b."""
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@kernel
def rotate(r: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return R v."""
    return (
        r[0, 0] * x + r[0, 1] * y + r[0, 2] * z,
        r[1, 0] * x + r[1, 1] * y + r[1, 2] * z,
        r[2, 0] * x + r[2, 1] * y + r[2, 2] * z,
    )


@kernel
def unrotate(r: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return R^T v."""
    return (
        r[0, 0] * x + r[1, 0] * y + r[2, 0] * z,
        r[0, 1] * x + r[1, 1] * y + r[2, 1] * z,
        r[0, 2] * x + r[1, 2] * y + r[2, 2] * z,
    )


@kernel
def rotate_at(r: Floats, n: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return R_n v; a view of R_n would cost more than the product."""
    return (
        r[n, 0, 0] * x + r[n, 0, 1] * y + r[n, 0, 2] * z,
        r[n, 1, 0] * x + r[n, 1, 1] * y + r[n, 1, 2] * z,
        r[n, 2, 0] * x + r[n, 2, 1] * y + r[n, 2, 2] * z,
    )


@kernel
def unrotate_at(r: Floats, n: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return R_n^T v."""
    return (
        r[n, 0, 0] * x + r[n, 1, 0] * y + r[n, 2, 0] * z,
        r[n, 0, 1] * x + r[n, 1, 1] * y + r[n, 2, 1] * z,
        r[n, 0, 2] * x + r[n, 1, 2] * y + r[n, 2, 2] * z,
    )


@kernel
def multiply(a: Floats, b: Floats, out: Floats) -> None:
    """Write the 3 x 3 product A B to `out` (not a or b)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]


@kernel
def copy(a: Floats, out: Floats) -> None:
    """Write a (n, 3) to `out`."""
    for i in range(a.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = a[i, 0], a[i, 1], a[i, 2]


@kernel
def between(a: Floats, b: Floats, out: Floats) -> None:
    """Write the rotation of b seen from a, A^T B, to `out` (not a or b)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[0, i] * b[0, j] + a[1, i] * b[1, j] + a[2, i] * b[2, j]


@kernel
def spread(t: Floats, square: float, a: float, b: float, c: float, out: Floats) -> None:
    """Write a + b K + c K^2 to `out`, with K v = t x v and `square` = t.t."""
    x, y, z, a = t[0], t[1], t[2], a - c * square
    out[0, 0], out[0, 1], out[0, 2] = a + c * x * x, c * x * y - b * z, c * x * z + b * y
    out[1, 0], out[1, 1], out[1, 2] = c * x * y + b * z, a + c * y * y, c * y * z - b * x
    out[2, 0], out[2, 1], out[2, 2] = c * x * z - b * y, c * y * z + b * x, a + c * z * z


@kernel
def rotation(x: float, y: float, z: float, out: Floats) -> None:
    """Write the matrix of a rotation vector (Rodrigues) to `out`."""
    t2 = x * x + y * y + z * z
    t = math.sqrt(t2)
    if t < 1e-6:
        s, c = 1.0 - t2 / 6.0, 0.5 - t2 / 24.0
    else:
        s, c = math.sin(t) / t, (1.0 - math.cos(t)) / t2
    out[0, 0] = 1.0 - c * (y * y + z * z)
    out[1, 1] = 1.0 - c * (x * x + z * z)
    out[2, 2] = 1.0 - c * (x * x + y * y)
    out[0, 1], out[1, 0] = c * x * y - s * z, c * x * y + s * z
    out[0, 2], out[2, 0] = c * x * z + s * y, c * x * z - s * y
    out[1, 2], out[2, 1] = c * y * z - s * x, c * y * z + s * x


@kernel
def rotation_vector(r: Floats) -> tuple[float, float, float]:
    """Return the rotation vector of a matrix whose angle is below pi."""
    x, y, z = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    twice_sine = math.sqrt(x * x + y * y + z * z)
    angle = math.atan2(twice_sine, r[0, 0] + r[1, 1] + r[2, 2] - 1.0)
    k = 0.5 if twice_sine < 1e-12 else angle / twice_sine
    return k * x, k * y, k * z


@kernel
def left_jacobian(t: Floats, scale: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return J_l(scale t) v of the rotation vector scale t (global angular velocity from its rate)."""
    t2 = scale * scale * (t[0] * t[0] + t[1] * t[1] + t[2] * t[2])
    a = math.sqrt(t2)
    if a < 1e-3:
        b, c = 0.5 - t2 / 24.0, 1.0 / 6.0 - t2 / 120.0
    else:
        b, c = (1.0 - math.cos(a)) / t2, (a - math.sin(a)) / (t2 * a)
    b, c = b * scale, c * scale * scale
    p, q, r = cross(t[0], t[1], t[2], x, y, z)
    u, v, w = cross(t[0], t[1], t[2], p, q, r)
    return x + b * p + c * u, y + b * q + c * v, z + b * r + c * w


@kernel
def left_jacobian_inverse_transposed(t: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return J_l(t)^-T v: the moment conjugate to a rotation vector's energy gradient v, in the lower frame."""
    t2 = t[0] * t[0] + t[1] * t[1] + t[2] * t[2]
    a = math.sqrt(t2)
    c = 1.0 / 12.0 + t2 / 720.0 if a < 1e-3 else (1.0 - 0.5 * a * math.cos(0.5 * a) / math.sin(0.5 * a)) / t2
    p, q, r = cross(t[0], t[1], t[2], x, y, z)
    u, v, w = cross(t[0], t[1], t[2], p, q, r)
    return x + 0.5 * p + c * u, y + 0.5 * q + c * v, z + 0.5 * r + c * w


@kernel
def solve3(k: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Solve the 3 x 3 system K s = (x, y, z) by Cramer's rule."""
    ax, ay, az = cross(k[1, 0], k[1, 1], k[1, 2], k[2, 0], k[2, 1], k[2, 2])
    bx, by, bz = cross(k[2, 0], k[2, 1], k[2, 2], k[0, 0], k[0, 1], k[0, 2])
    cx, cy, cz = cross(k[0, 0], k[0, 1], k[0, 2], k[1, 0], k[1, 1], k[1, 2])
    det = k[0, 0] * ax + k[0, 1] * ay + k[0, 2] * az
    return (ax * x + bx * y + cx * z) / det, (ay * x + by * y + cy * z) / det, (az * x + bz * y + cz * z) / det


@kernel
def turn_back(t: Floats, scale: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return exp(scale t)^T v."""
    t2 = scale * scale * (t[0] * t[0] + t[1] * t[1] + t[2] * t[2])
    a = math.sqrt(t2)
    if a < 1e-6:
        s, c = 1.0 - t2 / 6.0, 0.5 - t2 / 24.0
    else:
        s, c = math.sin(a) / a, (1.0 - math.cos(a)) / t2
    s, c = s * scale, c * scale * scale
    p, q, r = cross(t[0], t[1], t[2], x, y, z)
    u, v, w = cross(t[0], t[1], t[2], p, q, r)
    return x - s * p + c * u, y - s * q + c * v, z - s * r + c * w


@kernel
def put_column(out: Floats, row: int, k: int, x: float, y: float, z: float) -> None:
    """Write a vector to column k of three rows."""
    out[row, k], out[row + 1, k], out[row + 2, k] = x, y, z


@kernel
def add_column(out: Floats, row: int, k: int, x: float, y: float, z: float) -> None:
    """Add a vector to column k of three rows."""
    out[row, k] += x
    out[row + 1, k] += y
    out[row + 2, k] += z


@kernel
def add_three(out: Floats, c: int, x: float, y: float, z: float) -> None:
    """Add a vector to the three entries from c."""
    out[c] += x
    out[c + 1] += y
    out[c + 2] += z


@kernel
def add_six(out: Floats, c: int, fx: float, fy: float, fz: float, mx: float, my: float, mz: float) -> None:
    """Add a force and a moment to the six entries from c."""
    add_three(out, c, fx, fy, fz)
    add_three(out, c + 3, mx, my, mz)
