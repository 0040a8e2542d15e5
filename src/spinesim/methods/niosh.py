"""The revised NIOSH lifting equation (Waters 1993; manual, Waters 1994): what nearly all healthy workers may lift.

The regression equations of Arjmand (2011 and later) are not here: their coefficients were not found in open text.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal, NamedTuple

LOAD_CONSTANT = 23.0  # kg
PER_MINUTE = (0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0)
LOW, HIGH = 0.75, 1.75  # m, V: which column of the frequency table holds, and where lifts end

# Frequency multiplier by lifts per minute, (below 0.75 m, from 0.75 m up), for up to 1, 2 and 8 h of work a day.
_FREQUENCY: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    1: (
        (1.00, 0.97, 0.94, 0.91, 0.88, 0.84, 0.80, 0.75, 0.70, 0.60, 0.52, 0.45, 0.41, 0.37, 0.0, 0.0, 0.0),
        (1.00, 0.97, 0.94, 0.91, 0.88, 0.84, 0.80, 0.75, 0.70, 0.60, 0.52, 0.45, 0.41, 0.37, 0.34, 0.31, 0.28),
    ),
    2: (
        (0.95, 0.92, 0.88, 0.84, 0.79, 0.72, 0.60, 0.50, 0.42, 0.35, 0.30, 0.26, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.95, 0.92, 0.88, 0.84, 0.79, 0.72, 0.60, 0.50, 0.42, 0.35, 0.30, 0.26, 0.23, 0.21, 0.0, 0.0, 0.0),
    ),
    8: (
        (0.85, 0.81, 0.75, 0.65, 0.55, 0.45, 0.35, 0.27, 0.22, 0.18, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.85, 0.81, 0.75, 0.65, 0.55, 0.45, 0.35, 0.27, 0.22, 0.18, 0.15, 0.13, 0.0, 0.0, 0.0, 0.0, 0.0),
    ),
}
_COUPLING = {"good": (1.00, 1.00), "fair": (0.95, 1.00), "poor": (0.90, 0.90)}  # below 0.75 m, from 0.75 m up
_HOUR = 3600.0


@dataclass(frozen=True)
class Lift:
    """One repeated lift with two hands.

    Parameters
    ----------
    horizontal : float
        H, hands before the middle of the ankles; m. Nearer than 0.25 m counts as 0.25 m.
    vertical : float
        V, hands above the floor; m.
    travel : float
        D, how far up or down the load goes; m. Less than 0.25 m counts as 0.25 m.
    asymmetry : float
        A, how far the load lies to the side of the middle plane; rad.
    frequency : float
        Lifts per second; at most one in five minutes counts as rare.
    duration : float
        Work without a break, s: up to 1 h, 2 h or 8 h.
    coupling : str
        How well the hands hold it.
    """

    horizontal: float
    vertical: float
    travel: float = 0.25
    asymmetry: float = 0.0
    frequency: float = 0.0
    duration: float = _HOUR
    coupling: Literal["good", "fair", "poor"] = "good"


class Limit(NamedTuple):
    """Recommended weight limit, kg, and the six multipliers (0 to 1) that make it from 23 kg."""

    weight: float
    horizontal: float
    vertical: float
    travel: float
    asymmetry: float
    frequency: float
    coupling: float


def recommended_weight(lift: Lift) -> Limit:
    """Return the recommended weight limit of a lift, kg; 0 where a number lies beyond what the equation covers.

    Raises
    ------
    ValueError
        When a number is negative or not finite, the work is longer than 8 h, or the coupling is unknown.

    Notes
    -----
    RWL = 23 kg x (0.25 m/H) x (1 - 0.3 |V - 0.75 m|/m) x (0.82 + 0.045 m/D) x (1 - 0.0032 A/deg) x FM x CM
    (Waters 1993). The equation is meant for smooth lifts with both hands by standing people.
    """
    _check(lift)
    factors = (
        _horizontal(lift.horizontal),
        _vertical(lift.vertical),
        _travel(lift.travel),
        _asymmetry(lift.asymmetry),
        _frequency(lift.frequency, lift.duration, lift.vertical),
        _COUPLING[lift.coupling][lift.vertical >= LOW],
    )
    return Limit(LOAD_CONSTANT * math.prod(factors), *factors)


def lifting_index(mass: float, lift: Lift) -> float:
    """Return a load's mass (kg) by the recommended limit; infinite where the limit is 0. 1 is the limit."""
    if not (math.isfinite(mass) and mass >= 0.0):
        raise ValueError(f"mass must be a finite number of kg, not negative, not {mass!r}")
    limit = recommended_weight(lift).weight
    return mass / limit if limit > 0.0 else math.inf


def _check(lift: Lift) -> None:
    for name in ("horizontal", "vertical", "travel", "asymmetry", "frequency", "duration"):
        value = getattr(lift, name)
        if not (math.isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} must be a finite number, not negative, not {value!r}")
    if lift.duration > 8.0 * _HOUR:
        raise ValueError("the equation covers work of up to 8 h a day")
    if lift.coupling not in _COUPLING:
        raise ValueError(f"coupling is good, fair or poor, not {lift.coupling!r}")


def _horizontal(h: float) -> float:
    return 0.25 / max(h, 0.25) if h <= 0.63 else 0.0


def _vertical(v: float) -> float:
    return 1.0 - 0.3 * abs(v - LOW) if v <= HIGH else 0.0


def _travel(d: float) -> float:
    return 0.82 + 0.045 / max(d, 0.25) if d <= HIGH else 0.0


def _asymmetry(a: float) -> float:
    degrees = math.degrees(a)
    return 1.0 - 0.0032 * degrees if degrees <= 135.0 + 1e-9 else 0.0


def _frequency(per_second: float, duration: float, vertical: float) -> float:
    """Read the table between its lines, as the study's manual allows; above 15 lifts a minute 0."""
    hours = next(limit for limit in (1, 2, 8) if duration <= limit * _HOUR)
    column = _FREQUENCY[hours][vertical >= LOW]
    rate = max(60.0 * per_second, PER_MINUTE[0])
    if rate > PER_MINUTE[-1]:
        return 0.0
    k = bisect_left(PER_MINUTE, rate)
    if rate == PER_MINUTE[k] or column[k] == 0.0:
        return column[k]
    share = (rate - PER_MINUTE[k - 1]) / (PER_MINUTE[k] - PER_MINUTE[k - 1])
    return column[k - 1] + share * (column[k] - column[k - 1])
