"""What pulls and presses on the person: things held and worn, pushes, and forces on a body."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
)

from spinesim.errors import InputError, did_you_mean, either, quoted
from spinesim.scenario.names import LoadedBody
from spinesim.schema import Frozen, Name, tag_by_kind
from spinesim.units import Quantity

HEIGHT_NAMES = ("hip", "knee", "floor", "elbow", "chest", "shoulder", "overhead")
WORN_PLACES = ("back", "chest", "waist", "shoulders")

_REACH = Quantity("length", "-1 m", "1.5 m")
_SIDEWAYS = Quantity("length", "-1 m", "1 m")
_HEIGHT = Quantity("length", "-2 m", "2.5 m")

Mass = Annotated[float, Quantity("mass", "0 kg", "500 kg")]
ForcePart = Annotated[float, Quantity("force", "-50 kN", "50 kN")]
MomentPart = Annotated[float, Quantity("moment", "-5000 N*m", "5000 N*m")]
Coordinate = Annotated[float, Quantity("length", "-3 m", "3 m")]
Force3 = tuple[ForcePart, ForcePart, ForcePart]
Moment3 = tuple[MomentPart, MomentPart, MomentPart]
Point3 = tuple[Coordinate, Coordinate, Coordinate]
Hands = Literal["both", "left", "right"]


def _parse_height(value: object) -> str | float:
    if isinstance(value, str) and not any(letter.isdigit() for letter in value):
        if value in HEIGHT_NAMES:
            return value
        hint = did_you_mean(value, HEIGHT_NAMES) or f" (use {either(HEIGHT_NAMES)}, or a length)"
        raise InputError(f"unknown height {quoted(value)}{hint}")
    return _HEIGHT.parse(value)


def _format_height(value: str | float) -> str:
    return value if isinstance(value, str) else _HEIGHT.format(value)


Height = Annotated[
    str | float,
    BeforeValidator(_parse_height),
    PlainSerializer(_format_height),
    WithJsonSchema({"type": "string", "examples": [*HEIGHT_NAMES, "0.2 m"]}),
]


def _place_tag(value: Any) -> str:
    return "<name>" if isinstance(value, str) else "<point>"


def _known_place(name: str) -> str:
    if name not in WORN_PLACES:
        hint = did_you_mean(name, WORN_PLACES) or f" (use {either(WORN_PLACES)}, or three lengths)"
        raise InputError(f"unknown place {quoted(name)}{hint}")
    return name


Place = Annotated[Annotated[Name, Tag("<name>")] | Annotated[Point3, Tag("<point>")], Discriminator(_place_tag)]
WornPlace = Annotated[
    Annotated[Name, AfterValidator(_known_place), Tag("<name>")] | Annotated[Point3, Tag("<point>")],
    Discriminator(_place_tag),
]


class _InHands(Frozen):
    name: Name
    hands: Hands = "both"
    reach: Annotated[float, _REACH] = 0.3
    height: Height = "elbow"
    lateral: Annotated[float, _SIDEWAYS] = 0.0
    measured_from: Literal["L5-S1", "chest"] = Field(default="L5-S1", alias="from")


class Held(_InHands):
    """A thing in the hands.

    Parameters
    ----------
    mass : float
        kg.
    hands : str
        "both", "left" or "right".
    reach : float
        Forward distance of its centre from `measured_from`; m.
    height : str or float
        A body height by name, or m above the middle of the hips.
    lateral : float
        To the right of the middle plane; m.
    measured_from : str
        "L5-S1" (the joint's centre) or "chest" (the front of the trunk); ``from`` in a file.
    """

    kind: Literal["held"] = "held"
    mass: Mass


class HandForce(_InHands):
    """A push or a pull.

    Parameters
    ----------
    force : tuple of 3 floats
        The force that acts on the hands: anterior, superior, right; N.
    hands, reach, height, lateral, measured_from
        As for `Held`.
    """

    kind: Literal["hand_force"] = "hand_force"
    force: Force3


class BodyForce(Frozen):
    """A force on a point of a body.

    Parameters
    ----------
    body : str
        "thorax", "L1" to "L5" or "pelvis".
    at : str, tuple of 3 floats, or None
        A landmark of the body, or a point in its frame (m); None is the body's origin.
    force : tuple of 3 floats
        Global axes anterior, superior, right; N.
    moment : tuple of 3 floats or None
        About the same global axes; N*m.
    for_mass : float or None
        The mass of the person force and moment are stated for; they go with the mass of whoever it is, as a push of the
        floor does. None: they are the same for everybody; kg.
    """

    kind: Literal["force"] = "force"
    name: Name
    body: LoadedBody
    at: Place | None = None
    force: Force3
    moment: Moment3 | None = None
    for_mass: Annotated[float, Quantity("mass", "30 kg", "250 kg")] | None = None


class Worn(Frozen):
    """A thing carried on the trunk.

    Parameters
    ----------
    mass : float
        kg.
    body : str
        "thorax" or "pelvis".
    at : str or tuple of 3 floats
        "back", "chest", "waist" or "shoulders", or a point in the body's frame (m).
    """

    kind: Literal["worn"] = "worn"
    name: Name
    mass: Mass
    body: Literal["thorax", "pelvis"] = "thorax"
    at: WornPlace = "back"


Load = Annotated[
    Annotated[Held, Tag("<held>")]
    | Annotated[HandForce, Tag("<hand_force>")]
    | Annotated[BodyForce, Tag("<force>")]
    | Annotated[Worn, Tag("<worn>")],
    Discriminator(tag_by_kind),
]
