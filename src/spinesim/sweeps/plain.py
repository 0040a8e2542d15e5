"""What varies as plain numbers of the task alone: the core sets those, and no scenario is assembled for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinesim.assembly import Assembly
from spinesim.assembly.vector import tail_of, whole_numbers
from spinesim.kernels.tables import Floats, Task
from spinesim.results.setting import setting_numbers, setting_of
from spinesim.sweeps.axes import Dimension

PARTS = ("loads", "muscles", "ligaments", "breath", "recruitment")  # of a scenario, that may act so
FIELDS = frozenset({
    "load_point", "load_force", "load_mass", "load_moment", "hand_target", "upper", "lower", "strand_scale",
    "fascia_scale", "hips", "pressure", "settle", "settle_cost", "lean_spread", "lean_cost",
})  # fmt: skip
TRIED = (0.0, 0.17, 0.43, 0.71, 1.0)  # shares of a column's range: no law with one or two kinks is straight there
LEAST_POINTS, MOST_POINTS = 12, 64  # places of the design where all columns together must add up
CLOSE = 1e-12
Built = Callable[[Floats], Assembly | None]  # the assembly at indices, shares and factors (column,)


@dataclass(frozen=True)
class Column:
    """One thing that varies: a dimension, or a parameter of the model that acts on the task.

    `x` is where it stands (index, share or factor) when it is left alone, `tried` are others; `value` is what the
    tables follow.
    """

    x: float
    tried: tuple[float, ...]
    value: Callable[[Floats], Floats]
    may: bool


@dataclass(frozen=True)
class Plain:
    """How the tables follow what is plain: number += slope (value - reference).

    `place` counts from the beginning of the vector's tail; the place behind its end is the co-contraction.
    """

    columns: tuple[int, ...]
    x: tuple[float, ...]
    reference: tuple[float, ...]
    place: NDArray[np.int64]
    by: NDArray[np.int64]
    slope: Floats

    def without(self, kept: tuple[int, ...]) -> Plain:
        """Return the part of some of the columns."""
        own = [self.columns.index(column) for column in kept]
        chosen = np.isin(self.by, own)
        by = np.searchsorted(own, self.by[chosen])
        x, reference = (tuple(values[k] for k in own) for values in (self.x, self.reference))
        return Plain(kept, x, reference, self.place[chosen], by, self.slope[chosen])

    def left_alone(self, keys: Floats) -> Floats:
        """Return keys (scenario, column) with the plain columns where they stand when left alone."""
        found = keys.copy()
        found[:, list(self.columns)] = self.x
        return found

    def offsets(self, columns: tuple[Column, ...], keys: Floats) -> Floats:
        """Return how far values (scenario, plain column) are from their reference."""
        found = [columns[k].value(keys[:, k]) - own for k, own in zip(self.columns, self.reference, strict=True)]
        return np.stack(found, axis=1) if found else np.zeros((len(keys), 0))


def nothing_plain() -> Plain:
    """Return that every scenario is assembled."""
    return Plain((), (), (), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


def columns_of(dimensions: tuple[Dimension, ...], ranges: Floats) -> tuple[Column, ...]:
    """Return the columns of a design: its dimensions, then parameters by the ends (parameter, 2) of their factors."""
    found = [_column(dimension) for dimension in dimensions]
    for low, high in ranges:
        tried = tuple(float(low + share * (high - low)) for share in TRIED)
        found.append(Column(1.0, tried, lambda factor: factor, True))
    return tuple(found)


def _column(dimension: Dimension) -> Column:
    leaf = dimension.leaves[0]
    numeric = leaf.ends is not None or all(isinstance(value, float) for value in leaf.values)
    may = numeric and len(dimension.leaves) == 1 and leaf.keys[0] in PARTS
    if leaf.ends is not None:
        return Column(0.5, TRIED, leaf.quantile, may)
    last = len(leaf.values) - 1
    tried = {round(share * last) for share in TRIED}
    if not may:
        return Column(0.0, tuple(float(k) for k in range(last + 1)), lambda x: x, False)
    values = np.array(leaf.values, dtype=np.float64)
    tried |= {int(values.argmin()), int(values.argmax())}
    return Column(0.0, tuple(float(k) for k in sorted(tried)), lambda x: values[x.astype(np.int64)], True)


def find_plain(columns: tuple[Column, ...], built: Built) -> Plain:
    """Return the columns that are plain: each alone follows a straight line over its range, and all together add up
    at places all over the design. Should they not, one is left out, or all are.
    """
    start = np.array([column.x for column in columns])
    base = built(start)
    if base is None or any(not column.may and len(column.tried) > MOST_POINTS for column in columns):
        return nothing_plain()
    found = nothing_plain()
    for k, column in enumerate(columns):
        slope = _slope(k, column, start, built) if column.may else None
        if slope is not None:
            place = np.flatnonzero(slope)
            found = Plain(
                (*found.columns, k), (*found.x, column.x), (*found.reference, float(column.value(start[k : k + 1])[0])),
                np.concatenate([found.place, place]),
                np.concatenate([found.by, np.full(place.size, len(found.columns))]),
                np.concatenate([found.slope, slope[place]]),
            )  # fmt: skip
    if not found.columns:
        return found
    points = _points(columns)
    seen = {point.tobytes(): _numbers(built(point)) for point in points}
    fewer = [tuple(k for k in found.columns if k != left) for left in found.columns]
    for kept in (found.columns, *fewer):
        plain = found.without(kept)
        if all(_adds_up(plain, columns, point, seen[point.tobytes()], built) for point in points):
            return plain
    return nothing_plain()


def _numbers(assembly: Assembly | None) -> tuple[bytes, Floats] | None:
    """Return what no plain column may change, and the numbers that it may: those of the tail, and co-contraction."""
    if assembly is None:
        return None
    setting = setting_of([assembly])
    fixed = setting_numbers(setting), setting.trunk, setting.pressure.nucleus
    same = b"|".join([whole_numbers(assembly.task), str(id(assembly.person)).encode(), *(a.tobytes() for a in fixed)])
    return same, np.append(tail_of(assembly.person.discs, assembly.task), assembly.co_contraction)


def _may_change(assembly: Assembly) -> NDArray[np.bool_]:
    """Return for every number of `_numbers` whether it is in a field that may be plain."""
    fields = assembly.task._asdict()
    marks = {name: np.full_like(value, float(name in FIELDS)) for name, value in fields.items() if _is_table(value)}
    marks |= {name: float(name in FIELDS) for name, value in fields.items() if isinstance(value, float)}
    discs: Any = assembly.person.discs
    still = type(discs)(*(np.zeros_like(value) if isinstance(value, np.ndarray) else 0.0 for value in discs))
    return np.append(tail_of(still, Task(**{**fields, **marks})), 1.0) > 0.0


def _is_table(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _slope(k: int, column: Column, start: Floats, built: Built) -> Floats | None:
    """Return how the numbers follow a column, or None when that is no straight line."""
    values = column.value(np.array(column.tried))
    low, high = int(values.argmin()), int(values.argmax())
    assemblies = [built(np.where(np.arange(start.size) == k, x, start)) for x in column.tried]
    seen = [found for found in map(_numbers, assemblies) if found is not None]
    first = assemblies[0]
    if values[low] == values[high] or first is None or len(seen) < len(values) or len({same for same, _ in seen}) > 1:
        return None
    numbers = np.array([own for _, own in seen])
    slope = (numbers[high] - numbers[low]) / (values[high] - values[low])
    straight = numbers[low] + slope * (values - values[low])[:, None]
    size = np.abs(numbers).max(axis=0)
    slope[np.abs(numbers - numbers[low]).max(axis=0) <= CLOSE * size] = 0.0
    allowed = _may_change(first) | (slope == 0.0)
    return slope if allowed.all() and (np.abs(straight - numbers) <= CLOSE * np.maximum(size, CLOSE)).all() else None


def _points(columns: tuple[Column, ...]) -> list[Floats]:
    """Return places (column,) of the design: every word that varies, numbers at random and at their ends."""
    most = max((len(column.tried) for column in columns if not column.may), default=0)
    rng, points = np.random.default_rng(0), []
    for n in range(max(LEAST_POINTS, most)):
        ends = n % 2 == 0
        chosen = [
            column.tried[rng.integers(2) * (len(column.tried) - 1) if ends else rng.integers(len(column.tried))]
            if column.may else column.tried[n % len(column.tried)] for column in columns
        ]  # fmt: skip
        points.append(np.array(chosen))
    return points


def _adds_up(
    plain: Plain, columns: tuple[Column, ...], point: Floats, wanted: tuple[bytes, Floats] | None, built: Built
) -> bool:
    """Tell whether the numbers at a place are those of its assembly with the plain columns left alone, and slopes."""
    base = _numbers(built(plain.left_alone(point[None])[0]))
    if base is None or wanted is None:
        return base is wanted
    found = base[1].copy()
    np.add.at(found, plain.place, plain.slope * plain.offsets(columns, point[None])[0, plain.by])
    size = np.maximum(np.abs(found), np.abs(wanted[1]))
    return base[0] == wanted[0] and bool((np.abs(found - wanted[1]) <= CLOSE * np.maximum(size, 1.0)).all())
