"""The law of a strand: tension only, toe, linear, and the energy that belongs to it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from differences import slope
from spinesim.kernels.ligament import strand_energy, strand_tension
from tolerances import EXACT, SOLVED

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
elongations = st.floats(-5e-3, 1.5e-2)
stiffnesses = st.floats(1e3, 2e5)
toes = st.floats(5e-4, 8e-3)
STEP = 1e-7


def away_from_kinks(x: float, toe: float) -> None:
    """The slope of the tension jumps nowhere but bends at the ends of the toe, where differences see both sides."""
    assume(abs(x) > 4 * STEP and abs(x - toe) > 4 * STEP)


@given(elongations, stiffnesses, toes)
def test_tension_is_the_slope_of_the_energy(x: float, k: float, toe: float) -> None:
    away_from_kinks(x, toe)
    assert slope(lambda e: strand_energy(e, k, toe), x, STEP) == pytest.approx(
        strand_tension(x, k, toe)[0], rel=SOLVED, abs=k * 1e-9
    )


@given(elongations, stiffnesses, toes)
def test_stiffness_is_the_slope_of_the_tension(x: float, k: float, toe: float) -> None:
    away_from_kinks(x, toe)
    assert slope(lambda e: strand_tension(e, k, toe)[0], x, STEP) == pytest.approx(
        strand_tension(x, k, toe)[1], rel=SOLVED, abs=k * 1e-9
    )


@given(st.floats(-1.0, 0.0), stiffnesses, toes)
def test_a_slack_strand_does_nothing(x: float, k: float, toe: float) -> None:
    assert strand_tension(x, k, toe) == (0.0, 0.0)
    assert strand_energy(x, k, toe) == 0.0


@given(stiffnesses, toes)
def test_toe_and_line_meet(k: float, toe: float) -> None:
    below, above = toe * (1.0 - 1e-15), toe * (1.0 + 1e-15)
    assert strand_tension(below, k, toe) == pytest.approx(strand_tension(above, k, toe), rel=EXACT)
    assert strand_energy(below, k, toe) == pytest.approx(strand_energy(above, k, toe), rel=EXACT)


def test_by_hand() -> None:
    """10 N/mm, toe 2 mm: 1 mm gives 10 x 1 / (2 x 2) = 2.5 N, 5 mm gives 10 x (5 - 1) = 40 N."""
    assert strand_tension(1e-3, 1e4, 2e-3)[0] == pytest.approx(2.5, rel=EXACT)
    assert strand_tension(5e-3, 1e4, 2e-3) == pytest.approx((40.0, 1e4), rel=EXACT)
