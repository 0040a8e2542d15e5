"""Small faults by name, and statements that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from spinesim.errors import InputError, quoted
from spinesim.scenario.names import LEVELS, Side
from spinesim.scenario.tissues import HIP_CHANGES
from spinesim.schema import Frozen, Name

# Of each list of a scenario: the keys that say what an entry is about, and those that state something of it, alone or
# as one of several that state the same.
_STATEMENTS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "muscles": (("group", "fascicle", "side", "level"), (("strength",), ("inhibition",), ("tone",))),
    "discs": (("level",), (("degeneration",), ("height_loss",), ("bulge",))),
    "rotation_offsets": (("level", "cause"), (("flexion",), ("right_lateral_bending",), ("left_axial_rotation",))),
    "ligaments": (("ligament", "level", "side"), (("strength", "removed"),)),
    "facets": (("level", "side"), (("orientation",), ("gap",))),
    "hips": (("side",), tuple((key,) for key in HIP_CHANGES)),
}
_WHOLE = {"facets", "hips"}  # whose entries state a number of each of their joints: nothing of it can multiply
_ENDS = {"_R": "right", "_L": "left"}


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

    `parts` are the lists of a scenario. Shares of what overlaps without being the same (a group and one of its
    fascicles, both sides and one) multiply and are no contradiction; of joints and bulges numbers are, for there they
    do not.
    """
    for part, (about, stated) in _STATEMENTS.items():
        entries = parts.get(part, ())
        for keys in stated:
            places: dict[tuple[Any, ...], list[tuple[int, str]]] = {}
            for n, entry in enumerate(entries):
                key = next((key for key in keys if getattr(entry, key) not in (None, False)), None)
                for subject in () if key is None else _subjects(part, entry, about, key):
                    places.setdefault(subject, []).append((n, str(key)))
            told: dict[tuple[int, str], list[tuple[int, str]]] = {}
            for same in places.values():
                for place in same if len(same) > 1 else ():
                    told.setdefault(place, same)
            for (n, key), same in told.items():
                other = next(place for place, _ in same if place != n)
                yield f"{part}.{n}", f"{part}.{other}", key, _about(about, part, entries[n])


def _subjects(part: str, entry: Any, about: Sequence[str], key: str) -> list[tuple[Any, ...]]:
    """Return what an entry states a number of: of joints each one, and a bulge has sides of its own."""
    subject = {name: getattr(entry, name) for name in about}
    name = subject.get("fascicle") or ""
    if name[-2:] in _ENDS and subject["side"] in ("both", _ENDS[name[-2:]]):  # named with its side
        subject |= {"fascicle": name[:-2], "side": _ENDS[name[-2:]]}
    whole = part in _WHOLE
    level = subject.pop("level", None)
    levels = LEVELS if whole and level == "all" else (level,)
    side = getattr(getattr(entry, key), "side", None) or (subject.pop("side") if whole else None)
    sides = ("left", "right") if side == "both" else (side,)
    return [(*subject.values(), one, own) for one in levels for own in sides]


def _about(about: Sequence[str], part: str, entry: Any) -> str:
    """Return what an entry is about: ``both multifidus L4``."""
    found = {name: getattr(entry, name) for name in about if getattr(entry, name) is not None}
    side = [found.pop("side")] if "side" in found else []
    noun = ["hips" if side == ["both"] else "hip"] if part == "hips" else []
    return " ".join(str(word).replace("_", " ") for word in (*side, *found.values(), *noun))
