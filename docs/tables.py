"""Tables of the manual and the README, each made from a run: nothing in them is typed by hand."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

import spinesim as ss
from spinesim.validation import Validation
from spinesim.validation.summary import summarise
from spinesim.validation.words import band, number

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "models" / "lumbar_male"
WORST = 2  # rows of each kind
NAMES = {"in_vitro": "specimens in the laboratory", "in_vivo": "living people"}
Cells = Iterable[object]


def markdown(head: Sequence[str], rows: Iterable[Cells]) -> str:
    """Return a table; bars in cells are kept from parting them."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def stamp() -> str:
    """Return what the generated parts were made from; a test compares it with the files of today."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "validation" / "cases").rglob("*.yaml")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return f"Made by `make readme` from model `{ss.load_model().digest}` and cases `{digest.hexdigest()[:16]}`."


def script(name: str) -> ModuleType:
    """Return a script of validation/ as a module; scripts there import one another."""
    folder = str(ROOT / "validation")
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location(name, ROOT / "validation" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def share(counts: Mapping[str, int]) -> str:
    """Return ``7 of 20 (35 %)``, or a dash without rows."""
    if not counts["rows"]:
        return "-"
    return f"{counts['inside']} of {counts['rows']} ({100.0 * counts['inside'] / counts['rows']:.0f} %)"


def suites(validation: Validation) -> str:
    """Return the counts of the suites: of all rows, of calibrated and untouched, and of read and unverified ones."""
    rows = []
    for suite in dict.fromkeys(case.suite for case in validation.cases):
        s = summarise(of_suite(validation, suite))
        shares = (share(s[part]) for part in ("calibrated", "untouched", "read", "unverified"))
        rows.append((NAMES[suite], s["studies"], share(s), *shares, s["failed"]))
    head = (
        "suite",
        "studies",
        "inside",
        "calibrated rows",
        "untouched rows",
        "figures read",
        "unverified",
        "not solved",
    )
    return markdown(head, rows)


def kinds(validation: Validation) -> str:
    """Return the counts by kind."""
    rows = [
        (k["title"], share(k["calibrated"]), share(k["untouched"]), k["outside"], k["failed"])
        for k in summarise(validation)["by_kind"]
    ]
    return markdown(("kind", "calibrated inside", "untouched inside", "outside", "not solved"), rows)


def of_suite(validation: Validation, suite: str) -> Validation:
    """Return the part of a run that belongs to a suite; its outcomes are those its own cases ask for."""
    cases = [case for case in validation.cases if case.suite == suite]
    keys = {situation.key for case in cases for situation in case.situations.values()}
    rows = [row for row in validation.rows if row.case.suite == suite]
    return Validation(cases, rows, {key: value for key, value in validation.solved.items() if key in keys})


def worst(validation: Validation) -> str:
    """Return the worst rows of each kind, rows that could not be solved first."""
    found = []
    for kind in summarise(validation)["by_kind"]:
        missed = [row for row in validation.rows if row.entry.kind == kind["kind"] and row.verdict != "inside"]
        missed.sort(key=lambda row: (row.miss is not None, -(row.miss or 0.0), row.entry.id))
        found += [_worst_row(kind["title"], row) for row in missed[:WORST]]
    return markdown(("kind", "row", "quantity", "band", "spinesim", "off by, bands", "why"), found)


def _worst_row(title: str, row: Any) -> Cells:
    entry = row.entry
    unit = "" if entry.unit == "1" else f" {entry.unit.replace('*', ' ')}"
    off = "not solved" if row.miss is None else f"{row.miss:.2f}"
    why = row.reason or entry.explained or "-"
    quantity = f"{entry.quantity} ({row.case.entry.study})"
    return (title, entry.id, quantity, band(entry.low, entry.high) + unit, number(row.spinesim), off, why)


def fitted() -> str:
    """Return every number of the model whose source says `calibrated`."""
    rows = [row for path in sorted(MODEL.glob("*.yaml")) for row in _fitted_of(path)]
    if not rows:
        return "No number of the model is marked calibrated: all are as published."
    return markdown(("file", "number", "value", "sources"), rows)


def _fitted_of(path: Path) -> Iterator[Cells]:
    for place, node in _nodes(yaml.safe_load(path.read_text(encoding="utf-8")), ()):
        source = node.get("source")
        if isinstance(source, Mapping):
            for column in (name for name, keys in source.items() if _is_fitted(keys)):
                values = [row[column] for row in node.get("rows", []) if column in row]
                unit = node.get("units", {}).get(column, "")
                yield path.name, ".".join((*place, column)), f"{_list(values)} {unit}".strip(), _keys(source[column])
            continue
        yield from _own_sources(path, place, node)
        if _is_fitted(source):
            values = {k: v for k, v in node.items() if k not in ("source", "note", "rows", "units", "range", "unit")}
            yield path.name, ".".join(place), _values(values), _keys(source)


def _own_sources(path: Path, place: tuple[str, ...], node: Mapping[str, Any]) -> Iterator[Cells]:
    """Yield numbers with a source key of their own, such as slack_strain with slack_source."""
    for key in (key for key in node if key.endswith("_source") and _is_fitted(node[key])):
        word = key.removesuffix("_source")
        for name in (n for n in node if word in n.split("_") and not n.endswith("_source")):
            yield path.name, ".".join((*place, name)), node[name], _keys(node[key])


def _nodes(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        yield place, node
        for key, value in node.items():
            yield from _nodes(value, (*place, str(key)))


def _is_fitted(source: Any) -> bool:
    return "calibrated" in ([source] if isinstance(source, str) else source or [])


def _keys(source: Any) -> str:
    return ", ".join([source] if isinstance(source, str) else source)


def _values(values: Mapping[str, Any]) -> str:
    if set(values) == {"value"}:
        return str(values["value"])
    return ", ".join(f"{key} {value}" for key, value in values.items())


def _list(values: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values))


def bounds() -> str:
    """Return what the calibration may change, from where and how far."""
    rows = [
        (f"`{p.name}`", f"{p.start:g}", f"{p.value(-1.0):.3g} to {p.value(1.0):.3g}", p.source)
        for p in script("calibrate_passive").PARAMETERS
    ]
    return markdown(("parameter", "published start", "bounds", "spread from"), rows)


def calibration_rows(validation: Validation) -> str:
    """Return how many rows of each study the calibration used."""
    used = [row.case.entry.study for row in validation.rows if row.entry.calibrated]
    if not used:
        return "No row is marked calibrated."
    total = f"{len(used)} of {len(validation.rows)} rows are used, of {len(set(used))} studies: "
    return total + ", ".join(f"{study} ({used.count(study)})" for study in dict.fromkeys(used)) + "."


def sensitivity() -> str:
    """Return the table of validation/sensitivity.py."""
    own = script("sensitivity")
    return own.table(own.outcomes())


def muscles_fitted() -> str:
    """Return the global numbers of muscles and abdominal pressure as the model has them, with their bounds."""
    model = ss.load_model()
    rows = []
    for p in script("calibrate_in_vivo").PARAMETERS:
        name, unit = (*p.name.split(", "), "")[:2]
        unit = f" {unit.replace('^2', '²').replace('^3', '³')}".rstrip()
        rows.append((name, f"{p.own(model):.3g}{unit}", f"{p.low:g} to {p.high:g}{unit}", p.source))
    return markdown(("number", "fitted", "bounds", "from"), rows)


def rows_of_people(validation: Validation) -> str:
    """Return how many rows of living people the fit used."""
    used = sum(row.entry.calibrated for row in validation.rows)
    return (
        f"The fit used {used} of the {len(validation.rows)} rows of living people, marked calibrated and counted apart."
    )
