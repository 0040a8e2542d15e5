"""House rules of the compiled core: every kernel is used, and compiled for one set of types."""

from __future__ import annotations

import ast
import importlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from numba.core.types import unliteral

from solving import situation
from specimens import scenario
from spinesim.kernels import jit
from spinesim.simulation import simulate
from spinesim.sweeps.run import sweep

HERE = Path(jit.__file__).parent
# What no solve calls: the stored energy and one phase over and over, for tests and benchmarks; slopes by a parameter.
NO_PART_OF_A_SOLVE = {
    "passive.passive_energy",
    "ligament.add_strand",
    "vec3.unrotate",
    "disc.energy",
    "ligament.strand_energy",
    "facet.contact_energy",
    "phases.repeat_phase",
    "unbalance.unbalance",
}
OF_PYTHON = ("handles", "handles_code", "jit", "compiler", "machine_code", "lanes", "lanes_code")
compiled = pytest.mark.skipif(jit.config.DISABLE_JIT or jit.CACHE_FOLDER is None, reason="nothing is compiled or kept")


def of_the_core() -> list[Any]:
    """Tests may have kernels of their own."""
    return [kernel for kernel in jit.KERNELS if kernel.py_func.__module__.startswith("spinesim.")]


def name_of(kernel: Any) -> str:
    function = kernel.py_func
    return f"{function.__module__.rsplit('.', 1)[-1]}.{function.__qualname__}"


def kept_types(kernel: Any) -> set[tuple[Any, ...]]:
    """Return the argument types a kernel lies in the cache for; a constant counts as the number it is."""
    index = kernel._cache._cache_file._load_index()
    return {tuple(unliteral(kind) for kind in key[0]) for key in index}


@pytest.fixture(scope="module", autouse=True)
def _all_kernels_and_a_solve() -> None:
    for file in HERE.glob("[a-z]*.py"):
        importlib.import_module(f"spinesim.kernels.{file.stem}")
    simulate(situation(loads=[{"kind": "held", "mass": "1 kg"}]))
    simulate(scenario(["L4-L5"], moment={"flexion": "1 N*m"}, follower_load="100 N"))
    sweep({"format": 1, "name": "t", "base": "standing", "vary": [{"path": "subject.age", "values": ["30 yr"]}]})


@compiled
def test_every_kernel_is_compiled_for_one_set_of_types() -> None:
    """After a solve, a look at stability, a specimen and a sweep; a cache older than the sources has another name."""
    kept = {name_of(kernel): kept_types(kernel) for kernel in of_the_core()}
    assert {
        name: len(types) for name, types in kept.items() if len(types) != 1 and name not in NO_PART_OF_A_SOLVE
    } == {}
    assert {name for name in NO_PART_OF_A_SOLVE if len(kept[name]) > 1} == set()


@compiled
def test_no_kernel_was_compiled_twice_here() -> None:
    made = {
        name_of(kernel): {tuple(unliteral(kind) for kind in types) for types in kernel.signatures}
        for kernel in of_the_core()
    }
    assert {name: types for name, types in made.items() if len(types) > 1} == {}


@compiled
def test_the_cache_knows_that_all_is_compiled() -> None:
    assert jit.is_compiled()


def test_every_function_of_the_core_is_a_kernel() -> None:
    """A plain function would be called through the interpreter, or not at all."""
    plain = {
        f"{file.stem}.{node.name}" for file in HERE.glob("*.py") for node in _functions(file) if not node.decorator_list
    }
    assert plain - _of_python() == set()


def _functions(file: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node


def _of_python() -> set[str]:
    """What prepares tables and hands them on, the compiler itself and what writes code for the machine."""
    own = {f"{file}.{node.name}" for file in OF_PYTHON for node in _functions(HERE / f"{file}.py")}
    made = {
        f"{file.stem}.{node.name}"
        for file in HERE.glob("*tables.py")
        for node in _functions(file)
        if "make_" in node.name
    }
    return own | made | {"observe.make_sight"}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="each user has temporary files of their own")
def test_machine_code_is_taken_from_no_folder_that_another_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own = tmp_path / f"spinesim-{os.getuid()}"

    def last() -> Path:
        return list(jit._candidates())[-1]

    assert last() == own and stat.S_IMODE(own.stat().st_mode) == 0o700  # made where there is none
    for mode in (0o770, 0o707, 0o777):
        own.chmod(mode)
        assert last() != own
    own.chmod(0o755)
    assert last() == own
    other = os.getuid() + 1
    monkeypatch.setattr("os.getuid", lambda: other)
    own.rename(tmp_path / f"spinesim-{os.getuid()}")
    assert last().parent != tmp_path  # another made it
    monkeypatch.undo()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    assert last().parent != tmp_path
    own.unlink()
    own.write_text("a file")
    assert last().parent != tmp_path
