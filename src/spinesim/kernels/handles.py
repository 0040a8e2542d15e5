"""Tables handed from kernel to kernel by their address: one word instead of seven for every array they hold.

A table is a NamedTuple of arrays, numbers and tables. Numba hands such a tuple on by value, which for hundreds of
arrays takes most of the time a kernel takes to compile. A handle lays the same fields out once in memory, and a kernel
that is given it reads of it what it uses. Kernels are written for the tuples; interpreted, they get the tuples. What
the compiler must know of it stands in `handles_code`.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np

from spinesim.kernels.tables import Ints

REMEMBERED = 64  # handles that are kept for the next call


class Kind:
    """What tables are that are laid out alike; there is one for each layout."""

    def __init__(self, table: tuple[Any, ...], shape: tuple[Any, ...]) -> None:
        self.example = table
        self.shape = shape

    @property
    def text(self) -> str:
        """The layout in words that are the same in every process."""
        return str([_named(part) if isinstance(part, type) else part for part in self.shape])


def _named(table: type[Any]) -> tuple[str, ...]:
    return (table.__module__, table.__qualname__, *table._fields)


class Handle:
    """A table as kernels take it: its fields in memory, and the table, whose arrays they lead to."""

    def __init__(self, table: tuple[Any, ...]) -> None:
        shape: list[Any] = []
        words: list[int] = []
        _lay_out(table, words, shape)
        self.table = table
        self.words = np.array(words, dtype=np.uint64)
        self.address = self.words.ctypes.data
        self.kind = _kind_of(table, tuple(shape))

    @property
    def _numba_type_(self) -> Any:
        from spinesim.kernels.handles_code import type_of

        return type_of(self.kind)


_kinds: dict[Any, Kind] = {}
_handles: OrderedDict[int, Handle] = OrderedDict()
_lock = Lock()


def handed(table: tuple[Any, ...]) -> Handle:
    """Return the handle of a table, the same one again while it is remembered."""
    with _lock:
        handle = _handles.get(id(table))
        if handle is not None and handle.table is table:
            _handles.move_to_end(id(table))
            return handle
    handle = Handle(table)
    with _lock:
        _handles[id(table)] = handle
        if len(_handles) > REMEMBERED:
            _handles.popitem(last=False)
    return handle


def _lay_out(table: tuple[Any, ...], words: list[int], shape: list[Any]) -> None:
    """Append the words of a table, and to `shape` what its numba type depends on."""
    shape.append(type(table))
    for value in table:
        if isinstance(value, np.ndarray):
            told = value.__array_interface__
            address, read_only = told["data"]
            sizes = told["shape"]
            words += (0, 0, value.size, value.itemsize, address, *sizes, *value.strides)
            shape.append((told["typestr"], len(sizes), told["strides"] is None, read_only))
        elif isinstance(value, tuple):
            _lay_out(value, words, shape)
        elif isinstance(value, float):
            words.append(int(np.float64(value).view(np.uint64)))
            shape.append("f")
        else:
            words.append(int(value) & 0xFFFF_FFFF_FFFF_FFFF)
            shape.append("i")


def _kind_of(table: tuple[Any, ...], shape: tuple[Any, ...]) -> Kind:
    found = _kinds.get(shape)
    if found is None:
        found = _kinds.setdefault(shape, Kind(table, shape))
    return found


# --- numbers that differ from scenario to scenario -----------------------------------------------------------------


def renewed(table: Any, vector: Any, at: Ints, first: int) -> Any:
    """Return a table with its numbers that are no arrays taken from a vector, at[first], at[first + 1] ... of it in the
    order of the fields. A handle is changed in place.
    """
    return _renewed(table, iter(vector[at[first:]].tolist()))


def _renewed(table: Any, numbers: Any) -> Any:
    fields = []
    for value in table:
        if isinstance(value, tuple):
            value = _renewed(value, numbers)
        elif isinstance(value, float):
            value = next(numbers)
        fields.append(value)
    return type(table)(*fields)


def numbers_of(table: Any) -> int:
    """Return how many numbers of a table are no arrays."""
    return sum(numbers_of(value) if isinstance(value, tuple) else isinstance(value, float) for value in table)
