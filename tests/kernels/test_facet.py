"""Contact of a facet: pressure, its energy, and closure against a cylinder."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from differences import slope
from spinesim.kernels.facet import add_tip, contact_energy, contact_pressure, tip_closure
from tolerances import EXACT, SOLVED

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
closures = st.floats(-1e-3, 1.2e-3)
stiffnesses = st.floats(1e8, 1e10)
thicknesses = st.floats(5e-4, 3e-3)
toes = st.floats(1e-5, 2e-4)
STEP = 1e-8


def away_from_kinks(d: float, toe: float) -> None:
    assume(abs(d) > 4 * STEP and abs(d - toe) > 4 * STEP)


@given(closures, stiffnesses, thicknesses, toes)
def test_pressure_is_the_slope_of_the_energy(d: float, s: float, h: float, toe: float) -> None:
    away_from_kinks(d, toe)
    found = slope(lambda x: contact_energy(x, s, h, toe), d, STEP)
    assert found == pytest.approx(contact_pressure(d, s, h, toe)[0], rel=SOLVED, abs=s * 1e-10)


@given(closures, stiffnesses, thicknesses, toes)
def test_slope_is_the_slope_of_the_pressure(d: float, s: float, h: float, toe: float) -> None:
    away_from_kinks(d, toe)
    found = slope(lambda x: contact_pressure(x, s, h, toe)[0], d, STEP)
    assert found == pytest.approx(contact_pressure(d, s, h, toe)[1], rel=10 * SOLVED, abs=s * 1e-7)


@given(st.floats(-1.0, 0.0), stiffnesses, thicknesses, toes)
def test_an_open_facet_presses_nothing(d: float, s: float, h: float, toe: float) -> None:
    assert contact_pressure(d, s, h, toe) == (0.0, 0.0)
    assert contact_energy(d, s, h, toe) == 0.0


@given(closures, closures, stiffnesses, thicknesses, toes)
def test_closing_further_never_presses_less(a: float, b: float, s: float, h: float, toe: float) -> None:
    low, high = sorted((a, b))
    assert contact_pressure(high, s, h, toe)[0] >= contact_pressure(low, s, h, toe)[0]


def test_by_hand() -> None:
    """3 MPa/mm, 1.5 mm thick, toe 0.05 mm: 0.525 mm closes d = 0.5 mm, p = 1.5 (1 + 1/9) MPa."""
    assert contact_pressure(0.525e-3, 3e9, 1.5e-3, 0.05e-3)[0] == pytest.approx(1.5e6 * (1.0 + 1.0 / 9.0), rel=EXACT)


def test_energy_is_exact_for_a_polynomial_of_the_toe() -> None:
    """Against a fine sum of the pressure over the path."""
    path = np.linspace(0.0, 0.8e-3, 20_001)
    pressures = [contact_pressure(d, 3e9, 1.5e-3, 0.05e-3)[0] for d in path]
    assert contact_energy(0.8e-3, 3e9, 1.5e-3, 0.05e-3) == pytest.approx(
        float(np.trapezoid(pressures, path)), rel=SOLVED
    )


def pressed(depth: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return force, moment and tangent of a tip 30 mm behind and 10 mm below its anchor, so deep in a flat lamina."""
    tip, up, lamina = np.array([[-0.03, -0.01, 0.0]]), np.array([[0.0, 1.0, 0.0]]), np.array([-0.01 + depth])
    f, m = np.zeros((1, 3)), np.zeros((1, 3))
    k, c, aka, af = (np.zeros((1, 3, 3)) for _ in range(4))
    add_tip(0, tip, up, lamina, np.array([1e5]), 5e-4, np.zeros((1, 3)), f, m, k, c, aka, af)
    return f[0], m[0], k[0]


def test_the_lamina_lifts_the_tip_by_hand() -> None:
    """100 N/mm with a toe of 0.5 mm, 0.75 mm deep: 50 N up, which flexes by 30 mm x 50 N = 1.5 N m."""
    f, m, k = pressed(7.5e-4)
    assert f == pytest.approx([0.0, 50.0, 0.0], rel=EXACT)
    assert m == pytest.approx([0.0, 0.0, -1.5], rel=EXACT)
    assert k == pytest.approx(np.diag([0.0, -1e5, 0.0]), rel=EXACT)


def test_a_tip_above_the_lamina_feels_nothing() -> None:
    assert not any(np.any(x) for x in pressed(-1e-6))


@given(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_sliding_along_the_lamina_closes_nothing(x: float, y: float, z: float, slide: float) -> None:
    up, lamina = np.array([[0.0, 1.0, 0.0]]), np.array([0.01])
    assert tip_closure(0, up, lamina, x + slide, y, z - slide) == tip_closure(0, up, lamina, x, y, z)
