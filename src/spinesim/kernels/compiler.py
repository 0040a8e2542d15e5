"""Numba, for kernels whose machine code is not in the cache yet; nothing else imports it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numba
from llvmlite import binding
from numba import typeof, types
from numba.core import config as numba_config
from numba.core.registry import cpu_target

from spinesim.kernels import handles_code, lanes_code  # noqa: F401  (tell numba of handles and of what is written)

config: Any = numba_config
target: Any = cpu_target
# What machine code may ask of the system: anything else would have to be linked to numba.
KNOWN = frozenset({
    "memcpy", "memmove", "memset", "sin", "cos", "sincos", "tan", "asin", "acos", "atan", "atan2", "exp", "exp2",
    "expm1", "log", "log2", "log10", "log1p", "pow", "sqrt", "cbrt", "hypot", "sinh", "cosh", "tanh", "fabs", "floor",
    "ceil", "fmod", "copysign", "round", "trunc", "ldexp", "frexp",
})  # fmt: skip
_lock = Lock()


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
def _compiling_once(dispatcher: Any) -> Any:
    """Return the class of dispatchers that compile once for all constants."""

    class Once(dispatcher):
        def compile(self, sig: Any) -> Any:
            with _rare_collection():
                return super().compile(sig)

        def get_call_template(self, args: Any, kws: Any) -> Any:
            """A constant counts as the number it is: one compilation for all of them."""
            plain = [types.unliteral(arg) for arg in args]
            return super().get_call_template(plain, {key: types.unliteral(arg) for key, arg in kws.items()})

    return Once


def dispatcher_of(function: Callable[..., Any], more: dict[str, Any], folder: Path | None) -> Any:
    """Return what numba makes of a function, cached in a folder."""
    options: Any = {
        "cache": folder is not None,
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
    with _lock:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(folder) if folder else before
        try:
            compiled: Any = numba.njit(**options)(function)
        finally:
            config.CACHE_DIR = before
    compiled.__class__ = _compiling_once(type(compiled))
    return compiled


def type_of_global(value: Any) -> Any:
    """Return numba's type of a function that it knows by itself."""
    return target.typing_context.resolve_value_type(value)


def machine_code_of(dispatcher: Any, args: list[Any]) -> tuple[dict[str, str], bytes] | None:
    """Return the machine code of a kernel for arguments that it was called with, and how it is called; None where it
    cannot stand alone.

    Numba's own copy holds the wrapper for Python too, which needs numba to be loaded: it is left out here.
    """
    signature = tuple(typeof(arg) for arg in args)
    made = dispatcher.overloads.get(signature)
    returns = _told(made.signature.return_type) if made is not None else None
    if made is None or returns is None:
        return None
    module = _module_of(dispatcher, signature)
    if module is None:
        return None
    entry = made.fndesc.llvm_func_name
    for function in module.functions:
        if not function.is_declaration:
            function.linkage = "external" if function.name == entry else "internal"
    machine = target.target_context.codegen()._tm
    _without_unused(module, machine)
    asked = {function.name for function in module.functions if function.is_declaration}
    if any(name not in KNOWN and not name.startswith("llvm.") for name in asked):
        return None
    return {"entry": entry, "returns": returns}, machine.emit_object(module)


def _told(kind: Any) -> str | None:
    """Return a type that comes back in one letter a number; None for what is no number."""
    if isinstance(kind, types.UniTuple) and kind.dtype == types.float64:
        return "f" * kind.count
    return {types.none: "", types.int64: "i", types.float64: "f"}.get(kind)


def _module_of(dispatcher: Any, signature: tuple[Any, ...]) -> Any:
    """Return the optimised module of a kernel as it lies in numba's cache."""
    kept = dispatcher._cache
    found = kept._cache_file.load(kept._index_key(signature, target.target_context.codegen()))
    if found is None:
        return None
    _, kind, content = found[0]
    return binding.parse_bitcode(content[1] if kind == "object" else content)


def _without_unused(module: Any, machine: Any) -> None:
    options = binding.create_pipeline_tuning_options(speed_level=0)
    builder = binding.create_pass_builder(machine, options)
    passes = binding.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
