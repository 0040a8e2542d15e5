"""The oldest estimate: one extensor behind the disc balances all weights above it (Morris 1961, Chaffin 1969)."""

from __future__ import annotations

import math
from typing import NamedTuple

GRAVITY = 9.80665  # m/s^2, standard
EXTENSOR_ARM = 0.06  # m behind the disc: Cholewicki 1991; 0.05 m in the older papers
# Share of body mass above L5-S1: head, arms and trunk 60.3 % (de Leva 1996) less the pelvis of our model, 14.8 %.
ABOVE_DISC = 0.455


class Estimate(NamedTuple):
    """Moment about the disc (N m, flexing positive), pull of the extensor, compression and shear of the disc (N)."""

    moment: float
    extensor: float
    compression: float
    shear: float


def single_muscle(
    body_mass: float,
    trunk_length: float,
    inclination: float,
    load_mass: float = 0.0,
    load_reach: float = 0.0,
    extensor_arm: float = EXTENSOR_ARM,
) -> Estimate:
    """Return the load on L5-S1 when a single muscle holds the trunk.

    Parameters
    ----------
    body_mass : float
        kg.
    trunk_length : float
        From L5-S1 to the centre of mass of all above it; m.
    inclination : float
        Of the trunk from the vertical, forward positive; rad.
    load_mass : float
        In the hands; kg.
    load_reach : float
        Of the load before L5-S1; m.
    extensor_arm : float
        Of the muscle behind the disc; m.

    Returns
    -------
    Estimate
        Compression along the trunk's axis, shear square to it, positive forward.

    Raises
    ------
    ValueError
        When a mass or length is negative, the arm is not positive, or a number is not finite.

    Notes
    -----
    Moment = (m_above g x trunk_length x sin + m_load g x reach); a trunk that falls backward is held by a flexor with
    the same arm, so that the pull is the moment's size. Abdominal pressure and passive tissue are left out.
    """
    numbers = (body_mass, trunk_length, load_mass, extensor_arm)
    if not all(math.isfinite(x) for x in (*numbers, inclination, load_reach)):
        raise ValueError("every number must be finite")
    if min(numbers) < 0.0 or extensor_arm == 0.0:
        raise ValueError("masses and lengths must not be negative, and the extensor needs an arm")
    weight, load = GRAVITY * ABOVE_DISC * body_mass, GRAVITY * load_mass
    moment = weight * trunk_length * math.sin(inclination) + load * load_reach
    extensor = abs(moment) / extensor_arm
    along = (weight + load) * math.cos(inclination)
    return Estimate(moment, extensor, extensor + along, (weight + load) * math.sin(inclination))
