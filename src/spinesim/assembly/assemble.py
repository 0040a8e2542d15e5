"""Put model, subject and scenario together, or say everything that does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from spinesim.assembly.changes import changed_facets, disc_changes, offset_problems
from spinesim.assembly.faults import with_faults
from spinesim.assembly.kept import Rests, names_rest_on
from spinesim.assembly.names import FascicleNames, StrandName, fascicle_names
from spinesim.assembly.person import build_person
from spinesim.assembly.posture import Angles, resolve_posture
from spinesim.assembly.shape import on_standing_bones
from spinesim.assembly.stance import leant, listed, over_foot
from spinesim.assembly.subject import Subject, scale_subject
from spinesim.assembly.task import activation_limits, build_task, co_contraction, ligament_scales
from spinesim.errors import InputError, PostureError
from spinesim.kernels.tables import Person, Task
from spinesim.model import Model
from spinesim.scenario import Scenario

PERSON_PARTS = ("subject", "discs", "facets", "rotation_offsets")  # of a scenario, that the person's tables rest on


@dataclass(frozen=True)
class Assembly:
    """All a solve needs and all its results are named by."""

    model: Model
    scenario: Scenario
    subject: Subject
    angles: Angles
    person: Person
    task: Task
    fascicles: FascicleNames
    strands: tuple[StrandName, ...]
    co_contraction: float  # 1, least activation asked of every trunk muscle


@lru_cache(maxsize=32)
def _tables(subject: _Key) -> tuple[Person, tuple[StrandName, ...], FascicleNames]:
    person, strands = build_person(subject.model, subject.subject)
    return person, strands, _names(names_rest_on(subject.model, subject.subject))


@lru_cache(maxsize=8)
def _names(rests: Rests) -> FascicleNames:
    return fascicle_names(rests.model)


@dataclass(frozen=True, eq=False)
class _Key:
    """A model and a subject that compare by what tells them apart, so that a person's tables are built once."""

    model: Model
    subject: Subject

    def _values(self) -> tuple[int, str, float, float, float]:
        own = self.subject
        return (
            id(self.model),
            own.sex,
            own.height,
            own.mass,
            own.disc_area,
        )  # the cache keeps the model, and its id, alive

    def __hash__(self) -> int:
        return hash(self._values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._values() == other._values()


def person_tables(model: Model, subject: Subject) -> tuple[Person, tuple[StrandName, ...], FascicleNames]:
    """Return the tables of a person in the shape in which specimens rest, and the names of their strands and fascicles;
    they are built once for each subject.
    """
    return _tables(_Key(model, subject))


def assemble(model: Model, scenario: Scenario, like: Assembly | None = None) -> Assembly:
    """Return the tables of a scenario.

    Parameters
    ----------
    model : Model
    scenario : Scenario
    like : Assembly, optional
        The person is that of its model, and is taken from it as it is where the scenarios share what it rests on.

    Raises
    ------
    PostureError
        When the posture lies outside the model's range.
    InputError
        With every name or number of the scenario that does not fit the model.
    """
    try:
        scenario = with_faults(model, scenario)
        subject, person, fascicles, strands = _person(model, scenario, like)
        angles = _angles(model, scenario)
    except InputError as error:
        raise _with_all_others(model, scenario, error) from None
    task, problems = build_task(model, subject, scenario, angles, person, fascicles, strands)
    if task is None:
        raise InputError(problems)
    angles, task = leant(model, scenario, angles, person, task)
    task = over_foot(model, scenario, person, listed(scenario, person, task))
    floor = co_contraction(model, scenario, angles)
    return Assembly(model, scenario, subject, angles, person, task, fascicles, strands, floor)


def _person(
    model: Model, scenario: Scenario, like: Assembly | None
) -> tuple[Subject, Person, FascicleNames, tuple[StrandName, ...]]:
    """Return the subject, and the tables of the person with the scenario's discs and facets."""
    if like is not None and _same(scenario, like.scenario, *PERSON_PARTS):
        return like.subject, like.person, like.fascicles, like.strands
    model = model if like is None else like.model
    subject = scale_subject(model, scenario.subject)
    person, strands, fascicles = person_tables(model, subject)
    person = person._replace(
        discs=disc_changes(model, subject, scenario, person.discs),
        facets=changed_facets(model, subject, scenario, person.facets),
    )
    return subject, on_standing_bones(model, person), fascicles, strands


def _with_all_others(model: Model, scenario: Scenario, error: InputError) -> InputError:
    """Return an error of faults, person or posture with what else of the scenario does not fit the model."""
    problems, tables = list(error.problems), None
    try:
        tables = _person(model, scenario, None)
        _angles(model, scenario)
    except InputError as other:
        problems += other.problems
    if tables is not None:
        problems += activation_limits(model, scenario, tables[2], 0.0)[2]
        problems += ligament_scales(model, scenario, tables[3])[2]
    problems = list(dict.fromkeys(problems))
    return error if len(problems) == len(error.problems) else InputError(problems)


def _angles(model: Model, scenario: Scenario) -> Angles:
    """Return the angles of the posture."""
    angles, problems = resolve_posture(model, scenario)
    offsets = offset_problems(model, scenario)
    if offsets:
        raise InputError([*problems, *offsets])
    if angles is None:
        kind = PostureError if all("impossible posture" in problem.message for problem in problems) else InputError
        raise kind(problems)
    return angles


def _same(a: Scenario, b: Scenario, *parts: str) -> bool:
    pairs = [(getattr(a, part), getattr(b, part)) for part in parts]
    return all(own is other or own == other for own, other in pairs)
