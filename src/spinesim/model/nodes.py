"""Walk a model document: typed values with units, each failure named with file, line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spinesim.errors import InputError, Problem, did_you_mean, quoted
from spinesim.reading import Document
from spinesim.units import Dimension, parse_quantity

Point = tuple[float, float, float]
LARGEST = 1e7  # no number of a person is as large, in whatever unit a model file may write it
COMMENTS = ("note", "range", "rule")  # keys that are written for people


@dataclass(frozen=True)
class Node:
    """A place in a document: its value, the key path that led there, and the paths read so far from all places."""

    document: Document
    value: Any
    path: tuple[str | int, ...] = ()
    read: set[tuple[str | int, ...]] = field(default_factory=set, repr=False, compare=False)

    def fail(self, message: str) -> InputError:
        """Return the error that names this place."""
        return InputError([self.document.problem(message, self.path)])

    def __getitem__(self, key: str) -> Node:
        """Return the value of a key, which must be there."""
        mapping = self.mapping()
        if key not in mapping:
            raise self.fail(f"missing key {quoted(key)}{did_you_mean(key, [str(k) for k in mapping])}")
        return self._inner(mapping[key], key)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def mapping(self) -> Mapping[str, Any]:
        """Return the value as a mapping."""
        if not isinstance(self.value, Mapping):
            raise self.fail("must be a mapping of keys to values")
        return self.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys of a mapping with their places."""
        for key in self.mapping():
            yield str(key), self[key]

    def list(self) -> list[Node]:
        """Return the places of a list's items."""
        if not isinstance(self.value, list):
            raise self.fail("must be a list")
        return [self._inner(item, i) for i, item in enumerate(self.value)]

    def whole(self) -> Any:
        """Return the value as it is written, all of it read: whoever takes it checks it."""
        for inner in self._inside():
            inner.whole()
        return self.value

    def _inside(self) -> list[Node]:
        if isinstance(self.value, list):
            return self.list()
        return [node for _, node in self.items()] if isinstance(self.value, Mapping) else []

    def text(self, *options: str) -> str:
        """Return text, one of the options where these are given."""
        if not isinstance(self.value, str) or (options and self.value not in options):
            hint = did_you_mean(str(self.value), options) if options else ""
            raise self.fail(f"{quoted(self.value)} is not {' or '.join(options) or 'a text'}{hint}")
        return self.value

    def number(self) -> float:
        """Return a finite bare number."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.fail(f"{quoted(self.value)} is not a number")
        if abs(self.value) > LARGEST:
            raise self.fail(f"{quoted(self.value)} is too large, the most is {LARGEST:g}")
        return float(self.value)

    def positive(self) -> float:
        """Return a bare number above nothing."""
        if self.number() <= 0.0:
            raise self.fail(f"must be larger than 0, not {quoted(self.value)}")
        return self.number()

    def numbers(self, count: int | None = None) -> tuple[float, ...]:
        """Return a list of bare numbers."""
        found = tuple(node.number() for node in self.list())
        if count is not None and len(found) != count:
            raise self.fail(f"needs {count} numbers, found {len(found)}")
        return found

    def point(self, factor: float) -> Point:
        """Return three numbers times a unit's factor."""
        x, y, z = self.numbers(3)
        return factor * x, factor * y, factor * z

    def factor(self, dimension: Dimension) -> float:
        """Return what one of the unit written here is in SI."""
        return self._parse(f"1 {self.text()}" if self.value != "1" else 1.0, dimension)

    def quantity(self, dimension: Dimension) -> float:
        """Return a sourced quantity: ``{value: 5 mm, source: Key}``, or a bare number with ``unit``."""
        self.sources()
        value = self["value"]
        if "unit" in self:
            return value.number() * self["unit"].factor(dimension)
        return value._parse(value.value, dimension)

    def positive_quantity(self, dimension: Dimension) -> float:
        """Return a sourced quantity above nothing."""
        value = self.quantity(dimension)
        if value <= 0.0:
            raise self["value"].fail(f"must be larger than 0, not {quoted(self['value'].value)}")
        return value

    def plain(self, dimension: Dimension) -> float:
        """Return a quantity written as text, whose source stands beside it."""
        return self._parse(self.value, dimension)

    def vector(self, dimension: Dimension) -> Point:
        """Return a sourced vector: ``{value: [x, y, z], unit: mm, source: Key}``."""
        self.sources()
        return self["value"].point(self["unit"].factor(dimension))

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys that stand here, which must be at least one."""
        source = self["source"]
        keys = [node.text() for node in source.list()] if isinstance(source.value, list) else [source.text()]
        return tuple(keys)

    def check_all_read(self) -> None:
        """Raise with every key that nothing has read, other than sources and comments: they would change nothing."""
        problems = list(self._unread())
        if problems:
            raise InputError(problems)

    def _unread(self) -> Iterator[Problem]:
        inner = self.value.items() if isinstance(self.value, Mapping) else enumerate(self.value)
        for key, value in inner:
            path = (*self.path, key)
            if isinstance(key, str) and (key in COMMENTS or key.endswith("source")):
                continue
            if isinstance(key, str) and path not in self.read:
                known = [str(other) for other in self.value if (*self.path, other) in self.read]
                yield self.document.problem(f"unknown key {quoted(key)}{did_you_mean(key, known)}", path)
            elif isinstance(value, (Mapping, list)):
                yield from Node(self.document, value, path, self.read)._unread()

    def _inner(self, value: object, key: str | int) -> Node:
        path = (*self.path, key)
        self.read.add(path)
        return Node(self.document, value, path, self.read)

    def _parse(self, text: object, dimension: Dimension) -> float:
        try:
            return parse_quantity(text, dimension)
        except InputError as error:
            raise self.fail(str(error)) from None


@dataclass(frozen=True)
class Table:
    """Rows whose columns share a unit and a source, both of which must be stated."""

    node: Node

    def rows(self, **columns: Dimension) -> Iterator[tuple[Node, dict[str, float]]]:
        """Yield each row with the factors that turn its numbers into SI; every column needs a unit and a source."""
        units, sources = self.node["units"], self.node["source"]
        factors = {}
        for name, dimension in columns.items():
            factors[name] = units[name].factor(dimension)
            sources[name]
        for row in self.node["rows"].list():
            yield row, factors


def collect_sources(value: object) -> Iterator[str]:
    """Yield every citation key under a `source` or `..._source` key, at any depth."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key) == "source" or str(key).endswith("_source"):
                yield from _leaves(item)
            else:
                yield from collect_sources(item)
    elif isinstance(value, list):
        for item in value:
            yield from collect_sources(item)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield str(value)
