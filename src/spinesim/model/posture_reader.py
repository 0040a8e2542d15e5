"""Postures, rhythm, ranges and supports of a model file."""

from __future__ import annotations

from typing import Any

from spinesim.model.nodes import Node, Table
from spinesim.model.spine import Preset, Rhythm, SupportPoint

ANGLES = (
    "trunk_inclination", "lumbar_flexion", "right_lateral_bending", "left_axial_rotation", "thigh_inclination",
    "knee_flexion", "shoulder_flexion", "shoulder_abduction", "elbow_flexion",
)  # fmt: skip


def read_posture(node: Node) -> dict[str, Any]:
    """Return the posture fields of a model."""
    supports = {
        row["name"].text(): SupportPoint(
            row["name"].text(),
            row["body"].text("thorax"),
            row["position"].point(unit["position"]),
            row["direction"].point(1.0),
            row["limit"].number() * unit["limit"],
        )  # fmt: skip
        for row, unit in Table(node["supports"]).rows(position="length", limit="force")
    }
    heights = {
        row["name"].text(): row["height"].number() * unit["height"]
        for row, unit in Table(node["load_heights"]).rows(height="number")
    }
    return {
        "rhythms": _rhythms(node["rhythm"]),
        "level_shares": {name: _shares(share) for name, share in node["level_shares"].items()},
        "twist_share": node["trunk_twist"]["lumbar_share"].quantity("number"),
        "ranges": {
            row["name"].text(): (row["low"].number() * unit["low"], row["high"].number() * unit["high"])
            for row, unit in Table(node["range"]).rows(low="angle", high="angle")
        },
        "presets": _presets(node["presets"], supports),
        "supports": supports,
        "load_heights": heights,
    }


def _rhythms(node: Node) -> dict[str, Rhythm]:
    factor = {name: node["units"][name].factor("angle") for name in ("trunk", "lumbar")}
    rhythms = {}
    for name, curve in node.items():
        if name == "units":
            continue
        curve.sources()
        trunk, lumbar = (tuple(factor[key] * v for v in curve[key].numbers()) for key in ("trunk", "lumbar"))
        if len(trunk) != len(lumbar) or list(trunk) != sorted(trunk):
            raise curve.fail("trunk and lumbar need as many angles, trunk rising")
        rhythms[name] = Rhythm(trunk, lumbar)
    return rhythms


def _shares(node: Node) -> tuple[float, ...]:
    node.sources()
    values = node["values"].numbers(6)
    return tuple(value / sum(values) for value in values)


def _presets(node: Node, supports: dict[str, SupportPoint]) -> dict[str, Preset]:
    units = {name: node["units"][name].factor("angle") for name in ANGLES}
    presets = {}
    for row in node["rows"].list():
        row.sources()
        name = row["name"].text()
        contact = row["contact"].text("feet", "seat", "bed")
        named = tuple(item.text(*supports) for item in row["supports"].list()) if "supports" in row else ()
        if named and contact != "seat":
            raise row.fail("supports of the trunk are solved for sitting postures only")
        presets[name] = Preset(
            name=name,
            description=row["description"].text(),
            contact=contact,
            orientation=row["orientation"].text("supine", "prone", "right_side") if "orientation" in row else "upright",
            angles={key: row[key].number() * units[key] for key in ANGLES if key in row},
            supports=named,
            support_right=row["support_right"].number() / 100.0 if "support_right" in row else None,
        )
    return presets
