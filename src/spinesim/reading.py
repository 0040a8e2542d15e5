"""A strict, bounded reader of YAML that remembers where every value was written.

It reads the event stream of PyYAML's C parser and resolves scalars as YAML 1.2 does: ``1e3`` is 1000.0,
``no`` is text, ``12:30`` is text, ``017`` is 17. Anchors, tags, merge keys, repeated keys and second
documents are refused.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from spinesim.errors import InputError, Origin, Problem, quoted

SCENARIO_BYTES = 2_000_000
SCENARIO_NODES = 20_000
MODEL_BYTES = 8_000_000
MODEL_NODES = 400_000
DEEPEST = 40

_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?\.(?:nan|inf)", re.IGNORECASE)
_LONGEST_NUMBER = 40
_LONGEST_PATH = 250
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Document:
    """A file that was read.

    Parameters
    ----------
    data : dict, list, str, int, float, bool or None
        Plain values.
    text : str
        The file as written.
    origin : Origin
        The file's name and the line and column of every key.
    """

    data: Any
    text: str
    origin: Origin

    @property
    def file(self) -> str | None:
        """Name of the file."""
        return self.origin.file

    def mark(self, path: tuple[str | int, ...]) -> tuple[int, int] | None:
        """Return line and column, counted from 1, of the nearest known key of the path."""
        problem = self.origin.problem("", path)
        return None if problem.line is None or problem.column is None else (problem.line, problem.column)

    def problem(self, message: str, path: str | tuple[str | int, ...] = "") -> Problem:
        """Return a problem with the place where the key path was written."""
        return self.origin.problem(message, path)


def read_yaml(
    path: str | os.PathLike[str], max_bytes: int = SCENARIO_BYTES, max_nodes: int = SCENARIO_NODES
) -> Document:
    """Read a YAML file of bounded size, depth and number of values.

    Parameters
    ----------
    path : path-like
        An ordinary file in UTF-8.
    max_bytes, max_nodes : int
        Budgets; a larger file is refused without being read.

    Raises
    ------
    InputError
        With file, line and column.
    """
    return _whole(*scan_yaml(path, max_bytes, max_nodes))


def scan_yaml(
    path: str | os.PathLike[str], max_bytes: int = SCENARIO_BYTES, max_nodes: int = SCENARIO_NODES
) -> tuple[Document, tuple[Problem, ...]]:
    """Read as `read_yaml` does, but hand back the problems that do not stop the reading.

    These are repeated keys and numbers that are not finite, so that they can be told together with what is
    wrong in the meaning of the file.
    """
    name = os.fsdecode(path)
    return _scan(_decode(read_bytes(name, max_bytes), shown(name)), shown(name), max_nodes)


def parse_yaml(text: str, name: str | None = None, max_nodes: int = SCENARIO_NODES) -> Document:
    """Read YAML text; `name` is the file, or what else problems shall name."""
    return _whole(*_scan(text, name, max_nodes))


def _whole(document: Document, problems: tuple[Problem, ...]) -> Document:
    if problems:
        raise InputError(problems)
    return document


def _scan(text: str, name: str | None, max_nodes: int) -> tuple[Document, tuple[Problem, ...]]:
    _refuse_characters(text, name)
    builder = _Builder(name, max_nodes)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise InputError(_yaml_problem(error, name)) from None
    return Document(builder.root, text, Origin(name, builder.marks)), tuple(builder.problems)


def _events(text: str) -> Iterator[yaml.Event]:
    """Yield the parser's events; `yaml.parse` asks twice for each, and a model has thirteen thousand."""
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def shown(path: str) -> str:
    """Return a path as people may see it: no control characters, and not pages of it."""
    return path if path.isprintable() and len(path) <= _LONGEST_PATH else quoted(path)


def read_bytes(name: str, max_bytes: int) -> bytes:
    """Return the content of an ordinary file, or raise InputError without reading more than the budget."""
    # Not blocking: opening a pipe that nobody writes to would wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(name, flags)
        try:
            _refuse_kind(os.fstat(descriptor), name, max_bytes)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(max_bytes + 1)
        finally:
            os.close(descriptor)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {shown(name)}: {_reason(error)}") from None
    if len(content) > max_bytes:
        raise InputError(_too_large(name, max_bytes))
    return content


def _refuse_kind(status: os.stat_result, name: str, max_bytes: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"cannot read {shown(name)}: it is a directory, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"cannot read {shown(name)}: it is a pipe or a device, not an ordinary file")
    if status.st_size > max_bytes:
        raise InputError(_too_large(name, max_bytes))


def _too_large(name: str, max_bytes: int) -> str:
    return f"cannot read {shown(name)}: it is larger than {max_bytes / 1e6:g} MB"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        line, column = _line_column(good, len(good))
        message = "is not UTF-8 text, save the file as UTF-8"
        raise InputError(Problem(message, "", name, line, column)) from None


def _line_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _refuse_characters(text: str, name: str | None) -> None:
    found = {"a control character, which is not text": _CONTROL, "a tab, indent with spaces": _TAB_INDENT}
    matches = {message: match for message, pattern in found.items() if (match := pattern.search(text))}
    places = {message: _line_column(text, match.end() - 1) for message, match in matches.items()}
    if places:
        raise InputError(Problem(message, "", name, *place) for message, place in places.items())


def _yaml_problem(error: yaml.YAMLError, name: str | None) -> Problem:
    mark = getattr(error, "problem_mark", None)
    message = f"is not YAML: {getattr(error, 'problem', None) or error}"
    return Problem(message, "", name, *((mark.line + 1, mark.column + 1) if mark else ()))


@dataclass
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    key: str | None = None  # of a mapping: the key whose value comes next


@dataclass
class _Builder:
    """Builds plain values from parser events, within budgets."""

    name: str | None
    max_nodes: int
    root: Any = None
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    path: list[str | int] = field(default_factory=list)
    dotted: list[str] = field(default_factory=lambda: [""])  # of the path, from nothing to all of it
    nodes: int = 0
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        if isinstance(event, yaml.ScalarEvent):
            self._count(event)
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._count(event)
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            self._leave()
        elif isinstance(event, yaml.AliasEvent):
            self._stop("aliases (*name) are not allowed, write the value out", event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _document(self, event: yaml.Event) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop("a second document begins here (---), one file holds one", event)

    def _count(self, event: Any) -> None:
        """Keep the budgets, and refuse what could make one value stand for many or for code."""
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self._stop(f"more than {self.max_nodes} values", event)
        if event.anchor is not None:
            self._stop("anchors (&name) are not allowed", event)
        if event.tag is not None:
            self._stop(f"tags ({quoted(event.tag)}) are not allowed", event)

    def _start(self, event: yaml.Event) -> None:
        if len(self.stack) >= DEEPEST:
            self._stop(f"nested deeper than {DEEPEST} levels", event)
        if self._awaits_key():
            self._stop("a key must be plain text", event)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._enter(event)
        self._put(value)
        self.stack.append(_Open(value))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._awaits_key():
            self._key(event)
            return
        self._enter(event)
        self._put(self._resolve(event))
        self._leave()

    def _awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _key(self, event: yaml.ScalarEvent) -> None:
        top = self.stack[-1]
        if event.value == "<<" and event.implicit[0]:
            self._stop("merge keys (<<) are not allowed, write the keys out", event)
        if event.value in top.value:
            self._note(f"the key {quoted(event.value)} is there twice", event)
        top.key = event.value
        self._step(event.value)
        self._mark_here(event)

    def _enter(self, event: yaml.Event) -> None:
        """Mark an item of a list, or the whole file; the value of a key is marked at the key."""
        if self.stack and isinstance(self.stack[-1].value, list):
            self._step(len(self.stack[-1].value))
        self._mark_here(event)

    def _step(self, part: str | int) -> None:
        """Go on to a key or an item."""
        self.dotted.append(f"{self.dotted[-1]}.{part}" if self.path else str(part))
        self.path.append(part)

    def _mark_here(self, event: yaml.Event) -> None:
        if self.dotted[-1] not in self.marks:
            self.marks[self.dotted[-1]] = _mark(event)

    def _put(self, value: Any) -> None:
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value

    def _leave(self) -> None:
        """Step back to the mapping or list around the value that is complete."""
        if self.path:
            self.path.pop()
            self.dotted.pop()
        if self.stack:
            self.stack[-1].key = None

    def _resolve(self, event: yaml.ScalarEvent) -> Scalar:
        text = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self._note(f"{text} is not allowed, numbers must be finite", event)
            return None
        return self._number(text, event) if _FLOAT.fullmatch(text) else text

    def _number(self, text: str, event: yaml.Event) -> Scalar:
        if len(text) > _LONGEST_NUMBER:
            self._note(f"a number of more than {_LONGEST_NUMBER} characters", event)
            return None
        if _INTEGER.fullmatch(text):
            return int(text)
        number = float(text)
        if not math.isfinite(number):
            self._note(f"{text} is too large, numbers must be finite", event)
        return number

    def _note(self, message: str, event: yaml.Event) -> None:
        self.problems.append(Problem(message, self.dotted[-1], self.name, *_mark(event)))

    def _stop(self, message: str, event: yaml.Event) -> None:
        self._note(message, event)
        raise InputError(self.problems)


def _mark(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
