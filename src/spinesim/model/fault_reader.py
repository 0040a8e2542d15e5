"""Small faults by name, and how far a level may be turned away, of a model file."""

from __future__ import annotations

from typing import Any

from spinesim.model.nodes import Node, Table
from spinesim.model.spine import LEVELS, Fault

_TURNS = ("flexion", "right_lateral_bending", "left_axial_rotation")
_PARTS = ("muscles", "rotation_offsets", "discs", "hips", "posture", "recruitment")


def read_faults(node: Node) -> dict[str, Any]:
    """Return fields `faults` and `offset_range` of a model."""
    ranges: dict[tuple[str, str], float] = {}
    table = Table(node["offset_range"])
    for row, unit in table.rows(flexion="angle", right_lateral_bending="angle", left_axial_rotation="angle"):
        ranges |= {(row["level"].text(*LEVELS), turn): row[turn].number() * unit[turn] for turn in _TURNS}
    return {"faults": {name: _fault(name, part) for name, part in node["faults"].items()}, "offset_range": ranges}


def _fault(name: str, node: Node) -> Fault:
    takes = node["takes"]
    return Fault(
        name=name,
        description=node["description"].text(),
        sources=tuple(key for key in node.sources() if key != "modelled"),
        takes={key: takes[key].text() for key in ("side", "level") if key in takes},
        parts={key: node[key].whole() for key in _PARTS if key in node},
    )
