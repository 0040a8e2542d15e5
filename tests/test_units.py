"""Quantities: text in, SI floats out, and the same text back."""

import contextlib
import math
import time

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.errors import InputError
from spinesim.units import (
    DIMENSIONS,
    SECONDS_PER_YEAR,
    SI_UNITS,
    UNIT_TEXTS,
    Quantity,
    format_quantity,
    parse_quantity,
    registry,
)

WRITTEN = [(dimension, unit) for dimension in DIMENSIONS for unit in UNIT_TEXTS[dimension]]
FACTORS = {
    "m": 1, "cm": 1e-2, "mm": 1e-3, "kg": 1, "g": 1e-3, "s": 1, "ms": 1e-3, "min": 60, "h": 3600, "d": 86400,
    "yr": SECONDS_PER_YEAR, "deg": math.pi / 180, "degree": math.pi / 180, "degrees": math.pi / 180,
    "°": math.pi / 180, "rad": 1, "N": 1, "kN": 1e3, "Nm": 1, "Nmm": 1e-3, "Pa": 1, "kPa": 1e3, "MPa": 1e6,
    "%": 1e-2, "": 1, "J": 1, "W": 1, "Hz": 1, "1": 1,
}  # fmt: skip


def _factor_by_hand(unit: str) -> float:
    """Multiply the factors of N*m/deg without pint."""
    above, *below = unit.split("/")
    parts = [(part, 1.0) for part in above.split("*")] + [(part, -1.0) for part in below]
    total = 1.0
    for part, sign in parts:
        name, _, power = part.partition("^")
        total *= FACTORS[name] ** (sign * float(power or 1))
    return total


@pytest.mark.parametrize(("dimension", "unit"), WRITTEN)
def test_every_unit_in_the_list_is_what_its_name_says(dimension, unit):
    assert parse_quantity(f"1 {unit}", dimension) == pytest.approx(_factor_by_hand(unit), rel=1e-14)


@pytest.mark.parametrize(("dimension", "unit"), WRITTEN)
def test_pint_gives_every_unit_in_the_list_the_dimension_of_its_si_unit(dimension, unit):
    ureg = registry()
    as_pint = {"": "dimensionless", "°": "degree", "degrees": "degree"}
    ours, si = (as_pint.get(text, text.replace("^", "**")) for text in (unit, SI_UNITS[dimension]))
    assert ureg.Unit(ours).dimensionality == ureg.Unit(si or "dimensionless").dimensionality


@pytest.mark.parametrize(("dimension", "unit"), WRITTEN)
def test_factors_are_those_of_pint(dimension, unit):
    ureg = registry()
    as_pint = {"": "dimensionless", "°": "degree", "degrees": "degree"}
    ours, si = (as_pint.get(text, text.replace("^", "**")) for text in (unit, SI_UNITS[dimension]))
    told = ureg.Quantity(1.0, ureg.Unit(ours)).m_as(si or "dimensionless")
    assert parse_quantity(f"1 {unit}", dimension) == pytest.approx(told, rel=3e-16)


def test_angle_is_a_dimension_of_its_own():
    assert registry().Unit("degree").dimensionality == {"[angle]": 1}


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("20 kg", "mass", 20.0),
        ("20kg", "mass", 20.0),
        ("  -3.5e2  mm ", "length", -0.35),
        ("+.5 m", "length", 0.5),
        ("36 deg", "angle", math.radians(36)),
        ("36°", "angle", math.radians(36)),
        ("30 %", "fraction", 0.3),
        ("70%", "fraction", 0.7),
        ("5 Nm", "moment", 5.0),
        ("5 N*m", "moment", 5.0),
        ("5 N m", "moment", 5.0),
        ("5 N·m", "moment", 5.0),
        ("2 N m / deg", "angular_stiffness", math.degrees(2.0)),
        ("4 cm²", "area", 4e-4),
        ("4 cm**2", "area", 4e-4),
        ("90 ms", "time", 0.09),
        ("1000 N/mm^2", "stress", 1e9),
        ("1.5", "number", 1.5),
        (1.5, "number", 1.5),
    ],
)
def test_quantities_are_read_in_si(text, dimension, value):
    assert parse_quantity(text, dimension) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        (20, "mass", 'needs a unit, for example "20 kg"'),
        ("20", "mass", 'needs a unit, for example "20 kg"'),
        (0.7, "fraction", 'needs a unit, for example "70 %"'),
        (35, "fraction", 'needs a unit, for example "35 %"'),
        ("20 N", "mass", "'N' is not a unit of mass, it is a unit of force (use kg or g)"),
        ("20 kgs", "mass", "'kgs' is not a unit of mass (use kg or g)"),
        ("20 KG", "mass", "'KG' is not a unit of mass (use kg or g)"),
        ("5 nm", "length", "'nm' is not a unit of length (use m, cm or mm)"),
        ("1,5 N", "force", "'1,5 N' has a comma, write the number with a decimal point"),
        ("3 kg", "number", "takes a number without a unit, not 'kg'"),
        ("kg", "mass", "'kg' does not start with a number, write it like \"20 kg\""),
        ("", "mass", "'' does not start with a number, write it like \"20 kg\""),
        (None, "mass", 'None is not a quantity, write it like "20 kg"'),
        (True, "mass", 'True is not a quantity, write it like "20 kg"'),
        ([20, "kg"], "mass", "[20, 'kg'] is not a quantity, write it like \"20 kg\""),
        ("nan kg", "mass", "'nan kg' must be a finite number"),
        (".inf kg", "mass", "'.inf kg' must be a finite number"),
        ("-infinity", "mass", "'-infinity' must be a finite number"),
        (float("nan"), "mass", "nan must be a finite number"),
        (float("inf"), "number", "inf must be a finite number"),
        (10**400, "number", "a huge number must be a finite number"),
        ("1e400 kg", "mass", "'1e400 kg' must be a finite number"),
        ("1e300 MPa", "pressure", None),
        ("1e305 MPa", "pressure", "'1e305 MPa' must be a finite number"),
    ],
)
def test_what_is_not_a_quantity_is_refused_with_what_was_wanted(text, dimension, message):
    if message is None:
        assert parse_quantity(text, dimension) == 1e306
        return
    with pytest.raises(InputError) as caught:
        parse_quantity(text, dimension)
    assert str(caught.value) == message


def test_a_moment_is_not_an_angular_stiffness():
    with pytest.raises(InputError, match=r"it is a unit of moment \(use N\*m/deg"):
        parse_quantity("86 N*m", "angular_stiffness")


@pytest.mark.parametrize(
    "text",
    ["9**9**9 kg", "10**9999999", "1 kg**9**9**9", "9" * 41 + " kg", "9" * 100_000, "N" * 100_000,
     "1 " + "N*" * 5000, "1 __import__('os')", "٣ kg", "1 kg\n2 kg", "0x10 kg", "1_000 kg", "--1 kg",
     "1e1000000000 kg"],
)  # fmt: skip
def test_hostile_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_quantity(text, "mass")
    assert time.perf_counter() - start < 0.1
    assert len(str(caught.value)) < 200


def test_pint_quantities_of_any_registry_are_read_by_the_names_of_their_units():
    ureg = pint.UnitRegistry()
    assert parse_quantity(ureg.Quantity(20, "kg"), "mass") == 20.0
    assert parse_quantity(ureg.Quantity(180, "deg"), "angle") == pytest.approx(math.pi)
    assert parse_quantity(ureg.Quantity(3, "N*m/deg"), "angular_stiffness") == pytest.approx(math.degrees(3))
    assert parse_quantity(registry().Quantity(30, "percent"), "fraction") == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("magnitude", "unit", "dimension"),
    [(20, "N", "mass"), (3, "N*m", "angular_stiffness"), (1, "lb", "mass"), ([1, 2], "m", "length")],
)
def test_wrong_pint_quantities_are_refused(magnitude, unit, dimension):
    with pytest.raises(InputError, match="is not a"):
        parse_quantity(pint.UnitRegistry().Quantity(magnitude, unit), dimension)


def test_infinite_pint_quantities_are_refused():
    with pytest.raises(InputError, match="finite"):
        parse_quantity(pint.UnitRegistry().Quantity(math.inf, "m"), "length")


@pytest.mark.parametrize(
    ("text", "dimension"),
    [("36 deg", "angle"), ("0.6 m", "length"), ("30 %", "fraction"), ("55.5 %", "fraction"),
     ("10 kPa", "pressure"), ("7.5 N*m", "moment"), ("1.2 N*m/deg", "angular_stiffness"), ("0.1 N", "force"),
     ("1.5", "number")],
)  # fmt: skip
def test_what_is_written_is_what_was_read(text, dimension):
    assert format_quantity(parse_quantity(text, dimension), dimension) == text


def test_a_unit_may_be_chosen_for_writing():
    assert format_quantity(42 * SECONDS_PER_YEAR, "time", "yr") == "42 yr"


@given(
    value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9),
    dimension=st.sampled_from(DIMENSIONS),
)
def test_writing_and_reading_gives_the_same_value(value, dimension):
    again = parse_quantity(format_quantity(value, dimension), dimension)
    assert again == pytest.approx(value, rel=1e-15, abs=1e-300)


@given(st.text(max_size=100))
def test_no_text_gives_anything_but_a_finite_number_or_an_input_error(text):
    for dimension in ("mass", "number"):
        with contextlib.suppress(InputError):
            assert math.isfinite(parse_quantity(text, dimension))


def test_limits_of_a_field_are_allowed_values():
    mass = Quantity("mass", "0 kg", "500 kg")
    assert mass.parse("0 kg") == 0.0
    assert mass.parse("500 kg") == 500.0
    with pytest.raises(InputError, match=r"'-1 g' is too small, the range is 0 kg to 500 kg"):
        mass.parse("-1 g")
    with pytest.raises(InputError, match=r"'501 kg' is too large, the range is 0 kg to 500 kg"):
        mass.parse("501 kg")
