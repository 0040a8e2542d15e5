"""Rotations and small systems, against numpy, scipy and finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from spinesim.kernels import vec3
from tolerances import EXACT, SOLVED

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]
Vector = NDArray[np.float64]
NEAR_PI = 1e-7  # close to half a turn the angle comes from a difference that loses half of the digits


def vectors(size: float = 1.0) -> st.SearchStrategy[Vector]:
    """Return vectors with entries up to `size`, zero and tiny ones among them."""
    entry = st.one_of(st.floats(-size, size), st.floats(-1e-5, 1e-5), st.just(0.0))
    return st.tuples(entry, entry, entry).map(np.array)


def matrix(t: Vector) -> Vector:
    """Return the rotation matrix of a vector as the kernel makes it."""
    out = np.zeros((3, 3))
    vec3.rotation(t[0], t[1], t[2], out)
    return out


@given(vectors(5.0), vectors(5.0))
def test_cross_is_the_cross_product(a: Vector, b: Vector) -> None:
    assert np.allclose(vec3.cross(*a, *b), np.cross(a, b), rtol=EXACT, atol=EXACT)


@given(vectors(3.0))
def test_rotation_is_a_rotation(t: Vector) -> None:
    r = matrix(t)
    assert np.allclose(r @ r.T, np.eye(3), atol=EXACT)
    assert np.linalg.det(r) > 0.0
    assert np.allclose(r, Rotation.from_rotvec(t).as_matrix(), atol=EXACT)


@given(vectors(1.8))
def test_rotation_vector_undoes_rotation(t: Vector) -> None:
    assume(np.linalg.norm(t) < np.pi - 1e-3)
    assert np.allclose(vec3.rotation_vector(matrix(t)), t, rtol=NEAR_PI, atol=EXACT)


@given(vectors(3.0), vectors(2.0))
def test_rotate_and_unrotate_are_inverse(t: Vector, v: Vector) -> None:
    r = matrix(t)
    turned = np.array(vec3.rotate(r, *v))
    assert np.allclose(turned, r @ v, atol=EXACT)
    assert np.allclose(vec3.unrotate(r, *turned), v, atol=10 * EXACT)


@given(vectors(2.0), vectors(2.0))
def test_multiply_is_the_matrix_product(a: Vector, b: Vector) -> None:
    out = np.zeros((3, 3))
    vec3.multiply(matrix(a), matrix(b), out)
    assert np.allclose(out, matrix(a) @ matrix(b), atol=EXACT)


@given(vectors(1.0), st.sampled_from([0.5, 1.0]), vectors(1.0))
def test_turn_back_is_the_transposed_rotation(t: Vector, scale: float, v: Vector) -> None:
    assert np.allclose(vec3.turn_back(t, scale, *v), matrix(scale * t).T @ v, atol=EXACT)


@given(vectors(1.5), vectors(1.0))
def test_left_jacobian_is_the_spin_of_a_growing_vector(t: Vector, v: Vector) -> None:
    """d exp(t + h v) exp(t)^T / dh has the axial vector J_l(t) v."""
    spin = central(lambda h: Rotation.from_rotvec(t + h * v).as_matrix()) @ matrix(t).T
    axial = 0.5 * np.array([spin[2, 1] - spin[1, 2], spin[0, 2] - spin[2, 0], spin[1, 0] - spin[0, 1]])
    assert np.allclose(vec3.left_jacobian(t, 1.0, *v), axial, atol=SOLVED)


@given(vectors(1.5), vectors(1.0))
def test_left_jacobian_scales_its_vector(t: Vector, v: Vector) -> None:
    assert np.allclose(vec3.left_jacobian(t, 0.5, *v), vec3.left_jacobian(0.5 * t, 1.0, *v), atol=EXACT)


@given(vectors(1.5), vectors(1.0), vectors(1.0))
def test_inverse_transposed_jacobian_keeps_work(t: Vector, moment: Vector, rate: Vector) -> None:
    """(J^-T m) . (J v) = m . v, the virtual work of a moment."""
    work = np.dot(vec3.left_jacobian_inverse_transposed(t, *moment), vec3.left_jacobian(t, 1.0, *rate))
    assert work == pytest.approx(float(moment @ rate), abs=100 * EXACT)


@pytest.mark.parametrize("angle", [0.9999e-6, 1.0001e-6, 0.9999e-3, 1.0001e-3])
def test_series_and_closed_forms_meet(angle: float) -> None:
    """Small angles take a series: on both sides of the change the exact operators come out."""
    t, v = angle * np.array([0.6, -0.8, 0.0]), np.array([0.3, 0.5, -0.7])
    k = np.array([[0.0, -t[2], t[1]], [t[2], 0.0, -t[0]], [-t[1], t[0], 0.0]])
    jacobian = np.eye(3) + k / 2.0 + k @ k / 6.0 + k @ k @ k / 24.0
    assert np.allclose(matrix(t), Rotation.from_rotvec(t).as_matrix(), atol=EXACT)
    assert np.allclose(vec3.left_jacobian(t, 1.0, *v), jacobian @ v, atol=EXACT)
    assert np.allclose(vec3.left_jacobian_inverse_transposed(t, *v), np.linalg.solve(jacobian.T, v), atol=EXACT)


@given(vectors(1.0), st.tuples(*[st.floats(0.5, 2.0)] * 3), vectors(1.0))
def test_solve3_solves(t: Vector, sizes: tuple[float, float, float], v: Vector) -> None:
    r = matrix(t)
    k = r @ np.diag(sizes) @ r.T
    assert np.allclose(vec3.solve3(np.ascontiguousarray(k), *v), np.linalg.solve(k, v), atol=100 * EXACT)


def central(f: Callable[[float], Vector], h: float = 1e-5) -> Vector:
    """Return the derivative of f at 0 by central differences."""
    return (f(h) - f(-h)) / (2.0 * h)
