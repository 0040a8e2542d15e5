"""Discs, facets and ligaments of a model file."""

from __future__ import annotations

from typing import Any

from spinesim.model.nodes import Node, Table
from spinesim.model.spine import (
    CHAIN,
    HIP_WAYS,
    LEVELS,
    Disc,
    DiscLaw,
    FacetJoint,
    FacetLaw,
    FasciaBand,
    HipLaw,
    LigamentKind,
    LigamentProperty,
    Strand,
)


def read_discs(node: Node) -> dict[str, Any]:
    """Return fields `discs` and `disc_law` of a model."""
    discs = tuple(
        Disc(
            row["level"].text(*LEVELS),
            row["area"].positive() * unit["area"],
            row["depth"].positive() * unit["depth"],
            row["width"].positive() * unit["width"],
            _heights(row["height"], unit["height"]),
        )
        for row, unit in Table(node["levels"]).rows(area="area", depth="length", width="length", height="length")
    )
    return {"discs": discs, "disc_law": _disc_law(node["laws"])}


def _heights(node: Node, factor: float) -> tuple[float, float, float]:
    """Return height in front, in the middle and behind."""
    for height in node.list():
        height.positive()
    return node.point(factor)


def _disc_law(laws: Node) -> DiscLaw:
    axial, rotation, preload, pressure = (
        laws[name] for name in ("axial", "rotation", "preload_stiffening", "pressure")
    )
    turns = [rotation[name] for name in ("lateral", "axial", "sagittal")]
    for turn in turns:
        turn.sources()
    bx, by, bz = (turn["b"].plain("moment") for turn in turns)
    ax, ay, az = (turn["a"].plain("angle") for turn in turns)
    rise = pressure["rise"]
    rise.sources()
    at = rise["at"].plain("moment")
    flexion, extension, lateral, twist = (
        rise[name].plain("pressure") / at for name in ("flexion", "extension", "lateral", "axial")
    )
    return DiscLaw(
        initial_stiffness=axial["initial_stiffness"].positive_quantity("stiffness"),
        linear_stiffness=axial["linear_stiffness"].positive_quantity("stiffness"),
        toe_length=axial["toe_length"].positive_quantity("length"),
        shear_stiffness=laws["shear"]["stiffness"].positive_quantity("stiffness"),
        b=(bx, by, bz),
        a=(ax, ay, az),
        last_measured_moment=rotation["last_measured_moment"].quantity("moment"),
        loss=laws["hysteresis"]["loss"].quantity("number"),
        reference_level=rotation["reference_level"].text(*LEVELS),
        core_share=preload["share"].quantity("number"),
        core_length=preload["length"].quantity("length"),
        core_force=preload["force"].quantity("force"),
        core_turn=preload["turn"].quantity("number"),
        swelling=pressure["swelling"].quantity("pressure"),
        correction_factor=pressure["correction_factor"].positive_quantity("number"),
        rise=(flexion, extension, lateral, twist),
        rise_fades_with=pressure["rise_fades_with"].quantity("force"),
        grade_height=_grades(laws["degeneration"]["height"]),
        grade_nucleus=_grades(laws["degeneration"]["nucleus"]),
        nucleus_share=laws["degeneration"]["nucleus_share"].quantity("fraction"),
        **_bulge(laws["bulge"]),
    )


def _bulge(node: Node) -> dict[str, float]:
    lost = node["lost"]
    lost.sources()
    mass = lost["per"].plain("mass")
    return {
        "tissue_density": node["density"].quantity("density"),
        "bulge_height": lost["height"].plain("length") / mass,
        "bulge_rim": lost["rim"].plain("length") / mass,
        "bulge_pressure": lost["pressure"].plain("fraction") / mass,
    }


def _grades(node: Node) -> tuple[float, ...]:
    node.sources()
    return tuple(node[f"grade_{n}"].plain("fraction") for n in range(1, 6))


def read_facets(node: Node) -> dict[str, Any]:
    """Return fields `facets` and `facet_law` of a model."""
    law = node["law"]
    facets = tuple(
        FacetJoint(
            row["level"].text(*LEVELS),
            row["centre"].point(unit["centre"]),
            row["transverse_angle"].number() * unit["transverse_angle"],
            row["elevation"].number() * unit["elevation"],
            row["radius"].positive() * unit["radius"],
            row["area"].positive() * unit["area"],
        )
        for row, unit in Table(node["levels"]).rows(
            centre="length", transverse_angle="angle", elevation="angle", radius="length", area="area"
        )
    )
    return {
        "facets": facets,
        "facet_law": FacetLaw(
            law["gap"].quantity("length"),
            law["cartilage_modulus"].positive_quantity("pressure"),
            law["cartilage_thickness"].positive_quantity("length"),
            law["toe"].positive_quantity("length"),
            law["tip_gap"].quantity("length"),
            law["tip_stiffness"].positive_quantity("stiffness"),
            law["tip_toe"].positive_quantity("length"),
            law["tip_area"].positive_quantity("area"),
        ),
    }


def read_ligaments(node: Node) -> dict[str, Any]:
    """Return the ligament and fascia fields of a model."""
    kinds = {}
    for name, kind in node["kinds"].items():
        for key in ("name", "toe_source", "slack_source", "stiffness_source", "factor_source"):
            kind[key]
        kinds[name] = LigamentKind(
            name, kind["toe_strain"].number(), kind["slack_strain"].number(), kind["stiffness_factor"].number()
        )
    properties = {
        (row["level"].text(*LEVELS), row["ligament"].text(*kinds)): LigamentProperty(
            row["stiffness"].positive() * unit["stiffness"], row["failure"].positive() * unit["failure"]
        )
        for row, unit in Table(node["properties"]).rows(stiffness="stiffness", failure="length")
    }
    strands = tuple(
        Strand(
            row["level"].text(*LEVELS),
            row["ligament"].text(*kinds),
            row["side"].text("right", "middle"),
            row["upper"].point(unit["upper"]),
            row["lower"].point(unit["lower"]),
        )
        for row, unit in Table(node["strands"]).rows(upper="length", lower="length")
    )
    fascia = tuple(
        FasciaBand(
            row["name"].text(),
            row["upper_body"].text(*CHAIN),
            row["upper"].point(unit["upper"]),
            row["lower_body"].text(*CHAIN),
            row["lower"].point(unit["lower"]),
            row["stiffness"].number() * unit["stiffness"],
            row["failure"].number() * unit["failure"],
        )
        for row, unit in Table(node["fascia"]).rows(
            upper="length", lower="length", stiffness="stiffness", failure="length"
        )
    )
    return {"ligament_kinds": kinds, "ligament_properties": properties, "strands": strands, "fascia": fascia}


def read_hips(node: Node) -> dict[str, Any]:
    """Return the field `hips` of a model."""
    return {"hips": {way: _hip_law(node["passive"][way]) for way in HIP_WAYS}}


def _hip_law(node: Node) -> HipLaw:
    node.sources()
    return HipLaw(node["moment"].plain("moment"), node["angle"].plain("angle"), node["growth"].plain("angle"))
