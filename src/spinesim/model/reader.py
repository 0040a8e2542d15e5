"""Model files to frozen objects. Units end here; every table must name units and sources."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from spinesim.model import passive_reader
from spinesim.model.fault_reader import read_faults
from spinesim.model.nodes import Node, Table, collect_sources
from spinesim.model.posture_reader import read_posture, read_postures
from spinesim.model.spine import (
    CHAIN,
    Arms,
    Body,
    BreathLaw,
    Fascicle,
    Level,
    Model,
    PassiveLaw,
    RecruitmentLaw,
    Reference,
    SubjectLaw,
)
from spinesim.model.uncertainty import in_shares, read_uncertainties
from spinesim.reading import read_yaml

MODEL_BYTES = 8_000_000
MODEL_NODES = 400_000


def read_model(path: str | os.PathLike[str]) -> Model:
    """Read a model from its file (`model.yaml` with the parts it names beside it).

    Raises
    ------
    InputError
        Naming file, line and key of the first thing that is wrong.
    """
    head_file = Path(path)
    head = Node(document := read_yaml(head_file, MODEL_BYTES, MODEL_NODES), document.data)
    if head["format"].value != 1:
        raise head["format"].fail("only format 1 of model files is known")
    digest = hashlib.sha256(head.document.text.encode())
    fields: dict[str, Any] = {}
    sources = set(collect_sources(head.value))
    for part in head["parts"].list():
        name = Path(part.text()).stem
        if name not in READERS:
            raise part.fail(f"unknown part {name!r}, known are {', '.join(READERS)}")
        document = read_yaml(head_file.parent / Path(part.text()).name, MODEL_BYTES, MODEL_NODES)
        digest.update(document.text.encode())
        sources.update(() if name == "faults" else collect_sources(document.data))  # owed where a scenario has them
        node = Node(document, document.data)
        fields.update(READERS[name](node))
        node.check_all_read()
    missing = [name for name in READERS if f"{name}.yaml" not in head["parts"].value]
    if missing:
        raise head["parts"].fail(f"missing parts: {', '.join(missing)}")
    model = Model(
        name=head["name"].text(),
        description=head["description"].text(),
        digest=digest.hexdigest()[:16],
        sources=tuple(sorted(sources - {"modelled", "calibrated"})),
        reference=_reference(head["reference_subject"]),
        **fields,
    )
    head.check_all_read()
    return replace(model, uncertainties=tuple(in_shares(model, entry) for entry in model.uncertainties))


def _reference(node: Node) -> Reference:
    node.sources()
    return Reference(
        node["sex"].text("male", "female"),
        node["height"].plain("length"),
        node["mass"].plain("mass"),
        node["age"].plain("time"),
    )


def _segments(node: Node) -> dict[str, Any]:
    bodies = {}
    columns = Table(node["bodies"]).rows(position="length", tilt="angle", mass="mass", center_of_mass="length")
    for row, unit in columns:
        name = row["name"].text(*CHAIN, "thigh_right", "shank_right")
        bodies[name] = Body(
            name,
            row["position"].point(unit["position"]),
            row["tilt"].number() * unit["tilt"],
            row["mass"].positive() * unit["mass"],
            row["center_of_mass"].point(unit["center_of_mass"]),
        )
    levels = tuple(
        Level(
            row["level"].text(),
            row["upper"].text(*CHAIN),
            row["lower"].text(*CHAIN),
            row["center"].point(unit["center"]),
            row["disc_tilt"].number() * unit["disc_tilt"],
        )  # fmt: skip
        for row, unit in Table(node["levels"]).rows(center="length", disc_tilt="angle")
    )
    landmarks = {
        row["name"].text(): (row["body"].text(*CHAIN), row["position"].point(unit["position"]))
        for row, unit in Table(node["landmarks"]).rows(position="length")
    }
    outlines = {
        row["body"].text(*CHAIN): (
            row["depth"].number() * unit["depth"],
            row["front"].number() * unit["front"],
            row["back"].number() * unit["back"],
        )
        for row, unit in Table(node["outlines"]).rows(depth="length", front="length", back="length")
    }
    return {
        "bodies": bodies, "arms": _arms(node["arms"]), "levels": levels, "landmarks": landmarks, "outlines": outlines,
        "hip": node["hips"]["center"].vector("length"), "knee": node["knee"]["center"].vector("length"),
        "ankle": node["knee"]["ankle"].vector("length"), "abdomen_origin": node["abdomen"]["origin"].vector("length"),
        "abdomen_share": node["abdomen"]["turn_share"].quantity("number"),
    }  # fmt: skip


def _arms(node: Node) -> Arms:
    parts = [node[name] for name in ("upper_arm", "forearm", "hand")]
    for part in parts:
        part.sources()

    def three(read: Callable[[Node], float]) -> tuple[float, float, float]:
        a, b, c = (read(part) for part in parts)
        return a, b, c

    return Arms(
        three(lambda p: p["length_per_stature"].number()),
        three(lambda p: p["mass"].plain("mass")),
        three(lambda p: p["center"].number()),
        node["rigid_reach"].quantity("length"),
    )


def _muscles(node: Node) -> dict[str, Any]:
    tension = {name: law.quantity("pressure") for name, law in node["specific_tension"].items()}
    laws = {name: _passive_law(law) for name, law in node["passive_laws"].items()}
    regions = {name: group["region"].text("trunk", "hip") for name, group in node["groups"].items()}
    own = {name: group["tension" if "tension" in group else "region"] for name, group in node["groups"].items()}
    stress = {name: tension[word.text(*tension)] for name, word in own.items()}
    passive = {name: laws[group["passive"].text(*laws)] for name, group in node["groups"].items()}
    columns = Table(node["fascicles"]).rows(
        path="length", optimal_fibre_length="length", tendon_slack_length="length", pennation="angle"
    )
    area = node["fascicles"]["units"]["pcsa"].factor("area")
    fascicles = []
    for row, unit in columns:
        group = row["group"].text(*regions)
        row["pcsa_source"].text()
        fascicles.append(
            Fascicle(
                name=row["name"].text(),
                group=group,
                pcsa=row["pcsa"].positive() * area,
                optimal_fibre_length=row["optimal_fibre_length"].positive() * unit["optimal_fibre_length"],
                tendon_slack_length=row["tendon_slack_length"].number() * unit["tendon_slack_length"],
                pennation=row["pennation"].number() * unit["pennation"],
                path=tuple(_path_point(point, unit["path"]) for point in row["path"].list()),
                specific_tension=stress[group],
                passive=passive[group],
            )
        )
    return {
        "fascicles": tuple(fascicles),
        "groups": tuple(regions),
        "trunk_groups": tuple(name for name, region in regions.items() if region == "trunk"),
        "force_length_width": node["active_force_length"]["width"].quantity("number"),
        "specific_tension_trunk": tension["trunk"],
        "specific_tension_wall": tension["abdominal_wall"],
    }


def _path_point(node: Node, factor: float) -> tuple[str, tuple[float, float, float]]:
    parts = node.list()
    if len(parts) != 4:
        raise node.fail("needs a body and three coordinates")
    body = parts[0].text(*CHAIN, "thigh_right", "shank_right", "abdomen")
    return body, (factor * parts[1].number(), factor * parts[2].number(), factor * parts[3].number())


def _passive_law(node: Node) -> PassiveLaw:
    node.sources()
    kind = node["kind"].text("exponential", "toe_linear")
    if kind == "exponential":
        strain = node["strain_at_one_norm_force"].number()
        return PassiveLaw(kind, (strain, node["shape"].number(), node["toe_strain"].positive()))
    return PassiveLaw(
        kind, (node["modulus"].plain("pressure"), node["slack_length"].number(), node["toe_strain"].number())
    )


def _breath(node: Node) -> dict[str, Any]:
    diaphragm, hoop, muscle = node["diaphragm"], node["hoop"], node["transversus_abdominis"]
    height, effort = hoop["height"].quantity("length"), node["effort"]
    diaphragm["center"]["body"].text("disc")
    law = BreathLaw(
        area=diaphragm["area"].quantity("area"),
        center=diaphragm["center"].vector("length"),
        volume=diaphragm["volume"].quantity("volume"),
        hoop_radius=hoop["radius"].quantity("length"),
        hoop_height=height,
        transversus_pcsa=muscle["thickness"].quantity("length") * height,
        transversus_length=muscle["fibre_length"].quantity("length"),
        maximum_pressure=node["maximum_pressure"].quantity("pressure"),
        effort_threshold=effort["threshold"].quantity("moment"),
        threshold_pressure=effort["threshold_pressure"].quantity("pressure"),
        effort_moment=effort["moment"].quantity("moment"),
        effort_pressure=effort["pressure"].quantity("pressure"),
    )
    return {"breath": law}


def _recruitment(node: Node) -> dict[str, Any]:
    reserve = node["reserve"]
    law = RecruitmentLaw(
        node["reference_volume"].quantity("volume"),
        reserve["penalty"].quantity("number"),
        reserve["limit"].quantity("moment"),
        node["short_range_stiffness"].quantity("number"),
        node["settling"]["spread"].quantity("angle"),
        node["settling"]["cost"].quantity("number"),
        node["rhythm"]["spread"].quantity("angle"),
        node["rhythm"]["cost"].quantity("number"),
        node["rhythm"]["list_spread"].quantity("angle"),
        node["rhythm"]["rotation_spread"].quantity("angle"),
        node["settling"]["sideways_spread"].quantity("angle"),
        node["settling"]["sideways_cost"].quantity("number"),
        node["rhythm"]["seat_cost"].quantity("number"),
        node["tone"].quantity("fraction"),
        node["slump"].quantity("angle"),
        node["bracing"].quantity("fraction"),
        node["shared_drive"].quantity("fraction"),
    )
    return {"recruitment": law}


def _subject(node: Node) -> dict[str, Any]:
    def fat(part: Node) -> tuple[float, float, float]:
        part.sources()
        return part["coefficients"].point(1.0)

    for rule in ("lengths", "masses", "disc_area", "strength"):  # sentences; `scale_subject` is what they say
        node[rule].sources()
    shares = node["segment_share"]
    tolerance = node["tolerance"]
    law = SubjectLaw(
        fat={sex: fat(node["fat_share"][sex]) for sex in ("male", "female")},
        other_share=node["other_share"].quantity("number"),
        segment_share={
            sex: {name: item.number() for name, item in shares[sex].items() if name != "source"}
            for sex in ("male", "female")
        },
        waist_index=node["waist"]["from_index"].quantity("number"),
        waist_shift=node["waist"]["shift"].quantity("length"),
        female_disc_area=node["female_factor"]["disc_area"].quantity("number"),
        female_strength=node["female_factor"]["strength"].quantity("number"),
        compression={
            sex: (tolerance[sex]["intercept"].plain("force"), tolerance[sex]["slope"].plain("force"))
            for sex in ("male", "female")
        },
        shear=tolerance["shear"].quantity("force"),
    )
    return {"subject": law}


READERS: dict[str, Callable[[Node], dict[str, Any]]] = {
    "segments": _segments,
    "discs": passive_reader.read_discs,
    "facets": passive_reader.read_facets,
    "ligaments": passive_reader.read_ligaments,
    "hips": passive_reader.read_hips,
    "muscles": _muscles,
    "breath": _breath,
    "posture": read_posture,
    "postures": read_postures,
    "subject": _subject,
    "recruitment": _recruitment,
    "faults": read_faults,
    "uncertainty": read_uncertainties,
}
