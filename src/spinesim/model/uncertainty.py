"""How sure the numbers of a model are, and the model with one of them changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinesim.errors import InputError, did_you_mean
from spinesim.model.nodes import Node
from spinesim.model.spine import Fascicle, Model, Uncertainty
from spinesim.units import unit_factor

CUT = 2.5  # standard deviations at which normal and lognormal factors are cut
KINDS = ("normal", "lognormal", "uniform")


def read_uncertainties(node: Node) -> dict[str, Any]:
    """Return the part of a model that says how sure its numbers are."""
    return {"uncertainties": tuple(_uncertainty(name, entry) for name, entry in node["parameters"].items())}


def _uncertainty(name: str, node: Node) -> Uncertainty:
    kinds = [kind for kind in KINDS if kind in node]
    if len(kinds) != 1:
        raise node.fail(f"needs one of {', '.join(KINDS)}")
    keys = ("low", "high") if kinds[0] == "uniform" else ("sd",)
    numbers = tuple(_amount(node[kinds[0]][key]) for key in keys)
    paths = tuple(path.text() for path in node["of"].list())
    return Uncertainty(name, paths, kinds[0], tuple(n for n, _ in numbers), numbers[0][1], node.sources())


def _amount(node: Node) -> tuple[float, bool]:
    """Return a number and whether it is a share of the model's value; else it is SI in the value's own dimension."""
    if isinstance(node.value, str):
        number, _, unit = node.value.strip().partition(" ")
        if unit == "%":
            return node.plain("fraction"), True
        try:
            return float(number) * unit_factor(unit), False
        except ValueError as error:
            raise node.fail(f"'{node.value}' is no quantity: {error}") from None
    return node.number(), False


def in_shares(model: Model, entry: Uncertainty) -> Uncertainty:
    """Return an uncertainty whose numbers are shares of the model's value.

    Raises
    ------
    InputError
        When a path leads nowhere, or numbers with a unit belong to values that differ.
    """
    values = np.concatenate([_leaves(model, path.split("."), path, model) for path in entry.paths])
    if entry.relative:
        return entry
    if not np.allclose(values, values[0], rtol=1e-12):
        raise InputError(f"uncertainty '{entry.name}': numbers with a unit need one value, the paths lead to several")
    return replace(entry, numbers=tuple(n / float(values[0]) for n in entry.numbers), relative=True)


def scaled(model: Model, entry: Uncertainty, factor: float) -> Model:
    """Return the model with every number of an uncertain parameter times a factor; it rests in neutral as it did."""
    rests_as = model.rests_as or model
    for path in entry.paths:
        model = _changed(model, path.split("."), path, factor, model)
    return replace(model, rests_as=rests_as)


def factors(entry: Uncertainty, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factors at shares (0 to 1) of the distribution: its inverse, elementwise.

    A normal or lognormal distribution is cut at `CUT` standard deviations; the logarithm of a lognormal factor has
    the standard deviation sqrt(log(1 + sd^2)) and the median 1.

    Notes
    -----
    The inverse is that of the standard library (Wichura's AS 241, 16 digits): importing SciPy's takes longer than an
    interval's 256 solves.
    """
    if entry.kind == "uniform":
        low, high = entry.numbers
        return low + (high - low) * share
    (sd,) = entry.numbers
    normal = NormalDist()
    outside = normal.cdf(-CUT)
    inside = outside + (1.0 - 2.0 * outside) * np.asarray(share)
    z = np.array([normal.inv_cdf(p) for p in inside.ravel().tolist()]).reshape(inside.shape)
    return 1.0 + sd * z if entry.kind == "normal" else np.exp(np.sqrt(np.log1p(sd * sd)) * z)


def _leaves(item: Any, parts: Sequence[str], path: str, model: Model) -> NDArray[np.float64]:
    """Return all numbers a path leads to."""
    if not parts:
        return np.atleast_1d(np.array(_numbers(item, path), dtype=np.float64))
    return np.concatenate(
        [_leaves(_at(item, key), parts[1:], path, model) for key in _keys(item, parts[0], path, model)]
    )


def _numbers(item: Any, path: str) -> list[float]:
    if isinstance(item, Mapping):
        return [n for inner in item.values() for n in _numbers(inner, path)]
    if isinstance(item, tuple):
        return [n for inner in item for n in _numbers(inner, path)]
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        raise InputError(f"'{path}' of the model is no number")
    return [float(item)]


def _changed(item: Any, parts: Sequence[str], path: str, factor: float, model: Model) -> Any:
    """Return the item with the numbers at the path times the factor."""
    if not parts:
        if isinstance(item, Mapping):
            return {key: _changed(inner, (), path, factor, model) for key, inner in item.items()}
        if isinstance(item, tuple):
            return tuple(_changed(inner, (), path, factor, model) for inner in item)
        return _numbers(item, path)[0] * factor
    new = {key: _changed(_at(item, key), parts[1:], path, factor, model) for key in _keys(item, parts[0], path, model)}
    if isinstance(item, Mapping):
        return {**item, **new}
    if not isinstance(item, tuple):
        return _with(item, new)
    return tuple(new.get(i, inner) for i, inner in enumerate(tuple(item)))


def _with(item: Any, new: dict[str, Any]) -> Any:
    """Return a copy of a plain dataclass with other values; ten times as fast as `dataclasses.replace`."""
    copied = object.__new__(type(item))
    copied.__dict__.update(item.__dict__, **new)
    return copied


def _at(item: Any, key: Any) -> Any:
    return getattr(item, key) if is_dataclass(item) else item[key]


def _keys(item: Any, part: str, path: str, model: Model) -> list[Any]:
    """Return the keys of an item that one part of a path names: a name, an index, `*`, or a choice of fascicles."""
    if is_dataclass(item) and part in item.__dict__:
        return [part]
    if is_dataclass(item):
        known: dict[str, list[Any]] = {field.name: [field.name] for field in fields(item)}
    elif isinstance(item, Mapping):
        known = {"*": list(item), **{str(key): [key] for key in item}}
    elif isinstance(item, tuple):
        known = {"*": list(range(len(item))), **{str(i): [i] for i in range(len(item))}}
        if item and isinstance(item[0], Fascicle):
            known |= _fascicles(item, model)
    else:
        known = {}
    if not known.get(part):
        raise InputError(f"'{path}' leads nowhere in the model: no '{part}'{did_you_mean(part, known)}")
    return known[part]


def _fascicles(items: Sequence[Fascicle], model: Model) -> dict[str, list[Any]]:
    """Return the indices of fascicles by region, kind of passive law, and group."""
    found: dict[str, list[Any]] = {}
    for i, fascicle in enumerate(items):
        region = "trunk" if fascicle.group in model.trunk_groups else "hip"
        for name in (region, fascicle.passive.kind, fascicle.group):
            found.setdefault(name, []).append(i)
    return found
