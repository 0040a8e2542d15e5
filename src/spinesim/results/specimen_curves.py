"""Range of motion and neutral zone of moment-rotation curves."""

from __future__ import annotations

import math

import numpy as np

from spinesim.kernels.tables import Floats


def range_of_motion(rotation: Floats) -> Floats:
    """Return largest minus smallest rotation over the steps (step, ...), those not reached (NaN) left out."""
    known = rotation[np.isfinite(rotation).reshape(len(rotation), -1).all(axis=1)]
    return np.ptp(known, axis=0) if len(known) else np.full(rotation.shape[1:], math.nan)


def neutral_zone(moment: Floats, rotation: Floats) -> float:
    """Return the neutral zone of a curve (step,) by the extrapolated elastic zone, in the unit of the rotation.

    The tangents at the largest positive and the largest negative moment are drawn back to zero moment; the zone is the
    rotation between the two, or to the rotation at no moment where only one direction is loaded (Di Pauli von
    Treuheim 2020). An elastic curve has no hysteresis, so the residual rotation at no moment, which most studies
    report, would be 0. NaN without a moment, or with fewer than three steps towards it.
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
