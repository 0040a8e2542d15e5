"""Numba, for kernels whose machine code is not in the cache yet; nothing else imports it.

By itself numba links and optimises a function with all it calls, and writes its machine code, before it goes on to
the caller, for which it does so again. Most kernels are only ever built into others. So each is a `Part` here, which
waits until Python calls a kernel; that one is linked with all its parts, optimised and written, once.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numba
from numba import typeof, types
from numba.core import config as numba_config
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
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
OPTIONS: Any = {
    "nogil": True,
    "error_model": "numpy",
    # No sum is reordered and nothing contracted: a kernel is built into each of its callers, and every copy
    # must give the same bits (`lanes` has the sums that need speed).
    "fastmath": False,
    # Kernels own no memory, and counting references to a hundred arrays costs more than some laws do.
    "_nrt": False,
    # Nothing takes a kernel's address; a C entry that unpacks hundreds of arrays costs seconds to compile.
    "no_cfunc_wrapper": True,
}
_lock = Lock()


# --- parts -----------------------------------------------------------------------------------------------------------


class _Codegen:
    """Numba's code generator as a part sees it: no code is in memory yet that an environment could be set in."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def set_env(self, env_name: str, env: Any) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)


class Part(JITCodeLibrary):
    """The code of one function, to be built into others."""

    @property
    def codegen(self) -> Any:
        """What generates its code."""
        return _Codegen(self._codegen)

    def finalize(self) -> None:
        """Take the function as it is; all else is left to the kernel that Python calls."""
        self._finalize_final_module()

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is no machine code."""
        return 0

    def serialize_using_object_code(self) -> Any:
        """Return the function with all it calls, as numba's cache keeps it."""
        return self.name, "bitcode", self.linked().as_bitcode()

    def _get_module_for_linking(self) -> Any:
        """Return what a library of numba's own takes in: it does not ask what a part calls in turn."""
        return self.linked()

    def _alone(self) -> Any:
        """Return the function by itself, as other modules take it in."""
        return super()._get_module_for_linking()

    def linked(self) -> Any:
        """Return a module that holds the function and all it calls."""
        module = self._alone().clone()
        for part in _parts_of(self, {}):
            module.link_in(part._alone() if isinstance(part, Part) else part._get_module_for_linking(), preserve=True)
        return module

    def whole(self, entry: str) -> Any:
        """Return a module that holds one function, with all it calls built in."""
        made = Part(self._codegen, self.name)
        made._final_module = self.linked()
        for function in made._final_module.functions:
            if not function.is_declaration:
                function.linkage = "external" if function.name == entry else "internal"
        made._optimize_final_module()
        return made._final_module


def _parts_of(library: Any, found: dict[Any, None]) -> dict[Any, None]:
    """Return all that a library calls, and what that calls."""
    for part in library._linking_libraries:
        if part not in found:
            found[part] = None
            _parts_of(part, found)
    return found


@contextlib.contextmanager
def _making_parts() -> Iterator[None]:
    """Let numba put what it compiles into parts."""
    codegen = target.target_context.codegen()
    before = codegen._library_class
    codegen._library_class = Part
    try:
        yield
    finally:
        codegen._library_class = before


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
def _compiling_parts(dispatcher: Any) -> Any:
    """Return the class of dispatchers that compile parts, once for all constants."""

    class Once(dispatcher):
        def compile(self, sig: Any) -> Any:
            with global_compiler_lock, _rare_collection(), _making_parts():
                return super().compile(sig)

        def get_call_template(self, args: Any, kws: Any) -> Any:
            """A constant counts as the number it is: one compilation for all of them."""
            plain = [types.unliteral(arg) for arg in args]
            return super().get_call_template(plain, {key: types.unliteral(arg) for key, arg in kws.items()})

    return Once


def dispatcher_of(function: Callable[..., Any], folder: Path | None, apart: bool = False) -> Any:
    """Return what numba makes of a function that kernels call, its parts cached in a folder; `apart`: what its arrays
    hold does not overlap.
    """
    with _lock:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(folder) if folder else before
        try:
            options = {**OPTIONS, "cache": folder is not None, "no_cpython_wrapper": True}
            compiled: Any = numba.njit(**options)(function)
        finally:
            config.CACHE_DIR = before
    compiled.__class__ = _compiling_parts(type(compiled))
    if apart:
        compiled._compiler._customize_flags = _without_overlap
    return compiled


def _without_overlap(flags: Any) -> Any:
    """Let the compiler take several numbers of each array at a time without looking for overlap first."""
    flags.noalias = True
    return flags


def callable_of(function: Callable[..., Any]) -> Any:
    """Return what numba makes of a function for whatever Python hands to it; nothing is kept."""
    return numba.njit(**OPTIONS)(function)


def type_of_global(value: Any) -> Any:
    """Return numba's type of a function that it knows by itself."""
    return target.typing_context.resolve_value_type(value)


# --- machine code ----------------------------------------------------------------------------------------------------


def machine_code_of(dispatcher: Any, args: list[Any]) -> tuple[dict[str, str], bytes] | None:
    """Return the machine code of a kernel for arguments, and how it is called; None where it needs more than itself."""
    signature = tuple(typeof(arg) for arg in args)
    with global_compiler_lock:
        dispatcher.compile(signature)
        made = dispatcher.overloads[signature]
        returns, entry = _told(made.signature.return_type), made.fndesc.llvm_func_name
        if returns is None:
            return None
        module = made.library.whole(entry)
        asked = {function.name for function in module.functions if function.is_declaration}
        if any(name not in KNOWN and not name.startswith("llvm.") for name in asked):
            return None
        return {"entry": entry, "returns": returns}, target.target_context.codegen()._tm.emit_object(module)


def _told(kind: Any) -> str | None:
    """Return a type that comes back in one letter a number; None for what is no number."""
    if isinstance(kind, types.BaseTuple):
        letters = [_LETTERS.get(own, "?") for own in getattr(kind, "types", ())]
        return None if {"?", "b"} & set(letters) else "".join(letters)
    return "" if kind == types.none else _LETTERS.get(kind)


_LETTERS: dict[Any, str] = {types.int64: "i", types.float64: "f", types.boolean: "b"}
