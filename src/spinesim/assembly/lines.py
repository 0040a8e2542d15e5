"""Fascicles and fascia bands of both sides as one table of lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spinesim.assembly.subject import Subject
from spinesim.kernels.tables import (
    ABDOMEN,
    ACROSS_BOTH,
    ACROSS_HIPS,
    ACROSS_LEVELS,
    N_LEVEL,
    PASSIVE_EXPONENTIAL,
    PASSIVE_FASCIA,
    PASSIVE_NONE,
    PASSIVE_TOE,
    THORAX,
    Floats,
    Ints,
    Lines,
)
from spinesim.model import Fascicle, Model
from spinesim.model.spine import BODIES

LEFT = np.array([1.0, 1.0, -1.0])
OBLIQUES = ("external_oblique", "internal_oblique")
Path = list[tuple[int, Floats]]
Segment = tuple[int, int, int, Floats, Floats]  # line, caudal and cranial body, points in their frames


@dataclass
class _Rows:
    """Columns of the table while it grows."""

    segments: list[Segment] = field(default_factory=list)
    lines: list[tuple[float, float, float, float, float, int, tuple[float, float, float], float, float]] = field(
        default_factory=list
    )

    def add(
        self, path: Path, *values: float, kind: int, passive: tuple[float, float, float], volume: float, hoop: float
    ) -> None:
        """Add one line: pieces inside a body keep their length, the others become segments."""
        fixed = 0.0
        for (a, p), (b, q) in zip(path[:-1], path[1:], strict=True):
            if a == b:
                fixed += float(np.linalg.norm(q - p))
            else:
                self.segments.append((len(self.lines), a, b, p, q))
        f_max, optimal, tendon, cos_pennation = values
        self.lines.append((fixed, f_max, optimal, tendon, cos_pennation, kind, passive, volume, hoop))


def line_table(model: Model, subject: Subject) -> Lines:
    """Return all lines: right then left of each fascicle, transversus right and left, then the fascia bands."""
    rows = _Rows()
    for fascicle in model.fascicles:
        for side in (0, 1):
            _add_fascicle(rows, model, subject, fascicle, side)
    for _ in (0, 1):
        _add_transversus(rows, model, subject)
    n_fascicle = len(rows.lines)
    for side in (0, 1):
        _add_fascia(rows, model, subject, side)
    acting = _crossings(len(rows.lines), rows.segments)
    shared = (acting.max(axis=1) > 1).astype(float)  # several segments act on one level or hip
    segments, bundle = _bundled(rows.segments, n_fascicle, shared)
    line, a, b, pa, pb = (np.array(column) for column in zip(*segments, strict=True))
    fixed, f_max, optimal, tendon, cosine, kind, passive, volume, hoop = (
        np.array(column) for column in zip(*rows.lines, strict=True)
    )
    return Lines(
        bundle, line.astype(np.int64), a.astype(np.int64), b.astype(np.int64),
        np.ascontiguousarray(pa.T), np.ascontiguousarray(pb.T), shared, fixed, f_max, optimal, tendon, cosine,
        kind.astype(np.int64), passive, volume, hoop, _joints(acting), model.force_length_width, n_fascicle,
    )  # fmt: skip


def _bundled(segments: list[Segment], n_fascicle: int, shared: Floats) -> tuple[list[Segment], Ints]:
    """Return segments sorted by whether their line is fascia, whether it is shared, and by the bodies they join, the
    caudal one first; and where each bundle of the same begins.
    """
    upward = [(line, a, b, p, q) if _height(a) < _height(b) else (line, b, a, q, p) for line, a, b, p, q in segments]
    alike = [(line >= n_fascicle, shared[line], a, b) for line, a, b, _, _ in upward]
    order = sorted(range(len(upward)), key=alike.__getitem__)
    begins = [n for n, i in enumerate(order) if n == 0 or alike[i] != alike[order[n - 1]]]
    return [upward[i] for i in order], np.array([*begins, len(order)], dtype=np.int64)


def _height(body: int) -> float:
    """Return how far up a body comes: legs, pelvis, the wall of the abdomen, which hangs on it, vertebrae, thorax."""
    return 0.5 if body == ABDOMEN else float(body if body <= THORAX else -body)


def _crossings(n_line: int, segments: list[Segment]) -> Ints:
    """Return how many segments of each line act on each level and hip (line, level + side): the wall of the abdomen
    turns with all levels.
    """
    acting = np.zeros((n_line, N_LEVEL + 2), dtype=np.int64)
    for line, a, b, _, _ in segments:
        low, high = sorted((a, b))
        if high == ABDOMEN:
            acting[line, :N_LEVEL] += 2
        elif high <= THORAX:
            acting[line, THORAX - high : THORAX - low] += 1
        elif low <= THORAX:
            acting[line, N_LEVEL + (high - THORAX - 1) % 2] += 1
    return acting


def _joints(acting: Ints) -> Ints:
    """Return what each line crosses."""
    levels, hips = acting[:, :N_LEVEL].any(axis=1), acting[:, N_LEVEL:].any(axis=1)
    return np.where(hips, np.where(levels, ACROSS_BOTH, ACROSS_HIPS), ACROSS_LEVELS).astype(np.int64)


def _add_fascicle(rows: _Rows, model: Model, subject: Subject, fascicle: Fascicle, side: int) -> None:
    places = np.array([point for _, point in fascicle.path]) * ((LEFT if side else 1.0) * subject.length)
    path = [(_body(name, side), place) for (name, _), place in zip(fascicle.path, places, strict=True)]
    area = fascicle.pcsa * subject.strength
    optimal = fascicle.optimal_fibre_length * subject.length
    if fascicle.passive.kind == "exponential":
        strain, shape, toe = fascicle.passive.parameters
        kind, passive = PASSIVE_EXPONENTIAL, (strain, shape, toe)
    else:
        modulus, slack, toe = fascicle.passive.parameters
        kind, passive = PASSIVE_TOE, (modulus * area, slack, toe)
    rows.add(
        path, area * fascicle.specific_tension, optimal, fascicle.tendon_slack_length * subject.length,
        float(np.cos(fascicle.pennation)), kind=kind, passive=passive,
        volume=area * optimal / model.recruitment.reference_volume, hoop=_hoop_share(model, fascicle),
    )  # fmt: skip


def _hoop_share(model: Model, fascicle: Fascicle) -> float:
    """Return cos^2 of an oblique's angle to the transverse plane, 0 for all others."""
    if fascicle.group not in OBLIQUES:
        return 0.0
    first, last = (_neutral(model, *fascicle.path[i]) for i in (0, -1))
    direction = (last - first) / np.linalg.norm(last - first)
    return 1.0 - float(direction[1]) ** 2


def _neutral(model: Model, body: str, point: tuple[float, float, float]) -> Floats:
    """Return a point of an upright-neutral body in the global frame; only pelvis, thorax and abdomen carry obliques."""
    origin = model.abdomen_origin if body == "abdomen" else model.bodies[body].position
    return np.array(origin) + np.array(point)


def _add_transversus(rows: _Rows, model: Model, subject: Subject) -> None:
    law = model.breath
    area = law.transversus_pcsa * subject.strength
    length = law.transversus_length * subject.length
    rows.add(
        [], area * model.specific_tension_wall, length, 0.0, 1.0,
        kind=PASSIVE_NONE, passive=(0.0, 0.0, 0.0), volume=area * length / model.recruitment.reference_volume, hoop=1.0,
    )  # fmt: skip


def _add_fascia(rows: _Rows, model: Model, subject: Subject, side: int) -> None:
    kind = model.ligament_kinds["TLF"]
    for band in model.fascia:
        ends = [
            _neutral_tilted(model, band.lower_body, band.lower),
            _neutral_tilted(model, band.upper_body, band.upper),
        ]
        slack = float(np.linalg.norm(ends[1] - ends[0])) * (1.0 + kind.slack_strain) * subject.length
        path = [
            (_body(name, side), _point(point, side, subject))
            for name, point in ((band.lower_body, band.lower), (band.upper_body, band.upper))
        ]
        stiffness = band.stiffness * subject.disc_area / subject.length
        rows.add(
            path,
            stiffness,
            kind.toe_strain * slack,
            slack,
            1.0,
            kind=PASSIVE_FASCIA,
            passive=(0.0, 0.0, 0.0),
            volume=1.0,
            hoop=0.0,
        )


def _neutral_tilted(model: Model, body: str, point: tuple[float, float, float]) -> Floats:
    c, s = np.cos(model.bodies[body].tilt), np.sin(model.bodies[body].tilt)
    x, y, z = point
    return np.array(model.bodies[body].position) + np.array([c * x - s * y, s * x + c * y, z])


def _body(name: str, side: int) -> int:
    return BODIES.index(name.replace("right", "left") if side else name)


def _point(point: tuple[float, float, float], side: int, subject: Subject) -> Floats:
    return np.array(point) * (LEFT if side else 1.0) * subject.length
