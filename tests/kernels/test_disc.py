"""The scalar laws of a disc and their derivatives; its wrench is checked with the whole passive spine."""

import math
from collections.abc import Callable, Sequence

import numpy as np
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
angles = st.floats(-0.4, 0.4)


def discs() -> Discs:
    """Return the discs of the reference man."""
    return prepare(STANDING).person.discs


@given(levels, shortenings)
def test_axial_force_and_stiffness_are_slopes(j: int, d: float) -> None:
    table, h = discs(), 1e-7
    assume(min(abs(d), abs(abs(d) - table.toe[j])) > 4 * h)
    check_slopes(lambda x: disc.axial(table, j, x), d, h, disc.axial(table, j, 1e-3))


@given(levels, shortenings)
def test_core_force_and_stiffness_are_slopes(j: int, d: float) -> None:
    table, h = discs(), 1e-7
    assume(abs(d) > 4 * h)
    check_slopes(lambda x: disc.core(table, j, x), d, h, disc.core(table, j, 1e-3))


@given(st.floats(1e-4, 1.0), st.floats(1e-3, 0.2), angles)
def test_bow_slopes(k: float, width: float, x: float) -> None:
    check_slopes(lambda a: disc.bow(k, width, a), x, 1e-6, disc.bow(k, width, 0.5 * width))


def check_slopes(law: Callable[[float], tuple[float, float, float]], x: float, h: float, size: Sequence[float]) -> None:
    """Check that the second and third values of a law at x are slopes; `size` says how large the values are."""
    for order in range(2):
        found = slope(lambda a, n=order: law(a)[n], x, h)
        scale = abs(size[order + 1])
        assert found == pytest.approx(law(x)[order + 1], rel=10 * SOLVED, abs=10 * SOLVED * scale)


@given(levels, shortenings, shortenings)
def test_axial_and_core_are_convex(j: int, low: float, high: float) -> None:
    """A stiffness is never below zero: more shortening never presses less."""
    low, high = sorted((low, high))
    for law in (disc.axial, disc.core):
        assert law(discs(), j, high)[1] >= law(discs(), j, low)[1]
        assert law(discs(), j, low)[2] >= 0.0


@given(levels, st.floats(-0.02, 0.0))
def test_a_pulled_core_is_slack(j: int, pulled: float) -> None:
    assert disc.core(discs(), j, pulled) == (0.0, 0.0, 0.0)


@given(levels, st.floats(0.0, 0.05))
def test_a_pressed_core_is_never_steeper_than_its_steepest(j: int, pressed: float) -> None:
    """It is so at 1 / sqrt(3) of its length, where it pushes a quarter of the most it ever does."""
    table = discs()
    k, h = table.k_core[j], table.core_length[j]
    most = disc.core(table, j, 1e6 * h)[1]
    assert disc.core(table, j, pressed)[2] <= k * (1.0 + EXACT)
    at = disc.core(table, j, h / math.sqrt(3.0))
    assert at[2] == pytest.approx(k, rel=EXACT) and at[1] == pytest.approx(0.25 * most, rel=1e-9)


@given(levels, st.floats(-0.15, 0.15))
def test_an_unloaded_disc_bends_at_first_as_if_it_had_no_core(j: int, angle: float) -> None:
    """What the core adds to the energy of a bent disc vanishes faster than what bending itself stores."""
    table, part = discs()._replace(rest_shift=np.zeros((6, 3)), rest_turn=np.zeros((6, 3))), 1e-3
    bare = table._replace(k_core=np.zeros(6), k_initial=table.k_initial - table.k_core)
    theta = np.array([0.0, 0.0, part * angle])
    whole, own = (disc.energy(t, j, np.zeros(3), theta) for t in (table, bare))
    assert whole == pytest.approx(own, rel=1e-5, abs=1e-18)


@given(levels, st.integers(0, 2**32 - 1))
def test_a_disc_is_convex_at_any_preload(j: int, seed: int) -> None:
    """The energy at the middle of two states is at most the mean of theirs: no bent disc snaps, pressed or pulled."""
    numbers = np.random.default_rng(seed)
    ends = [(numbers.uniform(-2e-3, 2e-3, 3), numbers.uniform(-0.2, 0.2, 3)) for _ in range(2)]
    u, theta = (0.5 * (a + b) for a, b in zip(*ends, strict=True))
    mean = 0.5 * sum(disc.energy(discs(), j, *end) for end in ends)
    assert disc.energy(discs(), j, u, theta) <= mean * (1.0 + EXACT)


@given(moments, angles_a, angles)
def test_bending_moment_is_the_slope_of_the_energy(b: float, a: float, t: float) -> None:
    last, h = 6.5 * b, 1e-6
    assume(min(abs(t), abs(abs(t) - a * math.log(last / b + 1.0))) > 4 * h)
    found = slope(lambda x: disc.bending(b, a, last, x)[0], t, h)
    assert found == pytest.approx(disc.bending(b, a, last, t)[1], rel=SOLVED, abs=SOLVED * b)
    found = slope(lambda x: disc.bending(b, a, last, x)[1], t, h)
    assert found == pytest.approx(disc.bending_slope(b, a, last, t), rel=10 * SOLVED)


@given(moments, angles_a, angles)
def test_bending_is_even_in_energy_and_odd_in_moment(b: float, a: float, t: float) -> None:
    there, back = (disc.bending(b, a, 6.5 * b, sign * t) for sign in (1.0, -1.0))
    assert there[0] == back[0] and there[1] == -back[1]


@given(moments, angles_a)
def test_bending_goes_on_with_its_tangent(b: float, a: float) -> None:
    last = 6.5 * b
    knee = a * math.log(last / b + 1.0)
    below, above = (disc.bending(b, a, last, knee * f) for f in (1.0 - 1e-13, 1.0 + 1e-13))
    assert below == pytest.approx(above, rel=SOLVED, abs=1e3 * EXACT)
    steps = [disc.bending(b, a, last, knee + d)[1] for d in (0.0, 0.1, 0.2)]
    assert steps[2] - steps[1] == pytest.approx(steps[1] - steps[0], rel=SOLVED)


def test_by_hand() -> None:
    """M = 1.162 (exp(5.019 deg / 5.019 deg) - 1) = 1.162 x 1.718 = 2.00 N m; a core of 390 N/mm and 0.5 mm pushes
    half of its 300 N after 0.5 mm; V of k = 2, w = 0.1 at 0.1 is 0.02 (sqrt(2) - 1).
    """
    angle = math.radians(5.019)
    assert disc.bending(1.162, angle, 7.5, angle)[1] == pytest.approx(1.162 * (math.e - 1.0), rel=EXACT)
    table = discs()._replace(k_core=np.full(6, 6e5 * disc.STEEPEST), core_length=np.full(6, 5e-4))
    assert disc.core(table, 0, 5e-4)[1] == pytest.approx(150.0, rel=EXACT)
    assert disc.bow(2.0, 0.1, 0.1)[0] == pytest.approx(0.02 * (math.sqrt(2.0) - 1.0), rel=EXACT)


def test_the_reference_push_doubles_the_neutral_stiffness() -> None:
    """A core held at the reference force adds as much moment to a small rotation as the disc has by itself."""
    table, j, small = discs(), 4, 1e-6
    b, a = table.b[j, 2], table.a[j, 2]
    own = disc.bending(b, a, table.last_moment[j, 2], small)[1]
    added = table.force * disc.bow(b / (a * table.force), table.core_turn * a, small)[1]
    assert added == pytest.approx(own, rel=1e-4)
