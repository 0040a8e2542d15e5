"""The small faults of a scenario, by name, to what they stand for in the model."""

from __future__ import annotations

from typing import Any

from spinesim.errors import InputError, NotYetError, Origin, Problem, did_you_mean, either
from spinesim.model import Fault, Model
from spinesim.scenario import Scenario
from spinesim.scenario.conditions import Recruitment
from spinesim.scenario.faults import FaultUse
from spinesim.scenario.posture import Posture, RotationOffset
from spinesim.scenario.tissues import DiscChange, HipChange, MuscleChange
from spinesim.schema import Frozen, validate

ENTRIES: dict[str, type[Frozen]] = {
    "muscles": MuscleChange,
    "rotation_offsets": RotationOffset,
    "discs": DiscChange,
    "hips": HipChange,
}
SETTINGS: dict[str, type[Frozen]] = {"posture": Posture, "recruitment": Recruitment}
SIDES = ("left", "right", "both")


class _ContradictionError(InputError):
    """A setting stated twice; its problems say where."""


def with_faults(model: Model, scenario: Scenario) -> Scenario:
    """Return the scenario with its faults written out; problems in them name the fault.

    Raises
    ------
    InputError
        With every fault that the model does not have, that is put where it cannot be, or that contradicts what the
        scenario says itself.
    """
    if not scenario.faults:
        return scenario
    found: dict[str, Any] = {part: list(getattr(scenario, part)) for part in ENTRIES}
    found |= {part: getattr(scenario, part) for part in SETTINGS}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    late = True
    for n, use in enumerate(scenario.faults):
        place = f"faults.{n}"
        if use in scenario.faults[:n]:
            problems.append(scenario.problem(f"the fault '{use.name}' is named twice: leave one out", place))
            continue
        try:
            _write_out(model, use, place, found, places)
        except InputError as error:
            late = late and isinstance(error, NotYetError)
            told = isinstance(error, _ContradictionError)
            problems += [
                scenario.problem(problem.message, problem.path if told else place) for problem in error.problems
            ]
    if problems:
        raise (NotYetError if late else InputError)(problems)
    return scenario.written_out({name: _frozen(value) for name, value in found.items()}, places)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _write_out(model: Model, use: FaultUse, place: str, found: dict[str, Any], places: dict[str, str]) -> None:
    """Add what one fault stands for to the parts of the scenario found so far."""
    fault, given = resolve(model, use)
    for part, kind in ENTRIES.items():
        for entry in _every_group(model, fault.parts.get(part, ())):
            plain = {key: given[key] if value == "given" else value for key, value in entry.items()}
            places[f"{part}.{len(found[part])}"] = place
            found[part].append(validate(kind, plain, Origin()))
    for part, kind in SETTINGS.items():
        wanted = validate(kind, fault.parts.get(part, {}), Origin())
        for key in wanted.model_fields_set:
            own, new = getattr(found[part], key), getattr(wanted, key)
            if f"{part}.{key}" in places or own not in (None, kind.model_fields[key].default, new):
                raise _contradiction(use.name, f"{part}.{key}", place, places.get(f"{part}.{key}", f"{part}.{key}"))
            places[f"{part}.{key}"] = place
            found[part] = found[part].model_copy(update={key: new})


def _contradiction(name: str, key: str, place: str, other: str) -> _ContradictionError:
    """Return the problem of a setting that a fault states and something else too, told at both places."""
    return _ContradictionError(
        [
            Problem(f"the fault '{name}' says {key}, and so does {other}: leave one of them out", path=place),
            Problem(f"{key} is stated here, and the fault '{name}' says it too: leave one of them out", path=other),
        ]
    )


def _every_group(model: Model, entries: Any) -> list[dict[str, Any]]:
    """Return the entries with the group "all" written out."""
    groups = {
        n: model.groups if entry.get("group") == "all" else (entry.get("group"),) for n, entry in enumerate(entries)
    }
    return [
        {key: group if key == "group" else value for key, value in entry.items()}
        for n, entry in enumerate(entries)
        for group in groups[n]
    ]


def resolve(model: Model, use: FaultUse) -> tuple[Fault, dict[str, str]]:
    """Return the fault that a scenario means, with its side and level."""
    name, side = _name_and_side(model, use)
    if name not in model.faults:
        hint = did_you_mean(name, model.faults) or f" (there are {', '.join(model.faults)})"
        raise InputError(f"unknown fault '{use.name}'{hint}")
    fault = model.faults[name]
    given = dict(fault.takes)
    for key, value in (("side", side), ("level", use.level)):
        if value is None:
            continue
        if key not in given:
            takes = either(list(given)) if given else "neither side nor level"
            raise InputError(f"the fault '{name}' takes no {key} ({takes})")
        given[key] = value
    return fault, given


def _name_and_side(model: Model, use: FaultUse) -> tuple[str, str | None]:
    """Part ``gluteal_weakness_right`` into fault and side."""
    stem, _, end = use.name.rpartition("_")
    if use.name in model.faults or end not in SIDES:
        return use.name, use.side
    if use.side not in (None, end):
        raise InputError(f"'{use.name}' says the side {end}, and the key side says {use.side}")
    return stem, end


def fault_sources(model: Model, scenario: Scenario) -> set[str]:
    """Return the citation keys of a scenario's faults."""
    return {key for use in scenario.faults for key in resolve(model, use)[0].sources}
