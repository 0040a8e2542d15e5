"""What the compiler must know of tables that are handed on by their address (`handles`)."""

from __future__ import annotations

import hashlib
from typing import Any

from llvmlite import ir
from numba import typeof, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    overload,
    register_model,
    unbox,
)

from spinesim.kernels.handles import Kind, numbers_of, renewed

WORD = 8  # bytes of a whole number, a float or an address
HEAD = 5  # words of an array before its shape: owner twice, number of items, bytes of one, address


class TableType(types.Type):
    """A table by its address; `table` is the type of the tuple."""

    def __init__(self, table: Any) -> None:
        self.table = table
        digest = hashlib.sha256(str(table).encode()).hexdigest()[:12]
        super().__init__(name=f"{table.instance_class.__name__}_{digest}")

    @property
    def key(self) -> Any:
        """What makes two of them the same."""
        return self.table


_types: dict[Kind, TableType] = {}


def type_of(kind: Kind) -> TableType:
    """Return the type of tables, one for each layout."""
    found = _types.get(kind)
    if found is None:
        found = _types.setdefault(kind, TableType(typeof(kind.example)))
    return found


def _words_of(kind: Any) -> int:
    if isinstance(kind, types.Array):
        return HEAD + 2 * kind.ndim
    if isinstance(kind, types.NamedTuple):
        return sum(_words_of(own) for own in kind.types)
    return 1


def _place_of(table: Any, field: str) -> tuple[int, Any]:
    """Return the bytes before a field of a table's type, and the type of the field."""
    index = table.fields.index(field)
    return WORD * sum(_words_of(own) for own in table.types[:index]), table.types[index]


def _places_of_floats(table: Any) -> list[int]:
    """Return the bytes before every number that is no array, in the order of the fields."""
    places, before = [], 0
    for kind in table.types:
        if isinstance(kind, types.NamedTuple):
            places += [before + place for place in _places_of_floats(kind)]
        elif isinstance(kind, types.Float):
            places.append(before)
        before += WORD * _words_of(kind)
    return places


# --- what numba must know of a table -------------------------------------------------------------------------------


@register_model(TableType)
class _TableModel(models.OpaqueModel):  # type: ignore[misc]
    """One address."""


@unbox(TableType)
def _unbox(kind: Any, value: Any, c: Any) -> Any:
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.builder.inttoptr(c.pyapi.long_as_ulonglong(number), cgutils.voidptr_t)
    c.pyapi.decref(number)
    return NativeValue(address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = TableType

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        if attr not in typ.table.fields:
            return None
        kind = _place_of(typ.table, attr)[1]
        return TableType(kind) if isinstance(kind, types.NamedTuple) else kind


@lower_getattr_generic(TableType)
def _read(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    place, kind = _place_of(typ.table, attr)
    address = cgutils.pointer_add(builder, value, place)
    if isinstance(kind, types.NamedTuple):
        return address
    if isinstance(kind, types.Array):
        return _read_array(context, builder, kind, address)
    return _load(builder, address, 0, context.get_value_type(kind), fixed=not isinstance(kind, types.Float))


def _read_array(context: Any, builder: Any, kind: Any, address: Any) -> Any:
    """Read an array; nothing about it changes while kernels run, and the compiler may know."""
    word, array = ir.IntType(64), context.make_array(kind)(context, builder)
    array.nitems = _load(builder, address, 2, word, fixed=True)
    array.itemsize = word(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    array.data = _load(builder, address, 4, array.data.type, fixed=True)
    sizes = [_load(builder, address, HEAD + n, word, fixed=True) for n in range(kind.ndim)]
    steps = [_load(builder, address, HEAD + kind.ndim + n, word, fixed=True) for n in range(kind.ndim)]
    array.shape, array.strides = cgutils.pack_array(builder, sizes, word), cgutils.pack_array(builder, steps, word)
    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    return array._getvalue()


def _load(builder: Any, address: Any, word: int, kind: Any, *, fixed: bool = False) -> Any:
    place = cgutils.pointer_add(builder, address, WORD * word, return_type=kind.as_pointer())
    loaded = builder.load(place)
    if fixed:
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


# --- numbers that differ from scenario to scenario -----------------------------------------------------------------


@overload(numbers_of)
def _overload_numbers_of(table: Any) -> Any:
    if not isinstance(table, TableType):
        return None
    count = len(_places_of_floats(table.table))

    def told(table: Any) -> Any:
        return count

    return told


@overload(renewed)
def _overload_renewed(table: Any, vector: Any, at: Any, first: Any) -> Any:
    if not isinstance(table, TableType):
        return None
    places = tuple(_places_of_floats(table.table))

    def renew(table: Any, vector: Any, at: Any, first: Any) -> Any:
        for n in range(len(places)):
            _put(table, places[n], vector[at[first + n]])
        return table

    return renew


def _write(typingctx: Any, table: Any, place: Any, number: Any) -> Any:
    """Write a float into a table's memory."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        double = ir.DoubleType().as_pointer()
        address = cgutils.pointer_add(builder, args[0], args[1], return_type=double)
        builder.store(args[2], address)
        return context.get_dummy_value()

    return types.void(table, types.int64, types.float64), write


_put: Any = intrinsic(_write)
