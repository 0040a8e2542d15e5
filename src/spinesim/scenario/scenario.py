"""One situation: a person, a posture, loads, deficits and conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from spinesim.errors import InputError, Origin, Problem, in_order
from spinesim.scenario.changes import apply_changes
from spinesim.scenario.conditions import Breath, Recruitment, Subject, Support
from spinesim.scenario.faults import AnyFault, contradictions
from spinesim.scenario.loads import Load
from spinesim.scenario.posture import Posture, RotationOffset
from spinesim.scenario.specimen import Specimen
from spinesim.scenario.tissues import DiscChange, FacetChange, HipChange, LigamentChange, MuscleChange
from spinesim.schema import WHOLE_NUMBER, Frozen, Name, Text, not_yet, validate

MOST_ITEMS = 500
PERSON_PARTS = ("faults", "posture", "loads", "muscles", "hips", "breath", "support", "recruitment")


def _number_unnamed_loads(loads: object) -> object:
    """Name the loads that have none by their kind and their place in the list, counted from 1."""
    if not isinstance(loads, (list, tuple)):
        return loads
    return [_named(load, place) for place, load in enumerate(loads, 1)]


def _named(load: object, place: int) -> object:
    if isinstance(load, Mapping) and load.get("name") is None and "kind" in load:
        return {**load, "name": f"{load['kind']}_{place}"[:200]}
    return load


def _unique_names(loads: tuple[Load, ...]) -> tuple[Load, ...]:
    twice = [name for name, count in Counter(load.name for load in loads).items() if count > 1]
    if twice:
        raise InputError(f"every load needs a name of its own, {twice[0]!r} is used more than once")
    return loads


Loads = Annotated[
    tuple[Load, ...],
    BeforeValidator(_number_unnamed_loads),
    Field(max_length=MOST_ITEMS),
    AfterValidator(_unique_names),
]


class Scenario(Frozen):
    """A situation to solve, checked, with SI floats inside.

    Parameters
    ----------
    format : int
        1, the version of the file format.
    name, description : str
        A short name and a line for the list.
    model : str
        A name in models/ or a path.
    subject, posture, rotation_offsets, loads, muscles, discs, ligaments, facets, hips, recruitment, breath, support
        See the classes of the same names.
    faults : tuple of FaultUse
        Small faults by their names in the model.
    specimen : Specimen or None
        A specimen in the laboratory instead of a person: posture, loads, muscles, recruitment, breath and support
        are then refused.
    motion
        Refused with a sentence until the engine solves it.

    Notes
    -----
    Make one with `from_dict`, `spinesim.load_scenario` or `replace`: these name every problem at once.
    """

    format: Annotated[Literal[1], WHOLE_NUMBER]
    name: Name
    description: Text = ""
    model: Name = "lumbar_male"
    subject: Subject = Subject()
    posture: Posture = Posture()
    rotation_offsets: Annotated[tuple[RotationOffset, ...], Field(max_length=MOST_ITEMS)] = ()
    loads: Loads = ()
    muscles: Annotated[tuple[MuscleChange, ...], Field(max_length=MOST_ITEMS)] = ()
    discs: Annotated[tuple[DiscChange, ...], Field(max_length=MOST_ITEMS)] = ()
    ligaments: Annotated[tuple[LigamentChange, ...], Field(max_length=MOST_ITEMS)] = ()
    facets: Annotated[tuple[FacetChange, ...], Field(max_length=MOST_ITEMS)] = ()
    hips: Annotated[tuple[HipChange, ...], Field(max_length=MOST_ITEMS)] = ()
    faults: Annotated[tuple[AnyFault, ...], Field(max_length=MOST_ITEMS)] = ()
    recruitment: Recruitment = Recruitment()
    breath: Breath = Breath()
    support: Support = Support()
    motion: Annotated[None, not_yet("motion needs the quasi-dynamic engine, which is not there yet")] = None
    specimen: Specimen | None = None

    _origin: Origin = PrivateAttr(default_factory=Origin)
    _written: Scenario | None = PrivateAttr(default=None)
    _places: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def from_dict(cls, data: object, file: str | None = None, *, origin: Origin | None = None) -> Scenario:
        """Return the scenario written as plain data.

        Parameters
        ----------
        data : mapping
            As in a scenario file; quantities are texts with units.
        file : str, optional
            Name that problems begin with.
        origin : Origin, optional
            File, lines and columns, when they are known.

        Raises
        ------
        NotYetError
            When all that is wrong is a part that the engine does not solve yet.
        InputError
            With every problem at once.
        """
        origin = origin or Origin(file)
        scenario = validate(cls, data, origin)
        scenario._origin = origin
        scenario._check_together()
        return scenario

    def _check_together(self) -> None:
        """Refuse parts that do not go together, all at once."""
        problems = self._contradictions()
        if self.specimen is not None:
            problems += self._unlike_specimens(self.specimen)
        if problems:
            raise InputError(sorted(problems, key=in_order))

    def _contradictions(self) -> list[Problem]:
        """Return every number that is stated more than once, at each of its places."""
        lists = {name: getattr(self, name) for name in type(self).model_fields}
        return [
            self.problem(
                f"{key} of {about} is stated here and in {self._place(other)}: leave one of them out", f"{path}.{key}"
            )
            for path, other, key, about in contradictions(lists)
        ]

    def _unlike_specimens(self, specimen: Specimen) -> list[Problem]:
        stated = [part for part in PERSON_PARTS if part in self.model_fields_set]
        problems = [
            self.problem(f"{part} belongs to a person, not to a specimen: leave it out", part) for part in stated
        ]
        problems += [self.problem(text, f"specimen.{key}") for text, key in specimen.conflicts()]
        problems += [
            self.problem("a specimen holds no posture: its offsets are structural", f"rotation_offsets.{n}.cause")
            for n, offset in enumerate(self.rotation_offsets)
            if offset.cause != "structural"
        ]
        return problems

    @property
    def written(self) -> Scenario:
        """The scenario as it was written, its faults by name."""
        return self._written or self

    def written_out(self, parts: Mapping[str, Any], places: Mapping[str, str]) -> Scenario:
        """Return this scenario with parts that its faults stand for.

        Parameters
        ----------
        parts : mapping
            Fields that take the place of its own.
        places : mapping of str to str
            For dotted keys of `parts` that faults brought, the key that problems name.

        Raises
        ------
        InputError
            With every number that a fault and the scenario both state.
        """
        other = self.model_copy(update=dict(parts))
        other._written, other._places = self, dict(places)
        problems = other._contradictions()
        if problems:
            raise InputError(sorted(problems, key=in_order))
        return other

    def _place(self, path: str) -> str:
        """Return where a dotted key was written: what a fault brought stands where the fault does."""
        found = next((key for key in self._places if path == key or path.startswith(f"{key}.")), None)
        return path if found is None else self._places[found]

    def is_of_a_fault(self, path: str) -> bool:
        """Tell whether a fault brought what stands at a dotted key."""
        return path in self._places

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads back to an equal scenario; defaults are written out."""
        written = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        left_out = () if self.specimen is None else PERSON_PARTS
        return {key: value for key, value in written.items() if key not in left_out}

    def replace(
        self,
        changes: Mapping[str, Any] | None = None,
        /,
        *,
        sources: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Scenario:
        """Return a changed copy.

        Parameters
        ----------
        changes : mapping, optional
            Dotted keys to new values: ``{"loads.kettlebell.mass": "15 kg"}``. Items of lists are found by
            name, group, fascicle, ligament, level or index.
        sources : mapping, optional
            For keys of `changes`, the text that problems name instead of the file.
        **fields
            Top-level fields: ``replace(support={"left": "60 %", "right": "40 %"})``.

        Raises
        ------
        InputError
            When a key leads nowhere or a value is wrong.
        """
        if changes is not None and not isinstance(changes, Mapping):
            raise InputError(f"changes must be a mapping of dotted keys to values, not {type(changes).__name__}")
        wanted = {**(changes or {}), **fields}
        named = {key: (sources or {}).get(key, f"change of {key}") for key in wanted}
        data = self.to_dict()
        if any(key.split(".")[0] == "specimen" for key in wanted):
            data = {key: value for key, value in data.items() if key not in self._untouched_parts()}
        data, places = apply_changes(data, named, wanted)
        overrides = {places[key]: source for key, source in named.items()}
        origin = replace(self._origin, overrides={**self._origin.overrides, **overrides})
        return Scenario.from_dict(data, origin=origin)

    def _untouched_parts(self) -> set[str]:
        """Return the parts of a person that are as by default: what a specimen may take the place of."""
        return {part for part in PERSON_PARTS if getattr(self, part) == type(self).model_fields[part].default}

    def problem(self, message: str, path: str = "") -> Problem:
        """Return a problem with the place where the dotted key path was written."""
        return self._origin.problem(message, self._place(path))
