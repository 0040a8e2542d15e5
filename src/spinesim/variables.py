"""The vocabulary of results: each output variable and dimension, read once from variables.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml

Group = Literal["headline", "detail", "geometry", "solver"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of the results.

    Parameters
    ----------
    name : str
        Name of the dimension and of its coordinate.
    long_name : str
        What it counts.
    labels : tuple of str or None
        The fixed labels in their order; None where the model or the scenario names them.
    """

    name: str
    long_name: str
    labels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Variable:
    """One output variable.

    Parameters
    ----------
    name : str
        Name in the Dataset.
    dims : tuple of str
        Names of its dimensions, in order; empty for a single number.
    unit : str
        Unit of the numbers; '1' is dimensionless.
    long_name : str
        What it is, in words.
    sign : str
        What positive means.
    group : {'headline', 'detail', 'geometry', 'solver'}
        Where it is shown; only headline variables enter the summary table.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    long_name: str
    sign: str
    group: Group

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes written beside the numbers: units, long_name and sign convention."""
        return {"units": self.unit, "long_name": self.long_name, "sign_convention": self.sign}


@cache
def variables() -> Mapping[str, Variable]:
    """All output variables by name, in the order of variables.yaml."""
    entries = _vocabulary()["variables"]
    return MappingProxyType({name: _variable(name, entry) for name, entry in entries.items()})


@cache
def dimensions() -> Mapping[str, Dimension]:
    """All dimensions by name, in the order of variables.yaml."""
    entries = _vocabulary()["dimensions"]
    return MappingProxyType({name: _dimension(name, entry) for name, entry in entries.items()})


@cache
def specimen_variables() -> Mapping[str, Variable]:
    """All output variables of a specimen by name: those it shares with a person, with `step` in front, and its own."""
    entries = _vocabulary()["specimen"]
    found = {}
    for name, long_name in entries["shared"].items():
        own = variables()[name]
        found[name] = replace(own, dims=("step", *own.dims), long_name=long_name or own.long_name)
    return MappingProxyType(found | {name: _variable(name, entry) for name, entry in entries["variables"].items()})


@cache
def specimen_dimensions() -> Mapping[str, Dimension]:
    """All dimensions of a specimen's results by name."""
    own = {name: _dimension(name, entry) for name, entry in _vocabulary()["specimen"]["dimensions"].items()}
    used = {dim for variable in specimen_variables().values() for dim in variable.dims}
    return MappingProxyType(own | {name: dim for name, dim in dimensions().items() if name in used})


@cache
def _vocabulary() -> dict[str, dict[str, Any]]:
    text = files("spinesim").joinpath("variables.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _variable(name: str, entry: dict[str, Any]) -> Variable:
    return Variable(name, tuple(entry["dims"]), entry["unit"], entry["long_name"], entry["sign"], entry["group"])


def _dimension(name: str, entry: dict[str, Any]) -> Dimension:
    labels = entry.get("labels")
    return Dimension(name, entry["long_name"], tuple(labels) if labels is not None else None)
