"""A sweep made ready: its design, what every scenario departs from, and what uncertain parameters touch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinesim._version import __version__
from spinesim.assembly import Assembly, assemble
from spinesim.assembly.faults import with_faults
from spinesim.assembly.uncertain import PROBE, Touches, check_order, touches_of
from spinesim.assembly.vector import Vector, as_vector
from spinesim.errors import InputError, PostureError
from spinesim.files import read_scenario, read_sweep
from spinesim.model import Model
from spinesim.model.spine import Uncertainty
from spinesim.model.uncertainty import factors, scaled
from spinesim.results.setting import setting_numbers, setting_of
from spinesim.scenario import Scenario
from spinesim.scenario.sweep import Sweep
from spinesim.simulation import load_model
from spinesim.sweeps.axes import Dimension, dimensions_of, set_values, taken, uncertain
from spinesim.sweeps.design import Design
from spinesim.sweeps.plain import Column, Plain, columns_of, find_plain, nothing_plain
from spinesim.variables import variables

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plan:
    """All a worker needs to solve any block of a sweep.

    Parameters
    ----------
    title : str
    text : str
        The sweep with its base written out, as JSON.
    digest : str
        Of the text, the model and the version: what decides the numbers.
    model : Model
    template : Assembly
        Of the scenario of the first values.
    design : Design
    parameters : tuple of Uncertainty
    outputs : tuple of str
    person : array
        The numbers of the template's person, discs left out.
    touches, told : Touches
        What the parameters do to the numbers of the tables, and to those that results are read with.
    slow : tuple of int
        Parameters that act on the task: their scenarios are assembled one by one, unless they are plain.
    plain : Plain
        Which dimensions and slow parameters the core sets by itself.
    """

    title: str
    text: str
    digest: str
    model: Model = field(repr=False)
    template: Assembly = field(repr=False)
    design: Design
    parameters: tuple[Uncertainty, ...] = field(repr=False)
    outputs: tuple[str, ...]
    person: Floats = field(repr=False)
    touches: Touches = field(repr=False)
    told: Touches = field(repr=False)
    slow: tuple[int, ...]
    plain: Plain = field(default_factory=nothing_plain, repr=False)

    def scenario(self, x: Floats) -> Scenario:
        """Return the scenario at indices or shares (dimension,)."""
        dimensions = self.design.dimensions
        leaves = [leaf for dimension in dimensions for leaf in dimension.leaves]
        values = [leaf.at(x[k]) for k, dimension in enumerate(dimensions) for leaf in dimension.leaves]
        base = self.template.scenario.written
        return set_values(base, leaves, values) if leaves else base

    @property
    def columns(self) -> tuple[Column, ...]:
        """What tells assemblies apart: the dimensions, and the slow parameters."""
        ends = [factors(self.parameters[k], np.array([0.0, 1.0])) for k in self.slow]
        return columns_of(self.design.dimensions, np.array(ends).reshape(-1, 2))

    def assembly(self, x: Floats) -> Assembly | None:
        """Return the assembly at indices, shares and factors (column,), or None when the model does not cover its
        posture.
        """
        n = len(self.design.dimensions)
        try:
            return assemble(self.model_at(x[n:]), self.scenario(x[:n]), self.template)
        except PostureError:
            return None

    def model_at(self, factor: Floats) -> Model:
        """Return the model under the factors (slow parameter,) of the slow parameters."""
        model = self.model
        for k, value in zip(self.slow, factor, strict=True):
            model = scaled(model, self.parameters[k], float(value))
        return model


def make_plan(source: Any, model: Model | str | Path | None = None) -> Plan:
    """Return the plan of a sweep by its name, path or content.

    Raises
    ------
    InputError
        With everything that is wrong in the sweep, its base or its values.
    """
    sweep = read_sweep(source)
    base = _base(sweep)
    if base.specimen is not None:
        raise InputError(sweep.problem("a sweep needs a person: specimens are not swept yet", "base"))
    own = model if isinstance(model, Model) else load_model(base.model if model is None else model)
    template, dimensions = dimensions_of(sweep, base, [entry.name for entry in own.uncertainties])
    _refuse_margin(own, template)
    _check_values(sweep, template, dimensions, own)
    parameters = uncertain(sweep, {entry.name: entry for entry in own.uncertainties})
    names = {dimension.name for dimension in dimensions}
    clash = [entry.name for entry in parameters if entry.name in names | taken()]
    if clash:
        raise InputError(sweep.problem(f"an axis needs another name than the uncertain parameter {clash[0]}", "vary"))
    design = Design(dimensions, len(parameters), sweep.sampler.kind, sweep.sampler.samples or 1, sweep.seed)
    outputs = sweep.outputs or tuple(name for name, v in variables().items() if v.group == "headline")
    text = json.dumps({**sweep.to_dict(), "base": base.to_dict()}, sort_keys=True)
    digest = hashlib.sha256(f"{text}|{own.digest}|{__version__}".encode()).hexdigest()[:16]
    first = assemble(own, template)
    found = _effects(first, own, parameters)
    plan = Plan(sweep.name, text, digest, own, first, design, parameters, outputs, *found)
    return replace(plan, plain=find_plain(plan.columns, plan.assembly))


def _base(sweep: Sweep) -> Scenario:
    try:
        return read_scenario(sweep.base)
    except InputError as error:
        if isinstance(sweep.base, Mapping):
            raise InputError(sweep.problem(p.message, f"base.{p.path}".rstrip(".")) for p in error.problems) from None
        raise InputError(p if p.file else sweep.problem(p.message, "base") for p in error.problems) from None


def _refuse_margin(model: Model, scenario: Scenario) -> None:
    """Refuse a margin of stability, stated or brought by a fault: it takes many solves and the tangent of each."""
    scenario = with_faults(model, scenario)
    if scenario.recruitment.stability_margin is not None:
        message = "sweeps do not look for a margin of stability: leave it out (recruitment.co_contraction may vary)"
        raise InputError(scenario.problem(message, "recruitment.stability_margin"))


def _check_values(sweep: Sweep, template: Scenario, dimensions: tuple[Dimension, ...], model: Model) -> None:
    """Refuse listed words, and ends of numbers, that the model does not know; a posture out of its range is a status,
    not a mistake.
    """
    problems = []
    for n, dimension in enumerate(dimensions):
        listed = sweep.vary[n].values is not None
        for x in _tried(dimension):
            scenario = set_values(template, dimension.leaves, [leaf.at(x) for leaf in dimension.leaves])
            try:
                assemble(model, scenario)
                _refuse_margin(model, scenario)
            except InputError as error:
                if isinstance(error, PostureError) and _is_numeric(dimension):
                    continue
                where = f"vary.{n}.values.{int(x)}" if listed else f"vary.{n}"
                problems += [sweep.problem(f"{p.message} ({p.path})", where) for p in error.problems]
    if problems:
        raise InputError(problems)


def _is_numeric(dimension: Dimension) -> bool:
    return all(isinstance(label, float) for label in dimension.labels)


def _tried(dimension: Dimension) -> list[float]:
    """Return the indices or shares of a dimension that are looked at beforehand: all words, the ends of numbers."""
    if not dimension.labels:
        return [0.0, 1.0]
    if not _is_numeric(dimension):
        return [float(k) for k in range(len(dimension.labels))]
    found: set[int] = set()
    for leaf in dimension.leaves:
        if all(isinstance(value, float) for value in leaf.values):
            found |= {int(np.argmin(leaf.values)), int(np.argmax(leaf.values))}
    return [float(k) for k in sorted(found)]


def _effects(
    base: Assembly, model: Model, parameters: tuple[Uncertainty, ...]
) -> tuple[Floats, Touches, Touches, tuple[int, ...]]:
    """Return the person's numbers, what the parameters touch in the person's tables and in settings, and which of them
    act on the task.
    """
    before = as_vector(base.person, base.task)
    setting = setting_numbers(setting_of([base]))[0]
    tables, told = [], []
    for entry in parameters:
        after = assemble(scaled(model, entry, PROBE), base.scenario.written)
        tables.append(as_vector(after.person, after.task).numbers)
        told.append(setting_numbers(setting_of([after]))[0])
    touches, heard = touches_of(before.numbers, tables), touches_of(setting, told)
    discs = sum(value.size for value in base.person.discs if isinstance(value, np.ndarray)) + 2
    own, disc = (
        touches.place < before.numbers.size - before.tail + discs,
        touches.place >= before.numbers.size - before.tail,
    )
    if (own & disc & (touches.slope != 0.0)).any() or (heard.slope != 0.0).any():
        raise InputError("an uncertain parameter shifts laws of discs or of results: only factors are understood there")
    # What changes the person as well as the task does so by the stance: that stays the one of the model's own weights.
    slow = tuple(sorted({*touches.by[~own].tolist()} - {*touches.by[own].tolist()}))
    person = touches.chosen(own)
    check_order(person, [entry.name for entry in parameters])
    return before.numbers[: -before.tail].copy(), person, heard, slow


def with_uncertainty(scenario: Scenario, samples: int, seed: int = 0) -> dict[str, Any]:
    """Return the sweep of one scenario over all uncertain parameters of its model, as plain data."""
    return {
        "format": 1, "name": scenario.name, "base": scenario.to_dict(), "uncertainty": "model", "seed": seed,
        "sampler": {"kind": "latin_hypercube", "samples": samples},
    }  # fmt: skip


def with_nothing_drawn(plan: Plan) -> Plan:
    """Return the plan of the scenario of the first values alone, by the model as it is."""
    none = np.zeros(0, dtype=np.int64)
    nothing = Touches(none, none, np.zeros(0), np.zeros(0))
    return replace(
        plan, design=Design((), 0, "given", 1, 0, np.zeros((1, 0))), parameters=(), touches=nothing, told=nothing,
        slow=(), plain=nothing_plain(),
    )  # fmt: skip


def person_touches(plan: Plan, assembly: Assembly, vector: Vector) -> Touches:
    """Return the touches on the tables of a person: for another than the template's the same powers, slopes found
    anew.
    """
    shifting = np.unique(plan.touches.by[plan.touches.slope != 0.0])
    if not shifting.size or np.array_equal(plan.person, vector.numbers[: -vector.tail]):
        return plan.touches
    slope = plan.touches.slope.copy()
    for k in shifting:
        changed = assemble(scaled(plan.model, plan.parameters[int(k)], PROBE), assembly.scenario.written)
        after = as_vector(changed.person, changed.task).numbers
        own = (plan.touches.by == k) & (slope != 0.0)
        place = plan.touches.place[own]
        slope[own] = (after[place] - vector.numbers[place]) / (PROBE - 1.0)
    return replace(plan.touches, slope=slope)
