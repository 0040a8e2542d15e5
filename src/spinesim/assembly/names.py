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


class FascicleNames(tuple[FascicleName, ...]):
    """The fascicles in table order; told apart by identity, so that what is found among them is found once."""

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__


@dataclass(frozen=True)
class StrandName:
    """One ligament strand of the tables; `failure` is the elongation (m) at which it fails."""

    level: str
    ligament: str
    side: str
    failure: float


def fascicle_names(model: Model) -> FascicleNames:
    """Return the names in table order: right, then left of each fascicle, transversus last."""
    names = [_name(fascicle, side) for fascicle in model.fascicles for side in SIDES]
    names += [FascicleName(f"TrA_{side[0].upper()}", "transversus_abdominis", side, frozenset()) for side in SIDES]
    return FascicleNames(names)


def _name(fascicle: Fascicle, side: str) -> FascicleName:
    bodies = frozenset(body for body, _ in fascicle.path)
    return FascicleName(f"{fascicle.name}_{side[0].upper()}", fascicle.group, side, bodies)
