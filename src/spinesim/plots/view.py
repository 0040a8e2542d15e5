"""From space to paper: the sagittal plane seen from the person's right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_NAMES = (("anterior", "posterior"), ("superior", "inferior"))
_IN_PLANE = 0.5  # share of gravity that must lie in the plane for the picture to be turned by it


@dataclass(frozen=True)
class View:
    """A turn of the sagittal plane about a point of it.

    Parameters
    ----------
    turn : ndarray, shape (2, 2)
        Rotation matrix from (anterior, superior) to (across, up) on paper.
    origin : ndarray, shape (2,)
        Point of the plane that becomes (0, 0); m.
    scale : float
        Paper units per metre: 1 for m, 100 for cm.
    """

    turn: Floats
    origin: Floats
    scale: float = 1.0

    def points(self, points: ArrayLike) -> Floats:
        """Return points of space, shape (..., 3) in m, on paper, shape (..., 2)."""
        return (np.asarray(points, dtype=float)[..., :2] - self.origin) @ self.turn.T * self.scale

    def directions(self, vectors: ArrayLike) -> Floats:
        """Return vectors of space, shape (..., 3), on paper, shape (..., 2), in their own unit."""
        return np.asarray(vectors, dtype=float)[..., :2] @ self.turn.T

    def names(self) -> tuple[str, str]:
        """Return what the two axes of the paper are called, in the direction of growing numbers."""
        return _name(self.turn[0], "horizontal"), _name(self.turn[1], "vertical")


def upright_view(result: xr.Dataset) -> View:
    """Return the view in which gravity points down; a person on their side is drawn as if standing."""
    gravity = values(result["gravity"])
    flat = gravity[:2]
    down = float(np.hypot(*flat))
    if not down > _IN_PLANE * float(np.linalg.norm(gravity)):
        return View(np.eye(2), np.zeros(2))
    return View(_with_up(-flat / down), np.zeros(2))


def spine_view(lower: Floats, upper: Floats) -> View:
    """Return the view, in cm, with the line from a lower to an upper point of space upright.

    Points that are not known (NaN) leave the person's own upright axes.
    """
    line = (upper - lower)[:2]
    length = float(np.hypot(*line))
    origin = np.where(np.isfinite(lower[:2]), lower[:2], 0.0)
    return View(_with_up(line / length) if length > 0.0 else np.eye(2), origin, 100.0)


def values(array: xr.DataArray, **labels: Any) -> Floats:
    """Return the numbers of an array, or of a part by its labels, as floats."""
    return np.asarray(array.sel(labels).values, dtype=float)


def _with_up(up: Floats) -> Floats:
    """Return the rotation that brings a unit vector of the plane upright."""
    rounded = np.round(up, 12) + 0.0
    return np.array([[rounded[1], -rounded[0]], [rounded[0], rounded[1]]])


def _name(direction: Floats, otherwise: str) -> str:
    axis = int(np.argmax(np.abs(direction)))
    if abs(direction[axis]) < np.cos(np.radians(5.0)):
        return otherwise
    return _NAMES[axis][int(direction[axis] < 0.0)]
