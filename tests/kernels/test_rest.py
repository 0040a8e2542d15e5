"""Neutral is where an unloaded spine rests: its discs hold the pretension of its ligaments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences import gradient, jacobian
from solving import STANDING
from specimens import assembled, result, run
from spinesim.kernels import disc, rest
from spinesim.kernels.tables import Discs, Floats
from spinesim.scenario.names import LEVELS
from spinesim.simulation import prepare
from tolerances import SOLVED

levels = st.integers(0, 5)
seeds = st.integers(0, 2**32 - 1)
SIZE = np.array([1e-4, 1e-4, 0.02])  # m, m, rad


def free_discs() -> Discs:
    """Return the discs of the reference man, free of stress in neutral."""
    discs = prepare(STANDING).person.discs
    return discs._replace(rest_shift=np.zeros((6, 3)), rest_turn=np.zeros((6, 3)))


def stored(j: int, q: Floats) -> float:
    """Return the energy of disc j at anterior shear, shortening and sagittal rotation."""
    return disc.energy(free_discs(), j, np.array([q[0], -q[1], 0.0]), np.array([0.0, 0.0, q[2]]))


def slopes(j: int, q: Floats) -> tuple[Floats, Floats]:
    """Return dU/dq (3,) and d2U/dq2 (3, 3)."""
    slope, curvature = np.zeros(3), np.zeros((3, 3))
    rest.disc_slopes(free_discs(), j, q, slope, curvature)
    return slope, np.triu(curvature) + np.triu(curvature, 1).T


@given(levels, seeds)
def test_slopes_are_those_of_the_energy(j: int, seed: int) -> None:
    q = np.random.default_rng(seed).uniform(0.1, 1.0, 3) * SIZE
    slope, curvature = slopes(j, q)
    found = gradient(lambda p: stored(j, p * SIZE), q / SIZE, 1e-4)
    assert slope * SIZE == pytest.approx(found, rel=10 * SOLVED, abs=SOLVED * float(abs(slope * SIZE).max()))
    found = jacobian(lambda p: slopes(j, p * SIZE)[0] * SIZE, q / SIZE, 1e-4)
    scaled = SIZE[:, None] * curvature * SIZE
    assert scaled == pytest.approx(found, rel=10 * SOLVED, abs=SOLVED * float(abs(scaled).max()))


@given(seeds)
def test_a_preset_disc_holds_the_pretension(seed: int) -> None:
    numbers, discs = np.random.default_rng(seed), free_discs()
    force, moment = numbers.uniform([-5, -40, 0], [5, 0, 0], (6, 3)), numbers.uniform([0, 0, -1], [0, 0, 1], (6, 3))
    q, step, out = np.zeros((3, 3))
    rest.preset(discs, force, moment, q, step, out, np.zeros((3, 3)))
    for j in range(6):
        shift, turn = discs.rest_shift[j], discs.rest_turn[j]
        slope, _ = slopes(j, np.array([-shift[0], shift[1], -turn[2]]))
        wanted = np.array([force[j, 0], -force[j, 1], moment[j, 2]])
        assert slope == pytest.approx(wanted, rel=SOLVED, abs=SOLVED)


def test_an_unloaded_specimen_rests_as_its_bones_were_scanned() -> None:
    """No disc moves from neutral, and no facet joint closes."""
    found = run(assembled(list(LEVELS)))
    assert np.allclose(found.record.rest, 0.0, atol=SOLVED)
    assert (result(list(LEVELS))["facet_force"] == 0.0).all()


def test_the_pretension_is_of_the_size_that_was_measured() -> None:
    """15 N in the young and 5 N in the old hold the third ligamentum flavum taut (Nachemson and Evans 1968)."""
    tension = result(["L3-L4"])["ligament_force"].sel(ligament="LF").item()
    assert 5.0 <= tension <= 15.0
