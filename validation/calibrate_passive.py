"""Fit the passive spine to laboratory measurements and write the parameters into the model.

Objective: least squares of (spinesim - measured) / half band over the rows whose case files say `calibrated: true`,
plus a weak pull of every parameter towards its published start, (ln p / p0) / ln(spread). One set of parameters for all
levels and tests; bounds are the spread of the literature. Method: scipy.optimize.least_squares (trust region).

Usage: python validation/calibrate_passive.py [--write] [--evaluations 12]
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

import spinesim as ss
from spinesim.validation import Case, read_suites, run_cases

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "models" / "lumbar_male"
SOURCE = "calibrated"
PULL = 0.3  # of a half band: what a parameter at the edge of its spread costs
FAILED = 5.0  # half bands that a row costs whose scenario did not end well
DEG = math.pi / 180.0


@dataclass(frozen=True)
class Parameter:
    """A positive number of the model, fitted in its logarithm; `spread` is the factor either way that sources leave."""

    name: str
    start: float
    spread: float
    source: str

    def value(self, x: float) -> float:
        """Return the number at a fitted x in -1 ... 1."""
        return self.start * self.spread**x


PARAMETERS = (
    Parameter("sagittal_b", 1.162, 2.5, "Heuer2007, Jaramillo2016"),
    Parameter("sagittal_a", 5.019, 1.6, "Heuer2007, Jaramillo2016"),
    Parameter("lateral_b", 0.916, 2.5, "Heuer2007, Jaramillo2016"),
    Parameter("lateral_a", 2.824, 1.6, "Heuer2007, Jaramillo2016"),
    Parameter("axial_b", 3.338, 2.0, "Heuer2007, Jaramillo2016"),
    Parameter("axial_a", 4.833, 1.8, "Heuer2007, Jaramillo2016"),
    Parameter("slenderness", 1.0, 2.5, "Yamamoto1989 (ranges of motion by level)"),
    Parameter("gain", 0.6, 1.3, "Patwardhan2003; more makes a bent disc unstable"),
    Parameter("shear", 260.0, 1.3, "Markolf1972"),
    Parameter("gap", 0.5, 5.0, "Remus2021 (models use 0.1 to 0.6 mm)"),
    Parameter("modulus", 4.5, 3.0, "Remus2021"),
    Parameter("ALL", 1.0, 4.0, "Pintar1992 (tenfold between laboratories)"),
    Parameter("PLL", 1.0, 3.0, "Pintar1992"),
    Parameter("LF", 1.0, 3.0, "Pintar1992"),
    Parameter("CL", 1.0, 4.0, "Pintar1992"),
    Parameter("ISL", 1.0, 3.0, "Pintar1992"),
    Parameter("SSL", 1.0, 3.0, "Pintar1992"),
    Parameter("ITL", 1.0, 4.0, "ShiraziAdl1986"),
    Parameter("posterior_slack", 0.25, 2.5, "Hindle1990"),
    Parameter("capsule_toe", 0.25, 2.5, "ShiraziAdl1986"),
)
ROTATIONS = ("lateral", "axial", "sagittal")
LIGAMENTS = ("ALL", "PLL", "LF", "CL", "ISL", "SSL", "ITL")


def changed(model: ss.Model, value: dict[str, float]) -> ss.Model:
    """Return the model with the parameters in place."""
    law = replace(
        model.disc_law,
        b=tuple(value[f"{name}_b"] for name in ROTATIONS),
        a=tuple(value[f"{name}_a"] * DEG for name in ROTATIONS),
        slenderness=value["slenderness"],
        gain=value["gain"],
        shear_stiffness=value["shear"] * 1e3,
    )
    kinds = dict(model.ligament_kinds)
    for name in ("ISL", "SSL"):
        kinds[name] = replace(kinds[name], slack_strain=value["posterior_slack"])
    kinds["CL"] = replace(kinds["CL"], toe_strain=value["capsule_toe"])
    for name in LIGAMENTS:
        kinds[name] = replace(kinds[name], stiffness_factor=value[name])
    facet = replace(model.facet_law, gap=value["gap"] * 1e-3, modulus=value["modulus"] * 1e6)
    return replace(model, disc_law=law, facet_law=facet, ligament_kinds=kinds)


def fitted_rows(cases: list[Case]) -> list[Case]:
    """Return the cases with the rows marked calibrated alone."""
    kept = [replace(case, rows=tuple(row for row in case.rows if row.entry.calibrated)) for case in cases]
    return [case for case in kept if case.rows]


def residuals(x: np.ndarray, model: ss.Model, cases: list[Case]) -> np.ndarray:
    """Return misses in half bands, then the pulls."""
    value = {p.name: p.value(e) for p, e in zip(PARAMETERS, x, strict=True)}
    own = changed(model, value)
    validation = run_cases(cases, solve=lambda scenario: ss.simulate(scenario, model=own))
    return np.array([_miss(row) for row in validation.rows] + [PULL * e for e in x])


def _miss(row: Any) -> float:
    entry = row.entry
    if row.spinesim is None or not math.isfinite(row.spinesim):
        return FAILED
    low, high = entry.low, entry.high
    middle = entry.value if entry.value is not None else 0.5 * (low + high)
    return float(np.clip((row.spinesim - middle) / (0.5 * (high - low)), -10.0, 10.0))


def report(x: np.ndarray, model: ss.Model, cases: list[Case]) -> None:
    """Print every fitted row with its miss in half bands."""
    rows = [row.entry for case in cases for row in case.rows]
    for row, miss in zip(rows, residuals(x, model, cases), strict=False):
        print(f"{row.id:10s} {miss:+6.2f}  {row.quantity}")


def write(value: dict[str, float]) -> None:
    """Put the numbers into the model's files, with the source `calibrated` and this script's name."""
    note = "note: validation/calibrate_passive.py"
    discs, facets, ligaments = (FOLDER / f"{name}.yaml" for name in ("discs", "facets", "ligaments"))
    text = discs.read_text(encoding="utf-8")
    for name in ROTATIONS:
        numbers = f"b: {value[f'{name}_b']:.4g} N*m, a: {value[f'{name}_a']:.4g} deg"
        text = _put(
            text, f"    {name}: {{b: ", f"{numbers}, source: [{SOURCE}, Heuer2007], {note}}}", start=f"    {name}: {{"
        )
    for key, name, unit, source in (
        ("    gain: ", "gain", "", "Patwardhan2003"),
        ("    slenderness: ", "slenderness", "", "Yamamoto1989"),
        ("    stiffness: ", "shear", " N/mm", "Markolf1972"),
    ):
        text = _put(text, key, _number(value[name], unit, source, note))
    discs.write_text(text, encoding="utf-8")
    text = facets.read_text(encoding="utf-8")
    for key, name, unit in (("  gap: ", "gap", " mm"), ("  cartilage_modulus: ", "modulus", " MPa")):
        text = _put(text, key, _number(value[name], unit, "Remus2021", note))
    facets.write_text(text, encoding="utf-8")
    text = ligaments.read_text(encoding="utf-8")
    for name in LIGAMENTS:
        text = _within(
            text,
            name,
            r"stiffness_factor: [^,]+, factor_source: [^,}]+",
            f"stiffness_factor: {value[name]:.4g}, factor_source: {SOURCE}",
        )
    for name in ("ISL", "SSL"):
        text = _within(
            text,
            name,
            r"slack_strain: [^,]+, slack_source: (\[[^]]*\]|[^,}]+)",
            f"slack_strain: {value['posterior_slack']:.4g}, slack_source: [{SOURCE}, Hindle1990]",
        )
    text = _within(
        text,
        "CL",
        r"toe_strain: [^,]+, toe_source: (\[[^]]*\]|[^,}]+)",
        f"toe_strain: {value['capsule_toe']:.4g}, toe_source: [{SOURCE}, ShiraziAdl1986]",
    )
    ligaments.write_text(text, encoding="utf-8")


def _number(value: float, unit: str, source: str, note: str) -> str:
    whole = f"value: {value:.4g}{unit}" + ("" if unit else ", unit: '1'")
    return f"{{{whole}, source: [{SOURCE}, {source}], {note}}}"


def _put(text: str, key: str, rest: str, start: str | None = None) -> str:
    """Return the text with the one line that begins with `key` written anew."""
    lines = text.splitlines()
    found = [n for n, line in enumerate(lines) if line.startswith(key)]
    if len(found) != 1:
        raise SystemExit(f"{key!r} begins {len(found)} lines")
    lines[found[0]] = (start or key) + rest
    return "\n".join(lines) + "\n"


def _within(text: str, name: str, pattern: str, piece: str) -> str:
    """Return the text with a piece of a ligament's line written anew."""
    lines = text.splitlines()
    for n, line in enumerate(lines):
        if line.startswith(f"  {name}: {{name"):
            lines[n], count = re.subn(pattern, piece, line)
            if count == 1:
                return "\n".join(lines) + "\n"
    raise SystemExit(f"no such piece of {name}: {pattern}")


def main() -> int:
    """Fit and print; with --write, change the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--evaluations", type=int, default=12)
    arguments = parser.parse_args()
    model, cases = ss.load_model(), fitted_rows(read_suites(["in_vitro"]))
    # Steps of the differences are relative to the unknown: shifted by 2 it is never 0.
    found = least_squares(
        lambda y: residuals(y - 2.0, model, cases),
        np.full(len(PARAMETERS), 2.0),
        bounds=(1.0, 3.0),
        diff_step=0.01,
        max_nfev=arguments.evaluations,
        verbose=2,
    )
    value = {p.name: p.value(e) for p, e in zip(PARAMETERS, found.x - 2.0, strict=True)}
    for parameter, e in zip(PARAMETERS, found.x - 2.0, strict=True):
        told = f"from {parameter.start:g} ({parameter.source}), x {e:+.2f}"
        print(f"{parameter.name:16s} {value[parameter.name]:8.4g}  {told}")
    report(found.x - 2.0, model, cases)
    if arguments.write:
        write(value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
