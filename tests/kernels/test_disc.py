"""The scalar laws of a disc and their derivatives; its wrench is checked with the whole passive spine."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from differences import slope
from solving import STANDING
from spinesim.kernels import disc
from spinesim.kernels.tables import Discs
from spinesim.simulation import prepare
from tolerances import EXACT, SOLVED

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
levels = st.integers(0, 5)
shortenings = st.floats(-1e-3, 3e-3)
moments = st.floats(0.2, 5.0)
angles_a = st.floats(0.02, 0.12)
stiffened = st.floats(0.3, 2.2)
angles = st.floats(-0.4, 0.4)


def discs() -> Discs:
    """Return the discs of the reference man."""
    return prepare(STANDING).person.discs


@given(levels, shortenings)
def test_axial_force_stiffness_and_rate_are_slopes(j: int, d: float) -> None:
    table, h = discs(), 1e-7
    assume(min(abs(d), abs(d - table.toe[j])) > 4 * h)
    for order in range(3):
        found = slope(lambda x, n=order: disc.axial(table, j, x)[n], d, h)
        scale = abs(disc.axial(table, j, 1e-3)[order + 1]) + 1.0
        assert found == pytest.approx(disc.axial(table, j, d)[order + 1], rel=SOLVED, abs=SOLVED * scale)


@given(
    st.floats(0.0, 2.0), st.floats(200.0, 1500.0), st.floats(-500.0, 3000.0), st.floats(1e5, 3e6), st.floats(-1e9, 2e9)
)
def test_stiffening_slopes(gain: float, force: float, preload: float, rate: float, curve: float) -> None:
    """Along preload F + rate x + curve x^2 / 2 the second and third values are slopes by x."""
    assume(abs(preload) > 1.0)
    h = 1e-7

    def along(x: float, n: int) -> float:
        return disc.stiffening(gain, force, preload + rate * x + 0.5 * curve * x * x, rate + curve * x, curve)[n]

    g, g1, g2 = disc.stiffening(gain, force, preload, rate, curve)
    assert slope(lambda x: along(x, 0), 0.0, h) == pytest.approx(g1, rel=SOLVED, abs=SOLVED * g * rate / force)
    assert slope(lambda x: along(x, 1), 0.0, h) == pytest.approx(
        g2, rel=10 * SOLVED, abs=SOLVED * g * (rate / force) ** 2
    )


@given(st.floats(0.0, 3.0), st.floats(200.0, 1500.0))
def test_stiffening_is_smooth_through_zero_preload(gain: float, force: float) -> None:
    pressed, pulled = (disc.stiffening(gain, force, f, 1e6, 0.0) for f in (1e-12, -1e-12))
    assert pressed[:2] == pytest.approx(pulled[:2], rel=SOLVED, abs=SOLVED)
    assert pulled[:2] == (1.0, 0.0)


@given(moments, angles_a, stiffened, angles)
def test_bending_derivatives_by_angle(b: float, a: float, g: float, t: float) -> None:
    last, h = 6.5 * b, 1e-6
    knee = a * math.log(last / (g * b) + 1.0)
    assume(min(abs(t), abs(abs(t) - knee)) > 4 * h)
    law = lambda x: disc.bending(b, a, last, g, x)  # noqa: E731
    _, moment, stiffness, _, _, mixed = law(t)
    assert slope(lambda x: law(x)[0], t, h) == pytest.approx(moment, rel=SOLVED, abs=SOLVED * b)
    assert slope(lambda x: law(x)[1], t, h) == pytest.approx(stiffness, rel=SOLVED)
    assert slope(lambda x: law(x)[3], t, h) == pytest.approx(mixed, rel=SOLVED, abs=SOLVED * b)


@given(moments, angles_a, stiffened, angles)
def test_bending_derivatives_by_stiffening(b: float, a: float, g: float, t: float) -> None:
    last, h = 6.5 * b, 1e-5
    knee = a * math.log(last / (g * b) + 1.0)
    assume(abs(abs(t) - knee) > 1e-3)
    law = lambda x: disc.bending(b, a, last, x, t)  # noqa: E731
    _, _, _, by_g, by_gg, mixed = law(g)
    assert slope(lambda x: law(x)[0], g, h) == pytest.approx(by_g, rel=SOLVED, abs=SOLVED * b)
    assert slope(lambda x: law(x)[3], g, h) == pytest.approx(by_gg, rel=10 * SOLVED, abs=10 * SOLVED * b)
    assert slope(lambda x: law(x)[1], g, h) == pytest.approx(mixed, rel=SOLVED, abs=SOLVED * b)


@given(moments, angles_a, stiffened, angles)
def test_bending_is_even_in_energy_and_odd_in_moment(b: float, a: float, g: float, t: float) -> None:
    there, back = (disc.bending(b, a, 6.5 * b, g, sign * t) for sign in (1.0, -1.0))
    assert there[0] == back[0] and there[2] == back[2]
    assert there[1] == -back[1]


@given(moments, angles_a, stiffened)
def test_bending_goes_on_with_its_tangent(b: float, a: float, g: float) -> None:
    last = 6.5 * b
    knee = a * math.log(last / (g * b) + 1.0)
    below, above = (disc.bending(b, a, last, g, knee * f) for f in (1.0 - 1e-13, 1.0 + 1e-13))
    assert below == pytest.approx(above, rel=SOLVED, abs=1e3 * EXACT)
    assert below[1] == pytest.approx(last, rel=SOLVED)


def test_by_hand() -> None:
    """M = 1.162 (exp(5.019 deg / 5.019 deg) - 1) = 1.162 x 1.718 = 2.00 N m without preload."""
    angle = math.radians(5.019)
    assert disc.bending(1.162, angle, 7.5, 1.0, angle)[1] == pytest.approx(1.162 * (math.e - 1.0), rel=EXACT)
