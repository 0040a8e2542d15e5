"""Fit the passive spine to laboratory measurements and write the parameters into the model.

Parts first: the disc's rotation laws are fitted to the discs tested alone, and stay, and what a disc loses in a cycle
follows from them; then all other numbers are fitted to all rows. Fitted together, the few rows of a part give way to
the many of whole specimens, and the part learns what other parts lack.

Objective: least squares of (spinesim - measured) / half band over the rows whose case files say `calibrated: true`,
plus the same of every parameter against its published start, (ln p / p0) / ln(spread). Large misses count less than
squared (soft L1): studies contradict one another. One set of parameters for all levels and tests; bounds are the spread
of the literature. Starts from the numbers in the model, or from the published ones. Method: damped Gauss-Newton within
the bounds (scipy.optimize.lsq_linear), slopes by differences, then a compass search, one parameter after the other:
contacts and buckling have kinks and jumps, where slopes stop short of the least cost.

Takes some eight minutes of one core.

Usage: python validation/calibrate_passive.py [--write] [--published] [--steps 4] [--rounds 2]
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import lsq_linear

import spinesim as ss
from spinesim.assembly.person import in_neutral
from spinesim.validation import Case, read_suites, run_cases

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "models" / "lumbar_male"
SOURCE = "calibrated"
NOTE = "note: validation/calibrate_passive.py"
SOURCES = r"(\[[^]]*\]|[^,}]+)"  # of one number in a file: a list or a name
PULL = 1.0  # half bands: a parameter at the edge of its spread costs as much as a row at the edge of its band
FAILED = 5.0  # half bands that a row costs whose scenario did not end well
STEP, LONGEST, HAIR = 0.03, 0.4, 1e-9  # of x: differences, longest step, least room to a bound
JUMP = 1.0  # of a half band over one difference: no slope
DAMPING = 8.0  # of the first step
REACH, FURTHER, NEARER = 0.15, 1.6, 0.4  # of x: the first try along a parameter; how it changes with success or not
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
    Parameter("lateral_b", 0.916, 1.5, "Heuer2007, Jaramillo2016 (their angles differ by a tenth)"),
    Parameter("lateral_a", 2.824, 1.3, "Heuer2007, Jaramillo2016 (their angles differ by a tenth)"),
    Parameter("axial_b", 3.338, 2.0, "Heuer2007, Jaramillo2016"),
    Parameter("axial_a", 4.833, 1.8, "Heuer2007, Jaramillo2016"),
    Parameter("core_force", 150.0, 2.0, "GardnerMorse2004, Patwardhan2003"),
    Parameter("core_share", 0.8, 1.2, "no measurement known"),
    Parameter("core_length", 0.6, 2.0, "GardnerMorse2004, Patwardhan2003; shortening at 1200 N"),
    Parameter("core_turn", 1.0, 3.0, "Patwardhan2003"),
    Parameter("linear", 1500.0, 1.7, "Long2016 (disc alone 1.28 to 2.4 kN/mm; the core adds some 0.7 of it at 500 N)"),
    Parameter("shear", 150.0, 2.0, "Miller1986 (whole segments 53 to 140), Markolf1972 (260, not read)"),
    Parameter("gap", 0.05, 2.0, "Simon2012 (the joint space is what two cartilages fill: they all but touch)"),
    Parameter("facet_toe", 0.5, 2.0, "no measurement known; surfaces that do not fit touch over a small area first"),
    Parameter("modulus", 10.0, 3.0, "Remus2021 (3.5 MPa fitted, 30 MPa at first)"),
    Parameter("tip_gap", 0.3, 3.0, "YangKing1984; no measurement known"),
    Parameter("tip_toe", 2.2, 1.25, "Inoue2020; no measurement known; shorter ones close in steps"),
    Parameter("tip_stiffness", 50.0, 1.4, "YangKing1984; no measurement known; stiffer ones close in steps"),
    Parameter("ALL", 3.0, 3.0, "Pintar1992 (whole, 37 mm), Remus2021 (over the disc, 9 times stiffer)"),
    Parameter("PLL", 1.0, 3.0, "Pintar1992"),
    Parameter("LF", 1.0, 3.0, "Pintar1992"),
    Parameter("CL", 1.0, 4.0, "Pintar1992"),
    Parameter("ISL", 1.0, 3.0, "Pintar1992"),
    Parameter("SSL", 1.0, 3.0, "Pintar1992"),
    Parameter("ITL", 1.0, 4.0, "ShiraziAdl1986"),
    Parameter("posterior_slack", 0.25, 2.5, "Hindle1990"),
    Parameter("capsule_toe", 0.25, 2.5, "ShiraziAdl1986"),
    Parameter("flavum_toe", 0.35, 2.0, "Pintar1992 (stiffness and failure strain); NachemsonEvans1968"),
    Parameter("pressure", 0.62, 1.167, "Dreischarf2013 (0.55 to 0.77 for a segment; its disc bears 94 %)"),
    Parameter("flavum_tension", 9.0, 1.65, "NachemsonEvans1968 (L3-L4 in neutral: 15 N in the young, 5 N in the old)"),
)
ROTATIONS = ("lateral", "axial", "sagittal")
DISC_ALONE = "heuer_2007_disc_alone_rotation.yaml"
SIDES = {1.0: ("ROM-052", "ROM-056"), 2.5: ("ROM-053", "ROM-057"), 5.0: ("ROM-054", "ROM-058")}  # N m: of Heuer2007
OF_DISC_ALONE = tuple(f"{name}_{letter}" for name in ROTATIONS for letter in "ba")
TOES = {"CL": "capsule_toe", "LF": "flavum_toe"}
LIGAMENTS = ("ALL", "PLL", "LF", "CL", "ISL", "SSL", "ITL")


def changed(model: ss.Model, value: dict[str, float]) -> ss.Model:
    """Return the model with the parameters in place."""
    law = replace(
        model.disc_law,
        b=tuple(value[f"{name}_b"] for name in ROTATIONS),
        a=tuple(value[f"{name}_a"] * DEG for name in ROTATIONS),
        core_force=value["core_force"],
        core_share=value["core_share"],
        core_length=value["core_length"] * 1e-3,
        core_turn=value["core_turn"],
        linear_stiffness=value["linear"] * 1e3,
        shear_stiffness=value["shear"] * 1e3,
        correction_factor=value["pressure"],
    )
    kinds = dict(model.ligament_kinds)
    for name in ("ISL", "SSL"):
        kinds[name] = replace(kinds[name], slack_strain=value["posterior_slack"])
    for name, toe in TOES.items():
        kinds[name] = replace(kinds[name], toe_strain=value[toe])
    kinds["LF"] = replace(kinds["LF"], slack_strain=-prestrain(model, value))
    for name in LIGAMENTS:
        kinds[name] = replace(kinds[name], stiffness_factor=value[name])
    facet = replace(
        model.facet_law,
        gap=value["gap"] * 1e-3,
        toe=value["facet_toe"] * 1e-3,
        modulus=value["modulus"] * 1e6,
        tip_gap=value["tip_gap"] * 1e-3,
        tip_toe=value["tip_toe"] * 1e-3,
        tip_stiffness=value["tip_stiffness"] * 1e3,
    )
    return replace(model, disc_law=law, facet_law=facet, ligament_kinds=kinds)


def loss_of_disc(model: ss.Model, value: dict[str, float], cases: list[Case]) -> float:
    """Return the share of the work of loading that the disc tested alone loses in a cycle.

    Its angles in flexion and extension differ at small moments and meet at the largest, as they do when one branch of a
    loop is read on both sides of zero. Half of the difference, times the stiffness there, is the friction r (1 - m / M)
    of `spinesim.results.specimen_curves`, by least squares. That one branch was read is assumed: no loop was seen.
    """
    entries = [row.entry for case in cases if case.file == DISC_ALONE for row in case.rows]
    angle = {entry.id: entry.value for entry in entries if entry.value is not None}
    b, a, largest = value["sagittal_b"], value["sagittal_a"], model.disc_law.last_measured_moment
    share = np.array([1.0 - m / largest for m in SIDES])
    held = np.array([0.5 * (angle[f] - angle[e]) * (m + b) / a for m, (f, e) in SIDES.items()])
    friction = float(share @ held / (share @ share))
    turn = a * math.log1p(largest / b)
    work = largest * a - b * turn
    ratio = friction * (turn - work / largest) / work
    return 2.0 * ratio / (1.0 + ratio)


def prestrain(model: ss.Model, value: dict[str, float]) -> float:
    """Return by how much of its neutral length the ligamentum flavum is shorter, slack, to hold its tension in its toe.

    A strand of length L, shorter by e L, holds k (e L)^2 / (2 t L (1 - e)) behind the toe strain t.
    """
    ratio = _flavum(model) * value["LF"] / (value["flavum_toe"] * value["flavum_tension"])
    return 0.5 * (math.sqrt(1.0 + 4.0 * ratio) - 1.0) / ratio


def _flavum(model: ss.Model) -> float:
    """Return half of k L, N, of the ligamentum flavum where its tension was measured."""
    level = next(level for level in model.levels if level.name == "L3-L4")
    strands = [strand for strand in model.strands if (strand.level, strand.ligament) == (level.name, "LF")]
    ends = [in_neutral(model, level.upper, s.upper) - in_neutral(model, level.lower, s.lower) for s in strands]
    length = float(np.mean([np.linalg.norm(end) for end in ends]))
    return 0.5 * model.ligament_properties[level.name, "LF"].stiffness * length


def present(model: ss.Model) -> dict[str, float]:
    """Return the parameters as the model holds them; the inverse of `changed`."""
    law, facet, kinds = model.disc_law, model.facet_law, model.ligament_kinds
    flavum = kinds["LF"]
    taut = flavum.toe_strain * (1.0 + flavum.slack_strain)
    value = {f"{name}_b": b for name, b in zip(ROTATIONS, law.b, strict=True)}
    value |= {f"{name}_a": a / DEG for name, a in zip(ROTATIONS, law.a, strict=True)}
    value |= {name: kinds[name].stiffness_factor for name in LIGAMENTS}
    value |= {toe: kinds[name].toe_strain for name, toe in TOES.items()}
    return value | {
        "core_force": law.core_force,
        "core_share": law.core_share,
        "core_length": law.core_length * 1e3,
        "core_turn": law.core_turn,
        "linear": law.linear_stiffness * 1e-3,
        "shear": law.shear_stiffness * 1e-3,
        "pressure": law.correction_factor,
        "gap": facet.gap * 1e3,
        "facet_toe": facet.toe * 1e3,
        "modulus": facet.modulus * 1e-6,
        "tip_gap": facet.tip_gap * 1e3,
        "tip_toe": facet.tip_toe * 1e3,
        "tip_stiffness": facet.tip_stiffness * 1e-3,
        "posterior_slack": kinds["ISL"].slack_strain,
        "flavum_tension": _flavum(model) * flavum.stiffness_factor * flavum.slack_strain**2 / taut,
    }


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


def write(model: ss.Model, value: dict[str, float]) -> None:
    """Put the numbers into the model's files, with the source `calibrated` and this script's name."""
    value = value | {"flavum_slack": -prestrain(model, value), "loss": model.disc_law.loss}
    for name, change in (("discs", _discs), ("facets", _facets), ("ligaments", _ligaments)):
        path = FOLDER / f"{name}.yaml"
        path.write_text(change(path.read_text(encoding="utf-8"), value), encoding="utf-8")


def _discs(text: str, value: dict[str, float]) -> str:
    for name in ROTATIONS:
        numbers = f"b: {value[f'{name}_b']:.4g} N*m, a: {value[f'{name}_a']:.4g} deg"
        rest = f"{numbers}, source: [{SOURCE}, Heuer2007], {NOTE}}}"
        text = _put(text, f"    {name}: {{b: ", rest, start=f"    {name}: {{")
    rows = (
        ("    force: ", "core_force", " N", "GardnerMorse2004"),
        ("    share: ", "core_share", "", "GardnerMorse2004"),
        ("    length: ", "core_length", " mm", "GardnerMorse2004"),
        ("    turn: ", "core_turn", "", "Patwardhan2003"),
        ("    linear_stiffness: ", "linear", " N/mm", "Long2016"),
        ("    loss: ", "loss", "", "Heuer2007"),
        ("    stiffness: ", "shear", " N/mm", "Miller1986"),
        ("    correction_factor: ", "pressure", "", "Dreischarf2013"),
    )
    return _put_numbers(text, value, rows)


def _facets(text: str, value: dict[str, float]) -> str:
    rows = (
        ("  gap: ", "gap", " mm", "Simon2012"),
        ("  toe: ", "facet_toe", " mm", "modelled"),
        ("  cartilage_modulus: ", "modulus", " MPa", "Remus2021"),
        ("  tip_gap: ", "tip_gap", " mm", "YangKing1984"),
        ("  tip_toe: ", "tip_toe", " mm", "Inoue2020"),
        ("  tip_stiffness: ", "tip_stiffness", " N/mm", "YangKing1984"),
    )
    return _put_numbers(text, value, rows)


def _ligaments(text: str, value: dict[str, float]) -> str:
    for name in LIGAMENTS:
        new = f"stiffness_factor: {value[name]:.4g}, factor_source: {SOURCE}"
        text = _within(text, name, r"stiffness_factor: [^,]+, factor_source: [^,}]+", new)
    slacks = {"ISL": value["posterior_slack"], "SSL": value["posterior_slack"], "LF": value["flavum_slack"]}
    for name, slack in slacks.items():
        source = "NachemsonEvans1968" if name == "LF" else "Hindle1990"
        new = f"slack_strain: {slack:.4g}, slack_source: [{SOURCE}, {source}]"
        text = _within(text, name, rf"slack_strain: [^,]+, slack_source: {SOURCES}", new)
    for name, toe in TOES.items():
        source = "Pintar1992" if name == "LF" else "ShiraziAdl1986"
        new = f"toe_strain: {value[toe]:.4g}, toe_source: [{SOURCE}, {source}]"
        text = _within(text, name, rf"toe_strain: [^,]+, toe_source: {SOURCES}", new)
    return text


def _number(value: float, unit: str, source: str) -> str:
    whole = f"value: {value:.4g}{unit}" + ("" if unit else ", unit: '1'")
    return f"{{{whole}, source: [{SOURCE}, {source}], {NOTE}}}"


def _put_numbers(text: str, value: dict[str, float], rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Return the text with the line of each row (how it begins, parameter, unit, source) written anew."""
    for key, name, unit, source in rows:
        text = _put(text, key, _number(value[name], unit, source))
    return text


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


def places(model: ss.Model) -> np.ndarray:
    """Return where the model's numbers stand, x in -1 ... 1 of each parameter."""
    value = present(model)
    return np.clip([math.log(value[p.name] / p.start) / math.log(p.spread) for p in PARAMETERS], -1.0, 1.0)


def fit(x: np.ndarray, free: np.ndarray, model: ss.Model, cases: list[Case], steps: int) -> np.ndarray:
    """Return x with the parameters numbered in `free` fitted by so many steps of Gauss and Newton."""
    r, damping = residuals(x, model, cases), DAMPING
    for step in range(steps):
        slopes = differences(x, free, r, model, cases)
        tries = []
        for factor in (0.1, 1.0, 6.0):
            y = damped_step(x, r, slopes, factor * damping)
            tries.append((y, residuals(y, model, cases), factor * damping))
        y, s, used = min(tries, key=lambda found: cost(found[1]))
        better = cost(s) < cost(r)
        x, r, damping = (y, s, used) if better else (x, r, 25.0 * damping)
        print(f"step {step + 1}: cost {cost(r):.3f}, damping {damping:g}", flush=True)
    return x


def compass(x: np.ndarray, free: np.ndarray, model: ss.Model, cases: list[Case], rounds: int) -> np.ndarray:
    """Return x after so many rounds of trying each free parameter alone, farther where that has helped and nearer where
    not.

    A parameter is tried first the way that helped last.
    """
    reach, least = np.full(len(x), REACH), cost(residuals(x, model, cases))
    for n in range(rounds):
        for i in free:
            for sign in (1.0, -1.0):
                y = x.copy()
                y[i] = np.clip(x[i] + sign * reach[i], -1.0, 1.0)
                found = cost(residuals(y, model, cases)) if y[i] != x[i] else least
                if found < least:
                    x, least, reach[i] = y, found, sign * FURTHER * reach[i]
                    break
            else:
                reach[i] *= NEARER
        print(f"round {n + 1}: cost {least:.3f}", flush=True)
    return x


def differences(x: np.ndarray, free: np.ndarray, r: np.ndarray, model: ss.Model, cases: list[Case]) -> np.ndarray:
    """Return dr/dx (residual, parameter) by one-sided differences, inwards at the upper bound; zero where not free.

    A residual that jumps, as the load at which a column buckles does when a joint closes, is taken as flat.
    """
    slopes = np.zeros((len(r), len(x)))
    for n in free:
        h = STEP if x[n] + STEP <= 1.0 else -STEP
        moved = x.copy()
        moved[n] += h
        change = residuals(moved, model, cases) - r
        slopes[:, n] = np.where(np.abs(change) < JUMP, change, 0.0) / h
    return slopes


def damped_step(x: np.ndarray, r: np.ndarray, slopes: np.ndarray, damping: float) -> np.ndarray:
    """Return the place within the bounds that makes least the weighted squares, and a damping times those of the way.

    A weight (1 + r^2)^-1/2 on each square makes the slope of the sum that of `cost`.
    """
    weight = (1.0 + r * r) ** -0.25
    matrix = np.vstack([weight[:, None] * slopes, math.sqrt(damping) * np.eye(len(x))])
    aim = np.concatenate([-weight * r, np.zeros(len(x))])
    # A bound may not lie on its opposite: where x is at one, the way to it is a hair.
    way = lsq_linear(matrix, aim, bounds=(-1.0 - x - HAIR, 1.0 - x + HAIR)).x
    return np.clip(x + np.clip(way, -LONGEST, LONGEST), -1.0, 1.0)


def cost(r: np.ndarray) -> float:
    """Return what the fit makes least: sum of sqrt(1 + r^2) - 1, the soft L1 of the residuals (half bands)."""
    return float((np.sqrt(1.0 + r**2) - 1.0).sum())


def main() -> int:
    """Fit and print; with --write, change the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--published", action="store_true", help="start from the published numbers")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    model, suite = ss.load_model(), read_suites(["in_vitro"])
    cases = fitted_rows(suite)
    of_part = np.array([p.name in OF_DISC_ALONE for p in PARAMETERS])
    x = np.zeros(len(PARAMETERS)) if arguments.published else places(model)
    for free, rows in (
        (np.flatnonzero(of_part), [case for case in cases if case.file == DISC_ALONE]),
        (np.flatnonzero(~of_part), cases),
    ):
        x = compass(fit(x, free, model, rows, arguments.steps), free, model, rows, arguments.rounds)
        value = {p.name: p.value(e) for p, e in zip(PARAMETERS, x, strict=True)}
        model = replace(model, disc_law=replace(model.disc_law, loss=loss_of_disc(model, value, suite)))
    print(f"loss {model.disc_law.loss:.4g}, from the disc alone")
    for parameter, e in zip(PARAMETERS, x, strict=True):
        told = f"from {parameter.start:g} ({parameter.source}), x {e:+.2f}"
        print(f"{parameter.name:16s} {value[parameter.name]:8.4g}  {told}")
    report(x, model, cases)
    if arguments.write:
        write(model, value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
