"""What can go wrong, said so that the reader can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SHOWN_PROBLEMS = 20
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    Parameters
    ----------
    message : str
        What is wrong and what was wanted.
    path : str
        Dotted key path, such as ``loads.0.mass``; empty when the whole file is meant.
    file : str or None
        The file, or the command-line text, that holds it.
    line, column : int or None
        Place in the file, counted from 1.
    """

    message: str
    path: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = f"{place}: " if place else ""
        tail = f" @ {self.path}" if self.path else ""
        return f"{head}{self.message}{tail}"


@dataclass(frozen=True)
class Origin:
    """Where the values of an object were written, so that later checks can name file and line.

    Parameters
    ----------
    file : str or None
        Name of the file.
    marks : mapping of str to (int, int)
        Line and column, counted from 1, of each dotted key path; the empty path is the whole file.
    overrides : mapping of str to str
        Dotted key paths that came from elsewhere (``--set``), with the text that set them.
    """

    # compare=False: two equal objects stay equal when they were written in different files.
    file: str | None = field(default=None, compare=False)
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)
    overrides: Mapping[str, str] = field(default_factory=dict, compare=False)

    def problem(self, message: str, path: str | Sequence[str | int] = "") -> Problem:
        """Return the problem with the place of the nearest known key."""
        dotted = path if isinstance(path, str) else dotted_path(path)
        for parent in _itself_and_parents(dotted):
            if parent in self.overrides:
                return Problem(message, dotted, self.overrides[parent])
            if parent in self.marks:
                return Problem(message, dotted, self.file, *self.marks[parent])
        return Problem(message, dotted, self.file)


class SpinesimError(Exception):
    """Parent of every error that spinesim raises on purpose."""


class InputError(SpinesimError, ValueError):
    """Something given to spinesim is wrong; `problems` lists all of it.

    Also a `ValueError`, so that pydantic collects it and callers may treat it as one.

    Parameters
    ----------
    problems : str, Problem or iterable of Problem
        What is wrong; a plain text is a problem without a place.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        hidden = len(self.problems) - SHOWN_PROBLEMS
        return "\n".join([*lines, f"... and {hidden} more"] if hidden > 0 else lines)


class PostureError(InputError):
    """The posture is outside the range of the model."""


class NotYetError(InputError):
    """The input is right but asks for a part that the engine does not solve yet."""


class OutputError(SpinesimError):
    """A result cannot be written."""


def dotted_path(path: Iterable[str | int]) -> str:
    """Return ``loads.0.mass`` for ``("loads", 0, "mass")``."""
    return ".".join(str(part) for part in path)


def in_order(problem: Problem) -> tuple[int, int]:
    """Return the sort key that puts problems in the order of the file."""
    return problem.line or 0, problem.column or 0


def did_you_mean(word: object, options: Iterable[str]) -> str:
    """Return ``, did you mean 'x'?`` for the option nearest to the word, or an empty text."""
    folded = {option.casefold(): option for option in options}
    near = difflib.get_close_matches(str(word)[:_LONGEST_WORD].casefold(), folded, n=1, cutoff=0.6)
    return f", did you mean '{folded[near[0]]}'?" if near else ""


def quoted(value: object) -> str:
    """Return a short, printable form of what the user gave (control characters escaped)."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a huge number"
    return text if len(text) <= _LONGEST_WORD else f"{text[: _LONGEST_WORD - 3]}..."


def either(options: Sequence[str]) -> str:
    """Return ``a, b or c``."""
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"


def _itself_and_parents(path: str) -> Iterable[str]:
    parts = path.split(".") if path else []
    return (".".join(parts[:count]) for count in range(len(parts), -1, -1))
