"""Who the person is, how muscles are recruited, and what carries the weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import PydanticCustomError, core_schema

from spinesim.errors import InputError
from spinesim.scenario.posture import Fraction
from spinesim.schema import WHOLE_NUMBER, Frozen
from spinesim.units import Quantity, WrittenAsText


@dataclass(frozen=True)
class AutoOr(WrittenAsText):
    """Pydantic annotation of a field that is "auto" or a quantity."""

    quantity: Quantity
    example: str

    def parse(self, value: object) -> str | float:
        """Return "auto", or the SI value."""
        if value == "auto":
            return "auto"
        try:
            return self.quantity.parse(value)
        except InputError as error:
            is_word = not any(letter.isdigit() for letter in str(value))
            raise InputError(f"{error}{', or auto' if is_word else ''}") from error

    def format(self, value: str | float) -> str:
        """Return the text of a value."""
        return value if isinstance(value, str) else self.quantity.format(value)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors what the field looks like."""
        return {"type": "string", "examples": ["auto", self.example]}


class Subject(Frozen):
    """The person; None where the model's reference person stands in.

    Parameters
    ----------
    sex : str
        "male" or "female".
    height : float or None
        m.
    mass : float or None
        kg.
    age : float or None
        s, written in years.
    disc_area : float or None
        m^2, cross-section of the L4-L5 disc where it has been measured; the other discs follow it.
    """

    sex: Literal["male", "female"] = "male"
    height: Annotated[float, Quantity("length", "1.2 m", "2.3 m")] | None = None
    mass: Annotated[float, Quantity("mass", "30 kg", "250 kg")] | None = None
    age: Annotated[float, Quantity("age", "18 yr", "100 yr")] | None = None
    disc_area: Annotated[float, Quantity("area", "5 cm^2", "40 cm^2")] | None = None


class Recruitment(Frozen):
    """How the forces are shared among the muscles.

    Parameters
    ----------
    criterion : str
        "power": the least sum of volume times activation to the power `p`.
    p : int
        2 or 3.
    co_contraction : float or "auto"
        Least activation of every trunk muscle, 0 to 0.5; "auto" is the model's tone of an upright trunk that nothing
        supports, and none otherwise.
    shared_drive : float or "auto"
        Share of each trunk muscle's drive that goes to its fellow on the other side, 0 to 0.5; "auto" is the model's,
        less where the person holds a level turned aside, and none from 1 degree on.
    stability_margin : float or None
        N m/rad; co-contraction rises, to 0.5 at most, until the smallest eigenvalue of the tangent reaches it.
    """

    criterion: Literal["power", "min_max"] = "power"
    p: Annotated[Literal[2, 3], WHOLE_NUMBER] = 2
    co_contraction: Annotated[str | float, AutoOr(Quantity("fraction", "0 %", "50 %"), "5 %")] = "auto"
    shared_drive: Annotated[str | float, AutoOr(Quantity("fraction", "0 %", "50 %"), "15 %")] = "auto"

    stability_margin: Annotated[float, Quantity("angular_stiffness", "0 N*m/rad", "10000 N*m/rad")] | None = None

    @field_validator("criterion")
    @classmethod
    def _only_power(cls, value: str) -> str:
        if value == "min_max":
            raise PydanticCustomError("not_yet", "the min_max criterion is not solved yet, use power")
        return value


class Breath(Frozen):
    """The pressure in the abdomen: "auto" lets the solver find it, or Pa."""

    intra_abdominal_pressure: Annotated[str | float, AutoOr(Quantity("pressure", "0 kPa", "40 kPa"), "10 kPa")] = "auto"


class Support(Frozen):
    """The feet's shares of the weight, 0 to 1; None for both: from the balance of weights."""

    left: Fraction | None = None
    right: Fraction | None = None

    @model_validator(mode="after")
    def _whole(self) -> Support:
        if (self.left is None) != (self.right is None):
            raise InputError("needs both left and right, or neither")
        if self.left is not None and self.right is not None and not math.isclose(self.left + self.right, 1.0):
            total = 100.0 * (self.left + self.right)
            raise InputError(f"left and right must sum to 100 %, not {total:.4g} %")
        return self
