"""Small faults by name, and statements that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from spinesim.errors import InputError, quoted
from spinesim.scenario.names import Side
from spinesim.scenario.tissues import HIP_CHANGES
from spinesim.schema import Frozen, Name

# Of each list of a scenario: the keys that say what an entry is about, and those that state something of it.
_STATEMENTS = {
    "muscles": (("group", "fascicle", "side", "level"), ("strength", "inhibition", "tone")),
    "discs": (("level",), ("degeneration", "height_loss", "bulge")),
    "rotation_offsets": (("level", "cause"), ("flexion", "right_lateral_bending", "left_axial_rotation")),
    "ligaments": (("ligament", "level", "side"), ("strength", "removed")),
    "facets": (("level", "side"), ("orientation", "gap")),
    "hips": (("side",), HIP_CHANGES),
}


class FaultUse(Frozen):
    """A small fault of the model that a person has.

    Parameters
    ----------
    name : str
        Of the model's faults ('spinesim list --faults'); ``_left`` or ``_right`` behind it says the side.
    side, level : str or None
        Where the fault lies, for those that take it.
    """

    name: Name
    side: Side | None = None
    level: Name | None = None


def _named(fault: object) -> object:
    if isinstance(fault, (str, Mapping, FaultUse)):
        return {"name": fault} if isinstance(fault, str) else fault
    raise InputError(f"{quoted(fault)} is no fault: write its name ('spinesim list --faults'), or a mapping with name")


AnyFault = Annotated[FaultUse, BeforeValidator(_named)]


def contradictions(parts: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the path of every number that is stated more than once, that of its first other statement, its key, and
    what it is about in words.

    `parts` are the lists of a scenario. Entries that overlap without being about the same (a group and one of its
    fascicles, both sides and one) are no contradiction; of bulges they are, for those of both sides do not add.
    """
    for part, (about, stated) in _STATEMENTS.items():
        for key in stated:
            places: dict[tuple[Any, ...], list[str]] = {}
            for n, entry in enumerate(parts.get(part, ())):
                if getattr(entry, key) not in (None, False):
                    for subject in _subjects(entry, about, key):
                        places.setdefault(subject, []).append(f"{part}.{n}")
            told: dict[str, list[str]] = {}
            for same in places.values():
                for place in same if len(same) > 1 else ():
                    told.setdefault(place, same)
            for place, same in told.items():
                yield place, next(other for other in same if other != place), key, _about(about, part, place, parts)


def _subjects(entry: Any, about: Sequence[str], key: str) -> list[tuple[Any, ...]]:
    """Return what an entry states a number of: a bulge has sides of its own."""
    subject, side = tuple(getattr(entry, name) for name in about), getattr(getattr(entry, key), "side", None)
    return (
        [subject] if side is None else [(*subject, own) for own in (("left", "right") if side == "both" else (side,))]
    )


def _about(about: Sequence[str], part: str, place: str, parts: Mapping[str, Sequence[Any]]) -> str:
    """Return what an entry is about: ``both multifidus L4``."""
    entry = parts[part][int(place.rpartition(".")[2])]
    found = {name: getattr(entry, name) for name in about if getattr(entry, name) is not None}
    side = [found.pop("side")] if "side" in found else []
    noun = ["hips" if side == ["both"] else "hip"] if part == "hips" else []
    return " ".join(str(word).replace("_", " ") for word in (*side, *found.values(), *noun))
