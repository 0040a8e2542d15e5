"""Lines in bundles: their sums and their rows are those of every line's own wrench."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solving import situation, solve
from spinesim.kernels import paths
from spinesim.kernels.tables import ACROSS_BOTH, ACROSS_HIPS, ACROSS_LEVELS
from tolerances import EXACT

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]

BENT = situation(posture={"preset": "flexed_36", "right_lateral_bending": "12 deg", "left_axial_rotation": "8 deg"})
SITUATIONS: dict[str, dict[str, Any]] = {"standing": situation(), "bent": BENT}


@pytest.fixture(scope="module", params=SITUATIONS)
def solved(request: pytest.FixtureRequest) -> Any:
    return solve(SITUATIONS[request.param])


def test_bundles_part_all_segments_and_each_is_of_one_kind(solved: Any) -> None:
    lines = solved.assembly.person.lines
    assert lines.bundle[0] == 0 and lines.bundle[-1] == lines.segment_line.size and (np.diff(lines.bundle) > 0).all()
    fascia = lines.segment_line >= lines.n_fascicle
    kinds = np.column_stack([lines.segment_a, lines.segment_b, lines.shared[lines.segment_line], fascia])
    for first, after in zip(lines.bundle[:-1], lines.bundle[1:], strict=True):
        assert (kinds[first:after] == kinds[first]).all()


def test_the_sum_of_lines_is_that_of_their_wrenches(solved: Any) -> None:
    person, work = solved.assembly.person, solved.work
    tension = np.random.default_rng(3).uniform(0.0, 500.0, work.pulls.tension.size)
    total = np.zeros(48)
    paths.sum_lines(person.lines, person.skeleton.abdomen_share, work.frames.o, work.pulls, tension, total)
    n = person.lines.f_max.size
    expected = work.pulls.wrench[:, :n] @ tension[:n]
    assert np.allclose(total, expected, rtol=0.0, atol=EXACT * np.abs(expected).max())


@pytest.mark.parametrize("hips", [0, 2])
def test_rows_are_moments_of_full_activation_with_forces_at_arms(solved: Any, hips: int) -> None:
    person, work = solved.assembly.person, solved.work
    n, wrench, arm = person.lines.n_fascicle, work.pulls.wrench, np.random.default_rng(4).normal(0.0, 0.1, (6, 3, 3))
    rows = np.zeros((25, n))
    paths.line_rows(person.lines, person.skeleton.abdomen_share, work.frames.o, work.pulls, arm, hips, rows)
    expected = np.zeros((25, n))
    for j in range(6):
        force, moment = wrench[6 * j : 6 * j + 3, :n], wrench[6 * j + 3 : 6 * j + 6, :n]
        expected[3 * j : 3 * j + 3] = moment + arm[j] @ force
    for s in range(hips):
        expected[18 + 3 * s : 21 + 3 * s] = wrench[39 + 6 * s : 42 + 6 * s, :n]
    expected *= work.pulls.gain[:n]
    assert np.allclose(rows, expected, rtol=0.0, atol=EXACT * np.abs(expected).max())


def test_joints_are_those_that_wrenches_reach(solved: Any) -> None:
    lines, wrench = solved.assembly.person.lines, solved.work.pulls.wrench[:, : solved.assembly.person.lines.f_max.size]
    levels, hips = np.abs(wrench[:36]).max(axis=0) > 0.0, np.abs(wrench[36:]).max(axis=0) > 0.0
    assert ((lines.joints == ACROSS_BOTH) == (levels & hips)).all()
    assert ((lines.joints == ACROSS_HIPS) == (hips & ~levels)).all()
    assert ((lines.joints == ACROSS_LEVELS) == ~hips).all()
    assert len(set(lines.joints.tolist())) == 3
