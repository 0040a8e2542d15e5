"""The one decorator every kernel wears, and the compile cache that is never stale.

Numba keys its cache by the file of the decorated function alone, so an edited callee would leave callers with old
machine
code. The cache folder is therefore named by a digest of all kernel sources, the numba version and the processor.
"""

import contextlib
import gc
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
from llvmlite import binding
from numba import types
from numba.core import config as numba_config

from spinesim.kernels.handles import handed

config: Any = numba_config
P = ParamSpec("P")
T = TypeVar("T")
KERNELS: list[Any] = []
# Interpreted or with bounds checks, what is written for the machine gives way to plain loops.
IS_PLAIN = bool(config.DISABLE_JIT or config.BOUNDSCHECK)


def _digest() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    bounds = os.environ.get("NUMBA_BOUNDSCHECK", "")
    digest.update(f"{numba.__version__}|{sys.version}|{binding.get_host_cpu_name()}|{bounds}".encode())
    return digest.hexdigest()[:16]


def _candidates() -> Iterator[Path]:
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):
        yield (Path(base) if base else Path.home() / ".cache") / "spinesim"
    yield Path(tempfile.gettempdir()) / f"spinesim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _cache_folder() -> Path | None:
    """Return the first writable cache folder, or None when there is none."""
    for base in _candidates():
        folder = base / f"kernels-{_digest()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


CACHE_FOLDER = _cache_folder()


def is_compiled() -> bool:
    """Tell whether the compiled kernels lie in the cache already (or compilation is switched off)."""
    if config.DISABLE_JIT:
        return True
    return CACHE_FOLDER is not None and any(CACHE_FOLDER.rglob("run.solve_static*.nbi"))


def kernel(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a function of scalars and arrays: cached, without the interpreter lock, dividing like numpy."""
    return _compiled(function, {})


def inner(function: Callable[P, T]) -> Callable[P, T]:
    """Compile as `kernel` does, but to be called by kernels alone: no wrapper that would unpack a hundred arrays for
    Python.
    """
    return _compiled(function, {"no_cpython_wrapper": True})


@contextlib.contextmanager
def _rare_collection() -> Iterator[None]:
    """Let the garbage of compiling pile up: a fifth of the time goes into looking for it."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 100_000), 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@cache
def _taking_handles(dispatcher: Any) -> Any:
    """Return the class of kernels that lay out the tables they are called with, and compile once."""

    class Kernel(dispatcher):
        def __call__(self, *args: Any) -> Any:
            return super().__call__(*[handed(arg) if isinstance(arg, tuple) else arg for arg in args])

        def compile(self, sig: Any) -> Any:
            with _rare_collection():
                return super().compile(sig)

        def get_call_template(self, args: Any, kws: Any) -> Any:
            """A constant counts as the number it is: one compilation for all of them."""
            plain = [types.unliteral(arg) for arg in args]
            return super().get_call_template(plain, {key: types.unliteral(arg) for key, arg in kws.items()})

    return Kernel


def _compiled(function: Callable[P, T], more: dict[str, Any]) -> Callable[P, T]:
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE_FOLDER) if CACHE_FOLDER else before
    try:
        options: Any = {
            "cache": CACHE_FOLDER is not None,
            "nogil": True,
            "error_model": "numpy",
            # No sum is reordered and nothing contracted: a kernel is built into each of its callers, and every copy
            # must give the same bits (`lanes` has the sums that need speed).
            "fastmath": False,
            # Kernels own no memory, and counting references to a hundred arrays costs more than some laws do.
            "_nrt": False,
            # Nothing takes a kernel's address; a C entry that unpacks hundreds of arrays costs seconds to compile.
            "no_cfunc_wrapper": True,
            **more,
        }
        compiled: Any = numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
    if not config.DISABLE_JIT:
        compiled.__class__ = _taking_handles(type(compiled))
    KERNELS.append(compiled)
    return compiled
