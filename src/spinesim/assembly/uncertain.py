"""What an uncertain parameter of the model does to a vector of numbers, found by changing it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinesim.errors import InputError
from spinesim.kernels.tables import Floats, Ints

PROBE = 1.25  # the factor that is tried
POWER_STEP = 0.5  # powers are multiples of it
CLOSE = 1e-9


@dataclass(frozen=True)
class Touches:
    """How factors change a vector: number times factor ^ power, or plus slope (factor - 1) where the slope is not 0."""

    place: Ints  # (touch,)
    by: Ints  # (touch,) parameter
    slope: Floats  # (touch,)
    power: Floats  # (touch,)

    def chosen(self, kept: NDArray[np.bool_]) -> Touches:
        """Return some of the touches (touch,)."""
        return Touches(self.place[kept], self.by[kept], self.slope[kept], self.power[kept])

    def applied(self, numbers: Floats, factor: Floats) -> Floats:
        """Return vectors (scenario, number) under factors (scenario, parameter)."""
        found = np.tile(numbers, (len(factor), 1))
        for place, by, slope, power in zip(self.place, self.by, self.slope, self.power, strict=True):
            if slope != 0.0:
                found[:, place] += slope * (factor[:, by] - 1.0)
            else:
                found[:, place] *= factor[:, by] ** power
        return found


def touches_of(base: Floats, probed: Sequence[Floats]) -> Touches:
    """Return what each parameter touches, given the vector before and after it was multiplied by `PROBE`.

    A number that went by a power of the factor is taken to do so always; one that did not, to follow a straight line.
    """
    parts = [_touched(base, after, by) for by, after in enumerate(probed)]
    place, by, slope, power = (np.concatenate([np.zeros(0), *(part[k] for part in parts)]) for k in range(4))
    return Touches(place.astype(np.int64), by.astype(np.int64), slope, power)


def check_order(touches: Touches, names: Sequence[str]) -> None:
    """Raise InputError where a number that one parameter shifts is touched by another: their order would matter."""
    both = (touches.slope != 0.0) & (np.bincount(touches.place)[touches.place] > 1)
    if both.any():
        shared = sorted({names[int(k)] for k in touches.by[np.isin(touches.place, touches.place[both])]})
        raise InputError(f"uncertain parameters act on the same number of the model: {', '.join(shared)}")


def _touched(base: Floats, after: Floats, by: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return place, parameter, slope and power of all numbers that changed."""
    place = np.flatnonzero(base != after)
    before, now = base[place], after[place]
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log(now / before) / math.log(PROBE)
    whole = np.round(power / POWER_STEP) * POWER_STEP
    follows = np.isfinite(whole) & (np.abs(power - whole) < CLOSE)
    slope = np.where(follows, 0.0, (now - before) / (PROBE - 1.0))
    # Sums of terms that cancel differ in their last digits when nothing changed at all.
    real = ~(follows & (whole == 0.0)) & (np.abs(now - before) > CLOSE * np.maximum(np.abs(before), CLOSE))
    zeros = np.zeros(int(real.sum()))
    return place[real].astype(float), zeros + by, slope[real], np.where(follows, whole, 0.0)[real]
