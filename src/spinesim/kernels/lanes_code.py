"""The sums of `lanes`, written out for the machine."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from spinesim.kernels.lanes import WIDE

DTYPE = types.float64
INDEX, DOUBLE = ir.IntType(64), ir.DoubleType()
VECTOR = ir.VectorType(DOUBLE, WIDE)


def _sums(builder: Any, left: list[Any], right: list[Any], n: Any) -> list[Any]:
    """Write the sums of every row on the left with every row on the right: whole lanes, then what is left."""
    pairs = [(i, j) for i in range(len(left)) for j in range(len(right))]
    whole = builder.sub(n, builder.srem(n, INDEX(WIDE)))

    def loop(kind: Any, start: Any, stop: Any, step: int) -> list[Any]:
        sums = [cgutils.alloca_once_value(builder, ir.Constant(kind, None)) for _ in pairs]
        with cgutils.for_range_slice(builder, start, stop, INDEX(step), intp=INDEX) as (i, _):
            a, b = ([_load(builder, kind, row, i) for row in rows] for rows in (left, right))
            for total, (p, q) in zip(sums, pairs, strict=True):
                builder.store(builder.fadd(builder.load(total), builder.fmul(a[p], b[q])), total)
        return [builder.load(total) for total in sums]

    lanes, rest = loop(VECTOR, INDEX(0), whole, WIDE), loop(DOUBLE, whole, n, 1)
    return [builder.fadd(_across(builder, vector), more) for vector, more in zip(lanes, rest, strict=True)]


def _load(builder: Any, kind: Any, row: Any, i: Any) -> Any:
    value = builder.load(builder.bitcast(builder.gep(row, [i]), kind.as_pointer()))
    value.align = 8
    return value


def _across(builder: Any, vector: Any) -> Any:
    one, two, three, four = (builder.extract_element(vector, ir.IntType(32)(i)) for i in range(WIDE))
    return builder.fadd(builder.fadd(one, two), builder.fadd(three, four))


def _rows(context: Any, builder: Any, kind: Any, array: Any, first: Any = None, count: int = 1) -> list[Any]:
    """Return where rows of an array begin; a vector is its own row."""
    made = context.make_array(kind)(context, builder, array)
    if first is None:
        return [made.data]
    wide = cgutils.unpack_tuple(builder, made.shape, 2)[1]
    return [builder.gep(made.data, [builder.mul(wide, builder.add(first, INDEX(i)))]) for i in range(count)]


def _from(builder: Any, rows: list[Any], first: Any) -> list[Any]:
    return [builder.gep(row, [first]) for row in rows]


def _is_table(kind: Any, dimensions: int) -> bool:
    """Tell whether an argument is one block of numbers; an intrinsic must refuse what it cannot read."""
    return isinstance(kind, types.Array) and kind.ndim == dimensions and kind.layout == "C" and kind.dtype == DTYPE


@intrinsic
def dot(typing: Any, a: Any, b: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left, right = (_rows(context, builder, kind, array) for kind, array in zip((a, b), args[:2], strict=True))
        return _sums(builder, left, right, args[2])[0]

    return (DTYPE(a, b, types.int64), build) if _is_table(a, 1) and _is_table(b, 1) else None


@intrinsic
def dot_six(typing: Any, a: Any, k: Any, b: Any, first: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left = _from(builder, _rows(context, builder, a, args[0], args[1], 6), args[3])
        right = _from(builder, _rows(context, builder, b, args[2]), args[3])
        return context.make_tuple(builder, signature.return_type, _sums(builder, left, right, args[4]))

    signature = types.UniTuple(DTYPE, 6)(a, types.int64, b, types.int64, types.int64)
    return (signature, build) if _is_table(a, 2) and _is_table(b, 1) else None


@intrinsic
def subtract(typing: Any, h: Any, k: Any, q: Any, factor: Any, first: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, row = (_rows(context, builder, h, args[0], line)[0] for line in args[1:3])
        begin = builder.sub(args[4], builder.srem(args[4], INDEX(WIDE)))
        whole = builder.sub(args[5], builder.srem(args[5], INDEX(WIDE)))
        wide = ir.Constant(VECTOR, None)
        for lane in range(WIDE):
            wide = builder.insert_element(wide, args[3], ir.IntType(32)(lane))
        for kind, by, start, stop, step in ((VECTOR, wide, begin, whole, WIDE), (DOUBLE, args[3], whole, args[5], 1)):
            with cgutils.for_range_slice(builder, start, stop, INDEX(step), intp=INDEX) as (i, _):
                less = builder.fmul(by, _load(builder, kind, row, i))
                rest = builder.fsub(_load(builder, kind, to, i), less)
                builder.store(rest, builder.bitcast(builder.gep(to, [i]), kind.as_pointer())).align = 8
        return context.get_dummy_value()

    signature = types.none(h, types.int64, types.int64, types.float64, types.int64, types.int64)
    return (signature, build) if _is_table(h, 2) else None


@intrinsic
def dot_nine(typing: Any, a: Any, k: Any, q: Any, first: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left, right = (_from(builder, _rows(context, builder, a, args[0], row, 3), args[3]) for row in args[1:3])
        return context.make_tuple(builder, signature.return_type, _sums(builder, left, right, args[4]))

    signature = types.UniTuple(DTYPE, 9)(a, types.int64, types.int64, types.int64, types.int64)
    return (signature, build) if _is_table(a, 2) else None
