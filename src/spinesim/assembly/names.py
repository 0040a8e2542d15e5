"""What the rows of the tables are called, for limits going in and results coming out."""

from __future__ import annotations

from dataclasses import dataclass

from spinesim.model import Fascicle, Model

SIDES = ("right", "left")


@dataclass(frozen=True)
class FascicleName:
    """One fascicle of the tables: its name, group, side and the bodies it is fixed to."""

    name: str
    group: str
    side: str
    bodies: frozenset[str]


@dataclass(frozen=True)
class StrandName:
    """One ligament strand of the tables; `failure` is the elongation (m) at which it fails."""

    level: str
    ligament: str
    side: str
    failure: float


def fascicle_names(model: Model) -> tuple[FascicleName, ...]:
    """Return the names in table order: right, then left of each fascicle, transversus last."""
    names = [_name(fascicle, side) for fascicle in model.fascicles for side in SIDES]
    names += [FascicleName(f"TrA_{side[0].upper()}", "transversus_abdominis", side, frozenset()) for side in SIDES]
    return tuple(names)


def _name(fascicle: Fascicle, side: str) -> FascicleName:
    bodies = frozenset(body for body, _ in fascicle.path)
    return FascicleName(f"{fascicle.name}_{side[0].upper()}", fascicle.group, side, bodies)
