"""The one decorator every kernel wears, and the compile cache that is never stale.

Numba keys its cache by the file of the decorated function alone, so an edited callee would leave callers with old
machine
code. The cache folder is therefore named by a digest of all kernel sources and where they lie, the numba version and
the processor.

Loading numba takes longer than a solve, a second of every run. So a kernel that Python calls leaves its machine code in
the cache by itself (`machine_code`), and numba is imported only where there is none yet.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from llvmlite import binding

from spinesim.kernels import machine_code
from spinesim.kernels.handles import handed

P = ParamSpec("P")
T = TypeVar("T")
KERNELS: list[Any] = []


def _switched_on(name: str) -> bool:
    """Tell whether one of numba's switches is set, without loading numba where its variable says all."""
    if "numba" in sys.modules or os.path.exists(".numba_config.yaml"):
        return bool(getattr(import_module("numba.core.config"), name))
    try:
        return bool(int(os.environ.get(f"NUMBA_{name}") or 0))
    except ValueError:
        return False


IS_INTERPRETED = _switched_on("DISABLE_JIT")
# Interpreted or with bounds checks, what is written for the machine gives way to plain loops.
IS_PLAIN = IS_INTERPRETED or _switched_on("BOUNDSCHECK")


def _numba_version() -> bytes:
    """Return what tells versions of numba apart: the file that says it, for importing numba takes long."""
    spec = find_spec("numba")
    for folder in (spec and spec.submodule_search_locations) or ():
        with contextlib.suppress(OSError):
            return Path(folder, "_version.py").read_bytes()
    return import_module("numba").__version__.encode()


def _processor() -> str:
    """Return the processor that code is written for, with what it can do."""
    try:
        able = binding.get_host_cpu_features().flatten()
    except RuntimeError:  # not known on every machine
        able = ""
    asked = (os.environ.get(f"NUMBA_{name}", "") for name in ("CPU_NAME", "CPU_FEATURES", "OPT", "BOUNDSCHECK"))
    return "|".join([binding.get_host_cpu_name(), able, *asked])


def _digest() -> str:
    # By place too, as numba keeps its own: what lies in the folder then is all of one source.
    folder = Path(__file__).resolve().parent
    digest = hashlib.sha256(str(folder).encode())
    for source in sorted(folder.glob("*.py")):
        digest.update(source.read_bytes())
    digest.update(_numba_version() + f"|{sys.version}|{_processor()}".encode())
    return digest.hexdigest()[:16]


def _candidates() -> Iterator[Path]:
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):
        yield (Path(base) if base else Path.home() / ".cache") / "spinesim"
    last = Path(tempfile.gettempdir()) / f"spinesim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    if _is_private(last):
        yield last


def _is_private(folder: Path) -> bool:
    """Tell whether a folder where everybody may write is our own, made now if need be: machine code that lies there is
    run.
    """
    with contextlib.suppress(OSError):
        if not hasattr(os, "getuid"):
            return True  # there each user has temporary files of their own
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        found = os.lstat(folder)  # a link leads to where another may write
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
    return False


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


CACHE_FOLDER = None if IS_INTERPRETED else _cache_folder()


def is_compiled(name: str = "run.solve_static") -> bool:
    """Tell whether the machine code of a kernel lies in the cache already (or compilation is switched off)."""
    return IS_INTERPRETED or (CACHE_FOLDER is not None and any(CACHE_FOLDER.glob(f"{name}-*.code")))


class Kernel:
    """A kernel that is compiled, or its machine code loaded, when it is first called."""

    def __init__(self, function: Callable[..., Any], apart: bool = False) -> None:
        functools.update_wrapper(self, function)
        self._function, self._apart = function, apart
        self._codes: dict[Any, Callable[[list[Any]], Any]] = {}

    def __call__(self, *args: Any) -> Any:
        """Run, with tables laid out: what lies in the cache, or what numba compiles."""
        handles = [handed(arg) if isinstance(arg, tuple) else arg for arg in args]
        key = machine_code.kinds_of(handles)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = self._code(key, handles)
        return code(handles)

    def _code(self, key: Any, handles: list[Any]) -> Callable[[list[Any]], Any]:
        """Return the code for arguments of a new kind; what is made is left for the next process."""
        place = self._place(key)
        found = machine_code.load(place) if place else None
        if found is not None:
            return found
        from spinesim.kernels import compiler

        made = compiler.machine_code_of(self.dispatcher, handles) if key is not None else None
        if made is None:
            return lambda args: self._for_anything(*args)
        if place is not None:
            machine_code.keep(place, *made)
        return machine_code.placed(*made)

    @functools.cached_property
    def dispatcher(self) -> Any:
        """What numba makes of the function, to be built into others."""
        from spinesim.kernels.compiler import dispatcher_of

        return dispatcher_of(self._function, CACHE_FOLDER, self._apart)

    @functools.cached_property
    def _for_anything(self) -> Any:
        """What numba makes of the function for arguments and results that the core does not have."""
        from spinesim.kernels.compiler import callable_of

        return callable_of(self._function)

    @property
    def _numba_type_(self) -> Any:
        return self.dispatcher._numba_type_

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)

    def _place(self, key: Any) -> Path | None:
        """Return where the machine code for such arguments lies; kernels of others than ours keep none."""
        if key is None or CACHE_FOLDER is None or not self.__module__.startswith("spinesim."):
            return None
        name = f"{self.__module__.rsplit('.', 1)[-1]}.{self.__qualname__}"
        return CACHE_FOLDER / f"{name}-{machine_code.digest_of(key)}.code"


class Written:
    """A function whose code is written for the machine, by the function of the same name in `lanes_code`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._room, self._name = function.__module__, function.__name__

    @property
    def _numba_type_(self) -> Any:
        from spinesim.kernels.compiler import type_of_global

        return type_of_global(getattr(import_module(f"{self._room}_code"), self._name))


def kernel(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a function of scalars and arrays: cached, without the interpreter lock, dividing like numpy."""
    return _made(function, apart=False)


def apart(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a kernel whose arrays do not overlap where it writes: its loops take several numbers at a time."""
    return _made(function, apart=True)


def _made(function: Callable[P, T], *, apart: bool) -> Callable[P, T]:
    made = function if IS_INTERPRETED else cast("Callable[P, T]", Kernel(function, apart))
    KERNELS.append(made)
    return made


def written(function: Callable[P, T]) -> Callable[P, T]:
    """Let compiled kernels take what is written for the machine where they call this function."""
    return cast("Callable[P, T]", Written(function))


def __getattr__(name: str) -> Any:
    """Load numba's configuration when it is asked for."""
    if name == "config":
        return import_module("numba.core.config")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
