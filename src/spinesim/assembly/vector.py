"""All numbers of a person's and a task's tables as one vector, and the tables as views of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spinesim.kernels.tables import Discs, Floats, Ints, Person, Task

Table = Any  # a NamedTuple of arrays, numbers and tables


@dataclass(frozen=True)
class Vector:
    """Numbers in one vector.

    Parameters
    ----------
    numbers : array (number,)
        Contiguous; its last `tail` numbers are those of the discs and the task, which differ from scenario to
        scenario of one person.
    person, task : Person, Task
        Tables whose arrays of floats are views of it.
    scalars : array (scalar,)
        Places of the numbers that are no arrays, in the order of the fields.
    tail : int
    """

    numbers: Floats
    person: Person
    task: Task
    scalars: Ints
    tail: int


def as_vector(person: Person, task: Task) -> Vector:
    """Return a copy of both tables over one new vector."""
    constant = _numbers(person._replace(discs=_NO_DISCS))
    own = tail_of(person.discs, task)
    numbers = np.concatenate([constant, own])
    scalars: list[int] = []
    without, place = _view(person._replace(discs=_NO_DISCS), numbers, 0, scalars)
    tail: list[int] = []
    discs, place = _view(person.discs, numbers, place, tail)
    viewed, _ = _view(task, numbers, place, tail)
    order = np.array([*scalars[:2], *tail[:2], *scalars[2:], *tail[2:]], dtype=np.int64)
    return Vector(numbers, without._replace(discs=discs), viewed, order, own.size)


def tail_of(discs: Discs, task: Task) -> Floats:
    """Return the numbers of the discs and the task, in the order of the vector."""
    return np.concatenate([*_parts(discs), *_parts(task)])


def whole_numbers(task: Task) -> bytes:
    """Return what tells tasks apart that no vector can turn into one another: their whole numbers and sizes."""
    whole = [np.asarray(value) for value in task if np.asarray(value).dtype.kind == "i"]
    return b"|".join(value.tobytes() for value in whole)


_NO_DISCS: Any = ()


def _numbers(table: Table) -> Floats:
    return np.concatenate(list(_parts(table)))


def _parts(table: Table) -> Iterator[Floats]:
    """Yield the floats of a table in the order of its fields."""
    for value in table:
        if isinstance(value, tuple):
            yield from _parts(value)
        elif isinstance(value, np.ndarray):
            if value.dtype.kind == "f":
                yield value.ravel()
        elif isinstance(value, float):
            yield np.array([value])


def _view(table: Table, numbers: Floats, place: int, scalars: list[int]) -> tuple[Table, int]:
    """Return the table as views from a place on, and the place behind it; scalars are noted by their place."""
    fields = []
    for value in table:
        if isinstance(value, tuple):
            value, place = _view(value, numbers, place, scalars)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
            shape, size = value.shape, value.size
            value, place = numbers[place : place + size].reshape(shape), place + size
        elif isinstance(value, float):
            scalars.append(place)
            place += 1
        fields.append(value)
    return (type(table)(*fields) if hasattr(table, "_fields") else tuple(fields)), place
