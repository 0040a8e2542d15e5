"""Passive hips: the moment is the slope of an energy, left is the mirror of right, and a stiff hip resists more."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from tests.tolerances import EXACT

from spinesim.kernels import hip
from spinesim.kernels.tables import PELVIS

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
RNG = np.random.default_rng(5)
LAW = np.array([[[0.3, 4.3, 7.2, 2.6, -6.9], [7.3, 4.3, 0.2, 4.1, 7.1], [0.4, 4.0, 0.5, 3.8, -0.1]]] * 2)
TURNED = [(0.3, 0.1, -0.2), (-0.2, 0.4, 0.3), (1.2, -0.3, 0.5)]  # rad, flexion, adduction, inward


def bodies(pelvis: Rotation, angles: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return orientations with both thighs as wanted, each in its own sense."""
    r = np.tile(np.eye(3), (12, 1, 1))
    r[PELVIS] = pelvis.as_matrix()
    for s in (0, 1):
        sign = 1.0 - 2.0 * s
        a, b, c = angles
        r[7 + s] = (pelvis * Rotation.from_euler("ZXY", [a, sign * b, sign * c])).as_matrix()
    return r


def moments(r: NDArray[np.float64], law: NDArray[np.float64] = LAW) -> NDArray[np.float64]:
    out = np.zeros((2, 3))
    hip.passive_moments(law, r, np.zeros((3, 3)), out)
    return out


def energy(r: NDArray[np.float64], s: int) -> float:
    """Return what the hip stores, written out from the law."""
    total = 0.0
    for axis, angle in enumerate(hip.hip_angles(r, s, np.zeros((3, 3)))):
        a, k, b, h, c = LAW[s, axis]
        total += a / k * math.exp(k * angle) + b / h * math.exp(-h * angle) - c * angle
    return total


@pytest.mark.parametrize("angles", TURNED)
def test_angles_are_those_of_the_joint_coordinate_system(angles: tuple[float, float, float]) -> None:
    r = bodies(Rotation.from_rotvec([0.2, -0.3, 0.4]), angles)
    for s in (0, 1):
        assert hip.hip_angles(r, s, np.zeros((3, 3))) == pytest.approx(angles, abs=EXACT)


@pytest.mark.parametrize("s", [0, 1])
@pytest.mark.parametrize("angles", TURNED)
def test_the_moment_is_the_slope_of_the_energy(angles: tuple[float, float, float], s: int) -> None:
    """As the pelvis turns about any axis, the thighs staying."""
    r = bodies(Rotation.from_rotvec([0.2, -0.3, 0.4]), angles)
    step, found = 1e-5, np.zeros(3)
    for i in range(3):
        ends = []
        for sign in (1.0, -1.0):
            nudged = r.copy()
            nudged[PELVIS] = Rotation.from_rotvec(sign * step * np.eye(3)[i]).as_matrix() @ r[PELVIS]
            ends.append(energy(nudged, s))
        found[i] = -(ends[0] - ends[1]) / (2.0 * step)
    assert moments(r)[s] == pytest.approx(found, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("angles", TURNED)
def test_left_is_the_mirror_of_right(angles: tuple[float, float, float]) -> None:
    right, left = moments(bodies(Rotation.identity(), angles))
    assert left == pytest.approx(right * [-1.0, -1.0, 1.0], rel=EXACT, abs=EXACT)


def test_moments_turn_with_the_person() -> None:
    turn = Rotation.from_rotvec([0.3, 0.5, -0.2])
    here, there = (moments(bodies(pelvis, TURNED[1])) for pelvis in (Rotation.identity(), turn))
    assert there == pytest.approx(turn.apply(here), rel=EXACT, abs=1e-12)


def test_a_hip_resists_where_it_is_turned() -> None:
    """An adducted right thigh lets the pelvis be pulled down on its own side, to the right about x."""
    law = np.zeros((2, 3, 5))
    law[:, 1] = [7.3, 4.3, 0.0, 1.0, 7.3]
    adducted = moments(bodies(Rotation.identity(), (0.0, 0.2, 0.0)), law)[0]
    expected = 7.3 * math.expm1(4.3 * 0.2)
    assert adducted == pytest.approx([expected, 0.0, 0.0], abs=1e-12)
