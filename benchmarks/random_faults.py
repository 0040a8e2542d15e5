"""Random combinations of small faults: every one must end in a named status, whatever it asks.

Usage: python benchmarks/random_faults.py [--count 10000] [--seed 0]

Prints how many ended how, and every scenario that raised or whose numbers are not finite though it converged; exit code
1 then.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import yaml

import spinesim as ss

Plain = dict[str, Any]
Rng = np.random.Generator
LEVELS = ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
TURNS = ("flexion", "right_lateral_bending", "left_axial_rotation")
WAYS = ("adduction", "abduction", "internal_rotation", "external_rotation")  # flexion and extension: the faults
SIDES = ("left", "right", "both")
LIGAMENTS = ("ALL", "PLL", "SSL", "ISL")
OUTCOMES = ("converged", "reserve_used", "not_converged", "unstable")
MUST_BE_FINITE = ("joint_compression", "facet_force", "group_force", "stability_eigenvalue")


def combination(rng: Rng, model: Any) -> Plain:
    """Return a person with any of: faults, offsets, deficits, changed discs, ligaments, facets and hips, a load."""
    parts = {
        "faults": _faults(rng, model),
        "rotation_offsets": _offsets(rng, model),
        "muscles": _deficits(rng, model),
        "discs": [_disc(rng, level) for level in _some(rng, LEVELS, 2)],
        "ligaments": [
            {"ligament": name, "level": _one(rng, LEVELS), "removed": True} for name in _some(rng, LIGAMENTS, 2)
        ],
        "facets": [_facet(rng, level) for level in _some(rng, LEVELS, 1)],
        "hips": [_hip(rng, way) for way in _some(rng, WAYS, 2)],
        "loads": [_load(rng)] if rng.random() < 0.4 else [],
    }
    scenario: Plain = {"format": 1, "name": "Random faults", "posture": _posture(rng)}
    scenario |= {name: part for name, part in parts.items() if part}
    if rng.random() < 0.2:
        scenario["recruitment"] = {"stability_margin": f"{rng.uniform(0, 60):.1f} N*m/rad"}
    return scenario


def _facet(rng: Rng, level: str) -> Plain:
    return {"level": level, "side": _one(rng, SIDES), "gap": f"{rng.uniform(0, 2):.2f} mm"}


def _disc(rng: Rng, level: str) -> Plain:
    bulge = {"bulge": {"side": _one(rng, SIDES), "depth": f"{rng.uniform(0, 8):.2f} mm"}} if rng.random() < 0.5 else {}
    return {"level": level, "degeneration": int(rng.integers(1, 6)), **bulge}


def _hip(rng: Rng, way: str) -> Plain:
    stiffer = {"stiffness": f"{rng.uniform(0, 400):.1f} %"} if way == WAYS[0] else {}
    return {"side": _one(rng, SIDES), f"lost_{way}": f"{rng.uniform(0, 20):.1f} deg", **stiffer}


def _load(rng: Rng) -> Plain:
    return {"kind": "held", "mass": f"{rng.uniform(0, 20):.1f} kg", "hands": _one(rng, SIDES)}


def _one(rng: Rng, options: Any) -> Any:
    return options[int(rng.integers(len(options)))]


def _some(rng: Rng, options: Any, most: int) -> list[Any]:
    """Return none to `most` different ones."""
    return [options[i] for i in rng.permutation(len(options))[: int(rng.integers(0, most + 1))]]


def _posture(rng: Rng) -> Plain:
    preset = _one(rng, ("standing", "standing", "single_leg", "sitting_unsupported", "supine"))
    solved = {"lumbopelvic_rhythm": "solved"} if preset != "supine" and rng.random() < 0.1 else {}
    if preset != "standing":
        return {"preset": preset} | solved
    angles = {"trunk_inclination": (0, 80), "right_lateral_bending": (-15, 15), "left_axial_rotation": (-25, 25)}
    bent = {name: f"{rng.uniform(low, high):.2f} deg" for name, (low, high) in angles.items()}
    return {"preset": preset} | bent | solved


def _faults(rng: Rng, model: Any) -> list[Plain]:
    """Return one fault or none: not what acts in motion only, and no rhythm, which sitting and lying have none of."""
    left_out = ("transversus_late", "low_back_pain", "low_back_pain_rhythm")
    name = _one(rng, [name for name in model.faults if name not in left_out])
    takes = model.faults[name].takes
    fault: Plain = {"name": name}
    if "side" in takes:
        fault["side"] = _one(rng, SIDES)
    if "level" in takes:
        fault["level"] = _one(rng, ("L1", "L2", "L3", "L4", "L5"))
    return [fault] if rng.random() < 0.5 else []


def _offsets(rng: Rng, model: Any) -> list[Plain]:
    offsets = []
    for level in _some(rng, LEVELS, 3):
        turn = _one(rng, TURNS)
        most = min(float(np.degrees(model.offset_range[level, turn])), 5.0)
        cause = _one(rng, ("postural", "structural"))
        offsets.append({"level": level, turn: f"{rng.uniform(-most, most):.3f} deg", "cause": cause})
    return offsets


def _deficits(rng: Rng, model: Any) -> list[Plain]:
    """Return inhibitions of muscles that the faults leave alone."""
    groups = [group for group in model.groups if not group.startswith(("glut", "multi", "trans", "ham"))]
    return [
        {"group": group, "side": _one(rng, SIDES[:2]), "inhibition": f"{rng.uniform(0, 100):.1f} %"}
        for group in _some(rng, groups, 4)
    ]


def odd_ones(count: int, seed: int, ends: Counter[str]) -> Iterator[str]:
    """Solve so many combinations, count how they end, and yield what is wrong with any."""
    rng, model = np.random.default_rng(seed), ss.load_model()
    for _ in range(count):
        scenario = combination(rng, model)
        try:
            result = ss.simulate(scenario)
        except ss.PostureError:
            ends["posture refused"] += 1
            continue
        except Exception as error:  # whatever it is, the scenario that caused it must be told
            ends["raised"] += 1
            yield f"{type(error).__name__}: {error}\n{yaml.safe_dump(scenario)}"
            continue
        status = str(result.attrs["status"])
        ends[status] += 1
        finite = all(bool(np.isfinite(result[name]).all()) for name in MUST_BE_FINITE)
        if status not in OUTCOMES or not result.attrs["status_message"] or (status == "converged" and not finite):
            yield f"{status}\n{yaml.safe_dump(scenario)}"


def main() -> int:
    """Solve, count and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    ends: Counter[str] = Counter()
    odd = list(odd_ones(asked.count, asked.seed, ends))
    print("\n\n".join(odd))
    print(", ".join(f"{count} {end}" for end, count in ends.most_common()))
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
