"""A sweep: a base scenario, what varies in it and how it is sampled, as frozen objects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from spinesim.errors import InputError, Origin, Problem, did_you_mean, either
from spinesim.schema import WHOLE_NUMBER, Frozen, Name, Text, validate
from spinesim.variables import variables

MOST_AXES = 40
MOST_VALUES = 100_000
MOST_SAMPLES = 2**30  # as many points as a Sobol sequence of 30 bits has
MOST_STRATA = 2_000_000  # of a Latin hypercube, which is drawn whole and held in memory
NOT_IN_SWEEPS = ("stability_eigenvalue", "critical_muscle_stiffness", "buckling_mode")
Quantity = str | int | float  # read by the scenario's own key

Path = Annotated[Name, Field(max_length=200)]
Count = Annotated[int, WHOLE_NUMBER, Field(ge=2, le=MOST_VALUES)]


class Normal(Frozen):
    """A normal distribution, cut at 2.5 standard deviations."""

    mean: Quantity
    sd: Quantity


class Uniform(Frozen):
    """All values between two are equally likely."""

    low: Quantity
    high: Quantity


class Varied(Frozen):
    """One value of the scenario that varies.

    Parameters
    ----------
    path : str
        Dotted key, as in `Scenario.replace`.
    values : tuple or None
        What it takes, one after the other.
    start, end, count
        ``from``, ``to`` and how many values at equal distances, both ends included; without a count, for random
        designs, uniform between the two.
    normal, uniform : Normal, Uniform or None
        For random designs.
    """

    path: Path
    values: Annotated[tuple[Any, ...], Field(min_length=1, max_length=MOST_VALUES)] | None = None
    start: Quantity | None = Field(default=None, alias="from")
    end: Quantity | None = Field(default=None, alias="to")
    count: Count | None = None
    normal: Normal | None = None
    uniform: Uniform | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Varied:
        ways = [self.values is not None, self.start is not None, self.normal is not None, self.uniform is not None]
        if sum(ways) != 1:
            raise InputError("needs one of values, from and to, normal, uniform")
        if (self.start is None) != (self.end is None):
            raise InputError("needs both from and to")
        if self.count is not None and self.start is None:
            raise InputError("a count goes with from and to")
        return self

    @property
    def spread(self) -> Normal | Uniform | None:
        """The distribution of a random design; None where the values are listed."""
        if self.start is not None and self.end is not None and self.count is None:
            return Uniform(low=self.start, high=self.end)
        return self.normal or self.uniform


class Axis(Varied):
    """One dimension of the design: a value that varies, or several that vary together.

    Parameters
    ----------
    name : str or None
        Of the dimension; the last part of the path when left out.
    together : tuple of Varied
        More values that go with those of `path`, item by item; their ends need no count.
    """

    name: Annotated[Name, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = None
    together: Annotated[tuple[Varied, ...], Field(max_length=MOST_AXES)] = ()

    @property
    def parts(self) -> tuple[Varied, ...]:
        """All values that vary along this dimension; those with ends have the count of the first."""
        return (self, *(p if p.start is None else p.model_copy(update={"count": self.count}) for p in self.together))


class Sampler(Frozen):
    """How the design is drawn.

    Parameters
    ----------
    kind : str
        "grid": all combinations; with the model's uncertainties, `samples` draws at each of them.
        "latin_hypercube" or "sobol": `samples` points over all dimensions.
    samples : int or None
        Needed for all but a grid without uncertainties.
    """

    kind: Literal["grid", "latin_hypercube", "sobol"] = "grid"
    samples: Annotated[int, WHOLE_NUMBER, Field(ge=1, le=MOST_SAMPLES)] | None = None


class Sweep(Frozen):
    """Many scenarios around one.

    Parameters
    ----------
    format : int
        1, the version of the file format.
    name, description : str
    base : str or mapping
        The scenario that everything else departs from: a name, a path, or its content.
    vary : tuple of Axis
    sampler : Sampler
    uncertainty : "none", "model" or tuple of str
        The model's uncertain parameters: none, all, or these.
    outputs : tuple of str
        Variables to keep; headline variables when left out.
    seed : int
        Of random designs.
    """

    format: Annotated[Literal[1], WHOLE_NUMBER]
    name: Name
    description: Text = ""
    base: Any
    vary: Annotated[tuple[Axis, ...], Field(max_length=MOST_AXES)] = ()
    sampler: Sampler = Sampler()
    uncertainty: Literal["none", "model"] | Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)] = "none"
    outputs: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    seed: Annotated[int, WHOLE_NUMBER, Field(ge=0, lt=2**32)] = 0

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @field_validator("outputs")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = sweepable()
        wrong = [name for name in names if name not in known]
        if wrong:
            told = [f"'{name}'{did_you_mean(name, known)}" for name in wrong]
            hint = "" if all(did_you_mean(name, known) for name in wrong) else f" (there are {either(known)})"
            raise InputError(f"no output {' and no '.join(told)} in sweeps{hint}")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"{either(twice)} is listed twice")
        return names

    @classmethod
    def from_dict(cls, data: object, *, origin: Origin | None = None) -> Sweep:
        """Return the sweep written as plain data.

        Raises
        ------
        InputError
            With every problem at once.
        """
        sweep = validate(cls, data, origin or Origin())
        sweep._origin = origin or Origin()
        problems = list(sweep._conflicts())
        if problems:
            raise InputError(problems)
        return sweep

    def _conflicts(self) -> list[Problem]:
        """Return what does not go together."""
        found = []
        random = self.sampler.kind != "grid"
        sampled = random or self.uncertainty != "none"
        if not self.vary and self.uncertainty == "none":
            found.append(self.problem("nothing varies: needs vary or uncertainty", ""))
        if sampled and self.sampler.samples is None:
            found.append(self.problem("needs the number of samples", "sampler.samples"))
        if not sampled and self.sampler.samples is not None:
            found.append(self.problem("a grid without uncertainty has no samples", "sampler.samples"))
        if self.sampler.kind == "latin_hypercube" and (self.sampler.samples or 0) > MOST_STRATA:
            message = f"a Latin hypercube is drawn whole: at most {MOST_STRATA:,} samples, sobol takes any number"
            found.append(self.problem(message, "sampler.samples"))
        for n, axis in enumerate(self.vary):
            if any(part.spread is not None for part in axis.parts) and not random:
                message = "a grid needs values, or from, to and count; distributions need sobol or latin_hypercube"
                found.append(self.problem(message, f"vary.{n}"))
        paths = [part.path for axis in self.vary for part in axis.parts]
        found += [self.problem(f"{path} varies twice", "vary") for path in {*paths} if paths.count(path) > 1]
        names = [axis.name for axis in self.vary if axis.name]
        found += [self.problem(f"two axes are called '{name}'", "vary") for name in {*names} if names.count(name) > 1]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads back to an equal sweep."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def problem(self, message: str, path: str = "") -> Problem:
        """Return a problem with the place where the dotted key path was written."""
        return self._origin.problem(message, path)


def sweepable() -> tuple[str, ...]:
    """Return the outputs that sweeps can keep: all but pictures' geometry and what needs the tangent."""
    return tuple(name for name, v in variables().items() if v.group != "geometry" and name not in NOT_IN_SWEEPS)
