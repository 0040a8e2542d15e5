"""Machine code that is kept: the same bits without numba, and nothing that is damaged is taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinesim.kernels import jit, ligament, machine_code
from spinesim.kernels.handles import handed
from spinesim.kernels.jit import Kernel, kernel
from spinesim.kernels.machine_code import digest_of, keep, kinds_of, load
from spinesim.kernels.tables import make_state
from spinesim.simulation import simulate

compiled = pytest.mark.skipif(jit.IS_INTERPRETED or jit.CACHE_FOLDER is None, reason="nothing is compiled or kept")
WITHOUT_NUMBA = """
import sys, numpy as np
from spinesim.simulation import load_scenario, simulate_labelled
result = simulate_labelled(load_scenario("standing"))
assert not {"numba", "xarray", "pandas", "pint"} & set(sys.modules), sorted(sys.modules)
sys.stdout.write(np.asarray(result.at("muscle_force")).tobytes().hex())
"""


def made(folder: Path) -> tuple[Any, Path]:
    """Return a kernel that adds up, and the file of its machine code."""
    from spinesim.kernels.compiler import dispatcher_of, machine_code_of

    def add_up(numbers: Any, more: float, count: int) -> tuple[float, float]:
        return numbers.sum() + more, more * count

    args = [np.arange(6.0).reshape(2, 3), 0.5, 3]
    found = machine_code_of(dispatcher_of(add_up, folder), args)
    assert found is not None
    place = folder / "add_up.code"
    keep(place, *found)
    return args, place


@compiled
def test_a_process_without_numba_finds_the_same_bits() -> None:
    wanted = simulate("standing")["muscle_force"].values
    done = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (wanted + 0.0).tobytes().hex()


@compiled
def test_code_that_was_kept_is_called_with_arrays_and_numbers(tmp_path: Path) -> None:
    args, place = made(tmp_path)
    code = load(place)
    assert code is not None
    assert code(args) == (15.5, 1.5)
    assert code([np.ones((1, 2)), 2.0, -4]) == (4.0, -8.0)


@compiled
@pytest.mark.parametrize("harm", ["cut", "turned", "emptied", "older", "taken away"])
def test_code_that_is_damaged_is_not_taken(tmp_path: Path, harm: str) -> None:
    _, place = made(tmp_path)
    content = place.read_bytes()
    turned = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
    older = content.replace(machine_code.FORMAT.encode(), b"spinesim machine code 0")
    harmed = {"cut": content[:-1], "turned": turned, "emptied": b"", "older": older, "taken away": content}[harm]
    place.write_bytes(harmed)
    if harm == "taken away":
        place.unlink()
    assert load(place) is None


@compiled
def test_a_kernel_with_damaged_code_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jit, "CACHE_FOLDER", tmp_path)
    for name in [f"ligament.strand_tension-{digest_of(('f', 'f', 'f'))}.code"]:
        (tmp_path / name).write_bytes(b"{}\nnothing")
        fresh = kernel(ligament.strand_tension.__wrapped__)  # type: ignore[attr-defined]
        jit.KERNELS.remove(fresh)
        assert fresh(1e-3, 1e4, 1e-2) == ligament.strand_tension(1e-3, 1e4, 1e-2)
        assert load(tmp_path / name) is not None


@compiled
def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    keep(tmp_path / "nowhere" / "a.code", {"entry": "a", "returns": ""}, b"")
    assert not list(tmp_path.iterdir())


def test_what_is_not_one_block_of_numbers_is_left_to_numba() -> None:
    numbers = np.arange(6.0).reshape(2, 3)
    fixed = numbers.copy()
    fixed.flags.writeable = False
    assert kinds_of([numbers, 1, 2.0, np.float64(1.0)]) == (("<f8", 2), "i", "f", "f")
    assert [kinds_of([other]) for other in (numbers.T, fixed, True, "text", np.float32(1.0))] == [None] * 5


def test_digest_tells_layouts_apart() -> None:
    state = make_state()
    one, other = kinds_of([handed(state)]), kinds_of([handed(state._replace(u=state.u.T))])
    assert one is not None and other is not None
    assert digest_of(one) != digest_of(other)
    assert digest_of(one) == digest_of(kinds_of([handed(make_state())]) or ())


@compiled
def test_what_a_kernel_calls_is_built_in_and_not_written_by_itself() -> None:
    from spinesim.kernels.compiler import Part, dispatcher_of, machine_code_of

    def half(x: float) -> float:
        return 0.5 * x

    part = dispatcher_of(half, None)

    def quarter(x: float) -> float:
        return part(0.5 * x)

    told, code = machine_code_of(dispatcher_of(quarter, None), [1.0]) or ({}, b"")
    assert machine_code.placed(told, code)([4.0]) == 1.0
    (made,) = part.overloads.values()
    assert isinstance(made.library, Part)


@compiled
def test_numba_takes_in_what_a_part_calls_in_turn() -> None:
    """Where its own callable is asked for, nothing is cached yet."""
    from spinesim.kernels.compiler import callable_of, dispatcher_of

    def half(x: float) -> float:
        return 0.5 * x

    halved = dispatcher_of(half, None)

    def quarter(x: float) -> float:
        return halved(halved(x))

    quartered = dispatcher_of(quarter, None)

    def eighth(numbers: Any, flag: bool) -> float:
        return 0.5 * quartered(numbers[0]) if flag else 0.0

    assert callable_of(eighth)(np.array([8.0]), True) == 1.0


@compiled
def test_what_comes_back_may_be_of_any_kind() -> None:
    def among(numbers: Any, x: float) -> bool:
        return bool(numbers[0] < x)

    def both(n: int, x: float) -> tuple[int, float]:
        return n + 1, x / 2.0

    def nothing(numbers: Any) -> None:
        numbers[0] = 7.0

    is_among, of_both, of_nothing = (Kernel(function) for function in (among, both, nothing))
    numbers = np.array([1.0, 3.0])
    assert [is_among(numbers, 2.0), is_among(numbers, 0.5), of_both(2, 3.0)] == [True, False, (3, 1.5)]
    assert of_nothing(numbers) is None and numbers[0] == 7.0


@compiled
def test_a_kernel_takes_arrays_that_the_core_does_not_have() -> None:
    @kernel
    def corner(a: Any) -> float:
        return a[0, 1]

    numbers = np.arange(6.0).reshape(2, 3)
    fixed = numbers.T.copy()
    fixed.flags.writeable = False
    assert [corner(numbers), corner(numbers.T), corner(fixed)] == [1.0, 3.0, 3.0]
    jit.KERNELS.remove(corner)


@compiled
def test_kernels_of_others_leave_no_code() -> None:
    @kernel
    def twice(x: float) -> float:
        return 2.0 * x

    own: Any = twice
    assert isinstance(own, Kernel)
    assert own(2.0) == 4.0
    assert own._place(("f",)) is None
    jit.KERNELS.remove(own)
