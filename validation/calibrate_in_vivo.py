"""Fit the few global numbers of muscles and abdominal pressure to people, and write them into the model.

Objective: soft L1 of (spinesim - measured) / half band over the rows whose case files say `calibrated: true`, plus a
weak pull of every parameter towards the published start. All other rows stay unseen. Bounds are the spread of the
literature, or said to be assumed. No parameter belongs to a posture or a task. Method: trust region within the bounds
(scipy.optimize.least_squares), slopes by differences.

Usage: python validation/calibrate_in_vivo.py [--write] [--evaluations 20]
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares
from sensitivity import NEWTON_PER_CM2, Change, part, passive, specific_tension

import spinesim as ss
from spinesim.model import Model
from spinesim.validation import Case, read_suites, run_cases
from spinesim.validation.judge import Judged

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "models" / "lumbar_male"
PULL = 0.5  # of a half band: what a parameter costs that went all the way from one bound to the other
FAILED = 5.0  # half bands that a row costs whose scenario did not end well
FARTHEST = 10.0  # half bands that a row costs at most
STEP = 0.03  # of x: differences
ROOM = 0.02  # least distance of the first x from a bound
KPA = 1e3


@dataclass(frozen=True)
class Parameter:
    """A positive number of the model, fitted in its logarithm between bounds.

    Parameters
    ----------
    name, source : str
        What it is, and where its bounds come from.
    start, low, high : float
        In the unit it is written in; the fit is pulled towards the start, what the sources have or what was assumed.
    own : callable
        Its value in a model.
    change : callable
        From its value to a change of the model.
    lines : tuple of (str, str, str, float)
        Where it stands: file, section, key, and the factor on it there.
    """

    name: str
    start: float
    low: float
    high: float
    source: str
    own: Callable[[Model], float]
    change: Callable[[float], Change]
    lines: tuple[tuple[str, str, str, float], ...]

    def value(self, x: float) -> float:
        """Return the number at x in 0 (low) ... 1 (high)."""
        return self.low * (self.high / self.low) ** x

    def place(self, value: float) -> float:
        """Return where a number lies; the inverse of `value`, kept within the bounds."""
        return float(np.clip(math.log(value / self.low) / math.log(self.high / self.low), 0.0, 1.0))


def paraspinal_modulus(model: Model) -> float:
    """Return the modulus of erector spinae fibres, kPa."""
    fascicle = next(f for f in model.fascicles if f.group == "longissimus_pars_thoracis")
    return fascicle.passive.parameters[0] / KPA


PARAMETERS = (
    Parameter(
        "tone, %", 1.7, 0.9, 2.5, "Cholewicki1997", lambda m: 100.0 * m.recruitment.tone,
        lambda v: part("recruitment", tone=0.01 * v), (("recruitment", "", "tone", 1.0),),
    ),
    Parameter(
        "specific tension, N/cm^2", 60.0, 46.0, 85.0, "Christophy2012; over 450 N m beyond",
        lambda m: m.specific_tension_trunk / NEWTON_PER_CM2, specific_tension,
        (("muscles", "specific_tension", "trunk", 1.0),),
    ),
    Parameter(
        "paraspinal fibres, kPa", 60.0, 60.0, 240.0, "Ward2009b: bundles; whole muscles are stiffer, Ward2020",
        paraspinal_modulus,
        lambda v: lambda m: passive(v / paraspinal_modulus(m))(m),
        (("muscles", "passive_laws", "paraspinal", 1.0), ("muscles", "passive_laws", "multifidus", 91.0 / 60.0)),
    ),
    Parameter(
        "pressure at 120 N*m, kPa", 5.0, 2.0, 10.0, "Bo2020; seven studies of lifts",
        lambda m: m.breath.effort_pressure / KPA, lambda v: part("breath", effort_pressure=v * KPA),
        (("breath", "effort", "pressure", 1.0),),
    ),
    Parameter(
        "threshold of pressure, N*m", 60.0, 54.0, 70.0, "Marras1996: 54, and the upright body's own",
        lambda m: m.breath.effort_threshold, lambda v: part("breath", effort_threshold=v),
        (("breath", "effort", "threshold", 1.0),),
    ),
    Parameter(
        "cost of settling", 1.0, 0.3, 10.0, "assumed; below, L2 tilts by 8 deg under 20 kg held far",
        lambda m: m.recruitment.settle_cost,
        lambda v: part("recruitment", settle_cost=v), (("recruitment", "settling", "cost", 1.0),),
    ),
    Parameter(
        "cost of leaning on a seat", 0.05, 0.01, 0.3, "assumed", lambda m: m.recruitment.seat_cost,
        lambda v: part("recruitment", seat_cost=v), (("recruitment", "rhythm", "seat_cost", 1.0),),
    ),
    Parameter(
        "bracing, %", 15.0, 5.0, 30.0, "Cholewicki2002; the range assumed", lambda m: 100.0 * m.recruitment.bracing,
        lambda v: part("recruitment", bracing=0.01 * v), (("recruitment", "", "bracing", 1.0),),
    ),
)  # fmt: skip


def changed(model: Model, x: np.ndarray) -> Model:
    """Return the model with the parameters at x."""
    for parameter, share in zip(PARAMETERS, x, strict=True):
        model = parameter.change(parameter.value(share))(model)
    return model


def fitted_rows(cases: list[Case]) -> list[Case]:
    """Return the cases with the rows marked calibrated alone."""
    kept = [replace(case, rows=tuple(row for row in case.rows if row.entry.calibrated)) for case in cases]
    return [case for case in kept if case.rows]


def judged(model: Model, cases: list[Case]) -> list[Judged]:
    """Return every row of the cases with the model's number."""
    return run_cases(cases, model=model).rows


def residuals(x: np.ndarray, model: Model, cases: list[Case]) -> np.ndarray:
    """Return misses in half bands, then the pulls."""
    pulls = [PULL * (share - p.place(p.start)) for p, share in zip(PARAMETERS, x, strict=True)]
    return np.array([miss(row) for row in judged(changed(model, x), cases)] + pulls)


def miss(row: Judged) -> float:
    """Return how far a row is from the middle of its band, in half bands; the value where the study gives one."""
    low, high = row.entry.low, row.entry.high
    if row.spinesim is None or low is None or high is None:
        return FAILED
    middle = row.entry.value if row.entry.value is not None else 0.5 * (low + high)
    return float(np.clip((row.spinesim - middle) / (0.5 * (high - low)), -FARTHEST, FARTHEST))


def fit(model: Model, cases: list[Case], evaluations: int) -> np.ndarray:
    """Return the fitted x of each parameter, from the model's own."""
    start = np.array([p.place(p.own(model)) for p in PARAMETERS])
    found = least_squares(
        residuals, np.clip(start, ROOM, 1.0 - ROOM), bounds=(0.0, 1.0), args=(model, cases), loss="soft_l1",
        diff_step=STEP, max_nfev=evaluations, verbose=2,
    )  # fmt: skip
    return found.x


def write(x: np.ndarray) -> None:
    """Put the numbers into the model's files, where they stand."""
    for parameter, share in zip(PARAMETERS, x, strict=True):
        for file, section, key, factor in parameter.lines:
            path = FOLDER / f"{file}.yaml"
            text = path.read_text(encoding="utf-8")
            path.write_text(put(text, section, key, factor * parameter.value(share)), encoding="utf-8")


def put(text: str, section: str, key: str, value: float) -> str:
    """Return the text with the number of a key's line written anew; an empty section is the top of the file."""
    lines, inside, wanted = text.splitlines(), not section, f"  {key}: " if section else f"{key}: "
    for n, line in enumerate(lines):
        if section and line and not line[0].isspace() and not line.startswith("#"):
            inside = line.startswith(f"{section}:")
        if inside and line.startswith(wanted):
            lines[n] = re.sub(r"((?:value|modulus): )[0-9.e+-]+", rf"\g<1>{value:.4g}", line, count=1)
            return "\n".join(lines) + "\n"
    raise SystemExit(f"no {key!r} in {section or 'the file'!r}")


def main() -> int:
    """Fit and print; with --write, change the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--evaluations", type=int, default=20)
    arguments = parser.parse_args()
    model, cases = ss.load_model(), fitted_rows(read_suites(["in_vivo"]))
    x = fit(model, cases, arguments.evaluations)
    for parameter, share in zip(PARAMETERS, x, strict=True):
        told = f"was {parameter.own(model):.4g}, {parameter.low:g} to {parameter.high:g} ({parameter.source})"
        print(f"{parameter.name:28s} {parameter.value(share):8.4g}  {told}")
    for row in judged(changed(model, x), cases):
        print(f"{row.entry.id:16s} {miss(row):+6.2f}  {row.entry.quantity}")
    if arguments.write:
        write(x)
    return 0


if __name__ == "__main__":
    sys.exit(main())
