"""Where the cable of a follower load lies, and what it does there."""

import numpy as np
import pytest

from specimens import LUMBAR, assembled
from spinesim.errors import InputError
from spinesim.kernels.status import CONVERGED
from spinesim.specimen_solving import run_course, with_cable_in_place

SMALL = 1e-3  # rad


def turn(**follower: object) -> float:
    """Return how far L1-S1 extends under the cable alone, rad."""
    assembly = with_cable_in_place(assembled(LUMBAR, follower_load={"steps": 4, **follower}))
    record, code = run_course(assembly)
    assert code == CONVERGED
    return float((record.q[-1] - record.rest)[:, 2].sum())


@pytest.mark.parametrize("force", ["200 N", "1200 N"])
def test_a_cable_where_it_turns_least_does_not_turn(force: str) -> None:
    assert abs(turn(force=force, path="least_turn")) < SMALL < abs(turn(force=force))


@pytest.mark.parametrize(("path", "offset"), [("centres", 0.0), ("centres", 4e-3), ("least_turn", None)])
def test_the_cable_is_moved_straight_forwards(path: str, offset: float | None) -> None:
    stated = {} if offset is None else {"path_offset": f"{offset} m"}
    held = {"moment": {"flexion": "2 N*m", "steps": 2}, "follower_load": {"force": "500 N", "path": path, **stated}}
    assembly = assembled(["L4-L5"], **held)
    moved = with_cable_in_place(assembly)
    shift = moved.chain.cable - assembly.chain.cable
    assert np.array_equal(shift[:, 1:], np.zeros((2, 2)))
    assert shift[0, 0] == shift[1, 0]
    assert bool(shift[0, 0] == 0.0) is (path == "centres")
    assert moved.course is assembly.course


def test_no_force_needs_no_path() -> None:
    assembly = assembled(LUMBAR, follower_load={"force": "0 N", "path": "least_turn"})
    assert with_cable_in_place(assembly) is assembly


def test_a_path_that_is_found_takes_no_offset() -> None:
    with pytest.raises(InputError, match="finds its own offset"):
        assembled(LUMBAR, follower_load={"force": "500 N", "path": "least_turn", "path_offset": "2 mm"})
