"""The revised NIOSH equation against the examples of its manual and at the edges of what it covers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.methods import Lift, lifting_index, recommended_weight
from tolerances import EXACT

# The manual's two sets of constants take 10 in for 25 cm and 51 lb for 23 kg.
INCH, POUND = 0.025, 23.0 / 51.0
MINUTE, HOUR = 60.0, 3600.0
ROUNDED = 0.005  # the manual's multipliers have two digits, its weights one
EASY = Lift(horizontal=0.25, vertical=0.75)


def test_the_easiest_lift_is_the_load_constant() -> None:
    limit = recommended_weight(EASY)
    assert limit.weight == pytest.approx(23.0, rel=EXACT)
    assert limit[1:] == pytest.approx((1.0,) * 6, rel=EXACT)


@pytest.mark.parametrize(
    ("horizontal", "vertical", "coupling", "multipliers", "pounds"),
    [
        (10.0, 22.0, "fair", (1.0, 0.94, 0.87, 1.0, 0.88, 0.95), 34.9),
        (20.0, 59.0, "fair", (0.50, 0.78, 0.87, 1.0, 0.88, 1.0), 15.2),
    ],
)
def test_example_4_of_the_manual(
    horizontal: float, vertical: float, coupling: str, multipliers: tuple[float, ...], pounds: float
) -> None:
    """Package inspection: three lifts a minute for less than an hour, origin and destination (figure 14)."""
    lift = Lift(horizontal * INCH, vertical * INCH, 37.0 * INCH, 0.0, 3.0 / MINUTE, 0.75 * HOUR, coupling)  # pyright: ignore[reportArgumentType]
    limit = recommended_weight(lift)
    assert limit[1:] == pytest.approx(multipliers, abs=ROUNDED + EXACT)
    assert limit.weight == pytest.approx(pounds * POUND, rel=2.0 * ROUNDED)


def test_the_index_is_the_load_by_its_limit() -> None:
    assert lifting_index(11.5, EASY) == pytest.approx(0.5, rel=EXACT)
    assert lifting_index(0.0, EASY) == 0.0
    assert lifting_index(5.0, Lift(horizontal=0.7, vertical=0.75)) == math.inf


@pytest.mark.parametrize(
    ("lift", "name"),
    [
        (Lift(0.64, 0.75), "horizontal"),
        (Lift(0.25, 1.76), "vertical"),
        (Lift(0.25, 0.75, travel=1.76), "travel"),
        (Lift(0.25, 0.75, asymmetry=math.radians(136.0)), "asymmetry"),
        (Lift(0.25, 0.75, frequency=16.0 / MINUTE), "frequency"),
        (Lift(0.25, 0.75, frequency=13.0 / MINUTE, duration=8.0 * HOUR), "frequency"),
    ],
)
def test_beyond_what_it_covers_nothing_may_be_lifted(lift: Lift, name: str) -> None:
    limit = recommended_weight(lift)
    assert limit.weight == 0.0 and getattr(limit, name) == 0.0


@pytest.mark.parametrize(
    ("rate", "hours", "vertical", "expected"),
    [
        (0.0, 1.0, 0.8, 1.0), (0.1, 8.0, 0.8, 0.85), (1.0, 2.0, 0.5, 0.88), (1.5, 1.0, 0.8, 0.925),
        (9.0, 8.0, 0.8, 0.15), (9.0, 8.0, 0.5, 0.0), (12.0, 1.0, 0.5, 0.37), (13.0, 1.0, 0.5, 0.0),
        (15.0, 1.0, 0.8, 0.28),
    ],
)  # fmt: skip
def test_the_frequency_table(rate: float, hours: float, vertical: float, expected: float) -> None:
    lift = Lift(0.25, vertical, frequency=rate / MINUTE, duration=hours * HOUR)
    assert recommended_weight(lift).frequency == pytest.approx(expected, abs=EXACT)


@given(st.floats(0.25, 0.6), st.floats(0.0, 1.7), st.floats(0.25, 1.7), st.floats(0.0, 2.3), st.floats(0.0, 0.2))
def test_nothing_makes_a_lift_easier_than_the_easiest(h: float, v: float, d: float, a: float, f: float) -> None:
    lift = Lift(h, v, d, a, f)
    farther = Lift(h + 0.03, v, d, a, f)
    assert 0.0 <= recommended_weight(farther).weight <= recommended_weight(lift).weight <= 23.0


@pytest.mark.parametrize(
    "lift",
    [
        Lift(-0.1, 0.75), Lift(math.nan, 0.75), Lift(0.3, math.inf), Lift(0.3, 0.75, duration=9.0 * HOUR),
        Lift(0.3, 0.75, coupling="firm"),  # pyright: ignore[reportArgumentType]
    ],
)  # fmt: skip
def test_nonsense_is_refused(lift: Lift) -> None:
    with pytest.raises(ValueError, match="must be|covers|coupling"):
        recommended_weight(lift)


def test_a_negative_load_is_refused() -> None:
    with pytest.raises(ValueError, match="mass must be"):
        lifting_index(-1.0, EASY)
