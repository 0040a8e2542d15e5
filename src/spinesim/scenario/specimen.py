"""A specimen in the laboratory: its levels, what is cut away, and the course of loads on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from spinesim.errors import InputError, either
from spinesim.scenario.names import LEVELS, Level
from spinesim.schema import WHOLE_NUMBER, Frozen
from spinesim.units import Quantity

MOST_STEPS = 1000
STEPPED = ("moment", "compression", "shear", "follower_load")
TURNS = ("flexion", "right_lateral_bending", "left_axial_rotation")
SLIDES = ("anterior", "right")

Steps = Annotated[int, WHOLE_NUMBER, Field(ge=1, le=MOST_STEPS)]
CourseName = Literal["up", "up_down", "cycle"]
Structure = Literal["ALL", "PLL", "LF", "ISL", "SSL", "ITL", "CL", "ILL", "facets", "nucleus"]
_Moment = Annotated[float, Quantity("moment", "-200 N*m", "200 N*m")]
_Angle = Annotated[float, Quantity("angle", "-30 deg", "30 deg")]
_Slide = Annotated[float, Quantity("length", "-10 mm", "10 mm")]
_Offset = Annotated[float, Quantity("length", "-100 mm", "100 mm")]


class _Stepped(Frozen):
    """A load that is applied at once and held, or with `steps` makes the course.

    Parameters
    ----------
    steps : int or None
        How many equal steps each leg of the course has.
    course : str
        "up" (0 to the load), "up_down" (and back) or "cycle" (up, back, to its negative, and back).
    """

    steps: Steps | None = None
    course: CourseName = "up"


class PureMoment(_Stepped):
    """A moment on the top body about axes fixed in space; N*m. A negative flexion is an extension."""

    flexion: _Moment = 0.0
    right_lateral_bending: _Moment = 0.0
    left_axial_rotation: _Moment = 0.0


class Compression(_Stepped):
    """A dead force straight down on the top body.

    Parameters
    ----------
    force : float
        N; negative pulls upwards.
    offset : float
        How far in front of the body's centre it acts; m.
    """

    force: Annotated[float, Quantity("force", "-10 kN", "20 kN")]
    offset: _Offset = 0.0


class Shear(_Stepped):
    """A dead horizontal force on the top body at the centre of its lower disc; N."""

    anterior: Annotated[float, Quantity("force", "-5 kN", "5 kN")] = 0.0
    right: Annotated[float, Quantity("force", "-5 kN", "5 kN")] = 0.0


class FollowerLoad(_Stepped):
    """A cable of constant tension through the bodies' centres, from the top body to the held one.

    Parameters
    ----------
    force : float
        N, not negative: a cable pulls.
    path_offset : float
        How far in front of the centres it passes; m.
    path : str
        "centres", or "least_turn": as far in front of them as turns the specimen least in the sagittal plane when the
        cable alone pulls in full, which is how laboratories place it (Patwardhan 2003).
    """

    force: Annotated[float, Quantity("force", "0 N", "10 kN")]
    path_offset: _Offset = 0.0
    path: Literal["centres", "least_turn"] = "centres"


class HeldPlace(Frozen):
    """Rotations (rad), and translations at the disc centre in disc axes (m), that a machine imposes on the only level,
    from rest. None: free.
    """

    flexion: _Angle | None = None
    right_lateral_bending: _Angle | None = None
    left_axial_rotation: _Angle | None = None
    anterior: _Slide | None = None
    right: _Slide | None = None


def _force_alone(value: object) -> object:
    """Take ``500 N`` for ``{force: 500 N}``."""
    return value if value is None or isinstance(value, (Mapping, Frozen)) else {"force": value}


def _run_of_levels(levels: tuple[str, ...]) -> tuple[str, ...]:
    if not levels:
        raise InputError("needs at least one level")
    first, count = LEVELS.index(levels[0]), len(levels)
    wanted = LEVELS[first : first + count]
    if levels != wanted:
        run = sorted(set(levels), key=LEVELS.index)
        whole = LEVELS[LEVELS.index(run[0]) : LEVELS.index(run[-1]) + 1]
        raise InputError(f"levels must run from cranial to caudal without a gap: {', '.join(whole)}")
    return levels


class Specimen(Frozen):
    """A run of levels whose lowest body is held and whose other bodies are free.

    Parameters
    ----------
    levels : tuple of str
        Contiguous, cranial to caudal.
    moment, compression, shear, follower_load
        See the classes. At most one of them has `steps`; the others are applied first and held.
    own_weight : bool
        Whether the trunk slices of L5 to L1 weigh on their bodies.
    held : HeldPlace or None
        One-level specimens only.
    removed : tuple of str
        Structures cut away at all levels.
    mounting : str
        How the held body stands: "level" (the middle disc is horizontal), "standing" (as in neutral standing) or
        "auto": level for one or two levels, standing for more.
    """

    levels: Annotated[tuple[Level, ...], AfterValidator(_run_of_levels), Field(max_length=6)]
    moment: PureMoment | None = None
    compression: Annotated[Compression | None, BeforeValidator(_force_alone)] = None
    shear: Shear | None = None
    follower_load: Annotated[FollowerLoad | None, BeforeValidator(_force_alone)] = None
    own_weight: StrictBool = False
    held: HeldPlace | None = None
    removed: Annotated[tuple[Structure, ...], Field(max_length=20)] = ()
    mounting: Literal["auto", "level", "standing"] = "auto"

    def stepped(self) -> list[str]:
        """Return the names of the loads that make a course."""
        loads = {name: getattr(self, name) for name in STEPPED}
        return [name for name, load in loads.items() if load is not None and load.steps is not None]

    def conflicts(self) -> list[tuple[str, str]]:
        """Return what does not go together, as sentence and key."""
        return [*_two_courses(self), *_needless_courses(self), *_two_paths(self), *_wrong_holds(self)]


def _two_courses(specimen: Specimen) -> list[tuple[str, str]]:
    several = specimen.stepped()
    if len(several) < 2:
        return []
    sentence = f"only one load may have steps, and {' and '.join(several)} have"
    return [(sentence, f"{name}.steps") for name in several]


def _needless_courses(specimen: Specimen) -> list[tuple[str, str]]:
    loads = {name: getattr(specimen, name) for name in STEPPED}
    return [
        (f"a course of {load.course} needs steps", f"{name}.course")
        for name, load in loads.items()
        if load is not None and load.steps is None and load.course != "up"
    ] + _negative_cycle(specimen)


def _negative_cycle(specimen: Specimen) -> list[tuple[str, str]]:
    load = specimen.follower_load
    if load is None or load.course != "cycle":
        return []
    return [("a cable only pulls: use the course up or up_down", "follower_load.course")]


def _two_paths(specimen: Specimen) -> list[tuple[str, str]]:
    load = specimen.follower_load
    if load is None or load.path == "centres" or load.path_offset == 0.0:
        return []
    return [("a path of least_turn finds its own offset: leave this out", "follower_load.path_offset")]


def _wrong_holds(specimen: Specimen) -> list[tuple[str, str]]:
    if specimen.held is None:
        return []
    ways = (*TURNS, *SLIDES)
    held = [name for name in ways if getattr(specimen.held, name) is not None]
    found = [] if held else [(f"needs {either(ways)}", "held")]
    if len(specimen.levels) > 1:
        found.append((f"only one level can be held, not {len(specimen.levels)}", "held"))
    for key, what, names in (("moment", "moment", TURNS), ("shear", "force", SLIDES)):
        load = getattr(specimen, key)
        pushed = [name for name in names if name in held and load is not None and getattr(load, name) != 0.0]
        found += [(f"{name} is held already: leave its {what} out", f"{key}.{name}") for name in pushed]
    return found
