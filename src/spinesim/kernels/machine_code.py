"""Machine code of kernels, kept beside numba's own and called without numba.

A compiled kernel takes the address of its result, that of an error, and its arguments: an address for a table, seven
words and more for an array, a number for a number. Code that is damaged or of another layout is not taken.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from llvmlite import binding

from spinesim.kernels.handles import Handle

FORMAT = "spinesim machine code 1"
GOOD = (0, -2)  # what numba's functions return; -2: the result is None
_lock = Lock()
_engines: list[Any] = []  # the code lives as long as they do


def kinds_of(args: list[Any]) -> tuple[Any, ...] | None:
    """Return what decides which machine code arguments need, or None where it must be numba that tells."""
    found: list[Any] = []
    for arg in args:
        if type(arg) is Handle:
            found.append(arg.kind)
        elif type(arg) is np.ndarray:
            if not (arg.flags.c_contiguous and arg.flags.aligned and arg.flags.writeable and arg.dtype.isnative):
                return None
            found.append((arg.dtype.str, arg.ndim))
        elif type(arg) in _NUMBERS:
            found.append(_NUMBERS[type(arg)])
        else:
            return None
    return tuple(found)


_NUMBERS: dict[type, str] = {int: "i", np.int64: "i", float: "f", np.float64: "f"}


def digest_of(kinds: tuple[Any, ...]) -> str:
    """Return a digest of the kinds of arguments that is the same in every process."""
    told = [kind if isinstance(kind, (str, tuple)) else kind.text for kind in kinds]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


class Code:
    """Machine code in memory, to be called with arguments of its kinds; it lets go of the interpreter's lock."""

    def __init__(self, address: int, returns: str) -> None:
        self._returns = returns
        self._call: Callable[..., int] | None = None
        self._address = address

    def __call__(self, args: list[Any]) -> Any:
        """Run.

        Raises
        ------
        RuntimeError
            When the kernel does: none of ours has a reason to.
        """
        values: list[Any] = []
        for arg in args:
            if type(arg) is Handle:
                values.append(arg.address)
            elif isinstance(arg, np.ndarray):
                values += (None, None, arg.size, arg.itemsize, arg.ctypes.data, *arg.shape, *arg.strides)
            else:
                values.append(arg)
        if self._call is None:
            self._call = self._typed(args)
        result, error = (ctypes.c_int64 * max(len(self._returns), 1))(), ctypes.c_void_p()
        code = self._call(result, ctypes.byref(error), *values)
        if code not in GOOD:
            raise RuntimeError(f"a kernel failed with code {code}")
        return self._given(result)

    def _typed(self, args: list[Any]) -> Callable[..., int]:
        """Return the function with the types of its arguments, which are the same at every call."""
        kinds: list[Any] = []
        for arg in args:
            if type(arg) is Handle:
                kinds.append(ctypes.c_void_p)
            elif isinstance(arg, np.ndarray):
                owner = [ctypes.c_void_p, ctypes.c_void_p]
                kinds += [*owner, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, *[ctypes.c_int64] * (2 * arg.ndim)]
            else:
                kinds.append(ctypes.c_int64 if isinstance(arg, (int, np.integer)) else ctypes.c_double)
        return ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)(self._address)

    def _given(self, result: Any) -> Any:
        """Return the numbers that came back: none, one, or a tuple."""
        found = np.frombuffer(result, dtype=np.int64)
        pairs = zip(self._returns, found, strict=False)  # where nothing comes back there is room for one
        numbers = [_READ[kind](x) for kind, x in pairs]
        return None if not numbers else numbers[0] if len(numbers) == 1 else tuple(numbers)


_READ: dict[str, Callable[[Any], Any]] = {
    "i": int,
    "f": lambda word: float(word.view(np.float64)),
    "b": lambda word: bool(word & 0xFF),
}


def keep(place: Path, told: dict[str, str], code: bytes) -> None:
    """Write machine code whole or not at all; a cache that cannot be written is no reason to fail."""
    head = json.dumps({"format": FORMAT, **told, "digest": hashlib.sha256(code).hexdigest()})
    temporary = place.with_name(f".{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(head.encode() + b"\n" + code)
        os.replace(temporary, place)
    except OSError:
        temporary.unlink(missing_ok=True)


def load(place: Path) -> Code | None:
    """Return the machine code of a file, or None when there is none that is whole."""
    try:
        head, _, code = place.read_bytes().partition(b"\n")
        told = json.loads(head)
        if told["format"] != FORMAT or told["digest"] != hashlib.sha256(code).hexdigest():
            return None
        told = {"entry": str(told["entry"]), "returns": str(told["returns"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return placed(told, code)


def placed(told: dict[str, str], code: bytes) -> Code:
    """Return machine code that can be called, placed in memory."""
    with _lock:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        machine = binding.Target.from_default_triple().create_target_machine(jit=True)
        engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _engines.append(engine)
        return Code(int(engine.get_function_address(told["entry"])), told["returns"])
