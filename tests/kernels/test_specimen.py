"""Forward mode: its forces are slopes of an energy, its answers another solver's, its buckling that on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import root

from differences import gradient, jacobian
from specimens import LUMBAR, assembled, imbalance, potential, run, stored
from spinesim.assembly import SpecimenAssembly
from spinesim.kernels import specimen
from spinesim.kernels.specimen_tables import COMPRESSION, N_LOAD, make_balance, make_chain_desk, make_level_desk
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from tolerances import PENCIL, SOLVED

Array = NDArray[np.float64]
AGREES = 1e-8  # relative, between two solvers of one problem
SCALE = np.array([1.0, 1.0, 1.0, 0.02, 0.02, 0.02])  # rad and m that count alike
few = settings(max_examples=3, phases=[Phase.explicit, Phase.reuse, Phase.generate])

EVERYTHING = {
    "compression": "200 N",
    "shear": {"anterior": "40 N", "right": "-25 N"},
    "follower_load": {"force": "300 N", "path_offset": "4 mm"},
    "own_weight": True,
}
MOMENT = {"flexion": "3 N*m", "right_lateral_bending": "2 N*m", "left_axial_rotation": "-4 N*m"}


def evaluated(assembly: SpecimenAssembly, q: Array, load: Array) -> tuple[Array, Array]:
    """Return what is out of balance and the tangent, as the kernel has them."""
    n = len(q)
    bal = make_balance(n)
    bal.load[:] = load
    desks = make_level_desk(assembly.tissue), make_chain_desk(n)
    specimen.evaluate(assembly.tissue, assembly.chain, q.copy(), True, *desks, bal)
    return bal.g, bal.stiffness


@st.composite
def drawn_places(draw: st.DrawFn) -> Array:
    """Return two levels pressed, sheared and turned every way."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    turn = numbers.uniform(-1.0, 1.0, (2, 3)) * draw(st.sampled_from([1e-4, 0.03, 0.12]))
    return np.hstack([turn, numbers.uniform([-1e-3, -1.5e-3, -1e-3], [1e-3, 0.4e-3, 1e-3], (2, 3))])


# --- one door for all forces ---------------------------------------------------------------------------------------


@pytest.mark.interpreted
@few
@given(drawn_places())
def test_what_is_out_of_balance_is_the_slope_of_the_whole_energy(q: Array) -> None:
    assembly = assembled(["L3-L4", "L4-L5"], **EVERYTHING)
    load = assembly.course.target[0]

    def energy(x: Array) -> float:
        x = (x * np.tile(SCALE, 2)).reshape(2, 6)
        return stored(assembly.tissue, x) + potential(assembly.chain, x, load)

    g, _ = evaluated(assembly, q, load)
    scale = np.tile(SCALE, 2)
    slope = gradient(energy, q.ravel() / scale, 1e-6)
    assert np.abs(slope + g * scale).max() < SOLVED * max(np.abs(slope).max(), 1.0)


@pytest.mark.interpreted
@few
@given(drawn_places(), st.booleans())
def test_the_tangent_is_the_slope_of_the_imbalance_and_symmetric_without_a_moment(q: Array, moment: bool) -> None:
    assembly = assembled(["L3-L4", "L4-L5"], moment=MOMENT if moment else None, **EVERYTHING)
    load, scale = assembly.course.target[0], np.tile(SCALE, 2)

    def balance(x: Array) -> Array:
        return evaluated(assembly, (x * scale).reshape(2, 6), load)[0] * scale

    stiffness = scale[:, None] * evaluated(assembly, q, load)[1] * scale
    slope = -jacobian(balance, q.ravel() / scale, 3e-6)
    size = np.abs(stiffness).max()
    assert np.abs(slope - stiffness).max() < 1e-5 * size  # the differences step over the kinks of toes
    if not moment:
        assert np.abs(stiffness - stiffness.T).max() < SOLVED * size


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [["L4-L5"], ["L2-L3", "L3-L4", "L4-L5"]], ids=["one", "three"])
def test_another_solver_finds_the_same_place(levels: list[str]) -> None:
    """SciPy's hybrid method on forces and moments summed over global points, from a place nearby."""
    tropism = {"facets": [{"level": "L4-L5", "side": "right", "orientation": "60 deg", "gap": "0.2 mm"}]}
    found = run(assembled(levels, changes=tropism, moment=MOMENT, **EVERYTHING))
    assert found.status == CONVERGED
    q, tissue, chain = found.record.q[0], found.assembly.tissue, found.assembly.chain
    load, scale = found.assembly.course.target[0], np.tile(SCALE, len(levels))

    def balance(x: Array) -> Array:
        return imbalance(tissue, chain, (x * scale).reshape(-1, 6), load).ravel() * np.tile(SCALE[::-1], len(levels))

    nearby = q.ravel() / scale + np.random.default_rng(1).uniform(-1e-3, 1e-3, q.size)
    other = root(balance, nearby, options={"xtol": 1e-13})
    assert np.abs(other.x - q.ravel() / scale).max() < AGREES * np.abs(q.ravel() / scale).max()
    assert np.abs(balance(q.ravel() / scale)).max() < AGREES


@pytest.mark.interpreted
@pytest.mark.boundscheck
def test_one_level_balances_under_everything() -> None:
    """Cheap enough for plain Python and for checked bounds."""
    found = run(assembled(["L4-L5"], moment=MOMENT, **EVERYTHING))
    assert found.status == CONVERGED
    out = imbalance(found.assembly.tissue, found.assembly.chain, found.record.q[0], found.assembly.course.target[0])
    assert np.abs(out).max() < 1e-6  # N and N m


def test_the_work_of_the_load_is_what_the_tissues_store() -> None:
    assembly = assembled(["L3-L4", "L4-L5"], moment={"flexion": "-8 N*m", "steps": 200})
    found = run(assembly)
    from spinesim.results.specimen_places import specimen_motion

    angle = specimen_motion(assembly, found.record.q, found.record.rest)[0][:, 2]
    work = np.trapezoid(assembly.course.target[:, 2], angle)
    gain = stored(assembly.tissue, found.record.q[-1]) - stored(assembly.tissue, found.record.rest)
    assert gain > 0.1
    assert math.isclose(work, gain, rel_tol=1e-4)  # the trapezoids of 200 steps


def test_steps_do_not_depend_on_how_they_are_reached() -> None:
    coarse = run(assembled(LUMBAR, moment={"flexion": "10 N*m", "steps": 2}))
    fine = run(assembled(LUMBAR, moment={"flexion": "10 N*m", "steps": 50}))
    assert np.abs(coarse.record.q[-1] - fine.record.q[-1]).max() < AGREES
    at_once = run(assembled(LUMBAR, moment={"flexion": "10 N*m"}))
    assert np.abs(at_once.record.q[0] - fine.record.q[-1]).max() < AGREES


# --- buckling and giving up -----------------------------------------------------------------------------------------


def pendulum(load: dict[str, Any]) -> tuple[SpecimenAssembly, float, float]:
    """Return one level stripped to a disc that bends alone, with its lateral stiffness (N m/rad) and the height of the
    load above the disc (m).
    """
    assembly = assembled(["L3-L4"], removed=["facets"], **load)
    tissue, chain = assembly.tissue, assembly.chain
    stiff = {name: np.full(1, 1e9) for name in ("k_initial", "k_linear", "k_shear")}
    b = np.array([[1.0, 100.0, 100.0]])
    bare = tissue.discs._replace(
        **stiff, b=b, a=np.full((1, 3), 0.1), last_moment=np.full((1, 3), 1e3), core_turn=1e3, force=1e9
    )
    straight = chain._replace(
        held_rotation=np.eye(3), disc_in_lower=np.eye(3)[None], upper_in_disc=np.eye(3)[None],
        lower_anchor=np.array([[0.0, 0.02, 0.0]]), upper_anchor=np.array([[0.0, -0.05, 0.0]]), cable=np.zeros((2, 3)),
        force_point=np.zeros_like(chain.force_point),
    )  # fmt: skip
    tissue = tissue._replace(discs=bare, strand_stiffness=0.0 * tissue.strand_stiffness)
    return replace(assembly, tissue=tissue, chain=straight), 10.0, 0.05


def test_a_pendulum_buckles_where_pencil_and_paper_say() -> None:
    """A dead weight P at height h on a hinge of stiffness k falls over at P h = k; the one found is within 1 %."""
    assembly, stiffness, height = pendulum({"compression": {"force": "380 N", "steps": 8}})
    found = run(assembly)
    assert found.status == UNSTABLE
    assert found.record.reached[0] == 5  # 0 to 190 N by 47.5 N
    assert stiffness / height == 200.0
    assert math.isclose(found.record.last_load[COMPRESSION], 200.0, rel_tol=PENCIL)
    assert np.isnan(found.record.q[5:]).all()


def test_a_cable_to_the_hinge_does_not_buckle_it() -> None:
    """The cable ends under the hinge: P h tan(angle) of its pull is less than k at 600 N, (h + d) / d times as much."""
    assembly, stiffness, height = pendulum({"follower_load": {"force": "600 N", "steps": 8}})
    below = -float(assembly.chain.cable[1, 1] - assembly.chain.lower_anchor[0, 1])
    limit = stiffness * (height + below) / (height * below)
    found = run(assembly)
    assert limit > 600.0
    assert found.status == CONVERGED


def test_what_was_found_before_a_step_fails_is_kept() -> None:
    assembly = assembled(["L4-L5"], moment={"flexion": "5 N*m", "steps": 5})
    target = assembly.course.target.copy()
    target[4:, 2] = np.nan
    found = run(replace(assembly, course=assembly.course._replace(target=target)))
    whole = run(assembly)
    assert found.status == NOT_CONVERGED
    assert found.record.reached[0] == 4
    assert np.array_equal(found.record.q[:4], whole.record.q[:4])
    assert np.isnan(found.record.q[4:]).all()
    assert found.record.last_load.shape == (N_LOAD,)
    assert np.array_equal(found.record.last_load, target[3])
