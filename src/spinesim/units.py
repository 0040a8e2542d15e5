"""The door where units stop: text with a unit in, SI floats out, and back.

A quantity is text such as ``"20 kg"``. A strict pattern reads the number, the unit must be in our own
list for that dimension, whose factors stand here: loading pint takes a quarter of a second, and pint evaluates
what it is handed, so that ``9**9**9`` hangs it and ``1,5 N`` becomes 15 N. A test holds them against pint.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from spinesim.errors import InputError, did_you_mean, either, quoted

if TYPE_CHECKING:
    import pint
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import core_schema

Dimension = Literal[
    "length", "mass", "time", "angle", "force", "moment", "pressure", "stress", "fraction", "strain",
    "number", "stiffness", "angular_stiffness", "force_per_strain", "area", "volume", "inertia", "density",
    "velocity", "acceleration", "angular_velocity", "rate", "damping", "angular_damping", "curvature",
    "energy", "power", "age",
]  # fmt: skip
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

# What may be written for each dimension; the first is what spinesim writes itself.
UNIT_TEXTS: Mapping[Dimension, tuple[str, ...]] = MappingProxyType({
    "length": ("m", "cm", "mm"),
    "mass": ("kg", "g"),
    "time": ("s", "ms", "min", "h", "d", "yr"),
    "angle": ("deg", "rad", "degree", "degrees", "°"),
    "force": ("N", "kN"),
    "moment": ("N*m", "Nm", "N*cm", "N*mm", "Nmm"),
    "pressure": ("kPa", "Pa", "MPa", "N/m^2", "N/cm^2", "N/mm^2"),
    "stress": ("MPa", "kPa", "Pa", "N/m^2", "N/cm^2", "N/mm^2"),
    "fraction": ("%",),
    "strain": ("%",),
    "number": ("",),
    "stiffness": ("N/mm", "N/m", "N/cm", "kN/m"),
    "angular_stiffness": (
        "N*m/deg", "N*m/rad", "Nm/deg", "Nm/rad", "N*mm/deg", "N*mm/rad", "Nmm/deg", "Nmm/rad"
    ),
    "force_per_strain": ("N", "kN", "N/%"),
    "area": ("mm^2", "cm^2", "m^2"),
    "volume": ("cm^3", "mm^3", "m^3"),
    "inertia": ("kg*m^2", "kg*cm^2"),
    "density": ("kg/m^3", "g/cm^3"),
    "velocity": ("m/s", "cm/s", "mm/s"),
    "acceleration": ("m/s^2",),
    "angular_velocity": ("deg/s", "rad/s"),
    "rate": ("1/s", "Hz", "1/min", "1/h"),
    "damping": ("N*s/m", "N*s/mm"),
    "angular_damping": ("N*m*s/deg", "N*m*s/rad", "Nm*s/deg", "Nm*s/rad"),
    "curvature": ("1/m", "1/mm"),
    "energy": ("J", "N*m", "Nm"),
    "power": ("W",),
    "age": ("yr",),
})  # fmt: skip

SI_UNITS: Mapping[Dimension, str] = MappingProxyType({
    "length": "m", "mass": "kg", "time": "s", "angle": "rad", "force": "N", "moment": "N*m",
    "pressure": "Pa", "stress": "Pa", "fraction": "", "strain": "", "number": "",
    "stiffness": "N/m", "angular_stiffness": "N*m/rad", "force_per_strain": "N",
    "area": "m^2", "volume": "m^3", "inertia": "kg*m^2", "density": "kg/m^3",
    "velocity": "m/s", "acceleration": "m/s^2", "angular_velocity": "rad/s", "rate": "1/s",
    "damping": "N*s/m", "angular_damping": "N*m*s/rad", "curvature": "1/m", "energy": "J", "power": "W",
    "age": "s",
})  # fmt: skip

SECONDS_PER_YEAR = 365.25 * 86400.0

_LONGEST_TEXT = 80
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NOT_FINITE = re.compile(r"[+-]?\.?(?:nan|inf|infinity)\b", re.IGNORECASE)
_SPELLINGS = {"²": "^2", "³": "^3", "**": "^", "·": "*", "⋅": "*", "percent": "%"}


def parse_quantity(text: object, dimension: Dimension, sample: str | None = None) -> float:
    """Return the SI value of a quantity written with its unit.

    Parameters
    ----------
    text : str, pint.Quantity, or (for dimension "number" only) int or float
        Such as ``"20 kg"``, ``"36 deg"`` or ``"30 %"``.
    dimension : Dimension
        What the quantity must be.
    sample : str, optional
        One of its kind, which messages give as an example.

    Returns
    -------
    float
        In SI units: rad for angles, 1 for fractions, N*m/rad for angular stiffness.

    Raises
    ------
    InputError
        When the number or the unit is missing or wrong, or the value is not finite.
    """
    sample = _sample(dimension) if sample is None else sample
    if isinstance(text, str):
        return _parse_text(text, dimension, sample)
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return _bare_number(text, dimension, sample)
    if hasattr(text, "magnitude") and hasattr(text, "units"):
        return _from_pint(text, dimension)
    raise InputError(f"{quoted(text)} is not a quantity, {_example(sample)}")


def format_quantity(value: float, dimension: Dimension, unit: str | None = None) -> str:
    """Return the quantity as text that `parse_quantity` reads back to the same value.

    Parameters
    ----------
    value : float
        In SI units.
    dimension : Dimension
        What the quantity is.
    unit : str, optional
        One of ``UNIT_TEXTS[dimension]``; the first of them when left out.
    """
    unit = UNIT_TEXTS[dimension][0] if unit is None else unit
    scale = _scale(unit)
    written = [f"{scale.from_si(value):.{digits}g} {unit}".strip() for digits in (12, 15, 16, 17)]
    exact = (text for text in written if parse_quantity(text, dimension) == value)
    return next(exact, written[-1])


def unit_measures(text: str) -> tuple[float, Mapping[str, float]]:
    """Return what one of a unit is in SI units, and the powers of the base dimensions it is made of.

    Parameters
    ----------
    text : str
        Any unit of `UNIT_TEXTS`, in any of the spellings that quantities may have; ``"1"`` is a plain number.

    Raises
    ------
    InputError
        When the unit is not one of ours.
    """
    unit = _ours(text)
    return _scale(unit).to_si(1.0), _powers(unit)


def unit_factor(text: str) -> float:
    """Return what one of a unit is in SI units, as `unit_measures` does."""
    unit = _ours(text)
    return _scale(unit).to_si(1.0)


def _ours(text: str) -> str:
    """Return a unit in the spelling of our list."""
    unit = "" if text.strip() == "1" else _normal(text.strip())
    if len(text) > _LONGEST_TEXT or not any(unit in texts for texts in UNIT_TEXTS.values()):
        raise InputError(f"{quoted(text)} is not a unit that spinesim knows{did_you_mean(unit, _all_units())}")
    return unit


@functools.cache
def _powers(unit: str) -> Mapping[str, float]:
    powers: Any = registry().Unit(_pint_text(unit)).dimensionality
    return MappingProxyType({str(name): float(p) for name, p in powers.items()})


@functools.cache
def _all_units() -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit for texts in UNIT_TEXTS.values() for unit in texts if unit))


@functools.cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the only pint registry, built from units.txt."""
    import pint

    definitions = Path(__file__).with_name("units.txt")
    return pint.UnitRegistry(str(definitions), preprocessors=[lambda text: text.replace("%", "percent")])


class WrittenAsText:
    """What `parse` reads from text and `format` writes."""

    parse: Any
    format: Any

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Tell pydantic how to read and write the field."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(self.format)
        )


@dataclass(frozen=True)
class Quantity(WrittenAsText):
    """Pydantic annotation of a float field that is written as text with a unit.

    Use as ``mass: Annotated[float, Quantity("mass", "0 kg", "500 kg")]``; inside, the value is an SI float.

    Parameters
    ----------
    dimension : Dimension
        What the quantity is.
    low, high : str, optional
        Limits, themselves quantities; both are allowed values.
    unit : str, optional
        Unit to write it with.
    """

    dimension: Dimension
    low: str | None = None
    high: str | None = None
    unit: str | None = None

    def parse(self, text: object) -> float:
        """Return the SI value, within the limits."""
        value = parse_quantity(text, self.dimension, self._sample_for(text))
        both = None if self.low is None or self.high is None else f"the range is {self.low} to {self.high}"
        if self.low is not None and value < parse_quantity(self.low, self.dimension):
            raise InputError(f"{quoted(text)} is too small, {both or f'the least is {self.low}'}")
        if self.high is not None and value > parse_quantity(self.high, self.dimension):
            raise InputError(f"{quoted(text)} is too large, {both or f'the most is {self.high}'}")
        return value

    def _sample_for(self, text: object) -> str:
        """Return an example for messages; for a number without a unit in one that puts it within the limits."""
        usual = _sample(self.dimension, self.low, self.high)
        try:
            number = float(str(text))
        except ValueError:
            return usual
        own = (unit for unit in (_unit(usual), *UNIT_TEXTS[self.dimension]) if self._allows(number, unit))
        return f"20 {next(own, _unit(usual))}"

    def _allows(self, number: float, unit: str) -> bool:
        """Tell whether so many of a unit lie within the limits."""
        value, limits = _scale(unit).to_si(number), (self.low, self.high)
        low, high = (None if limit is None else parse_quantity(limit, self.dimension) for limit in limits)
        return (low is None or value >= low) and (high is None or value <= high)

    def format(self, value: float) -> str:
        """Return the text of an SI value."""
        return format_quantity(value, self.dimension, self.unit)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors what the field looks like."""
        description = f"{_spoken(self.dimension)} in {either(UNIT_TEXTS[self.dimension])}"
        return {
            "type": "string",
            "description": description,
            "examples": [_sample(self.dimension, self.low, self.high)],
        }


@dataclass(frozen=True, slots=True)
class _Scale:
    factor: float
    divisor: float | None  # dividing by 100 rounds right where multiplying by 0.01 does not

    def to_si(self, number: float) -> float:
        return number / self.divisor if self.divisor else number * self.factor

    def from_si(self, value: float) -> float:
        return value * self.divisor if self.divisor else value / self.factor


def _scale(unit: str) -> _Scale:
    """Return how to convert a unit of our list into SI units; what is written alike means the same everywhere."""
    return _SCALES[unit]


def _scales() -> dict[str, _Scale]:
    """Return the scale of every unit of our list: by what it is multiplied or, where that is exact, divided."""
    by = {
        1.0: ("m", "kg", "s", "rad", "N", "N*m", "Nm", "Pa", "N/m^2", "", "N/m", "N*m/rad", "Nm/rad", "m^2", "m^3",
              "kg*m^2", "kg/m^3", "m/s", "m/s^2", "rad/s", "1/s", "Hz", "N*s/m", "N*m*s/rad", "Nm*s/rad", "1/m", "J",
              "W"),
        100.0: ("N/cm", "N/%"),
        1e3: ("kN", "kPa", "N/mm", "kN/m", "g/cm^3", "N*s/mm", "1/mm"),
        1e4: ("N/cm^2",),
        1e6: ("MPa", "N/mm^2"),
        60.0: ("min",), 3600.0: ("h",), 86400.0: ("d",), SECONDS_PER_YEAR: ("yr",),
        math.pi / 180.0: ("deg", "degree", "degrees", "°", "deg/s"),
        180.0 / math.pi: ("N*m/deg", "Nm/deg", "N*m*s/deg", "Nm*s/deg"),
        0.18 / math.pi: ("N*mm/deg", "Nmm/deg"),
    }  # fmt: skip
    over = {
        60.0: ("1/min",), 3600.0: ("1/h",),
        100.0: ("cm", "N*cm", "%", "cm/s"),
        1e3: ("mm", "g", "ms", "N*mm", "Nmm", "N*mm/rad", "Nmm/rad", "mm/s"),
        1e4: ("cm^2", "kg*cm^2"),
        1e6: ("mm^2", "cm^3"),
        1e9: ("mm^3",),
    }  # fmt: skip
    found = {unit: _Scale(factor, None) for factor, units in by.items() for unit in units}
    return found | {unit: _Scale(1.0 / divisor, divisor) for divisor, units in over.items() for unit in units}


_SCALES = _scales()


def _pint_text(unit: str) -> str:
    return {"": "dimensionless", "°": "degree", "degrees": "degree"}.get(unit, unit.replace("^", "**"))


def _parse_text(text: str, dimension: Dimension, sample: str) -> float:
    stripped = text.strip()
    if len(stripped) > _LONGEST_TEXT:
        raise InputError(f"{quoted(stripped)} is too long for a quantity, {_example(sample)}")
    match = _NUMBER.match(stripped)
    if match is None:
        raise InputError(_not_a_number(stripped, sample))
    number, unit = match.group(), stripped[match.end() :].strip()
    if len(number) > _LONGEST_NUMBER:
        raise InputError(f"{quoted(number)} has more than {_LONGEST_NUMBER} characters")
    if _normal(unit) not in UNIT_TEXTS[dimension]:
        raise InputError(_wrong_unit(number, unit, dimension, sample))
    return _finite(_scale(_normal(unit)).to_si(float(number)), text)


def _bare_number(value: float, dimension: Dimension, sample: str) -> float:
    if dimension == "number":
        return _finite(value, value)
    _finite(value, value)
    raise InputError(_needs_unit(str(value), dimension, sample))


def _from_pint(quantity: Any, dimension: Dimension) -> float:
    """Read a quantity of anybody's registry by its magnitude and the name of its unit."""
    ureg = registry()
    try:
        named = ureg.Quantity(float(quantity.magnitude), ureg.Unit(str(quantity.units)))
        value = float(named.m_as(_pint_text(SI_UNITS[dimension])))
    except Exception as error:  # pint raises AttributeError, TypeError and its own for unknown units
        units = either(UNIT_TEXTS[dimension])
        raise InputError(f"{quoted(str(quantity))} is not a {_spoken(dimension)} (use {units})") from error
    return _finite(value, quantity)


def _finite(value: float, text: object) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InputError(f"{quoted(text)} must be a finite number")
    return number


def _normal(unit: str) -> str:
    """Return the unit text in the spelling of our list: ``N m / deg`` is ``N*m/deg``."""
    for spelling, ours in _SPELLINGS.items():
        unit = unit.replace(spelling, ours)
    return re.sub(r"\s+", "*", re.sub(r"\s*([*/^])\s*", r"\1", unit))


def _not_a_number(text: str, sample: str) -> str:
    if _NOT_FINITE.match(text):
        return f"{quoted(text)} must be a finite number"
    return f"{quoted(text)} does not start with a number, {_example(sample)}"


def _wrong_unit(number: str, unit: str, dimension: Dimension, sample: str) -> str:
    if not unit:
        return _needs_unit(number, dimension, sample)
    if unit.startswith(","):
        return f"{quoted(number + unit)} has a comma, write the number with a decimal point"
    if dimension == "number":
        return f"takes a number without a unit, not {quoted(unit)}"
    others = [other for other in DIMENSIONS if _normal(unit) in UNIT_TEXTS[other]]
    known = f", it is a unit of {_spoken(others[0])}" if others else ""
    ours = either(UNIT_TEXTS[dimension])
    return f"{quoted(unit)} is not a unit of {_spoken(dimension)}{known} (use {ours})"


def _needs_unit(number: str, dimension: Dimension, sample: str) -> str:
    value = float(number) if len(number) <= _LONGEST_NUMBER else math.inf
    if not math.isfinite(value):
        return _example(sample)
    if dimension in ("fraction", "strain") and abs(value) <= 1.0:
        number = f"{100.0 * value:.12g}"
    return f'needs a unit, for example "{number} {_unit(sample)}"'


def _example(sample: str) -> str:
    return f'write it like "{sample}"'


@functools.cache
def _sample(dimension: Dimension, low: str | None = None, high: str | None = None) -> str:
    """Return an example of a dimension, in the unit of a least of 0, or its most where that is less."""
    unit = _unit(low) if low is not None and low.startswith("0 ") else UNIT_TEXTS[dimension][0]
    usual = f"20 {unit}".strip()
    fits = high is None or _parse_text(usual, dimension, "") <= _parse_text(high, dimension, "")
    return high if high is not None and not fits else usual


def _unit(text: str) -> str:
    return text.partition(" ")[2]


def _spoken(dimension: str) -> str:
    return dimension.replace("_", " ")
