"""Measures from the plain data of a case file; every problem is named by its key path."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spinesim.errors import InputError, did_you_mean, either, quoted
from spinesim.units import Dimension, parse_quantity, unit_measures
from spinesim.validation.measure import COUNTS, OPERATIONS, REDUCTIONS, Leaf, LoadStep, Measure, Operation, Step
from spinesim.variables import Dimension as Dim
from spinesim.variables import Variable, dimensions, specimen_dimensions, specimen_variables, variables

_OWN_KEYS = ("variable", "scenario", "step", "reduce")
_MOST_PARTS = 100
Path = tuple[str | int, ...]
# Where the result holds a load that may have steps: variable, label, and the sense it is counted in.
_COMPRESSION = ("specimen_force", ("axis", "superior"), -1.0)
_SHEAR = {
    "anterior": ("specimen_force", ("axis", "anterior"), 1.0),
    "right": ("specimen_force", ("axis", "right"), 1.0),
}


@dataclass
class MeasureReader:
    """Reads the measures of one case file and collects what is wrong with them.

    Parameters
    ----------
    scenarios : mapping of str to mapping
        Plain data of each scenario of the file, resolved.
    problems : list of (message, path)
        Filled while reading.
    """

    scenarios: Mapping[str, Mapping[str, Any]]
    problems: list[tuple[str, Path]] = field(default_factory=list)

    def read(self, data: object, path: Path) -> Measure | None:
        """Return the measure, or None after noting why there is none."""
        if not isinstance(data, Mapping):
            return self._note(f"must be a measure (a mapping of keys to values), not {quoted(data)}", path)
        if "variable" in data:
            return self._leaf(data, path)
        return self._operation(data, path)

    def _note(self, message: str, path: Path) -> None:
        self.problems.append((message, path))

    # --- operations ---

    def _operation(self, data: Mapping[str, Any], path: Path) -> Measure | None:
        if len(data) != 1:
            return self._note(f"needs the key 'variable', or one operation ({either(list(OPERATIONS))})", path)
        name, value = next(iter(data.items()))
        if name not in OPERATIONS:
            hint = did_you_mean(name, ["variable", *OPERATIONS]) or f" (use {either(list(OPERATIONS))})"
            return self._note(f"unknown operation '{name}'{hint}", (*path, name))
        place = (*path, name)
        if name in ("times", "number"):
            return self._times(value, place) if name == "times" else self._number(value, place)
        if COUNTS.get(name) == 1:
            part = self.read(value, place)
            return None if part is None else Operation(name, (part,))
        return self._several(name, value, place)

    def _several(self, name: str, value: object, place: Path) -> Measure | None:
        wanted = COUNTS.get(name)
        if not isinstance(value, list) or not 2 <= len(value) <= (wanted or _MOST_PARTS):
            return self._note(f"needs a list of {'two' if wanted else 'two or more'} measures", place)
        parts = [self.read(part, (*place, n)) for n, part in enumerate(value)]
        return Operation(name, tuple(part for part in parts if part is not None)) if None not in parts else None

    def _times(self, value: object, place: Path) -> Measure | None:
        if not isinstance(value, list) or len(value) != 2:
            return self._note("needs a list of a factor and a measure: [2, {...}]", place)
        factor = self._factor(value[0], (*place, 0))
        part = self.read(value[1], (*place, 1))
        if factor is None or part is None:
            return None
        return Operation("times", (part,), factor[0], factor[1])

    def _number(self, value: object, place: Path) -> Measure | None:
        factor = self._factor(value, place)
        return None if factor is None else Operation("number", (), *factor)

    def _factor(self, value: object, place: Path) -> tuple[float, str] | None:
        """Return a number or a quantity in SI units, and its unit."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value), "1"
        number, _, unit = str(value).strip().partition(" ")
        try:
            return parse_quantity(number, "number") * unit_measures(unit)[0], unit
        except InputError:
            return self._note(f"{quoted(value)} is not a number, with or without a unit", place)

    # --- leaves ---

    def _leaf(self, data: Mapping[str, Any], path: Path) -> Measure | None:
        scenario = self._scenario(data.get("scenario"), path)
        variable = self._variable(data["variable"], scenario, path)
        if variable is None or scenario is None:
            return None
        before = len(self.problems)
        labels = self._labels(data, variable, scenario, path)
        step = self._step(data.get("step"), scenario, variable, (*path, "step"))
        reduce = self._reduce(data, variable, step, path)
        if len(self.problems) > before:
            return None
        return Leaf(variable.name, scenario, labels, step, reduce, variable.unit)

    def _is_specimen(self, scenario: str | None) -> bool:
        return scenario is not None and "specimen" in self.scenarios[scenario]

    def _variable(self, name: object, scenario: str | None, path: Path) -> Variable | None:
        """Return the variable; a specimen has other ones than a person."""
        known = specimen_variables() if self._is_specimen(scenario) else variables()
        known = {**variables(), **specimen_variables()} if scenario is None else known
        if isinstance(name, str) and name in known:
            return known[name]
        return self._note(f"there is no variable {quoted(name)}{did_you_mean(name, known)}", (*path, "variable"))

    def _scenario(self, name: object, path: Path) -> str | None:
        if name is None and len(self.scenarios) == 1:
            return next(iter(self.scenarios))
        if isinstance(name, str) and name in self.scenarios:
            return name
        place = (*path, "scenario") if name is not None else path
        if name is None:
            return self._note("needs the key 'scenario', the file has several", place)
        return self._note(f"there is no scenario {quoted(name)} in this file{_hint(name, self.scenarios)}", place)

    def _labels(
        self, data: Mapping[str, Any], variable: Variable, scenario: str, path: Path
    ) -> tuple[tuple[str, str], ...]:
        found = []
        dims = specimen_dimensions() if self._is_specimen(scenario) else dimensions()
        for key, label in data.items():
            if key in _OWN_KEYS:
                continue
            if key not in variable.dims or key == "step":
                usable = [*(dim for dim in variable.dims if dim != "step"), *_OWN_KEYS]
                self._note(f"{variable.name} has no '{key}'{_hint(key, usable)}", (*path, key))
            elif self._known_label(dims[key], label, scenario, (*path, key)):
                found.append((key, str(label)))
        return tuple(found)

    def _known_label(self, dim: Dim, label: object, scenario: str, place: Path) -> bool:
        allowed = dim.labels
        if dim.name == "level" and self._is_specimen(scenario):
            allowed = self._levels(scenario) or allowed
        if isinstance(label, str) and (allowed is None or label in allowed):
            return True
        self._note(f"there is no {dim.name} {quoted(label)}{_hint(label, allowed or ())}", place)
        return False

    def _levels(self, scenario: str) -> tuple[str, ...]:
        """Return the levels of a specimen, none when they are not a list."""
        specimen = self.scenarios[scenario]["specimen"]
        levels = specimen.get("levels") if isinstance(specimen, Mapping) else None
        return tuple(str(level) for level in levels) if isinstance(levels, list) else ()

    def _reduce(self, data: Mapping[str, Any], variable: Variable, step: Step | None, path: Path) -> str | None:
        reduce = data.get("reduce")
        left = [dim for dim in variable.dims if dim not in data and dim != "step"]
        left += ["step"] if step == "all" else []
        if reduce is not None and reduce not in REDUCTIONS:
            self._note(f"unknown value {quoted(reduce)}{_hint(reduce, REDUCTIONS)}", (*path, "reduce"))
        if left and reduce is None:
            self._note(f"needs {either(left)} of {variable.name}, or 'reduce'", path)
        return reduce if isinstance(reduce, str) else None

    def _step(self, step: object, scenario: str, variable: Variable, place: Path) -> Step | None:
        if step is not None and "step" not in variable.dims:
            return self._note(f"{variable.name} has no steps", place)
        if step is None or step in ("first", "last", "all"):
            return None if step is None else str(step)
        driver = _driver(self.scenarios[scenario])
        if driver is None:
            return self._note(f"{scenario} has no load with steps, so only 'first' or 'last' can be asked", place)
        load, label, sign, dimension = driver
        try:
            return LoadStep(load, label, sign, parse_quantity(step, dimension), str(step))
        except InputError as error:
            return self._note(f"{error}; or use 'first', 'last' or 'all'", place)


def _driver(scenario: Mapping[str, Any]) -> tuple[str, tuple[str, str] | None, float, Dimension] | None:
    """Return where the result holds the load that has steps, and what dimension it has."""
    specimen = scenario.get("specimen")
    loads = specimen if isinstance(specimen, Mapping) else {}
    stepped = [key for key, load in loads.items() if isinstance(load, Mapping) and "steps" in load]
    match stepped:
        case ["moment"]:
            return "specimen_moment", ("rotation", _largest(loads["moment"], "moment")), 1.0, "moment"
        case ["shear"]:
            return *_SHEAR.get(_largest(loads["shear"], "force"), _SHEAR["anterior"]), "force"
        case ["compression"]:
            return *_COMPRESSION, "force"
        case ["follower_load"]:
            return "follower_load", None, 1.0, "force"
    return None


def _largest(load: Mapping[str, Any], dimension: Dimension) -> str:
    """Return the axis of a load that has the largest part; a part that cannot be read counts as none."""
    return max(
        (key for key in load if key not in ("steps", "course")), key=lambda k: _size(load[k], dimension), default=""
    )


def _size(text: object, dimension: Dimension) -> float:
    try:
        return abs(parse_quantity(text, dimension))
    except InputError:
        return 0.0


def _hint(word: object, options: Iterable[str] | Collection[str]) -> str:
    listed = list(options)
    return did_you_mean(word, listed) or (f" (use {either(listed)})" if 0 < len(listed) <= 12 else "")
