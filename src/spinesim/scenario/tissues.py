"""What is weak, missing or different in the person's tissues."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, model_validator

from spinesim.errors import InputError
from spinesim.scenario.names import Level, LevelOrAll, LigamentName, Side
from spinesim.scenario.posture import Fraction
from spinesim.schema import WHOLE_NUMBER, Frozen, Name, not_yet
from spinesim.units import Quantity


class MuscleChange(Frozen):
    """A deficit of a muscle group or of one fascicle.

    Parameters
    ----------
    group, fascicle : str or None
        Exactly one of them, by its name in the model.
    side : str
        "left", "right" or "both".
    level : str or None
        Only the fascicles of the group that arise at this vertebra.
    strength : float or None
        Share of the muscle that is left, 0 to 1: of its force, and of the volume that it costs.
    inhibition : float or None
        Share of the muscle that pain or reflex takes away, 0 to 1.
    tone : float or None
        Least activation, 0 to 1.
    """

    group: Name | None = None
    fascicle: Name | None = None
    side: Side = "both"
    level: Name | None = None
    strength: Fraction | None = None
    inhibition: Fraction | None = None
    tone: Fraction | None = None
    delay: Annotated[None, not_yet("a delay needs motion, which is not solved yet")] = None

    @model_validator(mode="after")
    def _one_muscle_one_change(self) -> MuscleChange:
        if (self.group is None) == (self.fascicle is None):
            raise InputError("needs either group or fascicle, and not both")
        if self.strength is None and self.inhibition is None and self.tone is None:
            raise InputError("changes nothing: needs at least one of strength, inhibition and tone")
        left = (1.0 if self.strength is None else self.strength) * (1.0 - (self.inhibition or 0.0))
        if (self.tone or 0.0) > left:
            raise InputError(
                f"a tone of {100.0 * (self.tone or 0.0):.4g} % is more than the {100.0 * left:.4g} % that strength and "
                "inhibition leave"
            )
        return self


class DiscBulge(Frozen):
    """A focal bulge towards canal and root, half way between back and side, as an image of a lying person shows it.

    Parameters
    ----------
    side : str
        "left", "right" or "both".
    depth : float
        Out from the rim; m.
    width : float
        Along the rim; m. A focal bulge takes less than a quarter of the rim.
    """

    side: Side
    depth: Annotated[float, Quantity("length", "0 mm", "8 mm")]
    width: Annotated[float, Quantity("length", "1 mm", "30 mm")] = 0.015


class DiscChange(Frozen):
    """A degenerated, flattened or bulging disc.

    Parameters
    ----------
    level : str
        Such as ``L4-L5``.
    degeneration : int or None
        Grade, 1 (healthy) to 5.
    height_loss : float or None
        By how much sustained load has flattened the unloaded disc; m.
    bulge : DiscBulge or None
        What stands out of the disc.
    """

    level: Level
    degeneration: Annotated[Literal[1, 2, 3, 4, 5], WHOLE_NUMBER] | None = None
    height_loss: Annotated[float, Quantity("length", "0 mm", "3 mm")] | None = None
    bulge: DiscBulge | None = None

    @model_validator(mode="after")
    def _changes(self) -> DiscChange:
        if self.degeneration is None and self.height_loss is None and self.bulge is None:
            raise InputError("changes nothing: needs at least one of degeneration, height_loss and bulge")
        return self


class FacetChange(Frozen):
    """A facet joint that stands or fits differently.

    Parameters
    ----------
    level : str
        A level, or "all".
    side : str
        "left", "right" or "both".
    orientation : float or None
        Angle of the joint's plane to the sagittal plane in the transverse plane of its disc, 0 (sagittal) to 90 deg
        (coronal); rad.
    gap : float or None
        Gap of the unloaded joint; m.
    """

    level: LevelOrAll
    side: Side = "both"
    orientation: Annotated[float, Quantity("angle", "0 deg", "90 deg")] | None = None
    gap: Annotated[float, Quantity("length", "0 mm", "5 mm")] | None = None

    @model_validator(mode="after")
    def _changes(self) -> FacetChange:
        if self.orientation is None and self.gap is None:
            raise InputError("changes nothing: needs at least one of orientation and gap")
        return self


_LOST = Quantity("angle", "0 deg", "60 deg")


class HipChange(Frozen):
    """A hip that is stiffer, or moves less far, than others; legs that nobody stands on show it in their range alone.

    Parameters
    ----------
    side : str
        "left", "right" or "both".
    stiffness : float or None
        Moment of the passive tissue, as a share of the usual.
    lost_flexion, lost_extension, lost_adduction, lost_abduction, lost_internal_rotation, lost_external_rotation
        Range of motion that is lost, rad or None: what resists does so by so much earlier. Flexion and extension beyond
        what is left are refused.
    """

    side: Side = "both"
    stiffness: Annotated[float, Quantity("fraction", "0 %", "1000 %")] | None = None
    lost_flexion: Annotated[float, Quantity("angle", "0 deg", "120 deg")] | None = None
    lost_extension: Annotated[float, _LOST] | None = None
    lost_adduction: Annotated[float, _LOST] | None = None
    lost_abduction: Annotated[float, _LOST] | None = None
    lost_internal_rotation: Annotated[float, _LOST] | None = None
    lost_external_rotation: Annotated[float, _LOST] | None = None

    @model_validator(mode="after")
    def _changes(self) -> HipChange:
        if not any(getattr(self, key) is not None for key in HIP_CHANGES):
            raise InputError(f"changes nothing: needs at least one of {', '.join(HIP_CHANGES)}")
        return self


HIP_CHANGES = tuple(key for key in HipChange.model_fields if key != "side")


class LigamentChange(Frozen):
    """A weakened or removed ligament.

    Parameters
    ----------
    ligament : str
        ALL, PLL, LF, ISL, SSL, ITL, CL, ILL (iliolumbar) or TLF (thoracolumbar fascia).
    level : str
        A level, or "all".
    side : str
        "left", "right" or "both"; only for ligaments that come in pairs.
    strength : float or None
        Share of the force that is left, 0 to 1.
    removed : bool
        As if cut.
    """

    ligament: LigamentName
    level: LevelOrAll = "all"
    side: Side = "both"
    strength: Fraction | None = None
    removed: StrictBool = False

    @model_validator(mode="after")
    def _one_change(self) -> LigamentChange:
        if (self.strength is None) != self.removed:
            raise InputError("needs either a strength or removed: true, and not both")
        return self
