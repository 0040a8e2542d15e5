"""Vary the few numbers that move every posture, one at a time, and see what the comparison with Wilke 1999 does.

Ranges are those of the literature; where none was found, the row says "assumed". Nothing is fitted, nothing written.

Usage: python validation/sensitivity.py          (prints the table of docs/trust.md)
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import spinesim as ss
from spinesim.files import MODEL_BYTES, MODEL_NODES, data_dir, read_yaml
from spinesim.model import Model
from spinesim.scenario import Scenario
from spinesim.validation import Case, Validation, read_suites, run_cases

FILE = "wilke_1999_pressure.yaml"
NEWTON_PER_CM2 = 1e4
GROUPS = read_yaml(data_dir("models") / "lumbar_male" / "muscles.yaml", MODEL_BYTES, MODEL_NODES).data["groups"]
WALL = tuple(name for name, group in GROUPS.items() if group.get("tension") == "abdominal_wall")
FRONT = tuple(name for name, group in GROUPS.items() if group.get("passive") == "front")
Change = Callable[[Model], Model]


@dataclass(frozen=True)
class Setting:
    """One number at one place of its range: a change of the model, of the scenarios (dotted keys), or both.

    Parameters
    ----------
    name, value : str
        What is varied, and to what.
    source : str
        Where the value comes from.
    model : callable
        From the shipped model to the changed one.
    scenario : dict
        Changes of every scenario.
    """

    name: str
    value: str
    source: str
    model: Change = lambda model: model
    scenario: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """How the comparison came out: errors in MPa by row, pressure in standing, worst ratio to it, tasks not solved."""

    setting: Setting
    errors: Mapping[str, float]
    standing: float
    worst: float
    worst_task: str
    failed: int


def specific_tension(value: float) -> Change:
    """Set the specific tension of the trunk but for the abdominal wall, N/cm^2."""

    def change(model: Model) -> Model:
        new = value * NEWTON_PER_CM2
        trunk = set(model.trunk_groups) - {*WALL, "transversus_abdominis"}
        fascicles = tuple(replace(f, specific_tension=new) if f.group in trunk else f for f in model.fascicles)
        return replace(model, fascicles=fascicles, specific_tension_trunk=new)

    return change


def wall_tension(value: float) -> Change:
    """Set the specific tension of the abdominal wall, N/cm^2."""

    def change(model: Model) -> Model:
        new = value * NEWTON_PER_CM2
        fascicles = tuple(replace(f, specific_tension=new) if f.group in WALL else f for f in model.fascicles)
        return replace(model, fascicles=fascicles, specific_tension_wall=new)

    return change


def passive(factor: float) -> Change:
    """Multiply the stiffness of the paraspinal fibres (the law that is linear beyond its toe)."""

    def change(model: Model) -> Model:
        return replace(model, fascicles=tuple(_stiffer(f, factor) for f in model.fascicles))

    return change


def _stiffer(fascicle: Any, factor: float) -> Any:
    law = fascicle.passive
    if law.kind != "toe_linear" or fascicle.group in FRONT:
        return fascicle
    return replace(fascicle, passive=replace(law, parameters=(law.parameters[0] * factor, *law.parameters[1:])))


def textbook(model: Model) -> Model:
    """Give the fibres of the trunk the textbook curve that the hips have."""
    general = next(f.passive for f in model.fascicles if f.passive.kind != "toe_linear")
    return replace(
        model,
        fascicles=tuple(replace(f, passive=general) if f.passive.kind == "toe_linear" else f for f in model.fascicles),
    )


def curve(factor: float) -> Change:
    """Multiply what standing adds to the curve of the unloaded spine, at all levels alike."""
    return lambda model: replace(model, upright_curve=tuple(factor * angle for angle in model.upright_curve))


def part(name: str, **values: float) -> Change:
    """Set numbers of one law of the model, in SI units."""
    return lambda model: replace(model, **{name: replace(getattr(model, name), **values)})


SETTINGS = (
    Setting("specific tension of the trunk", "46 N/cm²", "Christophy2012", specific_tension(46.0)),
    Setting("specific tension of the trunk", "100 N/cm²", "Bruno2015", specific_tension(100.0)),
    Setting("specific tension of the abdominal wall", "46 N/cm²", "Christophy2012", wall_tension(46.0)),
    Setting("specific tension of the abdominal wall", "100 N/cm²", "Bruno2015", wall_tension(100.0)),
    Setting("tone of an upright trunk", "0.9 %", "Cholewicki1997", part("recruitment", tone=0.009)),
    Setting("tone of an upright trunk", "2.5 %", "Cholewicki1997", part("recruitment", tone=0.025)),
    Setting("recruitment power p", "2", "the usual squares", scenario={"recruitment.p": 2}),
    Setting("recruitment power p", "3", "CrowninshieldBrand1981", scenario={"recruitment.p": 3}),
    Setting("passive paraspinal fibres", "half", "assumed, no range was found", passive(0.5)),
    Setting("passive paraspinal fibres", "double", "assumed, no range was found", passive(2.0)),
    Setting("passive paraspinal fibres", "textbook curve", "Thelen2003", textbook),
    Setting("diaphragm area", "243 cm²", "McGillNorman1987", part("breath", area=243e-4)),
    Setting("diaphragm area", "300 cm²", "McGillNorman1987, others in its note", part("breath", area=300e-4)),
    Setting("pressure at 120 N m", "2 kPa", "Bo2020", part("breath", effort_pressure=2e3)),
    Setting("pressure at 120 N m", "10 kPa", "Bo2020", part("breath", effort_pressure=1e4)),
    Setting("cost of settling", "1", "assumed, a cost is not measured", part("recruitment", settle_cost=1.0)),
    Setting("cost of settling", "10", "assumed, a cost is not measured", part("recruitment", settle_cost=10.0)),
    Setting("bracing at greatest pressure", "5 %", "assumed, no range was found", part("recruitment", bracing=0.05)),
    Setting("bracing at greatest pressure", "30 %", "assumed, no range was found", part("recruitment", bracing=0.3)),
    Setting("what standing adds to the curve", "half", "Kimura2001: least SD of its angles, 1.4 deg", curve(0.5)),
    Setting("what standing adds to the curve", "1.5 times", "Kimura2001: least SD of its angles, 1.4 deg", curve(1.5)),
    Setting("area of the L4-L5 disc", "the model's, at his height", "Remus2021", scenario={"subject.disc_area": None}),
    Setting("area of the L4-L5 disc", "18 cm²", "Wilke1999", scenario={"subject.disc_area": "18 cm^2"}),
    Setting("pressure by force, correction", "0.55", "Dreischarf2013", part("disc_law", correction_factor=0.55)),
    Setting("pressure by force, correction", "0.77", "Dreischarf2013", part("disc_law", correction_factor=0.77)),
)  # fmt: skip
SHIPPED = Setting("as shipped", "", "")


def wilke_cases() -> list[Case]:
    """Return the case of the study's first paper, which holds all its static tasks."""
    return [case for case in read_suites(["in_vivo"]) if case.file == FILE]


def outcome(setting: Setting, cases: list[Case], model: Model) -> Outcome:
    """Solve all tasks with one number changed."""
    own = setting.model(model)

    def solve(scenario: Scenario) -> Any:
        return ss.simulate(scenario.replace(setting.scenario or {}), model=own)

    return judged(setting, run_cases(cases, solve=solve))


def judged(setting: Setting, validation: Validation) -> Outcome:
    """Return error and worst ratio over the tasks that were solved."""
    pressures = [row for row in validation.rows if row.entry.kind == "intradiscal_pressure"]
    solved = [row for row in pressures if row.spinesim is not None]
    errors = {row.entry.id: float(row.spinesim or 0.0) - float(row.entry.value or 0.0) for row in solved}
    ratios = {
        row.entry.quantity: float(row.spinesim) / float(row.entry.value or 1.0)
        for row in validation.rows
        if row.entry.kind == "pressure_ratio" and row.spinesim is not None
    }
    worst = max(ratios, key=lambda name: abs(math.log(max(ratios[name], 1e-6))), default="")
    standing = next((row.spinesim for row in solved if row.entry.id == "WILKE1999-01"), None)
    return Outcome(
        setting,
        errors,
        math.nan if standing is None else standing,
        ratios.get(worst, math.nan),
        worst.removeprefix("L4-L5, ").removesuffix(", by relaxed standing"),
        len(pressures) - len(solved),
    )


def outcomes(settings: tuple[Setting, ...] = SETTINGS) -> list[Outcome]:
    """Return the shipped model's outcome first, then one for each setting."""
    cases, model = wilke_cases(), ss.load_model()
    return [outcome(setting, cases, model) for setting in (SHIPPED, *settings)]


def rms(errors: Iterable[float]) -> float:
    """Return the root mean square; not a number when there is none."""
    squares = [e * e for e in errors]
    return math.sqrt(math.fsum(squares) / len(squares)) if squares else math.nan


def table(found: list[Outcome]) -> str:
    """Return the outcomes as a table of the manual; the last column is over the tasks that all lines solve."""
    shared = set.intersection(*(set(o.errors) for o in found))
    head = ("number", "set to", "range from", "standing, MPa", "not solved", "worst ratio, of the measured one")
    head += ("RMSE of the solved, MPa",)
    lines = [[*head, f"RMSE of {len(shared)} that all lines solve, MPa"], ["---"] * (len(head) + 1)]
    for o in found:
        s, worst = o.setting, f"{o.worst:.2f}, {o.worst_task}"
        errors = (f"{rms(o.errors.values()):.2f}", f"{rms(o.errors[name] for name in shared):.2f}")
        lines.append([s.name, s.value, s.source, f"{o.standing:.2f}", str(o.failed), worst, *errors])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> int:
    """Print the table."""
    print(table(outcomes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
