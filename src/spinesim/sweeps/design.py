"""Which values each scenario of a sweep has, by its number alone: any block can be drawn without the ones before it."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spinesim.sweeps.axes import Dimension

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """A grid or a random design.

    Parameters
    ----------
    dimensions : tuple of Dimension
    parameters : int
        How many uncertain parameters are drawn.
    kind : str
        "grid", "latin_hypercube", "sobol" or "given".
    samples : int
        Draws: in all, or at each point of the grid; 1 for a grid without uncertainty.
    seed : int
    table : array (sample, dimension + parameter) or None
        The shares of a given design.
    """

    dimensions: tuple[Dimension, ...]
    parameters: int
    kind: Literal["grid", "latin_hypercube", "sobol", "given"]
    samples: int
    seed: int
    table: Floats | None = None

    @property
    def shape(self) -> dict[str, int]:
        """The size of every dimension of the result, in order."""
        if self.kind != "grid":
            return {"sample": self.samples}
        grid = {dimension.name: len(dimension.labels) for dimension in self.dimensions}
        return {**grid, "sample": self.samples} if self.parameters else grid

    @property
    def size(self) -> int:
        """How many scenarios there are."""
        return math.prod(self.shape.values())

    def points(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Return the scenarios from start to stop: indices or shares (scenario, dimension), and shares
        (scenario, parameter) of the uncertain parameters' distributions.
        """
        n = len(self.dimensions)
        if self.kind != "grid":
            drawn = self._drawn(start, stop)
            return self._listed(drawn[:, :n]), drawn[:, n:]
        number, sample = np.divmod(np.arange(start, stop), self.samples)
        grid = [len(dimension.labels) for dimension in self.dimensions]
        axes = np.stack(np.unravel_index(number, grid), axis=1).astype(float) if n else np.zeros((stop - start, 0))
        if not self.parameters:
            return axes, np.zeros((stop - start, 0))
        return axes, draws("sobol", self.parameters, self.samples, self.seed, 0, self.samples)[sample]

    def _drawn(self, start: int, stop: int) -> Floats:
        """Return shares (scenario, dimension + parameter) of a random or given design."""
        if self.table is not None:
            return self.table[start:stop]
        return draws(self.kind, len(self.dimensions) + self.parameters, self.samples, self.seed, start, stop)

    def _listed(self, share: Floats) -> Floats:
        """Return shares with those of listed dimensions turned into indices."""
        found = share.copy()
        for k, dimension in enumerate(self.dimensions):
            if dimension.labels:
                found[:, k] = np.floor(share[:, k] * len(dimension.labels))
        return found


def draws(kind: str, dimensions: int, samples: int, seed: int, start: int, stop: int) -> Floats:
    """Return rows start to stop of a random design over the unit cube (sample, dimension).

    Scrambled Sobol sequences (Owen) go on from any row; a Latin hypercube is drawn whole and kept.
    """
    if kind == "latin_hypercube":
        return _hypercube(dimensions, samples, seed)[start:stop]
    return _sequence(dimensions, seed).rows(start, stop)


class _Sequence:
    """A scrambled Sobol sequence that goes on from where it stands.

    Scrambling one takes as long as two solves, and the way to its millionth row as long as ten.
    """

    def __init__(self, dimensions: int, seed: int) -> None:
        from scipy.stats import qmc

        self._engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        self._at = 0
        self._lock = Lock()

    def rows(self, start: int, stop: int) -> Floats:
        """Return rows start to stop."""
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a block is no power of 2: the whole design may be
            if start < self._at:
                self._engine.reset()
                self._at = 0
            if start > self._at:
                self._engine.fast_forward(start - self._at)
            self._at = stop
            return self._engine.random(stop - start)


@lru_cache(maxsize=2)
def _sequence(dimensions: int, seed: int) -> _Sequence:
    return _Sequence(dimensions, seed)


@lru_cache(maxsize=1)
def _hypercube(dimensions: int, samples: int, seed: int) -> Floats:
    """Return a Latin hypercube: in every dimension one point in each of equal strata (McKay 1979).

    SciPy has one too, but importing its statistics takes longer than solving the 256 scenarios of an interval.
    """
    rng = np.random.default_rng(seed)
    strata = rng.permuted(np.tile(np.arange(samples), (dimensions, 1)), axis=1).T
    return (strata + rng.random((samples, dimensions))) / samples
