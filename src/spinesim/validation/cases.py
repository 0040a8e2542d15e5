"""Case files: one published experiment each, checked when read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, model_validator

from spinesim.citations import load_bibliography
from spinesim.errors import InputError, Problem, did_you_mean, in_order, quoted
from spinesim.files import Document, data_dir
from spinesim.reading import scan_yaml
from spinesim.schema import WHOLE_NUMBER, Frozen, Name, Text, validate
from spinesim.units import unit_measures
from spinesim.validation.kinds import load_kinds
from spinesim.validation.measure import Leaf, Measure, MeasureError, dims_of
from spinesim.validation.measure_reader import MeasureReader
from spinesim.validation.situations import Situation, SituationReader

SUITES = ("in_vitro", "in_vivo")
MOST_ROWS = 1000
_NAME = re.compile(r"[a-z][a-z0-9_]*")
Confidence = Literal["read_in_source", "verified", "unverified"]
End = Literal["unstable", "not_converged", "reserve_used"]
Number = Annotated[float, Field(strict=True)]


def _kind(name: str) -> str:
    return _one_of(name, load_kinds(), "kind")


def _study(name: str) -> str:
    return _one_of(name, load_bibliography(), "source")


def _one_of(name: str, options: Iterable[str], what: str) -> str:
    if name in options:
        return name
    raise InputError(f"unknown {what} {quoted(name)}{did_you_mean(name, options)}")


def _unit(text: str) -> str:
    unit_measures(text)
    return text


class RowEntry(Frozen):
    """One published number, as written; see validation/README.md for the keys."""

    id: Name
    kind: Annotated[Name, AfterValidator(_kind)]
    quantity: Name
    measure: Any
    value: Number | None = None
    unit: Annotated[Name, AfterValidator(_unit)]
    low: Number | None = None
    high: Number | None = None
    band: Name
    calibrated: StrictBool = False
    confidence: Confidence | None = None
    accept: tuple[End, ...] = ()
    note: Text = ""
    explained: Text = ""

    @model_validator(mode="after")
    def _band_holds_value(self) -> RowEntry:
        edges = [edge for edge in (self.low, self.value, self.high) if edge is not None]
        if self.low is None and self.high is None:
            raise InputError("needs low, high or both")
        if self.value is None and (self.low is None or self.high is None):
            raise InputError("needs a value, or both low and high")
        if edges != sorted(edges) or (self.low is not None and self.low == self.high):
            raise InputError("needs low <= value <= high, and low below high")
        return self


class CurveEntry(Frozen):
    """A curve of the report, as written."""

    title: Name
    x: Any
    y: Any
    rows: Annotated[tuple[Name, ...], Field(max_length=MOST_ROWS)] = ()


class CaseEntry(Frozen):
    """A case file, as written."""

    format: Annotated[Literal[1], WHOLE_NUMBER]
    study: Annotated[Name, AfterValidator(_study)]
    title: Name
    where: Name
    method: Text
    confidence: Confidence
    scenarios: Annotated[dict[str, Any], Field(min_length=1, max_length=200)]
    rows: Annotated[tuple[RowEntry, ...], Field(min_length=1, max_length=MOST_ROWS)]
    curves: Annotated[tuple[CurveEntry, ...], Field(max_length=100)] = ()


@dataclass(frozen=True)
class Row:
    """A row with its measure; `scale` is one of its unit in SI units."""

    entry: RowEntry
    measure: Measure
    scale: float
    confidence: Confidence


@dataclass(frozen=True)
class Curve:
    """A curve with its measures, whose leaves are taken at every step."""

    title: str
    x: Measure
    y: Measure
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One published experiment.

    Parameters
    ----------
    suite, file : str
        Its suite and the name of its file.
    entry : CaseEntry
        What the file says.
    situations : mapping of str to Situation
        Its scenarios by name.
    rows, curves : tuple
        Its rows and curves.
    """

    suite: str
    file: str
    entry: CaseEntry
    situations: Mapping[str, Situation]
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]


def cases_folder() -> Path:
    """Return the folder of the shipped suites."""
    return data_dir("validation") / "cases"


def read_suites(suites: Sequence[str] = SUITES, folder: Path | None = None) -> list[Case]:
    """Return all cases of suites, by suite and file name.

    Parameters
    ----------
    suites : sequence of str
        Names of folders.
    folder : path, optional
        Where they are; the shipped ones when left out.

    Raises
    ------
    InputError
        With all problems of all files at once, ids used twice among them.
    """
    top = cases_folder() if folder is None else folder
    found: list[Case] = []
    problems: list[Problem] = []
    for suite in suites:
        for path in sorted((top / suite).glob("*.yaml")):
            try:
                found.append(read_case(path, suite))
            except InputError as error:
                problems += error.problems
    problems += _twice(found)
    if problems:
        raise InputError(problems)
    return found


def read_case(path: str | os.PathLike[str], suite: str = "") -> Case:
    """Return the case of one file.

    Raises
    ------
    InputError
        With every problem in the file: file, line, column and key path.
    """
    document, problems = scan_yaml(path)
    found = list(problems)
    try:
        entry = validate(CaseEntry, document.data, document.origin)
    except InputError as error:
        found += [problem for problem in error.problems if problem.path not in {p.path for p in problems}]
        entry = None
    raw = document.data if isinstance(document.data, Mapping) else {}
    situations, reader, more = _situations(document, raw)
    found += more
    measures = _read_measures(document, raw, reader)
    found += [document.problem(message, path) for message, path in reader.problems]
    if entry is not None:
        found += _meaning(document, entry, measures)
    if found or entry is None:
        raise InputError(sorted(dict.fromkeys(found), key=in_order))
    return _case(suite, Path(path).name, entry, situations, measures)


def _situations(
    document: Document, raw: Mapping[str, Any]
) -> tuple[dict[str, Situation], MeasureReader, list[Problem]]:
    scenarios = raw.get("scenarios")
    scenarios = scenarios if isinstance(scenarios, Mapping) else {}
    reader = SituationReader(document, scenarios, str(raw.get("study", ""))[:80])
    situations = reader.read()
    named = [name for name in scenarios if not _NAME.fullmatch(name) or len(name) > 60]
    bad = [document.problem("needs a name of lower-case letters, digits and _", ("scenarios", name)) for name in named]
    # A scenario that is wrong is known by name, so that its measures are not refused for it as well.
    known = {name: reader.data.get(name, {}) for name in scenarios}
    return situations, MeasureReader(known), [*reader.problems, *bad]


def _read_measures(
    document: Document, raw: Mapping[str, Any], reader: MeasureReader
) -> dict[tuple[str | int, ...], Measure]:
    """Return every measure that could be read, by its path."""
    measures: dict[tuple[str | int, ...], Measure] = {}
    for path, data in _measure_places(raw):
        measure = reader.read(data, path)
        if measure is None:
            continue
        try:
            dims_of(measure)
        except MeasureError as error:
            reader.problems.append((str(error), path))
            continue
        measures[path] = measure
    return measures


def _measure_places(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for kind, keys in (("rows", ("measure",)), ("curves", ("x", "y"))):
        items = raw.get(kind)
        for n, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, Mapping):
                yield from (((kind, n, key), item[key]) for key in keys if key in item)


def _meaning(
    document: Document, entry: CaseEntry, measures: Mapping[tuple[str | int, ...], Measure]
) -> Iterator[Problem]:
    """Yield what is wrong between the parts of a file."""
    for n, row in enumerate(entry.rows):
        measure = measures.get(("rows", n, "measure"))
        if measure is not None and dict(unit_measures(row.unit)[1]) != dict(dims_of(measure)):
            what = f"{measure.variable} in {measure.unit}" if isinstance(measure, Leaf) else "of another dimension"
            message = f"the unit {quoted(row.unit)} does not fit the measure, which is {what}"
            yield document.problem(message, f"rows.{n}.unit")
    yield from _id_problems(document, entry)


def _id_problems(document: Document, entry: CaseEntry) -> Iterator[Problem]:
    ids = [row.id for row in entry.rows]
    for n, row in enumerate(entry.rows):
        if row.id in ids[:n]:
            yield document.problem(f"the id {quoted(row.id)} is there twice", f"rows.{n}.id")
    for n, curve in enumerate(entry.curves):
        for m, name in enumerate(curve.rows):
            if name not in ids:
                hint = did_you_mean(name, ids)
                yield document.problem(f"there is no row {quoted(name)} in this file{hint}", f"curves.{n}.rows.{m}")


def _case(
    suite: str,
    file: str,
    entry: CaseEntry,
    situations: Mapping[str, Situation],
    measures: Mapping[tuple[str | int, ...], Measure],
) -> Case:
    rows = tuple(
        Row(row, measures["rows", n, "measure"], unit_measures(row.unit)[0], row.confidence or entry.confidence)
        for n, row in enumerate(entry.rows)
    )
    curves = tuple(
        Curve(curve.title, measures["curves", n, "x"], measures["curves", n, "y"], curve.rows)
        for n, curve in enumerate(entry.curves)
    )
    return Case(suite, file, entry, situations, rows, curves)


def _twice(cases: Iterable[Case]) -> Iterator[Problem]:
    """Yield the ids that two files use."""
    first: dict[str, str] = {}
    for case in cases:
        name = f"{case.suite}/{case.file}"
        for row in case.rows:
            other = first.setdefault(row.entry.id, name)
            if other != name:
                yield Problem(f"the id {quoted(row.entry.id)} is in {other} too", "", name)
