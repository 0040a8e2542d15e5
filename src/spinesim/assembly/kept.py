"""Tables are built anew only when something they rest on has changed: models with one other number share the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spinesim.assembly.subject import Subject
from spinesim.model import Model


@dataclass(frozen=True, eq=False)
class Rests:
    """A model and a subject, the same as others when what a table rests on is.

    `values` are compared by value, `parts` (large parts of the model) as the objects they are.
    """

    model: Model
    subject: Subject
    values: tuple[Any, ...]
    parts: tuple[Any, ...]

    def _same(self) -> tuple[Any, ...]:
        own = self.subject  # the caches keep the parts, and their ids, alive
        return (own.length, own.strength, own.disc_area, self.values, *map(id, self.parts))

    def __hash__(self) -> int:
        return hash(self._same())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rests) and self._same() == other._same()


def strands_rest_on(model: Model, subject: Subject) -> Rests:
    """Return what the table of ligament strands rests on."""
    values = (_places(model), tuple(model.ligament_kinds.values()))
    return Rests(model, subject, values, (model.strands, model.levels, model.ligament_properties))


def facets_rest_on(model: Model, subject: Subject) -> Rests:
    """Return what the table of facet joints rests on."""
    return Rests(model, subject, (_places(model), model.facet_law), (model.facets, model.levels))


def rest_rests_on(model: Model, subject: Subject) -> Rests:
    """Return what the discs' shapes free of stress rest on: the model as it was before any parameter was drawn."""
    own = model.rests_as or model
    return Rests(own, subject, (), (own,))


def lines_rest_on(model: Model, subject: Subject) -> Rests:
    """Return what the table of muscles and fascia rests on."""
    breath = model.breath
    values = (
        _places(model), model.ligament_kinds["TLF"], model.recruitment.reference_volume, breath.transversus_pcsa,
        breath.transversus_length, model.specific_tension_wall, model.force_length_width, tuple(model.abdomen_origin),
    )  # fmt: skip
    return Rests(model, subject, values, (model.fascicles, model.fascia))


def names_rest_on(model: Model, subject: Subject) -> Rests:
    """Return what the names of the fascicles rest on."""
    return Rests(model, subject, (), (model.fascicles,))


def _places(model: Model) -> tuple[Any, ...]:
    return tuple((name, tuple(body.position), body.tilt) for name, body in model.bodies.items())
