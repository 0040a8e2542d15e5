"""Postures, rhythm, ranges and supports of a model file."""

from __future__ import annotations

from typing import Any

from spinesim.model.nodes import Node, Table
from spinesim.model.spine import LevelShares, Preset, Rhythm, SupportPoint

ANGLES = (
    "trunk_inclination", "lumbar_flexion", "right_lateral_bending", "left_axial_rotation", "thigh_inclination",
    "knee_flexion", "shoulder_flexion", "shoulder_abduction", "elbow_flexion",
)  # fmt: skip
ORIENTATIONS = ("upright", "supine", "prone", "right_side")


def read_posture(node: Node) -> dict[str, Any]:
    """Return how people move: rhythm, shares of the levels, couplings, ranges and heights of the hands."""
    heights = {
        row["name"].text(): row["height"].number() * unit["height"]
        for row, unit in Table(node["load_heights"]).rows(height="number")
    }
    return {
        "rhythms": _rhythms(node["rhythm"]),
        "level_shares": {name: _level_shares(share) for name, share in node["level_shares"].items()},
        "couplings": {
            (name, other): _signs(signs)
            for name, others in node["couplings"].items()
            for other, signs in others.items()
        },
        **_upright_curve(node["upright_curve"]),
        "twist_share": node["trunk_twist"]["lumbar_share"].quantity("number"),
        "ranges": {
            row["name"].text(): (row["low"].number() * unit["low"], row["high"].number() * unit["high"])
            for row, unit in Table(node["range"]).rows(low="angle", high="angle")
        },
        "load_heights": heights,
    }


def read_postures(node: Node) -> dict[str, Any]:
    """Return the named postures and the contacts they lean on."""
    supports = {
        row["name"].text(): SupportPoint(
            row["name"].text(),
            row["body"].text("thorax"),
            row["position"].point(unit["position"]),
            row["direction"].point(1.0),
            row["limit"].number() * unit["limit"],
        )
        for row, unit in Table(node["supports"]).rows(position="length", limit="force")
    }
    presets = [_preset(row, tuple(supports)) for row in node["presets"]["rows"].list()]
    return {"presets": {preset.name: preset for preset in presets}, "supports": supports}


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
        rhythms[name] = Rhythm(trunk, lumbar, _assumed_or_sourced(curve["spread"], "number"))
    return rhythms


def _level_shares(node: Node) -> LevelShares:
    others = node["others"].list() if "others" in node else []
    return LevelShares(_shares(node), {study: _shares(other) for other in others for study in other.sources()})


def _shares(node: Node) -> tuple[float, ...]:
    node.sources()
    values = node["values"].numbers(6)
    return tuple(value / sum(values) for value in values)


def _upright_curve(node: Node) -> dict[str, Any]:
    """Return what standing adds to the lordosis of lying, by level, and the flexion over which it fades."""
    node["added"].sources()
    factor = node["added"]["unit"].factor("angle")
    return {
        "upright_curve": tuple(factor * value for value in node["added"]["values"].numbers(6)),
        "curve_fades": node["fades"].quantity("angle"),
    }


def _signs(node: Node) -> tuple[float, ...]:
    node.sources()
    signs = node["signs"].numbers(6)
    if not set(signs) <= {-1.0, 0.0, 1.0}:
        raise node["signs"].fail("needs signs: -1, 0 or 1")
    return signs


def _preset(row: Node, supports: tuple[str, ...]) -> Preset:
    angles = dict(row["angles"].items()) if "angles" in row else {}
    if not angles:
        row.sources()
    for name in angles:
        if name not in ANGLES:
            raise row["angles"].fail(f"unknown angle '{name}' (there are {', '.join(ANGLES)})")
    contact = row["contact"].text("feet", "seat", "bed")
    named = tuple(item.text(*supports) for item in row["supports"].list()) if "supports" in row else ()
    if named and contact == "feet":
        raise row.fail("supports of the trunk are solved for people on a seat or a bed only")
    return Preset(
        name=row["name"].text(),
        description=row["description"].text(),
        contact=contact,
        orientation=row["orientation"].text(*ORIENTATIONS) if "orientation" in row else "upright",
        angles={name: _assumed_or_sourced(angle, "angle") for name, angle in angles.items()},
        supports=named,
        support_right=row["support_right"].number() / 100.0 if "support_right" in row else None,
        arms_carried=_assumed_or_sourced(row["arms_carried"], "fraction") if "arms_carried" in row else 0.0,
    )


def _assumed_or_sourced(node: Node, dimension: Any) -> float:
    """Return a quantity that has a study, or a note that says what it is assumed from."""
    if "modelled" in node.sources() and ("note" not in node or not node["note"].text().startswith("assumed, because")):
        raise node.fail("a modelled number needs a note that begins with 'assumed, because'")
    return node.quantity(dimension)
