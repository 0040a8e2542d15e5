"""One muscle behind the disc: a textbook's numbers, balance, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.methods import single_muscle
from spinesim.methods.single_muscle import ABOVE_DISC, GRAVITY
from tolerances import EXACT


def test_a_textbook_problem() -> None:
    """450 N of trunk 25 cm and 200 N of load 40 cm before L5, trunk 35 deg forward, muscle 5 cm behind it."""
    lean = math.radians(35.0)
    estimate = single_muscle(
        body_mass=450.0 / (GRAVITY * ABOVE_DISC), trunk_length=0.25 / math.sin(lean), inclination=lean,
        load_mass=200.0 / GRAVITY, load_reach=0.4, extensor_arm=0.05,
    )  # fmt: skip
    assert estimate.moment == pytest.approx(192.5, rel=EXACT)
    assert estimate.extensor == pytest.approx(3850.0, rel=EXACT)
    assert estimate.compression == pytest.approx(4382.4, abs=0.1)
    assert estimate.shear == pytest.approx(372.8, abs=0.1)


def test_upright_and_empty_handed_it_is_the_weight() -> None:
    estimate = single_muscle(70.0, 0.3, 0.0)
    assert estimate.extensor == 0.0 and estimate.shear == 0.0
    assert estimate.compression == pytest.approx(70.0 * ABOVE_DISC * GRAVITY, rel=EXACT)


@given(st.floats(40.0, 120.0), st.floats(0.2, 0.4), st.floats(-0.5, 1.6), st.floats(0.0, 40.0), st.floats(0.0, 0.7))
def test_the_muscle_balances_the_moment(mass: float, length: float, lean: float, load: float, reach: float) -> None:
    estimate = single_muscle(mass, length, lean, load, reach)
    assert estimate.extensor * 0.06 == pytest.approx(abs(estimate.moment), rel=1e3 * EXACT)
    weight = GRAVITY * (ABOVE_DISC * mass + load)
    assert math.hypot(estimate.compression - estimate.extensor, estimate.shear) == pytest.approx(
        weight, rel=1e3 * EXACT
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"body_mass": -1.0}, {"trunk_length": -0.1}, {"load_mass": -1.0}, {"extensor_arm": 0.0},
        {"extensor_arm": -0.05}, {"inclination": math.nan}, {"load_reach": math.inf},
    ],
)  # fmt: skip
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="finite|negative"):
        single_muscle(**{"body_mass": 70.0, "trunk_length": 0.3, "inclination": 0.5, **wrong})
