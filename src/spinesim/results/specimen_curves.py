"""Range of motion, neutral zone and lax zone of moment-rotation curves."""

from __future__ import annotations

import math

import numpy as np

from spinesim.kernels.tables import Floats

FINE = 401  # points of a curve over which its work is summed
ALIKE = 9  # decimals of the largest moment that tell two steps apart: a load and its way back are one


def range_of_motion(rotation: Floats) -> Floats:
    """Return largest minus smallest rotation over the steps (step, ...), those not reached (NaN) left out."""
    known = rotation[np.isfinite(rotation).reshape(len(rotation), -1).all(axis=1)]
    return np.ptp(known, axis=0) if len(known) else np.full(rotation.shape[1:], math.nan)


def friction_moment(moment: Floats, rotation: Floats, loss: float) -> float:
    """Return the moment, unit of `moment`, that holds an unloaded specimen back when a cycle loses a share of its work.

    Parameters
    ----------
    moment, rotation : ndarray (point,)
        The elastic curve, moments rising, zero among them.
    loss : float
        Area of the loop over the work of loading, 0 to 1.

    Notes
    -----
    Loading and unloading meet where the load turns back: friction falls from r at no moment to nothing at the largest
    moment M of its direction, r (1 - m / M). With the elastic work E over a rotation R it takes 2 r (R - E / M) from
    a cycle, for which loading does E and half of that: r = loss E / ((2 - loss) (R - E / M)).
    """
    fine = np.linspace(moment[0], moment[-1], FINE)
    turned = _along(moment, rotation, fine)
    size, step = 0.5 * np.abs(fine[1:] + fine[:-1]), np.diff(turned)
    largest = np.where(fine[1:] + fine[:-1] > 0.0, fine[-1], -fine[0])
    free = float(((1.0 - size / largest) * step).sum())
    return float(loss * (size * step).sum() / ((2.0 - loss) * free))


def neutral_zone(moment: Floats, rotation: Floats, loss: float) -> float:
    """Return the neutral zone of a curve (step,), in the unit of the rotation: what stays after unloading.

    The elastic curve is given the friction (`friction_moment`) that loses a share `loss` of the work of loading; after
    unloading it leaves the rotation at which the tissue pulls back as strongly as friction holds, m = r (1 - m / M).
    The zone runs from the neutral position, the middle between what loads either way leave, to either end (Panjabi
    1992a); where one direction alone is loaded, from the rotation at no moment. NaN without a moment, or where the
    curve does not rise.
    """
    m, r = _elastic_curve(moment, rotation)
    if m.size < 3 or not (np.diff(r) > 0.0).all():
        return math.nan
    friction = friction_moment(m, r, loss)
    ends = [friction * end / (abs(end) + friction) if end else 0.0 for end in (m[0], m[-1])]
    low, high = _along(m, r, np.array(ends))
    return float(high - low) / (2.0 if m[0] < 0.0 < m[-1] else 1.0)


def _elastic_curve(moment: Floats, rotation: Floats) -> tuple[Floats, Floats]:
    """Return the steps in order of their moment, each moment once."""
    known = np.isfinite(moment) & np.isfinite(rotation)
    m, r = moment[known], rotation[known]
    largest = np.abs(m).max(initial=0.0)
    if largest == 0.0:
        return m[:0], r[:0]
    _, first = np.unique(np.round(m / largest, ALIKE), return_index=True)
    return m[first], r[first]


def lax_zone(moment: Floats, rotation: Floats) -> float:
    """Return the lax zone of a curve (step,) by the extrapolated elastic zone, in the unit of the rotation.

    The tangents at the largest positive and the largest negative moment are drawn back to zero moment; the zone is the
    rotation between the two, or to the rotation at no moment where only one direction is loaded (Di Pauli von
    Treuheim 2020). NaN without a moment, or with fewer than three steps towards it.
    """
    known = np.isfinite(moment) & np.isfinite(rotation)
    m, r = moment[known], rotation[known]
    ends = [_drawn_back(sign * m, r) for sign in (1.0, -1.0)]
    if all(math.isnan(end) for end in ends):
        return math.nan
    unloaded = float(r[0])
    high, low = (unloaded if math.isnan(end) else end for end in ends)
    return max(high - low, 0.0)


def _drawn_back(moment: Floats, rotation: Floats) -> float:
    """Return where the tangent at the largest moment meets zero moment; the slope is that of a parabola through three
    steps.
    """
    if moment.size < 3 or moment.max() <= 0.0:
        return math.nan
    top = int(np.argmax(moment))
    if top < 2 or not moment[top - 2] < moment[top - 1] < moment[top]:
        return math.nan
    x, y = moment[top - 2 : top + 1] - moment[top], rotation[top - 2 : top + 1] - rotation[top]
    # Slope at 0 of the parabola through 0 and two points behind it.
    slope = (y[1] * x[0] ** 2 - y[0] * x[1] ** 2) / (x[1] * x[0] * (x[0] - x[1]))
    return float(rotation[top] - slope * moment[top])


def _along(moment: Floats, rotation: Floats, at: Floats) -> Floats:
    """Return rotations at moments between those of a curve, by monotone cubics."""
    from scipy.interpolate import PchipInterpolator

    return PchipInterpolator(moment, rotation)(at)
