"""The dimensions of a design: where each value goes in the scenario, and what it may be."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinesim.errors import InputError, Problem, did_you_mean, either, in_order, quoted
from spinesim.model.spine import Uncertainty
from spinesim.model.uncertainty import CUT, factors
from spinesim.scenario import Scenario
from spinesim.scenario.changes import apply_changes
from spinesim.scenario.sweep import Axis, Normal, Sweep, Uniform, Varied
from spinesim.units import unit_measures
from spinesim.variables import dimensions as output_dimensions
from spinesim.variables import variables

Key = tuple[str | int, ...]
TOGETHER = "together_with"  # attribute of a coordinate that follows another
_QUANTITY = re.compile(r"^\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*(.*?)\s*$")


@dataclass(frozen=True)
class Leaf:
    """One value of the scenario that varies: listed values as the scenario holds them, or two ends and a spread.

    `ends` are low and high of a uniform, mean and sd of a normal distribution, in SI.
    """

    keys: Key
    values: tuple[Any, ...] = ()
    ends: tuple[float, float] | None = None
    normal: bool = False

    def at(self, x: float) -> Any:
        """Return the value at an index of the list, or at a share (0 to 1) of the distribution."""
        if self.ends is None:
            return self.values[int(x)]
        return float(self.quantile(np.array([x]))[0])

    def quantile(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (SI) at shares of the distribution."""
        low, high = self.ends or (0.0, 0.0)
        if not self.normal:
            return low + (high - low) * share
        unit = Uncertainty("", (), "normal", (1.0,), True, ())
        return low + high * (factors(unit, share) - 1.0)


@dataclass(frozen=True)
class Coordinate:
    """What one value that varies is called, and its values as the file has them.

    `labels` are in `unit`; empty for a distribution, whose values are the leaf's over `scale`.
    """

    name: str
    leaf: Leaf
    labels: tuple[Any, ...]
    unit: str
    scale: float

    def at(self, x: NDArray[np.float64]) -> NDArray[Any]:
        """Return the values at indices or shares."""
        if self.labels:
            return np.array(self.labels)[x.astype(np.int64)]
        return self.leaf.quantile(x) / self.scale


@dataclass(frozen=True)
class Dimension:
    """One dimension of the design: its coordinate, and those of values that vary together with it."""

    coordinates: tuple[Coordinate, ...]

    @property
    def name(self) -> str:
        """The name of the dimension."""
        return self.coordinates[0].name

    @property
    def labels(self) -> tuple[Any, ...]:
        """The values of the first leaf as the file has them; empty for a distribution."""
        return self.coordinates[0].labels

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All values of the scenario that vary along this dimension."""
        return tuple(coordinate.leaf for coordinate in self.coordinates)


def dimensions_of(
    sweep: Sweep, base: Scenario, parameters: Collection[str] = ()
) -> tuple[Scenario, tuple[Dimension, ...]]:
    """Return the scenario of the first values, and every dimension resolved against it; `parameters` are names that
    are given away already.

    Raises
    ------
    InputError
        With every path that leads nowhere and every value that does not fit.
    """
    template = _template(sweep, base)
    problems: list[Problem] = []
    found = []
    for n, axis in enumerate(sweep.vary):
        try:
            found.append(_dimension(axis, template, sweep, f"vary.{n}"))
        except InputError as error:
            problems += error.problems
    problems += _without_a_name_of_their_own(sweep, [dimension.name for dimension in found])
    if problems:
        raise InputError(sorted(problems, key=in_order))
    return template, _told_apart(found, {*taken(), *parameters})


def _told_apart(found: Sequence[Dimension], known: Collection[str]) -> tuple[Dimension, ...]:
    """Return dimensions whose second and further coordinates have names of their own: as much of the end of their
    paths as that takes.
    """
    used = {*known, *(dimension.name for dimension in found)}
    apart = []
    for dimension in found:
        first, *more = dimension.coordinates
        named = [first]
        for coordinate in more:
            parts = coordinate.name.split(".")
            ends = ["_".join(parts[-n:]) for n in range(1, len(parts) + 1)]
            name = next((end for end in ends if end not in used), f"{ends[-1]}_together")
            used.add(name)
            named.append(replace(coordinate, name=name))
        apart.append(Dimension(tuple(named)))
    return tuple(apart)


def _without_a_name_of_their_own(sweep: Sweep, names: Sequence[str]) -> list[Problem]:
    """Return what is wrong with the names of dimensions, and how to give another."""
    found = []
    for name in sorted({name for name in names if names.count(name) > 1 or name in taken()}):
        why = "two axes have it" if names.count(name) > 1 else "an output or one of its dimensions has it"
        message = f"the dimension '{name}' needs a name of its own ({why}): write `name` beside its path"
        found.append(sweep.problem(message, "vary"))
    return found


def _template(sweep: Sweep, base: Scenario) -> Scenario:
    """Return the base with the first value of every axis.

    Raises
    ------
    InputError
        With what is wrong in each of the axes.
    """
    changes, sources = {}, {}
    for n, axis in enumerate(sweep.vary):
        for part in axis.parts:
            changes[part.path] = _texts(part)[0]
            sources[part.path] = _spoken(sweep.problem("", f"vary.{n}"))
    if not changes:
        return base
    try:
        return base.replace(changes, sources=sources)
    except InputError as error:
        raise InputError(sorted({*error.problems, *_wrong_alone(sweep, base, sources)}, key=in_order)) from None


def _wrong_alone(sweep: Sweep, base: Scenario, sources: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with any value of an axis when the others are left alone."""
    for axis in sweep.vary:
        for texts in zip(*(_texts(part) for part in axis.parts), strict=False):
            changes = {part.path: text for part, text in zip(axis.parts, texts, strict=True)}
            try:
                base.replace(changes, sources={path: sources[path] for path in changes})
            except InputError as error:
                yield from error.problems


def _spoken(problem: Problem) -> str:
    """Return the place of a problem, as its own text would begin."""
    place = ":".join(str(part) for part in (problem.file or "sweep", problem.line, problem.column) if part is not None)
    return f"{place}: {problem.path}"


def _texts(part: Varied) -> list[Any]:
    """Return what the file says that a value may be: all of it, or the ends."""
    if part.values is not None:
        return list(part.values)
    if isinstance(part.spread, Normal):
        return [part.spread.mean]
    if isinstance(part.spread, Uniform):
        return [part.spread.low, part.spread.high]
    return [part.start, part.end]


def _dimension(axis: Axis, template: Scenario, sweep: Sweep, where: str) -> Dimension:
    parts = axis.parts
    texts = [_texts(part) for part in parts]
    counts = sorted({len(own) for own in texts})
    if len(counts) > 1:
        raise InputError(
            sweep.problem(
                f"what varies together needs equally many values, not {either([str(n) for n in counts])}", where
            )
        )
    rows = [dict(zip((part.path for part in parts), row, strict=True)) for row in zip(*texts, strict=True)]
    read = _read(rows, template, sweep, where)
    leaves = [_leaf(part, *read[part.path], template, sweep, where) for part in parts]
    told = [_labels(part, leaf) for part, leaf in zip(parts, leaves, strict=True)]
    labels, unit, _ = told[0]
    seen: dict[str, int] = {}
    listed = enumerate(zip(*(leaf.values for leaf in leaves), strict=True))
    twice = [n for n, row in listed if seen.setdefault(repr(row), n) != n]
    if twice:
        again = either(list(dict.fromkeys(str(labels[n]) for n in twice[:3])))
        raise InputError(sweep.problem(f"{axis.path} has {again} {unit} twice".replace("  ", " "), where))
    names = [axis.name or _name(axis.path), *(_plain(part.path) for part in parts[1:])]
    return Dimension(tuple(Coordinate(name, leaf, *own) for name, leaf, own in zip(names, leaves, told, strict=True)))


def _name(path: str) -> str:
    """Return the last part of a path, or the last two where an output or its dimension has that name."""
    parts = _plain(path).split(".")
    return parts[-1] if parts[-1] not in taken() else "_".join(parts[-2:])


def _plain(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]", "_", path)


def taken() -> set[str]:
    """Return the names that no dimension of a sweep may have."""
    return {"sample", "scenario", "quantile", "parameter", *variables(), *output_dimensions()}


def _leaf(part: Varied, keys: Key, values: list[Any], template: Scenario, sweep: Sweep, where: str) -> Leaf:
    """Return the leaf of one path, its values read by the scenario itself."""
    texts = _texts(part)
    if part.values is not None:
        return Leaf(keys, tuple(values))
    if not all(isinstance(value, float) for value in values):
        raise InputError(sweep.problem(f"{part.path} is no quantity: list its values", where))
    spread = part.spread
    if isinstance(spread, Normal):
        sd = _standard_deviation(spread, values[0], part, template, sweep, where)
        return Leaf(keys, ends=(values[0], sd), normal=True)
    if spread is not None:
        if values[0] == values[1] or (part.uniform is not None and values[0] > values[1]):
            message = f"{part.path} needs a low end below its high one, not {texts[0]} and {texts[1]}"
            raise InputError(sweep.problem(message, where))
        return Leaf(keys, ends=(values[0], values[1]))
    return Leaf(keys, tuple(float(x) for x in np.linspace(values[0], values[1], part.count or 0)))


def _standard_deviation(
    spread: Normal, mean: float, part: Varied, template: Scenario, sweep: Sweep, where: str
) -> float:
    """Return the standard deviation in SI, once the scenario has accepted both ends of the distribution."""
    match = _QUANTITY.match(str(spread.sd))
    unit = _unit(spread.mean) or "1"
    scale, powers = unit_measures(unit)
    own, measured = unit_measures(match.group(2) or "1") if match else (0.0, powers)
    sd = float(match.group(1)) * own if match else 0.0
    if not 0.0 < sd < math.inf:
        raise InputError(
            sweep.problem(f"the standard deviation {quoted(spread.sd)} must be a positive quantity", where)
        )
    if measured != powers:
        message = f"the standard deviation {quoted(spread.sd)} must be in the unit of the mean, such as {unit}"
        raise InputError(sweep.problem(message, where))
    ends = [f"{(mean + side * CUT * sd) / scale:.12g} {_unit(spread.mean)}".strip() for side in (-1, 1)]
    _read([{part.path: end} for end in ends], template, sweep, where)
    return sd


def _read(
    rows: Sequence[Mapping[str, Any]], template: Scenario, sweep: Sweep, where: str
) -> dict[str, tuple[Key, list[Any]]]:
    """Return by path its place, and what the scenario makes of each row of texts by path."""
    found: dict[str, tuple[Key, list[Any]]] = {path: ((), []) for path in rows[0]}
    problems: list[Problem] = []
    for row in rows:
        try:
            scenario = template.replace(row)
            _, places = apply_changes(scenario.to_dict(), {path: path for path in row}, row)
        except InputError as error:
            problems += [sweep.problem(f"{problem.message} ({problem.path})", where) for problem in error.problems]
            continue
        for path, place in places.items():
            value, keys = _walk(scenario, [int(key) if key.isdigit() else key for key in place.split(".")])
            found[path] = (keys, [*found[path][1], value])
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return found


def _walk(scenario: Scenario, keys: Sequence[str | int]) -> tuple[Any, Key]:
    """Return the value at a place, and the place in names of attributes instead of keys of the file."""
    value: Any = scenario
    found: list[str | int] = []
    for key in keys:
        if isinstance(key, str) and key not in type(value).model_fields:
            key = next(name for name, field in type(value).model_fields.items() if field.alias == key)
        value = value[key] if isinstance(key, int) else getattr(value, key)
        found.append(key)
    return value, tuple(found)


def _labels(part: Varied, leaf: Leaf) -> tuple[tuple[Any, ...], str, float]:
    """Return the coordinate's labels, unit and what one of the unit is in SI."""
    texts = _texts(part)
    unit = _unit(texts[0])
    numeric = leaf.ends is not None or all(isinstance(value, float) for value in leaf.values)
    if not numeric:
        plain = all(isinstance(value, int) and not isinstance(value, bool) for value in leaf.values)
        return (leaf.values if plain else tuple(str(text) for text in texts)), "", 1.0
    scale = unit_measures(unit or "1")[0]
    return tuple(float(f"{value / scale:.12g}") for value in leaf.values), unit or "1", scale


def _unit(text: Any) -> str:
    """Return the unit a quantity is written in; empty for plain numbers."""
    match = _QUANTITY.match(text) if isinstance(text, str) else None
    return match.group(2) if match else ""


def set_values(scenario: Scenario, leaves: Sequence[Leaf], values: Sequence[Any]) -> Scenario:
    """Return the scenario with leaves set to values that were read before: nothing is checked again."""
    return _set(scenario, [(leaf.keys, value) for leaf, value in zip(leaves, values, strict=True)])


def _set(item: Any, changes: Sequence[tuple[Key, Any]]) -> Any:
    if len(changes) == 1 and not changes[0][0]:
        return changes[0][1]
    by_key: dict[str | int, list[tuple[Key, Any]]] = {}
    for keys, value in changes:
        by_key.setdefault(keys[0], []).append((keys[1:], value))
    if isinstance(item, tuple):
        return tuple(_set(inner, by_key[i]) if i in by_key else inner for i, inner in enumerate(item))
    return item.model_copy(update={str(key): _set(getattr(item, str(key)), own) for key, own in by_key.items()})


def uncertain(sweep: Sweep, known: Mapping[str, Uncertainty]) -> tuple[Uncertainty, ...]:
    """Return the uncertain parameters of the model that the sweep asks for."""
    if sweep.uncertainty == "none":
        return ()
    if sweep.uncertainty == "model":
        return tuple(known.values())
    wrong = [name for name in sweep.uncertainty if name not in known]
    if wrong:
        raise InputError(
            sweep.problem(f"the model has no uncertain parameter '{name}'{did_you_mean(name, known)}", "uncertainty")
            for name in wrong
        )
    return tuple(known[name] for name in sweep.uncertainty)
